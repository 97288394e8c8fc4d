/* Lines of events to a set of rules that has one of everything; and the same bytes as saved
 * windows. */
#include "base/arena.h"
#include "engine/sigma/sigma.h"
#include "fuzz.h"

#include <assert.h>

static const char rules[] =
    "title: a\nname: a\nlogsource: {product: p}\ndetection:\n"
    "  s: [{F|contains: foo}, {F|re: 'o+b'}, {G|gt: 4}, {H|cidr: 10.0.0.0/8}, {F|fieldref: G}]\n"
    "  k: ['b?r', 'x*y']\n  n: {F: null}\n  condition: s or k or not n\n---\n"
    "title: b\nname: b\nlogsource: {category: c}\ndetection: {s: {a.b|exists: true}, condition: "
    "s}\n---\n"
    "title: c\nname: c\ncorrelation: {type: event_count, rules: [a], group-by: [G], timespan: 10s,"
    " condition: {gte: 2}, generate: true}\n---\n"
    "title: d\ncorrelation: {type: value_count, rules: [a, b], group-by: [G], timespan: 1m,"
    " condition: {field: F, lte: 2}}\n---\n"
    "title: e\ncorrelation: {type: temporal_ordered, rules: [c, b], timespan: 1m}\n---\n"
    "title: f\ncorrelation: {type: temporal, rules: [a], group-by: [F], timespan: 1m}\n"
    "chancery: {absent: b, state: {armed: G, level|gte: 3}}\n---\n"
    "title: g\ncorrelation: {type: value_median, rules: [a], timespan: 5s, condition: {field: G, "
    "gt: 1}}\n";

static void hit(void *arg, const struct sigma_hit *told)
{
    size_t *count = arg;
    *count += told->event_count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = {.arena = arena_open(1 << 26)};
    struct sigma_set *set;
    struct sigma_engine *engine;
    size_t ids = 0;
    struct sigma_engine_options options = {
        .lateness_us = 5000000, .bytes_max = 1 << 18, .arg = &ids, .hit = hit};
    struct str rest = {(const char *)data, size}, line, saved;
    assert(rc_ok(sigma_set_open(&c, NULL, &set)));
    assert(rc_ok(sigma_set_add(&c, set, STR("f"), str_from(rules))));
    assert(rc_ok(sigma_set_seal(&c, set)));
    assert(rc_ok(sigma_engine_open(&c, set, &options, &engine)));
    rc loaded = sigma_load(&c, engine, rest);
    if (!rc_ok(loaded))
        assert(sigma_count(engine).keys == 0);
    while (str_split(&rest, '\n', &line)) {
        struct sigma_event event;
        if (rc_ok(sigma_event_read(&c, set, line, &event)))
            assert(rc_ok(sigma_feed(&c, engine, &event)));
    }
    assert(rc_ok(sigma_save(&c, engine, &saved)));
    sigma_engine_close(engine);
    assert(rc_ok(sigma_engine_open(&c, set, &options, &engine)));
    assert(rc_ok(sigma_load(&c, engine, saved)));
    assert(rc_ok(sigma_advance(&c, engine, (struct wall){INT64_MAX / 2})));
    sigma_engine_close(engine);
    sigma_set_close(set);
    arena_close(c.arena);
    return 0;
}
