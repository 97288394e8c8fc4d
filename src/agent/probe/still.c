/* One image when it is asked for: from where the camera gives one by HTTP, else the next one of
 * its stream. An image that does not change is not given as if it were one of now. */
#include "agent/probe/probe_own.h"

enum {
    CALL_MS = 8000,
    STREAM_MS = 8000,    /* to wait for the next image of the stream */
    TRY_MS = 20000,      /* how often a camera is tried that has nothing but this */
    STILL_MAX = 8 << 20, /* bytes of a camera's image */
};

struct still {
    struct probe *probe;
    struct ctx c;
    struct caller *caller;
    AVFrame *frame;
};

/* ---- asking ---------------------------------------------------------------------------------- */

static bool next_ticket(struct probe *probe, int64_t *ret)
{
    probe_lock(probe);
    bool any = probe->look_count > 0;
    if (any) {
        *ret = probe->looks[probe->look_first];
        probe->look_first = (probe->look_first + 1) % PROBE_LOOKS;
        probe->look_count--;
    }
    probe_unlock(probe);
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
    return image_decode(&s->c, s->probe->libs, called.body, s->frame);
}

/* Is there an image of the stream that is not older than this? Takes it. */
static bool take_frame(struct still *s, struct wall asked, struct wall *ret_at)
{
    struct probe *probe = s->probe;
    probe_lock(probe);
    bool fresh = probe->frame_at.us >= asked.us;
    bool taken = fresh && probe->libs->call_av_frame_ref(s->frame, probe->frame) >= 0;
    *ret_at = probe->frame_at;
    probe->frame_wanted = !fresh;
    probe_unlock(probe);
    return taken;
}

static rc from_stream(struct still *s, struct wall *ret_at)
{
    struct wall asked = clock_now(&s->c);
    struct mono begin = clock_mono(&s->c);
    while (clock_mono(&s->c).us - begin.us < (int64_t)STREAM_MS * 1000) {
        if (take_frame(s, asked, ret_at))
            return OK;
        probe_progress(s->probe, PROBE_STILL);
        probe_rest(s->probe, 250);
    }
    FAIL(&s->c, IO, "no picture came in its stream within %d s", STREAM_MS / 1000);
}

static rc check_frozen(struct still *s)
{
    char since[WALL_TEXT_MAX];
    probe_lock(s->probe);
    struct wall frozen = s->probe->frozen_since;
    probe_unlock(s->probe);
    if (frozen.us)
        FAIL(&s->c, CONFLICT, "its picture has not changed since %.*s",
             (int)wall_format(frozen, since), since);
    return OK;
}

/* The stream is the second way: it may be there where the other is not. */
static rc look(struct still *s, struct wall *ret_at, struct image_made *ret)
{
    struct probe_addresses addresses = probe_addresses(s->probe);
    rc result = OK;
    TRY(check_frozen(s));
    if (addresses.still[0])
        result = from_address(s, addresses.still, ret_at);
    else if (!addresses.stream[0])
        FAIL(&s->c, NOT_FOUND, "its picture address is not known yet");
    if (addresses.stream[0] && (!addresses.still[0] || !rc_ok(result)))
        result = from_stream(s, ret_at);
    TRY(result);
    return image_encode(&s->c, s->probe->libs, s->frame, ret);
}

/* ---- giving ---------------------------------------------------------------------------------- */

static rc give(struct still *s, const struct talk_image *head, struct str jpeg)
{
    struct probe *probe = s->probe;
    pthread_mutex_lock(&probe->send_mutex);
    rc result = talk_send_record(&s->c, probe->fd, TALK_IMAGE, &talk_image_shape, head, true);
    for (size_t at = 0; rc_ok(result) && at < jpeg.len; at += TALK_MAX - 1)
        result = talk_send(&s->c, probe->fd, TALK_PART, str_sub(jpeg, at, TALK_MAX - 1), true);
    pthread_mutex_unlock(&probe->send_mutex);
    return result;
}

static void answer(struct still *s, int64_t ticket)
{
    struct talk_image head = {.ticket = ticket};
    struct image_made made = {.width = 0};
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
    s->probe->libs->call_av_frame_unref(s->frame);
}

/* A camera that has neither a stream nor ONVIF is there when it gives an image. */
static void try_still(struct still *s, struct mono *next)
{
    struct probe *probe = s->probe;
    struct probe_addresses addresses = probe_addresses(probe);
    struct mono now = clock_mono(&s->c);
    struct wall at;
    if (!str_absent(probe->camera.onvif) || addresses.stream[0] || now.us < next->us)
        return;
    next->us = now.us + (int64_t)TRY_MS * 1000;
    rc result = from_address(s, addresses.still, &at);
    probe->libs->call_av_frame_unref(s->frame);
    probe_lock(probe);
    probe->device_lost = !rc_ok(result);
    probe->refused = result.code == RC_FORBIDDEN;
    probe_unlock(probe);
    probe_why(probe, rc_ok(result) ? "" : s->c.fault.message);
    if (rc_ok(result))
        probe_heard(probe, &s->c);
}

void *probe_still(void *arg)
{
    struct probe *probe = arg;
    struct still s = {.probe = probe, .frame = probe->libs->call_av_frame_alloc()};
    int64_t ticket = 0;
    struct mono next = {0};
    s.c = (struct ctx){.arena = arena_open(PROBE_MEMORY), .clock = probe->clock};
    bool ready = s.frame && s.c.arena && rc_ok(caller_open(&s.c, probe, PROBE_STILL, &s.caller));
    while (ready) {
        probe_progress(probe, PROBE_STILL);
        try_still(&s, &next);
        if (next_ticket(probe, &ticket))
            answer(&s, ticket);
        else
            probe_rest(probe, 1000);
        arena_reset(s.c.arena);
    }
    return NULL;
}
