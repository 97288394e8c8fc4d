/* Correlations: rules, events, and the hits that must come, in order. An event is written as
 * ID SECONDS FIELDS. */
#include "engine/sigma/sigma_test.h"

#include "unit.h"

#include <stdlib.h>

#define RULE(name, value)                                                                       \
    "title: " name "\nname: " name "\nlogsource: {product: p}\ndetection: {s: {t: " value "}, " \
    "condition: s}\n---\n"
#define ABC        RULE("a", "a") RULE("b", "b") RULE("c", "c")
#define CORR(body) ABC "title: X\ncorrelation:\n" body

/* "1 5 a u=x; 2 9 b": as JSON lines. */
static struct str events_of(struct ctx *c, const char *text)
{
    struct text out;
    struct str rest = str_from(text), one, ret;
    text_init(&out, c, 1 << 20);
    while (str_split(&rest, ';', &one)) {
        struct str words = str_trim(one), id, seconds, type, pair;
        assert_true(str_split(&words, ' ', &id) && str_split(&words, ' ', &seconds) &&
                    str_split(&words, ' ', &type));
        text_printf(&out,
                    "{\"_id\":\"%.*s\",\"_time\":%.*s,\"_logsource\":{\"product\":\"p\"},"
                    "\"t\":\"%.*s\"",
                    STR_ARG(id), STR_ARG(seconds), STR_ARG(type));
        while (str_split(&words, ' ', &pair)) {
            struct str name;
            assert_true(str_split(&pair, '=', &name));
            text_printf(&out, ",\"%.*s\":%.*s", STR_ARG(name), STR_ARG(pair));
        }
        text_put(&out, STR("}\n"));
    }
    assert_true(rc_ok(text_done(&out, &ret)));
    return ret;
}

static const struct {
    const char *what, *rules, *events, *hits;
} rows[] = {
    {"a count in a window, by group, once an episode",
     CORR("  type: event_count\n  rules: [a]\n  group-by: [u]\n  timespan: 10s\n  condition: {gte: "
          "3}\n"),
     "1 101 a u=1; 2 102 a u=1; 3 103 a u=2; 4 104 a u=1; 5 105 a u=1; 6 130 a u=1",
     "X:1,2,4@1970-01-01T00:01:44Z u=1\n"},
    {"the window is inclusive, and slides",
     CORR("  type: event_count\n  rules: [a]\n  timespan: 10s\n  condition: {gte: 2}\n"),
     "1 100 a; 2 110 a; 3 121 a; 4 131.5 a; 5 141 a",
     "X:1,2@1970-01-01T00:01:50Z\nX:4,5@1970-01-01T00:02:21Z\n"},
    {"gt is one more; several rules count together; one event counts once",
     ABC
     "title: d\nname: d\nlogsource: {product: p}\ndetection: {s: {t: [a, b]}, condition: s}\n---\n"
     "title: X\ncorrelation:\n  type: event_count\n  rules: [a, b, d]\n  timespan: 10s\n"
     "  condition: {gt: 2}\n",
     "1 101 a; 2 102 b; 3 103 b", "X:1,2,3@1970-01-01T00:01:43Z\n"},
    {"null and absent join nothing",
     CORR("  type: event_count\n  rules: [a]\n  group-by: [u]\n  timespan: 10s\n  condition: {gte: "
          "2}\n"),
     "1 101 a u=null; 2 102 a u=null; 3 103 a; 4 104 a", ""},
    {"a list stands in the group of each of its values",
     CORR("  type: event_count\n  rules: [a]\n  group-by: [u]\n  timespan: 10s\n  condition: {gte: "
          "2}\n"),
     "1 101 a u=[1,2]; 2 102 a u=2", "X:1,2@1970-01-01T00:01:42Z u=2\n"},
    {"different values",
     CORR("  type: value_count\n  rules: [a]\n  group-by: [u]\n  timespan: 10s\n"
          "  condition: {field: v, gte: 3}\n"),
     "1 101 a u=1 v=1; 2 102 a u=1 v=2; 3 103 a u=1 v=2; 4 104 a u=1 v=null; 5 105 a u=1 v=3; 6 "
     "106 a u=1 v=4",
     "X:1,2,3,5@1970-01-01T00:01:45Z u=1\n"},
    {"a sum, a largest and a smallest value",
     CORR("  type: value_sum\n  rules: [a]\n  timespan: 10s\n  condition: {field: v, gte: 10}\n"
          "---\ntitle: Y\ncorrelation:\n  type: value_max\n  rules: [a]\n  timespan: 10s\n"
          "  condition: {field: v, gt: 6}\n---\ntitle: Z\ncorrelation:\n  type: value_min\n  "
          "rules: [a]\n"
          "  timespan: 10s\n  condition: {field: v, lt: 2}\n"),
     "1 101 a v=4; 2 102 a v=7; 3 103 a v=1.5; 4 104 a v=\"x\"",
     "X:1,2@1970-01-01T00:01:42Z\nY:1,2@1970-01-01T00:01:42Z\nZ:1,2,3@1970-01-01T00:01:43Z\n"},
    {"an average, a median and a percentile are decided at the end of the window",
     CORR("  type: value_avg\n  rules: [a]\n  timespan: 10s\n  condition: {field: v, gt: 3}\n"
          "---\ntitle: Y\ncorrelation:\n  type: value_median\n  rules: [a]\n  timespan: 10s\n"
          "  condition: {field: v, lt: 3}\n---\ntitle: Z\ncorrelation:\n  type: value_percentile\n"
          "  rules: [a]\n  timespan: 10s\n  condition: {field: v, percentile: 75, eq: 5.5}\n"),
     "1 101 a v=1; 2 102 a v=1; 3 103 a v=10; 4 200 a v=4",
     "X:1,2,3@1970-01-01T00:01:43Z\nY:1,2,3@1970-01-01T00:01:43Z\nZ:1,2,3@1970-01-01T00:01:43Z\n"
     "X:4@1970-01-01T00:03:20Z\n"},
    {"an upper bound is decided at the end of the window",
     CORR(
         "  type: event_count\n  rules: [a]\n  group-by: [u]\n  timespan: 10s\n  condition: {lt: "
         "3}\n"
         "---\ntitle: Y\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [u]\n"
         "  timespan: 10s\n  condition: {eq: 2}\n---\ntitle: Z\ncorrelation:\n  type: event_count\n"
         "  rules: [a]\n  group-by: [u]\n  timespan: 10s\n  condition: {gt: 2, lte: 3}\n"),
     "1 101 a u=1; 2 102 a u=1; 3 103 a u=2; 4 104 a u=2; 5 105 a u=2",
     "X:1,2@1970-01-01T00:01:42Z u=1\nY:1,2@1970-01-01T00:01:42Z u=1\nZ:3,4,5@1970-01-01T00:01:45Z "
     "u=2\n"},
    {"together in any order",
     CORR("  type: temporal\n  rules: [a, b, c]\n  group-by: [u]\n  timespan: 10s\n"),
     "1 101 c u=1; 2 102 a u=1; 3 103 b u=2; 4 104 b u=1; 5 105 a u=1; 6 120 a u=1; 7 121 b u=1",
     "X:1,2,4@1970-01-01T00:01:44Z u=1\n"},
    {"one event may be two kinds of event",
     ABC "title: d\nname: d\nlogsource: {product: p}\ndetection: {s: {v: 1}, condition: s}\n---\n"
         "title: X\ncorrelation: {type: temporal, rules: [a, d], timespan: 10s}\n",
     "1 101 a; 2 120 a v=1", "X:2@1970-01-01T00:02:00Z\n"},
    {"two of three kinds",
     CORR("  type: temporal\n  rules: [a, b, c]\n  timespan: 10s\n  condition: {gte: 2}\n"),
     "1 101 a; 2 102 a; 3 103 c", "X:1,2,3@1970-01-01T00:01:43Z\n"},
    {"in order", CORR("  type: temporal_ordered\n  rules: [a, b, c]\n  timespan: 10s\n"),
     "1 101 b; 2 102 a; 3 103 c; 4 104 a; 5 105 b; 6 106 c", "X:2,4,5,6@1970-01-01T00:01:46Z\n"},
    {"in order, not in time", CORR("  type: temporal_ordered\n  rules: [a, b]\n  timespan: 10s\n"),
     "1 101 a; 2 112 b", ""},
    {"the same second: the order of the lines",
     CORR("  type: temporal_ordered\n  rules: [a, b]\n  timespan: 10s\n"),
     "1 101 a; 2 101 b; 3 201 b; 4 201 a", "X:1,2@1970-01-01T00:01:41Z\n"},
    {"one event is not two steps",
     ABC "title: d\nname: d\nlogsource: {product: p}\ndetection: {s: {v: 1}, condition: s}\n---\n"
         "title: X\ncorrelation: {type: temporal_ordered, rules: [a, d], timespan: 10s}\n",
     "1 101 a v=1; 2 102 x v=1", "X:1,2@1970-01-01T00:01:42Z\n"},
    {"a condition in words",
     CORR("  type: temporal\n  rules: [a, b, c]\n  timespan: 10s\n  condition: a and (b or c)\n"),
     "1 101 b; 2 102 c; 3 103 a", "X:1,2,3@1970-01-01T00:01:43Z\n"},
    {"the rules only in the condition, in its order",
     CORR("  type: temporal_ordered\n  timespan: 10s\n  condition: b and a\n"),
     "1 101 a; 2 102 b; 3 103 a", "X:1,2,3@1970-01-01T00:01:43Z\n"},
    {"in order, one of two ways, though the other came too early",
     CORR("  type: temporal_ordered\n  rules: [a, b, c]\n  timespan: 10s\n"
          "  condition: a and (b or c)\n"),
     "1 101 b; 2 102 a; 3 103 c; 4 201 c; 5 202 a", "X:1,2,3@1970-01-01T00:01:43Z\n"},
    {"in order, and one kind not there at all",
     CORR("  type: temporal_ordered\n  rules: [a, b, c]\n  timespan: 10s\n"
          "  condition: a and b and not c\n"),
     "1 101 a; 2 102 b; 3 201 c; 4 202 a; 5 203 b", "X:1,2@1970-01-01T00:01:42Z\n"},
    {"a condition with not is decided at the end",
     CORR("  type: temporal\n  rules: [a, b]\n  group-by: [u]\n  timespan: 10s\n  condition: a and "
          "not b\n"),
     "1 101 a u=1; 2 102 a u=2; 3 103 b u=1", "X:2@1970-01-01T00:01:42Z u=2\n"},
    {"aliases",
     CORR("  type: temporal\n  rules: [a, b]\n  group-by: [ip]\n  timespan: 10s\n  aliases:\n    "
          "ip:\n"
          "      a: src\n      b: dst\n"),
     "1 101 a src=1 dst=2; 2 102 b src=1 dst=2; 3 103 b src=2 dst=1",
     "X:1,3@1970-01-01T00:01:43Z ip=1\n"},
    {"a correlation over a correlation, grouped otherwise",
     ABC "title: m\nname: m\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [h]\n"
         "  timespan: 10s\n  condition: {gte: 3}\n---\n"
         "title: X\ncorrelation: {type: temporal_ordered, rules: [m, b], group-by: [u], timespan: "
         "60s}\n",
     "1 101 a h=1 u=7; 2 102 a h=1 u=8; 3 103 a h=1 u=7; 4 104 b u=9; 5 110 b u=7",
     "X:1,2,3,5@1970-01-01T00:01:50Z u=7\n"},
    {"an episode that lasts is seen above as long as it lasts",
     ABC "title: m\nname: m\ncorrelation:\n  type: event_count\n  rules: [a]\n  timespan: 10s\n"
         "  condition: {gte: 2}\n---\n"
         "title: X\ncorrelation: {type: temporal_ordered, rules: [m, b], timespan: 5s}\n",
     "1 101 a; 2 104 a; 3 108 a; 4 112 a; 5 116 a; 6 118 b", "X:3,4,5,6@1970-01-01T00:01:58Z\n"},
    {"but counted above once",
     ABC "title: m\nname: m\ncorrelation:\n  type: event_count\n  rules: [a]\n  timespan: 10s\n"
         "  condition: {gte: 2}\n---\n"
         "title: X\ncorrelation: {type: event_count, rules: [m], timespan: 100s, condition: {gte: "
         "2}}\n",
     "1 101 a; 2 104 a; 3 108 a; 4 112 a; 5 140 a; 6 141 a", "X:1,2,5,6@1970-01-01T00:02:21Z\n"},
    {"generate",
     CORR("  type: event_count\n  rules: [a]\n  timespan: 10s\n  condition: {gte: 2}\n  generate: "
          "true\n"),
     "1 101 a; 2 102 a",
     "a:1@1970-01-01T00:01:41Z\na:2@1970-01-01T00:01:42Z\nX:1,2@1970-01-01T00:01:42Z\n"},
    {"absence: what does not follow",
     CORR("  type: temporal\n  rules: [a]\n  group-by: [u]\n  timespan: 10s\nchancery: {absent: "
          "b}\n"),
     "1 101 a u=1; 2 102 a u=2; 3 108 b u=1; 4 113 a u=1; 5 130 x",
     "X:2@1970-01-01T00:01:52Z u=2\nX:4@1970-01-01T00:02:03Z u=1\n"},
    {"absence: at the last moment; each occurrence wants its own",
     CORR("  type: temporal\n  rules: [a]\n  timespan: 10s\nchancery: {absent: b}\n"),
     "1 101 a; 2 111 b; 3 200 a; 4 205 b; 5 206 a", "X:5@1970-01-01T00:03:36Z\n"},
    {"absence: one episode is told once",
     CORR("  type: temporal\n  rules: [a]\n  timespan: 10s\nchancery: {absent: b}\n"),
     "1 101 a; 2 105 a; 3 109 a", "X:1@1970-01-01T00:01:51Z\n"},
    {"absence after two",
     CORR("  type: temporal_ordered\n  rules: [a, b]\n  timespan: 10s\nchancery: {absent: c}\n"),
     "1 101 a; 2 103 b; 3 113.5 a; 4 200 a; 5 201 b; 6 202 c", "X:1,2@1970-01-01T00:01:53Z\n"},
    {"no other event between",
     CORR("  type: temporal_ordered\n  rules: [a, b]\n  timespan: 10s\nchancery: {none-between: "
          "c}\n"),
     "1 101 a; 2 102 c; 3 103 b; 4 120 a; 5 121 b", "X:4,5@1970-01-01T00:02:01Z\n"},
    {"near",
     CORR("  type: temporal\n  rules: [a, b]\n  timespan: 10s\nchancery: {near: {metres: 100}}\n"),
     "1 101 a lat=60.17 lon=24.94; 2 102 b lat=60.18 lon=24.94; 3 103 b lat=60.1705 lon=24.94; 4 "
     "104 b",
     "X:1,3@1970-01-01T00:01:43Z\n"},
    {"the state of the picture, and what is not known of it",
     ABC "title: X\nlogsource: {product: p}\ndetection: {s: {t: d}, condition: s}\nchancery:\n"
         "  state: {armed: z, travelling|not: u, level|gte: 3}\n",
     "1 101 d z=\"v\" u=\"k\"; "
     "2 102 d z=\"v\" u=\"k\" "
     "_picture={\"armed\":[\"v\"],\"travelling\":{\"k\":false},\"level\":3}; "
     "3 103 d z=\"w\" u=\"k\"; 4 104 d z=\"v\" u=\"k\" _picture={\"armed\":[\"v\"],\"level\":2}; "
     "5 105 d z=\"v\" u=\"k\" _picture={\"armed\":[\"v\"],\"travelling\":[\"k\"],\"level\":4}",
     "X:1@1970-01-01T00:01:41Z\nX:2@1970-01-01T00:01:42Z\n"},
    {"late: put into its place, told as late",
     CORR("  type: event_count\n  rules: [a]\n  timespan: 10s\n  condition: {gte: 3}\n"),
     "1 101 a; 2 103 a; 3 120 x; 4 102 a", "X:1,4,2@1970-01-01T00:01:43Z late\n"},
    {"late: the order is that of the events",
     CORR("  type: temporal_ordered\n  rules: [a, b]\n  timespan: 10s\n"),
     "1 105 b; 2 103 a; 3 205 a; 4 203 b", "X:2,1@1970-01-01T00:01:45Z late\n"},
    {"late: what was told is not told again",
     CORR("  type: event_count\n  rules: [a]\n  timespan: 10s\n  condition: {gte: 2}\n"),
     "1 101 a; 2 105 a; 3 103 a", "X:1,2@1970-01-01T00:01:45Z\n"},
};

TEST(each_kind_of_correlation_gives_the_hits_it_should)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        struct ctx c = {.arena = arena_open(1 << 22)};
        bench_open(&b, rows[i].rules);
        bench_feed(&b, events_of(&c, rows[i].events).ptr);
        bench_end(&b);
        struct str hits = bench_hits(&b);
        if (!str_is(hits, rows[i].hits))
            fail_msg("%s:\n%.*sinstead of\n%s", rows[i].what, STR_ARG(hits), rows[i].hits);
        bench_close(&b);
        arena_close(c.arena);
    }
}
