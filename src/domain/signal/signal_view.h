/* The bodies that the pages of this domain give. Counts by state or condition are free JSON: an
 * object with a number for each of its names. */
#ifndef DOMAIN_SIGNAL_SIGNAL_VIEW_H
#define DOMAIN_SIGNAL_SIGNAL_VIEW_H

#include "domain/signal/signal_own.h"

#define SIGNAL_FATE_FIELDS(F, T)                                  \
    F(T, text, line, key, 0, 0, 0, "key of the signal")           \
    F(T, text, line, status, REQUIRED, 0, 0, "what became of it") \
    F(T, id, _, id, 0, 0, 0, "the signal that is kept")           \
    F(T, id, _, alarm, 0, 0, 0, "the alarm it belongs to")
SHAPE_DECLARE(signal_fate, SIGNAL_FATE_FIELDS);

#define ALARM_EVIDENCE_FIELDS(F, T)                                 \
    F(T, record, alarm_shown, alarm, REQUIRED, 0, 0, "the alarm")   \
    F(T, list, kept_signal, signals, 0, 0, 0, "its latest signals") \
    F(T, list, alarm_shown, team, 0, 0, 0, "what is shown with it") \
    F(T, list, gap, gaps, 0, 0, 0, "times without coverage around it")
SHAPE_DECLARE(alarm_evidence, ALARM_EVIDENCE_FIELDS);

#endif
