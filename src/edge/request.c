/* What handlers may ask about the request that they answer (auth.h). */
#include "edge/edge_own.h"

#include "edge/http/http_url.h"

struct str edge_cookie(struct str cookie_header, const char *name)
{
    return http_cookie(cookie_header, name);
}

struct str edge_request_header(const struct request *request, const char *name)
{
    return http_header(&edge_request_of(request)->exchange->head, name);
}

bool edge_request_tls(const struct request *request)
{
    return edge_request_of(request)->exchange->tls;
}

struct str edge_request_origin(const struct request *request)
{
    struct edge_request *er = edge_request_of(request);
    struct http_exchange *exchange = er->exchange;
    struct str origin = {0};
    if (!rc_ok(str_format(&exchange->c, &origin, "%s://%.*s", exchange->tls ? "https" : "http",
                          STR_ARG(exchange->head.host))))
        return (struct str){0};
    return origin;
}

struct core *edge_request_core(const struct request *request)
{
    return edge_request_of(request)->edge->options.core;
}

void *edge_request_auth(const struct request *request)
{
    return edge_request_of(request)->edge->options.auth->arg;
}

struct edge *edge_of_request(const struct request *request)
{
    return edge_request_of(request)->edge;
}
