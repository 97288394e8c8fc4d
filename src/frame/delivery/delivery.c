/* The module: records, events, routes. */
#include "frame/delivery/delivery.h"

#include "assembly/page.h"
#include "core/target.h"
#include "frame/delivery/delivery_own.h"

SHAPE_DEFINE_CHOICES(delivery_state, DELIVERY_STATE, DELIVERY_STATES);
SHAPE_DEFINE_CHOICES(delivery_verdict, DELIVERY_VERDICT, DELIVERY_VERDICTS);
SHAPE_DEFINE(delivery, DELIVERY_FIELDS, 1, "An outgoing message");
SHAPE_DEFINE(delivery_document, DELIVERY_DOCUMENT_FIELDS, 1, "The document of a delivery");
SHAPE_DEFINE(delivery_answer, DELIVERY_ANSWER_FIELDS, 1, "The result of a delivery");
SHAPE_DEFINE(delivery_turn, DELIVERY_TURN_FIELDS, 1, "How a delivery goes on");

EVENT_KIND(delivery_wanted, "delivery.wanted", delivery, PERMIT_DELIVERY_READ,
           "A message was queued to leave the house");
#define KIND(part, help_) \
    EVENT_KIND(delivery_##part, "delivery." #part, delivery_turn, PERMIT_DELIVERY_READ, help_);
DELIVERY_TURNS(KIND)

#define ADDRESS(part, ...) &delivery_##part##_kind,
static const struct event_kind *const events[] = {&delivery_wanted_kind,
                                                  DELIVERY_TURNS(ADDRESS) NULL};

#define FOLD(part, ...) {&delivery_##part##_kind, delivery_fold_turn},
static const struct fold folds[] = {{&delivery_wanted_kind, delivery_fold_wanted},
                                    DELIVERY_TURNS(FOLD){0}};

const struct decision delivery_decisions[DELIVERY_DECISIONS + 1] = {
    [DELIVERY_BEGIN] = DECISION("delivery.begin", "Give a delivery to its outlet",
                                PERMIT_DELIVERY_RETRY, NULL, delivery_decide_begin),
    [DELIVERY_ANSWERED] =
        DECISION("delivery.answer", "Record the result of a delivery", PERMIT_DELIVERY_RETRY,
                 &delivery_answer_shape, delivery_decide_answer),
    [DELIVERY_DUE] = DECISION("delivery.due", "Try a delivery again when its wait is over",
                              PERMIT_DELIVERY_RETRY, NULL, delivery_decide_due),
    [DELIVERY_RETRY] =
        DECISION("delivery.retry",
                 "Try it again now: after a wait, a failure, or when its outlet may carry it",
                 PERMIT_DELIVERY_RETRY, NULL, delivery_decide_retry),
    [OUTLET_TRY] = DECISION("outlet.try", "Send a test message through it, without content",
                            PERMIT_OUTLET_WRITE, &outlet_trial_shape, outlet_decide_try),
    {0},
};

static rc serve_one(struct ctx *c, const struct request *request, struct response *response)
{
    struct delivery delivery = {0};
    TRY(request_target(c, request, &delivery_shape, NULL, &delivery));
    shape_write(response->body, &delivery_shape, SHAPE_VIEW_SHOWN, &delivery);
    return OK;
}

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/deliveries", PERMIT_DELIVERY_READ, "Outgoing messages, sent or waiting",
          .output = &delivery_shape, .output_list = true, .serve = page_serve_list,
          .arg = &delivery_shape),
    ROUTE(GET, "/api/v1/deliveries/{id}", PERMIT_DELIVERY_READ, "One outgoing message",
          .output = &delivery_shape, .serve = serve_one),
    ROUTE_COMMAND("/api/v1/deliveries/{id}/retry", "delivery.retry"),
    ROUTE_COMMAND("/api/v1/outlets/{id}/try", "outlet.try"),
    {0},
};

const struct module delivery_module = {
    .name = "delivery",
    .help = "Messages that leave the house, and their outlets",
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
    .events = events,
    .decisions = delivery_decisions,
    .folds = folds,
    .routes = routes,
    .permissions =
        (const struct permission[]){
            {PERMIT_OUTLET_READ, "See outlets for messages"},
            {PERMIT_OUTLET_WRITE, "Change outlets for messages, and what they may carry"},
            {PERMIT_DELIVERY_READ, "See outgoing messages"},
            {PERMIT_DELIVERY_RETRY, "Retry the delivery of a message"},
            {0},
        },
};
