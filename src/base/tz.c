/* TZif: a header, the transitions with 32-bit times (skipped), the header again, the transitions
 * with 64-bit times, and a line that says how it goes on after the last of them. */
#include "base/tz.h"

#include "base/text.h"

#include <stdio.h>

enum {
    HEADER_SIZE = 44,
    FILE_MAX = 1 << 20,
    TIMES_MAX = 20000,
    NAME_MAX_ = 60,
    OFFSET_MAX = 26 * 3600, /* RFC 8536, 3.2: less than 26 hours */
    CHANGE_HOURS_MAX = 167,
};
static const int64_t SECOND_US = 1000000, DAY_S = 86400;

/* ---- the file -------------------------------------------------------------------------------- */

struct header {
    size_t utc, standard, leap, times, types, chars;
};

static uint64_t number_at(struct str bytes, size_t at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | (unsigned char)bytes.ptr[at + i];
    return value;
}

static rc read_header(struct ctx *c, struct str bytes, struct header *ret)
{
    size_t counts[6];
    if (bytes.len < HEADER_SIZE || !str_starts(bytes, "TZif") || bytes.ptr[4] < '2')
        FAIL(c, MALFORMED, "this is no TZif file of version 2 or later");
    for (size_t i = 0; i < 6; i++) {
        counts[i] = (size_t)number_at(bytes, 20 + 4 * i, 4);
        if (counts[i] > TIMES_MAX)
            FAIL(c, MALFORMED, "a TZif file with %zu entries", counts[i]);
    }
    *ret = (struct header){counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
    return OK;
}

static size_t size_of_data(const struct header *h, size_t time_size)
{
    return h->times * (time_size + 1) + h->types * 6 + h->chars + h->leap * (time_size + 4) +
           h->standard + h->utc;
}

static rc read_times(struct ctx *c, struct str data, const struct header *h, struct tz *ret)
{
    int64_t *at;
    int32_t *offset;
    size_t kinds = h->times * 8, types = kinds + h->times;
    if (h->types == 0)
        FAIL(c, MALFORMED, "a TZif file without local times");
    NEW(c, at, h->times + 1);
    NEW(c, offset, h->times + 1);
    for (size_t i = 0; i < h->types; i++) {
        int64_t ahead = (int32_t)(uint32_t)number_at(data, types + 6 * i, 4);
        if (ahead < -OFFSET_MAX || ahead > OFFSET_MAX)
            FAIL(c, MALFORMED, "a local time %lld seconds off", (long long)ahead);
    }
    for (size_t i = 0; i < h->times; i++) {
        size_t type = (unsigned char)data.ptr[kinds + i];
        at[i] = (int64_t)number_at(data, 8 * i, 8);
        if (type >= h->types || (i > 0 && at[i] <= at[i - 1]))
            FAIL(c, MALFORMED, "transition %zu of a TZif file is wrong", i + 1);
        offset[i] = (int32_t)(uint32_t)number_at(data, types + 6 * type, 4);
    }
    ret->count = h->times;
    ret->at = at;
    ret->offset = offset;
    ret->first = (int32_t)(uint32_t)number_at(data, types, 4);
    return OK;
}

/* ---- the last line (POSIX.1-2017, 8.3, TZ) --------------------------------------------------- */

static bool skip_name(struct str *rest)
{
    size_t len = 0;
    if (str_starts(*rest, "<")) {
        len = str_find(*rest, STR(">"));
        if (len == SIZE_MAX)
            return false;
        len++;
    } else {
        while (len < rest->len &&
               ((rest->ptr[len] | 0x20) >= 'a' && (rest->ptr[len] | 0x20) <= 'z'))
            len++;
    }
    *rest = str_sub(*rest, len, rest->len);
    return len >= 3;
}

static bool take_int(struct str *rest, int *ret)
{
    size_t len = 0;
    int64_t number;
    while (len < rest->len && len < 4 && rest->ptr[len] >= '0' && rest->ptr[len] <= '9')
        len++;
    if (!str_to_i64(str_sub(*rest, 0, len), &number))
        return false;
    *ret = (int)number;
    *rest = str_sub(*rest, len, rest->len);
    return true;
}

static bool take_char(struct str *rest, char ch)
{
    if (rest->len == 0 || rest->ptr[0] != ch)
        return false;
    *rest = str_sub(*rest, 1, rest->len);
    return true;
}

/* [+-]hh[:mm[:ss]] in seconds */
static bool take_hours(struct str *rest, int64_t *ret)
{
    bool back = take_char(rest, '-');
    int hours, minutes = 0, seconds = 0;
    if (!back)
        (void)take_char(rest, '+');
    if (!take_int(rest, &hours) || hours > CHANGE_HOURS_MAX ||
        (take_char(rest, ':') && !take_int(rest, &minutes)) ||
        (take_char(rest, ':') && !take_int(rest, &seconds)) || minutes > 59 || seconds > 59)
        return false;
    int64_t all = (int64_t)hours * 3600 + minutes * 60 + seconds;
    *ret = back ? -all : all;
    return true;
}

static bool take_offset(struct str *rest, int32_t *ret)
{
    int64_t behind;
    if (!take_hours(rest, &behind) || behind < -OFFSET_MAX || behind > OFFSET_MAX)
        return false;
    *ret = (int32_t)-behind; /* POSIX counts to the west */
    return true;
}

static bool take_change(struct str *rest, struct tz_change *ret)
{
    struct tz_change change = {.kind = TZ_DAY_OF_YEAR, .second = 7200};
    if (!take_char(rest, ','))
        return false;
    if (take_char(rest, 'M')) {
        change.kind = TZ_MONTH_WEEK_DAY;
        if (!take_int(rest, &change.month) || !take_char(rest, '.') ||
            !take_int(rest, &change.week) || !take_char(rest, '.') ||
            !take_int(rest, &change.day) || change.month < 1 || change.month > 12 ||
            change.week < 1 || change.week > 5 || change.day > 6)
            return false;
    } else {
        if (take_char(rest, 'J'))
            change.kind = TZ_JULIAN;
        if (!take_int(rest, &change.day) || change.day > 365 ||
            (change.kind == TZ_JULIAN && change.day < 1))
            return false;
    }
    if (take_char(rest, '/') && !take_hours(rest, &change.second))
        return false;
    *ret = change;
    return true;
}

static bool read_line(struct str line, struct tz *ret)
{
    struct tz zone = *ret;
    if (line.len == 0)
        return true; /* nothing is said about later */
    if (!skip_name(&line) || !take_offset(&line, &zone.winter))
        return false;
    zone.goes_on = true;
    if (line.len > 0) {
        zone.has_summer = true;
        zone.summer = zone.winter + 3600;
        if (!skip_name(&line) ||
            (line.len > 0 && line.ptr[0] != ',' && !take_offset(&line, &zone.summer)) ||
            !take_change(&line, &zone.begins) || !take_change(&line, &zone.ends) || line.len > 0)
            return false;
    }
    *ret = zone;
    return true;
}

rc tz_read(struct ctx *c, struct str bytes, struct tz *ret)
{
    struct header header;
    struct tz zone = {0};
    struct str line;
    TRY(read_header(c, bytes, &header));
    size_t skipped = HEADER_SIZE + size_of_data(&header, 4);
    bytes = str_sub(bytes, skipped, bytes.len);
    TRY(read_header(c, bytes, &header));
    size_t size = size_of_data(&header, 8);
    struct str data = str_sub(bytes, HEADER_SIZE, size);
    struct str rest = str_sub(bytes, HEADER_SIZE + size, bytes.len);
    if (data.len < size || !take_char(&rest, '\n') || rest.len == 0 ||
        rest.ptr[rest.len - 1] != '\n')
        FAIL(c, MALFORMED, "a TZif file that is not whole");
    TRY(read_times(c, data, &header, &zone));
    line = str_sub(rest, 0, rest.len - 1);
    if (!read_line(line, &zone))
        FAIL(c, MALFORMED, "a TZif file says '%.*s' of later years", STR_ARG(str_sub(line, 0, 60)));
    *ret = zone;
    return OK;
}

/* The form of such names (shape/form.c) has no dots, so that none leads out of the folder. */
static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char ch = name.ptr[i], low = (char)(ch | 0x20);
        if (!(low >= 'a' && low <= 'z') && !(ch >= '0' && ch <= '9') && !strchr("/_+-", ch))
            return false;
    }
    return name.len > 0 && name.len <= NAME_MAX_ && name.ptr[0] != '/';
}

rc tz_open(struct ctx *c, const struct files *files, struct str name, struct tz *ret)
{
    struct str path, bytes;
    if (!is_name(name))
        FAIL(c, NOT_FOUND, "there is no time zone '%.*s'", STR_ARG(str_sub(name, 0, NAME_MAX_)));
    TRY(str_format(c, &path, "/usr/share/zoneinfo/%.*s", STR_ARG(name)));
    TRY(file_read(c, files, path.ptr, FILE_MAX, &bytes));
    return tz_read(c, bytes, ret);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

unsigned tz_weekday(struct wall local)
{
    return (unsigned)(((tz_day(local) + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

int64_t tz_day(struct wall local)
{
    return floor_div(local.us, DAY_S * SECOND_US);
}

/* The day since 1970 on which a month of a year begins; 0 beyond the calendar. */
static int64_t first_day(int year, int month)
{
    char text[40];
    struct wall when = {0};
    if (month > 12)
        return first_day(year + 1, 1);
    snprintf(text, sizeof text, "%04d-%02d-01T00:00:00Z", year, month);
    (void)wall_parse(str_from(text), &when);
    return tz_day(when);
}

/* The moment of a change in a year, in seconds of UTC; `ahead` is the offset before it. */
static int64_t change_at(const struct tz_change *change, int year, int32_t ahead)
{
    int64_t first = first_day(year, 1), day = first + change->day;
    if (change->kind == TZ_JULIAN) {
        bool leap = first_day(year, 3) - first_day(year, 2) == 29;
        day = first + change->day - 1 + (leap && change->day >= 60);
    } else if (change->kind == TZ_MONTH_WEEK_DAY) {
        int64_t month = first_day(year, change->month), next = first_day(year, change->month + 1);
        int64_t sunday = ((month + 4) % 7 + 7) % 7; /* 0: the month begins on a Sunday */
        day = month + (change->day - sunday + 7) % 7 + 7 * (change->week - 1);
        while (day >= next)
            day -= 7;
    }
    return day * DAY_S + change->second - ahead;
}

static int year_of(int64_t second)
{
    char text[WALL_TEXT_MAX];
    int64_t year = 1970;
    size_t len = wall_format((struct wall){second * SECOND_US}, text);
    (void)str_to_i64(str_sub((struct str){text, len}, 0, 4), &year);
    return (int)year;
}

static int32_t by_rule(const struct tz *zone, int64_t second)
{
    if (!zone->has_summer)
        return zone->winter;
    int year = year_of(second + zone->winter);
    int64_t begins = change_at(&zone->begins, year, zone->winter);
    int64_t ends = change_at(&zone->ends, year, zone->summer);
    bool summer = begins < ends ? second >= begins && second < ends
                                : second >= begins || second < ends; /* south of the equator */
    return summer ? zone->summer : zone->winter;
}

int32_t tz_offset(const struct tz *zone, struct wall when)
{
    int64_t second = floor_div(when.us, SECOND_US);
    size_t low = 0, high = zone->count; /* how many changes are past */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= second)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->goes_on)
        return by_rule(zone, second);
    return low == 0 ? zone->first : zone->offset[low - 1];
}

struct wall tz_local(const struct tz *zone, struct wall when)
{
    return (struct wall){when.us + tz_offset(zone, when) * SECOND_US};
}

struct wall tz_moment(const struct tz *zone, struct wall local)
{
    int64_t day_us = DAY_S * SECOND_US;
    int32_t before = tz_offset(zone, (struct wall){local.us - day_us});
    int32_t after = tz_offset(zone, (struct wall){local.us + day_us});
    struct wall first = {local.us - before * SECOND_US}, second = {local.us - after * SECOND_US};
    if (tz_local(zone, first).us != local.us && tz_local(zone, second).us == local.us)
        return second;
    return first;
}
