#include "domain/people/people.h"

#include "support/scene.h"
#include "support/scene_property.h"

#include "unit.h"

#define PERSON(id, more) \
    "{\"id\":\"" id      \
    "\",\"label\":\"TLP:AMBER\",\"name\":\"Amina Haddad\",\"category\":\"staff\"" more "}"

static const struct module *const modules[] = {&people_module};

TEST(people_shapes_keep_what_they_are_given)
{
    scene_property_test(1, modules);
}

TEST(days_of_the_calendar)
{
    assert_true(text_form_date.check(STR("2028-02-29")));
    assert_false(text_form_date.check(STR("2026-02-29")));
    assert_false(text_form_date.check(STR("2026-2-1")));
    assert_false(text_form_date.check(STR("2026-11-2x")));
    assert_false(text_form_date.check(STR("-026-11-20")));
}

TEST_SCENES(nobody_departs_before_they_arrive, modules)
{
    scene_refused(s, "person.add", NULL,
                  PERSON("p", ",\"arrival\":\"2026-05-02\",\"departure\":\"2026-05-01\""),
                  RC_INVALID, "/departure");
    scene_do(s, "person.add", NULL,
             PERSON("p", ",\"arrival\":\"2026-05-01\",\"departure\":\"2026-05-01\""));
}

TEST_SCENES(only_the_retired_are_erased, modules)
{
    static struct str may[] = {STR("person.erase")};
    const struct actor outsider = {
        .id = STR("x"), .permissions = {may, 1}, .clearance = {TLP_GREEN, {NULL, 0}}};
    const char *why = "{\"why\":\"their request of 20 November\"}";
    struct command command;
    scene_do(s, "person.add", NULL, PERSON("zoe", ""));
    scene_refused(s, "person.erase", "zoe", why, RC_CONFLICT, "");
    scene_do(s, "person.retire", "zoe", "{}");
    scene_refused(s, "person.erase", "zoe", "{}", RC_INVALID, "/why");
    scene_do_as(s, &outsider, "person.erase", "zoe", why, &command);
    assert_int_equal(command.result.code, RC_NOT_FOUND);
    assert_non_null(scene_get(s, &person_shape, "zoe"));
    scene_do(s, "person.erase", "zoe", why);
    assert_null(scene_get(s, &person_shape, "zoe"));
    scene_rebuild_is_equal(s);
    assert_null(scene_get(s, &person_shape, "zoe"));
}

/* A court wants to see what there is: until then it is not destroyed. */
TEST_SCENES(nobody_is_erased_under_a_hold, modules)
{
    static const char why[] = "{\"why\":\"at their wish\"}";
    scene_do(s, "person.add", NULL, PERSON("zoe", ""));
    scene_do(s, "person.retire", "zoe", "{}");
    scene_do(s, "hold.add", NULL,
             "{\"id\":\"h\",\"label\":\"TLP:RED\",\"on\":\"person/zoe\",\"why\":\"order 12\"}");
    scene_refused(s, "person.erase", "zoe", why, RC_CONFLICT, "");
    scene_do(s, "hold.retire", "h", "{}");
    scene_do(s, "person.erase", "zoe", why);
}
