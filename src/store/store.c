/* The public face: finds the prepared statement and hands on to the kind of database. */
#include "store/store.h"

#include "base/text.h"
#include "store/store_inner.h"

#include <stdlib.h>

void store_close(struct store *store)
{
    if (store)
        store->driver->close(store);
}

enum store_kind store_kind(const struct store *store)
{
    return store->kind;
}

const char *store_name(const struct store *store)
{
    return store->name;
}

const char *store_type(enum store_kind kind, enum store_type type)
{
    static const char *const names[2][3] = {
        [STORE_SQLITE] = {[STORE_I64] = "INTEGER", [STORE_TEXT] = "TEXT", [STORE_BYTES] = "BLOB"},
        [STORE_POSTGRES] = {[STORE_I64] = "BIGINT", [STORE_TEXT] = "TEXT", [STORE_BYTES] = "BYTEA"},
    };
    return type == STORE_NULL ? "" : names[kind][type];
}

/* ---- prepared statements -------------------------------------------------------------------- */

static void unlink_use(struct store *store, struct store_rows *rows)
{
    if (rows->newer)
        rows->newer->older = rows->older;
    else
        store->newest = rows->older;
    if (rows->older)
        rows->older->newer = rows->newer;
    else
        store->oldest = rows->newer;
}

static void link_use(struct store *store, struct store_rows *rows)
{
    rows->newer = NULL;
    rows->older = store->newest;
    if (store->newest)
        store->newest->newer = rows;
    else
        store->oldest = rows;
    store->newest = rows;
}

static void forget(struct store *store, struct store_rows *rows)
{
    struct store_rows **at = &store->buckets[rows->hash % STORE_BUCKETS];
    while (*at != rows)
        at = &(*at)->chain;
    *at = rows->chain;
    unlink_use(store, rows);
    store->statements--;
    char *text = (char *)(uintptr_t)rows->text.ptr;
    store->driver->forget(rows);
    free(text);
}

void store_forget_all(struct store *store)
{
    while (store->oldest)
        forget(store, store->oldest);
}

/* Keep the number of statements bounded: the longest unused goes. */
static void make_room(struct store *store)
{
    struct store_rows *rows = store->oldest;
    while (store->statements >= STORE_STATEMENTS_MAX && rows) {
        struct store_rows *newer = rows->newer;
        if (!rows->open)
            forget(store, rows);
        rows = newer;
    }
}

static struct store_rows *find(struct store *store, struct str text, uint64_t hash)
{
    struct store_rows *rows = store->buckets[hash % STORE_BUCKETS];
    while (rows && (rows->hash != hash || !str_eq(rows->text, text)))
        rows = rows->chain;
    return rows;
}

/* Statements of one length are told apart by their ends; the whole text is compared anyhow. */
static uint64_t hash_of(struct str text)
{
    enum { END = 48 };
    size_t len = text.len < END ? text.len : END;
    return str_hash((struct str){text.ptr, len}) * 31 +
           str_hash((struct str){text.ptr + text.len - len, len}) + text.len;
}

rc store_prepared(struct ctx *c, struct store *store, struct str text, struct store_rows **ret)
{
    uint64_t hash = hash_of(text);
    struct store_rows *rows = find(store, text, hash);
    if (rows && rows->open)
        FAIL(c, INTERNAL, "a statement is open twice: %.80s", rows->text.ptr);
    if (rows) {
        unlink_use(store, rows);
        link_use(store, rows);
        *ret = rows;
        return OK;
    }
    make_room(store);
    char *copy = strndup(text.ptr, text.len);
    if (!copy)
        FAIL(c, NO_MEMORY, "no memory for a statement");
    rc result = store->driver->prepare(c, store, (struct str){copy, text.len}, &rows);
    if (!rc_ok(result)) {
        free(copy);
        return result;
    }
    rows->store = store;
    rows->text = (struct str){copy, text.len};
    rows->hash = hash;
    rows->chain = store->buckets[hash % STORE_BUCKETS];
    store->buckets[hash % STORE_BUCKETS] = rows;
    link_use(store, rows);
    store->statements++;
    *ret = rows;
    return OK;
}

/* ---- statements ----------------------------------------------------------------------------- */

rc store_run(struct ctx *c, struct store *store, struct str sql, size_t count,
             const struct store_value *values, int64_t *ret_changed)
{
    struct store_rows *rows = NULL;
    TRY(store_prepared(c, store, sql, &rows));
    TRY(store->driver->start(c, rows, count, values, false));
    return store->driver->finish(c, rows, ret_changed);
}

rc store_script(struct ctx *c, struct store *store, struct str sql)
{
    struct str copy;
    TRY(str_copy(c, sql, &copy));
    return store->driver->script(c, store, copy.ptr);
}

rc store_query(struct ctx *c, struct store *store, struct str sql, size_t count,
               const struct store_value *values, struct store_rows **ret)
{
    struct store_rows *rows = NULL;
    *ret = NULL;
    TRY(store_prepared(c, store, sql, &rows));
    TRY(store->driver->start(c, rows, count, values, true));
    rows->open = true;
    *ret = rows;
    return OK;
}

rc store_next(struct ctx *c, struct store_rows *rows, bool *ret_more)
{
    return rows->store->driver->next(c, rows, ret_more);
}

struct store_value store_column(const struct store_rows *rows, size_t column)
{
    return rows->store->driver->column(rows, column);
}

void store_end(struct store_rows *rows)
{
    if (!rows)
        return;
    rows->store->driver->stop(rows);
    rows->open = false;
}

rc store_insert_text(struct ctx *c, const struct store_table_rows *rows, struct str *ret)
{
    struct text t;
    text_init(&t, c, 65536);
    text_expect(&t, 256);
    text_put(&t, STR("INSERT INTO "));
    text_put(&t, rows->table);
    for (size_t i = 0; i < rows->width; i++) {
        text_put(&t, i ? STR(", ") : STR(" ("));
        text_put(&t, str_from(rows->columns[i]));
    }
    for (size_t i = 0; i < rows->width; i++) {
        text_put(&t, i ? STR(", $") : STR(") VALUES ($"));
        text_put_i64(&t, (int64_t)i + 1);
    }
    text_put_char(&t, ')');
    return text_done(&t, ret);
}

rc store_insert(struct ctx *c, struct store *store, struct str table, size_t width,
                const char *const *columns, size_t count, const struct store_value *values)
{
    struct store_table_rows rows = {table, width, columns, count, values};
    return count > 0 ? store->driver->insert(c, store, &rows) : OK;
}

/* ---- transactions and the rest -------------------------------------------------------------- */

rc store_begin(struct ctx *c, struct store *store, bool write)
{
    return store->driver->begin(c, store, write);
}

rc store_commit(struct ctx *c, struct store *store)
{
    return store->driver->commit(c, store);
}

void store_rollback(struct store *store)
{
    store->driver->rollback(store);
}

void store_ledger_unlock(struct store *store)
{
    store->unlocked = true;
}

void store_ledger_lock(struct store *store)
{
    store->unlocked = false;
}

rc store_backup(struct ctx *c, struct store *store, const char *path)
{
    return store->driver->backup(c, store, path);
}

rc store_check(struct ctx *c, struct store *store)
{
    return store->driver->check(c, store);
}

rc store_checkpoint(struct ctx *c, struct store *store, enum store_move move, int64_t wait_ms,
                    struct store_log *ret_log)
{
    return store->driver->checkpoint(c, store, move, wait_ms, ret_log);
}
