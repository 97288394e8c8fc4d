/* Deciding and folding plain records. A change carries the whole new record, so a fold is one write
 * and the history needs no arithmetic. */
#include "core/record.h"

#include <assert.h>

SHAPE_DEFINE(record_end, RECORD_END_FIELDS, 1, "The end of a record");

rc record_name(struct ctx *c, const struct shape *shape, struct str id, struct str *ret)
{
    return str_format(c, ret, "%s/%.*s", shape->name, STR_ARG(id));
}

/* ---- references
 * ------------------------------------------------------------------------------------ */

static rc check_reference(struct ctx *c, struct picture *picture, const struct shape_field *field,
                          struct str id)
{
    const struct record *target = catalog_record(picture_catalog(picture), str_from(field->target));
    bool found = false;
    if (!target || str_absent(id))
        return OK; /* what Chancery keeps elsewhere is checked where it is kept */
    TRY(picture_has(c, picture, target->shape, id, &found));
    if (found)
        return OK;
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "%s: there is no %s \"%.*s\"",
                            field->name, field->target, STR_ARG(id));
    fault_set_rule(c, "reference");
    fault_set_value(c, id);
    return failed;
}

static rc check_field(struct ctx *c, struct picture *picture, const struct shape_field *field,
                      const void *value)
{
    const struct shape_items *list = value;
    if (field->kind == SHAPE_REF)
        return check_reference(c, picture, field, *(const struct str *)value);
    if (field->kind == SHAPE_RECORD)
        return record_check_references(c, picture, field->shape, value);
    if (field->kind != SHAPE_REFS && field->kind != SHAPE_LIST)
        return OK;
    for (size_t i = 0; i < list->count; i++) {
        rc result = field->kind == SHAPE_REFS
                        ? check_reference(c, picture, field, ((struct str *)list->items)[i])
                        : record_check_references(c, picture, field->shape,
                                                  (char *)list->items + i * field->shape->size);
        if (!rc_ok(result)) {
            fault_enter_index(c, i);
            return result;
        }
    }
    return OK;
}

rc record_check_references(struct ctx *c, struct picture *picture, const struct shape *shape,
                           const void *record)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        rc result = check_field(c, picture, field, shape_in(field, record));
        if (!rc_ok(result)) {
            fault_enter_name(c, str_from(field->name));
            return result;
        }
    }
    return OK;
}

/* Nothing live may be left pointing to what goes. */
static rc check_unreferenced(struct ctx *c, struct picture *picture, const struct shape *shape,
                             struct str id)
{
    const struct catalog *catalog = picture_catalog(picture);
    for (size_t i = 0; i < catalog_table_count(catalog); i++) {
        const struct shape *other = catalog_table(catalog, i)->shape;
        for (size_t j = 0; j < other->count; j++) {
            const struct shape_field *field = &other->fields[j];
            if (field->kind != SHAPE_REF || !str_is(str_from(field->target), shape->name))
                continue;
            void *found = ctx_take(c, 1, other->size);
            if (!found)
                return fault_again(c);
            rc result = picture_find(c, picture, other, field->name, id, NULL, found);
            if (rc_ok(result)) {
                struct str *holder = found; /* id comes first */
                FAIL(c, CONFLICT, "%s \"%.*s\" still names it as its %s", other->name,
                     STR_ARG(*holder), field->name);
            }
            if (result.code != RC_NOT_FOUND)
                return result;
        }
    }
    return OK;
}

/* ---- uniqueness
 * ------------------------------------------------------------------------------------ */

static rc check_unique(struct ctx *c, struct picture *picture, const struct shape *shape,
                       const void *record)
{
    const struct record_head *head = record;
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        const struct str *value = shape_in(field, record);
        if (!(field->flags & UNIQUE) || shape_absent(field, value))
            continue;
        assert(field->kind == SHAPE_TEXT || field->kind == SHAPE_REF);
        struct record_head *other = ctx_take(c, 1, shape->size);
        if (!other)
            return fault_again(c);
        rc result = picture_find(c, picture, shape, field->name, *value, NULL, other);
        if (result.code == RC_NOT_FOUND)
            continue;
        TRY(result);
        if (str_eq(other->id, head->id))
            continue;
        rc failed = fault_raise(c, RC_CONFLICT, __FILE__, __LINE__, "%s: another %s has it already",
                                field->name, shape->name);
        fault_set_rule(c, "unique");
        fault_set_value(c, *value);
        fault_enter_name(c, str_from(field->name));
        return failed;
    }
    return OK;
}

/* ---- decisions
 * ------------------------------------------------------------------------------------- */

static rc subject_of(struct ctx *c, const struct record *record, const void *body, struct str *ret)
{
    const struct record_head *head = body;
    *ret = (struct str){NULL, 0};
    if (!record->personal)
        return OK;
    *ret = head->id;
    if (record->subject) {
        const struct shape_field *field = shape_field(record->shape, str_from(record->subject));
        assert(field && field->kind == SHAPE_REF);
        *ret = *(const struct str *)shape_in(field, body);
    }
    if (str_absent(*ret))
        FAIL(c, INVALID, "%s without the person it is about", record->shape->name);
    return OK;
}

static rc check_all(struct ctx *c, struct picture *picture, const struct command *command,
                    const void *before, const void *after)
{
    const struct record *record = command->decision->record;
    TRY(record_check_references(c, picture, record->shape, after));
    TRY(check_unique(c, picture, record->shape, after));
    return record->check ? record->check(c, picture, command, before, after) : OK;
}

/* May the actor write under this label? Nobody makes or changes what they could not read. */
static rc check_label(struct ctx *c, const struct command *command, const struct record_head *head)
{
    if (label_readable(head->label, command->actor.clearance) ||
        str_eq(command->actor.id, actor_system.id))
        return OK;
    rc failed =
        fault_raise(c, RC_FORBIDDEN, __FILE__, __LINE__, "this label is beyond your own clearance");
    fault_set_rule(c, "label");
    fault_enter_name(c, STR("label"));
    return failed;
}

static rc add_event(struct ctx *c, struct picture *picture, const struct command *command,
                    enum record_verb verb, const void *body, struct outcome *outcome)
{
    const struct record *record = command->decision->record;
    const struct record_head *head = body;
    struct outcome_event event = {
        .kind = catalog_record_event(picture_catalog(picture), record, verb),
        .body = body,
        .record_id = head->id,
        .label = head->label,
    };
    TRY(subject_of(c, record, body, &event.subject));
    return outcome_add(c, outcome, &event);
}

rc record_decide_add(struct ctx *c, struct picture *picture, const struct command *command,
                     struct outcome *outcome)
{
    const struct record *record = command->decision->record;
    const struct record_head *head = command->input;
    void *other = ctx_take(c, 1, record->shape->size);
    if (!other)
        return fault_again(c);
    rc found = picture_get(c, picture, record->shape, head->id, NULL, other);
    if (rc_ok(found))
        FAIL(c, CONFLICT, "there is, or was, a %s with the id %.*s", record->shape->name,
             STR_ARG(head->id));
    if (found.code != RC_NOT_FOUND)
        return found;
    TRY(check_label(c, command, head));
    TRY(check_all(c, picture, command, NULL, command->input));
    return add_event(c, picture, command, RECORD_ADD, command->input, outcome);
}

/* The live record the command is about, readable to its actor, and not changed meanwhile. What may
 * not be read is answered as if it were not there. */
static rc get_target(struct ctx *c, struct picture *picture, const struct command *command,
                     struct row *ret_row, struct record_head **ret)
{
    const struct shape *shape = command->decision->record->shape;
    struct record_head *head = ctx_take(c, 1, shape->size);
    if (!head)
        return fault_again(c);
    TRY(picture_get(c, picture, shape, command->target, ret_row, head));
    bool system = str_eq(command->actor.id, actor_system.id);
    if (!system && !label_readable(head->label, command->actor.clearance))
        FAIL(c, NOT_FOUND, "there is no %s %.*s", shape->name, STR_ARG(command->target));
    if (ret_row->retired.us)
        FAIL(c, CONFLICT, "this %s is retired", shape->name);
    if (command->expect_seq >= 0 && command->expect_seq != ret_row->seq)
        FAIL(c, STALE, "this %s was changed meanwhile, by event %lld", shape->name,
             (long long)ret_row->seq);
    *ret = head;
    return OK;
}

rc record_decide_change(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    const struct record_head *head = command->input;
    struct record_head *before = NULL;
    struct row row;
    TRY(get_target(c, picture, command, &row, &before));
    if (!str_eq(head->id, command->target))
        FAIL(c, INVALID, "the id of a record does not change");
    TRY(check_label(c, command, head));
    TRY(check_all(c, picture, command, before, command->input));
    return add_event(c, picture, command, RECORD_CHANGE, command->input, outcome);
}

rc record_decide_retire(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    const struct record *record = command->decision->record;
    struct record_end empty = {{NULL, 0}};
    struct record_head *before = NULL;
    struct row row;
    TRY(get_target(c, picture, command, &row, &before));
    TRY(check_unreferenced(c, picture, record->shape, before->id));
    if (record->check)
        TRY(record->check(c, picture, command, before, NULL));
    struct outcome_event event = {
        .kind = catalog_record_event(picture_catalog(picture), record, RECORD_RETIRE),
        .body = command->input,
        .record_id = before->id,
        .label = before->label,
    };
    if (!event.body)
        event.body = &empty;
    TRY(subject_of(c, record, before, &event.subject));
    return outcome_add(c, outcome, &event);
}

/* ---- folds
 * ----------------------------------------------------------------------------------------- */

rc record_fold_put(struct ctx *c, struct picture *picture, const struct event *event)
{
    if (!event->body)
        return OK; /* erased: nothing is known any more */
    return picture_put(c, picture, event->kind->body, event->body, event);
}

rc record_fold_retire(struct ctx *c, struct picture *picture, const struct event *event)
{
    struct str id = event->record, noun;
    str_split(&id, '/', &noun);
    const struct record *record = catalog_record(picture_catalog(picture), noun);
    assert(record);
    return picture_retire(c, picture, record->shape, id, event);
}
