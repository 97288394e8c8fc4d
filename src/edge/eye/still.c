/* One picture when it is asked for: from where the camera gives one by HTTP, else the next one of
 * its stream. A picture that does not change is not given as if it were one of now. */
#include "edge/eye/eye_own.h"

enum {
    CALL_MS = 8000,
    STREAM_MS = 8000,    /* to wait for the next picture of the stream */
    PROBE_MS = 20000,    /* how often a camera is tried that has nothing but this */
    STILL_MAX = 8 << 20, /* bytes of a camera's picture */
};

struct still {
    struct eye *eye;
    struct ctx c;
    struct caller *caller;
    AVFrame *frame;
};

/* ---- asking ---------------------------------------------------------------------------------- */

static bool next_ticket(struct eye *eye, int64_t *ret)
{
    eye_lock(eye);
    bool any = eye->look_count > 0;
    if (any) {
        *ret = eye->looks[eye->look_first];
        eye->look_first = (eye->look_first + 1) % EYE_LOOKS;
        eye->look_count--;
    }
    eye_unlock(eye);
    return any;
}

static rc from_address(struct still *s, const char *address, struct wall *ret_at)
{
    const struct call call = {.url = address, .most = STILL_MAX, .wait_ms = CALL_MS};
    struct called called;
    TRY(caller_call(&s->c, s->caller, &call, &called));
    *ret_at = clock_now(&s->c);
    if (called.status != 200)
        FAIL(&s->c, IO, "it answers with status %ld instead of a picture", called.status);
    return picture_decode(&s->c, s->eye->libs, called.body, s->frame);
}

/* Is there a picture of the stream that is not older than this? Takes it. */
static bool take_frame(struct still *s, struct wall asked, struct wall *ret_at)
{
    struct eye *eye = s->eye;
    eye_lock(eye);
    bool fresh = eye->frame_at.us >= asked.us;
    bool taken = fresh && eye->libs->call_av_frame_ref(s->frame, eye->frame) >= 0;
    *ret_at = eye->frame_at;
    eye->frame_wanted = !fresh;
    eye_unlock(eye);
    return taken;
}

static rc from_stream(struct still *s, struct wall *ret_at)
{
    struct wall asked = clock_now(&s->c);
    struct mono begin = clock_mono(&s->c);
    while (clock_mono(&s->c).us - begin.us < (int64_t)STREAM_MS * 1000) {
        if (take_frame(s, asked, ret_at))
            return OK;
        eye_progress(s->eye, EYE_STILL);
        eye_rest(s->eye, 250);
    }
    FAIL(&s->c, IO, "no picture came in its stream within %d s", STREAM_MS / 1000);
}

static rc check_frozen(struct still *s)
{
    char since[WALL_TEXT_MAX];
    eye_lock(s->eye);
    struct wall frozen = s->eye->frozen_since;
    eye_unlock(s->eye);
    if (frozen.us)
        FAIL(&s->c, CONFLICT, "its picture has not changed since %.*s",
             (int)wall_format(frozen, since), since);
    return OK;
}

/* The stream is the second way: it may be there where the other is not. */
static rc look(struct still *s, struct wall *ret_at, struct picture_made *ret)
{
    struct eye_addresses addresses = eye_addresses(s->eye);
    rc result = OK;
    TRY(check_frozen(s));
    if (addresses.still[0])
        result = from_address(s, addresses.still, ret_at);
    else if (!addresses.stream[0])
        FAIL(&s->c, NOT_FOUND, "it is not known yet where it gives pictures");
    if (addresses.stream[0] && (!addresses.still[0] || !rc_ok(result)))
        result = from_stream(s, ret_at);
    TRY(result);
    return picture_encode(&s->c, s->eye->libs, s->frame, ret);
}

/* ---- giving ---------------------------------------------------------------------------------- */

static rc give(struct still *s, const struct talk_picture *head, struct str jpeg)
{
    struct eye *eye = s->eye;
    pthread_mutex_lock(&eye->send_mutex);
    rc result = talk_send_record(&s->c, eye->fd, TALK_PICTURE, &talk_picture_shape, head, true);
    for (size_t at = 0; rc_ok(result) && at < jpeg.len; at += TALK_MAX - 1)
        result = talk_send(&s->c, eye->fd, TALK_PART, str_sub(jpeg, at, TALK_MAX - 1), true);
    pthread_mutex_unlock(&eye->send_mutex);
    return result;
}

static void answer(struct still *s, int64_t ticket)
{
    struct talk_picture head = {.ticket = ticket};
    struct picture_made made = {.width = 0};
    rc result = look(s, &head.at, &made);
    if (rc_ok(result)) {
        head.width = made.width;
        head.height = made.height;
        head.bytes = (int64_t)made.jpeg.len;
    } else {
        head.why = str_from(s->c.fault.message);
    }
    rc given = give(s, &head, rc_ok(result) ? made.jpeg : (struct str){NULL, 0});
    (void)given; /* the server is gone: the main thread sees it too */
    s->eye->libs->call_av_frame_unref(s->frame);
}

/* A camera that has neither a stream nor ONVIF is there when it gives a picture. */
static void probe(struct still *s, struct mono *next)
{
    struct eye *eye = s->eye;
    struct eye_addresses addresses = eye_addresses(eye);
    struct mono now = clock_mono(&s->c);
    struct wall at;
    if (!str_absent(eye->camera.onvif) || addresses.stream[0] || now.us < next->us)
        return;
    next->us = now.us + (int64_t)PROBE_MS * 1000;
    rc result = from_address(s, addresses.still, &at);
    eye->libs->call_av_frame_unref(s->frame);
    eye_lock(eye);
    eye->device_lost = !rc_ok(result);
    eye->refused = result.code == RC_FORBIDDEN;
    eye_unlock(eye);
    eye_why(eye, rc_ok(result) ? "" : s->c.fault.message);
    if (rc_ok(result))
        eye_heard(eye, &s->c);
}

void *eye_still(void *arg)
{
    struct eye *eye = arg;
    struct still s = {.eye = eye, .frame = eye->libs->call_av_frame_alloc()};
    int64_t ticket = 0;
    struct mono next = {0};
    s.c = (struct ctx){.arena = arena_open(EYE_MEMORY), .clock = eye->clock};
    bool ready = s.frame && s.c.arena && rc_ok(caller_open(&s.c, eye, EYE_STILL, &s.caller));
    while (ready) {
        eye_progress(eye, EYE_STILL);
        probe(&s, &next);
        if (next_ticket(eye, &ticket))
            answer(&s, ticket);
        else
            eye_rest(eye, 1000);
        arena_reset(s.c.arena);
    }
    return NULL;
}
