#include "assembly/answers.h"

SHAPE_DEFINE(command_done, COMMAND_DONE_FIELDS, 1, "The result of a command");
SHAPE_DEFINE(ledger_entry, LEDGER_ENTRY_FIELDS, 1, "An event of the ledger");
SHAPE_DEFINE(ledger_page, LEDGER_PAGE_FIELDS, 1, "Events of the ledger, in order");
SHAPE_DEFINE(ledger_head, LEDGER_HEAD_FIELDS, 1, "The signed head of the ledger");
SHAPE_DEFINE(ledger_verified, LEDGER_VERIFIED_FIELDS, 1, "The whole ledger, verified");
SHAPE_DEFINE(catalog_permission, CATALOG_PERMISSION_FIELDS, 1, "A permission");
SHAPE_DEFINE(catalog_event, CATALOG_EVENT_FIELDS, 1, "A kind of event");
SHAPE_DEFINE(catalog_view, CATALOG_VIEW_FIELDS, 1, "The catalog");

const struct shape *route_gives(const struct route *route)
{
    if (route->output || route->type || route->method == ROUTE_GET)
        return route->output;
    return &command_done_shape;
}

bool route_needs_body(const struct route *route)
{
    if (!route->input || route->raw)
        return route->input;
    for (size_t i = 0; i < route->input->count; i++)
        if (route->input->fields[i].flags & REQUIRED)
            return true;
    return false;
}
