/* Bytes that adapters are measured with: real ones where they lie beside the checkout, else the
 * adapter's examples; of panels frames made here, plain and encrypted. */
#ifndef BENCH_INPUT_H
#define BENCH_INPUT_H

#include "bench.h"

struct bench_input {
    const char *what, *adapter;
    struct str options; /* of the adapter, as JSON */
    struct str bytes;
    int rounds; /* so often makes a second or so */
};

enum { BENCH_INPUTS = 7 };
void bench_inputs(struct bench *b, struct bench_input ret[BENCH_INPUTS]);

#endif
