#include "support/edge_scene.h"

#include "edge/http/http_url.h"

#include "unit.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REPLY_MAX = 1 << 20 };

/* ---- the module ----------------------------------------------------------------------------- */

SHAPE_DEFINE(thing, THING_FIELDS, 1, "A thing of the test");

static rc serve_slow(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c;
    text_put(response->body, STR("{\"slow\":"));
    text_put_json(response->body, request->actor->id);
    text_put_char(response->body, '}');
    return OK;
}

sem_t edge_scene_lengthy;

static rc serve_door(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c;
    (void)request;
    text_put(response->body, STR("{\"door\":true}"));
    return OK;
}

static rc serve_hashes(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c;
    if (!request->actor && str_absent(edge_request_header(request, "cookie")))
        sem_wait(&edge_scene_lengthy);
    text_put(response->body, STR("{\"hashes\":true}"));
    return OK;
}

static rc serve_lengthy(struct ctx *c, const struct request *request, struct response *response)
{
    (void)request;
    TRY(ctx_progress(c, 1, 2));
    sem_wait(&edge_scene_lengthy);
    TRY(ctx_progress(c, 2, 2));
    text_put(response->body, STR("{\"lengthy\":true}"));
    return OK;
}

static rc serve_broken(struct ctx *c, const struct request *request, struct response *response)
{
    (void)request, (void)response;
    FAIL(c, CORRUPT, "page 7 of /var/secret/place is damaged");
}

/* Says that it gives a thing, and gives something else. */
static rc serve_lie(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c, (void)request;
    text_put(response->body, STR("{\"colour\":\"red\"}"));
    return OK;
}

static rc serve_echo(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c;
    text_put(response->body, STR("{\"origin\":"));
    text_put_json(response->body, edge_request_origin(request));
    text_put(response->body, STR(",\"language\":"));
    text_put_json(response->body, request->language);
    text_put(response->body, STR(",\"a\":"));
    text_put_json(response->body, request_param(request, "a"));
    text_put(response->body, STR(",\"why\":"));
    text_put_json(response->body, ((const struct step_reason *)request->input)->why);
    text_put_char(response->body, '}');
    response->cookie = STR("session=x; HttpOnly");
    response->file_name = "no/good \"name\".json";
    return OK;
}

const struct module thing_module = {
    .name = "thing",
    .help = "Things of the test",
    .records = (const struct record[]){{.shape = &thing_shape,
                                        .plural = "things",
                                        .read = "thing.read",
                                        .write = "thing.write"},
                                       {0}},
    .routes =
        (const struct route[]){
            ROUTE(GET, "/api/v1/slow", PERMIT_SIGNED_IN, "Served by a worker", .slow = true,
                  .serve = serve_slow),
            ROUTE(GET, "/api/v1/hashes", PERMIT_ANYONE, "Strangers wait until the test lets them",
                  .hashes = true, .type = "application/json", .serve = serve_hashes),
            ROUTE(GET, "/api/v1/door", PERMIT_ANYONE, "Served by a worker, to anybody",
                  .slow = true, .type = "application/json", .serve = serve_door),
            ROUTE(GET, "/api/v1/lengthy", PERMIT_SIGNED_IN, "Until the test lets it",
                  .lengthy = true, .serve = serve_lengthy),
            ROUTE(GET, "/api/v1/broken", PERMIT_ANYONE, "Always fails", .serve = serve_broken),
            ROUTE(GET, "/api/v1/lie", PERMIT_ANYONE, "Gives another shape", .output = &thing_shape,
                  .serve = serve_lie),
            ROUTE(POST, "/api/v1/echo", PERMIT_ANYONE, "What it understood",
                  .input = &step_reason_shape, .type = "application/json", .serve = serve_echo),
            {0}},
    .permissions = (const struct permission[]){{"thing.read", "see things"},
                                               {"thing.write", "change things"},
                                               {0}},
};

/* ---- the callers ---------------------------------------------------------------------------- */

static rc call_of(struct ctx *c, const struct edge_scene *s, struct str name,
                  struct edge_caller *ret)
{
    struct edge_caller caller = {.known = true, .actor.way = name};
    caller.actor.as_of = core_callers(s->scene.core);
    struct texts *permissions = &caller.actor.permissions;
    bool officer = str_is(name, "officer");
    if (!officer && (!str_is(name, "guard") || s->guard == GUARD_GONE)) {
        *ret = (struct edge_caller){0};
        return OK;
    }
    caller.actor.id = name;
    NEW(c, permissions->items, 1);
    permissions->items[0] = officer ? STR("*") : STR("thing.read");
    permissions->count = officer || s->guard == GUARD_ON_DUTY;
    caller.actor.clearance.tlp = officer ? TLP_RED : TLP_GREEN;
    *ret = caller;
    return OK;
}

static rc identify(struct ctx *c, void *arg, struct picture *picture,
                   const struct edge_credentials *credentials, struct edge_caller *ret)
{
    (void)picture;
    if (str_starts(credentials->authorization, "Bearer ")) {
        TRY(call_of(c, arg, str_sub(credentials->authorization, 7, SIZE_MAX), ret));
        if (!ret->known)
            FAIL(c, UNAUTHENTICATED, "this token is not known");
        return OK;
    }
    return call_of(c, arg, edge_cookie(credentials->cookie, "session"), ret);
}

static rc renew(struct ctx *c, void *arg, struct picture *picture, struct str session,
                struct edge_caller *ret)
{
    (void)picture;
    return call_of(c, arg, session, ret);
}

static bool affects(void *arg, const struct event *event)
{
    (void)arg;
    return str_is(event->record, "thing/roles");
}

static bool familiar(struct ctx *c, void *arg, const struct edge_credentials *credentials)
{
    (void)c;
    (void)arg;
    return str_is(edge_cookie(credentials->cookie, "browser"), "known");
}

/* ---- the server ----------------------------------------------------------------------------- */

void edge_scene_prepare(struct edge_scene *s, struct edge_options options)
{
    if (!options.auth) {
        s->auth = (struct edge_auth){s, identify, renew, affects, familiar};
        options.auth = &s->auth;
    }
    options.core = s->scene.core;
    options.clock = &s->scene.clock.clock;
    if (str_absent(options.listen))
        options.listen = STR("127.0.0.1:0");
    if (!options.sandbox)
        options.sandbox = "none";
    if (!options.sweep_ms)
        options.sweep_ms = 5;
    if (!options.hits_path)
        options.hits_path = getenv("CHANCERY_HITS");
    if (!rc_ok(edge_open(&s->scene.c, &options, &s->edge)))
        fail_msg("%s", s->scene.c.fault.message);
}

void edge_scene_begin(struct edge_scene *s, struct edge_options options)
{
    edge_scene_prepare(s, options);
    if (!rc_ok(core_start(&s->scene.c, s->scene.core)))
        fail_msg("%s", s->scene.c.fault.message);
}

void edge_scene_serve(struct edge_scene *s, struct edge_options options)
{
    static const struct module *const modules[] = {&edge_module, &thing_module};
    *s = (struct edge_scene){.guard = GUARD_ON_DUTY};
    scene_open(&s->scene, sizeof modules / sizeof modules[0], modules);
    edge_scene_begin(s, options);
}

void edge_scene_open(struct edge_scene *s, struct edge_options options)
{
    options.check_replies = true;
    edge_scene_serve(s, options);
}

void edge_scene_close(struct edge_scene *s)
{
    edge_stop(s->edge);
    scene_close(&s->scene);
    edge_close(s->edge);
}

/* ---- the client ----------------------------------------------------------------------------- */

int edge_scene_dial(const struct edge_scene *s)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)edge_port(s->edge)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl((INADDR_LOOPBACK & ~0xffU) | s->host)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->host)
        assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

void edge_scene_say(int fd, const char *text)
{
    size_t len = strlen(text);
    assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

const char *edge_scene_hear(int fd, const char *end)
{
    static char text[REPLY_MAX];
    size_t len = 0;
    ssize_t got;
    while ((got = recv(fd, text + len, sizeof text - 1 - len, 0)) > 0) {
        len += (size_t)got;
        text[len] = '\0';
        if (end && strstr(text, end))
            break;
    }
    text[len] = '\0';
    return text;
}

const char *edge_scene_ask(const struct edge_scene *s, const char *method, const char *target,
                           const char *who, const char *headers, const char *body)
{
    static char request[REPLY_MAX];
    int fd = edge_scene_dial(s);
    int len = snprintf(request, sizeof request,
                       "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s%s%s%s", method,
                       target, who ? "Authorization: Bearer " : "", who ? who : "",
                       who ? "\r\n" : "", headers ? headers : "");
    if (body)
        len += snprintf(request + len, sizeof request - (size_t)len,
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    snprintf(request + len, sizeof request - (size_t)len, "\r\n%s", body ? body : "");
    edge_scene_say(fd, request);
    const char *reply = edge_scene_hear(fd, NULL);
    close(fd);
    return reply;
}

const char *edge_scene_expect(const struct edge_scene *s, int status, const char *method,
                              const char *target, const char *who, const char *headers,
                              const char *body)
{
    char start[16];
    const char *reply = edge_scene_ask(s, method, target, who, headers, body);
    snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
    if (!str_starts(str_from(reply), start))
        fail_msg("%s %s: not %d but\n%s", method, target, status, reply);
    const char *end = strstr(reply, "\r\n\r\n");
    assert_non_null(end);
    return end + 4;
}
