/* The program's list of modules is the order that their needs ask for, and misses none of them. */
#include "main/modules.h"

#include "assembly/catalog_make.h"

#include "support/shape_property.h"
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

/* Whatever a person, a program or a file of the command line hands in. */
TEST(no_input_of_any_module_takes_hidden_characters_on_a_line)
{
    struct ctx c = {.arena = arena_open(4 << 20), .clock = &clock_system};
    struct catalog *catalog = NULL;
    if (!rc_ok(catalog_open(&c, chancery_module_count, chancery_modules, &catalog)))
        fail_msg("%s", c.fault.message);
    for (size_t i = 0; i < catalog_record_count(catalog); i++)
        shape_hidden_test(catalog_record_at(catalog, i)->shape);
    for (size_t i = 0; i < catalog_route_count(catalog); i++)
        if (catalog_route(catalog, i)->input)
            shape_hidden_test(catalog_route(catalog, i)->input);
    for (size_t i = 0; i < chancery_module_count; i++)
        for (const struct decision *d = chancery_modules[i]->decisions; d && d->name; d++)
            if (d->input)
                shape_hidden_test(d->input);
    catalog_close(catalog);
    arena_close(c.arena);
}
