/* How a record of an older version stays readable for ever. Each version keeps its own field list,
 * struct and shape under a name of its own; the newer shape points to the older one and to the
 * function that makes the newer of it:
 *
 *     SHAPE_DEFINE(zone_v1, ZONE_V1_FIELDS, 1, "…");
 *     static rc zone_from_v1(struct ctx *c, const void *old, void *ret_new) { … }
 *     static const struct shape_older zone_older = {&zone_v1_shape, zone_from_v1};
 *     SHAPE_DEFINE_AFTER(zone, ZONE_FIELDS, 2, &zone_older, "…");
 *
 * A test keeps a record of each version as it was written (golden bytes) and reads it. */
#ifndef SHAPE_SHAPE_OLDER_H
#define SHAPE_SHAPE_OLDER_H

#include "shape/shape.h"

struct shape_older {
    const struct shape *shape;
    /* Make the newer record, which is zeroed, of the older. It may point to what the older points
     * to. */
    rc (*upgrade)(struct ctx *c, const void *old, void *ret_new);
};

/* Read a record that was written under `version` as one of the newest, into a zeroed struct: it is
 * read as what it was and then upgraded step by step. Texts point into `json` where they can.
 * CORRUPT when it does not keep the rules of its version, or an upgrade breaks those of the next;
 * UNSUPPORTED when the version is not known, which a newer Chancery has written. */
rc shape_read_version(struct ctx *c, const struct shape *newest, int64_t version, struct str json,
                      void *ret);

#endif
