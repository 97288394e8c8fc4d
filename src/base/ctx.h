/* What every call depends on: memory, time, and where a failure is told. Nothing reaches a function
 * by another way. */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/rc.h"
#include "base/str.h"

/* Why the last call failed. Texts are cut to fit, at a character's edge. */
struct fault {
    enum rc_code code;
    char message[240]; /* for a person: what is wrong and what would be right */
    char pointer[128]; /* JSON Pointer (RFC 6901) of the wrong value, "" when there is none */
    char rule[32];     /* the rule it broke ("required", "max_chars") or the decision's reason */
    char value[128];   /* the offending value, cut */
    const char *file;  /* where it was detected */
    int line;
};

/* What is wrong with one input, in the order of its fields. What is beyond the most is left out. */
enum { FAULTS_MAX = 20 };
struct faults {
    size_t count;
    struct fault items[FAULTS_MAX];
};

/* Who waits for long work, and may withdraw it. `tell` gives false when it is no longer wanted. It
 * is called on the thread that works, and returns soon. */
struct progress {
    bool (*tell)(struct progress *progress, int64_t done, int64_t total);
};

struct ctx {
    struct arena *arena;
    const struct clock *clock;
    struct fault fault;
    struct progress *progress; /* of the work in hand; NULL: nobody asked */
    bool every_fault;      /* a person waits for the answer: tell all that is wrong with an input */
    struct faults *faults; /* then all of it, `fault` the first; NULL: there is only `fault` */
};

static inline struct wall clock_now(const struct ctx *c)
{
    return c->clock->wall(c->clock);
}

static inline struct mono clock_mono(const struct ctx *c)
{
    return c->clock->mono(c->clock);
}

/* So much of long work is done, of so much (0: not known), in any unit. GONE: it was withdrawn. */
rc ctx_progress(struct ctx *c, int64_t done, int64_t total);

/* Raise a fault: fills c->fault and gives the failing result. */
rc fault_raise(struct ctx *c, enum rc_code code, const char *file, int line, const char *format,
               ...) __attribute__((format(printf, 5, 6)));

/* Leave the caller with a failure: FAIL(c, NOT_FOUND, "no site %.*s", STR_ARG(id)); */
#define FAIL(c, CODE, ...) return fault_raise(c, RC_##CODE, __FILE__, __LINE__, __VA_ARGS__)

/* Say more about the fault just raised: which value, which rule. */
void fault_set_rule(struct ctx *c, const char *rule);
void fault_set_value(struct ctx *c, struct str value);

/* Put "/name" or "/3" before the fault's pointer, while a failure climbs out of a nested value. */
void fault_enter_name(struct ctx *c, struct str name);
void fault_enter_index(struct ctx *c, size_t index);
/* The same for a fault that is kept in a list. */
void fault_put_before(struct fault *fault, struct str name);

/* The failing result of the fault that is already in c. */
static inline rc fault_again(const struct ctx *c)
{
    return (rc){c->fault.code};
}

/* `count` zeroed items of `size` bytes from the context's arena; NULL with the fault raised. */
void *ctx_take(struct ctx *c, size_t count, size_t size);

/* Take `count` items for a typed pointer or leave the caller with the failure. */
#define NEW(c, pointer, count)                             \
    do {                                                   \
        (pointer) = ctx_take(c, count, sizeof *(pointer)); \
        if (!(pointer))                                    \
            return fault_again(c);                         \
    } while (0)

/* A copy of s in the arena, with a NUL after it that is not counted. Absent stays absent. */
rc str_copy(struct ctx *c, struct str s, struct str *ret);

#endif
