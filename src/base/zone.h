/* What the clock on the wall says somewhere: a zone of the tz database, as the machine keeps it (TZif,
 * RFC 8536, of version 2 or later). Pure once it is read; the process's own zone plays no part. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/file.h"

/* A day of each year on which the offset changes, as the last line of a TZif file says it. */
struct zone_change {
    enum { ZONE_MONTH_WEEK_DAY, ZONE_JULIAN, ZONE_DAY_OF_YEAR } kind;
    int month, week, day; /* M: 1-12, 1-5 (5: the last), 0-6 (0: Sunday); else day is the number */
    int64_t second;       /* of that day, by the clock before the change */
};

struct zone {
    size_t count;
    const int64_t *at; /* seconds since 1970, ascending */
    const int32_t *offset;
    int32_t first;    /* seconds ahead of UTC before the first change */
    bool goes_on;     /* after the last one by a rule: */
    bool has_summer;
    int32_t winter, summer;
    struct zone_change begins, ends; /* of summer time */
};

/* Read the bytes of a file; what is kept is in the arena of c. MALFORMED. */
rc zone_read(struct ctx *c, struct str bytes, struct zone *ret);

/* The zone of this name ("Europe/Helsinki") from the machine's own database. NOT_FOUND, MALFORMED. */
rc zone_open(struct ctx *c, const struct files *files, struct str name, struct zone *ret);

/* Seconds by which the zone is ahead of UTC at a moment. */
int32_t zone_offset(const struct zone *zone, struct wall when);

/* The local date and time: as if it were UTC, so that wall_format writes what the clock shows. */
struct wall zone_local(const struct zone *zone, struct wall when);

/* The day of the week of a local time, 0 Monday to 6 Sunday, and its day since 1970-01-01. */
unsigned zone_weekday(struct wall local);
int64_t zone_day(struct wall local);

#endif
