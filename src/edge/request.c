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

struct str edge_split_port(struct str host, int64_t *ret_port)
{
    size_t at = host.len;
    while (at > 0 && host.ptr[at - 1] >= '0' && host.ptr[at - 1] <= '9')
        at--;
    *ret_port = -1;
    if (at == 0 || at == host.len || host.ptr[at - 1] != ':' ||
        !str_to_i64(str_sub(host, at, host.len), ret_port))
        return host;
    return str_sub(host, 0, at - 1);
}

bool edge_request_is_ours(const struct request *request)
{
    const struct edge_request *er = edge_request_of(request);
    const struct texts *hosts = &er->edge->options.hosts;
    int64_t port, listed;
    struct str name = edge_split_port(er->exchange->head.host, &port);
    if (port < 0)
        port = er->exchange->tls ? 443 : 80;
    if (port == (int64_t)httpd_port(er->edge->httpd))
        return true;
    for (size_t i = 0; i < hosts->count; i++) {
        struct str host = edge_split_port(hosts->items[i], &listed);
        if (listed == port && str_eq_nocase(host, name))
            return true;
    }
    return false;
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
