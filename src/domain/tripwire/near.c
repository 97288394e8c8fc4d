/* The nearest miss of rules that found nothing in past events: the copies of a rule that ask for
 * one thing less and did fire, and, of the detections that never held, the event that came nearest.
 */
#include "domain/tripwire/tripwire_own.h"

#include <inttypes.h>

enum { EVENTS_KEPT = 12 };

/* Of a copy: how often it fired, and on what the last time. */
struct miss {
    uint64_t times;
    struct wall at;
    size_t count, kept;
    int64_t events[EVENTS_KEPT];
};

/* Of a detection: the event of its log source of which most parts held. */
struct best {
    uint64_t looked;
    struct sigma_nearness how;
    int64_t seq;
};

struct near {
    const struct sigma_set *set;
    struct sigma_matcher *matcher;
    uint64_t *hits;      /* by rule */
    struct miss *misses; /* by rule */
    size_t count;        /* of detections */
    uint32_t *detections;
    struct best *best;
    struct sigma_nearness *found;
};

rc near_open(struct ctx *c, const struct sigma_set *set, struct near **ret)
{
    struct near *near;
    size_t all = sigma_set_count(set);
    NEW(c, near, 1);
    near->set = set;
    NEW(c, near->hits, all + 1);
    NEW(c, near->misses, all + 1);
    NEW(c, near->detections, all + 1);
    NEW(c, near->best, all + 1);
    NEW(c, near->found, all + 1);
    for (uint32_t i = 0; i < all; i++) {
        const struct sigma_rule *rule = sigma_set_rule(set, i);
        if (!rule->correlation && rule->relaxed.what == SIGMA_WHOLE)
            near->detections[near->count++] = i;
    }
    TRY(sigma_matcher_open(c, set, &near->matcher));
    *ret = near;
    return OK;
}

void near_close(struct near *near)
{
    if (near)
        sigma_matcher_close(near->matcher);
}

void near_note_hit(struct near *near, const struct sigma_hit *hit)
{
    struct miss *miss = &near->misses[hit->rule];
    near->hits[hit->rule]++;
    if (sigma_set_rule(near->set, hit->rule)->relaxed.what == SIGMA_WHOLE)
        return;
    miss->times++;
    miss->at = hit->time;
    miss->count = hit->event_count;
    miss->kept = 0;
    for (size_t i = 0; i < hit->event_count && miss->kept < EVENTS_KEPT; i++)
        if (str_to_i64(hit->events[i], &miss->events[miss->kept]))
            miss->kept++;
}

/* Of two that come equally near, the newer one. */
rc near_note_event(struct ctx *c, struct near *near, const struct sigma_event *event, int64_t seq)
{
    TRY(sigma_measure(c, near->matcher, near->count, near->detections, event, near->found));
    for (size_t i = 0; i < near->count; i++) {
        const struct sigma_nearness *found = &near->found[i];
        struct best *best = &near->best[i];
        if (!found->source)
            continue;
        best->looked++;
        if (best->looked > 1 && found->held * best->how.parts < best->how.held * found->parts)
            continue;
        best->how = *found;
        best->seq = seq;
    }
    return OK;
}

/* ---- writing it out -------------------------------------------------------------------------- */

static const char *const names[] = {
    [SIGMA_WHOLE] = "whole",
    [SIGMA_WITH_LESS] = "count",
    [SIGMA_WITHOUT_STATE] = "state",
    [SIGMA_WITHOUT_NEAR] = "near",
    [SIGMA_WITHOUT_BETWEEN] = "none-between",
    [SIGMA_WITHOUT_ABSENT] = "absent",
    [SIGMA_WITHOUT_ORDER] = "order",
    [SIGMA_WITH_MORE_TIME] = "timespan",
    [SIGMA_WITHOUT_GROUP] = "group-by",
    [SIGMA_WITHOUT_PART] = "rules",
};

/* Of lower counts only the highest that was reached is worth telling. */
static bool is_told(const struct near *near, uint32_t number)
{
    const struct sigma_relaxed *relaxed = &sigma_set_rule(near->set, number)->relaxed;
    if (relaxed->what == SIGMA_WHOLE || !near->misses[number].times || near->hits[relaxed->rule])
        return false;
    if (relaxed->what != SIGMA_WITH_LESS)
        return true;
    for (uint32_t i = 0; i < number; i++) {
        const struct sigma_relaxed *other = &sigma_set_rule(near->set, i)->relaxed;
        if (other->what == SIGMA_WITH_LESS && other->rule == relaxed->rule && near->misses[i].times)
            return false;
    }
    return true;
}

static void put_miss(const struct near *near, uint32_t number, void (*note)(void *arg, int64_t seq),
                     void *arg, struct text *out)
{
    const struct sigma_relaxed *relaxed = &sigma_set_rule(near->set, number)->relaxed;
    const struct sigma_rule *rule = sigma_set_rule(near->set, relaxed->rule);
    const struct miss *miss = &near->misses[number];
    text_put(out, STR("{\"rule\":"));
    text_put_json(out, rule->label);
    text_put(out, STR(",\"title\":"));
    text_put_json(out, rule->title);
    text_printf(out, ",\"without\":\"%s\",\"name\":", names[relaxed->what]);
    text_put_json(out, str_absent(relaxed->name) ? STR("") : relaxed->name);
    text_printf(out,
                ",\"wanted\":%.15g,\"given\":%.15g,\"times\":%" PRIu64 ",\"event_count\":%zu"
                ",\"at\":\"",
                relaxed->wanted, relaxed->given, miss->times, miss->count);
    text_put_wall(out, miss->at);
    text_put(out, STR("\",\"events\":["));
    for (size_t i = 0; i < miss->kept; i++) {
        text_printf(out, "%s\"%" PRId64 "\"", i ? "," : "", miss->events[i]);
        note(arg, miss->events[i]);
    }
    text_put(out, STR("]}"));
}

static rc put_best(struct ctx *c, const struct near *near, const struct past *past, uint32_t number,
                   const struct best *best, struct text *out)
{
    const struct sigma_set *set = near->set;
    struct seeing seeing = {.set = set, .picture = past->picture};
    struct sigma_event seen;
    struct event event;
    TRY(past_event(c, past, best->seq, &event));
    TRY(taxonomy_zone(c, past->picture, &seeing.zone));
    for (size_t part = 0; part < taxonomy_parts(&event); part++) {
        struct sigma_nearness how;
        TRY(taxonomy_event(c, &seeing, &event, part, &seen));
        TRY(sigma_measure(c, near->matcher, 1, &number, &seen, &how));
        if (!how.source || how.held != best->how.held)
            continue;
        text_printf(out, ",\"seq\":%" PRId64 ",\"why\":", best->seq);
        return sigma_explain_json(c, set, number, &seen, out);
    }
    return OK; /* what names it has changed since */
}

static rc put_part(struct ctx *c, const struct near *near, const struct past *past,
                   const struct sigma_engine *engine, uint32_t number, struct text *out)
{
    const struct sigma_rule *rule = sigma_set_rule(near->set, number);
    uint64_t matches = sigma_rule_cost(engine, number).matches;
    text_put(out, STR("{\"rule\":"));
    text_put_json(out, rule->label);
    text_put(out, STR(",\"title\":"));
    text_put_json(out, rule->title);
    text_printf(out, ",\"correlation\":%s,\"output\":%s,\"matches\":%" PRIu64,
                rule->correlation ? "true" : "false", rule->output ? "true" : "false", matches);
    for (size_t i = 0; i < near->count; i++) {
        const struct best *best = &near->best[i];
        if (near->detections[i] != number)
            continue;
        text_printf(out, ",\"looked\":%" PRIu64, best->looked);
        if (matches == 0 && best->looked > 0)
            TRY(put_best(c, near, past, number, best, out));
    }
    text_put_char(out, '}');
    return OK;
}

rc near_put(struct ctx *c, const struct near *near, const struct past *past,
            const struct sigma_engine *engine, void (*note)(void *arg, int64_t seq), void *arg,
            struct text *out)
{
    bool any = false;
    text_put(out, STR(",\"nearest\":["));
    for (uint32_t i = 0; i < sigma_set_count(near->set); i++) {
        if (!is_told(near, i))
            continue;
        text_put(out, any ? STR(",") : STR(""));
        put_miss(near, i, note, arg, out);
        any = true;
    }
    text_put(out, STR("],\"parts\":["));
    any = false;
    for (uint32_t i = 0; i < sigma_set_count(near->set); i++) {
        if (sigma_set_rule(near->set, i)->relaxed.what != SIGMA_WHOLE)
            continue;
        text_put(out, any ? STR(",") : STR(""));
        TRY(put_part(c, near, past, engine, i, out));
        any = true;
    }
    text_put_char(out, ']');
    for (size_t i = 0; i < near->count; i++)
        if (near->best[i].looked > 0)
            note(arg, near->best[i].seq);
    return OK;
}
