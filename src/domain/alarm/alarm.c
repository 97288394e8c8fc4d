/* The alarm: its shape and events, what they do to the picture, its routes, and the module. */
#include "domain/alarm/alarm_own.h"
#include "domain/alarm/alarm_view.h"

#include "shape/shape_older.h"

#define ACT    "alarm.act"
#define SHELVE "alarm.shelve"
#define END    "alarm.end"

SHAPE_DEFINE_CHOICES(alarm_state, ALARM_STATE, ALARM_STATES);
SHAPE_DEFINE_CHOICES(alarm_disposition, ALARM_DISPOSITION, ALARM_DISPOSITIONS);

SHAPE_DEFINE(message_param, MESSAGE_PARAM_FIELDS, 1, "The value of a placeholder in a message");
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

/* ---- events ------------------------------------------------------------------------------------
 */

#define KIND(part, name_, help_) \
    EVENT_KIND(alarm_##part, "alarm." name_, alarm, WATCH_READ, help_, .row = EVENT_PUTS_ROW);
ALARM_EVENTS(KIND)

#define ADDRESS(part, ...) &alarm_##part##_kind,
static const struct event_kind *const events[] = {ALARM_EVENTS(ADDRESS) NULL};

/* A closed alarm is history: its row is retired, and its key is free for the next. */
static rc fold_closed(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct alarm *alarm = event->body;
    return alarm->closed.us ? picture_retire(c, picture, &alarm_shape, alarm->id, event) : OK;
}

#define FOLD(part, ...) {&alarm_##part##_kind, fold_closed},
static const struct fold folds[] = {ALARM_EVENTS(FOLD){0}};

/* ---- commands ---------------------------------------------------------------------------------
 */

const struct decision alarm_decisions[ALARM_DECISIONS + 1] = {
    [ALARM_CLAIM] = DECISION("alarm.claim", "Take an alarm: I am handling it", ACT,
                             &alarm_claim_shape, alarm_decide_claim, .lane = true),
    [ALARM_RELEASE] =
        DECISION("alarm.release", "Give it back", ACT, NULL, alarm_decide_release, .lane = true),
    [ALARM_ACKNOWLEDGE] = DECISION("alarm.acknowledge", "Answer it: what it was and what is done",
                                   ACT, &alarm_ack_shape, alarm_decide_acknowledge, .lane = true),
    [ALARM_SHELVE] = DECISION("alarm.shelve", "Put it aside for a time", SHELVE, &alarm_shelf_shape,
                              alarm_decide_shelve, .lane = true),
    [ALARM_UNSHELVE] = DECISION("alarm.unshelve", "Bring it back", SHELVE, NULL,
                                alarm_decide_unshelve, .lane = true),
    [ALARM_END] = DECISION("alarm.end", "End it; only a person can end duress", END,
                           &alarm_end_shape, alarm_decide_end, .lane = true),
    [ALARM_MERGE] = DECISION("alarm.merge", "Show it under another", ACT, &alarm_team_shape,
                             alarm_decide_merge, .lane = true),
    [ALARM_SPLIT] = DECISION("alarm.split", "Show it by itself; again: undo", ACT, NULL,
                             alarm_decide_split, .lane = true),
    [ALARM_ESCALATE] = DECISION("alarm.escalate", "Tell others that nobody has taken an alarm",
                                WATCH_WRITE, NULL, alarm_decide_escalate),
    [ALARM_LAPSE] = DECISION("alarm.lapse", "Mark a claim as stale when its time is up",
                             WATCH_WRITE, NULL, alarm_decide_claim_lapse),
    [ALARM_EXPIRE] = DECISION("alarm.expire", "Ask again when an answer no longer holds",
                              WATCH_WRITE, NULL, alarm_decide_ack_expire),
    {0},
};

/* ---- routes -----------------------------------------------------------------------------------
 */

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/watch/queue", WATCH_READ,
          "The alarms that stand, the most urgent first, with counts", .output = &alarm_queue_shape,
          .serve = alarm_serve_queue),
    ROUTE(GET, "/api/v1/alarms", WATCH_READ, "Alarms; retired=true: closed ones too",
          .output = &alarm_shown_shape, .output_list = true, .lists = &alarm_shape,
          .serve = alarm_serve_list),
    ROUTE_COMMAND("/api/v1/alarms/{id}/claim", "alarm.claim"),
    ROUTE_COMMAND("/api/v1/alarms/{id}/release", "alarm.release"),
    ROUTE_COMMAND("/api/v1/alarms/{id}/acknowledge", "alarm.acknowledge"),
    ROUTE_COMMAND("/api/v1/alarms/{id}/shelve", "alarm.shelve"),
    ROUTE_COMMAND("/api/v1/alarms/{id}/unshelve", "alarm.unshelve"),
    ROUTE_COMMAND("/api/v1/alarms/{id}/end", "alarm.end"),
    ROUTE_COMMAND("/api/v1/alarms/{id}/merge", "alarm.merge"),
    ROUTE_COMMAND("/api/v1/alarms/{id}/split", "alarm.split"),
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
            {WATCH_WRITE, "Change which signals raise which alarm"},
            {ACT, "Take, answer and group alarms"},
            {SHELVE, "Put alarms aside for a time"},
            {END, "End alarms, including duress"},
            {0},
        },
};
