/* What the engine and the self-tests ask to have recorded, and the rules a mission starts with. */
#include "domain/tripwire/tripwire_own.h"

#include "core/catalog.h"
#include "core/system.h"
#include "core/target.h"

static const struct decision *decision_of(struct picture *picture, const char *name)
{
    return catalog_decision(picture_catalog(picture), str_from(name));
}

/* ---- self-tests ------------------------------------------------------------------------------ */

static rc test_one(struct ctx *c, struct picture *picture, const struct tripwire *tripwire,
                   struct outcome *outcome)
{
    struct sigma_set *set = NULL;
    struct str why = {NULL, 0};
    rc result = tripwire_set(c, tripwire->id, tripwire->rule, &set);
    if (result.code == RC_INVALID) {
        TRY(str_format(c, &why, "its text is refused: %s", c->fault.message));
    } else {
        TRY(result);
        result = rules_try(c, picture, set, &why);
        sigma_set_close(set);
        TRY(result);
    }
    if (str_absent(why) == str_absent(tripwire->fault))
        return OK;
    const struct tripwire_fault fault = {.id = tripwire->id, .label = tripwire->label, .why = why};
    return outcome_add_row(c, outcome,
                           str_absent(why) ? &tripwire_mended_kind : &tripwire_fault_kind, &fault);
}

/* This one, now. */
static rc decide_test(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    struct tripwire tripwire = {0};
    TRY(command_target(c, picture, command, &tripwire_shape, NULL, &tripwire));
    if (tripwire.status != TRIPWIRE_STATUS_ACTIVE)
        FAIL(c, CONFLICT, "it is not active");
    return test_one(c, picture, &tripwire, outcome);
}

/* Some at a time, so that nothing else waits for it. */
static rc decide_self_test(struct ctx *c, struct picture *picture, const struct command *command,
                           struct outcome *outcome)
{
    const struct tripwire_turn *turn = command->input;
    struct page page;
    struct query query = {
        .filter_count = 1,
        .filters = {{STR("status"), FILTER_EQ, STR("active")}},
        .limit = SELF_TEST_AT_ONCE,
    };
    if (turn && !str_absent(turn->after)) {
        query.filter_count = 2;
        query.filters[1] = (struct filter){STR("id"), FILTER_GT, turn->after};
    }
    TRY(picture_list(c, picture, &tripwire_shape, &query, &page));
    const struct tripwire *tripwires = page.records;
    for (size_t i = 0; i < page.count; i++)
        TRY(test_one(c, picture, &tripwires[i], outcome));
    if (str_absent(page.after))
        return OK;
    const struct tripwire_turn next = {.after = tripwires[page.count - 1].id};
    return outcome_set_deadline(c, outcome, command->decision, STR("rest"),
                                (struct wall){clock_now(c).us + SELF_TEST_NEXT_US}, &next);
}

/* ---- for the engine -------------------------------------------------------------------------- */

static rc only_system(struct ctx *c, const struct command *command)
{
    if (!actor_is_system(&command->actor))
        FAIL(c, FORBIDDEN, "only the engine records what it finds");
    return OK;
}

/* A hit that was found again, after a restart, is recorded already. */
static rc decide_hit(struct ctx *c, struct picture *picture, const struct command *command,
                     struct outcome *outcome)
{
    const struct tripwire_hit *hit = command->input;
    bool known = false;
    TRY(only_system(c, command));
    TRY(picture_has(c, picture, &tripwire_hit_shape, hit->id, &known));
    if (known)
        return OK;
    TRY(outcome_add(c, outcome,
                    &(struct outcome_event){.kind = &tripwire_hit_kind,
                                            .body = hit,
                                            .record_id = hit->tripwire,
                                            .label = hit->label}));
    return hit_ring(c, picture, outcome, hit);
}

static rc decide_keep(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct tripwire_state *state = command->input;
    struct tripwire_stand before = {0};
    TRY(only_system(c, command));
    rc found = picture_get(c, picture, &tripwire_stand_shape, state->stand.id, NULL, &before);
    if (found.code != RC_NOT_FOUND)
        TRY(found);
    for (size_t i = 0; i < state->parts.count; i++)
        TRY(outcome_vault_put(c, outcome, &tripwire_part_shape, &state->parts.items[i]));
    for (int64_t i = state->stand.parts; i < before.parts; i++) {
        struct str id;
        TRY(str_format(c, &id, "%lld", (long long)i));
        TRY(outcome_vault_delete(c, outcome, &tripwire_part_shape, id));
    }
    return outcome_vault_put(c, outcome, &tripwire_stand_shape, &state->stand);
}

rc tripwire_wake_id(struct ctx *c, struct str *ret)
{
    static const struct decision wake = {.name = "tripwire.wake"};
    return deadline_id(c, &wake, STR("engine"), ret);
}

static rc decide_wait(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct tripwire_wait *wait = command->input;
    TRY(only_system(c, command));
    return outcome_set_deadline(c, outcome, decision_of(picture, "tripwire.wake"), STR("engine"),
                                wait->due, NULL);
}

/* That it has passed is an event, which is all that the engine waits for. */
static rc decide_wake(struct ctx *c, struct picture *, const struct command *command,
                      struct outcome *)
{
    return only_system(c, command);
}

const struct decision tripwire_decisions[] = {
    {.name = "tripwire.test",
     .help = "Test now whether it can still fire",
     .permission = PERMIT_TRIPWIRE_ACTIVATE,
     .decide = decide_test},
    {.name = "tripwire.self-test",
     .help = "Try whether the active ones can still fire",
     .permission = PERMIT_TRIPWIRE_ACTIVATE,
     .input = &tripwire_turn_shape,
     .decide = decide_self_test},
    {.name = "tripwire.note-hit",
     .help = "Record what the engine found",
     .permission = PERMIT_TRIPWIRE_ACTIVATE,
     .input = &tripwire_hit_shape,
     .decide = decide_hit},
    {.name = "tripwire.keep",
     .help = "Keep the open windows",
     .permission = PERMIT_TRIPWIRE_ACTIVATE,
     .input = &tripwire_state_shape,
     .decide = decide_keep},
    {.name = "tripwire.wait",
     .help = "Wake the engine when the next thing is to be decided",
     .permission = PERMIT_TRIPWIRE_ACTIVATE,
     .input = &tripwire_wait_shape,
     .decide = decide_wait},
    {.name = "tripwire.wake",
     .help = "Decide what waited for this moment",
     .permission = PERMIT_TRIPWIRE_ACTIVATE,
     .decide = decide_wake},
    {0},
};

/* ---- the rules a mission starts with --------------------------------------------------------- */

/* What people call a rule file: the title of the last rule in it that fires by itself. */
static rc name_rule(struct ctx *c, struct tripwire *tripwire)
{
    struct sigma_set *set = NULL;
    TRY(tripwire_set(c, tripwire->id, tripwire->rule, &set));
    for (size_t i = 0; i < sigma_set_count(set); i++)
        if (sigma_set_rule(set, i)->output)
            tripwire->name = sigma_set_rule(set, i)->title;
    rc result = str_copy(c, str_sub(tripwire->name, 0, 120), &tripwire->name);
    sigma_set_close(set);
    return result;
}

rc tripwire_add(struct ctx *c, struct core *core, struct str id, struct str text, bool *ret_active)
{
    struct tripwire tripwire = {
        .id = id, .label = {.tlp = TLP_GREEN}, .rule = text, .status = TRIPWIRE_STATUS_DRAFT};
    *ret_active = false;
    TRY(name_rule(c, &tripwire));
    rc result =
        core_command(c, core, "tripwire.add", &actor_system, (struct str){NULL, 0}, &tripwire);
    if (result.code == RC_CONFLICT)
        return OK;
    TRY(result);
    result = core_command(c, core, "tripwire.activate", &actor_system, id, NULL);
    *ret_active = rc_ok(result);
    return result.code == RC_CONFLICT || result.code == RC_FORBIDDEN ? OK : result;
}
