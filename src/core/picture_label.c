/* The labels of rows, asked for by the names of records. */
#include "core/picture_table.h"

#include "shape/label.h"

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
