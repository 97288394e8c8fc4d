/* The nearest miss: which rules would have fired with one thing less, on which events; what a hit
 * was told of the picture; and why a detection holds, as JSON. */
#include "engine/sigma/sigma_test.h"

#include "unit.h"

#include <stdlib.h>

#define RULE(name, value)                                                                       \
    "title: " name "\nname: " name "\nlogsource: {product: p}\ndetection: {s: {t: " value "}, " \
    "condition: s}\n---\n"
#define CORR(body) RULE("a", "a") RULE("b", "b") RULE("c", "c") "title: X\n" body

struct nearing {
    const struct sigma_set *set;
    struct text out;
};

static const char *const names[] = {"hit",    "less",  "state", "near",  "between",
                                    "absent", "order", "time",  "group", "part"};

static void on_hit(void *arg, const struct sigma_hit *hit)
{
    struct nearing *n = arg;
    const struct sigma_rule *rule = sigma_set_rule(n->set, hit->rule);
    text_printf(&n->out, "%s", names[rule->relaxed.what]);
    if (!str_absent(rule->relaxed.name))
        text_printf(&n->out, "(%.*s)", STR_ARG(rule->relaxed.name));
    if (rule->relaxed.wanted > 0)
        text_printf(&n->out, " %g/%g", rule->relaxed.given, rule->relaxed.wanted);
    for (size_t i = 0; i < hit->event_count; i++)
        text_printf(&n->out, "%s%.*s", i ? "," : ": ", STR_ARG(hit->events[i]));
    for (size_t i = 0; i < hit->asked_count; i++)
        text_printf(&n->out, " %.*s=%s", STR_ARG(hit->asked[i].name),
                    hit->asked[i].truth == SIGMA_UNKNOWN ? "unknown"
                    : hit->asked[i].truth == SIGMA_TRUE  ? "yes"
                                                         : "no");
    text_put(&n->out, STR("; "));
}

/* "1 5 a u=x": id, seconds, type and fields. */
static void feed(struct ctx *c, struct sigma_engine *engine, const struct sigma_set *set,
                 const char *text)
{
    struct str rest = str_from(text), one;
    while (str_split(&rest, ';', &one)) {
        struct str words = str_trim(one), id, seconds, type, json;
        struct sigma_event event;
        assert_true(str_split(&words, ' ', &id) && str_split(&words, ' ', &seconds) &&
                    str_split(&words, ' ', &type));
        assert_true(rc_ok(str_format(c, &json,
                                     "{\"_id\":\"%.*s\",\"_time\":%.*s,\"_logsource\":{\"product\":"
                                     "\"p\"},\"t\":\"%.*s\"%s%.*s}",
                                     STR_ARG(id), STR_ARG(seconds), STR_ARG(type),
                                     words.len ? "," : "", STR_ARG(words))));
        assert_true(rc_ok(sigma_event_read(c, set, json, &event)));
        assert_true(rc_ok(sigma_feed(c, engine, &event)));
    }
    assert_true(rc_ok(sigma_advance(c, engine, (struct wall){INT64_MAX / 2})));
}

static void run(struct ctx *c, const char *rules, const char *events, bool relax, struct str *ret)
{
    struct sigma_options options = {.relax = relax};
    struct sigma_engine *engine = NULL;
    struct sigma_set *set = NULL;
    struct nearing n;
    text_init(&n.out, c, 1 << 16);
    assert_true(rc_ok(sigma_set_open(c, &options, &set)));
    assert_true(rc_ok(sigma_set_add(c, set, STR("f"), str_from(rules))));
    assert_true(rc_ok(sigma_set_seal(c, set)));
    assert_int_equal(sigma_set_errors(set, &(const struct sigma_error *){NULL}), 0);
    n.set = set;
    struct sigma_engine_options how = {
        .lateness_us = (int64_t)86400 * 1000000, .arg = &n, .hit = on_hit};
    assert_true(rc_ok(sigma_engine_open(c, set, &how, &engine)));
    feed(c, engine, set, events);
    assert_true(rc_ok(text_done(&n.out, ret)));
    sigma_engine_close(engine);
    sigma_set_close(set);
}

static const struct {
    const char *what, *rules, *events;
    const char *has;   /* among what is told */
    const char *hasnt; /* not told: "" for none */
} rows[] = {
    {"two of three",
     CORR("correlation: {type: event_count, rules: [a], group-by: [u], timespan: "
          "10s, condition: {gte: 3}}\n"),
     "1 101 a \"u\":1; 2 102 a \"u\":1", "less 2/3: 1,2; ", "hit"},
    {"gt counts as one more",
     CORR("correlation: {type: event_count, rules: [a], timespan: 10s, "
          "condition: {gt: 3}}\n"),
     "1 101 a; 2 102 a; 3 103 a", "less 3/4: 1,2,3; ", "hit"},
    {"in another group",
     CORR("correlation: {type: temporal, rules: [a, b], group-by: [u], "
          "timespan: 10s}\n"),
     "1 101 a \"u\":1; 2 102 b \"u\":2", "group(u): 1,2; ", "hit"},
    {"too late", CORR("correlation: {type: temporal, rules: [a, b], timespan: 10s}\n"),
     "1 101 a; 2 131 b", "time 40/10: 1,2; ", "hit"},
    {"much too late", CORR("correlation: {type: temporal, rules: [a, b], timespan: 10s}\n"),
     "1 101 a; 2 151 b", "part(b): 1; ", "time"},
    {"the other way round",
     CORR("correlation: {type: temporal_ordered, rules: [a, b], timespan: "
          "10s}\n"),
     "1 101 b; 2 102 a", "order: 1,2; ", "hit"},
    {"one is missing", CORR("correlation: {type: temporal, rules: [a, b, c], timespan: 10s}\n"),
     "1 101 a; 2 102 c", "part(b): 1,2; ", "hit"},
    {"it did follow",
     CORR("correlation: {type: temporal, rules: [a], timespan: 10s}\nchancery: "
          "{absent: [b]}\n"),
     "1 101 a; 2 102 b", "absent(b): 1; ", "hit"},
    {"something lay between",
     CORR("correlation: {type: temporal_ordered, rules: [a, b], timespan: "
          "10s}\nchancery: {none-between: [c]}\n"),
     "1 101 a; 2 102 c; 3 103 b", "between(c): 1,3; ", "hit"},
    {"too far",
     CORR("correlation: {type: temporal, rules: [a, b], timespan: 10s}\nchancery: {near: "
          "{metres: 50}}\n"),
     "1 101 a \"lat\":60,\"lon\":24; 2 102 b \"lat\":61,\"lon\":24", "near 0/50: 1,2; ", "hit"},
    {"the picture said no",
     "title: X\nlogsource: {product: p}\ndetection: {s: {t: a}, condition: "
     "s}\nchancery: {state: {armed: zone}}\n",
     "1 101 a \"zone\":\"z\",\"_picture\":{\"armed\":[]}", "state(armed): 1; ", "hit"},
    {"a hit rests on what is not known",
     "title: X\nlogsource: {product: p}\ndetection: {s: {t: a}, "
     "condition: s}\nchancery: {state: {armed: zone, level|gte: "
     "3}}\n",
     "1 101 a \"zone\":\"z\",\"_picture\":{\"armed\":[\"z\"]}", "hit: 1 armed=yes level=unknown; ",
     "\xff"},
    {"what is whole is told too",
     CORR("correlation: {type: temporal, rules: [a, b], timespan: "
          "10s}\n"),
     "1 101 a; 2 102 b", "hit: 1,2; ", "\xff"},
};

TEST(sigma_nearest_miss_says_what_was_missing)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ctx c = {.arena = arena_open(64 << 20), .clock = &clock_system};
        struct str told;
        run(&c, rows[i].rules, rows[i].events, true, &told);
        if (!strstr(told.ptr, rows[i].has) || strstr(told.ptr, rows[i].hasnt))
            fail_msg("%s: told '%s', not '%s'", rows[i].what, told.ptr, rows[i].has);
        arena_close(c.arena);
    }
}

/* The copies change nothing of what the rules themselves find. */
TEST(sigma_copies_leave_the_rules_alone)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ctx c = {.arena = arena_open(64 << 20), .clock = &clock_system};
        struct str plain, relaxed, part;
        struct text own;
        run(&c, rows[i].rules, rows[i].events, false, &plain);
        run(&c, rows[i].rules, rows[i].events, true, &relaxed);
        text_init(&own, &c, 1 << 16);
        while (str_split(&relaxed, ';', &part))
            if (str_starts(str_trim(part), "hit"))
                text_printf(&own, "%.*s; ", STR_ARG(str_trim(part)));
        assert_true(str_eq(text_str(&own), plain));
        arena_close(c.arena);
    }
}

TEST(sigma_explains_a_detection_as_json)
{
    struct ctx c = {.arena = arena_open(64 << 20), .clock = &clock_system};
    struct sigma_set *set = NULL;
    struct sigma_matcher *matcher = NULL;
    struct sigma_event event;
    struct sigma_nearness near;
    struct text out;
    struct str json;
    assert_true(rc_ok(sigma_set_open(&c, NULL, &set)));
    assert_true(rc_ok(sigma_set_add(&c, set, STR("f"),
                                    STR("title: T\nlogsource: {product: p, category: q}\n"
                                        "detection:\n  s:\n    name|contains: oo\n    n|gte: 3\n"
                                        "  f:\n    name: 'd*r'\n  condition: s and not f\n"))));
    assert_true(rc_ok(sigma_set_seal(&c, set)));
    assert_true(rc_ok(sigma_event_read(
        &c, set,
        STR("{\"_logsource\":{\"product\":\"p\",\"category\":\"z\"},\"name\":\"Roof\","
            "\"n\":2}"),
        &event)));
    text_init(&out, &c, 1 << 16);
    assert_true(rc_ok(sigma_explain_json(&c, set, 0, &event, &out)));
    assert_true(rc_ok(text_done(&out, &json)));
    assert_string_equal(
        json.ptr,
        "{\"fires\":false,\"held\":2,\"parts\":3,\"lines\":["
        "{\"depth\":0,\"held\":true,\"kind\":\"source\",\"line\":0,\"name\":\"product\","
        "\"wanted\":\"p\",\"found\":[\"p\"]},"
        "{\"depth\":0,\"held\":false,\"kind\":\"source\",\"line\":0,\"name\":\"category\","
        "\"wanted\":\"q\",\"found\":[]},"
        "{\"depth\":0,\"held\":false,\"kind\":\"all\",\"line\":0},"
        "{\"depth\":1,\"held\":false,\"kind\":\"all\",\"line\":0},"
        "{\"depth\":2,\"held\":true,\"kind\":\"item\",\"line\":5,\"name\":\"name|contains\","
        "\"wanted\":\"\\\"oo\\\"\",\"found\":[\"Roof\"]},"
        "{\"depth\":2,\"held\":false,\"kind\":\"item\",\"line\":6,\"name\":\"n|gte\","
        "\"wanted\":\"3\",\"found\":[\"2\"]},"
        "{\"depth\":1,\"held\":true,\"kind\":\"not\",\"line\":0},"
        "{\"depth\":2,\"held\":false,\"kind\":\"item\",\"line\":8,\"name\":\"name\","
        "\"wanted\":\"\\\"d*r\\\"\",\"found\":[\"Roof\"]}]}");
    assert_true(rc_ok(sigma_matcher_open(&c, set, &matcher)));
    assert_true(rc_ok(sigma_measure(&c, matcher, 1, &(uint32_t){0}, &event, &near)));
    assert_false(near.source);
    sigma_matcher_close(matcher);
    sigma_set_close(set);
    arena_close(c.arena);
}
