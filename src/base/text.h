/* Text under construction, in an arena, up to a limit. Failure is sticky: write all of it, check
 * once with text_done. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/ctx.h"

struct text {
    struct ctx *c;
    char *ptr;
    size_t len, room, limit;
    bool failed;
};

/* Empty text that may grow to `limit` bytes. */
void text_init(struct text *t, struct ctx *c, size_t limit);

/* Room for `len` bytes more at once, where the length is known: saves copies while growing. */
void text_expect(struct text *t, size_t len);

void text_put(struct text *t, struct str s);
void text_put_char(struct text *t, char ch);
void text_put_i64(struct text *t, int64_t value);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What stands so far; valid until the next write. */
static inline struct str text_str(const struct text *t)
{
    return (struct str){t->ptr ? t->ptr : "", t->len};
}

/* The finished text (with a NUL after it, not counted), or why it could not be had: TOO_LARGE for
 * the limit, NO_MEMORY. */
rc text_done(struct text *t, struct str *ret);

/* A formatted str in the arena of c, at most 64 KiB. */
rc str_format(struct ctx *c, struct str *ret, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A JSON string with its quotes; s must be UTF-8. An absent str is written as null. */
void text_put_json(struct text *t, struct str s);

/* As text or the value of an attribute in XML or HTML: & < > " are written as entities. */
void text_put_markup(struct text *t, struct str s);

/* RFC 3339, without quotes. */
void text_put_wall(struct text *t, struct wall when);

/* An integer of 10^-scale as a decimal number without trailing zeros ("60.1699"). */
void text_put_decimal(struct text *t, int64_t value, unsigned scale);

#endif
