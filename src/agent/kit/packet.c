#include "agent/kit/packet.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for one descriptor; more are closed by the kernel. */
union control {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static bool would_wait(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK;
}

static void attach(struct msghdr *message, union control *control, int fd)
{
    message->msg_control = control;
    message->msg_controllen = sizeof *control;
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    *head = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
}

rc packet_send(struct ctx *c, int to, const struct packet *packet)
{
    struct iovec parts[PACKET_PARTS];
    struct msghdr message = {.msg_iov = parts};
    union control control = {0};
    ssize_t sent;
    for (size_t i = 0; i < PACKET_PARTS; i++)
        if (packet->parts[i].len > 0)
            parts[message.msg_iovlen++] =
                (struct iovec){(void *)(uintptr_t)packet->parts[i].ptr, packet->parts[i].len};
    if (packet->with_fd)
        attach(&message, &control, packet->fd);
    do
        sent = sendmsg(to, &message, MSG_NOSIGNAL | (packet->wait ? 0 : MSG_DONTWAIT));
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && would_wait(errno))
        FAIL(c, BUSY, "the other side does not listen");
    if (sent < 0 && errno == EMSGSIZE)
        FAIL(c, TOO_LARGE, "a packet that is too long");
    if (sent < 0)
        FAIL(c, IO, "the other side is gone: %s", strerror(errno));
    return OK;
}

static int descriptor_in(struct msghdr *message)
{
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    int fd = -1;
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(head), sizeof fd);
    return fd;
}

static rc judge(struct ctx *c, const struct packet_room *room, ssize_t got)
{
    if (got < 0 && would_wait(errno))
        FAIL(c, BUSY, "there is no packet");
    if (got < 0)
        FAIL(c, IO, "the other side is gone: %s", strerror(errno));
    if (got == 0)
        FAIL(c, IO, "the other side is gone");
    if ((size_t)got > room->size || (room->exact && (size_t)got != room->size))
        FAIL(c, MALFORMED, "a packet of %zd bytes where %s%zu are expected", got,
             room->exact ? "" : "at most ", room->size);
    return OK;
}

rc packet_take(struct ctx *c, int from, const struct packet_room *room, size_t *ret_len,
               int *ret_fd)
{
    struct iovec part = {room->bytes, room->size};
    union control control = {0};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    const int flags = MSG_CMSG_CLOEXEC | MSG_TRUNC | (room->wait ? 0 : MSG_DONTWAIT);
    ssize_t got;
    do
        got = recvmsg(from, &message, flags);
    while (got < 0 && errno == EINTR);
    rc result = judge(c, room, got);
    int fd = got >= 0 ? descriptor_in(&message) : -1;
    if (fd >= 0 && (!ret_fd || !rc_ok(result)))
        close(fd);
    TRY(result);
    *ret_len = (size_t)got;
    if (ret_fd)
        *ret_fd = fd;
    return OK;
}
