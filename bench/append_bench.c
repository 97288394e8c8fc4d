/* What the record costs beside what it stands on: bare synced writes, bare rows in the same
 * encrypted database, then the ledger, on one disk in one run; PostgreSQL the same when
 * CHANCERY_TEST_POSTGRES names one. Then bytes a stored event, and proofs over a million events (an
 * argument: how many). */
#include "base/file.h"
#include "base/text.h"
#include "engine/merkle/merkle.h"
#include "ledger/ledger.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS = 5, BODY = 420, BATCH_MAX = 512 };

static const unsigned char key[32] = {1};
static const struct ledger_options who = {
    .origin = {"chancery/bench", 14}, .sign_seed = key, .seal_key = key};

struct bench {
    struct ctx ctx;
    char folder[40];
    int opened; /* databases, for their names */
    struct ledger_event events[BATCH_MAX];
    struct str entries[BATCH_MAX];
};

#define MUST(b, call)                                               \
    do {                                                            \
        if (!rc_ok(call)) {                                         \
            fprintf(stderr, "bench: %s\n", (b)->ctx.fault.message); \
            exit(1);                                                \
        }                                                           \
    } while (0)

/* Processor time of this process, ours and the kernel's for us. */
static double busy(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static double now(struct bench *b)
{
    return (double)clock_mono(&b->ctx).us / 1e6;
}

/* Events as a mission has them: a few kinds, records of which some are busy, bodies of 400 bytes.
 */
static void make_events(struct bench *b)
{
    static const char *const kinds[] = {"door.opened", "visit.checked_in", "alarm.raised",
                                        "camera.motion", "person.located"};
    char body[BODY];
    for (int i = 0; i < BATCH_MAX; i++) {
        struct ledger_event *e = &b->events[i];
        *e = (struct ledger_event){.kind = str_from(kinds[i % 5]),
                                   .version = 1,
                                   .occurred = {1700000000000000 + i},
                                   .received = {1700000000200000 + i},
                                   .actor = STR("source/01J00000000000000000000DOOR"),
                                   .cause = i % 3 ? i : -1,
                                   .label = STR("AMBER")};
        MUST(b, str_format(&b->ctx, &e->record, "door/01J0000000000000000000%04d", i * i % 300));
        int len = snprintf(body, sizeof body, "{\"n\":%d,\"text\":\"", i);
        for (; len < BODY - 3; len++)
            body[len] = (char)('a' + (i + len) % 26);
        MUST(b, str_format(&b->ctx, &e->body, "%.*s\"}", len, body));
        MUST(b, str_format(&b->ctx, &b->entries[i],
                           "{\"seq\":%d,\"kind\":\"%.*s\",\"version\":1,"
                           "\"occurred\":\"2023-11-14T22:13:20.000001Z\","
                           "\"received\":\"2023-11-14T22:13:20.200001Z\",\"actor\":\"%.*s\","
                           "\"label\":\"AMBER\",\"record\":\"%.*s\",\"body\":%.*s}",
                           i, STR_ARG(e->kind), STR_ARG(e->actor), STR_ARG(e->record),
                           STR_ARG(e->body)));
    }
}

/* ---- what is measured: each gives events a second ---------------------------------------------
 */

struct target {
    enum store_kind kind;
    const char *server;
};

static struct store *open_store(struct bench *b, const struct target *t)
{
    struct store *store = NULL;
    struct str path, sql;
    struct store_options options = {.kind = t->kind, .key = key, .path = t->server};
    b->opened++;
    if (t->kind == STORE_POSTGRES) {
        MUST(b, store_open(&b->ctx, &options, &store));
        MUST(b, str_format(&b->ctx, &sql, "CREATE SCHEMA bench%d_%d", getpid(), b->opened));
        MUST(b, store_script(&b->ctx, store, sql));
        store_close(store);
        MUST(b, str_format(&b->ctx, &path, "%s options='-c search_path=bench%d_%d'", t->server,
                           getpid(), b->opened));
    } else {
        MUST(b, str_format(&b->ctx, &path, "%s/%d.db", b->folder, b->opened));
    }
    options.path = path.ptr;
    MUST(b, store_open(&b->ctx, &options, &store));
    return store;
}

static double bare_file(struct bench *b, int batch, double seconds)
{
    struct str path;
    MUST(b, str_format(&b->ctx, &path, "%s/raw.%d", b->folder, b->opened++));
    int fd = open(path.ptr, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int64_t count = 0;
    double start = now(b);
    while (now(b) - start < seconds) {
        for (int i = 0; i < batch; i++)
            if (write(fd, b->entries[i].ptr, b->entries[i].len) < 0)
                exit(1);
        if (fdatasync(fd) < 0)
            exit(1);
        count += batch;
    }
    double rate = (double)count / (now(b) - start);
    close(fd);
    unlink(path.ptr);
    return rate;
}

static void bare_batch(struct bench *b, struct store *store, int64_t first, int batch)
{
    struct arena_mark mark = arena_mark(b->ctx.arena);
    static const char *const columns[] = {"seq", "entry"};
    struct store_value *values = ctx_take(&b->ctx, 2 * (size_t)batch, sizeof *values);
    for (int i = 0; i < batch; i++) {
        values[2 * i] = STORE_VALUE_I64(first + i);
        values[2 * i + 1] = STORE_VALUE_BYTES(b->entries[i]);
    }
    MUST(b, store_begin(&b->ctx, store, true));
    MUST(b, store_insert(&b->ctx, store, STR("bare"), 2, columns, (size_t)batch, values));
    MUST(b, store_commit(&b->ctx, store));
    arena_return(b->ctx.arena, mark);
}

static void ledger_batch(struct bench *b, struct store *store, struct ledger *ledger, int batch)
{
    struct arena_mark mark = arena_mark(b->ctx.arena);
    MUST(b, store_begin(&b->ctx, store, true));
    MUST(b, ledger_append(&b->ctx, ledger, (size_t)batch, b->events, NULL));
    MUST(b, ledger_sign(&b->ctx, ledger, clock_now(&b->ctx)));
    MUST(b, store_commit(&b->ctx, store));
    arena_return(b->ctx.arena, mark);
}

/* The log is moved into the database when it has grown, as the writer's own thread does it. */
static void tidy_log(struct bench *b, struct store *store, int64_t *unmoved, int batch)
{
    *unmoved += batch;
    if (*unmoved >= 16384) {
        MUST(b, store_checkpoint(&b->ctx, store, false));
        *unmoved = 0;
    }
}

static double bare_rows(struct bench *b, const struct target *t, int batch, double seconds,
                        double *ret_cpu_us)
{
    struct store *store = open_store(b, t);
    struct str sql;
    int64_t count = 0, unmoved = 0;
    MUST(b, str_format(&b->ctx, &sql, "CREATE TABLE bare (seq %s PRIMARY KEY, entry %s NOT NULL)",
                       store_type(t->kind, STORE_I64), store_type(t->kind, STORE_BYTES)));
    MUST(b, store_script(&b->ctx, store, sql));
    double start = now(b), cpu = busy();
    while (now(b) - start < seconds) {
        bare_batch(b, store, count, batch);
        count += batch;
        tidy_log(b, store, &unmoved, batch);
    }
    double rate = (double)count / (now(b) - start);
    *ret_cpu_us = (busy() - cpu) * 1e6 / (double)count;
    store_close(store);
    return rate;
}

static double ledger_rows(struct bench *b, const struct target *t, int batch, double seconds,
                          double *ret_cpu_us)
{
    struct store *store = open_store(b, t);
    struct ledger *ledger = NULL;
    int64_t unmoved = 0;
    MUST(b, ledger_create(&b->ctx, store, &who));
    MUST(b, ledger_open(&b->ctx, store, &who, &ledger));
    double start = now(b), cpu = busy();
    while (now(b) - start < seconds) {
        ledger_batch(b, store, ledger, batch);
        tidy_log(b, store, &unmoved, batch);
    }
    double rate = (double)ledger_size(ledger) / (now(b) - start);
    *ret_cpu_us = (busy() - cpu) * 1e6 / (double)ledger_size(ledger);
    ledger_close(ledger);
    store_close(store);
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
static void measure(struct bench *b, const char *server, int batch)
{
    const struct target sqlite = {STORE_SQLITE, NULL}, postgres = {STORE_POSTGRES, server};
    double rates[5][ROUNDS] = {{0}}, cpu_us[4][ROUNDS] = {{0}}, seconds = 0.6;
    for (int round = 0; round < ROUNDS; round++) {
        rates[0][round] = bare_file(b, batch, seconds);
        rates[1][round] = bare_rows(b, &sqlite, batch, seconds, &cpu_us[0][round]);
        rates[2][round] = ledger_rows(b, &sqlite, batch, seconds, &cpu_us[1][round]);
        if (server) {
            rates[3][round] = bare_rows(b, &postgres, batch, seconds, &cpu_us[2][round]);
            rates[4][round] = ledger_rows(b, &postgres, batch, seconds, &cpu_us[3][round]);
        }
    }
    double bare = median(rates[1]), kept = median(rates[2]);
    printf("%6d %12.0f %12.0f %12.0f %7.2f %8.1f %8.1f", batch, median(rates[0]), bare, kept,
           kept / bare, median(cpu_us[0]), median(cpu_us[1]));
    if (server) {
        bare = median(rates[3]);
        kept = median(rates[4]);
        printf(" %12.0f %12.0f %7.2f", bare, kept, kept / bare);
    }
    putchar('\n');
    fflush(stdout);
}

/* ---- many events ------------------------------------------------------------------------------
 */

static void measure_many(struct bench *b, int64_t many)
{
    const struct target sqlite = {STORE_SQLITE, NULL};
    struct store *store = open_store(b, &sqlite);
    struct ledger *ledger = NULL;
    struct ledger_proof proof;
    struct ledger_report report;
    struct merkle *m = NULL;
    struct str path, entry;
    struct stat info;
    MUST(b, ledger_create(&b->ctx, store, &who));
    MUST(b, ledger_open(&b->ctx, store, &who, &ledger));
    double start = now(b);
    for (int64_t unmoved = 0; ledger_size(ledger) < many;) {
        ledger_batch(b, store, ledger, 256);
        tidy_log(b, store, &unmoved, 256);
    }
    printf("\n%" PRId64 " events appended at %.0f/s\n", ledger_size(ledger),
           (double)ledger_size(ledger) / (now(b) - start));
    MUST(b, store_checkpoint(&b->ctx, store, true));
    MUST(b, str_format(&b->ctx, &path, "%s/%d.db", b->folder, b->opened));
    if (stat(path.ptr, &info) < 0)
        exit(1);
    printf("bytes a stored event: %.0f (an entry has %zu)\n",
           (double)info.st_size / (double)ledger_size(ledger), b->entries[0].len);
    struct merkle_hash root = ledger_root(ledger);
    ledger_close(ledger);
    start = now(b);
    MUST(b, ledger_open(&b->ctx, store, &who, &ledger));
    printf("opened in %.1f ms\n", (now(b) - start) * 1e3);
    MUST(b, merkle_open(&b->ctx, &m));
    enum { PROOFS = 200 };
    double proving = 0, checking = 0;
    for (int i = 0; i < PROOFS; i++) {
        int64_t size = ledger_size(ledger), seq = size * i / PROOFS;
        MUST(b, ledger_entry(&b->ctx, store, seq, &entry));
        start = now(b);
        MUST(b, ledger_prove_inclusion(&b->ctx, store, seq, size, &proof));
        proving += now(b) - start;
        struct merkle_hash leaf = merkle_leaf(m, entry);
        start = now(b);
        if (!merkle_verify_inclusion(m, &leaf, seq, size, proof.count, proof.hashes, &root))
            exit(1);
        checking += now(b) - start;
    }
    printf("inclusion proof: %zu bytes, made in %.0f us, checked in %.1f us\n",
           proof.count * sizeof *proof.hashes, proving / PROOFS * 1e6, checking / PROOFS * 1e6);
    start = now(b);
    MUST(b, ledger_verify(&b->ctx, store, &who, &report));
    printf("everything verified in %.1f s (%.0f events/s)\n", now(b) - start,
           (double)report.events / (now(b) - start));
    merkle_close(m);
    ledger_close(ledger);
    store_close(store);
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
    static const int batches[] = {1, 32, 256, 512};
    struct bench *b = calloc(1, sizeof *b);
    const char *server = getenv("CHANCERY_TEST_POSTGRES"), *root = getenv("CHANCERY_BENCH_FOLDER");
    int64_t many = 1000000;
    if (!b || (argc > 1 && !str_to_i64(str_from(argv[1]), &many)))
        return 2;
    b->ctx = (struct ctx){.arena = arena_open((size_t)1 << 30), .clock = &clock_system};
    snprintf(b->folder, sizeof b->folder, "%.24s/bench-XXXXXX", root ? root : "/var/tmp");
    if (!mkdtemp(b->folder))
        return 1;
    make_events(b);
    printf(
        "acknowledged events a second, medians of %d rounds taken in turns, entries of %zu bytes\n"
        "%6s %12s %12s %12s %7s%s\n",
        ROUNDS, b->entries[0].len, "batch", "bare fsync", "bare SQLite", "ledger", "share",
        server ? "  bare PostgreSQL   ledger   share" : "");
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
        measure(b, server, batches[i]);
    if (many > 0)
        measure_many(b, many);
    remove_folder(b);
    arena_close(b->ctx.arena);
    free(b);
    return 0;
}
