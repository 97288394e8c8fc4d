/* What a store promises, on both databases; then what only the embedded one does. */
#include "store/store.h"

#include "base/file.h"
#include "base/text.h"
#include "support/store_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_table(struct ctx *c, struct store *store)
{
    struct str sql;
    enum store_kind kind = store_kind(store);
    MUST(c, str_format(c, &sql,
                       "CREATE TABLE door (id %s PRIMARY KEY, name %s, photo %s);"
                       "CREATE TABLE guard (id %s PRIMARY KEY, door %s REFERENCES door (id))",
                       store_type(kind, STORE_I64), store_type(kind, STORE_TEXT),
                       store_type(kind, STORE_BYTES), store_type(kind, STORE_I64),
                       store_type(kind, STORE_I64)));
    MUST(c, store_script(c, store, sql));
}

static rc insert(struct ctx *c, struct store *store, int64_t id, struct str name)
{
    struct store_value row[] = {STORE_VALUE_I64(id), STORE_VALUE_TEXT(name),
                                STORE_VALUE_BYTES(STR("\0\1\377"))};
    return store_run(c, store, STR("INSERT INTO door (id, name, photo) VALUES ($1, $2, $3)"), 3,
                     row, NULL);
}

static int64_t number(struct ctx *c, struct store *store, const char *sql)
{
    struct store_rows *rows = NULL;
    bool more = false;
    MUST(c, store_query(c, store, str_from(sql), 0, NULL, &rows));
    MUST(c, store_next(c, rows, &more));
    assert_true(more);
    int64_t value = store_column(rows, 0).i64;
    store_end(rows);
    return value;
}

TEST_STORES(store_keeps_values_as_they_are)
{
    struct store *store = fixture_store(f, false);
    make_table(c, store);
    MUST(c, insert(c, store, INT64_MIN, STR("Tür \xf0\x9f\x9a\xaa")));
    MUST(c, insert(c, store, INT64_MAX, (struct str){0}));
    MUST(c, insert(c, store, 0, STR("")));
    struct store_rows *rows = NULL;
    bool more = false;
    MUST(c, store_query(c, store, STR("SELECT id, name, photo FROM door ORDER BY id"), 0, NULL,
                        &rows));
    MUST(c, store_next(c, rows, &more));
    assert_true(more && store_column(rows, 0).i64 == INT64_MIN);
    assert_int_equal(store_column(rows, 1).type, STORE_TEXT);
    assert_true(str_is(store_column(rows, 1).bytes, "Tür \xf0\x9f\x9a\xaa"));
    assert_int_equal(store_column(rows, 2).type, STORE_BYTES);
    assert_true(str_eq(store_column(rows, 2).bytes, STR("\0\1\377")));
    MUST(c, store_next(c, rows, &more));
    assert_int_equal(store_column(rows, 1).type, STORE_TEXT);
    assert_true(store_column(rows, 1).bytes.len == 0 && store_column(rows, 1).bytes.ptr != NULL);
    MUST(c, store_next(c, rows, &more));
    assert_true(store_column(rows, 0).i64 == INT64_MAX);
    assert_int_equal(store_column(rows, 1).type, STORE_NULL);
    MUST(c, store_next(c, rows, &more));
    assert_false(more);
    store_end(rows);
    store_close(store);
}

TEST_STORES(store_takes_parameters_by_their_number)
{
    struct store *store = fixture_store(f, false);
    make_table(c, store);
    struct store_value values[] = {STORE_VALUE_TEXT(STR("gate")), STORE_VALUE_I64(5)};
    int64_t changed = 0;
    MUST(c, store_run(c, store, STR("INSERT INTO door (id, name) VALUES ($2, $1)"), 2, values,
                      &changed));
    assert_int_equal(changed, 1);
    MUST(c, store_run(c, store,
                      STR("UPDATE door SET name = $1 WHERE id = $2 AND name = $1 AND id = $2"), 2,
                      values, &changed));
    assert_int_equal(changed, 1);
    MUST(c, store_run(c, store,
                      STR("INSERT INTO door (id, name) VALUES ($2, $1)"
                          " ON CONFLICT (id) DO UPDATE SET name = excluded.name"),
                      2, values, &changed));
    assert_int_equal(number(c, store, "SELECT count(*) FROM door"), 1);
    assert_int_equal(number(c, store, "SELECT sum(id) FROM door"), 5);
    store_close(store);
}

TEST_STORES(store_inserts_many_rows)
{
    struct store *store = fixture_store(f, false);
    make_table(c, store);
    enum { COUNT = 3000 };
    struct store_value *values = ctx_take(c, (size_t)3 * COUNT, sizeof *values);
    static const char *const columns[] = {"id", "name", "photo"};
    for (int i = 0; i < COUNT; i++) {
        values[3 * i] = STORE_VALUE_I64(i);
        values[3 * i + 1] =
            i % 2 ? STORE_VALUE_TEXT(STR("x")) : (struct store_value){.type = STORE_NULL};
        values[3 * i + 2] = STORE_VALUE_BYTES(((struct str){(const char *)f, 300}));
    }
    MUST(c, store_begin(c, store, true));
    MUST(c, store_insert(c, store, STR("door"), 3, columns, COUNT, values));
    MUST(c, store_commit(c, store));
    assert_int_equal(number(c, store, "SELECT count(*) FROM door"), COUNT);
    assert_int_equal(number(c, store, "SELECT count(*) FROM door WHERE name IS NULL"), COUNT / 2);
    assert_int_equal(number(c, store, "SELECT sum(length(photo)) FROM door"), COUNT * 300);
    MUST(c, store_begin(c, store, true));
    MUST_FAIL(c, CONFLICT, store_insert(c, store, STR("door"), 3, columns, 1, values));
    store_rollback(store);
    store_close(store);
}

TEST_STORES(store_tells_what_went_wrong)
{
    struct store *store = fixture_store(f, false);
    make_table(c, store);
    MUST(c, insert(c, store, 1, STR("a")));
    MUST_FAIL(c, CONFLICT, insert(c, store, 1, STR("b")));
    struct store_value orphan[] = {STORE_VALUE_I64(1), STORE_VALUE_I64(99)};
    MUST_FAIL(
        c, CONFLICT,
        store_run(c, store, STR("INSERT INTO guard (id, door) VALUES ($1, $2)"), 2, orphan, NULL));
    MUST_FAIL(c, INTERNAL,
              store_run(c, store, STR("INSERT INTO nowhere VALUES (1)"), 0, NULL, NULL));
    MUST_FAIL(c, INTERNAL, store_run(c, store, STR("SELECT 1"), 0, NULL, NULL));
    struct store *reader = fixture_store(f, true);
    MUST_FAIL(c, FORBIDDEN, insert(c, reader, 2, STR("c")));
    store_close(reader);
    store_close(store);
}

TEST_STORES(store_refuses_a_statement_that_is_open)
{
    struct store *store = fixture_store(f, false);
    struct store_rows *rows = NULL, *again = NULL;
    bool more = false;
    MUST(c, store_query(c, store, STR("SELECT 1"), 0, NULL, &rows));
    MUST_FAIL(c, INTERNAL, store_query(c, store, STR("SELECT 1"), 0, NULL, &again));
    assert_null(again);
    store_end(again);
    MUST(c, store_next(c, rows, &more));
    store_end(rows);
    MUST(c, store_query(c, store, STR("SELECT 1"), 0, NULL, &rows));
    store_end(rows);
    store_close(store);
}

TEST_STORES(store_rolls_back_and_commits)
{
    struct store *store = fixture_store(f, false);
    make_table(c, store);
    MUST(c, store_begin(c, store, true));
    MUST(c, insert(c, store, 1, STR("a")));
    store_rollback(store);
    assert_int_equal(number(c, store, "SELECT count(*) FROM door"), 0);
    MUST(c, store_begin(c, store, true));
    MUST(c, insert(c, store, 1, STR("a")));
    MUST(c, store_commit(c, store));
    store_rollback(store); /* of nothing: harmless */
    assert_int_equal(number(c, store, "SELECT count(*) FROM door"), 1);
    store_close(store);
}

TEST_STORES(store_gives_a_reader_one_moment)
{
    struct store *store = fixture_store(f, false), *reader = NULL;
    make_table(c, store);
    reader = fixture_store(f, true);
    MUST(c, store_begin(c, reader, false));
    assert_int_equal(number(c, reader, "SELECT count(*) FROM door"), 0);
    MUST(c, insert(c, store, 1, STR("a")));
    assert_int_equal(number(c, reader, "SELECT count(*) FROM door"), 0);
    MUST(c, store_commit(c, reader));
    assert_int_equal(number(c, reader, "SELECT count(*) FROM door"), 1);
    store_close(reader);
    store_close(store);
}

TEST_STORES(store_forgets_old_statements_and_goes_on)
{
    struct store *store = fixture_store(f, false);
    for (int i = 0; i < 1500; i++) {
        struct str sql;
        MUST(c, str_format(c, &sql, "SELECT %d", i % 1200));
        assert_int_equal(number(c, store, sql.ptr), i % 1200);
    }
    store_close(store);
}

static void make_guarded(struct ctx *c, struct store *store)
{
    store_ledger_unlock(store);
    MUST(c, store_begin(c, store, true));
    if (store_kind(store) == STORE_SQLITE)
        MUST(c, store_script(c, store, STR("CREATE TABLE ledger_x (id INTEGER PRIMARY KEY)")));
    else
        MUST(c, store_script(c, store, STR("CREATE TABLE ledger_x (id BIGINT PRIMARY KEY)")));
    MUST(c, store_commit(c, store));
    store_ledger_lock(store);
}

TEST(store_sqlite_opens_the_ledger_only_between_unlock_and_lock)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    struct store *store = fixture_store(&f, false);
    make_guarded(c, store);
    struct str add = STR("INSERT INTO ledger_x (id) VALUES (1)");
    MUST_FAIL(c, FORBIDDEN, store_run(c, store, add, 0, NULL, NULL));
    store_ledger_unlock(store);
    MUST(c, store_run(c, store, add, 0, NULL, NULL));
    MUST_FAIL(c, FORBIDDEN, store_run(c, store, STR("UPDATE ledger_x SET id = 2"), 0, NULL, NULL));
    MUST_FAIL(c, FORBIDDEN, store_run(c, store, STR("DELETE FROM ledger_x"), 0, NULL, NULL));
    MUST_FAIL(c, FORBIDDEN, store_script(c, store, STR("DROP TABLE ledger_x")));
    store_ledger_lock(store);
    /* It is prepared by now, and still refused. */
    MUST_FAIL(c, FORBIDDEN, store_run(c, store, add, 0, NULL, NULL));
    MUST_FAIL(c, FORBIDDEN, store_script(c, store, STR("ALTER TABLE ledger_x RENAME TO y")));
    MUST_FAIL(c, FORBIDDEN, store_script(c, store, STR("CREATE TABLE ledger_y (id INTEGER)")));
    MUST_FAIL(c, FORBIDDEN, store_script(c, store, STR("PRAGMA writable_schema = ON")));
    MUST_FAIL(c, FORBIDDEN, store_script(c, store, STR("ATTACH '/tmp/x' AS x")));
    /* Not by a detour either. */
    MUST(c, store_script(c, store, STR("CREATE TABLE z (id INTEGER)")));
    MUST(c, store_script(c, store,
                         STR("CREATE TRIGGER t AFTER INSERT ON z BEGIN"
                             " INSERT INTO ledger_x (id) VALUES (9); END")));
    MUST_FAIL(c, FORBIDDEN, store_script(c, store, STR("INSERT INTO z VALUES (1)")));
    assert_int_equal(number(c, store, "SELECT count(*) FROM ledger_x"), 1);
    store_close(store);
    fixture_close(&f);
}

/* ---- the embedded database ------------------------------------------------------------------- */

static int64_t file_size(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_size;
}

static void change_byte(const char *path, int64_t at)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    unsigned char byte = 0;
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void fill(struct fixture *f)
{
    struct ctx *c = &f->ctx;
    struct store *store = fixture_store(f, false);
    make_table(c, store);
    MUST(c, store_begin(c, store, true));
    for (int i = 0; i < 3000; i++)
        MUST(c, insert(c, store, i, STR("a very plain name that anybody could find in the file")));
    MUST(c, store_commit(c, store));
    MUST(c, store_checkpoint(c, store, STORE_TRUNCATE, 0, NULL));
    store_close(store);
}

TEST(store_sqlite_shows_nothing_on_the_disk)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    fill(&f);
    struct str bytes;
    MUST(c, file_read(c, &files_system, f.options.path, 64 << 20, &bytes));
    assert_true(bytes.len > 100000);
    assert_true(str_find(bytes, STR("plain name")) == SIZE_MAX);
    assert_true(str_find(bytes, STR("SQLite format")) == SIZE_MAX);
    fixture_close(&f);
}

TEST(store_sqlite_refuses_another_key)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    fill(&f);
    f.key[31] ^= 1;
    struct store *store = NULL;
    MUST_FAIL(c, CORRUPT, store_open(c, &f.options, &store));
    assert_non_null(strstr(c->fault.message, f.options.path));
    assert_non_null(strstr(c->fault.message, "key"));
    fixture_close(&f);
}

TEST(store_sqlite_names_a_damaged_page)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    fill(&f);
    struct store *store = fixture_store(&f, false);
    MUST(c, store_check(c, store));
    store_close(store);
    int64_t page = file_size(f.options.path) / 8192 / 2;
    change_byte(f.options.path, page * 8192 + 77);
    store = fixture_store(&f, false);
    MUST_FAIL(c, CORRUPT, store_check(c, store));
    assert_non_null(strstr(c->fault.message, f.options.path));
    struct str named;
    MUST(c, str_format(c, &named, "page %d", (int)page + 1));
    assert_non_null(strstr(c->fault.message, named.ptr));
    store_close(store);
    fixture_close(&f);
}

TEST(store_sqlite_notices_every_changed_page)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    fill(&f);
    int64_t size = file_size(f.options.path);
    /* The first sixteen bytes are a salt, which a raw key does not use. */
    for (int64_t at = 40; at < size; at += 8192 * 3 + 1021) {
        change_byte(f.options.path, at);
        struct store *store = NULL;
        rc result = store_open(c, &f.options, &store);
        if (rc_ok(result))
            result = store_check(c, store);
        assert_int_equal(result.code, RC_CORRUPT);
        store_close(store);
        change_byte(f.options.path, at);
    }
    fixture_close(&f);
}

TEST(store_sqlite_notices_a_file_cut_short)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    fill(&f);
    assert_int_equal(truncate(f.options.path, file_size(f.options.path) / 8192 / 2 * 8192), 0);
    struct store *store = NULL;
    rc result = store_open(c, &f.options, &store);
    if (rc_ok(result))
        result = store_check(c, store);
    assert_int_equal(result.code, RC_CORRUPT);
    store_close(store);
    assert_int_equal(truncate(f.options.path, 5000), 0);
    MUST_FAIL(c, CORRUPT, store_open(c, &f.options, &store));
    fixture_close(&f);
}

TEST(store_sqlite_backs_up_while_it_is_written)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    fill(&f);
    struct store *store = fixture_store(&f, false), *reader = fixture_store(&f, true);
    const char *path = NULL;
    MUST(c, path_join(c, f.folder, "copy.db", &path));
    MUST(c, store_begin(c, store, true));
    MUST(c, insert(c, store, 100000, STR("not committed")));
    MUST(c, store_backup(c, reader, path));
    MUST(c, store_commit(c, store));
    MUST_FAIL(c, CONFLICT, store_backup(c, reader, path));
    store_close(store);
    store_close(reader);
    f.options.path = path;
    store = fixture_store(&f, false);
    MUST(c, store_check(c, store));
    assert_int_equal(number(c, store, "SELECT count(*) FROM door"), 3000);
    store_close(store);
    fixture_close(&f);
}

TEST(store_postgres_has_one_writer)
{
    struct fixture f;
    fixture_open(&f, STORE_POSTGRES);
    struct ctx *c = &f.ctx;
    struct store *store = fixture_store(&f, false), *second = NULL;
    MUST_FAIL(c, BUSY, store_open(c, &f.options, &second));
    assert_non_null(strstr(c->fault.message, "one writer"));
    assert_non_null(strstr(c->fault.message, "server process"));
    store_close(fixture_store(&f, true));
    store_close(store);
    store_close(fixture_store(&f, false));
    MUST_FAIL(c, UNSUPPORTED, store_backup(c, store = fixture_store(&f, false), "/tmp/x"));
    MUST(c, store_check(c, store));
    store_close(store);
    fixture_close(&f);
}
