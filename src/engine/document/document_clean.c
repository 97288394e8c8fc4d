/* Texts from outside, made harmless to look at. */
#include "engine/document/document_own.h"

#include "base/glyph.h"

enum { NUMBER_CHARS = 10 /* "[U+10FFFF]" */ };

/* What is no character, and what only its owner knows the look of. */
static bool is_unknown(uint32_t code)
{
    return code == 0 || (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef) ||
           (code >= 0xe000 && code <= 0xf8ff) || code >= 0xf0000;
}

/* Marks of direction turn nothing round but spaces and signs beside them; times and numbers of ours
 * begin with one. */
static bool is_mark(uint32_t code)
{
    return code == 0x200e || code == 0x200f;
}

static void put_char(struct text *out, struct str text, size_t at, size_t len)
{
    uint32_t code = str_code_point(str_sub(text, at, len));
    if (code == '\n' || code == 0x2028 || code == 0x2029)
        text_put_char(out, '\n');
    else if (code == '\t')
        text_put_char(out, ' ');
    else if (code == '\r')
        return;
    else if (is_unknown(code) || (!is_mark(code) && str_hidden_at(text, at, len)))
        text_printf(out, "[U+%04X]", code);
    else
        text_put(out, str_sub(text, at, len));
}

rc document_clean(struct ctx *c, struct str text, struct str cut, struct str *ret)
{
    struct text out;
    size_t at = 0;
    text_init(&out, c, DOCUMENT_TEXT_MAX + 1024);
    while (at < text.len && text_str(&out).len + NUMBER_CHARS <= DOCUMENT_TEXT_MAX) {
        size_t len = str_first_char(str_sub(text, at, text.len));
        if (len > 0)
            put_char(&out, text, at, len);
        else
            text_put(&out, STR("\xef\xbf\xbd")); /* U+FFFD */
        at += len > 0 ? len : 1;
    }
    if (at < text.len) {
        struct str rest = str_sub(text, at, text.len), told;
        int64_t missing = 0;
        for (size_t i = 0; i < rest.len; i++)
            missing += ((unsigned char)rest.ptr[i] & 0xc0) != 0x80;
        TRY(document_fill(c, cut, missing, 0, &told));
        text_put(&out, STR(" […] "));
        text_put(&out, str_sub(told, 0, 512));
    }
    return text_done(&out, ret);
}
