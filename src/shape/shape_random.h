/* Random values that keep every rule of their description: for property tests and for the
 * demonstration's day. The same seed gives the same record. Not for secrets (base/random.h). */
#ifndef SHAPE_SHAPE_RANDOM_H
#define SHAPE_SHAPE_RANDOM_H

#include "shape/shape.h"

/* Fill a record with valid values, edges often among them: absent, shortest, longest, extremes,
 * characters of several bytes, white space inside JSON. What it points to is in the arena of c.
 * INTERNAL when a field's form and bounds leave no value. */
rc shape_random(struct ctx *c, const struct shape *shape, uint64_t *seed, void *record);

/* The next number of the generator (SplitMix64: Steele, Lea and Flood 2014), and one of
 * least … most, both included. */
uint64_t shape_random_u64(uint64_t *seed);
int64_t shape_random_i64(uint64_t *seed, int64_t least, int64_t most);

#endif
