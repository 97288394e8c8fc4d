/* Xnounx: what it is, in one sentence of the trade. */
#ifndef DOMAIN_XNOUNX_XNOUNX_H
#define DOMAIN_XNOUNX_XNOUNX_H

#include "core/module.h"

extern const struct module xnounx_module;

#define XNOUNX_STATES(X, E)                               \
    X(E, ASKED, "asked", "somebody asks for it")          \
    X(E, AGREED, "agreed", "another person agrees")       \
    X(E, REFUSED, "refused", "another person refuses it") \
    X(E, OPEN, "open", "it has begun")                    \
    X(E, OVER, "over", "it has ended")
SHAPE_DECLARE_CHOICES(xnounx_state, XNOUNX_STATE, XNOUNX_STATES);

#define XNOUNX_FIELDS(F, T)                                                                \
    RECORD_FIELDS(F, T)                                                                    \
    F(T, text, line, name, REQUIRED | TITLE | PERSONAL, 1, 120, "person it is for")        \
    F(T, ref, zone, zone, REQUIRED | INDEXED, 0, 0, "zone it is for")                      \
    F(T, time, _, begins, REQUIRED | INDEXED, 0, 0, "when it begins")                      \
    F(T, time, _, ends, REQUIRED | INDEXED, 0, 0, "when it ends at the latest")            \
    F(T, text, block, purpose, SEARCHED, 0, 1000, "purpose")                               \
    F(T, flag, _, overdue, SYSTEM | INDEXED, 0, 0, "it was still open when it should end") \
    STEP_FIELDS(F, T, xnounx_state)
SHAPE_DECLARE(xnounx, XNOUNX_FIELDS);

#endif
