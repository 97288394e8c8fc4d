/* What a printer answers. */
#include "fuzz.h"

#include "adapter/ipp/ipp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ipp_answer answer;
    struct ctx c = {.arena = NULL};
    rc result = ipp_read_answer(&c, (struct str){(const char *)data, size}, &answer);
    uint64_t sum = 0;
    for (size_t i = 0; rc_ok(result) && i < answer.count; i++)
        sum += str_hash(answer.jobs[i].name) + str_hash(answer.jobs[i].reason);
    return sum == 1; /* every byte was read; no sum is 1 */
}
