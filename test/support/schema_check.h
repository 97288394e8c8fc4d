/* A small JSON Schema validator, of the words that shape_schema writes and no others, made from
 * the specification and not from our code. Patterns are left to the test that has an ECMA 262
 * machine. */
#ifndef TEST_SUPPORT_SCHEMA_CHECK_H
#define TEST_SUPPORT_SCHEMA_CHECK_H

#include "base/ctx.h"

/* Is `value` (JSON) valid by the schema called `name` of `schemas` ({"NAME": schema, …})? INVALID
 * says what is not; MALFORMED when a text cannot be read or a schema uses a word unknown here. */
rc schema_check(struct ctx *c, struct str schemas, const char *name, struct str value);

#endif
