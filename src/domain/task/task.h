/* Tasks: who has to do what by when, about which record, and how it was shown to be done. Every
 * domain raises its tasks here; a task and its reminders outlive the thing it is about. */
#ifndef DOMAIN_TASK_TASK_H
#define DOMAIN_TASK_TASK_H

#include "core/module.h"

extern const struct module task_module;

#define TASK_STATES(X, E)                                            \
    X(E, OPEN, "open", "to be done")                                 \
    X(E, DONE, "done", "its owner says that it is done")             \
    X(E, VERIFIED, "verified", "another person has seen that it is") \
    X(E, DROPPED, "dropped", "not to be done any more")
SHAPE_DECLARE_CHOICES(task_state, TASK_STATE, TASK_STATES);

#define TASK_FIELDS(F, T)                                                                \
    RECORD_FIELDS(F, T)                                                                  \
    F(T, text, line, title, REQUIRED | TITLE, 1, 160, "what is to be done")              \
    F(T, text, line, about, INDEXED, 3, 64, "the record it is about: site/01J…")         \
    F(T, ref, account, owner, INDEXED, 0, 0, "account that has to do it")                \
    F(T, time, _, due, INDEXED, 0, 0, "time by which it has to be done")                 \
    F(T, text, block, note, 0, 0, 2000, "what helps to do it")                           \
    STEP_FIELDS(F, T, task_state)                                                        \
    F(T, ref, account, raised_by, SYSTEM | LOOSE | INDEXED, 0, 0,                        \
      "account that asked for it first")                                                 \
    F(T, text, block, proof, SYSTEM, 0, 2000, "the proof that it was done, in words")    \
    F(T, flag, _, overdue, SYSTEM | INDEXED, 0, 0, "it was not done in time")            \
    F(T, time, _, remind_at, SYSTEM, 0, 0, "time of the next reminder after it was due") \
    F(T, i64, _, reminders, SYSTEM, 0, 0, "reminders so far")                            \
    F(T, text, line, cause, SYSTEM | INDEXED, 1, 120, "what raised it; one task at a time for each")
SHAPE_DECLARE(task, TASK_FIELDS);

#define TASK_PROOF_FIELDS(F, T)          \
    F(T, text, block, proof, 0, 1, 2000, \
      "how it was done; a file attached to the task also counts as proof")
SHAPE_DECLARE(task_proof, TASK_PROOF_FIELDS);

#define TASK_TERM_FIELDS(F, T)                                                \
    F(T, time, _, due, REQUIRED, 0, 0, "time by which it now has to be done") \
    F(T, text, block, why, REQUIRED, 1, 1000, "why it takes longer")
SHAPE_DECLARE(task_term, TASK_TERM_FIELDS);

/* Raise a task within a decision or a reaction of another domain. Nothing happens while one of the
 * same cause is not closed yet. */
struct task_raise {
    struct label label;
    struct str title;
    struct str about; /* "noun/id"; may be absent */
    struct str owner; /* account; absent: nobody yet */
    struct wall due;  /* absent: by no time */
    struct str note;
    struct str cause;     /* "routine/01J…": absent: as often as it is asked for */
    struct str raised_by; /* account; absent: Chancery */
};
rc task_raise(struct ctx *c, struct picture *picture, struct outcome *outcome,
              const struct task_raise *raise);

#endif
