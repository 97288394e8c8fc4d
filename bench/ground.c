#include "ground.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROCESSES = 8192 };

static void take_line(struct ground *g, const char *name, const char *value)
{
    const struct {
        const char *name;
        unsigned *port;
    } ports[] = {{"syslog-tcp", &g->syslog_tcp},
                 {"syslog-udp", &g->syslog_udp},
                 {"panel-tcp", &g->panel_tcp},
                 {"lane-tcp", &g->lane_tcp},
                 {"web", &g->web},
                 {"pid", (unsigned *)&g->server}};
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        if (strcmp(name, ports[i].name) == 0)
            *ports[i].port = (unsigned)bench_number(value, strlen(value));
    if (strcmp(name, "record") == 0)
        snprintf(g->record, sizeof g->record, "%s", value);
    if (strcmp(name, "link") == 0)
        snprintf(g->link, sizeof g->link, "%.120s", value);
    if (strcmp(name, "session") == 0 && g->token_count < SESSIONS)
        MUST(&g->b, str_copy(&g->b.c, str_from(value), &g->tokens[g->token_count++]));
}

void ground_start(struct ground *g, const char *own)
{
    char chancery[256], sessions[16], name[64], value[256];
    const char *slash = strrchr(own, '/');
    snprintf(chancery, sizeof chancery, "%.*s/chancery", slash ? (int)(slash - own) : 1,
             slash ? own : ".");
    snprintf(sessions, sizeof sessions, "%d", SESSIONS);
    bench_open(&g->b);
    g->python = bench_child((const char *const[]){"python3", "bench/load_ground.py", chancery,
                                                  g->b.folder, sessions, NULL});
    while (fscanf(g->python.told, "%63s %255s", name, value) == 2 && strcmp(name, "ready") != 0)
        take_line(g, name, value);
    if (!g->server) {
        fprintf(stderr, "bench: no mission could be served: is %s built?\n", chancery);
        exit(1);
    }
    g->context = web_context();
}

void ground_end(struct ground *g)
{
    if (bench_child_wait(&g->python) != 0)
        fprintf(stderr, "bench: the server did not end well\n");
    SSL_CTX_free(g->context);
    bench_close(&g->b);
}

struct process {
    int pid, parent;
    unsigned long ticks;
};

/* What it is called may hold blanks and brackets: the figures stand behind the last bracket. */
static bool read_process(const char *pid, struct process *ret)
{
    char path[64], line[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *file = fopen(path, "re");
    bool good = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    const char *at = good ? strrchr(line, ')') : NULL;
    ret->pid = (int)bench_number(pid, strlen(pid));
    if (!at || sscanf(at, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ret->parent,
                      &user, &system) != 3)
        return false;
    ret->ticks = user + system;
    return true;
}

static size_t read_processes(struct process all[PROCESSES])
{
    DIR *folder = opendir("/proc");
    size_t count = 0;
    for (struct dirent *entry; folder && count < PROCESSES && (entry = readdir(folder));)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
            count += read_process(entry->d_name, &all[count]);
    if (folder)
        closedir(folder);
    return count;
}

static bool descends(const struct process all[], size_t count, int pid, int from)
{
    for (size_t depth = 0; pid != from && depth < 8; depth++) {
        size_t i = 0;
        while (i < count && all[i].pid != pid)
            i++;
        if (i == count)
            return false;
        pid = all[i].parent;
    }
    return pid == from;
}

double ground_cpu(const struct ground *g)
{
    static struct process all[PROCESSES];
    size_t count = read_processes(all);
    unsigned long ticks = 0;
    for (size_t i = 0; i < count; i++)
        if (descends(all, count, all[i].pid, g->server))
            ticks += all[i].ticks;
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

double ground_log_mb(const struct ground *g)
{
    char path[300];
    struct stat info;
    snprintf(path, sizeof path, "%s-wal", g->record);
    return stat(path, &info) == 0 ? (double)info.st_size / 1e6 : 0;
}

int64_t ground_number(struct ground *g, const char *path, const char *first, const char *name)
{
    SSL *ssl = web_dial_tls(g->context, g->web);
    struct arena_mark mark = arena_mark(g->b.c.arena);
    struct str told = web_ask(&g->b, ssl, "GET", path, g->tokens[0], (struct str){NULL, 0});
    const char *at = memmem(told.ptr, told.len, first, strlen(first));
    at = at ? memmem(at, told.len - (size_t)(at - told.ptr), name, strlen(name)) : NULL;
    at = at ? at + strlen(name) : NULL;
    int64_t number = at ? bench_number(at, told.len - (size_t)(at - told.ptr)) : 0;
    arena_return(g->b.c.arena, mark);
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
    return number;
}

int64_t ground_listener(struct ground *g, const char *listener, const char *name)
{
    char id[80], member[80];
    snprintf(id, sizeof id, "\"id\":\"%s\"", listener);
    snprintf(member, sizeof member, "\"%s\":", name);
    return ground_number(g, "/api/v1/listener-states", id, member);
}

/* ---- what devices say ------------------------------------------------------------------------ */

struct tm ground_utc(void)
{
    time_t now = clock_system.wall(&clock_system).us / 1000000;
    struct tm parts;
    gmtime_r(&now, &parts);
    return parts;
}

int ground_syslog_line(char *line, size_t room, const char *host, size_t mark)
{
    char when[32];
    struct tm now = ground_utc();
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &now);
    return snprintf(line, room,
                    "<38>1 %s %s sshd 1 - - Failed password for invalid user %08zu from 192.0.2.7 "
                    "port 4242 ssh2\n",
                    when, host, mark);
}

void ground_say(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            perror("bench: send");
            exit(1);
        }
        bytes += sent;
        len -= (size_t)sent;
    }
}

int ground_dial_udp(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        exit(1);
    return fd;
}
