/* What Chancery itself records: deadlines, notes of who read what was restricted, the erasure of a
 * subject; with the position of those who follow the ledger. The module is assembly/core_module.h.
 */
#ifndef CORE_SYSTEM_H
#define CORE_SYSTEM_H

#include "core/module.h"

/* The label of core's own events. */
#define SYSTEM_LABEL ((struct label){TLP_AMBER, {NULL, 0}})

/* At `due`, decide `decision` on `target` with `input`, unless cleared before. */
enum { DEADLINE_INPUT_MAX = 16384 };
#define DEADLINE_FIELDS(F, T)                                                      \
    RECORD_FIELDS(F, T)                                                            \
    F(T, text, line, decision, REQUIRED, 1, 100, "what will be decided")           \
    F(T, id, _, target, 0, 0, 0, "the record it is about")                         \
    F(T, time, _, due, REQUIRED | INDEXED, 0, 0, "when")                           \
    F(T, json, _, input, 0, 2, DEADLINE_INPUT_MAX, "what it will be decided with") \
    F(T, i64, _, input_version, 0, 0, 0, "the version of that input's shape")
SHAPE_DECLARE(deadline, DEADLINE_FIELDS);

#define DEADLINE_END_FIELDS(F, T) \
    RECORD_FIELDS(F, T)           \
    F(T, text, line, refused, 0, 0, 240, "why the decision came to nothing")
SHAPE_DECLARE(deadline_end, DEADLINE_END_FIELDS);

/* An alarm is recorded even where what follows from it fails. */
#define REACTIONS_SKIPPED_FIELDS(F, T)                          \
    F(T, label, _, label, REQUIRED, 0, 0, "who may know of it") \
    F(T, text, line, why, REQUIRED, 1, 240, "what failed")
SHAPE_DECLARE(reactions_skipped, REACTIONS_SKIPPED_FIELDS);
extern const struct event_kind reactions_skipped_kind;

extern const struct event_kind deadline_set_kind, deadline_cleared_kind, deadline_passed_kind;

/* The id of the one deadline of a decision for a record. */
rc deadline_id(struct ctx *c, const struct decision *decision, struct str record_id,
               struct str *ret);

/* Who read what only some may read. Input of "reading.note". */
#define READING_FIELDS(F, T)                                                     \
    F(T, label, _, label, 0, 0, 0, "the strictest of what was read")             \
    F(T, texts, line, records, REQUIRED, 1, 500, "the records that were shown")  \
    F(T, text, line, how, REQUIRED, 1, 200, "the route by which they were read") \
    F(T, text, line, peer, 0, 0, 100, "the address they were shown to")
SHAPE_DECLARE(reading, READING_FIELDS);

/* Every sealed body of this subject is unreadable from here on. */
#define SUBJECT_ERASED_FIELDS(F, T)                             \
    F(T, label, _, label, REQUIRED, 0, 0, "who may know of it") \
    F(T, id, _, subject, REQUIRED, 0, 0, "whose data is erased")
SHAPE_DECLARE(subject_erased, SUBJECT_ERASED_FIELDS);
extern const struct event_kind subject_erased_kind, reading_noted_kind;

/* Where a follower is in the ledger: kept in the vault, for it is no fact of the mission. */
#define FOLLOWER_POSITION_FIELDS(F, T)                     \
    F(T, id, _, id, REQUIRED, 0, 0, "the follower's name") \
    F(T, i64, _, position, 0, 0, 0, "the next event that it is to be given")
SHAPE_DECLARE(follower_position, FOLLOWER_POSITION_FIELDS);

/* Permissions of core's own routes and events. */
#define PERMIT_SYSTEM_READ "system.read"
#define PERMIT_LEDGER_READ "ledger.read"

#endif
