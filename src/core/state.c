/* The state of a record, and what the frame keeps beside it. */
#include "core/module.h"
#include "core/step.h"

SHAPE_DEFINE(step_reason, STEP_REASON_FIELDS, 1, "The reason for a step");
SHAPE_DEFINE(step_take, STEP_TAKE_FIELDS, 1, "Taking a record on oneself");

bool step_from(const char *states, const char *state)
{
    struct str rest = str_from(states), word;
    while (str_split(&rest, ' ', &word))
        if (str_is(word, "*") || str_is(word, state))
            return true;
    return false;
}

bool record_ends(const struct record *record)
{
    for (const struct step *step = record->steps; step && step->name; step++)
        if (step->flags & STEP_ENDS)
            return true;
    return false;
}

bool record_fixed(const struct record *record)
{
    return record->editable && !*record->editable;
}

static const struct shape_field *state_field(const struct record *record)
{
    const struct shape_field *field =
        shape_field(record->shape, str_from(record->state ? record->state : "state"));
    return field && field->kind == SHAPE_CHOICE ? field : NULL;
}

const char *step_state(const struct record *record, const void *body)
{
    const struct shape_field *field = state_field(record);
    if (!field)
        return "";
    unsigned value = *(const unsigned *)shape_in(field, body);
    return shape_choice_name(field->choices, value ? value : 1);
}

void state_set(const struct record *record, void *body, const char *state)
{
    const struct shape_field *field = state_field(record);
    *(unsigned *)shape_at(field, body) = shape_choice_value(field->choices, str_from(state));
}

void state_keep(const struct record *record, const char *name, void *body, struct str value)
{
    const struct shape_field *field = shape_field(record->shape, str_from(name));
    if (field)
        *(struct str *)shape_at(field, body) = value;
}

void state_enter(const struct record *record, const struct command *command, struct wall now,
                 void *body)
{
    const struct shape_field *since = shape_field(record->shape, STR("state_since"));
    if (since)
        *(struct wall *)shape_at(since, body) = now;
    state_keep(record, "state_by", body, command->actor.id);
}

void state_begin(const struct record *record, const struct command *command, struct wall now,
                 void *body)
{
    const struct shape_field *field = state_field(record);
    if (!record->steps && !record->claim)
        return;
    if (field && *(const unsigned *)shape_in(field, body) == 0)
        *(unsigned *)shape_at(field, body) = 1;
    state_enter(record, command, now, body);
    state_keep(record, "asked_by", body, command->actor.id);
}
