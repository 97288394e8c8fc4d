/* The web server on a real mission: requests a second of the server's processor time for a list
 * page and for the smallest answer, and what 1,000 live connections cost in memory and in time to
 * the last of them, beside writing the same bytes to as many sockets. The server is a process of
 * its own, so that its time and memory are its own. */
#include "support/edge_scene.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    THINGS = 1000,
    CONNECTIONS = 64,
    SUBSCRIBERS = 1000,
    EVENTS = 20,
    REPLY_MAX = 1 << 18,
};

static double seconds_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the server's process ------------------------------------------------------------------- */

static void add(struct edge_scene *s, int number)
{
    char json[256];
    snprintf(json, sizeof json,
             "{\"id\":\"t%d\",\"label\":\"TLP:GREEN\",\"name\":\"thing number %d\","
             "\"raw\":{\"floor\":3,\"note\":\"beside the stairs, second door\"}}",
             number, number);
    scene_do(&s->scene, "thing.add", NULL, json);
}

/* Serves; each byte from the pipe is answered with one event, its end with ours. */
static void serve(int orders, int answers)
{
    static struct edge_scene s;
    char order;
    int number = 0;
    edge_scene_serve(&s, (struct edge_options){.sweep_ms = 500, .subscribers_each = SUBSCRIBERS});
    while (number < THINGS)
        add(&s, number++);
    unsigned port = edge_port(s.edge);
    if (write(answers, &port, sizeof port) != (ssize_t)sizeof port)
        exit(1);
    while (read(orders, &order, 1) == 1)
        add(&s, number++);
    edge_scene_close(&s);
    exit(0);
}

struct server {
    pid_t pid;
    int orders;
    unsigned port;
    clockid_t cpu;
};

static struct server start(void)
{
    struct server server;
    int orders[2], answers[2];
    if (pipe(orders) != 0 || pipe(answers) != 0 || (server.pid = fork()) < 0)
        exit(1);
    if (server.pid == 0) {
        close(orders[1]);
        serve(orders[0], answers[1]);
    }
    close(orders[0]);
    server.orders = orders[1];
    if (read(answers[0], &server.port, sizeof server.port) != (ssize_t)sizeof server.port ||
        clock_getcpuclockid(server.pid, &server.cpu) != 0)
        exit(1);
    return server;
}

static double kilobytes_of(const struct server *server)
{
    char path[64];
    long pages = 0, resident = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)server->pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%ld %ld", &pages, &resident) != 2)
        exit(1);
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

/* ---- the clients ---------------------------------------------------------------------------- */

static int dial(const struct server *server)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)server->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        exit(1);
    return fd;
}

static void say(int fd, const char *text)
{
    size_t len = strlen(text);
    if (write(fd, text, len) != (ssize_t)len)
        exit(1);
}

/* Bytes of the reply in `text` that are still to come; -1 while its head is not whole. */
static ssize_t missing(const char *text, size_t len)
{
    const char *end = memmem(text, len, "\r\n\r\n", 4);
    const char *mark = end ? memmem(text, (size_t)(end - text), "Content-Length: ", 16) : NULL;
    const char *stop = mark ? memchr(mark, '\r', len - (size_t)(mark - text)) : NULL;
    int64_t body = 0;
    if (!stop || !str_to_i64((struct str){mark + 16, (size_t)(stop - mark) - 16}, &body))
        return -1;
    return (ssize_t)(end + 4 - text) + body - (ssize_t)len;
}

static double bench_requests(const struct server *server, const char *name, const char *target,
                             int count)
{
    static char replies[CONNECTIONS][REPLY_MAX];
    static size_t lens[CONNECTIONS];
    int fds[CONNECTIONS], poll = epoll_create1(0), asked = 0, done = 0;
    char request[256];
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer guard\r\n\r\n", target);
    double cpu = seconds_of(server->cpu), start_s = seconds_of(CLOCK_MONOTONIC);
    for (int i = 0; i < CONNECTIONS; i++, asked++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        fds[i] = dial(server);
        lens[i] = 0;
        epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &event);
        say(fds[i], request);
    }
    while (done < count) {
        struct epoll_event events[CONNECTIONS];
        int ready = epoll_wait(poll, events, CONNECTIONS, -1);
        for (int i = 0; i < ready; i++) {
            uint32_t at = events[i].data.u32;
            ssize_t got = read(fds[at], replies[at] + lens[at], REPLY_MAX - lens[at]);
            if (got <= 0)
                exit(1);
            lens[at] += (size_t)got;
            if (missing(replies[at], lens[at]) != 0)
                continue;
            done++;
            lens[at] = 0;
            if (asked++ < count)
                say(fds[at], request);
        }
    }
    cpu = seconds_of(server->cpu) - cpu;
    start_s = seconds_of(CLOCK_MONOTONIC) - start_s;
    if (!strstr(replies[0], "HTTP/1.1 200"))
        exit(1);
    for (int i = 0; i < CONNECTIONS; i++)
        close(fds[i]);
    close(poll);
    printf("%-34s %8.0f requests per CPU second of the server, %.0f a second\n", name, count / cpu,
           count / start_s);
    return count / cpu;
}

/* Read until every connection has had `mark`. */
static void hear_all(int poll, int count, const char *mark, int *fds)
{
    static char texts[SUBSCRIBERS][2048];
    static size_t lens[SUBSCRIBERS];
    int heard = 0;
    memset(lens, 0, sizeof lens);
    while (heard < count) {
        struct epoll_event events[256];
        int ready = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            uint32_t at = events[i].data.u32;
            ssize_t got = read(fds[at], texts[at] + lens[at], sizeof texts[at] - lens[at]);
            if (got <= 0)
                exit(1);
            bool before = memmem(texts[at], lens[at], mark, strlen(mark)) != NULL;
            lens[at] += (size_t)got;
            heard += !before && memmem(texts[at], lens[at], mark, strlen(mark)) != NULL;
        }
    }
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The same bytes to as many sockets, one write each: what no server can be faster than. */
static double bare_fan_out(size_t len)
{
    static int pairs[SUBSCRIBERS][2];
    static char bytes[4096];
    double took[EVENTS];
    for (int i = 0; i < SUBSCRIBERS; i++)
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]) != 0)
            exit(1);
    for (int round = 0; round < EVENTS; round++) {
        double start_s = seconds_of(CLOCK_MONOTONIC);
        for (int i = 0; i < SUBSCRIBERS; i++)
            if (write(pairs[i][0], bytes, len) != (ssize_t)len)
                exit(1);
        for (int i = 0; i < SUBSCRIBERS; i++)
            if (read(pairs[i][1], bytes, sizeof bytes) != (ssize_t)len)
                exit(1);
        took[round] = seconds_of(CLOCK_MONOTONIC) - start_s;
    }
    for (int i = 0; i < SUBSCRIBERS; i++)
        close(pairs[i][0]), close(pairs[i][1]);
    qsort(took, EVENTS, sizeof took[0], by_value);
    return took[EVENTS / 2];
}

static void bench_live(const struct server *server)
{
    static int fds[SUBSCRIBERS];
    double took[EVENTS], before = kilobytes_of(server);
    int poll = epoll_create1(0);
    for (int i = 0; i < SUBSCRIBERS; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        fds[i] = dial(server);
        epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &event);
        say(fds[i], "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    "guard\r\n\r\n");
    }
    hear_all(poll, SUBSCRIBERS, "event: ping", fds);
    double each = (kilobytes_of(server) - before) / SUBSCRIBERS;
    for (int i = 0; i < EVENTS; i++) {
        double start_s = seconds_of(CLOCK_MONOTONIC);
        if (write(server->orders, "e", 1) != 1)
            exit(1);
        hear_all(poll, SUBSCRIBERS, "event: thing.added", fds);
        took[i] = seconds_of(CLOCK_MONOTONIC) - start_s;
    }
    qsort(took, EVENTS, sizeof took[0], by_value);
    double bare = bare_fan_out(420);
    printf("%-34s %8.1f KiB each in the server\n", "live connections", each);
    printf("%-34s %8.1f ms to the last of %d, from the command (median; worst %.1f)\n",
           "live event", took[EVENTS / 2] * 1e3, SUBSCRIBERS, took[EVENTS - 1] * 1e3);
    printf("%-34s %8.1f ms, ratio %.1f\n", "the same bytes by bare writes", bare * 1e3,
           took[EVENTS / 2] / bare);
    for (int i = 0; i < SUBSCRIBERS; i++)
        close(fds[i]);
}

int main(void)
{
    struct rlimit files = {SUBSCRIBERS * 4, SUBSCRIBERS * 4};
    setrlimit(RLIMIT_NOFILE, &files);
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct server server = start();
    bench_live(&server); /* first: later its memory would be what requests have left */
    double small = bench_requests(&server, "GET /health", "/health", 40000);
    double one = bench_requests(&server, "one record", "/api/v1/things/t7", 20000);
    double list = bench_requests(&server, "list page of 50 records", "/api/v1/things", 10000);
    printf("%-34s %8.2f of the smallest answer; one record %.2f\n", "list page", list / small,
           one / small);
    close(server.orders);
    int status = 0;
    waitpid(server.pid, &status, 0);
    return status == 0 ? 0 : 1;
}
