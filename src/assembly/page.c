#include "assembly/page.h"

#include "core/seen.h"
#include "shape/shape_older.h"

#include <inttypes.h>

struct str request_param(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->param_count; i++)
        if (str_is(request->params[i].name, name))
            return request->params[i].value;
    return (struct str){NULL, 0};
}

rc page_refuse_param(struct ctx *c, struct str name, struct str value, const char *want)
{
    rc failed =
        fault_raise(c, RC_INVALID, __FILE__, __LINE__, "%.*s: must be %s", STR_ARG(name), want);
    fault_set_rule(c, "parameter");
    fault_set_value(c, value);
    fault_enter_name(c, name);
    return failed;
}

rc page_number(struct ctx *c, const struct request *request, const char *name, int64_t least,
               int64_t most, int64_t otherwise, int64_t *ret)
{
    struct str text = request_param(request, name);
    int64_t number = otherwise;
    if (!str_absent(text) && (!str_to_i64(text, &number) || number < least || number > most)) {
        struct str want;
        TRY(str_format(c, &want, "a number from %" PRId64 " to %" PRId64, least, most));
        return page_refuse_param(c, str_from(name), text, want.ptr);
    }
    *ret = number;
    return OK;
}

/* ---- lists
 * ------------------------------------------------------------------------------------------- */

static rc add_filter(struct ctx *c, const struct param *param, struct query *q)
{
    static const struct {
        const char *suffix;
        enum filter_op op;
    } ops[] = {{".ne", FILTER_NE}, {".lt", FILTER_LT},   {".le", FILTER_LE}, {".gt", FILTER_GT},
               {".ge", FILTER_GE}, {".has", FILTER_HAS}, {".in", FILTER_IN}};
    struct filter filter = {param->name, FILTER_EQ, param->value};
    if (q->filter_count == QUERY_FILTERS_MAX)
        FAIL(c, INVALID, "at most %d filters", QUERY_FILTERS_MAX);
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (!str_ends(param->name, ops[i].suffix))
            continue;
        filter.op = ops[i].op;
        filter.field = str_sub(param->name, 0, param->name.len - strlen(ops[i].suffix));
    }
    q->filters[q->filter_count++] = filter;
    return OK;
}

static rc read_flag_param(struct ctx *c, const struct param *param, const char *no, const char *yes,
                          bool *ret)
{
    if (!str_is(param->value, no) && !str_is(param->value, yes)) {
        struct str want;
        TRY(str_format(c, &want, "%s or %s", no, yes));
        return page_refuse_param(c, param->name, param->value, want.ptr);
    }
    *ret = str_is(param->value, yes);
    return OK;
}

rc page_query(struct ctx *c, const struct request *request, struct query *ret)
{
    static const struct clearance nothing;
    struct query q = {.reader = request->actor ? &request->actor->clearance : &nothing};
    for (size_t i = 0; i < request->param_count; i++) {
        const struct param *param = &request->params[i];
        if (str_is(param->name, "q"))
            q.search = param->value;
        else if (str_is(param->name, "sort"))
            q.sort = param->value;
        else if (str_is(param->name, "after"))
            q.after = param->value;
        else if (str_is(param->name, "count"))
            q.count = param->value;
        else if (str_is(param->name, "sum"))
            q.sum = param->value;
        else if (str_is(param->name, "order"))
            TRY(read_flag_param(c, param, "asc", "desc", &q.descending));
        else if (str_is(param->name, "retired"))
            TRY(read_flag_param(c, param, "false", "true", &q.with_retired));
        else if (!str_is(param->name, "limit") && !str_is(param->name, "format"))
            TRY(add_filter(c, param, &q));
    }
    TRY(page_number(c, request, "limit", 1, QUERY_LIMIT_MAX, QUERY_LIMIT_DEFAULT, &q.limit));
    *ret = q;
    return OK;
}

void page_put_record(struct text *out, const struct shape *shape, const void *record,
                     const struct row *row)
{
    text_put(out, STR("{\"record\":"));
    shape_write(out, shape, SHAPE_VIEW_SHOWN, record);
    text_printf(out, ",\"seq\":%" PRId64 ",\"changed\":\"", row->seq);
    text_put_wall(out, row->changed);
    if (row->retired.us) {
        text_put(out, STR("\",\"retired\":\""));
        text_put_wall(out, row->retired);
    }
    text_put(out, row->drill ? STR("\",\"drill\":true}") : STR("\",\"drill\":false}"));
}

rc page_rows(struct ctx *c, const struct request *request, const struct shape *shape, size_t most,
             void *ret_items, size_t *ret_count)
{
    struct query query = {.limit = QUERY_LIMIT_MAX, .reader = &request->actor->clearance};
    struct page page;
    char *items = ctx_take(c, most, shape->size);
    size_t count = 0;
    if (!items)
        return fault_again(c);
    do {
        TRY(picture_list(c, request->picture, shape, &query, &page));
        size_t add = page.count < most - count ? page.count : most - count;
        memcpy(items + count * shape->size, page.records, add * shape->size);
        count += add;
        query.after = page.after;
    } while (!str_absent(query.after) && count < most);
    *(void **)ret_items = items;
    *ret_count = count;
    return OK;
}

rc page_put_end(struct text *out, const struct page *page)
{
    text_put_char(out, ']');
    if (!str_absent(page->after)) {
        text_put(out, STR(",\"after\":"));
        text_put_json(out, page->after);
    }
    text_put_char(out, '}');
    return OK;
}

/* A cell as JSON has it in a record. */
static void put_cell(struct text *out, const struct shape_column *column, struct shape_cell cell)
{
    if (cell.type == SHAPE_CELL_NULL)
        text_put(out, STR("null"));
    else if (cell.type == SHAPE_CELL_TEXT)
        text_put_json(out, cell.bytes);
    else if (column->field->kind == SHAPE_FLAG)
        text_put(out, cell.i64 ? STR("true") : STR("false"));
    else if (column->field->kind == SHAPE_PLACE)
        text_put_decimal(out, cell.i64, 7);
    else if (column->field->kind == SHAPE_TIME) {
        text_put_char(out, '"');
        text_put_wall(out, (struct wall){cell.i64});
        text_put_char(out, '"');
    } else
        text_put_i64(out, cell.i64);
}

static void put_sum(struct text *out, const struct query *query, struct opt_i64 sum)
{
    if (query->sum.len == 0)
        return;
    text_put(out, STR(",\"sum\":"));
    if (sum.known)
        text_put_i64(out, sum.value);
    else
        text_put(out, STR("null"));
}

static rc put_counts(struct ctx *c, const struct request *request, const struct shape *shape,
                     const struct query *query, struct response *response)
{
    struct text *out = response->body;
    struct counts counts;
    TRY(picture_count(c, request->picture, shape, query, &counts));
    text_put(out, STR("{\"counts\":["));
    for (size_t i = 0; i < counts.count; i++) {
        text_put(out, i > 0 ? STR(",{\"value\":") : STR("{\"value\":"));
        put_cell(out, counts.column, counts.items[i].value);
        text_printf(out, ",\"count\":%" PRId64, counts.items[i].count);
        put_sum(out, query, counts.items[i].sum);
        text_put_char(out, '}');
    }
    text_printf(out, "],\"total\":%" PRId64, counts.total);
    put_sum(out, query, counts.sum);
    text_put_char(out, '}');
    return OK;
}

rc page_put_list(struct ctx *c, const struct request *request, const struct shape *shape,
                 const struct query *query, bool whole, struct response *response)
{
    struct text *out = response->body;
    struct page page;
    if (query_counts(query))
        return put_counts(c, request, shape, query, response);
    TRY(picture_list(c, request->picture, shape, query, &page));
    text_put(out, STR("{\"items\":["));
    for (size_t i = 0; i < page.count; i++) {
        const struct record_head *head =
            (const void *)((const char *)page.records + i * shape->size);
        if (i > 0)
            text_put_char(out, ',');
        if (whole)
            page_put_record(out, shape, head, &page.rows[i]);
        else
            shape_write(out, shape, SHAPE_VIEW_SHOWN, head);
    }
    return page_put_end(out, &page);
}

rc page_serve_list(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query;
    TRY(page_query(c, request, &query));
    return page_put_list(c, request, request->route->arg, &query, false, response);
}

/* ---- events
 * ------------------------------------------------------------------------------------------ */

/* Has a body of this kind ever carried a secret? */
static bool may_hide(const struct shape *shape)
{
    for (; shape; shape = shape->older ? shape->older->shape : NULL)
        if (shape_carries(shape, SECRET))
            return true;
    return false;
}

/* The body as it was written, or, where a secret may be in it, as its newest version without. */
static rc put_body(struct ctx *c, const struct event_kind *kind, const struct ledger_event *event,
                   struct text *out)
{
    if (!may_hide(kind->body)) {
        text_put(out, event->body);
        return OK;
    }
    void *record = ctx_take(c, 1, kind->body->size);
    if (!record)
        return fault_again(c);
    TRY(shape_read_version(c, kind->body, event->version, event->body, record));
    shape_write(out, kind->body, SHAPE_VIEW_SHOWN, record);
    return OK;
}

static void put_member(struct text *out, const char *name, struct str value)
{
    if (str_absent(value))
        return;
    text_printf(out, ",\"%s\":", name);
    text_put_json(out, value);
}

static rc put_event(struct ctx *c, const struct event_kind *kind, const struct ledger_event *event,
                    struct text *out)
{
    text_printf(out, "{\"seq\":%" PRId64 ",\"kind\":\"%s\",\"version\":%" PRId64, event->seq,
                kind->name, event->version);
    text_put(out, STR(",\"occurred\":\""));
    text_put_wall(out, event->occurred);
    text_put(out, STR("\",\"received\":\""));
    text_put_wall(out, event->received);
    text_put_char(out, '"');
    put_member(out, "actor", event->actor);
    put_member(out, "record", event->record);
    put_member(out, "subject", event->subject);
    put_member(out, "label", event->label);
    if (event->cause >= 0)
        text_printf(out, ",\"cause\":%" PRId64, event->cause);
    text_put(out, event->drill ? STR(",\"drill\":true") : STR(",\"drill\":false"));
    if (!str_absent(event->subject))
        text_put(out, STR(",\"sealed\":true"));
    if (!str_absent(event->body)) {
        text_put(out, STR(",\"body\":"));
        TRY(put_body(c, kind, event, out));
    }
    text_put_char(out, '}');
    return OK;
}

rc page_put_event(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop)
{
    struct event_page *page = arg;
    const struct request *request = page->request;
    struct event_seen seen;
    page->looked++;
    page->last_looked = event->seq;
    TRY(event_seen(c, request->picture, request->actor, event, &seen));
    if (!seen.kind)
        return OK;
    if (page->shown++ > 0)
        text_put_char(page->response->body, ',');
    page->last = event->seq;
    *stop = page->most > 0 && page->shown == page->most;
    return put_event(c, seen.kind, event, page->response->body);
}
