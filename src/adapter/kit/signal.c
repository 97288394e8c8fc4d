#include "adapter/kit/signal.h"

#include "base/glyph.h"

enum { NUMBER_CHARS = 10 /* "[U+10FFFF]" */ };

SHAPE_DEFINE_CHOICES(signal_kind, SIGNAL_KIND, SIGNAL_KINDS);
SHAPE_DEFINE_CHOICES(signal_priority, SIGNAL_PRIORITY, SIGNAL_PRIORITIES);
SHAPE_DEFINE(signal, SIGNAL_FIELDS, 1, "What a device said, in one neutral form.");

/* Length of the well-formed UTF-8 sequence at the start of s, 0 when there is none. */
static size_t sequence_length(struct str s)
{
    unsigned char first = (unsigned char)s.ptr[0];
    size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return len <= s.len && str_is_utf8(str_sub(s, 0, len)) ? len : 0;
}

static bool is_control(char ch)
{
    return (unsigned char)ch < 0x20 || ch == 0x7f;
}

static bool is_clean(struct str s, size_t most)
{
    for (size_t i = 0; i < s.len; i++)
        if (is_control(s.ptr[i]) || (unsigned char)s.ptr[i] >= 0x80)
            return false;
    return s.len <= most;
}

/* "[U+202E]", where it fits whole; gives the characters beyond the first. */
static size_t put_number(struct text *out, uint32_t code, size_t room)
{
    size_t before = out->len;
    if (room >= NUMBER_CHARS)
        text_printf(out, "[U+%04X]", code);
    return room >= NUMBER_CHARS ? out->len - before - 1 : 0;
}

rc signal_line(struct ctx *c, struct str bytes, size_t most, struct str *ret)
{
    bytes = str_trim(bytes);
    if (bytes.len == 0) {
        *ret = (struct str){0};
        return OK;
    }
    if (is_clean(bytes, most)) {
        *ret = bytes;
        return OK;
    }
    struct text out;
    uint32_t code;
    text_init(&out, c, most * 4);
    for (size_t at = 0, chars = 0; at < bytes.len && chars < most; chars++) {
        struct str rest = str_sub(bytes, at, bytes.len);
        size_t len = sequence_length(rest);
        if (len == 0)
            text_put(&out, STR("\xef\xbf\xbd"));
        else if (is_control(rest.ptr[0]))
            text_put_char(&out, ' ');
        else if ((code = str_hidden_at(bytes, at, len)) != 0)
            chars += put_number(&out, code, most - chars);
        else
            text_put(&out, str_sub(rest, 0, len));
        at += len ? len : 1;
    }
    struct str made;
    TRY(text_done(&out, &made));
    made = str_trim(made);
    *ret = made.len ? made : (struct str){0};
    return OK;
}

rc signal_put_attribute(struct ctx *c, struct text *attributes, const char *name, struct str value)
{
    struct str line;
    TRY(signal_line(c, value, 300, &line));
    if (str_absent(line))
        return OK;
    text_put_char(attributes, attributes->len > 1 ? ',' : '{');
    text_printf(attributes, "\"%s\":", name);
    text_put_json(attributes, line);
    return OK;
}

void signal_set_raw(struct signal *signal, struct str bytes)
{
    signal->raw = str_sub(bytes, 0, SIGNAL_RAW_MAX);
    signal->raw_cut = bytes.len > SIGNAL_RAW_MAX;
}
