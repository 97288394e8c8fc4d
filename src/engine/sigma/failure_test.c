/* The ways in which other correlation engines are known not to fire, or to fire wrongly, without a
 * word: a test each. docs/tripwires.md lists them. */
#include "engine/sigma/sigma_test.h"

#include "unit.h"

#define RULE(name, product, type)                                                                  \
    "title: " name "\nname: " name "\nlogsource: {product: " product "}\ndetection: {s: {t: " type \
    "}, condition: s}\n---\n"
#define COUNT(title, refs, more)                                                               \
    "title: " title "\ncorrelation: {type: event_count, rules: [" refs "], timespan: 10s" more \
    "}\n---\n"

/* An event: its id, which is also its second, its product and its fields. */
#define E(id, product, fields) \
    "{\"_id\":" id ",\"_time\":" id ",\"_logsource\":{\"product\":\"" product "\"}," fields "}\n"

static void hits_are(const char *rules, const char *events, const char *expected)
{
    struct bench b;
    bench_open(&b, rules);
    bench_feed(&b, events);
    bench_end(&b);
    if (!str_is(bench_hits(&b), expected))
        fail_msg("%.*sinstead of\n%s", STR_ARG(bench_hits(&b)), expected);
    bench_close(&b);
}

TEST(a_rule_that_is_added_starves_no_other)
{
    hits_are(RULE("a", "p", "a") COUNT("First", "a", ", condition: {gte: 2}")
                 COUNT("Second", "a", ", condition: {gte: 2}")
                     COUNT("Third", "a", ", condition: {gte: 3}"),
             E("1", "p", "\"t\":\"a\"") E("2", "p", "\"t\":\"a\"") E("3", "p", "\"t\":\"a\""),
             "First:1,2@1970-01-01T00:00:02Z\nSecond:1,2@1970-01-01T00:00:02Z\n"
             "Third:1,2,3@1970-01-01T00:00:03Z\n");
}

TEST(a_time_span_that_would_mean_nothing_is_refused)
{
    struct ctx c = {.arena = arena_open(1 << 24)};
    static const char detection[] = "title: x\nlogsource: {product: p}\ndetection: {s: {t: a}, "
                                    "timeframe: 5m, condition: s}\n";
    static const char no_span[] =
        RULE("a", "p",
             "a") "title: X\ncorrelation: {type: event_count, rules: [a], condition: {gte: 2}}\n";
    static const char misspelt[] =
        RULE("a", "p", "a") COUNT("X", "a", ", time-span: 5m, condition: {gte: 2}");
    assert_true(first_error(&c, detection).len > 0);
    assert_true(first_error(&c, no_span).len > 0);
    assert_true(first_error(&c, misspelt).len > 0);
    arena_close(c.arena);
}

TEST(one_of_each_is_enough_to_say_b_after_a)
{
    hits_are(RULE("a", "p", "a") RULE("b", "p", "b")
                 COUNT("One", "b",
                       ", condition: {gte: 1}") "title: After\ncorrelation: {type: "
                                                "temporal_ordered, rules: [a, b], timespan: 5s}\n",
             E("1", "p", "\"t\":\"b\"") E("20", "p", "\"t\":\"a\"") E("24", "p", "\"t\":\"b\"")
                 E("40", "p", "\"t\":\"a\"") E("46", "p", "\"t\":\"b\""),
             "One:1@1970-01-01T00:00:01Z\nOne:24@1970-01-01T00:00:24Z\n"
             "After:20,24@1970-01-01T00:00:24Z\nOne:46@1970-01-01T00:00:46Z\n");
}

TEST(events_of_two_log_sources_meet_in_one_rule)
{
    hits_are(RULE("door", "doors", "open")
                 RULE("login", "hosts", "login") "title: Both\ncorrelation: "
                                                 "{type: temporal, rules: [door, login], group-by: "
                                                 "[who], timespan: 10s, aliases: {who: "
                                                 "{door: badge, login: account}}}\n",
             E("1", "doors", "\"t\":\"open\",\"badge\":\"k\"")
                 E("2", "hosts", "\"t\":\"login\",\"account\":\"m\"")
                     E("3", "hosts", "\"t\":\"login\",\"account\":\"k\""),
             "Both:1,3@1970-01-01T00:00:03Z who=k\n");
}

TEST(what_was_told_of_one_source_is_not_silent_of_another)
{
    hits_are(RULE("a", "p", "a") COUNT("X", "a", ", group-by: [ip], condition: {gte: 2}"),
             E("1", "p", "\"t\":\"a\",\"ip\":1") E("2", "p", "\"t\":\"a\",\"ip\":1")
                 E("3", "p", "\"t\":\"a\",\"ip\":2") E("4", "p", "\"t\":\"a\",\"ip\":2")
                     E("5", "p", "\"t\":\"a\",\"ip\":1"),
             "X:1,2@1970-01-01T00:00:02Z ip=1\nX:3,4@1970-01-01T00:00:04Z ip=2\n");
}

TEST(a_count_without_a_group_is_of_everything)
{
    hits_are(RULE("a", "p", "a") COUNT("X", "a", ", condition: {gte: 3}"),
             E("1", "p", "\"t\":\"a\",\"host\":1") E("2", "p", "\"t\":\"a\"")
                 E("3", "p", "\"t\":\"a\",\"host\":null"),
             "X:1,2,3@1970-01-01T00:00:03Z\n");
}

TEST(different_hosts_are_counted_and_the_same_host_is_not)
{
    hits_are(RULE("a", "p", "a") "title: X\ncorrelation: {type: value_count, rules: [a], group-by: "
                                 "[u], timespan: 10s, condition: {field: host, gte: 3}}\n",
             E("1", "p", "\"t\":\"a\",\"u\":1,\"host\":\"x\"")
                 E("2", "p", "\"t\":\"a\",\"u\":1,\"host\":\"y\"")
                     E("3", "p", "\"t\":\"a\",\"u\":1,\"host\":\"x\"")
                         E("4", "p", "\"t\":\"a\",\"u\":2,\"host\":\"z\"")
                             E("5", "p", "\"t\":\"a\",\"u\":1,\"host\":\"z\""),
             "X:1,2,3,5@1970-01-01T00:00:05Z u=1\n");
}

/* All arrive at once; each hit has the time at which its event happened. */
TEST(hits_have_the_times_of_events_and_not_of_their_arrival)
{
    hits_are(
        RULE("a", "p", "a"),
        E("7", "p", "\"t\":\"a\"") E("3600", "p", "\"t\":\"a\"") E("86400", "p", "\"t\":\"a\""),
        "a:7@1970-01-01T00:00:07Z\na:3600@1970-01-01T01:00:00Z\na:86400@1970-01-02T00:00:00Z\n");
    hits_are(RULE("a", "p", "a") COUNT("X", "a", ", condition: {gte: 2}"),
             E("1", "p", "\"t\":\"a\"") E("100", "p", "\"t\":\"a\""), "");
}

TEST(a_part_of_a_rule_is_no_hit)
{
    hits_are(RULE("a", "p", "a") RULE("b", "p", "b")
                 RULE("c", "p", "c") "title: X\ncorrelation: "
                                     "{type: temporal, rules: [a, b, c], timespan: 10s}\n",
             E("1", "p", "\"t\":\"a\"") E("2", "p", "\"t\":\"b\"") E("13", "p", "\"t\":\"c\""), "");
}

TEST(an_event_without_a_time_is_seen_and_counted)
{
    static const char rules[] =
        RULE("a", "p", "a") COUNT("X", "a", ", condition: {gte: 1}, generate: true");
    struct bench b;
    bench_open(&b, rules);
    bench_feed(&b, "{\"_id\":1,\"_logsource\":{\"product\":\"p\"},\"t\":\"a\"}\n");
    assert_true(str_starts(bench_hits(&b), "a:1@"));
    assert_int_equal(sigma_count(b.engine).untimed, 1);
    assert_int_equal(sigma_count(b.engine).hits, 1);
    bench_close(&b);
}

TEST(two_that_are_empty_do_not_belong_together)
{
    hits_are(RULE("a", "p", "a") COUNT("X", "a", ", group-by: [born], condition: {gte: 2}"),
             E("1", "p", "\"t\":\"a\",\"born\":null") E("2", "p", "\"t\":\"a\",\"born\":null")
                 E("3", "p", "\"t\":\"a\"") E("4", "p", "\"t\":\"a\""),
             "");
    hits_are("title: x\nlogsource: {product: p}\ndetection: {s: {born|fieldref: listed}, "
             "condition: s}\n",
             E("1", "p", "\"born\":null,\"listed\":null") E("2", "p", "\"t\":\"a\""), "");
}
