/* What the files of this folder have from each other. */
#ifndef DOMAIN_SIGNAL_SIGNAL_OWN_H
#define DOMAIN_SIGNAL_SIGNAL_OWN_H

#include "domain/signal/signal.h"

#include "core/actor.h"

#define SIGNAL_READ "signal.read"

enum { CLOCK_GOOD_MS = 60000 }; /* a source's clock that is no further off is believed */

extern const struct decision signal_decisions[2];

/* Somebody who speaks and is on no list; in the vault, at most UNKNOWN_MAX of them. */
enum { UNKNOWN_MAX = 200 };
#define UNKNOWN_SENDER_FIELDS(F, T)                                                 \
    RECORD_FIELDS(F, T)                                                             \
    F(T, text, line, identity, REQUIRED | SEARCHED, 1, 200, "what it calls itself") \
    F(T, text, line, peer, 0, 1, 200, "where it speaks from")                       \
    F(T, text, slug, code_system, 0, 1, 40, "how")                                  \
    F(T, time, _, first, REQUIRED, 0, 0, "since when")                              \
    F(T, time, _, last, REQUIRED | INDEXED, 0, 0, "last heard")                     \
    F(T, i64, _, count, 0, 0, 0, "signals")                                         \
    F(T, text, line, text, SEARCHED, 1, 1000, "what it said last")
SHAPE_DECLARE(unknown_sender, UNKNOWN_SENDER_FIELDS);

#define SIGNALS_TAKEN_FIELDS(F, T)                              \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it")    \
    F(T, id, _, source, 0, 0, 0, "the source; absent: unknown") \
    F(T, list, kept_signal, items, REQUIRED, 1, SIGNAL_BATCH_MAX, "what it said")
SHAPE_DECLARE(signals_taken, SIGNALS_TAKEN_FIELDS);
extern const struct event_kind signal_taken_kind;
decide_fn signal_take;

/* ---- reports: signal_report.c ---------------------------------------------------------------- */

/* What the signals of a command came over. */
rc signal_way(struct ctx *c, const struct command *command, const struct signal_delivery *delivery,
              struct source_way *ret);

/* What reports of a device are known by: the same for the same key. A source is known by its name;
 * somebody else by his way as well, so that nobody's report is taken for a source's. */
rc report_key(struct ctx *c, const struct hearing *h, const struct heard_source *from,
              struct str identity, struct str dedupe, struct str *ret);

/* The same for another report that has taken the key already: with kind, priority and text. */
rc report_key_beside(struct ctx *c, struct str key, const struct signal *signal, struct str *ret);

/* A kept signal with that key is … this one; another one, so that the key is taken; there is none.
 */
enum report_fate { REPORT_NEW, REPORT_SAME, REPORT_OTHER };
rc report_look_up(struct ctx *c, struct picture *picture, struct str key,
                  const struct signal *signal, enum report_fate *ret, struct row *ret_row,
                  struct kept_signal *ret_kept);

/* A short key for a link between two records. */
rc report_hash(struct ctx *c, struct str first, struct str second, struct str *ret);

/* A source while signals of it are decided on. */
struct taking_source {
    struct heard_source heard;
    struct kept_signal *kept;
    size_t kept_count, kept_room;
    struct taking_source *next;
};

struct rule_list {
    bool loaded;
    struct alarm_rule *items;
    size_t count;
};

struct armed_zone {
    struct str zone;
    bool armed;
    struct armed_zone *next;
};

struct batch_key {
    struct str key;
    const struct signal *signal;
};

struct taking {
    struct hearing h;
    struct taking_source *sources;
    struct rule_list rules[SIGNAL_KIND_STATUS + 1];
    struct armed_zone *zones;
    struct earlier *earlier; /* signal_match.c: what rules with a number have looked up */
    struct batch_key *keys;  /* of this batch, by hash; for doubled ones */
    size_t key_room;
};

/* What a signal raises by the rules, at most RAISES_MAX; from rules or built in. */
enum { RAISES_MAX = 8 };
struct raises {
    size_t count;
    struct raise items[RAISES_MAX];
    bool all_suppressed; /* matched, but by design no alarm */
};
rc signal_match(struct taking *t, struct taking_source *from, const struct signal *signal,
                const struct kept_signal *kept, struct raises *ret);

/* Somebody on no list said this: note it, and ring once. */
rc unknown_note(struct taking *t, const struct signal *signal);

record_check rule_check;
serve_fn signals_serve_take, evidence_serve;

#endif
