/* Dates by the clock of a place: summer time, weekdays, the ends of months, days off. */
#include "frame/rhythm/recur.h"

#include "unit.h"

struct place_clock {
    struct ctx c;
    struct tz zone;
};

static void at_place(struct place_clock *p, const char *zone)
{
    *p = (struct place_clock){.c = {.arena = arena_open(1 << 20), .clock = &clock_system}};
    if (!rc_ok(tz_open(&p->c, &files_system, str_from(zone), &p->zone)))
        fail_msg("%s", p->c.fault.message);
}

static struct wall wall(const char *text)
{
    struct wall when = {0};
    if (text && !wall_parse(str_from(text), &when))
        fail_msg("%s", text);
    return when;
}

static void comes(const struct place_clock *p, const struct recur *recur, const char *last,
                  const char *after, const char *expected)
{
    char text[WALL_TEXT_MAX + 1] = "never";
    struct wall next;
    if (recur_next(recur, &p->zone, wall(last), wall(after), &next))
        text[wall_format(next, text)] = '\0';
    assert_string_equal(text, expected);
}

TEST(recur_daily_keeps_the_local_time_over_summer_time)
{
    struct place_clock p;
    struct recur daily = {.unit = RECUR_DAYS, .every = 1, .minute = 7 * 60};
    at_place(&p, "Europe/Helsinki");
    comes(&p, &daily, NULL, "2026-03-28T04:59:59Z", "2026-03-28T05:00:00Z");
    comes(&p, &daily, NULL, "2026-03-28T05:00:00Z", "2026-03-29T04:00:00Z");
    comes(&p, &daily, NULL, "2026-10-24T05:00:00Z", "2026-10-25T05:00:00Z");
    arena_close(p.c.arena);
}

/* In Berlin the clocks go from 02:00 to 03:00 on 2026-03-29, and from 03:00 to 02:00 on 10-25. */
TEST(recur_of_a_time_that_is_left_out_or_comes_twice)
{
    struct place_clock p;
    struct recur half_past_two = {.unit = RECUR_DAYS, .every = 1, .minute = 2 * 60 + 30};
    at_place(&p, "Europe/Berlin");
    comes(&p, &half_past_two, NULL, "2026-03-28T02:00:00Z", "2026-03-29T01:30:00Z");
    comes(&p, &half_past_two, NULL, "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z");
    comes(&p, &half_past_two, NULL, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z");
    comes(&p, &half_past_two, NULL, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    arena_close(p.c.arena);
}

TEST(recur_counts_from_the_date_before)
{
    struct place_clock p;
    struct recur six_hours = {.unit = RECUR_HOURS, .every = 6};
    struct recur third_day = {.unit = RECUR_DAYS, .every = 3, .minute = 0};
    struct recur other_week = {
        .unit = RECUR_WEEKS, .every = 2, .minute = 0, .weekdays = 1 | 1 << 4}; /* Mon, Fri */
    at_place(&p, "UTC");
    comes(&p, &six_hours, NULL, "2026-11-22T03:10:00Z", "2026-11-22T09:10:00Z");
    comes(&p, &six_hours, "2026-11-22T03:10:00Z", "2026-11-22T22:00:00Z", "2026-11-23T03:10:00Z");
    comes(&p, &six_hours, "2026-11-22T09:10:00Z", "2026-11-22T03:00:00Z", "2026-11-22T15:10:00Z");
    comes(&p, &third_day, "2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z");
    comes(&p, &third_day, "2026-11-20T00:00:00Z", "2026-11-24T08:00:00Z", "2026-11-26T00:00:00Z");
    comes(&p, &other_week, "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-27T00:00:00Z");
    comes(&p, &other_week, "2026-11-27T00:00:00Z", "2026-11-27T00:00:00Z", "2026-12-07T00:00:00Z");
    arena_close(p.c.arena);
}

TEST(recur_monthly_takes_the_last_day_of_a_short_month)
{
    struct place_clock p;
    struct recur last = {.unit = RECUR_MONTHS, .every = 1, .minute = 8 * 60, .day = 31};
    struct recur quarter = {.unit = RECUR_MONTHS, .every = 3, .minute = 8 * 60, .day = 15};
    at_place(&p, "UTC");
    comes(&p, &last, NULL, "2027-01-31T08:00:00Z", "2027-02-28T08:00:00Z");
    comes(&p, &last, NULL, "2028-02-01T00:00:00Z", "2028-02-29T08:00:00Z");
    comes(&p, &quarter, "2026-11-15T08:00:00Z", "2026-11-15T08:00:00Z", "2027-02-15T08:00:00Z");
    arena_close(p.c.arena);
}

static bool weekend(const void *arg, int64_t day)
{
    (void)arg;
    return tz_weekday((struct wall){day * 86400 * 1000000}) > 4;
}

static bool always(const void *arg, int64_t day)
{
    (void)arg, (void)day;
    return true;
}

TEST(recur_leaves_out_days_off)
{
    struct place_clock p;
    struct recur daily = {.unit = RECUR_DAYS, .every = 1, .minute = 0, .closed = weekend};
    at_place(&p, "UTC");
    comes(&p, &daily, NULL, "2026-11-20T12:00:00Z", "2026-11-23T00:00:00Z");
    assert_int_equal(recur_count(&daily, &p.zone, wall("2026-11-20T00:00:00Z"),
                                 wall("2026-11-25T00:00:00Z"), 100),
                     3);
    assert_int_equal(
        recur_count(&daily, &p.zone, wall("2026-11-20T00:00:00Z"), wall("2026-11-25T00:00:00Z"), 2),
        2);
    daily.closed = always;
    comes(&p, &daily, NULL, "2026-11-20T12:00:00Z", "never");
    arena_close(p.c.arena);
}
