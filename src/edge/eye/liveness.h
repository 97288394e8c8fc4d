/* Is a camera's stream alive? What is known of it (a picture came, nothing came, why) becomes the
 * few words that are told: lost, back, frozen, moving again. Pure: the time is an argument.
 *
 *     lost    no whole picture for `blip_ms`; a shorter gap is told to nobody
 *     back    pictures have come for `blip_ms` on end: coming and going is one loss
 *     frozen  for `freeze_ms`, and over three pictures or more, not more than one part in twenty of
 *             the picture has changed, against the first of them: a clock in its corner may run on
 *     moving  more than that has changed again
 *
 * A stream that is lost is neither frozen nor moving: its last picture says nothing any more. */
#ifndef EDGE_EYE_LIVENESS_H
#define EDGE_EYE_LIVENESS_H

#include "base/ctx.h"
#include "edge/eye/frame.h"

enum liveness_word {
    LIVENESS_NOTHING,
    LIVENESS_LOST,
    LIVENESS_BACK,
    LIVENESS_FROZEN,
    LIVENESS_MOVES
};

enum { LIVENESS_STILL_CELLS = FRAME_CELLS / 20, LIVENESS_STILL_PICTURES = 3 };

struct liveness {
    int64_t blip_ms, freeze_ms;
    bool lost, frozen;
    struct mono came;     /* when the stream was last there; at the beginning, when it began */
    struct mono key;      /* the last whole picture; 0: none yet */
    struct mono since;    /* it has come without a gap since then; 0: it does not come */
    struct mono still;    /* the picture that later ones are compared with */
    unsigned still_count; /* how many have been like it */
    unsigned changed;     /* cells of the last one that were other than in it */
    bool has_frame;
    struct frame frame;
};

void liveness_open(struct liveness *l, struct mono now, int64_t blip_ms, int64_t freeze_ms);

/* Some of the stream came, which is as good as a picture while the last one is less than
 * LIVENESS_KEY_MS old: some cameras send a whole one only every half minute. */
enum { LIVENESS_KEY_MS = 60000 };
enum liveness_word liveness_packet(struct liveness *l, struct mono now);

/* A whole picture came. NULL: it came, and could not be looked at. */
enum liveness_word liveness_picture(struct liveness *l, struct mono now, const struct frame *frame);

/* Time passes; to be called at least once a second. */
enum liveness_word liveness_tick(struct liveness *l, struct mono now);

#endif
