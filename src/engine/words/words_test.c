#include "engine/words/words.h"

#include "unit.h"

static struct str words_of(struct ctx *c, struct str text, enum words_use use, size_t limit)
{
    struct text out;
    text_init(&out, c, limit);
    if (!rc_ok(words_put(c, text, use, &out)))
        fail_msg("%s", c->fault.message);
    return text_str(&out);
}

static const struct {
    const char *text, *kept, *asked; /* NULL: the same as kept */
} rows[] = {
    {"", "", NULL},
    {" - (!) ", "", NULL},
    {"North Gate, 2nd", "north gate 2nd", NULL},
    {"Ambassade à Genève", "ambassade a geneve", NULL},
    {"Gene\u0300ve", "geneve", NULL}, /* the accent apart */
    {"Straße, STRASSE", "strasse strasse", NULL},
    {"Łódź København Þór Ærø Đà Nẵng", "lodz kobenhavn thor aero da nang", NULL},
    {"İzmir ISPARTA Iğdır", "izmir isparta igdir", NULL},
    {"l’hôtel d'Europe", "l hotel d europe", NULL},
    {"ʿAlī Sanaʼa", "ali sanaa", NULL},
    {"Алексей ЁЛКА", "алексеи елка", NULL},
    {"Αθήνα ΟΔΟΣ οδός", "αθηνα οδοσ οδοσ", NULL},
    {"שָׁלוֹם", "שלום", NULL},
    {"أحمد إبراهيم آدم ٱلقُدْس", "احمد ابراهيم ادم القدس", NULL},
    {"سفارة مستشفى مؤتمر قائد", "سفاره مستشفي موتمر قايد", NULL},
    {"محـــمد ١٢٣ ۴۵", "محمد 123 45", NULL},
    {"کریمی", "كريمي", NULL}, /* Persian letters */
    {"ﷲ ﻻ", "الله لا", NULL}, /* ligatures */
    {"हिन्दी", "हिन्दी", NULL}, /* its marks are vowels */
    {"美国大使馆", "美国 国大 大使 使馆 馆", "美国 国大 大使 使馆"},
    {"馆", "馆", NULL},
    {"北京Tower 2号", "北京 京 tower 2 号", "北京 tower 2 号"},
    {"ﾄｳｷｮｳ", "トウ ウキ キョ ョウ ウ", "トウ ウキ キョ ョウ"}, /* half-width */
    {"미국대사관", "미국 국대 대사 사관 관", "미국 국대 대사 사관"},
    {"서울", "서울 울", "서울"},
    {"\u1109\u1165\u110b\u116e\u11af", "서울 울", "서울"}, /* spelled letter by letter */
    {"ไทย", "ไท ทย ย", "ไท ทย"},
    {"100% 😀 a_b", "100 a b", NULL},
};

TEST(words_are_what_people_take_for_equal)
{
    struct ctx c = {.arena = arena_open(1 << 20)};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str kept = words_of(&c, str_from(rows[i].text), WORDS_KEPT, 1 << 16);
        struct str asked = words_of(&c, str_from(rows[i].text), WORDS_ASKED, 1 << 16);
        if (!str_is(kept, rows[i].kept))
            fail_msg("%s: kept as '%.*s', not '%s'", rows[i].text, STR_ARG(kept), rows[i].kept);
        if (!str_is(asked, rows[i].asked ? rows[i].asked : rows[i].kept))
            fail_msg("%s: asked as '%.*s'", rows[i].text, STR_ARG(asked));
    }
    arena_close(c.arena);
}

TEST(a_long_word_is_cut_and_a_long_text_ends_with_a_whole_word)
{
    struct ctx c = {.arena = arena_open(1 << 20)};
    struct text long_text;
    text_init(&long_text, &c, 1 << 16);
    for (int i = 0; i < 100; i++)
        text_put(&long_text, STR("é"));
    assert_int_equal(words_of(&c, text_str(&long_text), WORDS_KEPT, 1 << 16).len, WORDS_CHARS_MAX);
    for (int i = 0; i < 1000; i++)
        text_put(&long_text, STR(" ab"));
    struct str words = words_of(&c, text_str(&long_text), WORDS_KEPT, 1000);
    assert_true(words.len > 700 && words.len <= 1000);
    assert_true(str_ends(words, " ab"));
    arena_close(c.arena);
}

TEST(what_is_no_text_has_no_words)
{
    struct ctx c = {.arena = arena_open(1 << 20)};
    struct text out;
    text_init(&out, &c, 1000);
    assert_int_equal(words_put(&c, STR("ab\xff"), WORDS_ASKED, &out).code, RC_INVALID);
    assert_true(rc_ok(words_put(&c, (struct str){NULL, 0}, WORDS_ASKED, &out)));
    assert_int_equal(out.len, 0);
    arena_close(c.arena);
}
