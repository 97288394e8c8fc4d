#include "bench.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MEMORY_MAX = 1 << 30, UNMOVED_MAX = 16384 };

const unsigned char bench_key[32] = {1};

void bench_open(struct bench *b)
{
    const char *root = getenv("CHANCERY_BENCH_FOLDER");
    *b = (struct bench){.c = {.arena = arena_open(MEMORY_MAX), .clock = &clock_system}};
    snprintf(b->folder, sizeof b->folder, "%.24s/bench-XXXXXX", root ? root : "/var/tmp");
    if (!b->c.arena || !mkdtemp(b->folder))
        exit(1);
}

void bench_close(struct bench *b)
{
    char path[sizeof b->folder + 300];
    DIR *folder = opendir(b->folder);
    for (struct dirent *file; folder && (file = readdir(folder));) {
        snprintf(path, sizeof path, "%s/%s", b->folder, file->d_name);
        unlink(path);
    }
    if (folder)
        closedir(folder);
    rmdir(b->folder);
    arena_close(b->c.arena);
}

/* ---- measuring ------------------------------------------------------------------------------- */

static double seconds_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_now(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

double bench_busy(void)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

void bench_rest_ms(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bench_share(double share, size_t count, double *values)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof *values, by_value);
    size_t at = (size_t)(share * (double)count);
    return values[at < count ? at : count - 1];
}

int64_t bench_number(const char *text, size_t len)
{
    int64_t number = 0;
    for (size_t i = 0; i < len && text[i] >= '0' && text[i] <= '9'; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

double bench_resident_mb(int pid)
{
    char path[64];
    long pages = 0, size = 0;
    snprintf(path, sizeof path, pid ? "/proc/%d/statm" : "/proc/self/statm", pid);
    FILE *file = fopen(path, "re");
    if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2)
        exit(1);
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

/* ---- other programs -------------------------------------------------------------------------- */

struct bench_child bench_child(const char *const *arguments)
{
    int in[2], out[2];
    struct bench_child child = {0};
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || (child.pid = fork()) < 0)
        exit(1);
    if (child.pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    child.hold = in[1];
    child.told = fdopen(out[0], "r");
    if (!child.told)
        exit(1);
    return child;
}

void bench_child_release(struct bench_child *child)
{
    if (child->hold >= 0)
        close(child->hold);
    child->hold = -1;
}

int bench_child_wait(struct bench_child *child)
{
    int status = 0;
    bench_child_release(child);
    fclose(child->told);
    waitpid(child->pid, &status, 0);
    return status;
}

/* ---- databases ------------------------------------------------------------------------------- */

struct store_options bench_store(struct bench *b, const struct bench_target *target)
{
    struct str path, sql;
    struct store_options options = {.kind = target->kind, .key = bench_key, .path = target->server};
    b->opened++;
    if (target->kind == STORE_POSTGRES) {
        struct store *store = NULL;
        MUST(b, store_open(&b->c, &options, &store));
        MUST(b, str_format(&b->c, &sql, "CREATE SCHEMA bench%d_%d", getpid(), b->opened));
        MUST(b, store_script(&b->c, store, sql));
        store_close(store);
        MUST(b, str_format(&b->c, &path, "%s options='-c search_path=bench%d_%d'", target->server,
                           getpid(), b->opened));
    } else {
        MUST(b, str_format(&b->c, &path, "%s/%d.db", b->folder, b->opened));
    }
    options.path = path.ptr;
    return options;
}

double bench_bare_file(struct bench *b, int batch, size_t count, const struct str *entries,
                       double seconds)
{
    struct str path;
    int64_t done = 0;
    MUST(b, str_format(&b->c, &path, "%s/raw.%d", b->folder, b->opened++));
    int fd = open(path.ptr, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    double start = bench_now();
    while (bench_now() - start < seconds) {
        for (int i = 0; i < batch; i++) {
            struct str entry = entries[(size_t)i % count];
            if (write(fd, entry.ptr, entry.len) < 0)
                exit(1);
        }
        if (fdatasync(fd) < 0)
            exit(1);
        done += batch;
    }
    double rate = (double)done / (bench_now() - start);
    close(fd);
    unlink(path.ptr);
    return rate;
}

static void insert_batch(struct bench *b, struct store *store, int64_t first, int batch,
                         size_t count, const struct str *entries)
{
    static const char *const columns[] = {"seq", "entry"};
    struct arena_mark mark = arena_mark(b->c.arena);
    struct store_value *values = ctx_take(&b->c, 2 * (size_t)batch, sizeof *values);
    if (!values)
        exit(1);
    for (int i = 0; i < batch; i++) {
        values[2 * i] = STORE_VALUE_I64(first + i);
        values[2 * i + 1] = STORE_VALUE_BYTES(entries[(size_t)i % count]);
    }
    MUST(b, store_begin(&b->c, store, true));
    MUST(b, store_insert(&b->c, store, STR("bare"), 2, columns, (size_t)batch, values));
    MUST(b, store_commit(&b->c, store));
    arena_return(b->c.arena, mark);
}

void bench_tidy_log(struct bench *b, struct store *store, int64_t *unmoved, int batch)
{
    *unmoved += batch;
    if (*unmoved >= UNMOVED_MAX) {
        MUST(b, store_checkpoint(&b->c, store, STORE_MOVE, 0, NULL));
        *unmoved = 0;
    }
}

double bench_bare_rows(struct bench *b, const struct bench_target *target, int batch, size_t count,
                       const struct str *entries, double seconds, double *ret_cpu_us)
{
    struct store *store = NULL;
    struct store_options options = bench_store(b, target);
    struct str sql;
    int64_t done = 0, unmoved = 0;
    MUST(b, store_open(&b->c, &options, &store));
    MUST(b, str_format(&b->c, &sql, "CREATE TABLE bare (seq %s PRIMARY KEY, entry %s NOT NULL)",
                       store_type(target->kind, STORE_I64), store_type(target->kind, STORE_BYTES)));
    MUST(b, store_script(&b->c, store, sql));
    double start = bench_now(), cpu = bench_busy();
    while (bench_now() - start < seconds) {
        insert_batch(b, store, done, batch, count, entries);
        done += batch;
        bench_tidy_log(b, store, &unmoved, batch);
    }
    double rate = (double)done / (bench_now() - start);
    if (ret_cpu_us)
        *ret_cpu_us = (bench_busy() - cpu) * 1e6 / (double)done;
    store_close(store);
    return rate;
}
