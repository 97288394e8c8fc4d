/* What the files of this folder have from each other. */
#ifndef FRAME_RHYTHM_RHYTHM_OWN_H
#define FRAME_RHYTHM_RHYTHM_OWN_H

#include "frame/rhythm/recur.h"
#include "frame/rhythm/rhythm.h"

#define PERMIT_RHYTHM_READ  "rhythm.read"
#define PERMIT_RHYTHM_WRITE "rhythm.write"

enum rhythm_decision { RHYTHM_ARM, RHYTHM_PACE, ROUTINE_COME, RHYTHM_DECISIONS };
extern const struct decision rhythm_decisions[RHYTHM_DECISIONS + 1];
extern const struct event_kind rhythm_set_kind, rhythm_ended_kind;

/* What is to come round, as a module or a routine declares it. */
struct wanted {
    struct str id, name;
    struct label label;
    bool routine;
    const struct decision *decision;
    struct recur recur;
    bool skip_holidays;
};
rc wanted_of_row(struct ctx *c, const struct catalog *catalog, const struct rhythm_row *row,
                 struct wanted *ret);
struct wanted wanted_of_routine(const struct routine *routine);

/* Bits of weekdays from their names; the minute of "07:30". */
unsigned weekdays_of(struct texts names);
int64_t minute_of(struct str hour);

/* Is this id a module's? */
const struct rhythm_row *rhythm_row_of(const struct catalog *catalog, struct str id);

decide_fn rhythm_decide_arm, rhythm_decide_pace, routine_decide_come;
/* A deadline has passed: if it is a date of ours, the next one is set. */
rc rhythm_on_passed(struct ctx *c, struct picture *picture, const struct event *event,
                    struct outcome *outcome);
/* Routines, holidays or the mission's zone have changed. */
rc rhythm_on_change(struct ctx *c, struct picture *picture, const struct event *event,
                    struct outcome *outcome);

#endif
