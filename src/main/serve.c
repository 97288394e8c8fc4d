#include "main/serve.h"

#include "main/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 8192 };

/* What is outside of the mission's folder and is needed all the same is opened or named before the
 * sandbox is entered. */
static rc enter_sandbox(struct ctx *c, const struct serve_options *options, struct serving *s,
                        const char **ret_level)
{
    struct receiver_options intake = {.core = s->core,
                                      .clock = options->clock,
                                      .opener = &s->opener,
                                      .tls = options->tls,
                                      .program = options->program};
    struct hub_options cameras = {
        .core = s->core, .clock = options->clock, .program = options->program};
    TRY(place_folders(c, options->files, options->folder, &intake.files));
    if (options->program && options->folder)
        TRY(agent_start(c, options->program, OPENER_ROLE, &s->opener));
    TRY(receiver_open(c, &intake, &s->receiver));
    struct post_options post = {
        .core = s->core, .clock = options->clock, .program = options->program};
    if (options->program) {
        TRY(renderer_start(c, options->program, &s->renderer));
        TRY(post_open(c, &post, &s->post));
    }
    if (options->program && !options->no_cameras)
        TRY(hub_open(c, &cameras, &s->hub));
    if (!options->folder)
        return OK;
    return sandbox_enter(c, options->folder, intake.files, ret_level);
}

static rc open_parts(struct ctx *c, const struct serve_options *options, struct serving *s)
{
    const char *level = "none: no folder to keep to";
    TRY(auth_open(c, s->core, &options->sign_in, &s->auth));
    TRY(enter_sandbox(c, options, s, &level));
    s->edge_auth = auth_for_edge(s->auth);
    struct edge_options edge = {
        .core = s->core,
        .auth = &s->edge_auth,
        .listen = options->listen,
        .tls = options->tls,
        .hosts = options->hosts,
        .clock = options->browsers ? options->browsers : options->clock,
        .check_replies = options->check_replies,
        .hits_path = options->hits_path,
        .renderer = &s->renderer,
        .sandbox = level,
    };
    TRY(edge_open(c, &edge, &s->edge));
    TRY(tripwires_open(c, s->core, &s->tripwires));
    if (options->folder && core_options(s->core)->store.kind == STORE_SQLITE)
        TRY(sandbox_cut_network(c, receiver_dials(s->receiver)));
    TRY(core_start(c, s->core));
    if (s->hub)
        TRY(hub_start(c, s->hub));
    if (s->post)
        TRY(post_start(c, s->post));
    return receiver_start(c, s->receiver);
}

/* What systemd and containers give is less than a server of connections needs. */
static void take_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    setrlimit(RLIMIT_NOFILE, &limit);
}

rc serving_open(struct ctx *c, struct core *core, const struct serve_options *options,
                struct serving *ret)
{
    *ret = (struct serving){.core = core, .opener = {.fd = -1}, .renderer = {.agent.fd = -1}};
    take_descriptors();
    rc result = open_parts(c, options, ret);
    if (!rc_ok(result))
        serving_close(ret);
    return result;
}

void serving_close(struct serving *serving)
{
    core_abandon(serving->core); /* nobody is left waiting for one that was never started */
    if (serving->edge)
        edge_stop(serving->edge);
    receiver_stop(serving->receiver);
    hub_stop(serving->hub);
    post_stop(serving->post);
    core_close(serving->core);
    tripwires_close(serving->tripwires);
    receiver_close(serving->receiver);
    hub_close(serving->hub);
    post_close(serving->post);
    if (serving->edge)
        edge_close(serving->edge);
    auth_close(serving->auth);
    agent_end(&serving->opener);
    renderer_stop(&serving->renderer);
    *serving = (struct serving){.opener = {.fd = -1}, .renderer = {.agent.fd = -1}};
}

static sigset_t ending_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

void serving_hold_signals(void)
{
    sigset_t set = ending_signals();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool serving_wait(int64_t wait_ms)
{
    sigset_t set = ending_signals();
    int got = 0;
    if (wait_ms < 0) {
        while (sigwait(&set, &got) != 0) {
        }
        return true;
    }
    struct timespec limit = {wait_ms / 1000, wait_ms % 1000 * 1000000};
    do
        got = sigtimedwait(&set, NULL, &limit);
    while (got < 0 && errno == EINTR);
    return got > 0;
}

bool serving_wait_readable(int fd)
{
    sigset_t set = ending_signals();
    struct pollfd wanted[] = {{.fd = fd, .events = POLLIN},
                              {.fd = signalfd(-1, &set, SFD_CLOEXEC), .events = POLLIN}};
    int got;
    do
        got = poll(wanted, 2, -1);
    while (got < 0 && errno == EINTR);
    if (wanted[1].fd >= 0)
        close(wanted[1].fd);
    return got > 0 && !wanted[1].revents;
}
