/* What an acknowledged event costs: commands from 1, 32 and 1,024 writers at once, beside the bare
 * insert of the same bytes in the same batches into the same encrypted database, and beside bare
 * synced writes, in turns on one disk; as events alone, and as records with a row. Then many events
 * (an argument: how many): bytes, start, rebuild, memory. PostgreSQL too when
 * CHANCERY_TEST_POSTGRES names one. */
#include "core/core.h"
#include "core/own.h"

#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, WRITERS_MAX = 1024, THREADS_MAX = 32, BATCH_MAX = 512, ID_TEXT = 27 };

static const double round_s = 0.8;
static const unsigned char key[32] = {1};

/* ---- a small record ---------------------------------------------------------------------------
 */

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
static const struct event_kind seen = {"door.seen", "A door was seen", &door_shape, "door.read",
                                       false};

static rc decide_seen(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct door *door = command->input;
    (void)picture;
    return outcome_add(c, outcome,
                       &(struct outcome_event){.kind = &seen, .body = door, .record_id = door->id});
}

static const struct module bench_module = {
    .name = "bench",
    .help = "What is measured",
    .records = (const struct record[]){RECORD(door, "doors", "door.read", "door.write"), {0}},
    .events = (const struct event_kind *const[]){&seen, NULL},
    .decisions =
        (const struct decision[]){{"door.see", "See", "door.write", &door_shape, decide_seen, NULL},
                                  {0}},
    .permissions = (const struct permission[]){{"door.read", "See"}, {"door.write", "Do"}, {0}},
};
static const struct module *const modules[] = {&core_module, &bench_module};

/* ---- the bench --------------------------------------------------------------------------------
 */

struct bench {
    struct ctx ctx;
    struct catalog *catalog;
    const struct decision *add, *see;
    char folder[40];
    int opened;       /* databases, for their names */
    struct str entry; /* as the ledger keeps one */
};

#define MUST(b, call)                                               \
    do {                                                            \
        if (!rc_ok(call)) {                                         \
            fprintf(stderr, "bench: %s\n", (b)->ctx.fault.message); \
            exit(1);                                                \
        }                                                           \
    } while (0)

static double now(void)
{
    return (double)clock_system.mono(&clock_system).us / 1e6;
}

static double busy(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct target {
    enum store_kind kind;
    const char *server;
};

/* An empty database of its own. */
static struct store_options new_store(struct bench *b, const struct target *t)
{
    struct str path, sql;
    struct store_options options = {.kind = t->kind, .key = key, .path = t->server};
    b->opened++;
    if (t->kind == STORE_POSTGRES) {
        struct store *store = NULL;
        MUST(b, store_open(&b->ctx, &options, &store));
        MUST(b, str_format(&b->ctx, &sql, "CREATE SCHEMA core%d_%d", getpid(), b->opened));
        MUST(b, store_script(&b->ctx, store, sql));
        store_close(store);
        MUST(b, str_format(&b->ctx, &path, "%s options='-c search_path=core%d_%d'", t->server,
                           getpid(), b->opened));
    } else {
        MUST(b, str_format(&b->ctx, &path, "%s/%d.db", b->folder, b->opened));
    }
    options.path = path.ptr;
    return options;
}

static struct core_options new_mission(struct bench *b, const struct target *t)
{
    struct core_options options = {
        .catalog = b->catalog,
        .store = new_store(b, t),
        .ledger = {.origin = STR("chancery/bench"), .sign_seed = key, .seal_key = key},
        .mission = STR("bench"),
        .clock = &clock_system,
    };
    MUST(b, core_create(&b->ctx, &options));
    return options;
}

/* ---- beside -----------------------------------------------------------------------------------
 */

static double bare_file(struct bench *b, int batch)
{
    struct str path;
    MUST(b, str_format(&b->ctx, &path, "%s/raw.%d", b->folder, b->opened++));
    int fd = open(path.ptr, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int64_t count = 0;
    double start = now();
    while (now() - start < round_s) {
        for (int i = 0; i < batch; i++)
            if (write(fd, b->entry.ptr, b->entry.len) < 0)
                exit(1);
        if (fdatasync(fd) < 0)
            exit(1);
        count += batch;
    }
    double rate = (double)count / (now() - start);
    close(fd);
    unlink(path.ptr);
    return rate;
}

static double bare_rows(struct bench *b, const struct target *t, int batch)
{
    static const char *const columns[] = {"seq", "entry"};
    struct store_value values[2 * BATCH_MAX];
    struct store *store = NULL;
    struct store_options options = new_store(b, t);
    struct str sql;
    int64_t count = 0, unmoved = 0;
    MUST(b, store_open(&b->ctx, &options, &store));
    MUST(b, str_format(&b->ctx, &sql, "CREATE TABLE bare (seq %s PRIMARY KEY, entry %s NOT NULL)",
                       store_type(t->kind, STORE_I64), store_type(t->kind, STORE_BYTES)));
    MUST(b, store_script(&b->ctx, store, sql));
    double start = now();
    while (now() - start < round_s) {
        struct arena_mark mark = arena_mark(b->ctx.arena);
        for (int i = 0; i < batch; i++) {
            values[2 * i] = STORE_VALUE_I64(count + i);
            values[2 * i + 1] = STORE_VALUE_BYTES(b->entry);
        }
        MUST(b, store_begin(&b->ctx, store, true));
        MUST(b, store_insert(&b->ctx, store, STR("bare"), 2, columns, (size_t)batch, values));
        MUST(b, store_commit(&b->ctx, store));
        count += batch;
        unmoved += batch;
        if (unmoved >= 16384) {
            MUST(b, store_checkpoint(&b->ctx, store, false));
            unmoved = 0;
        }
        arena_return(b->ctx.arena, mark);
    }
    double rate = (double)count / (now() - start);
    store_close(store);
    return rate;
}

/* ---- writers ----------------------------------------------------------------------------------
 */

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
    double start = now();
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
    double rate = (double)(crowd->acknowledged - before) / (now() - start);
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

static struct crowd *open_crowd(struct bench *b, const struct core_options *options,
                                const struct decision *decision)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    if (!crowd)
        exit(1);
    crowd->decision = decision;
    MUST(b, core_open(&b->ctx, options, &crowd->core));
    MUST(b, core_start(&b->ctx, crowd->core));
    return crowd;
}

static void close_crowd(struct crowd *crowd)
{
    core_close(crowd->core);
    free(crowd);
}

static double acknowledged(struct bench *b, const struct target *t, int writers,
                           const struct decision *decision, double *ret_cpu_us)
{
    struct core_options options = new_mission(b, t);
    struct crowd *crowd = open_crowd(b, &options, decision);
    double cpu = busy();
    double rate = run_crowd(crowd, writers, round_s);
    struct core_counts counts = core_counts(crowd->core);
    *ret_cpu_us = (busy() - cpu) * 1e6 / (double)counts.events;
    close_crowd(crowd);
    return rate;
}

/* ---- the table --------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, by_value);
    return values[ROUNDS / 2];
}

/* The rounds of all columns take turns, so that a busy neighbour meets them all. */
static void measure(struct bench *b, const struct target *t, int writers)
{
    double file[ROUNDS], rows[ROUNDS], noted[ROUNDS], added[ROUNDS], cpu_us[2][ROUNDS];
    int same = writers < BATCH_MAX ? writers : BATCH_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        file[round] = bare_file(b, same);
        rows[round] = bare_rows(b, t, same);
        noted[round] = acknowledged(b, t, writers, b->see, &cpu_us[0][round]);
        added[round] = acknowledged(b, t, writers, b->add, &cpu_us[1][round]);
    }
    double bare = median(rows), events = median(noted), records = median(added);
    printf("%-10s %7d %10.0f %10.0f %10.0f %6.2f %7.1f %10.0f %6.2f %7.1f\n",
           t->kind == STORE_SQLITE ? "SQLite" : "PostgreSQL", writers, median(file), bare, events,
           events / bare, median(cpu_us[0]), records, records / bare, median(cpu_us[1]));
    fflush(stdout);
}

/* ---- many events ------------------------------------------------------------------------------
 */

static int64_t resident_kib(void)
{
    long pages = 0, size = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2)
        exit(1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void measure_many(struct bench *b, int64_t many)
{
    const struct target sqlite = {STORE_SQLITE, NULL};
    struct core_options options = new_mission(b, &sqlite);
    struct crowd *crowd = open_crowd(b, &options, b->add);
    struct core *core = NULL;
    struct str before, after;
    struct stat info;
    double start = now();
    while (core_size(crowd->core) < many)
        run_crowd(crowd, WRITERS_MAX, 1);
    int64_t size = core_size(crowd->core);
    printf("\n%" PRId64 " events recorded at %.0f/s\n", size, (double)size / (now() - start));
    close_crowd(crowd);
    if (stat(options.store.path, &info) < 0)
        exit(1);
    printf("bytes a stored event, with its row: %.0f (its entry has %zu)\n",
           (double)info.st_size / (double)size, b->entry.len);
    malloc_trim(0);
    int64_t kib = resident_kib();
    start = now();
    MUST(b, core_open(&b->ctx, &options, &core));
    printf("started in %.1f ms", (now() - start) * 1e3);
    MUST(b, core_start(&b->ctx, core));
    printf(", at rest %" PRId64 " KiB more than before\n", resident_kib() - kib);
    core_close(core);
    start = now();
    MUST(b, core_rebuild(&b->ctx, &options, &before, &after));
    printf("rebuilt, with two digests, in %.1f s (%.0f events/s): %s\n", now() - start,
           (double)size / (now() - start), str_eq(before, after) ? "the same" : "NOT THE SAME");
}

/* The bytes that the ledger keeps of one of our events. */
static void learn_entry(struct bench *b)
{
    const struct target sqlite = {STORE_SQLITE, NULL};
    struct core_options options = new_mission(b, &sqlite);
    struct crowd *crowd = open_crowd(b, &options, b->add);
    struct reader reader;
    crowd->writers[0].crowd = crowd;
    prepare(&crowd->writers[0]);
    MUST(b, core_call(&b->ctx, crowd->core, &crowd->writers[0].command));
    MUST(b, core_reader_open(&b->ctx, crowd->core, &reader));
    MUST(b, ledger_entry(&b->ctx, reader.store, 0, &b->entry));
    core_reader_close(&reader);
    close_crowd(crowd);
}

static void remove_folder(struct bench *b)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    char path[80];
    for (int i = 0; i <= b->opened; i++)
        for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
            snprintf(path, sizeof path, "%s/%d.db%s", b->folder, i, endings[k]);
            unlink(path);
        }
    rmdir(b->folder);
}

int main(int argc, char **argv)
{
    static const int writers[] = {1, 32, 1024};
    static struct bench b;
    const char *server = getenv("CHANCERY_TEST_POSTGRES"), *root = getenv("CHANCERY_BENCH_FOLDER");
    const struct target targets[] = {{STORE_SQLITE, NULL}, {STORE_POSTGRES, server}};
    int64_t many = 1000000;
    if (argc > 1 && !str_to_i64(str_from(argv[1]), &many))
        return 2;
    b.ctx = (struct ctx){.arena = arena_open((size_t)1 << 30), .clock = &clock_system};
    snprintf(b.folder, sizeof b.folder, "%.24s/bench-XXXXXX", root ? root : "/var/tmp");
    if (!mkdtemp(b.folder))
        return 1;
    MUST(&b, catalog_open(&b.ctx, 2, modules, &b.catalog));
    b.add = catalog_decision(b.catalog, STR("door.add"));
    b.see = catalog_decision(b.catalog, STR("door.see"));
    learn_entry(&b);
    printf("acknowledged a second, medians of %d rounds taken in turns, entries of %zu bytes\n"
           "%-10s %7s %10s %10s %10s %6s %7s %10s %6s %7s\n",
           ROUNDS, b.entry.len, "", "writers", "bare fsync", "bare rows", "events", "share",
           "CPU us", "records", "share", "CPU us");
    for (size_t t = 0; t < (server ? 2 : 1); t++)
        for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
            measure(&b, &targets[t], writers[i]);
    if (many > 0)
        measure_many(&b, many);
    catalog_close(b.catalog);
    remove_folder(&b);
    arena_close(b.ctx.arena);
    return 0;
}
