/* What comes round: armed at opening, run once however many dates were missed, moved with the
 * mission's clock and holidays; and its pages over HTTP. */
#include "assembly/core_module.h"
#include "core/system.h"
#include "frame/rhythm/rhythm.h"

#include "core/record.h"
#include "support/edge_scene.h"
#include "support/ground.h"
#include "support/shape_property.h"

/* ---- a module with something to do every six hours and every morning ------------------------- */

static EVENT_KIND(ticked, "clockwork.ticked", record_end, "clockwork.read", "It was done");

static rc tick(struct ctx *c, struct picture *picture, const struct command *command,
               struct outcome *outcome)
{
    struct record_end *body = NULL;
    bool broken = false;
    TRY(picture_has(c, picture, &room_shape, STR("broken"), &broken));
    if (broken)
        REFUSE(c, CONFLICT, "broken", "", "the clockwork is broken");
    NEW(c, body, 1);
    return outcome_add(c, outcome,
                       &(struct outcome_event){.kind = &ticked_kind,
                                               .body = body,
                                               .record_id = command->target,
                                               .label = SYSTEM_LABEL});
}

static const struct module clockwork_module = {
    .name = "clockwork",
    .help = "For the test",
    .events = (const struct event_kind *const[]){&ticked_kind, NULL},
    .decisions = (const struct decision[]){{.name = "clockwork.tick",
                                            .help = "Do it",
                                            .permission = "clockwork.read",
                                            .decide = tick},
                                           {0}},
    .permissions = (const struct permission[]){{"clockwork.read", "See it"}, {0}},
    .rhythms =
        (const struct rhythm_row[]){
            {.name = "six-hourly", .help = "Often", .decision = "clockwork.tick", .hours = 6},
            {.name = "morning",
             .help = "Each working day",
             .decision = "clockwork.tick",
             .days = 1,
             .at = "07:00",
             .skip_holidays = true},
            {0}},
};

static const struct module *const modules[] = {&core_module, &edge_module, &ground_module,
                                               &rhythm_module, &clockwork_module};

#define MISSION(zone) "{\"id\":\"m1\",\"label\":\"TLP:GREEN\",\"time_zone\":\"" zone "\"}"

static struct rhythm get(struct scene *s, const char *id)
{
    struct rhythm rhythm = {0};
    if (!rc_ok(picture_get(&s->c, s->reader.picture, &rhythm_shape, str_from(id), NULL, &rhythm)))
        fail_msg("%s: %s", id, s->c.fault.message);
    return rhythm;
}

static void due_is(struct scene *s, const char *id, const char *expected)
{
    char text[WALL_TEXT_MAX + 1] = "never";
    struct rhythm rhythm = get(s, id);
    if (rhythm.due.us)
        text[wall_format(rhythm.due, text)] = '\0';
    assert_string_equal(text, expected);
}

static rc count_one(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop)
{
    (void)c, (void)event, (void)stop;
    ++*(int64_t *)arg;
    return OK;
}

static int64_t count(struct scene *s, const char *kind)
{
    int64_t found = 0;
    struct ledger_walk walk = {.limit = INT64_MAX, .kind = str_from(kind)};
    assert_true(rc_ok(ledger_walk(&s->c, s->reader.store, &walk, count_one, &found)));
    return found;
}

static void go_to(struct scene *s, const char *when)
{
    struct wall wall;
    assert_true(wall_parse(str_from(when), &wall));
    clock_manual_set(&s->clock, wall);
    core_settle(s->core);
}

TEST(rhythm_shapes_keep_what_they_are_given)
{
    shape_property_test(&routine_shape);
    shape_property_test(&holiday_shape);
    shape_property_test(&rhythm_shape);
    shape_property_test(&routine_date_shape);
}

TEST_SCENES(a_rhythm_is_armed_once_and_runs_on_its_dates, modules)
{
    scene_do(s, "rhythm.arm", NULL, "{}");
    due_is(s, "six-hourly", "2026-11-22T09:00:00Z");
    due_is(s, "morning", "2026-11-22T07:00:00Z");
    int64_t size = core_size(s->core);
    struct command again;
    scene_do_as(s, &actor_system, "rhythm.arm", NULL, "{}", &again);
    assert_true(rc_ok(again.result));
    assert_int_equal(core_size(s->core), size); /* nothing to say */
    go_to(s, "2026-11-22T07:00:00Z");
    assert_int_equal(count(s, "clockwork.ticked"), 1);
    due_is(s, "morning", "2026-11-23T07:00:00Z");
    go_to(s, "2026-11-22T09:00:00Z");
    assert_int_equal(count(s, "clockwork.ticked"), 2);
    struct rhythm rhythm = get(s, "six-hourly");
    assert_false(rhythm.late);
    assert_int_equal(rhythm.missed, 0);
    assert_int_equal(rhythm.runs, 1);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(three_dates_missed_are_one_run_marked_late, modules)
{
    scene_do(s, "rhythm.arm", NULL, "{}");
    struct wall later;
    assert_true(wall_parse(STR("2026-11-23T04:00:00Z"), &later)); /* 09:00, 15:00, 21:00, 03:00 */
    clock_manual_set(&s->clock, later);
    scene_restart(s);
    scene_do(s, "rhythm.arm", NULL, "{}"); /* what core_start asks for */
    core_settle(s->core);
    struct rhythm rhythm = get(s, "six-hourly");
    assert_int_equal(rhythm.runs, 1);
    assert_true(rhythm.late);
    assert_int_equal(rhythm.missed, 3);
    due_is(s, "six-hourly", "2026-11-23T09:00:00Z");
    assert_int_equal(count(s, "clockwork.ticked"), 2); /* and the morning once */
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_refused_run_is_told_and_the_next_one_is_set, modules)
{
    scene_do(s, "rhythm.arm", NULL, "{}");
    scene_do(s, "room.add", NULL, "{\"id\":\"broken\",\"label\":\"TLP:GREEN\",\"name\":\"B\"}");
    go_to(s, "2026-11-22T09:00:00Z");
    struct rhythm rhythm = get(s, "six-hourly");
    assert_true(str_is(rhythm.refused, "the clockwork is broken"));
    due_is(s, "six-hourly", "2026-11-22T15:00:00Z");
    scene_do(s, "room.retire", "broken", "{}");
    go_to(s, "2026-11-22T15:00:00Z");
    assert_true(str_absent(get(s, "six-hourly").refused));
    scene_rebuild_is_equal(s);
}

TEST_SCENES(dates_follow_the_missions_clock_and_its_holidays, modules)
{
    scene_do(s, "rhythm.arm", NULL, "{}");
    scene_do(s, "mission.add", NULL, MISSION("Europe/Helsinki"));
    due_is(s, "morning", "2026-11-22T05:00:00Z");
    assert_true(str_is(get(s, "morning").schedule,
                       "every 1 day at 07:00 Europe/Helsinki, not on holidays"));
    scene_do(s, "holiday.add", NULL,
             "{\"id\":\"h1\",\"label\":\"TLP:GREEN\",\"name\":\"Day\",\"day\":\"2026-11-22\"}");
    due_is(s, "morning", "2026-11-23T05:00:00Z");
    scene_do(s, "holiday.add", NULL,
             "{\"id\":\"h2\",\"label\":\"TLP:GREEN\",\"name\":\"Day\",\"day\":\"1917-11-23\","
             "\"yearly\":true}");
    due_is(s, "morning", "2026-11-24T05:00:00Z");
    scene_do(s, "holiday.retire", "h1", "{}");
    due_is(s, "morning", "2026-11-22T05:00:00Z");
    scene_do(s, "mission.change", "m1", MISSION("Mars/Olympus"));
    due_is(s, "morning", "2026-11-22T07:00:00Z");
    assert_true(str_find(get(s, "morning").schedule, STR("UTC")) != SIZE_MAX);
    scene_refused(s, "holiday.add", NULL,
                  "{\"id\":\"h3\",\"label\":\"TLP:GREEN\",\"name\":\"Day\",\"day\":\"2026-02-30\"}",
                  RC_INVALID, "/day");
    scene_rebuild_is_equal(s);
}

#define ROUTINE(id, more) "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\"" more "}"

TEST_SCENES(a_routine_of_the_mission_comes_round, modules)
{
    scene_do(s, "routine.add", NULL,
             ROUTINE("generator", ",\"every\":1,\"unit\":\"weeks\",\"at\":\"10:00\","
                                  "\"weekdays\":[\"tuesday\"]"));
    due_is(s, "generator", "2026-11-24T10:00:00Z");
    go_to(s, "2026-11-24T10:00:00Z");
    assert_int_equal(count(s, "routine.came"), 1);
    due_is(s, "generator", "2026-12-01T10:00:00Z");
    scene_do(s, "routine.change", "generator",
             ROUTINE("generator", ",\"every\":2,\"unit\":\"hours\""));
    due_is(s, "generator", "2026-11-24T12:00:00Z");
    scene_do(s, "routine.retire", "generator", "{\"why\":\"sold\"}");
    assert_null(scene_get(s, &rhythm_shape, "generator"));
    go_to(s, "2026-11-30T10:00:00Z");
    assert_int_equal(count(s, "routine.came"), 1);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_routine_that_says_nonsense_is_refused, modules)
{
    static const struct {
        const char *json, *pointer;
    } wrong[] = {
        {ROUTINE("r", ",\"every\":1,\"unit\":\"days\""), "/at"},
        {ROUTINE("r", ",\"every\":1,\"unit\":\"days\",\"at\":\"24:00\""), "/at"},
        {ROUTINE("r", ",\"every\":1,\"unit\":\"hours\",\"at\":\"07:00\""), "/at"},
        {ROUTINE("r", ",\"every\":0,\"unit\":\"hours\""), "/every"},
        {ROUTINE("r", ",\"every\":1,\"unit\":\"weeks\",\"at\":\"07:00\""), "/weekdays"},
        {ROUTINE("r", ",\"every\":1,\"unit\":\"weeks\",\"at\":\"07:00\",\"weekdays\":[\"lundi\"]"),
         "/weekdays/0"},
        {ROUTINE("r", ",\"every\":1,\"unit\":\"months\",\"at\":\"07:00\""), "/day"},
        {ROUTINE("r", ",\"every\":1,\"unit\":\"days\",\"at\":\"07:00\",\"day\":3"), "/day"},
        {ROUTINE("r", ",\"every\":1,\"unit\":\"hours\",\"skip_holidays\":true"), "/skip_holidays"},
        {ROUTINE("r", ",\"every\":1,\"unit\":\"hours\",\"owner\":\"nobody\""), "/owner"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        scene_refused(s, "routine.add", NULL, wrong[i].json, RC_INVALID, wrong[i].pointer);
    scene_refused(s, "routine.add", NULL, ROUTINE("morning", ",\"every\":1,\"unit\":\"hours\""),
                  RC_CONFLICT, "/id");
}

TEST(routines_are_bounded_and_all_move_with_the_clock)
{
    struct scene s;
    struct str json;
    scene_open(&s, sizeof modules / sizeof *modules, modules);
    for (int i = 0; i < ROUTINES_MAX; i++) {
        assert_true(rc_ok(str_format(&s.c, &json,
                                     "{\"id\":\"r%d\",\"label\":\"TLP:GREEN\",\"name\":\"r%d\","
                                     "\"every\":1,\"unit\":\"days\",\"at\":\"12:00\"}",
                                     i, i)));
        scene_do(&s, "routine.add", NULL, json.ptr);
    }
    scene_refused(&s, "routine.add", NULL, ROUTINE("more", ",\"every\":1,\"unit\":\"hours\""),
                  RC_CONFLICT, "");
    scene_do(&s, "mission.add", NULL, MISSION("Europe/Helsinki"));
    due_is(&s, "r0", "2026-11-22T10:00:00Z");
    due_is(&s, "r199", "2026-11-22T10:00:00Z");
    scene_close(&s);
}

TEST_SCENES(another_domain_may_quicken_a_rhythm, modules)
{
    scene_do(s, "rhythm.arm", NULL, "{}");
    scene_do(s, "rhythm.pace", "six-hourly", "{\"factor_bp\":5000}");
    due_is(s, "six-hourly", "2026-11-22T06:00:00Z");
    go_to(s, "2026-11-22T06:00:00Z");
    due_is(s, "six-hourly", "2026-11-22T09:00:00Z");
    scene_restart(s);
    scene_do(s, "rhythm.pace", "six-hourly", "{\"factor_bp\":10000}");
    due_is(s, "six-hourly", "2026-11-22T12:00:00Z");
    scene_refused(s, "rhythm.pace", "six-hourly", "{\"factor_bp\":0}", RC_INVALID, "/factor_bp");
    scene_refused(s, "rhythm.pace", "nothing", "{\"factor_bp\":5000}", RC_NOT_FOUND, "");
    scene_rebuild_is_equal(s);
}

/* A version that has the rhythm no more. */
TEST_SCENES(a_rhythm_that_nobody_declares_ends, modules)
{
    scene_do(s, "rhythm.arm", NULL, "{}");
    scene_restart_with(s, 4, modules); /* without the clockwork: its events have no kind */
    assert_non_null(scene_get(s, &rhythm_shape, "six-hourly"));
    scene_do(s, "rhythm.arm", NULL, "{}");
    assert_null(scene_get(s, &rhythm_shape, "six-hourly"));
    go_to(s, "2026-11-22T12:00:00Z"); /* the old deadline comes to nothing */
    assert_int_equal(count(s, "deadline.passed"), 2);
    scene_rebuild_is_equal(s);
}

/* ---- over HTTP ------------------------------------------------------------------------------- */

TEST(rhythms_are_armed_at_opening_and_seen_by_whom_they_concern)
{
    struct edge_scene s = {.guard = GUARD_ON_DUTY};
    scene_open(&s.scene, sizeof modules / sizeof *modules, modules);
    edge_scene_begin(&s, (struct edge_options){.check_replies = true});
    core_settle(s.scene.core);
    const char *body = edge_scene_expect(&s, 200, "GET", "/api/v1/rhythms", "officer", NULL, NULL);
    assert_non_null(strstr(body, "\"id\":\"six-hourly\""));
    assert_non_null(strstr(body, "2026-11-22T09:00:00Z"));
    edge_scene_expect(&s, 200, "POST", "/api/v1/rhythms/six-hourly/pace", "officer", NULL,
                      "{\"factor_bp\":5000}");
    body =
        edge_scene_expect(&s, 200, "GET", "/api/v1/rhythms?id=six-hourly", "officer", NULL, NULL);
    assert_non_null(strstr(body, "every 3 hours"));
    edge_scene_expect(&s, 422, "POST", "/api/v1/rhythms/six-hourly/pace", "officer", NULL,
                      "{\"factor_bp\":1}");
    edge_scene_expect(&s, 403, "GET", "/api/v1/rhythms", "guard", NULL, NULL);
    edge_scene_close(&s);
}
