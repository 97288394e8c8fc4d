#include "support/scene_property.h"
#include "core/system.h"

#include "shape/shape_random.h"
#include "support/shape_property.h"

#include <inttypes.h>
#include <stdlib.h>

enum { RECORDS = 100 };

static void must(struct scene *s, rc result, const struct shape *shape, uint64_t seed)
{
    if (!rc_ok(result))
        fail_msg("shape %s, seed %" PRIu64 ": %s", shape->name, seed, s->c.fault.message);
}

static void row_property(struct scene *s, const struct shape *shape, uint64_t seed)
{
    struct picture *picture = s->reader.picture;
    struct row row;
    uint64_t state = seed;
    void *record = ctx_take(&s->c, 1, shape->size), *again = ctx_take(&s->c, 1, shape->size);
    const struct str *id = record; /* every table begins with it */
    must(s, shape_random(&s->c, shape, &state, record), shape, seed);
    must(s, picture_put(&s->c, picture, shape, record, NULL), shape, seed);
    must(s, picture_get(&s->c, picture, shape, *id, &row, again), shape, seed);
    if (!shape_same(shape, record, again))
        fail_msg("shape %s, seed %" PRIu64 ": a row and back is another record", shape->name, seed);
    must(s, picture_delete(&s->c, picture, shape, *id), shape, seed);
}

static bool has_table(const struct module *m, const struct shape *shape)
{
    for (const struct record *row = m->records; row && row->shape; row++)
        if (row->shape == shape)
            return true;
    for (const struct table *row = m->tables; row && row->shape; row++)
        if (row->shape == shape)
            return true;
    return false;
}

static void rows_property(enum store_kind kind, size_t count, const struct module *const *modules)
{
    struct scene s;
    scene_open_on(&s, kind, count, modules);
    core_reader_close(&s.reader);
    core_close(s.core);
    s.core = NULL;
    must(&s, store_open(&s.c, &s.options.store, &s.reader.store), &deadline_shape, 0);
    must(&s, picture_open(&s.c, s.catalog, s.reader.store, STR("m2"), &s.reader.picture),
         &deadline_shape, 0);
    for (size_t i = 0; i < catalog_table_count(s.catalog); i++) {
        const struct shape *shape = catalog_table(s.catalog, i)->shape;
        for (uint64_t seed = 0; seed < RECORDS && has_table(modules[count - 1], shape); seed++) {
            struct arena_mark mark = arena_mark(s.c.arena);
            row_property(&s, shape, seed);
            arena_return(s.c.arena, mark);
        }
    }
    scene_close(&s);
}

static void shapes_property(const struct module *m)
{
    for (const struct record *row = m->records; row && row->shape; row++)
        shape_property_test(row->shape);
    for (const struct table *row = m->tables; row && row->shape; row++)
        shape_property_test(row->shape);
    for (const struct event_kind *const *row = m->events; row && *row; row++)
        shape_property_test((*row)->body);
    for (const struct decision *row = m->decisions; row && row->name; row++)
        if (row->input)
            shape_property_test(row->input);
}

void scene_property_test(size_t count, const struct module *const *modules)
{
    shapes_property(modules[count - 1]);
    rows_property(STORE_SQLITE, count, modules);
    if (getenv("CHANCERY_TEST_POSTGRES"))
        rows_property(STORE_POSTGRES, count, modules);
}
