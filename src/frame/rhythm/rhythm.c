/* The records, events and routes of what comes round, and the module. */
#include "assembly/page.h"
#include "core/catalog.h"
#include "core/core.h"
#include "core/record.h"
#include "core/system.h"
#include "frame/rhythm/rhythm_own.h"

/* ---- forms ----------------------------------------------------------------------------------- */

static const char *const weekday_names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                            "friday", "saturday", "sunday"};

static unsigned weekday_bit(struct str name)
{
    for (unsigned i = 0; i < 7; i++)
        if (str_is(name, weekday_names[i]))
            return 1u << i;
    return 0;
}

unsigned weekdays_of(struct texts names)
{
    unsigned bits = 0;
    for (size_t i = 0; i < names.count; i++)
        bits |= weekday_bit(names.items[i]);
    return bits;
}

static bool is_weekday(struct str s)
{
    return weekday_bit(s) != 0;
}

static bool is_hour(struct str s)
{
    int64_t hour = -1, minute = -1;
    return s.len == 5 && s.ptr[2] == ':' && s.ptr[0] >= '0' && s.ptr[3] >= '0' &&
           str_to_i64(str_sub(s, 0, 2), &hour) && str_to_i64(str_sub(s, 3, 2), &minute) &&
           hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
}

int64_t minute_of(struct str hour)
{
    int64_t hours = 0, minutes = 0;
    (void)str_to_i64(str_sub(hour, 0, 2), &hours);
    (void)str_to_i64(str_sub(hour, 3, 2), &minutes);
    return hours * 60 + minutes;
}

const struct text_form text_form_hour = {
    "hour", "a time of day (07:00)", "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$", is_hour, "07:00",
};
const struct text_form text_form_weekday = {
    "weekday",
    "a day of the week (monday)",
    "^(?:mon|tues|wednes|thurs|fri|satur|sun)day$",
    is_weekday,
    "monday",
};

/* ---- shapes ---------------------------------------------------------------------------------- */

SHAPE_DEFINE_CHOICES(routine_unit, ROUTINE_UNIT, ROUTINE_UNITS);
SHAPE_DEFINE(routine, ROUTINE_FIELDS, 1, "Something the mission does again and again");
SHAPE_DEFINE(holiday, HOLIDAY_FIELDS, 1, "A day off of the mission");
SHAPE_DEFINE(routine_date, ROUTINE_DATE_FIELDS, 1, "A date of a routine");
SHAPE_DEFINE(rhythm, RHYTHM_FIELDS, 1, "Something periodic");
SHAPE_DEFINE(rhythm_pace_input, RHYTHM_PACE_FIELDS, 1, "How often something periodic runs");

#define RHYTHM_END_FIELDS(F, T) RECORD_FIELDS(F, T)
SHAPE_DECLARE(rhythm_end, RHYTHM_END_FIELDS);
SHAPE_DEFINE(rhythm_end, RHYTHM_END_FIELDS, 1, "Something that is no longer periodic");

EVENT_KIND(rhythm_set, "rhythm.set", rhythm, PERMIT_RHYTHM_READ,
           "The next date of something periodic", .row = EVENT_PUTS_ROW);
EVENT_KIND(rhythm_ended, "rhythm.ended", rhythm_end, PERMIT_RHYTHM_READ, "It no longer recurs");
EVENT_KIND(routine_came, "routine.came", routine_date, PERMIT_RHYTHM_READ,
           "A date of a routine has come");

/* ---- rules ----------------------------------------------------------------------------------- */

/* Accounts are of a domain above: they are looked up by name. */
static rc check_owner(struct ctx *c, struct picture *picture, const struct actor *actor,
                      struct str owner)
{
    struct named account = {0};
    struct str name;
    if (str_absent(owner))
        return OK;
    TRY(str_format(c, &name, "account/%.*s", STR_ARG(owner)));
    rc found = record_named(c, picture, actor, name, &account);
    if (found.code == RC_NOT_FOUND || account.row.retired.us)
        REFUSE(c, INVALID, "reference", "owner", "there is no such account");
    return found;
}

/* All of them are armed anew in one decision. */
static rc check_room(struct ctx *c, struct picture *picture, const struct shape *shape,
                     const void *before)
{
    struct query query = {.limit = ROUTINES_MAX};
    struct page page;
    if (before)
        return OK;
    TRY(picture_list(c, picture, shape, &query, &page));
    if (page.count == ROUTINES_MAX)
        REFUSE(c, CONFLICT, "most", "", "there are already %d of them", ROUTINES_MAX);
    return OK;
}

static rc routine_check(struct ctx *c, struct picture *picture, const struct command *command,
                        const void *before, const void *after)
{
    const struct routine *routine = after;
    if (!routine)
        return OK;
    TRY(check_room(c, picture, &routine_shape, before));
    bool hours = routine->unit == ROUTINE_UNIT_HOURS;
    if (rhythm_row_of(picture_catalog(picture), routine->id))
        REFUSE(c, CONFLICT, "taken", "id", "a rhythm of Chancery's own has this id");
    if (hours != str_absent(routine->at))
        REFUSE(c, INVALID, "unit", "at",
               hours ? "a routine in hours has no time of day" : "give the time of day");
    if (hours && routine->weekdays.count > 0)
        REFUSE(c, INVALID, "unit", "weekdays", "a routine in hours has no weekdays");
    if (routine->unit == ROUTINE_UNIT_WEEKS && routine->weekdays.count == 0)
        REFUSE(c, INVALID, "required", "weekdays", "give the days of the week");
    if ((routine->unit == ROUTINE_UNIT_MONTHS) != (routine->day > 0))
        REFUSE(c, INVALID, "unit", "day",
               routine->day ? "only a routine in months has a day" : "give the day of the month");
    if (hours && routine->skip_holidays)
        REFUSE(c, INVALID, "unit", "skip_holidays", "a routine in hours cannot skip holidays");
    return check_owner(c, picture, &command->actor, routine->owner);
}

static rc holiday_check(struct ctx *c, struct picture *picture, const struct command *,
                        const void *before, const void *after)
{
    const struct holiday *holiday = after;
    struct str noon;
    struct wall day;
    if (!holiday)
        return OK;
    TRY(check_room(c, picture, &holiday_shape, before));
    TRY(str_format(c, &noon, "%.*sT12:00:00Z", STR_ARG(holiday->day)));
    if (!wall_parse(noon, &day))
        REFUSE(c, INVALID, "date", "day", "this is not a calendar date: write 2026-12-25");
    return OK;
}

/* ---- folds and pages ------------------------------------------------------------------------- */

static rc fold_ended(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct rhythm_end *end = event->body;
    return picture_delete(c, picture, &rhythm_shape, end->id);
}

/* ---- the module ------------------------------------------------------------------------------ */

const struct decision rhythm_decisions[RHYTHM_DECISIONS + 1] = {
    [RHYTHM_ARM] = DECISION("rhythm.arm", "Set the next date of everything periodic",
                            PERMIT_RHYTHM_WRITE, NULL, rhythm_decide_arm),
    [RHYTHM_PACE] = DECISION("rhythm.pace", "Change how often it runs", PERMIT_RHYTHM_WRITE,
                             &rhythm_pace_input_shape, rhythm_decide_pace),
    [ROUTINE_COME] = DECISION("routine.come", "Note that a date of a routine has come",
                              PERMIT_RHYTHM_WRITE, NULL, routine_decide_come),
    {0},
};

/* The dates follow the mission's clock. */
static rc extend(struct ctx *, const struct record *record, struct extension *ret)
{
    static const struct reaction zone_changes[] = {
        {.on = "mission.added", .react = rhythm_on_change},
        {.on = "mission.changed", .react = rhythm_on_change},
        {0},
    };
    if (str_is(str_from(record->shape->name), "mission"))
        ret->reactions = zone_changes;
    return OK;
}

const struct module rhythm_module = {
    .name = "rhythm",
    .help = "Periodic work, the mission's routines and its holidays",
    .records =
        (const struct record[]){
            RECORD(routine, "routines", PERMIT_RHYTHM_READ, PERMIT_RHYTHM_WRITE,
                   .check = routine_check),
            RECORD(holiday, "holidays", PERMIT_RHYTHM_READ, PERMIT_RHYTHM_WRITE,
                   .check = holiday_check),
            {0},
        },
    .tables = (const struct table[]){{&rhythm_shape, TABLE_PICTURE}, {0}},
    .events = (const struct event_kind *const[]){&rhythm_set_kind, &rhythm_ended_kind,
                                                 &routine_came_kind, NULL},
    .decisions = rhythm_decisions,
    .folds = (const struct fold[]){{&rhythm_ended_kind, fold_ended}, {0}},
    .reactions =
        (const struct reaction[]){
            {.kind = &deadline_passed_kind, .react = rhythm_on_passed},
            {.on = "routine.added", .react = rhythm_on_change},
            {.on = "routine.changed", .react = rhythm_on_change},
            {.on = "routine.retired", .react = rhythm_on_change},
            {.on = "holiday.added", .react = rhythm_on_change},
            {.on = "holiday.changed", .react = rhythm_on_change},
            {.on = "holiday.retired", .react = rhythm_on_change},
            {0},
        },
    .routes =
        (const struct route[]){
            ROUTE(GET, "/api/v1/rhythms", PERMIT_RHYTHM_READ,
                  "All periodic work: its next date, and how the last run went",
                  .output = &rhythm_shape, .output_list = true, .serve = page_serve_list,
                  .arg = &rhythm_shape),
            ROUTE_COMMAND("/api/v1/rhythms/{id}/pace", "rhythm.pace"),
            {0},
        },
    .permissions =
        (const struct permission[]){
            {PERMIT_RHYTHM_READ, "See periodic work, routines and holidays"},
            {PERMIT_RHYTHM_WRITE, "Change routines and holidays, and how often periodic work runs"},
            {0},
        },
    .extend = extend,
    .opening = "rhythm.arm",
};
