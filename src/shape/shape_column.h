/* A record as columns of a table, the same for every database. Nested records are flattened
 * (address_city); a place gives two columns, an amount two; lists are one column of JSON. */
#ifndef SHAPE_SHAPE_COLUMN_H
#define SHAPE_SHAPE_COLUMN_H

#include "shape/shape.h"

enum shape_cell_type { SHAPE_CELL_NULL, SHAPE_CELL_I64, SHAPE_CELL_TEXT, SHAPE_CELL_BYTES };

struct shape_cell {
    enum shape_cell_type type;
    int64_t i64;
    struct str bytes;
};

/* Which part of a field's value a column holds. */
enum shape_part { SHAPE_WHOLE, SHAPE_LAT, SHAPE_LON, SHAPE_MINOR, SHAPE_CURRENCY };

struct shape_column {
    const char *name;
    enum shape_cell_type type;
    enum shape_part part;
    const struct shape_field *field;
    unsigned flags; /* the field's, seen from the outermost record: REQUIRED only if all around it
                     * are, SECRET if any of them is, or anything in the list that it holds */
    bool hidden;    /* it is SECRET itself or around it, not only in a part of the list it holds */
    size_t offset;  /* of the field's value from the start of the outermost record */
};

struct shape_columns {
    size_t count;
    struct shape_column *items;
};

/* The columns of a shape, in the order of its fields, in the arena of c. */
rc shape_columns(struct ctx *c, const struct shape *shape, struct shape_columns *ret);

/* A column by name, NULL when there is none. */
const struct shape_column *shape_column(const struct shape_columns *columns, struct str name);

/* What stands in the column for this record; texts of lists are made in the arena of c. */
rc shape_column_get(struct ctx *c, const struct shape_column *column, const void *record,
                    struct shape_cell *ret);

/* Put a cell into a zeroed record; texts are copied into the arena of c. CORRUPT when it is not
 * what shape_column_get writes. */
rc shape_column_set(struct ctx *c, const struct shape_column *column, struct shape_cell cell,
                    void *record);

#endif
