/* The one writer: refusals, batches, the alarm lane, reactions, subscribers. */
#include "support/sample.h"

#include "core/writer.h"
#include "support/store_fixture.h"

enum { BATCH = 8 };

/* Commands that are queued, not called. */
struct many {
    struct scene *s;
    struct command commands[BATCH];
    int order[BATCH]; /* in which they were answered */
    int answered;
};

static void note_answer(struct command *command)
{
    struct many *m = command->arg;
    m->order[m->answered++] = (int)(command - m->commands);
}

static struct command *add(struct many *m, int at, const char *name, const char *target,
                           const char *json)
{
    const struct decision *decision = catalog_decision(m->s->catalog, str_from(name));
    void *input = ctx_take(&m->s->c, 1, decision->input->size);
    rc read = shape_read(&m->s->c, decision->input, SHAPE_FROM_RECORD, str_from(json), input);
    assert_true(rc_ok(read));
    m->commands[at] = (struct command){.decision = decision,
                                       .input = input,
                                       .target = str_from(target),
                                       .actor = sample_officer,
                                       .cause = -1,
                                       .expect_seq = -1,
                                       .done = note_answer,
                                       .arg = m};
    return &m->commands[at];
}

static rc submit(struct many *m, struct command *command)
{
    return core_submit(&m->s->c, m->s->core, command);
}

static struct str digest(struct scene *s)
{
    struct str digest = {NULL, 0};
    assert_true(rc_ok(picture_digest(&s->c, s->reader.picture, &digest)));
    return digest;
}

TEST_SCENES(a_refusal_writes_nothing, sample_modules)
{
    struct sample_told told = {0};
    assert_true(rc_ok(core_subscribe(&s->c, s->core, sample_listen, &told)));
    scene_do(s, "gate.add", NULL, GATE("g1", "North", ""));
    struct str before = digest(s);
    scene_refused(s, "gate.add", NULL, GATE("g1", "Other", ""), RC_CONFLICT, "");
    scene_refused(s, "gate.add", NULL, GATE("g2", "North", ""), RC_CONFLICT, "/name");
    scene_refused(s, "gate.add", NULL, GATE("g2", "East", ",\"within\":\"g9\""), RC_INVALID,
                  "/within");
    scene_refused(s, "gate.shut", "g1", "{\"why\":\"never\"}", RC_CONFLICT, "");
    assert_true(str_eq(before, digest(s)));
    assert_int_equal(core_size(s->core), 1);
    assert_int_equal(told.count, 1);
    assert_int_equal(core_counts(s->core).refused, 4);
    assert_int_equal(core_counts(s->core).folds_retried, 0);
}

TEST_SCENES(one_poisoned_command_fails_alone, sample_modules)
{
    struct many m = {.s = s};
    struct sample_told told = {0};
    assert_true(rc_ok(core_subscribe(&s->c, s->core, sample_listen, &told)));
    for (int i = 0; i < BATCH; i++)
        assert_true(rc_ok(submit(&m, i == 3 ? add(&m, i, "gate.shut", "g", "{\"why\":\"jam\"}")
                                            : add(&m, i, "bell.ring", "b", RING("2")))));
    assert_true(core_step(s->core));
    assert_int_equal(m.answered, BATCH);
    for (int i = 0; i < BATCH; i++) {
        assert_int_equal(m.order[i], i);
        assert_int_equal(m.commands[i].result.code, i == 3 ? RC_INTERNAL : RC_OK);
    }
    assert_string_equal(m.commands[3].fault.message, "the fold fails on demand");
    assert_int_equal(m.commands[3].event_count, 0);
    assert_int_equal(m.commands[4].first_seq, 6);
    assert_int_equal(core_size(s->core), 2 * (BATCH - 1));
    assert_int_equal(core_counts(s->core).folds_retried, 1);
    assert_int_equal(told.count, 2 * (BATCH - 1));
    for (size_t i = 0; i < told.count; i++)
        assert_int_equal(told.seqs[i], i);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(alarms_go_first_and_are_never_turned_away, sample_modules)
{
    struct many m = {.s = s};
    core_reader_close(&s->reader);
    core_close(s->core);
    s->options.queue_max = 2;
    assert_true(rc_ok(core_open(&s->c, &s->options, &s->core)));
    assert_true(rc_ok(core_reader_open(&s->c, s->core, &s->reader)));
    for (int i = 0; i < 2; i++)
        assert_true(rc_ok(submit(&m, add(&m, i, "bell.ring", "b", RING("1")))));
    assert_int_equal(submit(&m, add(&m, 2, "bell.ring", "b", RING("1"))).code, RC_BUSY);
    assert_int_equal(core_counts(s->core).turned_away, 1);
    for (int i = 3; i < BATCH; i++) {
        add(&m, i, "bell.ring", "b", RING("1"))->alarm = true;
        assert_true(rc_ok(submit(&m, &m.commands[i])));
    }
    assert_int_equal(core_counts(s->core).waiting, 7);
    assert_true(core_step(s->core));
    assert_int_equal(m.answered, 5); /* in a commit of their own */
    assert_int_equal(core_size(s->core), 5);
    assert_true(core_step(s->core));
    assert_false(core_step(s->core));
    static const int order[] = {3, 4, 5, 6, 7, 0, 1};
    assert_memory_equal(m.order, order, sizeof order);
}

TEST_SCENES(an_alarm_is_recorded_whatever_follows_from_it, sample_modules)
{
    struct many m = {.s = s};
    assert_true(rc_ok(submit(&m, add(&m, 0, "bell.ring", "b", RING("13")))));
    assert_true(core_step(s->core));
    assert_int_equal(m.commands[0].result.code, RC_INVALID);
    assert_int_equal(core_size(s->core), 0);
    add(&m, 1, "bell.ring", "b", RING("13"))->alarm = true;
    assert_true(rc_ok(submit(&m, &m.commands[1])));
    assert_true(core_step(s->core));
    assert_int_equal(m.commands[1].result.code, RC_OK);
    assert_int_equal(m.commands[1].event_count, 2);
    struct ledger_event note = sample_event(s, 1);
    assert_true(str_is(note.kind, "reactions.skipped"));
    assert_true(str_find(note.body, STR("thirteen is too many")) != SIZE_MAX);
    assert_int_equal(note.cause, 0);
}

TEST_SCENES(reactions_in_a_circle_are_stopped, sample_modules)
{
    scene_do(s, "bell.ring", "b", RING("12"));
    assert_int_equal(core_size(s->core), 12);
    scene_refused(s, "bell.ring", "b", RING("500"), RC_INTERNAL, "");
    assert_int_equal(core_size(s->core), 12);
    assert_string_equal(scene_get(s, &bell_shape, "b"), "{\"id\":\"b\",\"times\":12}");
}

TEST_SCENES(drill_label_and_cause_travel, sample_modules)
{
    struct many m = {.s = s};
    struct command *ring =
        add(&m, 0, "bell.ring", "b", "{\"label\":\"TLP:RED/crisis\",\"times\":3}");
    ring->drill = true;
    ring->occurred = (struct wall){1795000000000000};
    assert_true(rc_ok(submit(&m, ring)));
    assert_true(core_step(s->core));
    for (int64_t seq = 0; seq < 3; seq++) {
        struct ledger_event event = sample_event(s, seq);
        assert_true(event.drill);
        assert_int_equal(event.cause, seq - 1);
        assert_int_equal(event.occurred.us, 1795000000000000);
        assert_int_equal(event.received.us, s->clock.us);
        assert_true(str_is(event.label, "TLP:RED/crisis"));
        assert_true(str_is(event.actor, seq == 0 ? "officer" : "system"));
    }
    struct row row;
    struct bell bell;
    assert_true(rc_ok(picture_get(&s->c, s->reader.picture, &bell_shape, STR("b"), &row, &bell)));
    assert_true(row.drill);
    assert_int_equal(row.seq, 2);
}

TEST_SCENES(what_is_too_large_spoils_no_batch, sample_modules)
{
    struct many m = {.s = s};
    char *long_text = ctx_take(&s->c, 1, 64100);
    struct gate_shut *shut = ctx_take(&s->c, 1, sizeof *shut);
    memset(long_text, 'x', 64000);
    assert_true(rc_ok(submit(&m, add(&m, 0, "bell.ring", "b", RING("1")))));
    add(&m, 1, "gate.shut", "g", "{\"why\":\"wind\"}")->input = shut;
    shut->why = (struct str){long_text, 60000};
    assert_true(rc_ok(submit(&m, &m.commands[1])));
    add(&m, 2, "gate.shut", "g", "{\"why\":\"wind\"}");
    assert_true(rc_ok(submit(&m, &m.commands[2])));
    assert_true(core_step(s->core));
    assert_true(rc_ok(m.commands[0].result) && rc_ok(m.commands[2].result));
    assert_true(rc_ok(m.commands[1].result)); /* 60,000 characters are just possible */
    char *wide = ctx_take(&s->c, 1, 120000);
    for (size_t i = 0; i < 60000; i++)
        memcpy(wide + 2 * i, "\xc3\xa9", 2);
    shut->why = (struct str){wide, 120000};
    assert_true(rc_ok(submit(&m, &m.commands[1])));
    assert_true(core_step(s->core));
    assert_int_equal(m.commands[1].result.code, RC_TOO_LARGE);
    assert_int_equal(core_counts(s->core).folds_retried, 0);
}

TEST_SCENES(who_may_not_is_refused_by_the_writer_too, sample_modules)
{
    struct command command;
    scene_do_as(s, &sample_nobody, "gate.add", NULL, GATE("g1", "North", ""), &command);
    assert_int_equal(command.result.code, RC_FORBIDDEN);
    /* the name of the system opens nothing */
    struct actor liar = sample_clerk;
    liar.id = STR("system");
    scene_do_as(s, &liar, "gate.add", NULL,
                "{\"id\":\"g1\",\"label\":\"TLP:RED\",\"name\":\"North\"}", &command);
    assert_int_equal(command.result.code, RC_FORBIDDEN);
    assert_string_equal(command.fault.rule, "label");
    assert_int_equal(core_size(s->core), 0);
}

/* The connection of the writer is cut between two batches. */
TEST(a_lost_connection_is_opened_again)
{
    struct scene scene, *s = &scene;
    struct str sql;
    if (!getenv("CHANCERY_TEST_POSTGRES"))
        unit_skip("CHANCERY_TEST_POSTGRES is not set (tools/with-postgres sets it)");
    scene_open_on(s, STORE_POSTGRES, 2, sample_modules);
    scene_do(s, "bell.ring", "b", RING("1"));
    rc made = str_format(&s->c, &sql,
                         "DO $$ BEGIN PERFORM pg_terminate_backend(pid, 5000) FROM pg_locks WHERE"
                         " locktype = 'advisory' AND objid = hashtext('%s')::bit(32)::bigint::oid;"
                         " END $$",
                         s->schema);
    assert_true(rc_ok(made));
    fixture_postgres(&s->c, sql.ptr);
    scene_do(s, "bell.ring", "b", RING("2"));
    assert_int_equal(core_size(s->core), 3);
    assert_string_equal(scene_get(s, &bell_shape, "b"), "{\"id\":\"b\",\"times\":3}");
    scene_close(s);
}
