/* It includes one that it does not name, and says it to people: .needs = NEEDS(&hall_module) */
#include "domain/hall/hall.h"
#include "domain/visit/visit.h"

const struct module badge_module = {
    .name = "badge",
    .needs = NEEDS(&visit_module,
                   &desk_module, &badge_module),
};
