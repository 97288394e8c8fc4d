/* The picture: tables folded from the ledger, one per shape, every row with the mission it belongs
 * to and the event that last wrote it. Every table can be dropped and folded anew.
 *
 * A table's shape begins with `id` (kind id). Tables of kind TABLE_VAULT hold what must not be in
 * the ledger (hashes of passwords, sessions); they are not part of the picture's digest and a
 * rebuild leaves them alone. */
#ifndef CORE_PICTURE_H
#define CORE_PICTURE_H

#include "core/actor.h"
#include "core/event.h"
#include "shape/shape_column.h"
#include "store/store.h"

enum table_kind { TABLE_PICTURE, TABLE_VAULT };

struct table {
    const struct shape *shape;
    enum table_kind kind;
};

struct catalog;
struct picture;

/* A view of the tables over one store, for one thread. The catalog and the store outlive it. */
rc picture_open(struct ctx *c, const struct catalog *catalog, struct store *store,
                struct str mission, struct picture **ret);
void picture_close(struct picture *picture);
struct store *picture_store(const struct picture *picture);
struct str picture_mission(const struct picture *picture);
const struct catalog *picture_catalog(const struct picture *picture);

/* Make all tables that are not there yet, and the columns that a vault has not yet. Dropping leaves
 * the vault alone. */
rc picture_create(struct ctx *c, struct picture *picture);
rc picture_drop(struct ctx *c, struct picture *picture);

/* SHA-256, in hexadecimal, of how the tables are made and by which version of Chancery: another one
 * means that the stored picture has to be folded anew. */
rc picture_schema(struct ctx *c, struct picture *picture, struct str *ret);

/* What is known about a row beside its record. */
struct row {
    int64_t seq;         /* the event that last wrote it */
    struct wall changed; /* when that occurred */
    struct wall retired; /* absent: it is live */
    bool drill;
};

/* One record by id. NOT_FOUND. Retired ones are found too; look at the row (may be NULL). */
rc picture_get(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id,
               struct row *ret_row, void *ret);

/* The label of a row, live or retired, of the table of this noun ("zone"). Absent: there is no such
 * row, or the rows of that noun have no labels. */
rc picture_label(struct ctx *c, struct picture *picture, struct str noun, struct str id,
                 struct label *ret);

/* The one refusal for records that are absent or may not be read: NOT_FOUND. */
rc picture_absent(struct ctx *c, const struct shape *shape);

/* Does a live record with this id exist? Was there ever one, which may be retired by now? */
rc picture_has(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id,
               bool *ret);
rc picture_had(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id,
               bool *ret);

/* The live record whose field has this value, of several the one with the least id. NOT_FOUND. */
rc picture_find(struct ctx *c, struct picture *picture, const struct shape *shape,
                const char *field, struct str value, struct row *ret_row, void *ret);

/* Is there one? Quicker than to find it. */
rc picture_any(struct ctx *c, struct picture *picture, const struct shape *shape, const char *field,
               struct str value, bool *ret);

/* Was a table of callers (struct callers) written to, through this view, since it was settled? */
bool picture_callers_changed(const struct picture *picture);
void picture_callers_settled(struct picture *picture);

/* Writing: folds only (and, for vault tables, the writer on behalf of a decision). A live record of
 * the mission with the same value in a UNIQUE field gives CONFLICT. */
rc picture_put(struct ctx *c, struct picture *picture, const struct shape *shape,
               const void *record, const struct event *event);
rc picture_retire(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id,
                  const struct event *event);
rc picture_delete(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id);
rc picture_delete_where(struct ctx *c, struct picture *picture, const struct shape *shape,
                        const char *field, struct str value);

/* ---- lists
 * --------------------------------------------------------------------------------------- */

enum filter_op {
    FILTER_EQ,
    FILTER_NE,
    FILTER_LT,
    FILTER_LE,
    FILTER_GT,
    FILTER_GE,
    FILTER_HAS,
    FILTER_IN
};

/* A list of references or texts, and a field of the records in a list, is asked item by item:
 * EQ: some item is exactly this; NE: none is; HAS: some reference is exactly this, some text
 * contains it; IN: some item is exactly one of these. Other comparisons of a list are refused. */
struct filter {
    struct str field; /* a column ("name", "address_city"), or of a list's records "points.zone" */
    enum filter_op op;
    struct str value; /* as written in JSON, without quotes; FILTER_HAS: contained, any case;
                       * FILTER_IN: several, comma between */
};

enum { QUERY_FILTERS_MAX = 16, QUERY_LIMIT_MAX = 500, QUERY_LIMIT_DEFAULT = 50 };

struct query {
    size_t filter_count;
    struct filter filters[QUERY_FILTERS_MAX];
    struct str
        search;      /* words, each the beginning of one in a TITLE or SEARCHED text; absent: all */
    struct str sort; /* a column that is neither a list, JSON nor a long text; absent: id */
    bool descending;
    struct str after; /* the cursor of the page before */
    int64_t limit;    /* 1 to QUERY_LIMIT_MAX */
    bool with_retired;
    struct wall retired_by; /* only those that were retired by then; absent: any */
    struct str count;       /* picture_count: the column to count by; absent or empty: none */
    struct str sum;         /* picture_count: the column to add up; absent or empty: none */
    struct {
        const char *target; /* the name of a shape; NULL: none */
        struct str id;
    } naming; /* only rows that refer to this record, anywhere in them */
    const struct clearance
        *reader; /* only what this may read, by the record's `label`; NULL: all */
};

/* Is a figure wanted, and no records? */
static inline bool query_counts(const struct query *query)
{
    return !str_absent(query->count) || !str_absent(query->sum);
}

struct page {
    size_t count;
    struct row *rows;
    void *records;    /* count structs of the shape, one behind the other */
    struct str after; /* cursor of the next page; absent on the last */
};

/* A page of records, in order, with no gaps or duplicates while rows come and go (keyset paging).
 * INVALID names the filter, the sort column or the cursor that is wrong. */
rc picture_list(struct ctx *c, struct picture *picture, const struct shape *shape,
                const struct query *query, struct page *ret);

/* Every record that a query finds, page by page as it lists them, whatever its limit. Memory that
 * `each` takes from its c is released after each record, and so is the record's; keep what has to
 * last in another context. `*stop` ends it early. */
typedef rc picture_each_fn(struct ctx *c, void *arg, const struct row *row, const void *record,
                           bool *stop);
rc picture_each(struct ctx *c, struct picture *picture, const struct shape *shape,
                const struct query *query, picture_each_fn *each, void *arg);

/* ---- counts
 * -------------------------------------------------------------------------------------- */

enum { COUNTS_MAX = 500 };

struct counted {
    struct shape_cell value; /* type SHAPE_CELL_NULL: where it is absent */
    int64_t count;
    struct opt_i64 sum; /* unknown where no row has a number */
};

struct counts {
    const struct shape_column *column; /* NULL: not counted by one */
    size_t count;
    struct counted *items; /* in the order of their values, the absent one first */
    int64_t total;
    struct opt_i64 sum; /* of all */
};

/* How many records a query finds that its reader may read, in all and by the values of
 * `query->count`, and the sum of `query->sum` in each. Order, cursor and limit of the query
 * are ignored. INVALID names the wrong column: a column to count by holds one short value per row,
 * a column to sum holds a number; amounts of money are summed per currency only. TOO_LARGE: more
 * than COUNTS_MAX values, or a sum beyond 64 bits. */
rc picture_count(struct ctx *c, struct picture *picture, const struct shape *shape,
                 const struct query *query, struct counts *ret);

/* ---- readings
 * -------------------------------------------------------------------------------- */

/* What was read for somebody of what only some may read (label_restricted): each record that they
 * may know of and that a watched picture gave, whatever was made of it. */
enum { READINGS_NAMED_MAX = 400, READINGS_MAX = 500 };
struct readings {
    struct ctx *c; /* what is noted is in its memory */
    const struct actor *actor;
    struct texts records; /* "zone/01J…"; of a count, or beyond READINGS_NAMED_MAX, "zone" */
    struct label label;   /* the strictest of theirs; absent: nothing was noted */
};

/* From here on this is noted by the picture, until it is called with NULL. */
void picture_watch(struct picture *picture, struct readings *readings);

/* Note what the picture cannot see: a row of a noun, or all of it (id absent), under this label.
 * Does nothing where nobody watches. */
rc picture_note(struct ctx *c, struct picture *picture, struct str noun, struct str id,
                struct label label);

/* ---- the whole
 * ----------------------------------------------------------------------------------- */

/* SHA-256 over every row of every table of the picture, in order, in hexadecimal. */
rc picture_digest(struct ctx *c, struct picture *picture, struct str *ret);

#endif
