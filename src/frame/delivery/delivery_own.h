/* What the files of this folder have from each other. */
#ifndef FRAME_DELIVERY_DELIVERY_OWN_H
#define FRAME_DELIVERY_DELIVERY_OWN_H

#include "frame/delivery/delivery.h"

extern const struct event_kind delivery_wanted_kind, delivery_begun_kind, delivery_sent_kind,
    delivery_delivered_kind, delivery_deferred_kind, delivery_due_kind, delivery_failed_kind,
    delivery_withheld_kind;

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
