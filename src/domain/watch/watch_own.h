/* What the files of this folder have from each other. */
#ifndef DOMAIN_WATCH_WATCH_OWN_H
#define DOMAIN_WATCH_WATCH_OWN_H

#include "domain/watch/watch.h"

#include "core/actor.h"

#define PERMIT_WATCH_READ   "watch.read"
#define PERMIT_WATCH_WRITE  "watch.write"
#define PERMIT_SIGNAL_READ  "signal.read"
#define PERMIT_SIGNAL_WRITE "signal.write"
#define PERMIT_ALARM_ACT    "alarm.act"
#define PERMIT_ALARM_SHELVE "alarm.shelve"
#define PERMIT_ALARM_END    "alarm.end"
#define PERMIT_ZONE_ARM     "zone.arm"

static const int64_t SECOND_US = 1000000;
enum { CLOCK_GOOD_MS = 60000 }; /* a source's clock that is no further off is believed */

/* The earlier of two, where zero is none. */
static inline struct wall wall_sooner(struct wall a, struct wall b)
{
    return a.us == 0 || (b.us != 0 && b.us < a.us) ? b : a;
}

/* The decisions of the module, in the order of its list (watch.c). */
enum watch_decision {
    SIGNAL_TAKE,
    SOURCE_DISABLE,
    SOURCE_ENABLE,
    SOURCE_REFUSE,
    WATCH_SWEEP,
    ALARM_CLAIM,
    ALARM_RELEASE,
    ALARM_ACKNOWLEDGE,
    ALARM_SHELVE,
    ALARM_UNSHELVE,
    ALARM_END,
    ALARM_MERGE,
    ALARM_SPLIT,
    ALARM_ESCALATE,
    ALARM_LAPSE,
    ALARM_EXPIRE,
    ZONE_ARM,
    ZONE_DISARM,
    WATCH_DECISIONS
};
extern const struct decision watch_decisions[WATCH_DECISIONS + 1];

/* The label of what Chancery itself says. */
#define WATCH_LABEL ((struct label){TLP_AMBER, {NULL, 0}})

/* ---- sources: source_*.c --------------------------------------------------------------------- */

/* The id of the pulse that all unknown sources share; no source may have it. */
#define UNKNOWN_SOURCE STR("unknown")

#define STORM_SAMPLE_FIELDS(F, T)                           \
    F(T, time, _, at, REQUIRED, 0, 0, "when it came")       \
    F(T, choice, signal_kind, kind, REQUIRED, 0, 0, "kind") \
    F(T, text, line, point, 0, 1, 200, "its point")         \
    F(T, text, line, text, REQUIRED, 1, 200, "what it said")
SHAPE_DECLARE(storm_sample, STORM_SAMPLE_FIELDS);

enum { STORM_SAMPLES_MAX = 8 };

/* Of signals that were only counted, the keys that are remembered, so that one that is sent again
 * is not counted again: two whole batches. */
enum { COUNTED_KEY_BYTES = 8, COUNTED_KEYS = 1024, COUNTED_KEYS_BYTES = 8 * 1024 };

/* What changes with every signal, in the vault: one row a source, whatever it says. */
#define SOURCE_PULSE_FIELDS(F, T)                                                           \
    RECORD_FIELDS(F, T)                                                                     \
    F(T, time, _, heard, 0, 0, 0, "last heard at all, by our clock")                        \
    F(T, time, _, last_signal, 0, 0, 0, "last signal that was not a heartbeat")             \
    F(T, time, _, last_heartbeat, 0, 0, 0, "last heartbeat")                                \
    F(T, opt_i64, _, skew_ms, 0, 0, 0, "its clock less ours, at the last time it gave one") \
    F(T, text, line, peer, 0, 1, 200, "address it speaks from")                             \
    F(T, text, line, other_peer, 0, 1, 200, "address it spoke from before")                 \
    F(T, time, _, peer_changed, 0, 0, 0, "when that changed")                               \
    F(T, i64, _, peer_changes, 0, 0, 0, "changes to and fro within ten minutes")            \
    F(T, i64, _, signals, 0, 0, 0, "signals that were kept")                                \
    F(T, i64, _, heartbeats, 0, 0, 0, "heartbeats")                                         \
    F(T, i64, _, duplicates, 0, 0, 0, "reports that were there already")                    \
    F(T, i64, _, counted, 0, 0, 0, "signals that were counted only, in storms")             \
    F(T, i64, _, bad, 0, 0, 0, "frames or lines that could not be read")                    \
    F(T, i64, _, tokens_milli, 0, 0, 0, "signals that may still be kept, in thousandths")   \
    F(T, time, _, tokens_at, 0, 0, 0, "as of then")                                         \
    F(T, i64, _, storm_count, 0, 0, 0, "counted since the record was last told")            \
    F(T, time, _, storm_first, 0, 0, 0, "first of those")                                   \
    F(T, time, _, storm_last, 0, 0, 0, "last of those")                                     \
    F(T, bytes, _, counted_keys, SECRET, 0, COUNTED_KEYS_BYTES, "the latest keys of those") \
    F(T, opt_i64, _, counted_next, SECRET, 0, 0, "where the next of them goes")             \
    F(T, list, storm_sample, storm_samples, 0, 0, STORM_SAMPLES_MAX,                        \
      "the first and the last of those")                                                    \
    F(T, list, bad_sample, bad_samples, 0, 0, BAD_SAMPLES_MAX, "the latest bad input")
SHAPE_DECLARE(source_pulse, SOURCE_PULSE_FIELDS);

/* What was counted only, told to the record from time to time. */
#define STORM_DIGEST_FIELDS(F, T)                             \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it")  \
    F(T, id, _, source, REQUIRED, 0, 0, "the source")         \
    F(T, i64, _, count, 0, 0, 0, "signals")                   \
    F(T, time, _, first, REQUIRED, 0, 0, "the first of them") \
    F(T, time, _, last, REQUIRED, 0, 0, "the last of them")   \
    F(T, list, storm_sample, samples, 0, 0, STORM_SAMPLES_MAX, "the first and the last of them")
SHAPE_DECLARE(storm_digest, STORM_DIGEST_FIELDS);

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

/* Input of source.disable. */
#define SOURCE_OFF_FIELDS(F, T)                                                       \
    F(T, time, _, until, REQUIRED, 0, 0, "when it counts again; at most 30 days off") \
    F(T, text, block, why, REQUIRED, 3, 500, "why")
SHAPE_DECLARE(source_off, SOURCE_OFF_FIELDS);

extern const struct event_kind source_expected_kind, source_left_kind, source_heard_kind,
    source_late_kind, source_silenced_kind, source_settled_kind, source_disabled_kind,
    source_enabled_kind, source_stormed_kind, source_calmed_kind, source_counted_kind,
    gap_opened_kind, gap_closed_kind;

/* When a heartbeat is late, and when it is missing for good. */
static inline int64_t late_ms(int64_t heartbeat_ms)
{
    return heartbeat_ms + heartbeat_ms / 2;
}
static inline int64_t silent_ms(int64_t heartbeat_ms)
{
    return heartbeat_ms * 3;
}

rc source_state_get(struct ctx *c, struct picture *picture, const struct source *source,
                    struct source_state *ret);
rc source_pulse_get(struct ctx *c, struct picture *picture, struct str id, struct label label,
                    struct source_pulse *ret);

/* The source is heard at `now`: what follows, if that is news. The state is changed. */
rc source_hear(struct ctx *c, struct outcome *outcome, struct picture *picture,
               const struct source *source, struct source_state *state, struct wall now,
               bool *ret_news);

rc source_add_event(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                    const struct source_state *state);
rc gap_open(struct ctx *c, struct outcome *outcome, const struct source *source,
            enum gap_cause cause, struct wall began, struct source_state *state);
rc gap_close(struct ctx *c, struct outcome *outcome, struct picture *picture, struct wall ended,
             struct source_state *state);

/* Look at all sources no later than `due`. */
rc sweep_by(struct ctx *c, struct picture *picture, struct outcome *outcome, struct wall due);

record_check source_check, rule_check;
decide_fn source_disable, source_enable, source_refuse, source_sweep;
extern const struct reaction watch_reactions[4];

/* ---- alarms: alarm*.c ------------------------------------------------------------------------ */

extern const struct event_kind alarm_raised_kind, alarm_repeated_kind, alarm_recurred_kind,
    alarm_returned_kind, alarm_cancel_heard_kind, alarm_claimed_kind, alarm_released_kind,
    alarm_claim_lapsed_kind, alarm_acknowledged_kind, alarm_ack_expired_kind, alarm_shelved_kind,
    alarm_unshelved_kind, alarm_suppressed_kind, alarm_unsuppressed_kind, alarm_ended_kind,
    alarm_escalated_kind, alarm_merged_kind, alarm_split_kind;

/* The state that the marks of an alarm amount to. */
enum alarm_state alarm_state_of(const struct alarm *alarm);

/* One signal more; one restore. Gives the event that this amounts to. */
const struct event_kind *alarm_trigger(struct alarm *alarm, const struct raise *raise,
                                       int64_t signals, struct wall now);
const struct event_kind *alarm_restore(struct alarm *alarm, struct wall at, struct wall now);

/* The alarms that one decision is about: it does not see its own events in the picture. */
struct book_entry {
    struct alarm alarm;
    const struct event_kind *kind; /* what has happened to it; NULL: nothing */
    bool raised;
    struct book_entry *next;
};
struct book {
    struct ctx *c;
    struct picture *picture;
    struct wall now;
    struct book_entry *entries;
    struct str sources[64]; /* whose live alarms are all among the entries */
    size_t source_count;
};
void book_open(struct book *book, struct ctx *c, struct picture *picture, struct wall now);
/* The live alarm of a key; NULL when there is none. */
rc book_find(struct book *book, struct str key, struct book_entry **ret);
/* Join the alarm of the key, or make it. */
rc book_raise(struct book *book, const struct raise *raise, struct book_entry **ret);
/* Bring in all live alarms of a source. */
rc book_load(struct book *book, struct str source);
void book_restore(struct book *book, struct book_entry *entry, struct wall at);
/* Every entry that something has happened to becomes an event. */
rc book_write(struct book *book, struct outcome *outcome);

rc alarm_add_event(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                   const struct alarm *alarm);

/* All live alarms where `field` has this value. */
struct alarms {
    struct alarm *items;
    size_t count;
};
rc alarms_where(struct ctx *c, struct picture *picture, const char *field, struct str value,
                struct alarms *ret);

#define ALARM_CLAIM_FIELDS(F, T) \
    F(T, text, block, over_why, 0, 3, 500, "why it is taken over from somebody else")
SHAPE_DECLARE(alarm_claim, ALARM_CLAIM_FIELDS);

enum { ACK_MS_MAX = 12 * 3600 * 1000, SHELVE_MS_MAX = 12 * 3600 * 1000 };
#define ALARM_ACK_FIELDS(F, T)                                                  \
    F(T, text, block, why, REQUIRED, 3, 1000, "what was found or is done")      \
    F(T, choice, alarm_disposition, disposition, REQUIRED, 0, 0, "what it was") \
    F(T, ms, _, holds_ms, 0, 0, ACK_MS_MAX, "ask again after this, while it stands; 0: do not")
SHAPE_DECLARE(alarm_ack, ALARM_ACK_FIELDS);

#define ALARM_SHELF_FIELDS(F, T)                                              \
    F(T, ms, _, for_ms, 0, 1000, SHELVE_MS_MAX, "how long; at most 12 hours") \
    F(T, text, block, why, REQUIRED, 3, 500, "why")
SHAPE_DECLARE(alarm_shelf, ALARM_SHELF_FIELDS);

#define ALARM_END_FIELDS(F, T)                                                  \
    F(T, text, block, why, REQUIRED, 3, 1000, "why it is over")                 \
    F(T, choice, alarm_disposition, disposition, REQUIRED, 0, 0, "what it was") \
    F(T, text, line, word_of, 0, 3, 120, "of duress: the name of who said that it is over")
SHAPE_DECLARE(alarm_end, ALARM_END_FIELDS);

#define ALARM_TEAM_FIELDS(F, T) \
    F(T, id, _, into, REQUIRED, 0, 0, "the alarm under which it is to be shown")
SHAPE_DECLARE(alarm_team, ALARM_TEAM_FIELDS);

decide_fn alarm_decide_claim, alarm_decide_release, alarm_decide_claim_lapse, alarm_decide_escalate,
    alarm_decide_acknowledge, alarm_decide_ack_expire, alarm_decide_shelve, alarm_decide_unshelve,
    alarm_decide_end, alarm_decide_merge, alarm_decide_split;

/* ---- signals: signal_*.c --------------------------------------------------------------------- */

#define SIGNALS_TAKEN_FIELDS(F, T)                                     \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it")           \
    F(T, id, _, source, 0, 0, 0, "the source; absent: nobody we know") \
    F(T, list, kept_signal, items, REQUIRED, 1, SIGNAL_BATCH_MAX, "what it said")
SHAPE_DECLARE(signals_taken, SIGNALS_TAKEN_FIELDS);
extern const struct event_kind signal_taken_kind;
decide_fn signal_take;

/* A source while signals of it are decided on. */
struct taking_source {
    struct source source;
    struct source_state state;
    struct source_pulse pulse;
    bool known, loaded_armed;
    char *keys; /* the pulse's `counted_keys`, once they are changed */
    struct kept_signal *kept;
    size_t kept_count, kept_room;
    bool news;
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

struct taking {
    struct ctx *c;
    struct picture *picture;
    struct outcome *outcome;
    struct wall now;
    struct book book;
    struct taking_source *sources;
    struct rule_list rules[SIGNAL_KIND_STATUS + 1];
    struct armed_zone *zones;
    struct earlier *earlier; /* signal_match.c: what rules with a number have looked up */
    struct str *ids;         /* of this batch, by hash; for doubled ones */
    size_t id_room;
    struct wall sweep;
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

/* May one more be kept? Takes a token. */
bool storm_has_room(struct taking_source *from, struct wall now);
/* Count a signal that is not kept; the beginning of a storm is an event and an alarm. */
rc storm_count(struct taking *t, struct taking_source *from, const struct kept_signal *signal);
/* Was a report of this name counted lately? */
bool storm_has_counted(const struct taking_source *from, struct str report);
/* From the sweep: tell the record what was counted; end the storm when it is over. */
rc storm_tell(struct ctx *c, struct picture *picture, struct outcome *outcome, struct book *book,
              struct source_state *state, struct source_pulse *pulse, struct wall now,
              bool *ret_goes_on);

/* Two devices with one name? */
rc peers_check(struct taking *t, struct taking_source *from, struct str peer);

/* ---- zones: zone_*.c
 * ----------------------------------------------------------------------------- */

#define ZONE_ARM_FIELDS(F, T)                                                    \
    F(T, flag, _, accept, 0, 0, 0,                                               \
      "arm although not all is ready; what is open is bypassed until it closes") \
    F(T, text, block, why, 0, 3, 500, "why that is accepted")
SHAPE_DECLARE(zone_arm, ZONE_ARM_FIELDS);

struct readiness {
    struct not_ready items[NOT_READY_MAX];
    size_t count, whole; /* listed, and all */
};
/* What stands in the way of arming a zone, as far as `reader` may know (NULL: all). */
rc zone_readiness(struct ctx *c, struct picture *picture, struct str zone,
                  const struct clearance *reader, struct readiness *ret);
bool source_watches(const struct source *source, struct str zone);
rc zone_is_armed(struct ctx *c, struct picture *picture, struct str zone, bool *ret);

extern const struct event_kind zone_armed_kind, zone_disarmed_kind;
decide_fn zone_decide_arm, zone_decide_disarm;

/* ---- pages
 * ---------------------------------------------------------------------------------------- */

extern const struct fold watch_folds[];
extern const struct route watch_routes[];
serve_fn signals_serve_take, alarm_serve_queue, alarm_serve_one, sources_serve_states,
    sources_serve_one, zones_serve_states, zones_serve_readiness, figures_serve;

/* A command on the record that the path names; `arg` of the route is the number of the decision. */
serve_fn watch_serve_command;

/* All live rows of a table that the caller may read, up to `most`. */
rc rows_readable(struct ctx *c, const struct request *request, const struct shape *shape,
                 size_t most, void *ret_items, size_t *ret_count);

#endif
