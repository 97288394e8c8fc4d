/* "At this time, unless …": set, replaced, cleared, due, over a restart, refused, not foldable. */
#include "support/sample.h"

static void pass_hours(struct scene *s, int hours)
{
    clock_manual_advance_us(&s->clock, hours * 3600 * INT64_C(1000000));
}

static int64_t shut(struct scene *s)
{
    return sample_count(s, "gate.shut");
}

TEST_SCENES(a_deadline_falls_due_once, sample_modules)
{
    scene_do(s, "gate.open", "g", OPEN("05:00:00", "night"));
    pass_hours(s, 1);
    assert_false(core_step(s->core));
    assert_int_equal(shut(s), 0);
    pass_hours(s, 1);
    assert_true(core_step(s->core));
    assert_false(core_step(s->core));
    assert_int_equal(shut(s), 1);
    struct ledger_event event = sample_event(s, 2), passed = sample_event(s, 3);
    assert_true(str_is(event.body, "{\"why\":\"night\"}"));
    assert_true(str_is(event.record, "gate/g"));
    assert_true(str_is(event.actor, "system"));
    assert_true(str_is(passed.kind, "deadline.passed"));
    assert_true(str_find(passed.body, STR("refused")) == SIZE_MAX);
    pass_hours(s, 24);
    assert_false(core_step(s->core));
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_second_deadline_replaces_the_first, sample_modules)
{
    scene_do(s, "gate.open", "g", OPEN("04:00:00", "first"));
    scene_do(s, "gate.open", "g", OPEN("06:00:00", "second"));
    scene_do(s, "gate.open", "h", OPEN("05:00:00", "another gate"));
    pass_hours(s, 1);
    assert_false(core_step(s->core));
    pass_hours(s, 1);
    assert_true(core_step(s->core));
    assert_int_equal(shut(s), 1);
    pass_hours(s, 1);
    assert_true(core_step(s->core));
    assert_int_equal(shut(s), 2);
    assert_true(str_is(sample_event(s, 8).body, "{\"why\":\"second\"}"));
    scene_rebuild_is_equal(s);
}

/* From deadline to deadline, with the writer on this thread and on its own. */
static void lead_clock(struct scene *s)
{
    scene_do(s, "gate.open", "a", OPEN("04:00:00", "night"));
    scene_do(s, "gate.open", "b", OPEN("05:00:00", "night"));
    int64_t before = shut(s);
    for (int64_t gates = 1; gates <= 2; gates++) {
        struct wall due = core_settle(s->core);
        assert_int_equal(shut(s), before + gates - 1);
        assert_true(due.us > s->clock.us);
        clock_manual_set(&s->clock, due);
        due = core_settle(s->core);
        assert_int_equal(shut(s), before + gates);
        assert_int_equal(due.us, gates == 1 ? s->clock.us + INT64_C(3600000000) : 0);
    }
}

TEST_SCENES(a_standing_clock_is_led_from_deadline_to_deadline, sample_modules)
{
    lead_clock(s);
}

TEST_SCENES(a_standing_clock_is_led_beside_the_writers_thread, sample_modules)
{
    assert_true(rc_ok(core_start(&s->c, s->core)));
    lead_clock(s);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_deadline_is_cleared, sample_modules)
{
    scene_do(s, "gate.open", "g", OPEN("04:00:00", "night"));
    scene_do(s, "gate.guard", "g", NULL);
    pass_hours(s, 2);
    assert_false(core_step(s->core));
    assert_int_equal(shut(s), 0);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_deadline_survives_restarts, sample_modules)
{
    scene_do(s, "gate.open", "g", OPEN("04:00:00", "night"));
    scene_restart(s);
    assert_false(core_step(s->core));
    scene_rebuild_is_equal(s);
    pass_hours(s, 30); /* it fell due while nothing ran */
    scene_restart(s);
    assert_true(core_step(s->core));
    assert_int_equal(shut(s), 1);
    struct ledger_event event = sample_event(s, 2);
    assert_int_equal(event.occurred.us, 1795316400000000 + INT64_C(3600000000));
    assert_int_equal(event.received.us, s->clock.us);
}

TEST_SCENES(a_refused_deadline_is_noted, sample_modules)
{
    scene_do(s, "gate.open", "g", OPEN("04:00:00", "never"));
    pass_hours(s, 1);
    assert_true(core_step(s->core));
    assert_int_equal(shut(s), 0);
    assert_true(str_find(sample_event(s, 2).body, STR("\"refused\":\"it stays open\"")) !=
                SIZE_MAX);
    assert_false(core_step(s->core));
}

TEST_SCENES(a_deadline_that_cannot_be_recorded_holds_up_no_other, sample_modules)
{
    static const char *const gates[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < 5; i++)
        scene_do(s, "gate.open", gates[i],
                 i == 1 || i == 3 ? OPEN("04:00:00", "jam") : OPEN("04:00:00", "night"));
    pass_hours(s, 1);
    while (core_step(s->core))
        continue;
    assert_int_equal(shut(s), 3);
    assert_int_equal(sample_count(s, "deadline.passed"), 5);
    scene_rebuild_is_equal(s);
}

/* ---- what follows from a deadline fails ------------------------------------------------------ */

static rc react_shut(struct ctx *c, struct picture *, const struct event *event, struct outcome *)
{
    const struct gate_shut *shut = event->body;
    if (str_is(shut->why, "bang"))
        FAIL(c, CONFLICT, "nobody hears it");
    return OK;
}

static rc react_passed(struct ctx *c, struct picture *, const struct event *event, struct outcome *)
{
    if (event->label.tlp == TLP_RED)
        FAIL(c, CONFLICT, "not after this one");
    return OK;
}

static const struct module echo_module = {
    .name = "echo",
    .help = "What follows when a gate is shut",
    .needs = NEEDS(&sample_module),
    .reactions = (const struct reaction[]){{.on = "gate.shut", .react = react_shut},
                                           {.on = "deadline.passed", .react = react_passed},
                                           {0}},
};
static const struct module *const echo_modules[] = {&core_module, &sample_module, &echo_module};

#define RED_OPEN(until, why) \
    "{\"label\":\"TLP:RED\",\"until\":\"2026-11-22T" until "Z\",\"why\":\"" why "\"}"

TEST_SCENES(a_deadline_is_done_even_where_what_follows_fails, echo_modules)
{
    scene_do(s, "gate.open", "a", OPEN("04:00:00", "bang"));
    scene_do(s, "gate.open", "b", RED_OPEN("04:00:00", "night"));
    scene_do(s, "gate.open", "c", RED_OPEN("04:00:00", "jam"));
    scene_do(s, "gate.open", "d", OPEN("04:00:00", "night"));
    pass_hours(s, 1);
    while (core_step(s->core))
        continue;
    assert_int_equal(shut(s), 3); /* all but the one that cannot be folded */
    assert_int_equal(sample_count(s, "deadline.passed"), 4);
    assert_int_equal(sample_count(s, "reactions.skipped"), 4); /* b: of both its events */
    scene_rebuild_is_equal(s);
}

TEST_SCENES(drill_label_and_cause_travel_through_a_deadline, sample_modules)
{
    struct command command = {
        .decision = catalog_decision(s->catalog, STR("gate.open")),
        .target = STR("g"),
        .actor = sample_officer,
        .cause = -1,
        .expect_seq = -1,
        .drill = true,
    };
    struct gate_open open = {.label = {TLP_RED, STR("crisis")},
                             .until = {1795316400000000 + 1000000},
                             .why = STR("exercise")};
    command.input = &open;
    assert_true(rc_ok(core_call(&s->c, s->core, &command)));
    assert_string_equal(command.record_id, "g");
    pass_hours(s, 1);
    assert_true(core_step(s->core));
    for (int64_t seq = 0; seq < 4; seq++) {
        struct ledger_event event = sample_event(s, seq);
        assert_true(event.drill);
        assert_true(str_is(event.label, "TLP:RED/crisis"));
        assert_int_equal(event.cause, seq < 2 ? -1 : 1);
    }
    scene_rebuild_is_equal(s);
}
