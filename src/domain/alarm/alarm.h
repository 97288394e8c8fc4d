/* Alarms: what a person must act on, in one queue (ISA-18.2). Other domains raise them. */
#ifndef DOMAIN_ALARM_ALARM_H
#define DOMAIN_ALARM_ALARM_H

#include "adapter/kit/signal.h"
#include "core/module.h"

extern const struct module alarm_module;

/* Permissions of the whole watch: alarms, sources, signals and zones. */
#define WATCH_READ  "watch.read"
#define WATCH_WRITE "watch.write"

/* The label of what Chancery itself says. */
#define WATCH_LABEL ((struct label){TLP_AMBER, {NULL, 0}})

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

/* What an alarm says is kept as a message, never as a sentence of one language: its words are in
 * content/alarms/messages.<language>.json, and what stands in their {holes} is a reference to a
 * record, a text as it came (a device's own words, a name that the mission gave), or phrases that
 * have words in the same files. */
enum { MESSAGE_PARAMS_MAX = 6, MESSAGE_TEXT_MAX = 300, MESSAGE_PHRASES_MAX = 36 };
#define MESSAGE_PARAM_FIELDS(F, T)                                                                 \
    F(T, text, slug, name, REQUIRED, 1, 20, "the placeholder that it fills")                       \
    F(T, text, line, ref, 0, 1, 80, "a record: source/panel, account/01M8 …")                      \
    F(T, text, line, text, 0, 1, MESSAGE_TEXT_MAX, "a text as it came, in place of a reference")   \
    F(T, texts, line, phrases, 0, 0, MESSAGE_PHRASES_MAX,                                          \
      "keys of phrases, in place of both: order.send-guard.site; after a slash, what fills their " \
      "{what}")
SHAPE_DECLARE(message_param, MESSAGE_PARAM_FIELDS);

/* What every version has before and after what the alarm says. */
#define ALARM_HEAD_FIELDS(F, T)                                                                \
    RECORD_FIELDS(F, T)                                                                        \
    F(T, text, line, key, REQUIRED | UNIQUE, 1, 400, "what is one alarm: rule, source, point") \
    F(T, id, _, rule, INDEXED, 0, 0, "its definition; absent: one built in")                   \
    F(T, text, slug, cause, REQUIRED | INDEXED, 1, 40, "what sort of thing it is")             \
    F(T, choice, signal_kind, kind, 0, 0, 0, "kind of its signals")
#define ALARM_TAIL_FIELDS(F, T)                                                                 \
    F(T, text, block, consequence, 0, 0, 500, "what happens if nobody acts")                    \
    F(T, text, block, action, 0, 0, 1000, "what the guard does")                                \
    F(T, choice, signal_priority, priority, REQUIRED, 0, 0, "how urgent")                       \
    F(T, i64, _, rank, INDEXED, 0, 9, "place in the queue: 0 the lane, then by priority")       \
    F(T, ms, _, respond_ms, 0, 0, 0, "time to act")                                             \
    F(T, ms, _, escalate_ms, 0, 0, 0, "others are told if nobody takes it in this time")        \
    F(T, id, _, source, INDEXED, 0, 0, "who reported it")                                       \
    F(T, id, _, zone, INDEXED, 0, 0, "where")                                                   \
    F(T, text, line, point, 0, 1, 200, "where, as the device gives it")                         \
    F(T, choice, alarm_state, state, REQUIRED | INDEXED, 0, 0, "ISA-18.2's state")              \
    F(T, flag, _, lane, 0, 0, 0, "duress: not shelved, not suppressed, ended by a person only") \
    F(T, flag, _, drill, 0, 0, 0, "an exercise or a test")                                      \
    F(T, flag, _, active, 0, 0, 0, "its condition stands")                                      \
    F(T, flag, _, momentary, 0, 0, 0, "no restore will come")                                   \
    F(T, flag, _, acknowledged, 0, 0, 0, "somebody has answered")                               \
    F(T, flag, _, suppressed, 0, 0, 0, "by design")                                             \
    F(T, flag, _, out_of_service, 0, 0, 0, "its source or rule is switched off")                \
    F(T, time, _, began, REQUIRED, 0, 0, "first signal, by the time it is shown at")            \
    F(T, time, _, raised, REQUIRED | INDEXED, 0, 0, "when we received it")                      \
    F(T, time, _, last, REQUIRED, 0, 0, "last signal")                                          \
    F(T, i64, _, signals, 0, 0, 0, "signals so far, including those that were only counted")    \
    F(T, i64, _, cancels, 0, 0, 0,                                                              \
      "for duress: times the device cancelled it, which ends nothing")                          \
    F(T, time, _, returned, 0, 0, 0, "its condition ended")                                     \
    F(T, text, line, claimed_by, 0, 1, 120, "who has taken it")                                 \
    F(T, time, _, claimed, 0, 0, 0, "when")                                                     \
    F(T, time, _, claim_until, 0, 0, 0, "until when the claim counts")                          \
    F(T, flag, _, claim_stale, 0, 0, 0, "taken, and then nothing happened")                     \
    F(T, text, line, acked_by, 0, 1, 120, "who answered")                                       \
    F(T, time, _, acked, 0, 0, 0, "when")                                                       \
    F(T, text, block, ack_why, SEARCHED, 0, 1000, "what they found or do")                      \
    F(T, choice, alarm_disposition, disposition, INDEXED, 0, 0, "what it was")                  \
    F(T, time, _, ack_until, 0, 0, 0, "until when the answer holds")                            \
    F(T, text, line, shelved_by, 0, 1, 120, "who put it aside")                                 \
    F(T, time, _, shelved_until, 0, 0, 0, "until when")                                         \
    F(T, text, block, shelve_why, 0, 0, 500, "why")                                             \
    F(T, i64, _, shelved_signals, 0, 0, 0, "signals when it was put aside")                     \
    F(T, text, line, ended_by, 0, 1, 120, "who ended it")                                       \
    F(T, text, block, end_why, SEARCHED, 0, 1000, "why")                                        \
    F(T, text, line, word_of, 0, 1, 120, "whose word that was")                                 \
    F(T, time, _, closed, INDEXED, 0, 0, "when it was over")                                    \
    F(T, i64, _, escalations, 0, 0, 0, "times others were told")                                \
    F(T, id, _, team, INDEXED, 0, 0, "alarm under which it is shown; itself when alone")        \
    F(T, id, _, team_before, 0, 0, 0, "where it was shown before, for undo")

#define ALARM_FIELDS(F, T)                                                                        \
    ALARM_HEAD_FIELDS(F, T)                                                                       \
    F(T, text, line, message, REQUIRED, 1, 60, "what it says: the key of a message")              \
    F(T, list, message_param, params, 0, 0, MESSAGE_PARAMS_MAX, "the values of its placeholders") \
    F(T, id, _, site, INDEXED, 0, 0, "where, when it is of no one zone")                          \
    ALARM_TAIL_FIELDS(F, T)
SHAPE_DECLARE(alarm, ALARM_FIELDS);

/* An alarm as it is shown, with what it says in words. `consequence` and `action` are the mission's
 * own words; where it has none, those of the message are said. None of these three is kept. */
#define ALARM_SHOWN_FIELDS(F, T)                                                             \
    ALARM_FIELDS(F, T)                                                                       \
    F(T, text, block, title, TITLE, 0, 0, "what it says, in the language of the request")    \
    F(T, text, block, consequence_said, 0, 0, 0, "what happens if nobody acts, in the same") \
    F(T, text, block, action_said, 0, 0, 0, "what the guard does, in the same")
SHAPE_DECLARE(alarm_shown, ALARM_SHOWN_FIELDS);

/* ---- raising them ---------------------------------------------------------------------------- */

/* Something a person must act on. `key` says what is one alarm; while it is live, another raise
 * joins it. `consequence` and `action` are for the mission's own words: absent, those of the
 * message are shown. All is copied into the event. */
struct raise {
    const char
        *message; /* its key: "silence"; of "silence.never" what is not said is as in "silence" */
    struct message_param params[MESSAGE_PARAMS_MAX];
    size_t param_count;
    struct str key, rule, cause, consequence, action, source, zone, site, point;
    struct label label;
    enum signal_kind kind;
    enum signal_priority priority;
    int64_t respond_ms, escalate_ms; /* 0: by priority */
    bool lane, drill, momentary;
    bool suppressed, out_of_service;
    struct wall at; /* the time it is shown at */
};

/* Fill a hole with a record ("source", its id), with a text, which is cut to its limit, or with
 * phrases, one after the other. */
rc raise_refer(struct ctx *c, struct raise *raise, const char *hole, const char *noun,
               struct str id);
void raise_quote(struct raise *raise, const char *hole, struct str text);
void raise_phrases(struct raise *raise, const char *hole, struct texts phrases);

/* The key under `stem` of the phrase that is exactly this in English: what Chancery ships has words
 * in every language as long as a mission has not put its own in their place. NULL: none. */
const char *message_phrase_of(const char *stem, struct str english);

/* Is this what the message of this key says in English? */
bool message_is(const char *key, const char *part, struct str english);

/* Within one decision, each key once. */
rc alarm_raise(struct ctx *c, struct picture *picture, struct outcome *outcome,
               const struct raise *raise);

/* The condition of a key is over. An unacknowledged alarm stays; nothing happens without one. */
rc alarm_return(struct ctx *c, struct picture *picture, struct outcome *outcome, struct str key,
                struct wall at);

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
/* `signals` more of it, the last at `last`, that were counted and not kept. */
void book_count(struct book_entry *entry, int64_t signals, struct wall last);
/* Every entry that something has happened to becomes an event. */
rc book_write(struct book *book, struct outcome *outcome);

/* ---- for other domains ----------------------------------------------------------------------- */

/* All live alarms where `field` has this value. */
struct alarms {
    struct alarm *items;
    size_t count;
};
rc alarms_where(struct ctx *c, struct picture *picture, const char *field, struct str value,
                struct alarms *ret);

/* A source is switched off, or on again: its alarms are out of service, or back in it. Duress stays
 * what it is. */
rc alarms_turn(struct ctx *c, struct picture *picture, struct outcome *outcome, struct str source,
               bool off);

/* One sentence for the reader of a request, in its language: a record that they may not read is an
 * unnamed thing of its kind. `part` is "" for what is said, ".consequence" or ".action". */
struct alarm_message {
    struct str key;
    const struct message_param *params;
    size_t param_count;
};
rc message_say(struct ctx *c, const struct request *request, const struct alarm_message *message,
               const char *part, struct str *ret);

/* The alarm as JSON (alarm_shown), for the reader of the request. */
rc alarm_put(struct ctx *c, const struct request *request, struct response *response,
             const struct alarm *alarm);

#endif
