/* Deadlines that come of a record's own times. What a record wants is a function of the record, so
 * before and after are compared and nothing has to be remembered. */
#include "core/actor.h"
#include "core/catalog.h"
#include "core/module.h"
#include "core/step.h"

/* When it falls due for this record; zero: it does not. */
static struct wall due_time(const struct record *record, const struct due *due, const void *body)
{
    const char *name = due->field ? due->field : "state_since";
    struct wall time;
    if (!body || !step_from(due->states, step_state(record, body)))
        return (struct wall){0};
    time = *(const struct wall *)shape_in(shape_field(record->shape, str_from(name)), body);
    return time.us ? wall_after(time, due->after_ms) : time;
}

static rc arm(struct ctx *c, struct picture *picture, const struct record *record,
              const struct due *due, const struct command *brought, const void *before,
              const void *after, struct outcome *outcome)
{
    const struct record_head *head = after ? after : before;
    struct wall was = due_time(record, due, before), is = due_time(record, due, after);
    const struct decision *decision =
        catalog_step_decision(picture_catalog(picture), record, due->step);
    if (was.us == is.us)
        return OK;
    if (is.us)
        return outcome_set_deadline(c, outcome, decision, head->id, is, NULL);
    if (brought && brought->decision == decision)
        return OK; /* it has just passed */
    return outcome_clear_deadline(c, outcome, decision, head->id);
}

rc due_arm(struct ctx *c, struct picture *picture, const struct record *record,
           const struct command *by, const void *before, const void *after, struct outcome *outcome)
{
    /* done by a deadline, not by hand */
    const struct command *brought = by && actor_is_system(&by->actor) && by->cause >= 0 ? by : NULL;
    for (const struct due *due = record->dues; due && due->step; due++)
        TRY(arm(c, picture, record, due, brought, before, after, outcome));
    for (const struct due *due = record->claim ? claim_dues : NULL; due && due->step; due++)
        TRY(arm(c, picture, record, due, brought, before, after, outcome));
    return OK;
}
