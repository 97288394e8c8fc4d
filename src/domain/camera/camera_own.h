/* What the files of this folder have from each other. */
#ifndef DOMAIN_CAMERA_CAMERA_OWN_H
#define DOMAIN_CAMERA_CAMERA_OWN_H

#include "domain/camera/camera.h"
#include "domain/source/source.h"

#define PERMIT_CAMERA_READ     "camera.read"
#define PERMIT_CAMERA_WRITE    "camera.write"
#define PERMIT_SNAPSHOT_READ   "snapshot.read"
#define PERMIT_SNAPSHOT_TAKE   "snapshot.take"
#define PERMIT_SNAPSHOT_DELETE "snapshot.delete"

enum camera_decision {
    SNAPSHOT_ASK,
    SNAPSHOT_KEEP,
    SNAPSHOT_MISS,
    SNAPSHOT_DELETE,
    SNAPSHOT_SWEEP,
    CAMERA_NOTE,
    CAMERA_DECISIONS
};
extern const struct decision camera_decisions[CAMERA_DECISIONS + 1];

/* How much the vault holds; there is one, and its id is "all". */
#define SNAPSHOT_ROOM_FIELDS(F, T)                 \
    RECORD_FIELDS(F, T)                            \
    F(T, i64, _, count, 0, 0, 0, "pictures")       \
    F(T, i64, _, bytes, 0, 0, 0, "bytes of those") \
    F(T, time, _, sweep, 0, 0, 0, "when old ones are looked for next")
SHAPE_DECLARE(snapshot_room, SNAPSHOT_ROOM_FIELDS);

#define SNAPSHOT_END_FIELDS(F, T) \
    F(T, text, line, why, REQUIRED, 3, 240, "why it is deleted before its time")
SHAPE_DECLARE(snapshot_end, SNAPSHOT_END_FIELDS);

/* Every step of a picture is an event with its whole row. */
decide_fn snapshot_ask_one, snapshot_keep, snapshot_miss, snapshot_delete, snapshot_sweep;

/* An alarm has risen: ask the cameras there for a picture. */
rc snapshot_on_alarm(struct ctx *c, struct picture *picture, const struct event *event,
                     struct outcome *outcome);

/* An alarm that somebody may read. NOT_FOUND. */
rc alarm_readable(struct ctx *c, struct picture *picture, const struct actor *actor, struct str id,
                  struct alarm *ret);

serve_fn snapshots_serve_of_alarm, snapshot_serve_image, camera_serve_state, camera_serve_states;

#endif
