/* How many signals a second the watch takes: decided, folded and durable, by the size of the batch;
 * with their reading too, by adapter, in the intake's batches, a second of processor time of all
 * threads; and a storm of a million signals from one broken sensor, while duress comes in between:
 * how long the duress waits, what the storm costs the record, and how much memory. */
#include "domain/signal/signal_own.h"

#include "adapter/registry/registry.h"
#include "input.h"
#include "support/scene.h"
#include "support/watch_scene.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum {
    SOURCES = 100,
    SIGNALS = 20000,
    STORM_SIGNALS = 1000000,
    STORM_BATCH = 500,
    INTAKE_BATCH = 240, /* as src/edge/intake makes them */
    PIECE = 65536,
    DURESS_EVERY = 20,
    LANE_MAX = STORM_SIGNALS / STORM_BATCH / DURESS_EVERY + 1
};

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

static struct command take(const struct signal_delivery *batch)
{
    return (struct command){.decision = signal_decisions,
                            .input = batch,
                            .actor = actor_system,
                            .cause = -1,
                            .expect_seq = -1};
}

/* ---- signals a second ------------------------------------------------------------------------ */

static void bench_batch(struct scene *s, size_t size, int *number)
{
    static struct signal signals[STORM_BATCH];
    static char dedupes[STORM_BATCH][16];
    size_t count = size == 1 ? SIGNALS / 10 : SIGNALS;
    double start = bench_now();
    for (size_t done = 0; done < count; done += size) {
        struct signal_delivery batch = {.items = {signals, size}};
        struct command command = take(&batch);
        for (size_t i = 0; i < size; i++)
            fill(&signals[i], dedupes[i], sizeof dedupes[i], (*number)++);
        struct arena_mark mark = arena_mark(s->c.arena);
        must(s, core_call(&s->c, s->core, &command));
        arena_return(s->c.arena, mark);
        clock_manual_advance_us(&s->clock, (int64_t)size * 100);
    }
    double took = bench_now() - start;
    printf("%4zu a command, a commit each %10.0f signals a second\n", size, (double)count / took);
}

/* ---- by adapter ------------------------------------------------------------------------------ */

/* Signals of an adapter on their way: read, gathered, handed to the writer. */
struct read_run {
    struct scene *s;
    struct signal signals[INTAKE_BATCH + SIGNAL_BATCH_MAX];
    struct arena_mark mark; /* before the batch */
    size_t count, taken, frames;
    int round;
};

static void hand_in(struct read_run *r)
{
    struct scene *s = r->s;
    struct signal_delivery batch = {.items = {r->signals, r->count}};
    struct command command = take(&batch);
    if (r->count > 0)
        must(s, core_call(&s->c, s->core, &command));
    r->taken += r->count;
    clock_manual_advance_us(&s->clock, (int64_t)r->count * 100);
    r->count = 0;
    arena_return(s->c.arena, r->mark);
}

/* The bytes come again and again: each time from other sources, with other keys. */
static void gather(struct read_run *r, const struct stream_item *item)
{
    static char names[SOURCES][8];
    struct scene *s = r->s;
    r->frames += item->kind == STREAM_FRAME;
    for (size_t i = 0; i < item->out.count; i++) {
        struct signal *signal = &r->signals[r->count];
        size_t source = (r->taken + r->count) % SOURCES;
        must(s, shape_copy(&s->c, &signal_shape, &item->out.signals[i], signal));
        snprintf(names[source], sizeof names[0], "s%zu", source);
        signal->source = str_from(names[source]);
        must(s, str_format(&s->c, &signal->dedupe, "%d/%zu", r->round, r->taken + r->count));
        r->count++;
    }
    if (r->count >= INTAKE_BATCH)
        hand_in(r);
}

static void read_through(struct read_run *r, struct stream *stream, struct str bytes)
{
    struct scene *s = r->s;
    for (size_t at = 0; at < bytes.len && r->taken < SIGNALS; at += PIECE) {
        struct stream_item item = {.kind = STREAM_FRAME};
        stream_give(stream, str_sub(bytes, at, PIECE), (struct stream_given){0});
        while (item.kind != STREAM_EMPTY) {
            must(s, stream_next(&s->c, stream, clock_now(&s->c), &item));
            gather(r, &item);
        }
    }
}

static void bench_adapter(struct scene *s, const struct bench_input *input)
{
    static struct read_run r;
    static int round;
    const struct adapter *adapter = adapter_find(str_from(input->adapter));
    struct arena_mark before = arena_mark(s->c.arena);
    struct intake *intake = NULL;
    struct stream *stream = NULL;
    void *options = NULL;
    must(s, intake_options(&s->c, adapter, input->options, &options));
    must(s, intake_open(&s->c, adapter, options, &intake));
    must(s, stream_open(&s->c, intake, &stream));
    r = (struct read_run){.s = s, .mark = arena_mark(s->c.arena), .round = ++round};
    double start = bench_now(), cpu = bench_busy();
    while (r.taken < SIGNALS)
        read_through(&r, stream, input->bytes);
    hand_in(&r);
    double took = bench_now() - start;
    cpu = bench_busy() - cpu;
    printf("%-36s %8.0f signals a CPU second, %8.0f a second (of %.0f frames)\n", input->what,
           (double)r.taken / cpu, (double)r.taken / took, (double)r.frames);
    stream_close(stream);
    intake_close(intake);
    arena_return(s->c.arena, before);
}

static void bench_adapters(struct scene *s)
{
    static struct bench b;
    struct bench_input inputs[BENCH_INPUTS];
    bench_open(&b);
    bench_inputs(&b, inputs);
    for (size_t i = 0; i < BENCH_INPUTS; i++)
        bench_adapter(s, &inputs[i]);
    bench_close(&b);
}

/* ---- the storm ------------------------------------------------------------------------------- */

struct lane {
    struct command command;
    struct signal_delivery batch;
    struct signal signal;
    char dedupe[16];
    double sent, waited;
    _Atomic bool done;
};

static void lane_done(struct command *command)
{
    struct lane *lane = command->arg;
    lane->waited = bench_now() - lane->sent;
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
    lane->sent = bench_now();
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
            bench_rest_ms(1);
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
    double start = bench_now();
    struct wall began = clock_now(&s->c);
    for (int i = 0; i < STORM_SIGNALS / STORM_BATCH; i++) {
        struct signal_delivery batch = {.items = {signals, STORM_BATCH}};
        struct command command = take(&batch);
        for (size_t j = 0; j < STORM_BATCH; j++) {
            fill(&signals[j], dedupes[j], sizeof dedupes[j], (*number)++);
            signals[j].source = STR("broken");
            signals[j].kind = SIGNAL_KIND_TAMPER;
            signals[j].priority = SIGNAL_PRIORITY_HIGH;
        }
        if (i % DURESS_EVERY == 0)
            send_duress(s, &lanes[lane_count++], (*number)++);
        clock_manual_set(&s->clock,
                         (struct wall){began.us + (int64_t)((bench_now() - start) * 1e6)});
        struct arena_mark mark = arena_mark(s->c.arena);
        must(s, core_call(&s->c, s->core, &command));
        arena_return(s->c.arena, mark);
    }
    double took = bench_now() - start;
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
    setenv("CHANCERY_SCENE_FOLDER", "/var/tmp", 0);
    watch_scene_open(&s);
    add_sources(&s);
    must(&s, core_start(&s.c, s.core));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        bench_batch(&s, sizes[i], &number);
    bench_adapters(&s);
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
