#include "store/checkpointer.h"

#include "base/ctx.h"

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

/* Whose the log is: the writer takes an ask up, the checkpointer withdraws it; one of them wins. */
enum asking { QUIET, ASKED, TURN };

struct checkpointer {
    struct checkpointer_options options;
    struct store *store;
    struct arena *arena;
    int64_t warn_bytes;   /* a longer log that readers hold is told; of the checkpointer's thread */
    struct mono asked_at; /* likewise */
    _Atomic int asking;   /* enum asking */
    _Atomic bool truncate;              /* the turn asked for cuts the file to nothing */
    _Atomic int64_t patience, skipping; /* rounds that the last turn in vain costs; still to pass */
    _Atomic int64_t log_bytes, restarts, held, withdrawn, pause_us;
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

/* ---- the checkpointer's side
 * ----------------------------------------------------------------------- */

/* What there is to do. */
static bool take_work(struct checkpointer *k, bool *ret_erased)
{
    pthread_mutex_lock(&k->lock);
    bool written = k->written;
    *ret_erased = k->erased;
    k->written = k->erased = false;
    pthread_mutex_unlock(&k->lock);
    return written;
}

static void note_held(struct checkpointer *k, const struct store_log *log)
{
    atomic_fetch_add(&k->held, 1);
    if (log->bytes < k->warn_bytes)
        return;
    k->warn_bytes = 2 * log->bytes;
    if (k->options.held)
        k->options.held(log);
}

/* Move what is there, until that goes quickly: the rest is then little. True when all is moved. */
static bool move_all(struct checkpointer *k, bool hurry, struct store_log *ret_log)
{
    struct ctx c = {.arena = k->arena, .clock = k->options.clock};
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        int64_t start = now_us();
        arena_reset(k->arena);
        bool moved = rc_ok(store_checkpoint(&c, k->store, STORE_MOVE, 0, ret_log));
        if (!moved || ret_log->moved_bytes < ret_log->bytes)
            return false;
        bool enough = !hurry && ret_log->bytes <= k->options.log_max_bytes;
        if (enough || now_us() - start <= QUICK_US)
            break;
    }
    return true;
}

static bool change(struct checkpointer *k, int from, int to)
{
    return atomic_compare_exchange_strong(&k->asking, &from, to);
}

static void ask(struct checkpointer *k, bool truncate)
{
    atomic_store(&k->truncate, truncate);
    k->asked_at = k->options.clock->mono(k->options.clock);
    change(k, QUIET, ASKED);
}

/* The writer came to no pause: the log has grown since, and is moved here first. */
static void withdraw_late(struct checkpointer *k)
{
    int64_t waited_us = k->options.clock->mono(k->options.clock).us - k->asked_at.us;
    if (waited_us <= (int64_t)CHECKPOINTER_ASK_MS * 1000 || !change(k, ASKED, QUIET))
        return;
    atomic_fetch_add(&k->withdrawn, 1);
    checkpointer_note(k, atomic_load(&k->truncate));
}

void checkpointer_round(struct checkpointer *k)
{
    bool erased = false;
    struct store_log log = {0, 0};
    withdraw_late(k);
    if (atomic_load(&k->asking) != QUIET || !take_work(k, &erased))
        return;
    bool moved = move_all(k, erased, &log);
    atomic_store(&k->log_bytes, log.bytes);
    bool too_long = log.bytes > k->options.log_max_bytes;
    if (!too_long)
        k->warn_bytes = 4 * k->options.log_max_bytes;
    if (moved && !too_long && !erased)
        return;
    if (!moved && too_long)
        note_held(k, &log);
    if (moved && atomic_load(&k->skipping) == 0) {
        ask(k, erased);
        return;
    }
    if (atomic_load(&k->skipping) > 0)
        atomic_fetch_sub(&k->skipping, 1);
    checkpointer_note(k, erased); /* again in the next round */
}

/* False when it is time to end. */
static bool rest(struct checkpointer *k)
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
    struct checkpointer *k = arg;
    while (rest(k))
        checkpointer_round(k);
    return NULL;
}

/* ---- the writer's side ----------------------------------------------------------------------- */

void checkpointer_note(struct checkpointer *checkpointer, bool erased)
{
    if (!checkpointer)
        return;
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->written = true;
    checkpointer->erased = checkpointer->erased || erased;
    pthread_mutex_unlock(&checkpointer->lock);
}

bool checkpointer_asks(const struct checkpointer *checkpointer)
{
    return checkpointer && atomic_load(&checkpointer->asking) == ASKED;
}

void checkpointer_turn(struct checkpointer *k, struct store *store)
{
    if (!k || !change(k, ASKED, TURN))
        return;
    int64_t start = now_us();
    bool truncate = atomic_load(&k->truncate);
    struct ctx c = {.arena = arena_open(MEMORY_MAX), .clock = k->options.clock};
    bool restarted =
        c.arena && rc_ok(store_checkpoint(&c, store, truncate ? STORE_TRUNCATE : STORE_RESTART,
                                          CHECKPOINTER_WAIT_MS, NULL));
    arena_close(c.arena);
    if (restarted) {
        atomic_fetch_add(&k->restarts, 1);
        atomic_store(&k->patience, 0);
    } else {
        int64_t patience = atomic_load(&k->patience) * 2 + 1;
        atomic_store(&k->patience, patience < PATIENCE_MAX ? patience : PATIENCE_MAX);
        atomic_store(&k->skipping, atomic_load(&k->patience));
        atomic_fetch_add(&k->held, 1);
        checkpointer_note(k, truncate);
    }
    int64_t pause_us = now_us() - start;
    if (pause_us > atomic_load(&k->pause_us))
        atomic_store(&k->pause_us, pause_us);
    atomic_store(&k->asking, QUIET);
}

struct checkpointer_counts checkpointer_counts(const struct checkpointer *k)
{
    if (!k)
        return (struct checkpointer_counts){0};
    return (struct checkpointer_counts){
        .log_bytes = atomic_load(&k->log_bytes),
        .restarts = atomic_load(&k->restarts),
        .held = atomic_load(&k->held),
        .withdrawn = atomic_load(&k->withdrawn),
        .pause_us = atomic_load(&k->pause_us),
    };
}

/* ---- life ------------------------------------------------------------------------------------ */

static struct checkpointer *new_checkpointer(void)
{
    pthread_condattr_t monotonic;
    struct checkpointer *k = calloc(1, sizeof *k);
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

rc checkpointer_open(struct ctx *c, const struct checkpointer_options *options,
                     struct checkpointer **ret)
{
    struct checkpointer *k = new_checkpointer();
    rc result = k && k->arena ? store_open(c, &options->store, &k->store)
                              : fault_raise(c, RC_NO_MEMORY, __FILE__, __LINE__, "out of memory");
    if (!rc_ok(result)) {
        checkpointer_close(k);
        return result;
    }
    k->options = *options;
    k->options.store.key = NULL; /* the store has its own copy */
    k->warn_bytes = 4 * options->log_max_bytes;
    *ret = k;
    return OK;
}

rc checkpointer_start(struct ctx *c, struct checkpointer *k)
{
    if (pthread_create(&k->thread, NULL, run, k) != 0)
        FAIL(c, NO_MEMORY, "no thread could be made");
    k->threaded = true;
    return OK;
}

void checkpointer_close(struct checkpointer *checkpointer)
{
    if (!checkpointer)
        return;
    if (checkpointer->threaded) {
        pthread_mutex_lock(&checkpointer->lock);
        checkpointer->stopping = true;
        pthread_cond_signal(&checkpointer->wake);
        pthread_mutex_unlock(&checkpointer->lock);
        pthread_join(checkpointer->thread, NULL);
    }
    store_close(checkpointer->store);
    arena_close(checkpointer->arena);
    pthread_cond_destroy(&checkpointer->wake);
    pthread_mutex_destroy(&checkpointer->lock);
    free(checkpointer);
}
