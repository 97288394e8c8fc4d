#include "agent/probe/frame.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1920, HEIGHT = 1080, STRIDE = 1984 };

/* An image with edges, and noise of so many steps to both sides. */
static uint8_t *make(int seed, int noise)
{
    uint8_t *luma = malloc((size_t)STRIDE * HEIGHT);
    unsigned state = (unsigned)seed * 2654435761U + 1;
    assert_non_null(luma);
    for (size_t i = 0; i < (size_t)STRIDE * HEIGHT; i++) {
        state = state * 1664525 + 1013904223;
        int step = noise ? (int)((state >> 16) % (unsigned)(2 * noise + 1)) - noise : 0;
        luma[i] = (uint8_t)(((i / 200) % 2 ? 60 : 180) + step);
    }
    return luma;
}

static unsigned changed(const uint8_t *a, const uint8_t *b)
{
    static struct frame one, other;
    frame_sample(a, STRIDE, WIDTH, HEIGHT, &one);
    frame_sample(b, STRIDE, WIDTH, HEIGHT, &other);
    return frame_changed(&one, &other);
}

TEST(the_same_image_has_not_changed)
{
    uint8_t *a = make(1, 3), *b = make(1, 3);
    assert_int_equal(changed(a, b), 0);
    free(a);
    free(b);
}

TEST(an_empty_corridor_is_alive_by_the_noise_of_its_sensor)
{
    uint8_t *a = make(1, 3), *b = make(2, 3);
    assert_int_equal(changed(a, b), FRAME_CELLS);
    free(a);
    free(b);
}

/* What coding does to one and the same image. */
TEST(a_step_of_brightness_is_no_change)
{
    uint8_t *a = make(1, 0), *b = make(1, 0);
    for (size_t i = 0; i < (size_t)STRIDE * HEIGHT; i += 3)
        b[i]++;
    assert_int_equal(changed(a, b), 0);
    free(a);
    free(b);
}

TEST(a_clock_in_the_corner_changes_its_cells_only)
{
    uint8_t *a = make(1, 0), *b = make(1, 0);
    for (size_t y = 20; y < 100; y++)
        memset(b + y * STRIDE + 30, 255, 300);
    unsigned cells = changed(a, b);
    assert_true(cells > 0 && cells <= FRAME_CELLS / 20);
    free(a);
    free(b);
}

TEST(small_images_are_sampled_within_their_bounds)
{
    static struct frame frame;
    static const struct {
        size_t width, height;
    } sizes[] = {{1, 1}, {16, 16}, {639, 359}, {640, 360}, {641, 361}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *luma = malloc(sizes[i].width * sizes[i].height);
        assert_non_null(luma);
        memset(luma, 7, sizes[i].width * sizes[i].height);
        frame_sample(luma, sizes[i].width, sizes[i].width, sizes[i].height, &frame);
        assert_int_equal(frame.points[0][0], 7);
        assert_int_equal(frame.points[FRAME_HEIGHT - 1][FRAME_WIDTH - 1], 7);
        free(luma);
    }
}
