/* Making the catalog: the modules put together, their records' rows generated, and all of it
 * checked for what a compiler cannot see: names used twice, a permission nobody declared, a fold
 * without its event, a reference to a record that does not exist, a step from a state that is none.
 */
#ifndef ASSEMBLY_CATALOG_MAKE_H
#define ASSEMBLY_CATALOG_MAKE_H

#include "core/catalog.h"

/* Assemble these modules, core's own and all that they need. INTERNAL names what does not fit. The
 * modules outlive the catalog. */
rc catalog_open(struct ctx *c, size_t count, const struct module *const *modules,
                struct catalog **ret);

#endif
