/* The opener: an agent that opens sockets and looks up names for a server that has closed
 * its sandbox behind it. It has no key and no file of the mission, and it is asked for two things
 * only; who has taken the server over can make it listen somewhere, and not call anybody.
 *
 *     server ──what, address or name, and a socket for the answer──▶ opener
 *     server ◀──descriptor, or addresses, or why not────────────────┘
 *
 * Names are looked up each in a thread of its own: a server of names that is silent keeps nobody
 * else waiting. When the server is gone, the opener ends. */
#ifndef AGENT_OPENER_OPENER_H
#define AGENT_OPENER_OPENER_H

#include "agent/kit/agent.h"
#include "base/endpoint.h"

#define OPENER_ROLE "--socket-opener"

/* A socket that listens, or that takes datagrams, at an address such as "0.0.0.0:6514". INVALID for
 * no address, CONFLICT when it is taken. `opener` may be NULL, or have ended: then it is made here.
 */
enum opener_kind { OPENER_STREAM = 1, OPENER_DATAGRAM, OPENER_NAME };
rc opener_socket(struct ctx *c, const struct agent *opener, enum opener_kind kind,
                 struct str address, int *ret_fd);

/* The addresses of a host, each with this port. Waits for them, until `stop_fd` is readable.
 * NOT_FOUND when there are none. From any thread. */
enum { OPENER_FOUND_MAX = 8, OPENER_TEXT_MAX = 400 };
rc opener_look_up(struct ctx *c, const struct agent *opener, struct str host, unsigned port,
                  int stop_fd, struct endpoint ret[OPENER_FOUND_MAX], size_t *ret_count);

/* Be the opener. Gives the process's exit status. */
int opener_run(int fd);

#endif
