/* Texts from outside, made harmless to look at. */
#include "engine/document/document_own.h"

enum { NUMBER_CHARS = 10 /* "[U+10FFFF]" */ };

static uint32_t code_point(const char *at, size_t len)
{
    static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = (unsigned char)at[0] & first[len];
    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)at[i] & 0x3f);
    return code;
}

/* Not to be seen, or it moves or hides what is: the controls, those of direction, the byte order
 * mark, tags, and what is no character. Joiners and variation selectors are part of writing. */
static bool is_hidden(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad ||
           (code >= 0x202a && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
           code == 0xfeff || (code >= 0xfff0 && code <= 0xfffb) || (code & 0xfffe) == 0xfffe ||
           (code >= 0xfdd0 && code <= 0xfdef) || (code >= 0xe0000 && code <= 0xe0fff) ||
           (code >= 0xe000 && code <= 0xf8ff) || code >= 0xf0000;
}

static void put_char(struct text *out, const char *at, size_t len)
{
    uint32_t code = code_point(at, len);
    if (code == '\n' || code == 0x2028 || code == 0x2029)
        text_put_char(out, '\n');
    else if (code == '\t')
        text_put_char(out, ' ');
    else if (code == '\r')
        return;
    else if (is_hidden(code))
        text_printf(out, "[U+%04X]", code);
    else
        text_put(out, (struct str){at, len});
}

rc document_clean(struct ctx *c, struct str text, struct str cut, struct str *ret)
{
    struct text out;
    size_t at = 0;
    text_init(&out, c, DOCUMENT_TEXT_MAX + 1024);
    while (at < text.len && text_str(&out).len + NUMBER_CHARS <= DOCUMENT_TEXT_MAX) {
        size_t len = str_first_char(str_sub(text, at, text.len));
        if (len > 0)
            put_char(&out, text.ptr + at, len);
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
