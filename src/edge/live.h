/* Live updates: what was committed, told to every connection that may know of it, in order, without
 * a gap and without one twice. The idea: an event is written as text once, on the writer's thread,
 * and every connection refers to the same bytes; who may have it is decided at that moment, by the
 * kind's read permission and the event's label.
 *
 * A connection that was away says which event it saw last. It is then *behind*: its loop reads the
 * ledger for it, a piece whenever its socket has taken the last one, until it meets the end; from
 * then on it is *with* the loop. What is published in between it has read from the ledger, and its
 * own position tells it to skip that.
 *
 * A connection that takes more slowly than is published falls behind, too, when too much waits for
 * it: it loses nothing, and holds no more memory than that. One that takes nothing at all for a
 * while is closed; a browser comes back by itself.
 *
 * When an event may change who may do what, every connection is identified anew before anything
 * after that event is sent to it. */
#ifndef EDGE_LIVE_H
#define EDGE_LIVE_H

#include "core/core.h"

struct edge;
struct edge_loop;
struct live;
struct live_loop;

/* The console calls a line stale when a ping is 1.5 s late, so this bounds how long old data may
 * pass for new: three seconds at a control post. */
enum { LIVE_FILTERS_MAX = 32, LIVE_PING_MS = 1000, LIVE_RENEW_MS = 5000 };

/* What may wait for one connection: of a burst of signals, about a second; the bytes are one copy
 * for all that wait for them. And how long one may take nothing of it. */
enum { LIVE_WAITING_MAX = 4 << 20, LIVE_STILL_MS = 30000 };

/* Subscribe to the core; before core_start. */
rc live_open(struct ctx *c, struct edge *edge, struct live **ret);
/* No event is taken from here on. */
void live_stop(struct live *live);
void live_close(struct live *live);

/* On each loop's thread. */
rc live_loop_open(struct ctx *c, struct live *live, struct edge_loop *loop, struct live_loop **ret);
void live_loop_close(struct live_loop *loop);
void live_tick(struct live_loop *loop);

/* Begin the answer of a request whose handler made a subscriber; the request is gone. */
struct edge_request;
struct live_subscriber;
void live_begin(struct edge_request *er);

struct live_counts {
    int64_t subscribers, frames, lagged, slow, turned_away, ended, replayed;
};
struct live_counts live_counts(const struct live *live);

#endif
