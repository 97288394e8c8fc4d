/* What the generated routes of the records do not cover: erasing. */
#include "domain/people/people_own.h"

#include "core/catalog.h"

static rc serve_erase(struct ctx *c, const struct request *request, struct response *response)
{
    NEW(c, response->command, 1);
    *response->command = (struct command){
        .decision = catalog_decision(request->catalog, STR("person.erase")),
        .input = request->input,
        .target = request->parts[0],
        .actor = *request->actor,
        .cause = -1,
        .expect_seq = -1,
    };
    return OK;
}

const struct route people_routes[] = {
    ROUTE(POST, "/api/v1/persons/{id}/erase", "person.erase",
          "Destroy what is kept about a retired person", .input = &person_erasure_shape,
          .serve = serve_erase),
    {0},
};
