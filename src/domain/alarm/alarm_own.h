/* What the files of this folder have from each other. */
#ifndef DOMAIN_ALARM_ALARM_OWN_H
#define DOMAIN_ALARM_ALARM_OWN_H

#include "domain/alarm/alarm.h"

#include "core/actor.h"

/* The decisions of the module, in the order of its list (alarm.c). */
enum alarm_decision {
    ALARM_CLAIM,
    ALARM_RELEASE,
    ALARM_ACKNOWLEDGE,
    ALARM_SHELVE,
    ALARM_UNSHELVE,
    ALARM_END,
    ALARM_MERGE,
    ALARM_SPLIT,
    ALARM_ESCALATE,
    ALARM_LAPSE,
    ALARM_EXPIRE,
    ALARM_DECISIONS
};
extern const struct decision alarm_decisions[ALARM_DECISIONS + 1];

/* The events of an alarm; the body of each is the whole of it. */
#define ALARM_EVENTS(X)                                                                 \
    X(raised, "raised", "A new alarm")                                                  \
    X(repeated, "repeated", "More signals for an alarm that stands")                    \
    X(recurred, "recurred", "An alarm rings again")                                     \
    X(returned, "returned", "Its condition is over")                                    \
    X(cancel_heard, "cancel-heard", "The device cancelled a duress; that ends nothing") \
    X(claimed, "claimed", "Somebody has taken it")                                      \
    X(released, "released", "Its holder gave it back")                                  \
    X(claim_lapsed, "claim-lapsed", "It was taken, and then nothing happened")          \
    X(acknowledged, "acknowledged", "Somebody has answered it")                         \
    X(ack_expired, "ack-expired", "The answer no longer holds")                         \
    X(shelved, "shelved", "Somebody put it aside for a time")                           \
    X(unshelved, "unshelved", "It is back")                                             \
    X(suppressed, "suppressed", "Its source is switched off")                           \
    X(unsuppressed, "unsuppressed", "It is an alarm again")                             \
    X(ended, "ended", "Somebody said that it is over")                                  \
    X(escalated, "escalated", "Nobody has taken it: others are told")                   \
    X(merged, "merged", "It is shown under another")                                    \
    X(split, "split", "It is shown by itself")
#define ALARM_EVENT(part, ...) extern const struct event_kind alarm_##part##_kind;
ALARM_EVENTS(ALARM_EVENT)

/* An alarm of the first version, which carried its sentence in English. */
#define ALARM_V1_FIELDS(F, T)                                         \
    ALARM_HEAD_FIELDS(F, T)                                           \
    F(T, text, line, title, REQUIRED | TITLE, 1, 300, "what it says") \
    ALARM_TAIL_FIELDS(F, T)
SHAPE_DECLARE(alarm_v1, ALARM_V1_FIELDS);

/* The state that the marks of an alarm amount to. */
enum alarm_state alarm_state_of(const struct alarm *alarm);

/* One signal more; one restore. Gives the event that this amounts to. */
const struct event_kind *alarm_trigger(struct alarm *alarm, const struct raise *raise,
                                       int64_t signals, struct wall now);
const struct event_kind *alarm_restore(struct alarm *alarm, struct wall at, struct wall now);

rc alarm_add_event(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                   const struct alarm *alarm);

#define ALARM_CLAIM_FIELDS(F, T) \
    F(T, text, block, over_why, 0, 3, 500, "why it is taken over from somebody else")
SHAPE_DECLARE(alarm_claim, ALARM_CLAIM_FIELDS);

enum { ACK_MS_MAX = 12 * 3600 * 1000, SHELVE_MS_MAX = 12 * 3600 * 1000 };
#define ALARM_ACK_FIELDS(F, T)                                                  \
    F(T, text, block, why, REQUIRED, 3, 1000, "what was found or is done")      \
    F(T, choice, alarm_disposition, disposition, REQUIRED, 0, 0, "what it was") \
    F(T, ms, _, holds_ms, 0, 0, ACK_MS_MAX, "ask again after this, while it stands; 0: do not")
SHAPE_DECLARE(alarm_ack, ALARM_ACK_FIELDS);

#define ALARM_SHELF_FIELDS(F, T)                                              \
    F(T, ms, _, for_ms, 0, 1000, SHELVE_MS_MAX, "how long; at most 12 hours") \
    F(T, text, block, why, REQUIRED, 3, 500, "why")
SHAPE_DECLARE(alarm_shelf, ALARM_SHELF_FIELDS);

#define ALARM_END_FIELDS(F, T)                                                  \
    F(T, text, block, why, REQUIRED, 3, 1000, "why it is over")                 \
    F(T, choice, alarm_disposition, disposition, REQUIRED, 0, 0, "what it was") \
    F(T, text, line, word_of, 0, 3, 120, "for duress: the name of the person who gave the word")
SHAPE_DECLARE(alarm_end, ALARM_END_FIELDS);

#define ALARM_TEAM_FIELDS(F, T) \
    F(T, id, _, into, REQUIRED, 0, 0, "the alarm under which it is to be shown")
SHAPE_DECLARE(alarm_team, ALARM_TEAM_FIELDS);

decide_fn alarm_decide_claim, alarm_decide_release, alarm_decide_claim_lapse, alarm_decide_escalate,
    alarm_decide_acknowledge, alarm_decide_ack_expire, alarm_decide_shelve, alarm_decide_unshelve,
    alarm_decide_end, alarm_decide_merge, alarm_decide_split;

serve_fn alarm_serve_queue, alarm_serve_list, figures_serve;

#endif
