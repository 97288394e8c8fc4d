#include "core/writer.h"

#include "base/log.h"

#include <assert.h>
#include <stdlib.h>

enum {
    QUEUE_MAX_DEFAULT = 4096,
    BATCH_MAX_DEFAULT = 512,
    BATCH_MEMORY_MAX = 256 << 20,
    WAIT_US_MAX = 1000000,
    LOG_MAX_BYTES_DEFAULT = 64 << 20,
};

/* ---- opening and closing
 * --------------------------------------------------------------------------- */

static struct core *new_core(const struct core_options *options)
{
    struct core *core = calloc(1, sizeof *core);
    pthread_condattr_t monotonic;
    if (!core)
        return NULL;
    core->options = *options;
    if (core->options.queue_max == 0)
        core->options.queue_max = QUEUE_MAX_DEFAULT;
    if (core->options.batch_max == 0)
        core->options.batch_max = BATCH_MAX_DEFAULT;
    if (core->options.log_max_bytes == 0)
        core->options.log_max_bytes = LOG_MAX_BYTES_DEFAULT;
    pthread_mutex_init(&core->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&core->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&core->settled, NULL);
    core->batch_arena = arena_open(BATCH_MEMORY_MAX);
    if (!core->batch_arena) {
        core_close(core);
        return NULL;
    }
    return core;
}

rc core_open(struct ctx *c, const struct core_options *options, struct core **ret)
{
    struct core *core = new_core(options);
    if (!core)
        FAIL(c, NO_MEMORY, "out of memory");
    rc result = core_open_parts(c, core);
    if (!rc_ok(result)) {
        core_close(core);
        return result;
    }
    atomic_store(&core->size, ledger_size(core->ledger));
    *ret = core;
    return OK;
}

rc core_create(struct ctx *c, const struct core_options *options)
{
    struct store *store = NULL;
    rc result = store_open(c, &options->store, &store);
    if (rc_ok(result))
        result = ledger_create(c, store, &options->ledger);
    store_close(store);
    return result;
}

void core_close(struct core *core)
{
    if (!core)
        return;
    followers_stop(core);
    if (core->threaded) {
        pthread_mutex_lock(&core->lock);
        core->stopping = true;
        pthread_cond_signal(&core->wake);
        pthread_mutex_unlock(&core->lock);
        pthread_join(core->thread, NULL);
    }
    followers_leave(core);
    checkpointer_close(core->checkpointer);
    core_close_parts(core);
    arena_close(core->batch_arena);
    pthread_cond_destroy(&core->settled);
    pthread_cond_destroy(&core->wake);
    pthread_mutex_destroy(&core->lock);
    free(core);
}

/* ---- the queue
 * ------------------------------------------------------------------------------------- */

static void push(struct queue *queue, struct command *command)
{
    command->next = NULL;
    if (queue->last)
        queue->last->next = command;
    else
        queue->first = command;
    queue->last = command;
    queue->count++;
}

/* Move up to `most` commands from a queue to the end of a list. */
static size_t take(struct queue *queue, size_t most, struct queue *ret_list)
{
    size_t taken = 0;
    while (queue->first && taken < most) {
        struct command *command = queue->first;
        queue->first = command->next;
        queue->count--;
        push(ret_list, command);
        taken++;
    }
    if (!queue->first)
        queue->last = NULL;
    return taken;
}

/* The lock is held. */
static void count_waiting(struct core *core)
{
    atomic_store(&core->waiting, (int64_t)(core->ordinary.count + core->alarms.count));
}

rc core_submit(struct ctx *c, struct core *core, struct command *command)
{
    assert(command->decision && command->done);
    pthread_mutex_lock(&core->lock);
    bool full = core->ordinary.count >= core->options.queue_max && !command->alarm;
    bool refuse = core->stopping || full;
    if (!refuse) {
        push(command->alarm ? &core->alarms : &core->ordinary, command);
        count_waiting(core);
        pthread_cond_signal(&core->wake);
    }
    pthread_mutex_unlock(&core->lock);
    if (!refuse)
        return OK;
    atomic_fetch_add(&core->turned_away, 1);
    FAIL(c, BUSY, full ? "too much is waiting to be written; try again" : "shutting down");
}

/* The next batch: the alarms alone, if there are any, so that nothing delays or spoils their
 * commit. The lock is held. */
static struct command *next_batch(struct core *core)
{
    struct queue list = {0};
    if (take(&core->alarms, SIZE_MAX, &list) == 0)
        take(&core->ordinary, core->options.batch_max, &list);
    count_waiting(core);
    return list.first;
}

/* When there is nothing to do: has another process written? */
static bool follow(struct core *core)
{
    struct batch b = batch_start(core);
    bool any = false;
    return rc_ok(writer_follow(&b, &any)) && any;
}

/* Between two commits; an alarm goes first. */
static void tend_log(struct core *core)
{
    if (!checkpointer_asks(core->checkpointer) || core->lost)
        return;
    pthread_mutex_lock(&core->lock);
    bool alarm = core->alarms.first != NULL;
    pthread_mutex_unlock(&core->lock);
    if (!alarm)
        checkpointer_turn(core->checkpointer, core->store);
}

bool core_step(struct core *core)
{
    bool did = writer_run_due(core);
    pthread_mutex_lock(&core->lock);
    struct command *list = next_batch(core);
    pthread_mutex_unlock(&core->lock);
    if (list)
        writer_run(core, list);
    tend_log(core);
    did = did || list || follow(core);
    return (!core->threaded && followers_step(core)) || did;
}

/* ---- the thread
 * ------------------------------------------------------------------------------------ */

/* How long nothing has to be done, if nobody asks; at most a second, for what others write. */
static int64_t idle_us(const struct core *core)
{
    const struct clock *clock = core->options.clock;
    int64_t wait = WAIT_US_MAX;
    if (core->next_due.us && core->next_due.us - clock->wall(clock).us < wait)
        wait = core->next_due.us - clock->wall(clock).us;
    return wait > 0 ? wait : 0;
}

static int64_t settles_asked(struct core *core)
{
    pthread_mutex_lock(&core->lock);
    int64_t asked = core->settles_asked;
    pthread_mutex_unlock(&core->lock);
    return asked;
}

/* There was nothing to do after so many had asked. The lock is held. */
static void tell_settled(struct core *core, int64_t asked)
{
    if (core->settles_done == asked)
        return;
    core->settles_done = asked;
    core->settled_due = core->next_due;
    pthread_cond_broadcast(&core->settled);
}

static void *run_thread(void *arg)
{
    struct core *core = arg;
    bool stop = false;
    while (!stop) {
        int64_t asked = settles_asked(core);
        if (core_step(core))
            continue;
        /* a thread waits in real time, also under a clock that stands */
        int64_t until = clock_system.mono(&clock_system).us + idle_us(core);
        struct timespec deadline = {until / 1000000, until % 1000000 * 1000};
        pthread_mutex_lock(&core->lock);
        bool empty = !core->alarms.first && !core->ordinary.first;
        if (empty)
            tell_settled(core, asked);
        if (empty && !core->stopping && core->settles_asked == asked)
            pthread_cond_timedwait(&core->wake, &core->lock, &deadline);
        stop = core->stopping && !core->alarms.first && !core->ordinary.first;
        pthread_mutex_unlock(&core->lock);
    }
    return NULL;
}

/* Until the writer has nothing to do. */
static struct wall settle(struct core *core)
{
    pthread_mutex_lock(&core->lock);
    int64_t mine = ++core->settles_asked;
    pthread_cond_signal(&core->wake);
    while (core->settles_done < mine)
        pthread_cond_wait(&core->settled, &core->lock);
    struct wall due = core->settled_due;
    pthread_mutex_unlock(&core->lock);
    return due;
}

static void tell_held(const struct store_log *log)
{
    LOG(WARN, "record.log_held", LOG_NUMBER("bytes", log->bytes),
        LOG_NUMBER("moved_bytes", log->moved_bytes),
        LOG_TEXT("why", STR("somebody reads for long: a backup, a verification")));
}

struct wall core_settle(struct core *core)
{
    int64_t size;
    struct wall due;
    if (!core->threaded) {
        while (core_step(core))
            continue;
        return core->next_due;
    }
    do {
        size = core_size(core);
        due = settle(core);
        followers_settle(core);
    } while (core_size(core) != size);
    return due;
}

static rc start(struct ctx *c, struct core *core)
{
    const struct core_options *options = &core->options;
    if (options->store.kind == STORE_SQLITE) {
        const struct checkpointer_options how = {
            .store = options->store,
            .clock = options->clock,
            .log_max_bytes = options->log_max_bytes,
            .held = tell_held,
        };
        TRY(checkpointer_open(c, &how, &core->checkpointer));
        TRY(checkpointer_start(c, core->checkpointer));
    }
    core->threaded = true; /* before the thread looks: it does not run the followers itself */
    if (pthread_create(&core->thread, NULL, run_thread, core) != 0) {
        core->threaded = false;
        FAIL(c, NO_MEMORY, "no thread could be made");
    }
    return followers_start(c, core);
}

static void forget(struct command *command)
{
    (void)command;
}

/* What modules want decided each time the mission opens; it is no matter if it is refused. */
static rc submit_openings(struct ctx *c, struct core *core)
{
    const struct catalog *catalog = core->options.catalog;
    size_t count = 0;
    for (size_t i = 0; i < catalog_module_count(catalog); i++) {
        const char *name = catalog_module(catalog, i)->opening;
        if (!name)
            continue;
        if (count == OPENINGS_MAX)
            FAIL(c, INTERNAL, "more than %d modules want something decided at opening",
                 OPENINGS_MAX);
        core->openings[count] = (struct command){
            .decision = catalog_decision(catalog, str_from(name)),
            .actor = actor_system,
            .cause = -1,
            .expect_seq = -1,
            .done = forget,
        };
        TRY(core_submit(c, core, &core->openings[count++]));
    }
    return OK;
}

rc core_start(struct ctx *c, struct core *core)
{
    assert(!core->threaded && !core->checkpointer);
    rc result = submit_openings(c, core);
    if (rc_ok(result))
        result = start(c, core);
    if (!rc_ok(result))
        core_abandon(core);
    return result;
}

void core_abandon(struct core *core)
{
    struct queue list = {0};
    struct ctx c = {.clock = core->options.clock};
    if (core->threaded)
        return;
    pthread_mutex_lock(&core->lock);
    core->stopping = true;
    take(&core->alarms, SIZE_MAX, &list);
    take(&core->ordinary, SIZE_MAX, &list);
    count_waiting(core);
    pthread_mutex_unlock(&core->lock);
    rc result = fault_raise(&c, RC_BUSY, __FILE__, __LINE__, "the writer was never started");
    for (struct command *next, *command = list.first; command; command = next) {
        next = command->next;
        command->result = result;
        command->fault = c.fault;
        command->done(command);
    }
}

/* ---- asking and waiting
 * ------------------------------------------------------------------------------ */

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool done;
};

static void wake_up(struct command *command)
{
    struct waiting *waiting = command->arg;
    pthread_mutex_lock(&waiting->lock);
    waiting->done = true;
    pthread_cond_signal(&waiting->wake);
    pthread_mutex_unlock(&waiting->lock);
}

static void wait_for(struct core *core, struct waiting *waiting)
{
    pthread_mutex_lock(&waiting->lock);
    while (!waiting->done) {
        if (core->threaded) {
            pthread_cond_wait(&waiting->wake, &waiting->lock);
            continue;
        }
        pthread_mutex_unlock(&waiting->lock);
        core_step(core);
        pthread_mutex_lock(&waiting->lock);
    }
    pthread_mutex_unlock(&waiting->lock);
}

rc core_call(struct ctx *c, struct core *core, struct command *command)
{
    struct waiting waiting = {.done = false};
    pthread_mutex_init(&waiting.lock, NULL);
    pthread_cond_init(&waiting.wake, NULL);
    command->done = wake_up;
    command->arg = &waiting;
    rc result = core_submit(c, core, command);
    if (rc_ok(result)) {
        wait_for(core, &waiting);
        result = command->result;
        if (!rc_ok(result))
            c->fault = command->fault;
    }
    pthread_cond_destroy(&waiting.wake);
    pthread_mutex_destroy(&waiting.lock);
    return result;
}

rc core_command(struct ctx *c, struct core *core, const char *decision, const struct actor *actor,
                struct str target, const void *input)
{
    struct command command = {
        .decision = catalog_decision(core_catalog(core), str_from(decision)),
        .input = input,
        .target = target,
        .actor = *actor,
        .cause = -1,
        .expect_seq = -1,
    };
    if (!command.decision)
        FAIL(c, NOT_FOUND, "there is no command %s", decision);
    return core_call(c, core, &command);
}

/* ---- around it
 * --------------------------------------------------------------------------------------- */

rc core_subscribe(struct ctx *c, struct core *core, subscriber_fn *subscriber, void *arg)
{
    assert(!core->threaded); /* subscribers are there before the first event */
    if (core->subscriber_count == SUBSCRIBERS_MAX)
        FAIL(c, INTERNAL, "more than %d subscribers", SUBSCRIBERS_MAX);
    core->subscribers[core->subscriber_count].call = subscriber;
    core->subscribers[core->subscriber_count++].arg = arg;
    return OK;
}

rc core_reader_open(struct ctx *c, struct core *core, struct reader *ret)
{
    struct store_options options = core->options.store;
    struct reader reader = {NULL, NULL};
    options.read_only = true;
    TRY(store_open(c, &options, &reader.store));
    rc result = picture_open(c, core->options.catalog, reader.store, core->options.mission,
                             &reader.picture);
    if (!rc_ok(result)) {
        store_close(reader.store);
        return result;
    }
    *ret = reader;
    return OK;
}

void core_reader_close(struct reader *reader)
{
    picture_close(reader->picture);
    store_close(reader->store);
    *reader = (struct reader){NULL, NULL};
}

int64_t core_size(const struct core *core)
{
    return atomic_load(&core->size);
}

int64_t core_callers(const struct core *core)
{
    return atomic_load(&core->callers);
}

const struct catalog *core_catalog(const struct core *core)
{
    return core->options.catalog;
}

const struct core_options *core_options(const struct core *core)
{
    return &core->options;
}

struct core_counts core_counts(const struct core *core)
{
    struct checkpointer_counts log = checkpointer_counts(core->checkpointer);
    return (struct core_counts){
        .commands = atomic_load(&core->commands),
        .refused = atomic_load(&core->refused),
        .events = atomic_load(&core->events),
        .batches = atomic_load(&core->batches),
        .waiting = atomic_load(&core->waiting),
        .turned_away = atomic_load(&core->turned_away),
        .folds_retried = atomic_load(&core->retried),
        .log_bytes = log.log_bytes,
        .log_restarts = log.restarts,
        .log_held = log.held,
        .log_withdrawn = log.withdrawn,
        .log_pause_us = log.pause_us,
        .failing = (enum rc_code)atomic_load(&core->failing),
        .failing_since = {atomic_load(&core->failing_since_us)},
    };
}

rc core_rebuild(struct ctx *c, const struct core_options *options, struct str *ret_before,
                struct str *ret_after)
{
    struct core *core = NULL;
    TRY(core_open(c, options, &core));
    rc result = picture_digest(c, core->picture, ret_before);
    if (rc_ok(result))
        result = store_begin(c, core->store, true);
    if (rc_ok(result))
        result = fold_from_nothing(c, core);
    if (rc_ok(result))
        result = store_commit(c, core->store);
    if (rc_ok(result))
        result = fold_forward(c, core);
    if (rc_ok(result))
        result = picture_digest(c, core->picture, ret_after);
    core_close(core);
    return result;
}
