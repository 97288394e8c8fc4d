/* chancery demo: the day of a fictional mission, in a folder that goes when the program ends. */
#include "main/verbs.h"

#include "base/encode.h"
#include "base/log.h"
#include "base/random.h"
#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "domain/tripwire/tripwire.h"
#include "domain/watch/watch.h"
#include "main/content.h"
#include "main/demo_beat.h"
#include "main/demo_walk.h"
#include "main/script.h"
#include "main/serve.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEMO_FLAGS(F, T)                                                                         \
    COMMON_FLAGS(F, T)                                                                           \
    F(T, flag, _, fast, 0, 0, 0, "play the day without waiting, print what came of it, and end") \
    F(T, text, line, listen, 0, 1, 100, "address and port; 127.0.0.1:8022 when left out")        \
    F(T, i64, _, minutes, 0, 0, 1440, "how long the day takes; 12 when left out")                \
    F(T, flag, _, check_replies, 0, 0, 0, "compare every reply with its declared shape (tests)") \
    F(T, text, line, hits, 0, 1, 400, "append \"METHOD path status\" of each reply here (tests)")
SHAPE_DECLARE(demo_flags, DEMO_FLAGS);
SHAPE_DEFINE(demo_flags, DEMO_FLAGS, 1, "Flags of demo");

enum { DAY_SECONDS = 86400, DAY_MINUTES_DEFAULT = 12, BEAT_MS = 10000, WALK_SECOND = 5400 };

/* The fictional day begins at midnight of 23 November 2026. */
static const struct wall day_start = {1795392000000000};

struct demo {
    struct cli *cli;
    struct ctx *c;
    char path[64];
    struct folder folder;
    struct clock_manual clock; /* --fast: stands, and is moved from line to line */
    int64_t minutes;
    bool fast;
    int64_t second; /* of its day */
    struct core *core;
    struct str pulses; /* who is alive when (demo_beat.h) */
    struct demo_walk walk;
    rc result;  /* of what was done between the lines */
    bool ended; /* by a signal */
};

/* ---- setting up
 * ------------------------------------------------------------------------------------------ */

static rc make_folder(struct demo *d, const struct clock *clock)
{
    unsigned char noise[32];
    struct str secret;
    struct config config = {
        .mission = STR("norland-vael"),
        .origin = STR("chancery.example/norland-vael"),
        .store = CONFIG_STORE_SQLITE,
        .created = clock->wall(clock),
    };
    snprintf(d->path, sizeof d->path, "/tmp/chancery-demo-XXXXXX");
    if (!mkdtemp(d->path))
        FAIL(d->c, IO, "no folder could be made under /tmp");
    random_bytes(noise, sizeof noise);
    TRY(encode_bytes(d->c, ENCODE_BASE64, noise, sizeof noise, &secret));
    TRY(folder_create(d->c, d->path, &config, &(struct key_secret){KEY_SLOT_FILE, secret},
                      &d->folder));
    d->folder.options.clock = clock;
    return OK;
}

static void remove_folder(struct demo *d)
{
    if (d->folder.catalog)
        folder_close(&d->folder);
    pid_t child = fork();
    if (child == 0) {
        execlp("rm", "rm", "-rf", "--", d->path, (char *)NULL);
        _exit(1);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static rc furnish(struct demo *d, struct core *core)
{
    struct str roles, rules, script;
    size_t count = 0, drafts = 0;
    TRY(content_get(d->c, "roles.json", &roles));
    TRY(content_get(d->c, "demo/start.jsonl", &script));
    TRY(content_get(d->c, "watch/rules.json", &rules));
    TRY(content_get(d->c, "demo/heartbeats.jsonl", &d->pulses));
    TRY(people_add_roles(d->c, core, roles, &count));
    TRY(watch_add_rules(d->c, core, rules, &count));
    d->core = core;
    d->walk =
        (struct demo_walk){.guard = STR("patrol"), .tour = STR("night-round"), .at = WALK_SECOND};
    TRY(script_play(d->c, core, script, NULL, NULL, NULL));
    TRY(demo_walk_open(d->c, core, &d->walk));
    return verb_add_tripwires(d->c, core, &count, &drafts);
}

/* ---- the day, at once
 * -------------------------------------------------------------------------------------- */

/* Milliseconds of the clock that a part of the shortened day takes; both ways of playing it keep
 * the same time, so that the same deadlines fall due between the same lines. */
static int64_t clock_ms(const struct demo *d, int64_t seconds)
{
    return seconds * 1000 * d->minutes * 60 / DAY_SECONDS;
}

/* One step of the way: at once, or waited for; a signal ends it. */
static void pass(struct demo *d, int64_t ms)
{
    if (d->fast)
        clock_manual_advance_us(&d->clock, ms * 1000);
    else
        d->ended = serving_wait(ms);
    if (!d->ended)
        d->result = demo_beat(d->c, d->core, d->pulses, d->second);
    if (!d->ended && rc_ok(d->result))
        d->result = demo_walk_step(d->c, d->core, &d->walk, d->second);
}

/* On the way to a line the devices live and deadlines fall due. */
static bool pass_to_line(void *arg, int64_t second)
{
    struct demo *d = arg;
    while (second >= 0 && !d->ended && rc_ok(d->result) && d->second < second) {
        int64_t left_ms = clock_ms(d, second - d->second);
        int64_t step_ms = left_ms < BEAT_MS ? left_ms : BEAT_MS;
        d->second = step_ms == left_ms
                        ? second
                        : d->second + step_ms * DAY_SECONDS / clock_ms(d, DAY_SECONDS);
        pass(d, step_ms);
    }
    return !d->ended && rc_ok(d->result);
}

/* Of all, with what is retired where the column has this value. */
static rc count_where(struct ctx *c, struct picture *picture, const struct shape *shape,
                      const char *column, const char *value, int64_t *ret)
{
    struct query query = {.limit = QUERY_LIMIT_MAX, .with_retired = column};
    struct page page;
    if (column)
        query.filters[query.filter_count++] =
            (struct filter){str_from(column), FILTER_EQ, str_from(value)};
    *ret = 0;
    do {
        TRY(picture_list(c, picture, shape, &query, &page));
        *ret += (int64_t)page.count;
        query.after = page.after;
    } while (!str_absent(page.after));
    return OK;
}

static rc count_records(struct ctx *c, struct picture *picture, const struct shape *shape,
                        int64_t *ret)
{
    return count_where(c, picture, shape, NULL, NULL, ret);
}

/* What came of the day, after verifying all of it. */
static rc put_outcome(struct demo *d, struct reader *reader, struct text *out)
{
    struct ledger_report report;
    struct str root;
    int64_t people = 0, sites = 0, signals = 0, alarms = 0, silences = 0, tours = 0, hits = 0;
    TRY(ledger_verify(d->c, reader->store, &d->folder.options.ledger, &report));
    TRY(encode_bytes(d->c, ENCODE_HEX, report.root.bytes, sizeof report.root.bytes, &root));
    TRY(count_records(d->c, reader->picture, &person_shape, &people));
    TRY(count_records(d->c, reader->picture, &site_shape, &sites));
    TRY(count_records(d->c, reader->picture, &kept_signal_shape, &signals));
    TRY(count_where(d->c, reader->picture, &alarm_shape, "drill", "false", &alarms));
    TRY(count_where(d->c, reader->picture, &alarm_shape, "cause", "silence", &silences));
    TRY(count_where(d->c, reader->picture, &tour_run_shape, "state", "complete", &tours));
    TRY(count_records(d->c, reader->picture, &tripwire_hit_shape, &hits));
    text_printf(
        out,
        "{\"events\":%" PRId64 ",\"people\":%" PRId64 ",\"sites\":%" PRId64 ",\"signals\":%" PRId64
        ",\"alarms\":%" PRId64 ",\"silences\":%" PRId64 ",\"tours\":%" PRId64
        ",\"tripwire_hits\":%" PRId64 ",\"ledger_root\":\"%.*s\",\"verified\":true}",
        report.events, people, sites, signals, alarms, silences, tours, hits, STR_ARG(root));
    return OK;
}

/* The day, with the tripwires watching; at its end nothing is left to be written. */
static rc play_day(struct demo *d, struct core *core)
{
    struct tripwires *tripwires = NULL;
    struct str script;
    TRY(content_get(d->c, "demo/day.jsonl", &script));
    TRY(tripwires_open(d->c, core, &tripwires));
    rc result = script_play(d->c, core, script, pass_to_line, NULL, d);
    while (rc_ok(result) && core_step(core))
        continue;
    tripwires_close(tripwires);
    return result;
}

static rc play_fast(struct demo *d, struct core *core, struct text *out)
{
    struct reader reader;
    TRY(furnish(d, core));
    TRY(play_day(d, core));
    TRY(d->result);
    TRY(core_reader_open(d->c, core, &reader));
    rc result = put_outcome(d, &reader, out);
    core_reader_close(&reader);
    return result;
}

static rc demo_fast(struct demo *d)
{
    struct core *core = NULL;
    struct text out;
    struct str json;
    clock_manual_init(&d->clock, day_start);
    TRY(make_folder(d, &d->clock.clock));
    d->c->clock = &d->clock.clock;
    text_init(&out, d->c, 4096);
    rc result = core_open(d->c, &d->folder.options, &core);
    if (rc_ok(result))
        result = play_fast(d, core, &out);
    core_close(core);
    TRY(result);
    TRY(text_done(&out, &json));
    fprintf(d->cli->out, "%.*s\n", STR_ARG(json));
    return OK;
}

/* ---- the day, to look at
 * ----------------------------------------------------------------------------------- */

/* After the last line the devices go on. */
static rc live_on(struct demo *d)
{
    while (!d->ended && rc_ok(d->result))
        pass(d, BEAT_MS);
    return d->result;
}

static rc print_welcome(struct demo *d, struct core *core, struct str listen)
{
    static const char *const accounts[] = {"officer", "post-one", "desk"};
    fprintf(d->cli->out,
            "\nThe Embassy of Norland in Vael (all of it fiction) is at http://%.*s\n"
            "Sign in by enrolling once, with a passkey or a password:\n\n",
            STR_ARG(listen));
    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++) {
        struct str link;
        struct wall expires;
        TRY(auth_make_enrolment(d->c, core, &actor_system, str_from(accounts[i]), 0, &link,
                                &expires));
        fprintf(d->cli->out, "  %-9s http://%.*s/enrol#%.*s\n", accounts[i], STR_ARG(listen),
                STR_ARG(link));
    }
    fprintf(d->cli->out, "\nIts day takes %" PRId64 " minutes. End with Ctrl-C.\n", d->minutes);
    fflush(d->cli->out);
    return OK;
}

/* A visitor may have been quicker than the script: the day goes on. */
static bool go_on(struct ctx *c, void *arg)
{
    (void)arg;
    LOG(INFO, "demo.refused", LOG_TEXT("why", str_from(c->fault.message)));
    return true;
}

static rc serve_day(struct demo *d, struct core *core)
{
    const struct demo_flags *flags = d->cli->flags;
    struct serving serving;
    struct str script;
    struct serve_options options = {
        .listen = str_absent(flags->listen) ? STR("127.0.0.1:8022") : flags->listen,
        .clock = &clock_system,
        .check_replies = flags->check_replies,
        .hits_path = flags->hits.ptr,
    };
    rc result = furnish(d, core);
    if (!rc_ok(result)) {
        core_close(core);
        return result;
    }
    TRY(serving_open(d->c, core, &options, &serving));
    struct str shown = options.listen;
    if (str_starts(shown, "127.0.0.1:")) /* passkeys are bound to a name, not to an address */
        TRY(str_format(d->c, &shown, "localhost:%u", edge_port(serving.edge)));
    result = print_welcome(d, core, shown);
    if (rc_ok(result))
        result = content_get(d->c, "demo/day.jsonl", &script);
    if (rc_ok(result))
        result = script_play(d->c, core, script, pass_to_line, go_on, d);
    if (rc_ok(result))
        result = live_on(d);
    serving_close(&serving);
    return result;
}

static rc demo_served(struct demo *d)
{
    struct core *core = NULL;
    serving_hold_signals();
    TRY(make_folder(d, &clock_system));
    TRY(core_open(d->c, &d->folder.options, &core));
    return serve_day(d, core);
}

rc verb_demo(struct cli *cli)
{
    const struct demo_flags *flags = cli->flags;
    struct demo *d = NULL;
    const struct clock *clock = cli->c->clock;
    NEW(cli->c, d, 1);
    d->cli = cli;
    d->c = cli->c;
    d->minutes = flags->minutes ? flags->minutes : DAY_MINUTES_DEFAULT;
    d->fast = flags->fast;
    rc result = flags->fast ? demo_fast(d) : demo_served(d);
    cli->c->clock = clock;
    remove_folder(d);
    return result;
}
