/* Counting and adding up under the conditions of a list. The database groups by label and value; a
 * group that the reader may not read is left out here, so that no figure tells of it.
 *
 * A sum is made of halves of 32 bits, which no table makes overflow: so both databases add up
 * alike, and a sum that is too large is known as such. */
#include "core/picture_table.h"

#include "shape/label.h"

#include <assert.h>

enum { SQL_MAX = 64 << 10 };

/* high * 2^32 + low, low within 32 bits. */
struct halves {
    bool known;
    int64_t high, low;
};

struct counting {
    struct picture_where where;
    const struct shape_column *column, *sum;
    bool labelled; /* the table has labels */
    struct counts counts;
    struct halves sum_here, sum_all; /* of the last value, of all */
};

enum { AT_LABEL, AT_VALUE, AT_COUNT, AT_KNOWN, AT_HIGH, AT_LOW };

/* ---- columns --------------------------------------------------------------------------------- */

/* Is the currency of this amount the same in every group? */
static bool one_currency(const struct counting *k)
{
    const struct query *q = k->where.query;
    for (size_t i = 0; i < k->where.table->columns.count; i++) {
        const struct shape_column *column = &k->where.table->columns.items[i];
        if (column->part != SHAPE_CURRENCY || column->offset != k->sum->offset)
            continue;
        bool one = k->column == column;
        for (size_t j = 0; j < q->filter_count; j++)
            one =
                one || (q->filters[j].op == FILTER_EQ && str_is(q->filters[j].field, column->name));
        return one;
    }
    return false;
}

static rc find_sum(struct counting *k, struct str name)
{
    struct ctx *c = k->where.c;
    TRY(picture_plain_column(c, k->where.table, name, &k->sum));
    enum shape_kind kind = k->sum->field->kind;
    if (k->sum->part == SHAPE_MINOR && !one_currency(k))
        return picture_refuse(c, "currency", name, "amounts can only be summed per currency");
    if (k->sum->part != SHAPE_MINOR && kind != SHAPE_I64 && kind != SHAPE_OPT_I64 &&
        kind != SHAPE_BP && kind != SHAPE_MS)
        return picture_refuse(c, "column", name, "this column cannot be summed");
    return OK;
}

static rc find_columns(struct counting *k)
{
    const struct query *q = k->where.query;
    if (q->count.len > 0)
        TRY(picture_plain_column(k->where.c, k->where.table, q->count, &k->column));
    if (q->sum.len > 0)
        TRY(find_sum(k, q->sum));
    k->labelled = shape_field(k->where.table->table->shape, STR("label")) != NULL;
    return OK;
}

/* ---- the statement --------------------------------------------------------------------------- */

static rc build(struct counting *k)
{
    struct text sql;
    struct str select;
    text_init(&sql, k->where.c, SQL_MAX);
    text_put(&sql, k->labelled ? STR("SELECT \"label\",") : STR("SELECT NULL,"));
    if (k->column)
        text_printf(&sql, "\"%s\",COUNT(*)", k->column->name);
    else
        text_put(&sql, STR("NULL,COUNT(*)"));
    if (k->sum)
        text_printf(&sql,
                    ",COUNT(\"%s\"),CAST(SUM(\"%s\">>32) AS BIGINT),"
                    "CAST(SUM(\"%s\"&4294967295) AS BIGINT)",
                    k->sum->name, k->sum->name, k->sum->name);
    text_printf(&sql, " FROM \"%s\" WHERE \"mission\"=$1", k->where.table->name);
    TRY(text_done(&sql, &select));
    TRY(picture_where(&k->where, select));
    if (k->labelled || k->column)
        text_printf(&k->where.sql, " GROUP BY %s%s%s", k->labelled ? "\"label\"" : "",
                    k->labelled && k->column ? "," : "", k->column ? "\"" : "");
    if (k->column)
        text_printf(&k->where.sql, "%s\" ORDER BY \"%s\" IS NOT NULL,\"%s\"", k->column->name,
                    k->column->name, k->column->name);
    return OK;
}

/* ---- adding up ------------------------------------------------------------------------------- */

static void add_halves(struct halves *to, struct halves more)
{
    to->known = to->known || more.known;
    to->low += more.low;
    to->high += more.high + (to->low >> 32);
    to->low &= 0xffffffff;
}

static rc take_sum(struct ctx *c, struct halves halves, struct opt_i64 *ret)
{
    if (halves.known && (halves.high < INT32_MIN || halves.high > INT32_MAX))
        FAIL(c, TOO_LARGE, "the sum exceeds 64 bits: narrow the filter");
    *ret =
        (struct opt_i64){halves.known, halves.known ? halves.high * (1LL << 32) + halves.low : 0};
    return OK;
}

static bool same_cell(struct shape_cell a, struct shape_cell b)
{
    return a.type == b.type && a.i64 == b.i64 &&
           (a.type != SHAPE_CELL_TEXT || str_eq(a.bytes, b.bytes));
}

/* All groups of a value are read: its sum can be said. */
static rc end_value(struct counting *k)
{
    struct counts *counts = &k->counts;
    struct halves sum = k->sum_here;
    k->sum_here = (struct halves){0};
    return counts->count > 0 ? take_sum(k->where.c, sum, &counts->items[counts->count - 1].sum)
                             : OK;
}

static rc add_to_value(struct counting *k, struct shape_cell value, int64_t count)
{
    struct counts *counts = &k->counts;
    bool other = counts->count == 0 || !same_cell(counts->items[counts->count - 1].value, value);
    if (other) {
        TRY(end_value(k));
        if (counts->count == COUNTS_MAX)
            FAIL(k->where.c, TOO_LARGE, "more than %d different values: narrow the filter",
                 COUNTS_MAX);
        TRY(str_copy(k->where.c, value.bytes, &value.bytes));
        counts->items[counts->count++] = (struct counted){.value = value};
    }
    counts->items[counts->count - 1].count += count;
    return OK;
}

/* A group of rows of one label; those of one value come one behind the other. */
static rc take_group(struct counting *k, struct store_rows *rows)
{
    struct label label = {0};
    int64_t count = store_column(rows, AT_COUNT).i64;
    if (k->labelled)
        TRY(label_parse(k->where.c, store_column(rows, AT_LABEL).bytes, &label));
    if (!picture_readable(k->where.query, k->labelled ? &label : NULL))
        return OK;
    k->counts.total += count;
    TRY(picture_note(k->where.c, k->where.picture, str_from(k->where.table->table->shape->name),
                     (struct str){NULL, 0}, label));
    if (k->column)
        TRY(add_to_value(k, picture_cell(store_column(rows, AT_VALUE)), count));
    if (!k->sum)
        return OK;
    struct halves sum = {store_column(rows, AT_KNOWN).i64 > 0, store_column(rows, AT_HIGH).i64,
                         store_column(rows, AT_LOW).i64};
    add_halves(&k->sum_here, sum);
    add_halves(&k->sum_all, sum);
    return OK;
}

static rc take_groups(struct counting *k, struct store_rows *rows)
{
    for (bool more = true;;) {
        TRY(store_next(k->where.c, rows, &more));
        if (!more)
            break;
        TRY(take_group(k, rows));
    }
    TRY(end_value(k));
    return take_sum(k->where.c, k->sum_all, &k->counts.sum);
}

rc picture_count(struct ctx *c, struct picture *picture, const struct shape *shape,
                 const struct query *query, struct counts *ret)
{
    struct counting k = {.where = {.c = c, .picture = picture, .query = query}};
    struct store_rows *rows = NULL;
    struct str sql;
    k.where.table = picture_table(picture, shape);
    TRY(find_columns(&k));
    NEW(c, k.counts.items, COUNTS_MAX);
    TRY(build(&k));
    TRY(text_done(&k.where.sql, &sql));
    TRY(store_query(c, picture->store, sql, k.where.count, k.where.values, &rows));
    rc result = take_groups(&k, rows);
    store_end(rows);
    TRY(result);
    k.counts.column = k.column;
    *ret = k.counts;
    return OK;
}
