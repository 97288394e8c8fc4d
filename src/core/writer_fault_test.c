/* Every call to the disk fails once, and from then on, and for want of room: who was told
 * "recorded" finds it recorded, once; who was refused finds nothing; and the writer goes on by
 * itself. */
#include "support/sample.h"

#include "support/fault_vfs.h"

#include <inttypes.h>

enum { COMMANDS = 5, CALLS_MAX = 400 };

struct attempt {
    struct scene s;
    struct fault_vfs *disk;
    struct sample_told told;
    struct command commands[COMMANDS];
    int answered;
};

static const char *const bells[COMMANDS] = {"b0", "b1", "b2", "b3", "b4"};

static void count_answer(struct command *command)
{
    ++((struct attempt *)command->arg)->answered;
}

static int64_t rung(struct attempt *a, const char *bell)
{
    struct bell found = {0};
    rc got = picture_get(&a->s.c, a->s.reader.picture, &bell_shape, str_from(bell), NULL, &found);
    assert_true(rc_ok(got) || got.code == RC_NOT_FOUND);
    return found.times;
}

static void ring_all(struct attempt *a)
{
    static const struct bell_ring ring = {{TLP_AMBER, {NULL, 0}}, 1};
    for (int i = 0; i < COMMANDS; i++) {
        a->commands[i] =
            (struct command){.decision = catalog_decision(a->s.catalog, STR("bell.ring")),
                             .input = &ring,
                             .target = str_from(bells[i]),
                             .actor = actor_system,
                             .cause = -1,
                             .expect_seq = -1,
                             .alarm = i == 4,
                             .done = count_answer,
                             .arg = a};
        assert_true(rc_ok(core_submit(&a->s.c, a->s.core, &a->commands[i])));
    }
    while (a->answered < COMMANDS)
        core_step(a->s.core);
}

/* What was answered is what there is. */
static void check(struct attempt *a, unsigned nth)
{
    int64_t recorded = 1; /* the ring before the fault */
    for (int i = 0; i < COMMANDS; i++) {
        const struct command *command = &a->commands[i];
        int64_t times = rung(a, bells[i]);
        bool unknown = !rc_ok(command->result) &&
                       strstr(command->fault.message, "failed during the commit") != NULL;
        if (unknown ? times > 1 : times != rc_ok(command->result))
            fail_msg("call %u: \"%s\" rang %" PRId64 " times, and the answer was %s: %s", nth,
                     bells[i], times, rc_name(command->result.code), command->fault.message);
        recorded += times;
    }
    scene_do(&a->s, "bell.ring", "after", RING("1")); /* without a restart */
    assert_int_equal(core_counts(a->s.core).failing, RC_OK);
    assert_int_equal(core_size(a->s.core), recorded + 1);
    assert_int_equal(a->told.count, recorded + 1);
    for (size_t i = 0; i < a->told.count; i++)
        assert_int_equal(a->told.seqs[i], i);
    scene_rebuild_is_equal(&a->s);
}

/* The operator is told while nothing can be written. */
static void check_told(const struct attempt *a, bool full)
{
    struct core_counts counts = core_counts(a->s.core);
    bool failed = false;
    for (int i = 0; i < COMMANDS; i++)
        failed = failed || !rc_ok(a->commands[i].result);
    assert_int_equal(counts.failing != RC_OK, failed);
    assert_true(!failed || counts.failing_since.us > 0);
    assert_true(!failed || !full || counts.failing == RC_NO_SPACE || counts.failing == RC_IO);
}

/* True when there was such a call. */
static bool try_fault(unsigned nth, bool lasting, bool full)
{
    static struct attempt a;
    a = (struct attempt){.disk = fault_vfs_open()};
    scene_open(&a.s, 2, sample_modules);
    assert_true(rc_ok(core_subscribe(&a.s.c, a.s.core, sample_listen, &a.told)));
    scene_do(&a.s, "bell.ring", "before", RING("1"));
    fault_vfs_fail(a.disk, nth, lasting, full);
    ring_all(&a);
    if (lasting)
        check_told(&a, full);
    bool happened = fault_vfs_calm(a.disk);
    check(&a, nth);
    scene_close(&a.s);
    fault_vfs_close(a.disk);
    return happened;
}

static void try_every_call(bool lasting, bool full)
{
    unsigned nth = 1;
    while (nth < CALLS_MAX && try_fault(nth, lasting, full))
        nth++;
    assert_true(nth > 5 && nth < CALLS_MAX);
}

TEST(every_call_to_the_disk_fails_once)
{
    try_every_call(false, false);
}

TEST(the_disk_fails_for_a_while)
{
    try_every_call(true, false);
}

TEST(the_disk_is_full_for_a_while)
{
    try_every_call(true, true);
}
