/* The bodies that the pages of the watch give. Counts by state or condition are free JSON: an
 * object with a number for each of its names. */
#ifndef DOMAIN_WATCH_WATCH_VIEW_H
#define DOMAIN_WATCH_WATCH_VIEW_H

#include "domain/watch/watch_own.h"

/* ---- signals --------------------------------------------------------------------------------- */

#define SIGNAL_FATE_FIELDS(F, T)                                  \
    F(T, text, line, key, 0, 0, 0, "key of the signal")           \
    F(T, text, line, status, REQUIRED, 0, 0, "what became of it") \
    F(T, id, _, id, 0, 0, 0, "the signal that is kept")           \
    F(T, id, _, alarm, 0, 0, 0, "the alarm it belongs to")
SHAPE_DECLARE(signal_fate, SIGNAL_FATE_FIELDS);

/* ---- sources --------------------------------------------------------------------------------- */

#define SOURCE_NOW_FIELDS(F, T)                                      \
    F(T, record, source, source, REQUIRED, 0, 0, "what was set")     \
    F(T, record, source_state, state, REQUIRED, 0, 0, "how it does") \
    F(T, record, source_pulse, pulse, REQUIRED, 0, 0, "its running counts")
SHAPE_DECLARE(source_now, SOURCE_NOW_FIELDS);

#define SOURCE_PAGE_FIELDS(F, T) \
    SOURCE_NOW_FIELDS(F, T)      \
    F(T, list, gap, gaps, 0, 0, 0, "its latest times without coverage")
SHAPE_DECLARE(source_page, SOURCE_PAGE_FIELDS);

/* ---- alarms ---------------------------------------------------------------------------------- */

#define ALARM_QUEUE_FIELDS(F, T)                                             \
    F(T, list, alarm, items, 0, 0, 0, "those that stand, most urgent first") \
    F(T, json, _, states, REQUIRED, 0, 0, "how many are in each state")      \
    F(T, json, _, waiting, REQUIRED, 0, 0, "unanswered ones by priority")    \
    F(T, i64, _, lane, 0, 0, 0, "cases of duress")                           \
    F(T, i64, _, all, 0, 0, 0, "all of them")                                \
    F(T, time, _, now, REQUIRED, 0, 0, "the server's clock")
SHAPE_DECLARE(alarm_queue, ALARM_QUEUE_FIELDS);

#define ALARM_EVIDENCE_FIELDS(F, T)                                 \
    F(T, record, alarm, alarm, REQUIRED, 0, 0, "the alarm")         \
    F(T, list, kept_signal, signals, 0, 0, 0, "its latest signals") \
    F(T, list, alarm, team, 0, 0, 0, "what is shown with it")       \
    F(T, list, gap, gaps, 0, 0, 0, "times without coverage around it")
SHAPE_DECLARE(alarm_evidence, ALARM_EVIDENCE_FIELDS);

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

/* ---- zones ----------------------------------------------------------------------------------- */

#define ZONE_VERDICTS(X, E)                                            \
    X(E, DURESS, "duress", "somebody is being threatened")             \
    X(E, ALARM, "alarm", "an alarm stands")                            \
    X(E, BLIND, "blind", "all that watches it is out")                 \
    X(E, GAP, "gap", "some of what watches it is out or late")         \
    X(E, UNKNOWN, "unknown", "nothing watches it, or it is not known") \
    X(E, CLEAR, "clear", "all that watches it is healthy, nothing stands")
SHAPE_DECLARE_CHOICES(zone_verdict, ZONE_VERDICT, ZONE_VERDICTS);

#define ZONE_NOW_FIELDS(F, T)                                                        \
    F(T, id, _, id, REQUIRED, 0, 0, "the zone")                                      \
    F(T, text, line, name, REQUIRED, 0, 0, "its name")                               \
    F(T, id, _, site, 0, 0, 0, "its site")                                           \
    F(T, choice, zone_verdict, verdict, REQUIRED, 0, 0, "how it is")                 \
    F(T, flag, _, armed, 0, 0, 0, "it is armed")                                     \
    F(T, time, _, since, 0, 0, 0, "armed or disarmed since")                         \
    F(T, id, _, by, 0, 0, 0, "by this account")                                      \
    F(T, opt_i64, _, bypassed, 0, 0, 0, "what was not ready when it was armed")      \
    F(T, json, _, sources, REQUIRED, 0, 0, "how many sources are in each condition") \
    F(T, json, _, alarms, REQUIRED, 0, 0, "how many alarms are in each state")
SHAPE_DECLARE(zone_now, ZONE_NOW_FIELDS);

#define ZONE_READINESS_FIELDS(F, T)                            \
    F(T, flag, _, ready, 0, 0, 0, "nothing speaks against it") \
    F(T, i64, _, count, 0, 0, 0, "how much does")              \
    F(T, list, not_ready, items, 0, 0, 0, "what, as far as it is listed")
SHAPE_DECLARE(zone_readiness_view, ZONE_READINESS_FIELDS);

#endif
