/* Looking things up in the catalog. It is made in catalog_make.c, and from then on only read. */
#include "core/catalog.h"

#include "core/catalog_part.h"

void catalog_close(struct catalog *catalog)
{
    if (catalog)
        arena_close(catalog->arena);
}

/* ---- rows --------------------------------------------------------------------------------------
 */

const void *catalog_by_name(const struct rows *sorted, struct str name)
{
    size_t low = 0, high = sorted->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(name, str_from(catalog_name_of(sorted->items[middle])));
        if (order == 0)
            return sorted->items[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* ---- looking up --------------------------------------------------------------------------------
 */

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
    return catalog_by_name(&catalog->events_by_name, name);
}

const struct decision *catalog_decision(const struct catalog *catalog, struct str name)
{
    return catalog_by_name(&catalog->decisions_by_name, name);
}

static const struct generated *find_generated(const struct catalog *catalog, struct str shape_name)
{
    return catalog_by_name(&catalog->generated_by_name, shape_name);
}

const struct record *catalog_record(const struct catalog *catalog, struct str shape_name)
{
    const struct generated *g = find_generated(catalog, shape_name);
    return g ? g->record : NULL;
}

size_t catalog_record_count(const struct catalog *catalog)
{
    return catalog->generated.count;
}

const struct record *catalog_record_at(const struct catalog *catalog, size_t index)
{
    return ((const struct generated *)catalog->generated.items[index])->record;
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

const struct step *catalog_steps(const struct catalog *catalog, const struct record *record,
                                 size_t *ret_count)
{
    const struct generated *g = find_generated(catalog, str_from(record->shape->name));
    *ret_count = g->step_count;
    return g->steps;
}

const struct event_kind *catalog_step_event(const struct catalog *catalog,
                                            const struct record *record, const struct step *step)
{
    const struct generated *g = find_generated(catalog, str_from(record->shape->name));
    return step->event ? &g->step_events[step - g->steps] : &g->events[RECORD_CHANGE];
}

const struct decision *catalog_step_decision(const struct catalog *catalog,
                                             const struct record *record, const char *name)
{
    const struct generated *g = find_generated(catalog, str_from(record->shape->name));
    for (size_t i = 0; i < g->step_count; i++)
        if (strcmp(g->steps[i].name, name) == 0)
            return &g->step_decisions[i];
    return NULL;
}

bool catalog_is_word(const struct catalog *catalog, const struct record *record, struct str id)
{
    const struct generated *g = find_generated(catalog, str_from(record->shape->name));
    for (size_t i = 0; i < g->words.count; i++)
        if (str_eq(g->words.items[i], id))
            return true;
    return false;
}

account_origin_fn *catalog_account_origin(const struct catalog *catalog)
{
    return catalog->account_origin;
}

const struct callers *catalog_callers(const struct catalog *catalog)
{
    return catalog->callers;
}

size_t catalog_route_count(const struct catalog *catalog)
{
    return catalog->routes.count;
}

const struct route *catalog_route(const struct catalog *catalog, size_t index)
{
    return catalog->routes.items[index];
}

size_t catalog_decision_count(const struct catalog *catalog)
{
    return catalog->decisions.count;
}

const struct decision *catalog_decision_at(const struct catalog *catalog, size_t index)
{
    return catalog->decisions.items[index];
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
        if (catalog_kind_of(rows->items[middle]) < kind)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < rows->count && catalog_kind_of(rows->items[low + count]) == kind)
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
