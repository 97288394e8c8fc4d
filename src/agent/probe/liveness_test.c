#include "agent/probe/liveness.h"

#include "unit.h"

enum { BLIP = 10000, FREEZE = 30000 };

/* A film: time in milliseconds, and images that differ or not. */
struct film {
    struct liveness live;
    struct frame frame;
    int64_t ms;
    unsigned counts[LIVENESS_MOVES + 1];
};

static void film_open(struct film *f)
{
    *f = (struct film){.ms = 1000};
    liveness_open(&f->live, (struct mono){f->ms * 1000}, BLIP, FREEZE);
}

static void tick(struct film *f, int64_t ms)
{
    f->ms += ms;
    f->counts[liveness_tick(&f->live, (struct mono){f->ms * 1000})]++;
}

static void image(struct film *f)
{
    f->counts[liveness_image(&f->live, (struct mono){f->ms * 1000}, &f->frame)]++;
}

/* Everything of it is other than before. */
static void stir(struct film *f)
{
    for (size_t y = 0; y < FRAME_HEIGHT; y++)
        for (size_t x = 0; x < FRAME_WIDTH; x++)
            f->frame.points[y][x] = (uint8_t)(f->frame.points[y][x] + 5);
}

static void play(struct film *f, int64_t seconds, bool moves)
{
    for (int64_t i = 0; i < seconds; i++) {
        tick(f, 1000);
        if (moves)
            stir(f);
        image(f);
    }
}

static void silence(struct film *f, int64_t seconds)
{
    for (int64_t i = 0; i < seconds; i++)
        tick(f, 1000);
}

static void said(const struct film *f, unsigned lost, unsigned back, unsigned frozen,
                 unsigned moves)
{
    const unsigned want[] = {0, lost, back, frozen, moves};
    for (size_t i = 1; i <= LIVENESS_MOVES; i++)
        if (f->counts[i] != want[i])
            fail_msg("word %zu was said %u times, not %u", i, f->counts[i], want[i]);
}

TEST(a_camera_that_never_answers_is_lost_once)
{
    struct film f;
    film_open(&f);
    silence(&f, 9);
    said(&f, 0, 0, 0, 0);
    silence(&f, 60);
    said(&f, 1, 0, 0, 0);
}

TEST(a_short_blip_is_told_to_nobody)
{
    struct film f;
    film_open(&f);
    for (int i = 0; i < 10; i++) {
        play(&f, 5, true);
        silence(&f, 8);
    }
    said(&f, 0, 0, 0, 0);
}

TEST(what_comes_and_goes_is_one_loss)
{
    struct film f;
    film_open(&f);
    play(&f, 5, true);
    for (int i = 0; i < 5; i++) {
        silence(&f, 12);
        play(&f, 5, true); /* too short to be back */
    }
    said(&f, 1, 0, 0, 0);
    play(&f, 12, true);
    said(&f, 1, 1, 0, 0);
    silence(&f, 12);
    said(&f, 2, 1, 0, 0);
}

TEST(a_frozen_image_is_told_and_so_is_its_end)
{
    struct film f;
    film_open(&f);
    play(&f, 60, true);
    play(&f, 28, false);
    said(&f, 0, 0, 0, 0);
    play(&f, 60, false);
    said(&f, 0, 0, 1, 0);
    play(&f, 2, true);
    said(&f, 0, 0, 1, 1);
}

/* A clock in the corner of a dead image. */
TEST(a_clock_that_runs_on_does_not_make_an_image_alive)
{
    struct film f;
    film_open(&f);
    for (int i = 0; i < 40; i++) {
        tick(&f, 1000);
        for (size_t y = 5; y < 35; y++)
            for (size_t x = 5; x < 150; x++)
                f.frame.points[y][x] = (uint8_t)(f.frame.points[y][x] + 40);
        image(&f);
    }
    said(&f, 0, 0, 1, 0);
}

/* Changes too slow to be seen from one image to the next add up against the first of them. */
TEST(a_slow_dawn_is_a_change)
{
    struct film f;
    film_open(&f);
    for (int i = 0; i < 300; i++) {
        tick(&f, 1000);
        if (i % 5 == 0)
            for (size_t y = 0; y < FRAME_HEIGHT; y++)
                for (size_t x = 0; x < FRAME_WIDTH; x++)
                    f.frame.points[y][x]++;
        image(&f);
    }
    said(&f, 0, 0, 0, 0);
}

/* The image before a loss says nothing about the one after it. */
TEST(a_frozen_camera_that_is_lost_and_returns_moving_is_both_told)
{
    struct film f;
    film_open(&f);
    play(&f, 40, false);
    said(&f, 0, 0, 1, 0);
    silence(&f, 15);
    said(&f, 1, 0, 1, 0);
    play(&f, 15, true);
    said(&f, 1, 1, 1, 1);
}

TEST(two_images_a_minute_are_not_enough_to_call_it_frozen)
{
    struct film f;
    film_open(&f);
    image(&f);
    for (int i = 0; i < 35; i++) {
        tick(&f, 1000);
        f.counts[liveness_packet(&f.live, (struct mono){f.ms * 1000})]++;
    }
    image(&f);
    said(&f, 0, 0, 0, 0);
}

/* Some cameras send a whole image every half minute only. */
TEST(packets_between_rare_whole_images_keep_it_from_being_lost)
{
    struct film f;
    film_open(&f);
    for (int i = 0; i < 10; i++) {
        stir(&f);
        image(&f);
        for (int s = 0; s < 30; s++) {
            tick(&f, 1000);
            f.counts[liveness_packet(&f.live, (struct mono){f.ms * 1000})]++;
        }
    }
    said(&f, 0, 0, 0, 0);
    for (int s = 0; s < 60; s++) { /* and now none at all */
        tick(&f, 1000);
        f.counts[liveness_packet(&f.live, (struct mono){f.ms * 1000})]++;
    }
    said(&f, 1, 0, 0, 0);
}
