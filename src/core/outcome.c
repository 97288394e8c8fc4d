#include "core/outcome.h"

#include "core/catalog.h"
#include "core/own.h"

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

rc outcome_add(struct ctx *c, struct outcome *outcome, const struct outcome_event *event)
{
    struct wish wish = {.kind = WISH_EVENT, .event = *event};
    assert(event->body && (!event->kind->sealed || !str_absent(event->subject)));
    TRY(shape_check(c, event->kind->body, event->body));
    if (wish.event.label.tlp == TLP_NONE)
        wish.event.label = label_of(event->kind->body, event->body);
    if (wish.event.label.tlp == TLP_NONE)
        FAIL(c, INTERNAL, "the event %s has no label", event->kind->name);
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

rc outcome_set_deadline(struct ctx *c, struct outcome *outcome, const struct decision *decision,
                        struct str record_id, struct wall due, const void *input)
{
    struct deadline *deadline = NULL;
    assert(catalog_decision(outcome->catalog, str_from(decision->name)) == decision);
    NEW(c, deadline, 1);
    deadline->label = OWN_LABEL;
    deadline->decision = str_from(decision->name);
    deadline->target = record_id;
    deadline->due = due;
    if (input) {
        struct text json;
        text_init(&json, c, DEADLINE_INPUT_MAX);
        shape_write(&json, decision->input, SHAPE_VIEW_WHOLE, input);
        TRY(text_done(&json, &deadline->input));
    }
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
