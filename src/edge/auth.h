/* Who is asking: what the web server wants from whoever does sign-in (src/edge/auth), and what its
 * handlers may ask of the server in return. The server itself knows no password, cookie or role.
 *
 * Every request is identified before anything else is done with it, on the thread of its loop with
 * that loop's reader. No credentials at all is no failure: the caller is then not known. */
#ifndef EDGE_AUTH_H
#define EDGE_AUTH_H

#include "core/core.h"

/* What came with the request. Absent where nothing came. */
struct edge_credentials {
    struct str cookie;        /* the whole Cookie header; edge_cookie finds one in it */
    struct str authorization; /* "Bearer …" */
    struct str peer;          /* address, without port */
    struct str user_agent;
    bool tls;
};

/* Who it is, and by which session or token (actor.way). All texts are in the arena of the call's
 * ctx. */
struct edge_caller {
    bool known;
    struct actor actor; /* when known */
};

struct edge_auth {
    void *arg; /* of the implementation; edge_request_auth gives it to its handlers */

    /* Who has these credentials? A cookie that is no longer good is nobody (so that the page for
     * signing in works); a bearer token that is not good raises UNAUTHENTICATED. */
    rc (*identify)(struct ctx *c, void *arg, struct picture *picture,
                   const struct edge_credentials *credentials, struct edge_caller *ret);

    /* The caller of a session or token that identify gave earlier, as it is now, without counting
     * as its use: for connections that stay open. Not known when it has ended. */
    rc (*renew)(struct ctx *c, void *arg, struct picture *picture, struct str session,
                struct edge_caller *ret);

    /* May this event change the answer of renew for anybody (accounts, roles, sessions)? */
    bool (*affects)(void *arg, const struct event *event);

    /* Has somebody signed in with this browser before? It counts for how long one waits, for
     * nothing else. NULL: of no browser is that known. Cheap, and on the thread of the loop. */
    bool (*familiar)(struct ctx *c, void *arg, const struct edge_credentials *credentials);
};

/* ---- for handlers of routes that src/edge serves --------------------------------------------- */

/* The value of a cookie, absent when it is not there. */
struct str edge_cookie(struct str cookie_header, const char *name);

/* A header of the request by its name in any case, absent when it was not sent. */
struct str edge_request_header(const struct request *request, const char *name);

/* Did it come over TLS? (A session cookie is then marked Secure.) */
bool edge_request_tls(const struct request *request);

/* The origin that the browser sees, "https://post.example.org"; what passkeys are bound to. */
struct str edge_request_origin(const struct request *request);

/* Is that origin one of ours, with its port: that we listen on, or that a host was named with
 * ("post.example.org:443")? Another service of the same machine, at another port, is not us. */
bool edge_request_is_ours(const struct request *request);

/* The writer, for core_call in a route marked `slow`, and the `arg` of struct edge_auth. */
struct core *edge_request_core(const struct request *request);
void *edge_request_auth(const struct request *request);

/* The server itself, for its own routes. */
struct edge;
struct edge *edge_of_request(const struct request *request);

#endif
