/* What both sides of the renderer's sockets say: the document's length and bytes; then this and the
 * PDF. */
#ifndef AGENT_RENDERER_RENDERER_OWN_H
#define AGENT_RENDERER_RENDERER_OWN_H

#include "base/ctx.h"

struct renderer_answer {
    uint32_t code; /* of rc_code */
    uint32_t len;
    char why[240];
};

/* All of it, or false. Taking waits a minute at most for each piece. */
bool renderer_send(int to, const void *bytes, size_t len);
bool renderer_take(int from, void *bytes, size_t len);

#endif
