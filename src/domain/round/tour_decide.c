/* Rounds: started by a guard, proved by scans that the guard's phone signs, and found out when a
 * checkpoint is missed. A phone without a net hands its scans in later; they count at the time the
 * phone gives, and are marked. */
#include "domain/round/round_own.h"

#include "base/random.h"
#include "core/target.h"

#include <math.h>
#include <sodium.h>

enum {
    LATE_DATA_MS = 60000,
    CLOCK_AHEAD_MS = 60000,
    LATE_DATA_DAYS_MAX = 2,
    RUN_OVER_MS = 3600000
};

/* Nobody on a round is faster than this, metres a second; and so near is the same place. */
static const double FASTEST = 8.0, SAME_PLACE_M = 30.0;

/* ---- the records ----------------------------------------------------------------------------- */

rc tour_check_record(struct ctx *c, struct picture *, const struct command *, const void *,
                     const void *after)
{
    const struct guard_tour *tour = after;
    for (size_t i = 0; tour && i < tour->checkpoints.count; i++) {
        const struct checkpoint *point = &tour->checkpoints.items[i];
        if (point->by_ms <= point->from_ms)
            REFUSE(c, INVALID, "order", "checkpoints", "the window of %.*s ends before it begins",
                   STR_ARG(point->name));
        for (size_t j = 0; j < i; j++)
            if (str_eq(point->tag, tour->checkpoints.items[j].tag))
                REFUSE(c, INVALID, "unique", "checkpoints", "the tag %.*s occurs twice",
                       STR_ARG(point->tag));
    }
    return OK;
}

rc shift_check(struct ctx *c, struct picture *, const struct command *, const void *,
               const void *after)
{
    const struct guard_shift *shift = after;
    if (shift && shift->ends.us <= shift->begins.us)
        REFUSE(c, INVALID, "order", "ends", "the shift ends before it begins");
    return OK;
}

/* ---- shared ---------------------------------------------------------------------------------- */

static rc ring(struct ctx *c, struct picture *picture, struct outcome *outcome,
               const struct tour_run *run, const char *message, struct str name)
{
    struct raise raise = {
        .message = message,
        .cause = STR("round"),
        .kind = SIGNAL_KIND_STATUS,
        .priority = SIGNAL_PRIORITY_MEDIUM,
        .respond_ms = 300000,
        .label = run->label,
        .at = clock_now(c),
        .momentary = true,
    };
    TRY(str_format(c, &raise.key, "%.*s/%s/%.*s", STR_ARG(run->id), message, STR_ARG(name)));
    TRY(raise_refer(c, &raise, "tour", "guard_tour", run->tour));
    raise_quote(&raise, "point", name);
    return alarm_raise(c, picture, outcome, &raise);
}

/* The end of its last window. */
static struct wall last_window(const struct tour_run *run)
{
    struct wall last = {0};
    for (size_t i = 0; i < run->visits.count; i++)
        if (run->visits.items[i].by.us > last.us)
            last = run->visits.items[i].by;
    return last;
}

/* The deadline of a round: the next window that ends; with none left, when it is over for good. */
static rc set_deadline(struct ctx *c, struct outcome *outcome, const struct tour_run *run)
{
    struct wall due = {0};
    for (size_t i = 0; i < run->visits.count; i++) {
        const struct tour_visit *visit = &run->visits.items[i];
        if (visit->verdict == VISIT_VERDICT_AWAITED && (due.us == 0 || visit->by.us < due.us))
            due = visit->by;
    }
    if (due.us == 0)
        due.us = last_window(run).us + (int64_t)RUN_OVER_MS * 1000;
    due.us += 1000;
    return outcome_set_deadline(c, outcome, &round_decisions[TOUR_CHECK], run->id, due, NULL);
}

/* ---- starting -------------------------------------------------------------------------------- */

/* Fisher and Yates; no guard and no onlooker knows the order before. */
static void shuffle(struct checkpoint *points, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = randombytes_uniform((uint32_t)i);
        struct checkpoint swap = points[i - 1];
        points[i - 1] = points[j];
        points[j] = swap;
    }
}

static rc lay_out(struct ctx *c, const struct guard_tour *tour, struct wall start,
                  struct tour_run *run)
{
    struct checkpoint *points = NULL;
    size_t count = tour->checkpoints.count;
    NEW(c, points, count);
    NEW(c, run->visits.items, count);
    memcpy(points, tour->checkpoints.items, count * sizeof *points);
    if (tour->random_order)
        shuffle(points, count);
    for (size_t i = 0; i < count; i++) { /* the windows stay with the place in the order */
        const struct checkpoint *window = &tour->checkpoints.items[i];
        run->visits.items[i] = (struct tour_visit){
            .tag = points[i].tag,
            .name = points[i].name,
            .from = {start.us + window->from_ms * 1000},
            .by = {start.us + window->by_ms * 1000},
            .verdict = VISIT_VERDICT_AWAITED,
        };
    }
    run->visits.count = count;
    return OK;
}

rc tour_start(struct ctx *c, struct picture *picture, const struct command *command,
              struct outcome *outcome)
{
    struct guard_tour tour = {0};
    struct tour_run run = {.guard = command->actor.id, .state = TOUR_STATE_WALKED};
    TRY(command_target(c, picture, command, &guard_tour_shape, NULL, &tour));
    run.label = tour.label;
    run.tour = tour.id;
    run.started = clock_now(c);
    TRY(id_new(c, &run.id));
    TRY(lay_out(c, &tour, run.started, &run));
    TRY(outcome_add_row(c, outcome, &tour_started_kind, &run));
    return set_deadline(c, outcome, &run);
}

/* ---- scanning -------------------------------------------------------------------------------- */

rc tour_scan_message(struct ctx *c, struct str run, const struct tour_scan *scan, struct str *ret)
{
    struct text out;
    text_init(&out, c, 1024);
    text_put(&out, STR("chancery-scan\n"));
    text_put(&out, run);
    text_put_char(&out, '\n');
    text_put(&out, scan->tag);
    text_put_char(&out, '\n');
    text_put_wall(&out, scan->at);
    return text_done(&out, ret);
}

static rc check_phone(struct ctx *c, struct picture *picture, const struct tour_run *run,
                      const struct tour_scan *scan)
{
    struct guard_phone phone = {0};
    struct row row = {0};
    struct str message;
    rc found = picture_get(c, picture, &guard_phone_shape, scan->phone, &row, &phone);
    if (found.code == RC_NOT_FOUND || row.retired.us)
        REFUSE(c, FORBIDDEN, "phone", "phone", "this phone is not on the list");
    TRY(found);
    if (!str_eq(phone.guard, run->guard))
        REFUSE(c, FORBIDDEN, "phone", "phone",
               "this phone does not belong to the guard on the round");
    TRY(tour_scan_message(c, run->id, scan, &message));
    if (crypto_sign_verify_detached((const unsigned char *)scan->signature.ptr,
                                    (const unsigned char *)message.ptr, message.len,
                                    (const unsigned char *)phone.key.ptr) != 0)
        REFUSE(c, FORBIDDEN, "signature", "signature", "the phone did not sign this");
    return OK;
}

static rc check_time(struct ctx *c, const struct tour_run *run, const struct tour_scan *scan)
{
    int64_t ahead_us = scan->at.us - clock_now(c).us;
    if (ahead_us > (int64_t)CLOCK_AHEAD_MS * 1000)
        REFUSE(c, INVALID, "future", "at", "the phone's clock is ahead of ours");
    if (ahead_us < -(int64_t)LATE_DATA_DAYS_MAX * 86400 * 1000000)
        REFUSE(c, INVALID, "past", "at", "more than %d days ago", LATE_DATA_DAYS_MAX);
    if (scan->at.us < run->started.us - (int64_t)CLOCK_AHEAD_MS * 1000)
        REFUSE(c, INVALID, "past", "at", "that was before the round began");
    return OK;
}

/* On ground as small as a city's a degree of longitude is that of latitude by the cosine. */
static double metres(struct place a, struct place b)
{
    double to_metres = 111195.0 / 1e7;
    double north = (double)(a.lat_e7 - b.lat_e7) * to_metres;
    double east = (double)(a.lon_e7 - b.lon_e7) * to_metres *
                  cos((double)a.lat_e7 / 1e7 * 3.14159265358979323846 / 180.0);
    return sqrt(north * north + east * east);
}

/* From where the guard was seen last, on whatever round: nobody is in two places, or runs so. */
static bool is_too_fast(const struct guard_seen *last, struct place here, struct wall at)
{
    if (last->at.us == 0 || !last->position.known || !here.known)
        return false;
    double way = metres(last->position, here);
    double seconds = fabs((double)(at.us - last->at.us) / 1e6);
    return way > SAME_PLACE_M && way > seconds * FASTEST;
}

static struct place position_of(const struct guard_tour *tour, struct str tag)
{
    for (size_t i = 0; i < tour->checkpoints.count; i++)
        if (str_eq(tour->checkpoints.items[i].tag, tag))
            return tour->checkpoints.items[i].position;
    return (struct place){.known = false};
}

static void judge(struct tour_run *run, struct tour_visit *visit, const struct tour_scan *scan,
                  struct wall now)
{
    struct wall at = scan->at;
    bool missed = visit->verdict == VISIT_VERDICT_MISSED;
    /* Nothing is too early for a window that the round begins with, but a phone's clock. */
    bool early = at.us < visit->from.us && visit->from.us > run->started.us;
    visit->at = at;
    visit->means = scan->means;
    visit->received = now;
    visit->late_data = now.us - at.us > (int64_t)LATE_DATA_MS * 1000;
    visit->verdict = early                  ? VISIT_VERDICT_EARLY
                     : at.us > visit->by.us ? VISIT_VERDICT_LATE
                                            : VISIT_VERDICT_ON_TIME;
    if (missed)
        run->missed--; /* it was visited after all: only we did not know */
    for (const struct tour_visit *before = run->visits.items; before < visit; before++)
        visit->out_of_order = visit->out_of_order || before->verdict == VISIT_VERDICT_AWAITED ||
                              (before->at.us && before->at.us > at.us);
}

static rc note_seen(struct ctx *c, struct picture *picture, struct outcome *outcome,
                    struct tour_run *run, struct tour_visit *visit)
{
    struct guard_seen last = {0};
    struct guard_tour tour = {0};
    TRY(picture_get(c, picture, &guard_tour_shape, run->tour, NULL, &tour));
    rc found = picture_get(c, picture, &guard_seen_shape, run->guard, NULL, &last);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    const struct guard_seen seen = {.id = run->guard,
                                    .label = run->label,
                                    .at = visit->at,
                                    .tag = visit->tag,
                                    .position = position_of(&tour, visit->tag)};
    visit->too_fast = is_too_fast(&last, seen.position, seen.at);
    if (visit->too_fast)
        TRY(ring(c, picture, outcome, run, "round.speed", visit->name));
    if (seen.at.us < last.at.us)
        return OK; /* handed in late: the guard has been seen since */
    return outcome_add_row(c, outcome, &guard_seen_kind, &seen);
}

static struct tour_visit *find_visit(struct tour_run *run, struct str tag)
{
    for (size_t i = 0; i < run->visits.count; i++)
        if (str_eq(run->visits.items[i].tag, tag))
            return &run->visits.items[i];
    return NULL;
}

static bool all_done(const struct tour_run *run)
{
    for (size_t i = 0; i < run->visits.count; i++)
        if (run->visits.items[i].verdict == VISIT_VERDICT_AWAITED ||
            run->visits.items[i].verdict == VISIT_VERDICT_MISSED)
            return false;
    return true;
}

rc tour_scan_take(struct ctx *c, struct picture *picture, const struct command *command,
                  struct outcome *outcome)
{
    const struct tour_scan *scan = command->input;
    struct tour_run run = {0};
    struct wall now = clock_now(c);
    TRY(command_target(c, picture, command, &tour_run_shape, NULL, &run));
    TRY(check_phone(c, picture, &run, scan));
    TRY(check_time(c, &run, scan));
    struct tour_visit *visit = find_visit(&run, scan->tag);
    if (!visit)
        REFUSE(c, INVALID, "tag", "tag", "this tag is not on the round");
    if (visit->at.us)
        return OK; /* handed in twice: the first counts */
    judge(&run, visit, scan, now);
    TRY(note_seen(c, picture, outcome, &run, visit));
    if (!all_done(&run))
        return outcome_add_row(c, outcome, &tour_scanned_kind, &run);
    run.state = TOUR_STATE_COMPLETE;
    run.ended = now;
    return outcome_add_row(c, outcome, &tour_ended_kind, &run);
}

/* ---- what was missed ------------------------------------------------------------------------- */

rc tour_check(struct ctx *c, struct picture *picture, const struct command *command,
              struct outcome *outcome)
{
    struct tour_run run = {0};
    struct wall now = clock_now(c);
    bool awaited = false;
    TRY(picture_get(c, picture, &tour_run_shape, command->target, NULL, &run));
    if (run.state != TOUR_STATE_WALKED)
        return OK;
    for (size_t i = 0; i < run.visits.count; i++) {
        struct tour_visit *visit = &run.visits.items[i];
        if (visit->verdict != VISIT_VERDICT_AWAITED)
            continue;
        if (visit->by.us > now.us) {
            awaited = true;
            continue;
        }
        visit->verdict = VISIT_VERDICT_MISSED;
        run.missed++;
        TRY(ring(c, picture, outcome, &run, "round.missed", visit->name));
    }
    if (!awaited && now.us > last_window(&run).us + (int64_t)RUN_OVER_MS * 1000) {
        run.state = TOUR_STATE_INCOMPLETE;
        run.ended = now;
        return outcome_add_row(c, outcome, &tour_ended_kind, &run);
    }
    TRY(outcome_add_row(c, outcome, &tour_missed_kind, &run));
    return set_deadline(c, outcome, &run);
}
