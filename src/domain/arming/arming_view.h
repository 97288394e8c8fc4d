/* The bodies that the pages of this domain give. Counts by state or condition are free JSON: an
 * object with a number for each of its names. */
#ifndef DOMAIN_ARMING_ARMING_VIEW_H
#define DOMAIN_ARMING_ARMING_VIEW_H

#include "domain/arming/arming_own.h"

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

#define ZONE_READINESS_FIELDS(F, T)                                  \
    F(T, flag, _, ready, 0, 0, 0, "it is ready to be armed")         \
    F(T, i64, _, count, 0, 0, 0, "the number of reasons against it") \
    F(T, list, not_ready, items, 0, 0, 0, "the reasons, as far as they are listed")
SHAPE_DECLARE(zone_readiness_view, ZONE_READINESS_FIELDS);

#endif
