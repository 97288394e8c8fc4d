/* Signals: what sources said, kept as evidence, and the rules by which they become alarms. */
#ifndef DOMAIN_SIGNAL_SIGNAL_H
#define DOMAIN_SIGNAL_SIGNAL_H

#include "domain/source/source.h"

extern const struct module signal_module;

#define SIGNAL_CLOCKS(X, E)                                                   \
    X(E, ABSENT, "absent", "the source gave no time: ours counts")            \
    X(E, GOOD, "good", "the source's time, within a minute of ours")          \
    X(E, LATE, "late", "the source's time; it came more than a minute after") \
    X(E, FUTURE, "future", "the source's clock is ahead: ours counts")        \
    X(E, WRONG, "wrong", "the source's clock is off by more than a week: ours counts")
SHAPE_DECLARE_CHOICES(signal_clock, SIGNAL_CLOCK, SIGNAL_CLOCKS);

enum { KEPT_RAW_MAX = 4096, KEPT_ATTRIBUTES_MAX = 8192, KEPT_ALSO_MAX = 50 };

/* A signal as it is kept: evidence. */
#define KEPT_SIGNAL_FIELDS(F, T)                                                                \
    RECORD_FIELDS(F, T)                                                                         \
    F(T, id, _, source, INDEXED, 0, 0, "the source; absent: unknown")                           \
    F(T, id, _, claimed, INDEXED, 0, 0,                                                         \
      "the source in whose name it came, over a way that is not that source's")                 \
    F(T, text, line, way, 0, 1, SOURCE_WAY_MAX, "what it came over, where it is no source's")   \
    F(T, text, line, identity, REQUIRED, 1, 200, "what the device calls itself")                \
    F(T, text, line, peer, 0, 1, 200, "the network address it came from")                       \
    F(T, choice, signal_kind, kind, REQUIRED | INDEXED, 0, 0, "what it is about")               \
    F(T, choice, signal_kind, ends, 0, 0, 0, "of a restore: what is over")                      \
    F(T, choice, signal_priority, priority, REQUIRED, 0, 0, "as the adapter has it")            \
    F(T, text, slug, code_system, REQUIRED, 1, 40, "the code system")                           \
    F(T, text, line, code, 0, 1, 80, "the device's own code")                                   \
    F(T, text, line, text, REQUIRED | TITLE, 1, 1000, "what happened")                          \
    F(T, id, _, zone, INDEXED, 0, 0, "the zone of the mission")                                 \
    F(T, text, line, point, 0, 1, 200, "zone, point or door as the device gives it")            \
    F(T, text, line, area, 0, 1, 200, "area or partition as the device gives it")               \
    F(T, text, line, user_code, 0, 1, 200, "user as the device gives it: a code, not a person") \
    F(T, text, line, address, 0, 1, 200, "the remote end it is about")                          \
    F(T, text, line, location, 0, 1, 1000, "where, in the device's words")                      \
    F(T, place, _, position, 0, 0, 0, "where")                                                  \
    F(T, text, line, value, 0, 1, 200, "a measured value or a count")                           \
    F(T, time, _, occurred, 0, 0, 0, "the source's own time, whatever it is worth")             \
    F(T, time, _, at, REQUIRED | INDEXED, 0, 0, "the time it is shown at")                      \
    F(T, time, _, received, REQUIRED, 0, 0, "when it came")                                     \
    F(T, choice, signal_clock, clock, REQUIRED, 0, 0, "what the source's time is worth")        \
    F(T, text, line, dedupe, 0, 1, 120, "equal for certainly identical reports")                \
    F(T, id, _, report, INDEXED, 0, 0, "the same for the same report of the same device")       \
    F(T, flag, _, lane, 0, 0, 0, "duress: it went before everything else")                      \
    F(T, flag, _, repeat, 0, 0, 0, "the adapter had given it before")                           \
    F(T, flag, _, drill, 0, 0, 0, "an exercise or a test")                                      \
    F(T, flag, _, suppressed, 0, 0, 0, "no alarm by design: the zone was not armed")            \
    F(T, id, _, alarm, INDEXED, 0, 0, "the alarm it belongs to")                                \
    F(T, texts, line, also, 0, 0, KEPT_ALSO_MAX, "further alarms that it belongs to")           \
    F(T, bytes, _, raw, 0, 0, KEPT_RAW_MAX, "the beginning of the bytes it was made from")      \
    F(T, i64, _, raw_size, 0, 0, 0, "how many bytes the adapter had")                           \
    F(T, bytes, _, raw_hash, 0, 32, 32, "SHA-256 of all of those, when not all are kept")       \
    F(T, json, _, attributes, 0, 0, KEPT_ATTRIBUTES_MAX, "what else the device said")
SHAPE_DECLARE(kept_signal, KEPT_SIGNAL_FIELDS);

/* One row for each further alarm, so that an alarm finds all of its signals. */
#define SIGNAL_LINK_FIELDS(F, T)                                               \
    RECORD_FIELDS(F, T)                                                        \
    F(T, id, _, alarm, REQUIRED | INDEXED, 0, 0, "the alarm")                  \
    F(T, id, _, signal, REQUIRED, 0, 0, "a signal whose own alarm is another") \
    F(T, time, _, at, REQUIRED | INDEXED, 0, 0, "the time it is shown at")
SHAPE_DECLARE(signal_link, SIGNAL_LINK_FIELDS);

enum { SIGNAL_BATCH_MAX = 500 };
#define SIGNAL_BATCH_FIELDS(F, T) \
    F(T, list, signal, items, REQUIRED, 1, SIGNAL_BATCH_MAX, "signals, the earliest first")
SHAPE_DECLARE(signal_batch, SIGNAL_BATCH_FIELDS);

/* Input of "signal.take": a batch, and what it came over. That is never the sender's to say. */
#define SIGNAL_DELIVERY_FIELDS(F, T)                                                    \
    SIGNAL_BATCH_FIELDS(F, T)                                                           \
    F(T, text, line, way, 0, 1, SOURCE_WAY_MAX, "what it came over; absent: over HTTP") \
    F(T, flag, _, way_proves, 0, 0, 0, "that proves who speaks")
SHAPE_DECLARE(signal_delivery, SIGNAL_DELIVERY_FIELDS);

/* Duress, hold-up, panic, a call for help: before every filter, and ended only by a person. */
static inline bool signal_is_lane(const struct signal *signal)
{
    return signal->kind == SIGNAL_KIND_DURESS;
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* Which signals become which alarm: EEMUA 191's definition of an alarm, as data. */
enum { RULE_WITHIN_MS_MAX = 24 * 3600 * 1000, RULE_RESPOND_MS_MAX = 24 * 3600 * 1000 };
#define ALARM_RULE_FIELDS(F, T)                                                               \
    RECORD_FIELDS(F, T)                                                                       \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what the alarm is called")      \
    F(T, choice, signal_kind, kind, REQUIRED | INDEXED, 0, 0, "kind of signal")               \
    F(T, texts, line, codes, 0, 0, 50, "only these codes of the device; empty: any")          \
    F(T, choice, source_kind, source_kind, 0, 0, 0, "only sources of this kind")              \
    F(T, refs, source, sources, 0, 0, 50, "only these sources; empty: any")                   \
    F(T, refs, zone, zones, 0, 0, 50, "only in these zones; empty: anywhere")                 \
    F(T, i64, _, least, 0, 0, 100, "so many of them …; 0 and 1: each")                        \
    F(T, ms, _, within_ms, 0, 0, RULE_WITHIN_MS_MAX, "… within this time, from one source")   \
    F(T, flag, _, armed_only, 0, 0, 0, "suppressed by design while its zone is not armed")    \
    F(T, flag, _, momentary, 0, 0, 0, "its condition does not stand: no restore will come")   \
    F(T, text, slug, cause, REQUIRED, 1, 40, "alarms of one cause in one zone are one group") \
    F(T, choice, signal_priority, priority, REQUIRED, 0, 0, "how urgent")                     \
    F(T, text, block, consequence, REQUIRED, 1, 500, "what happens if nobody acts")           \
    F(T, ms, _, respond_ms, 0, 0, RULE_RESPOND_MS_MAX, "time to act before it happens")       \
    F(T, text, block, action, REQUIRED, 1, 1000, "what the guard does")                       \
    F(T, ms, _, escalate_ms, 0, 0, RULE_RESPOND_MS_MAX,                                       \
      "tell others when untaken so long; 0: by priority")                                     \
    F(T, text, block, out_of_service, 0, 0, 500,                                              \
      "why it is out of service; absent: it is in service")
SHAPE_DECLARE(alarm_rule, ALARM_RULE_FIELDS);

/* Add the alarm rules of a JSON array that are not there yet: what a mission starts with. */
struct core;
rc alarm_rules_add(struct ctx *c, struct core *core, struct str json, size_t *ret_count);

#endif
