/* Addresses of sockets, as they are written and back. */
#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H

#include "base/str.h"

#include <sys/socket.h>

struct endpoint {
    struct sockaddr_storage bytes;
    socklen_t len;
};

/* "0.0.0.0:6514", "[::1]:0", "localhost:6514"; false when it is none. */
bool endpoint_read(struct str text, struct endpoint *ret);

/* "broker.mission.example:8883": a name of a host, not an address, and its port. */
bool endpoint_read_name(struct str text, struct str *ret_host, unsigned *ret_port);

bool endpoint_read_unix(struct str path, struct endpoint *ret);

/* The host alone, without its port ("" for a socket of the file system); gives its length. */
enum { ENDPOINT_TEXT_MAX = 64 };
size_t endpoint_write_host(const struct endpoint *address, char ret[ENDPOINT_TEXT_MAX]);

/* Its port, 0 when it has none. */
unsigned endpoint_port(const struct endpoint *address);

/* The same host? IPv6: the same /64, of which a host has all. */
bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b);

/* Before binding: remove a socket of the file system that nobody listens at any more; an IPv6
 * socket takes IPv4 as well. */
void endpoint_remove_stale(const struct endpoint *address);
void endpoint_take_both(int fd);

#endif
