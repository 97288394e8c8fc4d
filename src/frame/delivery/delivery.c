/* The module: records, events, routes. */
#include "frame/delivery/delivery.h"

#include "core/page.h"
#include "core/target.h"
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
    [DELIVERY_BEGIN] = {"delivery.begin", "Give a delivery to its outlet", PERMIT_DELIVERY_RETRY,
                        NULL, delivery_decide_begin},
    [DELIVERY_ANSWERED] = {"delivery.answer", "Record what came of a delivery",
                           PERMIT_DELIVERY_RETRY, &delivery_answer_shape, delivery_decide_answer},
    [DELIVERY_DUE] = {"delivery.due", "Try a delivery again when its wait is over",
                      PERMIT_DELIVERY_RETRY, NULL, delivery_decide_due},
    [DELIVERY_RETRY] =
        {"delivery.retry",
         "Try it again now: after a wait, a failure, or when its outlet may carry it",
         PERMIT_DELIVERY_RETRY, NULL, delivery_decide_retry},
    [OUTLET_TRY] = {"outlet.try", "Send a trial message by it, which says nothing",
                    PERMIT_OUTLET_WRITE, &outlet_trial_shape, outlet_decide_try},
    {0},
};

static rc serve_one(struct ctx *c, const struct request *request, struct response *response)
{
    struct delivery delivery = {0};
    TRY(request_target(c, request, &delivery_shape, NULL, &delivery));
    shape_write(response->body, &delivery_shape, SHAPE_VIEW_SHOWN, &delivery);
    return page_shown(c, response, "delivery", delivery.id, delivery.label);
}

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/deliveries", PERMIT_DELIVERY_READ, "Messages that left or are to leave",
          .output = &delivery_shape, .output_list = true, .serve = page_serve_list,
          .arg = &delivery_shape),
    ROUTE(GET, "/api/v1/deliveries/{id}", PERMIT_DELIVERY_READ, "One of them",
          .output = &delivery_shape, .serve = serve_one),
    ROUTE_COMMAND("/api/v1/deliveries/{id}/retry", "delivery.retry"),
    ROUTE_COMMAND("/api/v1/outlets/{id}/try", "outlet.try"),
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
