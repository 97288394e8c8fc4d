/* Between intake.c and stream.c. */
#ifndef ADAPTER_KIT_INTAKE_H
#define ADAPTER_KIT_INTAKE_H

#include "adapter/kit/adapter.h"

enum { INTAKE_TALLIES = 64 };

struct intake {
    const struct adapter *adapter;
    struct adapter_opened opened;
    struct intake_counts counts;
    uint64_t tally[INTAKE_TALLIES];
    struct intake_sample samples[INTAKE_SAMPLES];
    uint64_t sampled;
};

/* Count a bad frame and keep the beginning of it. */
void intake_note_bad(struct intake *intake, struct wall received, uint64_t frame, const char *why,
                     struct str bytes);

#endif
