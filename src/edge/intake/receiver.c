/* The thread, its mailbox, and which listeners are open. What the writer has answered comes through
 * the mailbox; a change of a listener's record is only noticed there and read again from the
 * picture. */
#include "edge/intake/carrier.h"

#include "base/log.h"

#include "core/catalog.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { SCRATCH_MEMORY = 64 << 20, STOP_MS = 5000, LISTENERS_MAX = QUERY_LIMIT_MAX };

/* ---- the mailbox ----------------------------------------------------------------------------- */

/* A record of ours has changed. */
static rc on_event(struct ctx *, void *arg, struct picture *, const struct event *)
{
    struct receiver *r = arg;
    pthread_mutex_lock(&r->mutex);
    r->changed = true;
    pthread_mutex_unlock(&r->mutex);
    receiver_ring(r);
    return OK;
}

/* ---- which are open -------------------------------------------------------------------------- */

static rc list(struct ctx *c, struct picture *picture, struct page *ret)
{
    struct query query = {.limit = LISTENERS_MAX};
    return picture_list(c, picture, &listener_shape, &query, ret);
}

static struct port *find(struct receiver *r, struct str id)
{
    struct port *port = r->ports;
    while (port && !str_eq(port->listener.id, id))
        port = port->next;
    return port;
}

static void drop(struct receiver *r, struct port *port)
{
    struct port **at = &r->ports;
    while (*at != port)
        at = &(*at)->next;
    *at = port->next;
    port_close(port);
}

/* What was read is written before a port goes away. True while that lasts. */
static bool drain(struct receiver *r, struct port *port)
{
    port->draining = port->batch_count > 0 || port->lane_count > 0;
    port->seen = true;
    r->again = r->again || port->draining;
    return port->draining;
}

static bool same_socket(const struct port *port, const struct listener *listener)
{
    return port->listener.carrier == listener->carrier &&
           str_eq(port->listener.address, listener->address);
}

/* May a listener that is deaf be opened again? */
static bool is_time(struct receiver *r, const struct port *port)
{
    return clock_mono(&r->scratch).us >= port->hear_again.us;
}

/* The socket of a listener that was changed is kept: a new one may not be had any more. */
static rc open_one(struct receiver *r, const struct listener *listener, int64_t seq)
{
    struct port *old = find(r, listener->id), *port = NULL;
    int fd = -1;
    if (old && old->seq == seq && !(old->deaf && is_time(r, old))) {
        r->again = r->again || old->deaf;
        old->seen = true;
        return OK;
    }
    if (old && drain(r, old))
        return OK;
    int deaths = old && old->deaf ? old->deaths : 0;
    if (old) {
        if (old->fd >= 0 && same_socket(old, listener) && !listener->disabled)
            fd = dup(old->fd);
        drop(r, old);
    }
    TRY(port_open(&r->scratch, r, listener, seq, fd, &port));
    port->deaths += deaths;
    port->seen = true;
    port->next = r->ports;
    r->ports = port;
    return OK;
}

static rc reload(struct receiver *r)
{
    struct page page;
    r->again = false;
    TRY(list(&r->scratch, r->reader.picture, &page));
    const struct listener *listeners = page.records;
    for (struct port *port = r->ports; port; port = port->next)
        port->seen = false;
    for (size_t i = 0; i < page.count; i++)
        TRY(open_one(r, &listeners[i], page.rows[i].seq));
    for (struct port *port = r->ports, *next; port; port = next) {
        next = port->next;
        if (!port->seen && !drain(r, port))
            drop(r, port);
    }
    return OK;
}

/* ---- a turn of the loop ---------------------------------------------------------------------- */

static void begin_stop(struct receiver *r)
{
    r->stopping = true;
    r->stop_by = mono_after(clock_mono(&r->scratch), STOP_MS);
    for (struct port *port = r->ports; port; port = port->next)
        port_stop(port);
}

/* What the writer has answered; where that has made room, more is read. */
static void take_answers(struct batch *done)
{
    for (struct batch *next; done; done = next) {
        next = done->next_done;
        struct port *port = batch_done(done);
        if (!port)
            continue;
        port_resume(port);
        batch_send(port);
    }
}

static bool open_mail(struct receiver *r)
{
    pthread_mutex_lock(&r->mutex);
    struct batch *done = r->done;
    bool changed = r->changed, stop = r->stop;
    r->done = NULL;
    r->done_last = &r->done;
    r->changed = false;
    pthread_mutex_unlock(&r->mutex);
    bool any = done || changed;
    take_answers(done);
    for (struct port *port = r->ports; port && !stop; port = port->next)
        any = port_wake(port) || any;
    if ((changed || r->again) && !stop && !rc_ok(reload(r)))
        LOG(ERROR, "intake.reload", LOG_TEXT("why", str_from(r->scratch.fault.message)));
    if (stop && !r->stopping)
        begin_stop(r);
    if (r->stopping && (r->flying == 0 || clock_mono(&r->scratch).us > r->stop_by.us))
        event_base_loopbreak(r->base);
    arena_reset(r->scratch.arena);
    return any;
}

static void on_wake(evutil_socket_t fd, short, void *arg)
{
    uint64_t count;
    ssize_t got = read(fd, &count, sizeof count);
    (void)got; /* nothing there: somebody else has read it */
    open_mail(arg);
}

static void on_flush(evutil_socket_t, short, void *arg)
{
    struct receiver *r = arg;
    for (struct port *port = r->ports; port; port = port->next)
        batch_send(port);
    arena_reset(r->scratch.arena);
}

static void look_around(struct receiver *r)
{
    struct mono now = clock_mono(&r->scratch);
    receiver_look_at_ears(r);
    for (struct port *port = r->ports; port; port = port->next) {
        port_tick(port, now);
        arena_reset(r->scratch.arena);
    }
}

static void on_tick(evutil_socket_t, short, void *arg)
{
    struct receiver *r = arg;
    if (!r->stopping)
        look_around(r);
    open_mail(r);
}

/* ---- opening --------------------------------------------------------------------------------- */

static rc make_loop(struct ctx *c, struct receiver *r)
{
    const struct timeval every = {.tv_usec = TICK_MS * 1000};
    r->base = event_base_new();
    r->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!r->base || r->wake_fd < 0 || event_base_priority_init(r->base, 2) != 0)
        FAIL(c, NO_MEMORY, "no event loop for the intake: %s", strerror(errno));
    r->wake = event_new(r->base, r->wake_fd, EV_READ | EV_PERSIST, on_wake, r);
    r->tick = event_new(r->base, -1, EV_PERSIST, on_tick, r);
    r->flush = event_new(r->base, -1, 0, on_flush, r);
    if (!r->wake || !r->tick || !r->flush || event_priority_set(r->wake, 0) != 0 ||
        event_priority_set(r->flush, 1) != 0 || event_add(r->wake, NULL) != 0 ||
        event_add(r->tick, &every) != 0)
        FAIL(c, NO_MEMORY, "no events for the intake");
    return OK;
}

static rc open_receiver(struct ctx *c, struct receiver *r)
{
    static const char *const listeners[] = {"listener.", NULL};
    struct core *core = r->options.core;
    const struct follower_options follow = {
        .name = "intake", .kinds = listeners, .arg = r, .take = on_event};
    const struct catalog *catalog = core_catalog(core);
    r->take = catalog_decision(catalog, STR("intake.take"));
    r->note = catalog_decision(catalog, STR("intake.note"));
    if (!r->take || !r->note || !catalog_decision(catalog, STR("signal.take")))
        FAIL(c, INTERNAL, "the intake needs its own module and the watch's");
    if (!r->scratch.arena)
        FAIL(c, NO_MEMORY, "no memory for the intake");
    TRY(make_loop(c, r));
    if (r->options.program)
        TRY(agent_start(c, r->options.program, EAR_SPAWNER_ROLE, &r->spawner));
    TRY(core_reader_open(c, core, &r->reader));
    TRY(follower_open(c, core, &follow, &r->follower));
    rc result = reload(r);
    if (!rc_ok(result))
        c->fault = r->scratch.fault;
    return result;
}

rc receiver_open(struct ctx *c, const struct receiver_options *options, struct receiver **ret)
{
    struct receiver *r = calloc(1, sizeof *r);
    if (!r)
        FAIL(c, NO_MEMORY, "no memory for the intake");
    r->options = *options;
    if (r->options.note_ms == 0)
        r->options.note_ms = 5000;
    r->wake_fd = r->spawner.fd = -1;
    r->done_last = &r->done;
    r->scratch = (struct ctx){.arena = arena_open(SCRATCH_MEMORY), .clock = options->clock};
    pthread_mutex_init(&r->mutex, NULL);
    rc result = open_receiver(c, r);
    if (rc_ok(result))
        *ret = r;
    else
        receiver_close(r);
    return result;
}

static void *run(void *arg)
{
    struct receiver *r = arg;
    event_base_loop(r->base, EVLOOP_NO_EXIT_ON_EMPTY);
    return NULL;
}

rc receiver_start(struct ctx *c, struct receiver *r)
{
    if (pthread_create(&r->thread, NULL, run, r) != 0)
        FAIL(c, NO_MEMORY, "a thread for the intake cannot be started");
    r->threaded = true;
    return OK;
}

bool receiver_step(struct receiver *r)
{
    size_t before = r->flying;
    event_base_loop(r->base, EVLOOP_NONBLOCK);
    look_around(r);
    event_base_loop(r->base, EVLOOP_NONBLOCK);
    bool any = open_mail(r);
    return any || r->flying != before;
}

void receiver_stop(struct receiver *r)
{
    if (!r || r->stop)
        return;
    pthread_mutex_lock(&r->mutex);
    r->stop = true;
    pthread_mutex_unlock(&r->mutex);
    receiver_ring(r);
    if (r->threaded)
        pthread_join(r->thread, NULL);
    r->threaded = false;
}

static void free_event(struct event *event)
{
    if (event)
        event_free(event);
}

void receiver_close(struct receiver *r)
{
    if (!r)
        return;
    receiver_stop(r);
    while (r->ports)
        drop(r, r->ports);
    for (struct batch *batch = r->aloft, *next; batch; batch = next) {
        next = batch->next_aloft;
        batch_free(batch);
    }
    agent_end(&r->spawner);
    follower_close(r->follower);
    if (r->reader.picture)
        core_reader_close(&r->reader);
    free_event(r->wake);
    free_event(r->tick);
    free_event(r->flush);
    if (r->base)
        event_base_free(r->base);
    if (r->wake_fd >= 0)
        close(r->wake_fd);
    arena_close(r->scratch.arena);
    pthread_mutex_destroy(&r->mutex);
    free(r);
}

bool receiver_dials(const struct receiver *r)
{
    bool dials = false;
    for (const struct port *port = r->ports; port; port = port->next)
        dials = dials || (port->carried && port->carrier->calls);
    return dials;
}

unsigned receiver_port(const struct receiver *r, struct str id)
{
    struct endpoint address = {.len = sizeof address.bytes};
    for (const struct port *port = r->ports; port; port = port->next)
        if (str_eq(port->listener.id, id) && port->fd >= 0 &&
            getsockname(port->fd, (struct sockaddr *)&address.bytes, &address.len) == 0)
            return endpoint_port(&address);
    return 0;
}
