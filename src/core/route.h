/* A route is one row: method, path, permission, shapes, limits, one line of help. The rows make
 * dispatch, OpenAPI, the command line and the report of what was never tested. Nothing here knows
 * of sockets; src/edge feeds it. */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include "core/picture.h"
#include "shape/shape.h"

enum route_method { ROUTE_GET, ROUTE_POST, ROUTE_PUT, ROUTE_DELETE };

struct command;
struct core;
struct renderer;

enum { REQUEST_PATH_PARTS = 4, REQUEST_PARAMS_MAX = 32 };

struct param {
    struct str name, value; /* URL-decoded */
};

struct request {
    const struct route *route;
    const struct actor *actor;            /* NULL: not signed in */
    struct str peer;                      /* address of the caller */
    struct str parts[REQUEST_PATH_PARTS]; /* what stood for {…} in the path, in order */
    size_t param_count;
    struct param params[REQUEST_PARAMS_MAX]; /* of the query */
    const void *input;       /* struct of route->input, read and validated; NULL without */
    struct str body;         /* as sent */
    struct str language;     /* "en", "fr", "ar" */
    struct str if_match;     /* as sent, absent without */
    struct picture *picture; /* a reader's */
    const struct catalog *catalog;
    struct core *core;               /* for what concerns the whole: options, counters */
    const struct renderer *renderer; /* makes PDFs (agent/renderer); NULL: there is none */
};

/* What a handler gives back. The default is 200 with a JSON body. */
struct response {
    int status;            /* 0: 200, or 204 without a body */
    const char *type;      /* NULL: application/json */
    struct text *body;     /* write here */
    const char *file_name; /* offer it as a file under this name */
    bool foreign; /* bytes that somebody brought: a browser may do nothing with them but save */
    /* The same for everybody, and nothing in it that somebody brought: it may be compressed. What
     * has secrets beside a stranger's bytes may not (the length would tell of them: BREACH). */
    bool common;
    struct str etag;
    struct str location;
    struct str cookie;         /* whole Set-Cookie value */
    struct str lasting_cookie; /* another, that outlives the session */
    bool leaves;               /* the browser is to forget all that it has of us but cookies */
    struct str policy;         /* Content-Security-Policy, instead of the console's */
    struct readings readings;  /* of what is restricted, made by request_serve */
    struct command *command;   /* answer when this is done: {"id", "seq", "events"} or its fault */
    /* Writes the body once the command is committed, instead of that. Not for slow routes. */
    rc (*answer)(struct ctx *c, const struct request *request, struct response *response);
};

typedef rc serve_fn(struct ctx *c, const struct request *request, struct response *response);

struct route {
    enum route_method method;
    const char *path; /* "/api/v1/zones/{id}" */
    const char *permission;
    const char *help;
    const struct shape *input;  /* the body that is asked for; NULL: none */
    const struct shape *output; /* the body that is given; NULL: see `type`; of a route that is no
                                 * GET: command_done (answers.h), or nothing */
    const char *type;           /* media type of a body that no shape describes */
    bool output_list;           /* {"items": […], "after": …} of output */
    const struct shape *lists;  /* rows of this table, which are no records: the console lists them,
                                 * with the filters that lists of records take */
    size_t body_max;            /* bytes; 0: 64 KiB */
    bool raw;                   /* the handler reads `body` into `input`'s shape itself */
    bool slow;                  /* takes long (waits for the writer): a worker serves it */
    bool hashes;                /* works on passwords (argon2): a worker serves it that serves only
                                 * such, so that nothing else waits for it */
    bool lengthy; /* takes very long (a whole ledger): one worker of its own serves all of these */
    serve_fn *serve;
    const void *arg;     /* what the row is about, for shared handlers */
    const char *command; /* of ROUTE_COMMAND: what it does; the catalog fills in the rest */
};

/* The first four columns have to be given: a row without a permission does not compile. */
#define ROUTE(method_, path_, permission_, help_, ...)                                      \
    {                                                                                       \
        .method = ROUTE_##method_, .path = path_, .permission = permission_, .help = help_, \
        __VA_ARGS__                                                                         \
    }

/* A row that does a command, about what stands in braces: ROUTE_COMMAND("/api/v1/zones/{id}/arm",
 * "zone.arm"). Permission, help and input are the command's; If-Match holds. */
#define ROUTE_COMMAND(path_, command_, ...)                                   \
    {                                                                         \
        .method = ROUTE_POST, .path = path_, .command = command_, __VA_ARGS__ \
    }

/* Have the route's handler answer, and note in the response what it has read for the caller of what
 * is restricted; `answer` likewise. response->readings.c is given. */
rc request_serve(struct ctx *c, const struct request *request, struct response *response);
rc request_answer(struct ctx *c, const struct request *request, struct response *response);

/* A parameter of the query by name, absent when it was not given. */
struct str request_param(const struct request *request, const char *name);

#endif
