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

static const struct shape *table_shape(const struct catalog *catalog, const char *name)
{
    for (size_t i = 0; i < catalog_table_count(catalog); i++)
        if (str_is(str_from(catalog_table(catalog, i)->shape->name), name))
            return catalog_table(catalog, i)->shape;
    return NULL;
}

/* Of a zone of ours that nobody has armed yet it is known that it is not. */
static enum sigma_truth zone_armed(struct picture_state *state, struct str zone)
{
    const struct catalog *catalog = picture_catalog(state->picture);
    const struct shape *arming = table_shape(catalog, "zone_arming");
    const struct record *record = catalog_record(catalog, STR("zone"));
    const struct shape_field *armed = arming ? shape_field(arming, STR("armed")) : NULL;
    bool ours = false;
    if (!record || !armed || armed->kind != SHAPE_FLAG)
        return SIGMA_UNKNOWN;
    void *row = ctx_take(state->c, 1, arming->size);
    if (!row || !rc_ok(picture_has(state->c, state->picture, record->shape, zone, &ours)) || !ours)
        return SIGMA_UNKNOWN;
    rc found = picture_get(state->c, state->picture, arming, zone, NULL, row);
    if (found.code == RC_NOT_FOUND)
        return SIGMA_FALSE;
    if (!rc_ok(found))
        return SIGMA_UNKNOWN;
    return *(const bool *)shape_in(armed, row) ? SIGMA_TRUE : SIGMA_FALSE;
}

const char *const picture_states[] = {"person_left", "zone_armed", "area_armed"};
const size_t picture_state_count = sizeof picture_states / sizeof *picture_states;

bool picture_knows(struct str name)
{
    for (size_t i = 0; i < picture_state_count; i++)
        if (str_is(name, picture_states[i]))
            return true;
    return false;
}

enum sigma_truth picture_state(struct picture_state *state, struct str name, struct str thing)
{
    if (str_is(name, "person_left"))
        return person_left(state, thing);
    if (str_is(name, "zone_armed") || str_is(name, "area_armed"))
        return zone_armed(state, thing);
    return SIGMA_UNKNOWN;
}
