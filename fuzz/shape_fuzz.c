/* Records from foreign bytes: what is read keeps its rules, is written, and is read again as the
 * same, through JSON and through columns; what is refused is refused in words that can be shown. */
#include "fuzz.h"

#include "shape/shape.h"
#include "shape/shape_column.h"
#include "support/every.h"
#include "support/scratch.h"

#include <assert.h>

enum { INPUT_MAX = 1 << 16 };

static void must(rc result)
{
    assert(rc_ok(result));
}

static void back_through_json(struct ctx *c, const struct every *every)
{
    struct every again = {0};
    struct text out;
    struct str first, second;
    text_init(&out, c, 1 << 20);
    shape_write(&out, &every_shape, SHAPE_VIEW_WHOLE, every);
    must(text_done(&out, &first));
    must(shape_read(c, &every_shape, SHAPE_FROM_RECORD, first, &again));
    assert(shape_same(&every_shape, every, &again));
    text_init(&out, c, 1 << 20);
    shape_write(&out, &every_shape, SHAPE_VIEW_WHOLE, &again);
    must(text_done(&out, &second));
    assert(str_eq(first, second));
}

static void back_through_columns(struct ctx *c, const struct every *every)
{
    struct every again = {0};
    struct shape_columns columns;
    must(shape_columns(c, &every_shape, &columns));
    for (size_t i = 0; i < columns.count; i++) {
        struct shape_cell cell;
        must(shape_column_get(c, &columns.items[i], every, &cell));
        must(shape_column_set(c, &columns.items[i], cell, &again));
    }
    assert(shape_same(&every_shape, every, &again));
}

/* What was refused is refused again with all that is wrong with it, each fault fit to be shown. */
static void tell_every_fault(struct ctx *c, struct str json)
{
    struct every every = {0};
    c->every_fault = true;
    rc again = shape_read(c, &every_shape, SHAPE_FROM_RECORD, json, &every);
    assert(again.code == RC_INVALID || again.code == RC_MALFORMED);
    assert((again.code == RC_INVALID) == (c->faults != NULL));
    for (size_t i = 0; c->faults && i < c->faults->count; i++) {
        const struct fault *fault = &c->faults->items[i];
        assert(fault->code == RC_INVALID && fault->rule[0]);
        assert(str_is_utf8(str_from(fault->message)) && str_is_utf8(str_from(fault->pointer)) &&
               str_is_utf8(str_from(fault->value)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX)
        return 0;
    struct ctx c = scratch_open((size_t)16 << 20);
    struct every every = {0};
    rc result = shape_read(&c, &every_shape, SHAPE_FROM_RECORD,
                           (struct str){(const char *)data, size}, &every);
    if (rc_ok(result)) {
        must(shape_check(&c, &every_shape, &every));
        back_through_json(&c, &every);
        back_through_columns(&c, &every);
    } else {
        assert(result.code == RC_INVALID || result.code == RC_MALFORMED);
        assert(str_is_utf8(str_from(c.fault.message)) && str_is_utf8(str_from(c.fault.pointer)) &&
               str_is_utf8(str_from(c.fault.value)) && c.fault.rule[0]);
        tell_every_fault(&c, (struct str){(const char *)data, size});
    }
    scratch_close(&c);
    return 0;
}
