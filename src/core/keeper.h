/* The keeper of the store's write-ahead log: a thread beside the writer. Private to core. */
#ifndef CORE_KEEPER_H
#define CORE_KEEPER_H

#include "store/store.h"

struct keeper;

/* Start it, with a connection of its own. Only for an embedded store; PostgreSQL keeps its own log.
 */
rc keeper_open(struct ctx *c, const struct store_options *options, const struct clock *clock,
               struct keeper **ret);

/* Something was committed; a subject's key was destroyed in it. NULL is fine. */
void keeper_note(struct keeper *keeper, bool erased);

/* End it. NULL is fine. */
void keeper_close(struct keeper *keeper);

#endif
