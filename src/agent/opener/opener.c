#include "agent/opener/opener.h"

#include "agent/kit/packet.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BACKLOG = 128, DATAGRAM_BUFFER = 4 << 20, ANSWER_MS = 30000, LOOKING_MAX = 8 };

struct ask {
    uint32_t kind, port;
    uint32_t len;
    char text[OPENER_TEXT_MAX];
};

struct answer {
    uint32_t code; /* of rc_code */
    uint32_t count;
    char why[160];
    struct endpoint found[OPENER_FOUND_MAX];
};

/* ---- what is done, in either process --------------------------------------------------------- */

static void fail(struct answer *answer, enum rc_code code, const char *why)
{
    answer->code = code;
    snprintf(answer->why, sizeof answer->why, "%s", why);
}

static bool set_up(int fd, const struct endpoint *at, enum opener_kind kind)
{
    int yes = 1, room = DATAGRAM_BUFFER;
    if (at->bytes.ss_family == AF_INET6)
        endpoint_take_both(fd);
    if (kind == OPENER_DATAGRAM) {
        if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes);
    } else {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    }
    return bind(fd, (const struct sockaddr *)&at->bytes, at->len) == 0 &&
           (kind == OPENER_DATAGRAM || listen(fd, BACKLOG) == 0);
}

static int open_socket(enum opener_kind kind, struct str address, struct answer *answer)
{
    struct endpoint at;
    int type = kind == OPENER_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM;
    if (!endpoint_read(address, &at)) {
        fail(answer, RC_INVALID, "this is not an address and a port");
        return -1;
    }
    int fd = socket(at.bytes.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 && errno == EPERM)
        fail(answer, RC_IO,
             "it will be opened when Chancery is restarted: network access has been dropped");
    else if (fd < 0)
        fail(answer, RC_IO, strerror(errno));
    if (fd < 0 || set_up(fd, &at, kind))
        return fd;
    fail(answer, RC_CONFLICT, strerror(errno));
    close(fd);
    return -1;
}

static void look_up(const char *host, unsigned port, struct answer *answer)
{
    const struct addrinfo wanted = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char service[16];
    snprintf(service, sizeof service, "%u", port);
    int error = getaddrinfo(host, service, &wanted, &list);
    if (error != 0) {
        fail(answer, RC_NOT_FOUND, gai_strerror(error));
        return;
    }
    for (struct addrinfo *at = list; at && answer->count < OPENER_FOUND_MAX; at = at->ai_next) {
        struct endpoint *found = &answer->found[answer->count];
        if (at->ai_addrlen > sizeof found->bytes)
            continue;
        memcpy(&found->bytes, at->ai_addr, at->ai_addrlen);
        found->len = at->ai_addrlen;
        answer->count++;
    }
    freeaddrinfo(list);
}

/* ---- the server's side ----------------------------------------------------------------------- */

static rc wait_for_answer(struct ctx *c, int from, int stop_fd, struct answer *ret, int *ret_fd)
{
    struct pollfd waits[2] = {{.fd = from, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
    int many;
    do
        many = poll(waits, 2, ANSWER_MS);
    while (many < 0 && errno == EINTR);
    if (waits[1].revents)
        FAIL(c, IO, "stopped");
    if (many <= 0)
        FAIL(c, IO, "no answer within %d seconds", ANSWER_MS / 1000);
    const struct packet_room room = {
        .bytes = ret, .size = sizeof *ret, .exact = true, .wait = true};
    size_t len;
    if (!rc_ok(packet_take(c, from, &room, &len, ret_fd)))
        FAIL(c, IO, "the socket opener is gone: restart Chancery");
    return OK;
}

static rc ask_opener(struct ctx *c, const struct agent *opener, const struct ask *ask, int stop_fd,
                     struct answer *ret, int *ret_fd)
{
    int pair[2];
    TRY(agent_pair(c, pair));
    rc result = packet_send(c, opener->fd,
                            &(struct packet){.parts = {{(const char *)ask, sizeof *ask}},
                                             .with_fd = true,
                                             .wait = true,
                                             .fd = pair[1]});
    close(pair[1]);
    bool sent = rc_ok(result);
    if (sent)
        result = wait_for_answer(c, pair[0], stop_fd, ret, ret_fd);
    close(pair[0]);
    if (!sent)
        FAIL(c, IO, "the socket opener is gone: restart Chancery");
    return result;
}

static rc do_ask(struct ctx *c, const struct agent *opener, const struct ask *ask, int stop_fd,
                 struct answer *ret, int *ret_fd)
{
    *ret = (struct answer){.code = RC_OK};
    if (opener && opener->fd >= 0) {
        TRY(ask_opener(c, opener, ask, stop_fd, ret, ret_fd));
        ret->why[sizeof ret->why - 1] = '\0';
    } else if (ask->kind == OPENER_NAME) {
        look_up(ask->text, ask->port, ret);
    } else {
        *ret_fd = open_socket(ask->kind, (struct str){ask->text, ask->len}, ret);
    }
    if (ret->code != RC_OK)
        return fault_raise(c, ret->code < RC_COUNT ? ret->code : RC_INTERNAL, __FILE__, __LINE__,
                           "%s: %s", ask->text, ret->why);
    return OK;
}

static rc make_ask(struct ctx *c, enum opener_kind kind, struct str text, unsigned port,
                   struct ask *ret)
{
    *ret = (struct ask){.kind = kind, .port = port, .len = (uint32_t)text.len};
    if (text.len >= sizeof ret->text)
        FAIL(c, INVALID, "an address of %zu characters", text.len);
    memcpy(ret->text, text.ptr, text.len);
    return OK;
}

rc opener_socket(struct ctx *c, const struct agent *opener, enum opener_kind kind,
                 struct str address, int *ret_fd)
{
    struct ask ask;
    struct answer answer;
    int fd = -1;
    TRY(make_ask(c, kind, address, 0, &ask));
    TRY(do_ask(c, opener, &ask, -1, &answer, &fd));
    if (fd < 0)
        FAIL(c, INTERNAL, "the opener gave no socket");
    *ret_fd = fd;
    return OK;
}

rc opener_look_up(struct ctx *c, const struct agent *opener, struct str host, unsigned port,
                  int stop_fd, struct endpoint ret[OPENER_FOUND_MAX], size_t *ret_count)
{
    struct ask ask;
    struct answer answer;
    int fd = -1;
    TRY(make_ask(c, OPENER_NAME, host, port, &ask));
    TRY(do_ask(c, opener, &ask, stop_fd, &answer, &fd));
    if (fd >= 0)
        close(fd);
    if (answer.count == 0 || answer.count > OPENER_FOUND_MAX)
        FAIL(c, NOT_FOUND, "%s: no address", ask.text);
    memcpy(ret, answer.found, answer.count * sizeof *ret);
    *ret_count = answer.count;
    return OK;
}

/* ---- the opener's side ----------------------------------------------------------------------- */

/* Who has asked and does not wait any more is told nothing. */
static void reply(int to, const struct answer *answer, int fd)
{
    struct ctx c = {.arena = NULL};
    rc sent = packet_send(&c, to,
                          &(struct packet){.parts = {{(const char *)answer, sizeof *answer}},
                                           .with_fd = fd >= 0,
                                           .wait = true,
                                           .fd = fd});
    (void)sent;
    close(to);
}

struct looking {
    struct ask ask;
    int reply;
    _Atomic int *others;
};

static void *look(void *arg)
{
    struct looking *looking = arg;
    struct answer answer = {.code = RC_OK};
    look_up(looking->ask.text, looking->ask.port, &answer);
    reply(looking->reply, &answer, -1);
    atomic_fetch_sub(looking->others, 1);
    free(looking);
    return NULL;
}

/* False: it could not be begun, and the socket is still the caller's. */
static bool begin_looking(const struct ask *ask, int to, _Atomic int *others)
{
    pthread_t thread;
    struct looking *looking = malloc(sizeof *looking);
    if (!looking || atomic_load(others) >= LOOKING_MAX) {
        free(looking);
        return false;
    }
    *looking = (struct looking){*ask, to, others};
    atomic_fetch_add(others, 1);
    if (pthread_create(&thread, NULL, look, looking) == 0) {
        pthread_detach(thread);
        return true;
    }
    atomic_fetch_sub(others, 1);
    free(looking);
    return false;
}

static void do_one(struct ask *ask, int to, _Atomic int *others)
{
    struct answer answer = {.code = RC_OK};
    int fd = -1;
    ask->text[sizeof ask->text - 1] = '\0';
    ask->len = (uint32_t)strlen(ask->text);
    if (ask->kind == OPENER_NAME && begin_looking(ask, to, others))
        return;
    if (ask->kind == OPENER_STREAM || ask->kind == OPENER_DATAGRAM)
        fd = open_socket(ask->kind, (struct str){ask->text, ask->len}, &answer);
    else
        fail(&answer, RC_BUSY, "too many name look-ups at once");
    reply(to, &answer, fd);
    if (fd >= 0)
        close(fd);
}

int opener_run(int fd)
{
    _Atomic int looking = 0;
    struct ctx c = {.arena = NULL};
    struct ask ask;
    const struct packet_room room = {
        .bytes = &ask, .size = sizeof ask, .exact = true, .wait = true};
    size_t len;
    int to = -1;
    agent_begin(fd);
    while (rc_ok(packet_take(&c, fd, &room, &len, &to)))
        if (to >= 0)
            do_one(&ask, to, &looking);
    return 0;
}
