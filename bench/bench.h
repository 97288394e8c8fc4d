/* What the benches share: a folder of databases that goes away, clocks, medians, and the bare
 * things that ours is held against. A bench that fails ends the program with its message. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "base/text.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

struct bench {
    struct ctx c;
    char folder[40]; /* under CHANCERY_BENCH_FOLDER, else /var/tmp: on a disk, not in memory */
    int opened;      /* databases, for their names */
};

#define MUST(b, call)                                             \
    do {                                                          \
        if (!rc_ok(call)) {                                       \
            fprintf(stderr, "bench: %s\n", (b)->c.fault.message); \
            exit(1);                                              \
        }                                                         \
    } while (0)

extern const unsigned char bench_key[32];

void bench_open(struct bench *b);
void bench_close(struct bench *b);

/* Seconds: of real time; of processor time of this process, ours and the kernel's for us. */
double bench_now(void);
double bench_busy(void);
void bench_rest_ms(int ms);

/* Sorts. The share is 0.5 for the median. */
double bench_share(double share, size_t count, double *values);
static inline double bench_median(size_t count, double *values)
{
    return bench_share(0.5, count, values);
}

/* The whole number that a text begins with, 0 when it begins with none. */
int64_t bench_number(const char *text, size_t len);

/* Resident memory of a process, 0: of this one. */
double bench_resident_mb(int pid);

/* Another program of the bench: what it says, and a pipe to it whose closing tells it to end. */
struct bench_child {
    int pid, hold;
    FILE *told;
};
struct bench_child bench_child(const char *const *arguments);
/* Gives its exit code; what it said last may still be read before. */
void bench_child_release(struct bench_child *child);
int bench_child_wait(struct bench_child *child);

/* Where: SQLite, or the PostgreSQL of this connection string. */
struct bench_target {
    enum store_kind kind;
    const char *server;
};

/* An empty database of its own; its file has the name FOLDER/OPENED.db. */
struct store_options bench_store(struct bench *b, const struct bench_target *target);

/* Entries a second when they are only appended to a file, with a sync after each batch. */
double bench_bare_file(struct bench *b, int batch, size_t count, const struct str *entries,
                       double seconds);

/* The same as rows of a table; ret_cpu_us may be NULL. */
double bench_bare_rows(struct bench *b, const struct bench_target *target, int batch, size_t count,
                       const struct str *entries, double seconds, double *ret_cpu_us);

/* The log is moved into the database when it has grown, as the checkpointer does it beside the
 * writer. */
void bench_tidy_log(struct bench *b, struct store *store, int64_t *unmoved, int batch);

#endif
