/* The server of a mission as a whole: the writer, sign-in, the web server, the intake. */
#ifndef MAIN_SERVE_H
#define MAIN_SERVE_H

#include "agent/renderer/renderer.h"
#include "domain/tripwire/tripwire.h"
#include "edge/auth/auth.h"
#include "edge/camera/hub.h"
#include "edge/edge.h"
#include "edge/intake/receiver.h"
#include "main/folder.h"
#include "outlet/post/post.h"

struct serve_options {
    struct str listen;
    struct texts files; /* folders in which listeners may read files and make sockets */
    const char *folder; /* the sandbox keeps the program to it; NULL: no sandbox */
    SSL_CTX *tls;       /* NULL: plain */
    struct texts hosts; /* names by which browsers may call it, beside localhost and addresses */
    const struct clock *clock;
    const char *program;   /* this one, to be started for cameras, outlets and PDFs; NULL: none */
    bool no_cameras;       /* and not for cameras */
    bool check_replies;    /* for tests: see edge.h */
    const char *hits_path; /* the same */
};

struct serving {
    struct core *core;
    struct auth *auth;
    struct edge_auth edge_auth;
    struct edge *edge;
    struct tripwires *tripwires;
    struct receiver *receiver;
    struct hub *hub;
    struct post *post;
    struct agent opener;
    struct renderer renderer;
};

/* Open everything over a core that is not started, and start it. The core is the serving's from
 * here on, also after a failure. */
rc serving_open(struct ctx *c, struct core *core, const struct serve_options *options,
                struct serving *ret);

/* End in order: no new requests, what is queued is written, then all is closed. */
void serving_close(struct serving *serving);

/* Hold back the signals that end the program, for all threads made later; then wait for one, at
 * most `wait_ms` (-1: for ever). True when one came. */
void serving_hold_signals(void);
bool serving_wait(int64_t wait_ms);

/* Wait until there is something to read, or the end of it. False: such a signal came. */
bool serving_wait_readable(int fd);

#endif
