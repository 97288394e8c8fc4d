/* What it names it may include. */
#include "domain/hall/hall.h"

const struct module visit_module = {
    .name = "visit",
    .needs = NEEDS(&hall_module),
};
