/* A second reader (jansson) that our JSON reader has to agree with. */
#ifndef TEST_SUPPORT_JSON_ORACLE_H
#define TEST_SUPPORT_JSON_ORACLE_H

#include "base/ctx.h"

/* Read `text` with both and end the program (assert) when one accepts what the other refuses, or
 * they read different values. Where they differ by design nothing is compared: nesting beyond ours,
 * numbers beyond its, a NUL in a name or between values. True when both have read it. */
bool json_oracle(struct ctx *c, struct str text);

#endif
