/* The records, events and routes of rounds and posts, and the module. */
#include "domain/round/round_own.h"

#include "assembly/page.h"
#include "domain/account/account.h"
#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "frame/report/report.h"
#include "shape/shape_older.h"

#define READ  "round.read"
#define WRITE "round.write"
#define WALK  ROUND_WALK

#define COPY(T, kind_, of_, name_, flags_, least_, most_, help_) handover->name_ = before->name_;
static rc handover_from_v1(struct ctx *c, const void *old, void *ret_new)
{
    const struct handover_v1 *before = old;
    struct handover *handover = ret_new;
    HANDOVER_HEAD_FIELDS(COPY, handover)
    handover->items.count = before->items.count;
    NEW(c, handover->items.items, before->items.count + 1);
    for (size_t i = 0; i < before->items.count; i++) {
        const struct handover_item_v1 *item = &before->items.items[i];
        handover->items.items[i] = (struct handover_item){
            .what = item->what, .record = item->record, .name = item->name, .who = item->who};
    }
    return OK;
}
#undef COPY

SHAPE_DEFINE_CHOICES(visit_verdict, VISIT_VERDICT, VISIT_VERDICTS);
SHAPE_DEFINE_CHOICES(scan_means, SCAN_MEANS, SCAN_MEANS);
SHAPE_DEFINE_CHOICES(tour_state, TOUR_STATE, TOUR_STATES);
SHAPE_DEFINE(guard_post, GUARD_POST_FIELDS, 1, "A place where a guard stands");
SHAPE_DEFINE(guard_shift, GUARD_SHIFT_FIELDS, 1, "Who stands at a post, from when to when");
SHAPE_DEFINE(guard_phone, GUARD_PHONE_FIELDS, 1, "A phone that a guard scans with");
SHAPE_DEFINE(checkpoint, CHECKPOINT_FIELDS, 1, "A tag to be scanned on a tour");
SHAPE_DEFINE(guard_tour, GUARD_TOUR_FIELDS, 1, "A way that guards walk");
SHAPE_DEFINE(tour_visit, TOUR_VISIT_FIELDS, 1, "A checkpoint on one round");
SHAPE_DEFINE(tour_run, TOUR_RUN_FIELDS, 1, "A tour as it was walked once");
SHAPE_DEFINE(tour_scan, TOUR_SCAN_FIELDS, 1, "A scan of a tag, signed by a phone");
SHAPE_DEFINE(guard_seen, GUARD_SEEN_FIELDS, 1, "Where a guard was seen last");
SHAPE_DEFINE(lone_guard, LONE_GUARD_FIELDS, 1, "The timer of a guard who is alone");
SHAPE_DEFINE(lone_begin, LONE_BEGIN_FIELDS, 1, "How often a lone guard is heard");
SHAPE_DEFINE(lone_word, LONE_WORD_FIELDS, 1, "The word that all is well");
SHAPE_DEFINE(guard_help, GUARD_HELP_FIELDS, 1, "A guard calls for help");
SHAPE_DEFINE(handover_item, HANDOVER_ITEM_FIELDS, 1, "One line of a hand-over");
SHAPE_DEFINE(handover_item_v1, HANDOVER_ITEM_V1_FIELDS, 1, "One line of a hand-over");
SHAPE_DEFINE(handover_v1, HANDOVER_V1_FIELDS, 1, "What one shift leaves to the next");
static const struct shape_older handover_older = {&handover_v1_shape, handover_from_v1};
SHAPE_DEFINE_AFTER(handover, HANDOVER_FIELDS, 2, &handover_older,
                   "What one shift leaves to the next");
SHAPE_DEFINE(handover_make, HANDOVER_MAKE_FIELDS, 1, "Who takes over the shift");

#define KIND(symbol, name_, shape_, row_, help_) \
    EVENT_KIND(symbol, name_, shape_, READ, help_, .row = EVENT_##row_)

KIND(tour_started, "tour.started", tour_run, PUTS_ROW, "A guard is on a round");
KIND(tour_scanned, "tour.scanned", tour_run, PUTS_ROW, "A checkpoint was visited");
KIND(tour_missed, "tour.missed", tour_run, PUTS_ROW, "A checkpoint's window passed");
KIND(tour_ended, "tour.ended", tour_run, PUTS_ROW, "A round is over");
KIND(guard_seen, "guard.seen", guard_seen, PUTS_ROW, "Where a guard is");
KIND(lone_begun, "lone.begun", lone_guard, PUTS_ROW, "A guard is alone");
KIND(lone_heard, "lone.heard", lone_guard, PUTS_ROW, "A guard who is alone reported well");
KIND(lone_overdue, "lone.overdue", lone_guard, PUTS_ROW, "A guard who is alone has not reported");
KIND(lone_ended, "lone.ended", lone_guard, ENDS_ROW, "A guard is no longer alone");
KIND(handover_made, "handover.made", handover, PUTS_ROW, "A shift is being handed over");
KIND(handover_signed, "handover.signed", handover, PUTS_ROW, "One of the two signed");

/* ---- routes ---------------------------------------------------------------------------------- */

#define LIST(path_, help_, shape_)                                                 \
    ROUTE(GET, path_, READ, help_, .output = &shape_##_shape, .output_list = true, \
          .serve = page_serve_list, .arg = &shape_##_shape)

const struct route round_routes[] = {
    ROUTE_COMMAND("/api/v1/guard-tours/{id}/start", "tour.start"),
    LIST("/api/v1/rounds", "Rounds as they were walked", tour_run),
    ROUTE_COMMAND("/api/v1/rounds/{id}/scan", "tour.scan"),
    LIST("/api/v1/lone-guards", "Guards who are alone", lone_guard),
    ROUTE_COMMAND("/api/v1/lone-guards/begin", "lone.begin"),
    ROUTE_COMMAND("/api/v1/lone-guards/word", "lone.word"),
    ROUTE_COMMAND("/api/v1/guards/help", "guard.help"),
    ROUTE_COMMAND("/api/v1/lone-guards/end", "lone.end"),
    ROUTE(GET, "/api/v1/guards", READ, "Who may keep the watch and take over a shift, by name",
          .output = &guard_shape, .output_list = true, .serve = guards_serve),
    ROUTE(GET, "/api/v1/handovers", READ, "Hand-overs between shifts", .output = &handover_shape,
          .output_list = true, .lists = &handover_shape, .serve = handovers_serve),
    ROUTE_COMMAND("/api/v1/handovers", "handover.make"),
    ROUTE_COMMAND("/api/v1/handovers/{id}/sign", "handover.sign"),
    {0},
};

/* ---- the module ------------------------------------------------------------------------------ */

const struct decision round_decisions[ROUND_DECISIONS + 1] = {
    [TOUR_START] = DECISION("tour.start", "Set out on a round", WALK, NULL, tour_start),
    [TOUR_SCAN] = DECISION("tour.scan", "Hand in a scan, signed by the phone", WALK,
                           &tour_scan_shape, tour_scan_take),
    [TOUR_CHECK] = DECISION("tour.check", "Check what was missed", WRITE, NULL, tour_check),
    [LONE_BEGIN] = DECISION("lone.begin", "I am alone from now on", WALK, &lone_begin_shape,
                            lone_decide_begin),
    [LONE_WORD] = DECISION("lone.word", "All is well", WALK, &lone_word_shape, lone_decide_word,
                           .lane = true),
    [LONE_END] = DECISION("lone.end", "I am no longer alone", WALK, NULL, lone_decide_end),
    [LONE_OVERDUE] = DECISION("lone.overdue", "Raise an alarm when the word does not come", WRITE,
                              NULL, lone_decide_overdue),
    [GUARD_HELP] = DECISION("guard.help", "I need help: an urgent alarm, before everything else",
                            WALK, &guard_help_shape, guard_decide_help, .lane = true),
    [HANDOVER_MAKE] = DECISION("handover.make", "Freeze the list for a hand-over", WALK,
                               &handover_make_shape, handover_decide_make),
    [HANDOVER_SIGN] = DECISION("handover.sign", "Sign it", WALK, NULL, handover_decide_sign),
    {0},
};

const struct module round_module = {
    .name = "round",
    .help = "Guard posts, shifts, tours, guards who are alone, hand-overs",
    .needs = NEEDS(&report_module, &mission_module, &people_module, &account_module, &alarm_module,
                   &source_module, &arming_module),
    .records =
        (const struct record[]){
            RECORD(guard_post, "guard-posts", READ, WRITE),
            RECORD(guard_shift, "guard-shifts", READ, WRITE, .check = shift_check),
            RECORD(guard_phone, "guard-phones", READ, WRITE),
            RECORD(guard_tour, "guard-tours", READ, WRITE, .check = tour_check_record),
            {0},
        },
    .tables =
        (const struct table[]){
            {&tour_run_shape, TABLE_PICTURE},
            {&guard_seen_shape, TABLE_PICTURE},
            {&lone_guard_shape, TABLE_PICTURE},
            {&handover_shape, TABLE_PICTURE},
            {0},
        },
    .events =
        (const struct event_kind *const[]){
            &tour_started_kind, &tour_scanned_kind, &tour_missed_kind, &tour_ended_kind,
            &guard_seen_kind, &lone_begun_kind, &lone_heard_kind, &lone_overdue_kind,
            &lone_ended_kind, &handover_made_kind, &handover_signed_kind, NULL},
    .decisions = round_decisions,
    .routes = round_routes,
    .permissions =
        (const struct permission[]){
            {READ, "See posts, shifts, tours, rounds and hand-overs"},
            {WRITE, "Change posts, shifts, phones and tours"},
            {WALK, "Walk rounds, use the timer of a guard who is alone, hand over"},
            {0},
        },
    .reports =
        (const struct report[]){
            {"handover", "Hand-over of a shift, to be signed on paper", READ, &handover_asked_shape,
             handover_describe},
            {0},
        },
};
