/* A guard of the demonstration with a phone: walks one round and scans its tags. */
#ifndef MAIN_DEMO_WALK_H
#define MAIN_DEMO_WALK_H

#include "domain/round/round.h"

#include "core/core.h"

struct demo_walk {
    char guard[40], tour[40]; /* the account, the tour; empty: nobody walks */
    int64_t at, every_s;      /* second of the day at which it begins; between the scans */

    unsigned char secret_key[64];
    char run[32];
    size_t next; /* scans done */
    bool over;
};

/* Set out at a second of the day, with a phone of the guard's own that the mission is told of. */
rc demo_walk_begin(struct ctx *c, struct core *core, struct demo_walk *walk);

/* The second of the day at which there is something to do; INT64_MAX: never. */
int64_t demo_walk_due(const struct demo_walk *walk);

/* Do it: scan the next tag. */
rc demo_walk_step(struct ctx *c, struct core *core, struct demo_walk *walk);

#endif
