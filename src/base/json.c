#include "base/json.h"

#include <assert.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

void json_init(struct json *j, struct str text)
{
    *j = (struct json){.text = text};
}

static bool fail(struct json *j, const char *why)
{
    if (!j->error)
        j->error = why;
    return false;
}

static void skip_space(struct json *j)
{
    while (j->at < j->text.len) {
        char ch = j->text.ptr[j->at];
        if (ch != ' ' && ch != '\n' && ch != '\r' && ch != '\t')
            return;
        j->at++;
    }
}

static bool at_char(const struct json *j, char ch)
{
    return j->at < j->text.len && j->text.ptr[j->at] == ch;
}

static bool take_char(struct json *j, char ch)
{
    if (!at_char(j, ch))
        return false;
    j->at++;
    return true;
}

enum json_kind json_peek(struct json *j)
{
    if (j->error)
        return JSON_NONE;
    skip_space(j);
    if (j->at == j->text.len)
        return JSON_NONE;
    switch (j->text.ptr[j->at]) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
    case 'f':
        return JSON_BOOL;
    case 'n':
        return JSON_NULL;
    case '-':
    case '0' ... '9':
        return JSON_NUMBER;
    default:
        return JSON_NONE;
    }
}

static bool expect(struct json *j, enum json_kind kind, const char *why)
{
    if (j->error)
        return false;
    if (json_peek(j) != kind)
        return fail(j, j->at == j->text.len ? "the text ends too early" : why);
    return true;
}

/* Enter what stands here. */
static void enter_here(struct json *j)
{
    if (j->depth == JSON_DEPTH_MAX) {
        fail(j, "nested too deeply");
        return;
    }
    j->depth++;
    j->at++;
    j->first = true;
}

void json_object(struct json *j)
{
    if (expect(j, JSON_OBJECT, "an object is expected"))
        enter_here(j);
}

void json_array(struct json *j)
{
    if (expect(j, JSON_ARRAY, "an array is expected"))
        enter_here(j);
}

/* Step to the next member; false when the closing mark was taken or something is wrong. */
static bool next_member(struct json *j, char close)
{
    if (j->error)
        return false;
    skip_space(j);
    if (take_char(j, close)) {
        j->depth--;
        j->first = false;
        return false;
    }
    if (!j->first && !take_char(j, ','))
        return fail(j, j->at == j->text.len ? "the text ends too early" : "a comma is expected");
    j->first = false;
    return true;
}

bool json_next_key(struct json *j, struct str *ret_raw_key)
{
    struct str key;
    if (!next_member(j, '}') || !json_string(j, &key))
        return false;
    skip_space(j);
    if (!take_char(j, ':'))
        return fail(j, "a colon is expected");
    *ret_raw_key = key;
    return true;
}

bool json_next_item(struct json *j)
{
    return next_member(j, ']');
}

static int hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    ch = (char)(ch | 0x20);
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* The four hex digits at p (of `left` bytes), or -1. */
static int32_t hex4(const char *p, size_t left)
{
    int32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < left ? hex_digit(p[i]) : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static bool is_high(int32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(int32_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The length of the escape at p[0] == '\\', or 0 when it is wrong; its code point for \u. */
static size_t escape_length(const char *p, size_t left, int32_t *ret_point)
{
    if (left < 2)
        return 0;
    if (p[1] != 'u')
        return memchr("\"\\/bfnrt", p[1], 8) ? 2 : 0;
    int32_t unit = hex4(p + 2, left - 2);
    if (unit < 0 || is_low(unit))
        return 0;
    *ret_point = unit;
    if (!is_high(unit))
        return 6;
    int32_t low = left >= 12 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8, left - 8) : -1;
    if (!is_low(low))
        return 0;
    *ret_point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    return 12;
}

/* The first byte from `at` on that is not plain inside a string: a quote, a backslash, a control
 * character, or not ASCII. Sixteen at once where the machine can. */
static size_t plain_end(struct str text, size_t at)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(' ');
    while (text.len - at >= sizeof(__m128i)) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text.ptr + at));
        /* As signed numbers, controls and all that is not ASCII are less than a space. */
        __m128i special = _mm_or_si128(
            _mm_cmplt_epi8(bytes, space),
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
        int mask = _mm_movemask_epi8(special);
        if (mask != 0)
            return at + (size_t)__builtin_ctz((unsigned)mask);
        at += sizeof(__m128i);
    }
#endif
    while (at < text.len && (signed char)text.ptr[at] >= ' ' && text.ptr[at] != '"' &&
           text.ptr[at] != '\\')
        at++;
    return at;
}

/* The string that stands here. */
static bool string_here(struct json *j, struct str *ret_raw)
{
    size_t from = j->at + 1, at = from;
    int32_t point = 0;
    for (;;) {
        at = j->at = plain_end(j->text, at);
        if (at == j->text.len)
            return fail(j, "the text ends inside a string");
        unsigned char ch = (unsigned char)j->text.ptr[at];
        struct str rest = str_sub(j->text, at, j->text.len);
        if (ch == '"')
            break;
        if (ch < 0x20)
            return fail(j, "a control character stands in a string");
        bool escape = ch == '\\';
        size_t len = escape ? escape_length(rest.ptr, rest.len, &point) : str_first_char(rest);
        if (len == 0)
            return fail(j, escape ? "this escape is not one" : "this string is not UTF-8");
        at += len;
    }
    *ret_raw = (struct str){j->text.ptr + from, at - from};
    j->at = at + 1;
    return true;
}

bool json_string(struct json *j, struct str *ret_raw)
{
    return expect(j, JSON_STRING, "a string is expected") && string_here(j, ret_raw);
}

static size_t take_digits(struct json *j)
{
    size_t from = j->at;
    while (j->at < j->text.len && j->text.ptr[j->at] >= '0' && j->text.ptr[j->at] <= '9')
        j->at++;
    return j->at - from;
}

/* The number that stands here. */
static bool number_here(struct json *j, struct str *ret_digits)
{
    size_t from = j->at;
    take_char(j, '-');
    bool zero = at_char(j, '0');
    size_t whole = take_digits(j);
    bool good = whole > 0 && !(zero && whole > 1);
    if (take_char(j, '.'))
        good = take_digits(j) > 0 && good;
    if (at_char(j, 'e') || at_char(j, 'E')) {
        j->at++;
        if (!take_char(j, '+'))
            take_char(j, '-');
        good = take_digits(j) > 0 && good;
    }
    if (!good)
        return fail(j, "this number is not well formed");
    *ret_digits = str_sub(j->text, from, j->at - from);
    return true;
}

bool json_number(struct json *j, struct str *ret_digits)
{
    return expect(j, JSON_NUMBER, "a number is expected") && number_here(j, ret_digits);
}

static bool take_word(struct json *j, struct str word)
{
    if (!str_eq(str_sub(j->text, j->at, word.len), word))
        return fail(j, "this is not a value");
    j->at += word.len;
    return true;
}

bool json_bool(struct json *j, bool *ret)
{
    if (!expect(j, JSON_BOOL, "true or false is expected"))
        return false;
    bool value = at_char(j, 't');
    if (!take_word(j, value ? STR("true") : STR("false")))
        return false;
    *ret = value;
    return true;
}

bool json_null(struct json *j)
{
    return expect(j, JSON_NULL, "null is expected") && take_word(j, STR("null"));
}

/* One scalar, or the entering of an object or array, whose kind goes on the stack. */
static void skip_one(struct json *j, bool objects[JSON_DEPTH_MAX + 1])
{
    struct str ignored;
    bool ignored_bool;
    switch (json_peek(j)) {
    case JSON_OBJECT:
        enter_here(j);
        objects[j->depth] = true;
        return;
    case JSON_ARRAY:
        enter_here(j);
        objects[j->depth] = false;
        return;
    case JSON_STRING:
        string_here(j, &ignored);
        return;
    case JSON_NUMBER:
        number_here(j, &ignored);
        return;
    case JSON_BOOL:
        json_bool(j, &ignored_bool);
        return;
    case JSON_NULL:
        json_null(j);
        return;
    case JSON_NONE:
        fail(j, j->at == j->text.len ? "the text ends too early" : "this is not a value");
        return;
    }
}

bool json_skip(struct json *j, struct str *ret_raw)
{
    bool objects[JSON_DEPTH_MAX + 1];
    struct str key;
    skip_space(j);
    size_t from = j->at;
    unsigned outer = j->depth;
    skip_one(j, objects);
    while (!j->error && j->depth > outer)
        if (objects[j->depth] ? json_next_key(j, &key) : json_next_item(j))
            skip_one(j, objects);
    if (j->error)
        return false;
    if (ret_raw)
        *ret_raw = str_sub(j->text, from, j->at - from);
    return true;
}

bool json_end(struct json *j)
{
    if (j->error)
        return false;
    assert(j->depth == 0);
    skip_space(j);
    if (j->at != j->text.len)
        return fail(j, "something stands after the value");
    return true;
}

static size_t put_utf8(char *out, int32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(marks[more] | (point >> (6 * more)));
    for (size_t i = 1; i <= more; i++)
        out[i] = (char)(0x80 | ((point >> (6 * (more - i))) & 0x3f));
    return more + 1;
}

rc json_unescape(struct ctx *c, struct str raw, struct str *ret)
{
    if (raw.len == 0 || !memchr(raw.ptr, '\\', raw.len)) {
        *ret = raw;
        return OK;
    }
    char *out = NULL;
    size_t len = 0;
    NEW(c, out, raw.len + 1);
    for (size_t at = 0; at < raw.len;) {
        if (raw.ptr[at] != '\\') {
            out[len++] = raw.ptr[at++];
            continue;
        }
        static const char letters[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
        int32_t point = 0;
        size_t taken = escape_length(raw.ptr + at, raw.len - at, &point);
        if (taken == 0)
            FAIL(c, MALFORMED, "a wrong escape at byte %zu of the string", at);
        if (taken == 2) {
            size_t pair = 0;
            while (letters[pair] != raw.ptr[at + 1])
                pair += 2;
            out[len++] = letters[pair + 1];
        } else {
            len += put_utf8(out + len, point);
        }
        at += taken;
    }
    *ret = (struct str){out, len};
    return OK;
}

rc json_fault(struct ctx *c, const struct json *j)
{
    rc failed = fault_raise(c, RC_MALFORMED, __FILE__, __LINE__, "not JSON at byte %zu: %s", j->at,
                            j->error ? j->error : "unexpected value");
    fault_set_rule(c, "json");
    size_t len = 0;
    for (struct str rest = str_sub(j->text, j->at, 24); str_first_char(rest) > 0;) {
        size_t one = str_first_char(rest);
        rest = str_sub(rest, one, rest.len);
        len += one;
    }
    fault_set_value(c, str_sub(j->text, j->at, len ? len : 1));
    return failed;
}
