/* What modules stand on: from the modules that somebody names, all that have to be there. */
#ifndef ASSEMBLY_NEEDS_H
#define ASSEMBLY_NEEDS_H

#include "core/module.h"

enum { MODULES_MAX = 128 };

/* The modules given, core's own and all that they need, each once and after those that it needs;
 * otherwise in the order given. INTERNAL names the two ends of a circle, a name that two modules
 * have, or how many there are at most. */
rc modules_gather(struct ctx *c, size_t count, const struct module *const *modules,
                  size_t *ret_count, const struct module *const **ret);

#endif
