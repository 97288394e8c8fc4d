/* Folding the ledger into the picture: what was not folded yet at start, or everything after the
 * picture was thrown away. */
#include "core/writer.h"

#include "shape/shape_older.h"

#include <inttypes.h>

enum { FOLD_CHUNK = 20000, FOLD_MEMORY_MAX = 64 << 20 };

/* ---- the place of the picture in the ledger
 * ------------------------------------------------------- */

rc position_create(struct ctx *c, struct store *store)
{
    struct str sql;
    enum store_kind kind = store_kind(store);
    TRY(str_format(c, &sql,
                   "CREATE TABLE IF NOT EXISTS picture_position (mission %s NOT NULL PRIMARY KEY,"
                   "position %s NOT NULL,schema_hash %s NOT NULL)",
                   store_type(kind, STORE_TEXT), store_type(kind, STORE_I64),
                   store_type(kind, STORE_TEXT)));
    return store_script(c, store, sql);
}

rc position_get(struct ctx *c, struct core *core, int64_t *ret_position, struct str *ret_schema)
{
    struct store_value mission = STORE_VALUE_TEXT(core->options.mission);
    struct store_rows *rows = NULL;
    bool more = false;
    *ret_position = 0;
    *ret_schema = (struct str){NULL, 0};
    TRY(store_query(c, core->store,
                    STR("SELECT position, schema_hash FROM picture_position WHERE mission = $1"), 1,
                    &mission, &rows));
    rc result = store_next(c, rows, &more);
    if (rc_ok(result) && more) {
        *ret_position = store_column(rows, 0).i64;
        result = str_copy(c, store_column(rows, 1).bytes, ret_schema);
    }
    store_end(rows);
    return result;
}

rc position_put(struct ctx *c, struct core *core, int64_t position)
{
    struct store_value values[] = {STORE_VALUE_TEXT(core->options.mission),
                                   STORE_VALUE_I64(position)};
    return store_run(c, core->store,
                     STR("UPDATE picture_position SET position = $2 WHERE mission = $1"), 2, values,
                     NULL);
}

rc fold_from_nothing(struct ctx *c, struct core *core)
{
    struct str schema;
    TRY(picture_drop(c, core->picture));
    TRY(picture_create(c, core->picture));
    TRY(picture_schema(c, core->picture, &schema));
    struct store_value values[] = {STORE_VALUE_TEXT(core->options.mission),
                                   STORE_VALUE_TEXT(schema)};
    return store_run(c, core->store,
                     STR("INSERT INTO picture_position (mission, position, schema_hash) VALUES "
                         "($1, 0, $2) ON CONFLICT (mission) DO UPDATE SET position = 0, "
                         "schema_hash = excluded.schema_hash"),
                     2, values, NULL);
}

/* ---- folding
 * --------------------------------------------------------------------------------------- */

struct folding {
    struct core *core;
    int64_t position;
    rc result;
};

rc event_read(struct ctx *c, const struct catalog *catalog, const struct ledger_event *entry,
              struct event *ret)
{
    struct event event = {
        .kind = catalog_event(catalog, entry->kind),
        .seq = entry->seq,
        .occurred = entry->occurred,
        .received = entry->received,
        .actor = entry->actor,
        .cause = entry->cause,
        .drill = entry->drill,
        .subject = entry->subject,
        .record = entry->record,
    };
    if (!event.kind)
        FAIL(c, CORRUPT, "event %" PRId64 " is of a kind that this program does not know: %.*s",
             entry->seq, STR_ARG(entry->kind));
    TRY(label_parse(c, entry->label, &event.label));
    if (!str_absent(entry->body)) {
        void *body = ctx_take(c, 1, event.kind->body->size);
        if (!body)
            return fault_again(c);
        TRY(shape_read_version(c, event.kind->body, entry->version, entry->body, body));
        event.body = body;
    }
    *ret = event;
    return OK;
}

static rc fold_entry(struct ctx *c, struct core *core, const struct ledger_event *entry)
{
    const struct catalog *catalog = core->options.catalog;
    const struct fold *const *folds = NULL;
    const struct event_kind *kind = catalog_event(catalog, entry->kind);
    struct event event;
    size_t count = kind ? catalog_folds(catalog, kind, &folds) : 0;
    if (kind && count == 0)
        return OK;
    TRY(event_read(c, catalog, entry, &event));
    for (size_t i = 0; i < count; i++)
        TRY(folds[i]->fold(c, core->picture, &event));
    return OK;
}

static rc fold_each(struct ctx *c, void *arg, const struct ledger_event *entry, bool *stop)
{
    struct folding *f = arg;
    (void)stop;
    TRY(fold_entry(c, f->core, entry));
    f->position = entry->seq + 1;
    return OK;
}

static rc fold_chunk(struct ctx *c, struct core *core, struct store *reader, int64_t *position)
{
    struct folding f = {.core = core, .position = *position};
    struct ledger_walk walk = {
        .from = *position,
        .limit = FOLD_CHUNK,
        .seal_key = core->options.ledger.seal_key,
    };
    TRY(store_begin(c, core->store, true));
    rc result = ledger_walk(c, reader, &walk, fold_each, &f);
    if (rc_ok(result))
        result = position_put(c, core, f.position);
    if (rc_ok(result))
        result = store_commit(c, core->store);
    if (!rc_ok(result)) {
        store_rollback(core->store);
        return result;
    }
    *position = f.position;
    return OK;
}

static rc fold_from(struct ctx *c, struct core *core, int64_t position)
{
    struct store_options options = core->options.store;
    struct store *reader = NULL;
    int64_t size = ledger_size(core->ledger);
    options.read_only = true;
    TRY(store_open(c, &options, &reader));
    rc result = OK;
    while (position < size && rc_ok(result)) {
        int64_t before = position;
        result = fold_chunk(c, core, reader, &position);
        if (rc_ok(result) && position == before)
            result = fault_raise(c, RC_CORRUPT, __FILE__, __LINE__,
                                 "the ledger has %" PRId64 " events, but none after %" PRId64, size,
                                 position);
    }
    store_close(reader);
    return result;
}

rc fold_forward(struct ctx *c, struct core *core)
{
    int64_t position = 0;
    struct str schema;
    TRY(position_get(c, core, &position, &schema));
    if (position == ledger_size(core->ledger))
        return OK;
    if (position > ledger_size(core->ledger))
        FAIL(c, CORRUPT, "the picture is of %" PRId64 " events, the ledger has %" PRId64, position,
             ledger_size(core->ledger));
    struct arena *arena = arena_open(FOLD_MEMORY_MAX);
    struct ctx own = {.arena = arena, .clock = c->clock};
    if (!arena)
        FAIL(c, NO_MEMORY, "out of memory");
    rc result = fold_from(&own, core, position);
    if (!rc_ok(result))
        c->fault = own.fault;
    arena_close(arena);
    return result;
}
