/* Which addresses are of the public network (IANA's registries of special-purpose addresses). */
#ifndef OUTLET_KIT_ADDRESS_H
#define OUTLET_KIT_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Not of a private network, of this machine, of a link, of a group, reserved, or one of those
 * written as IPv6. What is neither IPv4 nor IPv6 is not public. */
bool address_is_public(const struct sockaddr *address);

#endif
