/* References between records: what a record names must be there, and what is named must stay. */
#include "core/record.h"

/* ---- in one record
 * --------------------------------------------------------------------------------------- */

static bool refers(const struct shape *shape, const void *record, const char *target,
                   struct str id);

static bool field_refers(const struct shape_field *field, const void *value, const char *target,
                         struct str id)
{
    const struct shape_items *list = value;
    if (field->flags & LOOSE)
        return false;
    bool same = (field->kind == SHAPE_REF || field->kind == SHAPE_REFS) &&
                strcmp(field->target, target) == 0;
    if (field->kind == SHAPE_REF)
        return same && str_eq(*(const struct str *)value, id);
    if (field->kind == SHAPE_RECORD)
        return refers(field->shape, value, target, id);
    if (!same && field->kind != SHAPE_LIST)
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (same ? str_eq(((const struct str *)list->items)[i], id)
                 : refers(field->shape, (const char *)list->items + i * field->shape->size, target,
                          id))
            return true;
    return false;
}

/* Does the record name the record `id` of the shape `target`, anywhere in it? */
static bool refers(const struct shape *shape, const void *record, const char *target, struct str id)
{
    for (size_t i = 0; i < shape->count; i++)
        if (field_refers(&shape->fields[i], shape_in(&shape->fields[i], record), target, id))
            return true;
    return false;
}

/* ---- what a record names
 * --------------------------------------------------------------------------------- */

struct checking {
    struct ctx *c;
    struct picture *picture;
    const struct actor *actor;
    const struct shape *shape; /* of the outermost record … */
    const void *before;        /* … as it was, NULL when it is new */
};

static rc may_name(const struct checking *k, const struct record *target, struct str id, bool *ret)
{
    struct row row;
    struct record_head *found = ctx_take(k->c, 1, target->shape->size);
    if (!found)
        return fault_again(k->c);
    rc result = picture_get(k->c, k->picture, target->shape, id, &row, found);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    bool named_before = k->before && refers(k->shape, k->before, target->shape->name, id);
    bool live = rc_ok(result) && row.retired.us == 0;
    *ret = (live && actor_may_read(k->actor, found->label)) ||
           (named_before && (live || target->unheld));
    return OK;
}

static rc check_reference(const struct checking *k, const struct shape_field *field, struct str id)
{
    const struct record *target =
        catalog_record(picture_catalog(k->picture), str_from(field->target));
    bool good = false;
    if (!target || str_absent(id))
        return OK; /* what Chancery keeps elsewhere is checked where it is kept */
    TRY(may_name(k, target, id, &good));
    if (good)
        return OK;
    rc failed = fault_raise(k->c, RC_INVALID, __FILE__, __LINE__, "%s: there is no %s \"%.*s\"",
                            field->name, field->target, STR_ARG(id));
    fault_set_rule(k->c, "reference");
    fault_set_value(k->c, id);
    return failed;
}

static rc check_record(const struct checking *k, const struct shape *shape, const void *record);

static rc check_field(const struct checking *k, const struct shape_field *field, const void *value)
{
    const struct shape_items *list = value;
    if (field->flags & LOOSE)
        return OK;
    if (field->kind == SHAPE_REF)
        return check_reference(k, field, *(const struct str *)value);
    if (field->kind == SHAPE_RECORD)
        return check_record(k, field->shape, value);
    if (field->kind != SHAPE_REFS && field->kind != SHAPE_LIST)
        return OK;
    for (size_t i = 0; i < list->count; i++) {
        rc result =
            field->kind == SHAPE_REFS
                ? check_reference(k, field, ((const struct str *)list->items)[i])
                : check_record(k, field->shape, (const char *)list->items + i * field->shape->size);
        if (!rc_ok(result)) {
            fault_enter_index(k->c, i);
            return result;
        }
    }
    return OK;
}

static rc check_record(const struct checking *k, const struct shape *shape, const void *record)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        rc result = check_field(k, field, shape_in(field, record));
        if (!rc_ok(result)) {
            fault_enter_name(k->c, str_from(field->name));
            return result;
        }
    }
    return OK;
}

rc record_check_references(struct ctx *c, struct picture *picture, const struct actor *actor,
                           const struct shape *shape, const void *before, const void *after)
{
    struct checking k = {c, picture, actor, shape, before};
    return check_record(&k, shape, after);
}

/* ---- what names a record
 * --------------------------------------------------------------------------------- */

static bool names_target(const struct shape *shape, const char *target)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        bool reference = field->kind == SHAPE_REF || field->kind == SHAPE_REFS;
        bool nested = field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST;
        if ((reference && strcmp(field->target, target) == 0) ||
            (nested && names_target(field->shape, target)))
            return true;
    }
    return false;
}

/* A live record of `shape` that names it. NOT_FOUND. */
static rc find_referrer(struct ctx *c, struct picture *picture, const struct shape *shape,
                        const char *target, struct str id, struct record_head **ret)
{
    struct query query = {.limit = 1, .naming = {target, id}};
    struct page page;
    TRY(picture_list(c, picture, shape, &query, &page));
    if (page.count == 0)
        FAIL(c, NOT_FOUND, "no %s names it", shape->name);
    *ret = page.records;
    return OK;
}

rc record_check_unreferenced(struct ctx *c, struct picture *picture, const struct actor *actor,
                             const struct shape *shape, struct str id)
{
    const struct catalog *catalog = picture_catalog(picture);
    if (catalog_record(catalog, str_from(shape->name))->unheld)
        return OK;
    for (size_t i = 0; i < catalog_table_count(catalog); i++) {
        const struct shape *other = catalog_table(catalog, i)->shape;
        struct record_head *holder = NULL;
        if (!catalog_record(catalog, str_from(other->name)) || !names_target(other, shape->name))
            continue;
        rc result = find_referrer(c, picture, other, shape->name, id, &holder);
        if (result.code == RC_NOT_FOUND)
            continue;
        TRY(result);
        if (!actor_may_read(actor, holder->label))
            FAIL(c, CONFLICT, "something that you may not read still refers to it");
        FAIL(c, CONFLICT, "%s \"%.*s\" still refers to it", other->name, STR_ARG(holder->id));
    }
    return OK;
}
