/* The list of modules. */
const struct module *const program_modules[] = {&people_module, &visit_module};
