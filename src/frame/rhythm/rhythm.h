/* Periodic work: rows of modules (struct rhythm_row) and the mission's own routines. */
#ifndef FRAME_RHYTHM_RHYTHM_H
#define FRAME_RHYTHM_RHYTHM_H

#include "core/module.h"

extern const struct module rhythm_module;

/* Another domain makes one quicker or slower: 10000 is as declared, 5000 twice as often. It is for
 * hours and days (at least one); weeks and months stay. NOT_FOUND; INVALID. */
rc rhythm_pace(struct ctx *c, struct picture *picture, struct outcome *outcome, struct str id,
               int64_t factor_bp);

/* The clock of the mission: of the record "mission" and its "time_zone"; UTC where there is none.
 */
struct tz;
rc rhythm_zone(struct ctx *c, struct picture *picture, struct tz *ret, struct str *ret_name);

/* ---- shapes ---------------------------------------------------------------------------------- */

#define ROUTINE_UNITS(X, E)                                     \
    X(E, HOURS, "hours", "hours that have passed")              \
    X(E, DAYS, "days", "days, at a time of day")                \
    X(E, WEEKS, "weeks", "weeks, on weekdays at a time of day") \
    X(E, MONTHS, "months", "months, on a day at a time of day")
SHAPE_DECLARE_CHOICES(routine_unit, ROUTINE_UNIT, ROUTINE_UNITS);

extern const struct text_form text_form_hour, text_form_weekday;

enum { ROUTINE_EVERY_MAX = 1000, ROUTINES_MAX = 200 /* and as many holidays */ };
#define ROUTINE_FIELDS(F, T)                                                                      \
    RECORD_FIELDS(F, T)                                                                           \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 120, "what is to be done")               \
    F(T, i64, _, every, 0, 1, ROUTINE_EVERY_MAX, "how many units lie between two dates")          \
    F(T, choice, routine_unit, unit, REQUIRED, 0, 0, "the unit")                                  \
    F(T, text, hour, at, 0, 5, 5, "the time of day, by the mission's clock; not for hours")       \
    F(T, texts, weekday, weekdays, 0, 0, 7, "the weekdays; needed for weeks, may narrow days")    \
    F(T, i64, _, day, 0, 0, 31, "the day of the month; the last one where it is shorter")         \
    F(T, flag, _, skip_holidays, 0, 0, 0, "a date on a holiday of the mission is left out")       \
    F(T, ref, account, owner, INDEXED | LOOSE, 0, 0, "the account that gets a task on each date") \
    F(T, text, block, note, 0, 0, 2000, "how it is done")
SHAPE_DECLARE(routine, ROUTINE_FIELDS);

#define HOLIDAY_FIELDS(F, T)                                                 \
    RECORD_FIELDS(F, T)                                                      \
    F(T, text, line, name, REQUIRED | TITLE, 1, 80, "what is celebrated")    \
    F(T, text, line, day, REQUIRED | INDEXED, 10, 10, "the day: 2026-12-25") \
    F(T, flag, _, yearly, 0, 0, 0, "on that day of every year")
SHAPE_DECLARE(holiday, HOLIDAY_FIELDS);

/* A date of a routine has come: body of "routine.came". Other domains react to it. */
#define ROUTINE_DATE_FIELDS(F, T)                                         \
    RECORD_FIELDS(F, T)                                                   \
    F(T, text, line, name, REQUIRED, 1, 120, "what is to be done")        \
    F(T, time, _, due, REQUIRED, 0, 0, "the date")                        \
    F(T, flag, _, late, 0, 0, 0, "it was noticed minutes after its date") \
    F(T, ref, account, owner, LOOSE, 0, 0, "who does it")
SHAPE_DECLARE(routine_date, ROUTINE_DATE_FIELDS);
extern const struct event_kind routine_came_kind;

/* The state of something periodic: body of "rhythm.set", and a table of the picture. */
#define RHYTHM_FIELDS(F, T)                                                                      \
    RECORD_FIELDS(F, T)                                                                          \
    F(T, text, line, name, REQUIRED | TITLE, 1, 120, "what is periodic")                         \
    F(T, flag, _, routine, 0, 0, 0, "it is the mission's own, and its id that of the routine")   \
    F(T, text, line, schedule, REQUIRED, 1, 240, "how often, and by which clock")                \
    F(T, bp, _, factor_bp, 0, 0, 100000, "how the distance of its dates is stretched")           \
    F(T, time, _, due, INDEXED, 0, 0, "the next date; none when no day fits")                    \
    F(T, id, _, deadline, INDEXED, 0, 0, "the deadline of that date")                            \
    F(T, time, _, last, 0, 0, 0, "the date of the last run")                                     \
    F(T, time, _, ran, 0, 0, 0, "when that run was made")                                        \
    F(T, flag, _, late, 0, 0, 0, "it was made minutes after its date: Chancery was not running") \
    F(T, i64, _, missed, 0, 0, 1000, "dates between the two for which no run was made")          \
    F(T, text, line, refused, 0, 1, 240, "why the last run came to nothing")                     \
    F(T, i64, _, runs, 0, 0, 0, "runs so far")
SHAPE_DECLARE(rhythm, RHYTHM_FIELDS);

#define RHYTHM_PACE_FIELDS(F, T) \
    F(T, bp, _, factor_bp, 0, 1000, 100000, "10000: as declared; 5000: twice as often")
SHAPE_DECLARE(rhythm_pace_input, RHYTHM_PACE_FIELDS);

#endif
