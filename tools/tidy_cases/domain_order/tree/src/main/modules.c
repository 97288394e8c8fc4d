/* The list of modules. */
#include "assembly/core_module.h"
#include "domain/badge/badge.h"

const struct module *const program_modules[] = {
    &core_module, &hall_module, &visit_module, &badge_module, /* &lost_module, */ &desk_module,
};
