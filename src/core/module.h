/* A module: everything Chancery knows about one noun, as one constant. The list of modules is in
 * src/main/modules.c; adding a domain changes that list and adds a folder, nothing else. */
#ifndef CORE_MODULE_H
#define CORE_MODULE_H

#include "core/decide.h"
#include "core/route.h"

/* The domain's own rules for a record, beyond its shape's: `before` is NULL for a new one, `after`
 * is NULL when it is to be retired. */
typedef rc record_check(struct ctx *c, struct picture *picture, const struct command *command,
                        const void *before, const void *after);

/* A plain record: from its shape come the table, the events <noun>.added, .changed and .retired,
 * the commands <noun>.add, .change and .retire, and the routes to list, read, write and see its
 * history. The shape begins with id and label (RECORD_FIELDS). */
struct record {
    const struct shape *shape;
    const char *plural;       /* "zones": /api/v1/zones */
    const char *read, *write; /* permissions */
    bool personal;            /* its events are sealed; the subject is the record's id unless… */
    const char *subject;      /* …a field of it names the person */
    record_check *check;      /* the domain's own rules; NULL: none */
};

/* RECORD(zone, "zones", READ, WRITE, .check = zone_check): the first four have to be given. */
#define RECORD(shape_, plural_, read_, write_, ...)                                              \
    {                                                                                            \
        .shape = &shape_##_shape, .plural = plural_, .read = read_, .write = write_, __VA_ARGS__ \
    }

/* The first two fields of every record. */
#define RECORD_FIELDS(F, T)                              \
    F(T, id, _, id, REQUIRED, 0, 0, "stable identifier") \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it: TLP marking and compartments")

struct record_head {
    struct str id;
    struct label label;
};

typedef rc fold_fn(struct ctx *c, struct picture *picture, const struct event *event);

/* What an event does to the picture. An event kind may have several folds, of several modules. */
struct fold {
    const struct event_kind *kind;
    fold_fn *fold;
};

/* What follows from an event by itself: more events, decided in the same batch, with this event as
 * their cause (tripwires, protocols). It is not run when the ledger is folded anew. */
struct reaction {
    const struct event_kind *kind;
    rc (*react)(struct ctx *c, struct picture *picture, const struct event *event,
                struct outcome *outcome);
    const char *on; /* instead of kind: the name of a generated one ("account.changed") */
};

struct permission {
    const char *name, *help;
};

/* A document that a module describes, served by the frame at /api/v1/reports/<name> as HTML or PDF
 * (frame/report/report.h). `asks` are its parameters; NULL: none. */
struct reporting;
struct report {
    const char *name, *help;
    const char *permission;
    const struct shape *asks;
    rc (*describe)(struct ctx *c, struct reporting *reporting, const void *asked);
};

/* Each list ends with a row of zeros; NULL: none. */
struct module {
    const char *name, *help;
    const struct record *records;
    const struct table *tables;
    const struct event_kind *const *events;
    const struct decision *decisions;
    const struct fold *folds;
    const struct reaction *reactions;
    const struct route *routes;
    const struct permission *permissions;
    const struct report *reports;
    /* One more route for every record of every module: the path stands behind that of the record
     * ("/document" is at /api/v1/zones/{id}/document), the permission is the record's `read`
     * whatever the row says, and `arg` is the record. */
    const struct route *record_routes;
};

#endif
