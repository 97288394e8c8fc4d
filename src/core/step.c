#include "core/step.h"

#include "core/catalog.h"
#include "core/outcome.h"
#include "core/record.h"
#include "core/target.h"

#include <assert.h>

/* ---- may it be done? ------------------------------------------------------------------------- */

static rc check_from(struct ctx *c, const struct record *record, const struct step_call *call)
{
    const char *state = step_state(record, call->before);
    if (step_from(call->step->from, state))
        return OK;
    REFUSE(c, CONFLICT, "state", "", "this %s is %s; to %s it has to be %s", record->shape->name,
           state, call->step->name, call->step->from);
}

static rc refuse_same(struct ctx *c, const char *why)
{
    REFUSE(c, FORBIDDEN, "two-persons", "", "%s", why);
}

rc step_check_other(struct ctx *c, struct picture *picture, const struct actor *actor,
                    struct str asked)
{
    account_origin_fn *origin_of = catalog_account_origin(picture_catalog(picture));
    struct account_origin of_asked = {0};
    if (str_absent(actor->person))
        return refuse_same(c, "a person has to do this, not a program");
    if (str_absent(asked))
        return refuse_same(c, "it is unknown who asked for it: have it requested again");
    if (str_eq(asked, actor->id))
        return refuse_same(c, "somebody other than the person who asked has to do this");
    if (origin_of)
        TRY(origin_of(c, picture, asked, actor->id, &of_asked));
    if (str_eq(of_asked.person, actor->person))
        return refuse_same(c, "somebody other than the person who asked has to do this");
    if (of_asked.akin)
        return refuse_same(c, "in the last week, one of the two accounts created the other or gave "
                              "access to it, or somebody did so for both");
    return OK;
}

static rc check_other(struct ctx *c, struct picture *picture, const struct record *record,
                      const struct step_call *call)
{
    const struct shape_field *field = shape_field(record->shape, STR("asked_by"));
    struct str asked = *(const struct str *)shape_in(field, call->before);
    return step_check_other(c, picture, &call->command->actor, asked);
}

/* The member `why` of the input, absent where its shape has none. */
static struct str reason_given(const struct step *step, const void *input)
{
    const struct shape *shape = step->input ? step->input : &step_reason_shape;
    const struct shape_field *field = shape_field(shape, STR("why"));
    if (!field || field->kind != SHAPE_TEXT)
        return (struct str){NULL, 0};
    return *(const struct str *)shape_in(field, input);
}

static rc check_reason(struct ctx *c, const struct step_call *call)
{
    if (str_trim(reason_given(call->step, call->input)).len == 0)
        REFUSE(c, INVALID, "required", "why", "why: a reason is required");
    return OK;
}

static rc check_before(struct ctx *c, struct picture *picture, const struct record *record,
                       const struct step_call *call)
{
    unsigned flags = call->step->flags;
    const struct actor *actor = &call->command->actor;
    const struct record_head *head = call->before;
    TRY(claim_check(c, record, actor, call->step, call->before));
    TRY(check_from(c, record, call));
    if (flags & STEP_ENDS)
        TRY(record_check_unreferenced(c, picture, actor, record->shape, head->id));
    if (flags & STEP_OTHER)
        TRY(check_other(c, picture, record, call));
    return flags & STEP_REASON ? check_reason(c, call) : OK;
}

/* ---- doing it -------------------------------------------------------------------------------- */

static rc take_input(struct ctx *c, const struct step *step, const void *given, const void **ret)
{
    const struct shape *shape = step->input ? step->input : &step_reason_shape;
    *ret = given ? given : ctx_take(c, 1, shape->size);
    return *ret ? OK : fault_again(c);
}

/* What the frame keeps of the step, once the domain's rule has had its word. */
static void keep_step(const struct record *record, const struct step_call *call, struct wall now)
{
    const char *was = step_state(record, call->before), *is = step_state(record, call->after);
    if (strcmp(was, is) != 0)
        state_enter(record, call->command, now, call->after);
    if (call->step->flags & STEP_ASKS)
        state_keep(record, "asked_by", call->after, call->command->actor.id);
    state_keep(record, "state_why", call->after, reason_given(call->step, call->input));
    claim_keep(record, call, now);
}

static rc make_after(struct ctx *c, struct picture *picture, const struct record *record,
                     struct step_call *call)
{
    memcpy(call->after, call->before, record->shape->size);
    if (call->step->to)
        state_set(record, call->after, call->step->to);
    if (call->step->rule)
        TRY(call->step->rule(c, picture, call));
    keep_step(record, call, clock_now(c));
    return record_check_written(c, picture, call->command, record, call->before, call->after);
}

rc step_decide(struct ctx *c, struct picture *picture, const struct command *command,
               struct outcome *outcome)
{
    const struct record *record = command->decision->record;
    const struct step *step = command->decision->step;
    struct outcome later;
    struct step_call call = {.step = step, .command = command, .outcome = &later};
    struct record_head *before = ctx_take(c, 1, record->shape->size);
    if (!before || !(call.after = ctx_take(c, 1, record->shape->size)))
        return fault_again(c);
    TRY(command_target(c, picture, command, record->shape, NULL, before));
    TRY(take_input(c, step, command->input, &call.input));
    call.before = before;
    outcome_init(&later, picture_catalog(picture), before->label);
    TRY(check_before(c, picture, record, &call));
    TRY(make_after(c, picture, record, &call));
    TRY(record_add_event(c, record, catalog_step_event(picture_catalog(picture), record, step),
                         call.after, outcome));
    TRY(due_arm(c, picture, record, command, before, step->flags & STEP_ENDS ? NULL : call.after,
                outcome));
    return outcome_join(c, outcome, &later);
}

rc step_follow(struct ctx *c, struct picture *picture, struct outcome *outcome,
               const struct shape *shape, struct str id, const char *step, const void *input)
{
    const struct catalog *catalog = picture_catalog(picture);
    const struct record *record = catalog_record(catalog, str_from(shape->name));
    const struct command command = {
        .decision = catalog_step_decision(catalog, record, step),
        .input = input,
        .target = id,
        .actor = actor_system,
        .cause = -1,
        .expect_seq = -1,
    };
    assert(command.decision);
    return step_decide(c, picture, &command, outcome);
}
