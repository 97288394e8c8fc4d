/* How many signals a second the watch takes: decided, folded and durable, by the size of the batch;
 * and a storm of a million signals from one broken sensor, while duress comes in between: how long
 * the duress waits, what the storm costs the record, and how much memory. */
#include "domain/watch/watch_own.h"

#include "support/scene.h"
#include "support/watch_scene.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum {
    SOURCES = 100,
    SIGNALS = 20000,
    STORM_SIGNALS = 1000000,
    STORM_BATCH = 500,
    DURESS_EVERY = 20,
    LANE_MAX = STORM_SIGNALS / STORM_BATCH / DURESS_EVERY + 1
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double megabytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void must(struct scene *s, rc result)
{
    if (rc_ok(result))
        return;
    fprintf(stderr, "%s\n", s->c.fault.message);
    exit(1);
}

static void add_sources(struct scene *s)
{
    for (int i = 0; i < SOURCES; i++) {
        char json[320];
        snprintf(json, sizeof json,
                 SOURCE("s%d", "sensor", ",\"keep_per_s\":10000,\"keep_burst\":100000"), i, i, i);
        scene_do(s, "source.add", NULL, json);
    }
    scene_do(s, "source.add", NULL, SOURCE("broken", "sensor", ""));
}

static void fill(struct signal *signal, char *dedupe, size_t room, int number)
{
    static char names[SOURCES][8];
    char *name = names[number % SOURCES];
    snprintf(name, sizeof names[0], "s%d", number % SOURCES);
    snprintf(dedupe, room, "n-%d", number);
    *signal = (struct signal){
        .source = str_from(name),
        .peer = STR("192.0.2.17:40112"),
        .kind = number % 7 ? SIGNAL_KIND_STATUS : SIGNAL_KIND_MOTION,
        .priority = SIGNAL_PRIORITY_NOTE,
        .code_system = STR("bench"),
        .code = STR("UX"),
        .text = STR("Movement in the corridor on the first floor"),
        .zone = STR("17"),
        .dedupe = str_from(dedupe),
        .raw = STR("\"SIA-DCS\"0001L0#1234[#1234|Nri1/UX17]_03:00:00,11-22-2026"),
    };
}

static struct command take(const struct signal_batch *batch)
{
    return (struct command){.decision = &watch_decisions[SIGNAL_TAKE],
                            .input = batch,
                            .actor = actor_system,
                            .cause = -1,
                            .expect_seq = -1};
}

/* ---- signals a second -------------------------------------------------------------------------
 */

static void bench_batch(struct scene *s, size_t size, int *number)
{
    static struct signal signals[STORM_BATCH];
    static char dedupes[STORM_BATCH][16];
    size_t count = size == 1 ? SIGNALS / 10 : SIGNALS;
    double start = seconds();
    for (size_t done = 0; done < count; done += size) {
        struct signal_batch batch = {.items = {signals, size}};
        struct command command = take(&batch);
        for (size_t i = 0; i < size; i++)
            fill(&signals[i], dedupes[i], sizeof dedupes[i], (*number)++);
        struct arena_mark mark = arena_mark(s->c.arena);
        must(s, core_call(&s->c, s->core, &command));
        arena_return(s->c.arena, mark);
        clock_manual_advance_us(&s->clock, (int64_t)size * 100);
    }
    double took = seconds() - start;
    printf("%4zu a command, a commit each %10.0f signals a second\n", size, (double)count / took);
}

/* ---- the storm --------------------------------------------------------------------------------
 */

struct lane {
    struct command command;
    struct signal_batch batch;
    struct signal signal;
    char dedupe[16];
    double sent, waited;
    _Atomic bool done;
};

static void lane_done(struct command *command)
{
    struct lane *lane = command->arg;
    lane->waited = seconds() - lane->sent;
    lane->done = true;
}

static void send_duress(struct scene *s, struct lane *lane, int number)
{
    fill(&lane->signal, lane->dedupe, sizeof lane->dedupe, number);
    lane->signal.kind = SIGNAL_KIND_DURESS;
    lane->signal.priority = SIGNAL_PRIORITY_URGENT;
    lane->batch.items.items = &lane->signal;
    lane->batch.items.count = 1;
    lane->command = take(&lane->batch);
    lane->command.alarm = true;
    lane->command.done = lane_done;
    lane->command.arg = lane;
    lane->sent = seconds();
    must(s, core_submit(&s->c, s->core, &lane->command));
}

static int by_wait(const void *a, const void *b)
{
    const struct lane *x = a, *y = b;
    return x->waited < y->waited ? -1 : x->waited > y->waited;
}

static void report_lane(struct lane *lanes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        while (!lanes[i].done) {
            struct timespec moment = {0, 1000000};
            nanosleep(&moment, NULL);
        }
    qsort(lanes, count, sizeof *lanes, by_wait);
    printf("duress meanwhile: %zu, durable after %.1f ms at p50, %.1f ms at p99, %.1f ms at most\n",
           count, lanes[count / 2].waited * 1e3, lanes[count * 99 / 100].waited * 1e3,
           lanes[count - 1].waited * 1e3);
}

static void bench_storm(struct scene *s, int *number)
{
    static struct signal signals[STORM_BATCH];
    static char dedupes[STORM_BATCH][16];
    static struct lane lanes[LANE_MAX];
    size_t lane_count = 0;
    int64_t events = core_size(s->core);
    double start = seconds();
    struct wall began = clock_now(&s->c);
    for (int i = 0; i < STORM_SIGNALS / STORM_BATCH; i++) {
        struct signal_batch batch = {.items = {signals, STORM_BATCH}};
        struct command command = take(&batch);
        for (size_t j = 0; j < STORM_BATCH; j++) {
            fill(&signals[j], dedupes[j], sizeof dedupes[j], (*number)++);
            signals[j].source = STR("broken");
            signals[j].kind = SIGNAL_KIND_TAMPER;
            signals[j].priority = SIGNAL_PRIORITY_HIGH;
        }
        if (i % DURESS_EVERY == 0)
            send_duress(s, &lanes[lane_count++], (*number)++);
        clock_manual_set(&s->clock, (struct wall){began.us + (int64_t)((seconds() - start) * 1e6)});
        struct arena_mark mark = arena_mark(s->c.arena);
        must(s, core_call(&s->c, s->core, &command));
        arena_return(s->c.arena, mark);
    }
    double took = seconds() - start;
    printf("storm of %d signals in %.1f s (%.0f a second): %lld events\n", STORM_SIGNALS, took,
           STORM_SIGNALS / took, (long long)(core_size(s->core) - events));
    struct source_pulse pulse = {0};
    must(s,
         picture_get(&s->c, s->reader.picture, &source_pulse_shape, STR("broken"), NULL, &pulse));
    printf("of these %lld were kept whole and %lld counted\n", (long long)pulse.signals,
           (long long)pulse.counted);
    report_lane(lanes, lane_count);
}

int main(void)
{
    struct scene s;
    struct stat file;
    int number = 0;
    const size_t sizes[] = {1, 10, 100, 500};
    watch_scene_open(&s);
    add_sources(&s);
    must(&s, core_start(&s.c, s.core));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        bench_batch(&s, sizes[i], &number);
    bench_storm(&s, &number);
    double bytes = 0;
    for (int log = 0; log < 2; log++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", s.options.store.path, log ? "-wal" : "");
        bytes += stat(path, &file) == 0 ? (double)file.st_size : 0;
    }
    printf("the database has %.0f MB, the process had %.0f MB at most\n", bytes / 1e6, megabytes());
    scene_close(&s);
    return 0;
}
