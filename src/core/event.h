/* An event as the parts of Chancery see it: the ledger's envelope, with its kind known and its body
 * read. */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "shape/label.h"

/* What an event does to the table of its body by itself: nothing; its body is the row from now on;
 * that too, and the row is retired. More than that is a fold. */
enum event_row { EVENT_NO_ROW, EVENT_PUTS_ROW, EVENT_ENDS_ROW };

/* A kind of event, declared once by the module whose fact it is. */
struct event_kind {
    const char *name; /* "zone.added" */
    const char *help;
    const struct shape *body; /* in its newest version */
    const char *read;         /* the permission to be told of it */
    bool sealed;              /* personal: the body is sealed under its subject's key */
    enum event_row row;
};

/* EVENT_KIND(zone_armed, "zone.armed", zone_arming, READ, "A zone is armed", .row =
 * EVENT_PUTS_ROW); defines zone_armed_kind. */
#define EVENT_KIND(symbol, name_, shape_, read_, help_, ...) \
    const struct event_kind symbol##_kind = {                \
        .name = name_, .help = help_, .body = &shape_##_shape, .read = read_, __VA_ARGS__}

struct event {
    const struct event_kind *kind;
    int64_t seq;
    struct wall occurred, received;
    struct str actor;
    int64_t cause; /* -1: none */
    bool drill;
    struct label label;
    struct str subject; /* person id, when sealed */
    struct str record;  /* "zone/01J…", may be absent */
    const void *body;   /* struct of kind->body; NULL when it was sealed and erased */
};

#endif
