/* Cameras: what of them is set, how each does, and the pictures that they give of an alarm. A
 * picture's digest is in the record; the picture itself is in the vault, where it can be deleted.
 * Who calls the cameras is src/edge/camera. */
#ifndef DOMAIN_CAMERA_CAMERA_H
#define DOMAIN_CAMERA_CAMERA_H

#include "core/module.h"

extern const struct module camera_module;

/* ---- cameras --------------------------------------------------------------------------------- */

enum {
    CAMERA_FREEZE_MS = 30000, /* where the record says nothing */
    CAMERA_BLIP_MS = 10000,   /* likewise */
    CAMERA_KEEP_DAYS = 30     /* likewise */
};
enum {
    CAMERA_FREEZE_MS_MAX = 3600 * 1000,
    CAMERA_BLIP_MS_MAX = 600 * 1000,
    CAMERA_AUTHORITY_MAX = 16384
};

#define CAMERA_FIELDS(F, T)                                                         \
    RECORD_FIELDS(F, T)                                                             \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what people call it") \
    F(T, ref, source, source, REQUIRED | UNIQUE, 0, 0,                              \
      "the source of its signals; it sees the zones of that source")                \
    F(T, text, line, onvif, DESTINATION, 1, 400,                                    \
      "its ONVIF device service: http://192.0.2.20/onvif/device_service")           \
    F(T, text, line, stream, DESTINATION, 1, 400,                                   \
      "its stream: rtsp://192.0.2.20/…; absent: ONVIF says")                        \
    F(T, text, line, still, DESTINATION, 1, 400,                                    \
      "address of one picture, by HTTP; absent: as ONVIF says, or from the stream") \
    F(T, text, line, user, DESTINATION, 1, 200, "user name")                        \
    F(T, text, line, password, SECRET | OUTGOING, 1, 200, "its password")           \
    F(T, text, block, authority, SECONDARY | DESTINATION, 1, CAMERA_AUTHORITY_MAX,  \
      "authority that must have signed its certificate, for https (PEM)")           \
    F(T, flag, _, disabled, 0, 0, 0, "not called")                                  \
    F(T, ms, _, freeze_ms, SECONDARY, 0, CAMERA_FREEZE_MS_MAX,                      \
      "a picture unchanged for this long is frozen; 0: 30 s")                       \
    F(T, ms, _, blip_ms, SECONDARY, 0, CAMERA_BLIP_MS_MAX,                          \
      "a shorter loss of the picture is not reported; 0: 10 s")                     \
    F(T, ms, _, keep_ms, SECONDARY, 0, DAY_MS * 366,                                \
      "its pictures are deleted after this; 0: 30 days")                            \
    F(T, text, block, note, SEARCHED, 0, 2000, "what a newcomer should know")
SHAPE_DECLARE(camera, CAMERA_FIELDS);

#define CAMERA_CONDITIONS(X, E)                                                                \
    X(E, CALLING, "calling", "it is being contacted for the first time")                       \
    X(E, WATCHED, "watched", "it answers, and its picture moves")                              \
    X(E, FROZEN, "frozen", "it keeps sending the same picture")                                \
    X(E, LOST, "lost", "it does not answer, or sends no picture")                              \
    X(E, REFUSED, "refused", "it does not accept our user name and password")                  \
    X(E, FAILED, "failed", "the process that connects to it has ended and is being restarted") \
    X(E, DISABLED, "disabled", "not called")
SHAPE_DECLARE_CHOICES(camera_condition, CAMERA_CONDITION, CAMERA_CONDITIONS);

/* How a camera does; its id is the camera's. Since the start of the program. In the vault: it
 * changes all the time. */
#define CAMERA_STATE_FIELDS(F, T)                                                    \
    RECORD_FIELDS(F, T)                                                              \
    F(T, choice, camera_condition, condition, REQUIRED, 0, 0, "how it is")           \
    F(T, text, line, why, 0, 1, 240, "why")                                          \
    F(T, time, _, since, REQUIRED, 0, 0, "since when")                               \
    F(T, time, _, noted, REQUIRED, 0, 0, "as of then")                               \
    F(T, time, _, heard, 0, 0, 0, "when it last gave a picture or answered")         \
    F(T, text, line, model, 0, 1, 200, "make, model and version, as it says itself") \
    F(T, text, line, codec, 0, 1, 40, "how its stream is coded")                     \
    F(T, i64, _, width, 0, 0, 65535, "of its stream")                                \
    F(T, i64, _, height, 0, 0, 65535, "of its stream")                               \
    F(T, i64, _, connects, 0, 0, 0, "times its stream was started")                  \
    F(T, i64, _, keyframes, 0, 0, 0, "whole pictures in its stream")                 \
    F(T, i64, _, samples, 0, 0, 0, "of those, decoded and compared")                 \
    F(T, bp, _, alive, 0, 0, 10000, "share of the picture that changed recently")    \
    F(T, flag, _, subscribed, 0, 0, 0, "we are subscribed to its events")            \
    F(T, i64, _, subscriptions, 0, 0, 0, "subscriptions made so far")                \
    F(T, i64, _, pulls, 0, 0, 0, "times we asked for events")                        \
    F(T, i64, _, notifications, 0, 0, 0, "events received")                          \
    F(T, i64, _, bad, 0, 0, 0, "answers that could not be read")                     \
    F(T, opt_i64, _, skew_ms, 0, 0, 0, "its clock minus ours")                       \
    F(T, i64, _, pictures, 0, 0, 0, "pictures taken for alarms")                     \
    F(T, i64, _, missed, 0, 0, 0, "requested pictures that it did not deliver")      \
    F(T, i64, _, deaths, 0, 0, 0, "times the process that connects to it has ended")
SHAPE_DECLARE(camera_state, CAMERA_STATE_FIELDS);

/* The cameras that see where an alarm is: of its source, or of its zone. */
enum { CAMERAS_EACH = 8 };
struct alarm;
rc cameras_of(struct ctx *c, struct picture *picture, const struct alarm *alarm, struct texts *ret);

/* ---- pictures -------------------------------------------------------------------------------- */

enum {
    SNAPSHOT_BYTES_MAX = 512 * 1024,
    SNAPSHOT_SIDE_MAX = 8192,
    SNAPSHOTS_EACH = 40 /* kept of one alarm */
};
/* Of all pictures together; what is older makes room. */
static const int64_t SNAPSHOT_ROOM_BYTES = (int64_t)1 << 30;

/* Somebody, or an alarm, wants a picture: body of `snapshot.asked`, which is what the part that
 * calls the cameras waits for. */
#define SNAPSHOT_ASK_FIELDS(F, T)                                     \
    RECORD_FIELDS(F, T)                                               \
    F(T, id, _, alarm, REQUIRED, 0, 0, "of what")                     \
    F(T, refs, camera, cameras, REQUIRED, 1, CAMERAS_EACH, "of whom") \
    F(T, flag, _, by_itself, 0, 0, 0, "because the alarm rose")
SHAPE_DECLARE(snapshot_ask, SNAPSHOT_ASK_FIELDS);

/* A picture as the record has it. */
#define SNAPSHOT_FIELDS(F, T)                                                            \
    RECORD_FIELDS(F, T)                                                                  \
    F(T, id, _, alarm, REQUIRED | INDEXED, 0, 0, "the alarm it was taken for")           \
    F(T, id, _, camera, REQUIRED | INDEXED, 0, 0, "the camera")                          \
    F(T, id, _, source, REQUIRED | INDEXED, 0, 0, "the camera's source")                 \
    F(T, time, _, at, REQUIRED | INDEXED, 0, 0, "when it was taken")                     \
    F(T, i64, _, width, 0, 1, SNAPSHOT_SIDE_MAX, "in pixels")                            \
    F(T, i64, _, height, 0, 1, SNAPSHOT_SIDE_MAX, "in pixels")                           \
    F(T, i64, _, bytes, 0, 1, SNAPSHOT_BYTES_MAX, "how large the picture is")            \
    F(T, text, slug, digest, REQUIRED, 64, 64, "SHA-256 of the picture, in hexadecimal") \
    F(T, time, _, expires, REQUIRED | INDEXED, 0, 0, "when it is deleted")               \
    F(T, flag, _, deleted, INDEXED, 0, 0, "only its digest is left")                     \
    F(T, text, line, deleted_why, 0, 1, 240, "why")
SHAPE_DECLARE(snapshot, SNAPSHOT_FIELDS);

/* The picture itself, in the vault. */
#define SNAPSHOT_IMAGE_FIELDS(F, T) \
    RECORD_FIELDS(F, T)             \
    F(T, bytes, _, jpeg, REQUIRED, 1, SNAPSHOT_BYTES_MAX, "the picture")
SHAPE_DECLARE(snapshot_image, SNAPSHOT_IMAGE_FIELDS);

/* Input of "snapshot.keep": what a camera gave. */
#define SNAPSHOT_GIVEN_FIELDS(F, T)                            \
    F(T, id, _, alarm, REQUIRED, 0, 0, "for what")             \
    F(T, id, _, camera, REQUIRED, 0, 0, "who")                 \
    F(T, time, _, at, REQUIRED, 0, 0, "when it was taken")     \
    F(T, i64, _, width, 0, 1, SNAPSHOT_SIDE_MAX, "in pixels")  \
    F(T, i64, _, height, 0, 1, SNAPSHOT_SIDE_MAX, "in pixels") \
    F(T, bytes, _, jpeg, REQUIRED, 1, SNAPSHOT_BYTES_MAX, "the picture")
SHAPE_DECLARE(snapshot_given, SNAPSHOT_GIVEN_FIELDS);

/* Input of "snapshot.miss" and body of `snapshot.missed`: a picture that could not be had. */
#define SNAPSHOT_MISSED_FIELDS(F, T)                    \
    RECORD_FIELDS(F, T)                                 \
    F(T, id, _, alarm, REQUIRED, 0, 0, "for what")      \
    F(T, id, _, camera, REQUIRED, 0, 0, "who")          \
    F(T, id, _, source, 0, 0, 0, "the camera's source") \
    F(T, text, line, why, REQUIRED, 1, 240, "why")
SHAPE_DECLARE(snapshot_missed, SNAPSHOT_MISSED_FIELDS);

extern const struct event_kind snapshot_asked_kind, snapshot_taken_kind, snapshot_missed_kind,
    snapshot_deleted_kind;

#endif
