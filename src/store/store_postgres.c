/* PostgreSQL through libpq: binary parameters and results, statements prepared once. A connection
 * that may write holds the advisory lock of the one writer for as long as it lives; when the
 * connection is lost, so is the lock, and every later call fails. */
#include "base/text.h"
#include "store/store_inner.h"

#include <endian.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

struct postgres {
    struct store base;
    PGconn *db;
    uint64_t prepared;   /* counts the names of statements */
    bool in_transaction; /* a write transaction of ours */
    bool ledger_open;    /* its setting lets the ledger's triggers pass */
};

struct postgres_rows {
    struct store_rows base;
    char name[24];
    bool known; /* to the server */
    PGresult *result;
    int row;
};

/* Types of PostgreSQL by their fixed numbers (pg_type). */
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25 };
enum { OID_NUMERIC = 1700 };

/* ---- errors --------------------------------------------------------------------------------- */

/* By SQLSTATE, the longest match first. */
static enum rc_code code_of(const char *state)
{
    static const struct {
        const char *prefix;
        enum rc_code code;
    } codes[] = {
        {"CH001", RC_FORBIDDEN}, {"25006", RC_FORBIDDEN}, {"42501", RC_FORBIDDEN},
        {"40001", RC_BUSY},      {"40P01", RC_BUSY},      {"55P03", RC_BUSY},
        {"57014", RC_BUSY},      {"53100", RC_NO_SPACE},  {"53200", RC_NO_MEMORY},
        {"53300", RC_BUSY},      {"58030", RC_IO},        {"XX001", RC_CORRUPT},
        {"XX002", RC_CORRUPT},   {"23", RC_CONFLICT},     {"22", RC_INVALID},
        {"54", RC_TOO_LARGE},    {"57P", RC_IO},          {"08", RC_IO},
        {"28", RC_FORBIDDEN},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strncmp(state, codes[i].prefix, strlen(codes[i].prefix)) == 0)
            return codes[i].code;
    return RC_INTERNAL;
}

static rc fail_at(struct ctx *c, struct postgres *p, const PGresult *result, const char *file,
                  int line)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *said = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (PQstatus(p->db) != CONNECTION_OK)
        return fault_raise(c, RC_IO, file, line, "%s: the connection to PostgreSQL is lost",
                           p->base.name);
    return fault_raise(c, state ? code_of(state) : RC_IO, file, line, "%s: %s", p->base.name,
                       said ? said : PQerrorMessage(p->db));
}

/* Take the result: OK when it is what was wanted. */
static rc done_at(struct ctx *c, struct postgres *p, PGresult *result, ExecStatusType wanted,
                  const char *file, int line)
{
    rc outcome = OK;
    if (PQresultStatus(result) != wanted)
        outcome = fail_at(c, p, result, file, line);
    PQclear(result);
    return outcome;
}

#define DONE(c, p, result, wanted) done_at(c, p, result, wanted, __FILE__, __LINE__)

static rc command(struct ctx *c, struct postgres *p, const char *sql)
{
    return DONE(c, p, PQexec(p->db, sql), PGRES_COMMAND_OK);
}

/* ---- the ledger's door ---------------------------------------------------------------------- */

/* The triggers look at a setting that ends with the transaction. It follows the lock only when a
 * statement needs it so: two more exchanges a transaction, not two a statement. */
static rc set_door(struct ctx *c, struct postgres *p, bool writes_ledger)
{
    bool open = p->base.unlocked && writes_ledger;
    if (open == p->ledger_open || !p->in_transaction)
        return OK;
    TRY(command(
        c, p, open ? "SET LOCAL chancery.ledger = 'open'" : "SET LOCAL chancery.ledger = 'shut'"));
    p->ledger_open = open;
    return OK;
}

/* ---- statements ----------------------------------------------------------------------------- */

/* A statement is prepared when its first values are known: their types are the parameters' types.
 */
static rc postgres_prepare(struct ctx *c, struct store *store, struct str text,
                           struct store_rows **ret)
{
    struct postgres *p = (struct postgres *)store;
    struct postgres_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        FAIL(c, NO_MEMORY, "no memory for a statement");
    snprintf(rows->name, sizeof rows->name, "s%" PRIu64, p->prepared++);
    rows->base.ledger = !str_starts(text, "SELECT") && str_find(text, STR("ledger_")) != SIZE_MAX;
    *ret = &rows->base;
    return OK;
}

static void postgres_forget(struct store_rows *base)
{
    struct postgres_rows *rows = (struct postgres_rows *)base;
    struct postgres *p = (struct postgres *)base->store;
    char sql[48];
    PQclear(rows->result);
    /* In a failed transaction nothing runs. The name is never used again, so it may stay. */
    if (rows->known && PQstatus(p->db) == CONNECTION_OK &&
        PQtransactionStatus(p->db) != PQTRANS_INERROR) {
        snprintf(sql, sizeof sql, "DEALLOCATE %s", rows->name);
        PQclear(PQexec(p->db, sql));
    }
    free(rows);
}

static Oid oid_of(enum store_type type)
{
    switch (type) {
    case STORE_I64:
        return OID_INT8;
    case STORE_TEXT:
        return OID_TEXT;
    case STORE_BYTES:
        return OID_BYTEA;
    case STORE_NULL:
        break;
    }
    return 0; /* the server finds out */
}

static rc make_known(struct ctx *c, struct postgres_rows *rows, size_t count,
                     const struct store_value *values)
{
    struct postgres *p = (struct postgres *)rows->base.store;
    Oid types[STORE_PARAMETERS_MAX];
    for (size_t i = 0; i < count; i++)
        types[i] = oid_of(values[i].type);
    TRY(DONE(c, p, PQprepare(p->db, rows->name, rows->base.text.ptr, (int)count, types),
             PGRES_COMMAND_OK));
    rows->known = true;
    return OK;
}

/* The values as libpq takes them; numbers in the order of the network. */
struct parameters {
    const char *ptr[STORE_PARAMETERS_MAX];
    int len[STORE_PARAMETERS_MAX], binary[STORE_PARAMETERS_MAX];
    uint64_t number[STORE_PARAMETERS_MAX];
};

static void fill_parameters(struct parameters *out, size_t count, const struct store_value *values)
{
    for (size_t i = 0; i < count; i++) {
        out->binary[i] = 1;
        out->len[i] = (int)values[i].bytes.len;
        if (values[i].type == STORE_NULL) {
            out->ptr[i] = NULL;
        } else if (values[i].type == STORE_I64) {
            out->number[i] = htobe64((uint64_t)values[i].i64);
            out->ptr[i] = (const char *)&out->number[i];
            out->len[i] = 8;
        } else {
            out->ptr[i] = values[i].bytes.ptr ? values[i].bytes.ptr : "";
        }
    }
}

static rc postgres_start(struct ctx *c, struct store_rows *base, size_t count,
                         const struct store_value *values, bool keep)
{
    (void)keep; /* all is sent before the call ends */
    struct postgres_rows *rows = (struct postgres_rows *)base;
    struct postgres *p = (struct postgres *)base->store;
    struct parameters parameters;
    if (count > STORE_PARAMETERS_MAX)
        FAIL(c, INTERNAL, "more than %d parameters", STORE_PARAMETERS_MAX);
    TRY(set_door(c, p, base->ledger));
    if (!rows->known)
        TRY(make_known(c, rows, count, values));
    fill_parameters(&parameters, count, values);
    rows->result = PQexecPrepared(p->db, rows->name, (int)count, parameters.ptr, parameters.len,
                                  parameters.binary, 1);
    ExecStatusType status = PQresultStatus(rows->result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        PGresult *failed = rows->result;
        rows->result = NULL;
        return DONE(c, p, failed, PGRES_COMMAND_OK);
    }
    rows->row = -1;
    return OK;
}

static void postgres_stop(struct store_rows *base)
{
    struct postgres_rows *rows = (struct postgres_rows *)base;
    PQclear(rows->result);
    rows->result = NULL;
}

static rc postgres_finish(struct ctx *c, struct store_rows *base, int64_t *ret_changed)
{
    struct postgres_rows *rows = (struct postgres_rows *)base;
    rc result = OK;
    int64_t changed = 0;
    if (PQresultStatus(rows->result) == PGRES_TUPLES_OK)
        result =
            fault_raise(c, RC_INTERNAL, __FILE__, __LINE__, "rows of a statement that gives none");
    else
        str_to_i64(str_from(PQcmdTuples(rows->result)), &changed);
    postgres_stop(base);
    TRY(result);
    if (ret_changed)
        *ret_changed = changed;
    return OK;
}

static rc postgres_next(struct ctx *c, struct store_rows *base, bool *ret_more)
{
    (void)c;
    struct postgres_rows *rows = (struct postgres_rows *)base;
    rows->row++;
    *ret_more = rows->row < PQntuples(rows->result);
    return OK;
}

/* numeric in binary form: digits to the base 10,000, weight of the first, sign, decimals. What sums
 * of integers give; decimals are cut. */
static int64_t numeric_to_i64(const unsigned char *bytes, size_t len)
{
    uint16_t head[4], digit = 0;
    if (len < sizeof head)
        return 0;
    memcpy(head, bytes, sizeof head);
    int count = be16toh(head[0]), weight = (int16_t)be16toh(head[1]);
    int64_t value = 0;
    for (int i = 0; i <= weight; i++) {
        digit = 0;
        if (i < count && 8 + 2 * (size_t)i + 2 <= len)
            memcpy(&digit, bytes + 8 + 2 * i, 2);
        if (__builtin_mul_overflow(value, 10000, &value) ||
            __builtin_add_overflow(value, be16toh(digit), &value))
            return INT64_MAX;
    }
    return be16toh(head[2]) ? -value : value;
}

static int64_t whole_number(Oid type, const char *bytes, size_t len)
{
    uint64_t wide = 0;
    uint32_t half = 0;
    uint16_t quarter = 0;
    switch (type) {
    case OID_INT8:
        memcpy(&wide, bytes, sizeof wide);
        return (int64_t)be64toh(wide);
    case OID_INT4:
        memcpy(&half, bytes, sizeof half);
        return (int32_t)be32toh(half);
    case OID_INT2:
        memcpy(&quarter, bytes, sizeof quarter);
        return (int16_t)be16toh(quarter);
    case OID_BOOL:
        return bytes[0] != 0;
    default:
        return numeric_to_i64((const unsigned char *)bytes, len);
    }
}

static struct store_value postgres_column(const struct store_rows *base, size_t column)
{
    const struct postgres_rows *rows = (const struct postgres_rows *)base;
    int at = (int)column;
    if (PQgetisnull(rows->result, rows->row, at))
        return (struct store_value){.type = STORE_NULL};
    const char *bytes = PQgetvalue(rows->result, rows->row, at);
    size_t len = (size_t)PQgetlength(rows->result, rows->row, at);
    Oid type = PQftype(rows->result, at);
    if (type == OID_INT8 || type == OID_INT4 || type == OID_INT2 || type == OID_BOOL ||
        type == OID_NUMERIC)
        return STORE_VALUE_I64(whole_number(type, bytes, len));
    return (struct store_value){type == OID_BYTEA ? STORE_BYTES : STORE_TEXT, 0, {bytes, len}};
}

static rc postgres_script(struct ctx *c, struct store *store, const char *sql)
{
    struct postgres *p = (struct postgres *)store;
    TRY(set_door(c, p, true));
    return command(c, p, sql);
}

/* ---- many rows: COPY in binary form --------------------------------------------------------- */

static rc send(struct ctx *c, struct postgres *p, const void *bytes, size_t len)
{
    if (PQputCopyData(p->db, bytes, (int)len) != 1)
        FAIL(c, IO, "%s: %s", p->base.name, PQerrorMessage(p->db));
    return OK;
}

static void put_u16(struct text *t, uint16_t value)
{
    value = htobe16(value);
    text_put(t, (struct str){(const char *)&value, sizeof value});
}

static void put_field(struct text *t, const struct store_value *value)
{
    uint64_t number = htobe64((uint64_t)value->i64);
    struct str bytes = value->type == STORE_I64 ? (struct str){(const char *)&number, sizeof number}
                                                : value->bytes;
    uint32_t len = htobe32(value->type == STORE_NULL ? UINT32_MAX : (uint32_t)bytes.len);
    text_put(t, (struct str){(const char *)&len, sizeof len});
    if (value->type != STORE_NULL)
        text_put(t, bytes);
}

/* The rows, sent 256 KiB at a time. */
static rc send_rows(struct ctx *c, struct postgres *p, const struct store_table_rows *table)
{
    enum { PIECE = 256 * 1024 };
    static const char start[] =
        "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* with the literal's own NUL: 19 */
    struct text t;
    text_init(&t, c, SIZE_MAX / 2);
    text_expect(&t, PIECE);
    text_put(&t, (struct str){start, sizeof start});
    for (size_t row = 0; row < table->count; row++) {
        put_u16(&t, (uint16_t)table->width);
        for (size_t i = 0; i < table->width; i++)
            put_field(&t, &table->values[row * table->width + i]);
        if (t.failed)
            return fault_again(c);
        if (t.len >= PIECE) {
            TRY(send(c, p, t.ptr, t.len));
            t.len = 0;
        }
    }
    put_u16(&t, UINT16_MAX);
    struct str rest;
    TRY(text_done(&t, &rest));
    return send(c, p, rest.ptr, rest.len);
}

static rc postgres_insert(struct ctx *c, struct store *store, const struct store_table_rows *table)
{
    struct postgres *p = (struct postgres *)store;
    struct text t;
    struct str sql;
    text_init(&t, c, 4096);
    text_printf(&t, "COPY %.*s (", STR_ARG(table->table));
    for (size_t i = 0; i < table->width; i++)
        text_printf(&t, "%s%s", i ? ", " : "", table->columns[i]);
    text_put(&t, STR(") FROM STDIN WITH (FORMAT binary)"));
    TRY(text_done(&t, &sql));
    TRY(set_door(c, p, str_starts(table->table, "ledger_")));
    TRY(DONE(c, p, PQexec(p->db, sql.ptr), PGRES_COPY_IN));
    rc result = send_rows(c, p, table);
    PQputCopyEnd(p->db, rc_ok(result) ? NULL : "given up by the client");
    for (PGresult *last; (last = PQgetResult(p->db));) {
        rc outcome = DONE(c, p, last, PGRES_COMMAND_OK);
        if (rc_ok(result))
            result = outcome;
    }
    return result;
}

/* ---- transactions --------------------------------------------------------------------------- */

static rc postgres_begin(struct ctx *c, struct store *store, bool write)
{
    struct postgres *p = (struct postgres *)store;
    if (!write)
        return command(c, p, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    TRY(command(c, p, "BEGIN"));
    p->in_transaction = true;
    p->ledger_open = false;
    return OK;
}

static void postgres_rollback(struct store *store)
{
    struct postgres *p = (struct postgres *)store;
    p->in_transaction = false;
    p->ledger_open = false;
    if (PQtransactionStatus(p->db) != PQTRANS_IDLE)
        PQclear(PQexec(p->db, "ROLLBACK"));
}

static rc postgres_commit(struct ctx *c, struct store *store)
{
    struct postgres *p = (struct postgres *)store;
    PGresult *result = PQexec(p->db, "COMMIT");
    /* The commit of a failed transaction is answered with "ROLLBACK", and is no error to the
     * server. */
    bool undone =
        PQresultStatus(result) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0;
    rc outcome = DONE(c, p, result, PGRES_COMMAND_OK);
    postgres_rollback(store);
    TRY(outcome);
    if (undone)
        FAIL(c, CONFLICT, "%s: the transaction had failed and is rolled back", p->base.name);
    return OK;
}

/* ---- the whole database --------------------------------------------------------------------- */

static rc postgres_backup(struct ctx *c, struct store *store, const char *path)
{
    (void)path;
    FAIL(c, UNSUPPORTED, "%s: PostgreSQL is backed up with its own tools (pg_basebackup, pg_dump)",
         store->name);
}

/* Every page of every table is read, and with it checked against its sum. */
static rc postgres_check(struct ctx *c, struct store *store)
{
    struct postgres *p = (struct postgres *)store;
    return command(c, p,
                   "DO $$ DECLARE t regclass; BEGIN"
                   " FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r'"
                   "   AND relnamespace = quote_ident(current_schema())::regnamespace LOOP"
                   "  EXECUTE format('SELECT count(r::text) FROM %s r', t);"
                   " END LOOP; END $$");
}

static rc postgres_checkpoint(struct ctx *c, struct store *store, enum store_move move,
                              int64_t wait_ms, struct store_log *ret_log)
{
    (void)c, (void)store, (void)move, (void)wait_ms; /* the server does this itself */
    if (ret_log)
        *ret_log = (struct store_log){0, 0};
    return OK;
}

static void postgres_close(struct store *store)
{
    struct postgres *p = (struct postgres *)store;
    store_forget_all(store);
    /* The server notices later that the connection ends: who opens next must not meet its lock. */
    PQclear(PQexec(p->db, "SELECT pg_advisory_unlock_all()"));
    PQfinish(p->db);
    free(p->base.name);
    free(p);
}

static const struct store_driver postgres_driver = {
    .close = postgres_close,
    .prepare = postgres_prepare,
    .forget = postgres_forget,
    .start = postgres_start,
    .finish = postgres_finish,
    .next = postgres_next,
    .column = postgres_column,
    .stop = postgres_stop,
    .script = postgres_script,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .insert = postgres_insert,
    .backup = postgres_backup,
    .check = postgres_check,
    .checkpoint = postgres_checkpoint,
};

/* ---- opening -------------------------------------------------------------------------------- */

/* The lock is the schema's, so that several missions may live in one database. */
#define LOCK_NUMBERS "hashtext('chancery'), hashtext(current_schema())"

/* Who holds the lock, for the person who has to go there. */
static rc refuse_second_writer(struct ctx *c, struct postgres *p)
{
    PGresult *holder =
        PQexec(p->db, "SELECT pid, coalesce(nullif(application_name, ''), 'unnamed'),"
                      " coalesce(host(client_addr), 'this machine'), backend_start::timestamptz(0)"
                      " FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory'"
                      " AND granted AND (classid, objid) = (SELECT a::bit(32)::bigint::oid,"
                      " b::bit(32)::bigint::oid FROM (SELECT hashtext('chancery') a,"
                      " hashtext(current_schema()) b) x) LIMIT 1");
    rc result;
    if (PQntuples(holder) == 1)
        result =
            fault_raise(c, RC_BUSY, __FILE__, __LINE__,
                        "%s: another program writes to it (%s, server process %s, from %s, since "
                        "%s); there is one writer",
                        p->base.name, PQgetvalue(holder, 0, 1), PQgetvalue(holder, 0, 0),
                        PQgetvalue(holder, 0, 2), PQgetvalue(holder, 0, 3));
    else
        result = fault_raise(c, RC_BUSY, __FILE__, __LINE__,
                             "%s: another program writes to it; there is one writer", p->base.name);
    PQclear(holder);
    return result;
}

/* The server notices only a moment after a writer has left: it is given that moment. */
#define LOCK_WAIT "2s"

static rc take_writer_lock(struct ctx *c, struct postgres *p)
{
    TRY(command(c, p, "SET lock_timeout = '" LOCK_WAIT "'"));
    PGresult *got = PQexec(p->db, "SELECT pg_advisory_lock(" LOCK_NUMBERS ")");
    const char *state = PQresultErrorField(got, PG_DIAG_SQLSTATE);
    bool taken = state && strcmp(state, "55P03") == 0; /* lock_not_available */
    if (taken) {
        PQclear(got);
        return refuse_second_writer(c, p);
    }
    TRY(DONE(c, p, got, PGRES_TUPLES_OK));
    return command(c, p, "SET lock_timeout = 0");
}

static void say_nothing(void *arg, const PGresult *notice)
{
    (void)arg, (void)notice;
}

static rc set_up(struct ctx *c, struct postgres *p, bool read_only)
{
    PQsetNoticeReceiver(p->db, say_nothing, NULL);
    TRY(command(c, p, "SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'"));
    if (read_only)
        return command(c, p, "SET default_transaction_read_only = on");
    /* A commit is on the disk before anybody is told of it: "off" is raised, what is more is kept.
     */
    PGresult *raised =
        PQexec(p->db, "SELECT set_config('synchronous_commit', 'on', false)"
                      " WHERE current_setting('synchronous_commit') IN ('off', 'local')");
    TRY(DONE(c, p, raised, PGRES_TUPLES_OK));
    return take_writer_lock(c, p);
}

rc postgres_open(struct ctx *c, const struct store_options *options, struct store **ret)
{
    struct postgres *p = calloc(1, sizeof *p);
    if (!p)
        FAIL(c, NO_MEMORY, "no memory for a database connection");
    p->base.driver = &postgres_driver;
    p->base.kind = STORE_POSTGRES;
    p->db = PQconnectdb(options->path);
    const char *host = p->db ? PQhost(p->db) : NULL, *name = p->db ? PQdb(p->db) : NULL;
    rc result = OK;
    if (asprintf(&p->base.name, "%s on %s", name ? name : "a database", host ? host : "a server") <
        0) {
        p->base.name = NULL;
        result = fault_raise(c, RC_NO_MEMORY, __FILE__, __LINE__, "no memory for a connection");
    } else if (PQstatus(p->db) != CONNECTION_OK) {
        result = fault_raise(c, RC_IO, __FILE__, __LINE__, "%s: %s", p->base.name,
                             p->db ? PQerrorMessage(p->db) : "no memory");
    } else {
        result = set_up(c, p, options->read_only);
    }
    if (!rc_ok(result)) {
        postgres_close(&p->base);
        return result;
    }
    *ret = &p->base;
    return OK;
}
