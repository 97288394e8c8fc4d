#include "core/picture_table.h"

#include "base/encode.h"
#include "base/text.h"
#include "base/version.h"
#include "core/catalog.h"

#include <assert.h>
#include <sodium.h>

enum { PICTURE_MEMORY_MAX = 16 << 20, SQL_MAX = 64 << 10, VALUES_MAX = 256 };

/* ---- statements
 * ------------------------------------------------------------------------------------ */

static void put_names(struct text *sql, const struct shape_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        text_printf(sql, "\"%s\",", columns->items[i].name);
}

/* The words of a row stand in PostgreSQL in a column of it, in SQLite in a table of their own. */
static rc make_put_words(struct ctx *c, struct picture_table *t)
{
    const char *noun = t->table->shape->name;
    return str_format(c, &t->put_words,
                      "INSERT INTO \"w_%s\" (\"mission\",\"id\",\"words\") VALUES ($1,$2,$3) "
                      "ON CONFLICT (\"mission\",\"id\") DO UPDATE SET "
                      "\"words\"=excluded.\"words\" WHERE \"w_%s\".\"words\"<>excluded.\"words\"",
                      noun, noun);
}

static rc make_put(struct ctx *c, struct picture_table *t, bool words)
{
    struct text sql;
    size_t total = 1 + t->columns.count + ROW_COLUMN_COUNT;
    text_init(&sql, c, SQL_MAX);
    text_printf(&sql, "INSERT INTO \"%s\" (\"mission\",", t->name);
    put_names(&sql, &t->columns);
    text_put(&sql,
             words ? STR(ROW_COLUMNS ",\"row_words\") VALUES (") : STR(ROW_COLUMNS ") VALUES ("));
    for (size_t i = 1; i <= total; i++)
        text_printf(&sql, i == 1 ? "$%zu" : ",$%zu", i);
    if (words)
        text_printf(&sql, ",array_to_tsvector(string_to_array($%zu,' '))", total + 1);
    text_put(&sql, STR(") ON CONFLICT (\"mission\",\"id\") DO UPDATE SET "));
    for (size_t i = 0; i < t->columns.count; i++)
        text_printf(&sql, "\"%s\"=excluded.\"%s\",", t->columns.items[i].name,
                    t->columns.items[i].name);
    text_put(&sql, STR("\"row_seq\"=excluded.\"row_seq\",\"row_changed\"=excluded.\"row_changed\","
                       "\"row_retired\"=excluded.\"row_retired\","
                       "\"row_drill\"=excluded.\"row_drill\""));
    if (words)
        text_put(&sql, STR(",\"row_words\"=excluded.\"row_words\""));
    return text_done(&sql, &t->put);
}

static rc make_statements(struct ctx *c, enum store_kind kind, struct picture_table *t)
{
    struct text sql;
    text_init(&sql, c, SQL_MAX);
    text_put(&sql, STR("SELECT "));
    put_names(&sql, &t->columns);
    text_printf(&sql, ROW_COLUMNS " FROM \"%s\" WHERE \"mission\"=$1", t->name);
    TRY(text_done(&sql, &t->select));
    TRY(str_format(c, &t->get, "%.*s AND \"id\"=$2", STR_ARG(t->select)));
    TRY(str_format(c, &t->had, "SELECT 1 FROM \"%s\" WHERE \"mission\"=$1 AND \"id\"=$2", t->name));
    TRY(str_format(c, &t->has, "%.*s AND \"row_retired\" IS NULL", STR_ARG(t->had)));
    TRY(str_format(c, &t->retire,
                   "UPDATE \"%s\" SET \"row_seq\"=$3,\"row_changed\"=$4,\"row_retired\"=$4 WHERE "
                   "\"mission\"=$1 AND \"id\"=$2",
                   t->name));
    if (t->label_field)
        TRY(str_format(c, &t->label,
                       "SELECT \"label\" FROM \"%s\" WHERE \"mission\"=$1 AND \"id\"=$2", t->name));
    TRY(str_format(c, &t->remove, "DELETE FROM \"%s\" WHERE \"mission\"=$1 AND \"id\"=$2",
                   t->name));
    if (t->searched && kind == STORE_SQLITE)
        TRY(make_put_words(c, t));
    return make_put(c, t, t->searched && kind == STORE_POSTGRES);
}

static bool is_of_callers(const struct catalog *catalog, const struct shape *shape)
{
    const struct callers *callers = catalog_callers(catalog);
    for (size_t i = 0; callers && callers->tables[i]; i++)
        if (callers->tables[i] == shape)
            return true;
    return false;
}

static rc open_tables(struct ctx *c, struct picture *p)
{
    p->count = catalog_table_count(p->catalog);
    NEW(c, p->tables, p->count + 1);
    for (size_t i = 0; i < p->count; i++) {
        struct picture_table *t = &p->tables[i];
        struct str name;
        t->table = catalog_table(p->catalog, i);
        TRY(str_format(c, &name, "%s_%s", t->table->kind == TABLE_VAULT ? "v" : "p",
                       t->table->shape->name));
        t->name = name.ptr;
        t->of_callers = is_of_callers(p->catalog, t->table->shape);
        TRY(shape_columns(c, t->table->shape, &t->columns));
        t->label_field = shape_field(t->table->shape, STR("label"));
        assert(strcmp(t->columns.items[0].name, "id") == 0);
        assert(t->columns.count + ROW_COLUMN_COUNT + 2 <= VALUES_MAX);
        if (t->table->kind == TABLE_PICTURE)
            TRY(picture_search_fields(c, t->table->shape, &t->searched));
        TRY(make_statements(c, store_kind(p->store), t));
    }
    return OK;
}

rc picture_open(struct ctx *c, const struct catalog *catalog, struct store *store,
                struct str mission, struct picture **ret)
{
    struct arena *arena = arena_open(PICTURE_MEMORY_MAX);
    struct ctx own = {.arena = arena, .clock = c->clock};
    struct picture *p = arena ? ctx_take(&own, 1, sizeof *p) : NULL;
    if (!p) {
        arena_close(arena);
        FAIL(c, NO_MEMORY, "out of memory for the picture");
    }
    *p = (struct picture){.arena = arena, .catalog = catalog, .store = store};
    rc result = str_copy(&own, mission, &p->mission);
    if (rc_ok(result))
        result = open_tables(&own, p);
    if (!rc_ok(result)) {
        c->fault = own.fault;
        picture_close(p);
        return result;
    }
    *ret = p;
    return OK;
}

void picture_close(struct picture *picture)
{
    if (picture)
        arena_close(picture->arena);
}

struct store *picture_store(const struct picture *picture)
{
    return picture->store;
}

struct str picture_mission(const struct picture *picture)
{
    return picture->mission;
}

const struct catalog *picture_catalog(const struct picture *picture)
{
    return picture->catalog;
}

const struct picture_table *picture_table(const struct picture *picture, const struct shape *shape)
{
    for (size_t i = 0; i < picture->count; i++)
        if (picture->tables[i].table->shape == shape)
            return &picture->tables[i];
    assert(!"a shape without a table");
    return NULL;
}

/* ---- making the tables
 * ------------------------------------------------------------------------------ */

/* Texts are ordered by their bytes in every database, so that pages and cursors mean the same. */
static const char *column_type(enum store_kind kind, enum shape_cell_type type)
{
    static const enum store_type types[] = {
        [SHAPE_CELL_NULL] = STORE_NULL,
        [SHAPE_CELL_I64] = STORE_I64,
        [SHAPE_CELL_TEXT] = STORE_TEXT,
        [SHAPE_CELL_BYTES] = STORE_BYTES,
    };
    if (kind == STORE_POSTGRES && type == SHAPE_CELL_TEXT)
        return "TEXT COLLATE \"C\"";
    return store_type(kind, types[type]);
}

static void put_table(struct text *sql, enum store_kind kind, const struct picture_table *t)
{
    const char *i64 = column_type(kind, SHAPE_CELL_I64), *text = column_type(kind, SHAPE_CELL_TEXT);
    text_printf(sql, "CREATE TABLE IF NOT EXISTS \"%s\" (\"mission\" %s NOT NULL,", t->name, text);
    for (size_t i = 0; i < t->columns.count; i++)
        text_printf(sql, "\"%s\" %s%s,", t->columns.items[i].name,
                    column_type(kind, t->columns.items[i].type), i == 0 ? " NOT NULL" : "");
    if (t->searched && kind == STORE_POSTGRES)
        text_put(sql, STR("\"row_words\" TSVECTOR,"));
    text_printf(sql,
                "\"row_seq\" %s NOT NULL,\"row_changed\" %s NOT NULL,\"row_retired\" %s,"
                "\"row_drill\" %s NOT NULL,PRIMARY KEY (\"mission\",\"id\"))%s;\n",
                i64, i64, i64, i64, kind == STORE_SQLITE ? " WITHOUT ROWID" : "");
}

/* The statement that SQLite keeps of how a table was made names its columns in quotes. */
static rc has_column(struct ctx *c, struct store *store, const struct picture_table *t,
                     const char *column, bool *ret)
{
    struct store_value name = STORE_VALUE_TEXT(str_from(t->name));
    struct store_rows *rows = NULL;
    struct str quoted;
    bool more = false;
    TRY(str_format(c, &quoted, "\"%s\" ", column));
    rc result =
        store_query(c, store, STR("SELECT sql FROM sqlite_schema WHERE name=$1"), 1, &name, &rows);
    if (rc_ok(result))
        result = store_next(c, rows, &more);
    if (rc_ok(result))
        *ret = more && str_find(store_column(rows, 0).bytes, quoted) != SIZE_MAX;
    store_end(rows);
    return result;
}

/* A vault cannot be folded anew: a column that this version has and the table has not is added. */
static rc add_columns(struct ctx *c, struct store *store, const struct picture_table *t)
{
    enum store_kind kind = store_kind(store);
    for (size_t i = 1; i < t->columns.count; i++) {
        const struct shape_column *column = &t->columns.items[i];
        struct str sql;
        bool there = false;
        if (kind == STORE_SQLITE)
            TRY(has_column(c, store, t, column->name, &there));
        if (there)
            continue;
        TRY(str_format(c, &sql, "ALTER TABLE \"%s\" ADD COLUMN %s \"%s\" %s", t->name,
                       kind == STORE_POSTGRES ? "IF NOT EXISTS" : "", column->name,
                       column_type(kind, column->type)));
        TRY(store_script(c, store, sql));
    }
    return OK;
}

static void put_indexes(struct text *sql, enum store_kind kind, const struct picture_table *t)
{
    picture_put_indexes(sql, kind, t);
    picture_put_search(sql, kind, t);
}

static rc create_table(struct ctx *c, struct store *store, const struct picture_table *t)
{
    struct text sql;
    struct str table, indexes;
    text_init(&sql, c, SQL_MAX);
    put_table(&sql, store_kind(store), t);
    TRY(text_done(&sql, &table));
    TRY(store_script(c, store, table));
    if (t->table->kind == TABLE_VAULT)
        TRY(add_columns(c, store, t));
    text_init(&sql, c, SQL_MAX);
    put_indexes(&sql, store_kind(store), t);
    TRY(text_done(&sql, &indexes));
    return indexes.len > 0 ? store_script(c, store, indexes) : OK;
}

rc picture_create(struct ctx *c, struct picture *picture)
{
    for (size_t i = 0; i < picture->count; i++)
        TRY(create_table(c, picture->store, &picture->tables[i]));
    if (store_kind(picture->store) == STORE_SQLITE)
        TRY(store_script(c, picture->store, STR("ANALYZE sqlite_schema"))); /* take them in */
    return OK;
}

rc picture_drop(struct ctx *c, struct picture *picture)
{
    for (size_t i = 0; i < picture->count; i++) {
        const struct picture_table *t = &picture->tables[i];
        struct text sql;
        struct str script;
        if (t->table->kind == TABLE_VAULT)
            continue;
        text_init(&sql, c, SQL_MAX);
        picture_drop_search(&sql, store_kind(picture->store), t);
        text_printf(&sql, "DROP TABLE IF EXISTS \"%s\";\n", t->name);
        TRY(text_done(&sql, &script));
        TRY(store_script(c, picture->store, script));
    }
    return OK;
}

rc picture_schema(struct ctx *c, struct picture *picture, struct str *ret)
{
    crypto_hash_sha256_state hash;
    unsigned char digest[crypto_hash_sha256_BYTES];
    const char *version = chancery_version();
    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (const unsigned char *)version, strlen(version) + 1);
    for (size_t i = 0; i < picture->count; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct text sql;
        struct str made;
        text_init(&sql, c, SQL_MAX);
        put_table(&sql, store_kind(picture->store), &picture->tables[i]);
        put_indexes(&sql, store_kind(picture->store), &picture->tables[i]);
        TRY(text_done(&sql, &made));
        crypto_hash_sha256_update(&hash, (const unsigned char *)made.ptr, made.len);
        arena_return(c->arena, mark);
    }
    crypto_hash_sha256_final(&hash, digest);
    return encode_bytes(c, ENCODE_HEX, digest, sizeof digest, ret);
}

/* ---- reading
 * --------------------------------------------------------------------------------------- */

struct store_value picture_value(struct shape_cell cell)
{
    switch (cell.type) {
    case SHAPE_CELL_I64:
        return STORE_VALUE_I64(cell.i64);
    case SHAPE_CELL_TEXT:
        return STORE_VALUE_TEXT(cell.bytes);
    case SHAPE_CELL_BYTES:
        return STORE_VALUE_BYTES(cell.bytes);
    case SHAPE_CELL_NULL:
        break;
    }
    return (struct store_value){STORE_NULL, 0, {NULL, 0}};
}

struct shape_cell picture_cell(struct store_value value)
{
    static const enum shape_cell_type types[] = {
        [STORE_I64] = SHAPE_CELL_I64,
        [STORE_TEXT] = SHAPE_CELL_TEXT,
        [STORE_BYTES] = SHAPE_CELL_BYTES,
        [STORE_NULL] = SHAPE_CELL_NULL,
    };
    return (struct shape_cell){types[value.type], value.i64, value.bytes};
}

rc picture_read_row(struct ctx *c, const struct picture_table *t, struct store_rows *rows,
                    struct row *ret_row, void *ret)
{
    size_t at = 0;
    for (; at < t->columns.count; at++)
        TRY(shape_column_set(c, &t->columns.items[at], picture_cell(store_column(rows, at)), ret));
    if (ret_row)
        *ret_row = (struct row){
            .seq = store_column(rows, at).i64,
            .changed = {store_column(rows, at + 1).i64},
            .retired = {store_column(rows, at + 2).i64},
            .drill = store_column(rows, at + 3).i64 != 0,
        };
    return OK;
}

rc picture_absent(struct ctx *c, const struct shape *shape)
{
    FAIL(c, NOT_FOUND, "there is no such %s", shape->name);
}

static rc read_one(struct ctx *c, const struct picture_table *t, struct store_rows *rows,
                   struct row *ret_row, void *ret)
{
    bool more = false;
    TRY(store_next(c, rows, &more));
    if (!more)
        return picture_absent(c, t->table->shape);
    memset(ret, 0, t->table->shape->size);
    return picture_read_row(c, t, rows, ret_row, ret);
}

static rc query_one(struct ctx *c, struct picture *picture, const struct picture_table *t,
                    struct str sql, struct store_value value, struct row *ret_row, void *ret)
{
    struct store_value values[] = {STORE_VALUE_TEXT(picture->mission), value};
    struct store_rows *rows = NULL;
    TRY(store_query(c, picture->store, sql, 2, values, &rows));
    rc result = read_one(c, t, rows, ret_row, ret);
    store_end(rows);
    TRY(result);
    return picture_note_row(c, picture, t, ret);
}

rc picture_get(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id,
               struct row *ret_row, void *ret)
{
    const struct picture_table *t = picture_table(picture, shape);
    return query_one(c, picture, t, t->get, STORE_VALUE_TEXT(id), ret_row, ret);
}

/* Does the query, of mission and one value, give a row? */
static rc query_any(struct ctx *c, struct picture *picture, struct str sql, struct str value,
                    bool *ret)
{
    struct store_value values[] = {STORE_VALUE_TEXT(picture->mission), STORE_VALUE_TEXT(value)};
    struct store_rows *rows = NULL;
    bool more = false;
    rc result = store_query(c, picture->store, sql, 2, values, &rows);
    if (rc_ok(result))
        result = store_next(c, rows, &more);
    store_end(rows);
    TRY(result);
    *ret = more;
    return OK;
}

rc picture_has(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id,
               bool *ret)
{
    return query_any(c, picture, picture_table(picture, shape)->has, id, ret);
}

rc picture_had(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id,
               bool *ret)
{
    return query_any(c, picture, picture_table(picture, shape)->had, id, ret);
}

rc picture_find(struct ctx *c, struct picture *picture, const struct shape *shape,
                const char *field, struct str value, struct row *ret_row, void *ret)
{
    const struct picture_table *t = picture_table(picture, shape);
    const struct shape_column *column = shape_column(&t->columns, str_from(field));
    struct str sql;
    assert(column && column->type == SHAPE_CELL_TEXT);
    if (str_absent(value))
        FAIL(c, NOT_FOUND, "there is no %s without its %s", shape->name, field);
    TRY(str_format(c, &sql,
                   "%.*s AND \"%s\"=$2 AND \"row_retired\" IS NULL ORDER BY \"id\" LIMIT 1",
                   STR_ARG(t->select), field));
    return query_one(c, picture, t, sql, STORE_VALUE_TEXT(value), ret_row, ret);
}

rc picture_any(struct ctx *c, struct picture *picture, const struct shape *shape, const char *field,
               struct str value, bool *ret)
{
    const struct picture_table *t = picture_table(picture, shape);
    const struct shape_column *column = shape_column(&t->columns, str_from(field));
    struct str sql;
    assert(column && column->type == SHAPE_CELL_TEXT);
    TRY(str_format(c, &sql,
                   "SELECT 1 FROM \"%s\" WHERE \"mission\"=$1 AND \"%s\"=$2 AND "
                   "\"row_retired\" IS NULL LIMIT 1",
                   t->name, field));
    return query_any(c, picture, sql, value, ret);
}

/* ---- writing
 * --------------------------------------------------------------------------------------- */

static rc put_row(struct ctx *c, struct picture *picture, const struct picture_table *t,
                  const void *record, const struct event *event)
{
    struct store_value values[VALUES_MAX], words = {STORE_NULL, 0, {NULL, 0}};
    size_t count = 0;
    values[count++] = STORE_VALUE_TEXT(picture->mission);
    for (size_t i = 0; i < t->columns.count; i++) {
        struct shape_cell cell;
        TRY(shape_column_get(c, &t->columns.items[i], record, &cell));
        values[count++] = picture_value(cell);
    }
    values[count++] = STORE_VALUE_I64(event ? event->seq : -1);
    values[count++] = STORE_VALUE_I64(event ? event->occurred.us : 0);
    values[count++] = (struct store_value){STORE_NULL, 0, {NULL, 0}};
    values[count++] = STORE_VALUE_I64(event ? event->drill : 0);
    if (t->searched) {
        TRY(picture_words(c, t->table->shape, record, &words.bytes));
        words.type = STORE_TEXT;
    }
    if (t->searched && str_absent(t->put_words))
        values[count++] = words;
    TRY(store_run(c, picture->store, t->put, count, values, NULL));
    if (str_absent(t->put_words))
        return OK;
    struct store_value row[] = {values[0], values[1], words};
    return store_run(c, picture->store, t->put_words, 3, row, NULL);
}

/* The table that is about to be written. */
static const struct picture_table *write_table(struct picture *picture, const struct shape *shape)
{
    const struct picture_table *t = picture_table(picture, shape);
    picture->callers_changed = picture->callers_changed || t->of_callers;
    return t;
}

bool picture_callers_changed(const struct picture *picture)
{
    return picture->callers_changed;
}

void picture_callers_settled(struct picture *picture)
{
    picture->callers_changed = false;
}

rc picture_put(struct ctx *c, struct picture *picture, const struct shape *shape,
               const void *record, const struct event *event)
{
    struct arena_mark mark = arena_mark(c->arena);
    rc result = put_row(c, picture, write_table(picture, shape), record, event);
    arena_return(c->arena, mark);
    return result;
}

rc picture_retire(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id,
                  const struct event *event)
{
    struct store_value values[] = {
        STORE_VALUE_TEXT(picture->mission),
        STORE_VALUE_TEXT(id),
        STORE_VALUE_I64(event->seq),
        STORE_VALUE_I64(event->occurred.us),
    };
    return store_run(c, picture->store, write_table(picture, shape)->retire, 4, values, NULL);
}

rc picture_delete(struct ctx *c, struct picture *picture, const struct shape *shape, struct str id)
{
    struct store_value values[] = {STORE_VALUE_TEXT(picture->mission), STORE_VALUE_TEXT(id)};
    return store_run(c, picture->store, write_table(picture, shape)->remove, 2, values, NULL);
}

rc picture_delete_where(struct ctx *c, struct picture *picture, const struct shape *shape,
                        const char *field, struct str value)
{
    const struct picture_table *t = write_table(picture, shape);
    struct store_value values[] = {STORE_VALUE_TEXT(picture->mission), STORE_VALUE_TEXT(value)};
    struct str sql;
    assert(shape_column(&t->columns, str_from(field)));
    TRY(str_format(c, &sql, "DELETE FROM \"%s\" WHERE \"mission\"=$1 AND \"%s\"=$2", t->name,
                   field));
    return store_run(c, picture->store, sql, 2, values, NULL);
}

/* ---- the whole
 * ------------------------------------------------------------------------------------- */

static void digest_value(crypto_hash_sha256_state *hash, struct store_value value)
{
    unsigned char head[9] = {(unsigned char)value.type};
    uint64_t number = value.type == STORE_I64 ? (uint64_t)value.i64 : value.bytes.len;
    for (size_t i = 0; i < 8; i++)
        head[1 + i] = (unsigned char)(number >> (8 * i));
    crypto_hash_sha256_update(hash, head, sizeof head);
    if (value.type == STORE_TEXT || value.type == STORE_BYTES)
        crypto_hash_sha256_update(hash, (const unsigned char *)value.bytes.ptr, value.bytes.len);
}

static rc digest_rows(struct ctx *c, const struct picture_table *t, struct store_rows *rows,
                      crypto_hash_sha256_state *hash)
{
    bool more = false;
    for (;;) {
        TRY(store_next(c, rows, &more));
        if (!more)
            return OK;
        for (size_t i = 0; i < t->columns.count + ROW_COLUMN_COUNT; i++)
            digest_value(hash, store_column(rows, i));
    }
}

static rc digest_table(struct ctx *c, struct picture *picture, const struct picture_table *t,
                       crypto_hash_sha256_state *hash)
{
    struct store_value mission = STORE_VALUE_TEXT(picture->mission);
    struct store_rows *rows = NULL;
    struct str sql;
    crypto_hash_sha256_update(hash, (const unsigned char *)t->name, strlen(t->name) + 1);
    TRY(str_format(c, &sql, "%.*s ORDER BY \"id\"", STR_ARG(t->select)));
    TRY(store_query(c, picture->store, sql, 1, &mission, &rows));
    rc result = digest_rows(c, t, rows, hash);
    store_end(rows);
    return result;
}

rc picture_digest(struct ctx *c, struct picture *picture, struct str *ret)
{
    crypto_hash_sha256_state hash;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_init(&hash);
    for (size_t i = 0; i < picture->count; i++)
        if (picture->tables[i].table->kind == TABLE_PICTURE)
            TRY(digest_table(c, picture, &picture->tables[i], &hash));
    crypto_hash_sha256_final(&hash, digest);
    return encode_bytes(c, ENCODE_HEX, digest, sizeof digest, ret);
}
