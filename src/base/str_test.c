#include "unit.h"

#include "base/str.h"

TEST(null_is_not_equal_to_null)
{
    struct str absent = {NULL, 0};
    assert_false(str_eq(absent, absent));
    assert_false(str_is(absent, ""));
    assert_false(str_eq(absent, STR("")));
    assert_true(str_eq(STR(""), STR("")));
    assert_false(str_eq_nocase(absent, absent));
    assert_int_equal(str_compare(absent, STR("")), -1);
    assert_int_equal(str_compare(absent, absent), 0);
}

TEST(order_is_by_bytes)
{
    assert_true(str_compare(STR("a"), STR("b")) < 0);
    assert_true(str_compare(STR("a"), STR("aa")) < 0);
    assert_true(str_compare(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_compare(STR("ab"), STR("ab")), 0);
}

TEST(parts_are_clipped_and_found)
{
    assert_true(str_is(str_sub(STR("abc"), 1, 1), "b"));
    assert_true(str_is(str_sub(STR("abc"), 1, SIZE_MAX), "bc"));
    assert_true(str_is(str_sub(STR("abc"), 9, 9), ""));
    assert_true(str_absent(str_sub((struct str){NULL, 0}, 1, 1)));
    assert_int_equal(str_find(STR("abcabc"), STR("ca")), 2);
    assert_int_equal(str_find(STR("abc"), STR("")), 0);
    assert_true(str_find(STR("abc"), STR("abcd")) == SIZE_MAX);
    assert_true(str_starts(STR("abc"), "ab") && str_ends(STR("abc"), "bc"));
    assert_false(str_starts(STR("a"), "ab") || str_ends(STR("c"), "bc"));
    assert_true(str_is(str_trim(STR(" \t a b \r\n")), "a b"));
    assert_true(str_is(str_trim(STR("  ")), ""));
    assert_true(str_eq_nocase(STR("TeXt-1"), STR("tExT-1")));
    assert_false(str_eq_nocase(STR("@"), STR("`")));
}

TEST(splitting_gives_empty_parts_and_an_end)
{
    struct str rest = STR(",a,,b"), part;
    static const char *const parts[] = {"", "a", "", "b"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_split(&rest, ',', &part));
        assert_true(str_is(part, parts[i]));
    }
    assert_false(str_split(&rest, ',', &part));
    rest = STR("");
    assert_true(str_split(&rest, ',', &part) && part.len == 0);
    assert_false(str_split(&rest, ',', &part));
}

TEST(integers_are_read_whole_or_not_at_all)
{
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"0x1", false, 0},
        {"--1", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 4711;
        assert_int_equal(str_to_i64(str_from(rows[i].text), &value), rows[i].good);
        assert_int_equal(value, rows[i].good ? rows[i].value : 4711);
    }
}

TEST(decimals_are_scaled_and_rounded_half_away_from_zero)
{
    static const struct {
        const char *text;
        unsigned scale;
        bool good;
        int64_t value;
    } rows[] = {
        {"60.1699", 7, true, 601699000},
        {"-60.1699", 7, true, -601699000},
        {"0.00000005", 7, true, 1},
        {"-0.00000005", 7, true, -1},
        {"0.000000049999", 7, true, 0},
        {"0.5", 0, true, 1},
        {"1.49999", 0, true, 1},
        {"-2.5", 0, true, -3},
        {"5e-1", 0, true, 1},
        {"5e-2", 0, true, 0},
        {"95e-2", 0, true, 1},
        {"1e2", 0, true, 100},
        {"1E+2", 0, true, 100},
        {"1.25e2", 0, true, 125},
        {"0e999999999999", 7, true, 0},
        {"1e-999999999999", 7, true, 0},
        {"0e000000007", 2, true, 0},
        {"1e000000002", 0, true, 100},
        {"-0", 3, true, 0},
        {"9223372036854775807", 0, true, INT64_MAX},
        {"-9223372036854775808", 0, true, INT64_MIN},
        {"9223372036854775808", 0, false, 0},
        {"9223372036854775807.5", 0, false, 0},
        {"-9223372036854775808.5", 0, false, 0},
        {"1e19", 0, false, 0},
        {"1e999999999999", 0, false, 0},
        {"922337203685", 7, true, 9223372036850000000},
        {"922337203686", 7, false, 0},
        {"1e+-5", 0, false, 0},
        {"1e--5", 0, false, 0},
        {"1e", 0, false, 0},
        {"1e+", 0, false, 0},
        {"1e1.5", 0, false, 0},
        {"1.", 0, false, 0},
        {".5", 0, false, 0},
        {"-.5", 0, false, 0},
        {"-", 0, false, 0},
        {"", 0, false, 0},
        {"00", 0, false, 0},
        {"01.5", 0, false, 0},
        {"-01", 0, false, 0},
        {"1.5.2", 0, false, 0},
        {"+1", 0, false, 0},
        {"1 ", 0, false, 0},
        {"NaN", 0, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 4711;
        bool good = str_to_decimal(str_from(rows[i].text), rows[i].scale, &value);
        if (good != rows[i].good || value != (good ? rows[i].value : 4711))
            fail_msg("\"%s\" of scale %u: %d, %lld", rows[i].text, rows[i].scale, good,
                     (long long)value);
    }
}

TEST(utf8_is_what_rfc_3629_says)
{
    static const char *const good[] = {"",
                                       "abcdefghijklmnop",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       ("1234567\xc3\xa9"
                                        "12345678")};
    static const char *const bad[] = {
        "\x80",     "\xc0\x80",         "\xc1\xbf",         "\xc2",
        "\xc2\x41", "\xe0\x9f\xbf",     "\xed\xa0\x80",     "\xed\xbf\xbf",
        "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff",     "\xf0\x90\x80",     "12345678\xff",     "1234567\xc3",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(str_is_utf8(str_from(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(str_is_utf8(str_from(bad[i])));
    assert_int_equal(str_count_chars(STR("a\xc3\xa9\xf0\x9f\x98\x80")), 3);
    assert_int_equal(str_first_char(STR("\xf0\x9f\x98\x80z")), 4);
    assert_int_equal(str_first_char(STR("")), 0);
}

TEST(the_hash_is_fnv_1a)
{
    /* The published test vectors of FNV-1a, 64 bits. */
    assert_true(str_hash(STR("")) == 0xcbf29ce484222325u);
    assert_true(str_hash(STR("a")) == 0xaf63dc4c8601ec8cu);
    assert_true(str_hash(STR("foobar")) == 0x85944171f73967e8u);
}
