/* What is decided about a request when only its head is there: is the host ours, which route, who
 * is asking, may they, can it be another site's doing, and may it have a body. */
#include "assembly/answers.h"
#include "edge/edge_own.h"
#include "edge/http/http_url.h"

/* ---- host and origin ------------------------------------------------------------------------ */

/* An address can only be called by somebody who means it; a name may have been made to point at
 * us. */
static bool is_address(struct str host)
{
    if (str_starts(host, "[") && str_ends(host, "]"))
        return true;
    for (size_t i = 0; i < host.len; i++)
        if ((host.ptr[i] < '0' || host.ptr[i] > '9') && host.ptr[i] != '.')
            return false;
    return host.len > 0;
}

static rc check_host(struct ctx *c, const struct edge_request *er)
{
    const struct texts *hosts = &er->edge->options.hosts;
    int64_t port;
    struct str host = edge_split_port(er->exchange->head.host, &port);
    if (is_address(host) || str_eq_nocase(host, STR("localhost")))
        return OK;
    for (size_t i = 0; i < hosts->count; i++)
        if (str_eq_nocase(edge_split_port(hosts->items[i], &port), host))
            return OK;
    fault_set_value(c, host);
    FAIL(c, MALFORMED, "this server does not have the name %.*s", STR_ARG(host));
}

/* May a browser have sent it because another site told it to? Programs send neither cookies nor
 * Origin; ours is sent by a script of ours, which alone can add a header. */
static rc check_same_site(struct ctx *c, const struct edge_request *er)
{
    const struct http_head *head = &er->exchange->head;
    struct str origin = http_header(head, "origin"), site = http_header(head, "sec-fetch-site");
    bool browser = http_header_count(head, "cookie") > 0 || http_header_count(head, "origin") > 0 ||
                   http_header_count(head, "sec-fetch-site") > 0;
    if (er->request.route->method == ROUTE_GET || !browser)
        return OK;
    if (!str_absent(origin) && !str_eq_nocase(origin, edge_request_origin(&er->request)))
        FAIL(c, FORBIDDEN, "a page of %.*s may not do this", STR_ARG(origin));
    if (!str_absent(site) && !str_is(site, "same-origin"))
        FAIL(c, FORBIDDEN, "another site may not do this");
    if (!str_is(http_header(head, "x-chancery"), "1"))
        FAIL(c, FORBIDDEN, "the header \"X-Chancery: 1\" is missing");
    return OK;
}

/* ---- route and caller ----------------------------------------------------------------------- */

static rc find_route(struct ctx *c, struct edge_request *er)
{
    static const int methods[] = {
        [HTTP_GET] = ROUTE_GET, [HTTP_HEAD] = ROUTE_GET,      [HTTP_POST] = ROUTE_POST,
        [HTTP_PUT] = ROUTE_PUT, [HTTP_DELETE] = ROUTE_DELETE, [HTTP_OTHER] = ROUTER_METHODS};
    const struct http_head *head = &er->exchange->head;
    struct router_match match = {0};
    bool found = false;
    if (!http_path_is_plain(head->path))
        FAIL(c, MALFORMED, "the path has an empty, dotted or encoded part");
    TRY(router_find(c, er->edge->router, head->path, &match, &found));
    if (!found) {
        bool reading = head->method == HTTP_GET || head->method == HTTP_HEAD;
        er->asset = reading && !str_starts(head->path, "/api/");
        if (er->asset)
            return OK;
        FAIL(c, NOT_FOUND, "there is no %.*s", STR_ARG(head->path));
    }
    int method = methods[head->method];
    er->request.route = method < ROUTER_METHODS ? match.routes[method] : NULL;
    memcpy(er->request.parts, match.parts, sizeof match.parts);
    if (er->request.route)
        return OK;
    TRY(router_allow(c, &match, &er->allow));
    FAIL(c, NOT_ALLOWED, "%.*s is not offered here, only %.*s", STR_ARG(head->method_text),
         STR_ARG(er->allow));
}

static struct edge_credentials credentials_of(const struct edge_request *er)
{
    const struct http_head *head = &er->exchange->head;
    return (struct edge_credentials){
        .cookie = http_header(head, "cookie"),
        .authorization = http_header(head, "authorization"),
        .peer = er->exchange->peer,
        .user_agent = http_header(head, "user-agent"),
        .tls = er->exchange->tls,
    };
}

bool admit_is_familiar(struct edge_request *er)
{
    const struct edge_auth *auth = er->edge->options.auth;
    struct edge_credentials credentials = credentials_of(er);
    return auth->familiar && auth->familiar(&er->exchange->c, auth->arg, &credentials);
}

rc admit_caller(struct ctx *c, struct edge_request *er, struct picture *picture)
{
    const struct edge_auth *auth = er->edge->options.auth;
    struct edge_credentials credentials = credentials_of(er);
    TRY(auth->identify(c, auth->arg, picture, &credentials, &er->caller));
    if (er->caller.known && str_absent(er->caller.actor.way))
        FAIL(c, INTERNAL, "somebody came in by nothing");
    er->request.actor = er->caller.known ? &er->caller.actor : NULL;
    if (actor_may(er->request.actor, er->request.route->permission))
        return OK;
    if (!er->request.actor)
        FAIL(c, UNAUTHENTICATED, "sign in first");
    fault_set_value(c, str_from(er->request.route->permission));
    FAIL(c, FORBIDDEN, "this needs the permission %s", er->request.route->permission);
}

/* ---- parameters and body -------------------------------------------------------------------- */

static rc read_params(struct ctx *c, struct edge_request *er)
{
    struct request *request = &er->request;
    struct str rest = er->exchange->head.query, name, value;
    while (http_query_next(&rest, &name, &value)) {
        struct param param;
        if (request->param_count == REQUEST_PARAMS_MAX)
            FAIL(c, MALFORMED, "more than %d parameters", REQUEST_PARAMS_MAX);
        TRY(http_unescape(c, name, true, &param.name));
        TRY(http_unescape(c, value, true, &param.value));
        if (!str_absent(request_param(request, param.name.ptr)))
            FAIL(c, MALFORMED, "the parameter %.*s occurs twice", STR_ARG(param.name));
        request->params[request->param_count++] = param;
    }
    return OK;
}

static bool is_json(struct str type)
{
    struct str bare = str_sub(type, 0, str_find(type, STR(";")));
    return str_eq_nocase(str_trim(bare), STR("application/json"));
}

static rc check_body(struct ctx *c, const struct edge_request *er)
{
    const struct http_head *head = &er->exchange->head;
    const struct route *route = er->request.route;
    if (head->content_length > 0 && (route->method == ROUTE_GET || route->method == ROUTE_DELETE))
        FAIL(c, MALFORMED, "%.*s has no body", STR_ARG(head->method_text));
    if (route_needs_body(route) && head->content_length <= 0)
        FAIL(c, MALFORMED, "a body in JSON is missing");
    if (route->input && head->content_length > 0 && !is_json(http_header(head, "content-type")))
        FAIL(c, UNSUPPORTED, "the body has to be application/json");
    size_t most = route->body_max ? route->body_max : BODY_BYTES_DEFAULT;
    if (head->content_length > (int64_t)most)
        FAIL(c, TOO_LARGE, "the body can have at most %zu bytes", most);
    return OK;
}

static struct str language_of(const struct http_head *head)
{
    static const char *const known[] = {"en", "fr", "ar"};
    struct str wanted = http_header(head, "accept-language");
    size_t best = 0;
    int best_weight = 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct str rest = wanted, item, name;
        while (str_split(&rest, ',', &item)) {
            struct str whole = item;
            if (!str_split(&item, ';', &name) || !str_starts(str_trim(name), known[i]))
                continue;
            struct str tag = str_trim(name);
            char text[16] = {0};
            if (tag.len >= sizeof text)
                continue;
            memcpy(text, tag.ptr, tag.len);
            int weight = http_weight(whole, text);
            if (weight > best_weight) {
                best_weight = weight;
                best = i;
            }
        }
    }
    return str_from(known[best]);
}

rc admit_request(struct ctx *c, struct edge_request *er)
{
    const struct http_head *head = &er->exchange->head;
    TRY(check_host(c, er));
    TRY(find_route(c, er));
    if (er->asset)
        return OK;
    TRY(admit_caller(c, er, er->loop->reader.picture));
    TRY(check_same_site(c, er));
    TRY(read_params(c, er));
    er->request.peer = er->exchange->peer;
    er->request.language = language_of(head);
    er->request.if_match = http_header(head, "if-match");
    return check_body(c, er);
}
