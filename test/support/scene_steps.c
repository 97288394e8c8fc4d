#include "support/scene_steps.h"

#include <stdio.h>

static struct str everything[] = {{"*", 1}}, nothing_much[] = {{"ledger.read", 11}};

static const struct actor officer = {.id = {"officer", 7},
                                     .person = {"p-officer", 9},
                                     .permissions = {everything, 1},
                                     .clearance = {TLP_RED, {NULL, 0}}},
                          asker = {.id = {"asker", 5},
                                   .person = {"p-asker", 7},
                                   .permissions = {everything, 1},
                                   .clearance = {TLP_RED, {NULL, 0}}},
                          program = {.id = {"program", 7},
                                     .permissions = {everything, 1},
                                     .clearance = {TLP_RED, {NULL, 0}}},
                          visitor = {.id = {"visitor", 7},
                                     .person = {"p-visitor", 9},
                                     .permissions = {everything, 1},
                                     .clearance = {TLP_CLEAR, {NULL, 0}}},
                          clerk = {.id = {"clerk", 5},
                                   .person = {"p-clerk", 7},
                                   .permissions = {nothing_much, 1},
                                   .clearance = {TLP_RED, {NULL, 0}}};

struct kit {
    struct scene *s;
    const struct record *record;
    const struct step *step;
    const char *members;
    size_t made;
};

/* ---- records in a state ---------------------------------------------------------------------- */

/* The members with the id in the place of each "%s". */
static void put_members(struct text *out, const char *members, const char *id)
{
    for (const char *at = members; *at; at++)
        if (at[0] == '%' && at[1] == 's') {
            text_put(out, str_from(id));
            at++;
        } else {
            text_put_char(out, *at);
        }
}

/* A new record in this state; gives its id. */
static struct str make(struct kit *k, const char *state)
{
    const char *noun = k->record->shape->name;
    const char *field = k->record->state ? k->record->state : "state";
    struct text json;
    struct str id, body, command;
    assert_true(rc_ok(str_format(&k->s->c, &id, "kit%zu", k->made++)));
    assert_true(rc_ok(str_format(&k->s->c, &command, "%s.add", noun)));
    text_init(&json, &k->s->c, 65536);
    text_printf(&json, "{\"id\":\"%s\",\"label\":\"TLP:AMBER\"", id.ptr);
    if (state[0])
        text_printf(&json, ",\"%s\":\"%s\"", field, state);
    text_put(&json, STR(","));
    put_members(&json, k->members, id.ptr);
    text_put(&json, STR("}"));
    assert_true(rc_ok(text_done(&json, &body)));
    struct command done;
    scene_do_as(k->s, &asker, command.ptr, NULL, body.ptr, &done);
    if (!rc_ok(done.result))
        fail_msg("%s: %s %s", command.ptr, done.fault.message, done.fault.pointer);
    return id;
}

/* A state from which the step goes. */
static const char *good_state(const struct kit *k)
{
    const char *name = k->record->state ? k->record->state : "state";
    const struct shape_field *field = shape_field(k->record->shape, str_from(name));
    for (unsigned i = 1; field && i < field->choices->count; i++)
        if (step_from(k->step->from, field->choices->rows[i].name))
            return field->choices->rows[i].name;
    return "";
}

/* ---- refusals -------------------------------------------------------------------------------- */

static struct command try_it(struct kit *k, const struct actor *actor, struct str id,
                             int64_t expect_seq)
{
    const struct decision *decision =
        catalog_step_decision(k->s->catalog, k->record, k->step->name);
    struct command command = {
        .decision = decision, .target = id, .actor = *actor, .cause = -1, .expect_seq = expect_seq};
    int64_t size = core_size(k->s->core);
    rc result = core_call(&k->s->c, k->s->core, &command);
    if (rc_ok(result))
        fail_msg("%s of a %s as %.*s was not refused", k->step->name, k->record->shape->name,
                 STR_ARG(actor->id));
    assert_int_equal(core_size(k->s->core), size);
    return command;
}

static void refused(struct kit *k, const struct actor *actor, struct str id, int64_t expect_seq,
                    enum rc_code code, const char *rules)
{
    struct command command = try_it(k, actor, id, expect_seq);
    bool right = command.result.code == code && (!rules[0] || step_from(rules, command.fault.rule));
    if (!right)
        fail_msg("%s of a %s as %.*s: %s (rule \"%s\"), not %s (rule \"%s\"): %s", k->step->name,
                 k->record->shape->name, STR_ARG(actor->id), rc_name(command.result.code),
                 command.fault.rule, rc_name(code), rules, command.fault.message);
}

static void from_every_other_state(struct kit *k)
{
    const char *name = k->record->state ? k->record->state : "state";
    const struct shape_field *field = shape_field(k->record->shape, str_from(name));
    for (unsigned i = 1; field && i < field->choices->count; i++) {
        const char *state = field->choices->rows[i].name;
        if (!step_from(k->step->from, state))
            refused(k, k->step->flags & STEP_SYSTEM ? &actor_system : &officer, make(k, state), -1,
                    RC_CONFLICT, "state unclaimed");
    }
}

static void hidden_as_absent(struct kit *k, struct str id)
{
    struct command hidden = try_it(k, &visitor, id, -1);
    struct command absent = try_it(k, &visitor, STR("nowhere"), -1);
    assert_int_equal(hidden.result.code, RC_NOT_FOUND);
    assert_int_equal(absent.result.code, RC_NOT_FOUND);
    assert_string_equal(hidden.fault.message, absent.fault.message);
}

static void by_the_wrong_person(struct kit *k, struct str id)
{
    refused(k, &clerk, id, -1, RC_FORBIDDEN, "");
    if (!(k->step->flags & STEP_OTHER))
        return;
    refused(k, &asker, id, -1, RC_FORBIDDEN, "two-persons");
    refused(k, &program, id, -1, RC_FORBIDDEN, "two-persons");
}

static void try_step(struct kit *k)
{
    from_every_other_state(k);
    if (k->step->flags & STEP_SYSTEM)
        return;
    struct str id = make(k, good_state(k));
    hidden_as_absent(k, id);
    by_the_wrong_person(k, id);
    refused(k, &officer, id, 0, RC_STALE, "");
    if (k->step->flags & STEP_REASON)
        refused(k, &officer, id, -1, RC_INVALID, "required");
}

void scene_steps_test(struct scene *s, const struct shape *shape, const char *members)
{
    struct kit k = {.s = s, .members = members};
    size_t count = 0;
    k.record = catalog_record(s->catalog, str_from(shape->name));
    assert_non_null(k.record);
    const struct step *steps = catalog_steps(s->catalog, k.record, &count);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        k.step = &steps[i];
        try_step(&k);
    }
}
