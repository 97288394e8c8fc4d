/* The routes that every record has. Private to this folder. */
#ifndef ASSEMBLY_ROUTES_H
#define ASSEMBLY_ROUTES_H

#include "core/catalog_part.h"

/* The generated routes of a record: list, one, history; add, change, retire where there is a
 * permission to write (retire not where steps end it). The `arg` of each is the record. Gives how
 * many there are. */
rc record_routes(struct ctx *c, const struct record *record, struct route ret[RECORD_ROUTES],
                 size_t *ret_count);

/* The route of a step: POST /api/v1/<plural>/{id}/<step>, with If-Match. Its `arg` is the decision.
 */
rc record_step_route(struct ctx *c, const struct decision *decision, struct route *ret);

/* Everything that a compiler cannot check of the modules. INTERNAL names what does not fit. */
rc catalog_check(struct ctx *c, const struct catalog *catalog);

#endif
