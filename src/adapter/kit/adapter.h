/* What a protocol adapter is, and how bytes are led through one.
 *
 * An adapter is pure: bytes in, signals out. It owns no socket, thread or clock; the time of
 * receipt is an argument. Its `feed` looks at a window of bytes that begins where the last frame
 * ended, and answers
 *
 *     OK    a frame was read: `used` bytes, with the signals, the reply and the sender in the
 * output MORE  the frame is not whole: call again with at least `need` bytes of window BAD   no
 * frame of ours: `used` bytes are given up, for the reason `why` IDLE  `used` bytes of filling
 * between frames, which count as nothing
 *
 * The window, its growth, the limit on it, the way back to the next frame after bad bytes, the
 * counters and the samples of what was bad are the same for all protocols and live here:
 *
 *     adapter ──open──▶ intake (a listener: options, state, counters, samples)
 *                         └── stream (one connection, file or datagram socket: the unread bytes)
 *
 *     stream_give(stream, bytes, …);
 *     do TRY(stream_next(c, stream, now, &item)); while (item.kind != STREAM_EMPTY)
 *
 * A signal and a reply stay in the arena of the call; their texts may point into the bytes given
 * and into the stream, so they are to be copied before the next call. A reply is an
 * acknowledgement: it may be sent only when the signals of the same item are durable. For that
 * reason an adapter never withholds what it has seen before; it gives it again with the same
 * `dedupe` and the mark `repeat`. */
#ifndef ADAPTER_KIT_ADAPTER_H
#define ADAPTER_KIT_ADAPTER_H

#include "adapter/kit/signal.h"

/* ---- the contract ---------------------------------------------------------------------------- */

enum adapter_outcome { ADAPTER_OK, ADAPTER_MORE, ADAPTER_BAD, ADAPTER_IDLE };

struct adapter_result {
    enum adapter_outcome outcome;
    size_t used;     /* of OK, BAD and IDLE: at least 1 and at most the window */
    size_t need;     /* of MORE: more than the window has */
    bool inside;     /* of BAD: the bad frame goes on behind `used`; go on at the next beginning */
    const char *why; /* of BAD: a constant text */
};

struct adapter_input {
    struct str bytes;     /* the window, not empty */
    size_t seen;          /* this many of it were in the window of an earlier MORE */
    bool last;            /* nothing will follow: answer anything but MORE */
    bool datagram;        /* the window began as one datagram */
    struct wall received; /* when these bytes came */
    struct str peer;      /* the address they came from, or absent */
};

struct adapter_output {
    struct signal *signals; /* what the frame says; none: it is merely counted */
    size_t count, room;
    struct str reply;  /* to be sent back, absent for nothing */
    struct str source; /* who spoke, also when it is merely counted; absent when unknown */
    uint64_t *tally;   /* the adapter's own counters, in the order of its `tallies` */
};

struct adapter_state; /* each adapter has its own */

struct adapter_opened {
    struct adapter_state *state;
    size_t frame_max; /* no frame is longer than this many bytes */
};

struct adapter {
    const char *name, *help;
    const char *unit;            /* what a frame is called: "frames" or "lines" */
    const char *const *tallies;  /* names of its own counters, NULL at the end */
    const struct shape *options; /* what a mission may set */
    const char *look;            /* options (JSON) for looking at bytes outside of any mission */
    const char *const *examples; /* whole frames that it reads under `look`, NULL at the end */
    const char *begins; /* bytes that a frame may begin with: what begins otherwise in a file is
                         * none of ours, and is not shown; NULL: nothing is */
    bool outside;       /* its bytes are read in a process of their own: no listener speaks it */

    /* With these options, must every sender show that he has a key? NULL: none has one. */
    bool (*proves)(const void *options);

    /* `options` is a checked record of that shape; what is needed of it is copied. */
    rc (*open)(struct ctx *c, const void *options, struct adapter_opened *ret);
    void (*close)(struct adapter_state *state);

    /* Fails only for want of memory; nothing has changed then. */
    rc (*feed)(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
               struct adapter_output *out, struct adapter_result *ret);

    /* Bytes behind something bad: how many of them to pass over (*ret_skip), and whether the next
     * frame may begin there (true) or must be looked for further on (false, all are passed over).
     */
    bool (*resume)(struct str bytes, size_t *ret_skip);
};

static inline struct adapter_result adapter_ok(size_t used)
{
    return (struct adapter_result){.outcome = ADAPTER_OK, .used = used};
}
static inline struct adapter_result adapter_more(size_t need)
{
    return (struct adapter_result){.outcome = ADAPTER_MORE, .need = need};
}
static inline struct adapter_result adapter_bad(size_t used, const char *why)
{
    return (struct adapter_result){.outcome = ADAPTER_BAD, .used = used, .why = why};
}
static inline struct adapter_result adapter_idle(size_t used)
{
    return (struct adapter_result){.outcome = ADAPTER_IDLE, .used = used};
}

/* ---- for adapters ---------------------------------------------------------------------------- */

/* Add a signal to the output; the struct is copied, what it points to is not. */
rc adapter_emit(struct ctx *c, struct adapter_output *out, const struct signal *signal);

/* For protocols of lines: the line at the start of the window without its end (LF, any CR before
 * it) and the bytes it takes. False: it is not whole yet. */
bool adapter_line(const struct adapter_input *in, struct str *ret_line, size_t *ret_used);

/* The `resume` of protocols of lines: behind the next LF. */
bool adapter_resume_line(struct str bytes, size_t *ret_skip);

/* ---- intake: an adapter with its options ----------------------------------------------------- */

/* An intake and its streams belong to one thread. */
struct intake;

/* A record of the adapter's options out of a JSON object, "{}" for its defaults. MALFORMED,
 * INVALID. */
rc intake_options(struct ctx *c, const struct adapter *adapter, struct str json, void **ret);

rc intake_open(struct ctx *c, const struct adapter *adapter, const void *options,
               struct intake **ret);
void intake_close(struct intake *intake);

/* frames = those with signals + counted + bad. */
struct intake_counts {
    uint64_t bytes, bad_bytes;
    uint64_t frames, signals, counted, bad;
};
const struct intake_counts *intake_counts(const struct intake *intake);
const struct adapter *intake_adapter(const struct intake *intake);

/* One of the adapter's own counters. */
uint64_t intake_tally(const struct intake *intake, size_t index);

/* What was bad: the latest few, oldest first. */
enum { INTAKE_SAMPLES = 8, INTAKE_SAMPLE_BYTES = 160 };
struct intake_sample {
    struct wall received;
    uint64_t frame; /* its number in its stream, from 1 */
    const char *why;
    size_t len, whole; /* bytes kept below, and how many there were in sight */
    char bytes[INTAKE_SAMPLE_BYTES];
};
size_t intake_samples(const struct intake *intake, struct intake_sample ret[INTAKE_SAMPLES]);

/* ---- stream: one connection, file or socket -------------------------------------------------- */

struct stream;

rc stream_open(struct ctx *c, struct intake *intake, struct stream **ret);
void stream_close(struct stream *stream);

/* The next bytes, not copied. They must stay until stream_next has said EMPTY; nothing may be given
 * before. */
struct stream_given {
    struct str peer;
    bool last;     /* the connection, file or datagram ends here; the stream begins anew after it */
    bool datagram; /* these bytes are one datagram (then `last` as well) */
};
void stream_give(struct stream *stream, struct str bytes, struct stream_given given);

enum stream_kind {
    STREAM_EMPTY, /* all that was given has been read */
    STREAM_FRAME, /* a frame, with its output */
    STREAM_BAD,   /* bad bytes: why; there may be a reply */
};
struct stream_item {
    enum stream_kind kind;
    struct adapter_output out;
    uint64_t frame;   /* its number in this stream, from 1 */
    uint64_t at;      /* byte position in this stream of its beginning */
    const char *why;  /* of BAD */
    struct str bytes; /* the frame, or of BAD its beginning */
};

/* Read on. NO_MEMORY leaves all as it was. */
rc stream_next(struct ctx *c, struct stream *stream, struct wall received, struct stream_item *ret);

/* After EMPTY: has a frame begun that is not whole yet, or does something bad go on? */
bool stream_pending(const struct stream *stream);

#endif
