/* The first one: it may need nobody, and needs who needs it. */
#include "domain/visit/visit.h"

const struct module hall_module = {
    .name = "hall",
    .needs = NEEDS(&visit_module, &lost_module),
};
