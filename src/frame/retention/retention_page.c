/* What is kept for how long, and what will be removed when. */
#include "assembly/page.h"
#include "core/record.h"
#include "core/target.h"
#include "frame/retention/retention_own.h"

enum { DUE_EACH = 200 };
static const int64_t AHEAD_DAYS = 30;

rc retention_serve_rules(struct ctx *c, const struct request *request, struct response *response)
{
    const struct record *record = NULL;
    bool first = true;
    text_put(response->body, STR("{\"items\":["));
    while ((record = kept_next(request->catalog, record)) != NULL) {
        struct retention_rule rule;
        TRY(rule_of(c, request->picture, record, &rule));
        if (!first)
            text_put_char(response->body, ',');
        first = false;
        shape_write(response->body, &retention_rule_shape, SHAPE_VIEW_SHOWN, &rule);
    }
    text_put(response->body, STR("]}"));
    return OK;
}

static rc put_due(struct ctx *c, const struct request *request, const struct record *record,
                  struct wall until, bool *first, struct response *response)
{
    struct retention_rule rule;
    struct query query;
    struct page page;
    TRY(rule_of(c, request->picture, record, &rule));
    TRY(kept_query(c, record, (struct wall){until.us - rule.days * DAY_US}, &query));
    query.limit = DUE_EACH;
    query.reader = &request->actor->clearance;
    TRY(picture_list(c, request->picture, record->shape, &query, &page));
    for (size_t i = 0; i < page.count; i++) {
        const void *body = (const char *)page.records + i * record->shape->size;
        const struct record_head *head = body;
        struct wall since = kept_since(record, body, &page.rows[i]);
        struct retention_due due = {.due = {since.us + rule.days * DAY_US}};
        TRY(record_name(c, record->shape, head->id, &due.record));
        TRY(retention_held(c, request->picture, record, body, &due.held));
        if (!*first)
            text_put_char(response->body, ',');
        *first = false;
        shape_write(response->body, &retention_due_shape, SHAPE_VIEW_SHOWN, &due);
    }
    return OK;
}

/* Only of kinds that the caller may read anyway. */
rc retention_serve_due(struct ctx *c, const struct request *request, struct response *response)
{
    struct str until = request_param(request, "until"), kind = request_param(request, "kind");
    struct wall by = {clock_now(c).us + AHEAD_DAYS * DAY_US};
    const struct record *record = NULL;
    bool first = true;
    if (!str_absent(until) && !wall_parse(until, &by))
        REFUSE(c, INVALID, "parameter", "until", "must be a time (2026-11-22T03:00:00Z)");
    text_put(response->body, STR("{\"items\":["));
    while ((record = kept_next(request->catalog, record)) != NULL)
        if (actor_may(request->actor, record->read) &&
            (str_absent(kind) || str_is(kind, record->shape->name)))
            TRY(put_due(c, request, record, by, &first, response));
    text_put(response->body, STR("]}"));
    return OK;
}

rc retention_serve_erase(struct ctx *c, const struct request *request, struct response *response)
{
    const struct record *record = request->route->arg;
    struct str name;
    TRY(record_name(c, record->shape, request->parts[0], &name));
    TRY(request_command(c, request, &retention_decisions[RECORD_ERASE], &response->command));
    response->command->target = name;
    return OK;
}
