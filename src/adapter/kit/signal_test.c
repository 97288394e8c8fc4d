#include "adapter/kit/signal.h"

#include "unit.h"

static void line_is(struct str bytes, size_t most, const char *expected)
{
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    struct str line = STR("untouched");
    assert_true(rc_ok(signal_line(&c, bytes, most, &line)));
    if (expected)
        assert_true(str_is(line, expected));
    else
        assert_true(str_absent(line));
    arena_close(c.arena);
}

TEST(foreign_bytes_become_a_line)
{
    line_is(STR("  plain text \r\n"), 80, "plain text");
    line_is(STR("caf\xc3\xa9"), 80, "caf\xc3\xa9");
    line_is(STR("caf\xe9!"), 80, "caf\xef\xbf\xbd!");
    line_is(STR("cut \xe2\x82"), 80, "cut \xef\xbf\xbd\xef\xbf\xbd");
    line_is(STR("a\tb\x1b[31mc\0d"), 80, "a b [31mc d");
    line_is(STR("\xc3\xa9\xc3\xa9\xc3\xa9"), 2, "\xc3\xa9\xc3\xa9");
    line_is(STR("abcdef"), 3, "abc");
}

TEST(nothing_is_absent_not_empty)
{
    line_is(STR(""), 80, NULL);
    line_is(STR(" \r\n"), 80, NULL);
    line_is(STR("\x01\x02"), 80, NULL);
    line_is((struct str){0}, 80, NULL);
}

TEST(evidence_beyond_the_limit_is_marked_as_cut)
{
    static char bytes[SIGNAL_RAW_MAX + 1];
    struct signal signal = {0};
    signal_set_raw(&signal, (struct str){bytes, SIGNAL_RAW_MAX});
    assert_false(signal.raw_cut);
    signal_set_raw(&signal, (struct str){bytes, sizeof bytes});
    assert_true(signal.raw_cut);
    assert_int_equal(signal.raw.len, SIGNAL_RAW_MAX);
}
