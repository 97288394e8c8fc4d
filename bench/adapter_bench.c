/* How fast adapters read, on one core: frames and signals a second of processor time, through the
 * stream as live (window, checks, evidence, attributes, counters), nothing decided and nothing
 * stored. Real bytes where they lie beside the checkout, else the adapter's examples; dc09 has
 * frames made here, plain and encrypted, each answered with its ACK.
 *
 * Peers in the same run: jansson, which parses each EVE line and forgets it; and a script in Python
 * (bench/adapter_peers.py), which does what such scripts do. Neither keeps evidence, bounds memory
 * or counts what is bad. */
#include "input.h"

#include "adapter/registry/registry.h"
#include "support/jansson_side.h"

#include <inttypes.h>
#include <unistd.h>

enum { PIECE = 65536 };

static void tell(const char *what, uint64_t frames, uint64_t signals, double bytes, double seconds)
{
    printf("%-34s %9.0f frames/s", what, (double)frames / seconds);
    if (signals)
        printf(" %9.0f signals/s", (double)signals / seconds);
    if (bytes > 0)
        printf(" %6.0f MB/s", bytes / seconds / 1e6);
    printf("\n");
}

/* ---- ours ------------------------------------------------------------------------------------ */

static rc lead(struct ctx *c, struct stream *stream, struct wall now, struct str bytes)
{
    for (size_t at = 0; at < bytes.len; at += PIECE) {
        struct stream_item item = {.kind = STREAM_FRAME};
        stream_give(stream, str_sub(bytes, at, PIECE), (struct stream_given){0});
        while (item.kind != STREAM_EMPTY) {
            struct arena_mark mark = arena_mark(c->arena);
            TRY(stream_next(c, stream, now, &item));
            arena_return(c->arena, mark);
        }
    }
    return OK;
}

static rc bench(struct ctx *c, const struct bench_input *input)
{
    const struct adapter *a = adapter_find(str_from(input->adapter));
    struct intake *intake = NULL;
    struct stream *stream = NULL;
    void *record = NULL;
    struct wall now = {1795316400000000}; /* 2026-11-22T03:00:00Z */
    TRY(intake_options(c, a, input->options, &record));
    TRY(intake_open(c, a, record, &intake));
    TRY(stream_open(c, intake, &stream));
    double start = bench_busy();
    for (int round = 0; round < input->rounds; round++)
        TRY(lead(c, stream, now, input->bytes));
    double seconds = bench_busy() - start;
    const struct intake_counts *counts = intake_counts(intake);
    tell(input->what, counts->frames, counts->signals, (double)counts->bytes, seconds);
    if (counts->bad > 0)
        printf("    %" PRIu64 " bad\n", counts->bad);
    stream_close(stream);
    intake_close(intake);
    return OK;
}

/* ---- peers ----------------------------------------------------------------------------------- */

static rc bench_jansson(struct ctx *c, struct str bytes, int rounds)
{
    struct str line, rest = bytes;
    const char **items = NULL;
    size_t *lens = NULL, count = 0, read = 0;
    NEW(c, items, 1 << 20);
    NEW(c, lens, 1 << 20);
    while (count < 1 << 20 && str_split(&rest, '\n', &line)) {
        items[count] = line.ptr;
        lens[count++] = line.len;
    }
    double start = bench_busy();
    for (int round = 0; round < rounds; round++)
        read += jansson_read_all(count, items, lens);
    tell("  jansson: parse, forget", read, 0, (double)bytes.len * rounds, bench_busy() - start);
    return OK;
}

static rc bench_script(struct ctx *c, const char *peer, struct str bytes, int rounds)
{
    char path[] = "/tmp/chancery-bench-XXXXXX";
    struct str command;
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, bytes.ptr, bytes.len) != (ssize_t)bytes.len)
        FAIL(c, IO, "cannot write %s", path);
    close(fd);
    TRY(str_format(c, &command, "python3 bench/adapter_peers.py %s %s %d", peer, path, rounds));
    FILE *out = popen(command.ptr, "r");
    uint64_t count = 0;
    double seconds = 0;
    if (out && fscanf(out, "%" SCNu64 " %lf", &count, &seconds) == 2 && seconds > 0)
        tell("  script in Python", count, 0, (double)bytes.len * rounds, seconds);
    if (out)
        pclose(out);
    unlink(path);
    return OK;
}

static rc bench_all(struct ctx *c, const struct bench_input *inputs)
{
    for (size_t i = 0; i < BENCH_INPUTS; i++) {
        const struct bench_input *input = &inputs[i];
        bool eve = strcmp(input->adapter, "eve") == 0,
             syslog = strcmp(input->adapter, "syslog") == 0;
        TRY(bench(c, input));
        if (eve)
            TRY(bench_jansson(c, input->bytes, 1));
        if (eve || syslog)
            TRY(bench_script(c, input->adapter, input->bytes, eve ? 1 : 20));
    }
    return OK;
}

int main(void)
{
    static struct bench b;
    struct bench_input inputs[BENCH_INPUTS];
    bench_open(&b);
    bench_inputs(&b, inputs);
    MUST(&b, bench_all(&b.c, inputs));
    bench_close(&b);
    return 0;
}
