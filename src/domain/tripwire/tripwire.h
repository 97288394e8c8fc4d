/* Tripwires: Sigma rules as records of the mission, and the engine that holds every event of the
 * ledger against those that are active. What a rule finds is an event of its own, `tripwire.hit`.
 */
#ifndef DOMAIN_TRIPWIRE_TRIPWIRE_H
#define DOMAIN_TRIPWIRE_TRIPWIRE_H

#include "core/module.h"

struct core;
struct sigma_set;

extern const struct module tripwire_module;

/* ---- records --------------------------------------------------------------------------------- */

#define TRIPWIRE_STATUSES(X, E)                                                   \
    X(E, DRAFT, "draft", "being written; it sees nothing")                        \
    X(E, PROPOSED, "proposed", "activated by one person; another has to confirm") \
    X(E, ACTIVE, "active", "it sees every event")                                 \
    X(E, OFF, "off", "switched off by a person")
SHAPE_DECLARE_CHOICES(tripwire_status, TRIPWIRE_STATUS, TRIPWIRE_STATUSES);

/* As JSON, with its line ends escaped, the longest text still fits an entry of the ledger. */
enum { TRIPWIRE_TEXT_MAX = 48000 };
#define TRIPWIRE_FIELDS(F, T)                                                                   \
    RECORD_FIELDS(F, T)                                                                         \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 120, "what people call it")            \
    F(T, text, block, rule, REQUIRED, 1, TRIPWIRE_TEXT_MAX, "the Sigma rule, as YAML")          \
    F(T, choice, tripwire_status, status, SYSTEM | INDEXED, 0, 0, "unset is a draft")           \
    F(T, id, _, proposed_by, SYSTEM, 0, 0, "the account that activated it")                     \
    F(T, id, _, proposer, SYSTEM, 0, 0, "the person whose account that was")                    \
    F(T, id, _, confirmed_by, SYSTEM, 0, 0, "the account that confirmed it, where two have to") \
    F(T, text, block, next, 0, 1, TRIPWIRE_TEXT_MAX,                                            \
      "the text that will replace an active rule's")                                            \
    F(T, id, _, next_by, SYSTEM, 0, 0, "the account that proposed it")                          \
    F(T, id, _, next_person, SYSTEM, 0, 0, "the person whose account that was")                 \
    F(T, text, block, returned_why, SYSTEM, 0, 500, "why it was given back unconfirmed")        \
    F(T, text, block, off_why, SYSTEM, 0, 500, "why it was switched off")                       \
    F(T, text, block, fault, SYSTEM, 0, 500, "why it can no longer fire")                       \
    F(T, time, _, fault_since, SYSTEM | INDEXED, 0, 0, "since when")                            \
    F(T, time, _, review, INDEXED, 0, 0, "when somebody should look at it again")               \
    F(T, text, block, note, SEARCHED, 0, 2000, "what a newcomer should know")
SHAPE_DECLARE(tripwire, TRIPWIRE_FIELDS);

#define TRIPWIRE_GROUP_FIELDS(F, T)                           \
    F(T, text, line, field, REQUIRED, 1, 200, "joined on it") \
    F(T, text, line, value, REQUIRED, 1, 200, "its value, cut")
SHAPE_DECLARE(tripwire_group, TRIPWIRE_GROUP_FIELDS);

#define TRIPWIRE_ACTION_FIELDS(F, T)                               \
    F(T, text, line, what, REQUIRED, 1, 100, "what is to be done") \
    F(T, texts, line, with, 0, 0, 20, "its parameters, name=value")
SHAPE_DECLARE(tripwire_action, TRIPWIRE_ACTION_FIELDS);

#define TRIPWIRE_TOLDS(X, E)        \
    X(E, YES, "yes", "it was so")   \
    X(E, NO, "no", "it was not so") \
    X(E, UNKNOWN, "unknown", "nobody knew: it counted as met")
SHAPE_DECLARE_CHOICES(tripwire_told, TRIPWIRE_TOLD, TRIPWIRE_TOLDS);

#define TRIPWIRE_ASKED_FIELDS(F, T)                                           \
    F(T, text, line, state, REQUIRED, 1, 200, "what it asked of the picture") \
    F(T, text, line, thing, 0, 1, 200, "of what; absent: of the mission")     \
    F(T, choice, tripwire_told, told, REQUIRED, 0, 0, "what it was told")
SHAPE_DECLARE(tripwire_asked, TRIPWIRE_ASKED_FIELDS);

/* Body of `tripwire.hit`, whose record is the tripwire. The id follows from the rule, its group and
 * the events: the same find is the same hit, however often it is made. */
enum { TRIPWIRE_HIT_EVENTS_MAX = 100 };
#define TRIPWIRE_HIT_FIELDS(F, T)                                                     \
    RECORD_FIELDS(F, T)                                                               \
    F(T, id, _, tripwire, REQUIRED | INDEXED, 0, 0, "which tripwire")                 \
    F(T, text, line, rule, REQUIRED, 1, 200, "which of its rules")                    \
    F(T, text, line, title, REQUIRED | TITLE, 1, 200, "what it says")                 \
    F(T, text, line, level, INDEXED, 0, 40,                                           \
      "severity: informational, low, medium, high, critical")                         \
    F(T, time, _, at, REQUIRED | INDEXED, 0, 0,                                       \
      "of the event that completed it, or the end of a wait")                         \
    F(T, texts, line, events, REQUIRED, 1, TRIPWIRE_HIT_EVENTS_MAX,                   \
      "numbers of the events that made it, at most so many")                          \
    F(T, i64, _, event_count, 0, 0, 0, "how many there were")                         \
    F(T, list, tripwire_group, joined, 0, 0, 16, "what the events have in common")    \
    F(T, id, _, zone, INDEXED, 0, 0, "where, when all of them were in one zone")      \
    F(T, id, _, site, INDEXED, 0, 0, "where, when all of them were at one site")      \
    F(T, text, line, purpose, SEARCHED, 1, 200, "what the rule is for")               \
    F(T, list, tripwire_action, actions, 0, 0, 16, "what the rule wants done")        \
    F(T, list, tripwire_asked, asked, 0, 0, 16, "what the picture said at that time") \
    F(T, flag, _, unsure, 0, 0, 0, "it rests on something that nobody knew")          \
    F(T, flag, _, late, 0, 0, 0,                                                      \
      "found by an event that came after newer ones: nobody is alerted")              \
    F(T, flag, _, drill, 0, 0, 0, "an exercise was among the events")
SHAPE_DECLARE(tripwire_hit, TRIPWIRE_HIT_FIELDS);

/* Body of `tripwire.fault` and `tripwire.mended`. */
#define TRIPWIRE_FAULT_FIELDS(F, T) \
    RECORD_FIELDS(F, T)             \
    F(T, text, block, why, 0, 0, 500, "what it can no longer do")
SHAPE_DECLARE(tripwire_fault, TRIPWIRE_FAULT_FIELDS);

extern const struct event_kind tripwire_hit_kind, tripwire_fault_kind, tripwire_mended_kind;

/* Make a record of a rule's file, and activate it when it can fire, its own trials pass, and nobody
 * has to confirm it. One that is there already is left alone. */
rc tripwire_add(struct ctx *c, struct core *core, struct str id, struct str text, bool *ret_active);

/* ---- events as Sigma sees them --------------------------------------------------------------- */

/* The log sources and fields of this catalog, as JSON. */
void taxonomy_put(struct text *out, const struct catalog *catalog);

/* ---- live ------------------------------------------------------------------------------------ */

/* The engine over a core: opened between core_open and core_start. It follows the ledger from where
 * it had kept its windows, and asks the writer to record what it finds. */
struct tripwires;
rc tripwires_open(struct ctx *c, struct core *core, struct tripwires **ret);
void tripwires_close(struct tripwires *tripwires);

/* ---- what would have been -------------------------------------------------------------------- */

struct backtest {
    struct picture *picture;
    const unsigned char *seal_key;
    const struct actor *actor; /* only what this may read */
    const struct sigma_set *set;
    struct wall from, until; /* received since, and before; until 0: the end of the ledger */
    int64_t events_max;      /* 0: any number */
    bool nearest;            /* say of rules that found nothing what was missing */
};

/* Hold the events of the ledger against a set, and write what came of it as JSON: how many events
 * were looked at, the hits and the days on which they were, the events in them, and, if that is
 * asked, the nearest miss (the set is then opened with `relax`). What was still open at `from` is
 * open here too: it begins as much earlier as the rules look back. */
rc tripwire_backtest(struct ctx *c, const struct backtest *backtest, struct text *out);

/* The rule of a record as a set of its own; a text that the engine refuses is INVALID with its line
 * and reason. Close it with sigma_set_close. */
rc tripwire_set(struct ctx *c, struct str id, struct str text, struct sigma_set **ret);

/* The same with the copies by which the nearest miss is found. */
rc tripwire_set_relaxed(struct ctx *c, struct str id, struct str text, struct sigma_set **ret);

#endif
