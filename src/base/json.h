/* A strict pull reader of JSON (RFC 8259): full grammar, UTF-8 and surrogates checked, depth
 * bounded, nothing allocated. Failure is sticky: read like the text is written, check once.
 *
 *     struct json j;
 *     json_init(&j, body);
 *     struct str key;
 *     json_object(&j);
 *     while (json_next_key(&j, &key)) {
 *         if (str_is(key, "size")) json_number(&j, &size);
 *         else json_skip(&j, NULL);
 *     }
 *     if (!json_end(&j)) … j.error, j.at
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/ctx.h"

enum { JSON_DEPTH_MAX = 64 };

enum json_kind {
    JSON_NONE, /* end of text, or an error */
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_BOOL,
    JSON_NULL
};

struct json {
    struct str text;
    size_t at; /* byte position; of the fault after an error */
    unsigned depth;
    bool first;        /* no member of the present object or array read yet */
    const char *error; /* what is wrong, NULL while all is well */
};

void json_init(struct json *j, struct str text);

/* What comes next, without taking it. */
enum json_kind json_peek(struct json *j);

/* Enter the object or array that comes next. */
void json_object(struct json *j);
void json_array(struct json *j);

/* The next member's key (raw, see json_unescape), or false at the end of the object, which is then
 * left, or after an error. */
bool json_next_key(struct json *j, struct str *ret_raw_key);

/* Is there a next item? False at the end of the array, which is then left, or after an error. */
bool json_next_item(struct json *j);

/* Take a value. Strings are given raw, as they stand between the quotes. False after an error. */
bool json_string(struct json *j, struct str *ret_raw);
bool json_number(struct json *j, struct str *ret_digits);
bool json_bool(struct json *j, bool *ret);
bool json_null(struct json *j);

/* Take a whole value, checked, as the bytes it is written in (ret_raw may be NULL). */
bool json_skip(struct json *j, struct str *ret_raw);

/* Nothing but white space is left and nothing was wrong. */
bool json_end(struct json *j);

/* The text that a raw string means. Without an escape it is the same bytes, else a copy in the
 * arena of c. */
rc json_unescape(struct ctx *c, struct str raw, struct str *ret);

/* Raise what the reader found as MALFORMED, with the byte position. */
rc json_fault(struct ctx *c, const struct json *j);

#endif
