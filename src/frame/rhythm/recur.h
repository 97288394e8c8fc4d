/* The next date of something periodic: by a place's clock, with its days off. Pure. */
#ifndef FRAME_RHYTHM_RECUR_H
#define FRAME_RHYTHM_RECUR_H

#include "base/tz.h"

enum recur_unit { RECUR_HOURS, RECUR_DAYS, RECUR_WEEKS, RECUR_MONTHS };

struct recur {
    enum recur_unit unit;
    int64_t every;     /* at least 1 */
    int64_t minute;    /* of the local day; not for hours */
    unsigned weekdays; /* 1: Monday, 2: Tuesday, 4: …; 0: any */
    int64_t day;       /* of the month; one that the month has not is its last */
    bool (*closed)(const void *arg, int64_t day); /* a day (since 1970) that is left out, or NULL */
    const void *arg;
};

/* The first date after `after`. A period of several units counts from `last`, the previous date
 * (absent: there was none, and the first that fits is taken). False: none in ten years. */
bool recur_next(const struct recur *recur, const struct tz *zone, struct wall last,
                struct wall after, struct wall *ret);

/* How many dates lie in (after, until], at most `most`. */
int64_t recur_count(const struct recur *recur, const struct tz *zone, struct wall after,
                    struct wall until, int64_t most);

#endif
