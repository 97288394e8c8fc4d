/* Who lets a rule see events, and how its text changes.
 *
 * A rule that is active, or that one person has put forward, keeps its text: what the second person
 * confirms is what the first one saw. A new text for an active rule waits beside it (`next`) and
 * takes its place by the same way, so that nothing is unwatched meanwhile. */
#include "domain/tripwire/tripwire_own.h"

#include "core/catalog.h"
#include "core/system.h"

#include <stdio.h>

static const struct str nothing = {NULL, 0};

/* ---- writing --------------------------------------------------------------------------------- */

static bool is_same(struct str a, struct str b)
{
    return str_eq(a, b) || (str_absent(a) && str_absent(b));
}

static rc check_text(struct ctx *c, struct str id, struct str text)
{
    struct sigma_set *set = NULL;
    TRY(tripwire_set(c, id, text, &set));
    sigma_set_close(set);
    return OK;
}

static rc check_next(struct ctx *c, const struct tripwire *old, const struct tripwire *new)
{
    if (is_same(old ? old->next : nothing, new->next))
        return OK;
    if (!old || old->status != TRIPWIRE_STATUS_ACTIVE)
        REFUSE(c, CONFLICT, "not-active", "next",
               "only an active rule can have a waiting text: change its own text");
    if (!str_absent(old->next_by))
        REFUSE(c, CONFLICT, "proposed", "next",
               "this text is proposed: give it back before you change it");
    if (str_absent(new->next))
        return OK;
    rc result = check_text(c, new->id, new->next);
    if (result.code == RC_INVALID) /* it speaks of /rule */
        snprintf(c->fault.pointer, sizeof c->fault.pointer, "/next");
    return result;
}

rc tripwire_check(struct ctx *c, struct picture *, const struct command *command,
                  const void *before, const void *after)
{
    const struct tripwire *old = before, *new = after;
    (void)command;
    if (!new)
        return OK;
    TRY(check_next(c, old, new));
    if (old && str_eq(old->rule, new->rule))
        return OK;
    if (old && (old->status == TRIPWIRE_STATUS_ACTIVE || old->status == TRIPWIRE_STATUS_PROPOSED))
        REFUSE(c, CONFLICT, "active", "rule",
               "its text is fixed while it is active or proposed: write the new one as 'next'");
    return check_text(c, new->id, new->rule);
}

/* ---- can it be activated? -------------------------------------------------------------------- */

/* Do the names in it clash with those of what is active already, but for itself? */
static rc check_fits(struct ctx *c, struct picture *picture, struct str id, struct str text)
{
    struct live_rules active;
    struct live_rule *all = NULL;
    struct sigma_set *set = NULL;
    const struct sigma_error *errors;
    size_t count = 0;
    TRY(rules_at(c, picture, picture_catalog(picture), INT64_MAX, &active));
    NEW(c, all, active.count + 1);
    for (size_t i = 0; i < active.count; i++)
        if (!str_eq(active.items[i].id, id))
            all[count++] = active.items[i];
    all[count++] = (struct live_rule){.id = id, .text = text};
    TRY(rules_set(c, &(struct live_rules){.count = count, .items = all}, &set));
    rc result = OK;
    if (sigma_set_errors(set, &errors) > 0) {
        result = fault_raise(c, RC_CONFLICT, __FILE__, __LINE__, "beside the active ones: %.*s",
                             STR_ARG(errors[0].reason));
        fault_set_rule(c, "clash");
        fault_enter_name(c, STR("rule"));
    }
    sigma_set_close(set);
    return result;
}

/* Not known counts as fulfilled. So a rule that locks doors and asks what nobody here ever knows
 * would lock them unasked: that is refused. */
static rc check_known(struct ctx *c, const struct sigma_set *set)
{
    for (size_t i = 0; i < sigma_set_count(set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(set, i);
        for (size_t k = 0; k < rule->state_count; k++)
            if (!picture_knows(rule->states[k]))
                REFUSE(c, CONFLICT, "never-known", "rule",
                       "it locks or evacuates depending on '%.*s', which nothing here knows",
                       STR_ARG(rule->states[k]));
    }
    return OK;
}

static rc check_can_fire(struct ctx *c, struct picture *picture, struct str id, struct str text,
                         bool *ret_grave)
{
    struct sigma_set *set = NULL;
    struct str why = nothing;
    TRY(tripwire_set(c, id, text, &set));
    *ret_grave = rules_are_grave(set);
    rc result = *ret_grave ? check_known(c, set) : OK;
    if (rc_ok(result))
        result = rules_try(c, picture, set, &why);
    sigma_set_close(set);
    TRY(result);
    if (!str_absent(why))
        REFUSE(c, CONFLICT, "cannot-fire", "rule", "it could not fire: %.*s", STR_ARG(why));
    return check_fits(c, picture, id, text);
}

/* ---- activating ------------------------------------------------------------------------------ */

/* Who has put it forward: a rule that is not active yet, or another text of one that is. */
struct proposal {
    bool made;
    struct str account, person;
};

static struct proposal proposal_of(const struct tripwire *t)
{
    if (t->status == TRIPWIRE_STATUS_ACTIVE)
        return (struct proposal){!str_absent(t->next_by), t->next_by, t->next_person};
    return (struct proposal){t->status == TRIPWIRE_STATUS_PROPOSED, t->proposed_by, t->proposer};
}

static rc check_persons(struct ctx *c, struct picture *picture, const struct actor *actor,
                        const struct proposal *proposal)
{
    if (str_absent(actor->person))
        REFUSE(c, FORBIDDEN, "two-persons", "",
               "it locks or evacuates: two persons have to activate it, not a program");
    if (!proposal->made)
        return OK;
    if (str_eq(actor->person, proposal->person)) /* also under an account of another day */
        REFUSE(c, FORBIDDEN, "two-persons", "",
               "it locks or evacuates: another person has to confirm it");
    return step_check_other(c, picture, actor, proposal->account);
}

static void put_forward(struct tripwire *t, const struct actor *actor)
{
    if (t->status == TRIPWIRE_STATUS_ACTIVE) {
        t->next_by = actor->id;
        t->next_person = actor->person;
        return;
    }
    t->proposed_by = actor->id;
    t->proposer = actor->person;
    t->confirmed_by = nothing;
    t->status = TRIPWIRE_STATUS_PROPOSED;
}

static void take_effect(struct tripwire *t, const struct actor *actor,
                        const struct proposal *proposal)
{
    if (t->status == TRIPWIRE_STATUS_ACTIVE)
        t->rule = t->next;
    t->status = TRIPWIRE_STATUS_ACTIVE;
    t->proposed_by = proposal->made ? proposal->account : actor->id;
    t->proposer = proposal->made ? proposal->person : actor->person;
    t->confirmed_by = proposal->made ? actor->id : nothing;
    t->next = t->next_by = t->next_person = nothing;
    t->fault = nothing;
    t->fault_since = (struct wall){0};
}

rc step_activate(struct ctx *c, struct picture *picture, struct step_call *call)
{
    const struct actor *actor = &call->command->actor;
    struct tripwire *tripwire = call->after;
    bool grave = false, active = tripwire->status == TRIPWIRE_STATUS_ACTIVE;
    if (active && str_absent(tripwire->next))
        REFUSE(c, CONFLICT, "active", "", "it is already active");
    struct proposal proposal = proposal_of(tripwire);
    TRY(check_can_fire(c, picture, tripwire->id, active ? tripwire->next : tripwire->rule, &grave));
    if (grave)
        TRY(check_persons(c, picture, actor, &proposal));
    if (grave && !proposal.made)
        put_forward(tripwire, actor);
    else
        take_effect(tripwire, actor, &proposal);
    tripwire->off_why = tripwire->returned_why = nothing;
    return OK;
}

/* The first person has thought again, or the second does not confirm it. */
rc step_withdraw(struct ctx *c, struct picture *, struct step_call *call)
{
    const struct tripwire_off *input = call->input;
    struct tripwire *tripwire = call->after;
    if (!proposal_of(tripwire).made)
        REFUSE(c, CONFLICT, "not-proposed", "", "nobody has proposed it");
    if (tripwire->status == TRIPWIRE_STATUS_PROPOSED) {
        tripwire->status = TRIPWIRE_STATUS_DRAFT;
        tripwire->proposed_by = tripwire->proposer = nothing;
    }
    tripwire->next_by = tripwire->next_person = nothing;
    tripwire->returned_why = input->why;
    return OK;
}

rc step_off(struct ctx *c, struct picture *, struct step_call *call)
{
    const struct tripwire_off *input = call->input;
    struct tripwire *tripwire = call->after;
    (void)c;
    tripwire->off_why = input->why;
    tripwire->proposed_by = tripwire->proposer = tripwire->confirmed_by = nothing;
    tripwire->next = tripwire->next_by = tripwire->next_person = nothing;
    tripwire->returned_why = tripwire->fault = nothing;
    tripwire->fault_since = (struct wall){0};
    return OK;
}
