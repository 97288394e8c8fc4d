/* The JSON reader beside a second one: both accept and read the same, or both refuse. */
#include "fuzz.h"

#include "support/json_oracle.h"
#include "support/scratch.h"

#include <assert.h>

enum { INPUT_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX)
        return 0;
    struct ctx c = scratch_open((size_t)16 << 20);
    json_oracle(&c, (struct str){(const char *)data, size});
    scratch_close(&c);
    return 0;
}
