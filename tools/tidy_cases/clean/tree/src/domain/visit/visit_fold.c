/* A case. */
#include "core/module.h"
#include "domain/people/people.h"
#include "domain/visit/visit_shape.h"

const struct module visit_module = {.name = "visit", .needs = NEEDS(&people_module)};
