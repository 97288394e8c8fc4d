/* What may happen to an alarm (ISA-18.2-2016, figure 2), without any of the machinery around it.
 *
 *                 signal                   acknowledge
 *     (none) ───────────▶ unacknowledged ─────────────▶ acknowledged
 *                          │        ▲                      │
 *                  restore │        │ signal               │ restore, or end
 *                          ▼        │                      ▼
 *                         returned ─┘ ───────────────▶ closed
 *                                     acknowledge
 *
 * Over each of these may lie: shelved, suppressed by design, out of service. Duress knows none of
 * them, no restore, and only a person's end. */
#include "domain/alarm/alarm_own.h"

#include <assert.h>

enum alarm_state alarm_state_of(const struct alarm *alarm)
{
    if (alarm->closed.us)
        return ALARM_STATE_CLOSED;
    if (alarm->shelved_until.us)
        return ALARM_STATE_SHELVED;
    if (alarm->out_of_service)
        return ALARM_STATE_OUT_OF_SERVICE;
    if (alarm->suppressed)
        return ALARM_STATE_SUPPRESSED;
    if (!alarm->active)
        return ALARM_STATE_RETURNED;
    return alarm->acknowledged ? ALARM_STATE_ACKNOWLEDGED : ALARM_STATE_UNACKNOWLEDGED;
}

/* To be answered anew. */
static void reopen(struct alarm *alarm)
{
    alarm->acknowledged = false;
    alarm->ack_until = (struct wall){0};
    alarm->claimed_by = (struct str){NULL, 0};
    alarm->claim_until = (struct wall){0};
    alarm->claim_stale = false;
}

const struct event_kind *alarm_trigger(struct alarm *alarm, const struct raise *raise,
                                       int64_t signals, struct wall now)
{
    bool was_over = !alarm->active;
    bool uncovered = (alarm->suppressed && !raise->suppressed && !alarm->active) ||
                     (alarm->out_of_service && !raise->out_of_service);
    assert(!alarm->closed.us);
    alarm->signals += signals;
    if (raise->at.us > alarm->last.us)
        alarm->last = raise->at;
    alarm->active = true;
    alarm->returned = (struct wall){0};
    alarm->suppressed = alarm->suppressed && !uncovered;
    alarm->out_of_service = alarm->out_of_service && raise->out_of_service;
    bool again = alarm->lane ? alarm->acknowledged : was_over || uncovered;
    if (again)
        reopen(alarm);
    alarm->state = alarm_state_of(alarm);
    (void)now;
    return again ? &alarm_recurred_kind : &alarm_repeated_kind;
}

const struct event_kind *alarm_restore(struct alarm *alarm, struct wall at, struct wall now)
{
    assert(!alarm->closed.us);
    if (alarm->lane) {
        alarm->cancels++; /* may be forced: it is told, and ends nothing */
        return &alarm_cancel_heard_kind;
    }
    if (!alarm->active)
        return NULL;
    alarm->active = false;
    alarm->returned = at;
    if (alarm->acknowledged || alarm->suppressed || alarm->out_of_service)
        alarm->closed = now;
    alarm->state = alarm_state_of(alarm);
    return &alarm_returned_kind;
}
