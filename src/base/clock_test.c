#include "unit.h"

#include "base/clock.h"

static void check_text(int64_t us, const char *text)
{
    char out[WALL_TEXT_MAX];
    struct wall back = {-1};
    struct str written = {out, wall_format((struct wall){us}, out)};
    if (!str_is(written, text))
        fail_msg("%.*s instead of %s", STR_ARG(written), text);
    assert_true(wall_parse(written, &back));
    assert_int_equal(back.us, us);
}

TEST(times_are_written_and_read_again)
{
    check_text(0, "1970-01-01T00:00:00Z");
    check_text(-1, "1969-12-31T23:59:59.999999Z");
    check_text(250000, "1970-01-01T00:00:00.25Z");
    check_text(951782400000000, "2000-02-29T00:00:00Z");
    check_text(1709164800000000, "2024-02-29T00:00:00Z");
    check_text(4107542399000000, "2100-02-28T23:59:59Z");
    check_text(4107542400000000, "2100-03-01T00:00:00Z");
    check_text(WALL_FIRST_US, "0001-01-01T00:00:00Z");
    check_text(WALL_LAST_US, "9999-12-31T23:59:59.999999Z");
}

TEST(every_day_of_a_cycle_of_400_years_follows_the_one_before)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 1600, month = 1, day = 1;
    for (int64_t days = -135140; days < -135140 + 146097; days++) {
        char text[64], out[WALL_TEXT_MAX];
        struct wall when = {days * 86400000000};
        snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month, day);
        assert_true(str_is((struct str){out, wall_format(when, out)}, text));
        struct wall back = {1};
        assert_true(wall_parse(str_from(text), &back) && back.us == when.us);
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (++day > lengths[month - 1] + (month == 2 && leap)) {
            day = 1;
            year += month == 12;
            month = month % 12 + 1;
        }
    }
    assert_int_equal(year, 2000);
}

TEST(other_ways_to_write_a_time_are_read)
{
    static const struct {
        const char *text, *same;
    } rows[] = {
        {"2026-11-22T03:00:00+02:00", "2026-11-22T01:00:00Z"},
        {"2026-11-22T03:00:00-23:59", "2026-11-23T02:59:00Z"},
        {"2026-11-22t03:00:00z", "2026-11-22T03:00:00Z"},
        {"2026-11-22 03:00:00Z", "2026-11-22T03:00:00Z"},
        {"2026-11-22T03:00:00-00:00", "2026-11-22T03:00:00Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
        {"2026-11-22T03:00:00.1234567899Z", "2026-11-22T03:00:00.123456Z"},
        {"2026-11-22T03:00:00.000Z", "2026-11-22T03:00:00Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wall a = {0}, b = {1};
        assert_true(wall_parse(str_from(rows[i].text), &a));
        assert_true(wall_parse(str_from(rows[i].same), &b));
        assert_int_equal(a.us, b.us);
    }
}

TEST(what_is_no_time_is_refused)
{
    static const char *const bad[] = {
        "",
        "2026-11-22",
        "2026-11-22T03:00Z",
        "2026-11-22T03:00:00",
        "2026-11-22T03:00:00Z ",
        " 2026-11-22T03:00:00Z",
        "2026-13-22T03:00:00Z",
        "2026-00-22T03:00:00Z",
        "2026-11-31T03:00:00Z",
        "2026-11-00T03:00:00Z",
        "2025-02-29T03:00:00Z",
        "1900-02-29T03:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T03:60:00Z",
        "2026-11-22T03:00:61Z",
        "2026-11-22T03:00:00.Z",
        "2026-11-22T03:00:00+24:00",
        "2026-11-22T03:00:00+02:60",
        "2026-11-22T03:00:00+0200",
        "2026-11-22T03:00:00+02",
        "2026\r11\r22T03:00:00Z",
        "2026-11-22X03:00:00Z",
        "2026-1-22T03:00:00Z",
        "+026-11-22T03:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T23:59:60Z",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct wall when = {4711};
        if (wall_parse(str_from(bad[i]), &when) || when.us != 4711)
            fail_msg("\"%s\" is taken for a time", bad[i]);
    }
}

TEST(any_number_can_be_written)
{
    char out[WALL_TEXT_MAX];
    assert_in_range(wall_format((struct wall){INT64_MIN}, out), 1, WALL_TEXT_MAX);
    assert_in_range(wall_format((struct wall){INT64_MAX}, out), 1, WALL_TEXT_MAX);
    assert_false(wall_in_calendar((struct wall){INT64_MAX}));
}

TEST(a_manual_clock_stands_until_it_is_moved)
{
    struct clock_manual manual;
    clock_manual_init(&manual, (struct wall){1000});
    const struct clock *clock = &manual.clock;
    assert_int_equal(clock->wall(clock).us, 1000);
    clock_manual_advance_us(&manual, 5);
    assert_int_equal(clock->wall(clock).us, 1005);
    assert_int_equal(clock->mono(clock).us, 1005);
    clock_manual_set(&manual, (struct wall){7});
    assert_int_equal(clock->wall(clock).us, 7);
    assert_true(clock_system.wall(&clock_system).us > 0);
    assert_true(clock_system.mono(&clock_system).us <= clock_system.mono(&clock_system).us);
}
