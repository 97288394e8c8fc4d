/* Steps: the verbs that take a record from one state to another. A record names the choice field
 * that is its state and has a table of steps; a row is a command, an event that carries the whole
 * record, its fold, a route with If-Match, an entry in the catalog and a button in the console:
 *
 *     static const struct step visit_steps[] = {
 *         STEP("approve", "approved", APPROVE, "requested", "approved", "Approve the visit",
 *              .flags = STEP_OTHER),
 *         STEP("admit", "admitted", DESK, "approved", "inside", "Let the visitor in",
 *              .input = &visit_admission_shape, .rule = visit_admit),
 *         {0},
 *     };
 *
 * is `visit.approve` -> `visit.approved`, POST /api/v1/visits/{id}/approve, and so on. A record
 * that is made stands in the first of its states. */
#ifndef CORE_STEP_H
#define CORE_STEP_H

#include "core/decide.h"

struct step;
struct record;

/* One step on its way. The rule may change every field of `after` but its id; what else it wants
 * goes into the outcome, behind the event of the step. */
struct step_call {
    const struct step *step;
    const struct command *command;
    const void *input; /* struct of the step's input; all absent when nothing was given */
    const void *before;
    void *after;
    struct outcome *outcome;
};

/* The domain's own rule for a step: refuses, or completes `after`. */
typedef rc step_rule(struct ctx *c, struct picture *picture, struct step_call *call);

enum step_flag {
    STEP_OTHER = 1 << 0,  /* by another person than who asked for it (step_check_other) */
    STEP_ASKS = 1 << 1,   /* whoever does it asks for what STEP_OTHER then confirms */
    STEP_REASON = 1 << 2, /* `why` has to be given */
    STEP_SYSTEM = 1 << 3, /* only Chancery does it: no route, no button */
    STEP_HOLDER = 1 << 4, /* only whoever has taken it (struct claim) */
    STEP_LANE = 1 << 5,   /* takes the alarm lane: never refused for load */
    STEP_ENDS = 1 << 6,   /* the record is retired by it; nobody retires it otherwise */
    STEP_GRAVE = 1 << 7,  /* decision.grave; STEP_OTHER is so anyway */
};

struct step {
    const char *name;          /* "approve" */
    const char *event;         /* "approved"; NULL: recorded as a change of the record */
    const char *permission;    /* who may */
    const char *from;          /* states, a blank between; "*": any */
    const char *to;            /* the state after it; NULL: the same, or the rule sets it */
    const char *help;          /* "Approve the visit" */
    const struct shape *input; /* NULL: step_reason, which is {"why": …} */
    step_rule *rule;           /* NULL: none */
    unsigned flags;
};

/* The first six columns have to be given. */
#define STEP(name_, event_, permission_, from_, to_, help_, ...)                             \
    {                                                                                        \
        .name = name_, .event = event_, .permission = permission_, .from = from_, .to = to_, \
        .help = help_, __VA_ARGS__                                                           \
    }

/* While the record is in one of `states`, and the time in `field` passes, `step` follows, done by
 * Chancery. It is set, moved and cleared with the record. Give a step of its own to each. */
struct due {
    const char *states; /* a blank between; "*": any */
    const char *field;  /* a time of the record; NULL: `state_since` */
    int64_t after_ms;   /* so long after it */
    const char *step;   /* of the same record, reached from these states */
};

/* A record that one person at a time handles. It has CLAIM_FIELDS, and gets the steps `take`,
 * `release`, `lapse` (a claim that led to nothing) and `escalate` (nobody has taken it; the wait
 * doubles, five times). Leaving the states drops the claim. */
struct claim {
    const char *permission; /* to take and to release */
    const char *states;     /* in which it can be taken */
    int64_t lapse_ms;       /* a claim without a step of its holder lapses after so long */
    int64_t escalate_ms;    /* untaken for so long: escalate; 0: never */
};

/* The input of a step without one of its own. */
#define STEP_REASON_FIELDS(F, T) F(T, text, block, why, 0, 0, 1000, "the reason")
SHAPE_DECLARE(step_reason, STEP_REASON_FIELDS);

/* The input of `take`. */
#define STEP_TAKE_FIELDS(F, T) \
    F(T, text, block, over_why, 0, 0, 500, "the reason for taking it over from its holder")
SHAPE_DECLARE(step_take, STEP_TAKE_FIELDS);

/* What the frame keeps of a record with steps, where the shape has the field. */
#define STEP_FIELDS(F, T, choices)                                                   \
    F(T, choice, choices, state, SYSTEM | INDEXED, 0, 0, "state")                    \
    F(T, time, _, state_since, SYSTEM, 0, 0, "time it entered that state")           \
    F(T, ref, account, state_by, SYSTEM | LOOSE, 0, 0, "account that put it there")  \
    F(T, text, block, state_why, SYSTEM, 0, 1000, "reason given with the last step") \
    F(T, ref, account, asked_by, SYSTEM | LOOSE | INDEXED, 0, 0, "account that asked for it")

#define CLAIM_FIELDS(F, T)                                                                    \
    F(T, ref, account, holder, SYSTEM | LOOSE | INDEXED, 0, 0, "account that has taken it")   \
    F(T, time, _, held_since, SYSTEM, 0, 0, "time it was taken")                              \
    F(T, time, _, held_until, SYSTEM, 0, 0, "time the claim lapses without a step")           \
    F(T, time, _, escalate_at, SYSTEM, 0, 0, "time others are told that nobody has taken it") \
    F(T, i64, _, escalations, SYSTEM, 0, 0, "times others were told")

/* Does a list of states, as in step.from, contain this one? */
bool step_from(const char *states, const char *state);

/* Does a step end it? Then nobody retires it around its steps: it has no command `retire`. */
bool record_ends(const struct record *record);

/* Does it stay as it was written? Then it has neither a command `change` nor `retire`; only its
 * steps move it. */
bool record_fixed(const struct record *record);

/* The name of the state a record is in; "" for a record without states. A state that is unset
 * counts as the first. */
const char *step_state(const struct record *record, const void *body);

/* Is the actor a person other than the one who asked: a different account and a different person,
 * with neither account let in by the other lately, nor both by a third? FORBIDDEN says what is
 * wrong. An absent `asked` means that it is unknown who asked, which is refused. */
rc step_check_other(struct ctx *c, struct picture *picture, const struct actor *actor,
                    struct str asked);

/* Do a step of a live record as Chancery, within a decision or a reaction: what another domain's
 * event leads to. `input` may be NULL. Refused as the step refuses. */
rc step_follow(struct ctx *c, struct picture *picture, struct outcome *outcome,
               const struct shape *shape, struct str id, const char *step, const void *input);

/* ---- for the rest of core -------------------------------------------------------------------- */

/* The decision behind every step. */
decide_fn step_decide;

/* What the frame keeps of a state (state.c): the record stands in `state`; a text field of
 * STEP_FIELDS, where the shape has it; the record came into its state just now; it is made. */
void state_set(const struct record *record, void *body, const char *state);
void state_keep(const struct record *record, const char *name, void *body, struct str value);
void state_enter(const struct record *record, const struct command *command, struct wall now,
                 void *body);
void state_begin(const struct record *record, const struct command *command, struct wall now,
                 void *body);

/* Set, move or clear the deadlines of a record that becomes `after`. NULL: it is new, or retired.
 * `by` is the command of the step that does it, NULL for add, change and retire. */
rc due_arm(struct ctx *c, struct picture *picture, const struct record *record,
           const struct command *by, const void *before, const void *after,
           struct outcome *outcome);

/* The steps and dues that come of a claim: rows for record->claim, each list ended by zeros. */
enum { CLAIM_STEPS = 4 };
void claim_steps(const struct claim *claim, struct step ret[CLAIM_STEPS + 1]);
extern const struct due claim_dues[];

/* Before a step (NULL: change, retire) of a record that can be taken: refuses whoever does not hold
 * it. */
rc claim_check(struct ctx *c, const struct record *record, const struct actor *actor,
               const struct step *step, const void *before);

/* … and after its rule. */
void claim_keep(const struct record *record, const struct step_call *call, struct wall now);

#endif
