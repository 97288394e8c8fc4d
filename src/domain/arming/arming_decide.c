/* Arming a zone: whoever does it learns at once what is not ready, and accepts it by name or does
 * not arm. What is open then is bypassed until it closes, and no longer. */
#include "domain/arming/arming_own.h"

#include "core/target.h"

rc zone_is_armed(struct ctx *c, struct picture *picture, struct str zone, bool *ret)
{
    struct zone_arming arming = {0};
    rc found = picture_get(c, picture, &zone_arming_shape, zone, NULL, &arming);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    *ret = rc_ok(found) && arming.armed;
    return OK;
}

/* ---- what is not ready ----------------------------------------------------------------------- */

/* What may not be shown is counted all the same. */
static void add_not_ready(struct readiness *r, bool shown, struct not_ready item)
{
    if (shown && r->count < NOT_READY_MAX)
        r->items[r->count++] = item;
    r->whole++;
}

static bool may_see(const struct clearance *reader, struct label label)
{
    return !reader || label_readable(label, *reader);
}

static rc check_source(struct ctx *c, struct picture *picture, const struct source *source,
                       const struct clearance *reader, struct readiness *r)
{
    struct source_state state = {0};
    TRY(source_state_get(c, picture, source, &state));
    if (state.condition == SOURCE_CONDITION_HEALTHY)
        return OK;
    const char *what = shape_choice_name(&source_condition_choices, state.condition);
    add_not_ready(
        r, may_see(reader, source->label),
        (struct not_ready){.what = str_from(what), .source = source->id, .name = source->name});
    return OK;
}

/* An alarm whose condition stands, by the name of its source; what it says is in the alarm. */
static rc add_open(struct ctx *c, struct picture *picture, const struct alarm *alarm,
                   const struct clearance *reader, struct readiness *r)
{
    struct source source = {.id = {NULL, 0}};
    struct str name = str_absent(alarm->point) ? alarm->cause : alarm->point;
    rc found = str_absent(alarm->source)
                   ? OK
                   : picture_get(c, picture, &source_shape, alarm->source, NULL, &source);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    if (!str_absent(source.name) && may_see(reader, source.label))
        name = source.name;
    add_not_ready(
        r, may_see(reader, alarm->label),
        (struct not_ready){
            .what = STR("open"), .source = alarm->source, .alarm = alarm->id, .name = name});
    return OK;
}

rc zone_readiness(struct ctx *c, struct picture *picture, struct str zone,
                  const struct clearance *reader, struct readiness *ret)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct page page;
    struct alarms alarms;
    TRY(alarms_where(c, picture, "zone", zone, &alarms));
    for (size_t i = 0; i < alarms.count; i++)
        if (alarms.items[i].active && !str_is(alarms.items[i].cause, "silence"))
            TRY(add_open(c, picture, &alarms.items[i], reader, ret));
    do {
        TRY(picture_list(c, picture, &source_shape, &query, &page));
        const struct source *sources = page.records;
        for (size_t i = 0; i < page.count; i++)
            if (source_watches(&sources[i], zone))
                TRY(check_source(c, picture, &sources[i], reader, ret));
        query.after = page.after;
    } while (!str_absent(query.after));
    return OK;
}

/* ---- arming and disarming -------------------------------------------------------------------- */

rc zone_decide_arm(struct ctx *c, struct picture *picture, const struct command *command,
                   struct outcome *outcome)
{
    const struct zone_arm *input = command->input;
    struct readiness *r = NULL;
    struct zone zone = {0};
    bool armed = false;
    NEW(c, r, 1);
    TRY(command_target(c, picture, command, &zone_shape, NULL, &zone));
    TRY(zone_is_armed(c, picture, zone.id, &armed));
    if (armed)
        REFUSE(c, CONFLICT, "armed", "", "this zone is already armed");
    /* the event is read by whoever may read of the zone */
    struct clearance reader = {zone.label.tlp, zone.label.compartments};
    TRY(zone_readiness(c, picture, zone.id, &reader, r));
    if (r->whole > 0 && !input->accept)
        REFUSE(c, CONFLICT, "not-ready", "accept", "%zu not ready; the first: %.*s (%.*s)",
               r->whole, STR_ARG(r->count ? r->items[0].name : STR("not for this label")),
               STR_ARG(r->count ? r->items[0].what : STR("hidden")));
    if (r->whole > 0 && str_absent(input->why))
        REFUSE(c, INVALID, "required", "why",
               "not everything is ready: give a reason for arming it");
    struct zone_arming arming = {.id = zone.id,
                                 .label = zone.label,
                                 .armed = true,
                                 .since = clock_now(c),
                                 .by = command->actor.id,
                                 .why = input->why,
                                 .not_ready_count = (int64_t)r->whole};
    arming.not_ready.items = r->items;
    arming.not_ready.count = r->count;
    return outcome_add_row(c, outcome, &zone_armed_kind, &arming);
}

rc zone_decide_disarm(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    struct zone zone = {0};
    bool armed = false;
    TRY(command_target(c, picture, command, &zone_shape, NULL, &zone));
    TRY(zone_is_armed(c, picture, zone.id, &armed));
    if (!armed)
        REFUSE(c, CONFLICT, "disarmed", "", "this zone is not armed");
    struct zone_arming arming = {
        .id = zone.id, .label = zone.label, .since = clock_now(c), .by = command->actor.id};
    return outcome_add_row(c, outcome, &zone_disarmed_kind, &arming);
}
