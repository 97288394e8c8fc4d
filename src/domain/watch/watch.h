/* The watch: where signals come from, what each of them means for the mission, and the one queue of
 * alarms that a guard works through. Sources, rules, alarms (ISA-18.2), coverage, arming. */
#ifndef DOMAIN_WATCH_WATCH_H
#define DOMAIN_WATCH_WATCH_H

#include "adapter/kit/signal.h"
#include "core/module.h"

extern const struct module watch_module;

/* ---- sources --------------------------------------------------------------------------------- */

#define SOURCE_KINDS(X, E)                                                \
    X(E, PANEL, "panel", "alarm panel with points of its own")            \
    X(E, CAMERA, "camera", "camera or its recorder")                      \
    X(E, DOOR, "door", "door controller or reader")                       \
    X(E, SENSOR, "sensor", "single detector")                             \
    X(E, BUTTON, "button", "panic button")                                \
    X(E, NETWORK, "network", "sensor of network traffic")                 \
    X(E, COMPUTER, "computer", "computer, server or switch with its log") \
    X(E, FEED, "feed", "service that reports what happens elsewhere")     \
    X(E, PHONE, "phone", "telephone of a guard or of staff")              \
    X(E, OTHER, "other", "anything else that speaks")
SHAPE_DECLARE_CHOICES(source_kind, SOURCE_KIND, SOURCE_KINDS);

#define SOURCE_POINT_FIELDS(F, T)                                  \
    F(T, text, line, point, REQUIRED | SEARCHED, 1, 200,           \
      "zone, point or door as the device names it")                \
    F(T, text, line, name, SEARCHED, 1, 80, "what people call it") \
    F(T, ref, zone, zone, 0, 0, 0, "the zone it watches")          \
    F(T, place, _, position, 0, 0, 0, "where it is")
SHAPE_DECLARE(source_point, SOURCE_POINT_FIELDS);

enum {
    SOURCE_HEARTBEAT_MS_MAX = 7 * 24 * 3600 * 1000,
    SOURCE_KEEP_PER_S = 2,  /* where the record says nothing */
    SOURCE_KEEP_BURST = 200 /* likewise */
};
#define SOURCE_FIELDS(F, T)                                                                      \
    RECORD_FIELDS(F, T)                                                                          \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what people call it")              \
    F(T, choice, source_kind, kind, REQUIRED | INDEXED, 0, 0, "what it is")                      \
    F(T, text, line, identity, REQUIRED | UNIQUE | SEARCHED, 1, 200,                             \
      "what it calls itself; another one here is the same source with a new device")             \
    F(T, text, slug, protocol, 0, 1, 40, "how it speaks: dc09, syslog, eve, mqtt, http …")       \
    F(T, ref, zone, zone, INDEXED, 0, 0, "the zone it watches")                                  \
    F(T, place, _, position, 0, 0, 0, "where it is on the plan")                                 \
    F(T, text, line, owner, SEARCHED, 1, 120, "who looks after it")                              \
    F(T, ms, _, heartbeat_ms, 0, 0, SOURCE_HEARTBEAT_MS_MAX,                                     \
      "it is heard at least so often; 0: not supervised, and then never shown as healthy")       \
    F(T, choice, signal_priority, silence, 0, 0, 0, "how grave its silence is; medium if unset") \
    F(T, opt_i64, _, keep_per_s, 0, 1, 10000, "signals kept a second in a storm; 2 if unset")    \
    F(T, opt_i64, _, keep_burst, 0, 1, 100000, "signals kept before that; 200 if unset")         \
    F(T, list, source_point, points, 0, 0, 200, "its points, where it has several")              \
    F(T, text, line, model, SEARCHED, 1, 120, "make and model")                                  \
    F(T, text, block, note, SEARCHED, 0, 2000, "what a newcomer should know")
SHAPE_DECLARE(source, SOURCE_FIELDS);

#define SOURCE_CONDITIONS(X, E)                                               \
    X(E, NEVER_SEEN, "never-seen", "not heard since it was put on the list")  \
    X(E, HEALTHY, "healthy", "heard within its heartbeat")                    \
    X(E, UNSUPERVISED, "unsupervised", "heard, but it promised no heartbeat") \
    X(E, LATE, "late", "a heartbeat is overdue")                              \
    X(E, SILENT, "silent", "three heartbeats are missing")                    \
    X(E, DISABLED, "disabled", "switched off here by a person")
SHAPE_DECLARE_CHOICES(source_condition, SOURCE_CONDITION, SOURCE_CONDITIONS);

/* What is known of a source as facts. Its id is the source's. */
#define SOURCE_STATE_FIELDS(F, T)                                                          \
    RECORD_FIELDS(F, T)                                                                    \
    F(T, choice, source_condition, condition, REQUIRED | INDEXED, 0, 0, "how it is")       \
    F(T, time, _, since, REQUIRED, 0, 0, "since when")                                     \
    F(T, time, _, heard, 0, 0, 0, "when it had last been heard, at this change")           \
    F(T, id, _, gap, 0, 0, 0, "the open gap in coverage")                                  \
    F(T, i64, _, flaps, 0, 0, 0, "times it fell silent since it was last settled")         \
    F(T, time, _, settle_until, 0, 0, 0, "heard again, but its silence counts until then") \
    F(T, time, _, storming, 0, 0, 0, "it says more than is kept, since then")              \
    F(T, text, line, disabled_by, 0, 1, 120, "who switched it off")                        \
    F(T, time, _, disabled_until, 0, 0, 0, "until when")                                   \
    F(T, text, block, disabled_why, 0, 0, 500, "why")
SHAPE_DECLARE(source_state, SOURCE_STATE_FIELDS);

#define GAP_CAUSES(X, E)                                        \
    X(E, SILENT, "silent", "the source was not heard")          \
    X(E, NEVER_SEEN, "never-seen", "it has not begun to speak") \
    X(E, DISABLED, "disabled", "a person switched it off")
SHAPE_DECLARE_CHOICES(gap_cause, GAP_CAUSE, GAP_CAUSES);

/* A time in which something could have happened unseen. */
#define GAP_FIELDS(F, T)                                                          \
    RECORD_FIELDS(F, T)                                                           \
    F(T, id, _, source, REQUIRED | INDEXED, 0, 0, "who did not see")              \
    F(T, id, _, zone, INDEXED, 0, 0, "where")                                     \
    F(T, choice, gap_cause, cause, REQUIRED, 0, 0, "why")                         \
    F(T, time, _, began, REQUIRED | INDEXED, 0, 0, "last heard, or switched off") \
    F(T, time, _, ended, INDEXED, 0, 0, "heard again; absent: it lasts")
SHAPE_DECLARE(gap, GAP_FIELDS);

/* ---- signals --------------------------------------------------------------------------------- */

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
    F(T, id, _, source, INDEXED, 0, 0, "the source; absent: nobody we know")                    \
    F(T, text, line, identity, REQUIRED, 1, 200, "what the device calls itself")                \
    F(T, text, line, peer, 0, 1, 200, "the network address it came from")                       \
    F(T, choice, signal_kind, kind, REQUIRED | INDEXED, 0, 0, "what it is about")               \
    F(T, choice, signal_kind, ends, 0, 0, 0, "of a restore: what is over")                      \
    F(T, choice, signal_priority, priority, REQUIRED, 0, 0, "as the adapter has it")            \
    F(T, text, slug, code_system, REQUIRED, 1, 40, "whose codes these are")                     \
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
    F(T, text, line, dedupe, 0, 1, 120, "equal for what is certainly the same report")          \
    F(T, id, _, report, INDEXED, 0, 0, "the same for the same key of the same device")          \
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

/* ---- what could not be read ------------------------------------------------------------------ */

enum { BAD_SAMPLES_MAX = 8, BAD_SAMPLE_BYTES = 160 };
#define BAD_SAMPLE_FIELDS(F, T)                                                 \
    F(T, time, _, at, REQUIRED, 0, 0, "when it came")                           \
    F(T, text, line, why, REQUIRED | SEARCHED, 1, 200, "what is wrong with it") \
    F(T, bytes, _, bytes, 0, 0, 160, "its beginning")
SHAPE_DECLARE(bad_sample, BAD_SAMPLE_FIELDS);

/* Input of source.refuse: bad input, told by the listener that read it. */
#define SOURCE_BAD_FIELDS(F, T)                    \
    F(T, i64, _, count, 0, 1, 1000000, "how many") \
    F(T, list, bad_sample, samples, 0, 0, BAD_SAMPLES_MAX, "some of them")
SHAPE_DECLARE(source_bad, SOURCE_BAD_FIELDS);

/* Duress, hold-up, panic, a call for help: before every filter, and ended only by a person. */
static inline bool signal_is_lane(const struct signal *signal)
{
    return signal->kind == SIGNAL_KIND_DURESS;
}

/* What a report is known by: the same for the same key of the same device. */
rc signal_report(struct ctx *c, struct str identity, struct str dedupe, struct str *ret);

/* ---- alarms ---------------------------------------------------------------------------------- */

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

#define ALARM_STATES(X, E)                                                           \
    X(E, UNACKNOWLEDGED, "unacknowledged", "it stands and nobody has answered")      \
    X(E, ACKNOWLEDGED, "acknowledged", "it stands and somebody has answered")        \
    X(E, RETURNED, "returned", "its condition is over and nobody has answered")      \
    X(E, SHELVED, "shelved", "put aside by a person for a time")                     \
    X(E, SUPPRESSED, "suppressed", "not an alarm by design: its zone is not armed")  \
    X(E, OUT_OF_SERVICE, "out-of-service", "its source or its rule is switched off") \
    X(E, CLOSED, "closed", "over and answered")
SHAPE_DECLARE_CHOICES(alarm_state, ALARM_STATE, ALARM_STATES);

#define ALARM_DISPOSITIONS(X, E)                                         \
    X(E, REAL, "real", "what it says has happened")                      \
    X(E, FALSE, "false", "nothing happened: the device erred")           \
    X(E, NUISANCE, "nuisance", "true but of no matter: an animal, wind") \
    X(E, MISTAKE, "mistake", "somebody of ours set it off")              \
    X(E, TEST, "test", "a test or an exercise")                          \
    X(E, KNOWN, "known", "its cause is known and is being seen to")      \
    X(E, UNKNOWN, "unknown", "being looked into")
SHAPE_DECLARE_CHOICES(alarm_disposition, ALARM_DISPOSITION, ALARM_DISPOSITIONS);

#define ALARM_FIELDS(F, T)                                                                         \
    RECORD_FIELDS(F, T)                                                                            \
    F(T, text, line, key, REQUIRED | UNIQUE, 1, 400, "what is one alarm: rule, source, point")     \
    F(T, id, _, rule, INDEXED, 0, 0, "its definition; absent: one built in")                       \
    F(T, text, slug, cause, REQUIRED | INDEXED, 1, 40, "what sort of thing it is")                 \
    F(T, choice, signal_kind, kind, 0, 0, 0, "kind of its signals")                                \
    F(T, text, line, title, REQUIRED | TITLE, 1, 300, "what it says")                              \
    F(T, text, block, consequence, 0, 0, 500, "what happens if nobody acts")                       \
    F(T, text, block, action, 0, 0, 1000, "what the guard does")                                   \
    F(T, choice, signal_priority, priority, REQUIRED, 0, 0, "how urgent")                          \
    F(T, i64, _, rank, INDEXED, 0, 9, "place in the queue: 0 the lane, then by priority")          \
    F(T, ms, _, respond_ms, 0, 0, 0, "time to act")                                                \
    F(T, ms, _, escalate_ms, 0, 0, 0, "untaken so long: others are told")                          \
    F(T, id, _, source, INDEXED, 0, 0, "who says so")                                              \
    F(T, id, _, zone, INDEXED, 0, 0, "where")                                                      \
    F(T, text, line, point, 0, 1, 200, "where, as the device gives it")                            \
    F(T, choice, alarm_state, state, REQUIRED | INDEXED, 0, 0, "ISA-18.2's state")                 \
    F(T, flag, _, lane, 0, 0, 0, "duress: not shelved, not suppressed, ended by a person only")    \
    F(T, flag, _, drill, 0, 0, 0, "an exercise or a test")                                         \
    F(T, flag, _, active, 0, 0, 0, "its condition stands")                                         \
    F(T, flag, _, momentary, 0, 0, 0, "no restore will come")                                      \
    F(T, flag, _, acknowledged, 0, 0, 0, "somebody has answered")                                  \
    F(T, flag, _, suppressed, 0, 0, 0, "by design")                                                \
    F(T, flag, _, out_of_service, 0, 0, 0, "its source or rule is switched off")                   \
    F(T, time, _, began, REQUIRED, 0, 0, "first signal, by the time it is shown at")               \
    F(T, time, _, raised, REQUIRED | INDEXED, 0, 0, "when we knew")                                \
    F(T, time, _, last, REQUIRED, 0, 0, "last signal")                                             \
    F(T, i64, _, signals, 0, 0, 0, "signals so far, with those that were only counted")            \
    F(T, i64, _, cancels, 0, 0, 0, "of duress: times the device took it back, which ends nothing") \
    F(T, time, _, returned, 0, 0, 0, "its condition ended")                                        \
    F(T, text, line, claimed_by, 0, 1, 120, "who has taken it")                                    \
    F(T, time, _, claimed, 0, 0, 0, "when")                                                        \
    F(T, time, _, claim_until, 0, 0, 0, "until when that counts")                                  \
    F(T, flag, _, claim_stale, 0, 0, 0, "taken, and then nothing happened")                        \
    F(T, text, line, acked_by, 0, 1, 120, "who answered")                                          \
    F(T, time, _, acked, 0, 0, 0, "when")                                                          \
    F(T, text, block, ack_why, SEARCHED, 0, 1000, "what they found or do")                         \
    F(T, choice, alarm_disposition, disposition, INDEXED, 0, 0, "what it was")                     \
    F(T, time, _, ack_until, 0, 0, 0, "until when the answer holds")                               \
    F(T, text, line, shelved_by, 0, 1, 120, "who put it aside")                                    \
    F(T, time, _, shelved_until, 0, 0, 0, "until when")                                            \
    F(T, text, block, shelve_why, 0, 0, 500, "why")                                                \
    F(T, i64, _, shelved_signals, 0, 0, 0, "signals when it was put aside")                        \
    F(T, text, line, ended_by, 0, 1, 120, "who ended it")                                          \
    F(T, text, block, end_why, SEARCHED, 0, 1000, "why")                                           \
    F(T, text, line, word_of, 0, 1, 120, "whose word that was")                                    \
    F(T, time, _, closed, INDEXED, 0, 0, "when it was over")                                       \
    F(T, i64, _, escalations, 0, 0, 0, "times others were told")                                   \
    F(T, id, _, team, INDEXED, 0, 0, "alarm under which it is shown; itself when alone")           \
    F(T, id, _, team_before, 0, 0, 0, "where it was shown before, for undoing")
SHAPE_DECLARE(alarm, ALARM_FIELDS);

/* Add the alarm rules of a JSON array that are not there yet: what a mission starts with. */
struct core;
rc watch_add_rules(struct ctx *c, struct core *core, struct str json, size_t *ret_count);

/* ---- arming ---------------------------------------------------------------------------------- */

#define NOT_READY_FIELDS(F, T)                                  \
    F(T, text, slug, what, REQUIRED, 1, 40,                     \
      "open, silent, late, disabled, never-seen, unsupervised") \
    F(T, id, _, source, 0, 0, 0, "the source")                  \
    F(T, id, _, alarm, 0, 0, 0, "of something open: its alarm") \
    F(T, text, line, name, REQUIRED, 1, 300, "for a person")
SHAPE_DECLARE(not_ready, NOT_READY_FIELDS);

enum { NOT_READY_MAX = 100 };
/* Its id is the zone's. */
#define ZONE_ARMING_FIELDS(F, T)                                                                  \
    RECORD_FIELDS(F, T)                                                                           \
    F(T, flag, _, armed, INDEXED, 0, 0, "is it armed")                                            \
    F(T, time, _, since, REQUIRED, 0, 0, "since when")                                            \
    F(T, text, line, by, REQUIRED, 1, 120, "who did it")                                          \
    F(T, text, block, why, 0, 0, 500, "why, when not all was ready")                              \
    F(T, list, not_ready, not_ready, 0, 0, NOT_READY_MAX, "what was not ready, and was accepted") \
    F(T, i64, _, not_ready_count, 0, 0, 0, "how many that were")
SHAPE_DECLARE(zone_arming, ZONE_ARMING_FIELDS);

/* ---- for other domains ----------------------------------------------------------------------- */

/* Something a person must act on. `key` says what is one alarm; while it is live, another raise
 * joins it. What `title`, `action` and the rest point to is copied into the event. */
struct raise {
    struct str key, rule, cause, title, consequence, action, source, zone, point;
    struct label label;
    enum signal_kind kind;
    enum signal_priority priority;
    int64_t respond_ms, escalate_ms; /* 0: by priority */
    bool lane, drill, momentary;
    bool suppressed, out_of_service;
    struct wall at; /* the time it is shown at */
};

/* Within one decision, each key once. */
rc watch_raise(struct ctx *c, struct picture *picture, struct outcome *outcome,
               const struct raise *raise);

/* The condition of a key is over. An unacknowledged alarm stays; nothing happens without one. */
rc watch_return(struct ctx *c, struct picture *picture, struct outcome *outcome, struct str key,
                struct wall at);

#endif
