/* The ear: an agent that reads what devices say. A listener's bytes go down to it as they came, and
 * come back as signals: protocols are parsed in a process without keys, files or sockets. It has
 * the options of one listener, and with them that listener's keys of panels; nothing else of ours.
 *
 *     server                                     ear
 *       ear_open ──OPEN: protocol, options──▶  adapter
 *       ear_stream_next ──GIVE: bytes──────▶   stream ─▶ frames
 *                ◀──ANSWER: signals, replies, figures──┘
 *
 * One question, one answer, and the server waits for it for at most EAR_ANSWER_MS: an ear that
 * hangs is an ear that is gone. The streams of an ear answer like those of adapter/kit/adapter.h;
 * who writes an acknowledgement, and when, stays the server's.
 *
 * An ear that was taken over can lie about its own listener and no more: answers are bounded, read
 * strictly (they are shapes), and say nothing of other listeners. The address that bytes came from
 * is the server's to say, so the ear's word for it is overwritten. */
#ifndef AGENT_EAR_EAR_H
#define AGENT_EAR_EAR_H

#include "adapter/kit/adapter.h"

#define EAR_ROLE         "--ear"
#define EAR_SPAWNER_ROLE "--ear-spawner"

enum { EAR_ANSWER_MS = 5000, EAR_GIVEN_MAX = 65536 };

struct ear;
struct ear_stream;

struct ear_options {
    const struct adapter *adapter;
    struct str options, secret_options; /* JSON objects, absent: none */
    int ms;                             /* how long an answer may take; 0: EAR_ANSWER_MS */
};

/* Make an ear of a process that was started with the other end of this socket (ear_pair), which is
 * the ear's from here on, also on failure. INVALID: the options; IO: there is none. */
rc ear_open(struct ctx *c, int socket, const struct ear_options *options, struct ear **ret);
void ear_close(struct ear *ear); /* its streams are closed before; NULL is fine */

/* The pair of sockets between a server and an ear, closed on exec. */
rc ear_pair(struct ctx *c, int ret[2]);

/* Has it ended, hung or lied? Then nothing is to be had from it any more. */
bool ear_is_gone(const struct ear *ear);

/* As of the latest answer; a sample's `why` is the ear's. */
const struct intake_counts *ear_counts(const struct ear *ear);
uint64_t ear_tally(const struct ear *ear, size_t index);
size_t ear_samples(const struct ear *ear, struct intake_sample ret[INTAKE_SAMPLES]);

/* As stream_open and its like. At most EAR_GIVEN_MAX bytes are given at once; an item stays until
 * the next bytes are given. `item.bytes` are the beginning of the frame only, `item.size` is how
 * long it is. IO: the ear is gone. */
struct ear_item {
    struct stream_item item;
    size_t size;
};
rc ear_stream_open(struct ctx *c, struct ear *ear, struct ear_stream **ret);
void ear_stream_close(struct ear_stream *stream);
void ear_stream_give(struct ear_stream *stream, struct str bytes, struct stream_given given);
rc ear_stream_next(struct ctx *c, struct ear_stream *stream, struct wall received,
                   struct ear_item *ret);
bool ear_stream_pending(const struct ear_stream *stream);

/* Be an ear until the server is gone. `find` gives the adapter of a name. Gives the exit status. */
int ear_run(int fd, const struct adapter *(*find)(struct str name));

#endif
