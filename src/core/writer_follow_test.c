/* Two writers on one file, as when `chancery token` runs beside `chancery serve`. */
#include "support/sample.h"

static struct core *second_writer(struct scene *s)
{
    struct core *core = NULL;
    if (!rc_ok(core_open(&s->c, &s->options, &core)))
        fail_msg("%s", s->c.fault.message);
    return core;
}

static void ring(struct scene *s, struct core *core, int64_t times)
{
    struct bell_ring input = {{TLP_AMBER, {NULL, 0}}, times};
    struct command command = {.decision = catalog_decision(s->catalog, STR("bell.ring")),
                              .input = &input,
                              .target = STR("b"),
                              .actor = actor_system,
                              .cause = -1,
                              .expect_seq = -1};
    if (!rc_ok(core_call(&s->c, core, &command)))
        fail_msg("%s", s->c.fault.message);
}

static void told_all(const struct sample_told *told, size_t count)
{
    assert_int_equal(told->count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(told->seqs[i], i);
}

TEST(what_another_process_writes_is_told)
{
    struct scene scene, *s = &scene;
    struct sample_told told = {0}, told_other = {0};
    scene_open(s, 2, sample_modules);
    struct core *other = second_writer(s);
    assert_true(rc_ok(core_subscribe(&s->c, s->core, sample_listen, &told)));
    assert_true(rc_ok(core_subscribe(&s->c, other, sample_listen, &told_other)));
    ring(s, other, 3);
    assert_int_equal(core_size(s->core), 0);
    assert_true(core_step(s->core)); /* idle: it looks */
    assert_false(core_step(s->core));
    told_all(&told, 3);
    assert_string_equal(told.kinds[2], "bell.rung");
    ring(s, other, 2);
    ring(s, s->core, 2); /* busy: before its own */
    told_all(&told, 7);
    told_all(&told_other, 5);
    ring(s, other, 1);
    told_all(&told_other, 8);
    assert_int_equal(core_counts(other).folds_retried, 0);
    assert_true(core_step(s->core));
    told_all(&told, 8);
    assert_string_equal(scene_get(s, &bell_shape, "b"), "{\"id\":\"b\",\"times\":8}");
    core_close(other);
    scene_rebuild_is_equal(s);
    scene_close(s);
}

TEST(deadlines_and_erasures_of_another_process_count)
{
    struct scene scene, *s = &scene;
    struct command command;
    scene_open(s, 2, sample_modules);
    scene_do(s, "keeper.add", NULL, "{\"id\":\"k\",\"label\":\"TLP:GREEN\",\"name\":\"Ada\"}");
    struct core *server = s->core;
    s->core = second_writer(s);
    scene_do(s, "gate.open", "g", OPEN("03:30:00", "night"));
    scene_do(s, "keeper.erase", "k", NULL);
    core_close(s->core);
    s->core = server;
    /* the server must not seal under the key that it still remembers */
    scene_do_as(s, &sample_officer, "keeper.add", NULL,
                "{\"id\":\"k\",\"label\":\"TLP:GREEN\",\"name\":\"Eve\"}", &command);
    assert_true(rc_ok(command.result));
    scene_restart(s);
    assert_true(str_absent(sample_event(s, 0).body));
    assert_false(str_absent(sample_event(s, command.first_seq).body));
    core_close(s->core);
    s->core = NULL;
    server = second_writer(s);
    s->core = second_writer(s);
    scene_do(s, "gate.open", "h", OPEN("03:20:00", "night"));
    core_close(s->core);
    s->core = server;
    assert_true(core_step(server));
    clock_manual_advance_us(&s->clock, INT64_C(1500000000));
    assert_true(core_step(server));
    assert_int_equal(sample_count(s, "gate.shut"), 1);
    scene_rebuild_is_equal(s);
    scene_close(s);
}
