/* Local time, against what the C library says of the same zones. */
#include "unit.h"

#include "base/tz.h"

#include <stdlib.h>
#include <time.h>

static struct ctx open_ctx(void)
{
    struct ctx c = {.arena = arena_open(16 << 20), .clock = &clock_system};
    assert_non_null(c.arena);
    return c;
}

/* Every 37 hours of 130 years: before the first change, along all of them, and by the rule. */
static void compare(const char *name)
{
    struct ctx c = open_ctx();
    struct tz zone;
    char *before = getenv("TZ") ? strdup(getenv("TZ")) : NULL;
    if (!rc_ok(tz_open(&c, &files_system, str_from(name), &zone)))
        fail_msg("%s: %s", name, c.fault.message);
    setenv("TZ", name, 1);
    tzset();
    for (int64_t second = -1000000000; second < 4102444800; second += 37 * 3600 + 11) {
        time_t at = (time_t)second;
        struct tm tm;
        localtime_r(&at, &tm);
        int32_t offset = tz_offset(&zone, (struct wall){second * 1000000});
        if (offset != tm.tm_gmtoff)
            fail_msg("%s at %lld: %d instead of %ld", name, (long long)second, offset,
                     tm.tm_gmtoff);
        unsigned weekday = tz_weekday(tz_local(&zone, (struct wall){second * 1000000}));
        assert_int_equal(weekday, (tm.tm_wday + 6) % 7);
    }
    if (before)
        setenv("TZ", before, 1);
    else
        unsetenv("TZ");
    tzset();
    free(before);
    arena_close(c.arena);
}

TEST(tz_says_what_the_c_library_says)
{
    static const char *const names[] = {
        "Europe/Helsinki",  "America/New_York",  "Asia/Kathmandu", "Australia/Lord_Howe",
        "America/Santiago", "Africa/Casablanca", "Asia/Tehran",    "Etc/UTC"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        compare(names[i]);
}

TEST(tz_names_lead_nowhere_else)
{
    struct ctx c = open_ctx();
    struct tz zone;
    assert_int_equal(tz_open(&c, &files_system, STR("../../etc/passwd"), &zone).code, RC_NOT_FOUND);
    assert_int_equal(tz_open(&c, &files_system, STR("/etc/passwd"), &zone).code, RC_NOT_FOUND);
    assert_int_equal(tz_open(&c, &files_system, STR("Nowhere/Here"), &zone).code, RC_NOT_FOUND);
    arena_close(c.arena);
}

/* Cut anywhere, or with any byte changed: refused, or read without a step beyond the bytes. */
TEST(tz_file_that_is_broken_is_refused)
{
    struct ctx c = open_ctx();
    struct tz zone;
    struct str bytes;
    assert_true(rc_ok(
        file_read(&c, &files_system, "/usr/share/zoneinfo/Europe/Helsinki", 1 << 20, &bytes)));
    for (size_t len = 0; len < bytes.len; len++) {
        struct arena_mark mark = arena_mark(c.arena);
        char *cut = malloc(len + 1);
        memcpy(cut, bytes.ptr, len);
        assert_int_equal(tz_read(&c, (struct str){cut, len}, &zone).code, RC_MALFORMED);
        free(cut);
        arena_return(c.arena, mark);
    }
    char *copy = malloc(bytes.len);
    memcpy(copy, bytes.ptr, bytes.len);
    for (size_t i = 0; i < bytes.len; i++) {
        struct arena_mark mark = arena_mark(c.arena);
        copy[i] = (char)~copy[i];
        if (rc_ok(tz_read(&c, (struct str){copy, bytes.len}, &zone)))
            (void)tz_offset(&zone, (struct wall){4102444800 * 1000000});
        copy[i] = (char)~copy[i];
        arena_return(c.arena, mark);
    }
    free(copy);
    arena_close(c.arena);
}

static struct wall moment(const struct tz *zone, const char *local)
{
    struct wall when;
    assert_true(wall_parse(str_from(local), &when));
    return tz_moment(zone, when);
}

/* The clocks of Berlin go from 02:00 to 03:00 on 2026-03-29, and from 03:00 to 02:00 on 10-25. */
TEST(tz_moment_is_the_other_way_round)
{
    struct ctx c = open_ctx();
    struct tz zone;
    struct wall gap, twice;
    assert_true(rc_ok(tz_open(&c, &files_system, STR("Europe/Berlin"), &zone)));
    for (int64_t second = 1735689600; second < 1798761600; second += 41 * 3600 + 7) {
        struct wall when = {second * 1000000};
        assert_int_equal(tz_moment(&zone, tz_local(&zone, when)).us, when.us);
    }
    gap = moment(&zone, "2026-03-29T02:30:00Z");
    assert_int_equal(gap.us, moment(&zone, "2026-03-29T03:30:00Z").us);
    twice = moment(&zone, "2026-10-25T02:30:00Z");
    assert_int_equal(tz_offset(&zone, twice), 7200); /* still summer */
    assert_int_equal(tz_moment(&(struct tz){0}, twice).us, twice.us);
    arena_close(c.arena);
}
