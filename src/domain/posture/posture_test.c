/* The level of a mission: one stands, it is explained, and it ends. */
#include "domain/posture/posture.h"

#include "domain/alarm/alarm.h"
#include "support/scene_property.h"
#include "unit.h"

static const struct module *const modules[] = {&posture_module};

#define LEVEL(id, label, until)                                                         \
    "{\"id\":\"" id "\",\"label\":\"" label "\",\"level\":\"high\",\"why\":\"Unrest\"," \
    "\"until\":\"" until "\"}"
#define LATER "2026-11-22T09:00:00Z"

static enum level_state state_of(struct scene *s, const char *id)
{
    struct level level = {0};
    if (!rc_ok(picture_get(&s->c, s->reader.picture, &level_shape, str_from(id), NULL, &level)))
        fail_msg("%s: %s", id, s->c.fault.message);
    return level.state;
}

static rc find_alarm(struct scene *s, struct alarm *ret)
{
    return picture_find(&s->c, s->reader.picture, &alarm_shape, "key", STR("level/lapsed"), NULL,
                        ret);
}

TEST(level_shapes_keep_what_they_are_given)
{
    scene_property_test(1, modules);
}

TEST_SCENES(level_that_is_assessed_replaces_the_last, modules)
{
    scene_do(s, "level.add", NULL, LEVEL("a", "TLP:GREEN", LATER));
    scene_do(s, "level.add", NULL, LEVEL("b", "TLP:CLEAR", LATER));
    assert_int_equal(state_of(s, "a"), LEVEL_STATE_REPLACED);
    assert_int_equal(state_of(s, "b"), LEVEL_STATE_STANDING);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(level_that_lapses_is_told_until_it_is_assessed_again, modules)
{
    struct alarm alarm;
    scene_do(s, "level.add", NULL, LEVEL("a", "TLP:GREEN", LATER));
    assert_int_equal(find_alarm(s, &alarm).code, RC_NOT_FOUND);
    clock_manual_advance_us(&s->clock, DAY_US);
    core_settle(s->core);
    assert_int_equal(state_of(s, "a"), LEVEL_STATE_LAPSED);
    assert_true(rc_ok(find_alarm(s, &alarm)));
    assert_true(alarm.active);
    scene_do(s, "level.add", NULL, LEVEL("b", "TLP:GREEN", "2026-11-25T09:00:00Z"));
    assert_true(rc_ok(find_alarm(s, &alarm)));
    assert_false(alarm.active);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(level_is_readable_by_all_ends_and_is_never_changed, modules)
{
    scene_refused(s, "level.add", NULL, LEVEL("a", "TLP:AMBER", LATER), RC_INVALID, "/label");
    scene_refused(s, "level.add", NULL, LEVEL("a", "TLP:GREEN", "2026-01-01T00:00:00Z"), RC_INVALID,
                  "/until");
    scene_refused(s, "level.add", NULL, LEVEL("a", "TLP:GREEN", "2036-01-01T00:00:00Z"), RC_INVALID,
                  "/until");
    scene_do(s, "level.add", NULL, LEVEL("a", "TLP:GREEN", LATER));
    const struct catalog *catalog = s->catalog;
    assert_null(catalog_decision(catalog, STR("level.change")));
    assert_null(catalog_decision(catalog, STR("level.retire")));
}
