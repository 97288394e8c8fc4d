/* All modules put together. Rows of records are generated once; everything lives in one arena. */
#include "core/catalog.h"

#include "core/record.h"

#include <stdlib.h>

enum { CATALOG_MEMORY_MAX = 16 << 20, CATALOG_ROWS_MAX = 4096 };

/* What is made from one record. */
struct generated {
    const char *name; /* of the shape */
    const struct record *record;
    struct event_kind events[RECORD_VERBS];
    struct decision decisions[RECORD_VERBS];
    struct fold folds[RECORD_VERBS];
    struct table table;
    struct route routes[RECORD_ROUTES];
};

/* A growing list of pointers; the arena owns what they point to. */
struct rows {
    const void **items;
    size_t count;
};

struct catalog {
    struct arena *arena;
    size_t module_count;
    const struct module *const *modules;
    struct rows generated, events, decisions, folds, reactions, tables, routes, permissions;
    struct rows generated_by_name, events_by_name, decisions_by_name, permissions_by_name;
};

static rc rows_add(struct ctx *c, struct rows *rows, const void *row)
{
    if (!rows->items)
        NEW(c, rows->items, CATALOG_ROWS_MAX);
    if (rows->count == CATALOG_ROWS_MAX)
        FAIL(c, INTERNAL, "more than %d rows in the catalog", CATALOG_ROWS_MAX);
    rows->items[rows->count++] = row;
    return OK;
}

/* ---- records
 * --------------------------------------------------------------------------------------- */

static const struct {
    const char *event, *command, *help;
    decide_fn *decide;
    fold_fn *fold;
} verbs[RECORD_VERBS] = {
    [RECORD_ADD] = {"added", "add", "Make a new one", record_decide_add, record_fold_put},
    [RECORD_CHANGE] = {"changed", "change", "Change it", record_decide_change, record_fold_put},
    [RECORD_RETIRE] = {"retired", "retire", "Retire it", record_decide_retire, record_fold_retire},
};

static rc generate_verb(struct ctx *c, struct generated *g, enum record_verb verb)
{
    const struct record *record = g->record;
    struct str event_name, command_name;
    TRY(str_format(c, &event_name, "%s.%s", record->shape->name, verbs[verb].event));
    TRY(str_format(c, &command_name, "%s.%s", record->shape->name, verbs[verb].command));
    const struct shape *body = verb == RECORD_RETIRE ? &record_end_shape : record->shape;
    g->events[verb] = (struct event_kind){
        .name = event_name.ptr,
        .help = record->shape->help,
        .body = body,
        .read = record->read,
        .sealed = record->personal,
    };
    g->decisions[verb] = (struct decision){
        .name = command_name.ptr,
        .help = verbs[verb].help,
        .permission = record->write,
        .input = body,
        .decide = verbs[verb].decide,
        .record = record,
    };
    g->folds[verb] = (struct fold){&g->events[verb], verbs[verb].fold};
    return OK;
}

static rc add_record(struct ctx *c, struct catalog *catalog, const struct record *record)
{
    struct generated *g = NULL;
    NEW(c, g, 1);
    g->name = record->shape->name;
    g->record = record;
    g->table = (struct table){record->shape, TABLE_PICTURE};
    TRY(rows_add(c, &catalog->generated, g));
    TRY(rows_add(c, &catalog->tables, &g->table));
    for (enum record_verb verb = 0; verb < RECORD_VERBS; verb++) {
        TRY(generate_verb(c, g, verb));
        TRY(rows_add(c, &catalog->events, &g->events[verb]));
        TRY(rows_add(c, &catalog->decisions, &g->decisions[verb]));
        TRY(rows_add(c, &catalog->folds, &g->folds[verb]));
    }
    TRY(record_routes(c, record, g->routes));
    for (size_t i = 0; i < RECORD_ROUTES; i++)
        TRY(rows_add(c, &catalog->routes, &g->routes[i]));
    return OK;
}

/* ---- modules
 * --------------------------------------------------------------------------------------- */

static rc add_module(struct ctx *c, struct catalog *catalog, const struct module *m)
{
    for (const struct record *row = m->records; row && row->shape; row++)
        TRY(add_record(c, catalog, row));
    for (const struct table *row = m->tables; row && row->shape; row++)
        TRY(rows_add(c, &catalog->tables, row));
    for (const struct event_kind *const *row = m->events; row && *row; row++)
        TRY(rows_add(c, &catalog->events, *row));
    for (const struct decision *row = m->decisions; row && row->name; row++)
        TRY(rows_add(c, &catalog->decisions, row));
    for (const struct fold *row = m->folds; row && row->kind; row++)
        TRY(rows_add(c, &catalog->folds, row));
    for (const struct reaction *row = m->reactions; row && row->react; row++)
        TRY(rows_add(c, &catalog->reactions, row));
    for (const struct route *row = m->routes; row && row->path; row++)
        TRY(rows_add(c, &catalog->routes, row));
    for (const struct permission *row = m->permissions; row && row->name; row++)
        TRY(rows_add(c, &catalog->permissions, row));
    return OK;
}

/* The routes that a module gives to every record. */
static rc add_record_routes(struct ctx *c, struct catalog *catalog, const struct module *m)
{
    for (const struct route *row = m->record_routes; row && row->path; row++)
        for (size_t i = 0; i < catalog->generated.count; i++) {
            const struct record *record =
                ((const struct generated *)catalog->generated.items[i])->record;
            struct route *route = NULL;
            struct str path;
            NEW(c, route, 1);
            TRY(str_format(c, &path, "/api/v1/%s/{id}%s", record->plural, row->path));
            *route = *row;
            route->path = path.ptr;
            route->permission = record->read;
            route->arg = record;
            TRY(rows_add(c, &catalog->routes, route));
        }
    return OK;
}

/* ---- checks
 * ---------------------------------------------------------------------------------------- */

/* Each of these rows begins with its name: event kinds, decisions, permissions, generated. */
static const char *name_of(const void *row)
{
    return *(const char *const *)row;
}

static int by_names(const void *a, const void *b)
{
    return strcmp(name_of(*(const void *const *)a), name_of(*(const void *const *)b));
}

static const void *by_name(const struct rows *sorted, struct str name)
{
    size_t low = 0, high = sorted->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(name, str_from(name_of(sorted->items[middle])));
        if (order == 0)
            return sorted->items[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* The rows in the order of their names, of which no two are the same. */
static rc sort_names(struct ctx *c, const struct rows *rows, const char *what, struct rows *ret)
{
    *ret = (struct rows){.count = rows->count};
    NEW(c, ret->items, rows->count + 1);
    if (rows->count > 0)
        memcpy(ret->items, rows->items, rows->count * sizeof *ret->items);
    qsort(ret->items, ret->count, sizeof *ret->items, by_names);
    for (size_t i = 1; i < ret->count; i++)
        if (by_names(&ret->items[i - 1], &ret->items[i]) == 0)
            FAIL(c, INTERNAL, "two %ss are named %s", what, name_of(ret->items[i]));
    return OK;
}

static bool declared(const struct catalog *catalog, const char *permission)
{
    struct str name = str_from(permission);
    return str_is(name, PERMIT_ANYONE) || str_is(name, PERMIT_SIGNED_IN) ||
           by_name(&catalog->permissions_by_name, name);
}

static rc check_report_permissions(struct ctx *c, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->module_count; i++)
        for (const struct report *row = catalog->modules[i]->reports; row && row->name; row++)
            if (!row->permission || !declared(catalog, row->permission))
                FAIL(c, INTERNAL, "the report %s names a permission that no module declares",
                     row->name);
    return OK;
}

static rc check_permissions(struct ctx *c, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->routes.count; i++) {
        const struct route *route = catalog_route(catalog, i);
        if (!route->permission || !declared(catalog, route->permission))
            FAIL(c, INTERNAL, "the route %s names a permission that no module declares",
                 route->path);
    }
    for (size_t i = 0; i < catalog->decisions.count; i++) {
        const struct decision *decision = catalog->decisions.items[i];
        if (!decision->permission || !declared(catalog, decision->permission))
            FAIL(c, INTERNAL, "the decision %s names a permission that no module declares",
                 decision->name);
    }
    for (size_t i = 0; i < catalog->events.count; i++) {
        const struct event_kind *kind = catalog->events.items[i];
        if (!kind->read || !declared(catalog, kind->read))
            FAIL(c, INTERNAL, "the event %s names a permission that no module declares",
                 kind->name);
    }
    return check_report_permissions(c, catalog);
}

/* What everything else relies on in a record. */
static rc check_record(struct ctx *c, const struct record *record)
{
    const struct shape *shape = record->shape;
    const struct shape_field *fields = shape->fields;
    const struct shape_field *subject =
        record->subject ? shape_field(shape, str_from(record->subject)) : NULL;
    if (shape->count < 2 || fields[0].kind != SHAPE_ID || strcmp(fields[0].name, "id") != 0 ||
        fields[0].offset != offsetof(struct record_head, id) || fields[1].kind != SHAPE_LABEL ||
        strcmp(fields[1].name, "label") != 0 ||
        fields[1].offset != offsetof(struct record_head, label))
        FAIL(c, INTERNAL, "the record %s does not begin with RECORD_FIELDS", shape->name);
    if (record->subject && (!subject || subject->kind != SHAPE_REF))
        FAIL(c, INTERNAL, "the record %s has no reference %s to its subject", shape->name,
             record->subject);
    for (size_t i = 0; i < shape->count; i++)
        if ((fields[i].flags & UNIQUE) && fields[i].kind != SHAPE_TEXT &&
            fields[i].kind != SHAPE_REF)
            FAIL(c, INTERNAL, "%s.%s: only a text or a reference can be UNIQUE", shape->name,
                 fields[i].name);
    return OK;
}

static rc check_tables(struct ctx *c, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->tables.count; i++) {
        const char *name = catalog_table(catalog, i)->shape->name;
        for (size_t j = 0; j < i; j++)
            if (strcmp(name, catalog_table(catalog, j)->shape->name) == 0)
                FAIL(c, INTERNAL, "two tables are named %s", name);
    }
    return OK;
}

static rc check_routes(struct ctx *c, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->routes.count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct route *a = catalog_route(catalog, i), *b = catalog_route(catalog, j);
            if (a->method == b->method && strcmp(a->path, b->path) == 0)
                FAIL(c, INTERNAL, "two routes are at %s", a->path);
        }
    return OK;
}

/* What is about a person is sealed, or its erasure would be a lie. */
static rc check_sealing(struct ctx *c, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->events.count; i++) {
        const struct event_kind *kind = catalog->events.items[i];
        if (!kind->sealed && shape_carries(kind->body, PERSONAL))
            FAIL(c, INTERNAL, "the event %s carries what is personal, and is not sealed",
                 kind->name);
    }
    return OK;
}

static rc check_kinds(struct ctx *c, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->folds.count; i++) {
        const struct fold *fold = catalog->folds.items[i];
        if (catalog_event(catalog, str_from(fold->kind->name)) != fold->kind)
            FAIL(c, INTERNAL, "a fold of %s, which no module declares", fold->kind->name);
    }
    for (size_t i = 0; i < catalog->reactions.count; i++) {
        const struct reaction *reaction = catalog->reactions.items[i];
        if (catalog_event(catalog, str_from(reaction->kind->name)) != reaction->kind)
            FAIL(c, INTERNAL, "a reaction to %s, which no module declares", reaction->kind->name);
    }
    return OK;
}

/* Reactions to generated kinds name them, for those have no address before the catalog is made. */
static rc find_named_kinds(struct ctx *c, struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->reactions.count; i++) {
        const struct reaction *reaction = catalog->reactions.items[i];
        struct reaction *named = NULL;
        if (reaction->kind)
            continue;
        NEW(c, named, 1);
        *named = *reaction;
        named->kind = catalog_event(catalog, str_from(reaction->on));
        if (!named->kind)
            FAIL(c, INTERNAL, "a reaction to %s, which no module declares",
                 reaction->on ? reaction->on : "nothing");
        catalog->reactions.items[i] = named;
    }
    return OK;
}

/* Folds and reactions begin with their kind. */
static const struct event_kind *kind_of(const void *row)
{
    return *(const struct event_kind *const *)row;
}

/* Those of one kind stand together, in the order of the modules: an insertion sort is stable. */
static void sort_by_kind(struct rows *rows)
{
    for (size_t i = 1; i < rows->count; i++)
        for (size_t j = i; j > 0 && kind_of(rows->items[j - 1]) > kind_of(rows->items[j]); j--) {
            const void *swap = rows->items[j];
            rows->items[j] = rows->items[j - 1];
            rows->items[j - 1] = swap;
        }
}

static rc assemble(struct ctx *c, struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->module_count; i++)
        TRY(add_module(c, catalog, catalog->modules[i]));
    for (size_t i = 0; i < catalog->module_count; i++)
        TRY(add_record_routes(c, catalog, catalog->modules[i]));
    TRY(sort_names(c, &catalog->generated, "record", &catalog->generated_by_name));
    TRY(sort_names(c, &catalog->events, "event", &catalog->events_by_name));
    TRY(sort_names(c, &catalog->decisions, "decision", &catalog->decisions_by_name));
    TRY(sort_names(c, &catalog->permissions, "permission", &catalog->permissions_by_name));
    for (size_t i = 0; i < catalog->generated.count; i++)
        TRY(check_record(c, ((const struct generated *)catalog->generated.items[i])->record));
    TRY(check_tables(c, catalog));
    TRY(check_routes(c, catalog));
    TRY(check_permissions(c, catalog));
    TRY(check_sealing(c, catalog));
    TRY(find_named_kinds(c, catalog));
    TRY(check_kinds(c, catalog));
    sort_by_kind(&catalog->folds);
    sort_by_kind(&catalog->reactions);
    return OK;
}

rc catalog_open(struct ctx *c, size_t count, const struct module *const *modules,
                struct catalog **ret)
{
    struct arena *arena = arena_open(CATALOG_MEMORY_MAX);
    struct ctx own = {.arena = arena, .clock = c->clock};
    struct catalog *catalog = arena ? ctx_take(&own, 1, sizeof *catalog) : NULL;
    if (!catalog) {
        arena_close(arena);
        FAIL(c, NO_MEMORY, "out of memory for the catalog");
    }
    catalog->arena = arena;
    catalog->module_count = count;
    catalog->modules = modules;
    rc result = assemble(&own, catalog);
    if (!rc_ok(result)) {
        c->fault = own.fault;
        catalog_close(catalog);
        return result;
    }
    *ret = catalog;
    return OK;
}

void catalog_close(struct catalog *catalog)
{
    if (catalog)
        arena_close(catalog->arena);
}

/* ---- looking up
 * ------------------------------------------------------------------------------------ */

size_t catalog_module_count(const struct catalog *catalog)
{
    return catalog->module_count;
}

const struct module *catalog_module(const struct catalog *catalog, size_t index)
{
    return catalog->modules[index];
}

const struct event_kind *catalog_event(const struct catalog *catalog, struct str name)
{
    return by_name(&catalog->events_by_name, name);
}

const struct decision *catalog_decision(const struct catalog *catalog, struct str name)
{
    return by_name(&catalog->decisions_by_name, name);
}

static const struct generated *find_generated(const struct catalog *catalog, struct str shape_name)
{
    return by_name(&catalog->generated_by_name, shape_name);
}

const struct record *catalog_record(const struct catalog *catalog, struct str shape_name)
{
    const struct generated *g = find_generated(catalog, shape_name);
    return g ? g->record : NULL;
}

const struct event_kind *catalog_record_event(const struct catalog *catalog,
                                              const struct record *record, enum record_verb verb)
{
    return &find_generated(catalog, str_from(record->shape->name))->events[verb];
}

const struct decision *catalog_record_decision(const struct catalog *catalog,
                                               const struct record *record, enum record_verb verb)
{
    return &find_generated(catalog, str_from(record->shape->name))->decisions[verb];
}

size_t catalog_route_count(const struct catalog *catalog)
{
    return catalog->routes.count;
}

const struct route *catalog_route(const struct catalog *catalog, size_t index)
{
    return catalog->routes.items[index];
}

size_t catalog_table_count(const struct catalog *catalog)
{
    return catalog->tables.count;
}

const struct table *catalog_table(const struct catalog *catalog, size_t index)
{
    return catalog->tables.items[index];
}

size_t catalog_permission_count(const struct catalog *catalog)
{
    return catalog->permissions.count;
}

const struct permission *catalog_permission(const struct catalog *catalog, size_t index)
{
    return catalog->permissions.items[index];
}

size_t catalog_event_count(const struct catalog *catalog)
{
    return catalog->events.count;
}

const struct event_kind *catalog_event_at(const struct catalog *catalog, size_t index)
{
    return catalog->events.items[index];
}

/* The run of rows whose kind this is, in rows sorted by kind. */
static size_t run_of(const struct rows *rows, const struct event_kind *kind, size_t *ret_first)
{
    size_t low = 0, high = rows->count, count = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (kind_of(rows->items[middle]) < kind)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < rows->count && kind_of(rows->items[low + count]) == kind)
        count++;
    *ret_first = low;
    return count;
}

size_t catalog_folds(const struct catalog *catalog, const struct event_kind *kind,
                     const struct fold *const **ret)
{
    size_t first = 0, count = run_of(&catalog->folds, kind, &first);
    *ret = count > 0 ? (const struct fold *const *)(catalog->folds.items + first) : NULL;
    return count;
}

size_t catalog_reactions(const struct catalog *catalog, const struct event_kind *kind,
                         const struct reaction *const **ret)
{
    size_t first = 0, count = run_of(&catalog->reactions, kind, &first);
    *ret = count > 0 ? (const struct reaction *const *)(catalog->reactions.items + first) : NULL;
    return count;
}
