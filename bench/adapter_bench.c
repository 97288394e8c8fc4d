/* How fast adapters read, on one core: frames and signals a second of processor time, through the
 * stream as live (window, checks, evidence, attributes, counters), nothing decided and nothing
 * stored. Real bytes where they lie beside the checkout, else the adapter's examples; dc09 has
 * frames made here, plain and encrypted, each answered with its ACK.
 *
 * Peers in the same run: jansson, which parses each EVE line and forgets it; and a script in Python
 * (bench/adapter_peers.py), which does what such scripts do. Neither keeps evidence, bounds memory
 * or counts what is bad. */
#include "adapter/dc09/frame.h"
#include "adapter/registry/registry.h"
#include "support/jansson_side.h"
#include "support/scratch.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { MEMORY_MAX = 1 << 30, INPUT_MAX = 64 << 20, PIECE = 65536, FRAMES = 100000 };

#define EVE_PATH    "../shared/data/eve/suricata-7.0.10.jsonl.gz"
#define SYSLOG_PATH "../shared/data/syslog/OpenSSH_2k.log"

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell(const char *what, uint64_t frames, uint64_t signals, double bytes, double seconds)
{
    printf("%-34s %9.0f frames/s", what, (double)frames / seconds);
    if (signals)
        printf(" %9.0f signals/s", (double)signals / seconds);
    if (bytes > 0)
        printf(" %6.0f MB/s", bytes / seconds / 1e6);
    printf("\n");
}

/* ---- ours --------------------------------------------------------------------------------------
 */

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

static rc bench(struct ctx *c, const char *what, const char *adapter, const char *options,
                struct str bytes, int rounds)
{
    const struct adapter *a = adapter_find(str_from(adapter));
    struct intake *intake = NULL;
    struct stream *stream = NULL;
    void *record = NULL;
    struct wall now = {1795316400000000}; /* 2026-11-22T03:00:00Z */
    TRY(intake_options(c, a, str_from(options ? options : a->look), &record));
    TRY(intake_open(c, a, record, &intake));
    TRY(stream_open(c, intake, &stream));
    double start = cpu_seconds();
    for (int round = 0; round < rounds; round++)
        TRY(lead(c, stream, now, bytes));
    double seconds = cpu_seconds() - start;
    const struct intake_counts *counts = intake_counts(intake);
    tell(what, counts->frames, counts->signals, (double)counts->bytes, seconds);
    if (counts->bad > 0)
        printf("    %" PRIu64 " bad\n", counts->bad);
    stream_close(stream);
    intake_close(intake);
    return OK;
}

/* ---- input -------------------------------------------------------------------------------------
 */

/* The file, unpacked if it is packed; the adapter's examples when it is not here. */
static rc read_input(struct ctx *c, const char *path, const char *adapter, struct str *ret)
{
    gzFile file = gzopen(path, "rb");
    if (file) {
        char *bytes = NULL;
        NEW(c, bytes, INPUT_MAX);
        int len = gzread(file, bytes, INPUT_MAX);
        gzclose(file);
        *ret = (struct str){bytes, len > 0 ? (size_t)len : 0};
        return OK;
    }
    struct text t;
    const char *const *examples = adapter_find(str_from(adapter))->examples;
    text_init(&t, c, INPUT_MAX);
    for (size_t n = 0; n < 3000; n++)
        for (size_t i = 0; examples[i]; i++)
            text_put(&t, str_from(examples[i]));
    printf("%s is not here: the adapter's examples instead\n", path);
    return text_done(&t, ret);
}

static rc make_frames(struct ctx *c, const char *sealed, struct str *ret)
{
    struct text t;
    text_init(&t, c, INPUT_MAX);
    for (int i = 0; i < FRAMES; i++) {
        char body[200];
        int len = snprintf(body, sizeof body, "\"%sSIA-DCS\"%04dL0#%04d[", sealed ? "*" : "",
                           i / 500 % 9999 + 1, i % 500 + 1000);
        len += snprintf(body + len, sizeof body - (size_t)len, "%s",
                        sealed ? sealed : "#1000|Nri1/BA01]_03:00:00,11-22-2026");
        struct str b = {body, (size_t)len};
        text_printf(&t, "\n%04X%04zX%.*s\r", dc09_crc(b), b.len, STR_ARG(b));
    }
    return text_done(&t, ret);
}

/* Accounts 1000 to 1499, with a key or without. */
static rc make_options(struct ctx *c, const char *key, struct str *ret)
{
    struct text t;
    text_init(&t, c, 1 << 20);
    text_put(&t, STR("{\"accounts\":["));
    for (int i = 0; i < 500; i++)
        text_printf(&t, "%s{\"account\":\"%d\"%s%s%s}", i ? "," : "", i + 1000,
                    key ? ",\"key\":\"" : "", key ? key : "", key ? "\"" : "");
    text_put(&t, STR("]}"));
    return text_done(&t, ret);
}

/* ---- peers -------------------------------------------------------------------------------------
 */

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
    double start = cpu_seconds();
    for (int round = 0; round < rounds; round++)
        read += jansson_read_all(count, items, lens);
    tell("  jansson: parse, forget", read, 0, (double)bytes.len * rounds, cpu_seconds() - start);
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

static rc bench_all(struct ctx *c)
{
    struct str eve, syslog, plain, sealed, options;
    static const char key[] = "0123456789ABCDEF";
    /* AES-128 of "xxxxxxxxxxx|#1000|Nri1/BA01]_03:00:00,11-22-2026" under that key, by another
     * tool. */
    static const char cipher[] = "2F49A854D514BF9E5DEFB123EA841A4D3BD03EC0DECD7D6176815275CFD12C04"
                                 "63A33158B1C8564179DB8FB900423C5F";
    TRY(read_input(c, EVE_PATH, "eve", &eve));
    TRY(bench(c, "eve: alerts, anomalies are signals", "eve", NULL, eve, 8));
    TRY(bench_jansson(c, eve, 1));
    TRY(bench_script(c, "eve", eve, 1));
    TRY(read_input(c, SYSLOG_PATH, "syslog", &syslog));
    TRY(bench(c, "syslog: an OpenSSH log", "syslog", NULL, syslog, 100));
    TRY(bench_script(c, "syslog", syslog, 20));
    TRY(make_options(c, NULL, &options));
    TRY(make_frames(c, NULL, &plain));
    TRY(bench(c, "dc09: plain, with ACK", "dc09", options.ptr, plain, 3));
    TRY(make_options(c, key, &options));
    TRY(make_frames(c, cipher, &sealed));
    return bench(c, "dc09: encrypted, with ACK", "dc09", options.ptr, sealed, 3);
}

int main(void)
{
    struct ctx c = scratch_open(MEMORY_MAX);
    rc result = bench_all(&c);
    if (!rc_ok(result))
        fprintf(stderr, "adapter: %s\n", c.fault.message);
    scratch_close(&c);
    return rc_ok(result) ? 0 : 1;
}
