/* What the picture says where a rule asks for it ("person_left: person"). What is not known counts
 * as fulfilled, so a test of something that no part of Chancery keeps never hides a hit. */
#include "domain/tripwire/tripwire_own.h"

#include "core/catalog.h"

/* Has the person's last day at the post passed, or is the person on the list no more? */
static enum sigma_truth person_left(struct picture_state *state, struct str person)
{
    const struct record *record = catalog_record(picture_catalog(state->picture), STR("person"));
    const struct shape_field *departure =
        record ? shape_field(record->shape, STR("departure")) : NULL;
    char now[WALL_TEXT_MAX];
    struct row row;
    if (!departure || departure->kind != SHAPE_TEXT)
        return SIGMA_UNKNOWN;
    void *found = ctx_take(state->c, 1, record->shape->size);
    if (!found || !rc_ok(picture_get(state->c, state->picture, record->shape, person, &row, found)))
        return SIGMA_UNKNOWN;
    if (row.retired.us)
        return SIGMA_TRUE;
    struct str day = *(const struct str *)shape_in(departure, found);
    struct str today = str_sub((struct str){now, wall_format(state->now, now)}, 0, 10);
    if (str_absent(day))
        return SIGMA_FALSE;
    return str_compare(day, today) < 0 ? SIGMA_TRUE : SIGMA_FALSE;
}

enum sigma_truth picture_state(struct picture_state *state, struct str name, struct str thing)
{
    if (str_is(name, "person_left"))
        return person_left(state, thing);
    return SIGMA_UNKNOWN;
}
