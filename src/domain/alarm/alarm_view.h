/* The bodies that the pages of this domain give. Counts by state or condition are free JSON: an
 * object with a number for each of its names. */
#ifndef DOMAIN_ALARM_ALARM_VIEW_H
#define DOMAIN_ALARM_ALARM_VIEW_H

#include "domain/alarm/alarm_own.h"

#define ALARM_QUEUE_FIELDS(F, T)                                                   \
    F(T, list, alarm_shown, items, 0, 0, 0, "those that stand, most urgent first") \
    F(T, json, _, states, REQUIRED, 0, 0, "how many are in each state")            \
    F(T, json, _, waiting, REQUIRED, 0, 0, "unanswered ones by priority")          \
    F(T, i64, _, lane, 0, 0, 0, "cases of duress")                                 \
    F(T, i64, _, all, 0, 0, 0, "all of them")                                      \
    F(T, time, _, now, REQUIRED, 0, 0, "the server's clock")
SHAPE_DECLARE(alarm_queue, ALARM_QUEUE_FIELDS);

#define ALARM_FIGURES_FIELDS(F, T)                                              \
    F(T, i64, _, hours, 0, 0, 0, "time that was looked at")                     \
    F(T, i64, _, alarms, 0, 0, 0, "alarms in it")                               \
    F(T, flag, _, complete, 0, 0, 0, "all of them were counted")                \
    F(T, json, _, per_hour, REQUIRED, 0, 0, "alarms an hour, a decimal number") \
    F(T, i64, _, standing, 0, 0, 0, "that stand now")                           \
    F(T, i64, _, stale, 0, 0, 0, "that stand for more than a day")              \
    F(T, i64, _, floods, 0, 0, 0, "times with more than ten in ten minutes")    \
    F(T, i64, _, answered, 0, 0, 0, "that were answered")                       \
    F(T, json, _, answer_ms, 0, 0, 0, "median and p90 of the time until then")  \
    F(T, i64, _, judged, 0, 0, 0, "of which it is known what they were")        \
    F(T, opt_i64, _, false_bp, 0, 0, 0, "share of those that were not real")    \
    F(T, json, _, worst, REQUIRED, 0, 0, "sources with the most alarms")
SHAPE_DECLARE(alarm_figures, ALARM_FIGURES_FIELDS);

#endif
