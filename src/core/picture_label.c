/* The labels of rows: asked for by the names of records, and noted where they are restricted and
 * somebody is given the row. */
#include "core/picture_table.h"

#include "core/catalog.h"

static const struct picture_table *table_named(const struct picture *picture, struct str noun)
{
    for (size_t i = 0; i < picture->count; i++)
        if (str_is(noun, picture->tables[i].table->shape->name))
            return &picture->tables[i];
    return NULL;
}

rc picture_label(struct ctx *c, struct picture *picture, struct str noun, struct str id,
                 struct label *ret)
{
    struct store_value values[] = {STORE_VALUE_TEXT(picture->mission), STORE_VALUE_TEXT(id)};
    const struct picture_table *t = table_named(picture, noun);
    struct store_rows *rows = NULL;
    bool more = false;
    *ret = (struct label){0};
    if (!t || str_absent(t->label))
        return OK;
    TRY(store_query(c, picture->store, t->label, 2, values, &rows));
    rc result = store_next(c, rows, &more);
    if (rc_ok(result) && more)
        result = label_parse(c, store_column(rows, 0).bytes, ret);
    store_end(rows);
    return result;
}

/* ---- readings -------------------------------------------------------------------------------- */

void picture_watch(struct picture *picture, struct readings *readings)
{
    picture->readings = readings;
}

static bool is_noted(const struct readings *r, struct str name)
{
    for (size_t i = 0; i < r->records.count; i++)
        if (str_eq(r->records.items[i], name))
            return true;
    return false;
}

static rc join_label(struct readings *r, struct label label)
{
    TRY(str_copy(r->c, label.compartments, &label.compartments));
    if (r->label.tlp)
        return label_join(r->c, r->label, label, &r->label);
    r->label = label;
    return OK;
}

/* Nouns are few: there is always room for their names. */
static rc add_reading(struct readings *r, struct str noun, struct str id, struct label label)
{
    struct str name = noun;
    if (!str_absent(id) && r->records.count < READINGS_NAMED_MAX)
        TRY(str_format(r->c, &name, "%.*s/%.*s", STR_ARG(noun), STR_ARG(id)));
    TRY(join_label(r, label));
    if (is_noted(r, name))
        return OK;
    if (!r->records.items)
        NEW(r->c, r->records.items, READINGS_MAX);
    if (r->records.count == READINGS_MAX)
        FAIL(r->c, TOO_LARGE, "too many restricted records at once: narrow the filter");
    return str_copy(r->c, name, &r->records.items[r->records.count++]);
}

rc picture_note(struct ctx *c, struct picture *picture, struct str noun, struct str id,
                struct label label)
{
    struct readings *r = picture->readings;
    if (!r || !label_restricted(label) || !actor_may_read(r->actor, label))
        return OK;
    const struct record *record = catalog_record(picture->catalog, noun);
    if (record && !actor_may(r->actor, record->read))
        return OK;
    rc result = add_reading(r, noun, id, label);
    if (!rc_ok(result))
        c->fault = r->c->fault;
    return result;
}

rc picture_note_row(struct ctx *c, struct picture *picture, const struct picture_table *table,
                    const void *record)
{
    if (!picture->readings || !table->label_field)
        return OK;
    const struct label *label = shape_in(table->label_field, record);
    return picture_note(c, picture, str_from(table->table->shape->name),
                        *(const struct str *)record, *label);
}
