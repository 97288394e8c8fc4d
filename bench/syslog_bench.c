/* Log lines over one TCP connection until they are on the disk: the served mission, which reads,
 * decides and records each (kept whole; or of a broken sensor, of which it keeps what its rate
 * allows and counts the rest), and signals by HTTPS, many in a request; beside rsyslog, which
 * appends the same lines to a file and syncs it. Lines a second, and a second of the server's
 * processor time. To be run from the root of the repository. */
#include "ground.h"

#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINES = 100000, LINES_A_WRITE = 100, WEB_BATCH = 100, WEB_SIGNALS = 20000 };

static void tell(const char *what, size_t count, double seconds, double cpu)
{
    printf("%-44s %8.0f a second, %8.0f a CPU second\n", what, (double)count / seconds,
           (double)count / cpu);
}

/* Gives the bytes that were sent. */
static size_t send_lines(int fd, bool broken, size_t count)
{
    char block[LINES_A_WRITE * 128];
    size_t bytes = 0;
    for (size_t sent = 0; sent < count; sent += LINES_A_WRITE) {
        size_t len = 0;
        for (size_t i = 0; i < LINES_A_WRITE; i++) {
            char name[16];
            snprintf(name, sizeof name, "host%zu", i % 10);
            len += (size_t)ground_syslog_line(block + len, sizeof block - len,
                                              broken ? "broken" : name, sent + i);
        }
        ground_say(fd, block, len);
        bytes += len;
    }
    return bytes;
}

static void bench_ours(struct ground *g, const char *what, bool broken)
{
    int64_t before = ground_listener(g, "syslog-tcp", "durable");
    int fd = web_dial(g->syslog_tcp);
    double start = bench_now(), cpu = ground_cpu(g);
    send_lines(fd, broken, LINES);
    close(fd);
    double asked = 0;
    while (ground_listener(g, "syslog-tcp", "durable") - before < LINES) {
        bench_rest_ms(100);
        asked = bench_now() - start;
        if (asked > 120)
            break;
    }
    tell(what, LINES, bench_now() - start, ground_cpu(g) - cpu);
}

static void bench_web(struct ground *g)
{
    static char body[WEB_BATCH * 300];
    SSL *ssl = web_dial_tls(g->context, g->web);
    double start = bench_now(), cpu = ground_cpu(g);
    for (size_t sent = 0; sent < WEB_SIGNALS; sent += WEB_BATCH) {
        struct arena_mark mark = arena_mark(g->b.c.arena);
        size_t len = (size_t)snprintf(body, sizeof body, "{\"items\":[");
        for (size_t i = 0; i < WEB_BATCH; i++)
            len += (size_t)snprintf(body + len, sizeof body - len,
                                    "%s{\"source\":\"web\",\"kind\":\"status\",\"priority\":"
                                    "\"note\",\"code_system\":\"bench\",\"text\":\"Movement in "
                                    "the corridor\",\"dedupe\":\"n%zu\"}",
                                    i ? "," : "", sent + i);
        len += (size_t)snprintf(body + len, sizeof body - len, "]}");
        web_ask(&g->b, ssl, "POST", "/api/v1/signals", g->tokens[0], (struct str){body, len});
        arena_return(g->b.c.arena, mark);
    }
    tell("signals by HTTPS, 100 a request, kept whole", WEB_SIGNALS, bench_now() - start,
         ground_cpu(g) - cpu);
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
}

/* ---- rsyslog --------------------------------------------------------------------------------- */

static int dial_when_there(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < 100; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
            return fd;
        close(fd);
        bench_rest_ms(50);
    }
    return -1;
}

static unsigned free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        exit(1);
    close(fd);
    return ntohs(at.sin_port);
}

static void write_config(const char *path, const char *out, unsigned port)
{
    FILE *file = fopen(path, "we");
    if (!file)
        exit(1);
    fprintf(file,
            "module(load=\"imtcp\")\n"
            "template(name=\"raw\" type=\"string\" string=\"%%rawmsg%%\\n\")\n"
            "ruleset(name=\"all\") { action(type=\"omfile\" file=\"%s\" template=\"raw\" "
            "sync=\"on\") }\n"
            "input(type=\"imtcp\" address=\"127.0.0.1\" port=\"%u\" ruleset=\"all\")\n",
            out, port);
    fclose(file);
}

static void bench_rsyslog(struct ground *g)
{
    char config[80], out[80], id[80];
    struct stat info = {.st_size = 0};
    struct timespec t;
    clockid_t cpu;
    unsigned port = free_port();
    snprintf(config, sizeof config, "%s/rsyslog.conf", g->b.folder);
    snprintf(out, sizeof out, "%s/rsyslog.out", g->b.folder);
    snprintf(id, sizeof id, "%s/rsyslog.pid", g->b.folder);
    write_config(config, out, port);
    struct bench_child child = bench_child(
        (const char *const[]){"/usr/sbin/rsyslogd", "-n", "-f", config, "-i", id, NULL});
    int fd = dial_when_there(port);
    if (fd < 0 || clock_getcpuclockid(child.pid, &cpu) != 0) {
        printf("rsyslog is not on this machine: left out\n");
    } else {
        clock_gettime(cpu, &t);
        double start = bench_now(), used = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
        size_t bytes = send_lines(fd, false, LINES);
        close(fd);
        while ((size_t)info.st_size < bytes && bench_now() - start < 60) {
            bench_rest_ms(5);
            if (stat(out, &info) != 0)
                info.st_size = 0;
        }
        double took = bench_now() - start;
        clock_gettime(cpu, &t);
        tell("  rsyslog: appended to a file, synced", LINES, took,
             (double)t.tv_sec + (double)t.tv_nsec / 1e9 - used);
    }
    kill(child.pid, SIGTERM);
    bench_child_wait(&child);
}

int main(int, char **argv)
{
    static struct ground g;
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    ground_start(&g, argv[0]);
    bench_ours(&g, "log lines, kept whole", false);
    bench_ours(&g, "log lines of a broken sensor", true);
    bench_rsyslog(&g);
    bench_web(&g);
    ground_end(&g);
    return 0;
}
