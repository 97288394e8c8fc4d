/* The writer's side: events become frames once, and a batch of them goes to every loop. */
#include "edge/live_own.h"

#include <stdlib.h>

enum { BATCH_MEMORY = 64 << 20, TEXT_MAX = 16 << 20 };

void live_batch_drop(struct live_batch *batch)
{
    if (--batch->refs > 0)
        return;
    http_block_drop(batch->text);
    arena_close(batch->arena);
    free(batch);
}

/* ---- from the writer ------------------------------------------------------------------------ */

static rc make_frame(struct ctx *c, const struct event *event, struct text *out,
                     struct live_frame *ret)
{
    struct live_frame frame = {
        .seq = event->seq, .kind = event->kind, .label = event->label, .from = out->len};
    TRY(str_copy(c, event->label.compartments, &frame.label.compartments));
    TRY(str_copy(c, event->record, &frame.record));
    live_put_frame(out, event);
    frame.to = out->len;
    *ret = frame;
    return OK;
}

/* An event is told under the label that its record has by the end of the batch: that of the last
 * event about it. */
static rc join_later(struct ctx *c, size_t count, const struct event *const *events, size_t i,
                     struct label *label)
{
    if (str_absent(events[i]->record))
        return OK;
    for (size_t later = count; later-- > i + 1;)
        if (str_eq(events[later]->record, events[i]->record))
            return label_join(c, *label, events[later]->label, label);
    return OK;
}

/* The usual case, in which there is nothing to join. */
static bool one_marking(size_t count, const struct event *const *events)
{
    for (size_t i = 0; i < count; i++)
        if (events[i]->label.tlp != events[0]->label.tlp || events[i]->label.compartments.len > 0)
            return false;
    return true;
}

static rc fill_batch(struct ctx *c, const struct edge_auth *auth, size_t count,
                     const struct event *const *events, struct live_batch *batch)
{
    struct text out;
    struct str text;
    NEW(c, batch->frames, count);
    text_init(&out, c, TEXT_MAX);
    bool alike = one_marking(count, events);
    for (size_t i = 0; i < count; i++) {
        struct event told = *events[i];
        if (!alike)
            TRY(join_later(c, count, events, i, &told.label));
        TRY(make_frame(c, &told, &out, &batch->frames[i]));
        batch->count++;
        batch->affects = batch->affects || auth->affects(auth->arg, events[i]);
    }
    TRY(text_done(&out, &text));
    batch->text = http_block_make(text);
    if (!batch->text)
        FAIL(c, NO_MEMORY, "no memory for live events");
    return OK;
}

static void run_delivery(struct http_job *job, void *of_loop)
{
    struct live_delivery *delivery = (struct live_delivery *)job;
    live_deliver(((struct edge_loop *)of_loop)->live, delivery->batch);
    live_batch_drop(delivery->batch);
    free(delivery);
}

static void run_catch_up(struct http_job *job, void *of_loop)
{
    live_all_behind(((struct edge_loop *)of_loop)->live);
    free(job);
}

/* A batch that cannot be made is no loss: the connections read it from the ledger. */
static void post_catch_up(struct live *live)
{
    for (size_t i = 0; i < live->loop_count; i++) {
        struct http_job *job = calloc(1, sizeof *job);
        if (!job)
            abort(); /* not even this: a gap may not pass for the whole */
        job->run = run_catch_up;
        http_loop_post(live_http(live->loops[i]), job);
    }
}

static void post_batch(struct live *live, struct live_batch *batch)
{
    batch->refs = live->loop_count + 1;
    for (size_t i = 0; i < live->loop_count; i++) {
        struct live_delivery *delivery = calloc(1, sizeof *delivery);
        if (!delivery)
            abort();
        *delivery = (struct live_delivery){.job.run = run_delivery, .batch = batch};
        http_loop_post(live_http(live->loops[i]), &delivery->job);
    }
    live_batch_drop(batch);
}

static void publish(struct live *live, size_t count, const struct event *const *events)
{
    const struct edge_options *options = &live->edge->options;
    struct live_batch *batch = calloc(1, sizeof *batch);
    struct ctx c = {.arena = arena_open(BATCH_MEMORY), .clock = options->clock};
    bool good = batch && c.arena && rc_ok(fill_batch(&c, options->auth, count, events, batch));
    if (good) {
        batch->arena = c.arena;
        live->counts.frames += (int64_t)count;
        post_batch(live, batch);
        return;
    }
    LOG(WARN, "live.batch", LOG_NUMBER("events", (int64_t)count),
        LOG_TEXT("why", str_from(c.fault.message)));
    arena_close(c.arena);
    free(batch);
    post_catch_up(live);
}

static void on_events(void *arg, size_t count, const struct event *const *events)
{
    struct live *live = arg;
    /* Whoever comes after this look reads the ledger, where these events are already. */
    if (live->counts.subscribers == 0)
        return;
    pthread_mutex_lock(&live->mutex);
    if (!live->stopped)
        publish(live, count, events);
    pthread_mutex_unlock(&live->mutex);
}

/* ---- who holds how many ---------------------------------------------------------------------- */

/* The mutex is held. */
static struct live_holder **find_holder(struct live *live, struct str session)
{
    struct live_holder **at = &live->holders;
    while (*at && !str_eq((struct str){(*at)->session, (*at)->len}, session))
        at = &(*at)->next;
    return at;
}

static struct live_holder *add_holder(struct live_holder **at, struct str session)
{
    struct live_holder *holder = calloc(1, sizeof *holder + session.len);
    if (!holder)
        return NULL;
    holder->len = session.len;
    if (session.len > 0)
        memcpy(holder->session, session.ptr, session.len);
    *at = holder;
    return holder;
}

rc live_hold(struct ctx *c, struct live *live, struct str session, struct live_holder **ret)
{
    const struct edge_options *options = &live->edge->options;
    pthread_mutex_lock(&live->mutex);
    struct live_holder **at = find_holder(live, session), *holder = *at;
    bool all = live->counts.subscribers >= (int64_t)options->subscribers_max;
    bool own = holder && holder->count >= options->subscribers_each;
    if (!all && !own && (holder || (holder = add_holder(at, session)))) {
        holder->count++;
        live->counts.subscribers++;
    }
    pthread_mutex_unlock(&live->mutex);
    if (all || own)
        live->counts.turned_away++;
    if (all)
        FAIL(c, BUSY, "there are %zu live connections already", options->subscribers_max);
    if (own)
        FAIL(c, LIMITED, "this session has %zu live connections already: close one of them",
             options->subscribers_each);
    if (!holder)
        FAIL(c, NO_MEMORY, "no memory for a live connection");
    *ret = holder;
    return OK;
}

void live_let_go(struct live *live, struct live_holder *holder)
{
    pthread_mutex_lock(&live->mutex);
    struct live_holder **at = &live->holders;
    live->counts.subscribers--;
    while (*at != holder)
        at = &(*at)->next;
    if (--holder->count == 0) {
        *at = holder->next;
        free(holder);
    }
    pthread_mutex_unlock(&live->mutex);
}

/* ---- life ----------------------------------------------------------------------------------- */

rc live_open(struct ctx *c, struct edge *edge, struct live **ret)
{
    struct live *live = calloc(1, sizeof *live);
    if (!live)
        FAIL(c, NO_MEMORY, "no memory for live updates");
    live->edge = edge;
    pthread_mutex_init(&live->mutex, NULL);
    rc result = core_subscribe(c, edge->options.core, on_events, live);
    if (rc_ok(result))
        *ret = live;
    else
        live_close(live);
    return result;
}

void live_stop(struct live *live)
{
    if (!live)
        return;
    pthread_mutex_lock(&live->mutex);
    live->stopped = true;
    pthread_mutex_unlock(&live->mutex);
}

void live_close(struct live *live)
{
    if (!live)
        return;
    pthread_mutex_destroy(&live->mutex);
    free(live);
}

struct live_counts live_counts(const struct live *live)
{
    return (struct live_counts){
        .subscribers = live->counts.subscribers,
        .frames = live->counts.frames,
        .lagged = live->counts.lagged,
        .slow = live->counts.slow,
        .turned_away = live->counts.turned_away,
        .ended = live->counts.ended,
        .replayed = live->counts.replayed,
    };
}
