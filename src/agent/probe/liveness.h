/* Is a camera's stream alive? What is known of it (an image came, nothing came, why) becomes the
 * few words that are told: lost, back, frozen, moving again. Pure: the time is an argument.
 *
 *     lost    no whole image for `blip_ms`; a shorter gap is told to nobody
 *     back    images have come for `blip_ms` on end: coming and going is one loss
 *     frozen  for `freeze_ms`, and over three images or more, not more than one part in twenty of
 *             the image has changed, against the first of them: a clock in its corner may run on
 *     moving  more than that has changed again
 *
 * A stream that is lost is neither frozen nor moving: its last image says nothing any more. */
#ifndef AGENT_PROBE_LIVENESS_H
#define AGENT_PROBE_LIVENESS_H

#include "agent/probe/frame.h"
#include "base/ctx.h"

enum liveness_word {
    LIVENESS_NOTHING,
    LIVENESS_LOST,
    LIVENESS_BACK,
    LIVENESS_FROZEN,
    LIVENESS_MOVES
};

enum { LIVENESS_STILL_CELLS = FRAME_CELLS / 20, LIVENESS_STILL_IMAGES = 3 };

struct liveness {
    int64_t blip_ms, freeze_ms;
    bool lost, frozen;
    struct mono came;     /* when the stream was last there; at the beginning, when it began */
    struct mono key;      /* the last whole image; 0: none yet */
    struct mono since;    /* it has come without a gap since then; 0: it does not come */
    struct mono still;    /* the image that later ones are compared with */
    unsigned still_count; /* how many have been like it */
    unsigned changed;     /* cells of the last one that were other than in it */
    bool has_frame;
    struct frame frame;
};

void liveness_open(struct liveness *l, struct mono now, int64_t blip_ms, int64_t freeze_ms);

/* Some of the stream came, which is as good as an image while the last one is less than
 * LIVENESS_KEY_MS old: some cameras send a whole one only every half minute. */
enum { LIVENESS_KEY_MS = 60000 };
enum liveness_word liveness_packet(struct liveness *l, struct mono now);

/* A whole image came. NULL: it came, and could not be looked at. */
enum liveness_word liveness_image(struct liveness *l, struct mono now, const struct frame *frame);

/* Time passes; to be called at least once a second. */
enum liveness_word liveness_tick(struct liveness *l, struct mono now);

#endif
