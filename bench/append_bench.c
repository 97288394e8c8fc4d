/* What the record costs beside what it stands on: bare synced writes, bare rows in the same
 * encrypted database, then the ledger, on one disk in one run; PostgreSQL the same when
 * CHANCERY_TEST_POSTGRES names one. Then bytes a stored event, and proofs over a million events (an
 * argument: how many). */
#include "bench.h"

#include "engine/merkle/merkle.h"
#include "ledger/ledger.h"

#include <inttypes.h>
#include <sys/stat.h>

enum { ROUNDS = 5, BODY = 420, BATCH_MAX = 512 };

static const struct ledger_options who = {
    .origin = {"chancery/bench", 14}, .sign_seed = bench_key, .seal_key = bench_key};

/* What is appended, and as the ledger keeps it. */
struct load {
    struct ledger_event events[BATCH_MAX];
    struct str entries[BATCH_MAX];
};

/* Events as a mission has them: a few kinds, records of which some are busy, bodies of 400 bytes.
 */
static void make_events(struct bench *b, struct load *load)
{
    static const char *const kinds[] = {"door.opened", "visit.checked_in", "alarm.raised",
                                        "camera.motion", "person.located"};
    char body[BODY];
    for (int i = 0; i < BATCH_MAX; i++) {
        struct ledger_event *e = &load->events[i];
        *e = (struct ledger_event){.kind = str_from(kinds[i % 5]),
                                   .version = 1,
                                   .occurred = {1700000000000000 + i},
                                   .received = {1700000000200000 + i},
                                   .actor = STR("source/01J00000000000000000000DOOR"),
                                   .cause = i % 3 ? i : -1,
                                   .label = STR("AMBER")};
        MUST(b, str_format(&b->c, &e->record, "door/01J0000000000000000000%04d", i * i % 300));
        int len = snprintf(body, sizeof body, "{\"n\":%d,\"text\":\"", i);
        for (; len < BODY - 3; len++)
            body[len] = (char)('a' + (i + len) % 26);
        MUST(b, str_format(&b->c, &e->body, "%.*s\"}", len, body));
        MUST(b, str_format(&b->c, &load->entries[i],
                           "{\"seq\":%d,\"kind\":\"%.*s\",\"version\":1,"
                           "\"occurred\":\"2023-11-14T22:13:20.000001Z\","
                           "\"received\":\"2023-11-14T22:13:20.200001Z\",\"actor\":\"%.*s\","
                           "\"label\":\"AMBER\",\"record\":\"%.*s\",\"body\":%.*s}",
                           i, STR_ARG(e->kind), STR_ARG(e->actor), STR_ARG(e->record),
                           STR_ARG(e->body)));
    }
}

/* ---- what is measured: each gives events a second -------------------------------------------- */

static struct store *open_store(struct bench *b, const struct bench_target *target)
{
    struct store *store = NULL;
    struct store_options options = bench_store(b, target);
    MUST(b, store_open(&b->c, &options, &store));
    return store;
}

static void ledger_batch(struct bench *b, const struct load *load, struct store *store,
                         struct ledger *ledger, int batch)
{
    struct arena_mark mark = arena_mark(b->c.arena);
    MUST(b, store_begin(&b->c, store, true));
    MUST(b, ledger_append(&b->c, ledger, (size_t)batch, load->events, NULL));
    MUST(b, ledger_sign(&b->c, ledger, clock_now(&b->c)));
    MUST(b, store_commit(&b->c, store));
    arena_return(b->c.arena, mark);
}

static double ledger_rows(struct bench *b, const struct load *load, const struct bench_target *t,
                          int batch, double seconds, double *ret_cpu_us)
{
    struct store *store = open_store(b, t);
    struct ledger *ledger = NULL;
    int64_t unmoved = 0;
    MUST(b, ledger_create(&b->c, store, &who));
    MUST(b, ledger_open(&b->c, store, &who, &ledger));
    double start = bench_now(), cpu = bench_busy();
    while (bench_now() - start < seconds) {
        ledger_batch(b, load, store, ledger, batch);
        bench_tidy_log(b, store, &unmoved, batch);
    }
    double rate = (double)ledger_size(ledger) / (bench_now() - start);
    *ret_cpu_us = (bench_busy() - cpu) * 1e6 / (double)ledger_size(ledger);
    ledger_close(ledger);
    store_close(store);
    return rate;
}

/* ---- the table ------------------------------------------------------------------------------- */

/* The rounds of all columns take turns, so that a busy neighbour meets them all. */
static void measure(struct bench *b, const struct load *load, const char *server, int batch)
{
    const struct bench_target sqlite = {STORE_SQLITE, NULL}, postgres = {STORE_POSTGRES, server};
    double rates[5][ROUNDS] = {{0}}, cpu_us[4][ROUNDS] = {{0}}, seconds = 0.6;
    for (int round = 0; round < ROUNDS; round++) {
        rates[0][round] = bench_bare_file(b, batch, BATCH_MAX, load->entries, seconds);
        rates[1][round] = bench_bare_rows(b, &sqlite, batch, BATCH_MAX, load->entries, seconds,
                                          &cpu_us[0][round]);
        rates[2][round] = ledger_rows(b, load, &sqlite, batch, seconds, &cpu_us[1][round]);
        if (server) {
            rates[3][round] = bench_bare_rows(b, &postgres, batch, BATCH_MAX, load->entries,
                                              seconds, &cpu_us[2][round]);
            rates[4][round] = ledger_rows(b, load, &postgres, batch, seconds, &cpu_us[3][round]);
        }
    }
    double bare = bench_median(ROUNDS, rates[1]), kept = bench_median(ROUNDS, rates[2]);
    printf("%6d %12.0f %12.0f %12.0f %7.2f %8.1f %8.1f", batch, bench_median(ROUNDS, rates[0]),
           bare, kept, kept / bare, bench_median(ROUNDS, cpu_us[0]),
           bench_median(ROUNDS, cpu_us[1]));
    if (server) {
        bare = bench_median(ROUNDS, rates[3]);
        kept = bench_median(ROUNDS, rates[4]);
        printf(" %12.0f %12.0f %7.2f", bare, kept, kept / bare);
    }
    putchar('\n');
    fflush(stdout);
}

/* ---- many events ----------------------------------------------------------------------------- */

static void measure_many(struct bench *b, const struct load *load, int64_t many)
{
    const struct bench_target sqlite = {STORE_SQLITE, NULL};
    struct store *store = open_store(b, &sqlite);
    struct ledger *ledger = NULL;
    struct ledger_proof proof;
    struct ledger_report report;
    struct merkle *m = NULL;
    struct str path, entry;
    struct stat info;
    MUST(b, ledger_create(&b->c, store, &who));
    MUST(b, ledger_open(&b->c, store, &who, &ledger));
    double start = bench_now();
    for (int64_t unmoved = 0; ledger_size(ledger) < many;) {
        ledger_batch(b, load, store, ledger, 256);
        bench_tidy_log(b, store, &unmoved, 256);
    }
    printf("\n%" PRId64 " events appended at %.0f/s\n", ledger_size(ledger),
           (double)ledger_size(ledger) / (bench_now() - start));
    MUST(b, store_checkpoint(&b->c, store, STORE_TRUNCATE, 0, NULL));
    MUST(b, str_format(&b->c, &path, "%s/%d.db", b->folder, b->opened));
    if (stat(path.ptr, &info) < 0)
        exit(1);
    printf("bytes a stored event: %.0f (an entry has %zu)\n",
           (double)info.st_size / (double)ledger_size(ledger), load->entries[0].len);
    struct merkle_hash root = ledger_root(ledger);
    ledger_close(ledger);
    start = bench_now();
    MUST(b, ledger_open(&b->c, store, &who, &ledger));
    printf("opened in %.1f ms\n", (bench_now() - start) * 1e3);
    MUST(b, merkle_open(&b->c, &m));
    enum { PROOFS = 200 };
    double proving = 0, checking = 0;
    for (int i = 0; i < PROOFS; i++) {
        int64_t size = ledger_size(ledger), seq = size * i / PROOFS;
        MUST(b, ledger_entry(&b->c, store, seq, &entry));
        start = bench_now();
        MUST(b, ledger_prove_inclusion(&b->c, store, seq, size, &proof));
        proving += bench_now() - start;
        struct merkle_hash leaf = merkle_leaf(m, entry);
        start = bench_now();
        if (!merkle_verify_inclusion(m, &leaf, seq, size, proof.count, proof.hashes, &root))
            exit(1);
        checking += bench_now() - start;
    }
    printf("inclusion proof: %zu bytes, made in %.0f us, checked in %.1f us\n",
           proof.count * sizeof *proof.hashes, proving / PROOFS * 1e6, checking / PROOFS * 1e6);
    start = bench_now();
    MUST(b, ledger_verify(&b->c, store, &who, &report));
    printf("everything verified in %.1f s (%.0f events/s)\n", bench_now() - start,
           (double)report.events / (bench_now() - start));
    merkle_close(m);
    ledger_close(ledger);
    store_close(store);
}

int main(int argc, char **argv)
{
    static const int batches[] = {1, 32, 256, 512};
    static struct load load;
    struct bench b;
    const char *server = getenv("CHANCERY_TEST_POSTGRES");
    int64_t many = 1000000;
    if (argc > 1 && !str_to_i64(str_from(argv[1]), &many))
        return 2;
    bench_open(&b);
    make_events(&b, &load);
    printf(
        "acknowledged events a second, medians of %d rounds taken in turns, entries of %zu bytes\n"
        "%6s %12s %12s %12s %7s%s\n",
        ROUNDS, load.entries[0].len, "batch", "bare fsync", "bare SQLite", "ledger", "share",
        server ? "  bare PostgreSQL   ledger   share" : "");
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
        measure(&b, &load, server, batches[i]);
    if (many > 0)
        measure_many(&b, &load, many);
    bench_close(&b);
    return 0;
}
