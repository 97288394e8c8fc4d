#include "agent/probe/talk.h"

#include "agent/kit/agent.h"
#include "agent/kit/packet.h"

#include <sys/socket.h>

SHAPE_DEFINE(probe_order, PROBE_ORDER_FIELDS, 1, "The camera that a probe calls");
SHAPE_DEFINE_CHOICES(probe_condition, PROBE_CONDITION, PROBE_CONDITIONS);
SHAPE_DEFINE(probe_state, PROBE_STATE_FIELDS, 1, "The state of a camera");
SHAPE_DEFINE(talk_look, TALK_LOOK_FIELDS, 1, "An image, please");
SHAPE_DEFINE(talk_image, TALK_IMAGE_FIELDS, 1, "What an image is, before its bytes");

rc talk_send(struct ctx *c, int fd, enum talk_kind kind, struct str bytes, bool wait)
{
    char head = (char)kind;
    if (bytes.len >= TALK_MAX)
        FAIL(c, TOO_LARGE, "a packet of %zu bytes", bytes.len + 1);
    return packet_send(c, fd, &(struct packet){.parts = {{&head, 1}, bytes}, .wait = wait});
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
    size_t len;
    TRY(packet_take(c, fd, &(struct packet_room){.bytes = buffer, .size = TALK_MAX}, &len, NULL));
    *ret_kind = (enum talk_kind)(unsigned char)buffer[0];
    *ret_bytes = (struct str){buffer + 1, len - 1};
    return OK;
}

rc talk_pair(struct ctx *c, int ret[2])
{
    int room = TALK_BUFFER;
    TRY(agent_pair(c, ret));
    for (int i = 0; i < 2; i++)
        setsockopt(ret[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    return OK;
}
