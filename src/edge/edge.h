/* The web server of a mission: the routes of the catalog, the console, live updates. It is opened
 * between core_open and core_start (it subscribes to what is committed) and ends in two steps,
 * because what it asked of the writer has to be answered and the writer may still publish:
 * core_open, edge_open, core_start … edge_stop, core_close, edge_close. */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include "edge/auth.h"
#include "edge/http/http_pool.h"
#include "edge/http/httpd.h"

struct edge_options {
    struct core *core;
    const struct edge_auth *auth;
    struct str listen; /* "127.0.0.1:8022" */
    SSL_CTX *tls;      /* of tlsca.h; NULL: plain, for loopback */
    /* The names by which browsers may call it, with a port when it is not the one that we listen on
     * ("post.example.org:443"), beside "localhost" and addresses. Anything else in
     * Host is refused: a foreign name that was made to point at us is an attack (DNS rebinding). */
    struct texts hosts;
    const struct clock *clock;
    size_t loops; /* 0: 2 */
    struct http_limits limits;
    size_t slow_threads, slow_queue; /* of each lane for what takes long; 0: 2 and 16 */
    size_t subscribers_max;          /* live connections; 0: 4096 */
    size_t subscribers_each;         /* of them of one session or token; 0: 64 */
    const struct renderer *renderer; /* makes PDFs; NULL: documents are HTML only */
    const char *sandbox;             /* the level that is in force, for /api/v1/status */
    int64_t sweep_ms;                /* 0: 500 */

    /* For tests. Every reply is compared with the shape that its route declares, and is replaced by
     * an error when it is another; "METHOD path status" of every reply is appended to a file. */
    bool check_replies;
    const char *hits_path;
};

struct edge;
rc edge_open(struct ctx *c, const struct edge_options *options, struct edge **ret);
void edge_stop(struct edge *edge);
void edge_close(struct edge *edge);
unsigned edge_port(const struct edge *edge);

/* The routes that are the server's own: /health, /api/v1/status, /api/v1/openapi.json,
 * /api/v1/live. To be in the catalog. */
extern const struct module edge_module;

#endif
