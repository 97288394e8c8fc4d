/* The module: records, events, routes. */
#include "frame/delivery/delivery.h"

#include "assembly/page.h"
#include "frame/delivery/delivery_own.h"

SHAPE_DEFINE_CHOICES(delivery_state, DELIVERY_STATE, DELIVERY_STATES);
SHAPE_DEFINE_CHOICES(delivery_verdict, DELIVERY_VERDICT, DELIVERY_VERDICTS);
SHAPE_DEFINE(delivery, DELIVERY_FIELDS, 1, "A message that is to leave the house");
SHAPE_DEFINE(delivery_document, DELIVERY_DOCUMENT_FIELDS, 1, "The document of a delivery");
SHAPE_DEFINE(delivery_answer, DELIVERY_ANSWER_FIELDS, 1, "What came of a delivery");
SHAPE_DEFINE(delivery_turn, DELIVERY_TURN_FIELDS, 1, "How a delivery goes on");

#define KIND(part, name_, shape_, help_) \
    EVENT_KIND(delivery_##part, "delivery." name_, shape_, PERMIT_DELIVERY_READ, help_)
KIND(wanted, "wanted", delivery, "A message is to leave the house");
KIND(begun, "begun", delivery_turn, "A message is given to its outlet");
KIND(sent, "sent", delivery_turn, "A message was accepted by the other side");
KIND(delivered, "delivered", delivery_turn, "A message has arrived");
KIND(deferred, "deferred", delivery_turn, "A message could not be sent now");
KIND(due, "due", delivery_turn, "A message is tried again");
KIND(failed, "failed", delivery_turn, "A message was given up");
KIND(withheld, "withheld", delivery_turn, "A message stays in the house");

const struct decision delivery_decisions[DELIVERY_DECISIONS + 1] = {
    [DELIVERY_BEGIN] = {.name = "delivery.begin",
                        .help = "Give a delivery to its outlet",
                        .permission = PERMIT_DELIVERY_RETRY,
                        .decide = delivery_decide_begin},
    [DELIVERY_ANSWERED] = {.name = "delivery.answer",
                           .help = "Record what came of a delivery",
                           .permission = PERMIT_DELIVERY_RETRY,
                           .input = &delivery_answer_shape,
                           .decide = delivery_decide_answer},
    [DELIVERY_DUE] = {.name = "delivery.due",
                      .help = "Try a delivery again when its wait is over",
                      .permission = PERMIT_DELIVERY_RETRY,
                      .decide = delivery_decide_due},
    [DELIVERY_RETRY] = {.name = "delivery.retry",
                        .help = "Try a delivery again now",
                        .permission = PERMIT_DELIVERY_RETRY,
                        .decide = delivery_decide_retry},
    [OUTLET_TRY] = {.name = "outlet.try",
                    .help = "Send a trial message by an outlet",
                    .permission = PERMIT_OUTLET_WRITE,
                    .input = &outlet_trial_shape,
                    .decide = outlet_decide_try},
    {0},
};

static rc serve_one(struct ctx *c, const struct request *request, struct response *response)
{
    struct delivery delivery = {0};
    struct row row;
    rc found =
        picture_get(c, request->picture, &delivery_shape, request->parts[0], &row, &delivery);
    if (found.code != RC_NOT_FOUND && !rc_ok(found))
        return found;
    if (!rc_ok(found) || !actor_may_read(request->actor, delivery.label))
        FAIL(c, NOT_FOUND, "there is no delivery %.*s", STR_ARG(request->parts[0]));
    shape_write(response->body, &delivery_shape, SHAPE_VIEW_SHOWN, &delivery);
    return page_shown(c, response, "delivery", delivery.id, delivery.label);
}

static rc serve_command(struct ctx *c, const struct request *request, struct response *response)
{
    const enum delivery_decision *decision = request->route->arg;
    NEW(c, response->command, 1);
    *response->command = (struct command){
        .decision = &delivery_decisions[*decision],
        .input = request->input,
        .target = request->parts[0],
        .actor = *request->actor,
        .cause = -1,
        .expect_seq = -1,
    };
    return OK;
}

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/deliveries", PERMIT_DELIVERY_READ, "Messages that left or are to leave",
          .output = &delivery_shape, .output_list = true, .serve = page_serve_list,
          .arg = &delivery_shape),
    ROUTE(GET, "/api/v1/deliveries/{id}", PERMIT_DELIVERY_READ, "One of them",
          .output = &delivery_shape, .serve = serve_one),
    ROUTE(POST, "/api/v1/deliveries/{id}/retry", PERMIT_DELIVERY_RETRY,
          "Try it again now: after a wait, a failure, or when its outlet may carry it",
          .serve = serve_command, .arg = &(const enum delivery_decision){DELIVERY_RETRY}),
    ROUTE(POST, "/api/v1/outlets/{id}/try", PERMIT_OUTLET_WRITE,
          "Send a trial message by it, which says nothing", .input = &outlet_trial_shape,
          .serve = serve_command, .arg = &(const enum delivery_decision){OUTLET_TRY}),
    {0},
};

const struct module delivery_module = {
    .name = "delivery",
    .help = "Messages that leave the house, and the outlets by which they may",
    .records =
        (const struct record[]){
            RECORD(outlet, "outlets", PERMIT_OUTLET_READ, PERMIT_OUTLET_WRITE,
                   .check = outlet_check),
            {0},
        },
    .tables =
        (const struct table[]){
            {&delivery_shape, TABLE_PICTURE},
            {&delivery_document_shape, TABLE_VAULT},
            {0},
        },
    .events =
        (const struct event_kind *const[]){&delivery_wanted_kind, &delivery_begun_kind,
                                           &delivery_sent_kind, &delivery_delivered_kind,
                                           &delivery_deferred_kind, &delivery_due_kind,
                                           &delivery_failed_kind, &delivery_withheld_kind, NULL},
    .decisions = delivery_decisions,
    .folds =
        (const struct fold[]){
            {&delivery_wanted_kind, delivery_fold_wanted},
            {&delivery_begun_kind, delivery_fold_turn},
            {&delivery_sent_kind, delivery_fold_turn},
            {&delivery_delivered_kind, delivery_fold_turn},
            {&delivery_deferred_kind, delivery_fold_turn},
            {&delivery_due_kind, delivery_fold_turn},
            {&delivery_failed_kind, delivery_fold_turn},
            {&delivery_withheld_kind, delivery_fold_turn},
            {0},
        },
    .routes = routes,
    .permissions =
        (const struct permission[]){
            {PERMIT_OUTLET_READ, "See by which outlets messages leave"},
            {PERMIT_OUTLET_WRITE,
             "Change by which outlets messages leave, and what they may carry"},
            {PERMIT_DELIVERY_READ, "See which messages left the house"},
            {PERMIT_DELIVERY_RETRY, "Try again to deliver a message"},
            {0},
        },
};
