/* The clock of the demonstration's day. It stands until it is set, or runs as fast as the
 * machine's; only who conducts the day does either. The devices' patience goes by the day, so
 * monotonic time is led with it; browsers live in real time, and are served by another face of the
 * same clock. Read and set by several threads. */
#ifndef MAIN_DEMO_CLOCK_H
#define MAIN_DEMO_CLOCK_H

#include "base/clock.h"

struct demo_clock {
    struct clock clock; /* monotonic time goes with the day */
    struct clock real;  /* the same day; monotonic time is the machine's */
    /* Twice a number of microseconds, plus one when it runs: then the number is what the wall time
     * is ahead of the machine's monotonic time, else it is the wall time. One word, so that nobody
     * reads the half of it. */
    _Atomic int64_t state;
};

/* It stands at `start`. */
void demo_clock_init(struct demo_clock *clock, struct wall start);

/* Stand at this time. */
void demo_clock_set(struct demo_clock *clock, struct wall now);

/* Run, or stand, from the present time on. */
void demo_clock_run(struct demo_clock *clock);
void demo_clock_stand(struct demo_clock *clock);

bool demo_clock_runs(const struct demo_clock *clock);

#endif
