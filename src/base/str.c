#include "base/str.h"

#include <limits.h>

bool str_eq(struct str a, struct str b)
{
    if (!a.ptr || !b.ptr || a.len != b.len)
        return false;
    return a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0;
}

bool str_is(struct str s, const char *text)
{
    return str_eq(s, str_from(text));
}

int str_compare(struct str a, struct str b)
{
    if (!a.ptr || !b.ptr)
        return (a.ptr != NULL) - (b.ptr != NULL);
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str s, const char *prefix)
{
    size_t len = strlen(prefix);
    return s.ptr && s.len >= len && memcmp(s.ptr, prefix, len) == 0;
}

bool str_ends(struct str s, const char *suffix)
{
    size_t len = strlen(suffix);
    return s.ptr && s.len >= len && memcmp(s.ptr + s.len - len, suffix, len) == 0;
}

static char lower(char ch)
{
    return ch >= 'A' && ch <= 'Z' ? (char)(ch + ('a' - 'A')) : ch;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (!a.ptr || !b.ptr || a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

size_t str_find(struct str s, struct str needle)
{
    if (!s.ptr || !needle.ptr || needle.len > s.len)
        return SIZE_MAX;
    if (needle.len == 0)
        return 0;
    const char *hit = memmem(s.ptr, s.len, needle.ptr, needle.len);
    return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

struct str str_sub(struct str s, size_t from, size_t len)
{
    if (from > s.len)
        from = s.len;
    if (len > s.len - from)
        len = s.len - from;
    return (struct str){s.ptr ? s.ptr + from : NULL, len};
}

static bool is_space(char ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.len && is_space(s.ptr[0]))
        s = str_sub(s, 1, s.len);
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool str_split(struct str *rest, char separator, struct str *ret_part)
{
    if (!rest->ptr)
        return false;
    const char *hit = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    if (!hit) {
        *ret_part = *rest;
        *rest = (struct str){0};
        return true;
    }
    size_t len = (size_t)(hit - rest->ptr);
    *ret_part = str_sub(*rest, 0, len);
    *rest = str_sub(*rest, len + 1, rest->len);
    return true;
}

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

bool str_to_i64(struct str s, int64_t *ret)
{
    size_t at = 0;
    bool negative = s.len && s.ptr[0] == '-';
    if (negative)
        at++;
    if (at == s.len)
        return false;
    int64_t value = 0; /* kept negative, so that INT64_MIN can be read */
    for (; at < s.len; at++) {
        if (!is_digit(s.ptr[at]))
            return false;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, s.ptr[at] - '0', &value))
            return false;
    }
    if (!negative && __builtin_mul_overflow(value, -1, &value))
        return false;
    *ret = value;
    return true;
}

/* The exponent part "e-3" at s.ptr[at]; so large a one that it cannot matter is clipped. */
static bool read_exponent(struct str s, size_t at, int64_t *ret)
{
    enum { CLIPPED = 1 << 30 };
    struct str digits = str_sub(s, at + 1, s.len);
    bool negative = digits.len && digits.ptr[0] == '-';
    if (digits.len && (negative || digits.ptr[0] == '+'))
        digits = str_sub(digits, 1, digits.len);
    int64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.ptr[i]))
            return false;
        value = value * 10 + (digits.ptr[i] - '0');
        if (value > CLIPPED)
            value = CLIPPED;
    }
    *ret = negative ? -value : value;
    return digits.len > 0;
}

/* The digits of s from `first` to `end`, a point among them passed over, as a number of `places`
 * digits: what is beyond is rounded half up, what lacks is filled with zeros. */
static bool keep_digits(struct str s, size_t first, size_t end, int64_t places, uint64_t *ret)
{
    uint64_t value = 0;
    int64_t seen = 0;
    bool round_up = false;
    for (size_t at = first; at < end; at++) {
        if (s.ptr[at] == '.')
            continue;
        unsigned digit = (unsigned)(s.ptr[at] - '0');
        if (seen == places)
            round_up = digit >= 5;
        if (seen++ >= places)
            continue;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    for (; seen < places && value != 0; seen++)
        if (__builtin_mul_overflow(value, 10, &value))
            return false;
    return !__builtin_add_overflow(value, round_up, ret);
}

bool str_to_decimal(struct str s, unsigned scale, int64_t *ret)
{
    bool negative = s.len && s.ptr[0] == '-';
    size_t first = negative ? 1 : 0, at = first;
    size_t point = SIZE_MAX;
    int64_t exponent = 0;
    for (; at < s.len && (is_digit(s.ptr[at]) || s.ptr[at] == '.'); at++) {
        if (s.ptr[at] != '.')
            continue;
        if (point != SIZE_MAX || at == first)
            return false;
        point = at;
    }
    size_t end = at;
    bool lone_end = end == first || s.ptr[end - 1] == '.';
    bool padded = end > first + 1 && s.ptr[first] == '0' && s.ptr[first + 1] != '.';
    if (lone_end || padded)
        return false;
    if (at < s.len && ((s.ptr[at] | 0x20) != 'e' || !read_exponent(s, at, &exponent)))
        return false;
    size_t whole = (point == SIZE_MAX ? end : point) - first;
    uint64_t size = 0;
    if (!keep_digits(s, first, end, (int64_t)whole + exponent + (int64_t)scale, &size))
        return false;
    if (size > (uint64_t)INT64_MAX + negative)
        return false;
    *ret = (int64_t)(negative ? 0 - size : size);
    return true;
}

/* Length of the well-formed sequence at p, 0 when it is not one. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80)
        return 1;
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || left < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xed && p[1] > 0x9f;
    bool beyond = p[0] == 0xf4 && p[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : len;
}

size_t str_first_char(struct str s)
{
    return s.len ? utf8_length((const unsigned char *)s.ptr, s.len) : 0;
}

uint32_t str_code_point(struct str character)
{
    static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = (unsigned char)character.ptr[0] & first[character.len];
    for (size_t i = 1; i < character.len; i++)
        code = code << 6 | ((unsigned char)character.ptr[i] & 0x3f);
    return code;
}

bool str_is_utf8(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    for (size_t at = 0; at < s.len;) {
        uint64_t eight = 0;
        if (s.len - at >= sizeof eight) {
            memcpy(&eight, p + at, sizeof eight);
            if ((eight & 0x8080808080808080u) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        size_t len = utf8_length(p + at, s.len - at);
        if (len == 0)
            return false;
        at += len;
    }
    return true;
}

size_t str_count_chars(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return count;
}

uint64_t str_hash(struct str s)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
    return hash;
}
