#include "core/outcome.h"

#include "core/catalog.h"
#include "core/own.h"
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

/* The label of a body that carries its own. */
static struct label label_of(const struct shape *shape, const void *body)
{
    const struct shape_field *field = body ? shape_field(shape, STR("label")) : NULL;
    if (!field || field->kind != SHAPE_LABEL)
        return (struct label){TLP_NONE, {NULL, 0}};
    return *(const struct label *)shape_in(field, body);
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

static rc join_label(struct ctx *c, struct label *joined, struct label with)
{
    if (joined->tlp != TLP_NONE)
        return label_join(c, *joined, with, joined);
    *joined = with;
    return OK;
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
    TRY(join_label(c, &outcome->strictest, *label));
    TRY(write_body(c, event->kind, event->body, &wish.body));
    return add_wish(c, outcome, wish);
}

rc outcome_vault_put(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                     const void *record)
{
    TRY(shape_check(c, shape, record));
    return add_wish(c, outcome,
                    (struct wish){.kind = WISH_VAULT_PUT, .shape = shape, .record = record});
}

rc outcome_vault_delete(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                        struct str id)
{
    return add_wish(c, outcome, (struct wish){.kind = WISH_VAULT_DELETE, .shape = shape, .id = id});
}

rc outcome_vault_seal(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                      const void *record, const struct vault_seal *seal)
{
    const struct shape_field *field = shape_field(shape, str_from(seal->field));
    assert(field && field->kind == SHAPE_BYTES && !str_absent(seal->inner));
    TRY(shape_check(c, shape, record));
    return add_wish(
        c, outcome,
        (struct wish){.kind = WISH_VAULT_PUT, .shape = shape, .record = record, .seal = *seal});
}

rc outcome_vault_delete_where(struct ctx *c, struct outcome *outcome, const struct shape *shape,
                              const char *field, struct str value)
{
    return add_wish(
        c, outcome,
        (struct wish){
            .kind = WISH_VAULT_DELETE_WHERE, .shape = shape, .field = field, .id = value});
}

rc outcome_destroy(struct ctx *c, struct outcome *outcome, struct str subject)
{
    return add_wish(c, outcome, (struct wish){.kind = WISH_DESTROY, .id = subject});
}

rc outcome_erase(struct ctx *c, struct outcome *outcome, struct str subject)
{
    struct subject_erased *body = NULL;
    NEW(c, body, 1);
    body->subject = subject;
    body->label = OWN_LABEL;
    TRY(outcome_add(c, outcome,
                    &(struct outcome_event){.kind = &subject_erased_kind, .body = body}));
    return add_wish(c, outcome, (struct wish){.kind = WISH_ERASE, .id = subject});
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
    struct deadline *deadline = NULL;
    assert(catalog_decision(outcome->catalog, str_from(decision->name)) == decision);
    NEW(c, deadline, 1);
    deadline->label = outcome->strictest;
    TRY(join_label(c, &deadline->label, OWN_LABEL));
    deadline->decision = str_from(decision->name);
    deadline->target = record_id;
    deadline->due = due;
    if (input)
        TRY(put_input(c, decision, input, deadline));
    TRY(deadline_id(c, decision, record_id, &deadline->id));
    return outcome_add(c, outcome,
                       &(struct outcome_event){.kind = &deadline_set_kind,
                                               .body = deadline,
                                               .record_id = deadline->id});
}

rc outcome_clear_deadline(struct ctx *c, struct outcome *outcome, const struct decision *decision,
                          struct str record_id)
{
    struct deadline_end *end = NULL;
    NEW(c, end, 1);
    end->label = OWN_LABEL;
    TRY(deadline_id(c, decision, record_id, &end->id));
    return outcome_add(
        c, outcome,
        &(struct outcome_event){.kind = &deadline_cleared_kind, .body = end, .record_id = end->id});
}
