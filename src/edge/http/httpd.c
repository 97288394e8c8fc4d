/* Loops and sockets: a thread each, a queue with an eventfd for what comes from other threads, and
 * a timer that looks at the deadlines of all connections. */
#include "edge/http/httpd_own.h"

#include "base/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/util.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DESCRIPTORS_KEPT_PART = 4, BACKLOG = 512, SETUP_ARENA = 1 << 20, STOP_SWEEPS_MS = 10000 };

/* ---- a loop -------------------------------------------------------------------------------- */

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from,
                      int from_len, void *arg)
{
    struct http_loop *loop = arg;
    struct httpd *server = loop->server;
    (void)listener, (void)from_len;
    server->counts.accepted++;
    if (fd >= server->descriptors && !http_place_displace(loop, CONN_STRANGER)) {
        server->counts.refusals[HTTP_REFUSAL_CONNECTIONS]++;
        evutil_closesocket(fd);
        return;
    }
    http_conn_open(loop, fd, from);
}

/* Out of descriptors: the oldest stranger gives its own. Where there is none, rest until the next
 * sweep, so that the loop does not spin. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    if (!http_place_displace(arg, CONN_STRANGER))
        evconnlistener_disable(listener);
}

static void end_when_done(struct http_loop *loop)
{
    if (loop->stopping && loop->busy == 0 && !loop->queues[CONN_STRANGER].first &&
        !loop->queues[CONN_KNOWN].first)
        event_base_loopbreak(loop->base);
}

static void begin_stop(struct http_loop *loop)
{
    if (loop->stopping)
        return;
    loop->stopping = true;
    loop->sweeps_at_stop = loop->sweeps;
    if (loop->listener)
        evconnlistener_free(loop->listener);
    loop->listener = NULL;
    for (enum conn_standing s = 0; s < CONN_STANDINGS; s++)
        for (struct http_conn *conn = loop->queues[s].first, *next; conn; conn = next) {
            next = conn->next;
            http_conn_stop(conn);
        }
}

static void run_jobs(struct http_loop *loop)
{
    pthread_mutex_lock(&loop->mutex);
    struct http_job *job = loop->first;
    loop->first = NULL;
    loop->last = &loop->first;
    bool stop = loop->server->stopped;
    pthread_mutex_unlock(&loop->mutex);
    while (job) {
        struct http_job *next = job->next;
        job->run(job, loop->of_loop);
        job = next;
    }
    if (stop)
        begin_stop(loop);
    end_when_done(loop);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    uint64_t count;
    (void)what;
    if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN)
        return;
    run_jobs(arg);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
    struct http_loop *loop = arg;
    const struct httpd_options *options = &loop->server->options;
    struct mono now = options->clock->mono(options->clock);
    (void)fd, (void)what;
    loop->sweeps++;
    bool force = loop->stopping &&
                 (loop->sweeps - loop->sweeps_at_stop) * options->sweep_ms > STOP_SWEEPS_MS;
    for (enum conn_standing s = 0; s < CONN_STANDINGS; s++)
        for (struct http_conn *conn = loop->queues[s].first, *next; conn; conn = next) {
            next = conn->next;
            http_conn_sweep(conn, now, force);
        }
    if (loop->listener)
        evconnlistener_enable(loop->listener);
    if (options->handler.tick)
        options->handler.tick(loop->of_loop);
    end_when_done(loop);
}

static void wake(struct http_loop *loop)
{
    uint64_t one = 1;
    ssize_t written = write(loop->wake_fd, &one, sizeof one);
    (void)written; /* full means that it is awake already */
}

void http_loop_post(struct http_loop *loop, struct http_job *job)
{
    pthread_mutex_lock(&loop->mutex);
    bool first = !loop->first && !loop->ended;
    if (!loop->ended) {
        job->next = NULL;
        *loop->last = job;
        loop->last = &job->next;
    }
    pthread_mutex_unlock(&loop->mutex);
    if (first)
        wake(loop);
}

static void tell_opened(struct http_loop *loop, bool good, const struct fault *fault)
{
    struct httpd *server = loop->server;
    pthread_mutex_lock(&server->mutex);
    if (good)
        server->opened++;
    else if (server->failed++ == 0)
        server->fault = *fault;
    pthread_cond_signal(&server->told);
    pthread_mutex_unlock(&server->mutex);
}

static void *run_loop(void *arg)
{
    struct http_loop *loop = arg;
    const struct http_handler *handler = &loop->server->options.handler;
    sigset_t broken_pipe; /* a client that is gone is no reason to end */
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
    struct ctx c = {.arena = arena_open(SETUP_ARENA), .clock = loop->server->options.clock};
    bool good = c.arena != NULL;
    if (good && handler->open)
        good = rc_ok(handler->open(&c, handler->arg, loop, &loop->of_loop));
    arena_close(c.arena);
    tell_opened(loop, good, &c.fault);
    if (!good)
        return NULL;
    event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
    pthread_mutex_lock(&loop->mutex);
    loop->ended = true;
    pthread_mutex_unlock(&loop->mutex);
    run_jobs(loop); /* what came while the loop ended */
    if (handler->close)
        handler->close(handler->arg, loop->of_loop);
    return NULL;
}

/* ---- opening ------------------------------------------------------------------------------- */

static rc bind_socket(struct ctx *c, struct httpd *server, struct endpoint *address, int *ret_fd)
{
    struct sockaddr *name = (struct sockaddr *)&address->bytes;
    int yes = 1;
    int fd = socket(name->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0;
    /* Only for our own further sockets: another user's cannot share it. */
    good = good && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) == 0 &&
           bind(fd, name, address->len) == 0 && listen(fd, BACKLOG) == 0 &&
           getsockname(fd, name, &address->len) == 0;
    if (!good) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        FAIL(c, IO, "cannot listen on %.*s: %s", STR_ARG(server->options.listen), strerror(why));
    }
    server->port = endpoint_port(address);
    *ret_fd = fd;
    return OK;
}

/* SO_REUSEPORT lets a second program of the same user in without a word; a socket without it does
 * not. */
static rc check_free(struct ctx *c, struct httpd *server, const struct endpoint *address)
{
    const struct sockaddr *name = (const struct sockaddr *)&address->bytes;
    int yes = 1;
    int fd = socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        FAIL(c, IO, "no socket can be made: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    bool taken = bind(fd, name, address->len) != 0 && errno == EADDRINUSE;
    close(fd);
    if (taken)
        FAIL(c, CONFLICT, "another program listens on %.*s", STR_ARG(server->options.listen));
    return OK;
}

static rc make_loop(struct ctx *c, struct httpd *server, struct http_loop *loop, int fd)
{
    struct timeval every = {server->options.sweep_ms / 1000,
                            server->options.sweep_ms % 1000 * 1000};
    loop->server = server;
    loop->last = &loop->first;
    http_place_begin(loop);
    pthread_mutex_init(&loop->mutex, NULL);
    loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    loop->base = event_base_new();
    bool good = loop->base && loop->wake_fd >= 0;
    if (good) {
        loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
        loop->sweep = event_new(loop->base, -1, EV_PERSIST, on_sweep, loop);
        loop->listener = evconnlistener_new(loop->base, on_accept, loop,
                                            LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
        good = loop->wake && loop->sweep && loop->listener;
    }
    if (!loop->listener)
        close(fd);
    if (!good || event_add(loop->wake, NULL) != 0 || event_add(loop->sweep, &every) != 0)
        FAIL(c, NO_MEMORY, "a loop of the web server cannot be made");
    evconnlistener_set_error_cb(loop->listener, on_accept_error);
    return OK;
}

static void free_loop(struct http_loop *loop)
{
    http_exchange_free_spare(loop);
    if (loop->listener)
        evconnlistener_free(loop->listener);
    if (loop->wake)
        event_free(loop->wake);
    if (loop->sweep)
        event_free(loop->sweep);
    if (loop->base)
        event_base_free(loop->base);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    pthread_mutex_destroy(&loop->mutex);
}

static void fill_defaults(struct httpd_options *options)
{
    struct http_limits *limits = &options->limits;
#define DEFAULT(field, value) (field) = (field) ? (field) : (value)
    DEFAULT(options->loops, 2);
    DEFAULT(options->sweep_ms, 500);
    DEFAULT(limits->strangers, 512);
    DEFAULT(limits->known, 1536);
    DEFAULT(limits->per_address, 256);
    DEFAULT(limits->bodies_bytes, 256 << 20);
    DEFAULT(limits->memory, 32 << 20);
    DEFAULT(limits->handshake_ms, 10000);
    DEFAULT(limits->first_ms, 10000);
    DEFAULT(limits->head_ms, 10000);
    DEFAULT(limits->body_ms, 20000);
    DEFAULT(limits->idle_ms, 30000);
    DEFAULT(limits->write_ms, 30000);
    DEFAULT(limits->send_buffer, 65536);
#undef DEFAULT
}

/* The first descriptor that no connection gets: the rest of the program opens files, too. The
 * kernel gives the lowest that is free. */
static int first_kept_descriptor(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT_MAX)
        return INT_MAX;
    return (int)(limit.rlim_cur - limit.rlim_cur / DESCRIPTORS_KEPT_PART);
}

static rc start_loops(struct ctx *c, struct httpd *server)
{
    while (server->started < server->loop_count) {
        struct http_loop *loop = &server->loops[server->started];
        if (pthread_create(&loop->thread, NULL, run_loop, loop) != 0)
            FAIL(c, NO_MEMORY, "a thread of the web server cannot be started");
        server->started++;
    }
    pthread_mutex_lock(&server->mutex);
    while (server->opened + server->failed < server->started)
        pthread_cond_wait(&server->told, &server->mutex);
    pthread_mutex_unlock(&server->mutex);
    if (server->failed == 0)
        return OK;
    c->fault = server->fault;
    return fault_again(c);
}

static rc open_server(struct ctx *c, struct httpd *server)
{
    struct endpoint address;
    int fd = -1;
    if (!endpoint_read(server->options.listen, &address))
        FAIL(c, INVALID,
             "\"%.*s\" is not an address to listen on; write 127.0.0.1:8022 or [::]:443",
             STR_ARG(server->options.listen));
    TRY(check_free(c, server, &address));
    for (size_t i = 0; i < server->options.loops; i++) {
        TRY(bind_socket(c, server, &address, &fd));
        server->loop_count++;
        TRY(make_loop(c, server, &server->loops[i], fd));
    }
    return start_loops(c, server);
}

rc httpd_open(struct ctx *c, const struct httpd_options *options, struct httpd **ret)
{
    size_t loops = options->loops ? options->loops : 2;
    struct httpd *server = calloc(1, sizeof *server + loops * sizeof(struct http_loop));
    if (!server || !http_address_open(server)) {
        free(server);
        FAIL(c, NO_MEMORY, "no memory for the web server");
    }
    server->options = *options;
    fill_defaults(&server->options);
    server->tls = options->tls;
    server->descriptors = first_kept_descriptor();
    pthread_mutex_init(&server->mutex, NULL);
    pthread_cond_init(&server->told, NULL);
    rc result = open_server(c, server);
    if (rc_ok(result))
        *ret = server;
    else
        httpd_close(server);
    return result;
}

/* ---- the end ------------------------------------------------------------------------------- */

void httpd_stop(struct httpd *server)
{
    if (!server || server->stopped)
        return;
    for (size_t i = 0; i < server->loop_count; i++)
        pthread_mutex_lock(&server->loops[i].mutex);
    server->stopped = true;
    for (size_t i = server->loop_count; i > 0; i--)
        pthread_mutex_unlock(&server->loops[i - 1].mutex);
    for (size_t i = 0; i < server->started; i++)
        wake(&server->loops[i]);
    for (size_t i = 0; i < server->started; i++)
        pthread_join(server->loops[i].thread, NULL);
}

void httpd_close(struct httpd *server)
{
    if (!server)
        return;
    httpd_stop(server);
    for (size_t i = 0; i < server->loop_count; i++)
        free_loop(&server->loops[i]);
    http_address_close(server);
    pthread_cond_destroy(&server->told);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

/* ---- questions ----------------------------------------------------------------------------- */

unsigned httpd_port(const struct httpd *server)
{
    return server->port;
}

struct http_counts httpd_counts(const struct httpd *server)
{
    struct http_counts counts = {
        .accepted = server->counts.accepted,
        .open = server->counts.open,
        .requests = server->counts.requests,
        .streams = server->counts.streams,
        .gone = server->counts.gone,
        .bodies_bytes = server->counts.bodies_bytes,
    };
    for (size_t i = 0; i < sizeof counts.answers / sizeof counts.answers[0]; i++)
        counts.answers[i] = server->counts.answers[i];
    for (size_t i = 0; i < HTTP_REFUSAL_COUNT; i++)
        counts.refusals[i] = server->counts.refusals[i];
    return counts;
}
