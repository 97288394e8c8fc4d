/* Hits: the ids, the group and the time handed to whoever asked; and the state of the picture,
 * which a rule may ask before it speaks. */
#include "base/json.h"
#include "engine/sigma/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- state of the picture -------------------------------------------------------------------- */

static struct str unescaped(struct ctx *c, struct str raw)
{
    struct str text;
    return rc_ok(json_unescape(c, raw, &text)) ? text : (struct str){0};
}

/* A list has what is true; a map says it of each; a number or a bool is of the mission as a whole.
 */
static enum sigma_truth look_up(struct ctx *c, struct str value, struct str thing,
                                double *ret_number)
{
    struct json j;
    struct str raw;
    bool truth = false;
    json_init(&j, value);
    switch (json_peek(&j)) {
    case JSON_BOOL:
        json_bool(&j, &truth);
        return truth ? SIGMA_TRUE : SIGMA_FALSE;
    case JSON_NUMBER: {
        char digits[64];
        if (!json_number(&j, &raw))
            return SIGMA_UNKNOWN;
        snprintf(digits, sizeof digits, "%.*s", STR_ARG(str_sub(raw, 0, 60)));
        *ret_number = strtod(digits, NULL);
        return SIGMA_TRUE;
    }
    case JSON_ARRAY:
        json_array(&j);
        while (json_next_item(&j)) {
            if (json_peek(&j) == JSON_STRING && json_string(&j, &raw))
                truth = truth || str_eq(unescaped(c, raw), thing);
            else
                json_skip(&j, NULL);
        }
        return truth ? SIGMA_TRUE : SIGMA_FALSE;
    case JSON_OBJECT:
        json_object(&j);
        while (json_next_key(&j, &raw)) {
            struct str inner;
            bool found = str_eq(unescaped(c, raw), thing);
            json_skip(&j, &inner);
            if (found)
                return look_up(c, inner, thing, ret_number);
        }
        return SIGMA_UNKNOWN;
    case JSON_STRING:
    case JSON_NULL:
    case JSON_NONE:
        return SIGMA_UNKNOWN;
    }
    return SIGMA_UNKNOWN;
}

static enum sigma_truth ask_picture(struct sigma_engine *e, struct str name, struct str thing,
                                    double *ret_number)
{
    struct json j;
    struct str raw, value;
    if (e->options.state)
        return e->options.state(e->options.arg, name, thing, ret_number);
    json_init(&j, (struct str){e->picture, e->picture_len});
    if (!e->picture || json_peek(&j) != JSON_OBJECT)
        return SIGMA_UNKNOWN;
    json_object(&j);
    while (json_next_key(&j, &raw)) {
        if (!json_skip(&j, &value))
            return SIGMA_UNKNOWN;
        if (str_eq(unescaped(&e->own, raw), name))
            return look_up(&e->own, value, thing, ret_number);
    }
    return SIGMA_UNKNOWN;
}

/* The value of a field: of the event at hand, of the hit's group, or as it was kept with an event.
 */
static bool thing_of(const struct sigma_engine *e, uint32_t field, const struct corr *corr,
                     const struct tuple *tuple, uint32_t record, struct str *ret)
{
    struct str name = names_text(&e->set->fields, field);
    for (size_t g = 0; corr && g < corr->group_count; g++) {
        if (!str_eq(corr->group[g], name))
            continue;
        *ret = tuple->values[g];
        return true;
    }
    if (record)
        return record_carried(e, record, field, ret);
    const struct cell *cell = matcher_first(e->matcher, field);
    if (!cell || cell->value->kind == SIGMA_NULL)
        return false;
    *ret = cell->value->text;
    return true;
}

/* What is not known counts as fulfilled: unknown is never taken for safe. It is kept until the next
 * question, so that a hit can say on what it rests. */
bool state_holds(struct sigma_engine *e, const struct rule *rule, const struct corr *corr,
                 const struct tuple *tuple, uint32_t record)
{
    e->asked_count = 0;
    for (size_t i = 0; i < rule->state_count; i++) {
        const struct state_test *test = &rule->states[i];
        struct str thing = STR("");
        double number = NAN;
        enum sigma_truth truth = SIGMA_UNKNOWN;
        if (!test->field || thing_of(e, test->field, corr, tuple, record, &thing))
            truth = ask_picture(e, test->name, thing, &number);
        if (test->numeric && isnan(number))
            truth = SIGMA_UNKNOWN;
        e->asked[e->asked_count++] =
            (struct sigma_asked){test->name, thing, truth, test->numeric, number};
        if (truth == SIGMA_UNKNOWN)
            continue;
        bool held = test->numeric ? compare_numbers(test->compare, number, test->number)
                                  : (truth == SIGMA_TRUE) != test->negate;
        if (!held)
            return false;
    }
    return true;
}

/* ---- hits ------------------------------------------------------------------------------------ */

static void tell(struct sigma_engine *e, const struct sigma_hit *hit)
{
    e->counters.hits++;
    e->counters.late += hit->late;
    e->rule_hits[hit->rule]++;
    if (!e->options.hit)
        return;
    struct sigma_hit told = *hit;
    told.asked_count = e->asked_count;
    told.asked = e->asked;
    e->options.hit(e->options.arg, &told);
}

rc tell_single(struct ctx *c, struct sigma_engine *e, uint32_t rule,
               const struct sigma_event *event)
{
    (void)c;
    tell(e, &(struct sigma_hit){.rule = rule,
                                .time = event->time,
                                .late = e->late_now,
                                .event_count = 1,
                                .events = &event->id});
    return OK;
}

/* A list of records, each once, in the order in which they are put. */
struct gathering {
    struct ctx *c;
    uint32_t *list, *seen; /* seen: open addressing */
    size_t count, room, mask;
};

static rc put_record(struct gathering *g, uint32_t record)
{
    if (2 * (g->count + 1) > g->mask + 1 || !g->seen) {
        size_t size = g->seen ? 2 * (g->mask + 1) : 16;
        uint32_t *list;
        NEW(g->c, g->seen, size);
        NEW(g->c, list, size);
        g->mask = size - 1;
        for (size_t i = 0; i < g->count; i++) {
            size_t at = g->list[i] * 0x9e3779b9u & g->mask;
            list[i] = g->list[i];
            while (g->seen[at])
                at = (at + 1) & g->mask;
            g->seen[at] = list[i];
        }
        g->list = list;
    }
    size_t at = record * 0x9e3779b9u & g->mask;
    for (; g->seen[at]; at = (at + 1) & g->mask)
        if (g->seen[at] == record)
            return OK;
    g->seen[at] = record;
    g->list[g->count++] = record;
    return OK;
}

rc gather_records(struct ctx *c, struct sigma_engine *e, const struct entry *entries, uint32_t from,
                  uint32_t end, const bool *parts, const uint32_t **ret, size_t *ret_count)
{
    struct gathering g = {.c = c};
    for (uint32_t i = from; i < end; i++) {
        const struct record *record = record_at(e, entries[i].record);
        if (!parts[i - from])
            continue;
        if (record->kind == RECORD_EVENT)
            TRY(put_record(&g, entries[i].record));
        for (size_t at = 0; record->kind == RECORD_DERIVED && at < record->size; at += 4) {
            uint32_t part;
            memcpy(&part, record->bytes + at, 4);
            TRY(put_record(&g, part));
        }
    }
    *ret = g.list;
    *ret_count = g.count;
    return OK;
}

rc tell_window(struct ctx *c, struct sigma_engine *e, const struct corr *corr,
               const struct tuple *tuple, const uint32_t *records, size_t count, int64_t time)
{
    struct str *ids;
    struct sigma_group *group;
    NEW(c, ids, count + 1);
    NEW(c, group, corr->group_count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct record *record = record_at(e, records[i]);
        ids[i] = (struct str){(const char *)record->bytes, record->id_len};
    }
    for (size_t g = 0; g < corr->group_count; g++)
        group[g] = (struct sigma_group){corr->group[g], tuple->values[g],
                                        (enum sigma_kind)tuple->kinds[g]};
    int64_t began_us = meter_begin(e->matcher);
    tell(e, &(struct sigma_hit){.rule = corr->rule,
                                .time = {time},
                                .late = e->late_now,
                                .event_count = count,
                                .group_count = corr->group_count,
                                .events = ids,
                                .group = group});
    meter_leave_out(e->matcher, corr->rule, began_us);
    return OK;
}
