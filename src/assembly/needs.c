#include "assembly/needs.h"

#include "assembly/core_module.h"

struct gathering {
    struct ctx *c;
    size_t count;
    const struct module **modules;
};

/* A module that waits for what it needs, and the one that waits for it. */
struct waiting {
    const struct module *module;
    const struct waiting *for_it;
};

static rc check_circle(struct ctx *c, const struct module *module, const struct waiting *needer)
{
    for (const struct waiting *at = needer; at; at = at->for_it)
        if (at->module == module)
            FAIL(c, INTERNAL, "the module %s needs %s, which needs it in turn", module->name,
                 needer->module->name);
    return OK;
}

static rc gather(struct gathering *g, const struct module *module, const struct waiting *needer)
{
    const struct waiting here = {module, needer};
    TRY(check_circle(g->c, module, needer));
    for (size_t i = 0; i < g->count; i++) {
        if (g->modules[i] == module)
            return OK;
        if (strcmp(g->modules[i]->name, module->name) == 0)
            FAIL(g->c, INTERNAL, "two modules are named %s", module->name);
    }
    for (const struct module *const *need = module->needs; need && *need; need++)
        TRY(gather(g, *need, &here));
    if (g->count == MODULES_MAX)
        FAIL(g->c, INTERNAL, "more than %d modules", MODULES_MAX);
    g->modules[g->count++] = module;
    return OK;
}

rc modules_gather(struct ctx *c, size_t count, const struct module *const *modules,
                  size_t *ret_count, const struct module *const **ret)
{
    struct gathering g = {.c = c};
    NEW(c, g.modules, MODULES_MAX);
    TRY(gather(&g, &core_module, NULL));
    for (size_t i = 0; i < count; i++)
        TRY(gather(&g, modules[i], NULL));
    *ret_count = g.count;
    *ret = g.modules;
    return OK;
}
