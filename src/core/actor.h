/* Who acts: what they may do and what they may read. Worked out at sign-in from account and roles,
 * carried by every command and request. */
#ifndef CORE_ACTOR_H
#define CORE_ACTOR_H

#include "base/clock.h"
#include "shape/label.h"

struct actor {
    struct str id;              /* account id, or the name of a part of Chancery ("system") */
    struct str person;          /* person id; absent for programs */
    struct texts permissions;   /* "zone.write"; "zone.*"; "*" */
    struct clearance clearance; /* what may be read */
    bool sources_only;          /* of a token: it speaks for these sources and no other, … */
    struct texts sources;       /* … by their ids; an empty list is for none */

    /* How it came in, for what is decided later than it was looked up (core_callers). */
    struct str way;    /* id of the session or token; absent: by none */
    int64_t as_of;     /* core_callers() before it was looked up */
    struct wall until; /* it may do nothing from then on; absent: no end */
};

/* Chancery itself: may do and read everything, on behalf of nobody. */
extern const struct actor actor_system;

/* Is it Chancery itself, and not somebody who goes by its name? */
bool actor_is_system(const struct actor *actor);

/* May it read under this label? Chancery itself may always. */
bool actor_may_read(const struct actor *actor, struct label label);

/* Two permissions every route may name instead of one of a module. */
#define PERMIT_ANYONE    "anyone"    /* without signing in */
#define PERMIT_SIGNED_IN "signed-in" /* any account */

/* Has the actor this permission? NULL actor: only PERMIT_ANYONE. An empty list may nothing. */
bool actor_may(const struct actor *actor, const char *permission);

#endif
