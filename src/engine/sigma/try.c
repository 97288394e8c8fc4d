/* A rule's own trials: the same engine as in live use, one of its own for each trial. */
#include "base/json.h"
#include "engine/sigma/engine.h"

#include <stdio.h>

static const int64_t TRIAL_START_US = 1767225600000000; /* 2026-01-01 */

struct trying {
    uint32_t rule;
    bool fired;
};

/* The text of a top-level member of an event, or the absent str. */
static struct str member_of(struct ctx *c, struct str event, const char *name)
{
    struct json j;
    struct str raw, value = {0}, text = {0};
    json_init(&j, event);
    if (json_peek(&j) != JSON_OBJECT)
        return text;
    json_object(&j);
    while (json_next_key(&j, &raw)) {
        if (!str_is(raw, name))
            json_skip(&j, NULL);
        else if (json_peek(&j) == JSON_STRING && json_string(&j, &value) &&
                 !rc_ok(json_unescape(c, value, &text)))
            text = (struct str){0};
        else if (json_peek(&j) != JSON_NONE && str_absent(value))
            json_skip(&j, NULL);
    }
    return text;
}

/* "90s" in microseconds; 0 when it is no time span. */
static int64_t span_of(struct str text)
{
    struct arena *arena = NULL;
    struct ctx c = {.arena = arena};
    struct reading r = {.c = &c};
    struct yaml node = {.kind = YAML_SCALAR, .text = text};
    int64_t span = 0;
    return rc_ok(read_timespan(&r, &node, &span)) ? span : 0;
}

static rc find_source(struct ctx *c, const struct sigma_set *set, struct str name,
                      const struct rule *own, struct logsource *ret)
{
    if (str_absent(name)) {
        *ret = own->logsource;
        return OK;
    }
    for (size_t i = 0; i < set->rule_count; i++) {
        const struct rule *rule = set->rules[i];
        if (!str_eq(rule->about.name, name) && !str_eq(rule->about.id, name))
            continue;
        *ret = rule->logsource;
        return OK;
    }
    FAIL(c, INVALID, "a trial names rule '%.*s', which is not there", STR_ARG(name));
}

static rc feed_trial(struct ctx *c, struct sigma_engine *e, const struct rule *rule,
                     const struct sigma_trial *trial)
{
    int64_t now = TRIAL_START_US;
    for (size_t i = 0; i < trial->count; i++) {
        struct sigma_event event;
        struct logsource source = {0};
        char id[24];
        TRY(sigma_event_read(c, e->set, trial->events[i], &event));
        struct str after = member_of(c, trial->events[i], "_after");
        int64_t span = str_absent(after) ? 0 : span_of(after);
        if (!str_absent(after) && span == 0)
            FAIL(c, INVALID, "'%.*s' is not a time span", STR_ARG(after));
        now = event.time.us ? event.time.us : now + span;
        event.time.us = now;
        if (event.id.len == 0)
            event.id = (struct str){id, (size_t)snprintf(id, sizeof id, "%zu", i + 1)};
        if (!event.product && !event.category && !event.service) {
            TRY(find_source(c, e->set, member_of(c, trial->events[i], "_rule"), rule, &source));
            event.product = source.product;
            event.category = source.category;
            event.service = source.service;
        }
        TRY(sigma_feed(c, e, &event));
    }
    return sigma_advance(c, e, (struct wall){INT64_MAX / 2});
}

rc sigma_try(struct ctx *c, const struct sigma_set *set, uint32_t rule,
             const struct sigma_trial *trial, bool *ret_fired)
{
    struct sigma_engine *e;
    struct sigma_engine_options options = {.lateness_us = 86400000000};
    TRY(sigma_engine_open(c, set, &options, &e));
    rc result = feed_trial(c, e, set->rules[rule], trial);
    bool fired = sigma_rule_cost(e, rule).matches > 0;
    sigma_engine_close(e);
    TRY(result);
    *ret_fired = fired;
    return OK;
}
