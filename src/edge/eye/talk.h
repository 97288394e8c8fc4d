/* How the server and an eye (the process that calls one camera) speak with each other: packets over
 * a SOCK_SEQPACKET pair, each whole or not there at all.
 *
 *     byte 0   what it is (enum talk_kind)
 *     rest     a record as JSON, or bytes of a picture
 *
 * A server believes nothing that an eye says: whatever has taken the eye over by a picture says the
 * same things. So every packet is bounded, read by its shape, and speaks for its own camera only.
 */
#ifndef EDGE_EYE_TALK_H
#define EDGE_EYE_TALK_H

#include "adapter/kit/signal.h"
#include "domain/camera/camera.h"

enum {
    TALK_MAX = 60 * 1024,                                 /* bytes of a packet */
    TALK_BUFFER = 1 << 20,                                /* asked for the sockets */
    TALK_PARTS = SNAPSHOT_BYTES_MAX / (TALK_MAX - 1) + 1, /* of a picture */
};

enum talk_kind {
    TALK_ORDER = 'O',   /* to the eye, once: a camera, with its password */
    TALK_LOOK = 'L',    /* to the eye: one picture, please (talk_look) */
    TALK_SIGNAL = 'S',  /* a signal */
    TALK_HEARD = 'H',   /* the camera is there */
    TALK_STATE = 'N',   /* a camera_state */
    TALK_PICTURE = 'P', /* a talk_picture; its bytes follow */
    TALK_PART = 'B',    /* bytes of it, in order */
};

#define TALK_LOOK_FIELDS(F, T) F(T, i64, _, ticket, 0, 0, 0, "to be given back with the picture")
SHAPE_DECLARE(talk_look, TALK_LOOK_FIELDS);

#define TALK_PICTURE_FIELDS(F, T)                                             \
    F(T, i64, _, ticket, 0, 0, 0, "whose it is")                              \
    F(T, time, _, at, 0, 0, 0, "when it was taken")                           \
    F(T, i64, _, width, 0, 0, SNAPSHOT_SIDE_MAX, "in pixels")                 \
    F(T, i64, _, height, 0, 0, SNAPSHOT_SIDE_MAX, "in pixels")                \
    F(T, i64, _, bytes, 0, 0, SNAPSHOT_BYTES_MAX, "how many follow; 0: none") \
    F(T, text, line, why, 0, 1, 240, "why there is none")
SHAPE_DECLARE(talk_picture, TALK_PICTURE_FIELDS);

/* Send one packet. With `wait`, until the other side has room; without, BUSY when it has none. IO
 * when it is gone, TOO_LARGE. */
rc talk_send(struct ctx *c, int fd, enum talk_kind kind, struct str bytes, bool wait);
rc talk_send_record(struct ctx *c, int fd, enum talk_kind kind, const struct shape *shape,
                    const void *record, bool wait);

/* Take one packet, whose bytes lie in `buffer` (TALK_MAX of them). BUSY when there is none, IO when
 * the other side is gone, MALFORMED for one that is empty or too long. */
rc talk_take(struct ctx *c, int fd, char *buffer, enum talk_kind *ret_kind, struct str *ret_bytes);

/* A pair of sockets for it. */
rc talk_pair(struct ctx *c, int ret[2]);

#endif
