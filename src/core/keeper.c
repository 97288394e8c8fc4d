#include "core/keeper.h"

#include "base/ctx.h"
#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    ROUND_US = 200000,
    MEMORY_MAX = 1 << 20,
    QUICK_US = 20000,  /* a pass that takes no longer leaves little for the writer to move */
    PASSES_MAX = 8,    /* of a round, while none was quick */
    PATIENCE_MAX = 32, /* rounds between two turns, while readers are in the way */
};

struct keeper {
    struct store *store;
    const struct clock *clock;
    struct arena *arena;
    int64_t log_max_bytes;
    int64_t warn_bytes; /* a longer log that readers hold is worth a line; of the keeper's thread */
    _Atomic bool asked, cut;            /* the writer is to have its turn; and to cut the file */
    _Atomic int64_t patience, skipping; /* rounds that the last turn in vain costs; still to pass */
    _Atomic int64_t log_bytes, restarts, held, pause_us;
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock; /* guards the three below */
    pthread_cond_t wake;
    bool stopping, written, erased;
};

static int64_t now_us(void)
{
    return clock_system.mono(&clock_system).us; /* in real time, always */
}

/* ---- the keeper's side ----------------------------------------------------------------------- */

/* What there is to do. */
static bool take_work(struct keeper *k, bool *ret_erased)
{
    pthread_mutex_lock(&k->lock);
    bool written = k->written;
    *ret_erased = k->erased;
    k->written = k->erased = false;
    pthread_mutex_unlock(&k->lock);
    return written;
}

static void note_held(struct keeper *k, const struct store_log *log)
{
    atomic_fetch_add(&k->held, 1);
    if (log->bytes < k->warn_bytes)
        return;
    k->warn_bytes = 2 * log->bytes;
    LOG(WARN, "record.log_held", LOG_NUMBER("bytes", log->bytes),
        LOG_NUMBER("moved_bytes", log->moved_bytes),
        LOG_TEXT("why", STR("somebody reads for long: a backup, a verification")));
}

/* Move what is there, until that goes quickly: the rest is then little. True when all is moved. */
static bool move_all(struct keeper *k, bool hurry, struct store_log *ret_log)
{
    struct ctx c = {.arena = k->arena, .clock = k->clock};
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        int64_t start = now_us();
        arena_reset(k->arena);
        bool moved = rc_ok(store_checkpoint(&c, k->store, STORE_MOVE, 0, ret_log));
        if (!moved || ret_log->moved_bytes < ret_log->bytes)
            return false;
        bool enough = !hurry && ret_log->bytes <= k->log_max_bytes;
        if (enough || now_us() - start <= QUICK_US)
            break;
    }
    return true;
}

void keeper_round(struct keeper *k)
{
    bool erased = false;
    struct store_log log = {0, 0};
    if (atomic_load(&k->asked) || !take_work(k, &erased))
        return;
    bool moved = move_all(k, erased, &log);
    atomic_store(&k->log_bytes, log.bytes);
    bool too_long = log.bytes > k->log_max_bytes;
    if (!too_long)
        k->warn_bytes = 4 * k->log_max_bytes;
    if (moved && !too_long && !erased)
        return;
    if (!moved && too_long)
        note_held(k, &log);
    if (moved && atomic_load(&k->skipping) == 0) {
        atomic_store(&k->cut, erased);
        atomic_store(&k->asked, true);
        return;
    }
    if (atomic_load(&k->skipping) > 0)
        atomic_fetch_sub(&k->skipping, 1);
    keeper_note(k, erased); /* again in the next round */
}

/* False when it is time to end. */
static bool rest(struct keeper *k)
{
    int64_t until = now_us() + ROUND_US;
    struct timespec deadline = {until / 1000000, until % 1000000 * 1000};
    pthread_mutex_lock(&k->lock);
    int timed_out = 0;
    while (!k->stopping && timed_out == 0)
        timed_out = pthread_cond_timedwait(&k->wake, &k->lock, &deadline);
    bool go_on = !k->stopping;
    pthread_mutex_unlock(&k->lock);
    return go_on;
}

static void *run(void *arg)
{
    struct keeper *k = arg;
    while (rest(k))
        keeper_round(k);
    return NULL;
}

/* ---- the writer's side ----------------------------------------------------------------------- */

void keeper_note(struct keeper *keeper, bool erased)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->written = true;
    keeper->erased = keeper->erased || erased;
    pthread_mutex_unlock(&keeper->lock);
}

bool keeper_asks(const struct keeper *keeper)
{
    return keeper && atomic_load(&keeper->asked);
}

void keeper_turn(struct keeper *k, struct store *store)
{
    if (!keeper_asks(k))
        return;
    int64_t start = now_us();
    bool cut = atomic_load(&k->cut);
    struct ctx c = {.arena = arena_open(MEMORY_MAX), .clock = k->clock};
    bool begun = c.arena && rc_ok(store_checkpoint(&c, store, cut ? STORE_TRUNCATE : STORE_RESTART,
                                                   KEEPER_WAIT_MS, NULL));
    arena_close(c.arena);
    if (begun) {
        atomic_fetch_add(&k->restarts, 1);
        atomic_store(&k->patience, 0);
    } else {
        int64_t patience = atomic_load(&k->patience) * 2 + 1;
        atomic_store(&k->patience, patience < PATIENCE_MAX ? patience : PATIENCE_MAX);
        atomic_store(&k->skipping, atomic_load(&k->patience));
        atomic_fetch_add(&k->held, 1);
        keeper_note(k, cut);
    }
    int64_t pause_us = now_us() - start;
    if (pause_us > atomic_load(&k->pause_us))
        atomic_store(&k->pause_us, pause_us);
    atomic_store(&k->asked, false);
}

struct keeper_counts keeper_counts(const struct keeper *k)
{
    if (!k)
        return (struct keeper_counts){0};
    return (struct keeper_counts){
        .log_bytes = atomic_load(&k->log_bytes),
        .restarts = atomic_load(&k->restarts),
        .held = atomic_load(&k->held),
        .pause_us = atomic_load(&k->pause_us),
    };
}

/* ---- life ------------------------------------------------------------------------------------ */

static struct keeper *new_keeper(void)
{
    pthread_condattr_t monotonic;
    struct keeper *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    pthread_mutex_init(&k->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&k->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    k->arena = arena_open(MEMORY_MAX);
    return k;
}

rc keeper_open(struct ctx *c, const struct store_options *options, const struct clock *clock,
               int64_t log_max_bytes, struct keeper **ret)
{
    struct keeper *k = new_keeper();
    rc result = k && k->arena ? store_open(c, options, &k->store)
                              : fault_raise(c, RC_NO_MEMORY, __FILE__, __LINE__, "out of memory");
    if (!rc_ok(result)) {
        keeper_close(k);
        return result;
    }
    k->clock = clock;
    k->log_max_bytes = log_max_bytes;
    k->warn_bytes = 4 * log_max_bytes;
    *ret = k;
    return OK;
}

rc keeper_start(struct ctx *c, struct keeper *k)
{
    if (pthread_create(&k->thread, NULL, run, k) != 0)
        FAIL(c, NO_MEMORY, "no thread could be made");
    k->threaded = true;
    return OK;
}

void keeper_close(struct keeper *keeper)
{
    if (!keeper)
        return;
    if (keeper->threaded) {
        pthread_mutex_lock(&keeper->lock);
        keeper->stopping = true;
        pthread_cond_signal(&keeper->wake);
        pthread_mutex_unlock(&keeper->lock);
        pthread_join(keeper->thread, NULL);
    }
    store_close(keeper->store);
    arena_close(keeper->arena);
    pthread_cond_destroy(&keeper->wake);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}
