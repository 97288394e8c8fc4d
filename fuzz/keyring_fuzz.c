/* The file of key slots, as somebody may have changed it. The sum is set right first, or nothing
 * but the sum would be tested. */
#include "store/keyring.h"

#include "base/encode.h"
#include "fuzz.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

/* Put the right sum where "sum":"…" stands, when it stands there. */
static void repair(struct ctx *c, char *bytes, size_t len)
{
    struct str all = {bytes, len}, sum64;
    unsigned char sum[16];
    size_t from = str_find(all, STR("\"slots\":")), to = str_find(all, STR(",\"sum\":\""));
    if (from == SIZE_MAX || to == SIZE_MAX || from + 8 > to || len - to < 8 + 24)
        return;
    crypto_generichash(sum, sizeof sum, (unsigned char *)bytes + from + 8, to - from - 8, NULL, 0);
    if (rc_ok(encode_bytes(c, ENCODE_BASE64, sum, sizeof sum, &sum64)))
        memcpy(bytes + to + 8, sum64.ptr, sum64.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = {.arena = arena_open(8 << 20), .clock = &clock_system};
    struct keyring *ring = NULL;
    char *copy = malloc(size + 1);
    assert(c.arena && copy);
    memcpy(copy, data, size);
    rc result = keyring_parse(&c, (struct str){copy, size}, &ring);
    assert(rc_ok(result) || result.code == RC_CORRUPT || result.code == RC_MALFORMED);
    repair(&c, copy, size);
    result = keyring_parse(&c, (struct str){copy, size}, &ring);
    assert(rc_ok(result) || result.code == RC_CORRUPT || result.code == RC_MALFORMED);
    free(copy);
    arena_close(c.arena);
    return 0;
}
