/* What the clock on the wall says somewhere: a zone of the tz database, as the machine keeps it
 * (TZif, RFC 8536, of version 2 or later). Pure once it is read; the process's own zone plays no
 * part. */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include "base/file.h"

/* A day of each year on which the offset changes, as the last line of a TZif file says it. */
struct tz_change {
    enum { TZ_MONTH_WEEK_DAY, TZ_JULIAN, TZ_DAY_OF_YEAR } kind;
    int month, week, day; /* M: 1-12, 1-5 (5: the last), 0-6 (0: Sunday); else day is the number */
    int64_t second;       /* of that day, by the clock before the change */
};

struct tz {
    size_t count;
    const int64_t *at; /* seconds since 1970, ascending */
    const int32_t *offset;
    int32_t first; /* seconds ahead of UTC before the first change */
    bool goes_on;  /* after the last one by a rule: */
    bool has_summer;
    int32_t winter, summer;
    struct tz_change begins, ends; /* of summer time */
};

/* Read the bytes of a file; what is kept is in the arena of c. MALFORMED. */
rc tz_read(struct ctx *c, struct str bytes, struct tz *ret);

/* The zone of this name ("Europe/Helsinki") from the machine's own database. NOT_FOUND, MALFORMED.
 */
rc tz_open(struct ctx *c, const struct files *files, struct str name, struct tz *ret);

/* Seconds by which the zone is ahead of UTC at a moment. */
int32_t tz_offset(const struct tz *zone, struct wall when);

/* The local date and time: as if it were UTC, so that wall_format writes what the clock shows. */
struct wall tz_local(const struct tz *zone, struct wall when);

/* The moment at which a local clock shows this; the other way round. A time that comes twice is its
 * first occurrence; one that is left out when the clocks go forward is as long after the change as
 * it would have been (RFC 5545, 3.3.5: 02:30 becomes 03:30). */
struct wall tz_moment(const struct tz *zone, struct wall local);

/* The day of the week of a local time, 0 Monday to 6 Sunday, and its day since 1970-01-01. */
unsigned tz_weekday(struct wall local);
int64_t tz_day(struct wall local);

#endif
