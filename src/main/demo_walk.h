/* A guard of the demonstration with a phone: walks one round and scans its tags. */
#ifndef MAIN_DEMO_WALK_H
#define MAIN_DEMO_WALK_H

#include "domain/rounds/rounds.h"

#include "core/core.h"

struct demo_walk {
    struct str guard, tour;
    int64_t at; /* second of the day at which the round begins */

    unsigned char secret_key[64];
    char run[32];
    struct wall started;
    size_t next;
    bool over;
};

/* Make the guard's phone: a key of its own, known to the mission. */
rc demo_walk_open(struct ctx *c, struct core *core, struct demo_walk *walk);

/* Do what is to be done by now: set out, or scan the next tag. */
rc demo_walk_step(struct ctx *c, struct core *core, struct demo_walk *walk, int64_t second);

#endif
