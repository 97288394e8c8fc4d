/* The indexes of a table, and what SQLite is told about them.
 *
 * SQLite chooses its way by statistics. Without any it believes that a list in the order of ids, of
 * which few rows are wanted, is found quickest by walking all rows in that order: a search for one
 * row among a million then reads half a million. What is told here is not measured; it says what a
 * kind of column is like, so that a statement goes the same way on every day. (PostgreSQL measures
 * by itself.) */
#include "core/picture_table.h"

#include <inttypes.h>

enum {
    ROWS = 1000000, /* of a table that is large enough for this to matter */
    ROWS_OF_CHOICE = 100000,
    ROWS_OF_NAME = 100,
    ROWS_OF_NUMBER = 10
};

/* Rows that share a value of the column. */
static int64_t rows_each(const struct shape_column *column)
{
    if (column->field->flags & UNIQUE)
        return 1;
    if (column->field->kind == SHAPE_CHOICE || column->field->kind == SHAPE_FLAG)
        return ROWS_OF_CHOICE;
    return column->type == SHAPE_CELL_I64 ? ROWS_OF_NUMBER : ROWS_OF_NAME;
}

static void put_index(struct text *sql, const struct picture_table *t,
                      const struct shape_column *column)
{
    if (column->field->flags & UNIQUE)
        text_printf(sql,
                    "CREATE UNIQUE INDEX IF NOT EXISTS \"%s__%s\" ON \"%s\" (\"mission\",\"%s\") "
                    "WHERE \"row_retired\" IS NULL;\n",
                    t->name, column->name, t->name, column->name);
    else
        text_printf(sql,
                    "CREATE INDEX IF NOT EXISTS \"%s__%s\" ON \"%s\" "
                    "(\"mission\",\"%s\",\"id\");\n",
                    t->name, column->name, t->name, column->name);
}

static void put_statistics(struct text *sql, const struct picture_table *t,
                           const struct shape_column *column)
{
    text_printf(sql, "INSERT INTO sqlite_stat1 VALUES ('%s','%s__%s','%d %d %" PRId64 "%s');\n",
                t->name, t->name, column->name, ROWS, ROWS, rows_each(column),
                column->field->flags & UNIQUE ? "" : " 1");
}

static bool is_indexed(const struct shape_column *column)
{
    return (column->field->flags & (UNIQUE | INDEXED)) != 0;
}

void picture_put_indexes(struct text *sql, enum store_kind kind, const struct picture_table *t)
{
    for (size_t i = 1; i < t->columns.count; i++)
        if (is_indexed(&t->columns.items[i]))
            put_index(sql, t, &t->columns.items[i]);
    if (kind != STORE_SQLITE)
        return;
    /* the first statement makes the table of statistics, and fills it with what there is today */
    text_printf(sql, "ANALYZE \"%s\";\nDELETE FROM sqlite_stat1 WHERE tbl='%s';\n", t->name,
                t->name);
    text_printf(sql, "INSERT INTO sqlite_stat1 VALUES ('%s','%s','%d %d 1');\n", t->name, t->name,
                ROWS, ROWS);
    for (size_t i = 1; i < t->columns.count; i++)
        if (is_indexed(&t->columns.items[i]))
            put_statistics(sql, t, &t->columns.items[i]);
}
