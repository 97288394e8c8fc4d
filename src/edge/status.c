/* How the server is: one word for anybody, the counters for those who keep it. */
#include "base/version.h"
#include "core/follower.h"
#include "edge/edge_own.h"
#include "edge/jobs.h"

#define HEALTH_FIELDS(F, T) F(T, text, line, status, REQUIRED, 0, 0, "ok, full or failing")
SHAPE_DECLARE(health, HEALTH_FIELDS);
SHAPE_DEFINE(health, HEALTH_FIELDS, 1, "Is it running, and can it write?");

#define SERVER_STATUS_FIELDS(F, T)                                             \
    F(T, text, line, version, REQUIRED, 0, 0, "of the program")                \
    F(T, text, line, mission, 0, 0, 0, "id of the mission")                    \
    F(T, text, line, sandbox, 0, 0, 0, "what the program has given up")        \
    F(T, time, _, started, REQUIRED, 0, 0, "when it was started")              \
    F(T, time, _, now, REQUIRED, 0, 0, "its clock")                            \
    F(T, i64, _, events, 0, 0, 0, "events in the ledger")                      \
    F(T, i64, _, faults, 0, 0, 0, "faults of its own since then")              \
    F(T, i64, _, slow_refused, 0, 0, 0, "turned away: too many slow requests") \
    F(T, json, _, core, 0, 0, 0, "counters of the writer")                     \
    F(T, json, _, followers, 0, 0, 0, "the followers of the ledger, by name")  \
    F(T, json, _, http, 0, 0, 0, "counters of the web server")                 \
    F(T, json, _, live, 0, 0, 0, "counters of live updates")
SHAPE_DECLARE(server_status, SERVER_STATUS_FIELDS);
SHAPE_DEFINE(server_status, SERVER_STATUS_FIELDS, 1, "The state of the server");

rc status_serve_health(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c;
    enum rc_code failing = core_counts(request->core).failing;
    if (failing != RC_OK)
        response->status = 503; /* so that a monitor that reads no words sees it */
    text_printf(response->body, "{\"status\":\"%s\"}", status_word(failing));
    return OK;
}

static void put_number(struct text *out, const char *name, int64_t value)
{
    bool first = out->len == 0 || out->ptr[out->len - 1] == '{';
    text_printf(out, "%s\"%s\":%lld", first ? "" : ",", name, (long long)value);
}

static void put_http(struct text *out, const struct http_counts *counts)
{
    text_put(out, STR(",\"http\":{"));
    put_number(out, "accepted", counts->accepted);
    put_number(out, "open", counts->open);
    put_number(out, "requests", counts->requests);
    put_number(out, "streams", counts->streams);
    put_number(out, "gone", counts->gone);
    put_number(out, "bodies_bytes", counts->bodies_bytes);
    text_put(out, STR(",\"answers\":{"));
    static const char *const hundreds[] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (size_t i = 2; i < 6; i++)
        put_number(out, hundreds[i], counts->answers[i]);
    text_put(out, STR("},\"refused\":{"));
    for (enum http_refusal r = HTTP_REFUSAL_NONE + 1; r < HTTP_REFUSAL_COUNT; r++)
        put_number(out, http_refusal_name(r), counts->refusals[r]);
    text_put(out, STR("}}"));
}

static void put_core(struct text *out, const struct core_counts *counts)
{
    text_put(out, STR(",\"core\":{"));
    put_number(out, "commands", counts->commands);
    put_number(out, "refused", counts->refused);
    put_number(out, "events", counts->events);
    put_number(out, "batches", counts->batches);
    put_number(out, "waiting", counts->waiting);
    put_number(out, "turned_away", counts->turned_away);
    put_number(out, "folds_retried", counts->folds_retried);
    put_number(out, "log_bytes", counts->log_bytes);
    put_number(out, "log_restarts", counts->log_restarts);
    put_number(out, "log_held", counts->log_held);
    put_number(out, "log_withdrawn", counts->log_withdrawn);
    put_number(out, "log_pause_us", counts->log_pause_us);
    text_printf(out, ",\"writing\":\"%s\"", status_word(counts->failing));
    if (counts->failing != RC_OK) {
        text_put(out, STR(",\"failing_since\":\""));
        text_put_wall(out, counts->failing_since);
        text_put_char(out, '"');
    }
    text_put_char(out, '}');
}

/* How far each is behind the ledger's end, and whether it goes on. */
static void put_followers(struct text *out, const struct core *core)
{
    const struct follower *follower;
    text_put(out, STR(",\"followers\":{"));
    for (size_t i = 0; (follower = core_follower(core, i)); i++) {
        struct follower_counts counts = follower_counts(follower);
        int64_t behind = core_size(core) - counts.position;
        text_printf(out, "%s\"%s\":{", i ? "," : "", counts.name);
        put_number(out, "behind", behind > 0 ? behind : 0);
        put_number(out, "taken", counts.taken);
        put_number(out, "refused", counts.refused);
        put_number(out, "failures", counts.failures);
        text_printf(out, ",\"failing\":%s}", counts.failing ? "true" : "false");
    }
    text_put_char(out, '}');
}

static void put_live(struct text *out, const struct live_counts *counts)
{
    text_put(out, STR(",\"live\":{"));
    put_number(out, "subscribers", counts->subscribers);
    put_number(out, "frames", counts->frames);
    put_number(out, "replayed", counts->replayed);
    put_number(out, "lagged", counts->lagged);
    put_number(out, "slow", counts->slow);
    put_number(out, "ended", counts->ended);
    put_number(out, "turned_away", counts->turned_away);
    text_put_char(out, '}');
}

rc status_serve(struct ctx *c, const struct request *request, struct response *response)
{
    struct edge *edge = edge_of_request(request);
    struct http_counts http = httpd_counts(edge->httpd);
    struct core_counts core = core_counts(request->core);
    struct live_counts live = live_counts(edge->live);
    struct text *out = response->body;
    int64_t refused = 0;
    for (int lane = 0; lane < LANES; lane++)
        refused += http_pool_refused(edge->lanes[lane]);
    text_put(out, STR("{\"version\":"));
    text_put_json(out, str_from(chancery_version()));
    text_put(out, STR(",\"mission\":"));
    text_put_json(out, core_options(request->core)->mission);
    text_put(out, STR(",\"sandbox\":"));
    text_put_json(out, str_from(edge->options.sandbox));
    text_put(out, STR(",\"started\":\""));
    text_put_wall(out, edge->started);
    text_put(out, STR("\",\"now\":\""));
    text_put_wall(out, clock_now(c));
    text_put_char(out, '"');
    put_number(out, "events", core_size(request->core));
    put_number(out, "faults", edge->faults);
    put_number(out, "slow_refused", refused);
    put_core(out, &core);
    put_followers(out, request->core);
    put_http(out, &http);
    put_live(out, &live);
    text_put_char(out, '}');
    return OK;
}

rc openapi_serve(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c;
    text_put(response->body, edge_of_request(request)->openapi);
    return OK;
}

static const struct route edge_routes[] = {
    ROUTE(GET, "/health", PERMIT_ANYONE, "Is it running, and can it write? ok, full, failing",
          .output = &health_shape, .serve = status_serve_health),
    ROUTE(GET, "/api/v1/status", "system.read", "Version, sandbox and counters of the server",
          .output = &server_status_shape, .serve = status_serve),
    ROUTE(GET, "/api/v1/openapi.json", PERMIT_SIGNED_IN, "This description, as OpenAPI 3.1",
          .type = "application/openapi+json", .serve = openapi_serve),
    ROUTE(GET, "/api/v1/live", PERMIT_SIGNED_IN,
          "Events as they are committed (text/event-stream): kinds, records, after",
          .type = "text/event-stream", .serve = live_serve),
    ROUTE(GET, "/api/v1/jobs", PERMIT_SIGNED_IN,
          "Your long work that nobody waits for: what was asked with `Prefer: respond-async`",
          .output = &job_view_shape, .output_list = true, .serve = jobs_serve_list),
    ROUTE(GET, "/api/v1/jobs/{id}", PERMIT_SIGNED_IN, "How far it is", .output = &job_view_shape,
          .serve = jobs_serve_one),
    ROUTE(GET, "/api/v1/jobs/{id}/answer", PERMIT_SIGNED_IN,
          "What the route answers, when it is done", .type = "application/json",
          .serve = jobs_serve_answer),
    ROUTE(DELETE, "/api/v1/jobs/{id}", PERMIT_SIGNED_IN, "Withdraw it, or forget its answer",
          .serve = jobs_serve_withdraw),
    {0},
};

const struct module edge_module = {
    .name = "edge",
    .help = "The web server itself",
    .routes = edge_routes,
};
