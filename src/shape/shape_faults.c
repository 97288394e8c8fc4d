/* All that is wrong with an input, for a person who would rather mend it at once than be refused as
 * often as there are faults. */
#include "shape/shape_part.h"

#include <stdio.h>

rc faults_keep(struct ctx *c, struct faults *faults, rc result)
{
    if (!faults || result.code != RC_INVALID)
        return result;
    if (faults->count < FAULTS_MAX)
        faults->items[faults->count++] = c->fault;
    return OK;
}

void faults_enter_name(struct ctx *c, struct faults *faults, size_t from, rc result,
                       struct str name)
{
    for (size_t i = from; i < faults_count(faults); i++)
        fault_put_before(&faults->items[i], name);
    if (!rc_ok(result))
        fault_put_before(&c->fault, name);
}

void faults_enter_index(struct ctx *c, struct faults *faults, size_t from, rc result, size_t index)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%zu", index);
    faults_enter_name(c, faults, from, result, (struct str){digits, (size_t)len});
}

void faults_hide(struct ctx *c, struct faults *faults, size_t from, rc result)
{
    for (size_t i = from; i < faults_count(faults); i++)
        faults->items[i].value[0] = '\0';
    if (!rc_ok(result))
        fault_set_value(c, STR(""));
}

/* ---- order ----------------------------------------------------------------------------------- */

/* Where a pointer's parts lead: the members of a shape, or the items of a list of such; neither:
 * members and items that have no order of ours. */
struct level {
    const struct shape *shape;
    bool items;
};

static int64_t place_of(const struct level *level, struct str part)
{
    int64_t index = 0;
    if (level->items)
        return str_to_i64(part, &index) ? index : 0;
    for (size_t i = 0; level->shape && i < level->shape->count; i++)
        if (str_is(part, level->shape->fields[i].name))
            return (int64_t)i;
    return level->shape ? (int64_t)level->shape->count : 0; /* what is unknown comes last */
}

static struct level level_in(const struct level *level, int64_t place)
{
    if (level->items)
        return (struct level){level->shape, false};
    if (!level->shape || place >= (int64_t)level->shape->count)
        return (struct level){NULL, false};
    const struct shape_field *field = &level->shape->fields[place];
    bool nested = field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST;
    bool items =
        field->kind == SHAPE_LIST || field->kind == SHAPE_TEXTS || field->kind == SHAPE_REFS;
    return (struct level){nested ? field->shape : NULL, items};
}

static bool comes_before(const struct shape *shape, const struct fault *a, const struct fault *b)
{
    struct str rest_a = str_from(a->pointer), rest_b = str_from(b->pointer), part_a, part_b;
    struct level level = {shape, false};
    str_split(&rest_a, '/', &part_a); /* a pointer begins with an empty part */
    str_split(&rest_b, '/', &part_b);
    while (rest_a.len > 0 && rest_b.len > 0) {
        str_split(&rest_a, '/', &part_a);
        str_split(&rest_b, '/', &part_b);
        int64_t place_a = place_of(&level, part_a), place_b = place_of(&level, part_b);
        if (place_a != place_b)
            return place_a < place_b;
        level = level_in(&level, place_a);
    }
    return rest_a.len == 0 && rest_b.len > 0;
}

/* Is one of the two pointers the other, or within it? */
static bool touch(const char *a, const char *b)
{
    size_t len = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return memcmp(a, b, len) == 0 && (a[len] == '\0' || a[len] == '/') &&
           (b[len] == '\0' || b[len] == '/');
}

void faults_join(const struct shape *shape, struct faults *read, const struct faults *checked)
{
    size_t before = read->count;
    for (size_t i = 0; i < checked->count && read->count < FAULTS_MAX; i++) {
        bool known = false;
        for (size_t j = 0; j < before && !known; j++)
            known = touch(read->items[j].pointer, checked->items[i].pointer);
        if (!known)
            read->items[read->count++] = checked->items[i];
    }
    for (size_t i = 1; i < read->count; i++) {
        struct fault one = read->items[i];
        size_t at = i;
        for (; at > 0 && comes_before(shape, &one, &read->items[at - 1]); at--)
            read->items[at] = read->items[at - 1];
        read->items[at] = one;
    }
}
