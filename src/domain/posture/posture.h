/* The security level of the mission: what it is, why, who says so and until when. */
#ifndef DOMAIN_POSTURE_POSTURE_H
#define DOMAIN_POSTURE_POSTURE_H

#include "core/module.h"

extern const struct module posture_module;

/* The six words of the United Nations' Security Level System; the grade is ours, made by hand. */
#define SECURITY_LEVELS(X, E)                                                        \
    X(E, MINIMAL, "minimal", "1: threats are rare and limited")                      \
    X(E, LOW, "low", "2: threats are occasional and limited")                        \
    X(E, MODERATE, "moderate", "3: threats are occasional and of several kinds")     \
    X(E, SUBSTANTIAL, "substantial", "4: threats are frequent and of several kinds") \
    X(E, HIGH, "high", "5: threats are continuous and of several kinds")             \
    X(E, EXTREME, "extreme", "6: major threats are general")
SHAPE_DECLARE_CHOICES(security_level, SECURITY_LEVEL, SECURITY_LEVELS);

#define LEVEL_STATES(X, E)                                               \
    X(E, STANDING, "standing", "it is the level of the mission")         \
    X(E, REPLACED, "replaced", "a later assessment stands in its place") \
    X(E, LAPSED, "lapsed", "its time passed, and nobody assessed it again")
SHAPE_DECLARE_CHOICES(level_state, LEVEL_STATE, LEVEL_STATES);

#define LEVEL_FIELDS(F, T)                                                                        \
    RECORD_FIELDS(F, T)                                                                           \
    F(T, choice, security_level, level, REQUIRED | INDEXED, 0, 0, "security level")               \
    F(T, text, block, why, REQUIRED | TITLE, 3, 1000, "reason, in words that everybody may read") \
    F(T, time, _, until, REQUIRED | INDEXED, 0, 0, "time until which the assessment holds")       \
    STEP_FIELDS(F, T, level_state)
SHAPE_DECLARE(level, LEVEL_FIELDS);

#endif
