/* The keeper: a thread that moves the write-ahead log into the database while the writer goes on,
 * so that no commit has to, and clears it after an erasure, so that no destroyed key stays in it.
 */
#include "core/keeper.h"

#include "base/ctx.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ROUND_US = 200000, KEEPER_MEMORY_MAX = 1 << 20 };

struct keeper {
    struct store *store;
    const struct clock *clock;
    struct arena *arena;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the three below */
    pthread_cond_t wake;
    bool stopping, written, erased;
};

/* What there is to do, when its time has come; false when it is time to end. */
static bool wait_for_work(struct keeper *k, bool *ret_written, bool *ret_erased)
{
    int64_t until = clock_system.mono(&clock_system).us + ROUND_US; /* in real time, always */
    struct timespec deadline = {until / 1000000, until % 1000000 * 1000};
    pthread_mutex_lock(&k->lock);
    int timed_out = 0;
    while (!k->stopping && timed_out == 0)
        timed_out = pthread_cond_timedwait(&k->wake, &k->lock, &deadline);
    *ret_written = k->written;
    *ret_erased = k->erased;
    k->written = k->erased = false;
    bool go_on = !k->stopping;
    pthread_mutex_unlock(&k->lock);
    return go_on;
}

static void *run(void *arg)
{
    struct keeper *k = arg;
    bool written = false, erased = false;
    while (wait_for_work(k, &written, &erased)) {
        struct ctx c = {.arena = k->arena, .clock = k->clock};
        if (!written)
            continue;
        arena_reset(k->arena);
        if (!rc_ok(store_checkpoint(&c, k->store, erased)))
            keeper_note(k, erased); /* somebody reads: again in the next round */
    }
    return NULL;
}

rc keeper_open(struct ctx *c, const struct store_options *options, const struct clock *clock,
               struct keeper **ret)
{
    pthread_condattr_t monotonic;
    struct keeper *k = calloc(1, sizeof *k);
    if (!k)
        FAIL(c, NO_MEMORY, "out of memory");
    k->clock = clock;
    pthread_mutex_init(&k->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&k->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    k->arena = arena_open(KEEPER_MEMORY_MAX);
    rc result = k->arena ? store_open(c, options, &k->store) : (rc){RC_NO_MEMORY};
    if (rc_ok(result) && pthread_create(&k->thread, NULL, run, k) == 0) {
        *ret = k;
        return OK;
    }
    store_close(k->store);
    arena_close(k->arena);
    free(k);
    if (!rc_ok(result))
        return result;
    FAIL(c, NO_MEMORY, "no thread could be made");
}

void keeper_note(struct keeper *keeper, bool erased)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->written = true;
    keeper->erased = keeper->erased || erased;
    pthread_mutex_unlock(&keeper->lock);
}

void keeper_close(struct keeper *keeper)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->stopping = true;
    pthread_cond_signal(&keeper->wake);
    pthread_mutex_unlock(&keeper->lock);
    pthread_join(keeper->thread, NULL);
    store_close(keeper->store);
    arena_close(keeper->arena);
    pthread_cond_destroy(&keeper->wake);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}
