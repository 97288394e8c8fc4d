#include "edge/http/http_pool.h"

#include "unit.h"

#include <semaphore.h>

struct gate {
    struct http_work work;
    sem_t *begun, *go;
    _Atomic int *done;
};

static void wait_at_gate(struct http_work *work, void *of_thread)
{
    struct gate *gate = (struct gate *)work;
    (void)of_thread;
    sem_post(gate->begun);
    sem_wait(gate->go);
    ++*gate->done;
}

TEST(pool_refuses_what_is_over_its_queue_and_finishes_the_rest)
{
    struct ctx c = {.arena = arena_open(1 << 16), .clock = &clock_system};
    struct http_pool *pool;
    struct gate gates[4];
    sem_t begun, go;
    _Atomic int done = 0;
    sem_init(&begun, 0, 0);
    sem_init(&go, 0, 0);
    struct http_pool_options options = {.threads = 1, .queue_max = 2, .clock = &clock_system};
    assert_true(rc_ok(http_pool_open(&c, &options, &pool)));
    for (size_t i = 0; i < 4; i++) {
        gates[i] = (struct gate){{.run = wait_at_gate}, &begun, &go, &done};
        assert_int_equal(http_pool_submit(pool, &gates[i].work), i < 3);
        if (i == 0)
            sem_wait(&begun); /* it runs, the next ones wait */
    }
    assert_int_equal(http_pool_refused(pool), 1);
    for (size_t i = 0; i < 3; i++)
        sem_post(&go);
    http_pool_close(pool);
    assert_int_equal(done, 3);
    arena_close(c.arena);
}

static rc cannot_open(struct ctx *c, void *arg, void **ret)
{
    (void)arg, (void)ret;
    FAIL(c, CORRUPT, "no database");
}

TEST(pool_that_cannot_open_says_why)
{
    struct ctx c = {.arena = arena_open(1 << 16), .clock = &clock_system};
    struct http_pool *pool = NULL;
    struct http_pool_options options = {.open = cannot_open, .clock = &clock_system};
    rc result = http_pool_open(&c, &options, &pool);
    assert_int_equal(result.code, RC_CORRUPT);
    assert_string_equal(c.fault.message, "no database");
    assert_null(pool);
    arena_close(c.arena);
}
