/* A script: commands as lines of JSON, for setting a mission up and for the demonstration's day.
 *
 *   {"command":"zone.add","input":{…}}
 *   {"at":"09:00","command":"zone.change","target":"hall","input":{…},"drill":true}
 *   {"at":"09:05","as":"post-one","command":"alarm.claim","find":"alarm/source/fence"}
 *
 * `find` names the record by a column of it, where its id is not known before. */
#ifndef MAIN_SCRIPT_H
#define MAIN_SCRIPT_H

#include "core/core.h"

#define SCRIPT_LINE_FIELDS(F, T)                                                  \
    F(T, text, line, at, 0, 5, 5, "time of the day, HH:MM")                       \
    F(T, text, line, command, REQUIRED, 1, 100, "the decision that is asked for") \
    F(T, id, _, target, 0, 0, 0, "the record it is about")                        \
    F(T, json, _, input, 0, 2, 60000, "what it is asked with")                    \
    F(T, flag, _, drill, 0, 0, 0, "it is a drill")                                \
    F(T, id, _, as, 0, 0, 0, "the account that asks; Chancery itself if absent")  \
    F(T, text, line, find, 0, 3, 200, "instead of target: table/column/value")    \
    F(T, i64, _, repeat, 0, 0, 10000, "do it so often; 0: once")
SHAPE_DECLARE(script_line, SCRIPT_LINE_FIELDS);

/* "HH:MM" as seconds of the day, -1 when it is something else. */
int64_t script_second(struct str at);

/* Called before each line with its time of the day in seconds, -1 when it has none; it may move a
 * clock or wait. False ends the script. */
typedef bool script_before(void *arg, int64_t second);

/* Told of a refused line; the fault is in c. True goes on with the next line. */
typedef bool script_refused(struct ctx *c, void *arg);

/* Do every line. A refusal ends it, unless `refused` (may be NULL) says otherwise: the fault names
 * line and reason. */
rc script_play(struct ctx *c, struct core *core, struct str script, script_before *before,
               script_refused *refused, void *arg);

#endif
