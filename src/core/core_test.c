/* Many threads ask while others read. */
#include "support/sample.h"

#include <pthread.h>

enum { THREADS = 32, CALLS = 12, READERS = 2 };

struct crowd {
    struct scene *s;
    _Atomic bool over;
    _Atomic int64_t done, refused, reads;
    const char *_Atomic wrong; /* what a reader saw */
};

static void *ask(void *arg)
{
    struct crowd *crowd = arg;
    struct ctx c = {.arena = arena_open(1 << 20), .clock = crowd->s->c.clock};
    int64_t last = -1;
    for (int i = 0; i < CALLS; i++) {
        struct bell_ring ring = {{TLP_AMBER, {NULL, 0}}, i % 4 == 3 ? 500 : 2};
        struct command command = {.decision = catalog_decision(crowd->s->catalog, STR("bell.ring")),
                                  .input = &ring,
                                  .target = STR("b"),
                                  .actor = sample_officer,
                                  .cause = -1,
                                  .expect_seq = -1,
                                  .alarm = i == 5};
        rc result = core_call(&c, crowd->s->core, &command);
        if (rc_ok(result) && command.first_seq > last && command.event_count == 2)
            crowd->done++;
        else if (result.code == RC_INTERNAL)
            crowd->refused++;
        last = command.first_seq > last ? command.first_seq : last;
    }
    arena_close(c.arena);
    return NULL;
}

/* What a reader sees is whole: the bell's row counts exactly the events up to its own. */
static void *look(void *arg)
{
    struct crowd *crowd = arg;
    struct ctx c = {.arena = arena_open(1 << 20), .clock = crowd->s->c.clock};
    struct reader reader;
    rc opened = core_reader_open(&c, crowd->s->core, &reader);
    if (!rc_ok(opened))
        crowd->wrong = "a reader could not open";
    while (rc_ok(opened) && !crowd->over && !crowd->wrong) {
        struct arena_mark mark = arena_mark(c.arena);
        struct row row;
        struct bell bell = {0};
        rc got = picture_get(&c, reader.picture, &bell_shape, STR("b"), &row, &bell);
        if (rc_ok(got) && bell.times != row.seq + 1)
            crowd->wrong = "half a batch was seen";
        if (!rc_ok(got) && got.code != RC_NOT_FOUND)
            crowd->wrong = "a reader failed";
        crowd->reads++;
        arena_return(c.arena, mark);
    }
    if (rc_ok(opened))
        core_reader_close(&reader);
    arena_close(c.arena);
    return NULL;
}

TEST_SCENES(many_ask_while_others_read, sample_modules)
{
    struct sample_told told = {0};
    struct crowd crowd = {.s = s};
    pthread_t asking[THREADS], looking[READERS];
    assert_true(rc_ok(core_subscribe(&s->c, s->core, sample_listen, &told)));
    assert_true(rc_ok(core_start(&s->c, s->core)));
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&looking[i], NULL, look, &crowd), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&asking[i], NULL, ask, &crowd), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(asking[i], NULL);
    crowd.over = true;
    for (int i = 0; i < READERS; i++)
        pthread_join(looking[i], NULL);
    if (crowd.wrong)
        fail_msg("%s", crowd.wrong);
    int64_t rings = THREADS * (CALLS - CALLS / 4);
    assert_int_equal(crowd.done + crowd.refused, THREADS * CALLS);
    assert_int_equal(core_size(s->core), 2 * crowd.done);
    assert_int_equal(crowd.done, rings);
    assert_true(crowd.reads > 0);
    assert_int_equal(told.count, core_size(s->core));
    for (size_t i = 0; i < told.count; i++)
        assert_int_equal(told.seqs[i], i);
    scene_rebuild_is_equal(s); /* closes: what was queued is done */
}

/* ---- closing
 * --------------------------------------------------------------------------------------------- */

static void count_answer(struct command *command)
{
    ++*(_Atomic int *)command->arg;
}

TEST_SCENES(a_core_that_closes_finishes_what_is_queued, sample_modules)
{
    enum { QUEUED = 300 };
    static struct command commands[QUEUED];
    _Atomic int answered = 0;
    struct bell_ring ring = {{TLP_AMBER, {NULL, 0}}, 1};
    assert_true(rc_ok(core_start(&s->c, s->core)));
    for (int i = 0; i < QUEUED; i++) {
        commands[i] = (struct command){.decision = catalog_decision(s->catalog, STR("bell.ring")),
                                       .input = &ring,
                                       .target = STR("b"),
                                       .actor = actor_system,
                                       .cause = -1,
                                       .expect_seq = -1,
                                       .done = count_answer,
                                       .arg = &answered};
        assert_true(rc_ok(core_submit(&s->c, s->core, &commands[i])));
    }
    scene_restart(s);
    assert_int_equal(answered, QUEUED);
    assert_int_equal(core_size(s->core), QUEUED);
}
