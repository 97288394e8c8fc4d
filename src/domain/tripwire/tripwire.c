/* The records of tripwires, and the module. */
#include "domain/tripwire/tripwire_own.h"

#include "domain/alarm/alarm.h"
#include "domain/mission/mission.h"
#include "frame/rhythm/rhythm.h"

SHAPE_DEFINE_CHOICES(tripwire_status, TRIPWIRE_STATUS, TRIPWIRE_STATUSES);
SHAPE_DEFINE(tripwire, TRIPWIRE_FIELDS, 1, "A rule that detects a pattern in what happens");
SHAPE_DEFINE(tripwire_group, TRIPWIRE_GROUP_FIELDS, 1, "What the events of a hit have in common");
SHAPE_DEFINE(tripwire_action, TRIPWIRE_ACTION_FIELDS, 1, "What a rule wants done");
SHAPE_DEFINE_CHOICES(tripwire_told, TRIPWIRE_TOLD, TRIPWIRE_TOLDS);
SHAPE_DEFINE(tripwire_asked, TRIPWIRE_ASKED_FIELDS, 1, "What a rule asked of the picture");
SHAPE_DEFINE(tripwire_hit, TRIPWIRE_HIT_FIELDS, 1, "A tripwire that was tripped");
SHAPE_DEFINE(tripwire_fault, TRIPWIRE_FAULT_FIELDS, 1, "A tripwire that cannot fire");
SHAPE_DEFINE(tripwire_stand, TRIPWIRE_STAND_FIELDS, 1, "How far the tripwires have come");
SHAPE_DEFINE(tripwire_part, TRIPWIRE_PART_FIELDS, 1, "A part of the open windows");
SHAPE_DEFINE(tripwire_state, TRIPWIRE_STATE_FIELDS, 1, "The open windows");
SHAPE_DEFINE(tripwire_wait, TRIPWIRE_WAIT_FIELDS, 1, "That something is decided later");
SHAPE_DEFINE(tripwire_turn, TRIPWIRE_TURN_FIELDS, 1, "How far the self-tests have come");
SHAPE_DEFINE(tripwire_off, TRIPWIRE_OFF_FIELDS, 1, "Switching a tripwire off, or giving it back");

EVENT_KIND(tripwire_hit, "tripwire.hit", tripwire_hit, PERMIT_TRIPWIRE_READ,
           "A tripwire was tripped", .row = EVENT_PUTS_ROW);
EVENT_KIND(tripwire_fault, "tripwire.fault", tripwire_fault, PERMIT_TRIPWIRE_READ,
           "A tripwire can no longer fire");
EVENT_KIND(tripwire_mended, "tripwire.mended", tripwire_fault, PERMIT_TRIPWIRE_READ,
           "A tripwire can fire again");

/* ---- folds ----------------------------------------------------------------------------------- */

/* The fault is shown on the record, until the rule passes. */
static rc set_fault(struct ctx *c, struct picture *picture, const struct event *event,
                    struct str why, struct wall since)
{
    const struct tripwire_fault *fault = event->body;
    struct tripwire tripwire = {0};
    struct row row;
    TRY(picture_get(c, picture, &tripwire_shape, fault->id, &row, &tripwire));
    if (row.retired.us)
        return OK;
    tripwire.fault = why;
    tripwire.fault_since = since;
    return picture_put(c, picture, &tripwire_shape, &tripwire, event);
}

static rc fold_fault(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct tripwire_fault *fault = event->body;
    return set_fault(c, picture, event, fault->why, event->occurred);
}

static rc fold_mended(struct ctx *c, struct picture *picture, const struct event *event)
{
    return set_fault(c, picture, event, (struct str){NULL, 0}, (struct wall){0});
}

const struct fold tripwire_folds[] = {
    {&tripwire_fault_kind, fold_fault},
    {&tripwire_mended_kind, fold_mended},
    {0},
};

/* ---- steps ----------------------------------------------------------------------------------- */

/* They are told as changes: what was active at an event is read from those. */
static const struct step steps[] = {
    STEP("activate", NULL, PERMIT_TRIPWIRE_ACTIVATE, "*", NULL,
         "Activate it, or confirm another person's activation", .rule = step_activate,
         .flags = STEP_GRAVE),
    STEP("withdraw", NULL, PERMIT_TRIPWIRE_ACTIVATE, "*", NULL, "Give back an unconfirmed proposal",
         .input = &tripwire_off_shape, .rule = step_withdraw),
    STEP("off", NULL, PERMIT_TRIPWIRE_ACTIVATE, "active proposed", "off", "Switch it off",
         .input = &tripwire_off_shape, .rule = step_off, .flags = STEP_GRAVE),
    {0},
};

/* ---- the module ------------------------------------------------------------------------------ */

const struct module tripwire_module = {
    .name = "tripwire",
    .help = "Tripwires: rules that detect a pattern in what happens",
    .needs = NEEDS(&rhythm_module, &mission_module, &alarm_module),
    .records =
        (const struct record[]){
            RECORD(tripwire, "tripwires", PERMIT_TRIPWIRE_READ, PERMIT_TRIPWIRE_WRITE,
                   .check = tripwire_check, .state = "status", .steps = steps),
            {0},
        },
    .tables =
        (const struct table[]){
            {&tripwire_hit_shape, TABLE_PICTURE},
            {&tripwire_stand_shape, TABLE_VAULT},
            {&tripwire_part_shape, TABLE_VAULT},
            {0},
        },
    .events = (const struct event_kind *const[]){&tripwire_hit_kind, &tripwire_fault_kind,
                                                 &tripwire_mended_kind, NULL},
    .decisions = tripwire_decisions,
    .folds = tripwire_folds,
    .routes = tripwire_routes,
    .rhythms =
        (const struct rhythm_row[]){
            {.name = SELF_TEST_RHYTHM,
             .help = "Self-tests of the active tripwires",
             .decision = "tripwire.self-test",
             .hours = SELF_TEST_HOURS},
            {0},
        },
    .permissions =
        (const struct permission[]){
            {PERMIT_TRIPWIRE_READ, "See tripwires and what tripped them"},
            {PERMIT_TRIPWIRE_WRITE, "Write tripwires"},
            {PERMIT_TRIPWIRE_ACTIVATE, "Activate, confirm and switch off tripwires"},
            {0},
        },
};
