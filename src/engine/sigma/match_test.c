/* One row a meaning: a selection, an event, and whether it matches. */
#include "engine/sigma/sigma_test.h"

#include "unit.h"

static const struct {
    const char *body, *event;
    bool matches;
} rows[] = {
    /* plain values */
    {"    F: abc", "\"F\":\"ABC\"", true},
    {"    F: abc", "\"F\":\"xabc\"", false},
    {"    F: abc", "\"G\":\"abc\"", false},
    {"    F: 'äÖ Σς Жж'", "\"F\":\"Äö σΣ жЖ\"", true},
    {"    F: ''", "\"F\":\"\"", true},
    {"    F: ''", "\"F\":null", false},
    {"    F: ''", "\"F\":\" \"", false},
    {"    F: [a, b]", "\"F\":\"B\"", true},
    {"    F: [a, b]", "\"F\":\"c\"", false},
    {"    F: a\n    G: b", "\"F\":\"a\",\"G\":\"b\"", true},
    {"    F: a\n    G: b", "\"F\":\"a\"", false},
    {"    - F: a\n    - G: b", "\"G\":\"b\"", true},
    {"    - F: a\n      H: c\n    - G: b", "\"F\":\"a\"", false},
    /* numbers, booleans, null */
    {"    F: 4688", "\"F\":4688", true},
    {"    F: 4688", "\"F\":\"4688\"", true},
    {"    F: '4688'", "\"F\":4688", true},
    {"    F: 5", "\"F\":5.0", true},
    {"    F: 5", "\"F\":\"5.0\"", false},
    {"    F: 1.5", "\"F\":1.50", true},
    {"    F: 0x17", "\"F\":23", true},
    {"    F: 0x17", "\"F\":\"0x17\"", true},
    {"    F: '0x17'", "\"F\":23", false},
    {"    F: -1", "\"F\":-1", true},
    {"    F: 1234567890123456789", "\"F\":1234567890123456789", true},
    {"    F: true", "\"F\":true", true},
    {"    F: true", "\"F\":\"True\"", true},
    {"    F: 'true'", "\"F\":true", true},
    {"    F: true", "\"F\":false", false},
    {"    F: yes", "\"F\":true", false},
    {"    F: null", "\"F\":null", true},
    {"    F: null", "\"G\":1", true},
    {"    F: null", "\"F\":\"\"", false},
    {"    F: null", "\"F\":\"null\"", false},
    {"    F: [null, '']", "\"F\":\"\"", true},
    {"    F:", "\"F\":\"x\"", false},
    {"    F: 'null'", "\"F\":null", false},
    /* wildcards and escapes */
    {"    F: 'a*c'", "\"F\":\"abbc\"", true},
    {"    F: 'a*c'", "\"F\":\"abbd\"", false},
    {"    F: 'a?c'", "\"F\":\"abc\"", true},
    {"    F: 'a?c'", "\"F\":\"aéc\"", true},
    {"    F: 'a?c'", "\"F\":\"ac\"", false},
    {"    F: '*'", "\"F\":\"anything\"", true},
    {"    F: '*'", "\"F\":\"\"", true},
    {"    F: '*'", "\"F\":null", false},
    {"    F: '*'", "\"G\":1", false},
    {"    F: '?*'", "\"F\":\"\"", false},
    {"    F: 'a\\*c'", "\"F\":\"a*c\"", true},
    {"    F: 'a\\*c'", "\"F\":\"abc\"", false},
    {"    F: 'a\\?'", "\"F\":\"a?\"", true},
    {"    F: 'a\\?'", "\"F\":\"ab\"", false},
    {"    F: 'C:\\\\*'", "\"F\":\"C:\\\\Windows\"", true},
    {"    F: 'C:\\\\\\*'", "\"F\":\"C:\\\\*\"", true},
    {"    F: 'C:\\\\\\*'", "\"F\":\"C:\\\\x\"", false},
    {"    F: 'a\\b'", "\"F\":\"a\\\\b\"", true},
    {"    F: 'a\\\\b'", "\"F\":\"a\\\\b\"", true},
    {"    F: '\\\\\\\\srv'", "\"F\":\"\\\\\\\\srv\"", true},
    {"    F: '*aab'", "\"F\":\"aaaab\"", true},
    {"    F: 'a*b*c*'", "\"F\":\"a1b2b3cc\"", true},
    /* contains, startswith, endswith, all, cased */
    {"    F|contains: bc", "\"F\":\"aBCd\"", true},
    {"    F|contains: [x, bc]", "\"F\":\"abcd\"", true},
    {"    F|contains|all: [a, d]", "\"F\":\"abcd\"", true},
    {"    F|contains|all: [a, x]", "\"F\":\"abcd\"", false},
    {"    F|contains: 'b*d'", "\"F\":\"abcde\"", true},
    {"    F|contains: 44", "\"F\":\"a445\"", true},
    {"    F|startswith: 'ab'", "\"F\":\"ABc\"", true},
    {"    F|startswith: 'bc'", "\"F\":\"abc\"", false},
    {"    F|startswith: 'C:\\Temp\\'", "\"F\":\"c:\\\\temp\\\\x\"", true},
    {"    F|endswith: '\\cmd.exe'", "\"F\":\"C:\\\\x\\\\CMD.EXE\"", true},
    {"    F|endswith: '\\cmd.exe'", "\"F\":\"C:\\\\x\\\\acmd.exe\"", false},
    {"    F|cased: Abc", "\"F\":\"Abc\"", true},
    {"    F|cased: Abc", "\"F\":\"abc\"", false},
    {"    F|contains|cased: Bc", "\"F\":\"aBcd\"", true},
    {"    F|cased|contains: Bc", "\"F\":\"abcd\"", false},
    /* exists, neq */
    {"    F|exists: true", "\"F\":null", true},
    {"    F|exists: true", "\"F\":\"\"", true},
    {"    F|exists: true", "\"G\":1", false},
    {"    F|exists: false", "\"G\":1", true},
    {"    F|exists: false", "\"F\":1", false},
    {"    F|exists: true", "\"F\":{\"a\":1}", true},
    {"    F|exists: true", "\"F\":[]", true},
    {"    F|neq: a", "\"F\":\"b\"", true},
    {"    F|neq: a", "\"F\":\"A\"", false},
    {"    F|neq: [a, b]", "\"F\":\"b\"", false},
    {"    F|neq: [a, b]", "\"F\":\"c\"", true},
    {"    F|neq: 5", "\"F\":6", true},
    {"    F|neq: 5", "\"F\":5", false},
    {"    F|contains|neq: b", "\"F\":\"abc\"", false},
    /* regular expressions */
    {"    F|re: 'a.c'", "\"F\":\"xxabcxx\"", true},
    {"    F|re: 'a.c'", "\"F\":\"ABC\"", false},
    {"    F|re|i: 'a.c'", "\"F\":\"ABC\"", true},
    {"    F|re: '^a.c$'", "\"F\":\"abcd\"", false},
    {"    F|re: '^b'", "\"F\":\"a\\nb\"", false},
    {"    F|re|m: '^b'", "\"F\":\"a\\nb\"", true},
    {"    F|re: 'a.b'", "\"F\":\"a\\nb\"", false},
    {"    F|re|s: 'a.b'", "\"F\":\"a\\nb\"", true},
    {"    F|re|i|m|s: '^B.c'", "\"F\":\"a\\nb\\nc\"", true},
    {"    F|re: '\\d{3}'", "\"F\":123", true},
    {"    F|re: ['x', 'y']", "\"F\":\"ay\"", true},
    {"    F|re|all: ['a', 'y']", "\"F\":\"ay\"", true},
    {"    F|re: '(?i)ABC'", "\"F\":\"abc\"", true},
    {"    F|re: '(a+)+$'", "\"F\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
     false},
    /* encodings: the strings are base 64 of foobar behind 0, 1 and 2 other bytes */
    {"    F|base64: foobar", "\"F\":\"Zm9vYmFy\"", true},
    {"    F|base64|contains: 'foobar'", "\"F\":\"xxZm9vYmFyyy\"", true},
    {"    F|base64offset|contains: foobar", "\"F\":\"Zm9vYmFy\"", true},
    {"    F|base64offset|contains: foobar", "\"F\":\"eGZvb2Jhcg==\"", true},
    {"    F|base64offset|contains: foobar", "\"F\":\"eHhmb29iYXI=\"", true},
    {"    F|base64offset|contains: foobar", "\"F\":\"Zm9vYmF6\"", false},
    {"    F|wide|base64offset|contains: foobar", "\"F\":\"ZgBvAG8AYgBhAHIA\"", true},
    {"    F|utf16le|base64|contains: foobar", "\"F\":\"ZgBvAG8AYgBhAHIA\"", true},
    {"    F|utf16be|base64|contains: foobar", "\"F\":\"AGYAbwBvAGIAYQBy\"", true},
    {"    F|utf16|base64|contains: foobar", "\"F\":\"//5mAG8AbwBiAGEAcgA=\"", true},
    {"    F|wide: ab", "\"F\":\"a\\u0000b\\u0000\"", true},
    /* windash */
    {"    F|windash|contains: ' -enc '", "\"F\":\"x /ENC y\"", true},
    {"    F|windash|contains: ' -enc '", "\"F\":\"x -enc y\"", true},
    {"    F|contains|windash: ' -enc '", "\"F\":\"x –enc y\"", true},
    {"    F|contains|windash: ' /c '", "\"F\":\"x ―c y\"", true},
    {"    F|contains|windash: ' /c '", "\"F\":\"x —c y\"", true},
    {"    F|contains|windash: ' -enc '", "\"F\":\"x +enc y\"", false},
    {"    F|windash|contains|all: ['-a', '-b']", "\"F\":\"/a /b\"", true},
    /* networks */
    {"    F|cidr: 10.0.0.0/8", "\"F\":\"10.200.3.4\"", true},
    {"    F|cidr: 10.0.0.0/8", "\"F\":\"11.0.0.1\"", false},
    {"    F|cidr: ['192.168.0.0/23', '127.0.0.0/8']", "\"F\":\"192.168.1.255\"", true},
    {"    F|cidr: 192.168.0.0/23", "\"F\":\"192.168.2.0\"", false},
    {"    F|cidr: fe80::/10", "\"F\":\"FE80::1\"", true},
    {"    F|cidr: fe80::/10", "\"F\":\"fec0::1\"", false},
    {"    F|cidr: ::1/128", "\"F\":\"0:0:0:0:0:0:0:1\"", true},
    {"    F|cidr: 10.0.0.0/8", "\"F\":\"not an address\"", false},
    {"    F|cidr: 0.0.0.0/0", "\"F\":\"::1\"", false},
    /* comparisons */
    {"    F|gt: 5", "\"F\":6", true},
    {"    F|gt: 5", "\"F\":5", false},
    {"    F|gte: 5", "\"F\":5", true},
    {"    F|lt: 5", "\"F\":\"4\"", true},
    {"    F|lte: 5", "\"F\":5.5", false},
    {"    F|lt: 5", "\"F\":\"abc\"", false},
    {"    F|lt: 5", "\"F\":null", false},
    {"    F|gte: -1.5", "\"F\":-1.25", true},
    /* dates */
    {"    F|hour: 3", "\"F\":\"2026-11-22T03:59:00Z\"", true},
    {"    F|hour: 3", "\"F\":\"2026-11-22T03:59:00+02:00\"", true},
    {"    F|hour: 3", "\"F\":\"2026-11-22 04:00:00.123\"", false},
    {"    F|minute: 59", "\"F\":\"2026-11-22T03:59:00Z\"", true},
    {"    F|day: 22", "\"F\":\"2026-11-22\"", true},
    {"    F|month: 11", "\"F\":1795316400", true},
    {"    F|year: 2026", "\"F\":1795316400000", true},
    {"    F|week: 53", "\"F\":\"2027-01-01\"", true},
    {"    F|week: 1", "\"F\":\"2026-01-01\"", true},
    {"    F|hour|gte: 22", "\"F\":\"2026-11-22T23:00:00Z\"", true},
    {"    F|hour|lt: 6", "\"F\":\"2026-11-22T23:00:00Z\"", false},
    {"    F|hour: 3", "\"F\":\"soon\"", false},
    /* references to fields */
    {"    F|fieldref: G", "\"F\":\"a\",\"G\":\"A\"", true},
    {"    F|fieldref: G", "\"F\":\"a\",\"G\":\"b\"", false},
    {"    F|fieldref: G", "\"F\":null,\"G\":null", false},
    {"    F|fieldref: G", "\"H\":1", false},
    {"    F|fieldref|neq: G", "\"F\":\"a\",\"G\":\"b\"", true},
    {"    F|fieldref|neq: G", "\"F\":\"a\",\"G\":\"a\"", false},
    {"    F|fieldref|startswith: G", "\"F\":\"abc\",\"G\":\"ab\"", true},
    {"    F|fieldref|contains: G", "\"F\":\"abc\",\"G\":\"B\"", true},
    {"    F|fieldref|cased: G", "\"F\":\"a\",\"G\":\"A\"", false},
    /* placeholders without a list */
    {"    F|expand: '%name%'", "\"F\":\"%name%\"", false},
    {"    F: '%name%'", "\"F\":\"%name%\"", true},
    {"    F|expand: '\\%name'", "\"F\":\"%name\"", true},
    /* nested members and lists */
    {"    a.b.c: x", "\"a\":{\"b\":{\"c\":\"x\"}}", true},
    {"    a.b.c: x", "\"a.b\":{\"c\":\"x\"}", true},
    {"    a.b.c: x", "\"a.b.c\":\"x\"", true},
    {"    a.b: x", "\"a\":[{\"b\":\"y\"},{\"b\":\"x\"}]", true},
    {"    F: b", "\"F\":[\"a\",\"b\"]", true},
    {"    F: c", "\"F\":[\"a\",\"b\"]", false},
    {"    F|contains|all: [x, y]", "\"F\":[\"ax\",\"by\"]", true},
    /* keywords */
    {"    - one\n    - two", "\"F\":\"xTWOx\"", true},
    {"    - one\n    - two", "\"F\":\"three\"", false},
    {"    - one", "\"a\":{\"b\":[\"one\"]}", true},
    {"    - one", "\"one\":\"x\"", false},
    {"    - 4711", "\"F\":4711", true},
    {"    - 'o*e'", "\"F\":\"xoxex\"", true},
    {"    '|all':\n      - one\n      - two", "\"F\":\"one two\"", true},
    {"    '|all':\n      - one\n      - two", "\"F\":\"one\",\"G\":\"two\"", true},
    {"    '|all':\n      - one\n      - two", "\"F\":\"one\"", false},
    {"    '|re': 'o.e'", "\"F\":\"xone\"", true},
    {"    - one\n    - F: two", "\"F\":\"two\"", true},
    {"    one", "\"F\":\"one\"", true},
};

TEST(every_value_and_modifier_means_what_the_specification_says)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (detects(rows[i].body, rows[i].event) != rows[i].matches)
            fail_msg("row %zu: %s on {%s} should%s match", i, rows[i].body, rows[i].event,
                     rows[i].matches ? "" : " not");
}

static const struct {
    const char *condition;
    bool a, b, c, matches;
} conditions[] = {
    {"sa and sb", true, true, false, true},
    {"sa and sb", true, false, false, false},
    {"sa or sb and sc", true, false, false, true},
    {"(sa or sb) and sc", true, false, false, false},
    {"not sa", false, true, false, true},
    {"not sa and sb", false, true, false, true},
    {"not not sa", true, false, false, true},
    {"not (sa or sb)", false, false, true, true},
    {"1 of s*", false, false, true, true},
    {"1 of sa*", false, true, true, false},
    {"all of s*", true, true, true, true},
    {"all of s*", true, true, false, false},
    {"1 of them", false, false, true, true},
    {"all of them", true, true, false, false},
    {"any of s*", false, true, false, true},
    {"sa and not 1 of s*b", true, false, false, true},
    {"sa and not 1 of s*b", true, true, false, false},
    {"1 of sa or 1 of sc", false, false, true, true},
    {"sa AND NOT sb", true, false, false, true},
    {"[sa, sc]", false, false, true, true},
    {"((sa))and(sb)", true, true, false, true},
};

TEST(conditions_bind_as_the_specification_says)
{
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        struct bench b;
        struct ctx c = {.arena = arena_open(1 << 20)};
        struct str rules, event;
        assert_true(
            rc_ok(str_format(&c, &rules,
                             "title: t\nlogsource: {product: p}\ndetection:\n  sa: {A: 1}\n"
                             "  sb: {B: 1}\n  sc: {C: 1}\n  _hidden: {H: 1}\n  condition: %s\n",
                             conditions[i].condition)));
        assert_true(rc_ok(str_format(
            &c, &event, "{\"_logsource\":{\"product\":\"p\"},\"A\":%d,\"B\":%d,\"C\":%d}",
            conditions[i].a, conditions[i].b, conditions[i].c)));
        bench_open(&b, rules.ptr);
        bench_feed(&b, event.ptr);
        if ((bench_hits(&b).len > 0) != conditions[i].matches)
            fail_msg("row %zu: %s", i, conditions[i].condition);
        bench_close(&b);
        arena_close(c.arena);
    }
}

TEST(each_named_part_of_a_log_source_must_be_the_events)
{
    static const struct {
        const char *rule, *event;
        bool matches;
    } sources[] = {
        {"{product: p}", "{\"product\":\"p\",\"category\":\"c\",\"service\":\"s\"}", true},
        {"{product: p}", "{\"product\":\"P\"}", true},
        {"{product: p}", "{\"category\":\"c\"}", false},
        {"{product: p, category: c}", "{\"product\":\"p\"}", false},
        {"{product: p, category: c}", "{\"product\":\"p\",\"category\":\"c\",\"service\":\"s\"}",
         true},
        {"{category: c}", "{\"product\":\"x\",\"category\":\"c\"}", true},
        {"{category: c, service: s}", "{\"service\":\"s\",\"category\":\"d\"}", false},
        {"{product: p, definition: 'anything'}", "{\"product\":\"p\",\"service\":null}", true},
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct bench b;
        char rules[300], event[300];
        snprintf(rules, sizeof rules,
                 "title: t\nlogsource: %s\ndetection:\n  s: {A: 1}\n  condition: s\n",
                 sources[i].rule);
        snprintf(event, sizeof event, "{\"_logsource\":%s,\"A\":1}", sources[i].event);
        bench_open(&b, rules);
        bench_feed(&b, event);
        if ((bench_hits(&b).len > 0) != sources[i].matches)
            fail_msg("%s on %s", sources[i].rule, sources[i].event);
        bench_close(&b);
    }
}

/* A list of ten thousand bytes, as a script carries it. */
TEST(a_long_text_does_not_escape_a_regular_expression)
{
    static char event[80000];
    size_t len = (size_t)snprintf(event, sizeof event, "\"F\":\"");
    for (int i = 0; i < 10000; i++)
        len += (size_t)snprintf(event + len, sizeof event - len, "0x%02x, ", i & 255);
    snprintf(event + len, sizeof event - len, "end\"");
    assert_true(detects("    F|re: '(0x[0-9a-f]{2},? ?){10,}end'", event));
    assert_false(detects("    F|re: '(0x[0-9a-f]{2},? ?){10,}END'", event));
}

TEST(a_regular_expression_without_end_is_given_up_and_counted)
{
    struct bench b;
    bench_open(&b, "title: t\nlogsource: {product: p}\n"
                   "detection: {s: {F|re: '^(a+)+$'}, condition: s}\n");
    bench_feed(&b, "{\"_logsource\":{\"product\":\"p\"},\"F\":"
                   "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}\n");
    assert_int_equal(sigma_count(b.engine).regex_given_up, 1);
    assert_int_equal(bench_hits(&b).len, 0);
    bench_close(&b);
}
