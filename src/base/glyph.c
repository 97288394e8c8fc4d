#include "base/glyph.h"

struct span {
    uint32_t first, last;
};

/* In order. Of Cf, what has ink is left out: the signs of numbers in Arabic and Syriac. */
static const struct span hidden[] = {
    {0x1, 0x8},         {0xb, 0xc},         {0xe, 0x1f},        {0x7f, 0x9f},
    {0xad, 0xad},       {0x34f, 0x34f},     {0x61c, 0x61c},     {0x115f, 0x1160},
    {0x17b4, 0x17b5},   {0x180e, 0x180e},   {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f},   {0x3164, 0x3164},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},   {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0000, 0xe00ff}, {0xe01f0, 0xe0fff},
};

enum { JOINER_FIRST = 0x200c, JOINER_LAST = 0x200d };

static bool is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0] && hidden[i].first <= code; i++)
        if (code <= hidden[i].last)
            return true;
    return false;
}

uint32_t str_hidden_at(struct str s, size_t at, size_t len)
{
    uint32_t code = str_code_point(str_sub(s, at, len));
    bool joins = code >= JOINER_FIRST && code <= JOINER_LAST && at > 0 &&
                 (unsigned char)s.ptr[at - 1] >= 0x80;
    return is_hidden(code) && !joins ? code : 0;
}

/* Most text has none: what could begin one is looked for first. */
static bool is_plain(char ch)
{
    unsigned char byte = (unsigned char)ch;
    return (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\t' || byte == '\r';
}

/* From `at` on, the next hidden character: its place, SIZE_MAX without one. */
static size_t next_hidden(struct str s, size_t at, uint32_t *ret_code, size_t *ret_len)
{
    while (at < s.len) {
        if (is_plain(s.ptr[at])) {
            at++;
            continue;
        }
        size_t len = str_first_char(str_sub(s, at, s.len));
        if (len > 0 && (*ret_code = str_hidden_at(s, at, len)) != 0) {
            *ret_len = len;
            return at;
        }
        at += len > 0 ? len : 1;
    }
    return SIZE_MAX;
}

uint32_t str_hidden(struct str s)
{
    uint32_t code = 0;
    size_t len = 0;
    return next_hidden(s, 0, &code, &len) == SIZE_MAX ? 0 : code;
}

void text_put_shown(struct text *t, struct str s)
{
    size_t from = 0, at, len = 0;
    uint32_t code = 0;
    while ((at = next_hidden(s, from, &code, &len)) != SIZE_MAX) {
        text_put(t, str_sub(s, from, at - from));
        text_printf(t, "[U+%04X]", code);
        from = at + len;
    }
    text_put(t, str_sub(s, from, s.len));
}

/* ---- escaped in JSON ------------------------------------------------------------------------- */

/* "\u202e": its number, and no more than that; UINT32_MAX when it is another escape. */
static uint32_t read_unit(struct str s)
{
    uint32_t unit = 0;
    if (s.len < 6 || s.ptr[0] != '\\' || s.ptr[1] != 'u')
        return UINT32_MAX;
    for (size_t i = 2; i < 6; i++) {
        char ch = s.ptr[i];
        uint32_t digit = ch >= '0' && ch <= '9'   ? (uint32_t)(ch - '0')
                         : ch >= 'a' && ch <= 'f' ? (uint32_t)(ch - 'a' + 10)
                         : ch >= 'A' && ch <= 'F' ? (uint32_t)(ch - 'A' + 10)
                                                  : 16;
        if (digit == 16)
            return UINT32_MAX;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* The escape that s begins with: its length, and its code point when it is a hidden one, else 0. */
static size_t read_escape(struct str s, uint32_t *ret_code)
{
    uint32_t code = read_unit(s), low;
    size_t len = code == UINT32_MAX ? 2 : 6;
    if (code >= 0xd800 && code < 0xdc00 && (low = read_unit(str_sub(s, 6, s.len))) >= 0xdc00 &&
        low < 0xe000) {
        code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
        len = 12;
    }
    bool shown = code == UINT32_MAX || code == '\n' || code == '\t' || code == '\r';
    *ret_code = !shown && is_hidden(code) ? code : 0;
    return len < s.len ? len : s.len;
}

static size_t next_escaped(struct str s, size_t at, uint32_t *ret_code, size_t *ret_len)
{
    while (at < s.len) {
        const char *slash = memchr(s.ptr + at, '\\', s.len - at);
        if (!slash)
            break;
        at = (size_t)(slash - s.ptr);
        *ret_len = read_escape(str_sub(s, at, s.len), ret_code);
        if (*ret_code)
            return at;
        at += *ret_len;
    }
    return SIZE_MAX;
}

static void put_unescaped(struct text *t, struct str s)
{
    size_t from = 0, at, len = 0;
    uint32_t code = 0;
    while ((at = next_escaped(s, from, &code, &len)) != SIZE_MAX) {
        text_put_shown(t, str_sub(s, from, at - from));
        text_printf(t, "[U+%04X]", code);
        from = at + len;
    }
    text_put_shown(t, str_sub(s, from, s.len));
}

void text_show(struct text *t, size_t from, enum glyph_syntax syntax)
{
    uint32_t code = 0;
    size_t len = 0;
    struct str written = str_sub(text_str(t), from, t->len);
    bool any = next_hidden(written, 0, &code, &len) != SIZE_MAX ||
               (syntax == GLYPH_JSON && next_escaped(written, 0, &code, &len) != SIZE_MAX);
    if (!any || t->failed)
        return;
    if (!rc_ok(str_copy(t->c, written, &written))) {
        t->failed = true;
        return;
    }
    t->len = from;
    if (syntax == GLYPH_JSON)
        put_unescaped(t, written);
    else
        text_put_shown(t, written);
}
