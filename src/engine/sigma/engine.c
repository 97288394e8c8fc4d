/* The correlator's door: events in, hits out. */
#include "engine/sigma/engine.h"

#include <stdlib.h>

enum { HITS_BYTES_MAX = 64 << 20, PICTURE_BYTES_MAX = 1 << 20, TIME_EVERY_DEFAULT = 1024 };

rc sigma_engine_open(struct ctx *c, const struct sigma_set *set,
                     const struct sigma_engine_options *options, struct sigma_engine **ret)
{
    struct sigma_engine *e = calloc(1, sizeof *e);
    if (!e)
        FAIL(c, NO_MEMORY, "no memory for a correlator");
    e->set = set;
    e->options = *options;
    if (!e->options.bytes_max)
        e->options.bytes_max = (size_t)1 << 30;
    if (!e->options.time_every)
        e->options.time_every = TIME_EVERY_DEFAULT;
    e->watermark = INT64_MIN / 2;
    e->tables = calloc(set->corr_count + 1, sizeof *e->tables);
    e->rule_matches = calloc(set->rule_count + 1, sizeof *e->rule_matches);
    e->rule_hits = calloc(set->rule_count + 1, sizeof *e->rule_hits);
    e->arena = arena_open(HITS_BYTES_MAX);
    e->own = (struct ctx){.arena = e->arena, .clock = c->clock};
    if (!e->tables || !e->rule_matches || !e->rule_hits || !e->arena ||
        !rc_ok(sigma_matcher_open(c, set, &e->matcher))) {
        sigma_engine_close(e);
        FAIL(c, NO_MEMORY, "no memory for a correlator");
    }
    *ret = e;
    return OK;
}

void sigma_engine_close(struct sigma_engine *e)
{
    if (!e)
        return;
    for (size_t i = 0; e->tables && i < e->set->corr_count; i++)
        table_close(&e->tables[i]);
    pool_close(&e->pool);
    sigma_matcher_close(e->matcher);
    arena_close(e->arena);
    free(e->tables);
    free(e->deadlines);
    free(e->queue);
    free(e->rule_matches);
    free(e->rule_hits);
    free(e->scratch);
    free(e->picture);
    free(e);
}

/* A failure inside is the caller's. */
static rc hand_up(struct ctx *c, struct sigma_engine *e, rc result)
{
    if (!rc_ok(result) && c != &e->own)
        c->fault = e->own.fault;
    return result;
}

static rc keep_picture(struct ctx *c, struct sigma_engine *e, struct str picture)
{
    if (str_absent(picture) || picture.len > PICTURE_BYTES_MAX)
        return OK;
    char *copy = malloc(picture.len + 1);
    if (!copy)
        FAIL(c, NO_MEMORY, "no memory for a picture");
    memcpy(copy, picture.ptr, picture.len);
    free(e->picture);
    e->picture = copy;
    e->picture_len = picture.len;
    return OK;
}

static bool number_at(const struct sigma_engine *e, uint32_t field, double *ret)
{
    const struct cell *cell = matcher_first(e->matcher, field);
    return cell && value_number(cell->value, ret);
}

/* What a detection of the extension asks beside its condition. */
static bool extras_hold(struct sigma_engine *e, const struct rule *rule)
{
    double lat, lon;
    if (rule->near_m > 0 &&
        (!number_at(e, rule->near_lat, &lat) || !number_at(e, rule->near_lon, &lon) ||
         metres_between(lat, lon, rule->place_lat, rule->place_lon) > rule->near_m))
        return false;
    return state_holds(e, rule, NULL, NULL, 0);
}

/* The event, for each correlation that names the rule. */
static rc push_parents(struct ctx *c, struct sigma_engine *e, const struct rule *rule,
                       uint32_t record, int64_t time)
{
    for (size_t p = 0; p < rule->parent_count; p++) {
        const struct corr *corr = e->set->corrs[rule->parents[p]];
        for (uint32_t r = 0; r < corr->ref_count; r++) {
            if (corr->refs[r].rule != rule->number)
                continue;
            TRY(push_occurrence(c, e,
                                &(struct occurrence){.corr = rule->parents[p],
                                                     .ref = r,
                                                     .record = record,
                                                     .time = time,
                                                     .edge = true,
                                                     .live_event = true}));
        }
    }
    return OK;
}

static rc take_matches(struct ctx *c, struct sigma_engine *e, const struct sigma_event *event,
                       bool join)
{
    const uint32_t *found;
    size_t count;
    uint32_t record = 0;
    TRY(sigma_match(c, e->matcher, event, &found, &count));
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = e->set->rules[found[i]];
        if (!extras_hold(e, rule))
            continue;
        e->counters.matches++;
        e->rule_matches[found[i]]++;
        if (rule->about.output)
            TRY(tell_single(c, e, found[i], event));
        if (!join || !rule->parent_count)
            continue;
        if (!record && !(record = record_of_event(e, event)))
            FAIL(c, NO_MEMORY, "no memory for a correlation");
        TRY(push_parents(c, e, rule, record, event->time.us));
    }
    rc result = correlate(c, e);
    if (record)
        record_give(e, record);
    return result;
}

/* Is this one of the calls that are timed? */
static void choose_timed(struct sigma_engine *e)
{
    bool chosen = e->calls++ % e->options.time_every == 0;
    e->matcher->clock = chosen ? e->own.clock : NULL;
}

rc sigma_feed(struct ctx *c, struct sigma_engine *e, const struct sigma_event *event)
{
    bool timed = event->time.us != 0;
    arena_reset(e->arena);
    choose_timed(e);
    e->counters.events++;
    e->late_now = timed && event->time.us < e->watermark - e->options.grace_us;
    if (timed && event->time.us > e->watermark) {
        TRY(hand_up(c, e, run_deadlines(&e->own, e, event->time.us)));
        e->watermark = event->time.us;
    }
    TRY(hand_up(c, e, keep_picture(&e->own, e, event->picture)));
    bool join = timed && event->time.us >= e->watermark - e->options.lateness_us;
    e->counters.too_late += timed && !join;
    e->counters.untimed += !timed;
    return hand_up(c, e, take_matches(&e->own, e, event, join));
}

rc sigma_advance(struct ctx *c, struct sigma_engine *e, struct wall now)
{
    arena_reset(e->arena);
    choose_timed(e);
    return hand_up(c, e, run_deadlines(&e->own, e, now.us));
}

struct wall sigma_next_due(const struct sigma_engine *e)
{
    return (struct wall){e->deadline_count > 0 ? e->deadlines[0].at : INT64_MAX};
}

struct sigma_counters sigma_count(const struct sigma_engine *e)
{
    struct sigma_counters counters = e->counters;
    counters.bytes = engine_bytes(e);
    counters.regex_given_up = e->matcher->regex_given_up;
    return counters;
}

struct sigma_cost sigma_rule_cost(const struct sigma_engine *e, uint32_t rule)
{
    const struct meter *meter = &e->matcher->meters[rule];
    return (struct sigma_cost){.looked = meter->looked,
                               .matches = e->rule_matches[rule],
                               .hits = e->rule_hits[rule],
                               .us = (uint64_t)meter->us * e->options.time_every};
}
