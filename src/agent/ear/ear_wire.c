/* What goes between an ear and its server: the shapes of an answer, and bytes in and out. */
#include "agent/ear/ear_own.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

SHAPE_DEFINE(ear_frame, EAR_FRAME_FIELDS, 1, "A frame as an ear has read it");
SHAPE_DEFINE(ear_sample, EAR_SAMPLE_FIELDS, 1, "Something that an ear could not read");
SHAPE_DEFINE(ear_answer, EAR_ANSWER_FIELDS, 1, "What an ear has read");

static bool is_ready(int fd, short events, int ms)
{
    struct pollfd wait = {.fd = fd, .events = events};
    int many;
    do
        many = poll(&wait, 1, ms);
    while (many < 0 && errno == EINTR);
    return many > 0;
}

static bool is_passing(int error)
{
    return error == EINTR || error == EAGAIN;
}

bool ear_send(int fd, const void *bytes, size_t len, int ms)
{
    for (const char *at = bytes; len > 0;) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (!is_passing(errno) || !is_ready(fd, POLLOUT, ms)))
            return false;
        at += sent > 0 ? sent : 0;
        len -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

bool ear_take(int fd, void *bytes, size_t len, int ms)
{
    for (char *at = bytes; len > 0;) {
        ssize_t got = recv(fd, at, len, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && (!is_passing(errno) || !is_ready(fd, POLLIN, ms))))
            return false;
        at += got > 0 ? got : 0;
        len -= got > 0 ? (size_t)got : 0;
    }
    return true;
}
