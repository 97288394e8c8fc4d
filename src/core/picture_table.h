/* What the files of the picture share: a table with its columns and its statements, prepared once
 * for each view; and the conditions of a query (picture_where.c). */
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
    struct str label; /* the statement for a label; absent: its rows have none */
    const struct shape_field *label_field; /* likewise */
    bool searched;                         /* it has an index of words */
    bool of_callers;      /* what is written here may change what an actor may do */
    struct str put_words; /* SQLite: the statement that keeps the words of a row */
};

struct picture {
    struct arena *arena;
    const struct catalog *catalog;
    struct store *store;
    struct str mission;
    size_t count;
    struct picture_table *tables;
    bool callers_changed;      /* since picture_callers_settled */
    struct readings *readings; /* NULL: nobody watches */
};

/* The table of a shape; a shape without one is a programming error. */
const struct picture_table *picture_table(const struct picture *picture, const struct shape *shape);

/* The row at hand as record and row. `ret` is zeroed memory of the shape's size. */
rc picture_read_row(struct ctx *c, const struct picture_table *table, struct store_rows *rows,
                    struct row *ret_row, void *ret);

/* A row is given: note it for whoever watches. */
rc picture_note_row(struct ctx *c, struct picture *picture, const struct picture_table *table,
                    const void *record);

/* The statements that make a table's indexes (picture_index.c). */
void picture_put_indexes(struct text *sql, enum store_kind kind, const struct picture_table *table);

/* A cell as the store takes it, and back. */
struct store_value picture_value(struct shape_cell cell);
struct shape_cell picture_cell(struct store_value value);

/* ---- words (picture_search.c) ---------------------------------------------------------------- */

/* Has a shape fields to be searched? INTERNAL: a field is marked that cannot be. */
rc picture_search_fields(struct ctx *c, const struct shape *shape, bool *ret);

/* The statements that make the index of words, and that drop it. */
void picture_put_search(struct text *sql, enum store_kind kind, const struct picture_table *table);
void picture_drop_search(struct text *sql, enum store_kind kind, const struct picture_table *table);

/* The words of a record, a blank between. */
rc picture_words(struct ctx *c, const struct shape *shape, const void *record, struct str *ret);

/* ---- conditions (picture_where.c) ------------------------------------------------------------ */

enum { WHERE_VALUES_MAX = 64 };

/* A statement in the making. */
struct picture_where {
    struct ctx *c;
    struct picture *picture;
    const struct picture_table *table;
    const struct query *query;
    struct text sql;
    size_t count;
    struct store_value values[WHERE_VALUES_MAX];
};

/* Begin with `select` (SELECT … FROM … WHERE mission = $1) and add all conditions of the query but
 * its cursor and its reader. INVALID names what is wrong. */
rc picture_where(struct picture_where *where, struct str select);

/* Add a parameter and its value. */
rc picture_where_value(struct picture_where *where, struct store_value value);

/* The condition that a row has all words of a search (picture_search.c). */
rc picture_where_words(struct picture_where *where);

/* A column to order or count by: not secret, and one short value a row. INVALID. */
rc picture_plain_column(struct ctx *c, const struct picture_table *table, struct str name,
                        const struct shape_column **ret);

/* INVALID, with the rule and the value that broke it. */
rc picture_refuse(struct ctx *c, const char *rule, struct str value, const char *why);

/* May the reader of a query read what has this label? */
bool picture_readable(const struct query *query, const struct label *label);

#endif
