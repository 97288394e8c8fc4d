/* The result of everything that can fail: a struct that cannot be ignored, used as a condition or
 * mistaken for a number. What went wrong is in the context's fault (base/ctx.h). */
#ifndef BASE_RC_H
#define BASE_RC_H

#include <stdbool.h>

/* One list for the code, its HTTP status (RFC 9110) and its short title (RFC 9457 `title`). */
#define RC_CODES(X)                                           \
    X(OK, 200, "done")                                        \
    X(MALFORMED, 400, "the input cannot be read")             \
    X(UNAUTHENTICATED, 401, "sign in first")                  \
    X(FORBIDDEN, 403, "not permitted")                        \
    X(NOT_FOUND, 404, "not found")                            \
    X(NOT_ALLOWED, 405, "this method is not offered here")    \
    X(CONFLICT, 409, "the present state does not allow this") \
    X(GONE, 410, "erased or expired")                         \
    X(STALE, 412, "the record has changed meanwhile")         \
    X(TOO_LARGE, 413, "too large")                            \
    X(UNSUPPORTED, 415, "not supported")                      \
    X(INVALID, 422, "a value is not acceptable")              \
    X(LIMITED, 429, "too many, wait")                         \
    X(INTERNAL, 500, "an error of ours")                      \
    X(CORRUPT, 500, "the stored record is damaged")           \
    X(IO, 500, "the disk or the network failed")              \
    X(BUSY, 503, "overloaded, try again")                     \
    X(NO_MEMORY, 503, "out of memory")                        \
    X(NO_SPACE, 507, "the disk is full")

#define RC_ENUM(name, http, title) RC_##name,
enum rc_code { RC_CODES(RC_ENUM) RC_COUNT };
#undef RC_ENUM

typedef struct [[nodiscard]] rc {
    enum rc_code code;
} rc;

static const rc OK = {RC_OK};

static inline bool rc_ok(rc r)
{
    return r.code == RC_OK;
}

/* The name ("NOT_FOUND"), the HTTP status and the title of a code. */
const char *rc_name(enum rc_code code);
int rc_http(enum rc_code code);
const char *rc_title(enum rc_code code);

/* Pass a failure on to the caller. */
#define TRY(call)                \
    do {                         \
        rc try_result_ = (call); \
        if (!rc_ok(try_result_)) \
            return try_result_;  \
    } while (0)

/* Like TRY, for a function that has something to undo under the label `out`; needs `rc result`. */
#define TRY_OUT(call)       \
    do {                    \
        result = (call);    \
        if (!rc_ok(result)) \
            goto out;       \
    } while (0)

#endif
