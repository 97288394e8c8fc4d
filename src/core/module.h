/* A module: everything Chancery knows about one noun, as one constant. The list of modules is in
 * src/main/modules.c; adding a domain changes that list and adds a folder, nothing else. */
#ifndef CORE_MODULE_H
#define CORE_MODULE_H

#include "core/route.h"
#include "core/step.h"

/* The domain's own rules for a record, beyond its shape's: `before` is NULL for a new one, `after`
 * is NULL when it is to be retired. */
typedef rc record_check(struct ctx *c, struct picture *picture, const struct command *command,
                        const void *before, const void *after);

/* Files that belong to a record (src/frame/attachment). */
struct attachments {
    int64_t most;      /* of one record; 0: it has none */
    int64_t bytes_max; /* of one file; 0: as many as a file may have */
    const char *kinds; /* "image/jpeg application/pdf": the media types that are taken */
    const char *write; /* permission to attach and remove; NULL: that to write the record */
};

/* How long a record is kept (src/frame/retention); only what is erasable can be removed. */
#define KEEP_RETIRED "retired"
struct keep {
    int64_t days;      /* 0: for ever */
    const char *after; /* the name of a time of its shape, or KEEP_RETIRED */
};

/* A record: from its shape come the table, the events <noun>.added, .changed and .retired, the
 * commands <noun>.add, .change and .retire, and the routes to list, read, write and see its
 * history. The shape begins with id and label (RECORD_FIELDS). */
struct record {
    const struct shape *shape;
    const char *plural;       /* "zones": /api/v1/zones */
    const char *read, *write; /* permissions; write NULL: nobody adds, changes or retires by hand */
    bool personal;            /* its events are sealed; the subject is the record's id unless… */
    const char *subject;      /* …a field of it names the person */
    record_check *check;      /* the domain's own rules; NULL: none */
    bool unheld;              /* it can be retired while it is referenced */
    bool grave;               /* adding, changing and retiring it is (decision.grave) */

    const char *state;         /* the choice field that its steps move; NULL: "state" */
    const struct step *steps;  /* ended by zeros; NULL: none */
    const struct due *dues;    /* ended by zeros; NULL: none */
    const struct claim *claim; /* NULL: nobody takes one */
    const char *editable; /* states in which it may be changed or retired; "": never; NULL: all */

    /* What the frame does for it (src/frame/); zeros: nothing. */
    struct attachments attachments;
    bool erasable; /* each one is sealed under a key of its own, which can be destroyed */
    struct keep keep;
};

/* Are its events sealed? */
static inline bool record_sealed(const struct record *record)
{
    return record->personal || record->erasable;
}

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

/* The same for a generated kind, which has no address: by its name ("account.added"). */
struct fold_on {
    const char *on;
    fold_fn *fold;
};

/* Automatic follow-ups of an event: more events, decided in the same batch, with this event as
 * their cause (tripwires, protocols). A rebuild does not run them. */
struct reaction {
    const struct event_kind *kind;
    rc (*react)(struct ctx *c, struct picture *picture, const struct event *event,
                struct outcome *outcome);
    const char *on; /* instead of kind: the name of a generated one ("account.changed") */
};

struct permission {
    const char *name, *help;
};

/* A periodic decision (src/frame/rhythm): one of hours, days, weeks and months is the period. */
struct rhythm_row {
    const char *name; /* of the form of an id: "tripwire-self-test" */
    const char *help;
    const char *decision; /* made by Chancery itself, with the name as its target */
    int64_t hours, days, weeks, months;
    const char *at;     /* "03:00" by the mission's clock; not for hours */
    unsigned weekdays;  /* 1: Monday, 2: Tuesday, 4: …; for weeks, or to narrow days */
    int64_t day;        /* of the month; beyond its end: its last */
    bool skip_holidays; /* of the mission */
};

/* What a module adds to the records of others that ask for it by a field of struct record. */
struct extension {
    const struct event_kind *const *events;
    const struct fold *folds;
    const struct reaction *reactions;
    const struct route *routes;
};
typedef rc extend_fn(struct ctx *c, const struct record *record, struct extension *ret);

/* The origin of an account: its person (for a program, the one who answers for it; absent if the
 * account is unknown), and whether it is akin to another: lately, one of the two let in the other
 * (added it, or made a link or token for it), itself or through accounts that it let in; or
 * somebody let in both. */
struct account_origin {
    struct str person;
    bool akin;
};
typedef rc account_origin_fn(struct ctx *c, struct picture *picture, struct str account,
                             struct str other, struct account_origin *ret);

/* Who comes in by sessions and tokens. Whatever is written to one of these tables may change what
 * an actor may do; `now` looks one up again by its `way`. UNAUTHENTICATED: the session or token has
 * ended; FORBIDDEN: the account may not be used. */
typedef rc caller_now_fn(struct ctx *c, struct picture *picture, const struct actor *was,
                         struct actor *ret);
/* Whoever asks for this grave command has proved who they are for it, and spends that: what is
 * written goes into the outcome. FORBIDDEN with rule `proof` (and the act as its value) when they
 * have to prove it first, with rule `session` for a token, which never can. */
typedef rc spend_proof_fn(struct ctx *c, struct picture *picture, const struct command *command,
                          struct outcome *outcome);
struct callers {
    const struct shape *const *tables; /* ended by NULL */
    caller_now_fn *now;
    spend_proof_fn *spend;
};

/* May files of this record be removed now? CONFLICT: they are held. */
typedef rc check_removal_fn(struct ctx *c, struct picture *picture, const struct record *record,
                            const void *body);

struct module;
#define NEEDS(...) ((const struct module *const[]){__VA_ARGS__, NULL})

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
    const struct module *const *needs; /* NEEDS(&mission_module, …): what it stands on. The catalog
                                          takes those along; a domain includes no other domain. */
    const struct record *records;
    const struct table *tables;
    const struct event_kind *const *events;
    const struct decision *decisions;
    const struct fold *folds;
    const struct fold_on *folds_on;
    const struct reaction *reactions;
    const struct route *routes;
    const struct permission *permissions;
    const struct rhythm_row *rhythms;
    extend_fn *extend;   /* called once for every record there is */
    const char *opening; /* a decision that Chancery makes each time the mission opens */
    account_origin_fn *account_origin; /* of the one module that keeps the accounts */
    const struct callers *callers;     /* of the same module */
    check_removal_fn *check_removal;   /* NULL: it holds nothing */
    const struct report *reports;
};

#endif
