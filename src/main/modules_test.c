/* The program's list of modules is the order that their needs ask for, and misses none of them. */
#include "main/modules.h"

#include "assembly/catalog_make.h"

#include "unit.h"

TEST(the_list_of_modules_is_the_order_of_their_needs)
{
    struct ctx c = {.arena = arena_open(4 << 20), .clock = &clock_system};
    struct catalog *catalog = NULL;
    if (!rc_ok(catalog_open(&c, chancery_module_count, chancery_modules, &catalog)))
        fail_msg("%s", c.fault.message);
    assert_int_equal(catalog_module_count(catalog), chancery_module_count);
    for (size_t i = 0; i < chancery_module_count; i++)
        if (catalog_module(catalog, i) != chancery_modules[i])
            fail_msg("%s stands where %s is needed before", chancery_modules[i]->name,
                     catalog_module(catalog, i)->name);
    catalog_close(catalog);
    arena_close(c.arena);
}
