/* Scripts: durations of a shorter day, and what is said of a line that cannot be played. */
#include "main/script.h"

#include "domain/account/account.h"
#include "domain/round/round.h"
#include "domain/signal/signal.h"

#include "support/scene.h"

#include "unit.h"

static const struct module *const modules[] = {&round_module};

enum { MODULES = sizeof modules / sizeof *modules };

static const struct str start = STR(
    "{\"command\":\"source.add\",\"input\":{\"id\":\"slow\",\"label\":\"TLP:GREEN\",\"name\":\"a\","
    "\"kind\":\"camera\",\"identity\":\"a\",\"heartbeat_ms\":600000}}\n"
    "\n"
    "{\"command\":\"source.add\",\"input\":{\"id\":\"quick\",\"label\":\"TLP:GREEN\",\"name\":"
    "\"b\","
    "\"kind\":\"camera\",\"identity\":\"b\",\"heartbeat_ms\":6000}}\n"
    "{\"command\":\"source.add\",\"input\":{\"id\":\"mute\",\"label\":\"TLP:GREEN\",\"name\":\"c\","
    "\"kind\":\"camera\",\"identity\":\"c\"}}\n"
    "{\"command\":\"guard_tour.add\",\"input\":{\"id\":\"t\",\"label\":\"TLP:GREEN\",\"name\":"
    "\"d\","
    "\"checkpoints\":[{\"tag\":\"x\",\"name\":\"x\",\"by_ms\":900000}]}}\n");

static int64_t heartbeat_ms(struct scene *s, const char *id)
{
    struct source source = {0};
    assert_true(
        rc_ok(picture_get(&s->c, s->reader.picture, &source_shape, str_from(id), NULL, &source)));
    return source.heartbeat_ms;
}

static int64_t by_ms(struct scene *s)
{
    struct guard_tour tour = {0};
    assert_true(
        rc_ok(picture_get(&s->c, s->reader.picture, &guard_tour_shape, STR("t"), NULL, &tour)));
    return tour.checkpoints.items[0].by_ms;
}

TEST(script_leaves_the_durations_of_a_whole_day)
{
    struct scene s;
    scene_open(&s, MODULES, modules);
    struct script_manner manner = {.minutes = SCRIPT_DAY_MINUTES};
    assert_true(rc_ok(script_play(&s.c, s.core, start, &manner)));
    assert_int_equal(heartbeat_ms(&s, "slow"), 600000);
    assert_int_equal(by_ms(&s), 900000);
    scene_close(&s);
}

TEST(script_shortens_the_durations_of_a_short_day)
{
    struct scene s;
    scene_open(&s, MODULES, modules);
    struct script_manner manner = {.minutes = 12};
    assert_true(rc_ok(script_play(&s.c, s.core, start, &manner)));
    assert_int_equal(heartbeat_ms(&s, "slow"), 5000);
    assert_int_equal(heartbeat_ms(&s, "quick"), 1000); /* never less */
    assert_int_equal(heartbeat_ms(&s, "mute"), 0);
    assert_int_equal(by_ms(&s), 7500);
    scene_close(&s);
}

TEST(script_reads_times_of_the_day_with_and_without_seconds)
{
    assert_int_equal(script_second(STR("04:28")), 4 * 3600 + 28 * 60);
    assert_int_equal(script_second(STR("04:28:05")), 4 * 3600 + 28 * 60 + 5);
    assert_int_equal(script_second(STR("04:28:x")), -1);
}

static void says(struct scene *s, const char *script, const char *wanted)
{
    struct script_manner manner = {.minutes = SCRIPT_DAY_MINUTES};
    assert_false(rc_ok(script_play(&s->c, s->core, str_from(script), &manner)));
    if (!strstr(s->c.fault.message, wanted))
        fail_msg("%s is not in: %s", wanted, s->c.fault.message);
}

TEST(script_names_the_line_that_cannot_be_played)
{
    struct scene s;
    scene_open(&s, MODULES, modules);
    says(&s, "\n{\"command\":\"moon.land\"}\n", "line 2: there is no command moon.land");
    says(&s, "{\"as\":\"patrol\",\"walk\":\"t\",\"every_s\":60}", "line 1: nobody walks here");
    says(&s, "{\"command\":\"alarm.claim\",\"find\":\"alarm/weather/fine\"}",
         "no such table or column");
    says(&s, "{\"command\":\"alarm.claim\",\"find\":\"alarm\"}", "table/column/value is expected");
    says(&s, "{\"say\":\"hello\"}", "line 1: ");
    scene_close(&s);
}
