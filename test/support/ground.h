/* A module for the tests of the frame (src/frame/): a mission with a clock of its own, rooms that
 * have files, persons, and visits that are kept for thirty days after they are over. */
#ifndef SUPPORT_GROUND_H
#define SUPPORT_GROUND_H

#include "core/module.h"

#define MISSION_FIELDS(F, T) \
    RECORD_FIELDS(F, T)      \
    F(T, text, zone, time_zone, REQUIRED, 1, 60, "its own time")
SHAPE_DECLARE(mission, MISSION_FIELDS);

#define ACCOUNT_FIELDS(F, T) \
    RECORD_FIELDS(F, T)      \
    F(T, text, line, name, REQUIRED | TITLE, 1, 80, "what it is called")
SHAPE_DECLARE(account, ACCOUNT_FIELDS);

#define ROOM_FIELDS(F, T) \
    RECORD_FIELDS(F, T)   \
    F(T, text, line, name, REQUIRED | TITLE, 1, 80, "what it is called")
SHAPE_DECLARE(room, ROOM_FIELDS);

#define PERSON_FIELDS(F, T) \
    RECORD_FIELDS(F, T)     \
    F(T, text, line, name, REQUIRED | TITLE | PERSONAL, 1, 80, "their name")
SHAPE_DECLARE(person, PERSON_FIELDS);

#define VISIT_FIELDS(F, T)                                            \
    RECORD_FIELDS(F, T)                                               \
    F(T, ref, person, person, REQUIRED | INDEXED, 0, 0, "who comes")  \
    F(T, text, line, purpose, REQUIRED | PERSONAL, 1, 80, "what for") \
    F(T, time, _, left, INDEXED, 0, 0, "when they left")
SHAPE_DECLARE(visit, VISIT_FIELDS);

#define BADGE_FIELDS(F, T) \
    RECORD_FIELDS(F, T)    \
    F(T, ref, visit, visit, REQUIRED | INDEXED, 0, 0, "for whose visit")
SHAPE_DECLARE(badge, BADGE_FIELDS);

enum {
    GROUND_FILES = 3,
    GROUND_FILE_BYTES = 100000, /* of a badge, as many as are possible */
    GROUND_BADGE_FILES = 40,
    GROUND_KEEP_DAYS = 30
};

/* Records as above, and the decision "person.erase". */
extern const struct module ground_module;

#endif
