#include "frame/rhythm/recur.h"

#include <assert.h>

enum { LOOK_AHEAD_DAYS = 3660 };
static const int64_t HOUR_US = INT64_C(3600000000);

/* Year and month as one number, and the day of the month. */
static int64_t month_of(int64_t day, int64_t *ret_day)
{
    char text[WALL_TEXT_MAX];
    struct str date = {text, wall_format((struct wall){day * DAY_US}, text)};
    int64_t year = 0, month = 0;
    (void)str_to_i64(str_sub(date, 0, 4), &year);
    (void)str_to_i64(str_sub(date, 5, 2), &month);
    (void)str_to_i64(str_sub(date, 8, 2), ret_day);
    return year * 12 + month;
}

static int64_t week_of(int64_t day)
{
    return (day + 3) / 7; /* 1970-01-01 was a Thursday */
}

static bool in_step(int64_t now, int64_t last, int64_t every)
{
    return (now - last) % every == 0;
}

static bool fits(const struct recur *r, int64_t day, bool began, int64_t last)
{
    int64_t of_month, of_next, unused;
    unsigned weekday = 1u << tz_weekday((struct wall){day * DAY_US});
    if ((r->weekdays && !(r->weekdays & weekday)) || (r->closed && r->closed(r->arg, day)))
        return false;
    if (r->unit == RECUR_DAYS)
        return !began || in_step(day, last, r->every);
    if (r->unit == RECUR_WEEKS)
        return !began || in_step(week_of(day), week_of(last), r->every);
    int64_t month = month_of(day, &of_month);
    bool ends = month_of(day + 1, &of_next) != month;
    if (of_month != r->day && !(ends && of_month < r->day))
        return false;
    return !began || in_step(month, month_of(last, &unused), r->every);
}

static bool next_hour(const struct recur *r, struct wall last, struct wall after, struct wall *ret)
{
    int64_t every = r->every * HOUR_US, from = last.us ? last.us : after.us;
    int64_t steps = after.us < from ? 0 : (after.us - from) / every;
    *ret = (struct wall){from + (steps + 1) * every};
    return true;
}

bool recur_next(const struct recur *r, const struct tz *zone, struct wall last, struct wall after,
                struct wall *ret)
{
    assert(r->every > 0);
    if (r->unit == RECUR_HOURS)
        return next_hour(r, last, after, ret);
    int64_t before = tz_day(tz_local(zone, last)), first = tz_day(tz_local(zone, after)) - 1;
    for (int64_t day = first; day < first + LOOK_AHEAD_DAYS; day++) {
        struct wall when = tz_moment(zone, (struct wall){day * DAY_US + r->minute * HOUR_US / 60});
        if (when.us <= after.us || !fits(r, day, last.us != 0, before))
            continue;
        *ret = when;
        return true;
    }
    return false;
}

int64_t recur_count(const struct recur *r, const struct tz *zone, struct wall after,
                    struct wall until, int64_t most)
{
    struct wall date = after, next;
    int64_t count = 0;
    while (count < most && recur_next(r, zone, date, date, &next) && next.us <= until.us) {
        count++;
        date = next;
    }
    return count;
}
