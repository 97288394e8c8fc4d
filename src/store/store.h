/* One database, behind one interface: embedded encrypted SQLite or PostgreSQL. A store is one
 * connection and belongs to one thread at a time; open several for several threads.
 *
 * Statements are written once for both databases: parameters are $1, $2, …; conflict clauses are
 * `ON CONFLICT (…) DO UPDATE SET x = excluded.x`; the only differences a caller sees are the column
 * types of store_type. Statements are prepared once and kept by their text. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/ctx.h"

struct store;

enum store_kind { STORE_SQLITE, STORE_POSTGRES };

struct store_options {
    enum store_kind kind;
    const char *path;         /* SQLite: the file. PostgreSQL: a connection string */
    const unsigned char *key; /* SQLite: 32 bytes, the database key; it is copied */
    bool read_only;
};

/* Open, or make, a database. CORRUPT when the file is damaged or the key is not its key (the
 * message names the file and the page where that is known), IO, NO_SPACE, BUSY. */
rc store_open(struct ctx *c, const struct store_options *options, struct store **ret);
void store_close(struct store *store);

enum store_kind store_kind(const struct store *store);

/* Which database it is, for messages: the file, or "DATABASE on HOST". Never a password. */
const char *store_name(const struct store *store);

/* The column type of a value kind in this database ("INTEGER" / "BIGINT", "BLOB" / "BYTEA", …). */
enum store_type { STORE_I64, STORE_TEXT, STORE_BYTES, STORE_NULL };
const char *store_type(enum store_kind kind, enum store_type type);

/* A parameter, or a column of a row. */
struct store_value {
    enum store_type type;
    int64_t i64;
    struct str bytes; /* text or bytes; of a row: valid until the next store_next */
};
#define STORE_VALUE_I64(n)   ((struct store_value){STORE_I64, n, {NULL, 0}})
#define STORE_VALUE_TEXT(s)  store_value_text(s)
#define STORE_VALUE_BYTES(s) ((struct store_value){STORE_BYTES, 0, s})
/* An absent str is NULL in the database. */
static inline struct store_value store_value_text(struct str s)
{
    return (struct store_value){str_absent(s) ? STORE_NULL : STORE_TEXT, 0, s};
}

/* Run one statement that gives no rows; ret_changed (may be NULL) is the number of rows it touched.
 * CONFLICT when a constraint refused it. */
rc store_run(struct ctx *c, struct store *store, struct str sql, size_t count,
             const struct store_value *values, int64_t *ret_changed);

/* Several statements without parameters, separated by semicolons: schemas. */
rc store_script(struct ctx *c, struct store *store, struct str sql);

/* Rows of a query. Always end it, also after a failure; one statement text can be open once. */
struct store_rows;
rc store_query(struct ctx *c, struct store *store, struct str sql, size_t count,
               const struct store_value *values, struct store_rows **ret);
/* The next row: *ret_more false at the end. */
rc store_next(struct ctx *c, struct store_rows *rows, bool *ret_more);
struct store_value store_column(const struct store_rows *rows, size_t column);
void store_end(struct store_rows *rows);

/* Many rows into one table, `count` times `width` values: what is quickest for many (PostgreSQL:
 * COPY in binary form, so the values must be of the columns' own types). */
rc store_insert(struct ctx *c, struct store *store, struct str table, size_t width,
                const char *const *columns, size_t count, const struct store_value *values);

/* One write transaction (SQLite: BEGIN IMMEDIATE; PostgreSQL: the advisory lock of the one writer
 * is already held), or one consistent reading (a snapshot). After a failure inside a transaction
 * roll it back; a failed commit has rolled back already. After IO the disk's state is unknown:
 * close. */
rc store_begin(struct ctx *c, struct store *store, bool write);
rc store_commit(struct ctx *c, struct store *store);
void store_rollback(struct store *store);

/* Tables whose name begins with "ledger_" refuse every write outside this pair, UPDATE and DELETE
 * always (SQLite: authorizer and triggers; PostgreSQL: triggers and a transaction setting). Only
 * src/ledger calls these. */
void store_ledger_unlock(struct store *store);
void store_ledger_lock(struct store *store);

/* Copy the whole database, consistent while it is being written, into a new file under the same key
 * (SQLite only; UNSUPPORTED on PostgreSQL, whose own tools do this). */
rc store_backup(struct ctx *c, struct store *store, const char *path);

/* Check the database's own structure from end to end; the first damage is the fault (CORRUPT). */
rc store_check(struct ctx *c, struct store *store);

/* Move the write-ahead log into the database.
 *
 * STORE_MOVE goes as far as readers allow while the writer goes on; it waits for nobody. Meant for
 * a thread of its own, on its own store. The log's file grows all the same while there is always
 * something left to move.
 * STORE_RESTART moves all and has the next commit begin the file anew; no commit is possible
 * meanwhile. BUSY when a reader was still in the log after `wait_ms`; what could be moved is moved.
 * STORE_TRUNCATE does that and cuts the file to nothing.
 *
 * ret_log (may be NULL, is filled also with BUSY): how much is in the log, and how much of that is
 * moved. */
enum store_move { STORE_MOVE, STORE_RESTART, STORE_TRUNCATE };
struct store_log {
    int64_t bytes, moved_bytes;
};
rc store_checkpoint(struct ctx *c, struct store *store, enum store_move move, int64_t wait_ms,
                    struct store_log *ret_log);

#endif
