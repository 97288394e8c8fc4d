/* Sources: everything that reports to the mission, how each of them is, and when nobody saw. */
#ifndef DOMAIN_SOURCE_SOURCE_H
#define DOMAIN_SOURCE_SOURCE_H

#include "domain/alarm/alarm.h"

extern const struct module source_module;

/* Permission of a device, and of whoever speaks for one. */
#define SIGNAL_WRITE "signal.write"

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
    SOURCE_KEEP_PER_S = 2,   /* where the record says nothing */
    SOURCE_KEEP_BURST = 200, /* likewise */
    SOURCE_WAY_MAX = 120
};
#define SOURCE_FIELDS(F, T)                                                                        \
    RECORD_FIELDS(F, T)                                                                            \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what people call it")                \
    F(T, choice, source_kind, kind, REQUIRED | INDEXED, 0, 0, "what it is")                        \
    F(T, text, line, identity, REQUIRED | UNIQUE | SEARCHED, 1, 200,                               \
      "what it calls itself; change it when the source gets a new device")                         \
    F(T, text, slug, protocol, 0, 1, 40, "its protocol: dc09, syslog, eve, mqtt, http …")          \
    F(T, ref, zone, zone, INDEXED, 0, 0, "the zone it watches")                                    \
    F(T, place, _, position, 0, 0, 0, "where it is on the plan")                                   \
    F(T, text, line, owner, SEARCHED, 1, 120, "who maintains it")                                  \
    F(T, ms, _, heartbeat_ms, 0, 0, SOURCE_HEARTBEAT_MS_MAX,                                       \
      "the longest time between reports; 0: unsupervised, and never shown as healthy")             \
    F(T, choice, signal_priority, silence, 0, 0, 0, "how serious its silence is; medium if unset") \
    F(T, opt_i64, _, keep_per_s, SECONDARY, 1, 10000,                                              \
      "signals kept per second in a storm; 2 if unset")                                            \
    F(T, opt_i64, _, keep_burst, SECONDARY, 1, 100000, "signals kept before that; 200 if unset")   \
    F(T, list, source_point, points, 0, 0, 200, "its points, where it has several")                \
    F(T, text, line, way, SECONDARY, 1, SOURCE_WAY_MAX,                                            \
      "what it reports over, as \"listener/\" and the id of a listener; if unset, what it was "    \
      "first heard over")                                                                          \
    F(T, text, line, model, SEARCHED, 1, 120, "make and model")                                    \
    F(T, text, block, note, SEARCHED, 0, 2000, "what a newcomer should know")
SHAPE_DECLARE(source, SOURCE_FIELDS);

#define SOURCE_CONDITIONS(X, E)                                              \
    X(E, NEVER_SEEN, "never-seen", "not heard since it was put on the list") \
    X(E, HEALTHY, "healthy", "heard within its heartbeat")                   \
    X(E, UNSUPERVISED, "unsupervised", "heard, but it has no heartbeat")     \
    X(E, LATE, "late", "a heartbeat is overdue")                             \
    X(E, SILENT, "silent", "three heartbeats are missing")                   \
    X(E, DISABLED, "disabled", "switched off here by a person")
SHAPE_DECLARE_CHOICES(source_condition, SOURCE_CONDITION, SOURCE_CONDITIONS);

/* What is known of a source as facts. Its id is the source's. */
#define SOURCE_STATE_FIELDS(F, T)                                                          \
    RECORD_FIELDS(F, T)                                                                    \
    F(T, choice, source_condition, condition, REQUIRED | INDEXED, 0, 0, "how it is")       \
    F(T, time, _, since, REQUIRED, 0, 0, "since when")                                     \
    F(T, time, _, heard, 0, 0, 0, "when it had last been heard, at this change")           \
    F(T, id, _, gap, 0, 0, 0, "the open gap in coverage")                                  \
    F(T, text, line, way, 0, 1, SOURCE_WAY_MAX, "what it was first heard over")            \
    F(T, flag, _, way_proves, 0, 0, 0, "nobody but the source can report over that")       \
    F(T, i64, _, flaps, 0, 0, 0, "times it fell silent since it was last settled")         \
    F(T, time, _, settle_until, 0, 0, 0, "heard again, but its silence counts until then") \
    F(T, time, _, storming, 0, 0, 0, "it has sent more than is kept since then")           \
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

/* ---- what could not be read ------------------------------------------------------------------ */

enum { BAD_SAMPLES_MAX = 8, BAD_SAMPLE_BYTES = 160 };
#define BAD_SAMPLE_FIELDS(F, T)                                      \
    F(T, time, _, at, REQUIRED, 0, 0, "when it came")                \
    F(T, text, line, why, REQUIRED, 1, 200, "what is wrong with it") \
    F(T, bytes, _, bytes, 0, 0, 160, "its beginning")
SHAPE_DECLARE(bad_sample, BAD_SAMPLE_FIELDS);

/* Input of source.refuse: bad input, told by the listener that read it. */
#define SOURCE_BAD_FIELDS(F, T)                    \
    F(T, i64, _, count, 0, 1, 1000000, "how many") \
    F(T, list, bad_sample, samples, 0, 0, BAD_SAMPLES_MAX, "some of them")
SHAPE_DECLARE(source_bad, SOURCE_BAD_FIELDS);

/* ---- what changes with every signal ---------------------------------------------------------- */

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
    F(T, opt_i64, _, skew_ms, 0, 0, 0, "its clock minus ours, when it last gave a time")    \
    F(T, text, line, peer, 0, 1, 200, "address it speaks from")                             \
    F(T, text, line, other_peer, 0, 1, 200, "address it spoke from before")                 \
    F(T, time, _, peer_changed, 0, 0, 0, "when that changed")                               \
    F(T, i64, _, peer_changes, 0, 0, 0, "changes to and fro within ten minutes")            \
    F(T, i64, _, signals, 0, 0, 0, "signals that were kept")                                \
    F(T, i64, _, heartbeats, 0, 0, 0, "heartbeats")                                         \
    F(T, i64, _, duplicates, 0, 0, 0, "reports that were there already")                    \
    F(T, i64, _, counted, 0, 0, 0, "signals that were counted only, in storms")             \
    F(T, i64, _, bad, 0, 0, 0, "frames or lines that could not be read")                    \
    F(T, i64, _, foreign, 0, 0, 0, "reports in its name that came another way")             \
    F(T, text, line, foreign_way, 0, 1, SOURCE_WAY_MAX, "the way of the latest of those")   \
    F(T, text, line, foreign_peer, 0, 1, 200, "its address")                                \
    F(T, time, _, foreign_at, 0, 0, 0, "when it came")                                      \
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

rc source_state_get(struct ctx *c, struct picture *picture, const struct source *source,
                    struct source_state *ret);
rc source_pulse_get(struct ctx *c, struct picture *picture, struct str id, struct label label,
                    struct source_pulse *ret);

/* Does it, or one of its points, watch this zone? */
bool source_watches(const struct source *source, struct str zone);

/* ---- hearing them ---------------------------------------------------------------------------- */

/* What signals came over: "listener/", "camera/" or "account/", and the id of that record. */
struct source_way {
    struct str name; /* absent: Chancery itself speaks, which may for every source */
    bool proves;     /* nobody but the source, or whom it trusts, can report over it */
};

/* One decision that hears sources. */
struct hearing {
    struct ctx *c;
    struct picture *picture;
    struct outcome *outcome;
    struct source_way way;
    struct book book;
    struct wall now;
    struct wall sweep; /* look at all sources by then; zero: no need */
};

/* A source as a decision goes along: what it writes is not yet in the picture. */
struct heard_source {
    struct source source;
    struct source_state state;
    struct source_pulse pulse;
    bool known;   /* on the list; all others share one */
    bool foreign; /* on the list, but what came now came another way than it reports over */
    char *keys;   /* the pulse's `counted_keys`, once they are changed */
};

/* The source that calls itself so, and whether it is the one that speaks: a name proves nothing, so
 * a source is believed only over its own way (source_way.c). Somebody unknown when no source on the
 * list has that name. */
rc source_find(struct hearing *h, struct str identity, struct heard_source *ret);

/* The one that all strangers share. */
rc source_find_unknown(struct hearing *h, struct heard_source *ret);

/* It speaks, from this address: what follows if that is news, or if two speak by one name. The
 * first way that it is heard over becomes its own. */
rc source_hear(struct hearing *h, struct heard_source *from, struct str peer);

/* Somebody speaks in its name another way: counted, and an alarm. No sign of life. */
rc source_hear_foreign(struct hearing *h, struct heard_source *claimed, struct str peer);

/* May one more signal be kept? Takes a token. */
bool storm_has_room(struct heard_source *from, struct wall now);
/* Count a signal that is not kept; the beginning of a storm is an event and an alarm. `report` is
 * what it is known by, if it is sent again. */
rc storm_count(struct hearing *h, struct heard_source *from, const struct storm_sample *sample,
               struct str report);
/* Was a report of this name counted lately? */
bool storm_has_counted(const struct heard_source *from, struct str report);

/* Look at all sources no later than `due`. */
rc source_sweep_by(struct ctx *c, struct picture *picture, struct outcome *outcome,
                   struct wall due);

#endif
