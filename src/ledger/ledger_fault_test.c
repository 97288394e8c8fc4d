/* The disk fails at every point once, and the power goes at every sync: what was acknowledged is
 * there, nothing is half, and everything verifies. */
#include "base/text.h"
#include "ledger/ledger.h"
#include "support/fault_vfs.h"
#include "support/faults.h"
#include "support/ledger_fixture.h"
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

struct scene {
    struct fixture fixture;
    struct fault_vfs *disk;
    int64_t acknowledged, tried;
};

static struct ctx *open_scene(struct scene *s)
{
    *s = (struct scene){.disk = fault_vfs_open()};
    fixture_open(&s->fixture, STORE_SQLITE);
    struct ctx *c = &s->fixture.ctx;
    struct store *store = fixture_store(&s->fixture, false);
    struct ledger *ledger = fixture_ledger(c, store);
    fixture_append(c, store, ledger, 250);
    s->acknowledged = s->tried = 250;
    ledger_close(ledger);
    store_close(store);
    return c;
}

static void close_scene(struct scene *s)
{
    fixture_close(&s->fixture);
    fault_vfs_close(s->disk);
}

/* A failure of the disk must be called one. */
static void is_of_the_disk(struct ctx *c, rc result)
{
    if (result.code != RC_IO && result.code != RC_NO_SPACE)
        fail_msg("%s: %s", rc_name(result.code), c->fault.message);
}

/* Append until it fails, or for a while; the log is moved into the database in between. */
static rc work(struct scene *s, struct ctx *c, struct store *store, struct ledger *ledger)
{
    static const int64_t sizes[] = {1, 5, 40, 1, 90};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        s->tried = ledger_size(ledger) + sizes[i];
        TRY(fixture_try_append(c, store, ledger, sizes[i]));
        s->acknowledged = ledger_size(ledger);
        if (i % 2 == 1)
            TRY(store_checkpoint(c, store, i == 3 ? STORE_TRUNCATE : STORE_MOVE, 0, NULL));
    }
    return OK;
}

static void work_on_bad_disk(struct scene *s, struct ctx *c)
{
    struct store *store = NULL;
    struct ledger *ledger = NULL;
    rc result = store_open(c, &s->fixture.options, &store);
    if (rc_ok(result))
        result = ledger_open(c, store, &fixture_who, &ledger);
    if (rc_ok(result))
        result = work(s, c, store, ledger);
    if (!rc_ok(result))
        is_of_the_disk(c, result);
    ledger_close(ledger);
    store_close(store);
}

static void is_whole(struct scene *s, struct ctx *c)
{
    struct store *store = fixture_store(&s->fixture, false);
    struct ledger *ledger = NULL;
    MUST(c, store_check(c, store));
    MUST(c, ledger_open(c, store, &fixture_who, &ledger));
    int64_t size = ledger_size(ledger);
    if (size < s->acknowledged || size > s->tried)
        fail_msg("%d events; %d were acknowledged, %d tried", (int)size, (int)s->acknowledged,
                 (int)s->tried);
    fixture_verify(c, store, size);
    /* And it goes on. */
    fixture_append(c, store, ledger, 3);
    fixture_verify(c, store, size + 3);
    ledger_close(ledger);
    store_close(store);
}

static bool fails_at(unsigned nth, bool lasting, bool full)
{
    struct scene s;
    struct ctx *c = open_scene(&s);
    fault_vfs_fail(s.disk, nth, lasting, full);
    work_on_bad_disk(&s, c);
    bool hit = fault_vfs_calm(s.disk);
    is_whole(&s, c);
    close_scene(&s);
    return hit;
}

static void every_call_fails(bool lasting, bool full)
{
    unsigned nth = 1;
    while (fails_at(nth, lasting, full))
        nth++;
    assert_true(nth > 40);
}

TEST(ledger_survives_every_write_failing_once)
{
    every_call_fails(false, false);
}

TEST(ledger_survives_a_disk_that_fails_and_stays_so)
{
    every_call_fails(true, false);
}

TEST(ledger_survives_a_full_disk)
{
    every_call_fails(false, true);
    every_call_fails(true, true);
}

/* The writer itself goes on after a failure that passes: rolled back, rewound, appended again. */
TEST(ledger_goes_on_after_a_failure_that_passes)
{
    for (unsigned nth = 1; nth < 12; nth++) {
        struct scene s;
        struct ctx *c = open_scene(&s);
        struct store *store = fixture_store(&s.fixture, false);
        struct ledger *ledger = NULL;
        MUST(c, ledger_open(c, store, &fixture_who, &ledger));
        fixture_append(c, store, ledger, 2);
        fault_vfs_fail(s.disk, nth, false, true);
        rc result = fixture_try_append(c, store, ledger, 30);
        if (!rc_ok(result)) {
            is_of_the_disk(c, result);
            MUST(c, ledger_rewind(c, ledger));
            assert_int_equal(ledger_size(ledger), 252);
        }
        fault_vfs_calm(s.disk);
        fixture_append(c, store, ledger, 10);
        fixture_verify(c, store, ledger_size(ledger));
        ledger_close(ledger);
        store_close(store);
        close_scene(&s);
    }
}

TEST(ledger_survives_power_loss_at_every_sync)
{
    unsigned hits = 0;
    for (unsigned round = 0; round < 120; round++) {
        struct scene s;
        struct str shared;
        struct ctx *c = open_scene(&s);
        fault_vfs_crash(s.disk, 1 + round % 20, UINT64_C(0x9e3779b97f4a7c15) * (round + 1));
        work_on_bad_disk(&s, c);
        hits += fault_vfs_calm(s.disk);
        /* Shared memory does not outlive the machine. */
        MUST(c, str_format(c, &shared, "%s-shm", s.fixture.options.path));
        unlink(shared.ptr);
        is_whole(&s, c);
        close_scene(&s);
    }
    assert_true(hits > 60);
}

enum { FEW = 12 };

static rc append_few(struct ctx *c, struct store *store, struct ledger *ledger,
                     const struct ledger_event events[FEW])
{
    rc result = store_begin(c, store, true);
    if (!rc_ok(result))
        return result;
    result = ledger_append(c, ledger, FEW, events, NULL);
    if (rc_ok(result))
        result = ledger_sign(c, ledger, clock_now(c));
    if (rc_ok(result))
        return store_commit(c, store);
    store_rollback(store);
    return result;
}

/* Memory runs out once, at every place of an append and its commit. */
TEST(ledger_survives_every_allocation_failing)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    struct store *store = fixture_store(&f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    size_t nth = 0, failed = 0;
    bool hit = true;
    while (hit && nth < 3000) {
        int64_t before = ledger_size(ledger);
        struct arena_mark mark = arena_mark(c->arena);
        struct ledger_event events[FEW];
        for (int i = 0; i < FEW; i++)
            events[i] = fixture_event(c, before + i);
        faults_arm(++nth);
        rc result = append_few(c, store, ledger, events);
        hit = faults_hit();
        faults_arm(0);
        arena_return(c->arena, mark);
        if (rc_ok(result))
            continue;
        failed++;
        if (result.code != RC_NO_MEMORY)
            fail_msg("%s: %s", rc_name(result.code), c->fault.message);
        MUST(c, ledger_rewind(c, ledger));
        assert_int_equal(ledger_size(ledger), before);
    }
    assert_false(hit);
    assert_true(failed > 0);
    fixture_verify(c, store, ledger_size(ledger));
    ledger_close(ledger);
    store_close(store);
    fixture_close(&f);
}
