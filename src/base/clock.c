#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct wall system_wall(const struct clock *self)
{
    (void)self;
    return (struct wall){read_us(CLOCK_REALTIME)};
}

static struct mono system_mono(const struct clock *self)
{
    (void)self;
    return (struct mono){read_us(CLOCK_MONOTONIC)};
}

const struct clock clock_system = {system_wall, system_mono};

static int64_t manual_us(const struct clock *self)
{
    const struct clock_manual *manual = (const struct clock_manual *)self;
    return atomic_load(&manual->us);
}

static struct wall manual_wall(const struct clock *self)
{
    return (struct wall){manual_us(self)};
}

static struct mono manual_mono(const struct clock *self)
{
    return (struct mono){manual_us(self)};
}

void clock_manual_init(struct clock_manual *manual, struct wall start)
{
    manual->clock = (struct clock){manual_wall, manual_mono};
    atomic_init(&manual->us, start.us);
}

void clock_manual_set(struct clock_manual *manual, struct wall now)
{
    atomic_store(&manual->us, now.us);
}

void clock_manual_advance_us(struct clock_manual *manual, int64_t us)
{
    atomic_fetch_add(&manual->us, us);
}

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar, with the year turned so that
 * it begins in March and the leap day is its last. */
static int64_t days_of(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int64_t)era * 146097 + day_of_era - 719468;
}

static void date_of(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int day_of_era = (int)(days - era * 146097);
    int leaps = day_of_era / 1460 - day_of_era / 36524 + day_of_era / 146096;
    int year_of_era = (day_of_era - leaps) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (5 * day_of_year + 2) / 153;
    *ret_day = day_of_year - (153 * month + 2) / 5 + 1;
    *ret_month = month < 10 ? month + 3 : month - 9;
    *ret_year = (int)(year_of_era + era * 400) + (*ret_month <= 2);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

bool wall_in_calendar(struct wall t)
{
    return t.us >= WALL_FIRST_US && t.us <= WALL_LAST_US;
}

/* `count` digits and the mark after them; gives where the next goes. */
static char *put_digits(char *out, int count, int value, char mark)
{
    for (int i = count; i-- > 0; value /= 10)
        out[i] = (char)('0' + value % 10);
    out[count] = mark;
    return out + count + 1;
}

size_t wall_format(struct wall t, char out[WALL_TEXT_MAX])
{
    int64_t seconds = floor_div(t.us, 1000000);
    int fraction = (int)((t.us % 1000000 + 1000000) % 1000000);
    int64_t days = floor_div(seconds, 86400);
    int in_day = (int)(seconds - days * 86400);
    int year, month, day;
    date_of(days, &year, &month, &day);
    if (!wall_in_calendar(t)) /* not for a record, but a log may show it */
        return (size_t)snprintf(out, WALL_TEXT_MAX, "%d-%02d-%02dT%05dZ", year, month, day, in_day);
    char *p = put_digits(out, 4, year, '-');
    p = put_digits(p, 2, month, '-');
    p = put_digits(p, 2, day, 'T');
    p = put_digits(p, 2, in_day / 3600, ':');
    p = put_digits(p, 2, in_day / 60 % 60, ':');
    p = put_digits(p, 2, in_day % 60, '.');
    p = put_digits(p, 6, fraction, 'Z');
    if (fraction == 0)
        p -= 7;
    for (; fraction != 0 && fraction % 10 == 0; fraction /= 10)
        p--;
    p[-1] = 'Z';
    return (size_t)(p - out);
}

/* `count` digits at *at; -1 when there are none. */
static int take_digits(struct str text, size_t *at, size_t count)
{
    int value = 0;
    if (*at + count > text.len)
        return -1;
    for (size_t i = 0; i < count; i++) {
        char ch = text.ptr[*at + i];
        if (ch < '0' || ch > '9')
            return -1;
        value = value * 10 + (ch - '0');
    }
    *at += count;
    return value;
}

static bool take_mark(struct str text, size_t *at, char mark)
{
    if (*at >= text.len || text.ptr[*at] != mark)
        return false;
    (*at)++;
    return true;
}

/* T and Z may be written small (RFC 3339, section 5.6). */
static bool take_letter(struct str text, size_t *at, char capital)
{
    return take_mark(text, at, capital) || take_mark(text, at, (char)(capital | 0x20));
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(struct str text, size_t *at, int64_t *ret_days)
{
    int year = take_digits(text, at, 4);
    bool shaped = take_mark(text, at, '-');
    int month = take_digits(text, at, 2);
    shaped = shaped && take_mark(text, at, '-');
    int day = take_digits(text, at, 2);
    if (!shaped || year < 1 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return false;
    *ret_days = days_of(year, month, day);
    return true;
}

static bool take_fraction(struct str text, size_t *at, int *ret_us)
{
    int us = 0, unit = 100000;
    size_t first = *at;
    for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; (*at)++) {
        us += (text.ptr[*at] - '0') * unit;
        unit /= 10;
    }
    *ret_us = us;
    return *at > first;
}

static bool take_offset(struct str text, size_t *at, int *ret_seconds)
{
    *ret_seconds = 0;
    if (take_letter(text, at, 'Z'))
        return true;
    if (*at >= text.len || (text.ptr[*at] != '+' && text.ptr[*at] != '-'))
        return false;
    int sign = text.ptr[(*at)++] == '-' ? -1 : 1;
    int hours = take_digits(text, at, 2);
    bool shaped = take_mark(text, at, ':');
    int minutes = take_digits(text, at, 2);
    if (!shaped || hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *ret_seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool wall_parse(struct str text, struct wall *ret)
{
    size_t at = 0;
    int64_t days = 0;
    int fraction = 0, offset = 0;
    if (!take_date(text, &at, &days))
        return false;
    if (!take_letter(text, &at, 'T') && !take_mark(text, &at, ' '))
        return false;
    int hour = take_digits(text, &at, 2);
    bool shaped = take_mark(text, &at, ':');
    int minute = take_digits(text, &at, 2);
    shaped = shaped && take_mark(text, &at, ':');
    int second = take_digits(text, &at, 2);
    if (!shaped || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    if (take_mark(text, &at, '.') && !take_fraction(text, &at, &fraction))
        return false;
    if (!take_offset(text, &at, &offset) || at != text.len)
        return false;
    int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset;
    struct wall when = {seconds * 1000000 + fraction};
    if (!wall_in_calendar(when))
        return false;
    *ret = when;
    return true;
}
