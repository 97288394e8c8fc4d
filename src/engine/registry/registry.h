/* The one list of what engines compute. What stands in it is at once in `chancery compute`, in its
 * help, and in the test that runs every example. */
#ifndef ENGINE_REGISTRY_REGISTRY_H
#define ENGINE_REGISTRY_REGISTRY_H

#include "engine/kit/compute.h"

/* Lists of rows, one an engine, each ending with a row of zeros; NULL at the end. */
extern const struct compute *const computes[];

/* By name; NULL when there is none. */
const struct compute *compute_find(struct str name);

/* Lines for a person: each name with its help; the fields and the example of one. */
void compute_put_list(struct text *out);
void compute_put_help(struct text *out, const struct compute *compute);

#endif
