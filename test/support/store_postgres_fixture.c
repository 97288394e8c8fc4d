/* Statements on the tests' PostgreSQL; by itself, for programs that are no unit tests. */
#include "support/store_fixture.h"

#include <stdlib.h>

void fixture_postgres(struct ctx *c, const char *sql)
{
    struct store *store = NULL;
    struct store_options options = {
        .kind = STORE_POSTGRES, .path = getenv("CHANCERY_TEST_POSTGRES"), .read_only = true};
    MUST(c, store_open(c, &options, &store)); /* a reader takes no lock */
    MUST(c, store_script(c, store, STR("SET default_transaction_read_only = off")));
    MUST(c, store_script(c, store, str_from(sql)));
    store_close(store);
}
