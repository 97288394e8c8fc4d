/* What an ear and its server say to each other. */
#ifndef AGENT_EAR_EAR_OWN_H
#define AGENT_EAR_EAR_OWN_H

#include "agent/ear/ear.h"

enum {
    EAR_STREAMS = 8192, /* of a listener at a time */
    EAR_ANSWER_MAX = 16 << 20,
    EAR_ITEMS = 65536,
    EAR_REPLY_MAX = 65536,
    EAR_SIGNALS = 500, /* of a frame */
    EAR_TALLIES = 64,
    EAR_TALLIES_BYTES = 64 * 8,
};

/* ---- down: a head, and what it says the length of -------------------------------------------- */

enum ear_verb { EAR_OPEN = 1, EAR_GIVE, EAR_END };
struct ear_order {
    uint32_t verb;
    uint32_t stream; /* of GIVE and END */
    uint32_t last, datagram;
    int64_t received_us;
    uint32_t first, second, third; /* lengths. OPEN: protocol, options, secret options;
                                    * GIVE: address (EAR_NONE: none), bytes, 0 */
    uint32_t zero;
};
enum { EAR_NONE = UINT32_MAX, EAR_NAME_MAX = 400, EAR_OPTIONS_MAX = 16384 };

/* ---- up: its length in 32 bits, and a record as JSON ----------------------------------------- */

#define EAR_FRAME_FIELDS(F, T)                                                       \
    F(T, flag, _, bad, 0, 0, 0, "it could not be read")                              \
    F(T, i64, _, frame, 0, 0, 0, "its number in its stream")                         \
    F(T, i64, _, at, 0, 0, 0, "where in the stream it begins")                       \
    F(T, i64, _, size, 0, 0, 0, "its length")                                        \
    F(T, text, line, why, 0, 1, 200, "what is wrong with it")                        \
    F(T, text, line, source, 0, 1, 200, "who spoke")                                 \
    F(T, bytes, _, reply, 0, 0, EAR_REPLY_MAX, "to be sent back when it is durable") \
    F(T, bytes, _, bytes, 0, 0, INTAKE_SAMPLE_BYTES, "its beginning")                \
    F(T, list, signal, signals, 0, 0, EAR_SIGNALS, "what it says")
SHAPE_DECLARE(ear_frame, EAR_FRAME_FIELDS);

#define EAR_SAMPLE_FIELDS(F, T)                                        \
    F(T, time, _, at, REQUIRED, 0, 0, "when it came")                  \
    F(T, text, line, why, REQUIRED, 1, 200, "what is wrong with it")   \
    F(T, i64, _, frame, 0, 0, 0, "its number in its stream")           \
    F(T, i64, _, whole, 0, 0, 0, "how many bytes there were in sight") \
    F(T, bytes, _, bytes, 0, 0, INTAKE_SAMPLE_BYTES, "the first of it")
SHAPE_DECLARE(ear_sample, EAR_SAMPLE_FIELDS);

#define EAR_ANSWER_FIELDS(F, T)                                                                    \
    F(T, text, line, wrong, 0, 1, 400, "what is wrong with the options")                           \
    F(T, flag, _, pending, 0, 0, 0, "a frame has begun that is not whole")                         \
    F(T, i64, _, bytes, 0, 0, 0, "of all streams: bytes …")                                        \
    F(T, i64, _, bad_bytes, 0, 0, 0, "… and those that were bad")                                  \
    F(T, i64, _, frames, 0, 0, 0, "frames: with signals, counted only, and bad")                   \
    F(T, i64, _, signals, 0, 0, 0, "signals in them")                                              \
    F(T, i64, _, counted, 0, 0, 0, "counted only")                                                 \
    F(T, i64, _, bad, 0, 0, 0, "not readable")                                                     \
    F(T, bytes, _, tallies, 0, 0, EAR_TALLIES_BYTES, "the protocol's counters, 64 bits each")      \
    F(T, list, ear_sample, samples, 0, 0, INTAKE_SAMPLES, "the latest bad, when there is another") \
    F(T, list, ear_frame, items, 0, 0, EAR_ITEMS, "what was read, in order")
SHAPE_DECLARE(ear_answer, EAR_ANSWER_FIELDS);

/* Whole, or false: the other side is gone, or `ms` have passed (below 0: for ever). */
bool ear_send(int fd, const void *bytes, size_t len, int ms);
bool ear_take(int fd, void *bytes, size_t len, int ms);

#endif
