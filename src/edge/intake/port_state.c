/* How a listener is: told in its state, and in the log when it fails. */
#include "edge/intake/receiver_own.h"

#include "base/log.h"

#include <stdio.h>

void port_set(struct port *port, enum listener_condition condition, const char *why)
{
    struct ctx *c = &port->receiver->scratch;
    if (port->state.condition == condition && strcmp(port->why, why) == 0)
        return;
    if (condition != port->state.condition) {
        port->state.since = clock_now(c);
        if (condition == LISTENER_CONDITION_FAILED)
            LOG(ERROR, "intake.failed", LOG_TEXT("listener", port->listener.id),
                LOG_TEXT("why", str_from(why)));
    }
    snprintf(port->why, sizeof port->why, "%s", why);
    port->state.condition = condition;
    port->state.why = port->why[0] ? str_from(port->why) : (struct str){NULL, 0};
    port->dirty = true;
}
