/* Deciding: a command and the picture become events, or a refusal. Decisions run on the one writer,
 * one after the other, so there are no races and no locks in a domain. They read, they never write;
 * what they want is in the outcome. */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "core/event.h"
#include "core/picture.h"

struct decision;

/* Something somebody wants. Filled by the caller; it and all it points to live until `done`. */
struct command {
    const struct decision *decision;
    const void *input; /* struct of decision->input */
    struct str target; /* id of the record it is about; absent for a new one */
    struct actor actor;
    struct wall occurred; /* when it happened at the source; absent: now */
    int64_t cause;        /* seq of the event that led to it, -1: none */
    int64_t expect_seq;   /* refuse as STALE unless the target was last written by it; -1: any */
    bool drill;
    bool alarm; /* goes before everything else and is never refused for load */

    /* Called once, on the writer's thread, after the commit or the refusal. */
    void (*done)(struct command *command);
    void *arg;

    /* The answer, filled before `done`. */
    rc result;
    struct fault fault;
    int64_t first_seq, event_count;
    char record_id[32]; /* id of the record made or changed, NUL-terminated */
    struct wall received;
    struct command *next; /* the queue's */
};

/* Raise a refusal with the rule that it follows and the field it is about ("" for none). */
#define REFUSE(c, CODE, rule, field, ...)                                         \
    do {                                                                          \
        rc refused_ = fault_raise(c, RC_##CODE, __FILE__, __LINE__, __VA_ARGS__); \
        fault_set_rule(c, rule);                                                  \
        if ((field)[0])                                                           \
            fault_enter_name(c, str_from(field));                                 \
        return refused_;                                                          \
    } while (0)

struct outcome;

/* An event that the decision wants; all of it is copied. Absent: label = the body's own field
 * "label" if it has one, else that of the event or deadline that led here. TOO_LARGE beyond an
 * entry of the ledger. record_id with kind "zone.added" gives the record "zone/<id>". */
struct outcome_event {
    const struct event_kind *kind;
    const void *body;
    struct str record_id;
    struct str subject; /* required when the kind is sealed */
    struct label label;
};
rc outcome_add(struct ctx *c, struct outcome *outcome, const struct outcome_event *event);

/* The same for a body that is a whole row (RECORD_FIELDS): the event is about that row. */
rc outcome_add_row(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                   const void *row);

/* At `due`, decide `decision` with this input, unless cleared before. One per (decision, record): a
 * second one replaces the first. Both are events and survive a restart. The drill mark and the
 * labels of the events added before it travel with it; nothing personal or secret may. */
rc outcome_set_deadline(struct ctx *c, struct outcome *outcome, const struct decision *decision,
                        struct str record_id, struct wall due, const void *input);
rc outcome_clear_deadline(struct ctx *c, struct outcome *outcome, const struct decision *decision,
                          struct str record_id);

/* Write or delete a row of a vault table in the same transaction; the row is copied. */
rc outcome_vault_put(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                     const void *record);
rc outcome_vault_delete(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                        struct str id);

/* The same, with a field of bytes sealed under the keys of two subjects, one within the other, for
 * the row's id; an absent subject has none. ledger_unseal opens it, the outer one first. */
struct vault_seal {
    const char *field;
    struct str inner, outer;
};
rc outcome_vault_seal(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                      const void *record, const struct vault_seal *seal);

/* Delete all rows whose field has this value. */
rc outcome_vault_delete_where(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                              const char *field, struct str value);

/* Destroy a key that is no person's, if it is there. */
rc outcome_destroy(struct ctx *c, struct outcome *outcome, struct str subject);

/* Destroy the keys of a subject in the same transaction: what was sealed for it is unreadable. */
rc outcome_erase(struct ctx *c, struct outcome *outcome, struct str subject);

typedef rc decide_fn(struct ctx *c, struct picture *picture, const struct command *command,
                     struct outcome *outcome);

struct decision {
    const char *name; /* "zone.change" */
    const char *help;
    const char *permission;    /* who may ask for it */
    const struct shape *input; /* NULL: nothing but the target */
    decide_fn *decide;
    const struct record *record; /* of the generated ones */
    const struct step *step;     /* of those, that of a step */
    bool
        grave; /* only for a person who has just proved who they are, for this act: callers.spend */
    bool lane; /* asked for by its route, it goes before everything else (command.alarm) */
};

/* A row of a module's decisions; `.lane = true` may follow. */
#define DECISION(name_, help_, permission_, input_, decide_, ...)                 \
    {                                                                             \
        .name = name_, .help = help_, .permission = permission_, .input = input_, \
        .decide = decide_, __VA_ARGS__                                            \
    }

#endif
