/* What may be done to a tripwire. */
#include "domain/tripwire/tripwire_own.h"

#include "domain/account/account.h"

#include "support/scene.h"
#include "support/scene_property.h"

#include "unit.h"

static const struct module *const modules[] = {&account_module, &tripwire_module};
static const struct module *const without_people[] = {&tripwire_module};

enum {
    MODULES = sizeof modules / sizeof *modules,
    WITHOUT = sizeof without_people / sizeof *without_people
};

#define RULE(id, more, actions)                                                                \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"rule\":\"title: " id     \
    "\\nid: rule-" id "\\nlogsource: {product: chancery, category: agency, service: added}\\n" \
    "detection:\\n    selection: {name|contains: Front}\\n    condition: selection\\n" more    \
    "chancery:\\n    actions: [" actions "]\\n\"}"

static const struct actor ada = SCENE_ACTOR("ada", "p1"), ada_again = SCENE_ACTOR("ada2", "p1"),
                          bo = SCENE_ACTOR("bo", "p2");

static enum rc_code activate(struct scene *s, const struct actor *actor, const char *id)
{
    struct command command;
    scene_do_as(s, actor, "tripwire.activate", id, "{}", &command);
    return command.result.code;
}

static bool is_in(struct scene *s, const char *id, const char *text)
{
    const char *json = scene_get(s, &tripwire_shape, id);
    return json && strstr(json, text);
}

TEST(tripwire_shapes_keep_what_they_are_given)
{
    scene_property_test(MODULES, modules);
}

TEST_SCENES(tripwire_refuses_a_rule_that_is_none, modules)
{
    scene_refused(s, "tripwire.add", NULL,
                  "{\"id\":\"a\",\"label\":\"TLP:GREEN\",\"name\":\"a\",\"rule\":\"title: a\"}",
                  RC_INVALID, "/rule");
    scene_refused(s, "tripwire.add", NULL,
                  "{\"id\":\"a\",\"label\":\"TLP:GREEN\",\"name\":\"a\",\"rule\":\"title: a\\n"
                  "logsource: {product: x}\\ndetection: {s: {f|nonsense: 1}, condition: s}\"}",
                  RC_INVALID, "/rule");
    scene_do(s, "tripwire.add", NULL, RULE("a", "", "{do: notify}"));
}

TEST_SCENES(tripwire_that_locks_needs_two_persons, modules)
{
    scene_do(s, "tripwire.add", NULL, RULE("mild", "", "{do: notify}"));
    scene_do(s, "tripwire.add", NULL, RULE("grave", "", "{do: lock}"));
    assert_int_equal(activate(s, &ada, "mild"), RC_OK);
    assert_true(is_in(s, "mild", "\"status\":\"active\""));

    assert_int_equal(activate(s, &actor_system, "grave"), RC_FORBIDDEN);
    assert_int_equal(activate(s, &ada, "grave"), RC_OK);
    assert_true(is_in(s, "grave", "\"status\":\"proposed\""));
    assert_int_equal(activate(s, &ada, "grave"), RC_FORBIDDEN);
    assert_int_equal(activate(s, &ada_again, "grave"), RC_FORBIDDEN);
    scene_refused(s, "tripwire.change", "grave", RULE("grave", "level: high\\n", "{do: lock}"),
                  RC_CONFLICT, "/rule");
    assert_int_equal(activate(s, &bo, "grave"), RC_OK);
    assert_true(is_in(s, "grave", "\"status\":\"active\""));
    assert_true(is_in(s, "grave", "\"proposed_by\":\"ada\""));
    assert_true(is_in(s, "grave", "\"confirmed_by\":\"bo\""));

    scene_do(s, "tripwire.off", "grave", "{\"why\":\"the gate is being rebuilt\"}");
    scene_do(s, "tripwire.change", "grave", RULE("grave", "level: high\\n", "{do: lock}"));
    assert_true(is_in(s, "grave", "\"status\":\"off\""));
    assert_int_equal(activate(s, &bo, "grave"), RC_OK);
    assert_true(is_in(s, "grave", "\"status\":\"proposed\""));
    scene_rebuild_is_equal(s);
}

/* Whoever added the account of the second could sign in as the second. */
TEST_SCENES(tripwire_is_not_confirmed_by_an_account_that_the_first_made, modules)
{
    struct command command;
    scene_do(s, "person.add", NULL,
             "{\"id\":\"p2\",\"label\":\"TLP:GREEN\",\"name\":\"Bo\",\"category\":\"staff\"}");
    scene_do_as(s, &ada, "account.add", NULL,
                "{\"id\":\"bo\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"p2\","
                "\"login\":\"bo\",\"status\":\"active\"}",
                &command);
    assert_true(rc_ok(command.result));
    scene_do(s, "tripwire.add", NULL, RULE("grave", "", "{do: lock}"));
    assert_int_equal(activate(s, &ada, "grave"), RC_OK);
    assert_int_equal(activate(s, &bo, "grave"), RC_FORBIDDEN);
    assert_true(is_in(s, "grave", "\"status\":\"proposed\""));
}

/* The text of an active rule, with another one that waits. */
#define NEXT(level)                                                                             \
    "{\"id\":\"grave\",\"label\":\"TLP:GREEN\",\"name\":\"grave\",\"rule\":\"title: grave\\n"   \
    "id: rule-grave\\nlogsource: {product: chancery, category: agency, service: added}\\n"      \
    "detection:\\n    selection: {name|contains: Front}\\n    condition: selection\\nchancery:" \
    "\\n    actions: [{do: lock}]\\n\",\"next\":\"title: grave\\nid: rule-grave\\nlogsource: "  \
    "{product: chancery, category: agency, service: added}\\ndetection:\\n    selection: "      \
    "{name|contains: Back}\\n    condition: selection\\nlevel: " level "\\nchancery:\\n    "    \
    "actions: [{do: lock}]\\n\"}"

TEST_SCENES(tripwire_is_watched_on_while_its_text_is_changed, modules)
{
    scene_do(s, "tripwire.add", NULL, RULE("grave", "", "{do: lock}"));
    scene_refused(s, "tripwire.change", "grave", NEXT("high"), RC_CONFLICT, "/next");
    assert_int_equal(activate(s, &ada, "grave"), RC_OK);
    assert_int_equal(activate(s, &bo, "grave"), RC_OK);
    scene_refused(s, "tripwire.change", "grave", NEXT("huge: ["), RC_INVALID, "/next");
    scene_do(s, "tripwire.change", "grave", NEXT("high"));
    assert_int_equal(activate(s, &bo, "grave"), RC_OK); /* puts the new text forward */
    assert_true(is_in(s, "grave", "\"next_by\":\"bo\""));
    assert_true(is_in(s, "grave", "Front"));
    scene_refused(s, "tripwire.change", "grave", NEXT("low"), RC_CONFLICT, "/next");
    assert_int_equal(activate(s, &bo, "grave"), RC_FORBIDDEN);
    scene_do(s, "tripwire.withdraw", "grave", "{\"why\":\"the wrong door\"}");
    assert_true(is_in(s, "grave", "\"returned_why\":\"the wrong door\""));
    scene_refused(s, "tripwire.withdraw", "grave", "{\"why\":\"again\"}", RC_CONFLICT, "");
    scene_do(s, "tripwire.change", "grave", NEXT("low"));
    assert_int_equal(activate(s, &ada, "grave"), RC_OK);
    assert_int_equal(activate(s, &bo, "grave"), RC_OK);
    assert_false(is_in(s, "grave", "Front"));
    assert_false(is_in(s, "grave", "\"next\""));
    assert_true(is_in(s, "grave", "\"status\":\"active\""));
    assert_true(is_in(s, "grave", "\"confirmed_by\":\"bo\""));
    scene_rebuild_is_equal(s);
}

TEST_SCENES(tripwire_that_is_put_forward_can_be_given_back, modules)
{
    scene_do(s, "tripwire.add", NULL, RULE("grave", "", "{do: lock}"));
    assert_int_equal(activate(s, &ada, "grave"), RC_OK);
    scene_do(s, "tripwire.withdraw", "grave", "{\"why\":\"which doors?\"}");
    assert_true(is_in(s, "grave", "\"status\":\"draft\""));
    assert_int_equal(activate(s, &bo, "grave"), RC_OK);
    assert_true(is_in(s, "grave", "\"proposed_by\":\"bo\""));
    assert_false(is_in(s, "grave", "returned_why"));
}

#define TRIALS(fires)                                                                        \
    "{\"id\":\"t\",\"label\":\"TLP:GREEN\",\"name\":\"t\",\"rule\":\"title: t\\nlogsource: " \
    "{product: chancery, category: agency}\\ndetection: {s: {name: A}, condition: s}\\n"     \
    "chancery: {self-test: {fires: [[{name: " fires "}]], silent: [[{name: C}]]}}\\n\"}"

TEST_SCENES(tripwire_is_not_activated_when_it_could_not_fire, modules)
{
    scene_do(s, "tripwire.add", NULL, TRIALS("B"));
    assert_int_equal(activate(s, &ada, "t"), RC_CONFLICT);
    scene_do(s, "tripwire.change", "t", TRIALS("A"));
    assert_int_equal(activate(s, &ada, "t"), RC_OK);

    scene_do(
        s, "tripwire.add", NULL,
        "{\"id\":\"u\",\"label\":\"TLP:GREEN\",\"name\":\"u\",\"rule\":\"title: u\\nlogsource: "
        "{product: chancery, category: spaceship}\\ndetection: {s: {name: A}, condition: s}\"}");
    scene_do(
        s, "tripwire.add", NULL,
        "{\"id\":\"v\",\"label\":\"TLP:GREEN\",\"name\":\"v\",\"rule\":\"title: v\\nlogsource: "
        "{product: chancery, category: agency}\\ndetection: {s: {colour: red}, condition: s}\"}");
    assert_int_equal(activate(s, &ada, "u"), RC_CONFLICT);
    assert_int_equal(activate(s, &ada, "v"), RC_CONFLICT);
}

static void pass_hours(struct scene *s, int hours)
{
    clock_manual_advance_us(&s->clock, (int64_t)hours * 3600 * 1000000);
    while (core_step(s->core))
        continue;
}

/* A rule whose source is removed is shown as a fault within the period, until it is back. */
TEST_SCENES(tripwire_without_its_source_is_a_fault, modules)
{
    scene_do(s, "tripwire.add", NULL, RULE("a", "", "{do: notify}"));
    assert_int_equal(activate(s, &ada, "a"), RC_OK);
    scene_do(s, "rhythm.arm", NULL, "{}");
    pass_hours(s, 7);
    assert_false(is_in(s, "a", "\"fault\""));

    scene_restart_with(s, WITHOUT, without_people);
    pass_hours(s, 7);
    assert_true(
        is_in(s, "a", "\"fault\":\"nothing here provides events of chancery/agency/added\""));
    assert_true(is_in(s, "a", "\"fault_since\""));

    scene_restart_with(s, MODULES, modules);
    pass_hours(s, 7);
    assert_false(is_in(s, "a", "\"fault\""));
    scene_rebuild_is_equal(s);
}

TEST_SCENES(tripwire_is_tested_when_somebody_asks, modules)
{
    scene_do(s, "tripwire.add", NULL, RULE("a", "", "{do: notify}"));
    scene_refused(s, "tripwire.test", "a", "{}", RC_CONFLICT, "");
    assert_int_equal(activate(s, &ada, "a"), RC_OK);
    scene_do(s, "tripwire.test", "a", "{}");
    assert_false(is_in(s, "a", "\"fault\""));
    scene_restart_with(s, WITHOUT, without_people);
    scene_do(s, "tripwire.test", "a", "{}");
    assert_true(
        is_in(s, "a", "\"fault\":\"nothing here provides events of chancery/agency/added\""));
    scene_restart_with(s, MODULES, modules);
    scene_do(s, "tripwire.test", "a", "{}");
    assert_false(is_in(s, "a", "\"fault\""));
}

TEST(tripwire_asks_the_picture_and_takes_unknown_for_unknown)
{
    struct scene s;
    scene_open(&s, MODULES, modules);
    scene_do(&s, "person.add", NULL,
             "{\"id\":\"gone\",\"label\":\"TLP:GREEN\",\"name\":\"A\",\"category\":\"staff\","
             "\"departure\":\"2026-11-20\"}");
    scene_do(&s, "person.add", NULL,
             "{\"id\":\"here\",\"label\":\"TLP:GREEN\",\"name\":\"B\",\"category\":\"staff\"}");
    struct picture_state asked = {&s.c, s.reader.picture, clock_now(&s.c)};
    assert_int_equal(picture_state(&asked, STR("person_left"), STR("gone")), SIGMA_TRUE);
    assert_int_equal(picture_state(&asked, STR("person_left"), STR("here")), SIGMA_FALSE);
    assert_int_equal(picture_state(&asked, STR("person_left"), STR("nobody")), SIGMA_UNKNOWN);
    assert_int_equal(picture_state(&asked, STR("zone_armed"), STR("z")), SIGMA_UNKNOWN);
    scene_close(&s);
}

TEST(tripwire_taxonomy_follows_from_the_shapes)
{
    struct scene s;
    struct text out;
    struct str json;
    scene_open(&s, MODULES, modules);
    text_init(&out, &s.c, 1 << 20);
    taxonomy_put(&out, s.catalog);
    assert_true(rc_ok(text_done(&out, &json)));
    assert_non_null(strstr(json.ptr, "\"event\":\"zone.changed\""));
    assert_non_null(strstr(json.ptr, "\"occupants_max\""));
    assert_null(strstr(json.ptr, "\"nationalities\"")); /* personal */
    struct str chancery = STR("chancery"), none = {NULL, 0};
    struct reachable all = {s.catalog, NULL, &s.c};
    assert_true(taxonomy_has(&all, chancery, STR("zone"), none, STR("site")));
    assert_true(taxonomy_has(&all, chancery, STR("account"), STR("added"), STR("agency")));
    assert_false(taxonomy_has(&all, chancery, STR("zone"), none, STR("person")));
    assert_false(taxonomy_has(&all, chancery, STR("person"), none, STR("born")));
    assert_false(taxonomy_has(&all, STR("windows"), none, none, none));
    scene_close(&s);
}
