#include "edge/openapi.h"

#include "assembly/answers.h"
#include "assembly/page.h"
#include "base/version.h"
#include "edge/router.h"
#include "shape/shape_schema.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- the routes in order -------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    const struct route *left = *(const struct route *const *)a;
    const struct route *right = *(const struct route *const *)b;
    int order = strcmp(left->path, right->path);
    return order ? order : (int)left->method - (int)right->method;
}

static rc sorted_routes(struct ctx *c, const struct catalog *catalog, size_t *ret_count,
                        const struct route ***ret)
{
    size_t count = catalog_route_count(catalog);
    const struct route **routes;
    NEW(c, routes, count + 1);
    for (size_t i = 0; i < count; i++)
        routes[i] = catalog_route(catalog, i);
    qsort(routes, count, sizeof(struct route *), by_path);
    *ret_count = count;
    *ret = routes;
    return OK;
}

/* Does the answer carry the row of the picture around the record? */
static bool with_row(const struct catalog *catalog, const struct shape *shape)
{
    return catalog_record(catalog, str_from(shape->name)) != NULL;
}

/* ---- OpenAPI -------------------------------------------------------------------------------- */

static void put_schema_of(struct text *out, const struct catalog *catalog,
                          const struct shape *shape)
{
    if (!with_row(catalog, shape)) {
        text_printf(out, "{\"$ref\":\"#/components/schemas/%s\"}", shape->name);
        return;
    }
    text_printf(out,
                "{\"type\":\"object\",\"required\":[\"record\",\"seq\",\"changed\",\"drill\"],"
                "\"properties\":{\"record\":{\"$ref\":\"#/components/schemas/%s\"},"
                "\"seq\":{\"type\":\"integer\",\"description\":\"the event that last wrote it\"},"
                "\"changed\":{\"type\":\"string\",\"format\":\"date-time\"},"
                "\"retired\":{\"type\":\"string\",\"format\":\"date-time\"},"
                "\"drill\":{\"type\":\"boolean\"}}}",
                shape->name);
}

static void put_output(struct text *out, const struct catalog *catalog, const struct route *route)
{
    const struct shape *shape = route_gives(route);
    text_put(out, STR("\"200\":{\"description\":\"done\""));
    if (route->type)
        text_printf(out, ",\"content\":{\"%s\":{}}", route->type);
    if (shape) {
        text_put(out, STR(",\"content\":{\"application/json\":{\"schema\":"));
        if (route->output_list)
            text_put(out, STR("{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{"
                              "\"after\":{\"type\":\"string\"},"
                              "\"items\":{\"type\":\"array\",\"items\":"));
        put_schema_of(out, catalog, shape);
        text_put(out, route->output_list ? STR("}}}}}") : STR("}}"));
    }
    if (shape == &command_done_shape)
        text_put(out, STR("},\"204\":{\"description\":\"done, with nothing to report\""));
    if (route->lengthy)
        text_put(out,
                 STR("},\"202\":{\"description\":\"asked with `Prefer: respond-async`: a job, at "
                     "Location\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
                     "\"#/components/schemas/job_view\"}}}"));
    text_put(out, STR("},\"default\":{\"$ref\":\"#/components/responses/problem\"}"));
}

/* What every list of a table takes, beside its filters. */
static const struct {
    const char *name, *help;
} list_parameters[] = {
    {"q", "words to search for; a record matches if each of them begins a word in its title or in "
          "another searched text"},
    {"sort", "the column to sort by; default `id`"},
    {"order", "`asc` or `desc`"},
    {"limit", "how many records to return, 1 to 500; default 50"},
    {"after", "the cursor `after` from the previous answer"},
    {"retired", "`true`: include retired records"},
    {"count", "instead of records: the number of records for each value of this column; empty: "
              "only the total"},
    {"sum", "instead of records: the sum of this column, for each value of `count` and in total"},
};
enum { LIST_PARAMETERS = sizeof list_parameters / sizeof *list_parameters };

static bool takes_query(const struct catalog *catalog, const struct route *route)
{
    return route->lists || (route->output_list &&
                            (route->serve == page_serve_list || with_row(catalog, route->output)));
}

static void put_parameters(struct text *out, const struct catalog *catalog,
                           const struct route *route)
{
    struct str rest = str_from(route->path), part;
    bool first = true;
    text_put(out, STR(",\"parameters\":["));
    while (str_split(&rest, '/', &part)) {
        if (!str_starts(part, "{"))
            continue;
        text_put(out, first ? STR("{\"name\":") : STR(",{\"name\":"));
        text_put_json(out, str_sub(part, 1, part.len - 2));
        text_put(out, STR(",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}"));
        first = false;
    }
    for (size_t i = 0; takes_query(catalog, route) && i < LIST_PARAMETERS; i++)
        text_printf(out, "%s{\"$ref\":\"#/components/parameters/list_%s\"}", i > 0 ? "," : "",
                    list_parameters[i].name);
    if (takes_query(catalog, route))
        text_put(out, STR(",{\"$ref\":\"#/components/parameters/list_filter\"}"));
    text_put_char(out, ']');
}

static void put_list_parameters(struct text *out)
{
    text_put(out, STR("\"parameters\":{"));
    for (size_t i = 0; i < LIST_PARAMETERS; i++) {
        text_printf(out, "\"list_%s\":{\"name\":\"%s\",\"in\":\"query\",\"description\":",
                    list_parameters[i].name, list_parameters[i].name);
        text_put_json(out, str_from(list_parameters[i].help));
        text_put(out, STR(",\"schema\":{\"type\":\"string\"}},"));
    }
    text_put(out, STR("\"list_filter\":{\"name\":\"filter\",\"in\":\"query\",\"description\":"
                      "\"a column, with .ne .lt .le .gt .ge .has or .in after it, and a value\","
                      "\"style\":\"form\",\"explode\":true,\"schema\":{\"type\":\"object\","
                      "\"additionalProperties\":{\"type\":\"string\"}}}}"));
}

static void put_operation(struct text *out, const struct catalog *catalog,
                          const struct route *route)
{
    for (const char *at = route_method_name(route->method); *at; at++) {
        char lower = (char)tolower((unsigned char)*at);
        text_put_char(out, at == route_method_name(route->method) ? '"' : lower);
        if (at == route_method_name(route->method))
            text_put_char(out, lower);
    }
    text_put(out, STR("\":{\"summary\":"));
    text_put_json(out, str_from(route->help));
    text_put(out, STR(",\"x-permission\":"));
    text_put_json(out, str_from(route->permission));
    if (strcmp(route->permission, PERMIT_ANYONE) == 0)
        text_put(out, STR(",\"security\":[]"));
    put_parameters(out, catalog, route);
    if (route->input)
        text_printf(out,
                    ",\"requestBody\":{\"required\":%s,\"content\":{\"application/json\":"
                    "{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}}}",
                    route_needs_body(route) ? "true" : "false", route->input->name);
    text_put(out, STR(",\"responses\":{"));
    put_output(out, catalog, route);
    text_put(out, STR("}}"));
}

static rc put_schemas(struct ctx *c, const struct catalog *catalog, struct text *out)
{
    struct shape_set set = {0};
    for (size_t i = 0; i < catalog_route_count(catalog); i++) {
        const struct route *route = catalog_route(catalog, i);
        if (route->input)
            TRY(shape_set_add(c, &set, route->input));
        if (route_gives(route))
            TRY(shape_set_add(c, &set, route_gives(route)));
    }
    shape_schemas(out, &set);
    return OK;
}

#define PROBLEM                                                                                  \
    "\"responses\":{\"problem\":{\"description\":\"a fault (RFC 9457)\",\"content\":{"           \
    "\"application/problem+json\":{\"schema\":{\"type\":\"object\",\"required\":[\"type\","      \
    "\"title\",\"status\",\"code\"],\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{"  \
    "\"type\":\"string\"},\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\"},"     \
    "\"detail\":{\"type\":\"string\"},\"pointer\":{\"type\":\"string\",\"description\":\"JSON "  \
    "Pointer of the wrong value\"},\"rule\":{\"type\":\"string\"},\"value\":{\"type\":"          \
    "\"string\"},\"errors\":{\"type\":\"array\",\"description\":\"every fault of the input, in " \
    "the order of its fields\",\"items\":{\"type\":\"object\",\"required\":[\"pointer\"],"       \
    "\"properties\":{\"pointer\":{\"type\":\"string\"},\"rule\":{\"type\":\"string\"},"          \
    "\"detail\":{\"type\":\"string\"}}}}}}}}}}"
#define SECURITY                                                                             \
    "\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"session\":{" \
    "\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"session\"}}"

rc openapi_write(struct ctx *c, const struct catalog *catalog, struct text *out)
{
    const struct route **routes = NULL;
    size_t count = 0;
    TRY(sorted_routes(c, catalog, &count, &routes));
    text_put(out, STR("{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Chancery\",\"version\":"));
    text_put_json(out, str_from(chancery_version()));
    text_put(out, STR("},\"security\":[{\"token\":[]},{\"session\":[]}],\"paths\":{"));
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && strcmp(routes[i - 1]->path, routes[i]->path) == 0;
        if (same) {
            text_put_char(out, ',');
        } else {
            text_put(out, i > 0 ? STR("},") : STR(""));
            text_put_json(out, str_from(routes[i]->path));
            text_put(out, STR(":{"));
        }
        put_operation(out, catalog, routes[i]);
    }
    text_put(out, count > 0 ? STR("}}") : STR("}"));
    text_put(out, STR(",\"components\":{" PROBLEM "," SECURITY ","));
    put_list_parameters(out);
    text_put(out, STR(",\"schemas\":"));
    TRY(put_schemas(c, catalog, out));
    text_put(out, STR("}}"));
    return OK;
}

/* ---- docs/api.md ---------------------------------------------------------------------------- */

static void put_shape_row(struct text *out, const char *what, const struct shape *shape, bool list)
{
    if (shape)
        text_printf(out, "%s %s`%s` (%s)\n", what, list ? "a list of " : "", shape->name,
                    shape->help);
}

/* What lists have in common. */
static void put_lists(struct text *out)
{
    text_put(out, STR("\n## Lists\n\n"
                      "A list gives `{\"items\":[…],\"after\":\"…\"}`: the records that the "
                      "caller may read. Other records leave no trace in it.\n\n"
                      "| parameter | |\n|---|---|\n"));
    for (size_t i = 0; i < LIST_PARAMETERS; i++)
        text_printf(out, "| `%s` | %s |\n", list_parameters[i].name, list_parameters[i].help);
    text_put(
        out,
        STR("| any column | a filter: `state=open`; `.ne` not equal; `.lt` `.le` `.gt` `.ge` "
            "less than, at most, more than, at least; `.has` a text contains this, ignoring "
            "case; `.in` one of several, `state.in=open,waiting` |\n\n"
            "A filter on a list of references or texts (`roles`), or on a field of the records in "
            "a list (`points.zone`), looks at\nthe items: `roles=guard` matches if some item is "
            "exactly this, `roles.ne=guard` if none is, `roles.in=guard,desk` if some item is one "
            "of these. `roles.has=guard` is the same\nas `=` for "
            "references; for texts it matches if some item contains it.\n\n"
            "A search (`q`) treats letters as equal that people type for each other: capitals, "
            "accents, forms of Arabic letters. In\nChinese, Japanese, Thai and Korean it finds "
            "any part of two letters or more.\n\n"
            "With `count` or `sum` the answer is "
            "`{\"counts\":[{\"value\":\"open\",\"count\":3,\"sum\":7}],"
            "\"total\":3,\"sum\":7}`,\nunder the same filters, search and rights. `sum` is "
            "there only if requested, and is null if no record has a number. To\nsum money, use "
            "`count` or a filter by its currency.\n"));
}

rc openapi_markdown(struct ctx *c, const struct catalog *catalog, struct text *out)
{
    const struct route **routes = NULL;
    size_t count = 0;
    TRY(sorted_routes(c, catalog, &count, &routes));
    text_put(
        out,
        STR("# The API\n\n"
            "Generated from the routes by `chancery`; do not edit. Bodies are JSON in UTF-8, "
            "errors are\n`application/problem+json`. The same as OpenAPI 3.1: "
            "`GET /api/v1/openapi.json`.\n\n"
            "A body that breaks rules is refused with 422. `errors` has each broken rule "
            "(at most 20), in the order of the fields:\nthe JSON Pointer of the value, the "
            "name of the rule, and a sentence. A body that is not JSON is refused with 400.\n"));
    put_lists(out);
    for (size_t i = 0; i < count; i++) {
        const struct route *route = routes[i];
        text_printf(out, "\n## %s %s\n\n%s.\n\n", route_method_name(route->method), route->path,
                    route->help);
        text_printf(out, "- permission: `%s`\n", route->permission);
        put_shape_row(out, "- takes", route->input, false);
        put_shape_row(out, "- gives", route_gives(route), route->output_list);
    }
    return OK;
}
