/*
 * A fuzzer is fuzz/NAME_fuzz.c with this one function, named in fuzz/meson.build. `./dev fuzz` runs
 * it with libFuzzer; `./dev check` replays fuzz/corpus/NAME/ through it with both compilers.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0; anything wrong with the code under test ends the program (assert, sanitizer). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
