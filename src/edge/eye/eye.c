/* The main thread of an eye, and what its parts share. */
#include "edge/eye/eye_own.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { ORDER_MS = 10000, TURN_MS = 500, ORDER_MEMORY = 4 << 20 };

/* ---- shared ---------------------------------------------------------------------------------- */

void eye_lock(struct eye *eye)
{
    pthread_mutex_lock(&eye->mutex);
}

void eye_unlock(struct eye *eye)
{
    pthread_mutex_unlock(&eye->mutex);
}

void eye_progress(struct eye *eye, enum eye_part part)
{
    eye->progress_us[part] = eye->clock->mono(eye->clock).us;
}

void eye_why(struct eye *eye, const char *why)
{
    eye_lock(eye);
    snprintf(eye->why, sizeof eye->why, "%s", why);
    eye_unlock(eye);
}

struct eye_addresses eye_addresses(struct eye *eye)
{
    eye_lock(eye);
    struct eye_addresses addresses = eye->addresses;
    eye_unlock(eye);
    return addresses;
}

void eye_rest(struct eye *eye, int64_t wait_ms)
{
    struct timespec until;
    int64_t end_us = eye->clock->mono(eye->clock).us + wait_ms * 1000;
    until = (struct timespec){end_us / 1000000, end_us % 1000000 * 1000};
    eye_lock(eye);
    pthread_cond_timedwait(&eye->changed, &eye->mutex, &until);
    eye_unlock(eye);
}

/* ---- telling --------------------------------------------------------------------------------- */

/* A server that is gone is noticed by the main thread. */
static void send_record(struct eye *eye, struct ctx *c, enum talk_kind kind,
                        const struct shape *shape, const void *record)
{
    pthread_mutex_lock(&eye->send_mutex);
    rc sent = talk_send_record(c, eye->fd, kind, shape, record, true);
    (void)sent;
    pthread_mutex_unlock(&eye->send_mutex);
}

void eye_signal(struct eye *eye, struct ctx *c, const struct signal *signal)
{
    send_record(eye, c, TALK_SIGNAL, &signal_shape, signal);
}

void eye_say(struct eye *eye, struct ctx *c, const struct eye_word *word, const char *why)
{
    struct signal signal = {
        .source = STR("camera"), /* the server knows who we are */
        .kind = word->kind,
        .ends = word->ends,
        .priority = word->priority,
        .code_system = STR("camera"),
        .code = str_from(word->code),
        .text = str_from(word->text),
        .zone = str_from(word->point),
    };
    if (why[0] && !rc_ok(str_format(c, &signal.text, "%s: %s", word->text, why)))
        signal.text = str_from(word->text);
    eye_signal(eye, c, &signal);
}

void eye_heard(struct eye *eye, struct ctx *c)
{
    struct mono now = clock_mono(c);
    eye_lock(eye);
    bool due = eye->heard.us == 0 || now.us - eye->heard.us >= (int64_t)EYE_HEARD_MS * 1000;
    if (due)
        eye->heard = now;
    eye->state.heard = clock_now(c);
    eye_unlock(eye);
    if (!due)
        return;
    pthread_mutex_lock(&eye->send_mutex);
    rc sent = talk_send(c, eye->fd, TALK_HEARD, (struct str){NULL, 0}, true);
    (void)sent;
    pthread_mutex_unlock(&eye->send_mutex);
}

/* ---- the state ------------------------------------------------------------------------------- */

/* Under the lock. A camera that is looked at by its stream is as well as that is. */
static enum camera_condition condition_of(const struct eye *eye)
{
    bool streams = eye->addresses.stream[0];
    bool lost = streams ? eye->stream_lost : eye->device_lost;
    if (eye->refused)
        return CAMERA_CONDITION_REFUSED;
    if (lost)
        return CAMERA_CONDITION_LOST;
    if (eye->frozen_since.us)
        return CAMERA_CONDITION_FROZEN;
    return eye->state.heard.us ? CAMERA_CONDITION_WATCHED : CAMERA_CONDITION_CALLING;
}

static struct str text_or_none(const char *text)
{
    return text[0] ? str_from(text) : (struct str){NULL, 0};
}

static void tell_state(struct eye *eye, struct ctx *c)
{
    struct camera_state state;
    char why[sizeof eye->why], model[sizeof eye->model], codec[sizeof eye->codec];
    eye_lock(eye);
    enum camera_condition condition = condition_of(eye);
    if (condition != eye->state.condition)
        eye->state.since = clock_now(c);
    eye->state.condition = condition;
    eye->state.noted = clock_now(c);
    state = eye->state;
    memcpy(why, eye->why, sizeof why);
    memcpy(model, eye->model, sizeof model);
    memcpy(codec, eye->codec, sizeof codec);
    eye_unlock(eye);
    state.id = eye->camera.id;
    state.label = eye->camera.label;
    state.why = text_or_none(why);
    state.model = text_or_none(model);
    state.codec = text_or_none(codec);
    send_record(eye, c, TALK_STATE, &camera_state_shape, &state);
}

/* ---- the order, and later packets ------------------------------------------------------------ */

static rc take_order(struct eye *eye, char *buffer)
{
    struct pollfd from = {.fd = eye->fd, .events = POLLIN};
    struct ctx *c = &eye->own;
    enum talk_kind kind;
    struct str json, kept;
    if (poll(&from, 1, ORDER_MS) <= 0)
        FAIL(c, IO, "no order came");
    TRY(talk_take(c, eye->fd, buffer, &kind, &json));
    if (kind != TALK_ORDER)
        FAIL(c, MALFORMED, "the first packet is no order");
    TRY(str_copy(c, json, &kept));
    struct camera camera = {0};
    TRY(shape_read(c, &camera_shape, SHAPE_FROM_RECORD, kept, &camera));
    TRY(shape_copy(c, &camera_shape, &camera, &eye->camera)); /* each text with a NUL behind it */
    snprintf(eye->addresses.stream, sizeof eye->addresses.stream, "%.*s",
             STR_ARG(eye->camera.stream));
    snprintf(eye->addresses.still, sizeof eye->addresses.still, "%.*s", STR_ARG(eye->camera.still));
    return OK;
}

static void take_look(struct eye *eye, struct ctx *c, struct str json)
{
    struct talk_look look = {0};
    if (!rc_ok(shape_read(c, &talk_look_shape, SHAPE_FROM_RECORD, json, &look)))
        return;
    eye_lock(eye);
    if (eye->look_count < EYE_LOOKS) /* the server counts them too, and asks for no more */
        eye->looks[(eye->look_first + eye->look_count++) % EYE_LOOKS] = look.ticket;
    pthread_cond_broadcast(&eye->changed);
    eye_unlock(eye);
}

/* False when the server is gone. */
static bool take_packets(struct eye *eye, struct ctx *c, char *buffer)
{
    enum talk_kind kind;
    struct str json;
    rc result;
    while (rc_ok(result = talk_take(c, eye->fd, buffer, &kind, &json)))
        if (kind == TALK_LOOK)
            take_look(eye, c, json);
    return result.code == RC_BUSY;
}

/* ---- running --------------------------------------------------------------------------------- */

static bool is_stuck(const struct eye *eye, struct mono now)
{
    for (size_t i = 0; i < EYE_PARTS; i++)
        if (eye->progress_us[i] && now.us - eye->progress_us[i] > (int64_t)EYE_STUCK_MS * 1000)
            return true;
    return false;
}

static bool start(struct eye *eye)
{
    pthread_condattr_t how;
    pthread_t thread;
    pthread_condattr_init(&how);
    pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
    pthread_cond_init(&eye->changed, &how);
    pthread_mutex_init(&eye->mutex, NULL);
    pthread_mutex_init(&eye->send_mutex, NULL);
    eye->frame = eye->libs->call_av_frame_alloc();
    return eye->frame && pthread_create(&thread, NULL, eye_stream, eye) == 0 &&
           pthread_create(&thread, NULL, eye_still, eye) == 0 &&
           (str_absent(eye->camera.onvif) || pthread_create(&thread, NULL, eye_device, eye) == 0);
}

static int watch_over(struct eye *eye, char *buffer)
{
    struct ctx c = {.arena = arena_open(EYE_MEMORY), .clock = eye->clock};
    struct pollfd from = {.fd = eye->fd, .events = POLLIN};
    struct mono told = {0};
    enum camera_condition last = CAMERA_CONDITION_UNSET;
    for (;;) {
        struct mono now = clock_mono(&c);
        poll(&from, 1, TURN_MS);
        if (from.revents && !take_packets(eye, &c, buffer))
            return EYE_GONE;
        if (is_stuck(eye, now))
            return EYE_STUCK;
        eye_lock(eye);
        bool news = condition_of(eye) != last;
        last = condition_of(eye);
        eye_unlock(eye);
        if (news || told.us == 0 || now.us - told.us >= (int64_t)EYE_STATE_MS * 1000) {
            tell_state(eye, &c);
            told = now;
        }
        arena_reset(c.arena);
    }
}

/* The threads use all of this until the process ends, which is when this returns. */
int eye_run(const struct libs *libs, const struct clock *clock, int fd)
{
    struct eye *eye = calloc(1, sizeof *eye);
    char *buffer = malloc(TALK_MAX);
    if (!eye || !buffer)
        return EYE_NO_MEMORY;
    *eye = (struct eye){.libs = libs, .clock = clock, .fd = fd};
    eye->own = (struct ctx){.arena = arena_open(ORDER_MEMORY), .clock = clock};
    if (!eye->own.arena || !rc_ok(take_order(eye, buffer)))
        return EYE_NO_ORDER;
    if (!start(eye))
        return EYE_NO_MEMORY;
    return watch_over(eye, buffer);
}
