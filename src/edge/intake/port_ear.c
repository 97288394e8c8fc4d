/* Whoever reads what comes: a process of its own for each listener (agent/ear). When it ends, hangs
 * or says what it cannot, the listener is deaf: nothing more is read. What was read is written and
 * acknowledged, and then the listener is opened again with another ear, as if its record had been
 * changed. What was not acknowledged comes again: from the panel, the broker, the file. */
#include "edge/intake/carrier.h"

#include "agent/spawner/spawner.h"
#include "base/log.h"

#include <unistd.h>

enum { AGAIN_MS = 1000, AGAIN_MS_MAX = 60000, WELL_MS = 60000 };

static rc start(struct ctx *c, struct port *port, int socket)
{
    struct receiver *r = port->receiver;
    if (!r->options.program)
        return r->options.start_ear(c, socket);
    port->ear_number = ++r->ears;
    return spawner_begin(c, &r->spawner, port->ear_number, socket);
}

/* One that hangs does not see that nobody listens to it any more. */
static void end(struct port *port)
{
    struct receiver *r = port->receiver;
    if (port->ear_number && !rc_ok(spawner_end(&r->scratch, &r->spawner, port->ear_number)))
        LOG(ERROR, "intake.spawner", LOG_TEXT("why", str_from(r->scratch.fault.message)));
    port->ear_number = 0;
}

void port_deafen(struct port *port, const char *why)
{
    struct mono now = clock_mono(&port->receiver->scratch);
    if (now.us - port->opened.us > (int64_t)WELL_MS * 1000)
        port->deaths = 0;
    int64_t wait_ms = (int64_t)AGAIN_MS << (port->deaths < 6 ? port->deaths : 6);
    port->deaths++;
    port->deaf = true;
    port->hear_again = mono_after(now, wait_ms < AGAIN_MS_MAX ? wait_ms : AGAIN_MS_MAX);
    port->receiver->again = true;
    end(port);
    port_set(port, LISTENER_CONDITION_FAILED, why);
}

rc port_open_ear(struct ctx *c, struct port *port)
{
    struct receiver *r = port->receiver;
    const struct ear_options options = {.adapter = port->adapter,
                                        .options = port->listener.options,
                                        .secret_options = port->listener.secret_options};
    int pair[2];
    port->opened = clock_mono(&r->scratch);
    TRY(ear_pair(c, pair));
    rc result = start(c, port, pair[1]);
    if (rc_ok(result))
        return ear_open(c, pair[0], &options, &port->ear);
    close(pair[0]);
    return result;
}

rc port_hear(struct ctx *c, struct port *port, struct ear_stream *stream, struct ear_item *ret)
{
    rc result = ear_stream_next(c, stream, clock_now(c), ret);
    if (!rc_ok(result) && ear_is_gone(port->ear) && !port->deaf)
        port_deafen(port, c->fault.message);
    return result;
}

void receiver_look_at_ears(struct receiver *r)
{
    struct spawner_news news;
    struct ctx *c = &r->scratch;
    while (r->spawner.fd >= 0 && rc_ok(spawner_take(c, &r->spawner, &news)))
        if (news.status != 0)
            LOG(WARN, "intake.ear", LOG_NUMBER("ear", news.number),
                LOG_NUMBER("status", news.status));
}
