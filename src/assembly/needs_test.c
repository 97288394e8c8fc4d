/* In which order modules are put together, and which cannot be. */
#include "assembly/needs.h"

#include "assembly/catalog_make.h"
#include "assembly/core_module.h"

#include "unit.h"

static const struct module ground = {.name = "ground"};
static const struct module wall = {.name = "wall", .needs = NEEDS(&ground)};
static const struct module door = {.name = "door", .needs = NEEDS(&wall, &ground)};
static const struct module roof = {.name = "roof", .needs = NEEDS(&wall)};

/* The names in their order, "core ground …". */
static const char *gathered(struct ctx *c, size_t count, const struct module *const *modules)
{
    const struct module *const *all = NULL;
    size_t all_count = 0;
    struct text names;
    struct str ret;
    if (!rc_ok(modules_gather(c, count, modules, &all_count, &all)))
        fail_msg("%s", c->fault.message);
    text_init(&names, c, 4096);
    for (size_t i = 0; i < all_count; i++)
        text_printf(&names, i > 0 ? " %s" : "%s", all[i]->name);
    assert_true(rc_ok(text_done(&names, &ret)));
    return ret.ptr;
}

#define GATHERED(c, ...)                                                                     \
    gathered(&(c), sizeof((const struct module *[]){__VA_ARGS__}) / sizeof(struct module *), \
             (const struct module *[]){__VA_ARGS__})

TEST(what_a_module_needs_comes_along_before_it)
{
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    assert_string_equal(GATHERED(c, &door), "core ground wall door");
    assert_string_equal(GATHERED(c, &roof, &door), "core ground wall roof door");
    assert_string_equal(GATHERED(c, &door, &wall, &ground, &door), "core ground wall door");
    assert_string_equal(GATHERED(c, &core_module, &ground), "core ground");
    arena_close(c.arena);
}

static void refused(const struct module *module, const char *why)
{
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    const struct module *modules[] = {&ground, module};
    struct catalog *catalog = NULL;
    rc opened = catalog_open(&c, 2, modules, &catalog);
    assert_int_equal(opened.code, RC_INTERNAL);
    assert_string_equal(c.fault.message, why);
    arena_close(c.arena);
}

static const struct module egg, hen;
static const struct module hen = {.name = "hen", .needs = NEEDS(&egg)};
static const struct module egg = {.name = "egg", .needs = NEEDS(&hen)};
static const struct module snake;
static const struct module snake = {.name = "snake", .needs = NEEDS(&snake)};
static const struct module nest = {.name = "nest", .needs = NEEDS(&hen)};

TEST(a_circle_is_refused_with_both_names)
{
    refused(&hen, "the module hen needs egg, which needs it in turn");
    refused(&nest, "the module hen needs egg, which needs it in turn");
    refused(&snake, "the module snake needs snake, which needs it in turn");
}

static const struct module other = {.name = "ground"};
static const struct module cellar = {.name = "cellar", .needs = NEEDS(&other)};

TEST(two_modules_of_one_name_are_refused)
{
    refused(&other, "two modules are named ground");
    refused(&cellar, "two modules are named ground");
}

TEST(no_more_modules_than_there_is_room_for)
{
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    struct module many[MODULES_MAX];
    const struct module *list[MODULES_MAX], *const *all = NULL;
    char names[MODULES_MAX][8];
    size_t count = 0;
    for (size_t i = 0; i < MODULES_MAX; i++) {
        snprintf(names[i], sizeof names[i], "m%zu", i);
        many[i] = (struct module){.name = names[i]};
        list[i] = &many[i];
    }
    assert_true(rc_ok(modules_gather(&c, MODULES_MAX - 1, list, &count, &all)));
    assert_int_equal(count, MODULES_MAX);
    rc result = modules_gather(&c, MODULES_MAX, list, &count, &all);
    assert_int_equal(result.code, RC_INTERNAL);
    arena_close(c.arena);
}
