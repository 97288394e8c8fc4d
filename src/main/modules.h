/* The list of modules, which is also the order of domains: adding one is one line in modules.c. */
#ifndef MAIN_MODULES_H
#define MAIN_MODULES_H

#include "core/module.h"

extern const struct module *const chancery_modules[];
extern const size_t chancery_module_count;

#endif
