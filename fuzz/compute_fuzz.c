/* What `chancery compute` reads: the first byte chooses the engine, the rest is its input. Whatever
 * comes of it, an answer has the fields that the engine says it has. */
#include "engine/registry/registry.h"

#include "fuzz.h"

#include <stdlib.h>

static const struct compute *chosen(unsigned char number)
{
    size_t count = 0;
    for (;;)
        for (size_t i = 0; computes[i]; i++)
            for (const struct compute *row = computes[i]; row->name; row++)
                if (count++ == number)
                    return row;
}

static void answer(struct ctx *c, const struct compute *compute, struct str json)
{
    struct text out;
    struct str line;
    struct datum value;
    text_init(&out, c, 1 << 20);
    if (!rc_ok(compute_run(c, compute, json, &out)) || !rc_ok(text_done(&out, &line)))
        return;
    if (!rc_ok(datum_read(c, line, &value)) ||
        !rc_ok(compute_check(c, compute->output, false, &value)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct ctx c = {.arena = arena_open(64 << 20), .clock = &clock_system};
    if (c.arena && len > 0)
        answer(&c, chosen(bytes[0]), (struct str){(const char *)bytes + 1, len - 1});
    arena_close(c.arena);
    return 0;
}
