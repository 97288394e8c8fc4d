#include "edge/camera/warden.h"

#include "base/role.h"
#include "edge/eye/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum warden_verb { WARDEN_BEGIN = 1, WARDEN_END = 2 };
enum { CANNOT_START = 127 };

struct warden_order {
    uint32_t verb, number;
};

/* ---- the server's side ----------------------------------------------------------------------- */

rc warden_start(struct ctx *c, const char *path, struct warden *ret)
{
    int pair[2];
    TRY(talk_pair(c, pair));
    int error = role_start(path, WARDEN_ROLE, pair[1], &ret->pid);
    close(pair[1]);
    if (error != 0) {
        close(pair[0]);
        FAIL(c, IO, "the warden of cameras cannot be started: %s", strerror(error));
    }
    ret->fd = pair[0];
    return OK;
}

void warden_stop(struct warden *warden)
{
    if (warden->fd < 0)
        return;
    close(warden->fd); /* it ends its eyes, and then itself */
    waitpid(warden->pid, NULL, 0);
    warden->fd = -1;
}

static rc give_order(struct ctx *c, const struct warden *warden, struct warden_order order,
                     int socket)
{
    struct iovec part = {&order, sizeof order};
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (socket >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        *head = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(head), &socket, sizeof socket);
    }
    if (sendmsg(warden->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof order)
        FAIL(c, IO, "the warden of cameras is gone: %s", strerror(errno));
    return OK;
}

rc warden_begin(struct ctx *c, const struct warden *warden, uint32_t number, int socket)
{
    rc result = give_order(c, warden, (struct warden_order){WARDEN_BEGIN, number}, socket);
    close(socket);
    return result;
}

rc warden_end(struct ctx *c, const struct warden *warden, uint32_t number)
{
    return give_order(c, warden, (struct warden_order){WARDEN_END, number}, -1);
}

bool warden_take(const struct warden *warden, struct warden_news *ret, bool *ret_gone)
{
    struct warden_news news;
    ssize_t got = recv(warden->fd, &news, sizeof news, MSG_DONTWAIT);
    bool waits = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    *ret_gone = !waits && got != (ssize_t)sizeof news;
    if (got == (ssize_t)sizeof news)
        *ret = news;
    return got == (ssize_t)sizeof news;
}

/* ---- the warden's side ----------------------------------------------------------------------- */

struct child {
    uint32_t number;
    pid_t pid;
    int fd; /* readable when it has ended */
};

struct keeping {
    int server;
    struct child children[WARDEN_EYES];
    size_t count;
};

static void tell(const struct keeping *k, uint32_t number, int status)
{
    struct warden_news news = {number, status};
    ssize_t sent = send(k->server, &news, sizeof news, MSG_NOSIGNAL);
    (void)sent; /* a server that is gone is noticed by poll */
}

static void begin(struct keeping *k, uint32_t number, int socket)
{
    struct child child = {.number = number, .pid = -1};
    if (k->count < WARDEN_EYES && socket >= 0 &&
        role_start("/proc/self/exe", EYE_ROLE, socket, &child.pid) != 0)
        child.pid = -1;
    if (socket >= 0)
        close(socket);
    child.fd = child.pid > 0 ? (int)syscall(SYS_pidfd_open, child.pid, 0) : -1;
    if (child.fd >= 0) {
        k->children[k->count++] = child;
        return;
    }
    if (child.pid > 0) {
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
    struct warden_order order = {0};
    struct iovec part = {&order, sizeof order};
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    int socket = -1;
    ssize_t got = recvmsg(k->server, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR)
        return true;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head && head->cmsg_type == SCM_RIGHTS)
        memcpy(&socket, CMSG_DATA(head), sizeof socket);
    if (got != (ssize_t)sizeof order)
        return false;
    if (order.verb == WARDEN_BEGIN)
        begin(k, order.number, socket);
    else if (order.verb == WARDEN_END)
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

int warden_run(int fd)
{
    struct keeping k = {.server = fd};
    bool goes_on = true;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    while (goes_on) {
        struct pollfd from[WARDEN_EYES + 1];
        for (size_t i = 0; i < k.count; i++)
            from[i] = (struct pollfd){.fd = k.children[i].fd, .events = POLLIN};
        from[k.count] = (struct pollfd){.fd = fd, .events = POLLIN};
        size_t count = k.count;
        if (poll(from, count + 1, -1) < 0 && errno != EINTR)
            break;
        for (size_t i = count; i-- > 0;)
            if (from[i].revents)
                bury(&k, i);
        if (from[count].revents)
            goes_on = take_order(&k);
    }
    for (size_t i = 0; i < k.count; i++)
        kill(k.children[i].pid, SIGKILL);
    while (k.count > 0)
        bury(&k, k.count - 1);
    return 0;
}
