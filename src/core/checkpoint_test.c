/* The write-ahead log stays as long as it may be, whoever reads, and nobody waits for that; and a
 * core that never starts leaves nobody waiting. */
#include "support/sample.h"

#include "core/writer.h"

#include <sys/stat.h>

enum { LOG_MAX = 512 << 10, RINGS = 150, ROUNDS_MAX = 100 };

struct kept {
    struct scene s;
    struct checkpointer *checkpointer;
};

/* The test runs the checkpointer's rounds and the writer's steps. */
static void kept_open(struct kept *k)
{
    scene_open(&k->s, 2, sample_modules);
    struct scene *s = &k->s;
    const struct checkpointer_options how = {
        .store = s->options.store, .clock = s->options.clock, .log_max_bytes = LOG_MAX};
    if (!rc_ok(checkpointer_open(&s->c, &how, &k->checkpointer)))
        fail_msg("%s", s->c.fault.message);
    s->core->checkpointer = k->checkpointer; /* closed with it */
}

static void ring(struct scene *s, int times)
{
    for (int i = 0; i < times; i++)
        scene_do(s, "bell.ring", "b", RING("1"));
}

/* The length of the log's file. */
static int64_t log_length(struct scene *s)
{
    char path[128];
    struct stat info;
    snprintf(path, sizeof path, "%s-wal", s->options.store.path);
    return stat(path, &info) == 0 ? info.st_size : 0;
}

static struct command alarm_of(struct scene *s, const struct bell_ring *ring)
{
    return (struct command){.decision = catalog_decision(s->catalog, STR("bell.ring")),
                            .input = ring,
                            .target = STR("b"),
                            .actor = actor_system,
                            .cause = -1,
                            .expect_seq = -1,
                            .alarm = true};
}

static const struct bell_ring one_ring = {{TLP_AMBER, {NULL, 0}}, 1};

static void hold(struct scene *s)
{
    assert_true(rc_ok(store_begin(&s->c, s->reader.store, false)));
}

static void let_go(struct scene *s)
{
    store_rollback(s->reader.store);
}

/* Rounds and steps until the log has been restarted so often. */
static void until_restarted(struct kept *k, int64_t restarts)
{
    for (int i = 0; core_counts(k->s.core).log_restarts < restarts; i++) {
        assert_in_range(i, 0, ROUNDS_MAX);
        checkpointer_note(k->checkpointer, false);
        checkpointer_round(k->checkpointer);
        core_step(k->s.core);
    }
}

TEST(a_log_that_is_too_long_is_restarted_between_two_commits)
{
    static struct kept k;
    kept_open(&k);
    int64_t longest = 0;
    for (int i = 1; i <= 5; i++) {
        ring(&k.s, RINGS);
        checkpointer_round(k.checkpointer);
        assert_true(core_counts(k.s.core).log_bytes > LOG_MAX);
        assert_true(checkpointer_asks(k.checkpointer));
        ring(&k.s, 1); /* and what is written is written */
        assert_int_equal(core_counts(k.s.core).log_restarts, i);
        longest = i == 1 ? log_length(&k.s) : longest;
        assert_true(log_length(&k.s) <= 2 * longest);
    }
    assert_int_equal(core_counts(k.s.core).log_held, 0);
    assert_int_equal(core_size(k.s.core), 5 * (RINGS + 1));
    scene_close(&k.s);
}

TEST(a_log_that_is_short_is_left_alone)
{
    static struct kept k;
    kept_open(&k);
    ring(&k.s, 3);
    checkpointer_round(k.checkpointer);
    assert_false(checkpointer_asks(k.checkpointer));
    assert_in_range(core_counts(k.s.core).log_bytes, 1, LOG_MAX);
    scene_close(&k.s);
}

TEST(a_reader_that_stays_keeps_nobody_waiting_and_the_log_shrinks_after_it)
{
    static struct kept k;
    kept_open(&k);
    struct scene *s = &k.s;
    ring(s, 1);
    hold(s);
    for (int i = 0; i < 5; i++) {
        ring(s, RINGS);
        checkpointer_round(k.checkpointer);
        assert_false(checkpointer_asks(k.checkpointer)); /* the writer is not even asked */
    }
    struct core_counts counts = core_counts(s->core);
    assert_int_equal(counts.log_held, 5);
    assert_int_equal(counts.log_restarts, 0);
    assert_int_equal(counts.log_pause_us, 0);
    struct command alarm = alarm_of(s, &one_ring);
    assert_true(rc_ok(core_call(&s->c, s->core, &alarm)));
    int64_t held = log_length(s);
    let_go(s);
    until_restarted(&k, 1);
    ring(s, RINGS);
    assert_true(log_length(s) <= held); /* from the start of the file again */
    checkpointer_round(k.checkpointer);
    assert_true(core_counts(s->core).log_bytes < held / 2);
    scene_rebuild_is_equal(s);
    scene_close(s);
}

/* A reader of the latest state is in nobody's way while the log is moved, only when it is
 * restarted. */
TEST(a_turn_in_vain_is_short_and_is_tried_again_later)
{
    static struct kept k;
    kept_open(&k);
    struct scene *s = &k.s;
    ring(s, RINGS);
    hold(s);
    checkpointer_round(k.checkpointer);
    assert_true(checkpointer_asks(k.checkpointer));
    ring(s, 1);
    struct core_counts counts = core_counts(s->core);
    assert_int_equal(counts.log_restarts, 0);
    assert_int_equal(counts.log_held, 1);
    assert_true(counts.log_pause_us > 0);
    let_go(s);
    checkpointer_round(k.checkpointer);
    assert_false(checkpointer_asks(k.checkpointer)); /* patience */
    until_restarted(&k, 1);
    scene_close(s);
}

/* ---- the alarm lane ------------------------------------------------------------------------- */

/* Two alarms, of which the second comes in while the first is answered. */
struct two_alarms {
    struct scene *s;
    struct command first, second;
    int64_t restarts_at_second;
    bool done;
};

static void second_done(struct command *command)
{
    struct two_alarms *two = command->arg;
    two->restarts_at_second = core_counts(two->s->core).log_restarts;
    two->done = true;
}

static void first_done(struct command *command)
{
    struct two_alarms *two = command->arg;
    assert_true(rc_ok(core_submit(&two->s->c, two->s->core, &two->second)));
}

TEST(an_alarm_that_waits_goes_before_the_log)
{
    static struct kept k;
    kept_open(&k);
    struct scene *s = &k.s;
    struct two_alarms two = {.s = s, .first = alarm_of(s, &one_ring)};
    two.second = two.first;
    two.first.arg = two.second.arg = &two;
    two.first.done = first_done;
    two.second.done = second_done;
    ring(s, RINGS);
    checkpointer_round(k.checkpointer);
    assert_true(checkpointer_asks(k.checkpointer));
    assert_true(rc_ok(core_submit(&s->c, s->core, &two.first)));
    while (!two.done)
        core_step(s->core);
    assert_int_equal(two.restarts_at_second, 0);
    assert_int_equal(core_counts(s->core).log_restarts, 1);
    scene_close(s);
}

/* ---- with threads --------------------------------------------------------------------------- */

TEST(under_load_with_a_reader_the_writer_goes_on_and_the_log_is_bounded_after)
{
    static struct scene scene;
    struct scene *s = &scene;
    scene_open(s, 2, sample_modules);
    s->options.log_max_bytes = LOG_MAX;
    scene_restart(s);
    assert_true(rc_ok(core_start(&s->c, s->core)));
    ring(s, 1);
    hold(s);
    while (core_counts(s->core).log_held == 0)
        ring(s, 10);
    struct command alarm = alarm_of(s, &one_ring);
    assert_true(rc_ok(core_call(&s->c, s->core, &alarm)));
    assert_int_equal(core_counts(s->core).log_restarts, 0);
    let_go(s);
    while (core_counts(s->core).log_restarts == 0)
        ring(s, 10);
    scene_rebuild_is_equal(s);
    scene_close(s);
}

/* ---- a core that never starts --------------------------------------------------------------- */

static void note_answer(struct command *command)
{
    ++*(int *)command->arg;
}

static void expect_answered(struct scene *s, struct command *waiting, const int *answered)
{
    struct command late = alarm_of(s, &one_ring);
    late.done = note_answer;
    assert_int_equal(*answered, 1);
    assert_int_equal(waiting->result.code, RC_BUSY);
    assert_non_null(strstr(waiting->fault.message, "never started"));
    assert_int_equal(core_submit(&s->c, s->core, &late).code, RC_BUSY);
    assert_int_equal(core_counts(s->core).waiting, 0);
}

TEST(who_waits_for_a_core_that_cannot_start_is_answered)
{
    static struct scene scene;
    struct scene *s = &scene;
    int answered = 0;
    scene_open(s, 2, sample_modules);
    struct command waiting = alarm_of(s, &one_ring);
    waiting.done = note_answer;
    waiting.arg = &answered;
    assert_true(rc_ok(core_submit(&s->c, s->core, &waiting)));
    s->core->options.store.path = "/nonexistent/record.db"; /* no checkpointer can be opened */
    assert_int_equal(core_start(&s->c, s->core).code, RC_IO);
    expect_answered(s, &waiting, &answered);
    s->core->options.store.path = s->options.store.path;
    scene_close(s);
}

TEST(who_waits_for_a_core_that_is_given_up_is_answered)
{
    static struct scene scene;
    struct scene *s = &scene;
    int answered = 0;
    scene_open(s, 2, sample_modules);
    struct command waiting = alarm_of(s, &one_ring);
    waiting.alarm = false;
    waiting.done = note_answer;
    waiting.arg = &answered;
    assert_true(rc_ok(core_submit(&s->c, s->core, &waiting)));
    core_abandon(s->core);
    expect_answered(s, &waiting, &answered);
    scene_close(s);
}
