#include "edge/intake/carrier.h"

static const struct carrier *const carriers[] = {
    [LISTENER_CARRIER_TCP] = &tcp_carrier,   [LISTENER_CARRIER_TLS] = &tls_carrier,
    [LISTENER_CARRIER_UDP] = &udp_carrier,   [LISTENER_CARRIER_UNIX] = &unix_carrier,
    [LISTENER_CARRIER_FILE] = &file_carrier, [LISTENER_CARRIER_BROKER] = &broker_carrier,
};

const struct carrier *carrier_of(enum listener_carrier carrier)
{
    return carrier < sizeof carriers / sizeof carriers[0] ? carriers[carrier] : NULL;
}
