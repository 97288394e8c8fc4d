/* How fast JSON is read: real lines of Suricata through the pull reader and, in the same run,
 * through jansson; and records of about 300 bytes through their shape, in and out. Megabytes a
 * second of processor time. Lines come from the file named, or from ../shared/data/eve. */
#include "base/json.h"
#include "shape/shape.h"
#include "support/every.h"
#include "support/jansson_side.h"
#include "support/scratch.h"

#include <stdio.h>
#include <time.h>

enum { LINES_MAX = 1 << 20, LINE_BYTES_MAX = 1 << 20, ROUNDS = 8, RECORDS = 400000 };

struct lines {
    size_t count, bytes;
    const char **items;
    size_t *lens;
};

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static rc read_lines(struct ctx *c, FILE *from, struct lines *ret)
{
    char *line = NULL;
    NEW(c, line, LINE_BYTES_MAX);
    NEW(c, ret->items, LINES_MAX);
    NEW(c, ret->lens, LINES_MAX);
    while (ret->count < LINES_MAX && fgets(line, LINE_BYTES_MAX, from)) {
        struct str copy;
        TRY(str_copy(c, str_trim(str_from(line)), &copy));
        ret->items[ret->count] = copy.ptr;
        ret->lens[ret->count++] = copy.len;
        ret->bytes += copy.len;
    }
    return OK;
}

static void tell(const char *what, double bytes, double seconds, size_t count)
{
    printf("%-28s %8.0f MB per CPU second, %7.0f ns each\n", what, bytes / seconds / 1e6,
           seconds * 1e9 / (double)count);
}

static void bench_skip(const struct lines *lines)
{
    size_t good = 0, other = 0;
    double bytes = (double)lines->bytes * ROUNDS, start = cpu_seconds();
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < lines->count; i++) {
            struct json j;
            json_init(&j, (struct str){lines->items[i], lines->lens[i]});
            good += json_skip(&j, NULL) && json_end(&j);
        }
    }
    double middle = cpu_seconds();
    for (int round = 0; round < ROUNDS; round++)
        other += jansson_read_all(lines->count, lines->items, lines->lens);
    double end = cpu_seconds();
    printf("%zu lines of %zu bytes; refused: %zu by us, %zu by jansson (numbers beyond 63 bits)\n",
           lines->count, lines->bytes / lines->count, lines->count - good / ROUNDS,
           lines->count - other / ROUNDS);
    tell("json_skip", bytes, middle - start, lines->count * ROUNDS);
    tell("jansson (json_loadb)", bytes, end - middle, lines->count * ROUNDS);
}

static rc bench_shape(struct ctx *c)
{
    const struct str json = STR(
        "{\"id\":\"01JDA3Q6ZK8N2W4X5Y6Z7A8B9C\",\"name\":\"North gate of the chancery\",\"note\":"
        "\"Opens at 07:00, two guards\",\"site\":\"01JDA3Q6ZK8N2W4X5Y6Z7A8B9D\",\"level\":3,"
        "\"hold_ms\":30000,\"locked\":true,\"colour\":\"dark-blue\",\"since\":"
        "\"2026-11-22T03:00:00Z\",\"at\":{\"lat\":60.1699,\"lon\":24.9384},\"label\":"
        "\"TLP:AMBER\"}");
    double start = cpu_seconds();
    struct arena_mark mark = arena_mark(c->arena);
    for (int i = 0; i < RECORDS; i++) {
        struct every every = {0};
        TRY(shape_read(c, &every_shape, SHAPE_FROM_RECORD, json, &every));
        arena_return(c->arena, mark);
    }
    double middle = cpu_seconds();
    struct every every = {0};
    TRY(shape_read(c, &every_shape, SHAPE_FROM_RECORD, json, &every));
    mark = arena_mark(c->arena);
    for (int i = 0; i < RECORDS; i++) {
        struct text out;
        text_init(&out, c, 4096);
        shape_write(&out, &every_shape, SHAPE_VIEW_WHOLE, &every);
        if (out.failed)
            return fault_again(c);
        arena_return(c->arena, mark);
    }
    double end = cpu_seconds(), bytes = (double)json.len * RECORDS;
    printf("a record of %zu bytes, %zu fields\n", json.len, every_shape.count);
    tell("shape_read", bytes, middle - start, RECORDS);
    tell("shape_write", bytes, end - middle, RECORDS);
    return OK;
}

int main(int argc, char **argv)
{
    struct ctx c = scratch_open((size_t)1 << 30);
    struct lines lines = {0};
    FILE *from = argc > 1 ? fopen(argv[1], "r")
                          : popen("zcat ../shared/data/eve/*.jsonl.gz 2>/dev/null", "r");
    rc result = from ? read_lines(&c, from, &lines) : OK;
    if (from && argc > 1)
        fclose(from);
    else if (from)
        pclose(from);
    if (rc_ok(result) && lines.count > 0)
        bench_skip(&lines);
    else
        printf("json_skip: skipped, no lines in ../shared/data/eve\n");
    if (rc_ok(result))
        result = bench_shape(&c);
    if (!rc_ok(result))
        fprintf(stderr, "%s\n", c.fault.message);
    scratch_close(&c);
    return rc_ok(result) ? 0 : 1;
}
