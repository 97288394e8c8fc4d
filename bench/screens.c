#include "screens.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEARD_MAX = 1 << 16, CARRY = 64, MARK_DIGITS = 8, REQUEST_MAX = 8192, REPLY_MAX = 1 << 20 };

#define MARK "\"user_code\":\""

/* ---- the web --------------------------------------------------------------------------------- */

int web_dial(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("bench: connect");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

/* The mission's own authority is not asked for: this is about time. */
SSL_CTX *web_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context)
        exit(1);
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
    return context;
}

SSL *web_dial_tls(SSL_CTX *context, unsigned port)
{
    char host[] = "localhost";
    SSL *ssl = SSL_new(context);
    if (!ssl || SSL_set_fd(ssl, web_dial(port)) != 1 || SSL_set_tlsext_host_name(ssl, host) != 1 ||
        SSL_connect(ssl) != 1) {
        fprintf(stderr, "bench: no TLS to port %u\n", port);
        exit(1);
    }
    return ssl;
}

static void hang_up(SSL *ssl)
{
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
}

struct str web_ask(struct bench *b, SSL *ssl, const char *method, const char *path,
                   struct str token, struct str body)
{
    char head[REQUEST_MAX];
    char *reply = ctx_take(&b->c, REPLY_MAX, 1);
    int len = snprintf(head, sizeof head,
                       "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %.*s\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                       method, path, STR_ARG(token), body.len);
    if (SSL_write(ssl, head, len) != len ||
        (body.len && SSL_write(ssl, body.ptr, (int)body.len) != (int)body.len))
        exit(1);
    size_t got = 0, whole = SIZE_MAX;
    const char *start = NULL;
    while (got < whole && got < REPLY_MAX) {
        int more = SSL_read(ssl, reply + got, (int)(REPLY_MAX - got));
        if (more <= 0)
            exit(1);
        got += (size_t)more;
        const char *end = start ? NULL : memmem(reply, got, "\r\n\r\n", 4);
        if (!end)
            continue;
        start = end + 4;
        const char *said = memmem(reply, got, "Content-Length: ", 16);
        whole = (size_t)(start - reply) + (size_t)(said ? bench_number(said + 16, 20) : 0);
    }
    if (strncmp(reply, "HTTP/1.1 2", 10) != 0) {
        fprintf(stderr, "bench: %s %s: %.*s\n", method, path, (int)got, reply);
        exit(1);
    }
    return (struct str){start, whole - (size_t)(start - reply)};
}

/* ---- screens --------------------------------------------------------------------------------- */

struct screen {
    SSL *ssl;
    size_t carried; /* the end of what was read, which may be the beginning of a mark */
    char bytes[HEARD_MAX + CARRY];
    bool live;
    int64_t last_id;
    float *heard_ms; /* by mark; negative: not yet */
};

struct screens {
    SSL_CTX *context;
    unsigned port;
    size_t count, token_count, marks_max;
    const struct str *tokens;
    struct screen *screens;
    double *sent; /* by mark */
    double began;
    int epoll;
    pthread_t thread;
    _Atomic bool over;
    _Atomic size_t live, lost;
    _Atomic int64_t bytes;
};

static void dial(struct screens *s, size_t number)
{
    struct screen *screen = &s->screens[number];
    struct str token = s->tokens[number % s->token_count];
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = number};
    char request[512], last[64] = "";
    if (screen->last_id >= 0)
        snprintf(last, sizeof last, "Last-Event-ID: %lld\r\n", (long long)screen->last_id);
    int len =
        snprintf(request, sizeof request,
                 "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                 "Authorization: Bearer %.*s\r\n%s\r\n",
                 STR_ARG(token), last);
    screen->ssl = web_dial_tls(s->context, s->port);
    screen->carried = 0;
    if (SSL_write(screen->ssl, request, len) != len)
        exit(1);
    int fd = SSL_get_fd(screen->ssl);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void note_mark(struct screens *s, struct screen *screen, const char *digits)
{
    int64_t mark = -1;
    if (!str_to_i64((struct str){digits, MARK_DIGITS}, &mark) || mark < 0 ||
        (size_t)mark >= s->marks_max || screen->heard_ms[mark] >= 0)
        return;
    screen->heard_ms[mark] = (float)((bench_now() - s->sent[mark]) * 1e3);
}

/* The number of the last event, to go on from. */
static void note_ids(struct screen *screen, const char *bytes, size_t len)
{
    const char *found = NULL, *at = bytes;
    while ((at = memmem(at, len - (size_t)(at - bytes), "\nid: ", 5)) != NULL)
        found = at += 5;
    if (found && memchr(found, '\n', len - (size_t)(found - bytes)))
        screen->last_id = bench_number(found, len - (size_t)(found - bytes));
}

static void hear(struct screens *s, struct screen *screen, size_t len)
{
    const char *at = screen->bytes, *end = screen->bytes + len;
    enum { PREFIX = sizeof MARK - 1 };
    note_ids(screen, screen->bytes, len);
    while ((at = memmem(at, (size_t)(end - at), MARK, PREFIX)) != NULL &&
           end - at >= PREFIX + MARK_DIGITS) {
        note_mark(s, screen, at + PREFIX);
        at += PREFIX + MARK_DIGITS;
    }
    if (!screen->live && memmem(screen->bytes, len, "event: ping", 11)) {
        screen->live = true;
        s->live++;
    }
    screen->carried = len < CARRY ? len : CARRY;
    memmove(screen->bytes, screen->bytes + len - screen->carried, screen->carried);
}

static void read_screen(struct screens *s, size_t number)
{
    struct screen *screen = &s->screens[number];
    for (;;) {
        int got = SSL_read(screen->ssl, screen->bytes + screen->carried, HEARD_MAX);
        if (got <= 0) {
            if (SSL_get_error(screen->ssl, got) == SSL_ERROR_WANT_READ)
                return;
            hang_up(screen->ssl);
            s->lost++;
            dial(s, number);
            return;
        }
        s->bytes += got;
        hear(s, screen, screen->carried + (size_t)got);
    }
}

static void *run(void *arg)
{
    struct screens *s = arg;
    struct epoll_event events[64];
    while (!s->over) {
        int ready = epoll_wait(s->epoll, events, 64, 50);
        for (int i = 0; i < ready; i++)
            read_screen(s, events[i].data.u64);
    }
    return NULL;
}

struct screens *screens_open(unsigned port, size_t count, size_t token_count,
                             const struct str *tokens, size_t marks_max)
{
    struct screens *s = calloc(1, sizeof *s);
    if (!s)
        exit(1);
    s->context = web_context();
    s->port = port;
    s->count = count;
    s->token_count = token_count;
    s->tokens = tokens;
    s->marks_max = marks_max;
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->screens = calloc(count, sizeof *s->screens);
    s->sent = calloc(marks_max, sizeof *s->sent);
    for (size_t i = 0; s->screens && i < count; i++) {
        s->screens[i].last_id = -1;
        s->screens[i].heard_ms = malloc(marks_max * sizeof(float));
        for (size_t mark = 0; s->screens[i].heard_ms && mark < marks_max; mark++)
            s->screens[i].heard_ms[mark] = -1;
        dial(s, i);
    }
    if (!s->sent || pthread_create(&s->thread, NULL, run, s) != 0)
        exit(1);
    while (s->live < count)
        bench_rest_ms(5);
    return s;
}

void screens_sent(struct screens *s, size_t mark)
{
    s->sent[mark] = bench_now();
}

double screens_sent_at(const struct screens *s, size_t mark)
{
    return mark < s->marks_max ? s->sent[mark] : 0;
}

size_t screens_heard(const struct screens *s, size_t from, size_t to)
{
    size_t heard = 0;
    for (size_t i = 0; i < s->count; i++)
        for (size_t mark = from; mark < to; mark++)
            heard += s->screens[i].heard_ms[mark] >= 0;
    return heard;
}

double *screens_waited(struct bench *b, const struct screens *s, size_t from, size_t to,
                       size_t *ret_count)
{
    size_t count = 0;
    double *waited = ctx_take(&b->c, s->count * (to - from) + 1, sizeof *waited);
    if (!waited)
        exit(1);
    for (size_t i = 0; i < s->count; i++)
        for (size_t mark = from; mark < to; mark++)
            if (s->screens[i].heard_ms[mark] >= 0)
                waited[count++] = (double)s->screens[i].heard_ms[mark];
    *ret_count = count;
    return waited;
}

size_t screens_lost(const struct screens *s)
{
    return s->lost;
}

double screens_megabytes(const struct screens *s)
{
    return (double)s->bytes / 1e6;
}

void screens_close(struct screens *s)
{
    s->over = true;
    pthread_join(s->thread, NULL);
    for (size_t i = 0; i < s->count; i++) {
        hang_up(s->screens[i].ssl);
        free(s->screens[i].heard_ms);
    }
    close(s->epoll);
    SSL_CTX_free(s->context);
    free(s->screens);
    free(s->sent);
    free(s);
}
