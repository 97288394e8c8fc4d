/* What the files of this folder have from each other. */
#ifndef DOMAIN_SOURCE_SOURCE_OWN_H
#define DOMAIN_SOURCE_SOURCE_OWN_H

#include "domain/source/source.h"

#include "core/actor.h"

#define SOURCE_WRITE "source.write"

/* The decisions of the module, in the order of its list (source.c). */
enum source_decision {
    SOURCE_DISABLE,
    SOURCE_ENABLE,
    SOURCE_REFUSE,
    SOURCE_SWEEP,
    SOURCE_DECISIONS
};
extern const struct decision source_decisions[SOURCE_DECISIONS + 1];

/* What the one deadline of the sweep is about. */
#define SWEEP_TARGET STR("all")

/* What was counted only, told to the record from time to time. */
#define STORM_DIGEST_FIELDS(F, T)                             \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it")  \
    F(T, id, _, source, REQUIRED, 0, 0, "the source")         \
    F(T, i64, _, count, 0, 0, 0, "signals")                   \
    F(T, time, _, first, REQUIRED, 0, 0, "the first of them") \
    F(T, time, _, last, REQUIRED, 0, 0, "the last of them")   \
    F(T, list, storm_sample, samples, 0, 0, STORM_SAMPLES_MAX, "the first and the last of them")
SHAPE_DECLARE(storm_digest, STORM_DIGEST_FIELDS);

/* Input of source.disable. */
#define SOURCE_OFF_FIELDS(F, T)                                                       \
    F(T, time, _, until, REQUIRED, 0, 0, "when it counts again; at most 30 days off") \
    F(T, text, block, why, REQUIRED, 3, 500, "why")
SHAPE_DECLARE(source_off, SOURCE_OFF_FIELDS);

/* The events of a source; the body of each is its state. */
#define SOURCE_EVENTS(X)                                                   \
    X(expected, PUTS_ROW, "A source was added to the list")                \
    X(left, ENDS_ROW, "A source was removed from the list")                \
    X(heard, PUTS_ROW, "A source is heard, for the first time or again")   \
    X(bound, PUTS_ROW, "A source is heard over a way that is now its own") \
    X(late, PUTS_ROW, "A heartbeat is overdue")                            \
    X(silenced, PUTS_ROW, "A source fell silent")                          \
    X(settled, PUTS_ROW, "A source is heard again and stable")             \
    X(disabled, PUTS_ROW, "A person switched a source off")                \
    X(enabled, PUTS_ROW, "A source was switched on again")                 \
    X(stormed, PUTS_ROW, "A source sends more than is kept")               \
    X(calmed, PUTS_ROW, "A storm is over")
#define SOURCE_EVENT(part, ...) extern const struct event_kind source_##part##_kind;
SOURCE_EVENTS(SOURCE_EVENT)
extern const struct event_kind source_counted_kind, gap_opened_kind, gap_closed_kind;

/* When a heartbeat is late, and when it is missing for good. */
static inline int64_t late_ms(int64_t heartbeat_ms)
{
    return heartbeat_ms + heartbeat_ms / 2;
}
static inline int64_t silent_ms(int64_t heartbeat_ms)
{
    return heartbeat_ms * 3;
}

rc gap_open(struct ctx *c, struct outcome *outcome, const struct source *source,
            enum gap_cause cause, struct wall began, struct source_state *state);
rc gap_close(struct ctx *c, struct outcome *outcome, struct picture *picture, struct wall ended,
             struct source_state *state);

enum { STORM_OVER_MS = 60000 }; /* of quiet */

/* From the sweep: tell the record what was counted; end the storm when it is over. `state` is NULL
 * for those on no list. */
rc storm_tell(struct hearing *h, struct source_state *state, struct source_pulse *pulse,
              bool *ret_goes_on);

/* Does it come over the source's own way, or over one that may become that? (source_way.c) */
rc way_is_own(struct hearing *h, const struct heard_source *from, bool *ret);
/* Make it the source's own. True when it was not yet: its state is to be written. */
bool way_bind(const struct hearing *h, struct heard_source *from);

record_check source_check;
decide_fn source_disable, source_enable, source_refuse, source_sweep;
extern const struct reaction source_reactions[4];
serve_fn sources_serve_states, sources_serve_one;

#endif
