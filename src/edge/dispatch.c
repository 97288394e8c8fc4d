/* The way of a request:
 *
 *   head:  admit.c                                          (refused: the body is never read)
 *   body:  the caller looked up again when rights have changed since the head
 *   then:  shape_read -> the route's handler, on the loop or, for a slow one, on a worker
 *   or:    a lengthy one that nobody waits for becomes a job (jobs.h)
 *   then:  a command, if the handler gave one, is submitted and waited for
 *   then:  the reading of restricted records is put on the record, before it is shown
 *   then:  answer.c
 *
 * Every step runs on the loop, except a slow handler; the writer and the workers come back by
 * http_loop_post. */
#include "edge/edge_own.h"
#include "edge/jobs.h"

#include <stdlib.h>

/* ---- after the handler ---------------------------------------------------------------------- */

static void on_loop_again(struct http_job *job, void *of_loop)
{
    (void)of_loop;
    struct edge_request *er =
        (struct edge_request *)((char *)job - offsetof(struct edge_request, job));
    dispatch_finish(er);
}

/* On the writer's thread, after the commit or the refusal. */
static void command_done(struct command *command)
{
    struct edge_request *er = command->arg;
    er->result = command->result;
    if (!rc_ok(command->result))
        er->exchange->c.fault = command->fault;
    http_loop_post(er->exchange->loop, &er->job);
}

static rc submit(struct ctx *c, struct edge_request *er, struct command *command)
{
    command->done = command_done;
    command->arg = er;
    er->job.run = on_loop_again;
    return core_submit(c, er->edge->options.core, command);
}

/* The default answer to a command: {"id","seq","events"}. */
static rc fill_from_command(struct ctx *c, struct edge_request *er)
{
    const struct command *command = er->response.command;
    if (command->event_count > 0 && str_absent(er->response.etag))
        TRY(str_format(c, &er->response.etag, "\"%lld\"", (long long)command->first_seq));
    if (er->body.len > 0)
        return OK;
    text_put(&er->body, STR("{"));
    if (command->record_id[0]) {
        text_put(&er->body, STR("\"id\":"));
        text_put_json(&er->body, str_from(command->record_id));
        text_put_char(&er->body, ',');
    }
    text_printf(&er->body, "\"seq\":%lld,\"events\":%lld}", (long long)command->first_seq,
                (long long)command->event_count);
    return OK;
}

/* A command "reading.note" with what was read for the answer. */
static rc submit_note(struct ctx *c, struct edge_request *er)
{
    const struct decision *decision = er->edge->reading_note;
    const struct readings *readings = &er->response.readings;
    struct text json;
    struct str text;
    void *input = NULL;
    if (!decision)
        FAIL(c, INTERNAL, "restricted records cannot be shown: there is no reading.note");
    text_init(&json, c, REPLY_BYTES_MAX);
    text_put(&json, STR("{\"records\":["));
    for (size_t i = 0; i < readings->records.count; i++) {
        text_put(&json, i ? STR(",") : STR(""));
        text_put_json(&json, readings->records.items[i]);
    }
    text_put(&json, STR("],\"label\":\""));
    label_put(&json, readings->label);
    text_printf(&json,
                "\",\"how\":\"%s %s\",\"peer\":", route_method_name(er->request.route->method),
                er->request.route->path);
    text_put_json(&json, er->request.peer);
    text_put_char(&json, '}');
    TRY(text_done(&json, &text));
    if (!(input = ctx_take(c, 1, decision->input->size)))
        return fault_again(c);
    TRY(shape_read(c, decision->input, SHAPE_FROM_INPUT, text, input));
    er->note = (struct command){
        .decision = decision,
        .input = input,
        .actor = *er->request.actor,
        .cause = -1,
        .expect_seq = -1,
    };
    return submit(c, er, &er->note);
}

/* Steps that remain, in order; *ret_wait: one was begun and comes back here. */
static rc next_step(struct ctx *c, struct edge_request *er, bool *ret_wait)
{
    struct command *command = er->response.command;
    *ret_wait = false;
    if (!rc_ok(er->result))
        return er->result;
    if (command && !command->done) {
        TRY(submit(c, er, command));
        *ret_wait = true;
        return OK;
    }
    if (command && er->response.answer && er->body.len == 0)
        TRY(request_answer(c, &er->request, &er->response));
    bool shows = er->body.len > 0; /* what the command's own answer says is nothing of a record */
    if (command)
        TRY(fill_from_command(c, er));
    if (shows && er->response.readings.label.tlp && !er->noted) {
        er->noted = true;
        TRY(submit_note(c, er));
        *ret_wait = true;
    }
    return OK;
}

void dispatch_finish(struct edge_request *er)
{
    struct ctx *c = &er->exchange->c;
    bool wait = false;
    rc result = next_step(c, er, &wait);
    if (wait)
        return;
    if (er->subscriber) {
        live_begin(er);
        return;
    }
    if (rc_ok(result) && er->edge->options.check_replies && !er->response.type)
        result = reply_check(c, er->edge->catalog, er->request.route, text_str(&er->body));
    if (rc_ok(result))
        answer_send(er);
    else
        answer_fault(er);
}

/* ---- the handler ---------------------------------------------------------------------------- */

/* The head was admitted a while ago: the body took its time, or a worker had no time. */
static rc admit_again(struct ctx *c, struct edge_request *er, struct picture *picture)
{
    const struct actor *actor = er->request.actor;
    if (!actor)
        return OK;
    bool over = actor->until.us && actor->until.us <= clock_now(c).us;
    if (!over && actor->as_of == core_callers(er->edge->options.core))
        return OK;
    return admit_caller(c, er, picture);
}

rc dispatch_run(struct ctx *c, struct edge_request *er, struct picture *picture)
{
    const struct route *route = er->request.route;
    er->request.picture = picture;
    if (route->input && !route->raw) {
        void *input = ctx_take(c, 1, route->input->size);
        if (!input)
            return fault_again(c);
        struct str body = er->request.body.len ? er->request.body : STR("{}");
        TRY(shape_read(c, route->input, SHAPE_FROM_INPUT, body, input));
        er->request.input = input;
    }
    return request_serve(c, &er->request, &er->response);
}

static rc run_handler(struct ctx *c, struct edge_request *er, struct picture *picture)
{
    TRY(admit_again(c, er, picture));
    return dispatch_run(c, er, picture);
}

static void run_slow(struct http_work *work, void *of_thread)
{
    struct edge_request *er =
        (struct edge_request *)((char *)work - offsetof(struct edge_request, work));
    struct edge_loop *worker = of_thread;
    er->result = run_handler(&er->exchange->c, er, worker->reader.picture);
    http_loop_post(er->exchange->loop, &er->job);
}

static void serve(void *of_loop, struct http_exchange *exchange)
{
    struct edge_request *er = exchange->user;
    struct edge_loop *loop = of_loop;
    er->request.body = exchange->body;
    if (er->asset) {
        if (asset_serve(exchange))
            return;
        er->result =
            fault_raise(&exchange->c, RC_NOT_FOUND, __FILE__, __LINE__, "there is no such page");
        answer_fault(er);
        return;
    }
    const struct route *route = er->request.route;
    if (!route->slow && !route->lengthy) {
        er->result = run_handler(&exchange->c, er, loop->reader.picture);
        dispatch_finish(er);
        return;
    }
    if (jobs_wanted(er)) {
        er->result = jobs_begin(&exchange->c, er);
        dispatch_finish(er);
        return;
    }
    er->work.run = run_slow;
    er->job.run = on_loop_again;
    if (http_pool_submit(route->lengthy ? er->edge->lengthy : er->edge->pool, &er->work))
        return;
    er->result = fault_raise(&exchange->c, RC_BUSY, __FILE__, __LINE__,
                             "too many are already waiting for this; try again");
    answer_fault(er);
}

/* ---- the head ------------------------------------------------------------------------------- */

static bool head(void *of_loop, struct http_exchange *exchange, size_t *ret_body_max)
{
    struct edge_loop *loop = of_loop;
    struct ctx *c = &exchange->c;
    struct edge_request *er = ctx_take(c, 1, sizeof *er);
    if (!er) {
        http_reply(exchange, &(struct http_reply){.status = 503, .close = true});
        return false;
    }
    exchange->user = er;
    er->edge = loop->edge;
    er->loop = loop;
    er->exchange = exchange;
    er->request.catalog = loop->edge->catalog;
    er->request.core = loop->edge->options.core;
    er->request.renderer = loop->edge->options.renderer;
    er->response.body = &er->body;
    er->response.readings.c = &exchange->out;
    text_init(&er->body, &exchange->out, REPLY_BYTES_MAX);
    er->result = admit_request(c, er);
    if (er->caller.known)
        http_exchange_know(exchange);
    if (!rc_ok(er->result)) {
        answer_fault(er);
        return false;
    }
    const struct route *route = er->request.route;
    *ret_body_max = er->asset ? 0 : route->body_max ? route->body_max : BODY_BYTES_DEFAULT;
    return true;
}

static void refuse(void *arg, bool tls, struct http_reply *reply)
{
    (void)arg;
    http_reply_add(reply, "Cache-Control", STR("no-store"));
    answer_add_security(reply, tls, (struct str){NULL, 0});
}

/* ---- threads -------------------------------------------------------------------------------- */

static rc open_loop(struct ctx *c, void *arg, struct http_loop *http, void **ret)
{
    struct edge *edge = arg;
    struct edge_loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        FAIL(c, NO_MEMORY, "no memory for a loop");
    loop->edge = edge;
    loop->http = http;
    rc result = core_reader_open(c, edge->options.core, &loop->reader);
    if (rc_ok(result) && http) {
        result = live_loop_open(c, edge->live, loop, &loop->live);
        if (!rc_ok(result))
            core_reader_close(&loop->reader);
    }
    if (!rc_ok(result)) {
        free(loop);
        return result;
    }
    *ret = loop;
    return OK;
}

static void close_loop(void *arg, void *of_loop)
{
    struct edge_loop *loop = of_loop;
    (void)arg;
    live_loop_close(loop->live);
    core_reader_close(&loop->reader);
    free(loop);
}

rc dispatch_open_worker(struct ctx *c, void *arg, void **ret)
{
    return open_loop(c, arg, NULL, ret);
}

void dispatch_close_worker(void *arg, void *of_thread)
{
    close_loop(arg, of_thread);
}

static void tick(void *of_loop)
{
    live_tick(((struct edge_loop *)of_loop)->live);
}

const struct http_handler edge_handler = {.open = open_loop,
                                          .close = close_loop,
                                          .head = head,
                                          .refuse = refuse,
                                          .serve = serve,
                                          .tick = tick};
