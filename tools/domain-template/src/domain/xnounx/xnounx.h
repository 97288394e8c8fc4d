/* Xnounx: what it is, in one sentence of the trade. */
#ifndef DOMAIN_XNOUNX_XNOUNX_H
#define DOMAIN_XNOUNX_XNOUNX_H

#include "core/module.h"

extern const struct module xnounx_module;

#define XNOUNX_KINDS(X, E)                                   \
    X(E, STANDING, "standing", "until it is said otherwise") \
    X(E, TEMPORARY, "temporary", "until a day that is named")
SHAPE_DECLARE_CHOICES(xnounx_kind, XNOUNX_KIND, XNOUNX_KINDS);

#define XNOUNX_FIELDS(F, T)                                                         \
    RECORD_FIELDS(F, T)                                                             \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what people call it") \
    F(T, choice, xnounx_kind, kind, REQUIRED | INDEXED, 0, 0, "how long it is for") \
    F(T, time, _, begins, 0, 0, 0, "its first moment")                              \
    F(T, time, _, ends, INDEXED, 0, 0, "its last moment; a temporary one has one")  \
    F(T, text, block, note, 0, 0, 2000, "what a newcomer should know")
SHAPE_DECLARE(xnounx, XNOUNX_FIELDS);

#endif
