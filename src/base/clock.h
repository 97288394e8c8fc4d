/* Time is passed in: nothing below src/main reads a wall clock itself, so that a recorded day
 * replays identically. Wall time and monotonic time are different types and cannot be mixed. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define DAY_MS INT64_C(86400000)
#define DAY_US (DAY_MS * 1000)

/* Microseconds since 1970-01-01T00:00:00Z. Zero means "absent". */
struct wall {
    int64_t us;
};

static inline struct wall wall_after(struct wall t, int64_t ms)
{
    return (struct wall){t.us + ms * 1000};
}

/* The earlier of two, where zero is none. */
static inline struct wall wall_sooner(struct wall a, struct wall b)
{
    return a.us == 0 || (b.us != 0 && b.us < a.us) ? b : a;
}

/* Microseconds of a clock that never goes back. */
struct mono {
    int64_t us;
};

struct clock {
    struct wall (*wall)(const struct clock *self);
    struct mono (*mono)(const struct clock *self);
};

/* The machine's own clocks. */
extern const struct clock clock_system;

/* A clock that stands until it is moved; for tests, replay and the demonstration's day. It may be
 * read and moved by several threads. */
struct clock_manual {
    struct clock clock;
    _Atomic int64_t us;
};
void clock_manual_init(struct clock_manual *manual, struct wall start);
void clock_manual_set(struct clock_manual *manual, struct wall now);
void clock_manual_advance_us(struct clock_manual *manual, int64_t us);

/* RFC 3339 in UTC with as many decimals as the value has ("2026-11-22T03:00:00.25Z"). Gives the
 * number of bytes written, no NUL. */
enum { WALL_TEXT_MAX = 32 };
size_t wall_format(struct wall t, char out[WALL_TEXT_MAX]);

/* The times that RFC 3339 can write in UTC: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z. */
#define WALL_FIRST_US (-62135596800 * 1000000)
#define WALL_LAST_US  (253402300800 * 1000000 - 1)
bool wall_in_calendar(struct wall t);

/* RFC 3339 with any offset, decimals beyond microseconds cut. A leap second counts as the second
 * after it. False (and *ret untouched) when it is not one, or not in the calendar in UTC. */
bool wall_parse(struct str text, struct wall *ret);

#endif
