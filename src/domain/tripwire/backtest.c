/* "What would the last ninety days have done": the same engine over the ledger, with nobody told.
 */
#include "domain/tripwire/tripwire_own.h"

#include "core/catalog.h"
#include "core/own.h"

#include <inttypes.h>

enum { EVENT_MEMORY_MAX = 64 << 20, OUTPUT_MAX = 8 << 20 };
static const int64_t LATENESS_US = (int64_t)24 * 3600 * 1000000;
static const int64_t GRACE_US = (int64_t)5 * 60 * 1000000;

struct testing {
    const struct backtest *b;
    struct ctx own; /* emptied for every event */
    struct sigma_engine *engine;
    struct picture_state state;
    struct text *out;
    int64_t events, hits, late;
    struct wall last;
};

static void on_hit(void *arg, const struct sigma_hit *hit)
{
    struct testing *t = arg;
    t->late += hit->late;
    if (t->hits++ >= TRIPWIRE_HITS_SHOWN_MAX)
        return;
    text_put(t->out, t->hits > 1 ? STR(",") : STR(""));
    hit_put(t->out, t->b->set, hit);
}

static enum sigma_truth on_state(void *arg, struct str name, struct str thing, double *ret_number)
{
    struct testing *t = arg;
    (void)ret_number;
    return picture_state(&t->state, name, thing);
}

static bool may_see(const struct testing *t, const struct event *event)
{
    const struct actor *actor = t->b->actor;
    return !actor || (actor_may(actor, event->kind->read) && actor_may_read(actor, event->label));
}

static rc take(struct ctx *c, void *arg, const struct ledger_event *entry, bool *stop)
{
    struct testing *t = arg;
    struct event event;
    struct sigma_event seen;
    arena_reset(t->own.arena);
    if (!catalog_event(t->b->catalog, entry->kind))
        return OK;
    TRY(event_read(c, t->b->catalog, entry, &event));
    if (event.kind == &deadline_passed_kind)
        return sigma_advance(c, t->engine, event.occurred);
    if (taxonomy_hidden(&event) || !may_see(t, &event))
        return OK;
    t->state = (struct picture_state){&t->own, t->b->picture, event.occurred};
    t->events++;
    *stop = t->b->events_max && t->events >= t->b->events_max;
    for (size_t part = 0; part < taxonomy_parts(&event); part++) {
        rc result = taxonomy_event(&t->own, t->b->set, t->b->picture, &event, part, &seen);
        if (rc_ok(result))
            result = sigma_feed(&t->own, t->engine, &seen);
        if (!rc_ok(result)) {
            c->fault = t->own.fault;
            return result;
        }
    }
    return OK;
}

static rc received_at(struct ctx *c, struct store *store, int64_t seq, struct wall *ret)
{
    struct ledger_event event;
    struct str entry;
    struct arena_mark mark = arena_mark(c->arena);
    TRY(ledger_entry(c, store, seq, &entry));
    TRY(ledger_decode(c, store, NULL, entry, &event));
    *ret = event.received;
    arena_return(c->arena, mark);
    return OK;
}

/* The number of events in the ledger; `received` does not go back but with the clock itself. */
static rc find_size(struct ctx *c, struct store *store, int64_t *ret)
{
    struct str note, line, rest;
    TRY(ledger_checkpoint(c, store, &note));
    rest = note;
    if (!str_split(&rest, '\n', &line) || !str_split(&rest, '\n', &line) || !str_to_i64(line, ret))
        FAIL(c, CORRUPT, "the last checkpoint has no size");
    return OK;
}

static rc find_first(struct ctx *c, struct store *store, struct wall from, int64_t *ret)
{
    int64_t low = 0, high = 0;
    TRY(find_size(c, store, &high));
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        struct wall received;
        TRY(received_at(c, store, middle, &received));
        if (received.us < from.us)
            low = middle + 1;
        else
            high = middle;
    }
    *ret = low;
    return OK;
}

static rc run(struct ctx *c, struct testing *t)
{
    struct ledger_walk walk = {.limit = INT64_MAX, .seal_key = t->b->seal_key};
    struct store *store = picture_store(t->b->picture);
    TRY(find_first(c, store, t->b->from, &walk.from));
    TRY(ledger_walk(c, store, &walk, take, t));
    return sigma_advance(c, t->engine, clock_now(c));
}

static void put_profile(struct text *out, const struct testing *t)
{
    const struct sigma_set *set = t->b->set;
    bool any = false;
    for (uint32_t i = 0; i < sigma_set_count(set); i++) {
        uint64_t matches = 0, hits = 0;
        sigma_rule_count(t->engine, i, &matches, &hits);
        if (matches == 0)
            continue;
        text_put(out, any ? STR(",{\"tripwire\":") : STR("{\"tripwire\":"));
        text_put_json(out, sigma_set_rule(set, i)->file);
        text_put(out, STR(",\"rule\":"));
        text_put_json(out, sigma_set_rule(set, i)->label);
        text_printf(out, ",\"matches\":%" PRIu64 ",\"hits\":%" PRIu64 "}", matches, hits);
        any = true;
    }
}

rc tripwire_backtest(struct ctx *c, const struct backtest *backtest, struct text *out)
{
    struct text items;
    struct testing t = {.b = backtest, .out = &items};
    struct sigma_engine_options options = {.lateness_us = LATENESS_US,
                                           .grace_us = GRACE_US,
                                           .bytes_max = (size_t)256 << 20,
                                           .arg = &t,
                                           .hit = on_hit,
                                           .state = on_state};
    struct str found;
    int64_t began_us = clock_mono(c).us;
    /* a walk gives the memory of c back: what is found has its own */
    struct ctx kept = {.arena = arena_open(2 * OUTPUT_MAX), .clock = c->clock};
    t.own = (struct ctx){.arena = arena_open(EVENT_MEMORY_MAX), .clock = c->clock};
    text_init(&items, &kept, OUTPUT_MAX);
    rc result = t.own.arena && kept.arena
                    ? sigma_engine_open(c, backtest->set, &options, &t.engine)
                    : fault_raise(c, RC_NO_MEMORY, __FILE__, __LINE__, "no memory for a backtest");
    if (rc_ok(result))
        result = run(c, &t);
    if (rc_ok(result)) {
        result = text_done(&items, &found);
        if (!rc_ok(result))
            c->fault = kept.fault;
    }
    if (rc_ok(result)) {
        text_printf(out,
                    "{\"events\":%" PRId64 ",\"hits\":%" PRId64 ",\"late\":%" PRId64
                    ",\"us\":%" PRId64 ",\"items\":[",
                    t.events, t.hits, t.late, clock_mono(c).us - began_us);
        text_put(out, found);
        text_put(out, STR("],\"by_rule\":["));
        put_profile(out, &t);
        text_put(out, STR("]}"));
    }
    sigma_engine_close(t.engine);
    arena_close(t.own.arena);
    arena_close(kept.arena);
    return result;
}
