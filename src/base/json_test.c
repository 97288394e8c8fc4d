#include "unit.h"

#include "base/json.h"
#include "base/text.h"
#include "support/json_oracle.h"
#include "support/scratch.h"

#include <stdlib.h>

static bool accepted(struct str text)
{
    struct json j;
    json_init(&j, text);
    return json_skip(&j, NULL) && json_end(&j);
}

static const char *const good[] = {
    "0",
    "-0",
    "1.5e+10",
    "1E-2",
    "\"\"",
    "\"\\u00e9\\ud83d\\ude00\"",
    "[]",
    "{}",
    "null",
    " true ",
    "false",
    "[1 , 2]",
    "{\"a\":{\"a\":[{}]}}",
    "\"\x7f\"",
    "[[]]",
    "\t1\r\n",
    "{\"\":0}",
    "\"\\/\\b\\f\\n\\r\\t\\\\\\\"\"",
    "\"\xf4\x8f\xbf\xbf\"",
};
static const char *const bad[] = {
    "",
    " ",
    "01",
    "-",
    "+1",
    ".5",
    "1.",
    "1e",
    "1e+",
    "0x1",
    "NaN",
    "Infinity",
    "tru",
    "truex",
    "nul",
    "\"",
    "\"\\\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\t\"",
    "\"\n\"",
    "'a'",
    "[",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "]",
    "{",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,}",
    "{,}",
    "{a:1}",
    "{1:1}",
    "{\"a\" 1}",
    "[1]]",
    "1 2",
    "[1}",
    "{\"a\":1]",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\u0041\"",
    "\"\\ud800\\\"",
    "\"\xff\"",
    "\"\xc0\x80\"",
    "\"\xed\xa0\x80\"",
    "{\"\xff\":1}",
    "//\n1",
    "[1,\x01 2]",
    "\xef\xbb\xbf 1",
};

TEST(json_is_what_rfc_8259_says)
{
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(accepted(str_from(good[i])));
        assert_true(json_oracle(&c, str_from(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (accepted(str_from(bad[i])))
            fail_msg("\"%s\" is taken for JSON", bad[i]);
        assert_false(json_oracle(&c, str_from(bad[i])));
    }
    assert_false(accepted(STR("\"a\0b\"")));
    assert_false(accepted(STR("1\0")));
    scratch_close(&c);
}

TEST(nesting_is_bounded)
{
    char text[2 * JSON_DEPTH_MAX + 2];
    size_t depth = JSON_DEPTH_MAX;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    assert_true(accepted((struct str){text, 2 * depth}));
    depth++;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    assert_false(accepted((struct str){text, 2 * depth}));
}

TEST(a_text_is_read_as_it_is_written)
{
    struct json j;
    struct str key, raw = {NULL, 0};
    bool flag = false;
    json_init(&j, STR(" {\"a\" : [true, \"x\\n\", -1.5], \"b\":null, \"c\": {\"d\" : [ ] } } "));
    json_object(&j);
    assert_true(json_next_key(&j, &key) && str_is(key, "a"));
    json_array(&j);
    assert_true(json_next_item(&j) && json_bool(&j, &flag) && flag);
    assert_true(json_next_item(&j) && json_string(&j, &raw) && str_is(raw, "x\\n"));
    assert_true(json_next_item(&j) && json_number(&j, &raw) && str_is(raw, "-1.5"));
    assert_false(json_next_item(&j));
    assert_true(json_next_key(&j, &key) && json_null(&j));
    assert_true(json_next_key(&j, &key) && json_skip(&j, &raw));
    assert_true(str_is(raw, "{\"d\" : [ ] }"));
    assert_false(json_next_key(&j, &key));
    assert_true(json_end(&j));
}

TEST(the_first_error_stays)
{
    struct ctx c = scratch_open(0);
    struct json j;
    struct str raw = STR("untouched");
    bool flag = true;
    json_init(&j, STR("[\"text\xff and more than 24 bytes\", 1]"));
    json_array(&j);
    assert_true(json_next_item(&j));
    assert_false(json_string(&j, &raw));
    const char *error = j.error;
    assert_false(json_string(&j, &raw) || json_number(&j, &raw) || json_bool(&j, &flag));
    assert_false(json_null(&j) || json_skip(&j, &raw) || json_next_item(&j) || json_end(&j));
    assert_int_equal(json_peek(&j), JSON_NONE);
    assert_ptr_equal(j.error, error);
    assert_true(str_is(raw, "untouched") && flag);
    assert_int_equal(json_fault(&c, &j).code, RC_MALFORMED);
    assert_string_equal(c.fault.rule, "json");
    assert_true(str_is_utf8(str_from(c.fault.value)));
    scratch_close(&c);
}

TEST(a_wrong_kind_is_told)
{
    struct json j;
    struct str raw;
    bool flag;
    json_init(&j, STR("1"));
    assert_false(json_string(&j, &raw));
    assert_string_equal(j.error, "a string is expected");
    json_init(&j, STR("\"a\""));
    assert_false(json_bool(&j, &flag));
    json_init(&j, STR("\"a\""));
    json_object(&j);
    assert_string_equal(j.error, "an object is expected");
}

TEST(escapes_are_undone_and_only_then_copied)
{
    struct ctx c = scratch_open(0);
    struct str raw = STR("plain"), text;
    assert_true(rc_ok(json_unescape(&c, raw, &text)) && text.ptr == raw.ptr);
    raw = STR("\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u00e9\\u20ac\\ud83d\\uDE00z");
    assert_true(rc_ok(json_unescape(&c, raw, &text)));
    assert_true(str_eq(text, STR("\"\\/\b\f\n\r\t\0\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z")));
    assert_int_equal(json_unescape(&c, STR("\\q"), &text).code, RC_MALFORMED);
    assert_int_equal(json_unescape(&c, STR("a\\"), &text).code, RC_MALFORMED);
    scratch_close(&c);
}

/* ---- against the oracle ---------------------------------------------------------------------- */

static unsigned next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33);
}

static void put_value(struct text *out, uint64_t *seed, int depth)
{
    static const char *const scalars[] = {
        "null",
        "true",
        "false",
        "0",
        "-1",
        "12.5e3",
        "9223372036854775807",
        "1e-300",
        "\"\"",
        "\"a\"",
        "\"\\u00e9\\n\"",
        "\"\xe6\xbc\xa2\"",
        "\"\\ud83d\\ude00\"",
        "[]",
        "{}",
        "-0.0",
        "\"a long string of more than sixteen bytes, \\\" and on \xc3\xa9 it goes\"",
    };
    unsigned kind = next_random(seed) % 4, count = next_random(seed) % 4;
    if (kind < 2 || depth > 5) {
        text_put(out, str_from(scalars[next_random(seed) % (sizeof scalars / sizeof scalars[0])]));
        return;
    }
    text_put_char(out, kind == 2 ? '[' : '{');
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            text_put(out, next_random(seed) % 2 ? STR(",") : STR(" , "));
        if (kind == 3)
            text_printf(out, "\"k%u\":", next_random(seed) % 50);
        put_value(out, seed, depth + 1);
    }
    text_put_char(out, kind == 2 ? ']' : '}');
}

/* One byte changed, one dropped, one doubled, or the end cut off. */
static struct str mutate(struct ctx *c, struct str text, uint64_t *seed)
{
    static const char marks[] = "\"\\,:[]{} 0eE+-.tnu\n\x01\x80\xc3\xed\xff";
    struct str copy;
    assert_true(rc_ok(str_copy(c, text, &copy)));
    char *bytes = (char *)(uintptr_t)copy.ptr;
    size_t at = next_random(seed) % copy.len;
    switch (next_random(seed) % 4) {
    case 0:
        bytes[at] = marks[next_random(seed) % (sizeof marks - 1)];
        break;
    case 1:
        memmove(bytes + at, bytes + at + 1, copy.len - at - 1);
        copy.len--;
        break;
    case 2:
        memmove(bytes + at, bytes + at / 2, copy.len - at);
        break;
    default:
        copy.len = at;
    }
    return copy;
}

TEST(both_readers_agree_on_random_and_on_damaged_texts)
{
    uint64_t seed = 42;
    size_t read = 0, rounds = 3000;
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < rounds; i++) {
        struct text out;
        struct str text;
        arena_reset(c.arena);
        text_init(&out, &c, 1 << 18);
        put_value(&out, &seed, 0);
        assert_true(rc_ok(text_done(&out, &text)));
        assert_true(json_oracle(&c, text));
        for (int n = 0; n < 4; n++)
            read += json_oracle(&c, mutate(&c, text, &seed));
    }
    assert_in_range(read, rounds / 10, rounds * 4 - rounds / 10);
    scratch_close(&c);
}
