/* The conditions of a query, made from the columns of a shape. A list is one column of JSON; what
 * is in it is asked item by item, so that an answer is exact in both databases. */
#include "core/picture_table.h"

#include <assert.h>

enum { SQL_MAX = 64 << 10, STEPS_MAX = 8 };

/* ---- refusals -------------------------------------------------------------------------------- */

rc picture_refuse(struct ctx *c, const char *rule, struct str value, const char *why)
{
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "\"%.*s\": %s", STR_ARG(value), why);
    fault_set_rule(c, rule);
    fault_set_value(c, value);
    return failed;
}

static rc no_column(struct ctx *c, struct str name)
{
    return picture_refuse(c, "column", name, "there is no such column");
}

rc picture_plain_column(struct ctx *c, const struct picture_table *table, struct str name,
                        const struct shape_column **ret)
{
    const struct shape_column *column = shape_column(&table->columns, name);
    if (!column || (column->flags & SECRET) || column->type == SHAPE_CELL_BYTES)
        return no_column(c, name);
    const struct shape_field *field = column->field;
    bool list = field->kind == SHAPE_REFS || field->kind == SHAPE_TEXTS ||
                field->kind == SHAPE_LIST || field->kind == SHAPE_JSON;
    if (list || (field->kind == SHAPE_TEXT && field->form == &text_form_block))
        return picture_refuse(c, "column", name, "this column cannot be sorted or counted by");
    *ret = column;
    return OK;
}

bool picture_readable(const struct query *query, const struct label *label)
{
    return !query->reader || (label && label_readable(*label, *query->reader));
}

/* ---- values ---------------------------------------------------------------------------------- */

rc picture_where_value(struct picture_where *w, struct store_value value)
{
    if (w->count == WHERE_VALUES_MAX)
        return picture_refuse(w->c, "most", STR("filter"), "too many conditions");
    w->values[w->count++] = value;
    text_printf(&w->sql, "$%zu", w->count);
    return OK;
}

static rc parse_value(struct ctx *c, const struct shape_column *column, struct str text,
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
            return picture_refuse(c, "time", text, "an RFC 3339 time is expected");
        number = when.us;
    } else if (column->field->kind == SHAPE_FLAG) {
        if (!str_is(text, "true") && !str_is(text, "false"))
            return picture_refuse(c, "flag", text, "true or false is expected");
        number = str_is(text, "true");
    } else if (column->field->kind == SHAPE_PLACE) {
        if (!str_to_decimal(text, 7, &number))
            return picture_refuse(c, "degrees", text, "degrees are expected");
    } else if (!str_to_i64(text, &number)) {
        return picture_refuse(c, "integer", text, "a whole number is expected");
    }
    *ret = STORE_VALUE_I64(number);
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

/* `expression` contains the text, in any case of A to Z. */
static rc put_contains(struct picture_where *w, const char *expression, struct str text)
{
    struct str pattern;
    TRY(contains_pattern(w->c, text, &pattern));
    text_printf(&w->sql, "LOWER(%s) LIKE ", expression);
    TRY(picture_where_value(w, STORE_VALUE_TEXT(pattern)));
    text_put(&w->sql, STR(" ESCAPE '\\'"));
    return OK;
}

/* ---- inside lists ---------------------------------------------------------------------------- */

/* A way into a list: the column, and fields of its items down to the one that is asked. A list of
 * references or texts has no fields: it is itself what is asked. */
struct way {
    const struct shape_column *column;
    size_t count;
    const struct shape_field *steps[STEPS_MAX];
};

static const struct shape_field *way_end(const struct way *way)
{
    return way->count > 0 ? way->steps[way->count - 1] : way->column->field;
}

static bool is_list(const struct shape_field *field)
{
    return field->kind == SHAPE_LIST || field->kind == SHAPE_REFS || field->kind == SHAPE_TEXTS;
}

/* Members of an item that is one row of j<depth>, as a path of JSON. */
static void put_path(struct text *out, bool postgres, const struct way *way, size_t from, size_t to)
{
    text_put(out, postgres ? STR("'{") : STR("'$"));
    for (size_t i = from; i < to; i++)
        text_printf(out, "%s%s", !postgres ? "." : i > from ? "," : "", way->steps[i]->name);
    text_put(out, postgres ? STR("}'") : STR("'"));
}

/* FROM each item of the lists on the way; then the text that is asked. */
static rc put_items(struct picture_where *w, const struct way *way, struct str *ret_asked)
{
    bool postgres = store_kind(w->picture->store) == STORE_POSTGRES;
    struct text asked;
    size_t depth = 0, from = 0;
    text_printf(&w->sql,
                postgres ? "json_array_elements(\"%s\"::json) j0(value)" : "json_each(\"%s\") j0",
                way->column->name);
    for (size_t i = 0; i < way->count; i++) {
        if (!is_list(way->steps[i]))
            continue;
        text_printf(&w->sql,
                    postgres ? ",json_array_elements(j%zu.value#>" : ",json_each(j%zu.value,",
                    depth);
        put_path(&w->sql, postgres, way, from, i + 1);
        text_printf(&w->sql, postgres ? ") j%zu(value)" : ") j%zu", ++depth);
        from = i + 1;
    }
    text_init(&asked, w->c, SQL_MAX);
    text_printf(&asked, postgres ? "((j%zu.value#>>" : "(j%zu.value", depth);
    if (postgres || from < way->count) {
        text_put(&asked, postgres ? STR("") : STR("->>"));
        put_path(&asked, postgres, way, from, way->count);
    }
    text_put(&asked, postgres ? STR(") COLLATE \"C\")") : STR(")"));
    return text_done(&asked, ret_asked);
}

/* Some item is exactly the value; or contains it. */
static rc put_some_item(struct picture_where *w, const struct way *way, bool contains,
                        struct str value)
{
    struct str asked;
    text_put(&w->sql, STR("EXISTS (SELECT 1 FROM "));
    TRY(put_items(w, way, &asked));
    text_put(&w->sql, STR(" WHERE "));
    if (contains) {
        TRY(put_contains(w, asked.ptr, value));
    } else {
        text_printf(&w->sql, "%s=", asked.ptr);
        TRY(picture_where_value(w, STORE_VALUE_TEXT(value)));
    }
    text_put_char(&w->sql, ')');
    return OK;
}

/* "points.zone": below the column `points` the field `zone` of each item. */
static rc find_way(struct ctx *c, const struct filter *filter, struct str rest, struct way *way)
{
    struct str name;
    while (str_split(&rest, '.', &name)) {
        const struct shape_field *end = way_end(way), *field = NULL;
        if (end->kind == SHAPE_LIST || end->kind == SHAPE_RECORD)
            field = shape_field(end->shape, name);
        if (!field || (field->flags & SECRET) || way->count == STEPS_MAX)
            return no_column(c, filter->field);
        way->steps[way->count++] = field;
    }
    enum shape_kind kind = way_end(way)->kind;
    if (kind != SHAPE_TEXT && kind != SHAPE_TEXTS && kind != SHAPE_ID && kind != SHAPE_REF &&
        kind != SHAPE_REFS && kind != SHAPE_CHOICE)
        return picture_refuse(c, "column", filter->field,
                              "in a list, only a text, a choice or a reference can be filtered");
    return OK;
}

/* Some item is exactly one of the values. */
static rc add_one_of(struct picture_where *w, const struct way *way, struct str values)
{
    struct str value;
    text_put(&w->sql, STR(" AND (1=0"));
    while (str_split(&values, ',', &value)) {
        text_put(&w->sql, STR(" OR "));
        TRY(put_some_item(w, way, false, value));
    }
    text_put_char(&w->sql, ')');
    return OK;
}

static rc add_list_filter(struct picture_where *w, const struct filter *filter, struct way *way,
                          struct str rest)
{
    TRY(find_way(w->c, filter, rest, way));
    enum shape_kind kind = way_end(way)->kind;
    bool contains = filter->op == FILTER_HAS && (kind == SHAPE_TEXT || kind == SHAPE_TEXTS);
    if (filter->op != FILTER_EQ && filter->op != FILTER_NE && filter->op != FILTER_HAS &&
        filter->op != FILTER_IN)
        return picture_refuse(w->c, "filter", filter->field,
                              "a list can only be filtered with =, .ne, .in or .has");
    if (filter->op == FILTER_IN)
        return add_one_of(w, way, filter->value);
    text_put(&w->sql, filter->op == FILTER_NE ? STR(" AND NOT ") : STR(" AND "));
    return put_some_item(w, way, contains, filter->value);
}

/* ---- filters --------------------------------------------------------------------------------- */

/* The column is one of the values; none given: no row is. */
static rc put_in(struct picture_where *w, const struct shape_column *column, struct str values)
{
    struct str one;
    text_printf(&w->sql, "\"%s\" IN (NULL", column->name);
    while (str_split(&values, ',', &one)) {
        struct store_value value;
        TRY(parse_value(w->c, column, one, &value));
        text_put_char(&w->sql, ',');
        TRY(picture_where_value(w, value));
    }
    text_put_char(&w->sql, ')');
    return OK;
}

static rc add_plain_filter(struct picture_where *w, const struct filter *filter,
                           const struct shape_column *column)
{
    static const char *const ops[] = {
        [FILTER_EQ] = "=", [FILTER_NE] = "<>", [FILTER_LT] = "<",   [FILTER_LE] = "<=",
        [FILTER_GT] = ">", [FILTER_GE] = ">=", [FILTER_HAS] = NULL, [FILTER_IN] = NULL,
    };
    struct store_value value;
    text_put(&w->sql, STR(" AND "));
    if (filter->op == FILTER_HAS) {
        struct str quoted;
        if (column->type != SHAPE_CELL_TEXT)
            return picture_refuse(w->c, "filter", filter->field,
                                  "only a text can be filtered with .has");
        TRY(str_format(w->c, &quoted, "\"%s\"", column->name));
        return put_contains(w, quoted.ptr, filter->value);
    }
    if (filter->op == FILTER_IN)
        return put_in(w, column, filter->value);
    TRY(parse_value(w->c, column, filter->value, &value));
    text_printf(&w->sql, "(\"%s\"%s", column->name, ops[filter->op]);
    TRY(picture_where_value(w, value));
    if (filter->op == FILTER_NE) /* what is absent is not that value either */
        text_printf(&w->sql, " OR \"%s\" IS NULL", column->name);
    text_put_char(&w->sql, ')');
    return OK;
}

static rc add_filter(struct picture_where *w, const struct filter *filter)
{
    struct str rest = filter->field, name;
    struct way way = {0};
    if (!str_split(&rest, '.', &name))
        return no_column(w->c, filter->field);
    way.column = shape_column(&w->table->columns, name);
    if (!way.column || way.column->hidden || way.column->type == SHAPE_CELL_BYTES)
        return no_column(w->c, filter->field);
    if (is_list(way.column->field))
        return add_list_filter(w, filter, &way, rest);
    if (!str_absent(rest))
        return no_column(w->c, filter->field);
    return add_plain_filter(w, filter, way.column);
}

/* ---- naming ---------------------------------------------------------------------------------- */

static bool names(const struct shape_field *field, const char *target)
{
    return (field->kind == SHAPE_REF || field->kind == SHAPE_REFS) &&
           strcmp(field->target, target) == 0;
}

/* Every way through a list to a reference of this target is one more alternative. */
static rc add_naming_below(struct picture_where *w, struct way *way)
{
    const struct shape_field *end = way_end(way);
    if (names(end, w->query->naming.target)) {
        text_put(&w->sql, STR(" OR "));
        return put_some_item(w, way, false, w->query->naming.id);
    }
    if (end->kind != SHAPE_LIST && end->kind != SHAPE_RECORD)
        return OK;
    assert(way->count < STEPS_MAX);
    for (size_t i = 0; i < end->shape->count; i++) {
        way->steps[way->count++] = &end->shape->fields[i];
        TRY(add_naming_below(w, way));
        way->count--;
    }
    return OK;
}

static rc add_naming(struct picture_where *w)
{
    text_put(&w->sql, STR(" AND (1=0"));
    for (size_t i = 0; i < w->table->columns.count; i++) {
        struct way way = {.column = &w->table->columns.items[i]};
        if (is_list(way.column->field)) {
            TRY(add_naming_below(w, &way));
        } else if (names(way.column->field, w->query->naming.target)) {
            text_printf(&w->sql, " OR \"%s\"=", way.column->name);
            TRY(picture_where_value(w, STORE_VALUE_TEXT(w->query->naming.id)));
        }
    }
    text_put_char(&w->sql, ')');
    return OK;
}

/* ---- all of them ----------------------------------------------------------------------------- */

rc picture_where(struct picture_where *w, struct str select)
{
    const struct query *q = w->query;
    w->count = 0;
    text_init(&w->sql, w->c, SQL_MAX);
    text_put(&w->sql, select);
    w->values[w->count++] = STORE_VALUE_TEXT(w->picture->mission);
    if (!q->with_retired)
        text_put(&w->sql, STR(" AND \"row_retired\" IS NULL"));
    if (q->retired_by.us) {
        text_put(&w->sql, STR(" AND \"row_retired\"<="));
        TRY(picture_where_value(w, STORE_VALUE_I64(q->retired_by.us)));
    }
    for (size_t i = 0; i < q->filter_count; i++)
        TRY(add_filter(w, &q->filters[i]));
    if (!str_absent(q->search))
        TRY(picture_where_words(w));
    if (q->naming.target)
        TRY(add_naming(w));
    return OK;
}
