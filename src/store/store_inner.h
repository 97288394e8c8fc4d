/* What the two kinds of database share, and the functions each of them gives. Only for src/store.
 */
#ifndef STORE_STORE_INNER_H
#define STORE_STORE_INNER_H

#include "store/store.h"

/* A prepared statement, kept by its text, and its rows while they are read. Each kind of database
 * begins its own statement with this. */
struct store_rows {
    struct store *store;
    struct store_rows *chain;         /* the next one in its bucket of the cache */
    struct store_rows *newer, *older; /* by last use */
    struct str text;                  /* owned */
    uint64_t hash;
    bool open;   /* rows are being read */
    bool ledger; /* it writes a table of the ledger */
};

struct store_table_rows {
    struct str table;
    size_t width; /* columns */
    const char *const *columns;
    size_t count;                     /* rows */
    const struct store_value *values; /* count * width */
};

struct store_driver {
    void (*close)(struct store *store);
    rc (*prepare)(struct ctx *c, struct store *store, struct str text, struct store_rows **ret);
    void (*forget)(struct store_rows *rows);
    /* Bind; `keep`: the values are read after this call too. */
    rc (*start)(struct ctx *c, struct store_rows *rows, size_t count,
                const struct store_value *values, bool keep);
    rc (*finish)(struct ctx *c, struct store_rows *rows, int64_t *ret_changed);
    rc (*next)(struct ctx *c, struct store_rows *rows, bool *ret_more);
    struct store_value (*column)(const struct store_rows *rows, size_t column);
    void (*stop)(struct store_rows *rows);
    rc (*script)(struct ctx *c, struct store *store, const char *sql);
    rc (*begin)(struct ctx *c, struct store *store, bool write);
    rc (*commit)(struct ctx *c, struct store *store);
    void (*rollback)(struct store *store);
    rc (*insert)(struct ctx *c, struct store *store, const struct store_table_rows *rows);
    rc (*backup)(struct ctx *c, struct store *store, const char *path);
    rc (*check)(struct ctx *c, struct store *store);
    rc (*checkpoint)(struct ctx *c, struct store *store, enum store_move move, int64_t wait_ms,
                     struct store_log *ret_log);
};

enum { STORE_BUCKETS = 256, STORE_STATEMENTS_MAX = 512, STORE_PARAMETERS_MAX = 512 };

struct store {
    const struct store_driver *driver;
    enum store_kind kind;
    char *name; /* the file, or which database: for messages */
    bool unlocked;
    size_t statements;
    struct store_rows *buckets[STORE_BUCKETS];
    struct store_rows *newest, *oldest;
};

rc sqlite_open(struct ctx *c, const struct store_options *options, struct store **ret);
rc postgres_open(struct ctx *c, const struct store_options *options, struct store **ret);

/* Forget every prepared statement; for close. */
void store_forget_all(struct store *store);

/* The prepared statement of a text, made on first use; refused while its rows are open. */
rc store_prepared(struct ctx *c, struct store *store, struct str text, struct store_rows **ret);

/* "INSERT INTO table (a, b) VALUES ($1, $2)" */
rc store_insert_text(struct ctx *c, const struct store_table_rows *rows, struct str *ret);

#endif
