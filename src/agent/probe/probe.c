/* The main thread of a probe, and what its parts share. */
#include "agent/probe/probe_own.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { ORDER_MS = 10000, TURN_MS = 500, ORDER_MEMORY = 4 << 20 };

/* ---- the state ------------------------------------------------------------------------------- */

/* Under the lock. A camera that is looked at by its stream is as well as that is. */
static enum probe_condition condition_of(const struct probe *probe)
{
    bool streams = probe->addresses.stream[0];
    bool lost = streams ? probe->stream_lost : probe->device_lost;
    if (probe->refused)
        return PROBE_CONDITION_REFUSED;
    if (lost)
        return PROBE_CONDITION_LOST;
    if (probe->frozen_since.us)
        return PROBE_CONDITION_FROZEN;
    return probe->state.heard.us ? PROBE_CONDITION_WATCHED : PROBE_CONDITION_CALLING;
}

static struct str text_or_none(const char *text)
{
    return text[0] ? str_from(text) : (struct str){NULL, 0};
}

static void tell_state(struct probe *probe, struct ctx *c)
{
    struct probe_state state;
    char why[sizeof probe->why], model[sizeof probe->model], codec[sizeof probe->codec];
    probe_lock(probe);
    probe->state.condition = condition_of(probe);
    state = probe->state;
    memcpy(why, probe->why, sizeof why);
    memcpy(model, probe->model, sizeof model);
    memcpy(codec, probe->codec, sizeof codec);
    probe_unlock(probe);
    state.why = text_or_none(why);
    state.model = text_or_none(model);
    state.codec = text_or_none(codec);
    probe_tell(probe, c, TALK_STATE, &probe_state_shape, &state);
}

/* ---- the order, and later packets ------------------------------------------------------------ */

static rc take_order(struct probe *probe, char *buffer)
{
    struct pollfd from = {.fd = probe->fd, .events = POLLIN};
    struct ctx *c = &probe->own;
    enum talk_kind kind;
    struct str json, kept;
    if (poll(&from, 1, ORDER_MS) <= 0)
        FAIL(c, IO, "no order came");
    TRY(talk_take(c, probe->fd, buffer, &kind, &json));
    if (kind != TALK_ORDER)
        FAIL(c, MALFORMED, "the first packet is no order");
    TRY(str_copy(c, json, &kept));
    struct probe_order camera = {0};
    TRY(shape_read(c, &probe_order_shape, SHAPE_FROM_RECORD, kept, &camera));
    TRY(shape_copy(c, &probe_order_shape, &camera,
                   &probe->camera)); /* each text with a NUL behind it */
    snprintf(probe->addresses.stream, sizeof probe->addresses.stream, "%.*s",
             STR_ARG(probe->camera.stream));
    snprintf(probe->addresses.still, sizeof probe->addresses.still, "%.*s",
             STR_ARG(probe->camera.still));
    return OK;
}

static void take_look(struct probe *probe, struct ctx *c, struct str json)
{
    struct talk_look look = {0};
    if (!rc_ok(shape_read(c, &talk_look_shape, SHAPE_FROM_RECORD, json, &look)))
        return;
    probe_lock(probe);
    if (probe->look_count < PROBE_LOOKS) /* the server counts them too, and asks for no more */
        probe->looks[(probe->look_first + probe->look_count++) % PROBE_LOOKS] = look.ticket;
    pthread_cond_broadcast(&probe->changed);
    probe_unlock(probe);
}

/* False when the server is gone. */
static bool take_packets(struct probe *probe, struct ctx *c, char *buffer)
{
    enum talk_kind kind;
    struct str json;
    rc result;
    while (rc_ok(result = talk_take(c, probe->fd, buffer, &kind, &json)))
        if (kind == TALK_LOOK)
            take_look(probe, c, json);
    return result.code == RC_BUSY;
}

/* ---- running --------------------------------------------------------------------------------- */

static bool is_stuck(const struct probe *probe, struct mono now)
{
    for (size_t i = 0; i < PROBE_PARTS; i++)
        if (probe->progress_us[i] &&
            now.us - probe->progress_us[i] > (int64_t)PROBE_STUCK_MS * 1000)
            return true;
    return false;
}

static bool start(struct probe *probe)
{
    pthread_condattr_t how;
    pthread_t thread;
    pthread_condattr_init(&how);
    pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
    pthread_cond_init(&probe->changed, &how);
    pthread_mutex_init(&probe->mutex, NULL);
    pthread_mutex_init(&probe->send_mutex, NULL);
    probe->frame = probe->libs->call_av_frame_alloc();
    return probe->frame && pthread_create(&thread, NULL, probe_stream, probe) == 0 &&
           pthread_create(&thread, NULL, probe_still, probe) == 0 &&
           (str_absent(probe->camera.onvif) ||
            pthread_create(&thread, NULL, probe_device, probe) == 0);
}

static int watch_over(struct probe *probe, char *buffer)
{
    struct ctx c = {.arena = arena_open(PROBE_MEMORY), .clock = probe->clock};
    struct pollfd from = {.fd = probe->fd, .events = POLLIN};
    struct mono told = {0};
    enum probe_condition last = PROBE_CONDITION_UNSET;
    for (;;) {
        struct mono now = clock_mono(&c);
        poll(&from, 1, TURN_MS);
        if (from.revents && !take_packets(probe, &c, buffer))
            return PROBE_GONE;
        if (is_stuck(probe, now))
            return PROBE_STUCK;
        probe_lock(probe);
        bool news = condition_of(probe) != last;
        last = condition_of(probe);
        probe_unlock(probe);
        if (news || told.us == 0 || now.us - told.us >= (int64_t)PROBE_STATE_MS * 1000) {
            tell_state(probe, &c);
            told = now;
        }
        arena_reset(c.arena);
    }
}

/* The threads use all of this until the process ends, which is when this returns. */
int probe_run(const struct libs *libs, const struct clock *clock, int fd)
{
    struct probe *probe = calloc(1, sizeof *probe);
    char *buffer = malloc(TALK_MAX);
    if (!probe || !buffer)
        return PROBE_NO_MEMORY;
    *probe = (struct probe){.libs = libs, .clock = clock, .fd = fd};
    probe->own = (struct ctx){.arena = arena_open(ORDER_MEMORY), .clock = clock};
    if (!probe->own.arena || !rc_ok(take_order(probe, buffer)))
        return PROBE_NO_ORDER;
    if (!start(probe))
        return PROBE_NO_MEMORY;
    return watch_over(probe, buffer);
}
