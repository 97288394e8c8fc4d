/* The demonstration's clock: it stands, is set, and runs on from where it stood. */
#include "main/demo_clock.h"

#include "unit.h"

static const struct wall start = {1795392000000000};

static int64_t now_us(const struct demo_clock *clock)
{
    return clock->clock.wall(&clock->clock).us;
}

/* Until the machine's clock shows another time. */
static void wait_a_little(void)
{
    int64_t from = clock_system.mono(&clock_system).us;
    while (clock_system.mono(&clock_system).us == from)
        continue;
}

TEST(demo_clock_stands_until_it_is_set)
{
    struct demo_clock clock;
    demo_clock_init(&clock, start);
    wait_a_little();
    assert_int_equal(now_us(&clock), start.us);
    demo_clock_set(&clock, (struct wall){start.us + 7});
    wait_a_little();
    assert_int_equal(now_us(&clock), start.us + 7);
    assert_false(demo_clock_runs(&clock));
}

TEST(demo_clock_runs_on_from_where_it_stood_and_stands_where_it_came_to)
{
    struct demo_clock clock;
    demo_clock_init(&clock, start);
    demo_clock_run(&clock);
    assert_true(demo_clock_runs(&clock));
    wait_a_little();
    int64_t later = now_us(&clock);
    assert_true(later > start.us && later < start.us + DAY_US);
    demo_clock_stand(&clock);
    int64_t stood = now_us(&clock);
    wait_a_little();
    assert_true(stood >= later);
    assert_int_equal(now_us(&clock), stood);
}

TEST(demo_clock_leads_the_patience_of_devices_and_leaves_browsers_in_real_time)
{
    struct demo_clock clock;
    demo_clock_init(&clock, start);
    int64_t before = clock_system.mono(&clock_system).us;
    int64_t device = clock.clock.mono(&clock.clock).us, browser = clock.real.mono(&clock.real).us;
    demo_clock_set(&clock, (struct wall){start.us + DAY_US});
    assert_int_equal(clock.clock.mono(&clock.clock).us - device, DAY_US);
    assert_int_equal(clock.real.wall(&clock.real).us, start.us + DAY_US);
    assert_true(browser >= before && browser <= clock_system.mono(&clock_system).us);
}
