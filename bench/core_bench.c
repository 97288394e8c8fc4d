/* What an acknowledged event costs: commands from 1, 32 and 1,024 writers at once, beside the bare
 * insert of the same bytes in the same batches into the same encrypted database, and beside bare
 * synced writes, in turns on one disk; as events alone, and as records with a row. Then many events
 * (an argument: how many; "log": only the log): the write-ahead log, bytes, start, rebuild, memory.
 * PostgreSQL too when CHANCERY_TEST_POSTGRES names one. */
#include "bench.h"

#include "assembly/catalog_make.h"
#include "assembly/core_module.h"
#include "core/core.h"

#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

enum { ROUNDS = 5, WRITERS_MAX = 1024, THREADS_MAX = 32, BATCH_MAX = 512, ID_TEXT = 27 };

static const double round_s = 0.8;

/* ---- a small record -------------------------------------------------------------------------- */

#define DOOR_FIELDS(F, T)                                                \
    RECORD_FIELDS(F, T)                                                  \
    F(T, text, line, name, REQUIRED | TITLE, 1, 80, "what it is called") \
    F(T, text, line, place, INDEXED, 0, 80, "where it is")               \
    F(T, opt_i64, _, hold_ms, 0, 0, 600000, "how long it stays open")    \
    F(T, time, _, since, 0, 0, 0, "since when")                          \
    F(T, text, block, note, 0, 0, 500, "what a newcomer should know")
SHAPE_DECLARE(door, DOOR_FIELDS);
SHAPE_DEFINE(door, DOOR_FIELDS, 1, "A door");

/* The same bytes as an event that changes no row. */
static EVENT_KIND(seen, "door.seen", door, "door.read", "A door was seen");

static rc decide_seen(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct door *door = command->input;
    (void)picture;
    return outcome_add(
        c, outcome,
        &(struct outcome_event){.kind = &seen_kind, .body = door, .record_id = door->id});
}

static const struct module bench_module = {
    .name = "bench",
    .help = "What is measured",
    .records = (const struct record[]){RECORD(door, "doors", "door.read", "door.write"), {0}},
    .events = (const struct event_kind *const[]){&seen_kind, NULL},
    .decisions = (const struct decision[]){{.name = "door.see",
                                            .help = "See",
                                            .permission = "door.write",
                                            .input = &door_shape,
                                            .decide = decide_seen},
                                           {0}},
    .permissions = (const struct permission[]){{"door.read", "See"}, {"door.write", "Do"}, {0}},
};
static const struct module *const modules[] = {&core_module, &bench_module};

/* ---- the bench ------------------------------------------------------------------------------- */

struct ground {
    struct bench b;
    struct catalog *catalog;
    const struct decision *add, *see;
    struct str entry; /* as the ledger keeps one */
};

static struct core_options new_mission(struct ground *g, const struct bench_target *t)
{
    struct core_options options = {
        .catalog = g->catalog,
        .store = bench_store(&g->b, t),
        .ledger = {.origin = STR("chancery/bench"), .sign_seed = bench_key, .seal_key = bench_key},
        .mission = STR("bench"),
        .clock = &clock_system,
    };
    MUST(&g->b, core_create(&g->b.c, &options));
    return options;
}

/* ---- writers --------------------------------------------------------------------------------- */

/* One who asks, is answered, and asks again, until the time is over. */
struct writer {
    struct crowd *crowd;
    struct command command;
    struct door door;
    char id[ID_TEXT];
    int number;
};

struct crowd {
    struct core *core;
    const struct decision *decision;
    _Atomic int64_t asked, acknowledged, failed;
    _Atomic int asking;
    _Atomic bool over;
    struct writer writers[WRITERS_MAX];
};

static void prepare(struct writer *w)
{
    /* ids sort by the time of their making, as those of id_new do */
    snprintf(w->id, sizeof w->id, "01KAN%016" PRId64 "%05d", w->crowd->asked++, w->number);
    w->door = (struct door){
        .id = str_from(w->id),
        .label = {TLP_GREEN, {NULL, 0}},
        .name = STR("Consular entrance, inner door"),
        .place = STR("Chancery, ground floor"),
        .hold_ms = {true, 5000},
        .since = {1795316400000000},
        .note = STR("Opens outward. The intercom beside it is answered at the control post; "
                    "visitors wait behind the yellow line until they are called."),
    };
    w->command = (struct command){
        .decision = w->crowd->decision,
        .input = &w->door,
        .actor = actor_system,
        .cause = -1,
        .expect_seq = -1,
        .arg = w,
    };
}

static void ask_again(struct command *command)
{
    struct writer *w = command->arg;
    struct crowd *crowd = w->crowd;
    struct ctx c = {.clock = &clock_system};
    if (rc_ok(command->result))
        crowd->acknowledged++;
    else
        crowd->failed++;
    if (crowd->over) {
        crowd->asking--;
        return;
    }
    prepare(w);
    w->command.done = ask_again;
    if (!rc_ok(core_submit(&c, crowd->core, &w->command)))
        exit(1);
}

static void *ask_and_wait(void *arg)
{
    struct writer *w = arg;
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    while (!w->crowd->over) {
        prepare(w);
        if (rc_ok(core_call(&c, w->crowd->core, &w->command)))
            w->crowd->acknowledged++;
        else
            w->crowd->failed++;
    }
    arena_close(c.arena);
    return NULL;
}

/* So many writers for so long; threads that wait, or, beyond THREADS_MAX, answers that ask again.
 */
static double run_crowd(struct crowd *crowd, int writers, double seconds)
{
    pthread_t threads[THREADS_MAX];
    struct timespec rest = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    bool threaded = writers <= THREADS_MAX;
    crowd->over = false;
    crowd->asking = writers;
    double start = bench_now();
    int64_t before = crowd->acknowledged;
    for (int i = 0; i < writers; i++) {
        crowd->writers[i].crowd = crowd;
        crowd->writers[i].number = i;
        if (!threaded) {
            struct ctx c = {.clock = &clock_system};
            prepare(&crowd->writers[i]);
            crowd->writers[i].command.done = ask_again;
            if (!rc_ok(core_submit(&c, crowd->core, &crowd->writers[i].command)))
                exit(1);
        } else if (pthread_create(&threads[i], NULL, ask_and_wait, &crowd->writers[i]) != 0) {
            exit(1);
        }
    }
    nanosleep(&rest, NULL);
    double rate = (double)(crowd->acknowledged - before) / (bench_now() - start);
    crowd->over = true;
    for (int i = 0; threaded && i < writers; i++)
        pthread_join(threads[i], NULL);
    while (!threaded && crowd->asking > 0)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    if (crowd->failed > 0) {
        fprintf(stderr, "bench: %" PRId64 " commands failed\n", crowd->failed);
        exit(1);
    }
    return rate;
}

static struct crowd *open_crowd(struct ground *g, const struct core_options *options,
                                const struct decision *decision)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    if (!crowd)
        exit(1);
    crowd->decision = decision;
    MUST(&g->b, core_open(&g->b.c, options, &crowd->core));
    MUST(&g->b, core_start(&g->b.c, crowd->core));
    return crowd;
}

static void close_crowd(struct crowd *crowd)
{
    core_close(crowd->core);
    free(crowd);
}

static double acknowledged(struct ground *g, const struct bench_target *t, int writers,
                           const struct decision *decision, double *ret_cpu_us)
{
    struct core_options options = new_mission(g, t);
    struct crowd *crowd = open_crowd(g, &options, decision);
    double cpu = bench_busy();
    double rate = run_crowd(crowd, writers, round_s);
    struct core_counts counts = core_counts(crowd->core);
    *ret_cpu_us = (bench_busy() - cpu) * 1e6 / (double)counts.events;
    close_crowd(crowd);
    return rate;
}

/* ---- the table ------------------------------------------------------------------------------- */

/* The rounds of all columns take turns, so that a busy neighbour meets them all. */
static void measure(struct ground *g, const struct bench_target *t, int writers)
{
    double file[ROUNDS], rows[ROUNDS], noted[ROUNDS], added[ROUNDS], cpu_us[2][ROUNDS];
    int same = writers < BATCH_MAX ? writers : BATCH_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        file[round] = bench_bare_file(&g->b, same, 1, &g->entry, round_s);
        rows[round] = bench_bare_rows(&g->b, t, same, 1, &g->entry, round_s, NULL);
        noted[round] = acknowledged(g, t, writers, g->see, &cpu_us[0][round]);
        added[round] = acknowledged(g, t, writers, g->add, &cpu_us[1][round]);
    }
    double bare = bench_median(ROUNDS, rows), events = bench_median(ROUNDS, noted),
           records = bench_median(ROUNDS, added);
    printf("%-10s %7d %10.0f %10.0f %10.0f %6.2f %7.1f %10.0f %6.2f %7.1f\n",
           t->kind == STORE_SQLITE ? "SQLite" : "PostgreSQL", writers, bench_median(ROUNDS, file),
           bare, events, events / bare, bench_median(ROUNDS, cpu_us[0]), records, records / bare,
           bench_median(ROUNDS, cpu_us[1]));
    fflush(stdout);
}

/* ---- many events ----------------------------------------------------------------------------- */

static void measure_many(struct ground *g, int64_t many)
{
    const struct bench_target sqlite = {STORE_SQLITE, NULL};
    struct core_options options = new_mission(g, &sqlite);
    struct crowd *crowd = open_crowd(g, &options, g->add);
    struct core *core = NULL;
    struct str before, after;
    struct stat info;
    double start = bench_now();
    while (core_size(crowd->core) < many)
        run_crowd(crowd, WRITERS_MAX, 1);
    int64_t size = core_size(crowd->core);
    printf("\n%" PRId64 " events recorded at %.0f/s\n", size, (double)size / (bench_now() - start));
    close_crowd(crowd);
    if (stat(options.store.path, &info) < 0)
        exit(1);
    printf("bytes a stored event, with its row: %.0f (its entry has %zu)\n",
           (double)info.st_size / (double)size, g->entry.len);
    malloc_trim(0);
    double mb = bench_resident_mb(0);
    start = bench_now();
    MUST(&g->b, core_open(&g->b.c, &options, &core));
    printf("started in %.1f ms", (bench_now() - start) * 1e3);
    MUST(&g->b, core_start(&g->b.c, core));
    printf(", at rest %.1f MiB more than before\n", bench_resident_mb(0) - mb);
    core_close(core);
    start = bench_now();
    MUST(&g->b, core_rebuild(&g->b.c, &options, &before, &after));
    printf("rebuilt, with two digests, in %.1f s (%.0f events/s): %s\n", bench_now() - start,
           (double)size / (bench_now() - start),
           str_eq(before, after) ? "the same" : "NOT THE SAME");
}

/* The bytes that the ledger keeps of one of our events. */
static void learn_entry(struct ground *g)
{
    const struct bench_target sqlite = {STORE_SQLITE, NULL};
    struct core_options options = new_mission(g, &sqlite);
    struct crowd *crowd = open_crowd(g, &options, g->add);
    struct reader reader;
    crowd->writers[0].crowd = crowd;
    prepare(&crowd->writers[0]);
    MUST(&g->b, core_call(&g->b.c, crowd->core, &crowd->writers[0].command));
    MUST(&g->b, core_reader_open(&g->b.c, crowd->core, &reader));
    MUST(&g->b, ledger_entry(&g->b.c, reader.store, 0, &g->entry));
    core_reader_close(&reader);
    close_crowd(crowd);
}

/* ---- the write-ahead log under load ---------------------------------------------------------- */

enum { LOG_ALARMS_MAX = 4096 };
static const double log_s = 8;

enum log_reading { READING_NONE, READING_SHORT, READING_HELD };

/* Beside a crowd: somebody reads, alarms are raised, and the log is looked at. */
struct beside {
    struct ground *g;
    struct crowd *crowd;
    const char *store_path;
    enum log_reading reading;
    _Atomic bool over;
    double waited_ms[LOG_ALARMS_MAX], log_mb;
    size_t alarms;
};

static double log_mb(const char *store_path)
{
    char path[96];
    struct stat info;
    snprintf(path, sizeof path, "%s-wal", store_path);
    return stat(path, &info) == 0 ? (double)info.st_size / 1e6 : 0;
}

/* Short pages without a pause; or one snapshot that is held for half of the time. */
static void *read_beside(void *arg)
{
    struct beside *w = arg;
    struct ctx c = {.arena = arena_open(64 << 20), .clock = &clock_system};
    struct reader reader;
    struct query query = {.limit = 50};
    struct page page;
    rc result = core_reader_open(&c, w->crowd->core, &reader);
    if (w->reading == READING_HELD) {
        if (!rc_ok(result) || !rc_ok(store_begin(&c, reader.store, false)))
            exit(1);
        bench_rest_ms((int)(log_s * 500));
        store_rollback(reader.store);
    }
    while (w->reading == READING_SHORT && !w->over) {
        arena_reset(c.arena);
        if (!rc_ok(picture_list(&c, reader.picture, &door_shape, &query, &page)))
            exit(1);
    }
    core_reader_close(&reader);
    arena_close(c.arena);
    return NULL;
}

static void *watch_beside(void *arg)
{
    struct beside *w = arg;
    struct writer writer = {.crowd = w->crowd, .number = WRITERS_MAX};
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    while (!w->over && w->alarms < LOG_ALARMS_MAX) {
        prepare(&writer);
        writer.command.alarm = true;
        double start = bench_now();
        if (!rc_ok(core_call(&c, w->crowd->core, &writer.command)))
            exit(1);
        w->waited_ms[w->alarms++] = (bench_now() - start) * 1e3;
        double mb = log_mb(w->store_path);
        w->log_mb = mb > w->log_mb ? mb : w->log_mb;
        bench_rest_ms(10);
    }
    arena_close(c.arena);
    return NULL;
}

static void measure_log(struct ground *g, enum log_reading reading, const char *name)
{
    static struct beside w;
    const struct bench_target sqlite = {STORE_SQLITE, NULL};
    struct core_options options = new_mission(g, &sqlite);
    pthread_t watching, looking;
    w = (struct beside){.g = g, .reading = reading, .store_path = options.store.path};
    w.crowd = open_crowd(g, &options, g->add);
    if (pthread_create(&looking, NULL, read_beside, &w) != 0 ||
        pthread_create(&watching, NULL, watch_beside, &w) != 0)
        exit(1);
    double rate = run_crowd(w.crowd, WRITERS_MAX, log_s);
    w.over = true;
    pthread_join(watching, NULL);
    pthread_join(looking, NULL);
    printf("%-22s %10.0f %10.0f %10.0f %9.1f %9.1f %9.1f\n", name, rate, w.log_mb,
           log_mb(options.store.path), bench_share(0.5, w.alarms, w.waited_ms),
           bench_share(0.99, w.alarms, w.waited_ms), bench_share(1, w.alarms, w.waited_ms));
    close_crowd(w.crowd);
}

static void measure_logs(struct ground *g)
{
    printf("\nthe write-ahead log under %d writers for %.0f s; alarms meanwhile\n"
           "%-22s %10s %10s %10s %9s %9s %9s\n",
           WRITERS_MAX, log_s, "", "records/s", "most MB", "then MB", "p50 ms", "p99 ms",
           "most ms");
    measure_log(g, READING_NONE, "nobody reads");
    measure_log(g, READING_SHORT, "short pages all along");
    measure_log(g, READING_HELD, "one held half of it");
}

int main(int argc, char **argv)
{
    static const int writers[] = {1, 32, 1024};
    static struct ground g;
    const char *server = getenv("CHANCERY_TEST_POSTGRES");
    const struct bench_target targets[] = {{STORE_SQLITE, NULL}, {STORE_POSTGRES, server}};
    bool only_log = argc > 1 && str_is(str_from(argv[1]), "log");
    int64_t many = 1000000;
    if (argc > 1 && !only_log && !str_to_i64(str_from(argv[1]), &many))
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    bench_open(&g.b);
    MUST(&g.b, catalog_open(&g.b.c, 2, modules, &g.catalog));
    g.add = catalog_decision(g.catalog, STR("door.add"));
    g.see = catalog_decision(g.catalog, STR("door.see"));
    learn_entry(&g);
    printf("acknowledged a second, medians of %d rounds taken in turns, entries of %zu bytes\n"
           "%-10s %7s %10s %10s %10s %6s %7s %10s %6s %7s\n",
           ROUNDS, g.entry.len, "", "writers", "bare fsync", "bare rows", "events", "share",
           "CPU us", "records", "share", "CPU us");
    for (size_t t = 0; !only_log && t < (server ? 2 : 1); t++)
        for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
            measure(&g, &targets[t], writers[i]);
    measure_logs(&g);
    if (!only_log && many > 0)
        measure_many(&g, many);
    catalog_close(g.catalog);
    bench_close(&g.b);
    return 0;
}
