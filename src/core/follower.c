#include "core/follower.h"

#include "base/log.h"
#include "core/system.h"
#include "core/writer.h"

#include <stdlib.h>

enum {
    CHUNK = 256,        /* events a turn */
    FLYING_MAX = 256,   /* asked and not answered */
    KEEP_EVENTS = 1000, /* a position is written after so many … */
    TURN_MEMORY = 256 << 20,
    ASK_MEMORY = 128 << 20,
    BACK_OFF_MS_LEAST = 100,
    BACK_OFF_MS_MOST = 60000,
};
static const int64_t KEEP_US = (int64_t)60 * 1000000; /* … or after so long */

struct asked {
    struct command command;
    struct follower *follower;
    struct ctx c;
};

struct follower {
    struct core *core;
    struct follower_options options;
    struct reader reader;
    struct ctx c; /* of a turn */
    bool begun;
    int64_t from; /* where the turn began */
    int64_t kept, kept_us;
    bool took; /* an event since that */
    int64_t back_off_ms;
    struct mono again; /* not before; 0: at once */
    struct follower *next;

    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock; /* of what follows, up to the blank line */
    pthread_cond_t wake;  /* there is something to look at, or to stop for */
    pthread_cond_t told;  /* an answer came; it rests */
    bool rung, resting, stopping;
    size_t flying;
    struct failure {
        rc result;
        struct fault fault;
    } failed; /* the first among the answers */

    _Atomic int64_t position, taken, refused, failures;
    _Atomic bool failing;
};

/* ---- asking the writer ----------------------------------------------------------------------- */

static void drop_asked(struct asked *asked)
{
    arena_close(asked->c.arena);
    free(asked);
}

static void answered(struct command *command)
{
    struct asked *asked = command->arg;
    struct follower *f = asked->follower;
    rc result = command->result;
    pthread_mutex_lock(&f->lock);
    if (!rc_ok(result) && is_refusal(result))
        atomic_fetch_add(&f->refused, 1);
    else if (!rc_ok(result) && rc_ok(f->failed.result))
        f->failed = (struct failure){result, command->fault};
    f->flying--;
    pthread_cond_broadcast(&f->told);
    pthread_mutex_unlock(&f->lock);
    drop_asked(asked);
}

/* Wait until at most so many are on their way. */
static void wait_for_answers(struct follower *f, size_t most)
{
    pthread_mutex_lock(&f->lock);
    while (f->flying > most) {
        if (f->core->threaded) {
            pthread_cond_wait(&f->told, &f->lock);
            continue;
        }
        pthread_mutex_unlock(&f->lock);
        core_step(f->core);
        pthread_mutex_lock(&f->lock);
    }
    pthread_mutex_unlock(&f->lock);
}

rc follower_answers(struct follower *f)
{
    wait_for_answers(f, 0);
    if (!rc_ok(f->failed.result))
        f->c.fault = f->failed.fault;
    return f->failed.result;
}

static rc make_asked(struct ctx *c, struct asked *asked, const struct follower_ask *ask)
{
    struct follower *f = asked->follower;
    const struct decision *decision =
        catalog_decision(core_catalog(f->core), str_from(ask->decision));
    void *input = NULL;
    if (!decision)
        FAIL(c, NOT_FOUND, "there is no command %s", ask->decision);
    asked->command = (struct command){
        .decision = decision,
        .actor = actor_system,
        .occurred = ask->occurred,
        .cause = -1,
        .expect_seq = -1,
        .drill = ask->drill,
        .alarm = ask->alarm,
        .done = answered,
        .arg = asked,
    };
    rc result = str_copy(&asked->c, ask->target, &asked->command.target);
    if (rc_ok(result) && ask->input) {
        input = ctx_take(&asked->c, 1, decision->input->size);
        result = input ? shape_copy(&asked->c, decision->input, ask->input, input)
                       : fault_again(&asked->c);
    }
    asked->command.input = input;
    c->fault = rc_ok(result) ? c->fault : asked->c.fault;
    return result;
}

rc follower_ask(struct ctx *c, struct follower *f, const struct follower_ask *ask)
{
    wait_for_answers(f, FLYING_MAX - 1);
    struct asked *asked = calloc(1, sizeof *asked);
    if (!asked)
        FAIL(c, NO_MEMORY, "no memory for a command");
    asked->follower = f;
    asked->c = (struct ctx){.arena = arena_open(ASK_MEMORY), .clock = c->clock};
    rc result = asked->c.arena ? make_asked(c, asked, ask)
                               : fault_raise(c, RC_NO_MEMORY, __FILE__, __LINE__, "no memory");
    if (!rc_ok(result)) {
        drop_asked(asked);
        return result;
    }
    pthread_mutex_lock(&f->lock);
    f->flying++;
    pthread_mutex_unlock(&f->lock);
    result = core_submit(c, f->core, &asked->command);
    if (rc_ok(result))
        return OK;
    drop_asked(asked);
    pthread_mutex_lock(&f->lock);
    f->flying--;
    pthread_mutex_unlock(&f->lock);
    return result;
}

/* ---- the position ---------------------------------------------------------------------------- */

rc follower_note(struct ctx *c, struct outcome *outcome, const char *name, int64_t position)
{
    struct follower_position *row = NULL;
    NEW(c, row, 1);
    *row = (struct follower_position){.id = str_from(name), .position = position};
    return outcome_vault_put(c, outcome, &follower_position_shape, row);
}

static rc read_position(struct ctx *c, const struct follower *f, int64_t *ret)
{
    struct follower_position row = {0};
    *ret = f->position;
    if (!f->options.durable)
        return OK;
    rc found = picture_get(c, f->reader.picture, &follower_position_shape,
                           str_from(f->options.name), NULL, &row);
    if (rc_ok(found) && row.position <= core_size(f->core))
        *ret = row.position;
    return found.code == RC_NOT_FOUND ? OK : found;
}

static rc keep(struct follower *f, bool at_end)
{
    int64_t now_us = clock_mono(&f->c).us, position = f->position;
    bool due = position - f->kept >= KEEP_EVENTS || now_us - f->kept_us >= KEEP_US;
    if (!f->options.durable || position == f->kept || !(due || (at_end && f->took)))
        return OK;
    struct follower_position row = {.id = str_from(f->options.name), .position = position};
    TRY(follower_ask(&f->c, f, &(struct follower_ask){.decision = "follower.keep", .input = &row}));
    f->kept = position;
    f->kept_us = now_us;
    f->took = false;
    return OK;
}

/* ---- a turn ---------------------------------------------------------------------------------- */

static bool is_wanted(const struct follower *f, struct str kind)
{
    const char *const *at = f->options.kinds;
    while (at && *at && !str_starts(kind, *at))
        at++;
    return !at || *at;
}

static rc take_entry(struct ctx *c, void *arg, const struct ledger_event *entry, bool *stop)
{
    struct follower *f = arg;
    struct event event;
    (void)stop;
    /* of a module that this program does not have, or of no concern */
    if (catalog_event(core_catalog(f->core), entry->kind) && is_wanted(f, entry->kind)) {
        TRY(event_read(c, core_catalog(f->core), entry, &event));
        TRY(f->options.take(c, f->options.arg, f->reader.picture, &event));
        if (f->options.exact)
            TRY(follower_answers(f));
        f->took = true;
        atomic_fetch_add(&f->taken, 1);
    }
    atomic_store(&f->position, entry->seq + 1);
    return OK;
}

static rc begin(struct follower *f)
{
    int64_t position = 0;
    if (!f->reader.picture)
        TRY(core_reader_open(&f->c, f->core, &f->reader));
    TRY(read_position(&f->c, f, &position));
    f->kept = position;
    f->kept_us = clock_mono(&f->c).us;
    if (f->options.begin)
        TRY(f->options.begin(&f->c, f->options.arg, f->reader.picture, &position));
    atomic_store(&f->position, position);
    return OK;
}

static rc take_some(struct follower *f)
{
    struct ctx *c = &f->c;
    f->from = f->position;
    if (!f->begun)
        TRY(begin(f));
    f->begun = true;
    f->from = f->position;
    struct ledger_walk walk = {
        .from = f->position,
        .limit = core_size(f->core) - f->position,
        .seal_key = core_options(f->core)->ledger.seal_key,
    };
    if (walk.limit > CHUNK)
        walk.limit = CHUNK;
    if (walk.limit > 0)
        TRY(ledger_walk(c, f->reader.store, &walk, take_entry, f));
    if (f->options.rest)
        TRY(f->options.rest(c, f->options.arg, f->reader.picture, f->position));
    TRY(follower_answers(f));
    TRY(keep(f, f->position == core_size(f->core)));
    return follower_answers(f);
}

/* All of the turn, for what came of it may be lost. What was asked for is answered first: it may
 * have been done. */
static void begin_again(struct follower *f)
{
    wait_for_answers(f, 0);
    LOG(WARN, "follower.failed", LOG_TEXT("name", str_from(f->options.name)),
        LOG_TEXT("why", str_from(f->c.fault.message)), LOG_NUMBER("position", f->position));
    core_reader_close(&f->reader); /* its connection may be what failed */
    f->failed.result = OK;
    f->begun = false;
    atomic_store(&f->position, f->from);
    f->back_off_ms = f->back_off_ms ? f->back_off_ms * 2 : BACK_OFF_MS_LEAST;
    if (f->back_off_ms > BACK_OFF_MS_MOST)
        f->back_off_ms = BACK_OFF_MS_MOST;
    atomic_fetch_add(&f->failures, 1);
}

/* A thread waits in real time, also under a clock that stands. */
static int64_t now_us(const struct follower *f)
{
    return f->threaded ? clock_system.mono(&clock_system).us : clock_mono(&f->c).us;
}

/* The lock is held. */
static bool has_work(const struct follower *f)
{
    if (f->again.us)
        return now_us(f) >= f->again.us;
    return f->rung || !f->begun || f->position < core_size(f->core);
}

/* The lock is held, and not while it works. */
static void turn(struct follower *f)
{
    f->rung = f->resting = false;
    pthread_mutex_unlock(&f->lock);
    arena_reset(f->c.arena);
    rc result = take_some(f);
    if (!rc_ok(result))
        begin_again(f);
    pthread_mutex_lock(&f->lock);
    f->failing = !rc_ok(result);
    f->again.us = rc_ok(result) ? 0 : now_us(f) + f->back_off_ms * 1000;
    if (rc_ok(result))
        f->back_off_ms = 0;
}

/* ---- its thread ------------------------------------------------------------------------------ */

/* The lock is held. */
static void wait_for_work(struct follower *f)
{
    f->resting = true;
    pthread_cond_broadcast(&f->told);
    if (f->again.us) {
        struct timespec until = {f->again.us / 1000000, f->again.us % 1000000 * 1000};
        pthread_cond_timedwait(&f->wake, &f->lock, &until);
    } else {
        pthread_cond_wait(&f->wake, &f->lock);
    }
}

static void *run_thread(void *arg)
{
    struct follower *f = arg;
    pthread_mutex_lock(&f->lock);
    while (!f->stopping) {
        if (has_work(f))
            turn(f);
        else
            wait_for_work(f);
    }
    f->resting = true;
    pthread_cond_broadcast(&f->told);
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

void follower_ring(struct follower *f)
{
    pthread_mutex_lock(&f->lock);
    f->rung = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

static void stop(struct follower *f)
{
    if (!f->threaded)
        return;
    pthread_mutex_lock(&f->lock);
    f->stopping = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    f->threaded = false;
}

/* ---- all of a core --------------------------------------------------------------------------- */

rc followers_start(struct ctx *c, struct core *core)
{
    for (struct follower *f = core->followers; f; f = f->next) {
        f->threaded = true;
        f->again.us = 0; /* of another clock */
        if (pthread_create(&f->thread, NULL, run_thread, f) == 0)
            continue;
        f->threaded = false;
        FAIL(c, NO_MEMORY, "no thread could be made for a follower");
    }
    return OK;
}

bool followers_step(struct core *core)
{
    bool did = false;
    if (core->following)
        return false;
    core->following = true;
    for (struct follower *f = core->followers; f; f = f->next) {
        pthread_mutex_lock(&f->lock);
        if (has_work(f)) {
            turn(f);
            did = true;
        }
        pthread_mutex_unlock(&f->lock);
    }
    core->following = false;
    return did;
}

void followers_settle(struct core *core)
{
    for (struct follower *f = core->followers; f; f = f->next) {
        pthread_mutex_lock(&f->lock);
        while (f->threaded && (!f->resting || (!f->again.us && has_work(f))))
            pthread_cond_wait(&f->told, &f->lock);
        pthread_mutex_unlock(&f->lock);
    }
}

void followers_stop(struct core *core)
{
    for (struct follower *f = core->followers; f; f = f->next)
        stop(f);
}

void followers_leave(struct core *core)
{
    for (struct follower *f = core->followers; f; f = f->next)
        f->core = NULL;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void ring_all(struct core *core)
{
    for (struct follower *f = core->followers; f; f = f->next)
        follower_ring(f);
}

rc follower_open(struct ctx *c, struct core *core, const struct follower_options *options,
                 struct follower **ret)
{
    pthread_condattr_t monotonic;
    struct follower *f = calloc(1, sizeof *f);
    if (!f)
        FAIL(c, NO_MEMORY, "no memory for a follower");
    f->c = (struct ctx){.arena = arena_open(TURN_MEMORY), .clock = core_options(core)->clock};
    if (!f->c.arena) {
        free(f);
        FAIL(c, NO_MEMORY, "no memory for a follower");
    }
    f->options = *options;
    f->core = core;
    f->position = core_size(core);
    pthread_mutex_init(&f->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&f->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&f->told, NULL);
    struct follower **last = &core->followers;
    while (*last)
        last = &(*last)->next;
    *last = f;
    core->ring = ring_all;
    *ret = f;
    return OK;
}

void follower_close(struct follower *f)
{
    if (!f)
        return;
    if (f->core) {
        struct follower **at = &f->core->followers;
        while (*at != f)
            at = &(*at)->next;
        *at = f->next;
    }
    core_reader_close(&f->reader);
    arena_close(f->c.arena);
    pthread_cond_destroy(&f->told);
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

struct follower_counts follower_counts(const struct follower *f)
{
    return (struct follower_counts){
        .name = f->options.name,
        .position = f->position,
        .taken = f->taken,
        .refused = f->refused,
        .failures = f->failures,
        .failing = f->failing,
    };
}

const struct follower *core_follower(const struct core *core, size_t number)
{
    const struct follower *f = core->followers;
    while (f && number-- > 0)
        f = f->next;
    return f;
}
