/* What the files of the receiver share. All of it belongs to its one thread, but the mailbox. */
#ifndef EDGE_INTAKE_RECEIVER_OWN_H
#define EDGE_INTAKE_RECEIVER_OWN_H

#include "base/endpoint.h"
#include "core/follower.h"
#include "edge/intake/opener.h"
#include "edge/intake/receiver.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <pthread.h>

struct port;
struct link;
struct tail;
struct batch;
struct broker;

enum {
    TICK_MS = 250,
    GIFT_BYTES = 65536,        /* read at once from a connection or file */
    BATCH_ITEMS = 240,         /* no more are begun in a batch: a frame may have 256 */
    BATCH_BYTES = 1 << 20,     /* the same, of memory */
    BATCH_MEMORY = 64 << 20,   /* never more */
    PORT_BATCHES = 2,          /* so many wait before a connection or file waits … */
    PORT_BATCHES_UDP = 16,     /* … and before datagrams are dropped */
    PORT_LANE_BATCHES = 64,    /* duress that waits for the disk */
    SPEAKER_SLOTS = 64,        /* addresses whose last speaker is remembered */
    HEARD_SLOTS = 1024,        /* senders whose last word is remembered */
    REPLY_WAITING_MAX = 65536, /* of a connection that does not read its acknowledgements */
};

/* ---- batches: batch.c ------------------------------------------------------------------------ */

struct frame {
    size_t end;         /* items up to here are this one's or earlier ones' */
    struct str reply;   /* absent: none */
    struct link *link;  /* whose it is, held; NULL: a datagram or a file */
    struct endpoint to; /* of a datagram */
    struct listener_place place;
    uint64_t ticket; /* of a broker's message, 0: none */
};

struct batch {
    struct command command;
    struct receiver *receiver;
    struct port *port; /* NULL: the port is closed */
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
bool batch_add(struct port *port, const struct stream_item *item, struct link *link,
               const struct endpoint *to, const struct listener_place *place);
/* Is there no room for another frame that is not duress? */
bool batch_full(const struct port *port);
/* Hand to the writer what may go. */
void batch_send(struct port *port);
/* The writer has answered (on the receiver's thread). */
void batch_done(struct batch *batch);
/* The port goes away; what flies comes back later. */
void batch_forget(struct port *port);
void batch_free(struct batch *batch);
/* The writer has it no more. */
void batch_land(struct batch *batch);
struct batch *batch_make(struct receiver *receiver, struct port *port);
bool batch_submit(struct batch *batch);

/* ---- connections: link.c --------------------------------------------------------------------- */

/* Who was the last to say who it is, over this way. */
struct speaker {
    size_t len;
    char identity[200];
};

struct link {
    struct speaker speaker;
    struct port *port; /* NULL: it is closed, and only held */
    struct link *next, **back;
    struct bufferevent *bev;
    struct stream *stream;
    struct endpoint from;
    char peer[ENDPOINT_TEXT_MAX];
    size_t peer_len;
    size_t held; /* frames that wait for an acknowledgement */
    bool ended;  /* the other side sends no more */
    bool giving; /* the stream has not read all of `gift` */
    bool pending, secured;
    struct mono heard, begun; /* last bytes; when the unfinished frame began */
    size_t gift_len;
    char gift[GIFT_BYTES];
};

rc link_listen(struct ctx *c, struct port *port);
void link_accept(struct port *port, int fd, const struct sockaddr *from, int from_len);
void link_close(struct link *link);
void link_release(struct link *link);
void link_reply(struct link *link, struct str bytes);
/* Go on reading after a wait. */
void link_resume(struct link *link);
/* Close those that are idle or slow. */
void link_tick(struct port *port, struct mono now);

/* ---- datagrams: udp.c ------------------------------------------------------------------------ */

rc udp_listen(struct ctx *c, struct port *port);
void udp_reply(struct port *port, const struct endpoint *to, struct str bytes);

/* ---- files: tail.c, tail_next.c -------------------------------------------------------------- */

enum { TAIL_HEAD = 512 };
struct tail {
    struct port *port;
    const char *folder, *name;
    int fd, watch;
    struct event *watch_event;
    struct stream *stream;
    struct listener_place place; /* of the open file, up to the last frame */
    int64_t base;                /* where the stream began */
    int64_t read;                /* bytes that were read */
    bool giving;                 /* the stream has not read all of `gift` */
    bool ending;                 /* the gift is the last of this file */
    bool ended;                  /* the file of `place` is read to its end, and closed */
    bool truncated;              /* what follows is the same file from its start */
    struct mono quiet_since;     /* another file has come, and since then nothing to this one */
    unsigned char head[TAIL_HEAD], hash[32];
    size_t gift_len;
    char gift[GIFT_BYTES];
};

rc tail_open(struct ctx *c, struct port *port, struct tail **ret);
void tail_close(struct tail *tail);
/* Read what is there. True when there was anything. */
bool tail_read(struct tail *tail);

/* The file that follows the open one (or the stored place, when none is open): `ret_path` absent
 * when there is none yet. */
rc tail_next_file(struct ctx *c, const struct tail *tail, struct str *ret_path);
/* Is it the one that the place is about? */
bool tail_is_placed(const struct listener_place *place, int fd);
/* Put identity and beginning of an open file into a place, offset 0. */
void tail_begin_place(struct listener_place *place, int fd);

/* ---- brokers: broker.c ----------------------------------------------------------------------- */

rc broker_open(struct ctx *c, struct port *port, const void *options);
void broker_close(struct broker *broker);
/* Take the messages that have come. True when there were any. */
bool broker_read(struct port *port);
/* What a message said is written down, and it may be acknowledged. */
void broker_settle(struct port *port, uint64_t ticket);

/* ---- ports: port.c --------------------------------------------------------------------------- */

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
        const char *why;
        size_t len;
        char bytes[BAD_SAMPLE_BYTES];
    } samples[BAD_SAMPLES_MAX];
};

struct port {
    struct receiver *receiver;
    struct port *next;
    struct ctx own; /* memory as long as the port lives */
    struct listener listener;
    int64_t seq;
    bool seen; /* while records are compared */
    struct intake *intake;
    int fd;
    struct evconnlistener *accepting;
    struct event *readable;
    struct stream *datagrams;
    struct tail *tail;
    struct broker *broker;
    uint64_t ticket; /* of the message that is being read */
    struct link *links;
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
    uint32_t kernel_dropped;
    struct heard heard[HEARD_SLOTS];
    struct speaker speaker;                 /* of a file or a broker … */
    struct speaker speakers[SPEAKER_SLOTS]; /* … and of datagrams, by address */
    struct blame blames[LISTENER_BLAMES];
    size_t blame_count;
};

rc port_open(struct ctx *c, struct receiver *receiver, const struct listener *listener, int64_t seq,
             int fd, struct port **ret);
void port_close(struct port *port);
void port_set(struct port *port, enum listener_condition condition, const char *why);
/* What a frame says, and what follows from who spoke. True when it waits to be written. */
bool port_take(struct port *port, struct stream_item *item, struct link *link,
               const struct endpoint *to, struct str peer, const struct listener_place *place);
void port_resume(struct port *port);
void port_tick(struct port *port, struct mono now);
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
