/* What every plain record has in common, made from its shape: events, commands, folds and routes.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/catalog.h"
#include "core/module.h"

/* The body of "<noun>.retired", and the input of "<noun>.retire". */
#define RECORD_END_FIELDS(F, T) F(T, text, block, why, 0, 0, 500, "why it is retired")
SHAPE_DECLARE(record_end, RECORD_END_FIELDS);

/* The decisions and folds behind the generated kinds (assembly/catalog_make.c puts them into rows).
 */
decide_fn record_decide_add, record_decide_change, record_decide_retire;
fold_fn record_fold_put, record_fold_retire, record_fold_end;

/* The name of one record in the ledger and in references between parts: "zone/01J…". */
rc record_name(struct ctx *c, const struct shape *shape, struct str id, struct str *ret);

/* A record by its name, live or not, as far as the actor may read it, by its label and by the
 * permission for its kind. NOT_FOUND, in the same words
 * for what is hidden and what is not there. */
struct named {
    const struct record *record;
    struct row row;
    const struct record_head *head;
};
rc record_named(struct ctx *c, struct picture *picture, const struct actor *actor, struct str name,
                struct named *ret);

/* Whose key seals the events of this one: the person's, or, of an erasable record, its own
 * ("visit/01J…"); absent: they are not sealed. INVALID: the person is missing. */
rc record_subject(struct ctx *c, const struct record *record, const void *body, struct str *ret);

/* The body of an event "zone.added", ".changed" or ".retired" (then the record as it was), decided
 * by a domain itself rather than by the record's own commands. The deadlines of the record follow.
 */
rc record_want(struct ctx *c, struct picture *picture, struct outcome *outcome,
               const struct shape *shape, enum record_verb verb, const void *body);

/* An event of this kind with the whole record as its body, under its label and subject. */
rc record_add_event(struct ctx *c, const struct record *record, const struct event_kind *kind,
                    const void *body, struct outcome *outcome);

/* Checks for every record that is written: its id and its subject stay the same, the actor may read
 * its label, its references are valid, unique fields are unique. `before` is NULL for a new one. */
rc record_check_written(struct ctx *c, struct picture *picture, const struct command *command,
                        const struct record *record, const void *before, const void *after);

/* Do all references in a record point to live records, which the actor may read or which it
 * referred to before (NULL: a new one)? INVALID names the one that does not; what may not be read
 * is refused as if it were not there. */
rc record_check_references(struct ctx *c, struct picture *picture, const struct actor *actor,
                           const struct shape *shape, const void *before, const void *after);

/* Does no live record refer to this one any more? CONFLICT names one that does, as far as the actor
 * may read it. */
rc record_check_unreferenced(struct ctx *c, struct picture *picture, const struct actor *actor,
                             const struct shape *shape, struct str id);

#endif
