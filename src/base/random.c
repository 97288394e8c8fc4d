#include "base/random.h"

#include <sodium.h>

void random_bytes(void *out, size_t len)
{
    randombytes_buf(out, len);
}

enum { TIME_LEN = 10 };

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void put_time(char *id, struct wall when)
{
    uint64_t time_ms = when.us > 0 ? (uint64_t)(when.us / 1000) : 0;
    for (size_t i = 0; i < TIME_LEN; i++)
        id[i] = digits[(time_ms >> (5 * (TIME_LEN - 1 - i))) & 31];
}

rc id_new(struct ctx *c, struct str *ret)
{
    unsigned char noise[ID_LEN - TIME_LEN];
    char *id = NULL;
    NEW(c, id, ID_LEN + 1);
    random_bytes(noise, sizeof noise);
    put_time(id, clock_now(c));
    for (size_t i = 0; i < sizeof noise; i++)
        id[TIME_LEN + i] = digits[noise[i] & 31];
    *ret = (struct str){id, ID_LEN};
    return OK;
}

rc id_least(struct ctx *c, struct wall when, struct str *ret)
{
    char *id = NULL;
    NEW(c, id, ID_LEN + 1);
    memset(id, digits[0], ID_LEN);
    put_time(id, when);
    *ret = (struct str){id, ID_LEN};
    return OK;
}
