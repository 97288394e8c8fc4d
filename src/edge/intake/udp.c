/* Datagrams. They cannot be made to wait: when there is no room, what is not duress is counted and
 * dropped, and its sender, who is not acknowledged, may send it again. What the kernel had to drop
 * is counted too. */
#include "edge/intake/carrier.h"

#include "agent/opener/opener.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
    DATAGRAM_MAX = 65536,
    TURN = 256,
    BATCHES = 16,       /* they cannot wait: more of them are kept */
    SPEAKER_SLOTS = 64, /* addresses whose last speaker is remembered */
};

struct udp {
    struct event *readable;
    struct ear_stream *stream;
    uint32_t kernel_dropped;
    struct speaker speakers[SPEAKER_SLOTS];
};

static bool reply(struct port *port, const struct frame *frame)
{
    const struct endpoint *to = &frame->waiter.to;
    return to->len > 0 && sendto(port->fd, frame->reply.ptr, frame->reply.len, MSG_DONTWAIT,
                                 (const struct sockaddr *)&to->bytes, to->len) >= 0;
}

static bool has_duress(const struct stream_item *item)
{
    for (size_t i = 0; i < item->out.count; i++)
        if (signal_is_lane(&item->out.signals[i]))
            return true;
    return false;
}

static void take(struct port *port, struct str bytes, const struct endpoint *from)
{
    struct ctx *c = &port->receiver->scratch;
    char host[ENDPOINT_TEXT_MAX];
    struct str peer = {host, endpoint_write_host(from, host)};
    struct ear_item heard = {.item = {.kind = STREAM_FRAME}};
    struct udp *udp = port->carried;
    if (peer.len == 0)
        peer.ptr = NULL;
    if (!udp->stream && !rc_ok(ear_stream_open(c, port->ear, &udp->stream))) {
        port->state.dropped++;
        return;
    }
    const struct origin origin = {
        .peer = peer,
        .speaker = &udp->speakers[str_hash(peer) % SPEAKER_SLOTS],
        .waiter = {.to = *from},
    };
    port->state.heard = clock_now(c);
    ear_stream_give(udp->stream, bytes,
                    (struct stream_given){.peer = peer, .last = true, .datagram = true});
    while (heard.item.kind != STREAM_EMPTY) {
        if (!rc_ok(port_hear(c, port, udp->stream, &heard))) {
            port->state.dropped++;
            ear_stream_close(udp->stream);
            udp->stream = NULL;
            break;
        }
        if (heard.item.kind == STREAM_EMPTY)
            break;
        if (batch_full(port) && !has_duress(&heard.item))
            port->state.dropped++;
        else
            port_take(port, &heard.item, &origin);
    }
    arena_reset(c->arena);
}

/* How many the kernel has dropped so far. */
static void count_dropped(struct port *port, struct msghdr *message)
{
    struct udp *udp = port->carried;
    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
        uint32_t now = 0;
        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SO_RXQ_OVFL)
            continue;
        memcpy(&now, CMSG_DATA(at), sizeof now);
        port->state.dropped += now - udp->kernel_dropped;
        udp->kernel_dropped = now;
    }
}

static void on_readable(evutil_socket_t fd, short, void *arg)
{
    struct port *port = arg;
    char bytes[DATAGRAM_MAX];
    for (int i = 0; i < TURN; i++) {
        char control[CMSG_SPACE(sizeof(uint32_t))];
        struct endpoint from = {.len = 0};
        struct iovec part = {bytes, sizeof bytes};
        struct msghdr message = {.msg_name = &from.bytes,
                                 .msg_namelen = sizeof from.bytes,
                                 .msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);
        if (got < 0)
            return;
        from.len = message.msg_namelen;
        count_dropped(port, &message);
        take(port, (struct str){bytes, (size_t)got}, &from);
    }
}

static rc open_udp(struct ctx *c, struct port *port, const void *)
{
    struct udp *udp = calloc(1, sizeof *udp);
    if (!udp)
        FAIL(c, NO_MEMORY, "no memory to listen");
    port->carried = udp;
    if (port->fd < 0)
        TRY(opener_socket(c, port->receiver->options.opener, OPENER_DATAGRAM,
                          port->listener.address, &port->fd));
    TRY(ear_stream_open(c, port->ear, &udp->stream));
    udp->readable =
        event_new(port->receiver->base, port->fd, EV_READ | EV_PERSIST, on_readable, port);
    if (!udp->readable || event_add(udp->readable, NULL) != 0)
        FAIL(c, NO_MEMORY, "no memory to listen");
    return OK;
}

static void close_udp(struct port *port)
{
    struct udp *udp = port->carried;
    if (udp->readable)
        event_free(udp->readable);
    ear_stream_close(udp->stream);
    free(udp);
}

static void stop(struct port *port)
{
    struct udp *udp = port->carried;
    event_del(udp->readable);
}

const struct carrier udp_carrier = {
    .batches = BATCHES,
    .check = listener_check_endpoint,
    .open = open_udp,
    .close = close_udp,
    .stop = stop,
    .reply = reply,
};
