/* The bodies that the routes of core give. A route that changes something gives command_done, or
 * nothing, unless its row names another shape. */
#ifndef ASSEMBLY_ANSWERS_H
#define ASSEMBLY_ANSWERS_H

#include "core/route.h"

#define COMMAND_DONE_FIELDS(F, T)                                        \
    F(T, id, _, id, 0, 0, 0, "id of the record it was about")            \
    F(T, i64, _, seq, 0, 0, 0, "number of the first event; -1 for none") \
    F(T, i64, _, events, 0, 0, 0, "how many events it made")
SHAPE_DECLARE(command_done, COMMAND_DONE_FIELDS);

/* The shape of what a route gives, NULL when no shape describes it. */
const struct shape *route_gives(const struct route *route);

/* Has there to be a body? None is the same as {}, where no field of it is required. */
bool route_needs_body(const struct route *route);

#define LEDGER_ENTRY_FIELDS(F, T)                                                            \
    F(T, i64, _, seq, 0, 0, 0, "number in the ledger")                                       \
    F(T, text, line, kind, REQUIRED, 0, 0, "kind of event")                                  \
    F(T, i64, _, version, 0, 0, 0, "version of its body")                                    \
    F(T, time, _, occurred, REQUIRED, 0, 0, "by the source's clock")                         \
    F(T, time, _, received, REQUIRED, 0, 0, "by the server's clock")                         \
    F(T, text, line, actor, REQUIRED, 0, 0, "who made it happen")                            \
    F(T, text, line, record, 0, 0, 0, "what it is about, such as zone/01J…")                 \
    F(T, text, line, subject, 0, 0, 0, "whose key its body is sealed under")                 \
    F(T, label, _, label, 0, 0, 0, "who may read it")                                        \
    F(T, opt_i64, _, cause, 0, 0, 0, "the event that led to it")                             \
    F(T, flag, _, drill, 0, 0, 0, "it belongs to a drill")                                   \
    F(T, flag, _, sealed, 0, 0, 0, "its body is sealed; without one, the key was destroyed") \
    F(T, json, _, body, 0, 0, 0, "its content, as its kind defines it")
SHAPE_DECLARE(ledger_entry, LEDGER_ENTRY_FIELDS);

#define LEDGER_PAGE_FIELDS(F, T)                       \
    F(T, list, ledger_entry, items, 0, 0, 0, "events") \
    F(T, opt_i64, _, next, 0, 0, 0, "where to continue from")
SHAPE_DECLARE(ledger_page, LEDGER_PAGE_FIELDS);

#define LEDGER_HEAD_FIELDS(F, T)                                            \
    F(T, i64, _, size, 0, 0, 0, "how many events there are")                \
    F(T, text, line, root, REQUIRED, 0, 0, "root hash of the tree, base64") \
    F(T, text, line, origin, REQUIRED, 0, 0, "name of the ledger")          \
    F(T, text, line, verifier_key, REQUIRED, 0, 0, "checks its signatures") \
    F(T, text, block, checkpoint, REQUIRED, 0, 0, "signed note of the head")
SHAPE_DECLARE(ledger_head, LEDGER_HEAD_FIELDS);

#define LEDGER_VERIFIED_FIELDS(F, T)                                   \
    F(T, flag, _, verified, 0, 0, 0, "everything agrees")              \
    F(T, i64, _, events, 0, 0, 0, "events")                            \
    F(T, i64, _, checkpoints, 0, 0, 0, "signed heads")                 \
    F(T, i64, _, sealed, 0, 0, 0, "events whose body is sealed")       \
    F(T, i64, _, erased, 0, 0, 0, "of those, whose key was destroyed") \
    F(T, text, line, root, REQUIRED, 0, 0, "the computed root hash")
SHAPE_DECLARE(ledger_verified, LEDGER_VERIFIED_FIELDS);

#define CATALOG_PERMISSION_FIELDS(F, T)                           \
    F(T, text, line, name, REQUIRED, 0, 0, "as in \"zone.read\"") \
    F(T, text, line, help, REQUIRED, 0, 0, "what it allows")
SHAPE_DECLARE(catalog_permission, CATALOG_PERMISSION_FIELDS);

#define CATALOG_EVENT_FIELDS(F, T)                                 \
    F(T, text, line, name, REQUIRED, 0, 0, "as in \"zone.added\"") \
    F(T, text, line, help, REQUIRED, 0, 0, "what has happened")    \
    F(T, text, line, read, REQUIRED, 0, 0, "permission to see it") \
    F(T, flag, _, sealed, 0, 0, 0, "its body is personal")
SHAPE_DECLARE(catalog_event, CATALOG_EVENT_FIELDS);

/* The records are described by shapes, which no shape describes: they are free JSON. */
#define CATALOG_VIEW_FIELDS(F, T)                                                \
    F(T, json, _, records, REQUIRED, 0, 0, "records with their shape and steps") \
    F(T, json, _, lists, REQUIRED, 0, 0, "lists of what is no record")           \
    F(T, list, catalog_permission, permissions, 0, 0, 0, "permissions")          \
    F(T, list, catalog_event, events, 0, 0, 0, "kinds of events")
SHAPE_DECLARE(catalog_view, CATALOG_VIEW_FIELDS);

#endif
