/* CAP 1.2: alerts of authorities and weather services, one XML document each.
 * docs/adapters/cap.md. */
#ifndef ADAPTER_CAP_CAP_H
#define ADAPTER_CAP_CAP_H

#include "adapter/kit/adapter.h"

#define CAP_OPTIONS_FIELDS(F, T)                                                             \
    F(T, text, locale, language, 0, 2, 20, "the language to read when an alert has several") \
    F(T, opt_i64, _, document_max_bytes, 0, 4096, 16777216, "longer ones are skipped (1048576)")
SHAPE_DECLARE(cap_options, CAP_OPTIONS_FIELDS);

enum cap_tally {
    CAP_ALERTS, /* first reports */
    CAP_UPDATES,
    CAP_CANCELS,
    CAP_ACKS,      /* and errors: talk between systems, counted only */
    CAP_EXERCISES, /* alerts with a status other than Actual */
    CAP_EXPIRED,   /* that were over when they were sent */
    CAP_NOT_XML,   /* bad from here on */
    CAP_DOCTYPE,
    CAP_NOT_CAP,
    CAP_CUT,
};

extern const struct adapter cap_adapter;

#endif
