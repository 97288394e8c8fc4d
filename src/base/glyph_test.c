#include "unit.h"

#include "base/glyph.h"

#define ALPHA "\u03b1"

TEST(hidden_characters_are_found_and_writing_is_left_alone)
{
    static const struct {
        struct str text;
        uint32_t code;
    } rows[] = {
        {STR(""), 0},
        {STR("North gate\n\t\r"), 0},
        {STR("\xd8\xa7\xd9\x84\xd8\xa8\xd8\xa7\xd8\xa8 e\u0301 \u6f22"), 0},
        {STR("\u0663\u0600 \u2066"), 0x2066},
        {STR("\U0001f468\u200d\U0001f469\ufe0f"), 0}, /* a joiner that joins */
        {STR("a\u200db"), 0x200d},
        {STR("\u200d"), 0x200d},
        {STR("\x01"), 0x1},
        {STR("\x1b[31m"), 0x1b},
        {STR("\x7f"), 0x7f},
        {STR("\xc2\x85"), 0x85},
        {STR("a\xc2\x9f"), 0x9f},
        {STR("so\u00adft"), 0xad},
        {STR("\u061c"), 0x61c},
        {STR("\u180e"), 0x180e},
        {STR("x\u200bx"), 0x200b},
        {STR("\u200e"), 0x200e},
        {STR("\u200f"), 0x200f},
        {STR("\u2028"), 0x2028},
        {STR("\u2029"), 0x2029},
        {STR("\u202a"), 0x202a},
        {STR("gate\u202etxt.exe"), 0x202e},
        {STR("\u2060"), 0x2060},
        {STR("\u2069"), 0x2069},
        {STR("\u206f"), 0x206f},
        {STR("\u3164"), 0x3164},
        {STR("\ufeff"), 0xfeff},
        {STR("\ufff9"), 0xfff9},
        {STR("\U000e0001"), 0xe0001},
        {STR("\U000e0041"), 0xe0041},
        {STR("\u6f22\U000e0100"), 0}, /* a form of a Chinese character */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_hidden(rows[i].text) != rows[i].code)
            fail_msg("row %zu: U+%04X", i, str_hidden(rows[i].text));
}

static void expect_shown(struct str from, enum glyph_syntax syntax, const char *to)
{
    struct ctx c = {.arena = arena_open(1 << 16), .clock = &clock_system};
    struct text out;
    struct str text;
    text_init(&out, &c, 4096);
    text_put(&out, STR("\u202e")); /* stands before what is shown */
    size_t before = out.len;
    text_put(&out, from);
    text_show(&out, before, syntax);
    assert_true(rc_ok(text_done(&out, &text)));
    assert_true(str_starts(text, "\u202e"));
    if (!str_is(str_sub(text, before, text.len), to))
        fail_msg("%.*s -> %.*s", STR_ARG(from), STR_ARG(text));
    arena_close(c.arena);
}

TEST(hidden_characters_are_shown_by_their_numbers)
{
    expect_shown(STR("plain " ALPHA "\n"), GLYPH_PLAIN, "plain " ALPHA "\n");
    expect_shown(STR("a\u202eb\U000e0041"), GLYPH_PLAIN, "a[U+202E]b[U+E0041]");
    expect_shown(STR("a\\u202e"), GLYPH_PLAIN, "a\\u202e");
    expect_shown(STR("\xff\u200b"), GLYPH_PLAIN, "\xff[U+200B]");
}

TEST(hidden_characters_are_shown_in_json_escaped_or_not)
{
    expect_shown(STR("{\"a\":\"\u202e\"}"), GLYPH_JSON, "{\"a\":\"[U+202E]\"}");
    expect_shown(STR("\"\\u202e\\u202E\""), GLYPH_JSON, "\"[U+202E][U+202E]\"");
    expect_shown(STR("\"\\udb40\\udc41\""), GLYPH_JSON, "\"[U+E0041]\"");
    expect_shown(STR("\"\\\\u202e\""), GLYPH_JSON, "\"\\\\u202e\"");
    expect_shown(STR("\"\\\\\\u202e\""), GLYPH_JSON, "\"\\\\[U+202E]\"");
    expect_shown(STR("\"\\u000a\\n\\t\\u001b\\u00e9\""), GLYPH_JSON,
                 "\"\\u000a\\n\\t[U+001B]\\u00e9\"");
    expect_shown(STR("\"\\udb40\""), GLYPH_JSON, "\"\\udb40\"");
    expect_shown(STR("\"\\u20"), GLYPH_JSON, "\"\\u20");
    expect_shown(STR("\"\\"), GLYPH_JSON, "\"\\");
}
