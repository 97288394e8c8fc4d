/* What must be true of a shape by itself; rows on a database are scene_property.c's. */
#include "unit.h"

#include "support/shape_property.h"

#include "shape/shape_column.h"
#include "shape/shape_part.h"
#include "shape/shape_random.h"
#include "shape/shape_schema.h"
#include "support/schema_check.h"

#include <inttypes.h>
#include <stdlib.h>

enum { RECORDS = 200, TEXT_MAX = 8 << 20, ARENA_MAX = 64 << 20 };

struct property {
    struct ctx c;
    const struct shape *shape;
    uint64_t seed; /* of the record at hand */
    struct shape_columns columns;
    struct str schemas;
};

/* Ends the test unless `good`, with the seed that shows the failure again. */
static void must(struct property *p, bool good, const char *what)
{
    if (!good)
        fail_msg("shape %s, seed %" PRIu64 ": %s (%s %s)", p->shape->name, p->seed, what,
                 p->c.fault.pointer, p->c.fault.message);
}

static void must_ok(struct property *p, rc result, const char *what)
{
    must(p, rc_ok(result), what);
}

static void *zeroed(struct property *p)
{
    void *record = ctx_take(&p->c, 1, p->shape->size);
    must(p, record != NULL, "memory");
    return record;
}

/* ---- the description ------------------------------------------------------------------------- */

static bool is_name(const char *name)
{
    bool good = name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= 60;
    for (const char *p = name; *p; p++)
        good = good && ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_');
    return good;
}

static bool never_absent(enum shape_kind kind)
{
    return kind == SHAPE_I64 || kind == SHAPE_BP || kind == SHAPE_MS || kind == SHAPE_FLAG;
}

static void describe_property(struct property *p, const struct shape *shape)
{
    must(p, is_name(shape->name) && shape->help && shape->help[0], "a name and a help");
    must(p, shape->version >= 1, "a version from 1");
    must(p, shape->count > 0 && shape->count <= SHAPE_FIELDS_MAX, "the number of fields");
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        must(p, is_name(field->name), field->name);
        must(p, field->help && field->help[0], "every field has a help");
        must(p, shape_field(shape, str_from(field->name)) == field, "two fields of one name");
        must(p, field->least <= field->most, "bounds in order");
        must(p, !((field->flags & REQUIRED) && never_absent(field->kind)),
             "REQUIRED says nothing of this kind, which is never absent: use opt_i64");
    }
    for (size_t i = 0; i < p->columns.count; i++)
        must(p,
             shape_column(&p->columns, str_from(p->columns.items[i].name)) == &p->columns.items[i],
             "two columns of one name");
}

/* ---- records --------------------------------------------------------------------------------- */

static struct str written(struct property *p, enum shape_view view, const void *record)
{
    struct text out;
    struct str json = {NULL, 0};
    text_init(&out, &p->c, TEXT_MAX);
    shape_write(&out, p->shape, view, record);
    must_ok(p, text_done(&out, &json), "writing");
    return json;
}

static void json_property(struct property *p, const void *record)
{
    void *again = zeroed(p);
    struct str json = written(p, SHAPE_VIEW_WHOLE, record);
    must_ok(p, shape_read(&p->c, p->shape, SHAPE_FROM_RECORD, json, again),
            "reading what was written");
    must(p, shape_same(p->shape, record, again), "JSON and back is another record");
    must(p, str_eq(json, written(p, SHAPE_VIEW_WHOLE, again)), "written again, it is another text");
}

static void columns_property(struct property *p, const void *record)
{
    void *again = zeroed(p);
    for (size_t i = p->columns.count; i-- > 0;) {
        struct shape_cell cell = {0};
        must_ok(p, shape_column_get(&p->c, &p->columns.items[i], record, &cell), "a column's cell");
        must(p, cell.type == SHAPE_CELL_NULL || cell.type == p->columns.items[i].type,
             "a cell is of its column's type");
        must_ok(p, shape_column_set(&p->c, &p->columns.items[i], cell, again), "setting a column");
    }
    must(p, shape_same(p->shape, record, again), "columns and back is another record");
    must_ok(p, shape_check(&p->c, p->shape, again), "a record from columns");
}

static void shown_property(struct property *p, const void *record)
{
    void *copy = zeroed(p), *read = zeroed(p);
    must_ok(p, shape_copy(&p->c, p->shape, record, copy), "copying");
    must(p, shape_same(p->shape, record, copy), "a copy is another record");
    struct str json = written(p, SHAPE_VIEW_SHOWN, record);
    must_ok(p, schema_check(&p->c, p->schemas, p->shape->name, json), "its own JSON Schema");
    rc result = shape_read(&p->c, p->shape, SHAPE_FROM_RECORD, json, read);
    for (size_t i = 0; i < p->shape->count; i++) {
        const struct shape_field *field = &p->shape->fields[i];
        bool hidden = field->flags & SECRET;
        must(p, !hidden || shape_absent(field, shape_in(field, read)), "a secret is shown");
        must(p, rc_ok(result) || strcmp(p->c.fault.rule, "required") == 0, "reading what is shown");
    }
}

/* ---- hidden characters ------------------------------------------------------------------------
 */

/* The record with this text, at `field` somewhere in it. */
static void try_hidden(struct property *p, const void *record, const struct shape_field *field,
                       struct str *text)
{
    static const char *const hidden[] = {"\u202e", "\u2066",   "\u200b",    "\u200f", "\u2028",
                                         "\u2029", "\xc2\x85", "\xc2\x9b",  "\u00ad", "\ufeff",
                                         "\u200d", "\u061c",   "\U000e0041"};
    struct str kept = *text;
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        struct text longer;
        text_init(&longer, &p->c, TEXT_MAX);
        text_put(&longer, str_from(hidden[i]));
        for (int64_t n = 1; n < field->least; n++)
            text_put_char(&longer, 'a');
        must_ok(p, text_done(&longer, text), "a text");
        rc result = shape_check_from(&p->c, p->shape, SHAPE_FROM_INPUT, NULL, record);
        bool free = field->form == &text_form_block || field->form == &text_form_heard;
        bool may = free || (field->flags & SECRET);
        bool refused = !rc_ok(result) && strcmp(p->c.fault.rule, "hidden") == 0;
        must(p, may ? !refused : refused, field->name);
    }
    *text = kept;
}

static void try_fields(struct property *p, void *record, const struct shape *shape, void *part)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        void *value = shape_at(field, part);
        struct texts *texts = value;
        struct shape_items *items = value;
        if (field->kind == SHAPE_TEXT)
            try_hidden(p, record, field, value);
        else if (field->kind == SHAPE_TEXTS && texts->count > 0)
            try_hidden(p, record, field, &texts->items[0]);
        else if (field->kind == SHAPE_RECORD && !shape_absent(field, value))
            try_fields(p, record, field->shape, value);
        else if (field->kind == SHAPE_LIST && items->count > 0)
            try_fields(p, record, field->shape, items->items);
    }
}

void shape_hidden_test(const struct shape *shape)
{
    enum { HIDDEN_RECORDS = 5 };
    struct property p = {.shape = shape};
    p.c = (struct ctx){.arena = arena_open(ARENA_MAX), .clock = &clock_system};
    assert_non_null(p.c.arena);
    for (uint64_t i = 0; i < HIDDEN_RECORDS; i++) {
        struct arena_mark mark = arena_mark(p.c.arena);
        void *record = zeroed(&p);
        uint64_t seed = p.seed = i;
        must_ok(&p, shape_random(&p.c, shape, &seed, record), "a random record");
        try_fields(&p, record, shape, record);
        arena_return(p.c.arena, mark);
    }
    arena_close(p.c.arena);
}

/* ---- all of it --------------------------------------------------------------------------------
 */

static void prepare(struct property *p)
{
    struct shape_set set = {0};
    struct text out;
    must_ok(p, shape_columns(&p->c, p->shape, &p->columns), "its columns");
    must_ok(p, shape_set_add(&p->c, &set, p->shape), "its schemas");
    text_init(&out, &p->c, TEXT_MAX);
    shape_schemas(&out, &set);
    must_ok(p, text_done(&out, &p->schemas), "its schemas");
    text_init(&out, &p->c, TEXT_MAX);
    shape_describe(&out, p->shape);
    must(p, !out.failed, "its description");
}

void shape_property_test(const struct shape *shape)
{
    struct property p = {.shape = shape};
    p.c = (struct ctx){.arena = arena_open(ARENA_MAX), .clock = &clock_system};
    assert_non_null(p.c.arena);
    prepare(&p);
    describe_property(&p, shape);
    for (uint64_t i = 0; i < RECORDS; i++) {
        struct arena_mark mark = arena_mark(p.c.arena);
        void *record = zeroed(&p);
        uint64_t seed = p.seed = i;
        must_ok(&p, shape_random(&p.c, shape, &seed, record), "a random record");
        must_ok(&p, shape_check(&p.c, shape, record), "a random record keeps the rules");
        json_property(&p, record);
        columns_property(&p, record);
        shown_property(&p, record);
        arena_return(p.c.arena, mark);
    }
    arena_close(p.c.arena);
    shape_hidden_test(shape);
}
