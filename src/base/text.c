#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void text_init(struct text *t, struct ctx *c, size_t limit)
{
    *t = (struct text){.c = c, .limit = limit};
}

static rc grow(struct text *t, size_t more)
{
    if (more > t->limit - t->len)
        FAIL(t->c, TOO_LARGE, "the text would be longer than %zu bytes", t->limit);
    size_t room = t->room ? 2 * t->room : 128;
    if (room < t->len + more + 1)
        room = t->len + more + 1;
    char *ptr = NULL;
    NEW(t->c, ptr, room);
    if (t->len)
        memcpy(ptr, t->ptr, t->len);
    t->ptr = ptr;
    t->room = room;
    return OK;
}

/* Room for `more` bytes, or NULL with the failure noted. */
static char *reserve(struct text *t, size_t more)
{
    if (t->failed)
        return NULL;
    bool fits = t->room > t->len && more < t->room - t->len && more <= t->limit - t->len;
    if (!fits && !rc_ok(grow(t, more)))
        t->failed = true;
    return t->failed ? NULL : t->ptr + t->len;
}

void text_expect(struct text *t, size_t len)
{
    reserve(t, len);
}

void text_put(struct text *t, struct str s)
{
    char *out = reserve(t, s.len);
    if (!out || s.len == 0)
        return;
    memcpy(out, s.ptr, s.len);
    t->len += s.len;
}

void text_put_char(struct text *t, char ch)
{
    text_put(t, (struct str){&ch, 1});
}

void text_put_i64(struct text *t, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        digits[--at] = '-';
    text_put(t, (struct str){digits + at, sizeof digits - at});
}

__attribute__((format(printf, 2, 0))) static void put_format(struct text *t, const char *format,
                                                             va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *out = reserve(t, (size_t)len);
    if (!out)
        return;
    vsnprintf(out, (size_t)len + 1, format, args);
    t->len += (size_t)len;
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put_format(t, format, args);
    va_end(args);
}

rc text_done(struct text *t, struct str *ret)
{
    if (!reserve(t, 0))
        return fault_again(t->c);
    t->ptr[t->len] = '\0';
    *ret = (struct str){t->ptr, t->len};
    return OK;
}

rc str_format(struct ctx *c, struct str *ret, const char *format, ...)
{
    struct text t;
    text_init(&t, c, 65536);
    va_list args;
    va_start(args, format);
    put_format(&t, format, args);
    va_end(args);
    return text_done(&t, ret);
}

static void put_escaped(struct text *t, unsigned char ch)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (ch < sizeof letters && letters[ch]) {
        char pair[2] = {'\\', letters[ch]};
        text_put(t, (struct str){pair, 2});
    } else {
        text_printf(t, "\\u%04x", ch);
    }
}

void text_put_json(struct text *t, struct str s)
{
    if (str_absent(s)) {
        text_put(t, STR("null"));
        return;
    }
    text_put_char(t, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];
        if (ch >= 0x20 && ch != '"' && ch != '\\')
            continue;
        text_put(t, str_sub(s, from, i - from));
        put_escaped(t, ch);
        from = i + 1;
    }
    text_put(t, str_sub(s, from, s.len));
    text_put_char(t, '"');
}

void text_put_markup(struct text *t, struct str s)
{
    static const struct {
        char sign;
        struct str entity;
    } entities[] = {
        {'&', {"&amp;", 5}}, {'<', {"&lt;", 4}}, {'>', {"&gt;", 4}}, {'"', {"&quot;", 6}}};
    for (size_t i = 0; i < s.len; i++) {
        struct str part = str_sub(s, i, 1);
        for (size_t j = 0; j < sizeof entities / sizeof entities[0]; j++)
            if (s.ptr[i] == entities[j].sign)
                part = entities[j].entity;
        text_put(t, part);
    }
}

void text_put_wall(struct text *t, struct wall when)
{
    char out[WALL_TEXT_MAX];
    text_put(t, (struct str){out, wall_format(when, out)});
}

void text_put_decimal(struct text *t, int64_t value, unsigned scale)
{
    char digits[48];
    size_t end = sizeof digits, at = end;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    assert(scale < 20);
    for (unsigned place = 0; place <= scale || rest > 0; place++) {
        if (place == scale && scale > 0)
            digits[--at] = '.';
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (value < 0)
        digits[--at] = '-';
    while (scale > 0 && digits[end - 1] == '0')
        end--;
    if (scale > 0 && digits[end - 1] == '.')
        end--;
    text_put(t, (struct str){digits + at, end - at});
}
