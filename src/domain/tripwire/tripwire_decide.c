/* What may be done to a tripwire, and what the engine asks to have recorded.
 *
 * A rule that is active, or that one person has activated, keeps its text: what the second person
 * confirms is what the first one saw. */
#include "domain/tripwire/tripwire_own.h"

#include "core/catalog.h"
#include "core/own.h"

#define REFUSE(c, CODE, rule, field, ...)                                         \
    do {                                                                          \
        rc refused_ = fault_raise(c, RC_##CODE, __FILE__, __LINE__, __VA_ARGS__); \
        fault_set_rule(c, rule);                                                  \
        if (field)                                                                \
            fault_enter_name(c, str_from(field));                                 \
        return refused_;                                                          \
    } while (0)

static const struct decision *decision_of(struct picture *picture, const char *name)
{
    return catalog_decision(picture_catalog(picture), str_from(name));
}

/* ---- writing --------------------------------------------------------------------------------- */

rc tripwire_check(struct ctx *c, struct picture *, const struct command *command,
                  const void *before, const void *after)
{
    const struct tripwire *old = before, *new = after;
    struct sigma_set *set = NULL;
    (void)command;
    if (!new)
        return OK;
    bool kept = old && str_eq(old->rule, new->rule);
    if (old && !kept &&
        (old->status == TRIPWIRE_STATUS_ACTIVE || old->status == TRIPWIRE_STATUS_PROPOSED))
        REFUSE(c, CONFLICT, "active", "rule", "switch it off before you change what it looks for");
    if (kept)
        return OK;
    TRY(tripwire_set(c, new->id, new->rule, &set));
    sigma_set_close(set);
    return OK;
}

/* ---- activating -------------------------------------------------------------------------------
 */

static rc get_live(struct ctx *c, struct picture *picture, const struct command *command,
                   struct tripwire *ret)
{
    struct row row;
    TRY(picture_get(c, picture, &tripwire_shape, command->target, &row, ret));
    if (!actor_may_read(&command->actor, ret->label))
        FAIL(c, NOT_FOUND, "there is no tripwire %.*s", STR_ARG(command->target));
    if (row.retired.us)
        FAIL(c, CONFLICT, "this tripwire is retired");
    if (command->expect_seq >= 0 && command->expect_seq != row.seq)
        FAIL(c, STALE, "this tripwire was changed meanwhile, by event %lld", (long long)row.seq);
    return OK;
}

static rc add_change(struct ctx *c, struct picture *picture, const struct tripwire *tripwire,
                     struct outcome *outcome)
{
    const struct catalog *catalog = picture_catalog(picture);
    const struct record *record = catalog_record(catalog, STR("tripwire"));
    return outcome_add(c, outcome,
                       &(struct outcome_event){
                           .kind = catalog_record_event(catalog, record, RECORD_CHANGE),
                           .body = tripwire,
                           .record_id = tripwire->id,
                           .label = tripwire->label,
                       });
}

/* Do the names in it clash with those of what is active already? */
static rc check_fits(struct ctx *c, struct picture *picture, const struct tripwire *tripwire)
{
    struct live_rules rules;
    struct sigma_set *set = NULL;
    const struct sigma_error *errors;
    TRY(rules_at(c, picture, picture_catalog(picture), INT64_MAX, &rules));
    struct live_rule *all = NULL;
    NEW(c, all, rules.count + 1);
    if (rules.count)
        memcpy(all, rules.items, rules.count * sizeof *all);
    all[rules.count] = (struct live_rule){.id = tripwire->id, .text = tripwire->rule};
    rules = (struct live_rules){.count = rules.count + 1, .items = all};
    TRY(rules_set(c, &rules, &set));
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

static rc check_can_fire(struct ctx *c, struct picture *picture, const struct tripwire *tripwire,
                         bool *ret_grave)
{
    struct sigma_set *set = NULL;
    struct str why;
    TRY(tripwire_set(c, tripwire->id, tripwire->rule, &set));
    *ret_grave = rules_are_grave(set);
    rc result = rules_try(c, picture, set, &why);
    sigma_set_close(set);
    TRY(result);
    if (!str_absent(why))
        REFUSE(c, CONFLICT, "cannot-fire", "rule", "it could not fire: %.*s", STR_ARG(why));
    return check_fits(c, picture, tripwire);
}

/* The self-tests go on by themselves, once there is anything to test. */
static rc begin_tests(struct ctx *c, struct picture *picture, struct outcome *outcome)
{
    const struct decision *decision = decision_of(picture, "tripwire.self-test");
    struct deadline deadline;
    struct tripwire_turn *turn = NULL;
    struct str id;
    TRY(deadline_id(c, decision, STR("all"), &id));
    rc found = picture_get(c, picture, &deadline_shape, id, NULL, &deadline);
    if (found.code != RC_NOT_FOUND)
        return found;
    NEW(c, turn, 1);
    return outcome_set_deadline(c, outcome, decision, STR("all"),
                                (struct wall){clock_now(c).us + SELF_TEST_EVERY_US}, turn);
}

static bool is_same_person(const struct command *command, const struct tripwire *tripwire)
{
    return str_eq(command->actor.id, tripwire->proposed_by) ||
           str_eq(command->actor.person, tripwire->proposer);
}

static rc decide_activate(struct ctx *c, struct picture *picture, const struct command *command,
                          struct outcome *outcome)
{
    struct tripwire *tripwire = NULL;
    bool grave = false;
    NEW(c, tripwire, 1);
    TRY(get_live(c, picture, command, tripwire));
    if (tripwire->status == TRIPWIRE_STATUS_ACTIVE)
        REFUSE(c, CONFLICT, "active", NULL, "it is active already");
    TRY(check_can_fire(c, picture, tripwire, &grave));
    if (grave && str_absent(command->actor.person))
        REFUSE(c, FORBIDDEN, "two-persons", NULL,
               "it locks or evacuates: two persons activate it, not a program");
    if (grave && tripwire->status == TRIPWIRE_STATUS_PROPOSED && is_same_person(command, tripwire))
        REFUSE(c, FORBIDDEN, "two-persons", NULL,
               "it locks or evacuates: another person has to confirm it");
    if (tripwire->status == TRIPWIRE_STATUS_PROPOSED) {
        tripwire->confirmed_by = command->actor.id;
        tripwire->status = TRIPWIRE_STATUS_ACTIVE;
    } else {
        tripwire->proposed_by = command->actor.id;
        tripwire->proposer = command->actor.person;
        tripwire->confirmed_by = (struct str){NULL, 0};
        tripwire->status = grave ? TRIPWIRE_STATUS_PROPOSED : TRIPWIRE_STATUS_ACTIVE;
    }
    tripwire->off_why = (struct str){NULL, 0};
    tripwire->fault = (struct str){NULL, 0};
    tripwire->fault_since = (struct wall){0};
    TRY(add_change(c, picture, tripwire, outcome));
    return begin_tests(c, picture, outcome);
}

static rc decide_off(struct ctx *c, struct picture *picture, const struct command *command,
                     struct outcome *outcome)
{
    const struct tripwire_off *input = command->input;
    struct tripwire *tripwire = NULL;
    NEW(c, tripwire, 1);
    TRY(get_live(c, picture, command, tripwire));
    if (tripwire->status != TRIPWIRE_STATUS_ACTIVE && tripwire->status != TRIPWIRE_STATUS_PROPOSED)
        REFUSE(c, CONFLICT, "not-active", NULL, "it is not active");
    tripwire->status = TRIPWIRE_STATUS_OFF;
    tripwire->off_why = input->why;
    tripwire->proposed_by = tripwire->proposer = tripwire->confirmed_by = (struct str){NULL, 0};
    tripwire->fault = (struct str){NULL, 0};
    tripwire->fault_since = (struct wall){0};
    return add_change(c, picture, tripwire, outcome);
}

/* ---- self-tests -------------------------------------------------------------------------------
 */

static rc test_one(struct ctx *c, struct picture *picture, const struct tripwire *tripwire,
                   struct outcome *outcome)
{
    struct sigma_set *set = NULL;
    struct tripwire_fault *fault = NULL;
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
    NEW(c, fault, 1);
    *fault = (struct tripwire_fault){.id = tripwire->id, .label = tripwire->label, .why = why};
    return outcome_add(c, outcome,
                       &(struct outcome_event){
                           .kind = str_absent(why) ? &tripwire_mended_kind : &tripwire_fault_kind,
                           .body = fault,
                           .record_id = tripwire->id,
                       });
}

/* Some at a time, so that nothing else waits for it; then from the beginning. */
static rc decide_self_test(struct ctx *c, struct picture *picture, const struct command *command,
                           struct outcome *outcome)
{
    const struct tripwire_turn *turn = command->input;
    struct tripwire_turn *next = NULL;
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
    NEW(c, next, 1);
    bool more = !str_absent(page.after);
    if (more)
        next->after = tripwires[page.count - 1].id;
    return outcome_set_deadline(
        c, outcome, command->decision, STR("all"),
        (struct wall){clock_now(c).us + (more ? SELF_TEST_NEXT_US : SELF_TEST_EVERY_US)}, next);
}

/* ---- for the engine ---------------------------------------------------------------------------
 */

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
    struct tripwire_hit *known = NULL;
    TRY(only_system(c, command));
    NEW(c, known, 1);
    rc found = picture_get(c, picture, &tripwire_hit_shape, hit->id, NULL, known);
    if (found.code != RC_NOT_FOUND)
        return found;
    return outcome_add(c, outcome,
                       &(struct outcome_event){.kind = &tripwire_hit_kind,
                                               .body = hit,
                                               .record_id = hit->tripwire,
                                               .label = hit->label});
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
    {.name = "tripwire.activate",
     .help = "Activate it, or confirm that another has",
     .permission = PERMIT_TRIPWIRE_ACTIVATE,
     .decide = decide_activate},
    {.name = "tripwire.off",
     .help = "Switch it off",
     .permission = PERMIT_TRIPWIRE_ACTIVATE,
     .input = &tripwire_off_shape,
     .decide = decide_off},
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

/* ---- the rules a mission starts with -----------------------------------------------------------
 */

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
