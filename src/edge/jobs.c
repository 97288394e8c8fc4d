#include "edge/jobs.h"

#include "base/encode.h"
#include "base/random.h"
#include "edge/edge_own.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { JOB_MEMORY = 32 << 20, JOB_ID_BYTES = 16 };

#define JOB_STATES(X, E)                                  \
    X(E, WAITING, "waiting", "another one is being done") \
    X(E, RUNNING, "running", "it is being done")          \
    X(E, DONE, "done", "its answer is there")             \
    X(E, FAILED, "failed", "it could not be done; `detail`")
SHAPE_DECLARE_CHOICES(job_state, JOB_STATE, JOB_STATES);
SHAPE_DEFINE_CHOICES(job_state, JOB_STATE, JOB_STATES);

#define JOB_VIEW_FIELDS(F, T)                                                                 \
    F(T, text, line, id, REQUIRED, 0, 0, "its id")                                            \
    F(T, text, line, route, REQUIRED, 0, 0, "what was asked: POST /api/v1/ledger/verify")     \
    F(T, text, line, about, 0, 0, 0, "the record in the path of the route, where it has one") \
    F(T, choice, job_state, state, REQUIRED, 0, 0, "how it is")                               \
    F(T, opt_i64, _, done, 0, 0, 0, "so much is done, in the route's own unit")               \
    F(T, opt_i64, _, total, 0, 0, 0, "of so much; absent: not known yet")                     \
    F(T, time, _, since, REQUIRED, 0, 0, "when it was asked for")                             \
    F(T, time, _, ended, 0, 0, 0, "when it was done or had failed")                           \
    F(T, opt_i64, _, status, 0, 0, 0, "status of its answer")                                 \
    F(T, text, line, detail, 0, 0, 0, "why it failed")
SHAPE_DECLARE(job_view, JOB_VIEW_FIELDS);
SHAPE_DEFINE(job_view, JOB_VIEW_FIELDS, 1, "Long work that nobody waits for");

/* A request that is served once more, to nobody: it has memory and a head, and no connection. */
struct edge_job {
    struct edge_request
        er; /* the worker's while it runs, everybody's under the lock before and after */
    struct http_exchange exchange;
    struct http_work work;
    struct progress progress;
    struct edge_jobs *jobs;
    struct edge_job *next;
    char id[2 * JOB_ID_BYTES + 1];
    char account[64];
    struct str answer;
    enum job_state state;
    bool withdrawn; /* nobody can see it any more; it goes when it has ended */
    int64_t done, total;
    struct wall since, ended;
    struct clearance clearance; /* with which it was done */
};

struct edge_jobs {
    struct edge *edge;
    pthread_mutex_t lock;   /* all of each job but `er` and `exchange` while it runs */
    struct edge_job *first; /* the oldest */
};

/* ---- the list: under the lock ---------------------------------------------------------------- */

static bool ended(const struct edge_job *job)
{
    return job->state == JOB_STATE_DONE || job->state == JOB_STATE_FAILED;
}

static void job_close(struct edge_job *job)
{
    arena_close(job->exchange.c.arena);
    arena_close(job->exchange.out.arena);
    free(job);
}

/* Of the account, and of all. */
struct held {
    int each, all;
};

static struct held count(const struct edge_jobs *jobs, struct str account)
{
    struct held held = {0, 0};
    for (const struct edge_job *job = jobs->first; job; job = job->next) {
        held.each += str_is(account, job->account);
        held.all++;
    }
    return held;
}

/* Take out those that have ended and are withdrawn or older than an hour; and the oldest of those
 * that have ended, where that makes room for a new one of the account (absent: there is none). */
static void sweep(struct edge_jobs *jobs, struct wall now, struct str account)
{
    struct held held = count(jobs, account);
    for (struct edge_job **at = &jobs->first, *job; (job = *at);) {
        bool own = str_is(account, job->account);
        bool old = now.us - job->ended.us > (int64_t)JOB_KEPT_MINUTES * 60 * 1000000;
        bool room =
            !str_absent(account) && ((own && held.each >= JOBS_EACH) || held.all >= JOBS_ALL);
        if (!ended(job) || !(job->withdrawn || old || room)) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        held.each -= own;
        held.all--;
        job_close(job);
    }
}

static rc find(struct ctx *c, const struct request *request, struct edge_job **ret)
{
    struct edge_jobs *jobs = edge_request_of(request)->edge->jobs;
    for (struct edge_job *job = jobs->first; job; job = job->next)
        if (!job->withdrawn && str_is(request->parts[0], job->id) &&
            str_is(request->actor->id, job->account)) {
            *ret = job;
            return OK;
        }
    FAIL(c, NOT_FOUND, "you have no such job");
}

/* ---- the work: on a worker ------------------------------------------------------------------- */

static bool tell(struct progress *progress, int64_t done, int64_t total)
{
    struct edge_job *job =
        (struct edge_job *)((char *)progress - offsetof(struct edge_job, progress));
    pthread_mutex_lock(&job->jobs->lock);
    job->done = done;
    job->total = total;
    bool wanted = !job->withdrawn;
    pthread_mutex_unlock(&job->jobs->lock);
    return wanted;
}

/* The caller may have lost rights since it asked: it is looked up as if it asked now. */
static rc serve_again(struct ctx *c, struct edge_job *job, struct picture *picture)
{
    TRY(admit_caller(c, &job->er, picture));
    TRY(dispatch_run(c, &job->er, picture));
    if (job->er.response.command)
        FAIL(c, INTERNAL, "a command is not done as a job");
    rc result = text_done(&job->er.body, &job->answer);
    if (!rc_ok(result))
        c->fault = job->exchange.out.fault;
    return result;
}

static void run(struct http_work *work, void *of_thread)
{
    struct edge_job *job = (struct edge_job *)((char *)work - offsetof(struct edge_job, work));
    struct edge_jobs *jobs = job->jobs;
    struct ctx *c = &job->exchange.c;
    pthread_mutex_lock(&jobs->lock);
    bool wanted = !job->withdrawn;
    job->state = JOB_STATE_RUNNING;
    pthread_mutex_unlock(&jobs->lock);

    rc result = OK;
    if (wanted)
        result = serve_again(c, job, ((struct edge_loop *)of_thread)->reader.picture);

    pthread_mutex_lock(&jobs->lock);
    job->er.result = result;
    if (job->er.request.actor)
        job->clearance = job->er.request.actor->clearance;
    job->ended = clock_now(c);
    job->state = rc_ok(result) ? JOB_STATE_DONE : JOB_STATE_FAILED;
    pthread_mutex_unlock(&jobs->lock);
}

/* ---- to begin it ----------------------------------------------------------------------------- */

/* What the handler and the looking up of the caller read of the head. */
static rc copy_head(struct ctx *c, const struct http_head *from, struct http_head *to)
{
    *to = *from;
    TRY(str_copy(c, from->method_text, &to->method_text));
    TRY(str_copy(c, from->path, &to->path));
    TRY(str_copy(c, from->query, &to->query));
    TRY(str_copy(c, from->host, &to->host));
    for (size_t i = 0; i < from->count; i++) {
        TRY(str_copy(c, from->headers[i].name, &to->headers[i].name));
        TRY(str_copy(c, from->headers[i].value, &to->headers[i].value));
    }
    return OK;
}

static rc copy_request(struct ctx *c, const struct request *from, struct request *to)
{
    *to = (struct request){
        .route = from->route,
        .catalog = from->catalog,
        .core = from->core,
        .renderer = from->renderer,
        .param_count = from->param_count,
    };
    TRY(str_copy(c, from->peer, &to->peer));
    TRY(str_copy(c, from->body, &to->body));
    TRY(str_copy(c, from->language, &to->language));
    TRY(str_copy(c, from->if_match, &to->if_match));
    for (size_t i = 0; i < REQUEST_PATH_PARTS; i++)
        TRY(str_copy(c, from->parts[i], &to->parts[i]));
    for (size_t i = 0; i < from->param_count; i++) {
        TRY(str_copy(c, from->params[i].name, &to->params[i].name));
        TRY(str_copy(c, from->params[i].value, &to->params[i].value));
    }
    return OK;
}

static rc fill_job(struct ctx *c, const struct edge_request *er, struct edge_job *job)
{
    unsigned char bytes[JOB_ID_BYTES];
    struct str id;
    struct edge_request *to = &job->er;
    struct http_exchange *exchange = &job->exchange;
    random_bytes(bytes, sizeof bytes);
    TRY(encode_bytes(c, ENCODE_HEX, bytes, sizeof bytes, &id));
    memcpy(job->id, id.ptr, sizeof job->id - 1);
    if (er->request.actor->id.len >= sizeof job->account)
        FAIL(c, INTERNAL, "the id of the account is too long for a job");
    memcpy(job->account, er->request.actor->id.ptr, er->request.actor->id.len);
    job->jobs = er->edge->jobs;
    job->state = JOB_STATE_WAITING;
    job->work.run = run;
    job->progress.tell = tell;
    job->since = clock_now(c);

    exchange->tls = er->exchange->tls;
    exchange->loop = er->exchange->loop;
    exchange->user = to;
    TRY(str_copy(c, er->exchange->peer, &exchange->peer));
    TRY(copy_head(c, &er->exchange->head, &exchange->head));
    TRY(copy_request(c, &er->request, &to->request));
    to->edge = er->edge;
    to->loop = er->loop;
    to->exchange = exchange;
    to->response.body = &to->body;
    to->response.readings.c = &exchange->out;
    text_init(&to->body, &exchange->out, REPLY_BYTES_MAX);
    return OK;
}

static rc job_open(struct ctx *c, const struct edge_request *er, struct edge_job **ret)
{
    struct edge_job *job = calloc(1, sizeof *job);
    struct clock const *clock = er->edge->options.clock;
    if (!job)
        FAIL(c, NO_MEMORY, "no memory for a job");
    job->exchange.c =
        (struct ctx){.arena = arena_open(JOB_MEMORY), .clock = clock, .progress = &job->progress};
    job->exchange.out = (struct ctx){.arena = arena_open(JOB_MEMORY), .clock = clock};
    rc result = job->exchange.c.arena && job->exchange.out.arena
                    ? fill_job(&job->exchange.c, er, job)
                    : fault_raise(&job->exchange.c, RC_NO_MEMORY, __FILE__, __LINE__,
                                  "no memory for a job");
    if (rc_ok(result)) {
        *ret = job;
        return OK;
    }
    c->fault = job->exchange.c.fault;
    job_close(job);
    return result;
}

/* Under the lock. */
static rc admit_job(struct ctx *c, struct edge_jobs *jobs, struct edge_job *job)
{
    struct held held = count(jobs, str_from(job->account));
    struct edge_job **at = &jobs->first;
    while (*at)
        at = &(*at)->next;
    if (held.each >= JOBS_EACH)
        FAIL(c, LIMITED, "you have %d jobs that are not done: withdraw one, or wait", JOBS_EACH);
    if (held.all >= JOBS_ALL || !http_pool_submit(jobs->edge->lanes[LANE_LENGTHY], &job->work))
        FAIL(c, BUSY, "too many are already waiting for this; try again");
    *at = job;
    return OK;
}

/* ---- what is told: under the lock ------------------------------------------------------------ */

static rc put_view(struct ctx *c, const struct edge_job *job, struct text *out)
{
    const struct route *route = job->er.request.route;
    struct job_view view = {
        .id = str_from(job->id),
        .state = job->state,
        .done = {job->done > 0, job->done},
        .total = {job->total > 0, job->total},
        .since = job->since,
        .ended = job->ended,
    };
    TRY(str_format(c, &view.route, "%s %s", route_method_name(route->method), route->path));
    if (job->er.request.parts[0].len > 0)
        TRY(str_copy(c, job->er.request.parts[0], &view.about));
    if (ended(job))
        view.status = (struct opt_i64){true, rc_http(job->er.result.code)};
    if (job->state == JOB_STATE_FAILED && view.status.value < 500)
        view.detail = str_from(job->exchange.c.fault.message);
    shape_write(out, &job_view_shape, SHAPE_VIEW_SHOWN, &view);
    return OK;
}

/* Fetching the answer is the reading. */
static rc copy_readings(const struct readings *from, struct readings *to)
{
    struct ctx *c = to->c;
    NEW(c, to->records.items, READINGS_MAX);
    for (size_t i = 0; i < from->records.count; i++)
        TRY(str_copy(c, from->records.items[i], &to->records.items[i]));
    to->records.count = from->records.count;
    to->label.tlp = from->label.tlp;
    return str_copy(c, from->label.compartments, &to->label.compartments);
}

/* The worker's memory is not looked at before it has ended; then nobody writes it. */
static rc put_answer(struct ctx *c, const struct edge_job *job, const struct request *request,
                     struct response *response)
{
    const struct response *from = &job->er.response;
    const struct route *route = job->er.request.route;
    if (!ended(job))
        FAIL(c, CONFLICT, "it is not done");
    /* It was made for what the caller then might read; who was refused might read nothing. */
    struct label then = {job->clearance.tlp, job->clearance.compartments};
    bool less = then.tlp != TLP_NONE && !actor_may_read(request->actor, then);
    if (less || !actor_may(request->actor, route->permission))
        FAIL(c, GONE, "your rights have changed since it was done; ask for it again");
    if (!rc_ok(job->er.result)) {
        c->fault = job->exchange.c.fault;
        return job->er.result;
    }
    response->status = from->status;
    response->type = from->type;
    TRY(copy_readings(&from->readings, &response->readings));
    text_put(response->body, job->answer);
    return OK;
}

/* ---- routes ---------------------------------------------------------------------------------- */

rc jobs_begin(struct ctx *c, struct edge_request *er)
{
    struct edge_jobs *jobs = er->edge->jobs;
    struct edge_job *job = NULL;
    TRY(job_open(c, er, &job));
    pthread_mutex_lock(&jobs->lock);
    sweep(jobs, clock_now(c), er->request.actor->id);
    rc result = admit_job(c, jobs, job);
    rc written = rc_ok(result) ? put_view(c, job, &er->body) : OK;
    pthread_mutex_unlock(&jobs->lock);
    if (!rc_ok(result)) {
        job_close(job);
        return result;
    }
    TRY(written);
    er->response.status = 202;
    er->response.type = "application/json";
    return str_format(c, &er->response.location, "/api/v1/jobs/%s", job->id);
}

rc jobs_serve_list(struct ctx *c, const struct request *request, struct response *response)
{
    struct edge_jobs *jobs = edge_request_of(request)->edge->jobs;
    rc result = OK;
    bool any = false;
    text_put(response->body, STR("{\"items\":["));
    pthread_mutex_lock(&jobs->lock);
    sweep(jobs, clock_now(c), (struct str){NULL, 0});
    for (const struct edge_job *job = jobs->first; job && rc_ok(result); job = job->next) {
        if (job->withdrawn || !str_is(request->actor->id, job->account))
            continue;
        text_put(response->body, any ? STR(",") : STR(""));
        result = put_view(c, job, response->body);
        any = true;
    }
    pthread_mutex_unlock(&jobs->lock);
    text_put(response->body, STR("]}"));
    return result;
}

rc jobs_serve_one(struct ctx *c, const struct request *request, struct response *response)
{
    struct edge_jobs *jobs = edge_request_of(request)->edge->jobs;
    struct edge_job *job = NULL;
    pthread_mutex_lock(&jobs->lock);
    rc result = find(c, request, &job);
    if (rc_ok(result))
        result = put_view(c, job, response->body);
    pthread_mutex_unlock(&jobs->lock);
    return result;
}

rc jobs_serve_answer(struct ctx *c, const struct request *request, struct response *response)
{
    struct edge_jobs *jobs = edge_request_of(request)->edge->jobs;
    struct edge_job *job = NULL;
    pthread_mutex_lock(&jobs->lock);
    rc result = find(c, request, &job);
    if (rc_ok(result))
        result = put_answer(c, job, request, response);
    pthread_mutex_unlock(&jobs->lock);
    return result;
}

rc jobs_serve_withdraw(struct ctx *c, const struct request *request, struct response *response)
{
    struct edge_jobs *jobs = edge_request_of(request)->edge->jobs;
    struct edge_job *job = NULL;
    (void)response;
    pthread_mutex_lock(&jobs->lock);
    rc result = find(c, request, &job);
    if (rc_ok(result)) {
        job->withdrawn = true;
        sweep(jobs, clock_now(c), (struct str){NULL, 0});
    }
    pthread_mutex_unlock(&jobs->lock);
    return result;
}

bool jobs_wanted(const struct edge_request *er)
{
    struct str prefer = http_header(&er->exchange->head, "prefer"), part;
    while (str_split(&prefer, ',', &part))
        if (str_eq_nocase(str_trim(part), STR("respond-async")))
            return er->request.route->lengthy && er->request.actor;
    return false;
}

/* ---- from the beginning to the end ----------------------------------------------------------- */

rc jobs_open(struct ctx *c, struct edge *edge, struct edge_jobs **ret)
{
    struct edge_jobs *jobs = calloc(1, sizeof *jobs);
    if (!jobs)
        FAIL(c, NO_MEMORY, "no memory for jobs");
    jobs->edge = edge;
    pthread_mutex_init(&jobs->lock, NULL);
    *ret = jobs;
    return OK;
}

void jobs_stop(struct edge_jobs *jobs)
{
    if (!jobs)
        return;
    pthread_mutex_lock(&jobs->lock);
    for (struct edge_job *job = jobs->first; job; job = job->next)
        job->withdrawn = true;
    pthread_mutex_unlock(&jobs->lock);
}

void jobs_close(struct edge_jobs *jobs)
{
    struct edge_job *next;
    if (!jobs)
        return;
    for (struct edge_job *job = jobs->first; job; job = next) {
        next = job->next;
        job_close(job);
    }
    pthread_mutex_destroy(&jobs->lock);
    free(jobs);
}
