#include "edge/edge_own.h"

#include "edge/jobs.h"
#include "edge/openapi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPENAPI_MEMORY = 64 << 20, OPENAPI_MAX = 8 << 20 };

/* ---- opening -------------------------------------------------------------------------------- */

static rc open_router(struct ctx *c, struct edge *edge)
{
    size_t count = catalog_route_count(edge->catalog);
    const struct route **routes;
    NEW(c, routes, count);
    for (size_t i = 0; i < count; i++)
        routes[i] = catalog_route(edge->catalog, i);
    return router_open(c, count, routes, &edge->router);
}

static rc describe(struct ctx *c, struct edge *edge)
{
    struct ctx own = {.arena = arena_open(OPENAPI_MEMORY), .clock = c->clock};
    struct text out;
    if (!own.arena)
        FAIL(c, NO_MEMORY, "no memory for the description of the API");
    edge->arena = own.arena;
    text_init(&out, &own, OPENAPI_MAX);
    rc result = openapi_write(&own, edge->catalog, &out);
    if (rc_ok(result))
        result = text_done(&out, &edge->openapi);
    if (!rc_ok(result))
        c->fault = own.fault;
    return result;
}

static rc open_hits(struct ctx *c, struct edge *edge)
{
    const char *path = edge->options.hits_path;
    if (!path)
        return OK;
    edge->hits = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (edge->hits < 0)
        FAIL(c, IO, "%s: %s", path, strerror(errno));
    return OK;
}

static rc open_threads(struct ctx *c, struct edge *edge)
{
    const struct edge_options *options = &edge->options;
    struct http_pool_options pool = {
        .queue_max = options->slow_queue,
        .open = dispatch_open_worker,
        .close = dispatch_close_worker,
        .arg = edge,
        .clock = options->clock,
    };
    struct httpd_options httpd = {
        .listen = options->listen,
        .loops = options->loops,
        .tls = options->tls,
        .clock = options->clock,
        .limits = options->limits,
        .handler = edge_handler,
        .sweep_ms = options->sweep_ms,
    };
    httpd.handler.arg = edge;
    for (int lane = 0; lane < LANES; lane++) {
        pool.threads = lane == LANE_SLOW || lane == LANE_DOOR ? options->slow_threads : 1;
        pool.queue_max = lane == LANE_DOOR ? DOOR_QUEUE : options->slow_queue;
        TRY(http_pool_open(c, &pool, &edge->lanes[lane]));
    }
    return httpd_open(c, &httpd, &edge->httpd);
}

static rc open_edge(struct ctx *c, struct edge *edge)
{
    TRY(open_router(c, edge));
    TRY(describe(c, edge));
    TRY(open_hits(c, edge));
    TRY(live_open(c, edge, &edge->live));
    TRY(jobs_open(c, edge, &edge->jobs));
    return open_threads(c, edge);
}

rc edge_open(struct ctx *c, const struct edge_options *options, struct edge **ret)
{
    struct edge *edge = calloc(1, sizeof *edge);
    if (!edge)
        FAIL(c, NO_MEMORY, "no memory for the web server");
    edge->options = *options;
    if (edge->options.subscribers_max == 0)
        edge->options.subscribers_max = 4096;
    if (edge->options.subscribers_each == 0)
        edge->options.subscribers_each = 64;
    edge->catalog = core_catalog(options->core);
    edge->reading_note = catalog_decision(edge->catalog, STR("reading.note"));
    edge->hits = -1;
    edge->started = clock_now(c);
    rc result = open_edge(c, edge);
    if (rc_ok(result))
        *ret = edge;
    else
        edge_close(edge);
    return result;
}

/* ---- the end -------------------------------------------------------------------------------- */

void edge_stop(struct edge *edge)
{
    if (!edge)
        return;
    live_stop(edge->live);
    httpd_stop(edge->httpd);
    jobs_stop(edge->jobs);
    for (int lane = 0; lane < LANES; lane++) {
        http_pool_close(edge->lanes[lane]);
        edge->lanes[lane] = NULL;
    }
}

void edge_close(struct edge *edge)
{
    if (!edge)
        return;
    edge_stop(edge);
    httpd_close(edge->httpd);
    live_close(edge->live);
    jobs_close(edge->jobs);
    router_close(edge->router);
    arena_close(edge->arena);
    if (edge->hits >= 0)
        close(edge->hits);
    free(edge);
}

unsigned edge_port(const struct edge *edge)
{
    return httpd_port(edge->httpd);
}
