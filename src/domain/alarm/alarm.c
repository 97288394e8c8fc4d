/* The alarm: its shape and events, what they do to the picture, its routes, and the module. */
#include "domain/alarm/alarm_own.h"
#include "domain/alarm/alarm_view.h"

#include "shape/shape_older.h"

#define ACT    "alarm.act"
#define SHELVE "alarm.shelve"
#define END    "alarm.end"

SHAPE_DEFINE_CHOICES(alarm_state, ALARM_STATE, ALARM_STATES);
SHAPE_DEFINE_CHOICES(alarm_disposition, ALARM_DISPOSITION, ALARM_DISPOSITIONS);

SHAPE_DEFINE(message_param, MESSAGE_PARAM_FIELDS, 1, "What stands in a hole of a message");
SHAPE_DEFINE(alarm_v1, ALARM_V1_FIELDS, 1, "Something a person must act on");

/* Its sentence was English, and is kept as the text that it is. */
#define COPY(T, kind_, of_, name_, flags_, least_, most_, help_) alarm->name_ = before->name_;
static rc alarm_from_v1(struct ctx *c, const void *old, void *ret_new)
{
    const struct alarm_v1 *before = old;
    struct alarm *alarm = ret_new;
    ALARM_HEAD_FIELDS(COPY, alarm)
    ALARM_TAIL_FIELDS(COPY, alarm)
    NEW(c, alarm->params.items, 1);
    alarm->params.items[alarm->params.count++] =
        (struct message_param){.name = STR("text"), .text = before->title};
    alarm->message = STR("text");
    return OK;
}
#undef COPY
static const struct shape_older alarm_older = {&alarm_v1_shape, alarm_from_v1};

SHAPE_DEFINE_AFTER(alarm, ALARM_FIELDS, 2, &alarm_older, "Something a person must act on");
SHAPE_DEFINE(alarm_shown, ALARM_SHOWN_FIELDS, 1, "An alarm with its sentence");
SHAPE_DEFINE(alarm_claim, ALARM_CLAIM_FIELDS, 1, "Taking an alarm");
SHAPE_DEFINE(alarm_ack, ALARM_ACK_FIELDS, 1, "The answer to an alarm");
SHAPE_DEFINE(alarm_shelf, ALARM_SHELF_FIELDS, 1, "Putting an alarm aside");
SHAPE_DEFINE(alarm_end, ALARM_END_FIELDS, 1, "The end of an alarm");
SHAPE_DEFINE(alarm_team, ALARM_TEAM_FIELDS, 1, "What an alarm is shown under");

#define KIND(symbol, name_, shape_, help_)    \
    const struct event_kind symbol##_kind = { \
        .name = name_, .help = help_, .body = &shape_##_shape, .read = WATCH_READ}

KIND(alarm_raised, "alarm.raised", alarm, "A new alarm");
KIND(alarm_repeated, "alarm.repeated", alarm, "More signals of an alarm that stands");
KIND(alarm_recurred, "alarm.recurred", alarm, "An alarm rings again");
KIND(alarm_returned, "alarm.returned", alarm, "Its condition is over");
KIND(alarm_cancel_heard, "alarm.cancel-heard", alarm,
     "The device took a duress back; that ends nothing");
KIND(alarm_claimed, "alarm.claimed", alarm, "Somebody has taken it");
KIND(alarm_released, "alarm.released", alarm, "Whoever had taken it gave it back");
KIND(alarm_claim_lapsed, "alarm.claim-lapsed", alarm, "It was taken, and then nothing happened");
KIND(alarm_acknowledged, "alarm.acknowledged", alarm, "Somebody has answered it");
KIND(alarm_ack_expired, "alarm.ack-expired", alarm, "The answer no longer holds");
KIND(alarm_shelved, "alarm.shelved", alarm, "Somebody put it aside for a time");
KIND(alarm_unshelved, "alarm.unshelved", alarm, "It is back");
KIND(alarm_suppressed, "alarm.suppressed", alarm, "Its source is switched off");
KIND(alarm_unsuppressed, "alarm.unsuppressed", alarm, "It is an alarm again");
KIND(alarm_ended, "alarm.ended", alarm, "Somebody said that it is over");
KIND(alarm_escalated, "alarm.escalated", alarm, "Nobody has taken it: others are told");
KIND(alarm_merged, "alarm.merged", alarm, "It is shown under another");
KIND(alarm_split, "alarm.split", alarm, "It is shown by itself");

static const struct event_kind *const events[] = {
    &alarm_raised_kind,
    &alarm_repeated_kind,
    &alarm_recurred_kind,
    &alarm_returned_kind,
    &alarm_cancel_heard_kind,
    &alarm_claimed_kind,
    &alarm_released_kind,
    &alarm_claim_lapsed_kind,
    &alarm_acknowledged_kind,
    &alarm_ack_expired_kind,
    &alarm_shelved_kind,
    &alarm_unshelved_kind,
    &alarm_suppressed_kind,
    &alarm_unsuppressed_kind,
    &alarm_ended_kind,
    &alarm_escalated_kind,
    &alarm_merged_kind,
    &alarm_split_kind,
    NULL,
};

/* ---- the picture ------------------------------------------------------------------------------
 */

/* A closed alarm is history: its row is retired, and its key is free for the next. */
static rc fold_alarm(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct alarm *alarm = event->body;
    TRY(picture_put(c, picture, &alarm_shape, alarm, event));
    return alarm->closed.us ? picture_retire(c, picture, &alarm_shape, alarm->id, event) : OK;
}

static const struct fold folds[] = {
    {&alarm_raised_kind, fold_alarm},
    {&alarm_repeated_kind, fold_alarm},
    {&alarm_recurred_kind, fold_alarm},
    {&alarm_returned_kind, fold_alarm},
    {&alarm_cancel_heard_kind, fold_alarm},
    {&alarm_claimed_kind, fold_alarm},
    {&alarm_released_kind, fold_alarm},
    {&alarm_claim_lapsed_kind, fold_alarm},
    {&alarm_acknowledged_kind, fold_alarm},
    {&alarm_ack_expired_kind, fold_alarm},
    {&alarm_shelved_kind, fold_alarm},
    {&alarm_unshelved_kind, fold_alarm},
    {&alarm_suppressed_kind, fold_alarm},
    {&alarm_unsuppressed_kind, fold_alarm},
    {&alarm_ended_kind, fold_alarm},
    {&alarm_escalated_kind, fold_alarm},
    {&alarm_merged_kind, fold_alarm},
    {&alarm_split_kind, fold_alarm},
    {0},
};

/* ---- commands ---------------------------------------------------------------------------------
 */

const struct decision alarm_decisions[ALARM_DECISIONS + 1] = {
    [ALARM_CLAIM] = {.name = "alarm.claim",
                     .help = "Take an alarm: I see to it",
                     .permission = ACT,
                     .input = &alarm_claim_shape,
                     .decide = alarm_decide_claim},
    [ALARM_RELEASE] = {.name = "alarm.release",
                       .help = "Give back an alarm that was taken",
                       .permission = ACT,
                       .decide = alarm_decide_release},
    [ALARM_ACKNOWLEDGE] = {.name = "alarm.acknowledge",
                           .help = "Answer an alarm: what it was and what is done",
                           .permission = ACT,
                           .input = &alarm_ack_shape,
                           .decide = alarm_decide_acknowledge},
    [ALARM_SHELVE] = {.name = "alarm.shelve",
                      .help = "Put an alarm aside for a time",
                      .permission = SHELVE,
                      .input = &alarm_shelf_shape,
                      .decide = alarm_decide_shelve},
    [ALARM_UNSHELVE] = {.name = "alarm.unshelve",
                        .help = "Bring back an alarm that was put aside",
                        .permission = SHELVE,
                        .decide = alarm_decide_unshelve},
    [ALARM_END] = {.name = "alarm.end",
                   .help = "Say that an alarm is over; of duress only a person may",
                   .permission = END,
                   .input = &alarm_end_shape,
                   .decide = alarm_decide_end},
    [ALARM_MERGE] = {.name = "alarm.merge",
                     .help = "Show an alarm under another",
                     .permission = ACT,
                     .input = &alarm_team_shape,
                     .decide = alarm_decide_merge},
    [ALARM_SPLIT] = {.name = "alarm.split",
                     .help = "Show an alarm by itself; again: undo that",
                     .permission = ACT,
                     .decide = alarm_decide_split},
    [ALARM_ESCALATE] = {.name = "alarm.escalate",
                        .help = "Tell others that nobody has taken an alarm",
                        .permission = WATCH_WRITE,
                        .decide = alarm_decide_escalate},
    [ALARM_LAPSE] = {.name = "alarm.lapse",
                     .help = "Mark a claim as stale when its time is up",
                     .permission = WATCH_WRITE,
                     .decide = alarm_decide_claim_lapse},
    [ALARM_EXPIRE] = {.name = "alarm.expire",
                      .help = "Ask again when an answer no longer holds",
                      .permission = WATCH_WRITE,
                      .decide = alarm_decide_ack_expire},
    {0},
};

/* ---- routes -----------------------------------------------------------------------------------
 */

#define COMMAND(path_, permission_, help_, number_, ...)              \
    ROUTE(POST, path_, permission_, help_, .serve = alarm_lane_serve, \
          .arg = &alarm_decisions[number_], __VA_ARGS__)

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/watch/queue", WATCH_READ,
          "The alarms that stand, the most urgent first, with counts", .output = &alarm_queue_shape,
          .serve = alarm_serve_queue),
    ROUTE(GET, "/api/v1/alarms", WATCH_READ, "Alarms; retired=true: with those closed",
          .output = &alarm_shown_shape, .output_list = true, .serve = alarm_serve_list),
    COMMAND("/api/v1/alarms/{id}/claim", ACT, "Take an alarm: I see to it", ALARM_CLAIM,
            .input = &alarm_claim_shape),
    COMMAND("/api/v1/alarms/{id}/release", ACT, "Give it back", ALARM_RELEASE, ),
    COMMAND("/api/v1/alarms/{id}/acknowledge", ACT, "Answer it: what it was and what is done",
            ALARM_ACKNOWLEDGE, .input = &alarm_ack_shape),
    COMMAND("/api/v1/alarms/{id}/shelve", SHELVE, "Put it aside for a time", ALARM_SHELVE,
            .input = &alarm_shelf_shape),
    COMMAND("/api/v1/alarms/{id}/unshelve", SHELVE, "Bring it back", ALARM_UNSHELVE, ),
    COMMAND("/api/v1/alarms/{id}/end", END, "Say that it is over; of duress only a person may",
            ALARM_END, .input = &alarm_end_shape),
    COMMAND("/api/v1/alarms/{id}/merge", ACT, "Show it under another", ALARM_MERGE,
            .input = &alarm_team_shape),
    COMMAND("/api/v1/alarms/{id}/split", ACT, "Show it by itself; again: undo that", ALARM_SPLIT, ),
    ROUTE(GET, "/api/v1/watch/figures", WATCH_READ,
          "Key figures of the alarms (EEMUA 191) over `hours`", .output = &alarm_figures_shape,
          .serve = figures_serve),
    {0},
};

/* ---- the module -------------------------------------------------------------------------------
 */

const struct module alarm_module = {
    .name = "alarm",
    .help = "What a person must act on, in one queue",
    .tables =
        (const struct table[]){
            {&alarm_shape, TABLE_PICTURE},
            {0},
        },
    .events = events,
    .decisions = alarm_decisions,
    .folds = folds,
    .routes = routes,
    .permissions =
        (const struct permission[]){
            {WATCH_READ, "See alarms, the state of sources and zones, gaps, figures"},
            {WATCH_WRITE, "Change which signals become which alarm"},
            {ACT, "Take, answer and group alarms"},
            {SHELVE, "Put alarms aside for a time"},
            {END, "Say that an alarm is over, duress as well"},
            {0},
        },
};
