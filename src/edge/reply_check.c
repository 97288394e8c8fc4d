/* In tests: every answer is what its route says it is, so that the description of the API cannot
 * lie. A record of the picture comes with its row: {"record":{…},"seq":…,"changed":…,"drill":…}. */
#include "assembly/answers.h"
#include "base/json.h"
#include "edge/edge_own.h"

static rc check_one(struct ctx *c, const struct shape *shape, struct str json)
{
    void *record = ctx_take(c, 1, shape->size);
    if (!record)
        return fault_again(c);
    return shape_read(c, shape, SHAPE_FROM_RECORD, json, record);
}

static rc check_with_row(struct ctx *c, const struct shape *shape, struct str json)
{
    struct json j;
    struct str key, value, record = {0};
    json_init(&j, json);
    json_object(&j);
    while (json_next_key(&j, &key) && json_skip(&j, &value)) {
        if (str_is(key, "record"))
            record = value;
        else if (!str_is(key, "seq") && !str_is(key, "changed") && !str_is(key, "retired") &&
                 !str_is(key, "drill"))
            FAIL(c, INTERNAL, "the answer has an undeclared member %.*s", STR_ARG(key));
    }
    if (!json_end(&j))
        return json_fault(c, &j);
    if (str_absent(record))
        FAIL(c, INTERNAL, "the answer has no record");
    return check_one(c, shape, record);
}

static rc check_item(struct ctx *c, const struct catalog *catalog, const struct shape *shape,
                     struct str json)
{
    bool with_row = catalog_record(catalog, str_from(shape->name)) != NULL;
    return with_row ? check_with_row(c, shape, json) : check_one(c, shape, json);
}

/* {"counts":[{"value":…,"count":1,"sum":null}],"total":1,"sum":null}, instead of a list. */
static rc check_counts(struct ctx *c, struct json *j)
{
    struct str key;
    json_array(j);
    while (json_next_item(j)) {
        json_object(j);
        while (json_next_key(j, &key) && json_skip(j, NULL))
            if (!str_is(key, "value") && !str_is(key, "count") && !str_is(key, "sum"))
                FAIL(c, INTERNAL, "the counts have an undeclared member %.*s", STR_ARG(key));
    }
    while (json_next_key(j, &key) && json_skip(j, NULL))
        if (!str_is(key, "total") && !str_is(key, "sum"))
            FAIL(c, INTERNAL, "the counts have an undeclared member %.*s", STR_ARG(key));
    return json_end(j) ? OK : json_fault(c, j);
}

static rc check_list(struct ctx *c, const struct catalog *catalog, const struct shape *shape,
                     struct str json)
{
    struct json j;
    struct str key, item;
    bool items = false;
    json_init(&j, json);
    json_object(&j);
    while (json_next_key(&j, &key)) {
        if (str_is(key, "after")) {
            json_skip(&j, NULL);
            continue;
        }
        if (str_is(key, "counts") && !items)
            return check_counts(c, &j);
        if (!str_is(key, "items"))
            FAIL(c, INTERNAL, "the list has an undeclared member %.*s", STR_ARG(key));
        items = true;
        json_array(&j);
        while (json_next_item(&j) && json_skip(&j, &item))
            TRY(check_item(c, catalog, shape, item));
    }
    if (!json_end(&j))
        return json_fault(c, &j);
    if (!items)
        FAIL(c, INTERNAL, "the list has no items");
    return OK;
}

static rc check_json(struct ctx *c, struct str body)
{
    struct json j;
    json_init(&j, body);
    json_skip(&j, NULL);
    return json_end(&j) ? OK : json_fault(c, &j);
}

rc reply_check(struct ctx *c, const struct catalog *catalog, const struct route *route,
               struct str body)
{
    const struct shape *shape = route_gives(route);
    rc result = OK;
    if (body.len == 0 && !route->output)
        return OK;
    if (!shape)
        result = check_json(c, body);
    else if (route->output_list)
        result = check_list(c, catalog, shape, body);
    else
        result = check_item(c, catalog, shape, body);
    if (rc_ok(result))
        return OK;
    struct fault why = c->fault;
    FAIL(c, INTERNAL, "%s %s: the answer is not what is declared: %s %s",
         route_method_name(route->method), route->path, why.pointer, why.message);
}
