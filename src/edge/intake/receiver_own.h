/* What the files of the receiver share. All of it belongs to its one thread, but the mailbox. */
#ifndef EDGE_INTAKE_RECEIVER_OWN_H
#define EDGE_INTAKE_RECEIVER_OWN_H

#include "agent/ear/ear.h"
#include "agent/opener/opener.h"
#include "base/endpoint.h"
#include "core/follower.h"
#include "edge/intake/receiver.h"

#include <event2/event.h>
#include <pthread.h>

struct port;
struct batch;
struct carrier;

enum {
    TICK_MS = 250,
    GIFT_BYTES = 65536,      /* read at once from a connection or file */
    BATCH_ITEMS = 240,       /* no more are begun in a batch: a frame may have 256 */
    BATCH_BYTES = 1 << 20,   /* the same, of memory */
    BATCH_MEMORY = 64 << 20, /* never more */
    PORT_BATCHES = 2,        /* so many wait before reading waits */
    PORT_LANE_BATCHES = 64,  /* duress that waits for the disk */
    HEARD_SLOTS = 1024,      /* senders whose last word is remembered */
};

/* ---- batches: batch.c ------------------------------------------------------------------------ */

/* Who was the last to say who it is, over this way. */
struct speaker {
    size_t len;
    char identity[200];
};

/* Who waits for what becomes of a frame, as its carrier knows it. */
struct waiter {
    void *link;         /* a connection */
    struct endpoint to; /* an address, len 0: none */
    uint64_t ticket;    /* of a message */
};

/* Where a frame comes from. */
struct origin {
    struct str peer;                    /* its address, absent: it has none */
    struct speaker *speaker;            /* of this way */
    const struct listener_place *place; /* of a file, up to the end of this frame; or NULL */
    struct waiter waiter;
};

struct frame {
    size_t end;       /* items up to here are this one's or earlier ones' */
    struct str reply; /* absent: none */
    struct waiter waiter;
    bool held; /* its carrier holds the waiter for it */
    struct listener_place place;
};

struct batch {
    struct command command;
    struct receiver *receiver;
    struct port *port; /* NULL: the port is closed */
    const struct carrier *carrier;
    struct ctx c;
    struct listener_take input;
    struct listener_note *note; /* a note instead of signals */
    struct signal items[SIGNAL_BATCH_MAX];
    struct frame frames[SIGNAL_BATCH_MAX];
    size_t item_count, frame_count;
    size_t from, to; /* frames that are being written now */
    bool lane, one_by_one, flying;
    struct mono again; /* after a failure of ours: not before */
    int tries;
    struct batch *next; /* of its port */
    struct batch *next_done;
    struct batch *next_aloft, **back_aloft; /* of those that the writer has */
};

/* Add a frame. True when it waits to be written. What cannot be had for want of memory is not
 * acknowledged and counted as refused. */
bool batch_add(struct port *port, const struct stream_item *item, const struct origin *origin);
/* Is there no room for another frame that is not duress? */
bool batch_full(const struct port *port);
/* Hand to the writer what may go. */
void batch_send(struct port *port);
/* The writer has answered (on the receiver's thread). Gives the port where that has made room: it
 * is to be resumed, and its batches sent. */
struct port *batch_done(struct batch *batch);
/* The port goes away; what flies comes back later. */
void batch_forget(struct port *port);
void batch_free(struct batch *batch);
/* The writer has it no more. */
void batch_land(struct batch *batch);
struct batch *batch_make(struct receiver *receiver, struct port *port);
bool batch_submit(struct batch *batch);

/* ---- ports: port*.c -------------------------------------------------------------------------- */

struct heard {
    uint64_t hash;
    struct mono at;
};

/* Bad bytes of somebody who is known, until the next note. */
struct blame {
    struct speaker who;
    int64_t count;
    size_t sample_count;
    struct {
        struct wall at;
        char why[200];
        size_t len;
        char bytes[BAD_SAMPLE_BYTES];
    } samples[BAD_SAMPLES_MAX];
};

struct port {
    struct receiver *receiver;
    struct port *next;
    struct ctx own; /* memory as long as the port lives */
    struct listener listener;
    struct str path; /* of a carrier in files: the address without links */
    int64_t seq;
    bool seen; /* while records are compared */
    const struct adapter *adapter;
    struct ear *ear;     /* reads what comes; NULL: it is not open */
    uint32_t ear_number; /* as the spawner knows it; 0: none that has to be ended */
    bool deaf;           /* its ear is gone: the listener is opened again, not before … */
    struct mono hear_again, opened;
    int deaths;                    /* of its ears, soon after each other */
    const struct carrier *carrier; /* NULL: not known to this version */
    void *carried;                 /* what the carrier has open */
    bool open;
    bool proves;                 /* its senders prove who they are (listener_proves) */
    int fd;                      /* of its socket, kept when the record changes; or -1 */
    struct batch *first, **last; /* waiting, the first may be flying */
    struct batch *filling;       /* the last of them, or NULL */
    struct batch *lanes;
    size_t batch_count, lane_count;
    bool waiting;  /* reading waits */
    bool draining; /* what was read is written, then the port goes away */
    struct listener_state state;
    char why[240];
    struct mono noted;
    bool note_flying, dirty;
    struct heard heard[HEARD_SLOTS];
    struct blame blames[LISTENER_BLAMES];
    size_t blame_count;
};

/* place.c: the path without links in its folder, when it is in one of these; INVALID. */
rc place_find(struct ctx *c, struct texts folders, struct str address, struct str *ret);

rc port_open(struct ctx *c, struct receiver *receiver, const struct listener *listener, int64_t seq,
             int fd, struct port **ret);
void port_close(struct port *port);
void port_set(struct port *port, enum listener_condition condition, const char *why);
/* port_ear.c: start the process that reads for it. IO when there is none to be had: it is deaf. */
rc port_open_ear(struct ctx *c, struct port *port);
/* The next frame of a stream. On failure the port may be deaf: nothing more is read then. */
rc port_hear(struct ctx *c, struct port *port, struct ear_stream *stream, struct ear_item *ret);
/* It cannot hear any more, or not yet: it is opened again later. */
void port_deafen(struct port *port, const char *why);
/* Ears that have ended are told of here. */
void receiver_look_at_ears(struct receiver *receiver);

/* What a frame says, and what follows from who spoke. True when it waits to be written. */
bool port_take(struct port *port, struct stream_item *item, const struct origin *origin);
/* There is room again. */
void port_resume(struct port *port);
void port_tick(struct port *port, struct mono now);
/* Something of the carrier's own thread may wait. True when it did. */
bool port_wake(struct port *port);
/* Take nothing new. */
void port_stop(struct port *port);
void port_note(struct port *port);

/* ---- the receiver: receiver.c ---------------------------------------------------------------- */

struct receiver {
    struct receiver_options options;
    const struct decision *take, *note;
    struct event_base *base;
    struct event *wake, *tick, *flush;
    int wake_fd;
    struct ctx scratch; /* of one callback */
    struct reader reader;
    struct follower *follower;
    struct port *ports;
    struct batch
        *aloft; /* batches that the writer has; also when it was ended before it had them */
    size_t flying;
    struct agent spawner; /* of ears */
    uint32_t ears;        /* started so far */
    bool stopping;
    struct mono stop_by;
    pthread_t thread;
    bool threaded;
    pthread_mutex_t mutex; /* of the mailbox: */
    struct batch *done, **done_last;
    bool changed, stop;
    bool again; /* not of the mailbox: ports drain, look at the listeners again */
};

/* The writer is done with a batch (on its thread). */
void receiver_post(struct receiver *receiver, struct batch *batch);
/* Something waits for the receiver's thread; from any thread. */
void receiver_ring(struct receiver *receiver);
/* Send what has been gathered, at the end of this turn of the loop. */
void receiver_flush_soon(struct receiver *receiver);

static inline struct mono mono_after(struct mono t, int64_t ms)
{
    return (struct mono){t.us + ms * 1000};
}

#endif
