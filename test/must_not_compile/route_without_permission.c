/* ROUTE's third column has to be given: this row names a method, a path and a help, but nobody's
 * right. */
#include "core/route.h"

#include "core/decide.h"

static rc serve(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c, (void)request, (void)response;
    return OK;
}

const struct route routes[] = {
#ifdef MUST_NOT_COMPILE
    ROUTE(GET, "/api/v1/secrets", .help = "Everything", .serve = serve),
#else
    ROUTE(GET, "/api/v1/secrets", "secret.read", "Everything", .serve = serve),
#endif
};
