/* Packets between a server and an agent, over a pair of agent_pair: each whole or not there at all,
 * and with a descriptor where one is handed over. What a packet says is its agent's business;
 * neither side believes the other more than its length. */
#ifndef AGENT_KIT_PACKET_H
#define AGENT_KIT_PACKET_H

#include "base/ctx.h"

enum { PACKET_PARTS = 2 };

struct packet {
    struct str parts[PACKET_PARTS]; /* one after the other; the second may be absent */
    bool with_fd;                   /* `fd` is handed over, and stays the caller's too */
    bool wait;                      /* until the other side has room; else BUSY */
    int fd;
};

/* BUSY when there is no room, IO when the other side is gone, TOO_LARGE. */
rc packet_send(struct ctx *c, int to, const struct packet *packet);

/* Where the next packet is to go. */
struct packet_room {
    void *bytes;
    size_t size;
    bool exact; /* a packet of another size is MALFORMED; else only a longer one */
    bool wait;  /* for one; else BUSY when there is none */
};

/* Take one. `ret_fd` is the descriptor that came with it, now the caller's, or -1; where it is
 * NULL, one that comes is closed. IO when the other side is gone, which is also what an empty
 * packet means. A failure gives no descriptor. */
rc packet_take(struct ctx *c, int from, const struct packet_room *room, size_t *ret_len,
               int *ret_fd);

#endif
