/* A context for one test: an arena of a megabyte or of a given limit, the machine's clock. */
#ifndef TEST_SUPPORT_SCRATCH_H
#define TEST_SUPPORT_SCRATCH_H

#include "base/ctx.h"

#include <stdlib.h>

static inline struct ctx scratch_open(size_t limit)
{
    struct ctx c = {.arena = arena_open(limit ? limit : 1 << 20), .clock = &clock_system};
    if (!c.arena)
        abort();
    return c;
}

static inline void scratch_close(struct ctx *c)
{
    arena_close(c->arena);
}

#endif
