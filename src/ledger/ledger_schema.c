/* The tables of the ledger, in both databases, and what refuses to change them. */
#include "base/text.h"
#include "ledger/ledger_inner.h"

/* What a column is written as: @I integer, @T text, @B bytes, @R a table's ending. */
static const char tables[] =
    "CREATE TABLE ledger_meta (name @T PRIMARY KEY, value @T NOT NULL) @R;"
    "CREATE TABLE ledger_events (seq @I PRIMARY KEY, kind @T NOT NULL, record @T,"
    " entry @B NOT NULL) @R;"
    "CREATE TABLE ledger_index (part @I PRIMARY KEY, postings @B NOT NULL) @R;"
    "CREATE TABLE ledger_tiles (tile @I PRIMARY KEY, root @B NOT NULL, hashes @B NOT NULL) @R;"
    "CREATE TABLE ledger_checkpoints (size @I PRIMARY KEY, root @B NOT NULL,"
    " signature @B NOT NULL, signed @I NOT NULL) @R;"
    "CREATE TABLE ledger_subjects (subject @T PRIMARY KEY, since @I NOT NULL,"
    " wrapped @B NOT NULL) @R;";

static const char *const fixed_tables[] = {"meta",  "events",      "index",
                                           "tiles", "checkpoints", "subjects"};
enum { FIXED_TABLES = sizeof fixed_tables / sizeof *fixed_tables, SUBJECTS = FIXED_TABLES - 1 };

/* SQLite: its authorizer stops everybody but the ledger; the triggers stop the ledger too. */
static void put_sqlite_guards(struct text *t)
{
    for (size_t i = 0; i < FIXED_TABLES; i++) {
        const char *table = fixed_tables[i];
        text_printf(t,
                    "CREATE TRIGGER ledger_%s_stands BEFORE UPDATE ON ledger_%s BEGIN"
                    " SELECT RAISE(ABORT, 'the record is never changed'); END;",
                    table, table);
        if (i != SUBJECTS)
            text_printf(t,
                        "CREATE TRIGGER ledger_%s_stays BEFORE DELETE ON ledger_%s BEGIN"
                        " SELECT RAISE(ABORT, 'the record is never deleted'); END;",
                        table, table);
    }
}

/* PostgreSQL: one function for all; CH001 is our own error class. */
static const char postgres_guard[] =
    "CREATE FUNCTION ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF current_setting('chancery.ledger', true) IS DISTINCT FROM 'open' THEN"
    "  RAISE EXCEPTION 'the table % is written by the ledger alone', TG_TABLE_NAME"
    "   USING ERRCODE = 'CH001';"
    " END IF;"
    " IF TG_OP = 'INSERT' OR (TG_OP = 'DELETE' AND TG_TABLE_NAME = 'ledger_subjects') THEN"
    "  RETURN NULL;"
    " END IF;"
    " RAISE EXCEPTION 'the record is never changed (% on %)', TG_OP, TG_TABLE_NAME"
    "  USING ERRCODE = 'CH001';"
    "END $$;";

static void put_postgres_guards(struct text *t)
{
    text_put(t, str_from(postgres_guard));
    for (size_t i = 0; i < FIXED_TABLES; i++)
        text_printf(t,
                    "CREATE TRIGGER ledger_%s_stands BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE"
                    " ON ledger_%s FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard();",
                    fixed_tables[i], fixed_tables[i]);
    /* Entries and tiles do not shrink by compression worth the time. */
    text_put(t, STR("ALTER TABLE ledger_events ALTER COLUMN entry SET STORAGE EXTERNAL;"
                    "ALTER TABLE ledger_index ALTER COLUMN postings SET STORAGE EXTERNAL;"
                    "ALTER TABLE ledger_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;"));
}

rc ledger_make_tables(struct ctx *c, struct store *store)
{
    enum store_kind kind = store_kind(store);
    struct text t;
    text_init(&t, c, 65536);
    for (const char *at = tables; *at; at++) {
        if (*at != '@') {
            text_put_char(&t, *at);
            continue;
        }
        at++;
        const char *ending = kind == STORE_SQLITE ? "STRICT" : "";
        text_put(&t, str_from(*at == 'R'   ? ending
                              : *at == 'I' ? store_type(kind, STORE_I64)
                              : *at == 'T' ? store_type(kind, STORE_TEXT)
                                           : store_type(kind, STORE_BYTES)));
    }
    if (kind == STORE_SQLITE)
        put_sqlite_guards(&t);
    else
        put_postgres_guards(&t);
    struct str sql;
    TRY(text_done(&t, &sql));
    return store_script(c, store, sql);
}
