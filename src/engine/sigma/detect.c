/* The search identifiers of a detection: maps are "and", lists are "or", bare values are keywords.
 */
#include "engine/sigma/rule.h"

enum { SELECTIONS_MAX = 500 };

static rc read_map(struct reading *r, const struct yaml *node, const struct expr **ret)
{
    const struct expr **kids;
    size_t count = 0;
    if (node->count == 0)
        REFUSE(r, node, "an empty map would match every event");
    NEW(r->c, kids, node->count);
    YAML_EACH(member, node)
    TRY(item_read(r, member->key, member, member, &kids[count++]));
    return condition_join(r, EXPR_AND, count, kids, ret);
}

/* The value of a search identifier, or of an item of its list. */
static rc read_value(struct reading *r, const struct yaml *node, const struct expr **ret);

static rc read_list(struct reading *r, const struct yaml *node, const struct expr **ret)
{
    const struct expr **kids;
    size_t count = 0, scalars = 0;
    if (node->count == 0)
        REFUSE(r, node, "an empty list can never match");
    YAML_EACH(child, node)
    scalars += child->kind == YAML_SCALAR;
    if (scalars == node->count)
        return item_read(r, STR(""), node, node, ret);
    NEW(r->c, kids, node->count);
    YAML_EACH(child, node)
    TRY(read_value(r, child, &kids[count++]));
    return condition_join(r, EXPR_OR, count, kids, ret);
}

static rc read_value(struct reading *r, const struct yaml *node, const struct expr **ret)
{
    switch (node->kind) {
    case YAML_MAP:
        return read_map(r, node, ret);
    case YAML_LIST:
        return read_list(r, node, ret);
    case YAML_SCALAR:
        return item_read(r, STR(""), node, node, ret);
    }
    return OK;
}

static bool is_skipped(struct str key, const char *const skip[])
{
    for (; *skip; skip++)
        if (str_is(key, *skip))
            return true;
    return false;
}

rc detect_read_all(struct reading *r, const struct yaml *detection, const char *const skip[])
{
    if (detection->kind != YAML_MAP)
        REFUSE(r, detection, "'%.*s' must be a map", STR_ARG(detection->key));
    if (detection->count > SELECTIONS_MAX)
        REFUSE(r, detection, "more than %d search identifiers", SELECTIONS_MAX);
    NEW(r->c, r->selections, detection->count + 1);
    r->selection_count = 0;
    YAML_EACH(member, detection)
    {
        if (is_skipped(member->key, skip))
            continue;
        if (str_is(member->key, "timeframe"))
            REFUSE(r, member, "'timeframe' belonged to Sigma 1; write a correlation rule");
        struct selection *s = &r->selections[r->selection_count];
        s->name = member->key;
        TRY(read_value(r, member, &s->expr));
        r->selection_count++;
    }
    return OK;
}
