#include "outlet/post/agent.h"

#include "agent/kit/agent.h"
#include "outlet/mail/mail.h"
#include "outlet/post/packet.h"
#include "outlet/print/print.h"
#include "outlet/webhook/webhook.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOB_MEMORY = 128 << 20, TURN_MS = 500, JOB_FAILED = 1 };

/* A new kind is a row here. */
static const struct kind {
    outlet_send *send;
    int limit_s; /* then its process is ended */
} kinds[] = {
    [DELIVERY_KIND_MAIL] = {mail_send, 180},
    [DELIVERY_KIND_WEBHOOK] = {webhook_send, 60},
    [DELIVERY_KIND_PRINT] = {print_send, 900},
};
enum { LONGEST_S = 900 };

/* ---- the process of a message ---------------------------------------------------------------- */

struct teller {
    int fd;
    int64_t number;
};

static void tell(void *arg, enum delivery_verdict verdict, struct str why, struct str peer)
{
    struct teller *teller = arg;
    (void)packet_send_answer(teller->fd, teller->number, verdict, false, why, peer);
}

static bool rest(void *arg, int ms)
{
    struct teller *teller = arg;
    struct pollfd gone = {.fd = teller->fd}; /* POLLHUP comes unasked */
    return poll(&gone, 1, ms) == 0;
}

static rc send_one(struct ctx *c, const struct agent_options *options,
                   const struct packet_job *packet, int file, struct teller *teller)
{
    struct outlet_job job = {0};
    struct outlet_run run = {.calls = options->calls,
                             .delivery = &job.delivery,
                             .outlet = &job.outlet,
                             .arg = teller,
                             .tell = tell,
                             .rest = rest};
    TRY(packet_read_job(c, packet, file, &job, &run.document));
    const struct kind *kind = &kinds[job.delivery.kind];
    if (job.outlet.kind != job.delivery.kind || !kind->send)
        FAIL(c, INTERNAL, "no outlet for this kind of message");
    if (options->confine)
        TRY(options->confine(c));
    alarm((unsigned)kind->limit_s); /* its default action ends the process */
    return kind->send(c, &run);
}

static int be_job(const struct agent_options *options, const struct packet_job *packet, int file)
{
    struct ctx c = {.arena = arena_open(JOB_MEMORY), .clock = options->clock};
    struct teller teller = {options->fd, packet->number};
    rc result = c.arena ? send_one(&c, options, packet, file, &teller) : (rc){RC_NO_MEMORY};
    if (!rc_ok(result))
        tell(&teller, outlet_verdict(result), str_from(c.fault.message), (struct str){NULL, 0});
    arena_close(c.arena);
    return 0;
}

/* ---- the process of them all ----------------------------------------------------------------- */

struct child {
    pid_t pid;
    int64_t number;
    int64_t until_us;
};

struct courier {
    const struct agent_options *options;
    struct child children[AGENT_JOBS];
    size_t count;
};

static int64_t mono_us(const struct courier *courier)
{
    return courier->options->clock->mono(courier->options->clock).us;
}

static void say_over(const struct courier *courier, int64_t number, enum delivery_verdict verdict,
                     const char *why)
{
    (void)packet_send_answer(courier->options->fd, number, verdict, true, str_from(why),
                             (struct str){NULL, 0});
}

/* What is cut short has perhaps left; nobody knows. */
static void bury(struct courier *courier, size_t i, int status)
{
    char why[80];
    bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    bool late = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    snprintf(why, sizeof why, late ? "no answer in time" : "the process that sent it failed (%d)",
             status);
    say_over(courier, courier->children[i].number,
             well ? DELIVERY_VERDICT_UNSET : DELIVERY_VERDICT_LOST, well ? "" : why);
    courier->children[i] = courier->children[--courier->count];
}

static void look_after(struct courier *courier)
{
    for (size_t i = courier->count; i-- > 0;) {
        int status = 0;
        if (mono_us(courier) > courier->children[i].until_us)
            kill(courier->children[i].pid, SIGKILL);
        if (waitpid(courier->children[i].pid, &status, WNOHANG) == courier->children[i].pid)
            bury(courier, i, status);
    }
}

/* Gives what fork gave; -1 also when there are too many. */
static pid_t begin(struct courier *courier, const struct packet_job *packet)
{
    pid_t pid = courier->count < AGENT_JOBS ? fork() : -1;
    if (pid > 0)
        courier->children[courier->count++] = (struct child){
            pid, packet->number, mono_us(courier) + (int64_t)(LONGEST_S + 60) * 1000000};
    if (pid < 0)
        say_over(courier, packet->number, DELIVERY_VERDICT_LATER, "too much is sent at once");
    return pid;
}

static void end_all(struct courier *courier)
{
    for (size_t i = 0; i < courier->count; i++)
        kill(courier->children[i].pid, SIGKILL);
    for (size_t i = 0; i < courier->count; i++)
        waitpid(courier->children[i].pid, NULL, 0);
}

int agent_run(const struct agent_options *options)
{
    struct courier courier = {.options = options};
    agent_begin(options->fd);
    signal(SIGPIPE, SIG_IGN); /* a server that hangs up is an error like any other */
    for (;;) {
        struct pollfd from = {.fd = options->fd, .events = POLLIN};
        struct packet_job packet;
        int file = -1;
        int many = poll(&from, 1, TURN_MS);
        look_after(&courier);
        if (many <= 0)
            continue;
        if (!packet_take_job(options->fd, &packet, &file))
            break;
        if (begin(&courier, &packet) == 0)
            return be_job(options, &packet, file);
        close(file);
    }
    end_all(&courier);
    return 0;
}
