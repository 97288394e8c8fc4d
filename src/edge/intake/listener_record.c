/* The records of the intake, and how a field of a listener is refused. */
#include "edge/intake/listener.h"

#include "base/endpoint.h"

SHAPE_DEFINE_CHOICES(listener_carrier, LISTENER_CARRIER, LISTENER_CARRIERS);
SHAPE_DEFINE_CHOICES(listener_protocol, LISTENER_PROTOCOL, LISTENER_PROTOCOLS);
SHAPE_DEFINE_CHOICES(listener_condition, LISTENER_CONDITION, LISTENER_CONDITIONS);
SHAPE_DEFINE(listener, LISTENER_FIELDS, 1, "Where devices reach us, and with which protocol");
SHAPE_DEFINE(listener_place, LISTENER_PLACE_FIELDS, 1, "How far a file has been read");
SHAPE_DEFINE(listener_sample, LISTENER_SAMPLE_FIELDS, 1, "Something that could not be read");
SHAPE_DEFINE(listener_state, LISTENER_STATE_FIELDS, 1, "The state of a listener");
SHAPE_DEFINE(listener_blame, LISTENER_BLAME_FIELDS, 1, "Bad bytes of somebody who is known");
SHAPE_DEFINE(listener_note, LISTENER_NOTE_FIELDS, 1, "What is noted of a listener");
SHAPE_DEFINE(listener_take, LISTENER_TAKE_FIELDS, 1, "Signals of one listener");

rc listener_refuse(struct ctx *c, const char *field, const char *why)
{
    rc result = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "%s", why);
    fault_set_rule(c, field);
    fault_enter_name(c, str_from(field));
    return result;
}

rc listener_check_endpoint(struct ctx *c, const struct listener *listener)
{
    struct endpoint address;
    if (!endpoint_read(listener->address, &address))
        return listener_refuse(c, "address",
                               "write an address and a port: 0.0.0.0:6514 or [::]:6514");
    return OK;
}

rc listener_check_path(struct ctx *c, const struct listener *listener)
{
    if (!str_starts(listener->address, "/") || str_ends(listener->address, "/"))
        return listener_refuse(c, "address", "an absolute path of the file is needed");
    return OK;
}
