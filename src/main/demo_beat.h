/* The heartbeats of the demonstration's devices: who is alive at which time of its day. */
#ifndef MAIN_DEMO_BEAT_H
#define MAIN_DEMO_BEAT_H

#include "core/core.h"

#define DEMO_PULSE_FIELDS(F, T)                                                         \
    F(T, text, line, source, REQUIRED, 1, 200, "what the device calls itself")          \
    F(T, text, line, until, 0, 5, 5, "time of the day from which on it is dead, HH:MM") \
    F(T, text, line, again, 0, 5, 5, "and from which on it is alive again")
SHAPE_DECLARE(demo_pulse, DEMO_PULSE_FIELDS);

/* One heartbeat of each of `pulses` (a line of JSON each) that is alive at `second` of the day. */
rc demo_beat(struct ctx *c, struct core *core, struct str pulses, int64_t second);

#endif
