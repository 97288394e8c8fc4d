/* Addresses of a camera: "http://192.0.2.20/onvif/device_service", "rtsp://[2001:db8::20]:554/1".
 * A camera is called by its number, never by a name: nobody has to be asked where it is, and nobody
 * can answer falsely. */
#ifndef ADAPTER_ONVIF_ADDRESS_H
#define ADAPTER_ONVIF_ADDRESS_H

#include "base/ctx.h"

struct device_address {
    struct str scheme; /* "http", "https" or "rtsp" */
    struct str host;   /* in numbers, an IPv6 one without its brackets */
    struct str path;   /* with what follows it, from "/" */
    unsigned port;
};

/* False when it is anything else: another scheme, a host name, a user or password in it, a
 * character that an address cannot have. The parts point into the text. */
bool device_address_read(struct str text, struct device_address *ret);

/* What a camera says of itself ("the picture is at rtsp://10.0.0.5:554/1") is believed for scheme,
 * port and path; the host stays the one that it was reached at. So a camera behind another network
 * is found, and none can make us call somebody else with its password. INVALID. */
rc device_address_move(struct ctx *c, struct str given, const struct device_address *ours,
                       struct str *ret);

#endif
