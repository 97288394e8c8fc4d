/* A few threads for work that takes long, with a bounded queue: argon2, proofs over a whole ledger.
 * When the queue is full the work is refused, so that a flood of it cannot take the memory that it
 * wants. */
#ifndef EDGE_HTTP_POOL_H
#define EDGE_HTTP_POOL_H

#include "base/ctx.h"

struct http_pool;

/* A piece of work. The memory is the caller's and lives until `run` has returned; `of_thread` is
 * what `open` made for the thread. */
struct http_work {
    void (*run)(struct http_work *work, void *of_thread);
    struct http_work *next; /* the queue's */
};

struct http_pool_options {
    size_t threads;   /* 0: 2 */
    size_t queue_max; /* waiting, beside those that run; 0: 16 */
    /* Called on each thread before its first work (NULL: nothing), and after its last. */
    rc (*open)(struct ctx *c, void *arg, void **ret_of_thread);
    void (*close)(void *arg, void *of_thread);
    void *arg;
    const struct clock *clock;
};

/* Start the threads. When one of them cannot open, its fault is raised here. */
rc http_pool_open(struct ctx *c, const struct http_pool_options *options, struct http_pool **ret);

/* Finish what is queued, then end the threads. NULL is fine. */
void http_pool_close(struct http_pool *pool);

/* Queue work, from any thread; false when too much waits already. */
bool http_pool_submit(struct http_pool *pool, struct http_work *work);

/* Work refused because the queue was full. */
int64_t http_pool_refused(const struct http_pool *pool);

#endif
