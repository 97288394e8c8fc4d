/* The part of shape_random that makes texts, ids and JSON. */
#ifndef SHAPE_SHAPE_RANDOM_TEXT_H
#define SHAPE_SHAPE_RANDOM_TEXT_H

#include "shape/shape.h"

/* A text of the field's form with least … most characters. */
rc random_text(struct ctx *c, const struct shape_field *field, uint64_t *seed, int64_t least,
               int64_t most, struct str *ret);

rc random_id(struct ctx *c, uint64_t *seed, struct str *ret);

/* Any JSON value, of about `want` bytes and at least `least` and at most `most` of them. */
rc random_json(struct ctx *c, size_t want, size_t least, size_t most, uint64_t *seed,
               struct str *ret);

#endif
