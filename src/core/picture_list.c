/* Lists with filter, search, sort and keyset paging, made from the columns of a shape. What a
 * reader may not read is left out here, by the row's label, so that no page is ever short by
 * accident. */
#include "core/picture_table.h"

#include "base/encode.h"
#include "base/text.h"

#include <assert.h>

enum { SQL_MAX = 64 << 10, VALUES_MAX = 64, CURSOR_MAX = 4096 };

/* Rows that one statement reads, and how many statements a page may take: a reader who may see
 * little of a table of millions is asked to say more exactly what is wanted. */
enum { SCAN_MAX = 20000, SCANS_MAX = 100 };

struct listing {
    struct ctx *c;
    struct picture *picture;
    const struct picture_table *table;
    const struct query *query;
    const struct shape_column *sort;
    struct text sql;
    size_t count;
    struct store_value values[VALUES_MAX];
};

/* ---- refusals
 * -------------------------------------------------------------------------------------- */

static rc refuse(struct ctx *c, const char *rule, struct str value, const char *why)
{
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "\"%.*s\": %s", STR_ARG(value), why);
    fault_set_rule(c, rule);
    fault_set_value(c, value);
    return failed;
}

/* A column that may be asked for; secrets may not, nor can what is free JSON. */
static rc find_column(struct listing *l, struct str name, const struct shape_column **ret)
{
    const struct shape_column *column = shape_column(&l->table->columns, name);
    if (!column || (column->flags & SECRET) || column->type == SHAPE_CELL_BYTES)
        return refuse(l->c, "column", name, "there is no such column to ask for");
    *ret = column;
    return OK;
}

/* A column to order by: a cursor carries its value. */
static rc find_sort(struct listing *l, struct str name, const struct shape_column **ret)
{
    TRY(find_column(l, name, ret));
    const struct shape_field *field = (*ret)->field;
    bool list = field->kind == SHAPE_REFS || field->kind == SHAPE_TEXTS ||
                field->kind == SHAPE_LIST || field->kind == SHAPE_JSON;
    if (list || (field->kind == SHAPE_TEXT && field->form == &text_form_block))
        return refuse(l->c, "column", name, "nothing is sorted by this column");
    return OK;
}

/* ---- values
 * ---------------------------------------------------------------------------------------- */

static rc parse_value(struct listing *l, const struct shape_column *column, struct str text,
                      struct store_value *ret)
{
    struct wall when;
    int64_t number = 0;
    if (column->type == SHAPE_CELL_TEXT) {
        *ret = STORE_VALUE_TEXT(text);
        return OK;
    }
    if (column->field->kind == SHAPE_TIME) {
        if (!wall_parse(text, &when))
            return refuse(l->c, "time", text, "a time of RFC 3339 is expected");
        number = when.us;
    } else if (column->field->kind == SHAPE_FLAG) {
        if (!str_is(text, "true") && !str_is(text, "false"))
            return refuse(l->c, "flag", text, "true or false is expected");
        number = str_is(text, "true");
    } else if (column->field->kind == SHAPE_PLACE) {
        if (!str_to_decimal(text, 7, &number))
            return refuse(l->c, "degrees", text, "degrees are expected");
    } else if (!str_to_i64(text, &number)) {
        return refuse(l->c, "integer", text, "a whole number is expected");
    }
    *ret = STORE_VALUE_I64(number);
    return OK;
}

static rc add_value(struct listing *l, struct store_value value)
{
    if (l->count == VALUES_MAX)
        return refuse(l->c, "most", STR("filter"), "too many conditions");
    l->values[l->count++] = value;
    text_printf(&l->sql, "$%zu", l->count);
    return OK;
}

/* A pattern that finds the text anywhere, in lower case. */
static rc contains_pattern(struct ctx *c, struct str text, struct str *ret)
{
    struct text pattern;
    text_init(&pattern, c, 2048);
    text_put_char(&pattern, '%');
    for (size_t i = 0; i < text.len; i++) {
        char ch = text.ptr[i];
        if (ch == '%' || ch == '_' || ch == '\\')
            text_put_char(&pattern, '\\');
        text_put_char(&pattern, ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch);
    }
    text_put_char(&pattern, '%');
    return text_done(&pattern, ret);
}

/* ---- conditions
 * ------------------------------------------------------------------------------------ */

static rc add_contains(struct listing *l, const struct shape_column *column, struct str pattern)
{
    text_printf(&l->sql, "LOWER(\"%s\") LIKE ", column->name);
    TRY(add_value(l, STORE_VALUE_TEXT(pattern)));
    text_put(&l->sql, STR(" ESCAPE '\\'"));
    return OK;
}

static rc add_filter(struct listing *l, const struct filter *filter)
{
    static const char *const ops[] = {
        [FILTER_EQ] = "=", [FILTER_NE] = "<>", [FILTER_LT] = "<",   [FILTER_LE] = "<=",
        [FILTER_GT] = ">", [FILTER_GE] = ">=", [FILTER_HAS] = NULL,
    };
    const struct shape_column *column = NULL;
    struct store_value value;
    TRY(find_column(l, filter->field, &column));
    text_put(&l->sql, STR(" AND "));
    if (filter->op == FILTER_HAS) {
        struct str pattern;
        if (column->type != SHAPE_CELL_TEXT)
            return refuse(l->c, "filter", filter->field, "only a text can contain something");
        TRY(contains_pattern(l->c, filter->value, &pattern));
        return add_contains(l, column, pattern);
    }
    TRY(parse_value(l, column, filter->value, &value));
    text_printf(&l->sql, "(\"%s\"%s", column->name, ops[filter->op]);
    TRY(add_value(l, value));
    if (filter->op == FILTER_NE) /* what is absent is not that value either */
        text_printf(&l->sql, " OR \"%s\" IS NULL", column->name);
    text_put_char(&l->sql, ')');
    return OK;
}

static rc add_search(struct listing *l)
{
    struct str pattern;
    const char *glue = " AND (";
    TRY(contains_pattern(l->c, l->query->search, &pattern));
    for (size_t i = 0; i < l->table->columns.count; i++) {
        const struct shape_column *column = &l->table->columns.items[i];
        if (column->field->kind != SHAPE_TEXT || (column->flags & SECRET))
            continue;
        text_put(&l->sql, str_from(glue));
        TRY(add_contains(l, column, pattern));
        glue = " OR ";
    }
    text_put(&l->sql, strcmp(glue, " OR ") == 0 ? STR(")") : STR(" AND 1=0"));
    return OK;
}

/* Columns that may name a record: equal to its id, or a list with the id in quotes. */
static rc add_naming(struct listing *l)
{
    const char *target = l->query->naming.target, *glue = " AND (";
    bool postgres = store_kind(l->picture->store) == STORE_POSTGRES;
    struct str quoted;
    TRY(str_format(l->c, &quoted, "\"%.*s\"", STR_ARG(l->query->naming.id)));
    for (size_t i = 0; i < l->table->columns.count; i++) {
        const struct shape_column *column = &l->table->columns.items[i];
        enum shape_kind kind = column->field->kind;
        bool one = kind == SHAPE_REF && strcmp(column->field->target, target) == 0;
        bool several = kind == SHAPE_LIST ||
                       (kind == SHAPE_REFS && strcmp(column->field->target, target) == 0);
        if (!one && !several)
            continue;
        text_put(&l->sql, str_from(glue));
        glue = " OR ";
        text_printf(&l->sql,
                    one        ? "\"%s\"="
                    : postgres ? "strpos(\"%s\","
                               : "instr(\"%s\",",
                    column->name);
        TRY(add_value(l, STORE_VALUE_TEXT(one ? l->query->naming.id : quoted)));
        text_put(&l->sql, one ? STR("") : STR(")>0"));
    }
    text_put(&l->sql, strcmp(glue, " OR ") == 0 ? STR(")") : STR(" AND 1=0"));
    return OK;
}

/* ---- order and cursor
 * ------------------------------------------------------------------------------- */

/* What rows are ordered by: a column that may be absent counts as its least value, so that keyset
 * paging needs one comparison only. */
static void put_sort(struct listing *l)
{
    bool text = l->sort->type == SHAPE_CELL_TEXT;
    if (l->sort->flags & REQUIRED)
        text_printf(&l->sql, "\"%s\"", l->sort->name);
    else
        text_printf(&l->sql, "COALESCE(\"%s\",%s)", l->sort->name,
                    text ? "''" : "-9223372036854775807");
}

/* A cursor is the sort value and the id of the last row, a NUL between, in base64url. */
static rc add_after(struct listing *l, struct str cursor)
{
    struct str plain, value_text;
    struct store_value value;
    int64_t number = 0;
    if (!rc_ok(decode_bytes(l->c, ENCODE_BASE64URL, cursor, &plain)) || plain.len > CURSOR_MAX)
        return refuse(l->c, "cursor", cursor, "this is not a cursor of ours");
    struct str id = plain;
    bool text = str_is_utf8(plain) && str_split(&id, '\0', &value_text);
    if (!text || str_absent(id) || memchr(id.ptr, '\0', id.len))
        return refuse(l->c, "cursor", cursor, "this is not a cursor of ours");
    value = STORE_VALUE_TEXT(value_text);
    if (l->sort->type == SHAPE_CELL_I64) {
        if (!str_to_i64(value_text, &number))
            return refuse(l->c, "cursor", cursor, "this cursor is of another order");
        value = STORE_VALUE_I64(number);
    }
    text_put(&l->sql, STR(" AND ("));
    put_sort(l);
    text_put_char(&l->sql, ',');
    text_put(&l->sql, STR("\"id\""));
    text_put(&l->sql, l->query->descending ? STR(")<(") : STR(")>("));
    TRY(add_value(l, value));
    text_put_char(&l->sql, ',');
    TRY(add_value(l, STORE_VALUE_TEXT(id)));
    text_put_char(&l->sql, ')');
    return OK;
}

static rc make_cursor(struct listing *l, const void *record, struct str *ret)
{
    const struct str *id = record;
    struct shape_cell cell;
    struct text plain;
    struct str bytes;
    TRY(shape_column_get(l->c, l->sort, record, &cell));
    text_init(&plain, l->c, CURSOR_MAX);
    if (l->sort->type == SHAPE_CELL_I64)
        text_put_i64(&plain, cell.type == SHAPE_CELL_NULL ? -9223372036854775807 : cell.i64);
    else
        text_put(&plain, cell.bytes);
    text_put_char(&plain, '\0');
    text_put(&plain, *id);
    TRY(text_done(&plain, &bytes));
    return encode_bytes(l->c, ENCODE_BASE64URL, bytes.ptr, bytes.len, ret);
}

static rc build(struct listing *l, struct str after, int64_t rows_max)
{
    const struct query *q = l->query;
    l->count = 0;
    text_init(&l->sql, l->c, SQL_MAX);
    text_put(&l->sql, l->table->select);
    l->values[l->count++] = STORE_VALUE_TEXT(l->picture->mission);
    TRY(find_sort(l, str_absent(q->sort) ? STR("id") : q->sort, &l->sort));
    if (!q->with_retired)
        text_put(&l->sql, STR(" AND \"row_retired\" IS NULL"));
    if (q->retired_by.us) {
        text_put(&l->sql, STR(" AND \"row_retired\"<="));
        TRY(add_value(l, STORE_VALUE_I64(q->retired_by.us)));
    }
    for (size_t i = 0; i < q->filter_count; i++)
        TRY(add_filter(l, &q->filters[i]));
    if (!str_absent(q->search))
        TRY(add_search(l));
    if (q->naming.target)
        TRY(add_naming(l));
    if (!str_absent(after))
        TRY(add_after(l, after));
    const char *way = q->descending ? " DESC" : "";
    text_put(&l->sql, STR(" ORDER BY "));
    put_sort(l);
    text_printf(&l->sql, "%s,\"id\"%s LIMIT ", way, way);
    return add_value(l, STORE_VALUE_I64(rows_max));
}

/* ---- rows
 * ------------------------------------------------------------------------------------------ */

static bool may_read(const struct listing *l, const void *record)
{
    const struct shape_field *field = shape_field(l->table->table->shape, STR("label"));
    if (!l->query->reader)
        return true;
    return field &&
           label_readable(*(const struct label *)shape_in(field, record), *l->query->reader);
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
    size_t size = l->table->table->shape->size;
    for (int64_t taken = 0; taken < f->rows_max;) {
        bool more = false;
        TRY(store_next(l->c, rows, &more));
        f->done = !more;
        if (!more)
            return OK;
        struct arena_mark mark = arena_mark(l->c->arena);
        memset(f->slot, 0, size);
        TRY(picture_read_row(l->c, l->table, rows, &f->page.rows[f->page.count], f->slot));
        bool readable = may_read(l, f->slot);
        f->done = readable && (int64_t)f->page.count == f->limit;
        if (f->done)
            return make_cursor(l, f->slot - size, &f->page.after);
        if (++taken == f->rows_max)
            TRY(make_cursor(l, f->slot, &f->last));
        if (readable) {
            f->page.count++;
            f->slot += size;
        } else if (taken < f->rows_max) {
            arena_return(l->c->arena, mark);
        }
    }
    return OK;
}

static rc scan(struct listing *l, struct str after, struct filling *f)
{
    struct store_rows *rows = NULL;
    struct str sql;
    TRY(build(l, after, f->rows_max));
    TRY(text_done(&l->sql, &sql));
    TRY(store_query(l->c, l->picture->store, sql, l->count, l->values, &rows));
    rc result = take_rows(l, rows, f);
    store_end(rows);
    return result;
}

rc picture_list(struct ctx *c, struct picture *picture, const struct shape *shape,
                const struct query *query, struct page *ret)
{
    struct listing l = {.c = c, .picture = picture, .query = query};
    struct filling f = {.limit = query->limit ? query->limit : QUERY_LIMIT_DEFAULT};
    if (f.limit < 1 || f.limit > QUERY_LIMIT_MAX)
        FAIL(c, INVALID, "limit is 1 to %d", QUERY_LIMIT_MAX);
    l.table = picture_table(picture, shape);
    NEW(c, f.page.rows, (size_t)f.limit + 1);
    f.page.records = f.slot = ctx_take(c, (size_t)f.limit + 1, shape->size);
    if (!f.slot)
        return fault_again(c);
    f.rows_max = f.limit + 1;
    f.last = query->after;
    for (int scans = 0; !f.done; scans++) {
        if (scans == SCANS_MAX)
            FAIL(c, TOO_LARGE, "too many to look through: ask for fewer by a filter");
        TRY(scan(&l, f.last, &f));
        f.rows_max = f.rows_max * 4 < SCAN_MAX ? f.rows_max * 4 : SCAN_MAX;
    }
    *ret = f.page;
    return OK;
}
