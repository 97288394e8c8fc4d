/* Arming of zones: what a zone's alarms are suppressed without, and what is not ready for it. */
#ifndef DOMAIN_ARMING_ARMING_H
#define DOMAIN_ARMING_ARMING_H

#include "core/module.h"

extern const struct module arming_module;

#define NOT_READY_FIELDS(F, T)                                  \
    F(T, text, slug, what, REQUIRED, 1, 40,                     \
      "open, silent, late, disabled, never-seen, unsupervised") \
    F(T, id, _, source, 0, 0, 0, "the source")                  \
    F(T, id, _, alarm, 0, 0, 0, "of something open: its alarm") \
    F(T, text, line, name, REQUIRED, 1, 300, "for a person")
SHAPE_DECLARE(not_ready, NOT_READY_FIELDS);

enum { NOT_READY_MAX = 100 };
/* Its id is the zone's. */
#define ZONE_ARMING_FIELDS(F, T)                                                                  \
    RECORD_FIELDS(F, T)                                                                           \
    F(T, flag, _, armed, INDEXED, 0, 0, "whether it is armed")                                    \
    F(T, time, _, since, REQUIRED, 0, 0, "since when")                                            \
    F(T, text, line, by, REQUIRED, 1, 120, "who did it")                                          \
    F(T, text, block, why, 0, 0, 500, "why, when not all was ready")                              \
    F(T, list, not_ready, not_ready, 0, 0, NOT_READY_MAX, "what was not ready, and was accepted") \
    F(T, i64, _, not_ready_count, 0, 0, 0, "how many that were")
SHAPE_DECLARE(zone_arming, ZONE_ARMING_FIELDS);

/* Is it? One that was never armed is not. */
rc zone_is_armed(struct ctx *c, struct picture *picture, struct str zone, bool *ret);

#endif
