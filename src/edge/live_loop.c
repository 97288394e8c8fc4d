/* The connections of one loop. */
#include "edge/live_own.h"

#include "assembly/page.h"
#include "core/seen.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    VIEW_MEMORY = 1 << 20,
    WORK_MEMORY = 16 << 20,
    WALK_EVENTS = 256,          /* read from the ledger in one turn */
    BEHIND_WAITING_MAX = 32768, /* no more is read while so much waits to leave */
    FILTER_BYTES_MAX = 2048,
    PIECE_BYTES = 256 << 10, /* given at once; then it is looked how much waits */
};

/* What the connections of one session may see. */
struct live_view {
    struct live_view *next;
    size_t refs;
    struct arena *arena;
    struct edge_caller caller;
};

struct live_subscriber {
    struct live_loop *loop;
    struct live_subscriber *next, **back;
    struct http_stream *stream;
    struct live_view *view;
    struct live_holder *holder;
    int64_t next_seq; /* what it is to be told next */
    bool behind;
    int64_t given, taken; /* bytes given to the connection; of them had left at `moved` */
    struct mono moved;
    char *filters; /* kinds, NUL, records, NUL; NULL: everything */
};

struct live_loop {
    struct live *live;
    struct edge_loop *edge_loop;
    struct live_subscriber *subscribers;
    struct live_view *views;
    struct ctx c; /* for work within one turn */
    struct http_job pump;
    bool pumping;
    struct mono pinged, renewed;
};

struct http_loop *live_http(const struct live_loop *loop)
{
    return loop->edge_loop->http;
}

/* ---- views ---------------------------------------------------------------------------------- */

static rc copy_caller(struct ctx *c, const struct edge_caller *from, struct edge_caller *ret)
{
    struct edge_caller copy = *from;
    struct texts *permissions = &copy.actor.permissions;
    copy.actor.sources = (struct texts){0}; /* who only listens speaks for nobody */
    TRY(str_copy(c, from->actor.way, &copy.actor.way));
    TRY(str_copy(c, from->actor.id, &copy.actor.id));
    TRY(str_copy(c, from->actor.person, &copy.actor.person));
    TRY(str_copy(c, from->actor.clearance.compartments, &copy.actor.clearance.compartments));
    NEW(c, permissions->items, permissions->count ? permissions->count : 1);
    for (size_t i = 0; i < permissions->count; i++)
        TRY(str_copy(c, from->actor.permissions.items[i], &permissions->items[i]));
    *ret = copy;
    return OK;
}

/* Keep the caller in memory of the view's own, in place of the one before. */
static bool set_view(struct live_view *view, const struct edge_caller *caller)
{
    struct ctx c = {.arena = arena_open(VIEW_MEMORY), .clock = NULL};
    struct edge_caller copy;
    if (!c.arena || !rc_ok(copy_caller(&c, caller, &copy))) {
        arena_close(c.arena);
        return false;
    }
    arena_close(view->arena);
    view->arena = c.arena;
    view->caller = copy;
    return true;
}

static struct live_view *take_view(struct live_loop *loop, const struct edge_caller *caller)
{
    struct live_view *view = loop->views;
    while (view && !str_eq(view->caller.actor.way, caller->actor.way))
        view = view->next;
    if (view) {
        view->refs++;
        return view;
    }
    view = calloc(1, sizeof *view);
    if (!view || !set_view(view, caller)) {
        free(view);
        return NULL;
    }
    view->refs = 1;
    view->next = loop->views;
    loop->views = view;
    return view;
}

static void give_view(struct live_loop *loop, struct live_view *view)
{
    struct live_view **at = &loop->views;
    if (--view->refs > 0)
        return;
    while (*at != view)
        at = &(*at)->next;
    *at = view->next;
    arena_close(view->arena);
    free(view);
}

/* ---- connections ---------------------------------------------------------------------------- */

static void free_subscriber(struct live_subscriber *s)
{
    *s->back = s->next;
    if (s->next)
        s->next->back = s->back;
    live_let_go(s->loop->live, s->holder);
    give_view(s->loop, s->view);
    free(s->filters);
    free(s);
}

static void end_subscriber(struct live_subscriber *s)
{
    http_stream_close(s->stream);
    free_subscriber(s);
}

/* "a,b.*" has "b.c". */
static bool list_covers(struct str list, struct str value)
{
    struct str item;
    while (str_split(&list, ',', &item)) {
        bool stem = str_ends(item, "*");
        if (stem)
            item.len--;
        struct str part = stem ? str_sub(value, 0, item.len) : value;
        if (str_eq(item, part))
            return true;
    }
    return false;
}

static bool wants(const struct live_subscriber *s, struct str kind, struct str record)
{
    if (!s->filters)
        return true;
    struct str kinds = str_from(s->filters), records = str_from(s->filters + kinds.len + 1);
    return (kinds.len == 0 || list_covers(kinds, kind)) &&
           (records.len == 0 || (!str_absent(record) && list_covers(records, record)));
}

static bool may_see(const struct live_view *view, const struct event_kind *kind, struct label label)
{
    return actor_may(&view->caller.actor, kind->read) &&
           label_readable(label, view->caller.actor.clearance);
}

static void give_text(struct live_subscriber *s, struct str text)
{
    s->given += (int64_t)text.len;
    http_stream_send_text(s->stream, text);
}

/* What is published from here on it reads from the ledger, when it has taken what waits. */
static void fall_behind_if_full(struct live_subscriber *s)
{
    if (s->behind || http_stream_waiting(s->stream) <= LIVE_WAITING_MAX)
        return;
    s->behind = true;
    s->loop->live->counts.lagged++;
}

/* Frames in a row go as one piece: each piece is a record of TLS and a call of the kernel. */
static void give_piece(struct live_subscriber *s, const struct live_batch *batch, size_t from,
                       size_t to)
{
    if (from == to)
        return;
    s->given += (int64_t)(to - from);
    http_stream_send(s->stream, batch->text, from, to);
    fall_behind_if_full(s);
}

/* Has it taken nothing for long of what waits for it? Then it is closed. */
static bool close_if_still(struct live_subscriber *s, struct mono now)
{
    size_t waiting = http_stream_waiting(s->stream);
    int64_t taken = s->given - (int64_t)waiting;
    if (waiting == 0 || taken != s->taken) {
        s->taken = taken;
        s->moved = now;
    }
    if (now.us - s->moved.us < (int64_t)LIVE_STILL_MS * 1000)
        return false;
    s->loop->live->counts.slow++;
    end_subscriber(s);
    return true;
}

static void send_ping(struct live_subscriber *s)
{
    char text[192], now[WALL_TEXT_MAX];
    const struct clock *clock = s->loop->live->edge->options.clock;
    const struct core *core = s->loop->live->edge->options.core;
    int64_t size = core_size(core);
    enum rc_code failing = core_counts(core).failing;
    int len = 0;
    if (s->next_seq > 0)
        len = snprintf(text, sizeof text, "id: %" PRId64 "\n", s->next_seq - 1);
    len +=
        snprintf(text + len, sizeof text - (size_t)len,
                 "event: ping\ndata: {\"size\":%" PRId64 ",\"now\":\"%.*s\"%s%s%s}\n\n", size,
                 (int)wall_format(clock->wall(clock), now), now, failing ? ",\"writing\":\"" : "",
                 failing ? status_word(failing) : "", failing ? "\"" : "");
    give_text(s, (struct str){text, (size_t)len});
}

/* ---- catching up ---------------------------------------------------------------------------- */

struct walking {
    struct live_subscriber *subscriber;
    int64_t seen;
    bool full;
};

static rc replay_each(struct ctx *c, void *arg, const struct ledger_event *from, bool *stop)
{
    struct walking *w = arg;
    struct live_subscriber *s = w->subscriber;
    struct live *live = s->loop->live;
    struct picture *picture = s->loop->edge_loop->reader.picture;
    struct event event;
    struct text out;
    struct str text;
    w->seen++;
    s->next_seq = from->seq + 1;
    if (!wants(s, from->kind, from->record))
        return OK;
    rc result = event_read_for(c, picture, &s->view->caller.actor, from, &event);
    if (result.code == RC_NOT_FOUND) /* not for this reader */
        return OK;
    TRY(result);
    text_init(&out, c, 4 * LEDGER_ENTRY_MAX);
    live_put_frame(&out, &event);
    TRY(text_done(&out, &text));
    give_text(s, text);
    live->counts.replayed++;
    *stop = w->full = http_stream_waiting(s->stream) > BEHIND_WAITING_MAX;
    return OK;
}

static void pump_soon(struct live_loop *loop)
{
    if (loop->pumping)
        return;
    loop->pumping = true;
    http_loop_post(live_http(loop), &loop->pump);
}

/* One turn for one that is behind. */
static void catch_up(struct live_subscriber *s)
{
    struct live_loop *loop = s->loop;
    struct walking walking = {.subscriber = s};
    struct ledger_walk walk = {
        .from = s->next_seq,
        .limit = WALK_EVENTS,
        .seal_key = core_options(loop->live->edge->options.core)->ledger.seal_key,
    };
    if (!s->behind || http_stream_waiting(s->stream) > BEHIND_WAITING_MAX / 2)
        return; /* when it has left, on_drained comes */
    arena_reset(loop->c.arena);
    rc result = ledger_walk(&loop->c, loop->edge_loop->reader.store, &walk, replay_each, &walking);
    if (!rc_ok(result)) {
        LOG(ERROR, "live.replay", LOG_NUMBER("seq", s->next_seq),
            LOG_TEXT("why", str_from(loop->c.fault.message)));
        end_subscriber(s);
        return;
    }
    if (walking.full)
        return;
    if (walking.seen == WALK_EVENTS) {
        pump_soon(loop);
        return;
    }
    s->behind = false;
    send_ping(s);
}

static void run_pump(struct http_job *job, void *of_loop)
{
    struct live_loop *loop = ((struct edge_loop *)of_loop)->live;
    struct live_subscriber *next;
    (void)job;
    loop->pumping = false;
    for (struct live_subscriber *s = loop->subscribers; s; s = next) {
        next = s->next;
        catch_up(s);
    }
}

void live_all_behind(struct live_loop *loop)
{
    for (struct live_subscriber *s = loop->subscribers; s; s = s->next)
        s->behind = true;
    pump_soon(loop);
}

static void on_drained(void *arg)
{
    catch_up(arg);
}

static void on_closed(void *arg)
{
    free_subscriber(arg);
}

static const struct http_stream_events stream_events = {.drained = on_drained, .closed = on_closed};

/* ---- who may still listen ------------------------------------------------------------------- */

static void end_view(struct live_loop *loop, const struct live_view *view)
{
    struct live_subscriber *next;
    for (struct live_subscriber *s = loop->subscribers; s; s = next) {
        next = s->next;
        if (s->view != view)
            continue;
        loop->live->counts.ended++;
        end_subscriber(s); /* with the last one the view is gone: nothing matches any more */
    }
}

static void renew_views(struct live_loop *loop)
{
    const struct edge_auth *auth = loop->live->edge->options.auth;
    struct live_view *next;
    for (struct live_view *view = loop->views; view; view = next) {
        struct edge_caller caller = {0};
        next = view->next;
        arena_reset(loop->c.arena);
        rc result = auth->renew(&loop->c, auth->arg, loop->edge_loop->reader.picture,
                                view->caller.actor.way, &caller);
        if (!rc_ok(result) || !caller.known || !set_view(view, &caller))
            end_view(loop, view);
    }
}

/* ---- delivery ------------------------------------------------------------------------------- */

static void deliver_to(struct live_subscriber *s, const struct live_batch *batch)
{
    size_t from = 0, to = 0; /* of the piece that is being gathered */
    for (size_t i = 0; i < batch->count && !s->behind; i++) {
        const struct live_frame *frame = &batch->frames[i];
        if (frame->seq < s->next_seq)
            continue; /* it has read this one from the ledger */
        bool wanted = wants(s, str_from(frame->kind->name), frame->record) &&
                      may_see(s->view, frame->kind, frame->label);
        if (wanted && (frame->from != to || to - from > PIECE_BYTES)) {
            give_piece(s, batch, from, to);
            from = frame->from;
            to = s->behind ? from : frame->to;
        } else if (wanted) {
            to = frame->to;
        }
        if (!s->behind)
            s->next_seq = frame->seq + 1;
    }
    give_piece(s, batch, from, to);
}

void live_deliver(struct live_loop *loop, const struct live_batch *batch)
{
    if (batch->affects)
        renew_views(loop);
    for (struct live_subscriber *s = loop->subscribers; s; s = s->next)
        if (!s->behind)
            deliver_to(s, batch);
}

void live_tick(struct live_loop *loop)
{
    const struct clock *clock = loop->live->edge->options.clock;
    struct mono now = clock->mono(clock);
    struct live_subscriber *next;
    if (now.us - loop->pinged.us < (int64_t)LIVE_PING_MS * 1000)
        return;
    loop->pinged = now;
    if (now.us - loop->renewed.us >= (int64_t)LIVE_RENEW_MS * 1000) {
        loop->renewed = now;
        renew_views(loop);
    }
    for (struct live_subscriber *s = loop->subscribers; s; s = next) {
        next = s->next;
        if (!close_if_still(s, now) && !s->behind)
            send_ping(s);
    }
}

/* ---- the route ------------------------------------------------------------------------------ */

/* Where to begin: after the event that was seen last, or with what is to come. */
static rc read_position(struct ctx *c, const struct request *request, int64_t *ret)
{
    int64_t size = core_size(request->core), after = size - 1;
    struct str last = edge_request_header(request, "last-event-id");
    TRY(page_number(c, request, "after", -1, INT64_MAX - 1, after, &after));
    if (!str_absent(last) && (!str_to_i64(last, &after) || after < -1))
        FAIL(c, INVALID, "Last-Event-ID is not the number of an event");
    if (after >= size)
        FAIL(c, GONE, "the record has %" PRId64 " events, none numbered %" PRId64, size, after);
    *ret = after + 1;
    return OK;
}

static rc read_filters(struct ctx *c, const struct request *request, char **ret)
{
    struct str kinds = request_param(request, "kinds"), records = request_param(request, "records");
    size_t commas = 0;
    *ret = NULL;
    if (kinds.len + records.len == 0)
        return OK;
    for (size_t i = 0; i < kinds.len; i++)
        commas += kinds.ptr[i] == ',';
    for (size_t i = 0; i < records.len; i++)
        commas += records.ptr[i] == ',';
    if (kinds.len + records.len > FILTER_BYTES_MAX || commas > LIVE_FILTERS_MAX)
        FAIL(c, INVALID, "at most %d kinds and records", LIVE_FILTERS_MAX);
    char *filters = calloc(1, kinds.len + records.len + 2);
    if (!filters)
        FAIL(c, NO_MEMORY, "no memory for a live connection");
    if (kinds.len)
        memcpy(filters, kinds.ptr, kinds.len);
    if (records.len)
        memcpy(filters + kinds.len + 1, records.ptr, records.len);
    *ret = filters;
    return OK;
}

static rc make_subscriber(struct ctx *c, struct edge_request *er, struct live_subscriber **ret)
{
    struct live_loop *loop = er->loop->live;
    struct live_holder *holder = NULL;
    int64_t position = 0;
    char *filters = NULL;
    TRY(read_position(c, &er->request, &position));
    TRY(read_filters(c, &er->request, &filters));
    rc held = live_hold(c, loop->live, er->caller.actor.way, &holder);
    if (!rc_ok(held)) {
        free(filters);
        return held;
    }
    struct live_subscriber *s = calloc(1, sizeof *s);
    struct live_view *view = s ? take_view(loop, &er->caller) : NULL;
    if (!view) {
        live_let_go(loop->live, holder);
        free(s);
        free(filters);
        FAIL(c, NO_MEMORY, "no memory for a live connection");
    }
    *s = (struct live_subscriber){.loop = loop,
                                  .view = view,
                                  .holder = holder,
                                  .next_seq = position,
                                  .behind = true,
                                  .filters = filters,
                                  .next = loop->subscribers,
                                  .back = &loop->subscribers};
    if (s->next)
        s->next->back = &s->next;
    loop->subscribers = s;
    *ret = s;
    return OK;
}

rc live_serve(struct ctx *c, const struct request *request, struct response *response)
{
    struct edge_request *er = edge_request_of(request);
    if (er->exchange->head.method == HTTP_HEAD) {
        response->status = 200;
        return OK;
    }
    return make_subscriber(c, er, &er->subscriber);
}

void live_begin(struct edge_request *er)
{
    struct live_subscriber *s = er->subscriber;
    struct http_reply reply = {.status = 200, .type = STR("text/event-stream")};
    answer_add_security(&reply, er->exchange->tls, (struct str){NULL, 0});
    answer_note_hit(er, reply.status);
    http_reply_add(&reply, "Cache-Control", STR("no-store"));
    s->stream = http_stream_open(er->exchange, &reply, &stream_events, s);
    if (!s->stream) {
        free_subscriber(s);
        return;
    }
    s->moved = s->loop->live->edge->options.clock->mono(s->loop->live->edge->options.clock);
    give_text(s, STR("retry: 2000\n\n"));
    pump_soon(s->loop);
}

/* ---- life ----------------------------------------------------------------------------------- */

rc live_loop_open(struct ctx *c, struct live *live, struct edge_loop *edge_loop,
                  struct live_loop **ret)
{
    const struct clock *clock = live->edge->options.clock;
    struct live_loop *loop = calloc(1, sizeof *loop);
    if (!loop || !(loop->c.arena = arena_open(WORK_MEMORY))) {
        free(loop);
        FAIL(c, NO_MEMORY, "no memory for live updates");
    }
    loop->c.clock = clock;
    loop->live = live;
    loop->edge_loop = edge_loop;
    loop->pump.run = run_pump;
    loop->pinged = loop->renewed = clock->mono(clock);
    pthread_mutex_lock(&live->mutex);
    bool room = live->loop_count < LIVE_LOOPS_MAX;
    if (room)
        live->loops[live->loop_count++] = loop;
    pthread_mutex_unlock(&live->mutex);
    if (!room) {
        arena_close(loop->c.arena);
        free(loop);
        FAIL(c, INVALID, "at most %d loops", LIVE_LOOPS_MAX);
    }
    *ret = loop;
    return OK;
}

void live_loop_close(struct live_loop *loop)
{
    if (!loop)
        return;
    struct live *live = loop->live;
    pthread_mutex_lock(&live->mutex);
    for (size_t i = 0; i < live->loop_count; i++)
        if (live->loops[i] == loop)
            live->loops[i--] = live->loops[--live->loop_count];
    pthread_mutex_unlock(&live->mutex);
    arena_close(loop->c.arena);
    free(loop);
}
