/* The engine over the ledger. It runs on the writer's thread, behind each commit, and sees every
 * event once, in order: live events as they are told, and, after a restart, those since the windows
 * were last kept from the ledger. Both ways are one function of the same events, so what is found
 * is the same; and because the id of a hit follows from what made it, what is found twice is
 * recorded once.
 *
 * Nothing here decides by the clock. What waits for a moment (an absence, the end of a window) has
 * a deadline of the ledger, and that it has passed is an event like any other.
 *
 * Rules change by events too: at each, the set is made anew, and the windows of what did not change
 * are carried over. */
#include "domain/tripwire/tripwire_own.h"

#include "core/own.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    WORK_MEMORY_MAX = 256 << 20,
    HIT_MEMORY_MAX = 16 << 20,
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
    struct reader reader;
    struct ctx work;    /* emptied for every event */
    struct ctx lasting; /* the rules */
    struct live_rules rules;
    struct sigma_set *set;
    struct sigma_engine *engine;
    const struct tz *zone; /* of the mission; NULL: not known */
    struct picture_state state;
    int64_t position; /* the next event to be seen */
    int64_t armed_us; /* the deadline that is set, 0: none */
    int64_t kept, kept_us;
    int64_t waiting; /* hits that the writer has not answered */
    int64_t feed_us;
    struct sigma_counters gone; /* of engines before this one */
    bool lost;                  /* begin again from what was kept */
    bool keeping;
    int64_t dropped; /* hits that the writer refused for what they are */
    struct str wake_id;
    struct job *jobs; /* not answered yet */
};

/* ---- asking the writer ----------------------------------------------------------------------- */

/* A command with memory of its own, which lives until it is answered. */
struct job {
    struct command command;
    struct job *next, **at;
    struct tripwires *t;
    struct ctx c;
    union {
        struct tripwire_hit hit;
        struct tripwire_state state;
        struct tripwire_wait wait;
    };
};

static struct job *job_open(struct tripwires *t, size_t memory)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->t = t;
    job->c = (struct ctx){.arena = arena_open(memory), .clock = t->work.clock};
    if (!job->c.arena) {
        free(job);
        return NULL;
    }
    job->next = t->jobs;
    job->at = &t->jobs;
    if (t->jobs)
        t->jobs->at = &job->next;
    t->jobs = job;
    return job;
}

static void job_close(struct job *job)
{
    if (!job)
        return;
    *job->at = job->next;
    if (job->next)
        job->next->at = job->at;
    arena_close(job->c.arena);
    free(job);
}

static bool job_send(struct job *job, const char *decision, const void *input,
                     void (*done)(struct command *))
{
    job->command.decision = catalog_decision(core_catalog(job->t->core), str_from(decision));
    job->command.input = input;
    job->command.actor = actor_system;
    job->command.cause = -1;
    job->command.expect_seq = -1;
    job->command.alarm = true; /* what was found does not wait for what is asked */
    job->command.done = done;
    job->command.arg = job;
    if (rc_ok(core_submit(&job->c, job->t->core, &job->command)))
        return true;
    job_close(job);
    return false;
}

/* ---- hits ------------------------------------------------------------------------------------ */

/* A hit that was not recorded: found again when that may help, else counted. */
static void note_failure(struct tripwires *t, rc result)
{
    if (result.code == RC_INVALID || result.code == RC_TOO_LARGE)
        t->dropped++;
    else
        t->lost = true;
}

static void hit_done(struct command *command)
{
    struct job *job = command->arg;
    job->t->waiting--;
    if (!rc_ok(command->result))
        note_failure(job->t, command->result);
    job_close(job);
}

/* What cannot be asked for now (memory is out, the program ends) is found again from what was kept:
 * the windows are not kept while a hit is missing. */
static void on_hit(void *arg, const struct sigma_hit *hit)
{
    struct tripwires *t = arg;
    struct job *job = job_open(t, HIT_MEMORY_MAX);
    rc result = job ? hit_body(&job->c, t->reader.store, t->set, &t->rules, hit, &job->hit)
                    : (rc){RC_NO_MEMORY};
    if (!rc_ok(result)) {
        note_failure(t, result);
        job_close(job);
        return;
    }
    job->command.drill = job->hit.drill;
    job->command.occurred = hit->time;
    t->waiting++;
    if (!job_send(job, "tripwire.note-hit", &job->hit, hit_done)) {
        t->waiting--;
        t->lost = true;
    }
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
    TRY(taxonomy_zone(c, t->reader.picture, &t->zone));
    TRY(rules_at(c, t->reader.picture, core_catalog(t->core), t->position, &t->rules));
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
    struct seeing seeing = {t->set, t->reader.picture, t->zone};
    struct str name = str_from(event->kind->name);
    t->position = event->seq + 1;
    if (str_starts(name, "deadline."))
        return take_deadline(t, event);
    if (!taxonomy_hidden(event) && sigma_set_count(t->set) > 0) {
        t->state = (struct picture_state){&t->work, t->reader.picture, event->occurred};
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

static rc take_entry(struct ctx *c, void *arg, const struct ledger_event *entry, bool *stop)
{
    struct tripwires *t = arg;
    struct event event;
    (void)stop;
    arena_reset(t->work.arena);
    if (!catalog_event(core_catalog(t->core), entry->kind)) {
        t->position = entry->seq + 1; /* of a module that this program does not have */
        return OK;
    }
    TRY(event_read(c, core_catalog(t->core), entry, &event));
    rc result = take_event(t, &event);
    if (!rc_ok(result))
        c->fault = t->work.fault;
    return result;
}

/* See what was committed before `until` and not seen yet. */
static rc catch_up(struct ctx *c, struct tripwires *t, int64_t until)
{
    struct ledger_walk walk = {
        .from = t->position,
        .limit = until - t->position,
        .seal_key = core_options(t->core)->ledger.seal_key,
    };
    return walk.limit > 0 ? ledger_walk(c, t->reader.store, &walk, take_entry, t) : OK;
}

/* ---- waking and keeping ---------------------------------------------------------------------- */

static void sent_done(struct command *command)
{
    struct job *job = command->arg;
    if (!rc_ok(command->result))
        job->t->armed_us = 0;
    job_close(job);
}

/* Ask to be woken when the next thing that waits is to be decided. */
static void arm(struct tripwires *t)
{
    int64_t next_us = sigma_next_due(t->engine).us;
    if (next_us == INT64_MAX)
        return;
    int64_t due_us = (next_us / SECOND_US + 1) * SECOND_US;
    if (t->armed_us && t->armed_us <= due_us)
        return;
    struct job *job = job_open(t, 1 << 16);
    if (!job)
        return; /* the next event asks again */
    job->wait.due.us = due_us;
    if (job_send(job, "tripwire.wait", &job->wait, sent_done))
        t->armed_us = due_us;
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
        {"hits_refused", (uint64_t)t->dropped},
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

static rc make_state(struct job *job)
{
    struct tripwires *t = job->t;
    struct ctx *c = &job->c;
    struct tripwire_state *state = &job->state;
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

static void keep_done(struct command *command)
{
    struct job *job = command->arg;
    job->t->keeping = false;
    if (rc_ok(command->result))
        job->t->kept = job->state.stand.position;
    job_close(job);
}

static void keep(struct tripwires *t)
{
    struct job *job = job_open(t, WORK_MEMORY_MAX);
    if (!job)
        return;
    bool made = rc_ok(make_state(job));
    if (!made) {
        job_close(job);
        return;
    }
    t->keeping = job_send(job, "tripwire.keep", &job->state, keep_done);
    t->kept_us = clock_now(&t->work).us;
}

static bool is_keeping_time(const struct tripwires *t, bool changed)
{
    if (t->keeping || t->waiting > 0 || t->lost || t->position == t->kept)
        return false;
    int64_t kib = (int64_t)(sigma_count(t->engine).bytes >> 10);
    return changed || t->position - t->kept >= KEEP_EVENTS + kib ||
           clock_now(&t->work).us - t->kept_us >= KEEP_US;
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
        TRY(picture_get(c, t->reader.picture, &tripwire_part_shape, id, NULL, &part));
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
        TRY(picture_list(c, t->reader.picture, &tripwire_shape, &query, &page));
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
    rc found = picture_get(c, t->reader.picture, &tripwire_stand_shape, STR("stand"), NULL, &stand);
    if (found.code != RC_NOT_FOUND)
        TRY(found);
    bool have = rc_ok(found) && stand.position <= size;
    t->position = stand.position;
    if (!have)
        TRY(first_position(c, t, size, &t->position));
    TRY(open_engine(t));
    t->armed_us = 0;
    rc armed = picture_get(c, t->reader.picture, &deadline_shape, t->wake_id, NULL, &deadline);
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

/* From what was kept to the end of the ledger. */
static rc begin(struct ctx *c, struct tripwires *t)
{
    struct arena_mark mark = arena_mark(c->arena);
    close_engine(t);
    t->lost = false;
    TRY(load_kept(c, t));
    arena_return(c->arena, mark);
    TRY(catch_up(c, t, core_size(t->core)));
    arm(t);
    return OK;
}

/* ---- what was committed ---------------------------------------------------------------------- */

static rc take_events(struct ctx *c, struct tripwires *t, size_t count,
                      const struct event *const *events, bool *ret_changed)
{
    if (t->lost || !t->engine)
        return begin(c, t);
    for (size_t i = 0; i < count; i++) {
        if (events[i]->seq < t->position)
            continue;
        TRY(catch_up(c, t, events[i]->seq));
        arena_reset(t->work.arena);
        rc result = take_event(t, events[i]);
        if (!rc_ok(result)) {
            c->fault = t->work.fault;
            return result;
        }
        *ret_changed = *ret_changed || events[i]->kind->body == &tripwire_shape;
    }
    return OK;
}

static void on_events(void *arg, size_t count, const struct event *const *events)
{
    struct tripwires *t = arg;
    struct ctx c = {.arena = arena_open(WORK_MEMORY_MAX), .clock = t->work.clock};
    int64_t began_us = clock_mono(&c).us;
    bool changed = false;
    if (!c.arena || !rc_ok(take_events(&c, t, count, events, &changed)))
        t->lost = true; /* with the next event it begins again */
    else
        arm(t);
    t->feed_us += clock_mono(&t->work).us - began_us;
    arena_close(c.arena);
    if (is_keeping_time(t, changed))
        keep(t);
}

rc tripwires_open(struct ctx *c, struct core *core, struct tripwires **ret)
{
    struct tripwires *t = calloc(1, sizeof *t);
    if (!t)
        FAIL(c, NO_MEMORY, "no memory for the tripwires");
    t->core = core;
    t->work = (struct ctx){.arena = arena_open(WORK_MEMORY_MAX), .clock = c->clock};
    t->lasting = (struct ctx){.arena = arena_open(WORK_MEMORY_MAX), .clock = c->clock};
    rc result = t->work.arena && t->lasting.arena
                    ? core_reader_open(c, core, &t->reader)
                    : fault_raise(c, RC_NO_MEMORY, __FILE__, __LINE__, "no memory for tripwires");
    if (rc_ok(result))
        result = begin(c, t);
    if (rc_ok(result))
        result = core_subscribe(c, core, on_events, t);
    if (!rc_ok(result)) {
        tripwires_close(t);
        return result;
    }
    t->kept_us = clock_now(c).us;
    *ret = t;
    return OK;
}

void tripwires_close(struct tripwires *t)
{
    if (!t)
        return;
    while (t->jobs)
        job_close(t->jobs);
    close_engine(t);
    core_reader_close(&t->reader);
    arena_close(t->work.arena);
    arena_close(t->lasting.arena);
    free(t);
}
