/* Restarts, limits, and that the index leaves nothing out. */
#include "engine/sigma/engine.h"
#include "engine/sigma/sigma_test.h"

#include "unit.h"

#include <stdlib.h>

/* A small generator, so that a failure can be run again (Marsaglia, xorshift). */
static uint32_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 32);
}

#define RULE(name)                                                                             \
    "title: " name "\nname: " name "\nlogsource: {product: p}\ndetection: {s: {t: " name "}, " \
    "condition: s}\n---\n"

static const char many_rules[] = RULE("a") RULE("b") RULE(
    "c") "title: count\nname: count\ncorrelation: {type: event_count, rules: [a, b], group-by: [u],"
         " timespan: 30s, condition: {gte: 4}, generate: true}\n---\n"
         "title: values\ncorrelation: {type: value_count, rules: [a], group-by: [u], timespan: 40s,"
         " condition: {field: v, gte: 3}}\n---\n"
         "title: few\ncorrelation: {type: event_count, rules: [c], group-by: [u], timespan: 20s,"
         " condition: {lte: 2}}\n---\n"
         "title: mean\ncorrelation: {type: value_avg, rules: [b], group-by: [u], timespan: 25s,"
         " condition: {field: v, gt: 4}}\n---\n"
         "title: order\nname: order\ncorrelation: {type: temporal_ordered, rules: [a, b, c],"
         " group-by: [u], timespan: 20s}\n---\n"
         "title: above\ncorrelation: {type: temporal, rules: [count, order], group-by: [u],"
         " timespan: 60s}\n---\n"
         "title: host\ncorrelation: {type: event_count, rules: [order], group-by: [h], timespan: "
         "90s,"
         " condition: {gte: 2}}\n---\n"
         "title: absent\ncorrelation: {type: temporal, rules: [a], group-by: [u], timespan: 15s}\n"
         "chancery: {absent: [c]}\n";

static struct str random_event(struct ctx *c, uint64_t *state, int id, double *now)
{
    struct str line;
    *now += next(state) % 4000 / 1000.0;
    double time = next(state) % 8 ? *now : *now - next(state) % 30;
    assert_true(rc_ok(str_format(c, &line,
                                 "{\"_id\":%d,\"_time\":%.3f,\"_logsource\":{\"product\":\"p\"},"
                                 "\"t\":\"%c\",\"u\":%u,\"v\":%u,\"h\":\"h%u\"}",
                                 id, time, 'a' + (char)(next(state) % 3), next(state) % 4,
                                 next(state) % 9, next(state) % 2)));
    return line;
}

enum { EVENTS = 400, RESTARTS = 100 };

static struct str run(struct bench *b, uint64_t seed, int restart_at)
{
    struct ctx c = {.arena = arena_open(1 << 22)};
    double now = 1000;
    bench_open(b, many_rules);
    for (int i = 0; i < EVENTS; i++) {
        if (i == restart_at)
            bench_restart(b, 86400000000);
        bench_feed(b, random_event(&c, &seed, i, &now).ptr);
    }
    bench_end(b);
    arena_close(c.arena);
    return bench_hits(b);
}

TEST(a_restart_in_the_middle_of_windows_changes_no_hit)
{
    uint64_t where = 88172645463325252u;
    struct bench whole;
    struct str expected = run(&whole, 4711, -1);
    static const char *const names[] = {
        "a:", "values:", "few:", "mean:", "above:", "host:", "absent:", "late"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_find(expected, str_from(names[i])) == SIZE_MAX)
            fail_msg("no hit of %s", names[i]);
    for (int i = 0; i < RESTARTS; i++) {
        struct bench b;
        int at = (int)(next(&where) % EVENTS);
        struct str hits = run(&b, 4711, at);
        if (!str_eq(hits, expected))
            fail_msg("a restart before event %d changes the hits", at);
        bench_close(&b);
    }
    bench_close(&whole);
}

TEST(events_in_any_order_make_the_same_windows)
{
    struct bench sorted, shuffled;
    static const char rules[] = RULE("a") "title: X\ncorrelation: {type: temporal, rules: [a], "
                                          "group-by: [u], timespan: 10s}\n";
    bench_open(&sorted, rules);
    bench_open(&shuffled, rules);
    bench_feed(&sorted,
               "{\"_id\":1,\"_time\":10,\"_logsource\":{\"product\":\"p\"},\"t\":\"a\",\"u\":1}\n"
               "{\"_id\":2,\"_time\":15,\"_logsource\":{\"product\":\"p\"},\"t\":\"a\",\"u\":1}\n");
    bench_feed(&shuffled,
               "{\"_id\":2,\"_time\":15,\"_logsource\":{\"product\":\"p\"},\"t\":\"a\",\"u\":1}\n"
               "{\"_id\":1,\"_time\":10,\"_logsource\":{\"product\":\"p\"},\"t\":\"a\",\"u\":1}\n");
    assert_true(str_is(bench_hits(&sorted), "X:1@1970-01-01T00:00:10Z u=1\n"));
    /* The second is told when it comes; the first, which comes late, belongs to the same episode.
     */
    assert_true(str_is(bench_hits(&shuffled), "X:2@1970-01-01T00:00:15Z u=1\n"));
    bench_close(&sorted);
    bench_close(&shuffled);
}

TEST(damaged_bytes_are_refused_and_leave_an_empty_engine)
{
    struct bench b;
    struct str saved;
    struct ctx c = {.arena = arena_open(1 << 22)};
    uint64_t seed = 99;
    double now = 1000;
    bench_open(&b, many_rules);
    for (int i = 0; i < 60; i++)
        bench_feed(&b, random_event(&c, &seed, i, &now).ptr);
    assert_true(rc_ok(sigma_save(&b.c, b.engine, &saved)));
    char *copy = malloc(saved.len);
    for (size_t i = 0; i < saved.len; i += 7) {
        struct sigma_engine *fresh;
        struct sigma_engine_options options = {0};
        memcpy(copy, saved.ptr, saved.len);
        copy[i] = (char)(copy[i] ^ 1 << i % 8);
        assert_true(rc_ok(sigma_engine_open(&b.c, b.set, &options, &fresh)));
        rc loaded = sigma_load(&b.c, fresh, (struct str){copy, saved.len});
        assert_int_equal(loaded.code, RC_CORRUPT);
        assert_int_equal(sigma_count(fresh).keys, 0);
        loaded = sigma_load(&b.c, fresh, str_sub(saved, 0, i));
        assert_int_equal(loaded.code, RC_CORRUPT);
        assert_true(rc_ok(sigma_load(&b.c, fresh, saved)));
        assert_int_equal(sigma_count(fresh).keys, sigma_count(b.engine).keys);
        sigma_engine_close(fresh);
    }
    free(copy);
    bench_close(&b);
    arena_close(c.arena);
}

static void flood_from(struct bench *b, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        char line[160];
        snprintf(
            line, sizeof line,
            "{\"_id\":%u,\"_time\":%u,\"_logsource\":{\"product\":\"p\"},\"t\":\"a\",\"u\":%u}", i,
            1000 + i / 100, i);
        bench_feed(b, line);
    }
}

static void flood(struct bench *b, unsigned count)
{
    flood_from(b, 0, count);
}

#define LIMITED(policy)                                                                \
    RULE("a")                                                                          \
    RULE("b")                                                                          \
    "title: X\ncorrelation: {type: event_count, rules: [a], group-by: [u],"            \
    " timespan: 1h, condition: {gte: 2}}\nchancery: {limits: {keys: 100, "             \
    "when-full: " policy "}}\n---\n"                                                   \
    "title: Y\ncorrelation: {type: event_count, rules: [b], timespan: 1h, condition: " \
    "{gte: 2}}\n"

static const char two_b[] =
    "{\"_id\":\"x\",\"_time\":1050,\"_logsource\":{\"product\":\"p\"},\"t\":\"b\"}\n"
    "{\"_id\":\"y\",\"_time\":1051,\"_logsource\":{\"product\":\"p\"},\"t\":\"b\"}\n";

TEST(a_flood_of_keys_is_held_at_the_limit_and_counted)
{
    struct bench b;
    bench_open(&b, LIMITED("refuse"));
    flood(&b, 5000);
    struct sigma_counters counters = sigma_count(b.engine);
    assert_int_equal(counters.keys, 100);
    assert_int_equal(counters.keys_refused, 4900);
    assert_true(counters.bytes < 100 * 100);
    bench_feed(&b, two_b);
    bench_feed(
        &b,
        "{\"_id\":\"z\",\"_time\":1052,\"_logsource\":{\"product\":\"p\"},\"t\":\"a\",\"u\":7}");
    assert_true(
        str_is(bench_hits(&b), "Y:x,y@1970-01-01T00:17:31Z\nX:7,z@1970-01-01T00:17:32Z u=7\n"));
    bench_close(&b);
}

TEST(a_live_key_costs_sixty_four_bytes)
{
    struct bench b;
    bench_open(&b, RULE("a") "title: X\ncorrelation: {type: event_count, rules: [a], group-by: [u],"
                             " timespan: 1h, condition: {gte: 2}}\n");
    flood(&b, 3000);
    assert_int_equal(sigma_count(b.engine).keys, 3000);
    assert_true(sigma_count(b.engine).bytes <= 3000 * 64);
    bench_close(&b);
}

TEST(a_flood_of_keys_may_evict_the_oldest)
{
    struct bench b;
    bench_open(&b, LIMITED("evict-oldest"));
    flood(&b, 5000);
    struct sigma_counters counters = sigma_count(b.engine);
    assert_int_equal(counters.keys, 100);
    assert_int_equal(counters.keys_evicted, 4900);
    bench_feed(&b, "{\"_id\":\"z\",\"_time\":1052,\"_logsource\":{\"product\":\"p\"},\"t\":\"a\","
                   "\"u\":4999}");
    assert_true(str_is(bench_hits(&b), "X:4999,z@1970-01-01T00:17:32Z u=4999\n"));
    bench_close(&b);
}

/* Three events of one user between floods of others: each time there is no room left. */
static void feed_between_floods(struct bench *b, const char *type, unsigned flood_size)
{
    for (unsigned i = 0; i < 3; i++) {
        char line[160];
        flood_from(b, i * flood_size, flood_size);
        snprintf(line, sizeof line,
                 "{\"_id\":\"%s%u\",\"_time\":%u,\"_logsource\":{\"product\":\"p\"},\"t\":\"%s\","
                 "\"u\":1}",
                 type, i, 1000 + (i + 1) * flood_size / 100, type);
        bench_feed(b, line);
    }
}

TEST(a_flood_that_fills_the_memory_starves_no_other_rule)
{
    static const char *const flooded[] = {
        "type: event_count, condition: {gte: 9}}\n",
        "type: value_count, condition: {field: u, gte: 9}}\n",
        "type: temporal}\nchancery: {absent: [c]}\n",
        "type: event_count, condition: {lt: 1}}\n",
    };
    enum { LIMIT = 256 << 10, FLOOD = 20000 };
    for (size_t i = 0; i < sizeof flooded / sizeof *flooded; i++) {
        struct bench b;
        char text[2000];
        snprintf(text, sizeof text,
                 RULE("a") RULE("b")
                     RULE("c") "title: Flooded\ncorrelation: {rules: [a], group-by: [u], timespan: "
                               "1h, %s---\n"
                               "title: Calm\ncorrelation: {type: event_count, rules: "
                               "[b], group-by: [u], timespan: 1h, condition: {gte: 3}}\n",
                 flooded[i]);
        bench_open(&b, text);
        bench_limit(&b, LIMIT);
        feed_between_floods(&b, "b", FLOOD);
        struct sigma_counters counters = sigma_count(b.engine);
        assert_true(counters.bytes <= LIMIT + 4096);
        assert_int_equal(counters.keys + counters.keys_refused + counters.keys_evicted,
                         3 * FLOOD + 1);
        assert_true(str_is(bench_hits(&b), "Calm:b0,b1,b2@1970-01-01T00:26:40Z u=1\n"));
        bench_close(&b);
    }
}

TEST(keys_that_are_over_are_forgotten)
{
    struct bench b;
    bench_open(&b, RULE("a") "title: X\ncorrelation: {type: event_count, rules: [a], group-by: [u],"
                             " timespan: 10s, condition: {gte: 2}}\n");
    bench_restart(&b, 0);
    flood(&b, 200000);
    assert_true(sigma_count(b.engine).keys < 4000);
    bench_close(&b);
}

TEST(one_key_keeps_no_more_events_than_its_limit)
{
    struct bench b;
    bench_open(&b, RULE("a") "title: X\ncorrelation: {type: event_count, rules: [a], timespan: 1h,"
                             " condition: {gte: 2}}\nchancery: {limits: {events: 50}}\n");
    flood(&b, 1000);
    assert_true(sigma_count(b.engine).events_dropped > 900);
    assert_true(sigma_count(b.engine).bytes < 8192);
    bench_close(&b);
}

/* ---- the index ------------------------------------------------------------------------------- */

static const char *const bodies[] = {"{A: %u}",
                                     "{A|contains: 'x%u'}",
                                     "{A|startswith: 'x%u'}",
                                     "{A|endswith: '%u'}",
                                     "{B: [1, '%u']}",
                                     "{A|re: '%u$'}",
                                     "{B: null, A: x%u}",
                                     "{A|contains|all: [x, '%u']}",
                                     "['%u', k]",
                                     "{C|exists: true, A: '*%u*'}",
                                     "{B|gt: %u}",
                                     "[{A: x%u}, {C: %u}]",
                                     "{A|neq: x%u}",
                                     "{A: '?%u'}",
                                     "{C|windash|contains: ' -%u'}",
                                     "{A|fieldref: B, C|contains: '%u'}"};
static const char *const conditions[] = {"s",         "s and not f", "s or f",
                                         "1 of them", "not s",       "all of them"};

static struct str random_rules(struct ctx *c, uint64_t *seed)
{
    struct text t;
    struct str rules;
    text_init(&t, c, 1 << 20);
    for (int i = 0; i < 60; i++) {
        text_printf(&t, "title: r\nid: r%d\nlogsource: {product: p}\ndetection:\n  s: ", i);
        for (int k = 0; k < 2; k++) {
            uint32_t n = next(seed) % 5;
            struct str body = str_from(bodies[next(seed) % (sizeof bodies / sizeof *bodies)]), part;
            for (bool first = true; str_split(&body, '%', &part); first = false) {
                if (!first)
                    text_put_i64(&t, n);
                text_put(&t, first ? part : str_sub(part, 1, part.len));
            }
            text_put(&t, k == 0 ? STR("\n  f: ") : STR("\n"));
        }
        text_printf(&t, "  condition: %s\n---\n", conditions[next(seed) % 6]);
    }
    assert_true(rc_ok(text_done(&t, &rules)));
    return rules;
}

static const char *const values[] = {"\"x%u\"",   "\"%u\"",    "%u",         "null",
                                     "\"ax%ub\"", "\"k -%u\"", "[1,\"x%u\"]"};

static struct str random_values(struct ctx *c, uint64_t *seed)
{
    struct text t;
    struct str line;
    text_init(&t, c, 4096);
    text_put(&t, STR("{\"_logsource\":{\"product\":\"p\"}"));
    for (char field = 'A'; field <= 'C'; field++) {
        if (next(seed) % 4 == 0)
            continue;
        text_printf(&t, ",\"%c\":", field);
        struct str form = str_from(values[next(seed) % 7]), part;
        for (bool first = true; str_split(&form, '%', &part); first = false) {
            if (!first)
                text_put_i64(&t, next(seed) % 5);
            text_put(&t, first ? part : str_sub(part, 1, part.len));
        }
    }
    text_put_char(&t, '}');
    assert_true(rc_ok(text_done(&t, &line)));
    return line;
}

TEST(the_index_leaves_no_rule_out)
{
    uint64_t seed = 20261122;
    size_t matched = 0;
    for (int round = 0; round < 40; round++) {
        struct bench b;
        struct ctx c = {.arena = arena_open(1 << 24)};
        struct sigma_matcher *m;
        bench_open(&b, random_rules(&c, &seed).ptr);
        assert_true(rc_ok(sigma_matcher_open(&c, b.set, &m)));
        for (int i = 0; i < 100; i++) {
            struct sigma_event event;
            struct str line = random_values(&c, &seed);
            const uint32_t *found;
            size_t count, at = 0;
            assert_true(rc_ok(sigma_event_read(&c, b.set, line, &event)));
            assert_true(rc_ok(sigma_match(&c, m, &event, &found, &count)));
            for (uint32_t rule = 0; rule < b.set->rule_count; rule++) {
                bool listed = at < count && found[at] == rule;
                at += listed;
                matched += listed;
                if (listed != match_expr(m, b.set->rules[rule]->expr))
                    fail_msg("round %d: rule %u on %.*s", round, rule, STR_ARG(line));
            }
        }
        sigma_matcher_close(m);
        bench_close(&b);
        arena_close(c.arena);
    }
    assert_true(matched > 10000);
}
