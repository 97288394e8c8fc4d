/* Lists in an order, with keyset paging. What a reader may not read is left out here, by the row's
 * label, so that no page is ever short by accident. */
#include "core/picture_table.h"

#include "base/encode.h"

#include <assert.h>

enum { CURSOR_MAX = 4096, EACH_MEMORY_MAX = 64 << 20, EACH_ROWS = 200 };

/* Rows that one statement reads, and how many statements a page may take: a reader who may see
 * little of a table of millions is asked to say more exactly what is wanted. */
enum { SCAN_MAX = 20000, SCANS_MAX = 100 };

struct listing {
    struct picture_where where;
    const struct shape_column *sort;
};

/* ---- order and cursor
 * ------------------------------------------------------------------------------- */

/* What rows are ordered by: a column that may be absent counts as its least value, so that keyset
 * paging needs one comparison only. */
static void put_sort(struct listing *l)
{
    bool text = l->sort->type == SHAPE_CELL_TEXT;
    if (l->sort->flags & REQUIRED)
        text_printf(&l->where.sql, "\"%s\"", l->sort->name);
    else
        text_printf(&l->where.sql, "COALESCE(\"%s\",%s)", l->sort->name,
                    text ? "''" : "-9223372036854775807");
}

/* A cursor is the sort value and the id of the last row, a NUL between, in base64url. */
static rc add_after(struct listing *l, struct str cursor)
{
    struct str plain, value_text;
    struct store_value value;
    int64_t number = 0;
    if (!rc_ok(decode_bytes(l->where.c, ENCODE_BASE64URL, cursor, &plain)) ||
        plain.len > CURSOR_MAX)
        return picture_refuse(l->where.c, "cursor", cursor, "this is not a valid cursor");
    struct str id = plain;
    bool text = str_is_utf8(plain) && str_split(&id, '\0', &value_text);
    if (!text || str_absent(id) || memchr(id.ptr, '\0', id.len))
        return picture_refuse(l->where.c, "cursor", cursor, "this is not a valid cursor");
    value = STORE_VALUE_TEXT(value_text);
    if (l->sort->type == SHAPE_CELL_I64) {
        if (!str_to_i64(value_text, &number))
            return picture_refuse(l->where.c, "cursor", cursor,
                                  "this cursor belongs to another sort order");
        value = STORE_VALUE_I64(number);
    }
    text_put(&l->where.sql, STR(" AND ("));
    put_sort(l);
    text_put_char(&l->where.sql, ',');
    text_put(&l->where.sql, STR("\"id\""));
    text_put(&l->where.sql, l->where.query->descending ? STR(")<(") : STR(")>("));
    TRY(picture_where_value(&l->where, value));
    text_put_char(&l->where.sql, ',');
    TRY(picture_where_value(&l->where, STORE_VALUE_TEXT(id)));
    text_put_char(&l->where.sql, ')');
    return OK;
}

static rc make_cursor(struct listing *l, const void *record, struct str *ret)
{
    const struct str *id = record;
    struct shape_cell cell;
    struct text plain;
    struct str bytes;
    TRY(shape_column_get(l->where.c, l->sort, record, &cell));
    text_init(&plain, l->where.c, CURSOR_MAX);
    if (l->sort->type == SHAPE_CELL_I64)
        text_put_i64(&plain, cell.type == SHAPE_CELL_NULL ? -9223372036854775807 : cell.i64);
    else
        text_put(&plain, cell.bytes);
    text_put_char(&plain, '\0');
    text_put(&plain, *id);
    TRY(text_done(&plain, &bytes));
    return encode_bytes(l->where.c, ENCODE_BASE64URL, bytes.ptr, bytes.len, ret);
}

static rc build(struct listing *l, struct str after, int64_t rows_max)
{
    const struct query *q = l->where.query;
    struct str sort = str_absent(q->sort) ? STR("id") : q->sort;
    TRY(picture_plain_column(l->where.c, l->where.table, sort, &l->sort));
    TRY(picture_where(&l->where, l->where.table->select));
    if (!str_absent(after))
        TRY(add_after(l, after));
    const char *way = q->descending ? " DESC" : "";
    text_put(&l->where.sql, STR(" ORDER BY "));
    put_sort(l);
    text_printf(&l->where.sql, "%s,\"id\"%s LIMIT ", way, way);
    return picture_where_value(&l->where, STORE_VALUE_I64(rows_max));
}

/* ---- rows
 * ------------------------------------------------------------------------------------------ */

static bool may_read(const struct listing *l, const void *record)
{
    const struct shape_field *field = l->where.table->label_field;
    return picture_readable(l->where.query, field ? shape_in(field, record) : NULL);
}

/* A page in the making. One more record than wanted is looked for, so that there is a cursor only
 * where there is something to read behind it. */
struct filling {
    struct page page;
    int64_t limit, rows_max; /* records wanted, rows of one statement */
    char *slot;              /* where the next record goes */
    struct str last;         /* the cursor of the last row read: not to be shown, nor may it be */
    bool done;
};

/* Take the rows of a statement; what may not be read is stepped over and its memory given back. */
static rc take_rows(struct listing *l, struct store_rows *rows, struct filling *f)
{
    size_t size = l->where.table->table->shape->size;
    for (int64_t taken = 0; taken < f->rows_max;) {
        bool more = false;
        TRY(store_next(l->where.c, rows, &more));
        f->done = !more;
        if (!more)
            return OK;
        struct arena_mark mark = arena_mark(l->where.c->arena);
        memset(f->slot, 0, size);
        TRY(picture_read_row(l->where.c, l->where.table, rows, &f->page.rows[f->page.count],
                             f->slot));
        bool readable = may_read(l, f->slot);
        f->done = readable && (int64_t)f->page.count == f->limit;
        if (f->done)
            return make_cursor(l, f->slot - size, &f->page.after);
        if (++taken == f->rows_max)
            TRY(make_cursor(l, f->slot, &f->last));
        if (readable) {
            TRY(picture_note_row(l->where.c, l->where.picture, l->where.table, f->slot));
            f->page.count++;
            f->slot += size;
        } else if (taken < f->rows_max) {
            arena_return(l->where.c->arena, mark);
        }
    }
    return OK;
}

static rc scan(struct listing *l, struct str after, struct filling *f)
{
    struct store_rows *rows = NULL;
    struct str sql;
    TRY(build(l, after, f->rows_max));
    TRY(text_done(&l->where.sql, &sql));
    TRY(store_query(l->where.c, l->where.picture->store, sql, l->where.count, l->where.values,
                    &rows));
    rc result = take_rows(l, rows, f);
    store_end(rows);
    return result;
}

rc picture_list(struct ctx *c, struct picture *picture, const struct shape *shape,
                const struct query *query, struct page *ret)
{
    struct listing l = {.where = {.c = c, .picture = picture, .query = query}};
    struct filling f = {.limit = query->limit ? query->limit : QUERY_LIMIT_DEFAULT};
    if (f.limit < 1 || f.limit > QUERY_LIMIT_MAX)
        FAIL(c, INVALID, "limit is 1 to %d", QUERY_LIMIT_MAX);
    l.where.table = picture_table(picture, shape);
    NEW(c, f.page.rows, (size_t)f.limit + 1);
    f.page.records = f.slot = ctx_take(c, (size_t)f.limit + 1, shape->size);
    if (!f.slot)
        return fault_again(c);
    f.rows_max = f.limit + 1;
    f.last = query->after;
    for (int scans = 0; !f.done; scans++) {
        if (scans == SCANS_MAX)
            FAIL(c, TOO_LARGE, "too many to search: narrow the filter");
        TRY(scan(&l, f.last, &f));
        f.rows_max = f.rows_max * 4 < SCAN_MAX ? f.rows_max * 4 : SCAN_MAX;
    }
    *ret = f.page;
    return OK;
}

/* ---- each of them ---------------------------------------------------------------------------- */

static rc each_of_page(struct ctx *c, const struct shape *shape, const struct page *page,
                       picture_each_fn *each, void *arg, bool *stop)
{
    for (size_t i = 0; i < page->count && !*stop; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        const void *record = (const char *)page->records + i * shape->size;
        TRY(each(c, arg, &page->rows[i], record, stop));
        arena_return(c->arena, mark);
    }
    return OK;
}

static rc each_page(struct ctx *c, struct picture *picture, const struct shape *shape,
                    struct query query, picture_each_fn *each, void *arg)
{
    char cursor[2 * CURSOR_MAX];
    bool stop = false;
    query.limit = EACH_ROWS;
    do {
        struct arena_mark mark = arena_mark(c->arena);
        struct page page;
        TRY(picture_list(c, picture, shape, &query, &page));
        TRY(each_of_page(c, shape, &page, each, arg, &stop));
        query.after = (struct str){NULL, 0};
        if (!str_absent(page.after)) {
            assert(page.after.len <= sizeof cursor);
            memcpy(cursor, page.after.ptr, page.after.len);
            query.after = (struct str){cursor, page.after.len};
        }
        arena_return(c->arena, mark);
    } while (!str_absent(query.after) && !stop);
    return OK;
}

/* In an arena of its own, so that `each` may build something in its caller's that lasts. */
rc picture_each(struct ctx *c, struct picture *picture, const struct shape *shape,
                const struct query *query, picture_each_fn *each, void *arg)
{
    struct ctx own = {.arena = arena_open(EACH_MEMORY_MAX), .clock = c->clock};
    if (!own.arena)
        FAIL(c, NO_MEMORY, "out of memory to read the picture");
    rc result = each_page(&own, picture, shape, *query, each, arg);
    if (!rc_ok(result))
        c->fault = own.fault;
    arena_close(own.arena);
    return result;
}
