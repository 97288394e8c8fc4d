/* What the files of src/edge share. Not for others. */
#ifndef EDGE_EDGE_OWN_H
#define EDGE_EDGE_OWN_H

#include "base/log.h"
#include "base/text.h"
#include "edge/edge.h"
#include "edge/live.h"
#include "edge/router.h"

enum { REPLY_BYTES_MAX = 8 << 20, BODY_BYTES_DEFAULT = 64 << 10 };

/* Routes that a worker serves, by what waits for what: nobody who is signed in for those who are
 * not, and nothing for argon2 but argon2. */
enum edge_lane {
    LANE_SLOW,    /* those that want to know who asks */
    LANE_DOOR,    /* those that anyone may ask: signing in by what cannot be guessed */
    LANE_HASHES,  /* argon2, for those who are signed in or whose browser is known */
    LANE_GUESSES, /* argon2, for others */
    LANE_LENGTHY, /* over a whole ledger */
    LANES,
};
/* Waiting at the door: as many as may connect, for each takes a moment. */
enum { DOOR_QUEUE = 512 };

struct edge {
    struct edge_options options;
    const struct catalog *catalog;
    struct httpd *httpd;
    struct http_pool *lanes[LANES];
    struct edge_jobs *jobs;
    struct router *router;
    struct live *live;
    const struct decision *reading_note; /* NULL: no module has it */
    int hits;                            /* descriptor, -1: none */
    struct wall started;
    struct arena *arena; /* of the description */
    struct str openapi;
    _Atomic int64_t faults; /* answers of ours that were an error of ours */
};

/* Of a loop, or of a thread for slow routes. */
struct edge_loop {
    struct edge *edge;
    struct http_loop *http; /* NULL on a thread for slow routes */
    struct reader reader;
    struct live_loop *live;
};

/* A request on its way through dispatch.c, in the arena of its exchange. */
struct edge_request {
    struct request request; /* first: handlers get a pointer to it */
    struct response response;
    struct text body;
    struct edge *edge;
    struct edge_loop *loop;
    struct http_exchange *exchange;
    struct edge_caller caller;
    struct str allow;                   /* of a 405 */
    bool asset;                         /* a file of the console, not a route */
    struct live_subscriber *subscriber; /* the answer goes on (live.h) */
    bool noted;                         /* the reading of what is restricted is on the record */
    rc result;                          /* of a slow handler or a command */
    struct command note;
    struct http_work work;
    struct http_job job;
};

static inline struct edge_request *edge_request_of(const struct request *request)
{
    return (struct edge_request *)(uintptr_t)(const void *)request;
}

/* request.c: "post.example.org:8022" into the name and the port, -1 when it has none. */
struct str edge_split_port(struct str host, int64_t *ret_port);

/* dispatch.c: the handler of httpd. */
extern const struct http_handler edge_handler;
/* Read the input and call the handler, for a caller that has been looked up. */
rc dispatch_run(struct ctx *c, struct edge_request *er, struct picture *picture);
/* Continue on the loop after the handler has run. */
void dispatch_finish(struct edge_request *er);
/* The `open` and `close` of the threads for slow routes. */
rc dispatch_open_worker(struct ctx *c, void *edge, void **ret);
void dispatch_close_worker(void *edge, void *of_thread);

/* answer.c: what is sent. The request is gone afterwards. */
void answer_send(struct edge_request *er);
void answer_fault(struct edge_request *er);
void answer_note_hit(const struct edge_request *er, int status);
void answer_add_security(struct http_reply *reply, bool tls, struct str policy);

/* admit.c: everything that is decided before the body is read. Fills the request. */
rc admit_request(struct ctx *c, struct edge_request *er);
/* Who is asking, and may they: by what this picture says now. */
rc admit_caller(struct ctx *c, struct edge_request *er, struct picture *picture);
/* Has somebody signed in with the browser of this request before? */
bool admit_is_familiar(struct edge_request *er);

/* reply_check.c: is the answer what its route declares? INTERNAL says why not. */
rc reply_check(struct ctx *c, const struct catalog *catalog, const struct route *route,
               struct str body);

/* asset_serve.c: a file of the console, or its page for a path of the console. False: none. */
bool asset_serve(struct http_exchange *exchange);

/* Whether the record can be written: "ok", "full", "failing". */
static inline const char *status_word(enum rc_code failing)
{
    if (failing == RC_OK)
        return "ok";
    return failing == RC_NO_SPACE ? "full" : "failing";
}

/* The handlers of the server's own routes. */
serve_fn live_serve, status_serve_health, status_serve, openapi_serve;

#endif
