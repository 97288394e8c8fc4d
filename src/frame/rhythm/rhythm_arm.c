/* Arming: each thing that comes round has one deadline of core, at its next date. When that passes
 * the next one is set, counted from the date and not from the run, and after the present: whoever
 * was away for three dates runs once. */
#include "base/file.h"
#include "core/catalog.h"
#include "core/system.h"
#include "frame/rhythm/rhythm_own.h"

enum { FACTOR_AS_DECLARED = 10000, FACTOR_LEAST = 1000, FACTOR_MOST = 100000, MISSED_MOST = 1000 };
static const int64_t LATE_US = INT64_C(5) * 60 * 1000000;

/* ---- what is declared ------------------------------------------------------------------------ */

const struct rhythm_row *rhythm_row_of(const struct catalog *catalog, struct str id)
{
    for (size_t i = 0; i < catalog_module_count(catalog); i++)
        for (const struct rhythm_row *row = catalog_module(catalog, i)->rhythms; row && row->name;
             row++)
            if (str_is(id, row->name))
                return row;
    return NULL;
}

rc wanted_of_row(struct ctx *c, const struct catalog *catalog, const struct rhythm_row *row,
                 struct wanted *ret)
{
    int64_t counts[] = {[RECUR_HOURS] = row->hours,
                        [RECUR_DAYS] = row->days,
                        [RECUR_WEEKS] = row->weeks,
                        [RECUR_MONTHS] = row->months};
    struct wanted wanted = {
        .id = str_from(row->name),
        .name = str_from(row->help),
        .label = SYSTEM_LABEL,
        .decision = catalog_decision(catalog, str_from(row->decision)),
        .recur = {.weekdays = row->weekdays, .day = row->day},
        .skip_holidays = row->skip_holidays,
    };
    for (enum recur_unit unit = 0; unit < sizeof counts / sizeof *counts; unit++)
        if (counts[unit] > 0) {
            wanted.recur.unit = unit;
            wanted.recur.every = counts[unit];
        }
    if (wanted.recur.every == 0 || (wanted.recur.unit != RECUR_HOURS && !row->at))
        FAIL(c, INTERNAL, "the rhythm %s does not say how often, or when", row->name);
    wanted.recur.minute = minute_of(str_from(row->at));
    *ret = wanted;
    return OK;
}

struct wanted wanted_of_routine(const struct routine *routine)
{
    static const enum recur_unit units[] = {[ROUTINE_UNIT_HOURS] = RECUR_HOURS,
                                            [ROUTINE_UNIT_DAYS] = RECUR_DAYS,
                                            [ROUTINE_UNIT_WEEKS] = RECUR_WEEKS,
                                            [ROUTINE_UNIT_MONTHS] = RECUR_MONTHS};
    return (struct wanted){
        .id = routine->id,
        .name = routine->name,
        .label = routine->label,
        .routine = true,
        .decision = &rhythm_decisions[ROUTINE_COME],
        .recur = {.unit = units[routine->unit],
                  .every = routine->every,
                  .minute = minute_of(routine->at),
                  .weekdays = weekdays_of(routine->weekdays),
                  .day = routine->day},
        .skip_holidays = routine->skip_holidays,
    };
}

/* ---- the mission's clock and days off -------------------------------------------------------- */

rc rhythm_zone(struct ctx *c, struct picture *picture, struct tz *ret, struct str *ret_name)
{
    const struct record *record = catalog_record(picture_catalog(picture), STR("mission"));
    const struct shape_field *field = record ? shape_field(record->shape, STR("time_zone")) : NULL;
    *ret = (struct tz){0};
    *ret_name = STR("UTC");
    if (!field || field->kind != SHAPE_TEXT)
        return OK;
    void *mission = ctx_take(c, 1, record->shape->size);
    if (!mission)
        return fault_again(c);
    rc result = picture_get(c, picture, record->shape, picture_mission(picture), NULL, mission);
    if (result.code == RC_NOT_FOUND)
        return OK;
    TRY(result);
    struct str name = *(const struct str *)shape_in(field, mission);
    result = tz_open(c, &files_system, name, ret);
    if (result.code == RC_NOT_FOUND || result.code == RC_MALFORMED)
        return OK; /* the machine does not know it: the schedule says UTC */
    *ret_name = name;
    return result;
}

struct holidays {
    size_t count;
    const struct holiday *items;
};

static bool is_holiday(const void *arg, int64_t day)
{
    const struct holidays *holidays = arg;
    char text[WALL_TEXT_MAX];
    struct wall noon = {(day * 86400 + 43200) * 1000000};
    struct str date = str_sub((struct str){text, wall_format(noon, text)}, 0, 10);
    for (size_t i = 0; i < holidays->count; i++) {
        const struct holiday *h = &holidays->items[i];
        size_t skip = h->yearly ? 5 : 0; /* the year */
        if (str_eq(str_sub(h->day, skip, 10), str_sub(date, skip, 10)))
            return true;
    }
    return false;
}

/* What all dates of the mission are worked out with. */
struct calendar {
    struct picture *picture;
    struct tz zone;
    struct str zone_name;
    struct holidays holidays;
};

static rc calendar_read(struct ctx *c, struct picture *picture, struct calendar *ret)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct page page;
    *ret = (struct calendar){.picture = picture};
    TRY(rhythm_zone(c, picture, &ret->zone, &ret->zone_name));
    TRY(picture_list(c, picture, &holiday_shape, &query, &page));
    ret->holidays = (struct holidays){page.count, page.records};
    return OK;
}

static struct recur recur_of(const struct calendar *calendar, const struct wanted *wanted,
                             int64_t factor_bp)
{
    struct recur recur = wanted->recur;
    if (recur.unit == RECUR_HOURS || recur.unit == RECUR_DAYS) {
        recur.every = (recur.every * factor_bp + FACTOR_AS_DECLARED / 2) / FACTOR_AS_DECLARED;
        recur.every = recur.every > 0 ? recur.every : 1;
    }
    if (wanted->skip_holidays) {
        recur.closed = is_holiday;
        recur.arg = &calendar->holidays;
    }
    return recur;
}

/* ---- setting dates --------------------------------------------------------------------------- */

/* As people read it; another text means that the date has to be worked out again. */
static rc describe(struct ctx *c, const struct calendar *calendar, const struct wanted *wanted,
                   const struct recur *recur, struct str *ret)
{
    static const char *const units[] = {"hour", "day", "week", "month"};
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    struct text out;
    text_init(&out, c, 240);
    text_printf(&out, "every %lld %s%s", (long long)recur->every, units[recur->unit],
                recur->every > 1 ? "s" : "");
    for (unsigned i = 0, first = 1; i < 7; i++)
        if (recur->weekdays & (1u << i)) {
            text_printf(&out, "%s%s", first ? " on " : ", ", days[i]);
            first = 0;
        }
    if (recur->unit == RECUR_MONTHS)
        text_printf(&out, " on day %lld", (long long)recur->day);
    if (recur->unit != RECUR_HOURS)
        text_printf(&out, " at %02d:%02d %.*s", (int)(recur->minute / 60),
                    (int)(recur->minute % 60), STR_ARG(calendar->zone_name));
    if (wanted->skip_holidays)
        text_put(&out, STR(", not on holidays"));
    return text_done(&out, ret);
}

static rc set_next(struct ctx *c, const struct calendar *calendar, const struct wanted *wanted,
                   struct rhythm *rhythm, struct outcome *outcome)
{
    struct recur recur = recur_of(calendar, wanted, rhythm->factor_bp);
    bool had = rhythm->due.us != 0;
    rhythm->label = wanted->label;
    rhythm->name = wanted->name;
    TRY(describe(c, calendar, wanted, &recur, &rhythm->schedule));
    TRY(deadline_id(c, wanted->decision, wanted->id, &rhythm->deadline));
    rhythm->due = (struct wall){0};
    bool comes = recur_next(&recur, &calendar->zone, rhythm->last, clock_now(c), &rhythm->due);
    TRY(outcome_add(c, outcome,
                    &(struct outcome_event){
                        .kind = &rhythm_set_kind, .body = rhythm, .record_id = rhythm->id}));
    if (comes)
        return outcome_set_deadline(c, outcome, wanted->decision, wanted->id, rhythm->due, NULL);
    return had ? outcome_clear_deadline(c, outcome, wanted->decision, wanted->id) : OK;
}

static rc rhythm_find(struct ctx *c, struct picture *picture, struct str id, struct rhythm *ret,
                      bool *ret_there)
{
    rc found = picture_get(c, picture, &rhythm_shape, id, NULL, ret);
    *ret_there = rc_ok(found);
    return found.code == RC_NOT_FOUND ? OK : found;
}

static bool same_label(struct label a, struct label b)
{
    bool none = str_absent(a.compartments) && str_absent(b.compartments);
    return a.tlp == b.tlp && (none || str_eq(a.compartments, b.compartments));
}

/* A date that is over has still to be run, and sets the next one itself. */
static rc arm(struct ctx *c, const struct calendar *calendar, const struct wanted *wanted,
              bool again, struct outcome *outcome)
{
    struct rhythm rhythm = {0};
    struct str schedule;
    bool there = false;
    TRY(rhythm_find(c, calendar->picture, wanted->id, &rhythm, &there));
    if (there) {
        struct recur recur = recur_of(calendar, wanted, rhythm.factor_bp);
        TRY(describe(c, calendar, wanted, &recur, &schedule));
        bool same = str_eq(schedule, rhythm.schedule) && str_eq(wanted->name, rhythm.name) &&
                    same_label(wanted->label, rhythm.label);
        bool over = rhythm.due.us && rhythm.due.us <= clock_now(c).us;
        if (over || (same && !(again && wanted->skip_holidays)))
            return OK;
    } else {
        rhythm = (struct rhythm){
            .id = wanted->id, .routine = wanted->routine, .factor_bp = FACTOR_AS_DECLARED};
    }
    return set_next(c, calendar, wanted, &rhythm, outcome);
}

static rc end(struct ctx *c, const struct rhythm *rhythm, const struct decision *decision,
              struct outcome *outcome)
{
    struct record_head body = {rhythm->id, rhythm->label};
    if (rhythm->due.us && decision)
        TRY(outcome_clear_deadline(c, outcome, decision, rhythm->id));
    return outcome_add(
        c, outcome,
        &(struct outcome_event){.kind = &rhythm_ended_kind, .body = &body, .record_id = body.id});
}

/* ---- all of them ----------------------------------------------------------------------------- */

static rc arm_rows(struct ctx *c, const struct calendar *calendar, bool again,
                   struct outcome *outcome)
{
    const struct catalog *catalog = picture_catalog(calendar->picture);
    for (size_t i = 0; i < catalog_module_count(catalog); i++)
        for (const struct rhythm_row *row = catalog_module(catalog, i)->rhythms; row && row->name;
             row++) {
            struct wanted wanted;
            TRY(wanted_of_row(c, catalog, row, &wanted));
            TRY(arm(c, calendar, &wanted, again, outcome));
        }
    return OK;
}

static rc arm_routines(struct ctx *c, const struct calendar *calendar, bool again,
                       struct outcome *outcome)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    do {
        struct page page;
        TRY(picture_list(c, calendar->picture, &routine_shape, &query, &page));
        const struct routine *routines = page.records;
        for (size_t i = 0; i < page.count; i++) {
            struct wanted wanted = wanted_of_routine(&routines[i]);
            TRY(arm(c, calendar, &wanted, again, outcome));
        }
        query.after = page.after;
    } while (!str_absent(query.after));
    return OK;
}

/* What no module and no live routine asks for any more. */
static rc end_others(struct ctx *c, struct picture *picture, struct outcome *outcome)
{
    const struct catalog *catalog = picture_catalog(picture);
    struct query query = {.limit = QUERY_LIMIT_MAX};
    do {
        struct page page;
        TRY(picture_list(c, picture, &rhythm_shape, &query, &page));
        const struct rhythm *rhythms = page.records;
        for (size_t i = 0; i < page.count; i++) {
            bool wanted = rhythm_row_of(catalog, rhythms[i].id) != NULL;
            if (rhythms[i].routine)
                TRY(picture_has(c, picture, &routine_shape, rhythms[i].id, &wanted));
            if (!wanted)
                TRY(end(c, &rhythms[i], rhythms[i].routine ? &rhythm_decisions[ROUTINE_COME] : NULL,
                        outcome));
        }
        query.after = page.after;
    } while (!str_absent(query.after));
    return OK;
}

static rc arm_all(struct ctx *c, struct picture *picture, bool again, struct outcome *outcome)
{
    struct calendar calendar;
    TRY(calendar_read(c, picture, &calendar));
    TRY(arm_rows(c, &calendar, again, outcome));
    TRY(arm_routines(c, &calendar, again, outcome));
    return end_others(c, picture, outcome);
}

rc rhythm_decide_arm(struct ctx *c, struct picture *picture, const struct command *,
                     struct outcome *outcome)
{
    return arm_all(c, picture, false, outcome);
}

rc rhythm_on_change(struct ctx *c, struct picture *picture, const struct event *,
                    struct outcome *outcome)
{
    return arm_all(c, picture, true, outcome);
}

/* ---- a date has come ------------------------------------------------------------------------- */

static rc wanted_get(struct ctx *c, struct picture *picture, const struct rhythm *rhythm,
                     struct wanted *ret)
{
    const struct catalog *catalog = picture_catalog(picture);
    const struct rhythm_row *row = rhythm_row_of(catalog, rhythm->id);
    struct routine routine = {0};
    struct row live;
    if (!rhythm->routine && row)
        return wanted_of_row(c, catalog, row, ret);
    TRY(picture_get(c, picture, &routine_shape, rhythm->id, &live, &routine));
    if (live.retired.us)
        FAIL(c, NOT_FOUND, "this routine is retired");
    *ret = wanted_of_routine(&routine);
    return OK;
}

rc rhythm_on_passed(struct ctx *c, struct picture *picture, const struct event *event,
                    struct outcome *outcome)
{
    const struct deadline_end *passed = event->body;
    struct rhythm rhythm = {0};
    struct calendar calendar;
    struct wanted wanted;
    rc found = picture_find(c, picture, &rhythm_shape, "deadline", passed->id, NULL, &rhythm);
    if (found.code == RC_NOT_FOUND)
        return OK;
    TRY(found);
    found = wanted_get(c, picture, &rhythm, &wanted);
    if (found.code == RC_NOT_FOUND)
        return OK; /* no longer declared: the next opening ends it */
    TRY(found);
    TRY(calendar_read(c, picture, &calendar));
    struct recur recur = recur_of(&calendar, &wanted, rhythm.factor_bp);
    rhythm.last = rhythm.due;
    rhythm.ran = event->received;
    rhythm.late = rhythm.ran.us - rhythm.last.us > LATE_US;
    rhythm.missed = recur_count(&recur, &calendar.zone, rhythm.last, rhythm.ran, MISSED_MOST);
    rhythm.refused = passed->refused;
    rhythm.runs++;
    rhythm.due = (struct wall){0};
    return set_next(c, &calendar, &wanted, &rhythm, outcome);
}

rc routine_decide_come(struct ctx *c, struct picture *picture, const struct command *command,
                       struct outcome *outcome)
{
    struct routine routine = {0};
    struct row row;
    TRY(picture_get(c, picture, &routine_shape, command->target, &row, &routine));
    if (row.retired.us || !actor_may_read(&command->actor, routine.label))
        FAIL(c, NOT_FOUND, "there is no routine %.*s", STR_ARG(command->target));
    struct wall due = command->occurred.us ? command->occurred : clock_now(c);
    struct routine_date body = {
        .id = routine.id,
        .label = routine.label,
        .name = routine.name,
        .due = due,
        .late = clock_now(c).us - due.us > LATE_US,
        .owner = routine.owner,
    };
    return outcome_add(
        c, outcome,
        &(struct outcome_event){.kind = &routine_came_kind, .body = &body, .record_id = body.id});
}

/* ---- pace ------------------------------------------------------------------------------------ */

rc rhythm_pace(struct ctx *c, struct picture *picture, struct outcome *outcome, struct str id,
               int64_t factor_bp)
{
    struct rhythm rhythm = {0};
    struct calendar calendar;
    struct wanted wanted;
    if (factor_bp < FACTOR_LEAST || factor_bp > FACTOR_MOST)
        REFUSE(c, INVALID, "range", "factor_bp", "from %d to %d", FACTOR_LEAST, FACTOR_MOST);
    TRY(picture_get(c, picture, &rhythm_shape, id, NULL, &rhythm));
    if (rhythm.factor_bp == factor_bp)
        return OK;
    TRY(wanted_get(c, picture, &rhythm, &wanted));
    TRY(calendar_read(c, picture, &calendar));
    rhythm.factor_bp = factor_bp;
    return set_next(c, &calendar, &wanted, &rhythm, outcome);
}

rc rhythm_decide_pace(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct rhythm_pace_input *input = command->input;
    struct rhythm rhythm = {0};
    TRY(picture_get(c, picture, &rhythm_shape, command->target, NULL, &rhythm));
    if (!actor_may_read(&command->actor, rhythm.label))
        FAIL(c, NOT_FOUND, "there is no such rhythm");
    return rhythm_pace(c, picture, outcome, rhythm.id, input->factor_bp);
}
