/* What the shapes alone cannot say: there is one mission, places fit together, a drawing names
 * zones of its own site. */
#include "domain/mission/mission.h"
#include "domain/mission/mission_own.h"

#include "base/json.h"
#include "engine/geo/geojson.h"

enum { ZONE_NESTING_MAX = 16 };

rc mission_get(struct ctx *c, struct picture *picture, struct mission *ret)
{
    return picture_get(c, picture, &mission_shape, picture_mission(picture), NULL, ret);
}

rc mission_check(struct ctx *c, struct picture *picture, const struct command *command,
                 const void *before, const void *after)
{
    const struct mission *mission = after;
    (void)command, (void)before;
    if (!mission)
        FAIL(c, CONFLICT, "the record belongs to this mission: it cannot be retired");
    if (!str_eq(mission->id, picture_mission(picture)))
        FAIL(c, CONFLICT, "this record is of the mission %.*s; there is no other in it",
             STR_ARG(picture_mission(picture)));
    return OK;
}

static rc refuse_elsewhere(struct ctx *c, const char *field, const char *what)
{
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "%s: that %s is on another site",
                            field, what);
    fault_set_rule(c, "same_site");
    fault_enter_name(c, str_from(field));
    return failed;
}

/* A zone lies in a building of its site and in zones of its site, and not in itself by a detour. */
static rc check_within(struct ctx *c, struct picture *picture, const struct zone *zone)
{
    struct str outer_id = zone->within;
    for (int depth = 0; !str_absent(outer_id); depth++) {
        struct zone outer;
        if (depth == ZONE_NESTING_MAX || str_eq(outer_id, zone->id)) {
            rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__,
                                    "within: the zones would lie in each other in a circle");
            fault_set_rule(c, "circle");
            fault_enter_name(c, STR("within"));
            return failed;
        }
        TRY(picture_get(c, picture, &zone_shape, outer_id, NULL, &outer));
        if (!str_eq(outer.site, zone->site))
            return refuse_elsewhere(c, "within", "zone");
        outer_id = outer.within;
    }
    return OK;
}

rc zone_check(struct ctx *c, struct picture *picture, const struct command *command,
              const void *before, const void *after)
{
    const struct zone *zone = after;
    (void)command, (void)before;
    if (!zone)
        return OK;
    if (!str_absent(zone->building)) {
        struct building building;
        TRY(picture_get(c, picture, &building_shape, zone->building, NULL, &building));
        if (!str_eq(building.site, zone->site))
            return refuse_elsewhere(c, "building", "building");
    }
    return check_within(c, picture, zone);
}

/* ---- plans
 * --------------------------------------------------------------------------------------- */

struct drawing {
    struct picture *picture;
    struct str site;
};

/* The "zone" among a feature's properties, absent when there is none. */
static rc zone_of(struct ctx *c, struct str properties, struct str *ret)
{
    struct json j;
    struct str key, raw;
    *ret = (struct str){NULL, 0};
    json_init(&j, str_absent(properties) ? STR("null") : properties);
    if (json_peek(&j) != JSON_OBJECT)
        return OK;
    json_object(&j);
    while (json_next_key(&j, &key)) {
        if (!str_is(key, "zone"))
            json_skip(&j, NULL);
        else if (json_string(&j, &raw))
            TRY(json_unescape(c, raw, ret));
    }
    return j.error ? json_fault(c, &j) : OK;
}

static rc check_feature(struct ctx *c, void *arg, size_t index, struct str properties)
{
    const struct drawing *drawing = arg;
    struct zone zone;
    struct str id;
    (void)index;
    TRY(zone_of(c, properties, &id));
    if (str_absent(id))
        return OK;
    rc found = picture_get(c, drawing->picture, &zone_shape, id, NULL, &zone);
    if (rc_ok(found) && str_eq(zone.site, drawing->site))
        return OK;
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__,
                            "the drawing names a zone that is not on its site");
    fault_set_rule(c, "reference");
    fault_set_value(c, id);
    fault_enter_name(c, STR("zone"));
    fault_enter_name(c, STR("properties"));
    return failed;
}

rc plan_check(struct ctx *c, struct picture *picture, const struct command *command,
              const void *before, const void *after)
{
    const struct plan *plan = after;
    (void)command, (void)before;
    if (!plan)
        return OK;
    struct drawing drawing = {picture, plan->site};
    rc result = geojson_check(c, plan->drawing, check_feature, &drawing);
    if (!rc_ok(result))
        fault_enter_name(c, STR("drawing"));
    return result;
}
