/* One open listener: its adapter, its carrier, and what becomes of it over time. */
#include "edge/intake/carrier.h"

#include <stdlib.h>
#include <unistd.h>

enum { PORT_MEMORY = 4 << 20 };

void port_resume(struct port *port)
{
    if (!port->waiting && port->state.condition != LISTENER_CONDITION_FULL)
        return;
    if (batch_full(port))
        return;
    port->waiting = false;
    if (port->state.condition == LISTENER_CONDITION_FULL)
        port_set(port, LISTENER_CONDITION_OPEN, "");
    if (port->open && port->carrier->resume)
        port->carrier->resume(port);
}

void port_tick(struct port *port, struct mono now)
{
    if (port->waiting) /* also after a want of memory, when nothing comes back from the writer */
        port_resume(port);
    if (port->open && port->carrier->tick)
        port->carrier->tick(port, now);
    batch_send(port);
    bool due = now.us - port->noted.us >= port->receiver->options.note_ms * 1000;
    if (port->dirty && due && !port->note_flying)
        port_note(port);
}

bool port_wake(struct port *port)
{
    return port->open && port->carrier->wake && port->carrier->wake(port);
}

void port_stop(struct port *port)
{
    if (port->open && port->carrier->stop)
        port->carrier->stop(port);
    batch_send(port);
}

/* ---- opening --------------------------------------------------------------------------------- */

static rc open_adapter(struct ctx *c, struct port *port, void **ret_options)
{
    TRY(listener_adapter(c, &port->listener, &port->adapter, ret_options));
    port->proves = listener_proves(&port->listener, port->adapter, *ret_options);
    return port_open_ear(c, port);
}

static rc begin(struct ctx *c, struct port *port)
{
    void *options = NULL;
    if (port->listener.disabled) {
        port_set(port, LISTENER_CONDITION_DISABLED, "");
        return OK;
    }
    port_set(port, LISTENER_CONDITION_OPEN, "");
    if (!port->carrier)
        FAIL(c, INVALID, "this version does not know how to listen there");
    if (port->carrier->in_files) {
        struct str path;
        TRY(place_find(c, port->receiver->options.files, port->listener.address, &path));
        TRY(str_copy(&port->own, path, &port->path));
    }
    TRY(open_adapter(c, port, &options));
    TRY(port->carrier->open(c, port, options));
    port->open = true;
    return OK;
}

rc port_open(struct ctx *c, struct receiver *receiver, const struct listener *listener, int64_t seq,
             int fd, struct port **ret)
{
    struct port *port = calloc(1, sizeof *port);
    if (!port || !(port->own.arena = arena_open(PORT_MEMORY))) {
        free(port);
        if (fd >= 0)
            close(fd);
        FAIL(c, NO_MEMORY, "no memory for a listener");
    }
    port->own.clock = receiver->options.clock;
    port->receiver = receiver;
    port->last = &port->first;
    port->fd = fd;
    port->seq = seq;
    rc result = shape_copy(&port->own, &listener_shape, listener, &port->listener);
    if (!rc_ok(result)) {
        c->fault = port->own.fault;
        port_close(port);
        return result;
    }
    port->carrier = carrier_of(port->listener.carrier);
    port->state.id = port->listener.id;
    port->state.label = port->listener.label;
    result = begin(c, port);
    if (!rc_ok(result))
        port_set(port, LISTENER_CONDITION_FAILED, c->fault.message);
    if (!rc_ok(result) && port->adapter && !port->ear && result.code != RC_INVALID)
        port_deafen(port, c->fault.message);
    *ret = port;
    return OK;
}

void port_close(struct port *port)
{
    port->open = false;
    if (port->carried)
        port->carrier->close(port);
    batch_forget(port);
    if (port->fd >= 0)
        close(port->fd);
    ear_close(port->ear);
    arena_close(port->own.arena);
    free(port);
}
