#include "shape/shape_older.h"

#include <inttypes.h>

static rc read_one(struct ctx *c, const struct shape *shape, int64_t version, struct str json,
                   void *ret)
{
    if (version == shape->version)
        return shape_read(c, shape, SHAPE_FROM_RECORD, json, ret);
    if (!shape->older || version > shape->version)
        FAIL(c, UNSUPPORTED, "version %" PRId64 " of %s is not known here", version, shape->name);
    const struct shape *before = shape->older->shape;
    void *old = ctx_take(c, 1, before->size);
    if (!old)
        return fault_again(c);
    TRY(read_one(c, before, version, json, old));
    TRY(shape->older->upgrade(c, old, ret));
    return shape_check(c, shape, ret);
}

rc shape_read_version(struct ctx *c, const struct shape *newest, int64_t version, struct str json,
                      void *ret)
{
    rc result = read_one(c, newest, version, json, ret);
    bool damaged = result.code == RC_INVALID || result.code == RC_MALFORMED;
    if (damaged) /* the same fault, but it was ours to write what can be read */
        c->fault.code = RC_CORRUPT;
    return damaged ? fault_again(c) : result;
}
