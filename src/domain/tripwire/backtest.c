/* "What would the last ninety days have done", "what would last night": the same engine over the
 * ledger, with nobody told. */
#include "domain/tripwire/tripwire_own.h"

#include "core/seen.h"
#include "core/system.h"

#include <inttypes.h>

enum {
    EVENT_MEMORY_MAX = 64 << 20,
    OUTPUT_MAX = 8 << 20,
    EVENTS_SHOWN_MAX = 600, /* events of hits that are told with their outside */
    DAYS_MAX = 36600,
};
static const int64_t LATENESS_US = (int64_t)24 * 3600 * 1000000;
static const int64_t GRACE_US = (int64_t)5 * 60 * 1000000;
static const int64_t WARM_MAX_US = (int64_t)31 * 86400 * 1000000;

struct testing {
    const struct backtest *b;
    struct past past;
    struct ctx own;  /* emptied for every event */
    struct ctx kept; /* a walk gives the memory of its caller back: what is found has its own */
    struct sigma_engine *engine;
    struct near *near; /* NULL: not asked */
    const struct tz *zone;
    struct picture_state state;
    struct text items;
    int64_t events, hits, late;
    bool counting, whole; /* counting: no longer before `from` */
    int64_t first_day, last_day;
    uint32_t *days; /* hits of each day from the first */
    int64_t *shown; /* numbers of events */
    size_t shown_count;
};

/* ---- what is found --------------------------------------------------------------------------- */

static struct wall local_of(const struct testing *t, struct wall when)
{
    return t->zone ? tz_local(t->zone, when) : when;
}

static void note_shown(void *arg, int64_t seq)
{
    struct testing *t = arg;
    for (size_t i = 0; i < t->shown_count; i++)
        if (t->shown[i] == seq)
            return;
    if (t->shown_count < EVENTS_SHOWN_MAX)
        t->shown[t->shown_count++] = seq;
}

static void note_day(struct testing *t, const struct sigma_hit *hit)
{
    int64_t day = tz_day(local_of(t, hit->time));
    day = day < t->first_day ? t->first_day : day > t->last_day ? t->last_day : day;
    t->days[day - t->first_day]++;
}

static void on_hit(void *arg, const struct sigma_hit *hit)
{
    struct testing *t = arg;
    if (!t->counting)
        return;
    if (t->near)
        near_note_hit(t->near, hit);
    if (sigma_set_rule(t->b->set, hit->rule)->relaxed.what != SIGMA_WHOLE)
        return;
    t->late += hit->late;
    note_day(t, hit);
    if (t->hits++ >= TRIPWIRE_HITS_SHOWN_MAX)
        return;
    text_put(&t->items, t->hits > 1 ? STR(",") : STR(""));
    hit_put(&t->items, t->b->set, hit);
    for (size_t i = 0; i < hit->event_count && i < TRIPWIRE_HIT_EVENTS_MAX; i++) {
        int64_t seq;
        if (str_to_i64(hit->events[i], &seq))
            note_shown(t, seq);
    }
}

static enum sigma_truth on_state(void *arg, struct str name, struct str thing, double *ret_number)
{
    struct testing *t = arg;
    (void)ret_number;
    return picture_state(&t->state, name, thing);
}

/* ---- the walk -------------------------------------------------------------------------------- */

static rc feed(struct testing *t, const struct event *event)
{
    struct seeing seeing = {t->b->set, t->b->picture, t->zone};
    struct sigma_event seen;
    t->state = (struct picture_state){&t->own, t->b->picture, event->occurred};
    for (size_t part = 0; part < taxonomy_parts(event); part++) {
        TRY(taxonomy_event(&t->own, &seeing, event, part, &seen));
        if (t->near && t->counting)
            TRY(near_note_event(&t->own, t->near, &seen, event->seq));
        TRY(sigma_feed(&t->own, t->engine, &seen));
    }
    return OK;
}

static rc take(struct ctx *c, void *arg, const struct ledger_event *entry, bool *stop)
{
    struct testing *t = arg;
    struct event event;
    arena_reset(t->own.arena);
    if (t->b->until.us && entry->received.us >= t->b->until.us) {
        *stop = true;
        return OK;
    }
    t->counting = t->counting || entry->received.us >= t->b->from.us;
    if (str_is(entry->kind, deadline_passed_kind.name))
        return sigma_advance(c, t->engine, entry->occurred);
    rc result = event_read_for(c, t->past.picture, t->past.actor, entry, &event);
    if (result.code == RC_NOT_FOUND) /* not for this reader */
        return OK;
    TRY(result);
    if (taxonomy_hidden(&event))
        return OK;
    t->events += t->counting;
    *stop = t->b->events_max && t->events >= t->b->events_max;
    t->whole = !*stop;
    result = feed(t, &event);
    if (!rc_ok(result))
        c->fault = t->own.fault;
    return result;
}

/* As far back as the rules look. */
static int64_t warm_up(const struct sigma_set *set)
{
    int64_t longest = 0;
    for (size_t i = 0; i < sigma_set_count(set); i++) {
        int64_t span = sigma_set_rule(set, i)->span_us;
        longest = span > longest ? span : longest;
    }
    return longest < WARM_MAX_US ? longest : WARM_MAX_US;
}

static struct wall end_of(const struct ctx *c, const struct backtest *b)
{
    struct wall now = clock_now(c);
    return b->until.us && b->until.us < now.us ? b->until : now;
}

static rc run(struct ctx *c, struct testing *t)
{
    struct ledger_walk walk = {.limit = INT64_MAX, .seal_key = t->b->seal_key};
    struct store *store = picture_store(t->b->picture);
    struct wall begin = {t->b->from.us - warm_up(t->b->set)};
    TRY(ledger_first_since(c, store, begin, &walk.from));
    TRY(ledger_walk(c, store, &walk, take, t));
    t->counting = true;
    return sigma_advance(c, t->engine, end_of(c, t->b));
}

/* ---- writing it out -------------------------------------------------------------------------- */

static void put_profile(struct text *out, const struct testing *t)
{
    const struct sigma_set *set = t->b->set;
    bool any = false;
    for (uint32_t i = 0; i < sigma_set_count(set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(set, i);
        struct sigma_cost cost = sigma_rule_cost(t->engine, i);
        if (cost.looked == 0 || rule->relaxed.what != SIGMA_WHOLE)
            continue;
        text_put(out, any ? STR(",") : STR(""));
        hit_put_cost(out, rule, &cost);
        any = true;
    }
}

/* Days of the mission's calendar that had hits. */
static void put_days(struct text *out, const struct testing *t)
{
    bool any = false;
    for (int64_t day = t->first_day; day <= t->last_day; day++) {
        char written[WALL_TEXT_MAX];
        size_t len = wall_format((struct wall){day * 86400 * 1000000}, written);
        if (!t->days[day - t->first_day])
            continue;
        text_printf(out, "%s{\"day\":\"%.*s\",\"hits\":%u}", any ? "," : "", len < 10 ? 0 : 10,
                    written, t->days[day - t->first_day]);
        any = true;
    }
}

static rc put_shown(struct ctx *c, struct text *out, const struct testing *t)
{
    for (size_t i = 0; i < t->shown_count; i++) {
        struct event event;
        TRY(past_event(c, &t->past, t->shown[i], &event));
        text_printf(out, "%s\"%" PRId64 "\":", i ? "," : "", t->shown[i]);
        past_put(out, &event);
    }
    return OK;
}

static rc put_all(struct ctx *c, struct testing *t, int64_t took_us, struct text *out)
{
    struct str found;
    if (!rc_ok(text_done(&t->items, &found))) {
        c->fault = t->kept.fault;
        return fault_again(c);
    }
    text_put(out, STR("{\"from\":\""));
    text_put_wall(out, t->b->from);
    text_put(out, STR("\",\"until\":\""));
    text_put_wall(out, end_of(c, t->b));
    text_printf(out,
                "\",\"events\":%" PRId64 ",\"whole\":%s,\"hits\":%" PRId64 ",\"late\":%" PRId64
                ",\"us\":%" PRId64 ",\"days\":[",
                t->events, t->whole ? "true" : "false", t->hits, t->late, took_us);
    put_days(out, t);
    text_put(out, STR("],\"items\":["));
    text_put(out, found);
    text_put(out, STR("],\"by_rule\":["));
    put_profile(out, t);
    text_put_char(out, ']');
    if (t->near)
        TRY(near_put(c, t->near, &t->past, t->engine, note_shown, t, out));
    text_put(out, STR(",\"seen\":{"));
    TRY(put_shown(c, out, t));
    text_put(out, STR("}}"));
    return OK;
}

static rc open_testing(struct ctx *c, struct testing *t)
{
    struct ctx *kept = &t->kept;
    struct sigma_engine_options options = {.lateness_us = LATENESS_US,
                                           .grace_us = GRACE_US,
                                           .bytes_max = (size_t)256 << 20,
                                           .arg = t,
                                           .hit = on_hit,
                                           .state = on_state};
    *kept = (struct ctx){.arena = arena_open(8 * OUTPUT_MAX), .clock = c->clock};
    t->own = (struct ctx){.arena = arena_open(EVENT_MEMORY_MAX), .clock = c->clock};
    if (!t->own.arena || !kept->arena)
        FAIL(c, NO_MEMORY, "no memory for a backtest");
    text_init(&t->items, kept, OUTPUT_MAX);
    TRY(taxonomy_zone(kept, t->b->picture, &t->zone));
    t->first_day = tz_day(local_of(t, t->b->from));
    t->last_day = tz_day(local_of(t, end_of(c, t->b)));
    if (t->last_day < t->first_day || t->last_day - t->first_day > DAYS_MAX)
        FAIL(c, INVALID, "from one time to a later one, at most %d days", DAYS_MAX);
    NEW(kept, t->days, (size_t)(t->last_day - t->first_day) + 1);
    NEW(kept, t->shown, EVENTS_SHOWN_MAX);
    if (t->b->nearest)
        TRY(near_open(kept, t->b->set, &t->near));
    return sigma_engine_open(c, t->b->set, &options, &t->engine);
}

rc tripwire_backtest(struct ctx *c, const struct backtest *b, struct text *out)
{
    struct testing t = {.b = b, .past = {b->picture, b->seal_key, b->actor}, .whole = true};
    int64_t began_us = clock_mono(c).us;
    rc result = open_testing(c, &t);
    if (rc_ok(result))
        result = run(c, &t);
    if (rc_ok(result))
        result = put_all(c, &t, clock_mono(c).us - began_us, out);
    if (!rc_ok(result) && c->fault.code != result.code)
        c->fault = t.kept.fault;
    near_close(t.near);
    sigma_engine_close(t.engine);
    arena_close(t.own.arena);
    arena_close(t.kept.arena);
    return result;
}
