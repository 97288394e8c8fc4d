/* What a rule has cost: counted exactly, timed on some calls. */
#include "engine/sigma/sigma_test.h"

#include "unit.h"

/* A clock that goes on by ten microseconds each time it is read. */
static int64_t ticks_us;
static struct mono tick(const struct clock *self)
{
    (void)self;
    return (struct mono){ticks_us += 10};
}
static const struct clock ticking = {.mono = tick};

static void ignore_hit(void *arg, const struct sigma_hit *hit)
{
    (void)arg;
    (void)hit;
    ticks_us += 1000; /* what is done with a hit is not the rule's cost */
}

enum { SEEN, OTHER, COUNT };
static const char rules[] =
    "title: seen\nname: seen\nlogsource: {product: p}\ndetection: {s: {t: a, u: [1, 2]}, "
    "condition: s}"
    "\n---\ntitle: other\nlogsource: {product: p}\ndetection: {s: {t: b}, condition: s}\n---\n"
    "title: count\ncorrelation: {type: event_count, rules: [seen], timespan: 1h, condition: {gte: "
    "2}}\n";

/* Feed events with t: a whose u is 1, 2, 3, 1, 2, 3 and so on. */
static void run(struct bench *b, unsigned time_every, unsigned count, struct sigma_cost ret[3])
{
    struct sigma_engine *engine;
    struct sigma_engine_options options = {.time_every = time_every, .hit = ignore_hit};
    struct ctx c = {.arena = b->c.arena, .clock = &ticking};
    struct str line;
    assert_true(rc_ok(sigma_engine_open(&c, b->set, &options, &engine)));
    for (unsigned i = 0; i < count; i++) {
        struct sigma_event event;
        assert_true(rc_ok(str_format(&c, &line,
                                     "{\"_id\":%u,\"_time\":%u,\"_logsource\":{\"product\":\"p\"},"
                                     "\"t\":\"a\",\"u\":%u}",
                                     i, 1000 + i, i % 3 + 1)));
        assert_true(rc_ok(sigma_event_read(&c, b->set, line, &event)));
        assert_true(rc_ok(sigma_feed(&c, engine, &event)));
    }
    for (uint32_t i = 0; i < 3; i++)
        ret[i] = sigma_rule_cost(engine, i);
    sigma_engine_close(engine);
}

TEST(the_profiler_says_what_each_rule_looked_at_found_and_cost)
{
    struct bench b;
    struct sigma_cost cost[3];
    bench_open(&b, rules);
    run(&b, 1, 9, cost);
    assert_int_equal(cost[SEEN].matches, 6);
    assert_int_equal(cost[SEEN].us, 10 * cost[SEEN].looked);
    assert_true(cost[SEEN].looked >= 6 && cost[SEEN].looked <= 9);
    assert_int_equal(cost[OTHER].looked, 0); /* no event has its text */
    assert_int_equal(cost[OTHER].us, 0);
    assert_int_equal(cost[COUNT].looked, 6);
    assert_int_equal(cost[COUNT].hits, 1);
    /* six times ten, and ten more each side of the hit, whose own time is left out */
    assert_int_equal(cost[COUNT].us, 6 * 10 + 10);
    bench_close(&b);
}

TEST(the_profiler_times_one_event_in_so_many_and_multiplies)
{
    struct bench b;
    struct sigma_cost cost[3];
    bench_open(&b, rules);
    run(&b, 6, 36, cost); /* the 1st, 7th, 13th … have u: 1 and match */
    assert_int_equal(cost[SEEN].us, 6 * 10 * 6);
    assert_int_equal(cost[COUNT].us, 6 * 10 * 6);
    assert_int_equal(cost[COUNT].hits, 1); /* at the second event, which is not timed */
    run(&b, 0, 36, cost);
    assert_int_equal(cost[SEEN].us, 10 * 1024); /* only the first of 36 */
    bench_close(&b);
}

TEST(without_a_clock_the_profiler_counts_and_does_not_time)
{
    struct bench b;
    bench_open(&b, rules);
    bench_feed(&b,
               "{\"_id\":1,\"_time\":10,\"_logsource\":{\"product\":\"p\"},\"t\":\"a\",\"u\":1}\n");
    assert_int_equal(sigma_rule_cost(b.engine, SEEN).looked, 1);
    assert_int_equal(sigma_rule_cost(b.engine, SEEN).us, 0);
    bench_close(&b);
}
