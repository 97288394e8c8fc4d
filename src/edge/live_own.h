/* What live.c (writer's side), live_loop.c (connections) and live_frame.c (text) share. */
#ifndef EDGE_LIVE_OWN_H
#define EDGE_LIVE_OWN_H

#include "edge/edge_own.h"

#include <pthread.h>

enum { LIVE_LOOPS_MAX = 64 };

/* How many connections one session or token holds, on all loops. */
struct live_holder {
    struct live_holder *next;
    size_t count;
    size_t len;
    char session[];
};

struct live {
    struct edge *edge;
    pthread_mutex_t mutex; /* of what follows, up to the blank line */
    struct live_loop *loops[LIVE_LOOPS_MAX];
    size_t loop_count;
    bool stopped;
    struct live_holder *holders;

    struct {
        _Atomic int64_t subscribers, frames, lagged, slow, turned_away, ended, replayed;
    } counts;
};

/* One event, as it goes to every loop. */
struct live_frame {
    int64_t seq;
    const struct event_kind *kind;
    struct label label;
    struct str record;
    size_t from, to; /* its bytes in the batch's text */
};

struct live_batch {
    _Atomic size_t refs; /* loops that still have it */
    struct arena *arena; /* of what the frames point to */
    bool affects;        /* who may do what */
    size_t count;
    struct live_frame *frames;
    struct http_block *text; /* of all frames, one behind the other */
};

/* The batch on its way to one loop. */
struct live_delivery {
    struct http_job job;
    struct live_batch *batch;
};

void live_batch_drop(struct live_batch *batch);

/* One connection more for the session, or why not; and one less. From any loop. */
rc live_hold(struct ctx *c, struct live *live, struct str session, struct live_holder **ret);
void live_let_go(struct live *live, struct live_holder *holder);

/* On the loop's thread: send the batch to whom it may concern. */
void live_deliver(struct live_loop *loop, const struct live_batch *batch);
/* What could not be delivered is read from the ledger, by every connection. */
void live_all_behind(struct live_loop *loop);
struct http_loop *live_http(const struct live_loop *loop);

/* An event as the lines of an event stream. The body is left out when the label is restricted
 * (reading it is to be noted, so it has to be asked for) and when it was erased. */
void live_put_frame(struct text *out, const struct event *event);

#endif
