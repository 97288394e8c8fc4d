/* Claims: who sees to a record. One holder at a time; a claim that leads to nothing lapses; what
 * nobody takes is told to others, after waits that double. */
#include "core/module.h"
#include "core/step.h"

enum { ESCALATIONS_MAX = 5 };

/* The fields of CLAIM_FIELDS in one record. */
struct held {
    struct str *holder;
    struct wall *since, *until, *escalate_at;
    int64_t *escalations;
};

static void *at(const struct record *record, const char *name, void *body)
{
    return shape_at(shape_field(record->shape, str_from(name)), body);
}

static struct held held_in(const struct record *record, void *body)
{
    return (struct held){
        .holder = at(record, "holder", body),
        .since = at(record, "held_since", body),
        .until = at(record, "held_until", body),
        .escalate_at = at(record, "escalate_at", body),
        .escalations = at(record, "escalations", body),
    };
}

static struct str holder_of(const struct record *record, const void *body)
{
    return *(const struct str *)shape_in(shape_field(record->shape, STR("holder")), body);
}

/* Nobody holds it. */
static void drop(struct held held)
{
    *held.holder = (struct str){NULL, 0};
    *held.since = *held.until = (struct wall){0};
}

static void wait_untaken(const struct claim *claim, struct held held, struct wall now)
{
    *held.escalate_at = (struct wall){0};
    if (claim->escalate_ms && *held.escalations < ESCALATIONS_MAX)
        *held.escalate_at = wall_after(now, claim->escalate_ms << *held.escalations);
}

/* ---- the steps ------------------------------------------------------------------------------- */

static rc take(struct ctx *c, struct picture *, struct step_call *call)
{
    const struct record *record = call->command->decision->record;
    const struct step_take *input = call->input;
    struct held held = held_in(record, call->after);
    bool others = !str_absent(*held.holder) && !str_eq(*held.holder, call->command->actor.id);
    if (others && str_absent(input->over_why))
        REFUSE(c, CONFLICT, "claimed", "over_why",
               "somebody else has taken this %s; say why you take it over", record->shape->name);
    *held.holder = call->command->actor.id;
    *held.since = clock_now(c);
    *held.escalate_at = (struct wall){0};
    return OK;
}

static rc give_back(struct ctx *c, struct picture *, struct step_call *call)
{
    const struct record *record = call->command->decision->record;
    struct held held = held_in(record, call->after);
    drop(held);
    *held.escalations = 0;
    wait_untaken(record->claim, held, clock_now(c));
    return OK;
}

static rc escalate(struct ctx *c, struct picture *, struct step_call *call)
{
    const struct record *record = call->command->decision->record;
    struct held held = held_in(record, call->after);
    ++*held.escalations;
    wait_untaken(record->claim, held, clock_now(c));
    return OK;
}

const struct due claim_dues[] = {
    {"*", "held_until", 0, "lapse"},
    {"*", "escalate_at", 0, "escalate"},
    {0},
};

void claim_steps(const struct claim *claim, struct step ret[CLAIM_STEPS + 1])
{
    const struct step rows[CLAIM_STEPS + 1] = {
        STEP("take", "taken", claim->permission, claim->states, NULL, "Take it: I am handling it",
             .input = &step_take_shape, .rule = take),
        STEP("release", "released", claim->permission, claim->states, NULL, "Give it back",
             .rule = give_back, .flags = STEP_HOLDER),
        STEP("lapse", "lapsed", claim->permission, "*", NULL,
             "Its holder has done nothing: anybody may take it", .rule = give_back,
             .flags = STEP_SYSTEM),
        STEP("escalate", "escalated", claim->permission, "*", NULL,
             "Nobody has taken it: others are told", .rule = escalate, .flags = STEP_SYSTEM),
    };
    memcpy(ret, rows, sizeof rows);
}

/* ---- what other steps do to a claim ---------------------------------------------------------- */

rc claim_check(struct ctx *c, const struct record *record, const struct actor *actor,
               const struct step *step, const void *before)
{
    bool takes = step && step->rule == take;
    if (!record->claim || takes || actor_is_system(actor))
        return OK;
    struct str holder = holder_of(record, before);
    if (str_absent(holder) && step && (step->flags & STEP_HOLDER))
        REFUSE(c, CONFLICT, "unclaimed", "", "nobody has taken this %s", record->shape->name);
    if (!str_absent(holder) && !str_eq(holder, actor->id))
        REFUSE(c, CONFLICT, "claimed", "", "somebody else has taken this %s", record->shape->name);
    return OK;
}

void claim_keep(const struct record *record, const struct step_call *call, struct wall now)
{
    const struct claim *claim = record->claim;
    if (!claim)
        return;
    struct held held = held_in(record, call->after);
    bool may_be_taken = step_from(claim->states, step_state(record, call->after));
    bool could_be = call->before && step_from(claim->states, step_state(record, call->before));
    if (!may_be_taken) {
        drop(held);
        *held.escalate_at = (struct wall){0};
        *held.escalations = 0;
    } else if (!could_be) {
        wait_untaken(claim, held, now);
    } else if (str_eq(*held.holder, call->command->actor.id)) {
        *held.until = wall_after(now, claim->lapse_ms);
    }
}
