/* A delivery's way: wanted -> sending -> sent -> delivered, with failed and withheld beside it. All
 * waiting is by deadlines of the ledger, so a restart loses none. */
#include "frame/delivery/delivery_own.h"

#include "base/random.h"
#include "core/target.h"

static const int64_t WAIT_US_LEAST = (int64_t)60 * 1000000;
static const int64_t WAIT_US_MOST = (int64_t)4 * 3600 * 1000000;

/* ---- wanted ---------------------------------------------------------------------------------- */

rc delivery_want(struct ctx *c, struct outcome *outcome, const struct delivery_want *want)
{
    bool document = !str_absent(want->bytes);
    struct delivery delivery = {
        .label = want->label,
        .kind = want->kind,
        .outlet = want->outlet,
        .to = want->to,
        .subject = want->subject,
        .text = want->text,
        .document = want->document,
        .type = want->type,
        .about = want->about,
        .drill = want->drill,
        .state = DELIVERY_STATE_WANTED,
        .wanted = clock_now(c),
    };
    TRY(id_new(c, &delivery.id));
    if (want->kind == DELIVERY_KIND_MAIL && str_absent(want->to))
        REFUSE(c, INVALID, "required", "to", "mail needs a recipient");
    if (want->kind == DELIVERY_KIND_PRINT && !document)
        REFUSE(c, INVALID, "required", "document", "printing needs a document");
    if (document != !str_absent(want->document) || document != !str_absent(want->type))
        REFUSE(c, INVALID, "required", "document", "a document has a name, a type and bytes");
    TRY(shape_check(c, &delivery_shape, &delivery));
    if (document) {
        const struct delivery_document bytes = {.id = delivery.id, .bytes = want->bytes};
        TRY(outcome_vault_put(c, outcome, &delivery_document_shape, &bytes));
    }
    return outcome_add_row(c, outcome, &delivery_wanted_kind, &delivery);
}

/* Here, and not with whoever wants it, a drill is stopped: nobody can forget it. */
rc delivery_fold_wanted(struct ctx *c, struct picture *picture, const struct event *event)
{
    struct delivery delivery = *(const struct delivery *)event->body;
    if (event->drill || delivery.drill) {
        delivery.drill = true;
        delivery.state = DELIVERY_STATE_WITHHELD;
        delivery.over = delivery.wanted;
        delivery.why = STR("a drill: it stays in the house");
    }
    return picture_put(c, picture, &delivery_shape, &delivery, event);
}

rc delivery_fold_turn(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct delivery_turn *turn = event->body;
    struct delivery delivery = {0};
    TRY(picture_get(c, picture, &delivery_shape, turn->id, NULL, &delivery));
    delivery.state = turn->state;
    delivery.outlet = turn->outlet;
    delivery.tries = turn->tries;
    delivery.next = turn->next;
    delivery.over = turn->over;
    delivery.why = turn->why;
    delivery.peer = turn->peer;
    return picture_put(c, picture, &delivery_shape, &delivery, event);
}

/* ---- turns ----------------------------------------------------------------------------------- */

static rc only_system(struct ctx *c, const struct command *command)
{
    if (!actor_is_system(&command->actor))
        FAIL(c, FORBIDDEN, "only outlets report the state of a delivery");
    return OK;
}

static rc add_turn(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                   const struct delivery *delivery)
{
    const struct delivery_turn turn = {
        .id = delivery->id,
        .label = delivery->label,
        .state = delivery->state,
        .outlet = delivery->outlet,
        .tries = delivery->tries,
        .next = delivery->next,
        .over = delivery->over,
        .why = delivery->why,
        .peer = delivery->peer,
    };
    if (delivery->over.us && !str_absent(delivery->document))
        TRY(outcome_vault_delete(c, outcome, &delivery_document_shape, delivery->id));
    return outcome_add_row(c, outcome, kind, &turn);
}

/* It leaves now. Said before it leaves, so that after a crash nobody takes it for unsent. */
rc delivery_decide_begin(struct ctx *c, struct picture *picture, const struct command *command,
                         struct outcome *outcome)
{
    struct delivery delivery = {0};
    struct outlet outlet = {0};
    TRY(only_system(c, command));
    TRY(command_target(c, picture, command, &delivery_shape, NULL, &delivery));
    if (delivery.state != DELIVERY_STATE_WANTED || delivery.next.us || delivery.drill)
        REFUSE(c, CONFLICT, "state", "state", "it is not due to be sent now");
    TRY(outlet_of(c, picture, &delivery, &outlet));
    const char *refusal = outlet_refuses(&outlet, delivery.label);
    if (refusal)
        REFUSE(c, FORBIDDEN, "carries", "label", "%s", refusal);
    delivery.state = DELIVERY_STATE_SENDING;
    delivery.outlet = outlet.id;
    delivery.tries++;
    delivery.why = (struct str){NULL, 0};
    return add_turn(c, outcome, &delivery_begun_kind, &delivery);
}

/* Each time twice as long, by a quarter more or less, which the id decides: many that failed at
 * once do not come back at once, and a replay waits as long. */
static int64_t wait_us(const struct delivery *delivery)
{
    int64_t wait = WAIT_US_LEAST;
    for (int64_t i = 1; i < delivery->tries && wait < WAIT_US_MOST; i++)
        wait *= 2;
    wait = wait < WAIT_US_MOST ? wait : WAIT_US_MOST;
    uint64_t noise = str_hash(delivery->id) + (uint64_t)delivery->tries * 0x9e3779b97f4a7c15u;
    return wait * 3 / 4 + (int64_t)((noise >> 32) % 1000) * (wait / 2) / 1000;
}

static rc put_off(struct ctx *c, struct outcome *outcome, struct delivery *delivery)
{
    delivery->state = DELIVERY_STATE_WANTED;
    delivery->next.us = clock_now(c).us + wait_us(delivery);
    TRY(add_turn(c, outcome, &delivery_deferred_kind, delivery));
    return outcome_set_deadline(c, outcome, &delivery_decisions[DELIVERY_DUE], delivery->id,
                                delivery->next, NULL);
}

static rc end(struct ctx *c, struct outcome *outcome, struct delivery *delivery,
              enum delivery_state state)
{
    static const struct event_kind *const kinds[] = {
        [DELIVERY_STATE_DELIVERED] = &delivery_delivered_kind,
        [DELIVERY_STATE_FAILED] = &delivery_failed_kind,
        [DELIVERY_STATE_WITHHELD] = &delivery_withheld_kind,
    };
    delivery->state = state;
    delivery->over = clock_now(c);
    return add_turn(c, outcome, kinds[state], delivery);
}

rc delivery_decide_answer(struct ctx *c, struct picture *picture, const struct command *command,
                          struct outcome *outcome)
{
    const struct delivery_answer *answer = command->input;
    struct delivery delivery = {0};
    TRY(only_system(c, command));
    TRY(command_target(c, picture, command, &delivery_shape, NULL, &delivery));
    bool unsent = delivery.state == DELIVERY_STATE_WANTED;
    if (delivery.over.us) /* late; of a drill only the document is left to delete */
        return str_absent(delivery.document)
                   ? OK
                   : outcome_vault_delete(c, outcome, &delivery_document_shape, delivery.id);
    delivery.why = answer->why;
    delivery.peer = str_absent(answer->peer) ? delivery.peer : answer->peer;
    if (unsent && answer->verdict != DELIVERY_VERDICT_WITHHELD &&
        answer->verdict != DELIVERY_VERDICT_FAILED)
        return OK;
    switch (answer->verdict) {
    case DELIVERY_VERDICT_SENT:
        delivery.state = DELIVERY_STATE_SENT;
        if (delivery.kind == DELIVERY_KIND_MAIL) /* nobody says more of it */
            delivery.over = clock_now(c);
        return add_turn(c, outcome, &delivery_sent_kind, &delivery);
    case DELIVERY_VERDICT_DELIVERED:
        return end(c, outcome, &delivery, DELIVERY_STATE_DELIVERED);
    case DELIVERY_VERDICT_WITHHELD:
        return end(c, outcome, &delivery, DELIVERY_STATE_WITHHELD);
    case DELIVERY_VERDICT_LATER:
    case DELIVERY_VERDICT_LOST:
        if (delivery.tries < DELIVERY_TRIES)
            return put_off(c, outcome, &delivery);
        return end(c, outcome, &delivery, DELIVERY_STATE_FAILED);
    case DELIVERY_VERDICT_UNSET:
    case DELIVERY_VERDICT_FAILED:
        break;
    }
    return end(c, outcome, &delivery, DELIVERY_STATE_FAILED);
}

/* Its wait is over. */
rc delivery_decide_due(struct ctx *c, struct picture *picture, const struct command *command,
                       struct outcome *outcome)
{
    struct delivery delivery = {0};
    TRY(only_system(c, command));
    TRY(command_target(c, picture, command, &delivery_shape, NULL, &delivery));
    if (delivery.state != DELIVERY_STATE_WANTED || !delivery.next.us)
        return OK;
    delivery.next = (struct wall){0};
    return add_turn(c, outcome, &delivery_due_kind, &delivery);
}

/* A person has mended what was wrong. */
rc delivery_decide_retry(struct ctx *c, struct picture *picture, const struct command *command,
                         struct outcome *outcome)
{
    struct delivery delivery = {0};
    TRY(command_target(c, picture, command, &delivery_shape, NULL, &delivery));
    if (delivery.drill)
        REFUSE(c, CONFLICT, "drill", "", "it is part of a drill and stays in the house");
    if (delivery.state == DELIVERY_STATE_WANTED && delivery.next.us)
        TRY(outcome_clear_deadline(c, outcome, &delivery_decisions[DELIVERY_DUE], delivery.id));
    else if (delivery.state != DELIVERY_STATE_FAILED && delivery.state != DELIVERY_STATE_WITHHELD)
        REFUSE(c, CONFLICT, "state", "",
               "only a waiting, failed or withheld delivery can be retried");
    else if (!str_absent(delivery.document))
        REFUSE(c, GONE, "document", "", "its document has been deleted: create it again");
    delivery.state = DELIVERY_STATE_WANTED;
    delivery.tries = delivery.tries > 0; /* that there was a try is not forgotten */
    delivery.next = delivery.over = (struct wall){0};
    return add_turn(c, outcome, &delivery_due_kind, &delivery);
}
