#include "agent/probe/liveness.h"

static int64_t ms_between(struct mono from, struct mono to)
{
    return (to.us - from.us) / 1000;
}

void liveness_open(struct liveness *l, struct mono now, int64_t blip_ms, int64_t freeze_ms)
{
    *l = (struct liveness){.blip_ms = blip_ms, .freeze_ms = freeze_ms, .came = now};
}

static void forget_frame(struct liveness *l)
{
    l->has_frame = false;
    l->still_count = 0;
}

static void keep_frame(struct liveness *l, struct mono now, const struct frame *frame)
{
    l->frame = *frame;
    l->has_frame = true;
    l->still = now;
    l->still_count = 1;
}

static enum liveness_word compare(struct liveness *l, struct mono now, const struct frame *frame)
{
    if (!l->has_frame) {
        l->changed = FRAME_CELLS;
        keep_frame(l, now, frame);
        return LIVENESS_NOTHING;
    }
    l->changed = frame_changed(&l->frame, frame);
    if (l->changed > LIVENESS_STILL_CELLS) {
        bool was = l->frozen;
        l->frozen = false;
        keep_frame(l, now, frame);
        return was ? LIVENESS_MOVES : LIVENESS_NOTHING;
    }
    l->still_count++;
    if (l->frozen || l->still_count < LIVENESS_STILL_IMAGES ||
        ms_between(l->still, now) < l->freeze_ms)
        return LIVENESS_NOTHING;
    l->frozen = true;
    return LIVENESS_FROZEN;
}

/* The stream is there. */
static enum liveness_word arrive(struct liveness *l, struct mono now)
{
    if (l->since.us == 0 || ms_between(l->came, now) >= l->blip_ms)
        l->since = now;
    l->came = now;
    if (!l->lost || ms_between(l->since, now) < l->blip_ms)
        return LIVENESS_NOTHING;
    l->lost = false;
    return LIVENESS_BACK;
}

enum liveness_word liveness_packet(struct liveness *l, struct mono now)
{
    bool young = l->key.us && ms_between(l->key, now) < LIVENESS_KEY_MS;
    return young ? arrive(l, now) : LIVENESS_NOTHING;
}

enum liveness_word liveness_image(struct liveness *l, struct mono now, const struct frame *frame)
{
    l->key = now;
    enum liveness_word word = arrive(l, now);
    if (l->lost || !frame)
        return word;
    enum liveness_word compared = compare(l, now, frame);
    return word == LIVENESS_NOTHING ? compared : word;
}

enum liveness_word liveness_tick(struct liveness *l, struct mono now)
{
    if (ms_between(l->came, now) < l->blip_ms)
        return LIVENESS_NOTHING;
    l->since = l->key = (struct mono){0};
    if (l->lost)
        return LIVENESS_NOTHING;
    l->lost = true;
    forget_frame(l);
    return LIVENESS_LOST;
}
