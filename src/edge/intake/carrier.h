/* How bytes come in: one row a way, and nothing else in the intake knows a way by its name. A new
 * carrier is a row of LISTENER_CARRIERS (listener.h), one of carrier.c, and a file.
 *
 *     port ──open, tick, resume, stop, close──▶ carrier ──port_take──▶ batch ──▶ writer
 *                                                  ▲                     │
 *                                                  └─hold, settle, reply─┘
 *
 * What a carrier has open hangs on `port->carried`, which is its own. But for `check` and `close`,
 * a function is called only while the port is open; NULL where there is nothing to do. */
#ifndef EDGE_INTAKE_CARRIER_H
#define EDGE_INTAKE_CARRIER_H

#include "edge/intake/receiver_own.h"

#include <openssl/x509.h>

struct carrier {
    size_t batches; /* so many wait before reading waits, or what cannot wait is dropped */
    bool calls;     /* it calls out: the network is not cut off whole */
    bool in_files;  /* the address is a path: it has to be in a folder that is open to them */

    /* Are address and protocol such as it can use? INVALID with the field. */
    rc (*check)(struct ctx *c, const struct listener *listener);
    /* Does nobody but whom it trusts reach it? NULL: anybody may. */
    bool (*proves)(const struct listener *listener);
    /* `options` are the adapter's. Sets `port->carried` before anything that can fail. */
    rc (*open)(struct ctx *c, struct port *port, const void *options);
    void (*close)(struct port *port);
    /* Take nothing new: the program ends. */
    void (*stop)(struct port *port);
    /* Every TICK_MS; also while reading waits. */
    void (*tick)(struct port *port, struct mono now);
    /* There is room again: go on reading. */
    void (*resume)(struct port *port);
    /* Something of a thread of its own waits (receiver_ring). True when there was anything. */
    bool (*wake)(struct port *port);
    /* A frame that wants an answer waits for the writer; it does not any more. The second may come
     * after the port is closed. */
    void (*hold)(struct frame *frame);
    void (*release)(struct frame *frame);
    /* A frame is written down, or refused for good. */
    void (*settle)(struct port *port, const struct frame *frame);
    /* Acknowledge it. False when its asker is gone. */
    bool (*reply)(struct port *port, const struct frame *frame);
};

extern const struct carrier tcp_carrier, tls_carrier, unix_carrier; /* link.c */
extern const struct carrier udp_carrier, file_carrier, broker_carrier;

/* The certificate of a listener's authority; the caller frees it. INVALID: it is none. */
rc authority_read(struct ctx *c, struct str pem, X509 **ret); /* authority.c */

/* NULL for one that this version does not know. */
const struct carrier *carrier_of(enum listener_carrier carrier);

#endif
