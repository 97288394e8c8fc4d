/* What picture.c and picture_list.c share: a table with its columns and its statements, prepared
 * once for each view. */
#ifndef CORE_PICTURE_TABLE_H
#define CORE_PICTURE_TABLE_H

#include "base/text.h"
#include "core/picture.h"
#include "shape/shape_column.h"

/* Every row has, beside the record's columns: mission first, then at the end these. */
#define ROW_COLUMNS "\"row_seq\",\"row_changed\",\"row_retired\",\"row_drill\""
enum { ROW_COLUMN_COUNT = 4 };

struct picture_table {
    const struct table *table;
    const char *name; /* "p_zone", "v_session" */
    struct shape_columns columns;
    struct str select; /* SELECT … FROM … WHERE mission = $1 */
    struct str put, get, has, had, retire, remove;
};

struct picture {
    struct arena *arena;
    const struct catalog *catalog;
    struct store *store;
    struct str mission;
    size_t count;
    struct picture_table *tables;
};

/* The table of a shape; a shape without one is a programming error. */
const struct picture_table *picture_table(const struct picture *picture, const struct shape *shape);

/* The row at hand as record and row. `ret` is zeroed memory of the shape's size. */
rc picture_read_row(struct ctx *c, const struct picture_table *table, struct store_rows *rows,
                    struct row *ret_row, void *ret);

/* The statements that make a table's indexes (picture_index.c). */
void picture_put_indexes(struct text *sql, enum store_kind kind, const struct picture_table *table);

/* A cell as the store takes it. */
struct store_value picture_value(struct shape_cell cell);

#endif
