/* The catalog: all modules put together once at start (catalog_make.h), and from then on only read.
 */
#ifndef CORE_CATALOG_H
#define CORE_CATALOG_H

#include "core/module.h"

struct catalog;

void catalog_close(struct catalog *catalog);

size_t catalog_module_count(const struct catalog *catalog);
const struct module *catalog_module(const struct catalog *catalog, size_t index);

/* By name; NULL when there is none. */
const struct event_kind *catalog_event(const struct catalog *catalog, struct str name);
const struct decision *catalog_decision(const struct catalog *catalog, struct str name);
const struct record *catalog_record(const struct catalog *catalog, struct str shape_name);

/* The generated kinds of a record (never NULL for a record of a module). */
enum record_verb { RECORD_ADD, RECORD_CHANGE, RECORD_RETIRE, RECORD_VERBS };
const struct event_kind *catalog_record_event(const struct catalog *catalog,
                                              const struct record *record, enum record_verb verb);
const struct decision *catalog_record_decision(const struct catalog *catalog,
                                               const struct record *record, enum record_verb verb);

/* The steps of a record, those of its claim included; and what comes of one of them. The step is
 * one of catalog_steps; NULL for a name that is none. */
const struct step *catalog_steps(const struct catalog *catalog, const struct record *record,
                                 size_t *ret_count);
const struct event_kind *catalog_step_event(const struct catalog *catalog,
                                            const struct record *record, const struct step *step);
const struct decision *catalog_step_decision(const struct catalog *catalog,
                                             const struct record *record, const char *name);

/* Does this word stand where an id would, in the path of some route of the record's noun? Then no
 * record may have it as its id. */
bool catalog_is_word(const struct catalog *catalog, const struct record *record, struct str id);

/* NULL: no module knows of accounts. */
account_origin_fn *catalog_account_origin(const struct catalog *catalog);
const struct callers *catalog_callers(const struct catalog *catalog);

/* Walks over everything, generated parts included; records in the order of the modules. */
size_t catalog_route_count(const struct catalog *catalog);
const struct route *catalog_route(const struct catalog *catalog, size_t index);
size_t catalog_record_count(const struct catalog *catalog);
const struct record *catalog_record_at(const struct catalog *catalog, size_t index);
size_t catalog_decision_count(const struct catalog *catalog);
const struct decision *catalog_decision_at(const struct catalog *catalog, size_t index);
size_t catalog_table_count(const struct catalog *catalog);
const struct table *catalog_table(const struct catalog *catalog, size_t index);
size_t catalog_permission_count(const struct catalog *catalog);
const struct permission *catalog_permission(const struct catalog *catalog, size_t index);

size_t catalog_event_count(const struct catalog *catalog);
const struct event_kind *catalog_event_at(const struct catalog *catalog, size_t index);

/* The folds and reactions of a kind, in the order of the modules. */
size_t catalog_folds(const struct catalog *catalog, const struct event_kind *kind,
                     const struct fold *const **ret);
size_t catalog_reactions(const struct catalog *catalog, const struct event_kind *kind,
                         const struct reaction *const **ret);

#endif
