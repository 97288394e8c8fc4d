/* The receiver: one thread that takes in what devices say. Sockets and files give bytes, an adapter
 * makes signals of them, and these go to the one writer as commands, many in one.
 *
 *   bytes -> stream -> frame -> batch of its port -> command -> commit -> reply
 *
 * An acknowledgement leaves after the commit and never before. Where more comes than can be
 * written, reading of connections and files waits, and nothing is lost; datagrams are counted and
 * dropped, but duress among them is taken first. Duress goes by the alarm lane, at once and alone.
 */
#ifndef EDGE_INTAKE_RECEIVER_H
#define EDGE_INTAKE_RECEIVER_H

#include "agent/opener/opener.h"
#include "core/core.h"
#include "edge/intake/listener.h"

#include <openssl/ssl.h>

struct receiver;

struct receiver_options {
    struct core *core;
    const struct clock *clock;
    const struct agent *opener; /* opens sockets after the sandbox is closed; NULL: they are ours */
    const char *program;        /* this one, to start ears (agent/ear); NULL: `start_ear` does */
    rc (*start_ear)(struct ctx *c, int socket); /* with this socket, which is its from here on */
    SSL_CTX *tls;       /* the mission's own; NULL: listeners with TLS fail to open */
    struct texts files; /* folders (place_folders) in which listeners may read files and make
                         * sockets; none: nowhere */
    int64_t note_ms;    /* how often figures are noted; 0: 5000 */
};

/* Open all listeners that are not switched off. One that cannot be opened says so in its state and
 * does not keep the others from it. To be called before the network is cut off. */
rc receiver_open(struct ctx *c, const struct receiver_options *options, struct receiver **ret);

/* Read and take on a thread of its own. Without it, receiver_step does what is to be done now; for
 * tests, whose clock stands. True when there was anything. */
rc receiver_start(struct ctx *c, struct receiver *receiver);
bool receiver_step(struct receiver *receiver);

/* Take no more; send the acknowledgements of what is being written, for a few seconds at most. To
 * be called while the writer runs. Closing: after the writer has ended. NULL is fine. */
void receiver_stop(struct receiver *receiver);
void receiver_close(struct receiver *receiver);

/* The port that a listener is reached at, 0 when it has none; before receiver_start. */
unsigned receiver_port(const struct receiver *receiver, struct str listener);

/* Is there a listener that calls somebody, so that a sandbox has to leave that possible? */
bool receiver_dials(const struct receiver *receiver);

/* The folders that are given to listeners, as they are without links. NOT_FOUND: one is not there;
 * INVALID: the mission's own folder (NULL: none) is one of them, in one or around one. */
rc place_folders(struct ctx *c, struct texts given, const char *mission, struct texts *ret);

#endif
