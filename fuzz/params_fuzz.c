/* Parameters and flags from foreign bytes, separated by NULs: what is accepted keeps the rules of
 * its shape, what is refused is told in words that can be shown. The first byte chooses. */
#include "fuzz.h"

#include "shape/shape_flags.h"
#include "support/every.h"
#include "support/scratch.h"

#include <assert.h>

enum { INPUT_MAX = 1 << 14, PARTS_MAX = 64 };

static rc read_parameters(struct ctx *c, size_t count, char *const *parts, struct every *every)
{
    struct shape_pair pairs[PARTS_MAX];
    for (size_t i = 0; i < count; i++) {
        struct str rest = str_from(parts[i]), name = {NULL, 0};
        str_split(&rest, '=', &name);
        pairs[i] = (struct shape_pair){name, rest};
    }
    return shape_query(c, &every_shape, count, pairs, every);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > INPUT_MAX)
        return 0;
    struct ctx c = scratch_open((size_t)16 << 20);
    struct every every = {0};
    char *copy = ctx_take(&c, size, 1), *parts[PARTS_MAX];
    assert(copy);
    memcpy(copy, data + 1, size - 1);
    size_t count = 0;
    for (size_t at = 0; at + 1 < size && count < PARTS_MAX; at += strlen(copy + at) + 1)
        parts[count++] = copy + at;
    rc result = data[0] % 2 ? shape_flags(&c, &every_shape, count, parts, &every)
                            : read_parameters(&c, count, parts, &every);
    if (rc_ok(result)) {
        every.id = STR("set-by-us");
        rc checked = shape_check(&c, &every_shape, &every);
        assert(rc_ok(checked));
    } else {
        assert(result.code == RC_INVALID || result.code == RC_MALFORMED);
        assert(str_is_utf8(str_from(c.fault.message)) && str_is_utf8(str_from(c.fault.pointer)) &&
               str_is_utf8(str_from(c.fault.value)) && c.fault.message[0]);
    }
    scratch_close(&c);
    return 0;
}
