/* An image looked at for one question: does it still change? Pure; no library of others.
 *
 * Of the brightness of an image 640 × 360 points are kept, chosen evenly and not averaged: the
 * noise of a sensor is what tells a live image of an empty corridor from a dead one, and averages
 * take it away. They lie in 16 × 9 cells of 1,600 points. */
#ifndef AGENT_PROBE_FRAME_H
#define AGENT_PROBE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FRAME_WIDTH = 640,
    FRAME_HEIGHT = 360,
    FRAME_CELLS_ACROSS = 16,
    FRAME_CELLS_DOWN = 9,
    FRAME_CELLS = FRAME_CELLS_ACROSS * FRAME_CELLS_DOWN,
    /* A cell has changed when so many of its 1,600 points differ by more than so many of 256 steps
     * of brightness. */
    FRAME_POINTS_CHANGED = 16,
    FRAME_STEPS = 1,
};

struct frame {
    uint8_t points[FRAME_HEIGHT][FRAME_WIDTH];
};

/* The points of an image's brightness: `height` lines of `width` bytes, each `stride` bytes behind
 * the last. Both at least 1. */
void frame_sample(const uint8_t *luma, size_t stride, size_t width, size_t height,
                  struct frame *ret);

/* How many cells of `b` have changed from `a`. */
unsigned frame_changed(const struct frame *a, const struct frame *b);

#endif
