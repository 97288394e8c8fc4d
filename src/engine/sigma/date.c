/* The parts of a date for `minute` to `year`. A date written as text is taken as it is written, in
 * its own zone; a number is seconds or milliseconds since 1970 in UTC. */
#include "engine/sigma/match.h"

#include <stdio.h>
#include <stdlib.h>

struct date {
    int year, month, day, hour, minute;
};

/* Days since 1970-01-01 of a day of the Gregorian calendar, and back: Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms". */
static int64_t days_from(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_from(int64_t days, struct date *ret)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    ret->day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    ret->month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    ret->year = (int)(year + era * 400 + (ret->month <= 2));
}

/* ISO 8601: the week of a day is that of its Thursday. */
static int week_of(const struct date *d)
{
    int64_t days = days_from(d->year, d->month, d->day);
    int64_t weekday = ((days + 3) % 7 + 7) % 7; /* Monday is 0 */
    struct date thursday;
    date_from(days - weekday + 3, &thursday);
    return (int)((days - weekday + 3 - days_from(thursday.year, 1, 1)) / 7 + 1);
}

static bool read_digits(struct str s, size_t from, size_t count, int *ret)
{
    int64_t value;
    struct str part = str_sub(s, from, count);
    if (part.len != count || part.ptr[0] == '-' || !str_to_i64(part, &value))
        return false;
    *ret = (int)value;
    return true;
}

/* YYYY-MM-DD, and behind it hh:mm when there is more. */
static bool read_text(struct str s, struct date *d)
{
    if (s.len < 10 || (s.ptr[4] != '-' && s.ptr[4] != '/') || s.ptr[7] != s.ptr[4])
        return false;
    if (!read_digits(s, 0, 4, &d->year) || !read_digits(s, 5, 2, &d->month) ||
        !read_digits(s, 8, 2, &d->day) || d->month < 1 || d->month > 12 || d->day < 1 ||
        d->day > 31)
        return false;
    if (s.len == 10)
        return true;
    return s.len >= 16 && (s.ptr[10] == 'T' || s.ptr[10] == 't' || s.ptr[10] == ' ') &&
           s.ptr[13] == ':' && read_digits(s, 11, 2, &d->hour) &&
           read_digits(s, 14, 2, &d->minute) && d->hour < 24 && d->minute < 60;
}

static bool read_epoch(struct str s, struct date *d)
{
    int64_t seconds;
    if (!str_to_decimal(s, 0, &seconds))
        return false;
    if (seconds > 100000000000 || seconds < -100000000000)
        seconds /= 1000;
    if (seconds > 253402300799 || seconds < -62135596800)
        return false;
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    date_from(days, d);
    d->hour = (int)((seconds - days * 86400) / 3600);
    d->minute = (int)((seconds - days * 86400) % 3600 / 60);
    return true;
}

bool date_part(struct str text, bool number, enum date_part part, double *ret)
{
    struct date d = {0};
    if (number ? !read_epoch(text, &d) : !read_text(text, &d))
        return false;
    switch (part) {
    case DATE_NONE:
        return false;
    case DATE_MINUTE:
        *ret = d.minute;
        return true;
    case DATE_HOUR:
        *ret = d.hour;
        return true;
    case DATE_DAY:
        *ret = d.day;
        return true;
    case DATE_WEEK:
        *ret = week_of(&d);
        return true;
    case DATE_MONTH:
        *ret = d.month;
        return true;
    case DATE_YEAR:
        *ret = d.year;
        return true;
    }
    return false;
}
