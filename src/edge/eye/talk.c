#include "edge/eye/talk.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

SHAPE_DEFINE(talk_look, TALK_LOOK_FIELDS, 1, "A picture, please");
SHAPE_DEFINE(talk_picture, TALK_PICTURE_FIELDS, 1, "What a picture is, before its bytes");

rc talk_send(struct ctx *c, int fd, enum talk_kind kind, struct str bytes, bool wait)
{
    char head = (char)kind;
    struct iovec parts[] = {{&head, 1}, {(void *)(uintptr_t)bytes.ptr, bytes.len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = bytes.len ? 2 : 1};
    if (bytes.len >= TALK_MAX)
        FAIL(c, TOO_LARGE, "a packet of %zu bytes", bytes.len + 1);
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        FAIL(c, BUSY, "the other side does not listen");
    if (sent < 0)
        FAIL(c, IO, "the other side is gone: %s", strerror(errno));
    return OK;
}

rc talk_send_record(struct ctx *c, int fd, enum talk_kind kind, const struct shape *shape,
                    const void *record, bool wait)
{
    struct text out;
    struct str json;
    text_init(&out, c, TALK_MAX - 1);
    shape_write(&out, shape, SHAPE_VIEW_WHOLE, record);
    TRY(text_done(&out, &json));
    return talk_send(c, fd, kind, json, wait);
}

rc talk_take(struct ctx *c, int fd, char *buffer, enum talk_kind *ret_kind, struct str *ret_bytes)
{
    ssize_t got;
    do
        got = recv(fd, buffer, TALK_MAX, MSG_DONTWAIT | MSG_TRUNC);
    while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        FAIL(c, BUSY, "there is no packet");
    if (got <= 0)
        FAIL(c, IO, "the other side is gone");
    if (got > TALK_MAX)
        FAIL(c, MALFORMED, "a packet of %zd bytes", got);
    *ret_kind = (enum talk_kind)(unsigned char)buffer[0];
    *ret_bytes = (struct str){buffer + 1, (size_t)got - 1};
    return OK;
}

rc talk_pair(struct ctx *c, int ret[2])
{
    int room = TALK_BUFFER, pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        FAIL(c, IO, "no sockets for an eye: %s", strerror(errno));
    for (int i = 0; i < 2; i++)
        setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    ret[0] = pair[0];
    ret[1] = pair[1];
    return OK;
}
