#include "core/outcome.h"

#include "core/catalog.h"
#include "core/system.h"
#include "ledger/ledger.h"

#include <assert.h>

static rc add_wish(struct ctx *c, struct outcome *outcome, struct wish wish)
{
    struct wish *kept = NULL;
    if (outcome->count == OUTCOME_EVENTS_MAX)
        FAIL(c, TOO_LARGE, "one decision may lead to at most %d events", OUTCOME_EVENTS_MAX);
    NEW(c, kept, 1);
    *kept = wish;
    kept->next = NULL;
    *outcome->last = kept;
    outcome->last = &kept->next;
    outcome->count++;
    return OK;
}

static rc join_label(struct ctx *c, struct label *joined, struct label with)
{
    if (joined->tlp != TLP_NONE)
        return label_join(c, *joined, with, joined);
    *joined = with;
    return OK;
}

rc outcome_join(struct ctx *c, struct outcome *outcome, const struct outcome *later)
{
    if (outcome->count + later->count > OUTCOME_EVENTS_MAX)
        FAIL(c, TOO_LARGE, "one decision may lead to at most %d events", OUTCOME_EVENTS_MAX);
    if (!later->first)
        return OK;
    *outcome->last = later->first;
    outcome->last = later->last;
    outcome->count += later->count;
    return join_label(c, &outcome->strictest, later->strictest);
}

/* The label of a body that carries its own. */
static struct label label_of(const struct shape *shape, const void *body)
{
    const struct shape_field *field = body ? shape_field(shape, STR("label")) : NULL;
    if (!field || field->kind != SHAPE_LABEL)
        return (struct label){TLP_NONE, {NULL, 0}};
    return *(const struct label *)shape_in(field, body);
}

/* Deep: what a decision keeps on its stack is gone when the writer comes to it. */
static rc copy_row(struct ctx *c, const struct shape *shape, const void *row, const void **ret)
{
    void *copy = ctx_take(c, 1, shape->size);
    if (!copy)
        return fault_again(c);
    TRY(shape_copy(c, shape, row, copy));
    *ret = copy;
    return OK;
}

/* An entry of the ledger holds the body, 4/3 as long when it is sealed, and its envelope. */
enum { ENVELOPE_MAX = 3072, BODY_MAX = LEDGER_ENTRY_MAX - ENVELOPE_MAX };
enum { SEALED_BODY_MAX = BODY_MAX / 4 * 3 - 48 };

static rc write_body(struct ctx *c, const struct event_kind *kind, const void *body,
                     struct str *ret)
{
    struct text json;
    text_init(&json, c, kind->sealed ? SEALED_BODY_MAX : BODY_MAX);
    text_expect(&json, 512);
    shape_write(&json, kind->body, SHAPE_VIEW_WHOLE, body);
    return text_done(&json, ret);
}

rc outcome_add(struct ctx *c, struct outcome *outcome, const struct outcome_event *event)
{
    struct wish wish = {.kind = WISH_EVENT, .event = *event};
    struct label *label = &wish.event.label;
    assert(event->body && (!event->kind->sealed || !str_absent(event->subject)));
    TRY(shape_check(c, event->kind->body, event->body));
    if (label->tlp == TLP_NONE)
        *label = label_of(event->kind->body, event->body);
    if (label->tlp == TLP_NONE)
        *label = outcome->inherited;
    if (label->tlp == TLP_NONE)
        FAIL(c, INTERNAL, "the event %s has no label", event->kind->name);
    TRY(str_copy(c, label->compartments, &label->compartments));
    TRY(join_label(c, &outcome->strictest, *label));
    TRY(write_body(c, event->kind, event->body, &wish.body));
    TRY(copy_row(c, event->kind->body, event->body, &wish.event.body));
    TRY(str_copy(c, event->record_id, &wish.event.record_id));
    TRY(str_copy(c, event->subject, &wish.event.subject));
    return add_wish(c, outcome, wish);
}

rc outcome_vault_put(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                     const void *record)
{
    struct wish wish = {.kind = WISH_VAULT_PUT, .shape = shape};
    TRY(shape_check(c, shape, record));
    TRY(copy_row(c, shape, record, &wish.record));
    return add_wish(c, outcome, wish);
}

rc outcome_vault_delete(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                        struct str id)
{
    struct wish wish = {.kind = WISH_VAULT_DELETE, .shape = shape};
    TRY(str_copy(c, id, &wish.id));
    return add_wish(c, outcome, wish);
}

rc outcome_vault_seal(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                      const void *record, const struct vault_seal *seal)
{
    const struct shape_field *field = shape_field(shape, str_from(seal->field));
    struct wish wish = {.kind = WISH_VAULT_PUT, .shape = shape, .seal = *seal};
    assert(field && field->kind == SHAPE_BYTES && !str_absent(seal->inner));
    TRY(shape_check(c, shape, record));
    TRY(copy_row(c, shape, record, &wish.record));
    TRY(str_copy(c, seal->inner, &wish.seal.inner));
    TRY(str_copy(c, seal->outer, &wish.seal.outer));
    return add_wish(c, outcome, wish);
}

rc outcome_vault_delete_where(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                              const char *field, struct str value)
{
    struct wish wish = {.kind = WISH_VAULT_DELETE_WHERE, .shape = shape, .field = field};
    TRY(str_copy(c, value, &wish.id));
    return add_wish(c, outcome, wish);
}

rc outcome_destroy(struct ctx *c, struct outcome *outcome, struct str subject)
{
    struct wish wish = {.kind = WISH_DESTROY};
    TRY(str_copy(c, subject, &wish.id));
    return add_wish(c, outcome, wish);
}

rc outcome_erase(struct ctx *c, struct outcome *outcome, struct str subject)
{
    struct subject_erased body = {.subject = subject, .label = SYSTEM_LABEL};
    TRY(outcome_add(c, outcome,
                    &(struct outcome_event){.kind = &subject_erased_kind, .body = &body}));
    struct wish wish = {.kind = WISH_ERASE};
    TRY(str_copy(c, subject, &wish.id));
    return add_wish(c, outcome, wish);
}

/* ---- deadlines
 * ------------------------------------------------------------------------------------- */

/* The input stands in the record in plain, under a label that joins those of the events so far. */
static rc put_input(struct ctx *c, const struct decision *decision, const void *input,
                    struct deadline *deadline)
{
    struct text json;
    assert(decision->input);
    if (shape_carries(decision->input, PERSONAL) || shape_carries(decision->input, SECRET))
        FAIL(c, INTERNAL, "the input of %s is personal or secret: a deadline cannot keep it",
             decision->name);
    text_init(&json, c, DEADLINE_INPUT_MAX);
    shape_write(&json, decision->input, SHAPE_VIEW_WHOLE, input);
    deadline->input_version = decision->input->version;
    return text_done(&json, &deadline->input);
}

rc outcome_set_deadline(struct ctx *c, struct outcome *outcome, const struct decision *decision,
                        struct str record_id, struct wall due, const void *input)
{
    struct deadline deadline = {
        .label = outcome->strictest,
        .decision = str_from(decision->name),
        .target = record_id,
        .due = due,
    };
    assert(catalog_decision(outcome->catalog, str_from(decision->name)) == decision);
    TRY(join_label(c, &deadline.label, SYSTEM_LABEL));
    if (input)
        TRY(put_input(c, decision, input, &deadline));
    TRY(deadline_id(c, decision, record_id, &deadline.id));
    return outcome_add(c, outcome,
                       &(struct outcome_event){.kind = &deadline_set_kind,
                                               .body = &deadline,
                                               .record_id = deadline.id});
}

rc outcome_clear_deadline(struct ctx *c, struct outcome *outcome, const struct decision *decision,
                          struct str record_id)
{
    struct deadline_end end = {.label = SYSTEM_LABEL};
    TRY(deadline_id(c, decision, record_id, &end.id));
    return outcome_add(
        c, outcome,
        &(struct outcome_event){.kind = &deadline_cleared_kind, .body = &end, .record_id = end.id});
}
