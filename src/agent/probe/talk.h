/* How the server and a probe (the process that calls one camera) speak with each other: packets of
 * agent/kit/packet.h.
 *
 *     byte 0   what it is (enum talk_kind)
 *     rest     a record as JSON, or bytes of an image
 *
 * A server believes nothing that a probe says: whatever has taken the probe over by an image says
 * the same things. So every packet is bounded, read by its shape, and speaks for its own camera
 * only. */
#ifndef AGENT_PROBE_TALK_H
#define AGENT_PROBE_TALK_H

#include "adapter/kit/signal.h"
#include "base/ctx.h"

enum {
    PROBE_IMAGE_BYTES_MAX = 512 * 1024,
    PROBE_IMAGE_SIDE_MAX = 8192,
    PROBE_AUTHORITY_MAX = 16384,
    PROBE_FREEZE_MS_MAX = 3600 * 1000,
    PROBE_BLIP_MS_MAX = 600 * 1000,
    TALK_MAX = 60 * 1024,                                    /* bytes of a packet */
    TALK_BUFFER = 1 << 20,                                   /* asked for the sockets */
    TALK_PARTS = PROBE_IMAGE_BYTES_MAX / (TALK_MAX - 1) + 1, /* of an image */
};

enum talk_kind {
    TALK_ORDER = 'O',  /* to the probe, once: a probe_order */
    TALK_LOOK = 'L',   /* to the probe: one image, please (talk_look) */
    TALK_SIGNAL = 'S', /* a signal */
    TALK_HEARD = 'H',  /* the camera is there */
    TALK_STATE = 'N',  /* a probe_state */
    TALK_IMAGE = 'P',  /* a talk_image; its bytes follow */
    TALK_PART = 'B',   /* bytes of it, in order */
};

/* What a probe knows of its camera, which is all that it knows of the mission. */
#define PROBE_ORDER_FIELDS(F, T)                                                  \
    F(T, text, line, onvif, 0, 1, 400, "its ONVIF device service")                \
    F(T, text, line, stream, 0, 1, 400, "its stream; absent: ONVIF says")         \
    F(T, text, line, still, 0, 1, 400,                                            \
      "address of one image, by HTTP; absent: as ONVIF says, or from the stream") \
    F(T, text, line, user, 0, 1, 200, "user name")                                \
    F(T, text, line, password, SECRET, 1, 200, "its password")                    \
    F(T, text, block, authority, 0, 1, PROBE_AUTHORITY_MAX,                       \
      "authority that must have signed its certificate, for https (PEM)")         \
    F(T, ms, _, freeze_ms, REQUIRED, 1, PROBE_FREEZE_MS_MAX,                      \
      "an image unchanged for this long is frozen")                               \
    F(T, ms, _, blip_ms, REQUIRED, 1, PROBE_BLIP_MS_MAX,                          \
      "a shorter loss of the image is not reported")
SHAPE_DECLARE(probe_order, PROBE_ORDER_FIELDS);

#define PROBE_CONDITIONS(X, E)                                           \
    X(E, CALLING, "calling", "it is being contacted for the first time") \
    X(E, WATCHED, "watched", "it answers, and its image moves")          \
    X(E, FROZEN, "frozen", "it keeps sending the same image")            \
    X(E, LOST, "lost", "it does not answer, or sends no image")          \
    X(E, REFUSED, "refused", "it does not accept our user name and password")
SHAPE_DECLARE_CHOICES(probe_condition, PROBE_CONDITION, PROBE_CONDITIONS);

/* How the camera does, since the probe began. */
#define PROBE_STATE_FIELDS(F, T)                                                     \
    F(T, choice, probe_condition, condition, REQUIRED, 0, 0, "how it is")            \
    F(T, text, line, why, 0, 1, 240, "why")                                          \
    F(T, time, _, heard, 0, 0, 0, "when it last gave an image or answered")          \
    F(T, text, line, model, 0, 1, 200, "make, model and version, as it says itself") \
    F(T, text, line, codec, 0, 1, 40, "how its stream is coded")                     \
    F(T, i64, _, width, 0, 0, 65535, "of its stream")                                \
    F(T, i64, _, height, 0, 0, 65535, "of its stream")                               \
    F(T, i64, _, connects, 0, 0, 0, "times its stream was started")                  \
    F(T, i64, _, keyframes, 0, 0, 0, "whole images in its stream")                   \
    F(T, i64, _, samples, 0, 0, 0, "of those, decoded and compared")                 \
    F(T, bp, _, alive, 0, 0, 10000, "share of the image that changed recently")      \
    F(T, flag, _, subscribed, 0, 0, 0, "we are subscribed to its events")            \
    F(T, i64, _, subscriptions, 0, 0, 0, "subscriptions made so far")                \
    F(T, i64, _, pulls, 0, 0, 0, "times we asked for events")                        \
    F(T, i64, _, notifications, 0, 0, 0, "events received")                          \
    F(T, i64, _, bad, 0, 0, 0, "answers that could not be read")                     \
    F(T, opt_i64, _, skew_ms, 0, 0, 0, "its clock minus ours")
SHAPE_DECLARE(probe_state, PROBE_STATE_FIELDS);

#define TALK_LOOK_FIELDS(F, T) F(T, i64, _, ticket, 0, 0, 0, "to be given back with the image")
SHAPE_DECLARE(talk_look, TALK_LOOK_FIELDS);

#define TALK_IMAGE_FIELDS(F, T)                                                  \
    F(T, i64, _, ticket, 0, 0, 0, "whose it is")                                 \
    F(T, time, _, at, 0, 0, 0, "when it was taken")                              \
    F(T, i64, _, width, 0, 0, PROBE_IMAGE_SIDE_MAX, "in pixels")                 \
    F(T, i64, _, height, 0, 0, PROBE_IMAGE_SIDE_MAX, "in pixels")                \
    F(T, i64, _, bytes, 0, 0, PROBE_IMAGE_BYTES_MAX, "how many follow; 0: none") \
    F(T, text, line, why, 0, 1, 240, "why there is none")
SHAPE_DECLARE(talk_image, TALK_IMAGE_FIELDS);

/* Send one packet. With `wait`, until the other side has room; without, BUSY when it has none. IO
 * when it is gone, TOO_LARGE. */
rc talk_send(struct ctx *c, int fd, enum talk_kind kind, struct str bytes, bool wait);
rc talk_send_record(struct ctx *c, int fd, enum talk_kind kind, const struct shape *shape,
                    const void *record, bool wait);

/* Take one packet, whose bytes lie in `buffer` (TALK_MAX of them). BUSY when there is none, IO when
 * the other side is gone, MALFORMED for one that is too long. */
rc talk_take(struct ctx *c, int fd, char *buffer, enum talk_kind *ret_kind, struct str *ret_bytes);

/* A pair of sockets for it, with room for an image. */
rc talk_pair(struct ctx *c, int ret[2]);

#endif
