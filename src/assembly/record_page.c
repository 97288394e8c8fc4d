/* The routes of a plain record: list (JSON and CSV), one, history, add, change, retire. */
#include "assembly/routes.h"

#include "assembly/answers.h"
#include "assembly/page.h"
#include "base/random.h"
#include "core/core.h"
#include "core/record.h"
#include "core/target.h"
#include "shape/shape_column.h"

#include <inttypes.h>

enum { CSV_ROWS_MAX = 20000, HISTORY_MAX = 200 };

static const struct record *record_of(const struct request *request)
{
    return request->route->arg;
}

/* ---- list
 * ---------------------------------------------------------------------------------------------- */

/* What makes a formula of a cell, also written full width. */
static bool begins_formula(struct str s)
{
    static const struct str signs[] = {{"=", 1},
                                       {"+", 1},
                                       {"-", 1},
                                       {"@", 1},
                                       {"\xef\xbc\x9d", 3},
                                       {"\xef\xbc\x8b", 3},
                                       {"\xef\xbc\x8d", 3},
                                       {"\xef\xbc\xa0", 3}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (str_eq(str_sub(s, 0, signs[i].len), signs[i]))
            return true;
    return false;
}

static bool is_separator(char ch)
{
    return memchr(",;|\t\r\n\"", ch, 7) != NULL;
}

/* A cell of RFC 4180. What a spreadsheet would take for a formula gets a mark before it: at the
 * cell's beginning, and after every sign that some spreadsheet takes for a separator, since it then
 * does not see our quotes. */
static void put_csv(struct text *out, struct str s)
{
    bool begins = true, quote = s.len && (memchr(" \t\r\n", s.ptr[0], 4) || begins_formula(s));
    for (size_t i = 0; i < s.len && !quote; i++)
        quote = is_separator(s.ptr[i]);
    if (!quote) {
        text_put(out, s);
        return;
    }
    text_put_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (begins && (memchr("\t\r", s.ptr[i], 2) || begins_formula(str_sub(s, i, s.len))))
            text_put_char(out, '\'');
        if (s.ptr[i] == '"')
            text_put_char(out, '"');
        text_put_char(out, s.ptr[i]);
        begins = is_separator(s.ptr[i]) || (begins && s.ptr[i] == ' ');
    }
    text_put_char(out, '"');
}

static rc put_csv_cell(struct ctx *c, const struct shape_column *column, const void *record,
                       struct text *out)
{
    struct shape_cell cell;
    TRY(shape_column_get(c, column, record, &cell));
    if (cell.type == SHAPE_CELL_TEXT)
        put_csv(out, cell.bytes);
    else if (cell.type == SHAPE_CELL_I64 && column->field->kind == SHAPE_TIME)
        text_put_wall(out, (struct wall){cell.i64});
    else if (cell.type == SHAPE_CELL_I64 && column->field->kind == SHAPE_PLACE)
        text_put_decimal(out, cell.i64, 7);
    else if (cell.type == SHAPE_CELL_I64)
        text_put_i64(out, cell.i64);
    return OK;
}

static bool in_csv(const struct shape_column *column)
{
    return !(column->flags & SECRET) && column->type != SHAPE_CELL_BYTES;
}

struct csv {
    const struct shape *shape;
    struct shape_columns columns;
    struct response *response;
    int64_t rows;
};

static rc put_csv_row(struct ctx *c, void *arg, const struct row *row, const void *record,
                      bool *stop)
{
    struct csv *csv = arg;
    (void)row, (void)stop;
    if (csv->rows++ == CSV_ROWS_MAX)
        FAIL(c, TOO_LARGE, "more than %d rows: narrow the filter", CSV_ROWS_MAX);
    for (size_t i = 0; i < csv->columns.count; i++) {
        if (!in_csv(&csv->columns.items[i]))
            continue;
        if (i > 0)
            text_put_char(csv->response->body, ',');
        TRY(put_csv_cell(c, &csv->columns.items[i], record, csv->response->body));
    }
    text_put(csv->response->body, STR("\r\n"));
    return OK;
}

static rc serve_list_csv(struct ctx *c, const struct request *request, const struct query *query,
                         struct response *response)
{
    const struct record *record = record_of(request);
    struct csv csv = {.shape = record->shape, .response = response};
    struct str file_name;
    if (query_counts(query))
        FAIL(c, INVALID, "format: counts are available as json only");
    TRY(shape_columns(c, record->shape, &csv.columns));
    TRY(str_format(c, &file_name, "%s.csv", record->plural));
    response->type = "text/csv; charset=utf-8";
    response->file_name = file_name.ptr;
    for (size_t i = 0; i < csv.columns.count; i++)
        if (in_csv(&csv.columns.items[i]))
            text_printf(response->body, "%s%s", i > 0 ? "," : "", csv.columns.items[i].name);
    text_put(response->body, STR("\r\n"));
    return picture_each(c, request->picture, record->shape, query, put_csv_row, &csv);
}

static rc serve_list(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query;
    struct str format = request_param(request, "format");
    TRY(page_query(c, request, &query));
    if (str_is(format, "csv"))
        return serve_list_csv(c, request, &query, response);
    if (!str_absent(format) && !str_is(format, "json"))
        FAIL(c, INVALID, "format: must be json or csv");
    return page_put_list(c, request, record_of(request)->shape, &query, true, response);
}

/* ---- one
 * -----------------------------------------------------------------------------------------------
 */

static rc get_readable(struct ctx *c, const struct request *request, struct row *ret_row,
                       struct record_head **ret)
{
    const struct shape *shape = record_of(request)->shape;
    struct record_head *head = ctx_take(c, 1, shape->size);
    if (!head)
        return fault_again(c);
    TRY(request_target(c, request, shape, ret_row, head));
    *ret = head;
    return OK;
}

static rc serve_one(struct ctx *c, const struct request *request, struct response *response)
{
    const struct shape *shape = record_of(request)->shape;
    struct record_head *head = NULL;
    struct row row;
    TRY(get_readable(c, request, &row, &head));
    TRY(str_format(c, &response->etag, "\"%" PRId64 "\"", row.seq));
    page_put_record(response->body, shape, head, &row);
    return OK;
}

/* ---- history
 * ------------------------------------------------------------------------------------------- */

static rc serve_history(struct ctx *c, const struct request *request, struct response *response)
{
    const struct shape *shape = record_of(request)->shape;
    struct record_head *head = NULL;
    struct row row;
    struct event_page page = {.request = request, .response = response, .last = -1};
    struct ledger_walk walk = {
        .limit = HISTORY_MAX,
        .backwards = true,
        .seal_key = core_options(request->core)->ledger.seal_key,
    };
    TRY(get_readable(c, request, &row, &head));
    TRY(record_name(c, shape, head->id, &walk.record));
    TRY(page_number(c, request, "before", 0, INT64_MAX, INT64_MAX, &walk.from));
    text_put(response->body, STR("{\"items\":["));
    TRY(ledger_walk(c, picture_store(request->picture), &walk, page_put_event, &page));
    text_put(response->body, STR("]}"));
    return OK;
}

/* ---- writing
 * ------------------------------------------------------------------------------------------- */

static rc make_command(struct ctx *c, const struct request *request, enum record_verb verb,
                       struct command **ret)
{
    return request_command(
        c, request, catalog_record_decision(request->catalog, record_of(request), verb), ret);
}

/* The record in the request's body; the id may be left out where it is known otherwise. */
static rc read_body(struct ctx *c, const struct request *request, struct str id,
                    struct record_head **ret)
{
    const struct shape *shape = record_of(request)->shape;
    struct record_head *head = ctx_take(c, 1, shape->size);
    if (!head)
        return fault_again(c);
    head->id = id;
    TRY(shape_read(c, shape, SHAPE_FROM_INPUT, request->body, head));
    *ret = head;
    return OK;
}

static rc serve_add(struct ctx *c, const struct request *request, struct response *response)
{
    struct record_head *head = NULL;
    struct command *command = NULL;
    struct str id;
    TRY(id_new(c, &id));
    TRY(read_body(c, request, id, &head));
    /* That an id is taken would tell of records one may not see. */
    if (!str_eq(head->id, id) && !actor_may(request->actor, "*"))
        REFUSE(c, INVALID, "id", "id", "id: leave it out; Chancery makes the id of a new record");
    TRY(make_command(c, request, RECORD_ADD, &command));
    command->input = head;
    response->status = 201;
    response->command = command;
    return str_format(c, &response->location, "%s/%.*s", request->route->path, STR_ARG(head->id));
}

static rc serve_change(struct ctx *c, const struct request *request, struct response *response)
{
    struct record_head *head = NULL;
    TRY(read_body(c, request, request->parts[0], &head));
    TRY(make_command(c, request, RECORD_CHANGE, &response->command));
    response->command->input = head;
    return OK;
}

static rc serve_retire(struct ctx *c, const struct request *request, struct response *response)
{
    struct record_end *end = NULL;
    NEW(c, end, 1);
    end->why = request_param(request, "why");
    TRY(shape_check(c, &record_end_shape, end));
    TRY(make_command(c, request, RECORD_RETIRE, &response->command));
    response->command->input = end;
    return OK;
}

rc record_step_route(struct ctx *c, const struct decision *decision, struct route *ret)
{
    struct str path;
    TRY(str_format(c, &path, "/api/v1/%s/{id}/%s", decision->record->plural, decision->step->name));
    *ret = (struct route)ROUTE(POST, path.ptr, decision->permission, decision->help,
                               .input = decision->input, .arg = decision,
                               .serve = request_serve_command);
    return OK;
}

rc record_routes(struct ctx *c, const struct record *record, struct route ret[RECORD_ROUTES],
                 size_t *ret_count)
{
    const struct shape *shape = record->shape;
    struct str all, one, history;
    TRY(str_format(c, &all, "/api/v1/%s", record->plural));
    TRY(str_format(c, &one, "/api/v1/%s/{id}", record->plural));
    TRY(str_format(c, &history, "/api/v1/%s/{id}/history", record->plural));
    const struct route rows[RECORD_ROUTES] = {
        ROUTE(GET, all.ptr, record->read, "List, filter, search, count, or export as CSV",
              .output = shape, .output_list = true, .serve = serve_list),
        ROUTE(GET, one.ptr, record->read, "Get one by its id", .output = shape, .serve = serve_one),
        ROUTE(GET, history.ptr, record->read, "All its events, newest first",
              .output = &ledger_entry_shape, .output_list = true, .serve = serve_history),
        ROUTE(POST, all.ptr, record->write, "Add a new one", .input = shape, .raw = true,
              .serve = serve_add),
        ROUTE(PUT, one.ptr, record->write, "Replace it, if it still matches If-Match",
              .input = shape, .raw = true, .serve = serve_change),
        ROUTE(DELETE, one.ptr, record->write, "Retire it; `why` is optional",
              .serve = serve_retire),
    };
    /* The first three read; a record that has a verb has those before it, too. */
    *ret_count = !record->write         ? 3
                 : record_fixed(record) ? 4
                 : record_ends(record)  ? 5
                                        : RECORD_ROUTES;
    for (size_t i = 0; i < *ret_count; i++) {
        ret[i] = rows[i];
        ret[i].arg = record;
    }
    return OK;
}
