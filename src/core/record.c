/* Deciding and folding plain records. A change carries the whole new record, so a fold is one write
 * and the history needs no arithmetic. */
#include "core/record.h"

#include "core/target.h"

#include <assert.h>

SHAPE_DEFINE(record_end, RECORD_END_FIELDS, 1, "The end of a record");

rc record_name(struct ctx *c, const struct shape *shape, struct str id, struct str *ret)
{
    return str_format(c, ret, "%s/%.*s", shape->name, STR_ARG(id));
}

rc record_named(struct ctx *c, struct picture *picture, const struct actor *actor, struct str name,
                struct named *ret)
{
    struct str id = name, noun;
    struct named named = {0};
    str_split(&id, '/', &noun);
    named.record = catalog_record(picture_catalog(picture), noun);
    if (!named.record)
        FAIL(c, NOT_FOUND, "there is no such record");
    struct record_head *head = ctx_take(c, 1, named.record->shape->size);
    if (!head)
        return fault_again(c);
    rc found = picture_get(c, picture, named.record->shape, id, &named.row, head);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    if (!rc_ok(found) || !actor_may_read(actor, head->label) ||
        !actor_may(actor, named.record->read))
        FAIL(c, NOT_FOUND, "there is no such %s", named.record->shape->name);
    named.head = head;
    *ret = named;
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
        rc failed = fault_raise(c, RC_CONFLICT, __FILE__, __LINE__, "%s: another %s already has it",
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
                            "%s: it cannot move to another person; add a new %s", record->subject,
                            record->shape->name);
    fault_set_rule(c, "subject");
    fault_set_value(c, is);
    fault_enter_name(c, str_from(record->subject));
    return failed;
}

/* May the actor write under this label? Nobody makes or changes what they could not read. */
static rc check_label(struct ctx *c, const struct command *command, const struct record_head *head)
{
    if (actor_may_read(&command->actor, head->label))
        return OK;
    REFUSE(c, FORBIDDEN, "label", "label", "this label exceeds your own clearance");
}

rc record_check_written(struct ctx *c, struct picture *picture, const struct command *command,
                        const struct record *record, const void *before, const void *after)
{
    const struct record_head *was = before, *is = after;
    if (was && !str_eq(was->id, is->id))
        REFUSE(c, INVALID, "id", "id", "the id of a record cannot change");
    TRY(check_label(c, command, is));
    if (was)
        TRY(check_same_subject(c, record, before, after));
    TRY(record_check_references(c, picture, &command->actor, record->shape, before, after));
    return check_unique(c, picture, record->shape, after);
}

static rc check_all(struct ctx *c, struct picture *picture, const struct command *command,
                    const void *before, const void *after)
{
    const struct record *record = command->decision->record;
    TRY(record_check_written(c, picture, command, record, before, after));
    return record->check ? record->check(c, picture, command, before, after) : OK;
}

rc record_add_event(struct ctx *c, const struct record *record, const struct event_kind *kind,
                    const void *body, struct outcome *outcome)
{
    const struct record_head *head = body;
    struct record_end end = {{NULL, 0}};
    struct outcome_event event = {
        .kind = kind,
        .body = kind->body == &record_end_shape ? (const void *)&end : body,
        .record_id = head->id,
        .label = head->label,
    };
    TRY(record_subject(c, record, body, &event.subject));
    return outcome_add(c, outcome, &event);
}

static rc add_event(struct ctx *c, struct picture *picture, const struct record *record,
                    enum record_verb verb, const void *body, struct outcome *outcome)
{
    const struct event_kind *kind = catalog_record_event(picture_catalog(picture), record, verb);
    return record_add_event(c, record, kind, body, outcome);
}

rc record_want(struct ctx *c, struct picture *picture, struct outcome *outcome,
               const struct shape *shape, enum record_verb verb, const void *body)
{
    const struct record *record = catalog_record(picture_catalog(picture), str_from(shape->name));
    const struct record_head *head = body;
    void *before = NULL;
    assert(record);
    TRY(add_event(c, picture, record, verb, body, outcome));
    if (verb == RECORD_CHANGE && (record->dues || record->claim)) {
        if (!(before = ctx_take(c, 1, shape->size)))
            return fault_again(c);
        TRY(picture_get(c, picture, shape, head->id, NULL, before));
    }
    return due_arm(c, picture, record, NULL, verb == RECORD_RETIRE ? body : before,
                   verb == RECORD_RETIRE ? NULL : body, outcome);
}

/* An id is not a word that stands beside {id} in the paths of its noun. */
static rc check_id(struct ctx *c, struct picture *picture, const struct record *record,
                   struct str id)
{
    bool had = false;
    if (catalog_is_word(picture_catalog(picture), record, id))
        REFUSE(c, INVALID, "reserved", "id", "id: \"%.*s\" is reserved in the addresses of %s",
               STR_ARG(id), record->plural);
    TRY(picture_had(c, picture, record->shape, id, &had));
    if (had)
        FAIL(c, CONFLICT, "there is, or was, a %s with the id %.*s", record->shape->name,
             STR_ARG(id));
    return OK;
}

rc record_decide_add(struct ctx *c, struct picture *picture, const struct command *command,
                     struct outcome *outcome)
{
    const struct record *record = command->decision->record;
    struct record_head *head = ctx_take(c, 1, record->shape->size);
    if (!head)
        return fault_again(c);
    memcpy(head, command->input, record->shape->size);
    TRY(check_id(c, picture, record, head->id));
    state_begin(record, command, clock_now(c), head);
    claim_keep(record, &(struct step_call){.command = command, .after = head}, clock_now(c));
    TRY(check_all(c, picture, command, NULL, head));
    TRY(add_event(c, picture, record, RECORD_ADD, head, outcome));
    return due_arm(c, picture, record, NULL, NULL, head, outcome);
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

/* ---- secrets and their destination ----------------------------------------------------------- */

/* Of an address with a scheme, all but the path: where on a server something is does not say who
 * is told the secret. */
static struct str destination_of(struct str text)
{
    size_t host = str_find(text, STR("://"));
    if (host == SIZE_MAX)
        return text;
    for (host += 3; host < text.len && !memchr("/?#", text.ptr[host], 3);)
        host++;
    return str_sub(text, 0, host);
}

static bool same_destination(const struct shape_field *field, const void *before, const void *after)
{
    const void *was = shape_in(field, before), *is = shape_in(field, after);
    if (field->kind != SHAPE_TEXT || shape_absent(field, was) || shape_absent(field, is))
        return shape_same_field(field, was, is);
    return str_eq(destination_of(*(const struct str *)was),
                  destination_of(*(const struct str *)is));
}

/* Nobody sends a secret that they do not know to a place of their own: with another destination it
 * is asked for again. `given` is what was sent, before the kept fields were filled in. */
static rc check_destination(struct ctx *c, const struct shape *shape, const void *given,
                            const void *before, const void *after)
{
    const struct shape_field *kept = NULL;
    bool same = true;
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        bool is_kept = (field->flags & OUTGOING) && is_blank(field, shape_in(field, given)) &&
                       !is_blank(field, shape_in(field, after));
        kept = is_kept ? field : kept;
        same = same && (!(field->flags & DESTINATION) || same_destination(field, before, after));
    }
    if (!kept || same)
        return OK;
    REFUSE(c, INVALID, "again", kept->name,
           "the destination or the user was changed: enter the %s again", kept->name);
}

/* The record that is changed or retired. */
static rc get_target(struct ctx *c, struct picture *picture, const struct command *command,
                     struct record_head **ret)
{
    const struct shape *shape = command->decision->record->shape;
    struct record_head *head = ctx_take(c, 1, shape->size);
    if (!head)
        return fault_again(c);
    TRY(command_target(c, picture, command, shape, NULL, head));
    *ret = head;
    return OK;
}

/* Is it in a state in which it may be changed or retired by hand, and not in another's hand? */
static rc check_editable(struct ctx *c, const struct command *command, const void *before)
{
    const struct record *record = command->decision->record;
    const char *state = step_state(record, before);
    TRY(claim_check(c, record, &command->actor, NULL, before));
    if (!record->editable || step_from(record->editable, state))
        return OK;
    REFUSE(c, CONFLICT, "state", "", "this %s is %s; to change or retire it, it has to be %s",
           record->shape->name, state, record->editable);
}

rc record_decide_change(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    const struct record *record = command->decision->record;
    struct record_head *before = NULL, *after = ctx_take(c, 1, record->shape->size);
    if (!after)
        return fault_again(c);
    TRY(get_target(c, picture, command, &before));
    TRY(check_editable(c, command, before));
    memcpy(after, command->input, record->shape->size);
    keep_hidden(record->shape, before, after);
    TRY(check_destination(c, record->shape, command->input, before, after));
    TRY(check_all(c, picture, command, before, after));
    TRY(add_event(c, picture, record, RECORD_CHANGE, after, outcome));
    return due_arm(c, picture, record, NULL, before, after, outcome);
}

rc record_decide_retire(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    const struct record *record = command->decision->record;
    struct record_end empty = {{NULL, 0}};
    struct record_head *before = NULL;
    TRY(get_target(c, picture, command, &before));
    TRY(check_editable(c, command, before));
    TRY(record_check_unreferenced(c, picture, &command->actor, record->shape, before->id));
    if (record->check)
        TRY(record->check(c, picture, command, before, NULL));
    struct outcome_event event = {
        .kind = catalog_record_event(picture_catalog(picture), record, RECORD_RETIRE),
        .body = command->input ? command->input : &empty,
        .record_id = before->id,
        .label = before->label,
    };
    TRY(record_subject(c, record, before, &event.subject));
    TRY(outcome_add(c, outcome, &event));
    return due_arm(c, picture, record, NULL, before, NULL, outcome);
}

/* ---- folds
 * ----------------------------------------------------------------------------------------- */

rc record_fold_put(struct ctx *c, struct picture *picture, const struct event *event)
{
    if (!event->body)
        return OK; /* erased: nothing is known any more */
    return picture_put(c, picture, event->kind->body, event->body, event);
}

/* A step that ends the record: it stands as it was left, and is retired. */
rc record_fold_end(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct record_head *head = event->body;
    if (!head)
        return OK;
    TRY(record_fold_put(c, picture, event));
    return picture_retire(c, picture, event->kind->body, head->id, event);
}

rc record_fold_retire(struct ctx *c, struct picture *picture, const struct event *event)
{
    struct str id = event->record, noun;
    str_split(&id, '/', &noun);
    const struct record *record = catalog_record(picture_catalog(picture), noun);
    assert(record);
    return picture_retire(c, picture, record->shape, id, event);
}
