#include "base/ctx.h"

#include <stdarg.h>
#include <stdio.h>

/* Copy what fits, cut at a character's edge, end with a NUL. A fault is shown as JSON, whatever the
 * bytes were that caused it: a NUL or a byte that is not UTF-8 becomes a question mark. */
static void copy_cut(char *out, size_t room, struct str s)
{
    size_t at = 0;
    while (at < s.len) {
        size_t len = str_first_char(str_sub(s, at, s.len));
        bool good = len > 0 && s.ptr[at] != '\0';
        if (at + (good ? len : 1) > room - 1)
            break;
        if (good)
            memcpy(out + at, s.ptr + at, len);
        else
            out[at] = '?';
        at += good ? len : 1;
    }
    out[at] = '\0';
}

rc fault_raise(struct ctx *c, enum rc_code code, const char *file, int line, const char *format,
               ...)
{
    struct fault *fault = &c->fault;
    char message[sizeof fault->message * 2];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    *fault = (struct fault){.code = code, .file = file, .line = line};
    c->faults = NULL;
    copy_cut(fault->message, sizeof fault->message, str_from(message));
    return (rc){code};
}

void fault_set_rule(struct ctx *c, const char *rule)
{
    copy_cut(c->fault.rule, sizeof c->fault.rule, str_from(rule));
}

void fault_set_value(struct ctx *c, struct str value)
{
    copy_cut(c->fault.value, sizeof c->fault.value, value);
}

void fault_put_before(struct fault *fault, struct str name)
{
    char path[sizeof fault->pointer * 2];
    size_t at = 0;
    path[at++] = '/';
    for (size_t i = 0; i < name.len && at < sizeof fault->pointer - 2; i++) {
        bool special = name.ptr[i] == '~' || name.ptr[i] == '/';
        if (special)
            path[at++] = '~';
        path[at++] = !special ? name.ptr[i] : name.ptr[i] == '~' ? '0' : '1';
    }
    size_t rest = strlen(fault->pointer);
    memcpy(path + at, fault->pointer, rest);
    copy_cut(fault->pointer, sizeof fault->pointer, (struct str){path, at + rest});
}

void fault_enter_name(struct ctx *c, struct str name)
{
    fault_put_before(&c->fault, name);
}

void fault_enter_index(struct ctx *c, size_t index)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%zu", index);
    fault_enter_name(c, (struct str){digits, (size_t)len});
}

void *ctx_take(struct ctx *c, size_t count, size_t size)
{
    size_t bytes = 0;
    void *piece = NULL;
    if (!__builtin_mul_overflow(count, size, &bytes))
        piece = arena_take(c->arena, bytes);
    if (piece)
        return piece;
    rc raised =
        fault_raise(c, RC_NO_MEMORY, __FILE__, __LINE__,
                    "this work may not use more memory (%zu bytes in use)", arena_used(c->arena));
    (void)raised; /* it is in c, where NEW finds it */
    return NULL;
}

rc str_copy(struct ctx *c, struct str s, struct str *ret)
{
    char *copy = NULL;
    if (str_absent(s)) {
        *ret = s;
        return OK;
    }
    NEW(c, copy, s.len + 1);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    *ret = (struct str){copy, s.len};
    return OK;
}

rc ctx_progress(struct ctx *c, int64_t done, int64_t total)
{
    if (c->progress && !c->progress->tell(c->progress, done, total))
        FAIL(c, GONE, "it was withdrawn");
    return OK;
}
