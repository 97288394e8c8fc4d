/* Text as pointer and length. A str never owns its bytes and need not end in a NUL. A null pointer
 * means "absent", which is not the same as empty. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *ptr;
    size_t len;
};

/* A str of a literal; of a NUL-terminated string (NULL gives the absent str); and for printf:
 * printf("%.*s", STR_ARG(s)). */
#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_ARG(s)   (int)(s).len, (s).ptr ? (s).ptr : ""
static inline struct str str_from(const char *text)
{
    return (struct str){text, text ? strlen(text) : 0};
}

static inline bool str_absent(struct str s)
{
    return s.ptr == NULL;
}

/* Byte equality. Two absent strs are NOT equal: null never equals null. */
bool str_eq(struct str a, struct str b);
bool str_is(struct str s, const char *text);

/* Order by bytes, absent first; as memcmp. */
int str_compare(struct str a, struct str b);

bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);

/* Equality without regard to ASCII case. */
bool str_eq_nocase(struct str a, struct str b);

/* Position of the first `needle`, or SIZE_MAX. */
size_t str_find(struct str s, struct str needle);

/* The part from `from`, at most `len` bytes; both are clipped to s. */
struct str str_sub(struct str s, size_t from, size_t len);

/* Without ASCII space at both ends. */
struct str str_trim(struct str s);

/* Cut the next part off `*rest` at `separator`. False when nothing is left; an empty part between
 * two separators is given as such. */
bool str_split(struct str *rest, char separator, struct str *ret_part);

/* A whole decimal integer, nothing else; false (and *ret untouched) otherwise or on overflow. */
bool str_to_i64(struct str s, int64_t *ret);

/* A decimal number as an integer of 10^-scale ("60.1699", 7 -> 601699000); an exponent is
 * accepted; digits beyond the scale are rounded half away from zero. False if not a JSON number or
 * out of range. */
bool str_to_decimal(struct str s, unsigned scale, int64_t *ret);

/* Is it well-formed UTF-8 (RFC 3629: no surrogates, no overlong form)? */
bool str_is_utf8(struct str s);

/* The length of the well-formed character that s begins with, 0 when it does not. */
size_t str_first_char(struct str s);

/* The code point of a well-formed character: all of its bytes, and no others. */
uint32_t str_code_point(struct str character);

/* Characters (code points) in well-formed UTF-8. */
size_t str_count_chars(struct str s);

/* FNV-1a, for tables in memory; not for anything an enemy may choose. */
uint64_t str_hash(struct str s);

#endif
