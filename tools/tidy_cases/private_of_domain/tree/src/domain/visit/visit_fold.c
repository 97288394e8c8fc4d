/* A case. */
#include "domain/people/people_shape.h"
#include "domain/people/people.h"

const struct module visit_module = {.name = "visit", .needs = NEEDS(&people_module)};
