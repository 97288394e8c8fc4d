/* What both sides of the renderer's sockets say: the document's length and bytes; then this and the
 * PDF. */
#ifndef AGENT_RENDERER_RENDERER_OWN_H
#define AGENT_RENDERER_RENDERER_OWN_H

#include "base/ctx.h"

#include <stdalign.h>
#include <sys/socket.h>

struct renderer_answer {
    uint32_t code; /* of rc_code */
    uint32_t len;
    char why[240];
};

/* A message of one byte with room for one descriptor. It points into itself: fill it where it
 * stays. */
struct renderer_message {
    char byte;
    struct iovec part;
    struct msghdr message;
    alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
};
void renderer_message(struct renderer_message *ret);

/* All of it, or false. Taking waits a minute at most for each piece. */
bool renderer_send(int to, const void *bytes, size_t len);
bool renderer_take(int from, void *bytes, size_t len);

#endif
