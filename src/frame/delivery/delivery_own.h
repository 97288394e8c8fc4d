/* What the files of this folder have from each other. */
#ifndef FRAME_DELIVERY_DELIVERY_OWN_H
#define FRAME_DELIVERY_DELIVERY_OWN_H

#include "frame/delivery/delivery.h"

/* How a delivery goes on; the body of each is a delivery_turn. */
#define DELIVERY_TURNS(X)                               \
    X(begun, "A message was handed to its outlet")      \
    X(sent, "A message was accepted by the other side") \
    X(delivered, "A message has arrived")               \
    X(deferred, "A message could not be sent now")      \
    X(due, "A message is being tried again")            \
    X(failed, "A message was given up")                 \
    X(withheld, "A message was withheld in the house")
#define DELIVERY_TURN(part, ...) extern const struct event_kind delivery_##part##_kind;
DELIVERY_TURNS(DELIVERY_TURN)
extern const struct event_kind delivery_wanted_kind;

/* "outlet.try"; "delivery.begin" (its target leaves now), ".answer", ".due" (a deadline), ".retry"
 * (a person). */
enum delivery_decision {
    DELIVERY_BEGIN,
    DELIVERY_ANSWERED,
    DELIVERY_DUE,
    DELIVERY_RETRY,
    OUTLET_TRY,
    DELIVERY_DECISIONS
};
extern const struct decision delivery_decisions[DELIVERY_DECISIONS + 1];
decide_fn delivery_decide_begin, delivery_decide_answer, delivery_decide_due, delivery_decide_retry,
    outlet_decide_try;
fold_fn delivery_fold_wanted, delivery_fold_turn;

record_check outlet_check;

#endif
