/* Which kind of database it is, is asked here and nowhere else. */
#include "store/store_inner.h"

rc store_open(struct ctx *c, const struct store_options *options, struct store **ret)
{
    return options->kind == STORE_SQLITE ? sqlite_open(c, options, ret)
                                         : postgres_open(c, options, ret);
}
