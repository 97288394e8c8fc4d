/* The list of modules: adding a domain is one line in modules.c. */
#ifndef MAIN_MODULES_H
#define MAIN_MODULES_H

#include "core/module.h"

extern const struct module *const chancery_modules[];
extern const size_t chancery_module_count;

#endif
