/* How the catalog lies in memory. Private to catalog*.c. */
#ifndef CORE_CATALOG_PART_H
#define CORE_CATALOG_PART_H

#include "core/catalog.h"
#include "core/record.h"

/* List, one, history, add, change, retire. */
enum { RECORD_ROUTES = 6 };

/* What is made from one record. The rows of its steps stand in the order of `steps`. */
struct generated {
    const char *name; /* of the shape */
    const struct record *record;
    struct event_kind events[RECORD_VERBS];
    struct decision decisions[RECORD_VERBS];
    struct fold retire;
    struct table table;
    struct route routes[RECORD_ROUTES];
    size_t step_count;
    struct step *steps; /* its own, and those of its claim */
    struct event_kind *step_events;
    struct decision *step_decisions;
    struct route *step_routes;
    struct texts words; /* literal parts beside {id} in the paths of its noun */
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
    account_origin_fn *account_origin;
    const struct callers *callers;
};

/* Event kinds, decisions, permissions and generated rows begin with their name … */
static inline const char *catalog_name_of(const void *row)
{
    return *(const char *const *)row;
}

/* … folds and reactions with their kind. */
static inline const struct event_kind *catalog_kind_of(const void *row)
{
    return *(const struct event_kind *const *)row;
}

/* The row of that name among rows sorted by names; NULL when there is none. */
const void *catalog_by_name(const struct rows *sorted, struct str name);

#endif
