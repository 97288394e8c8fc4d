/* The routes of a record's files. What is served was brought by somebody: a browser is told to save
 * it and to do nothing else with it. */
#include "assembly/page.h"
#include "core/core.h"
#include "core/record.h"
#include "core/target.h"
#include "frame/attachment/attachment_own.h"

static rc name_of(struct ctx *c, const struct request *request, struct str *ret)
{
    const struct record *record = request->route->arg;
    return record_name(c, record->shape, request->parts[0], ret);
}

static rc make_command(struct ctx *c, const struct request *request, enum attachment_decision which,
                       struct str target, struct response *response)
{
    TRY(request_command(c, request, &attachment_decisions[which], &response->command));
    response->command->target = target;
    return OK;
}

static rc refuse_param(struct ctx *c, const char *name, const char *want)
{
    REFUSE(c, INVALID, "parameter", name, "%s: must be %s", name, want);
}

rc attachment_serve_add(struct ctx *c, const struct request *request, struct response *response)
{
    struct attachment_given *given = NULL;
    struct str target, expires = request_param(request, "expires");
    struct str label = request_param(request, "label");
    struct named owner;
    TRY(name_of(c, request, &target));
    TRY(owner_get(c, request->picture, request->actor, target, &owner)); /* before any work */
    NEW(c, given, 1);
    TRY(attachment_seal(c, request_param(request, "name"), request->body, given));
    if (!str_absent(expires) && !wall_parse(expires, &given->expires))
        return refuse_param(c, "expires", "a time (2026-11-22T03:00:00Z)");
    if (!str_absent(label) && !rc_ok(label_parse(c, label, &given->label)))
        return refuse_param(c, "label", "a label (TLP:AMBER)");
    TRY(make_command(c, request, ATTACHMENT_ADD, target, response));
    response->command->input = given;
    response->status = 201;
    text_put(response->body, STR("{\"id\":"));
    text_put_json(response->body, given->id);
    text_put(response->body, STR(",\"type\":"));
    text_put_json(response->body, given->type);
    text_put(response->body, STR(",\"digest\":"));
    text_put_json(response->body, given->digest);
    text_put_char(response->body, '}');
    return str_format(c, &response->location, "/api/v1/%s/%.*s/attachments/%.*s",
                      owner.record->plural, STR_ARG(owner.head->id), STR_ARG(given->id));
}

rc attachment_serve_list(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query;
    struct str name;
    struct named owner;
    TRY(name_of(c, request, &name));
    TRY(owner_get(c, request->picture, request->actor, name, &owner));
    TRY(page_query(c, request, &query));
    if (query.filter_count == QUERY_FILTERS_MAX)
        FAIL(c, INVALID, "at most %d filters", QUERY_FILTERS_MAX - 1);
    query.filters[query.filter_count++] = (struct filter){STR("of"), FILTER_EQ, name};
    return page_put_list(c, request, &attachment_shape, &query, false, response);
}

/* The file that the path names, of the record that it names. */
static rc get_named(struct ctx *c, const struct request *request, struct attachment *ret)
{
    struct str name;
    struct named owner;
    TRY(name_of(c, request, &name));
    TRY(attachment_get(c, request->picture, request->actor, request->parts[1], &owner, ret));
    if (!str_eq(ret->of, name))
        return picture_absent(c, &attachment_shape);
    return OK;
}

static rc read_bytes(struct ctx *c, const struct request *request, const struct attachment *a,
                     struct str *ret)
{
    const unsigned char *seal_key = core_options(request->core)->ledger.seal_key;
    struct store *store = picture_store(request->picture);
    struct attachment_file *file = NULL;
    struct str own, key;
    NEW(c, file, 1);
    TRY(picture_get(c, request->picture, &attachment_file_shape, a->id, NULL, file));
    TRY(attachment_key_name(c, a->id, &own));
    key = file->key;
    if (!str_absent(a->subject))
        TRY(ledger_unseal(c, store, seal_key, a->subject, a->id, key, &key));
    TRY(ledger_unseal(c, store, seal_key, own, a->id, key, &key));
    return attachment_open(c, a, key, file->sealed, ret);
}

rc attachment_serve_one(struct ctx *c, const struct request *request, struct response *response)
{
    struct attachment a = {0};
    struct str bytes, name;
    TRY(get_named(c, request, &a));
    if (a.removed.us)
        FAIL(c, NOT_FOUND, "this file was removed: %.*s", STR_ARG(a.removed_why));
    TRY(read_bytes(c, request, &a, &bytes));
    TRY(str_format(c, &name, "%.*s", STR_ARG(a.name)));
    response->file_name = name.ptr;
    TRY(str_format(c, &name, "%.*s", STR_ARG(a.type)));
    response->type = name.ptr;
    response->foreign = true;
    text_expect(response->body, bytes.len);
    text_put(response->body, bytes);
    return OK;
}

rc attachment_serve_remove(struct ctx *c, const struct request *request, struct response *response)
{
    struct attachment a = {0};
    struct attachment_end *end = NULL;
    TRY(get_named(c, request, &a));
    NEW(c, end, 1);
    end->why = request_param(request, "why");
    TRY(shape_check(c, &attachment_end_shape, end));
    TRY(make_command(c, request, ATTACHMENT_REMOVE, request->parts[1], response));
    response->command->input = end;
    return OK;
}
