/* The engine over the ledger: a follower, which sees every event in order. The windows are kept in
 * the vault with the number of the next event, in one transaction. After a restart or a failure the
 * engine goes on from there; it is a function of the events, so what is found is the same; and
 * because the id of a hit follows from what made it, what is found twice is recorded once.
 *
 * Nothing here decides by the clock. What waits for a moment (an absence, the end of a window) has
 * a deadline of the ledger, and that it has passed is an event like any other.
 *
 * Rules change by events too: at each, the set is made anew, and the windows of what did not change
 * are carried over. */
#include "domain/tripwire/tripwire_own.h"

#include "core/follower.h"
#include "core/system.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    WORK_MEMORY_MAX = 256 << 20,
    WINDOWS_MAX = STATE_PARTS_MAX << 20,
    KEEP_EVENTS = 2000, /* windows are kept after so many events, and one more for each KiB … */
    HOT_START_MAX = 100000,
};
static const int64_t KEEP_US = (int64_t)60 * 1000000; /* … or after so long */
static const int64_t LATENESS_US = (int64_t)24 * 3600 * 1000000;
static const int64_t GRACE_US = (int64_t)5 * 60 * 1000000;
static const int64_t SECOND_US = 1000000;

struct tripwires {
    struct core *core;
    struct follower *follower;
    struct picture *picture; /* of this turn */
    struct ctx work;         /* emptied for every event */
    struct ctx lasting;      /* the rules */
    struct live_rules rules;
    struct sigma_set *set;
    struct sigma_engine *engine;
    const struct tz *zone; /* of the mission; NULL: not known */
    struct picture_state state;
    int64_t position; /* the next event to be seen */
    int64_t armed_us; /* the deadline that is set, 0: none */
    int64_t kept, kept_us;
    bool changed; /* a rule, since they were kept */
    rc failed;    /* a hit could not be asked for */
    int64_t feed_us;
    struct sigma_counters gone; /* of engines before this one */
    int64_t dropped;            /* hits that cannot be written for what they are */
    struct str wake_id;
};

/* ---- hits ------------------------------------------------------------------------------------ */

static rc ask_for_hit(struct tripwires *t, const struct sigma_hit *found)
{
    struct tripwire_hit hit = {0};
    TRY(hit_body(&t->work, t->picture, t->set, &t->rules, found, &hit));
    return follower_ask(&t->work, t->follower,
                        &(struct follower_ask){.decision = "tripwire.note-hit",
                                               .input = &hit,
                                               .occurred = found->time,
                                               .drill = hit.drill,
                                               .alarm = true});
}

/* One that cannot be written is counted; what else fails may help when it is found again. */
static void on_hit(void *arg, const struct sigma_hit *hit)
{
    struct tripwires *t = arg;
    struct arena_mark mark = arena_mark(t->work.arena);
    rc result = ask_for_hit(t, hit);
    arena_return(t->work.arena, mark);
    if (result.code == RC_INVALID || result.code == RC_TOO_LARGE)
        t->dropped++;
    else if (!rc_ok(result))
        t->failed = result;
}

static enum sigma_truth on_state(void *arg, struct str name, struct str thing, double *ret_number)
{
    struct tripwires *t = arg;
    (void)ret_number;
    return picture_state(&t->state, name, thing);
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* Of this engine and of those before it; keys and bytes are of this one. */
static struct sigma_counters count_all(const struct tripwires *t)
{
    struct sigma_counters sum = sigma_count(t->engine);
    sum.events += t->gone.events;
    sum.matches += t->gone.matches;
    sum.hits += t->gone.hits;
    sum.late += t->gone.late;
    sum.too_late += t->gone.too_late;
    sum.untimed += t->gone.untimed;
    sum.keys_refused += t->gone.keys_refused;
    sum.keys_evicted += t->gone.keys_evicted;
    sum.events_dropped += t->gone.events_dropped;
    sum.regex_given_up += t->gone.regex_given_up;
    return sum;
}

static void close_engine(struct tripwires *t)
{
    if (t->engine)
        t->gone = count_all(t);
    sigma_engine_close(t->engine);
    sigma_set_close(t->set);
    t->engine = NULL;
    t->set = NULL;
}

/* The set that is active at the present position, with an empty engine. */
static rc open_engine(struct tripwires *t)
{
    struct sigma_engine_options options = {
        .lateness_us = LATENESS_US,
        .grace_us = GRACE_US,
        .bytes_max = WINDOWS_MAX,
        .arg = t,
        .hit = on_hit,
        .state = on_state,
    };
    struct ctx *c = &t->lasting;
    arena_reset(c->arena);
    TRY(tripwire_wake_id(c, &t->wake_id));
    TRY(taxonomy_zone(c, t->picture, &t->zone));
    TRY(rules_at(c, t->picture, core_catalog(t->core), t->position, &t->rules));
    TRY(rules_set(c, &t->rules, &t->set));
    return sigma_engine_open(c, t->set, &options, &t->engine);
}

/* Rules have changed: the windows of the others go on. */
static rc change_rules(struct tripwires *t)
{
    struct str windows;
    TRY(sigma_save(&t->work, t->engine, &windows));
    close_engine(t);
    rc result = open_engine(t);
    if (!rc_ok(result)) {
        t->work.fault = t->lasting.fault;
        return result;
    }
    return sigma_load(&t->work, t->engine, windows);
}

/* ---- one event ------------------------------------------------------------------------------- */

static rc take_deadline(struct tripwires *t, const struct event *event)
{
    struct str id = event->record, noun;
    str_split(&id, '/', &noun);
    if (!str_eq(id, t->wake_id))
        return OK;
    if (event->kind == &deadline_set_kind) {
        t->armed_us = ((const struct deadline *)event->body)->due.us;
        return OK;
    }
    t->armed_us = 0;
    return event->kind == &deadline_passed_kind
               ? sigma_advance(&t->work, t->engine, event->occurred)
               : OK;
}

static rc take_event(struct tripwires *t, const struct event *event)
{
    struct sigma_event seen;
    struct seeing seeing = {t->set, t->picture, t->zone};
    struct str name = str_from(event->kind->name);
    t->position = event->seq + 1;
    if (str_starts(name, "deadline."))
        return take_deadline(t, event);
    if (!taxonomy_hidden(event) && sigma_set_count(t->set) > 0) {
        t->state = (struct picture_state){&t->work, t->picture, event->occurred};
        for (size_t part = 0; part < taxonomy_parts(event); part++) {
            TRY(taxonomy_event(&t->work, &seeing, event, part, &seen));
            TRY(sigma_feed(&t->work, t->engine, &seen));
        }
    }
    if (event->kind->body == &tripwire_shape || str_is(name, "tripwire.retired") ||
        str_starts(name, "mission.")) /* its zone may be another now */
        return change_rules(t);
    return OK;
}

static rc take(struct ctx *c, void *arg, struct picture *picture, const struct event *event)
{
    struct tripwires *t = arg;
    int64_t began_us = clock_mono(c).us;
    t->picture = picture;
    arena_reset(t->work.arena);
    rc result = take_event(t, event);
    if (rc_ok(result))
        result = t->failed;
    c->fault = t->work.fault;
    t->changed = t->changed || event->kind->body == &tripwire_shape;
    t->feed_us += clock_mono(c).us - began_us;
    return result;
}

/* ---- waking and keeping ---------------------------------------------------------------------- */

/* Ask to be woken when the next thing that waits is to be decided. */
static rc arm(struct ctx *c, struct tripwires *t)
{
    int64_t next_us = sigma_next_due(t->engine).us;
    if (next_us == INT64_MAX)
        return OK;
    struct tripwire_wait wait = {.due = {(next_us / SECOND_US + 1) * SECOND_US}};
    if (t->armed_us && t->armed_us <= wait.due.us)
        return OK;
    t->armed_us = wait.due.us;
    return follower_ask(
        c, t->follower,
        &(struct follower_ask){.decision = "tripwire.wait", .input = &wait, .alarm = true});
}

/* What is counted, for the status route: by rule, and of all. */
static rc put_counts(struct ctx *c, struct tripwires *t, struct str *ret)
{
    struct sigma_counters all = count_all(t);
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {
        {"rules", t->rules.count},
        {"events", all.events},
        {"matches", all.matches},
        {"hits", all.hits},
        {"late", all.late},
        {"too_late", all.too_late},
        {"untimed", all.untimed},
        {"keys", all.keys},
        {"keys_refused", all.keys_refused},
        {"keys_evicted", all.keys_evicted},
        {"events_dropped", all.events_dropped},
        {"regex_given_up", all.regex_given_up},
        {"bytes", all.bytes},
        {"hits_refused", (uint64_t)(t->dropped + follower_counts(t->follower).refused)},
        {"feed_us", (uint64_t)t->feed_us},
    };
    struct text out;
    text_init(&out, c, 8 << 20);
    text_put_char(&out, '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        text_printf(&out, "\"%s\":%" PRIu64 ",", counts[i].name, counts[i].count);
    text_put(&out, STR("\"by_rule\":["));
    for (uint32_t i = 0; i < sigma_set_count(t->set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(t->set, i);
        struct sigma_cost cost = sigma_rule_cost(t->engine, i);
        text_put(&out, i ? STR(",") : STR(""));
        hit_put_cost(&out, rule, &cost);
    }
    text_put(&out, STR("]}"));
    return text_done(&out, ret);
}

static rc make_state(struct ctx *c, struct tripwires *t, struct tripwire_state *state)
{
    struct str windows;
    TRY(sigma_save(c, t->engine, &windows));
    size_t count = (windows.len + STATE_PART_MAX - 1) / STATE_PART_MAX;
    NEW(c, state->parts.items, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct tripwire_part *part = &state->parts.items[i];
        TRY(str_format(c, &part->id, "%zu", i));
        part->bytes = str_sub(windows, i * STATE_PART_MAX, STATE_PART_MAX);
    }
    state->parts.count = count;
    state->stand = (struct tripwire_stand){
        .id = STR("stand"), .position = t->position, .parts = (int64_t)count};
    return put_counts(c, t, &state->stand.counts);
}

static bool is_keeping_time(const struct tripwires *t)
{
    if (t->position == t->kept)
        return false;
    int64_t kib = (int64_t)(sigma_count(t->engine).bytes >> 10);
    return t->changed || t->position - t->kept >= KEEP_EVENTS + kib ||
           clock_now(&t->work).us - t->kept_us >= KEEP_US;
}

/* The windows are not kept while a hit is missing. */
static rc keep(struct ctx *c, struct tripwires *t)
{
    struct tripwire_state state = {0};
    TRY(follower_answers(t->follower));
    TRY(make_state(c, t, &state));
    t->kept = t->position;
    t->kept_us = clock_now(c).us;
    t->changed = false;
    return follower_ask(
        c, t->follower,
        &(struct follower_ask){.decision = "tripwire.keep", .input = &state, .alarm = true});
}

static rc rest(struct ctx *c, void *arg, struct picture *picture, int64_t position)
{
    struct tripwires *t = arg;
    t->picture = picture;
    t->position = position;
    TRY(arm(c, t));
    return is_keeping_time(t) ? keep(c, t) : OK;
}

/* ---- beginning ------------------------------------------------------------------------------- */

static rc read_windows(struct ctx *c, struct tripwires *t, const struct tripwire_stand *stand,
                       struct str *ret)
{
    struct text all;
    text_init(&all, c, WINDOWS_MAX);
    for (int64_t i = 0; i < stand->parts; i++) {
        struct tripwire_part part = {0};
        struct str id;
        TRY(str_format(c, &id, "%lld", (long long)i));
        TRY(picture_get(c, t->picture, &tripwire_part_shape, id, NULL, &part));
        text_put(&all, part.bytes);
    }
    return text_done(&all, ret);
}

/* Where nothing is kept: at the first rule that is active, at most so far back. */
static rc first_position(struct ctx *c, struct tripwires *t, int64_t size, int64_t *ret)
{
    struct query query = {.filter_count = 1,
                          .filters = {{STR("status"), FILTER_EQ, STR("active")}},
                          .limit = QUERY_LIMIT_MAX};
    struct page page;
    *ret = size;
    do {
        TRY(picture_list(c, t->picture, &tripwire_shape, &query, &page));
        for (size_t i = 0; i < page.count; i++)
            *ret = page.rows[i].seq < *ret ? page.rows[i].seq : *ret;
        query.after = page.after;
    } while (!str_absent(page.after));
    *ret = *ret < size - HOT_START_MAX ? size - HOT_START_MAX : *ret;
    return OK;
}

static rc load_kept(struct ctx *c, struct tripwires *t)
{
    struct tripwire_stand stand = {0};
    struct str windows;
    struct deadline deadline = {0};
    int64_t size = core_size(t->core);
    rc found = picture_get(c, t->picture, &tripwire_stand_shape, STR("stand"), NULL, &stand);
    if (found.code != RC_NOT_FOUND)
        TRY(found);
    bool have = rc_ok(found) && stand.position <= size;
    t->position = stand.position;
    if (!have)
        TRY(first_position(c, t, size, &t->position));
    TRY(open_engine(t));
    t->armed_us = 0;
    rc armed = picture_get(c, t->picture, &deadline_shape, t->wake_id, NULL, &deadline);
    if (rc_ok(armed))
        t->armed_us = deadline.due.us;
    t->kept = have ? t->position : -1;
    if (!have)
        return OK;
    rc result = read_windows(c, t, &stand, &windows);
    if (rc_ok(result))
        result = sigma_load(c, t->engine, windows);
    if (rc_ok(result) || (result.code != RC_CORRUPT && result.code != RC_NOT_FOUND))
        return result;
    /* the windows are damaged: a part of the ledger is seen again instead */
    close_engine(t);
    t->position = size > HOT_START_MAX ? size - HOT_START_MAX : 0;
    return open_engine(t);
}

/* From what was kept. */
static rc begin(struct ctx *c, void *arg, struct picture *picture, int64_t *position)
{
    struct tripwires *t = arg;
    t->picture = picture;
    t->failed = OK;
    t->changed = false;
    t->kept_us = clock_now(c).us;
    close_engine(t);
    TRY(load_kept(c, t));
    *position = t->position;
    return OK;
}

/* ---- opening --------------------------------------------------------------------------------- */

static rc open_parts(struct ctx *c, struct tripwires *t)
{
    const struct follower_options options = {
        .name = "tripwires", .arg = t, .begin = begin, .take = take, .rest = rest};
    if (!t->work.arena || !t->lasting.arena)
        FAIL(c, NO_MEMORY, "no memory for the tripwires");
    return follower_open(c, t->core, &options, &t->follower);
}

rc tripwires_open(struct ctx *c, struct core *core, struct tripwires **ret)
{
    struct tripwires *t = calloc(1, sizeof *t);
    if (!t)
        FAIL(c, NO_MEMORY, "no memory for the tripwires");
    t->core = core;
    t->work = (struct ctx){.arena = arena_open(WORK_MEMORY_MAX), .clock = c->clock};
    t->lasting = (struct ctx){.arena = arena_open(WORK_MEMORY_MAX), .clock = c->clock};
    rc result = open_parts(c, t);
    if (rc_ok(result))
        *ret = t;
    else
        tripwires_close(t);
    return result;
}

void tripwires_close(struct tripwires *t)
{
    if (!t)
        return;
    follower_close(t->follower);
    close_engine(t);
    arena_close(t->work.arena);
    arena_close(t->lasting.arena);
    free(t);
}
