/* What the files of this folder have from each other. */
#ifndef FRAME_RETENTION_RETENTION_OWN_H
#define FRAME_RETENTION_RETENTION_OWN_H

#include "core/catalog.h"
#include "frame/retention/retention.h"

#define PERMIT_RETENTION_READ  "retention.read"
#define PERMIT_RETENTION_WRITE "retention.write"
#define PERMIT_RETENTION_HOLD  "retention.hold"
#define PERMIT_RETENTION_ERASE "retention.erase"

enum retention_decision { RETENTION_RUN, RETENTION_PERSON, RECORD_ERASE, RETENTION_DECISIONS };
extern const struct decision retention_decisions[RETENTION_DECISIONS + 1];
extern const struct event_kind retention_passed_kind;

/* How far a removal has come: input of "retention.run". Absent: at the beginning. */
#define RETENTION_TURN_FIELDS(F, T)                                     \
    F(T, text, slug, kind, 0, 1, 60, "the kind that is looked through") \
    F(T, text, line, after, 0, 1, 1000, "where in it")
SHAPE_DECLARE(retention_turn, RETENTION_TURN_FIELDS);

#define RECORD_ERASE_FIELDS(F, T) F(T, text, block, why, REQUIRED, 3, 400, "on which ground")
SHAPE_DECLARE(record_erase, RECORD_ERASE_FIELDS);

/* Every kind of record that is kept for a time, as it stands now. */
#define RETENTION_RULE_FIELDS(F, T)                                                     \
    F(T, text, slug, kind, REQUIRED, 1, 60, "the kind of record")                       \
    F(T, text, slug, after, REQUIRED, 1, 60, "the time from which it counts")           \
    F(T, i64, _, days, 0, 0, 0, "how many days it is kept")                             \
    F(T, i64, _, declared_days, 0, 0, 0, "how many it would be by Chancery's own rule") \
    F(T, text, block, why, 0, 0, 500, "the law or order that sets another number")
SHAPE_DECLARE(retention_rule, RETENTION_RULE_FIELDS);

/* A record that will be removed. */
#define RETENTION_DUE_FIELDS(F, T)                                 \
    F(T, text, line, record, REQUIRED, 1, 64, "which: visit/01J…") \
    F(T, time, _, due, REQUIRED, 0, 0, "when")                     \
    F(T, flag, _, held, 0, 0, 0, "not as long as there is a hold on it")
SHAPE_DECLARE(retention_due, RETENTION_DUE_FIELDS);

/* The record kinds that are kept for a time, one after the other; NULL after the last. */
const struct record *kept_next(const struct catalog *catalog, const struct record *before);
rc rule_of(struct ctx *c, struct picture *picture, const struct record *record,
           struct retention_rule *ret);

/* The records whose time begins by `by`: sorted by it, retired ones too. */
rc kept_query(struct ctx *c, const struct record *record, struct wall by, struct query *ret);
/* When its time began; absent: not yet. */
struct wall kept_since(const struct record *record, const void *body, const struct row *row);

check_removal_fn retention_check_removal;
decide_fn retention_decide_run, retention_decide_person, record_decide_erase;
rc retention_on_subject(struct ctx *c, struct picture *picture, const struct event *event,
                        struct outcome *outcome);
fold_fn retention_fold_erased;
serve_fn retention_serve_rules, retention_serve_due, retention_serve_erase;

#endif
