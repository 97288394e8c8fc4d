/* Deciding and folding plain records. A change carries the whole new record, so a fold is one write
 * and the history needs no arithmetic. */
#include "core/record.h"

#include <assert.h>

SHAPE_DEFINE(record_end, RECORD_END_FIELDS, 1, "The end of a record");

rc record_name(struct ctx *c, const struct shape *shape, struct str id, struct str *ret)
{
    return str_format(c, ret, "%s/%.*s", shape->name, STR_ARG(id));
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

rc record_subject(struct ctx *c, const struct record *record, const void *body, struct str *ret)
{
    const struct record_head *head = body;
    *ret = (struct str){NULL, 0};
    if (!record_sealed(record))
        return OK;
    *ret = head->id;
    if (record->subject) {
        const struct shape_field *field = shape_field(record->shape, str_from(record->subject));
        assert(field && field->kind == SHAPE_REF);
        *ret = *(const struct str *)shape_in(field, body);
    }
    if (str_absent(*ret))
        FAIL(c, INVALID, "%s without the person it is about", record->shape->name);
    return record->erasable ? record_name(c, record->shape, head->id, ret) : OK;
}

/* The subject's key seals every event of a record: with another subject, the erasure of one would
 * leave what the other's events say. */
static rc check_same_subject(struct ctx *c, const struct record *record, const void *before,
                             const void *after)
{
    const struct shape_field *field =
        record->subject ? shape_field(record->shape, str_from(record->subject)) : NULL;
    if (!field)
        return OK;
    struct str was = *(const struct str *)shape_in(field, before);
    struct str is = *(const struct str *)shape_in(field, after);
    if (str_eq(was, is))
        return OK;
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__,
                            "%s: it stays about the same person; make a new %s", record->subject,
                            record->shape->name);
    fault_set_rule(c, "subject");
    fault_set_value(c, is);
    fault_enter_name(c, str_from(record->subject));
    return failed;
}

static rc check_all(struct ctx *c, struct picture *picture, const struct command *command,
                    const void *before, const void *after)
{
    const struct record *record = command->decision->record;
    TRY(record_check_references(c, picture, &command->actor, record->shape, before, after));
    TRY(check_unique(c, picture, record->shape, after));
    return record->check ? record->check(c, picture, command, before, after) : OK;
}

/* May the actor write under this label? Nobody makes or changes what they could not read. */
static rc check_label(struct ctx *c, const struct command *command, const struct record_head *head)
{
    if (actor_may_read(&command->actor, head->label))
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
    TRY(record_subject(c, record, body, &event.subject));
    return outcome_add(c, outcome, &event);
}

rc record_decide_add(struct ctx *c, struct picture *picture, const struct command *command,
                     struct outcome *outcome)
{
    const struct record *record = command->decision->record;
    const struct record_head *head = command->input;
    bool had = false;
    TRY(picture_had(c, picture, record->shape, head->id, &had));
    if (had)
        FAIL(c, CONFLICT, "there is, or was, a %s with the id %.*s", record->shape->name,
             STR_ARG(head->id));
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
    if (!actor_may_read(&command->actor, head->label))
        FAIL(c, NOT_FOUND, "there is no %s %.*s", shape->name, STR_ARG(command->target));
    if (ret_row->retired.us)
        FAIL(c, CONFLICT, "this %s is retired", shape->name);
    if (command->expect_seq >= 0 && command->expect_seq != ret_row->seq)
        FAIL(c, STALE, "this %s was changed meanwhile, by event %lld", shape->name,
             (long long)ret_row->seq);
    *ret = head;
    return OK;
}

/* Absent, or of a kind that never is: zero. */
static bool is_blank(const struct shape_field *field, const void *value)
{
    if (field->kind == SHAPE_FLAG)
        return !*(const bool *)value;
    if (field->kind == SHAPE_I64 || field->kind == SHAPE_BP || field->kind == SHAPE_MS)
        return *(const int64_t *)value == 0;
    return shape_absent(field, value);
}

/* What nobody can send, because it is never shown or only Chancery sets it, stays as it was. */
static void keep_hidden(const struct shape *shape, const void *before, void *after)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        size_t end = i + 1 < shape->count ? shape->fields[i + 1].offset : shape->size;
        void *value = shape_at(field, after);
        if ((field->flags & (SECRET | SYSTEM)) && is_blank(field, value))
            memcpy(value, shape_in(field, before), end - field->offset);
    }
}

rc record_decide_change(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    const struct shape *shape = command->decision->record->shape;
    const struct record_head *head = command->input;
    struct record_head *before = NULL, *after = ctx_take(c, 1, shape->size);
    struct row row;
    if (!after)
        return fault_again(c);
    TRY(get_target(c, picture, command, &row, &before));
    if (!str_eq(head->id, command->target))
        FAIL(c, INVALID, "the id of a record does not change");
    TRY(check_label(c, command, head));
    memcpy(after, head, shape->size);
    keep_hidden(shape, before, after);
    TRY(check_same_subject(c, command->decision->record, before, after));
    TRY(check_all(c, picture, command, before, after));
    return add_event(c, picture, command, RECORD_CHANGE, after, outcome);
}

rc record_decide_retire(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    const struct record *record = command->decision->record;
    struct record_end empty = {{NULL, 0}};
    struct record_head *before = NULL;
    struct row row;
    TRY(get_target(c, picture, command, &row, &before));
    TRY(record_check_unreferenced(c, picture, &command->actor, record->shape, before->id));
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
    TRY(record_subject(c, record, before, &event.subject));
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
