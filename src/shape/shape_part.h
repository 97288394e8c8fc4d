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

/* shape_check of what came from `source`: input may leave SYSTEM fields out, required or not. */
rc shape_check_from(struct ctx *c, const struct shape *shape, enum shape_source source,
                    const void *record);

#endif
