#include "agent/spawner/spawner.h"

#include "agent/kit/packet.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum spawner_verb { SPAWNER_BEGIN = 1, SPAWNER_END = 2 };
enum { CANNOT_START = 127 };

struct spawner_order {
    uint32_t verb, number;
};

/* ---- the server's side ----------------------------------------------------------------------- */

static rc give_order(struct ctx *c, const struct agent *spawner, struct spawner_order order,
                     int socket)
{
    const struct packet packet = {
        .parts = {{(const char *)&order, sizeof order}}, .with_fd = socket >= 0, .fd = socket};
    if (spawner->fd < 0)
        FAIL(c, IO, "the spawner of agents is gone");
    rc sent = packet_send(c, spawner->fd, &packet);
    if (sent.code == RC_BUSY)
        FAIL(c, IO, "the spawner of agents does not listen");
    return sent;
}

rc spawner_begin(struct ctx *c, const struct agent *spawner, uint32_t number, int socket)
{
    rc result = give_order(c, spawner, (struct spawner_order){SPAWNER_BEGIN, number}, socket);
    close(socket);
    return result;
}

rc spawner_end(struct ctx *c, const struct agent *spawner, uint32_t number)
{
    return give_order(c, spawner, (struct spawner_order){SPAWNER_END, number}, -1);
}

rc spawner_take(struct ctx *c, const struct agent *spawner, struct spawner_news *ret)
{
    struct spawner_news news;
    const struct packet_room room = {.bytes = &news, .size = sizeof news, .exact = true};
    size_t len;
    rc result = packet_take(c, spawner->fd, &room, &len, NULL);
    if (result.code == RC_MALFORMED)
        FAIL(c, IO, "the spawner of agents says what it cannot");
    TRY(result);
    *ret = news;
    return OK;
}

/* ---- the spawner's side ---------------------------------------------------------------------- */

struct child {
    uint32_t number;
    pid_t pid;
    int fd; /* readable when it has ended */
};

struct keeping {
    struct ctx c;
    int server;
    const char *role;
    struct child children[SPAWNER_AGENTS];
    size_t count;
};

/* A server that is gone is noticed by poll. */
static void tell(struct keeping *k, uint32_t number, int status)
{
    struct spawner_news news = {number, status};
    rc sent =
        packet_send(&k->c, k->server,
                    &(struct packet){.parts = {{(const char *)&news, sizeof news}}, .wait = true});
    (void)sent;
}

static void begin(struct keeping *k, uint32_t number, int socket)
{
    struct child child = {.number = number, .fd = -1};
    bool started = k->count < SPAWNER_AGENTS && socket >= 0 &&
                   rc_ok(agent_spawn(&k->c, "/proc/self/exe", k->role, socket, &child.pid));
    if (socket >= 0)
        close(socket);
    if (started)
        child.fd = (int)syscall(SYS_pidfd_open, child.pid, 0);
    if (child.fd >= 0) {
        k->children[k->count++] = child;
        return;
    }
    if (started) {
        kill(child.pid, SIGKILL);
        waitpid(child.pid, NULL, 0);
    }
    tell(k, number, CANNOT_START << 8);
}

static void end(struct keeping *k, uint32_t number)
{
    for (size_t i = 0; i < k->count; i++)
        if (k->children[i].number == number)
            kill(k->children[i].pid, SIGKILL);
}

/* False when the server is gone. */
static bool take_order(struct keeping *k)
{
    struct spawner_order order = {0};
    const struct packet_room room = {
        .bytes = &order, .size = sizeof order, .exact = true, .wait = true};
    size_t len;
    int socket = -1;
    if (!rc_ok(packet_take(&k->c, k->server, &room, &len, &socket)))
        return false;
    if (order.verb == SPAWNER_BEGIN) {
        begin(k, order.number, socket);
        return true;
    }
    if (socket >= 0)
        close(socket);
    if (order.verb == SPAWNER_END)
        end(k, order.number);
    return true;
}

static void bury(struct keeping *k, size_t i)
{
    struct child *child = &k->children[i];
    int status = 0;
    waitpid(child->pid, &status, 0);
    close(child->fd);
    tell(k, child->number, status);
    *child = k->children[--k->count];
}

/* False when it is time to end. */
static bool turn(struct keeping *k)
{
    struct pollfd from[SPAWNER_AGENTS + 1];
    size_t count = k->count;
    for (size_t i = 0; i < count; i++)
        from[i] = (struct pollfd){.fd = k->children[i].fd, .events = POLLIN};
    from[count] = (struct pollfd){.fd = k->server, .events = POLLIN};
    if (poll(from, count + 1, -1) < 0)
        return errno == EINTR;
    for (size_t i = count; i-- > 0;)
        if (from[i].revents)
            bury(k, i);
    return !from[count].revents || take_order(k);
}

int spawner_run(int fd, const char *role)
{
    struct keeping k = {.server = fd, .role = role};
    agent_begin(fd);
    while (turn(&k))
        continue;
    for (size_t i = 0; i < k.count; i++)
        kill(k.children[i].pid, SIGKILL);
    while (k.count > 0)
        bury(&k, k.count - 1);
    return 0;
}
