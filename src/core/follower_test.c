/* Followers see every event at least once, in order, whatever fails: they, the writer, the
 * database, the machine. */
#include "core/follower.h"

#include "support/sample.h"
#include "support/store_fixture.h"

#include <pthread.h>

enum { SEEN_MAX = 4096 };

#define TALLY_FIELDS(F, T)                                \
    F(T, label, _, label, REQUIRED, 0, 0, "who may know") \
    F(T, i64, _, of, 0, 0, 0, "the number of the event")  \
    F(T, i64, _, fails, 0, 0, 1, "the decision fails, if it is 1")
SHAPE_DECLARE(tally, TALLY_FIELDS);
SHAPE_DEFINE(tally, TALLY_FIELDS, 1, "An event was counted");

static EVENT_KIND(tally, "tally.made", tally, "gate.read", "An event was counted");

static rc decide_tally(struct ctx *c, struct picture *, const struct command *command,
                       struct outcome *outcome)
{
    const struct tally *tally = command->input;
    if (tally->fails)
        FAIL(c, IO, "the disk of the decision");
    TRY(outcome_add(c, outcome, &(struct outcome_event){.kind = &tally_kind, .body = tally}));
    return follower_note(c, outcome, "exact", tally->of + 1);
}

static rc decide_no(struct ctx *c, struct picture *, const struct command *, struct outcome *)
{
    FAIL(c, CONFLICT, "no");
}

static const struct module tally_module = {
    .name = "tally",
    .help = "Counts",
    .events = (const struct event_kind *const[]){&tally_kind, NULL},
    .decisions =
        (const struct decision[]){
            {.name = "tally.make",
             .help = "Count",
             .permission = "gate.write",
             .input = &tally_shape,
             .decide = decide_tally},
            {.name = "tally.no",
             .help = "Say no",
             .permission = "gate.write",
             .input = &tally_shape,
             .decide = decide_no},
            {0},
        },
};

static const struct module *const modules[] = {&core_module, &sample_module, &tally_module};

struct seen {
    struct follower *follower;
    size_t count, begun;
    int64_t seqs[SEEN_MAX];
    int64_t fail_at, fail_times; /* this event, so often */
    int64_t stop_at;             /* tallies: it fails from this event on; 0: never */
    bool tallies, asks_no;
    bool asks; /* for tallies, and does not wait for each */
    int64_t tally_fails;
    pthread_mutex_t gate; /* held: it hangs */
    struct str mark;      /* a statement that marks its connection; absent: none */
};

static rc note_begin(struct ctx *c, void *arg, struct picture *picture, int64_t *position)
{
    struct seen *seen = arg;
    (void)c, (void)picture, (void)position;
    seen->begun++;
    return OK;
}

static rc note(struct ctx *c, void *arg, struct picture *picture, const struct event *event)
{
    struct seen *seen = arg;
    struct tally tally = {.label = {.tlp = TLP_GREEN}, .of = event->seq};
    (void)picture;
    pthread_mutex_lock(&seen->gate);
    pthread_mutex_unlock(&seen->gate);
    if (event->seq == seen->fail_at && seen->fail_times > 0) {
        seen->fail_times--;
        FAIL(c, INTERNAL, "not this one");
    }
    if (seen->stop_at && event->seq >= seen->stop_at)
        FAIL(c, INTERNAL, "not yet");
    assert_true(seen->count < SEEN_MAX);
    seen->seqs[seen->count++] = event->seq;
    if (!seen->tallies && !seen->asks_no && !seen->asks)
        return OK;
    tally.fails = seen->tally_fails > 0 && seen->tally_fails-- > 0;
    return follower_ask(
        c, seen->follower,
        &(struct follower_ask){.decision = seen->asks_no ? "tally.no" : "tally.make",
                               .input = &tally});
}

static rc note_rest(struct ctx *c, void *arg, struct picture *picture, int64_t position)
{
    struct seen *seen = arg;
    (void)position;
    return str_absent(seen->mark) ? OK : store_script(c, picture_store(picture), seen->mark);
}

static const char *const bells[] = {"bell.", NULL};

static void follow(struct scene *s, const char *name, bool durable, struct seen *seen)
{
    struct follower_options options = {.name = name,
                                       .durable = durable,
                                       .exact = seen->tallies,
                                       .kinds = bells,
                                       .arg = seen,
                                       .begin = note_begin,
                                       .take = note,
                                       .rest = note_rest};
    pthread_mutex_init(&seen->gate, NULL);
    if (!rc_ok(follower_open(&s->c, s->core, &options, &seen->follower)))
        fail_msg("%s", s->c.fault.message);
}

static void ring(struct scene *s, int times)
{
    for (int i = 0; i < times; i++)
        scene_do(s, "bell.ring", "b", RING("1"));
}

static void settle(struct scene *s)
{
    while (core_step(s->core))
        continue;
}

/* Long enough for any wait after a failure. */
static void wait_out(struct scene *s)
{
    clock_manual_advance_us(&s->clock, INT64_C(61000000));
    settle(s);
}

static void saw(const struct seen *seen, size_t count, const int64_t *seqs)
{
    assert_int_equal(seen->count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(seen->seqs[i], seqs[i]);
}

TEST_SCENES(follower_is_given_what_comes_after_it_was_opened, modules)
{
    struct seen seen = {.fail_at = -1};
    ring(s, 2);
    follow(s, "f", false, &seen);
    settle(s);
    ring(s, 1);
    scene_do(s, "gate.add", NULL, GATE("g", "North", "")); /* of no concern to it */
    ring(s, 1);
    settle(s);
    saw(&seen, 2, (int64_t[]){2, 4});
    assert_int_equal(seen.begun, 1);
    assert_int_equal(follower_counts(seen.follower).position, 5);
    assert_int_equal(follower_counts(seen.follower).taken, 2);
    follower_close(seen.follower);
}

TEST_SCENES(follower_goes_on_where_it_was_after_a_restart, modules)
{
    struct seen first = {.fail_at = -1}, second = {.fail_at = -1, .stop_at = 5},
                third = {.fail_at = -1};
    follow(s, "f", true, &first);
    ring(s, 3);
    settle(s);
    saw(&first, 3, (int64_t[]){0, 1, 2});
    follower_close(first.follower);
    ring(s, 2); /* while it is away */
    scene_restart(s);
    follow(s, "f", true, &second);
    ring(s, 1);
    settle(s);
    saw(&second, 2, (int64_t[]){3, 4}); /* it ends in the middle */
    assert_true(follower_counts(second.follower).failures > 0);
    scene_restart(s);
    follower_close(second.follower);
    follow(s, "f", true, &third);
    settle(s);
    assert_true(third.count >= 1);
    assert_int_equal(third.seqs[third.count - 1], 5);
    for (size_t i = 1; i < third.count; i++)
        assert_int_equal(third.seqs[i], third.seqs[i - 1] + 1);
    assert_true(third.seqs[0] <= 5);
    follower_close(third.follower);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(follower_that_fails_waits_longer_each_time_and_holds_up_no_other, modules)
{
    struct seen bad = {.fail_at = 1, .fail_times = 3}, good = {.fail_at = -1};
    follow(s, "bad", false, &bad);
    follow(s, "good", false, &good);
    ring(s, 3);
    settle(s);
    saw(&good, 3, (int64_t[]){0, 1, 2});
    saw(&bad, 1, (int64_t[]){0});
    clock_manual_advance_us(&s->clock, 99999);
    assert_false(core_step(s->core));
    clock_manual_advance_us(&s->clock, 1); /* 100 ms: it fails for the second time */
    assert_true(core_step(s->core));
    clock_manual_advance_us(&s->clock, 199999);
    assert_false(core_step(s->core));
    clock_manual_advance_us(&s->clock, 1); /* 200 ms: for the third */
    assert_true(core_step(s->core));
    assert_int_equal(follower_counts(bad.follower).failures, 3);
    assert_true(follower_counts(bad.follower).failing);
    assert_false(follower_counts(good.follower).failing);
    assert_ptr_equal(core_follower(s->core, 1), good.follower);
    assert_null(core_follower(s->core, 2));
    clock_manual_advance_us(&s->clock, 400000);
    settle(s);
    saw(&bad, 3, (int64_t[]){0, 1, 2});
    assert_int_equal(bad.begun, 4);
    assert_false(follower_counts(bad.follower).failing);
    bad.fail_times = 1; /* it was well: it begins again with the shortest wait */
    bad.fail_at = 3;
    ring(s, 1);
    settle(s);
    clock_manual_advance_us(&s->clock, 100000);
    settle(s);
    assert_int_equal(bad.seqs[bad.count - 1], 3);
    follower_close(bad.follower);
    follower_close(good.follower);
}

/* What it asked for was not done: it is given the whole turn again, though it keeps no place in the
 * ledger. */
TEST_SCENES(follower_is_given_the_turn_again_that_failed, modules)
{
    struct seen seen = {.fail_at = -1, .asks = true, .tally_fails = 1};
    follow(s, "f", false, &seen);
    scene_do(s, "bell.ring", "b", RING("2"));
    settle(s);
    assert_int_equal(follower_counts(seen.follower).failures, 1);
    wait_out(s);
    saw(&seen, 4, (int64_t[]){0, 1, 0, 1});
    assert_true(sample_count(s, "tally.made") >= 2);
    follower_close(seen.follower);
}

TEST_SCENES(follower_takes_a_refusal_for_an_answer_and_does_a_failure_again, modules)
{
    struct seen no = {.fail_at = -1, .asks_no = true};
    struct seen yes = {.fail_at = -1, .tallies = true, .tally_fails = 2};
    follow(s, "no", true, &no);
    follow(s, "exact", true, &yes);
    ring(s, 3);
    for (int i = 0; i < 4; i++)
        wait_out(s);
    assert_int_equal(no.count, 3);
    assert_int_equal(follower_counts(no.follower).refused, 3);
    assert_int_equal(follower_counts(no.follower).failures, 0);
    assert_int_equal(follower_counts(yes.follower).failures, 2);
    assert_int_equal(sample_count(s, "tally.made"), 3); /* each once, though it was seen twice */
    follower_close(no.follower);
    follower_close(yes.follower);
}

/* Its work and its position are one commit: a hundred restarts make nothing twice. */
TEST_SCENES(follower_that_writes_its_position_with_its_work_does_it_once, modules)
{
    enum { RESTARTS = 20 };
    unsigned noise = 4711;
    int64_t rings = 0;
    for (int i = 0; i < RESTARTS; i++) {
        struct seen seen = {.fail_at = -1, .tallies = true};
        follow(s, "exact", true, &seen);
        noise = noise * 1103515245 + 12345;
        int times = (int)((noise >> 16) % 4);
        seen.stop_at = (noise >> 20) % 2 ? core_size(s->core) + times / 2 : 0;
        ring(s, times);
        rings += times;
        core_step(s->core);
        follower_close(seen.follower);
        scene_restart(s);
    }
    struct seen last = {.fail_at = -1, .tallies = true};
    follow(s, "exact", true, &last);
    settle(s);
    assert_true(rings > RESTARTS / 2);
    assert_int_equal(sample_count(s, "tally.made"), rings);
    follower_close(last.follower);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(follower_sees_what_another_process_writes, modules)
{
    struct seen seen = {.fail_at = -1};
    struct core *server = s->core, *other = NULL;
    follow(s, "f", false, &seen);
    settle(s);
    if (s->options.store.kind == STORE_SQLITE) { /* PostgreSQL has one writer */
        assert_true(rc_ok(core_open(&s->c, &s->options, &other)));
        s->core = other;
        ring(s, 2);
        core_close(other);
        s->core = server;
    } else {
        ring(s, 2);
    }
    settle(s);
    saw(&seen, 2, (int64_t[]){0, 1});
    follower_close(seen.follower);
}

/* It hangs, and the writer does not notice; then it reads what it missed. */
TEST_SCENES(follower_that_hangs_does_not_hold_the_writer, modules)
{
    enum { RINGS = 300 }; /* more than a turn of it */
    struct seen slow = {.fail_at = -1}, quick = {.fail_at = -1};
    follow(s, "slow", false, &slow);
    follow(s, "quick", false, &quick);
    pthread_mutex_lock(&slow.gate);
    assert_true(rc_ok(core_start(&s->c, s->core)));
    ring(s, RINGS);
    assert_int_equal(core_size(s->core), RINGS);
    assert_int_equal(follower_counts(slow.follower).taken, 0);
    pthread_mutex_unlock(&slow.gate);
    core_settle(s->core);
    assert_int_equal(slow.count, RINGS);
    assert_int_equal(quick.count, RINGS);
    for (int64_t i = 0; i < RINGS; i++)
        assert_int_equal(slow.seqs[i], i);
    core_close(s->core); /* ends the threads */
    s->core = NULL;
    follower_close(slow.follower);
    follower_close(quick.follower);
}

/* The connection that it reads by is cut. */
TEST(follower_goes_on_when_postgres_is_back)
{
    struct scene scene, *s = &scene;
    struct seen seen = {.fail_at = -1};
    struct str cut;
    if (!getenv("CHANCERY_TEST_POSTGRES"))
        unit_skip("CHANCERY_TEST_POSTGRES is not set (tools/with-postgres sets it)");
    scene_open_on(s, STORE_POSTGRES, 3, modules);
    assert_true(rc_ok(str_format(&s->c, &seen.mark, "SET application_name = 'of %s'", s->schema)));
    follow(s, "f", true, &seen);
    ring(s, 1);
    settle(s);
    assert_true(rc_ok(str_format(&s->c, &cut,
                                 "DO $$ BEGIN PERFORM pg_terminate_backend(pid, 5000) FROM "
                                 "pg_stat_activity WHERE application_name = 'of %s'; END $$",
                                 s->schema)));
    fixture_postgres(&s->c, cut.ptr);
    ring(s, 1);
    settle(s);
    assert_int_equal(follower_counts(seen.follower).failures, 1);
    saw(&seen, 1, (int64_t[]){0});
    wait_out(s);
    saw(&seen, 2, (int64_t[]){0, 1});
    follower_close(seen.follower);
    scene_close(s);
}
