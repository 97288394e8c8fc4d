/* Occurrences into windows, windows into hits. A hit is an entry at which the condition is true of
 * the window that ends there, and was not true of the same window without it: so it depends on the
 * events alone and not on the order in which they came. An event that comes late is put into its
 * place, and every window that it belongs to is asked again. */
#include "engine/sigma/engine.h"

#include <stdlib.h>

rc push_occurrence(struct ctx *c, struct sigma_engine *e, const struct occurrence *o)
{
    if (e->queue_count == e->queue_room) {
        size_t room = e->queue_room ? 2 * e->queue_room : 16;
        struct occurrence *wider = realloc(e->queue, room * sizeof *wider);
        if (!wider)
            FAIL(c, NO_MEMORY, "no memory for a correlation");
        e->queue = wider;
        e->queue_room = room;
    }
    record_keep(e, o->record);
    e->queue[e->queue_count++] = *o;
    return OK;
}

/* The next occurrence: of the lowest correlation, the first that came. */
static struct occurrence pop_occurrence(struct sigma_engine *e)
{
    size_t best = 0;
    for (size_t i = 1; i < e->queue_count; i++)
        if (e->queue[i].corr < e->queue[best].corr)
            best = i;
    struct occurrence o = e->queue[best];
    e->queue_count--;
    memmove(e->queue + best, e->queue + best + 1, (e->queue_count - best) * sizeof *e->queue);
    return o;
}

/* ---- hits of a window ------------------------------------------------------------------------ */

/* A window in which something came true. */
struct finding {
    uint32_t corr;
    struct window w;
    uint32_t from, end; /* the entries that count */
    int64_t time;
    const struct tuple *tuple;
    bool edge, tell;
    uint32_t record; /* whose values a state is asked of; 0: of the event at hand */
};

static bool is_temporal(const struct corr *corr)
{
    return corr->type == CORR_TEMPORAL || corr->type == CORR_TEMPORAL_ORDERED;
}

/* Tell the correlations above. Those that count want each episode once; those that look for things
 * together want to know as long as it lasts. */
static rc derive(struct ctx *c, struct sigma_engine *e, const struct finding *f,
                 const uint32_t *records, size_t count)
{
    const struct corr *corr = e->set->corrs[f->corr];
    const struct rule *rule = e->set->rules[corr->rule];
    struct tuple tuple = *f->tuple;
    for (size_t g = 0; g < corr->group_count; g++) /* the window may be gone when it is asked for */
        TRY(str_copy(c, f->tuple->values[g], &tuple.values[g]));
    uint32_t record = record_of_list(e, records, count);
    if (!record)
        FAIL(c, NO_MEMORY, "no memory for a correlation");
    for (size_t p = 0; p < rule->parent_count; p++) {
        const struct corr *above = e->set->corrs[rule->parents[p]];
        if (!f->edge && !is_temporal(above))
            continue;
        for (uint32_t r = 0; r < above->ref_count; r++) {
            if (above->refs[r].rule != corr->rule)
                continue;
            TRY(push_occurrence(c, e,
                                &(struct occurrence){.corr = rule->parents[p],
                                                     .ref = r,
                                                     .record = record,
                                                     .time = f->time,
                                                     .below = f->corr,
                                                     .tuple = tuple}));
        }
    }
    record_give(e, record);
    return OK;
}

static rc report(struct ctx *c, struct sigma_engine *e, const struct finding *f)
{
    const struct corr *corr = e->set->corrs[f->corr];
    const struct rule *rule = e->set->rules[corr->rule];
    const uint32_t *records;
    size_t count;
    bool *parts;
    if (!state_holds(e, rule, corr, f->tuple, f->record))
        return OK;
    NEW(c, parts, f->end - f->from + 1);
    weigh_parts(corr, &f->w, f->from, f->end, parts);
    TRY(gather_records(c, e, f->w.entries, f->from, f->end, parts, &records, &count));
    if (f->tell)
        e->rule_matches[corr->rule]++;
    if (f->tell && rule->about.output)
        TRY(tell_window(c, e, corr, f->tuple, records, count, f->time));
    return corr->has_parent ? derive(c, e, f, records, count) : OK;
}

/* Was the same episode told already, by an entry soon behind this one? */
static bool told_behind(const struct finding *f, uint32_t at, int64_t span_us)
{
    const struct entry *entries = f->w.entries;
    for (uint32_t i = at + 1; i < f->w.count; i++) {
        if (entries[i].time > entries[at].time + span_us)
            return false;
        if (entries[i].flags & ENTRY_HIT)
            return true;
    }
    return false;
}

/* The window that ends with an entry: from where it counts. */
static uint32_t window_from(const struct sigma_engine *e, const struct corr *corr,
                            const struct key *key, uint32_t at)
{
    const struct entry *entries = key_entries(e, key);
    uint32_t from = key_from(e, key, entries[at].time - corr->span_us);
    for (uint32_t i = at; corr->between && i-- > from;)
        if (entries[i].mask & corr->between)
            return i + 1;
    return from;
}

/* Ask of the window that ends with entry `at`. */
static rc judge(struct ctx *c, struct sigma_engine *e, uint32_t number, struct key *key,
                uint32_t at, const struct occurrence *o, const struct tuple *tuple)
{
    const struct corr *corr = e->set->corrs[number];
    struct window w = key_window(e, corr, key);
    struct entry *entry = &w.entries[at];
    uint32_t from = window_from(e, corr, key, at);
    if (!weigh(e, corr, &w, from, at + 1, at))
        return OK;
    if (corr->absent) {
        if (entry->flags & (ENTRY_PENDING | ENTRY_HIT))
            return OK;
        entry->flags |= ENTRY_PENDING;
        struct deadline wait = {entry->time + corr->span_us,
                                entry->time,
                                number,
                                {key->hash[0], key->hash[1], key->hash[2]}};
        return push_deadline(c, e, &wait);
    }
    struct finding f = {.corr = number,
                        .w = w,
                        .from = from,
                        .end = at + 1,
                        .time = entry->time,
                        .tuple = tuple,
                        .record = o->live_event ? 0 : o->record};
    f.edge = !weigh(e, corr, &w, from, at, at);
    f.tell = f.edge && !(entry->flags & ENTRY_HIT) && !told_behind(&f, at, corr->span_us);
    bool derived = corr->has_parent && !(entry->flags & ENTRY_DERIVED);
    if (!f.tell && !derived) {
        entry->flags |= f.edge ? ENTRY_HIT : 0;
        return OK;
    }
    entry->flags |= (f.edge ? ENTRY_HIT : 0) | (derived ? ENTRY_DERIVED : 0);
    return report(c, e, &f);
}

/* ---- occurrences into windows ---------------------------------------------------------------- */

static bool is_required(const struct corr *corr, uint32_t mask)
{
    return is_temporal(corr) ? (mask & corr->required) != 0 : !(mask & corr->between);
}

/* Put an entry in, or add a rule to the one that the same event has already. */
static bool place_entry(struct sigma_engine *e, const struct corr *corr, struct key *key,
                        const struct entry *entry, uint64_t value, uint32_t *ret_at)
{
    struct window w = key_window(e, corr, key);
    for (uint32_t at = key_from(e, key, entry->time); at < w.count; at++) {
        struct entry *other = &w.entries[at];
        if (other->time != entry->time)
            break;
        if (other->record != entry->record || (w.values && w.values[at] != value))
            continue;
        *ret_at = at;
        if ((other->mask | entry->mask) == other->mask)
            return false;
        other->mask |= entry->mask;
        return true;
    }
    return key_insert(e, corr, key, entry, value, ret_at);
}

static rc enter(struct ctx *c, struct sigma_engine *e, const struct occurrence *o,
                const struct tuple *tuple, uint64_t value)
{
    const struct corr *corr = e->set->corrs[o->corr];
    struct entry entry = {
        .time = o->time, .record = o->record & 0xfffffff, .mask = 1u << (o->ref & 31)};
    uint32_t hash[3], at;
    bool new;
    if (corr->at_close && o->time + corr->span_us < e->watermark) {
        e->counters.too_late++;
        return OK;
    }
    group_hash(tuple, corr->group_count, hash);
    struct key *key = key_of(e, o->corr, hash, &new);
    if (!key)
        return OK;
    if (new && (corr->at_close || corr->absent)) {
        key->group = record_of_group(e, tuple, corr->group_count);
        if (!key->group) {
            key_remove(e, o->corr, table_find(&e->tables[o->corr], hash));
            FAIL(c, NO_MEMORY, "no memory for a correlation");
        }
    }
    if (!place_entry(e, corr, key, &entry, value, &at))
        return OK;
    if (corr->at_close) {
        struct deadline end = {
            o->time + corr->span_us, INT64_MIN, o->corr, {hash[0], hash[1], hash[2]}};
        return at == 0 ? push_deadline(c, e, &end) : OK;
    }
    int64_t last = o->time + corr->span_us;
    for (; at < key->count && key_entries(e, key)[at].time <= last; at++)
        if (is_required(corr, key_entries(e, key)[at].mask))
            TRY(judge(c, e, o->corr, key, at, o, tuple));
    return OK;
}

/* ---- the values of an occurrence ------------------------------------------------------------- */

/* The value that one of the events of a hit below has in a field of the correlation above. */
static bool below_value(const struct sigma_engine *e, const struct occurrence *o, uint32_t record,
                        uint32_t field, struct str *ret, uint8_t *ret_kind)
{
    const struct corr *below = e->set->corrs[o->below];
    struct str name = names_text(&e->set->fields, field);
    for (size_t g = 0; g < below->group_count; g++) {
        if (!str_eq(below->group[g], name))
            continue;
        *ret = o->tuple.values[g];
        *ret_kind = o->tuple.kinds[g];
        return true;
    }
    *ret_kind = SIGMA_TEXT;
    return record_carried(e, record, field, ret);
}

static bool is_text(const struct cell *cell)
{
    return cell->value->kind != SIGMA_NULL && cell->value->kind != SIGMA_OBJECT;
}

static const struct cell *skip_to_text(const struct sigma_engine *e, const struct cell *cell)
{
    while (cell && !is_text(cell))
        cell = matcher_next(e->matcher, cell);
    return cell;
}

static bool field_text(const struct sigma_engine *e, const struct occurrence *o, uint32_t record,
                       uint32_t field, struct str *ret)
{
    uint8_t kind;
    if (!o->live_event)
        return below_value(e, o, record, field, ret, &kind);
    const struct cell *cell = skip_to_text(e, matcher_first(e->matcher, field));
    if (cell)
        *ret = cell->value->text;
    return cell != NULL;
}

static bool field_number(const struct sigma_engine *e, const struct occurrence *o, uint32_t record,
                         uint32_t field, double *ret)
{
    struct sigma_value value = {.kind = SIGMA_TEXT};
    return field_text(e, o, record, field, &value.text) && value_number(&value, ret);
}

/* What the correlation keeps of an event beside its time. False: null is counted as nothing. */
static bool value_of(const struct sigma_engine *e, const struct occurrence *o, uint32_t record,
                     uint64_t *ret)
{
    const struct corr *corr = e->set->corrs[o->corr];
    double number, lat, lon;
    *ret = 0;
    if (corr->near_m > 0) {
        if (!field_number(e, o, record, corr->near_lat, &lat) ||
            !field_number(e, o, record, corr->near_lon, &lon) || !(lat >= -90 && lat <= 90) ||
            !(lon >= -180 && lon <= 180))
            return false;
        *ret = place_pack(lat, lon);
        return true;
    }
    if (corr->value_count == 0)
        return true;
    if (corr->type == CORR_VALUE_COUNT) {
        for (size_t i = 0; i < corr->value_count; i++) {
            struct str text;
            if (!field_text(e, o, record, corr->value[i], &text))
                return false;
            *ret = text_hash(text, *ret + i);
        }
        return true;
    }
    if (!field_number(e, o, record, corr->value[0], &number))
        return false;
    memcpy(ret, &number, sizeof number);
    return true;
}

/* Several values of the one field of value_count are several entries. */
static rc enter_values(struct ctx *c, struct sigma_engine *e, const struct occurrence *o,
                       const struct tuple *tuple, uint32_t record)
{
    const struct corr *corr = e->set->corrs[o->corr];
    uint64_t value;
    if (corr->type == CORR_VALUE_COUNT && corr->value_count == 1 && o->live_event) {
        const struct cell *cell = skip_to_text(e, matcher_first(e->matcher, corr->value[0]));
        for (unsigned n = 0; cell && n < TUPLES_MAX; n++) {
            TRY(enter(c, e, o, tuple, text_hash(cell->value->text, 0)));
            cell = skip_to_text(e, matcher_next(e->matcher, cell));
        }
        return OK;
    }
    return value_of(e, o, record, &value) ? enter(c, e, o, tuple, value) : OK;
}

/* Every combination of the values of the group's fields, up to a bound. */
static rc enter_event(struct ctx *c, struct sigma_engine *e, const struct occurrence *o)
{
    const struct corr *corr = e->set->corrs[o->corr];
    const struct cell *cells[GROUP_MAX];
    const uint32_t *fields = corr->refs[o->ref].group;
    struct tuple tuple = {0};
    for (size_t g = 0; g < corr->group_count; g++) {
        cells[g] = skip_to_text(e, matcher_first(e->matcher, fields[g]));
        if (!cells[g])
            return OK; /* null joins nothing */
    }
    for (unsigned n = 0; n < TUPLES_MAX; n++) {
        for (size_t g = 0; g < corr->group_count; g++) {
            tuple.values[g] = cells[g]->value->text;
            tuple.kinds[g] = (uint8_t)cells[g]->value->kind;
        }
        TRY(enter_values(c, e, o, &tuple, o->record));
        size_t g = 0;
        for (; g < corr->group_count; g++) {
            cells[g] = skip_to_text(e, matcher_next(e->matcher, cells[g]));
            if (cells[g])
                break;
            cells[g] = skip_to_text(e, matcher_first(e->matcher, fields[g]));
        }
        if (g == corr->group_count)
            return OK;
    }
    return OK;
}

/* A hit below stands in the group of each of its events. */
static rc enter_below(struct ctx *c, struct sigma_engine *e, const struct occurrence *o)
{
    const struct corr *corr = e->set->corrs[o->corr];
    const struct record *list = record_at(e, o->record);
    uint32_t seen[TUPLES_MAX][3];
    size_t seen_count = 0;
    for (size_t at = 0; at < list->size && seen_count < TUPLES_MAX; at += 4) {
        struct tuple tuple = {0};
        uint32_t record, hash[3];
        bool whole = true, known = false;
        memcpy(&record, list->bytes + at, 4);
        for (size_t g = 0; g < corr->group_count && whole; g++)
            whole = below_value(e, o, record, corr->refs[o->ref].group[g], &tuple.values[g],
                                &tuple.kinds[g]);
        if (!whole)
            continue;
        group_hash(&tuple, corr->group_count, hash);
        for (size_t i = 0; i < seen_count; i++)
            known = known || memcmp(seen[i], hash, sizeof hash) == 0;
        if (known)
            continue;
        memcpy(seen[seen_count++], hash, sizeof hash);
        TRY(enter_values(c, e, o, &tuple, record));
    }
    return OK;
}

rc correlate(struct ctx *c, struct sigma_engine *e)
{
    while (e->queue_count > 0) {
        struct occurrence o = pop_occurrence(e);
        uint32_t rule = e->set->corrs[o.corr]->rule;
        int64_t began_us = meter_begin(e->matcher);
        rc result = o.live_event ? enter_event(c, e, &o) : enter_below(c, e, &o);
        meter_end(e->matcher, rule, began_us);
        e->matcher->meters[rule].looked++;
        record_give(e, o.record);
        if (rc_ok(result))
            continue;
        while (e->queue_count > 0)
            record_give(e, e->queue[--e->queue_count].record);
        return result;
    }
    return OK;
}

/* ---- the end of a wait ----------------------------------------------------------------------- */

/* A window that is decided at its end: ask of all of it, forget it, and begin the next. */
static rc close_window(struct ctx *c, struct sigma_engine *e, const struct deadline *d,
                       uint32_t number)
{
    const struct corr *corr = e->set->corrs[d->corr];
    struct key *key = &e->tables[d->corr].keys[number];
    struct window w = key_window(e, corr, key);
    struct tuple tuple = {0};
    if (!w.count || w.entries[0].time + corr->span_us != d->at)
        return OK; /* an earlier event has moved the window; its own deadline stands */
    uint32_t end = key_from(e, key, d->at + 1);
    record_group(e, key->group, corr->group_count, &tuple);
    struct finding f = {.corr = d->corr,
                        .w = w,
                        .end = end,
                        .time = w.entries[end - 1].time,
                        .tuple = &tuple,
                        .edge = true,
                        .tell = true,
                        .record = w.entries[end - 1].record};
    if (weigh(e, corr, &w, 0, end, end - 1))
        TRY(report(c, e, &f));
    key_drop(e, corr, key, end);
    if (key->count == 0) {
        key_remove(e, d->corr, number);
        return OK;
    }
    struct deadline next = *d;
    next.at = key_entries(e, key)[0].time + corr->span_us;
    return push_deadline(c, e, &next);
}

/* Is there an entry of the absent rules behind `at`, up to a time? */
static bool came(const struct corr *corr, const struct key *key, const struct entry *entries,
                 uint32_t at, int64_t until)
{
    for (uint32_t i = at + 1; i < key->count && entries[i].time <= until; i++)
        if (entries[i].mask & corr->absent)
            return true;
    return false;
}

/* Does the entry continue an episode that was told and has not ended since? */
static bool continues(const struct corr *corr, const struct key *key, const struct entry *entries,
                      uint32_t at)
{
    for (uint32_t i = at; i-- > 0;) {
        if (entries[i].time < entries[at].time - corr->span_us || entries[i].mask & corr->absent)
            return false;
        if (entries[i].flags & ENTRY_HIT)
            return !came(corr, key, entries, i, entries[at].time);
    }
    return false;
}

/* Where the window of a wait begins: behind the last answer, if what waits is whole without it. */
static uint32_t wait_from(struct sigma_engine *e, const struct corr *corr, const struct key *key,
                          uint32_t at)
{
    struct window w = key_window(e, corr, key);
    uint32_t from = window_from(e, corr, key, at), cut = at;
    while (cut > from && !(w.entries[cut - 1].mask & corr->absent))
        cut--;
    return weigh(e, corr, &w, cut, at + 1, at) ? cut : from;
}

static rc end_absence(struct ctx *c, struct sigma_engine *e, const struct deadline *d,
                      uint32_t number)
{
    const struct corr *corr = e->set->corrs[d->corr];
    struct key *key = &e->tables[d->corr].keys[number];
    struct window w = key_window(e, corr, key);
    struct entry *entries = w.entries;
    struct tuple tuple = {0};
    record_group(e, key->group, corr->group_count, &tuple);
    for (uint32_t at = key_from(e, key, d->time); at < key->count; at++) {
        if (entries[at].time != d->time)
            break;
        if (!(entries[at].flags & ENTRY_PENDING))
            continue;
        entries[at].flags &= (unsigned)~ENTRY_PENDING & 15;
        if (came(corr, key, entries, at, d->at))
            continue;
        bool told = continues(corr, key, entries, at);
        entries[at].flags |= ENTRY_HIT;
        struct finding f = {.corr = d->corr,
                            .w = w,
                            .from = wait_from(e, corr, key, at),
                            .end = at + 1,
                            .time = d->at,
                            .tuple = &tuple,
                            .edge = true,
                            .tell = true,
                            .record = entries[at].record};
        if (!told)
            TRY(report(c, e, &f));
    }
    return OK;
}

rc run_deadlines(struct ctx *c, struct sigma_engine *e, int64_t before)
{
    bool late = e->late_now;
    e->late_now = false;
    while (e->deadline_count && e->deadlines[0].at < before) {
        struct deadline d = pop_deadline(e);
        arena_reset(e->arena);
        uint32_t number = table_find(&e->tables[d.corr], d.hash);
        if (!number)
            continue;
        int64_t began_us = meter_begin(e->matcher);
        rc result =
            d.time == INT64_MIN ? close_window(c, e, &d, number) : end_absence(c, e, &d, number);
        meter_end(e->matcher, e->set->corrs[d.corr]->rule, began_us);
        TRY(result);
        TRY(correlate(c, e));
    }
    e->late_now = late;
    return OK;
}
