#include "base/random.h"

#include <sodium.h>

void random_bytes(void *out, size_t len)
{
    randombytes_buf(out, len);
}

rc id_new(struct ctx *c, struct str *ret)
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint64_t time_ms = (uint64_t)(clock_now(c).us / 1000);
    unsigned char noise[16];
    char *id = NULL;
    NEW(c, id, ID_LEN + 1);
    random_bytes(noise, sizeof noise);
    for (size_t i = 0; i < 10; i++)
        id[i] = digits[(time_ms >> (5 * (9 - i))) & 31];
    for (size_t i = 0; i < 16; i++)
        id[10 + i] = digits[noise[i] & 31];
    *ret = (struct str){id, ID_LEN};
    return OK;
}
