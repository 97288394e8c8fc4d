#include "outlet/print/print.h"

#include "adapter/ipp/ipp.h"
#include "outlet/kit/call.h"

enum { IPP_PORT = 631, WAIT_MS = 60000, EVERY_MS = 2000, LOOKS = 300, REQUEST_MAX = 8 << 20 };

struct printing {
    struct ctx *c;
    const struct outlet_run *run;
    struct str printer;
    int32_t calls;
    struct ipp_answer answer; /* of the last call */
};

/* A refusal for good: the request, the document, the printer's name. */
static rc judge(struct printing *p)
{
    unsigned status = p->answer.status;
    const char *words = ipp_status_words(status);
    if (status < 0x100)
        return OK;
    if (status == 0x404 || status == 0x402 || status >= 0x500)
        FAIL(p->c, BUSY, "%s (IPP status %04x)", words, status);
    FAIL(p->c, FORBIDDEN, "%s (IPP status %04x)", words, status);
}

static rc call(struct printing *p, struct ipp_request *request)
{
    struct http_post post = {.headers = {"Content-Type: application/ipp", "Expect:"},
                             .wait_ms = WAIT_MS};
    struct http_answer answer = {.status = 0};
    struct text out;
    text_init(&out, p->c, REQUEST_MAX);
    request->id = ++p->calls;
    request->printer = p->printer;
    ipp_put_request(&out, request);
    TRY(text_done(&out, &post.body));
    TRY(call_post(p->c, p->run, &post, &answer));
    if (answer.status != 200)
        FAIL(p->c, BUSY, "the printer answers with HTTP status %ld", answer.status);
    TRY(ipp_read_answer(p->c, answer.body, &p->answer));
    return judge(p);
}

/* CUPS leaves out the names of jobs that it has put away; asked for one by its number it says it.
 */
static rc name_job(struct printing *p, struct ipp_job *job)
{
    struct ipp_request look = {.operation = IPP_GET_JOB, .job = job->id};
    TRY(call(p, &look));
    if (p->answer.count > 0)
        *job = p->answer.jobs[0];
    return OK;
}

/* Is it among these, and has it come out or may it still? */
static rc find_among(struct printing *p, bool completed, int32_t *ret)
{
    struct ipp_request list = {.operation = IPP_GET_JOBS, .completed = completed};
    struct ipp_job *jobs = NULL;
    TRY(call(p, &list));
    size_t count = p->answer.count;
    NEW(p->c, jobs, count + 1);
    memcpy(jobs, p->answer.jobs, count * sizeof *jobs);
    for (size_t i = 0; i < count && *ret == 0; i++) {
        if (str_absent(jobs[i].name))
            TRY(name_job(p, &jobs[i]));
        bool ours = str_eq(jobs[i].name, p->run->delivery->id);
        if (ours && jobs[i].state != IPP_CANCELED && jobs[i].state != IPP_ABORTED)
            *ret = jobs[i].id;
    }
    return OK;
}

/* The job of an earlier try; 0: the printer knows of none. */
static rc find(struct printing *p, int32_t *ret)
{
    *ret = 0;
    TRY(find_among(p, false, ret));
    return *ret ? OK : find_among(p, true, ret);
}

static rc print(struct printing *p, int32_t *ret)
{
    TRY(call(p, &(struct ipp_request){.operation = IPP_PRINT_JOB,
                                      .name = p->run->delivery->id,
                                      .format = p->run->delivery->type,
                                      .document = p->run->document}));
    if (p->answer.count == 0 || p->answer.jobs[0].id <= 0)
        FAIL(p->c, BUSY, "the printer gave no job number");
    *ret = p->answer.jobs[0].id;
    return OK;
}

/* Until it is printed. A printer without paper is asked again much later. */
static rc follow(struct printing *p, int32_t job)
{
    struct ipp_request look = {.operation = IPP_GET_JOB, .job = job};
    struct arena_mark mark = arena_mark(p->c->arena);
    for (int i = 0; i < LOOKS; i++) {
        arena_return(p->c->arena, mark);
        TRY(call(p, &look));
        const struct ipp_job *now = &p->answer.jobs[0];
        int32_t state = p->answer.count > 0 ? now->state : 0;
        if (state == IPP_COMPLETED)
            return OK;
        if (state == IPP_CANCELED || state == IPP_ABORTED)
            FAIL(p->c, FORBIDDEN, "job %d was %s at the printer: %.*s", job,
                 state == IPP_CANCELED ? "cancelled" : "given up", STR_ARG(now->reason));
        if (!p->run->rest(p->run->arg, EVERY_MS))
            FAIL(p->c, BUSY, "Chancery ends");
    }
    FAIL(p->c, BUSY, "job %d is not printed yet", job);
}

rc print_send(struct ctx *c, const struct outlet_run *run)
{
    struct outlet outlet = *run->outlet;
    struct outlet_run to_port = *run;
    struct printing *p = NULL;
    struct str peer;
    int32_t job = 0;
    if (!outlet.port.known)
        outlet.port = (struct opt_i64){true, IPP_PORT};
    to_port.outlet = &outlet;
    NEW(c, p, 1);
    *p = (struct printing){.c = c, .run = &to_port};
    if (str_absent(run->document))
        FAIL(c, GONE, "its document is deleted");
    TRY(str_format(c, &p->printer, "%s://%.*s:%lld%.*s",
                   outlet.tls == OUTLET_TLS_NONE ? "ipp" : "ipps", STR_ARG(outlet.host),
                   (long long)outlet.port.value, STR_ARG(outlet.path)));
    if (run->delivery->tries > 1)
        TRY(find(p, &job));
    if (job == 0)
        TRY(print(p, &job));
    TRY(str_format(c, &peer, "job %d", job));
    run->tell(run->arg, DELIVERY_VERDICT_SENT, (struct str){NULL, 0}, peer);
    TRY(follow(p, job));
    run->tell(run->arg, DELIVERY_VERDICT_DELIVERED, (struct str){NULL, 0}, peer);
    return OK;
}
