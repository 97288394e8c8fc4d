/* The embedded database: SQLite with every page encrypted and authenticated (AEGIS-256, a fresh
 * nonce a write), the write-ahead log synced at each commit. A page that was changed, cut or
 * swapped fails its authentication and is CORRUPT. */
#include "store/store_inner.h"

#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

struct sqlite {
    struct store base;
    sqlite3 *db;
    unsigned char *key; /* guarded memory: for a back-up under the same key */
    bool writes_ledger; /* the statement being prepared writes a table of the ledger */
    char refused[64];   /* the ledger's table that it must not write */
};

struct sqlite_rows {
    struct store_rows base;
    sqlite3_stmt *stmt;
    int count; /* parameters */
    int *at;   /* SQLite's index of $1, $2, … (0: not mentioned) */
};

enum { BUSY_TIMEOUT_MS = 5000, PAGE_BYTES = 8192, KEY_LEN = 32, RAW_LEN = 4 + KEY_LEN };

/* ---- errors --------------------------------------------------------------------------------- */

static enum rc_code code_of(struct sqlite *s, int error)
{
    if ((error & 0xff) == SQLITE_IOERR) {
        int cause = sqlite3_system_errno(s->db);
        if (error == SQLITE_IOERR_NOMEM)
            return RC_NO_MEMORY;
        if (error == SQLITE_IOERR_CORRUPTFS || error == SQLITE_IOERR_DATA)
            return RC_CORRUPT;
        return cause == ENOSPC || cause == EDQUOT ? RC_NO_SPACE : RC_IO;
    }
    switch (error & 0xff) {
    case SQLITE_FULL:
        return RC_NO_SPACE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return RC_CORRUPT;
    case SQLITE_CONSTRAINT:
        return error == SQLITE_CONSTRAINT_TRIGGER ? RC_FORBIDDEN : RC_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return RC_BUSY;
    case SQLITE_NOMEM:
        return RC_NO_MEMORY;
    case SQLITE_AUTH:
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return RC_FORBIDDEN;
    case SQLITE_TOOBIG:
        return RC_TOO_LARGE;
    case SQLITE_CANTOPEN:
        return RC_IO;
    default:
        return RC_INTERNAL;
    }
}

static rc fail_at(struct ctx *c, struct sqlite *s, int error, const char *file, int line)
{
    enum rc_code code = code_of(s, error);
    const char *name = s->base.name;
    if (s->refused[0]) {
        rc result =
            fault_raise(c, RC_FORBIDDEN, file, line,
                        "%s: the table %s is written by the ledger alone", name, s->refused);
        s->refused[0] = '\0';
        return result;
    }
    if (error == SQLITE_NOTADB)
        return fault_raise(
            c, code, file, line,
            "%s cannot be read with this key: another key, another file, or its first "
            "page is damaged",
            name);
    if (code == RC_CORRUPT)
        return fault_raise(c, code, file, line, "%s is damaged: %s", name, sqlite3_errmsg(s->db));
    if (code == RC_NO_SPACE)
        return fault_raise(c, code, file, line, "%s: the disk is full", name);
    if (code == RC_IO)
        return fault_raise(c, code, file, line, "%s: %s (%s)", name, sqlite3_errmsg(s->db),
                           strerror(sqlite3_system_errno(s->db)));
    return fault_raise(c, code, file, line, "%s: %s", name, sqlite3_errmsg(s->db));
}

#define FAIL_SQLITE(c, s, error) return fail_at(c, s, error, __FILE__, __LINE__)

/* ---- what may be prepared ------------------------------------------------------------------- */

static bool is_ledger(const char *table)
{
    return table && sqlite3_strnicmp(table, "ledger_", 7) == 0;
}

static int refuse(struct sqlite *s, const char *table)
{
    sqlite3_snprintf((int)sizeof s->refused, s->refused, "%s", table);
    return SQLITE_DENY;
}

/* SQLite asks this while it prepares a statement. The statement is marked, because it stays
 * prepared when the ledger is locked again. */
static int authorize(void *arg, int action, const char *first, const char *second,
                     const char *database, const char *trigger)
{
    (void)database, (void)trigger;
    struct sqlite *s = arg;
    const char *table = NULL;
    bool never = false;
    switch (action) {
    case SQLITE_INSERT:
    case SQLITE_CREATE_TABLE:
        table = first;
        break;
    case SQLITE_DELETE:
        table = first;
        never = is_ledger(first) && sqlite3_stricmp(first, "ledger_subjects") != 0;
        break;
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_TEMP_TRIGGER:
        table = second;
        break;
    case SQLITE_UPDATE:
    case SQLITE_DROP_TABLE:
        table = first;
        never = true;
        break;
    case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TRIGGER:
    case SQLITE_ALTER_TABLE:
        table = second;
        never = true;
        break;
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
        return SQLITE_DENY;
    case SQLITE_PRAGMA:
        /* integrity_check is ours, data_version is what the full-text index asks. */
        return sqlite3_stricmp(first, "integrity_check") == 0 ||
                       sqlite3_stricmp(first, "data_version") == 0
                   ? SQLITE_OK
                   : SQLITE_DENY;
    default:
        return SQLITE_OK;
    }
    if (!is_ledger(table))
        return SQLITE_OK;
    if (never || !s->base.unlocked)
        return refuse(s, table);
    s->writes_ledger = true;
    return SQLITE_OK;
}

/* ---- statements ----------------------------------------------------------------------------- */

/* The number of the i-th parameter ("$12"), 0 when it is not written so. */
static int parameter_number(sqlite3_stmt *stmt, int i)
{
    const char *name = sqlite3_bind_parameter_name(stmt, i);
    int64_t number = 0;
    if (!name || name[0] != '$' || !str_to_i64(str_from(name + 1), &number) || number < 1 ||
        number > STORE_PARAMETERS_MAX)
        return 0;
    return (int)number;
}

static rc number_parameters(struct ctx *c, struct sqlite_rows *rows)
{
    int names = sqlite3_bind_parameter_count(rows->stmt);
    for (int i = 1; i <= names; i++) {
        int number = parameter_number(rows->stmt, i);
        if (number == 0)
            FAIL(c, INTERNAL, "parameters are $1 to $%d", STORE_PARAMETERS_MAX);
        rows->count = number > rows->count ? number : rows->count;
    }
    rows->at = calloc((size_t)rows->count + 1, sizeof *rows->at);
    if (!rows->at)
        FAIL(c, NO_MEMORY, "no memory for a statement");
    for (int i = 1; i <= names; i++)
        rows->at[parameter_number(rows->stmt, i) - 1] = i;
    return OK;
}

static void sqlite_forget(struct store_rows *base)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    sqlite3_finalize(rows->stmt);
    free(rows->at);
    free(rows);
}

static rc sqlite_prepare(struct ctx *c, struct store *store, struct str text,
                         struct store_rows **ret)
{
    struct sqlite *s = (struct sqlite *)store;
    struct sqlite_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        FAIL(c, NO_MEMORY, "no memory for a statement");
    s->writes_ledger = false;
    int error = sqlite3_prepare_v3(s->db, text.ptr, (int)text.len, SQLITE_PREPARE_PERSISTENT,
                                   &rows->stmt, NULL);
    rc result = OK;
    if (error)
        result = fail_at(c, s, error, __FILE__, __LINE__);
    else if (!rows->stmt)
        result = fault_raise(c, RC_INTERNAL, __FILE__, __LINE__, "an empty statement");
    else
        result = number_parameters(c, rows);
    if (!rc_ok(result)) {
        sqlite_forget(&rows->base);
        return result;
    }
    rows->base.ledger = s->writes_ledger;
    *ret = &rows->base;
    return OK;
}

static int bind(sqlite3_stmt *stmt, int at, const struct store_value *value,
                sqlite3_destructor_type keep)
{
    const char *ptr = value->bytes.ptr ? value->bytes.ptr : "";
    switch (value->type) {
    case STORE_I64:
        return sqlite3_bind_int64(stmt, at, value->i64);
    case STORE_TEXT:
        return sqlite3_bind_text64(stmt, at, ptr, value->bytes.len, keep, SQLITE_UTF8);
    case STORE_BYTES:
        return sqlite3_bind_blob64(stmt, at, ptr, value->bytes.len, keep);
    case STORE_NULL:
        return sqlite3_bind_null(stmt, at);
    }
    return SQLITE_MISUSE;
}

static rc sqlite_start(struct ctx *c, struct store_rows *base, size_t count,
                       const struct store_value *values, bool keep)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    struct sqlite *s = (struct sqlite *)base->store;
    if (base->ledger && !base->store->unlocked)
        FAIL(c, FORBIDDEN, "%s: the tables of the ledger are written by the ledger alone",
             s->base.name);
    if (count != (size_t)rows->count)
        FAIL(c, INTERNAL, "%zu values for %d parameters: %.80s", count, rows->count,
             base->text.ptr);
    for (size_t i = 0; i < count; i++) {
        if (!rows->at[i])
            continue;
        int error =
            bind(rows->stmt, rows->at[i], &values[i], keep ? SQLITE_TRANSIENT : SQLITE_STATIC);
        if (error)
            FAIL_SQLITE(c, s, error);
    }
    return OK;
}

static rc sqlite_finish(struct ctx *c, struct store_rows *base, int64_t *ret_changed)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    struct sqlite *s = (struct sqlite *)base->store;
    int error = sqlite3_step(rows->stmt);
    rc result = OK;
    if (error == SQLITE_ROW)
        result =
            fault_raise(c, RC_INTERNAL, __FILE__, __LINE__, "rows of a statement that gives none");
    else if (error != SQLITE_DONE)
        result = fail_at(c, s, error, __FILE__, __LINE__);
    else if (ret_changed)
        *ret_changed = sqlite3_changes64(s->db);
    sqlite3_reset(rows->stmt);
    return result;
}

static rc sqlite_next(struct ctx *c, struct store_rows *base, bool *ret_more)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    int error = sqlite3_step(rows->stmt);
    if (error != SQLITE_ROW && error != SQLITE_DONE)
        FAIL_SQLITE(c, (struct sqlite *)base->store, error);
    *ret_more = error == SQLITE_ROW;
    return OK;
}

static struct store_value sqlite_column(const struct store_rows *base, size_t column)
{
    sqlite3_stmt *stmt = ((const struct sqlite_rows *)base)->stmt;
    int at = (int)column;
    const char *ptr = NULL;
    enum store_type type = STORE_TEXT;
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        return STORE_VALUE_I64(sqlite3_column_int64(stmt, at));
    case SQLITE_NULL:
        return (struct store_value){.type = STORE_NULL};
    case SQLITE_BLOB:
        type = STORE_BYTES;
        ptr = sqlite3_column_blob(stmt, at);
        break;
    default:
        ptr = (const char *)sqlite3_column_text(stmt, at);
        break;
    }
    size_t len = (size_t)sqlite3_column_bytes(stmt, at);
    return (struct store_value){type, 0, {ptr ? ptr : "", len}};
}

static void sqlite_stop(struct store_rows *base)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    sqlite3_reset(rows->stmt);
    sqlite3_clear_bindings(rows->stmt);
}

static rc sqlite_script(struct ctx *c, struct store *store, const char *sql)
{
    struct sqlite *s = (struct sqlite *)store;
    int error = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    if (error)
        FAIL_SQLITE(c, s, error);
    return OK;
}

static rc sqlite_insert(struct ctx *c, struct store *store, const struct store_table_rows *table)
{
    struct str text;
    struct store_rows *rows = NULL;
    TRY(store_insert_text(c, table, &text));
    TRY(store_prepared(c, store, text, &rows));
    for (size_t i = 0; i < table->count; i++) {
        TRY(sqlite_start(c, rows, table->width, table->values + i * table->width, false));
        TRY(sqlite_finish(c, rows, NULL));
    }
    return OK;
}

/* ---- transactions --------------------------------------------------------------------------- */

static rc sqlite_begin(struct ctx *c, struct store *store, bool write)
{
    if (write)
        return store_run(c, store, STR("BEGIN IMMEDIATE"), 0, NULL, NULL);
    TRY(store_run(c, store, STR("BEGIN"), 0, NULL, NULL));
    /* The snapshot is taken by the first reading. */
    struct store_rows *rows = NULL;
    bool more = false;
    rc result = store_query(c, store, STR("SELECT 1 FROM sqlite_schema LIMIT 1"), 0, NULL, &rows);
    if (rc_ok(result))
        result = store_next(c, rows, &more);
    store_end(rows);
    if (!rc_ok(result))
        store_rollback(store);
    return result;
}

static rc sqlite_commit(struct ctx *c, struct store *store)
{
    rc result = store_run(c, store, STR("COMMIT"), 0, NULL, NULL);
    if (!rc_ok(result))
        store_rollback(store);
    return result;
}

static void sqlite_rollback(struct store *store)
{
    struct sqlite *s = (struct sqlite *)store;
    /* Some failures have rolled back already. What is left to fail here leaves no transaction
     * either. */
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- the whole database --------------------------------------------------------------------- */

static rc use_key(struct ctx *c, struct sqlite *s, sqlite3 *db, const unsigned char *key)
{
    unsigned char raw[RAW_LEN] = "raw:";
    memcpy(raw + 4, key, KEY_LEN);
    int cipher = sqlite3mc_cipher_index("aegis");
    int error = sqlite3mc_config(db, "cipher", cipher) == cipher ? sqlite3_key(db, raw, RAW_LEN)
                                                                 : SQLITE_ERROR;
    sodium_memzero(raw, sizeof raw);
    if (error)
        FAIL(c, INTERNAL, "%s: the cipher AEGIS is not built in", s->base.name);
    return OK;
}

/* Copy in one step: it reads one snapshot, whatever is written meanwhile. */
static rc copy_pages(struct ctx *c, struct sqlite *s, sqlite3 *copy, const char *path)
{
    TRY(use_key(c, s, copy, s->key));
    int error =
        sqlite3_exec(copy, "PRAGMA page_size=8192; PRAGMA journal_mode=OFF;", NULL, NULL, NULL);
    sqlite3_backup *backup = error ? NULL : sqlite3_backup_init(copy, "main", s->db, "main");
    if (backup) {
        sqlite3_backup_step(backup, -1);
        error = sqlite3_backup_finish(backup);
    } else {
        error = sqlite3_extended_errcode(copy);
    }
    if (error) {
        struct sqlite view = {.base.name = (char *)(uintptr_t)path, .db = copy};
        FAIL_SQLITE(c, &view, error);
    }
    return OK;
}

static rc sqlite_backup(struct ctx *c, struct store *store, const char *path)
{
    struct sqlite *s = (struct sqlite *)store;
    if (access(path, F_OK) == 0)
        FAIL(c, CONFLICT, "%s already exists", path);
    sqlite3 *copy = NULL;
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    rc result = OK;
    if (sqlite3_open_v2(path, &copy, flags, NULL) != SQLITE_OK)
        result = fault_raise(c, RC_IO, __FILE__, __LINE__, "%s: %s", path,
                             copy ? sqlite3_errmsg(copy) : "no memory");
    else
        result = copy_pages(c, s, copy, path);
    sqlite3_close(copy);
    if (!rc_ok(result))
        unlink(path);
    return result;
}

static rc sqlite_check(struct ctx *c, struct store *store)
{
    struct sqlite *s = (struct sqlite *)store;
    struct store_rows *rows = NULL;
    bool more = false;
    rc result = store_query(c, store, STR("PRAGMA integrity_check(1)"), 0, NULL, &rows);
    if (rc_ok(result))
        result = store_next(c, rows, &more);
    if (rc_ok(result) && more) {
        struct str said = store_column(rows, 0).bytes;
        size_t line = str_find(said, STR("\n"));
        if (!str_is(said, "ok"))
            result =
                fault_raise(c, RC_CORRUPT, __FILE__, __LINE__, "%s is damaged: %.*s", s->base.name,
                            STR_ARG(line == SIZE_MAX ? said : str_sub(said, line + 1, said.len)));
    }
    store_end(rows);
    return result;
}

static rc sqlite_checkpoint(struct ctx *c, struct store *store, enum store_move move,
                            int64_t wait_ms, struct store_log *ret_log)
{
    static const int modes[] = {[STORE_MOVE] = SQLITE_CHECKPOINT_PASSIVE,
                                [STORE_RESTART] = SQLITE_CHECKPOINT_RESTART,
                                [STORE_TRUNCATE] = SQLITE_CHECKPOINT_TRUNCATE};
    struct sqlite *s = (struct sqlite *)store;
    int frames = 0, moved = 0;
    sqlite3_busy_timeout(s->db, (int)wait_ms);
    int error = sqlite3_wal_checkpoint_v2(s->db, NULL, modes[move], &frames, &moved);
    sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
    if (ret_log)
        *ret_log = (struct store_log){frames > 0 ? (int64_t)frames * PAGE_BYTES : 0,
                                      moved > 0 ? (int64_t)moved * PAGE_BYTES : 0};
    if (error)
        FAIL_SQLITE(c, s, error);
    return OK;
}

static void sqlite_close(struct store *store)
{
    struct sqlite *s = (struct sqlite *)store;
    store_forget_all(store);
    sqlite3_close(s->db);
    sodium_free(s->key);
    free(s->base.name);
    free(s);
}

static const struct store_driver sqlite_driver = {
    .close = sqlite_close,
    .prepare = sqlite_prepare,
    .forget = sqlite_forget,
    .start = sqlite_start,
    .finish = sqlite_finish,
    .next = sqlite_next,
    .column = sqlite_column,
    .stop = sqlite_stop,
    .script = sqlite_script,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .insert = sqlite_insert,
    .backup = sqlite_backup,
    .check = sqlite_check,
    .checkpoint = sqlite_checkpoint,
};

/* ---- opening -------------------------------------------------------------------------------- */

static rc harden(struct ctx *c, struct sqlite *s)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1}, {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},     {SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, 0},
        {SQLITE_DBCONFIG_ENABLE_QPSG, 1}, /* a statement is planned once, not anew for its values */
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        int error = sqlite3_db_config(s->db, options[i].option, options[i].value, NULL);
        if (error)
            FAIL_SQLITE(c, s, error);
    }
    sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
    return OK;
}

/* Page 8192 is one tile of the tree and its row; the log is moved by store_checkpoint alone; a
 * REPLACE must meet the triggers that refuse DELETE. */
#define SETTINGS                                                                        \
    "PRAGMA page_size=8192; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; "     \
    "PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON; PRAGMA mmap_size=0; " \
    "PRAGMA temp_store=MEMORY; PRAGMA recursive_triggers=ON; PRAGMA cache_size=-16384;"

static rc configure(struct ctx *c, struct sqlite *s, const struct store_options *options)
{
    TRY(use_key(c, s, s->db, options->key));
    TRY(harden(c, s));
    sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
    TRY(sqlite_script(c, &s->base, SETTINGS));
    TRY(sqlite_script(c, &s->base, "SELECT count(*) FROM sqlite_schema"));
    TRY(sqlite_script(c, &s->base,
                      options->read_only ? "PRAGMA query_only=ON" : "PRAGMA journal_mode=WAL"));
    int error = sqlite3_set_authorizer(s->db, authorize, s);
    if (error)
        FAIL_SQLITE(c, s, error);
    return OK;
}

rc sqlite_open(struct ctx *c, const struct store_options *options, struct store **ret)
{
    struct sqlite *s = calloc(1, sizeof *s);
    if (!s)
        FAIL(c, NO_MEMORY, "no memory for a database connection");
    s->base.driver = &sqlite_driver;
    s->base.kind = STORE_SQLITE;
    s->base.name = strdup(options->path);
    s->key = sodium_init() < 0 ? NULL : sodium_malloc(KEY_LEN);
    if (!s->base.name || !s->key) {
        sqlite_close(&s->base);
        FAIL(c, NO_MEMORY, "no memory for a database connection");
    }
    memcpy(s->key, options->key, KEY_LEN);
    int flags =
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
        (options->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    int error = sqlite3_open_v2(options->path, &s->db, flags, NULL);
    rc result = error ? fail_at(c, s, error, __FILE__, __LINE__) : configure(c, s, options);
    if (!rc_ok(result)) {
        sqlite_close(&s->base);
        return result;
    }
    *ret = &s->base;
    return OK;
}
