/* Records in a compact form, for processes of one program to hand to each other. It is not kept:
 * another version of the program may have another shape.
 *
 *     one bit a field: is there a value?     then the values, in the order of the fields
 *     texts: length in 32 bits, bytes        numbers and times: 64 bits      choices: 32 bits
 *     lists: count in 32 bits, the records   places: 2 x 32 bits             a flag: its bit alone
 *
 * Reading is strict and bounded: what it gives passes shape_check. */
#ifndef SHAPE_SHAPE_PACK_H
#define SHAPE_SHAPE_PACK_H

#include "base/text.h"
#include "shape/shape.h"

void shape_pack(struct text *out, const struct shape *shape, const void *record);

/* Read one that is all of `bytes`. Its texts lie in `bytes`, the lists in the arena. MALFORMED, or
 * INVALID as shape_check. */
rc shape_unpack(struct ctx *c, const struct shape *shape, struct str bytes, void *ret);

#endif
