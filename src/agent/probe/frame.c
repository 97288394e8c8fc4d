#include "agent/probe/frame.h"

enum {
    CELL_WIDTH = FRAME_WIDTH / FRAME_CELLS_ACROSS,
    CELL_HEIGHT = FRAME_HEIGHT / FRAME_CELLS_DOWN
};

void frame_sample(const uint8_t *luma, size_t stride, size_t width, size_t height,
                  struct frame *ret)
{
    for (size_t y = 0; y < FRAME_HEIGHT; y++) {
        const uint8_t *line = luma + (2 * y + 1) * height / (2 * FRAME_HEIGHT) * stride;
        for (size_t x = 0; x < FRAME_WIDTH; x++)
            ret->points[y][x] = line[(2 * x + 1) * width / (2 * FRAME_WIDTH)];
    }
}

static bool cell_changed(const struct frame *a, const struct frame *b, size_t top, size_t left)
{
    unsigned changed = 0;
    for (size_t y = top; y < top + CELL_HEIGHT; y++)
        for (size_t x = left; x < left + CELL_WIDTH; x++) {
            int step = a->points[y][x] - b->points[y][x];
            changed += step > FRAME_STEPS || step < -FRAME_STEPS;
        }
    return changed >= FRAME_POINTS_CHANGED;
}

unsigned frame_changed(const struct frame *a, const struct frame *b)
{
    unsigned changed = 0;
    for (size_t down = 0; down < FRAME_CELLS_DOWN; down++)
        for (size_t across = 0; across < FRAME_CELLS_ACROSS; across++)
            changed += cell_changed(a, b, down * CELL_HEIGHT, across * CELL_WIDTH);
    return changed;
}
