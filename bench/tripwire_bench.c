/* Tripwires beside other correlators. Without arguments: the comparison, which is
 * tripwire_peers.py's. With FOLDER EVENTS COUNT: our own figures on the first COUNT lines of a file
 * of JSON lines, as one line of JSON: events a second of processor time from lines and decoded,
 * bytes a key as counted and as the process held them, hits by rule. */
#include "base/file.h"
#include "engine/sigma/sigma.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const size_t MEMORY_MAX = (size_t)8 << 30;
enum { LINE_MEMORY_MAX = 1 << 20 };

struct bench {
    struct ctx c;    /* rules, and the events once they are decoded */
    struct ctx line; /* emptied for every line */
    struct sigma_set *set;
    struct sigma_engine *engine;
    struct str *lines;
    size_t count;
};

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* What the process holds now, in bytes. */
static double held_bytes(void)
{
    unsigned long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%lu %lu", &pages, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/* FOLDER/0.yml, 1.yml and so on. */
static rc open_rules(struct bench *b, const char *folder)
{
    struct ctx *c = &b->c;
    struct str path, text;
    const struct sigma_error *errors;
    TRY(sigma_set_open(c, NULL, &b->set));
    for (unsigned i = 0;; i++) {
        TRY(str_format(c, &path, "%s/%u.yml", folder, i));
        if (!file_exists(path.ptr))
            break;
        TRY(file_read(c, &files_system, path.ptr, MEMORY_MAX, &text));
        TRY(sigma_set_add(c, b->set, path, text));
    }
    TRY(sigma_set_seal(c, b->set));
    if (sigma_set_errors(b->set, &errors) > 0)
        FAIL(c, INVALID, "%.*s:%u: %.*s", STR_ARG(errors[0].file), errors[0].line,
             STR_ARG(errors[0].reason));
    return OK;
}

static rc open_lines(struct bench *b, const char *path, size_t most)
{
    struct str text, line;
    TRY(file_read(&b->c, &files_system, path, MEMORY_MAX, &text));
    NEW(&b->c, b->lines, most);
    while (b->count < most && str_split(&text, '\n', &line))
        b->lines[b->count++] = line;
    return OK;
}

static rc open_engine(struct bench *b)
{
    struct sigma_engine_options options = {.bytes_max = MEMORY_MAX};
    sigma_engine_close(b->engine);
    b->engine = NULL;
    return sigma_engine_open(&b->c, b->set, &options, &b->engine);
}

static rc run_lines(struct bench *b)
{
    struct sigma_event event;
    for (size_t i = 0; i < b->count; i++) {
        arena_reset(b->line.arena);
        TRY(sigma_event_read(&b->line, b->set, b->lines[i], &event));
        TRY(sigma_feed(&b->c, b->engine, &event));
    }
    return OK;
}

static rc decode(struct bench *b, struct sigma_event **ret)
{
    NEW(&b->c, *ret, b->count + 1);
    for (size_t i = 0; i < b->count; i++)
        TRY(sigma_event_read(&b->c, b->set, b->lines[i], &(*ret)[i]));
    return OK;
}

static void print_hits(const struct bench *b)
{
    bool any = false;
    for (uint32_t i = 0; i < sigma_set_count(b->set); i++) {
        uint64_t hits = sigma_rule_cost(b->engine, i).hits;
        if (hits == 0)
            continue;
        printf("%s\"%.*s\":%llu", any ? "," : "", STR_ARG(sigma_set_rule(b->set, i)->label),
               (unsigned long long)hits);
        any = true;
    }
}

static rc run_all(struct bench *b, char **argv)
{
    struct sigma_event *events;
    int64_t most = 0;
    TRY(open_rules(b, argv[1]));
    if (!str_to_i64(str_from(argv[3]), &most) || most <= 0)
        FAIL(&b->c, INVALID, "a count is a number above 0");
    TRY(open_lines(b, argv[2], (size_t)most));
    TRY(open_engine(b));
    double held = held_bytes(), began = cpu_seconds();
    TRY(run_lines(b));
    double lines = cpu_seconds() - began, keys = (double)sigma_count(b->engine).keys;
    double key_bytes = (double)sigma_count(b->engine).bytes / (keys > 0 ? keys : 1);
    held = (held_bytes() - held) / (keys > 0 ? keys : 1);
    TRY(decode(b, &events));
    TRY(open_engine(b));
    began = cpu_seconds();
    for (size_t i = 0; i < b->count; i++)
        TRY(sigma_feed(&b->c, b->engine, &events[i]));
    double decoded = cpu_seconds() - began, count = (double)b->count;
    printf("{\"lines\":%.0f,\"decoded\":%.0f,\"key_bytes\":%.1f,\"key_held\":%.1f,\"hits\":{",
           count / lines, count / decoded, key_bytes, held);
    print_hits(b);
    puts("}}");
    return OK;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        execlp("python3", "python3", "bench/tripwire_peers.py", argv[0], (char *)NULL);
        perror("python3");
        return 1;
    }
    struct bench b = {.c = {.arena = arena_open(MEMORY_MAX), .clock = &clock_system},
                      .line = {.arena = arena_open(LINE_MEMORY_MAX), .clock = &clock_system}};
    rc result = run_all(&b, argv);
    if (!rc_ok(result))
        fprintf(stderr, "tripwire: %s%s\n", b.c.fault.message, b.line.fault.message);
    sigma_engine_close(b.engine);
    sigma_set_close(b.set);
    arena_close(b.line.arena);
    arena_close(b.c.arena);
    return rc_ok(result) ? 0 : 1;
}
