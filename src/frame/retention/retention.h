/* How long records are kept, and what stops their removal. A record says it by `.erasable` and
 * `.keep` (core/module.h); the mission may lengthen or shorten that, as data. */
#ifndef FRAME_RETENTION_RETENTION_H
#define FRAME_RETENTION_RETENTION_H

#include "core/module.h"

extern const struct module retention_module;

enum { RETENTION_DAYS_MAX = 36500 };

#define RETENTION_FIELDS(F, T)                                                            \
    RECORD_FIELDS(F, T)                                                                   \
    F(T, text, slug, kind, REQUIRED | TITLE | UNIQUE, 1, 60, "the kind of record: visit") \
    F(T, i64, _, days, 0, 1, RETENTION_DAYS_MAX,                                          \
      "how many days it is kept, instead of our default")                                 \
    F(T, text, block, why, REQUIRED, 3, 500, "by which law or order")
SHAPE_DECLARE(retention, RETENTION_FIELDS);

#define HOLD_FIELDS(F, T)                                                               \
    RECORD_FIELDS(F, T)                                                                 \
    F(T, text, line, on, REQUIRED | TITLE | INDEXED, 1, 64,                             \
      "what is held: a kind (visit), one record (visit/01J…), or all about a person " \
      "(person/01J…)")                                                                  \
    F(T, text, block, why, REQUIRED, 3, 500, "by which order")
SHAPE_DECLARE(hold, HOLD_FIELDS);

/* One record is erased: body of "<noun>.erased". It names the record by its id and nothing else. */
#define RECORD_ERASED_FIELDS(F, T)                              \
    F(T, label, _, label, REQUIRED, 0, 0, "who may know of it") \
    F(T, text, line, why, REQUIRED, 1, 500, "why")
SHAPE_DECLARE(record_erased, RECORD_ERASED_FIELDS);

#define RETENTION_COUNT_FIELDS(F, T)                                         \
    F(T, text, slug, kind, REQUIRED, 1, 60, "the kind of record")            \
    F(T, i64, _, days, 0, 0, 0, "how long it was kept")                      \
    F(T, i64, _, removed, 0, 0, 0, "records that were removed")              \
    F(T, i64, _, held, 0, 0, 0, "records whose time was over, under a hold") \
    F(T, i64, _, named, 0, 0, 0, "records whose time was over, and which another still names")
SHAPE_DECLARE(retention_count, RETENTION_COUNT_FIELDS);

/* One turn of the removal: body of "retention.passed". */
#define RETENTION_PASSED_FIELDS(F, T)                                 \
    F(T, label, _, label, REQUIRED, 0, 0, "who may know of it")       \
    F(T, list, retention_count, kinds, REQUIRED, 1, 200, "what went") \
    F(T, flag, _, more, 0, 0, 0, "it goes on in a moment")
SHAPE_DECLARE(retention_passed, RETENTION_PASSED_FIELDS);

/* Is this record held, by its kind, its name, or the person it is about? */
rc retention_held(struct ctx *c, struct picture *picture, const struct record *record,
                  const void *body, bool *ret);

/* Refuse if there is a hold on a record of this name ("person/01J…"). Without the module, does
 * nothing. */
rc retention_check_hold(struct ctx *c, struct picture *picture, const char *noun, struct str id);

/* Erase one record within a decision: its row, its key, its files and its deadlines. */
struct named;
rc retention_erase(struct ctx *c, struct picture *picture, struct outcome *outcome,
                   const struct named *named, struct str why);

#endif
