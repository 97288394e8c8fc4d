/* Making guessing slow: every failure under a key makes the next attempt wait, longer each time up
 * to a limit, and an hour without one forgets them. A wait that runs is not made longer. A fixed
 * number of keys is kept; when there are more, those that failed longest ago go. Any thread. */
#ifndef EDGE_AUTH_THROTTLE_H
#define EDGE_AUTH_THROTTLE_H

#include "base/ctx.h"

struct throttle;

enum throttle_kind {
    THROTTLE_TOLD,    /* an address: 10 free, then up to a minute; of what is told, not of who comes
                         in */
    THROTTLE_PAIR,    /* account and address: 3 free, then up to 5 minutes */
    THROTTLE_ACCOUNT, /* 10 free, then up to 5 seconds */
    THROTTLE_OWN,     /* what others do not have (a known browser): 3 free, then up to 5 minutes */
};

rc throttle_open(struct ctx *c, struct throttle **ret);
void throttle_close(struct throttle *throttle);

/* LIMITED, rule "wait", with the seconds, when it is too early. */
rc throttle_check(struct ctx *c, struct throttle *throttle, enum throttle_kind kind,
                  struct str key);

/* It failed: gives how often now, in a row. It went well: forgotten. */
int64_t throttle_failed(struct ctx *c, struct throttle *throttle, enum throttle_kind kind,
                        struct str key);
void throttle_forget(struct throttle *throttle, enum throttle_kind kind, struct str key);

/* An address as a key: of IPv6 the network of 64 bits, which one host has to itself. */
rc throttle_address(struct ctx *c, struct str peer, struct str *ret);

#endif
