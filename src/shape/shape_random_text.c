/* Each form of text has a maker here that gives one of a wanted number of characters; a form from
 * elsewhere gives its own sample. The maker's result is checked by the form itself, so that a
 * maker and its form cannot drift apart. */
#include "shape/shape_random_text.h"

#include "shape/shape_part.h"
#include "shape/shape_random.h"

#include <inttypes.h>

enum { TEXT_MOST = 40, TEXT_LONG = 5000 };

static size_t pick(uint64_t *seed, size_t count)
{
    return (size_t)(shape_random_u64(seed) % count);
}

static char pick_char(uint64_t *seed, struct str set)
{
    return set.ptr[pick(seed, set.len)];
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static void put_some(struct text *out, uint64_t *seed, struct str set, size_t chars)
{
    for (size_t i = 0; i < chars; i++)
        text_put_char(out, pick_char(seed, set));
}

/* Characters of one to four bytes: what JSON must escape, right-to-left, a combining mark, a line
 * separator, the last code point. */
static void put_line(struct text *out, uint64_t *seed, size_t chars)
{
    static const char *const odd[] = {
        "\"", "\\", "/",  "<",  "&",      "'",      "%",      " ",    "é", "ß",
        "ع",  "م",  "漢", "字", "\u0301", "\u3000", "\ufffd", "🛡", "😀", "\U0010ffff",
    };
    for (size_t i = 0; i < chars; i++) {
        if (pick(seed, 4) == 0)
            text_put(out, str_from(odd[pick(seed, sizeof odd / sizeof odd[0])]));
        else
            text_put_char(out, (char)shape_random_i64(seed, 0x20, 0x7e));
    }
}

/* What a device may say, and what must be shown by its number. */
static void put_heard(struct text *out, uint64_t *seed, size_t chars)
{
    static const char *const hidden[] = {"\u202e", "\u2066",   "\u200b",
                                         "\u2028", "\xc2\x9b", "\U000e0041"};
    for (size_t i = 0; i < chars; i++) {
        if (pick(seed, 20) == 0)
            text_put(out, str_from(hidden[pick(seed, sizeof hidden / sizeof hidden[0])]));
        else
            put_line(out, seed, 1);
    }
}

static void put_block(struct text *out, uint64_t *seed, size_t chars)
{
    for (size_t i = 0; i < chars; i++) {
        if (pick(seed, 10) == 0)
            text_put_char(out, pick_char(seed, STR("\n\t")));
        else
            put_heard(out, seed, 1);
    }
}

static void put_slug(struct text *out, uint64_t *seed, size_t chars)
{
    bool dash = true;
    for (size_t i = 0; i < chars; i++) {
        dash = !dash && i + 1 < chars && pick(seed, 6) == 0;
        text_put_char(out, dash ? '-' : pick_char(seed, STR(LOWER DIGIT)));
    }
}

/* The host takes half of what there is, the shortest is a@b.c. */
static void put_email(struct text *out, uint64_t *seed, size_t chars)
{
    size_t host = chars / 2 > 3 ? chars / 2 : 3;
    if (chars < 5)
        return;
    put_some(out, seed, STR(LOWER UPPER DIGIT "+_"), chars - host - 1);
    text_put_char(out, '@');
    put_some(out, seed, STR(LOWER DIGIT), host - 2);
    text_put_char(out, '.');
    put_some(out, seed, STR(LOWER), 1);
}

/* At most 15 digits; what is more is spaces and the like. */
static void put_phone(struct text *out, uint64_t *seed, size_t chars)
{
    size_t digits = 0;
    for (size_t i = 0; i < chars; i++) {
        bool must = chars - i <= 3 - (digits < 3 ? digits : 3);
        if (i == 0 && chars > 3)
            text_put_char(out, '+');
        else if (digits < 15 && (must || pick(seed, 4) > 0)) {
            put_some(out, seed, STR(DIGIT), 1);
            digits++;
        } else
            put_some(out, seed, STR(" -()"), 1);
    }
}

static void put_country(struct text *out, uint64_t *seed, size_t chars)
{
    put_some(out, seed, STR(UPPER), chars);
}

static void put_locale(struct text *out, uint64_t *seed, size_t chars)
{
    put_some(out, seed, STR(LOWER), 2);
    for (size_t i = 2; i < chars; i++)
        text_put_char(out, i == 2 ? '-' : pick_char(seed, STR(LOWER UPPER DIGIT)));
}

static void put_https(struct text *out, uint64_t *seed, size_t chars)
{
    text_put(out, STR("https://"));
    for (size_t i = 8; i < chars; i++)
        text_put_char(out, pick_char(seed, STR(LOWER DIGIT ".-/?&=#%")));
}

static void put_zone(struct text *out, uint64_t *seed, size_t chars)
{
    bool stroke = true;
    for (size_t i = 0; i < chars; i++) {
        stroke = !stroke && pick(seed, 8) == 0;
        text_put_char(out, stroke ? '/' : pick_char(seed, STR(LOWER UPPER)));
    }
}

/* The fewest and the most characters a form can have at all. */
static const struct maker {
    const struct text_form *form;
    void (*put)(struct text *out, uint64_t *seed, size_t chars);
    int64_t least, most;
} makers[] = {
    {&text_form_line, put_line, 0, INT64_MAX},   {&text_form_block, put_block, 0, INT64_MAX},
    {&text_form_heard, put_heard, 0, INT64_MAX}, {&text_form_slug, put_slug, 1, INT64_MAX},
    {&text_form_email, put_email, 5, INT64_MAX}, {&text_form_phone, put_phone, 3, INT64_MAX},
    {&text_form_country, put_country, 2, 2},     {&text_form_locale, put_locale, 2, 35},
    {&text_form_https, put_https, 9, INT64_MAX}, {&text_form_zone, put_zone, 1, 64},
};

static size_t random_length(uint64_t *seed, int64_t least, int64_t most)
{
    switch (pick(seed, 16)) {
    case 0:
    case 1:
        return (size_t)least;
    case 2:
        return (size_t)(most - least > TEXT_LONG ? least + TEXT_LONG : most);
    default:
        return (size_t)shape_random_i64(seed, least,
                                        most - least > TEXT_MOST ? least + TEXT_MOST : most);
    }
}

rc random_text(struct ctx *c, const struct shape_field *field, uint64_t *seed, int64_t least,
               int64_t most, struct str *ret)
{
    struct str text = str_from(field->form->sample);
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        const struct maker *maker = &makers[i];
        if (maker->form != field->form)
            continue;
        int64_t from = least > maker->least ? least : maker->least;
        int64_t to = most < maker->most ? most : maker->most;
        struct text out;
        text_init(&out, c, SIZE_MAX / 2);
        if (from <= to)
            maker->put(&out, seed, random_length(seed, from, to));
        TRY(text_done(&out, &text));
    }
    int64_t chars = (int64_t)str_count_chars(text);
    if (str_absent(text) || chars < least || chars > most || !field->form->check(text))
        FAIL(c, INTERNAL, "%s: no text of the form %s has %" PRId64 " to %" PRId64 " characters",
             field->name, field->form->name, least, most);
    *ret = text;
    return OK;
}

rc random_id(struct ctx *c, uint64_t *seed, struct str *ret)
{
    static const size_t lengths[] = {1, SHAPE_ID_CHARS_MAX, SHAPE_ID_CHARS_MAX, 8};
    struct text out;
    text_init(&out, c, SHAPE_ID_CHARS_MAX);
    put_some(&out, seed, STR(UPPER LOWER DIGIT "-_"), lengths[pick(seed, 4)]);
    return text_done(&out, ret);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put_space(struct text *out, uint64_t *seed)
{
    static const char *const spaces[] = {"", "", "", " ", "\n", "\r\n\t", "   "};
    text_put(out, str_from(spaces[pick(seed, sizeof spaces / sizeof spaces[0])]));
}

static void put_scalar(struct text *out, uint64_t *seed)
{
    static const char *const odd[] = {
        "null",
        "true",
        "false",
        "-0",
        "0",
        "1E400",
        "-1.50e-07",
        "123456789012345678901",
        "\"\"",
        "\"\\u0000\"",
        "\"\\ud83d\\ude00 \\/\"",
        "[]",
        "{}",
        "0.1",
        "\"\\u00e9é\"",
        "[ ]",
    };
    text_put(out, str_from(odd[pick(seed, sizeof odd / sizeof odd[0])]));
}

/* An array or an object of scalars and, while there is room, of its like. */
static void put_tree(struct text *out, uint64_t *seed, size_t end, unsigned depth)
{
    bool object = pick(seed, 2) == 0;
    text_put_char(out, object ? '{' : '[');
    for (size_t i = 0; out->len < end && !out->failed && (i < 4 || depth == 0); i++) {
        if (i > 0)
            text_put_char(out, ',');
        put_space(out, seed);
        if (object)
            text_printf(out, "\"k%zu\\t\":", i);
        put_space(out, seed);
        if (depth + 2 < SHAPE_JSON_DEPTH_MAX && pick(seed, 3) == 0)
            put_tree(out, seed, end, depth + 1);
        else
            put_scalar(out, seed);
        put_space(out, seed);
    }
    put_space(out, seed);
    text_put_char(out, object ? '}' : ']');
}

rc random_json(struct ctx *c, size_t want, size_t least, size_t most, uint64_t *seed,
               struct str *ret)
{
    struct text out;
    text_init(&out, c, SIZE_MAX / 2);
    if (want < 12)
        put_scalar(&out, seed);
    else
        put_tree(&out, seed, want, 0);
    if (out.len < least || out.len > most) {
        size_t len = want < least ? least : want > most ? most : want;
        text_init(&out, c, SIZE_MAX / 2);
        text_put_char(&out, len < 2 ? '7' : '"');
        put_some(&out, seed, STR(LOWER), len < 2 ? 0 : len - 2);
        text_put(&out, len < 2 ? STR("") : STR("\""));
    }
    return text_done(&out, ret);
}
