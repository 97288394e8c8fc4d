/* What people do with alarms, and what follows by itself when they do not: every step is an event
 * with its author. */
#include "domain/alarm/alarm_own.h"

#include "core/target.h"

enum { CLAIM_MS = 300000, ESCALATIONS_MAX = 5 };

static bool claim_holds(const struct alarm *alarm, struct wall now)
{
    return !str_absent(alarm->claimed_by) && !alarm->claim_stale && alarm->claim_until.us > now.us;
}

static void drop_claim(struct alarm *alarm)
{
    alarm->claimed_by = (struct str){NULL, 0};
    alarm->claimed = alarm->claim_until = (struct wall){0};
    alarm->claim_stale = false;
}

/* Somebody else is at it: nothing is done behind their back. */
static rc check_claim(struct ctx *c, const struct command *command, const struct alarm *alarm)
{
    if (claim_holds(alarm, clock_now(c)) && !str_eq(alarm->claimed_by, command->actor.id) &&
        !actor_is_system(&command->actor))
        REFUSE(c, CONFLICT, "claimed", "", "%.*s has taken this alarm", STR_ARG(alarm->claimed_by));
    return OK;
}

rc alarm_decide_claim(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct alarm_claim *input = command->input;
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    if (str_absent(input->over_why))
        TRY(check_claim(c, command, &alarm));
    alarm.claimed_by = command->actor.id;
    alarm.claimed = clock_now(c);
    alarm.claim_until = wall_after(alarm.claimed, CLAIM_MS);
    alarm.claim_stale = false;
    TRY(alarm_add_event(c, outcome, &alarm_claimed_kind, &alarm));
    return outcome_set_deadline(c, outcome, &alarm_decisions[ALARM_LAPSE], alarm.id,
                                alarm.claim_until, NULL);
}

rc alarm_decide_release(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    TRY(check_claim(c, command, &alarm));
    if (str_absent(alarm.claimed_by))
        REFUSE(c, CONFLICT, "unclaimed", "", "nobody has taken this alarm");
    drop_claim(&alarm);
    TRY(alarm_add_event(c, outcome, &alarm_released_kind, &alarm));
    return outcome_set_deadline(c, outcome, &alarm_decisions[ALARM_ESCALATE], alarm.id,
                                wall_after(clock_now(c), 60000), NULL);
}

/* A claim that led to nothing is shown as stale; the alarm is anybody's again, and is not given to
 * anyone. */
rc alarm_decide_claim_lapse(struct ctx *c, struct picture *picture, const struct command *command,
                            struct outcome *outcome)
{
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    if (str_absent(alarm.claimed_by) || alarm.claim_stale || alarm.acknowledged ||
        alarm.claim_until.us > clock_now(c).us)
        return OK;
    alarm.claim_stale = true;
    TRY(alarm_add_event(c, outcome, &alarm_claim_lapsed_kind, &alarm));
    return outcome_set_deadline(c, outcome, &alarm_decisions[ALARM_ESCALATE], alarm.id,
                                wall_after(clock_now(c), 1000), NULL);
}

/* Nobody has taken it. The wait doubles each time. */
rc alarm_decide_escalate(struct ctx *c, struct picture *picture, const struct command *command,
                         struct outcome *outcome)
{
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    struct wall now = clock_now(c);
    bool waits = alarm_state_of(&alarm) == ALARM_STATE_UNACKNOWLEDGED ||
                 alarm_state_of(&alarm) == ALARM_STATE_RETURNED;
    if (!waits || alarm.acknowledged || claim_holds(&alarm, now))
        return OK;
    alarm.escalations++;
    TRY(alarm_add_event(c, outcome, &alarm_escalated_kind, &alarm));
    if (alarm.escalations >= ESCALATIONS_MAX && !alarm.lane)
        return OK;
    int64_t doublings = alarm.escalations < 5 ? alarm.escalations : 5;
    return outcome_set_deadline(c, outcome, &alarm_decisions[ALARM_ESCALATE], alarm.id,
                                wall_after(now, (int64_t)60000 << doublings), NULL);
}

rc alarm_decide_acknowledge(struct ctx *c, struct picture *picture, const struct command *command,
                            struct outcome *outcome)
{
    const struct alarm_ack *input = command->input;
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    TRY(check_claim(c, command, &alarm));
    if (alarm.acknowledged)
        REFUSE(c, CONFLICT, "acknowledged", "", "%.*s has answered this alarm",
               STR_ARG(alarm.acked_by));
    if (alarm_state_of(&alarm) == ALARM_STATE_SUPPRESSED ||
        alarm_state_of(&alarm) == ALARM_STATE_OUT_OF_SERVICE)
        REFUSE(c, CONFLICT, "hidden", "", "this alarm is %s: there is nothing to answer",
               shape_choice_name(&alarm_state_choices, alarm_state_of(&alarm)));
    alarm.acknowledged = true;
    alarm.acked_by = command->actor.id;
    alarm.acked = clock_now(c);
    alarm.ack_why = input->why;
    alarm.disposition = input->disposition;
    alarm.ack_until = (struct wall){0};
    drop_claim(&alarm);
    if (!alarm.lane && (!alarm.active || alarm.momentary)) {
        alarm.active = false;
        alarm.closed = alarm.acked;
    } else if (input->holds_ms) {
        alarm.ack_until = wall_after(alarm.acked, input->holds_ms);
        TRY(outcome_set_deadline(c, outcome, &alarm_decisions[ALARM_EXPIRE], alarm.id,
                                 alarm.ack_until, NULL));
    }
    return alarm_add_event(c, outcome, &alarm_acknowledged_kind, &alarm);
}

rc alarm_decide_ack_expire(struct ctx *c, struct picture *picture, const struct command *command,
                           struct outcome *outcome)
{
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    if (!alarm.acknowledged || alarm.ack_until.us == 0 || alarm.ack_until.us > clock_now(c).us)
        return OK;
    alarm.acknowledged = false;
    alarm.ack_until = (struct wall){0};
    TRY(alarm_add_event(c, outcome, &alarm_ack_expired_kind, &alarm));
    return outcome_set_deadline(c, outcome, &alarm_decisions[ALARM_ESCALATE], alarm.id,
                                wall_after(clock_now(c), 60000), NULL);
}

rc alarm_decide_shelve(struct ctx *c, struct picture *picture, const struct command *command,
                       struct outcome *outcome)
{
    const struct alarm_shelf *input = command->input;
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    if (alarm.lane)
        REFUSE(c, FORBIDDEN, "lane", "", "duress cannot be put aside");
    TRY(check_claim(c, command, &alarm));
    if (input->for_ms < 1000)
        REFUSE(c, INVALID, "least", "for_ms", "say for how long: at least a second");
    alarm.shelved_by = command->actor.id;
    alarm.shelved_until = wall_after(clock_now(c), input->for_ms);
    alarm.shelve_why = input->why;
    alarm.shelved_signals = alarm.signals;
    TRY(alarm_add_event(c, outcome, &alarm_shelved_kind, &alarm));
    return outcome_set_deadline(c, outcome, &alarm_decisions[ALARM_UNSHELVE], alarm.id,
                                alarm.shelved_until, NULL);
}

/* By a person, or by itself when its time is up. What came meanwhile has to be answered. */
rc alarm_decide_unshelve(struct ctx *c, struct picture *picture, const struct command *command,
                         struct outcome *outcome)
{
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    if (alarm.shelved_until.us == 0) {
        if (actor_is_system(&command->actor))
            return OK;
        REFUSE(c, CONFLICT, "not-shelved", "", "this alarm is not put aside");
    }
    if (actor_is_system(&command->actor) && alarm.shelved_until.us > clock_now(c).us)
        return OK;
    alarm.shelved_until = (struct wall){0};
    if (alarm.signals > alarm.shelved_signals)
        alarm.acknowledged = false;
    if (!alarm.active && alarm.acknowledged)
        alarm.closed = clock_now(c);
    TRY(alarm_add_event(c, outcome, &alarm_unshelved_kind, &alarm));
    return outcome_set_deadline(c, outcome, &alarm_decisions[ALARM_ESCALATE], alarm.id,
                                wall_after(clock_now(c), 60000), NULL);
}

/* Duress is over when a person known by name says so, with a reason; anything else that stands and
 * whose restore does not come may be ended by a reason. */
rc alarm_decide_end(struct ctx *c, struct picture *picture, const struct command *command,
                    struct outcome *outcome)
{
    const struct alarm_end *input = command->input;
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    TRY(check_claim(c, command, &alarm));
    if (alarm.lane && str_absent(command->actor.person))
        REFUSE(c, FORBIDDEN, "named-person", "", "only a person can end duress, not a program");
    if (alarm.lane && str_absent(input->word_of))
        REFUSE(c, INVALID, "required", "word_of", "who gave the word that the duress is over?");
    struct wall now = clock_now(c);
    if (!alarm.acknowledged) {
        alarm.acknowledged = true;
        alarm.acked_by = command->actor.id;
        alarm.acked = now;
        alarm.ack_why = input->why;
    }
    alarm.active = false;
    alarm.disposition = input->disposition;
    alarm.ended_by = command->actor.id;
    alarm.end_why = input->why;
    alarm.word_of = input->word_of;
    alarm.closed = now;
    drop_claim(&alarm);
    return alarm_add_event(c, outcome, &alarm_ended_kind, &alarm);
}

/* ---- what is shown together ------------------------------------------------------------------ */

/* Only the showing changes: each alarm keeps its state, its claim and its answer. Doing it again
 * with the alarm's former place undoes it. */
rc alarm_decide_merge(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct alarm_team *input = command->input;
    struct alarm alarm = {0}, into = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    TRY(command_other(c, picture, command, &alarm_shape, input->into, NULL, &into));
    if (alarm.lane || into.lane)
        REFUSE(c, FORBIDDEN, "lane", "", "duress stands alone: it cannot be shown under another");
    if (str_eq(alarm.team, into.team))
        REFUSE(c, CONFLICT, "same", "into", "they are already shown together");
    alarm.team_before = alarm.team;
    alarm.team = into.team;
    return alarm_add_event(c, outcome, &alarm_merged_kind, &alarm);
}

rc alarm_decide_split(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    struct alarm alarm = {0};
    TRY(command_target(c, picture, command, &alarm_shape, NULL, &alarm));
    if (str_eq(alarm.team, alarm.id) && !str_absent(alarm.team_before) &&
        !str_eq(alarm.team_before, alarm.id)) {
        alarm.team = alarm.team_before; /* undo of a split */
        alarm.team_before = alarm.id;
        return alarm_add_event(c, outcome, &alarm_merged_kind, &alarm);
    }
    if (str_eq(alarm.team, alarm.id))
        REFUSE(c, CONFLICT, "alone", "", "this alarm is already shown alone");
    alarm.team_before = alarm.team;
    alarm.team = alarm.id;
    return alarm_add_event(c, outcome, &alarm_split_kind, &alarm);
}
