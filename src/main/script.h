/* A script: commands as lines of JSON, for setting a mission up and for the demonstration's day.
 *
 *   {"command":"zone.add","input":{…}}
 *   {"at":"09:00","command":"zone.change","target":"hall","input":{…},"drill":true}
 *   {"at":"09:05","as":"post-one","command":"alarm.claim","find":"alarm/source/fence"}
 *   {"at":"09:10","as":"patrol","walk":"night-round","every_s":600}
 *
 * `find` names the record by a column of it, where its id is not known before. The same day is
 * played by separate programs over real sockets: docs/demo.md. */
#ifndef MAIN_SCRIPT_H
#define MAIN_SCRIPT_H

#include "core/core.h"

#define SCRIPT_LINE_FIELDS(F, T)                                                    \
    F(T, text, line, at, 0, 5, 8, "time of the day, HH:MM[:SS]")                    \
    F(T, text, line, command, 0, 1, 100, "the decision that is asked for")          \
    F(T, id, _, target, 0, 0, 0, "the record it is about")                          \
    F(T, json, _, input, 0, 2, 60000, "what it is asked with")                      \
    F(T, flag, _, drill, 0, 0, 0, "it is a drill")                                  \
    F(T, id, _, as, 0, 0, 0, "the account that asks; Chancery itself if absent")    \
    F(T, text, line, find, 0, 3, 200, "instead of target: table/column/value")      \
    F(T, i64, _, repeat, 0, 0, 10000, "do it so often; 0: once")                    \
    F(T, id, _, walk, 0, 0, 0, "instead of a command: the tour that `as` sets out") \
    F(T, i64, _, every_s, 0, 0, 86400, "and scans the next tag of so often")
SHAPE_DECLARE(script_line, SCRIPT_LINE_FIELDS);

enum { SCRIPT_DAY_S = 86400, SCRIPT_DAY_MINUTES = 1440 };

/* "HH:MM" or "HH:MM:SS" as seconds of the day, -1 when it is something else. */
int64_t script_second(struct str at);

/* How a script is played. Each of the functions may be absent. */
struct script_manner {
    /* Before each line, with its time of the day in seconds, -1 when it has none; it may move a
     * clock or wait. False ends the script. */
    bool (*before)(void *arg, int64_t second);
    /* A line was refused; the fault is in c. True goes on with the next; absent: it is the end. */
    bool (*refused)(struct ctx *c, void *arg);
    /* A line with `walk`; absent: such a line is refused. */
    rc (*walk)(void *arg, const struct script_line *line, int64_t second);
    void *arg;
    int64_t minutes; /* that the day takes; durations in inputs are shortened likewise */
};

/* Do every line. The fault names line and reason. */
rc script_play(struct ctx *c, struct core *core, struct str script,
               const struct script_manner *manner);

#endif
