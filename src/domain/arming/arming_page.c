/* How zones are. A zone is clear only when all that watches it is healthy and nothing stands; one
 * that nobody watches is unknown, and one whose sources are all out is blind. */
#include "domain/arming/arming_own.h"

#include "assembly/page.h"

#include <inttypes.h>

enum { ZONES_MAX = 2000, SOURCES_MAX = 5000, ALARMS_MAX = 5000 };

struct watched {
    struct source *sources;
    enum source_condition *conditions;
    size_t source_count;
    struct alarm *alarms;
    size_t alarm_count;
};

struct zone_sum {
    int64_t sources[SOURCE_CONDITION_DISABLED + 1];
    int64_t alarms[ALARM_STATE_CLOSED + 1];
    int64_t all, seeing, standing, lane;
};

static rc gather(struct ctx *c, const struct request *request, struct watched *ret)
{
    TRY(page_rows(c, request, &source_shape, SOURCES_MAX, &ret->sources, &ret->source_count));
    TRY(page_rows(c, request, &alarm_shape, ALARMS_MAX, &ret->alarms, &ret->alarm_count));
    NEW(c, ret->conditions, ret->source_count + 1);
    for (size_t i = 0; i < ret->source_count; i++) {
        struct source_state state = {0};
        TRY(source_state_get(c, request->picture, &ret->sources[i], &state));
        ret->conditions[i] = state.condition;
    }
    return OK;
}

static struct zone_sum sum_of(const struct watched *w, struct str zone)
{
    struct zone_sum sum = {.all = 0};
    for (size_t i = 0; i < w->source_count; i++) {
        if (!source_watches(&w->sources[i], zone))
            continue;
        sum.sources[w->conditions[i]]++;
        sum.all++;
        sum.seeing += w->conditions[i] == SOURCE_CONDITION_HEALTHY;
    }
    for (size_t i = 0; i < w->alarm_count; i++) {
        const struct alarm *alarm = &w->alarms[i];
        if (!str_eq(alarm->zone, zone))
            continue;
        sum.alarms[alarm->state]++;
        sum.lane += alarm->lane;
        sum.standing += alarm->state < ALARM_STATE_SHELVED && !str_is(alarm->cause, "silence");
    }
    return sum;
}

static const char *verdict_of(const struct zone_sum *sum)
{
    int64_t out = sum->sources[SOURCE_CONDITION_SILENT] + sum->sources[SOURCE_CONDITION_DISABLED];
    if (sum->lane)
        return "duress";
    if (sum->standing)
        return "alarm";
    if (sum->all == 0)
        return "unknown";
    if (out == sum->all)
        return "blind";
    if (out > 0 || sum->sources[SOURCE_CONDITION_LATE] > 0)
        return "gap";
    return sum->seeing == sum->all ? "clear" : "unknown";
}

static void put_sum(struct text *out, const struct zone_sum *sum)
{
    const char *comma = "";
    text_put(out, STR(",\"sources\":{"));
    for (size_t i = 1; i < source_condition_choices.count; i++, comma = ",")
        text_printf(out, "%s\"%s\":%" PRId64, comma, source_condition_choices.rows[i].name,
                    sum->sources[i]);
    text_put(out, STR("},\"alarms\":{"));
    comma = "";
    for (size_t i = 1; i < alarm_state_choices.count - 1; i++, comma = ",")
        text_printf(out, "%s\"%s\":%" PRId64, comma, alarm_state_choices.rows[i].name,
                    sum->alarms[i]);
    text_put(out, STR("}"));
}

static rc put_zone(struct ctx *c, const struct request *request, const struct zone *zone,
                   const struct watched *w, struct text *out)
{
    struct zone_sum sum = sum_of(w, zone->id);
    struct zone_arming arming = {0};
    rc found = picture_get(c, request->picture, &zone_arming_shape, zone->id, NULL, &arming);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    text_put(out, STR("{\"id\":"));
    text_put_json(out, zone->id);
    text_put(out, STR(",\"name\":"));
    text_put_json(out, zone->name);
    text_put(out, STR(",\"site\":"));
    text_put_json(out, zone->site);
    text_printf(out, ",\"verdict\":\"%s\",\"armed\":%s", verdict_of(&sum),
                arming.armed ? "true" : "false");
    if (rc_ok(found)) {
        text_put(out, STR(",\"since\":\""));
        text_put_wall(out, arming.since);
        text_put(out, STR("\",\"by\":"));
        text_put_json(out, arming.by);
        text_printf(out, ",\"bypassed\":%" PRId64, arming.not_ready_count);
    }
    put_sum(out, &sum);
    text_put_char(out, '}');
    return OK;
}

rc zones_serve_states(struct ctx *c, const struct request *request, struct response *response)
{
    struct watched watched = {0};
    struct zone *zones = NULL;
    size_t count = 0;
    TRY(gather(c, request, &watched));
    TRY(page_rows(c, request, &zone_shape, ZONES_MAX, &zones, &count));
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        TRY(put_zone(c, request, &zones[i], &watched, response->body));
    }
    text_put(response->body, STR("]}"));
    return OK;
}

rc zones_serve_readiness(struct ctx *c, const struct request *request, struct response *response)
{
    struct readiness *r = NULL;
    struct zone zone = {0};
    NEW(c, r, 1);
    TRY(picture_get(c, request->picture, &zone_shape, request->parts[0], NULL, &zone));
    if (!label_readable(zone.label, request->actor->clearance))
        FAIL(c, NOT_FOUND, "there is no zone %.*s", STR_ARG(request->parts[0]));
    TRY(zone_readiness(c, request->picture, zone.id, &request->actor->clearance, r));
    text_printf(response->body, "{\"ready\":%s,\"count\":%zu,\"items\":[",
                r->whole ? "false" : "true", r->whole);
    for (size_t i = 0; i < r->count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        shape_write(response->body, &not_ready_shape, SHAPE_VIEW_SHOWN, &r->items[i]);
    }
    text_put(response->body, STR("]}"));
    return OK;
}
