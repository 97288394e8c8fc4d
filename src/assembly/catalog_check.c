/* What a compiler cannot check of the modules. */
#include "assembly/routes.h"

/* ---- permissions -------------------------------------------------------------------------------
 */

static bool declared(const struct catalog *catalog, const char *permission)
{
    struct str name = str_from(permission);
    return str_is(name, PERMIT_ANYONE) || str_is(name, PERMIT_SIGNED_IN) ||
           catalog_by_name(&catalog->permissions_by_name, name);
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

/* ---- records -----------------------------------------------------------------------------------
 */

/* What is removed by time must not be readable in the ledger afterwards. */
static rc check_keep(struct ctx *c, const struct record *record)
{
    const struct shape_field *after = shape_field(record->shape, str_from(record->keep.after));
    if (!(after && after->kind == SHAPE_TIME) &&
        !str_is(str_from(record->keep.after), KEEP_RETIRED))
        FAIL(c, INTERNAL, "the record %s is kept for days after what is no time of it",
             record->shape->name);
    if (!record->erasable)
        FAIL(c, INTERNAL, "the record %s is kept for days, and what is removed could still be read",
             record->shape->name);
    return OK;
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
    if (record->keep.days > 0)
        TRY(check_keep(c, record));
    for (size_t i = 0; i < shape->count; i++)
        if ((fields[i].flags & UNIQUE) && fields[i].kind != SHAPE_TEXT &&
            fields[i].kind != SHAPE_REF)
            FAIL(c, INTERNAL, "%s.%s: only a text or a reference can be UNIQUE", shape->name,
                 fields[i].name);
    return OK;
}

static rc check_reference(struct ctx *c, const struct catalog *catalog, const struct shape *shape,
                          const struct shape_field *field)
{
    for (size_t i = 0; i < catalog->tables.count; i++)
        if (strcmp(catalog_table(catalog, i)->shape->name, field->target) == 0)
            return OK;
    FAIL(c, INTERNAL,
         "%s.%s refers to %s, which no module has; LOOSE would say that it is elsewhere",
         shape->name, field->name, field->target);
}

/* A wrong name would compile, serve, and never be checked. */
static rc check_references(struct ctx *c, const struct catalog *catalog, const struct shape *shape)
{
    for (size_t i = 0; shape && i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        bool refers = field->kind == SHAPE_REF || field->kind == SHAPE_REFS;
        if (refers && !(field->flags & LOOSE))
            TRY(check_reference(c, catalog, shape, field));
        if (field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST)
            TRY(check_references(c, catalog, field->shape));
    }
    return OK;
}

static rc check_all_references(struct ctx *c, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->tables.count; i++)
        TRY(check_references(c, catalog, catalog_table(catalog, i)->shape));
    for (size_t i = 0; i < catalog->events.count; i++)
        TRY(check_references(c, catalog, catalog_event_at(catalog, i)->body));
    for (size_t i = 0; i < catalog->decisions.count; i++)
        TRY(check_references(c, catalog,
                             ((const struct decision *)catalog->decisions.items[i])->input));
    return OK;
}

/* ---- steps -------------------------------------------------------------------------------------
 */

static bool has_field(const struct shape *shape, const char *name, enum shape_kind kind)
{
    const struct shape_field *field = shape_field(shape, str_from(name));
    return field && field->kind == kind;
}

/* Words that are states of the record, or "*". */
static rc check_states(struct ctx *c, const struct record *record, const char *of,
                       const char *states)
{
    const char *name = record->state ? record->state : "state";
    const struct shape_field *field = shape_field(record->shape, str_from(name));
    struct str rest = str_from(states), word;
    bool any = false;
    while (str_split(&rest, ' ', &word)) {
        any = true;
        if (str_is(word, "*"))
            continue;
        if (!field || field->kind != SHAPE_CHOICE)
            FAIL(c, INTERNAL, "the record %s has steps, and no choice named %s",
                 record->shape->name, name);
        if (shape_choice_value(field->choices, word) == 0)
            FAIL(c, INTERNAL, "%s of %s: \"%.*s\" is no state of it", of, record->shape->name,
                 STR_ARG(word));
    }
    if (!any)
        FAIL(c, INTERNAL, "%s of %s can be done in no state", of, record->shape->name);
    return OK;
}

static rc check_step(struct ctx *c, const struct record *record, const struct step *step)
{
    const struct shape *shape = record->shape;
    const struct shape *input = step->input ? step->input : &step_reason_shape;
    TRY(check_states(c, record, step->name, step->from));
    if (step->to)
        TRY(check_states(c, record, step->name, step->to));
    if ((step->flags & (STEP_OTHER | STEP_ASKS)) && !has_field(shape, "asked_by", SHAPE_REF))
        FAIL(c, INTERNAL, "%s of %s asks for another person, and no field asked_by says who asked",
             step->name, shape->name);
    if ((step->flags & STEP_REASON) && !has_field(input, "why", SHAPE_TEXT))
        FAIL(c, INTERNAL, "%s of %s asks for a reason, and its input has no text why", step->name,
             shape->name);
    if ((step->flags & STEP_HOLDER) && !record->claim)
        FAIL(c, INTERNAL, "%s of %s is for its holder, and nobody can take one", step->name,
             shape->name);
    return OK;
}

/* What is due in a state has to be possible there. */
static rc check_due(struct ctx *c, const struct generated *g, const struct due *due)
{
    const struct shape *shape = g->record->shape;
    const char *field = due->field ? due->field : "state_since";
    const struct step *step = NULL;
    struct str rest = str_from(due->states), state;
    for (size_t i = 0; i < g->step_count; i++)
        if (strcmp(g->steps[i].name, due->step) == 0)
            step = &g->steps[i];
    if (!step)
        FAIL(c, INTERNAL, "%s.%s falls due, and is no step of it", shape->name, due->step);
    if (!has_field(shape, field, SHAPE_TIME))
        FAIL(c, INTERNAL, "%s.%s falls due by %s, which is no time of it", shape->name, due->step,
             field);
    for (const struct due *other = g->record->dues; other < due; other++)
        if (strcmp(other->step, due->step) == 0)
            FAIL(c, INTERNAL, "%s.%s falls due twice: give a step of its own to each", shape->name,
                 due->step);
    TRY(check_states(c, g->record, due->step, due->states));
    while (str_split(&rest, ' ', &state)) {
        struct str name;
        TRY(str_copy(c, state, &name));
        if (!step_from(step->from, name.ptr))
            FAIL(c, INTERNAL, "%s.%s falls due in the state %s, from which it does not go",
                 shape->name, due->step, name.ptr);
    }
    return OK;
}

static rc check_claim(struct ctx *c, const struct record *record)
{
    static const struct {
        const char *name;
        enum shape_kind kind;
    } fields[] = {{"holder", SHAPE_REF},
                  {"held_since", SHAPE_TIME},
                  {"held_until", SHAPE_TIME},
                  {"escalate_at", SHAPE_TIME},
                  {"escalations", SHAPE_I64}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (!has_field(record->shape, fields[i].name, fields[i].kind))
            FAIL(c, INTERNAL, "the record %s can be taken, and has not CLAIM_FIELDS",
                 record->shape->name);
    if (record->claim->lapse_ms <= 0)
        FAIL(c, INTERNAL, "a claim of %s never lapses", record->shape->name);
    return check_states(c, record, "take", record->claim->states);
}

static rc check_steps(struct ctx *c, const struct generated *g)
{
    const struct record *record = g->record;
    for (size_t i = 0; i < g->step_count; i++)
        TRY(check_step(c, record, &g->steps[i]));
    if (record->claim)
        TRY(check_claim(c, record));
    for (const struct due *due = record->dues; due && due->step; due++)
        TRY(check_due(c, g, due));
    return record->editable && *record->editable
               ? check_states(c, record, "change", record->editable)
               : OK;
}

/* ---- tables, routes, events --------------------------------------------------------------------
 */

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

/* What modules have Chancery decide by itself. */
static rc check_decided(struct ctx *c, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->module_count; i++) {
        const struct module *m = catalog->modules[i];
        if (m->opening && !catalog_decision(catalog, str_from(m->opening)))
            FAIL(c, INTERNAL, "%s opens with %s, which no module declares", m->name, m->opening);
        for (const struct rhythm_row *row = m->rhythms; row && row->name; row++)
            if (!catalog_decision(catalog, str_from(row->decision)))
                FAIL(c, INTERNAL, "the rhythm %s asks for %s, which no module declares", row->name,
                     row->decision);
    }
    return OK;
}

/* A session that is not asked for proof would be one that has given it. */
static rc check_callers(struct ctx *c, const struct catalog *catalog)
{
    const struct callers *callers = catalog->callers;
    if (callers && !(callers->tables && callers->now && callers->spend))
        FAIL(c, INTERNAL, "a module knows the callers, and not how they prove who they are");
    return OK;
}

rc catalog_check(struct ctx *c, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->generated.count; i++) {
        const struct generated *g = catalog->generated.items[i];
        TRY(check_record(c, g->record));
        TRY(check_steps(c, g));
    }
    TRY(check_tables(c, catalog));
    TRY(check_all_references(c, catalog));
    TRY(check_routes(c, catalog));
    TRY(check_permissions(c, catalog));
    TRY(check_sealing(c, catalog));
    TRY(check_decided(c, catalog));
    TRY(check_callers(c, catalog));
    return check_kinds(c, catalog);
}
