/* What the files of this folder share and nobody else needs. */
#ifndef SHAPE_SHAPE_PART_H
#define SHAPE_SHAPE_PART_H

#include "shape/shape.h"

enum {
    SHAPE_FIELDS_MAX = 128,
    SHAPE_ITEMS_MAX = 10000,    /* of a list without a bound of its own */
    SHAPE_ITEM_CHARS_MAX = 200, /* of each text of a list */
    SHAPE_ID_CHARS_MAX = 26,
    SHAPE_JSON_DEPTH_MAX = 32, /* of free JSON, so that what carries it can still be read */
};

/* Bounds of what is counted or measured; both 0: none. */
static inline bool shape_bounded(const struct shape_field *field)
{
    return field->least != 0 || field->most != 0;
}

/* shape_check of what came from `source`: input may leave SYSTEM fields out, required or not. With
 * a list of faults it goes on after each, and fails only for want of memory. */
rc shape_check_from(struct ctx *c, const struct shape *shape, enum shape_source source,
                    struct faults *faults, const void *record);

/* ---- shape_faults.c: a list of faults, NULL where the first is enough -------------------------
 */

static inline size_t faults_count(const struct faults *faults)
{
    return faults ? faults->count : 0;
}

/* A value ended with `result`. With a list, an INVALID is kept in it and the result is OK. */
rc faults_keep(struct ctx *c, struct faults *faults, rc result);

/* Put a name or an index before the faults from `from` on, and before a failure's own. */
void faults_enter_name(struct ctx *c, struct faults *faults, size_t from, rc result,
                       struct str name);
void faults_enter_index(struct ctx *c, struct faults *faults, size_t from, rc result, size_t index);

/* They are about a secret: without the values, from `from` on. */
void faults_hide(struct ctx *c, struct faults *faults, size_t from, rc result);

/* One list of what was found in reading and in checking: one fault a value, since a value that
 * could not be read was checked as if it were absent; in the order of the fields. */
void faults_join(const struct shape *shape, struct faults *read, const struct faults *checked);

#endif
