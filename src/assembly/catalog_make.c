/* All modules put together once, at the start. Rows of records are generated; everything lives in
 * one arena. */
#include "assembly/catalog_make.h"

#include "assembly/needs.h"
#include "assembly/routes.h"
#include "core/target.h"

#include <stdlib.h>

enum { CATALOG_MEMORY_MAX = 16 << 20, CATALOG_ROWS_MAX = 8192, RECORD_WORDS_MAX = 64 };

static rc rows_add(struct ctx *c, struct rows *rows, const void *row)
{
    if (!rows->items)
        NEW(c, rows->items, CATALOG_ROWS_MAX);
    if (rows->count == CATALOG_ROWS_MAX)
        FAIL(c, INTERNAL, "more than %d rows in the catalog", CATALOG_ROWS_MAX);
    rows->items[rows->count++] = row;
    return OK;
}

/* ---- events ------------------------------------------------------------------------------------
 */

static rc add_event(struct ctx *c, struct catalog *catalog, const struct event_kind *kind)
{
    struct fold *fold = NULL;
    TRY(rows_add(c, &catalog->events, kind));
    if (kind->row == EVENT_NO_ROW)
        return OK;
    NEW(c, fold, 1);
    *fold = (struct fold){kind, kind->row == EVENT_PUTS_ROW ? record_fold_put : record_fold_end};
    return rows_add(c, &catalog->folds, fold);
}

/* ---- records -----------------------------------------------------------------------------------
 */

static const struct {
    const char *event, *command, *help;
    decide_fn *decide;
} verbs[RECORD_VERBS] = {
    [RECORD_ADD] = {"added", "add", "Add a new one", record_decide_add},
    [RECORD_CHANGE] = {"changed", "change", "Change it", record_decide_change},
    [RECORD_RETIRE] = {"retired", "retire", "Retire it", record_decide_retire},
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
        .sealed = record_sealed(record),
        .row = verb == RECORD_RETIRE ? EVENT_NO_ROW : EVENT_PUTS_ROW,
    };
    g->decisions[verb] = (struct decision){
        .name = command_name.ptr,
        .help = verbs[verb].help,
        .permission = record->write,
        .input = body,
        .decide = verbs[verb].decide,
        .record = record,
        .grave = record->grave,
    };
    return OK;
}

static bool has_verb(const struct record *record, enum record_verb verb)
{
    if (!record->write || (verb != RECORD_ADD && record_fixed(record)))
        return false;
    return verb != RECORD_RETIRE || !record_ends(record);
}

static rc add_verbs(struct ctx *c, struct catalog *catalog, struct generated *g)
{
    size_t routes = 0;
    for (enum record_verb verb = 0; verb < RECORD_VERBS; verb++) {
        TRY(generate_verb(c, g, verb));
        TRY(add_event(c, catalog, &g->events[verb]));
        if (has_verb(g->record, verb))
            TRY(rows_add(c, &catalog->decisions, &g->decisions[verb]));
    }
    g->retire = (struct fold){&g->events[RECORD_RETIRE], record_fold_retire};
    TRY(rows_add(c, &catalog->folds, &g->retire));
    TRY(record_routes(c, g->record, g->routes, &routes));
    for (size_t i = 0; i < routes; i++)
        TRY(rows_add(c, &catalog->routes, &g->routes[i]));
    return OK;
}

/* ---- steps -------------------------------------------------------------------------------------
 */

static size_t steps_of(const struct record *record)
{
    size_t count = 0;
    while (record->steps && record->steps[count].name)
        count++;
    return count;
}

static rc take_steps(struct ctx *c, struct generated *g)
{
    const struct record *record = g->record;
    size_t own = steps_of(record);
    g->step_count = own + (record->claim ? CLAIM_STEPS : 0);
    NEW(c, g->steps, g->step_count + 1);
    NEW(c, g->step_events, g->step_count + 1);
    NEW(c, g->step_decisions, g->step_count + 1);
    NEW(c, g->step_routes, g->step_count + 1);
    if (own > 0)
        memcpy(g->steps, record->steps, own * sizeof *g->steps);
    if (record->claim)
        claim_steps(record->claim, g->steps + own);
    return OK;
}

static rc generate_step(struct ctx *c, struct generated *g, size_t i)
{
    const struct record *record = g->record;
    const struct step *step = &g->steps[i];
    struct str event_name, command_name;
    TRY(str_format(c, &event_name, "%s.%s", record->shape->name,
                   step->event ? step->event : "changed"));
    TRY(str_format(c, &command_name, "%s.%s", record->shape->name, step->name));
    g->step_events[i] = (struct event_kind){
        .name = event_name.ptr,
        .help = step->help,
        .body = record->shape,
        .read = record->read,
        .sealed = record_sealed(record),
        .row = step->flags & STEP_ENDS ? EVENT_ENDS_ROW : EVENT_PUTS_ROW,
    };
    g->step_decisions[i] = (struct decision){
        .name = command_name.ptr,
        .help = step->help,
        .permission = step->permission,
        .input = step->input ? step->input : &step_reason_shape,
        .decide = step_decide,
        .record = record,
        .step = step,
        .lane = step->flags & STEP_LANE,
        .grave = step->flags & (STEP_OTHER | STEP_GRAVE),
    };
    return record_step_route(c, &g->step_decisions[i], &g->step_routes[i]);
}

static rc add_steps(struct ctx *c, struct catalog *catalog, struct generated *g)
{
    TRY(take_steps(c, g));
    for (size_t i = 0; i < g->step_count; i++) {
        TRY(generate_step(c, g, i));
        TRY(rows_add(c, &catalog->decisions, &g->step_decisions[i]));
        if (g->steps[i].event)
            TRY(add_event(c, catalog, &g->step_events[i]));
        if (!(g->steps[i].flags & STEP_SYSTEM))
            TRY(rows_add(c, &catalog->routes, &g->step_routes[i]));
    }
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
    TRY(add_verbs(c, catalog, g));
    return add_steps(c, catalog, g);
}

/* ---- modules -----------------------------------------------------------------------------------
 */

static rc add_extension(struct ctx *c, struct catalog *catalog, const struct extension *more)
{
    for (const struct event_kind *const *row = more->events; row && *row; row++)
        TRY(add_event(c, catalog, *row));
    for (const struct fold *row = more->folds; row && row->kind; row++)
        TRY(rows_add(c, &catalog->folds, row));
    for (const struct reaction *row = more->reactions; row && row->react; row++)
        TRY(rows_add(c, &catalog->reactions, row));
    for (const struct route *row = more->routes; row && row->path; row++)
        TRY(rows_add(c, &catalog->routes, row));
    return OK;
}

static rc add_module(struct ctx *c, struct catalog *catalog, const struct module *m)
{
    for (const struct record *row = m->records; row && row->shape; row++)
        TRY(add_record(c, catalog, row));
    for (const struct table *row = m->tables; row && row->shape; row++)
        TRY(rows_add(c, &catalog->tables, row));
    for (const struct decision *row = m->decisions; row && row->name; row++)
        TRY(rows_add(c, &catalog->decisions, row));
    for (const struct permission *row = m->permissions; row && row->name; row++)
        TRY(rows_add(c, &catalog->permissions, row));
    if (m->account_origin && catalog->account_origin)
        FAIL(c, INTERNAL, "a second module says where accounts come from: %s", m->name);
    if (m->account_origin)
        catalog->account_origin = m->account_origin;
    if (m->callers)
        catalog->callers = m->callers;
    return add_extension(c, catalog,
                         &(struct extension){m->events, m->folds, m->reactions, m->routes});
}

/* What modules add to the records of all. */
static rc extend_records(struct ctx *c, struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->module_count; i++)
        for (size_t j = 0; catalog->modules[i]->extend && j < catalog->generated.count; j++) {
            const struct generated *g = catalog->generated.items[j];
            struct extension more = {0};
            TRY(catalog->modules[i]->extend(c, g->record, &more));
            TRY(add_extension(c, catalog, &more));
        }
    return OK;
}

/* ---- order -------------------------------------------------------------------------------------
 */

static int by_names(const void *a, const void *b)
{
    return strcmp(catalog_name_of(*(const void *const *)a),
                  catalog_name_of(*(const void *const *)b));
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
            FAIL(c, INTERNAL, "two %ss are named %s", what, catalog_name_of(ret->items[i]));
    return OK;
}

static rc find_named(struct ctx *c, const struct catalog *catalog, const char *what, const char *on,
                     const struct event_kind **ret)
{
    const struct event_kind *kind = catalog_event(catalog, str_from(on));
    if (!kind)
        FAIL(c, INTERNAL, "a %s %s, which no module declares", what, on ? on : "nothing");
    *ret = kind;
    return OK;
}

static rc add_named_folds(struct ctx *c, struct catalog *catalog, const struct module *m)
{
    for (const struct fold_on *row = m->folds_on; row && row->fold; row++) {
        struct fold *fold = NULL;
        NEW(c, fold, 1);
        fold->fold = row->fold;
        TRY(find_named(c, catalog, "fold of", row->on, &fold->kind));
        TRY(rows_add(c, &catalog->folds, fold));
    }
    return OK;
}

/* Folds of and reactions to generated kinds name them, for those have no address before the catalog
 * is made. */
static rc find_named_kinds(struct ctx *c, struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->module_count; i++)
        TRY(add_named_folds(c, catalog, catalog->modules[i]));
    for (size_t i = 0; i < catalog->reactions.count; i++) {
        const struct reaction *reaction = catalog->reactions.items[i];
        struct reaction *named = NULL;
        if (reaction->kind)
            continue;
        NEW(c, named, 1);
        *named = *reaction;
        TRY(find_named(c, catalog, "reaction to", reaction->on, &named->kind));
        catalog->reactions.items[i] = named;
    }
    return OK;
}

/* Those of one kind stand together, in the order of the modules: an insertion sort is stable. */
static void sort_by_kind(struct rows *rows)
{
    for (size_t i = 1; i < rows->count; i++)
        for (size_t j = i;
             j > 0 && catalog_kind_of(rows->items[j - 1]) > catalog_kind_of(rows->items[j]); j--) {
            const void *swap = rows->items[j];
            rows->items[j] = rows->items[j - 1];
            rows->items[j - 1] = swap;
        }
}

/* Rows of commands take from the decision what they do not say themselves. */
static rc find_named_commands(struct ctx *c, struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->routes.count; i++) {
        const struct route *route = catalog_route(catalog, i);
        if (!route->command)
            continue;
        const struct decision *decision = catalog_decision(catalog, str_from(route->command));
        struct route *named = NULL;
        if (!decision)
            FAIL(c, INTERNAL, "the route %s does %s, which no module declares", route->path,
                 route->command);
        NEW(c, named, 1);
        *named = *route;
        named->permission = decision->permission;
        named->help = decision->help;
        named->input = decision->input;
        named->serve = request_serve_command;
        named->arg = decision;
        catalog->routes.items[i] = named;
    }
    return OK;
}

/* ---- words beside {id} -------------------------------------------------------------------------
 */

/* "/api/v1/visits/expected" and what is below it make "expected" a word of "visits". */
static bool is_word_of(const char *path, const char *plural, struct str *ret)
{
    struct str rest = str_from(path), part;
    if (!str_starts(rest, "/api/v1/"))
        return false;
    rest = str_sub(rest, strlen("/api/v1/"), rest.len);
    if (!str_split(&rest, '/', &part) || !str_is(part, plural) || !str_split(&rest, '/', &part))
        return false;
    *ret = part;
    return !str_starts(part, "{");
}

static rc find_words(struct ctx *c, struct catalog *catalog, struct generated *g)
{
    NEW(c, g->words.items, RECORD_WORDS_MAX);
    for (size_t i = 0; i < catalog->routes.count; i++) {
        struct str word;
        if (!is_word_of(catalog_route(catalog, i)->path, g->record->plural, &word) ||
            catalog_is_word(catalog, g->record, word))
            continue;
        if (g->words.count == RECORD_WORDS_MAX)
            FAIL(c, INTERNAL, "more than %d words beside the ids of %s", RECORD_WORDS_MAX,
                 g->record->plural);
        g->words.items[g->words.count++] = word;
    }
    return OK;
}

/* ---- all ---------------------------------------------------------------------------------------
 */

static rc assemble(struct ctx *c, size_t count, const struct module *const *modules,
                   struct catalog *catalog)
{
    TRY(modules_gather(c, count, modules, &catalog->module_count, &catalog->modules));
    for (size_t i = 0; i < catalog->module_count; i++)
        TRY(add_module(c, catalog, catalog->modules[i]));
    TRY(extend_records(c, catalog));
    TRY(sort_names(c, &catalog->generated, "record", &catalog->generated_by_name));
    TRY(sort_names(c, &catalog->events, "event", &catalog->events_by_name));
    TRY(sort_names(c, &catalog->decisions, "decision", &catalog->decisions_by_name));
    TRY(sort_names(c, &catalog->permissions, "permission", &catalog->permissions_by_name));
    TRY(find_named_kinds(c, catalog));
    TRY(find_named_commands(c, catalog));
    for (size_t i = 0; i < catalog->generated.count; i++) {
        struct generated *g = NULL;
        memcpy(&g, &catalog->generated.items[i], sizeof g); /* it is ours, and still being made */
        TRY(find_words(c, catalog, g));
    }
    TRY(catalog_check(c, catalog));
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
    rc result = assemble(&own, count, modules, catalog);
    if (!rc_ok(result)) {
        c->fault = own.fault;
        catalog_close(catalog);
        return result;
    }
    *ret = catalog;
    return OK;
}
