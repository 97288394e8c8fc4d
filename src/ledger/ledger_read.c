/* Reading events back, on any connection. */
#include "ledger/ledger_inner.h"

#include "base/text.h"

#include <inttypes.h>
#include <sodium.h>

rc ledger_entry(struct ctx *c, struct store *store, int64_t seq, struct str *ret_bytes)
{
    struct store_value row, parameter = STORE_VALUE_I64(seq);
    rc result = ledger_one_row(c, store, STR("SELECT entry FROM ledger_events WHERE seq = $1"), 1,
                               &parameter, 1, &row);
    if (result.code == RC_NOT_FOUND)
        FAIL(c, NOT_FOUND, "there is no entry %" PRId64, seq);
    TRY(result);
    *ret_bytes = row.bytes;
    return OK;
}

rc ledger_decode(struct ctx *c, struct store *store, const unsigned char *seal_key,
                 struct str entry, struct ledger_event *ret)
{
    struct ledger_parsed parsed;
    TRY(ledger_parse_entry(c, entry, &parsed));
    if (!str_absent(parsed.sealed) && seal_key) {
        struct subject_key key;
        rc result = ledger_subject_key(c, store, seal_key, parsed.event.subject, &key);
        /* The key was destroyed, or a new one was made after it was. */
        if (rc_ok(result) && parsed.event.seq >= key.since)
            result = ledger_open_body(c, &key, &parsed.event, parsed.sealed, &parsed.event.body);
        sodium_memzero(&key, sizeof key);
        if (result.code != RC_NOT_FOUND)
            TRY(result);
    }
    *ret = parsed.event;
    return OK;
}

/* ---- walking -------------------------------------------------------------------------------- */

/* Entries are read a chunk at a time, so that no statement is open while `each` works with the same
 * connection, and the memory is bounded. */
enum { CHUNK_ROWS = 256, CHUNK_BYTES = 1 << 20, WALK_MEMORY_MAX = 64 << 20 };

struct chunk {
    size_t count, limit;
    struct str entries[CHUNK_ROWS];
    int64_t last;
};

static rc walk_text(struct ctx *c, const struct ledger_walk *walk, struct str *ret)
{
    struct text t;
    text_init(&t, c, 1024);
    text_printf(&t, "SELECT seq, entry FROM ledger_events WHERE seq %s $1",
                walk->backwards ? "<=" : ">=");
    unsigned next = 3;
    if (!str_absent(walk->kind))
        text_printf(&t, " AND kind = $%u", next++);
    if (!str_absent(walk->record))
        text_printf(&t, " AND record = $%u", next++);
    text_printf(&t, " ORDER BY seq%s LIMIT $2", walk->backwards ? " DESC" : "");
    return text_done(&t, ret);
}

static rc read_chunk(struct ctx *c, struct store *store, const struct ledger_walk *walk,
                     struct str sql, int64_t from, struct chunk *chunk)
{
    struct store_value parameters[4] = {STORE_VALUE_I64(from),
                                        STORE_VALUE_I64((int64_t)chunk->limit)};
    size_t count = 2, bytes = 0;
    if (!str_absent(walk->kind))
        parameters[count++] = STORE_VALUE_TEXT(walk->kind);
    if (!str_absent(walk->record))
        parameters[count++] = STORE_VALUE_TEXT(walk->record);
    struct store_rows *rows = NULL;
    bool more = false;
    rc result = store_query(c, store, sql, count, parameters, &rows);
    while (rc_ok(result) && bytes < CHUNK_BYTES && rc_ok(result = store_next(c, rows, &more)) &&
           more) {
        struct str entry = store_column(rows, 1).bytes;
        chunk->last = store_column(rows, 0).i64;
        result = str_copy(c, entry, &chunk->entries[chunk->count]);
        chunk->count++;
        bytes += entry.len;
    }
    store_end(rows);
    return result;
}

static rc give_chunk(struct ctx *c, struct store *store, const struct ledger_walk *walk,
                     const struct chunk *chunk, ledger_each *each, void *arg, bool *stop)
{
    for (size_t i = 0; i < chunk->count && !*stop; i++) {
        struct ledger_event event;
        struct arena_mark mark = arena_mark(c->arena);
        rc result = ledger_decode(c, store, walk->seal_key, chunk->entries[i], &event);
        if (rc_ok(result))
            result = each(c, arg, &event, stop);
        arena_return(c->arena, mark);
        TRY(result);
    }
    return OK;
}

static rc walk_chunks(struct ctx *c, struct store *store, const struct ledger_walk *walk,
                      ledger_each *each, void *arg)
{
    struct str sql;
    TRY(walk_text(c, walk, &sql));
    int64_t from = walk->from, left = walk->limit;
    bool stop = false;
    rc result = OK;
    while (left > 0 && !stop && rc_ok(result)) {
        struct arena_mark mark = arena_mark(c->arena);
        struct chunk *chunk = NULL;
        NEW(c, chunk, 1);
        chunk->limit = left < CHUNK_ROWS ? (size_t)left : CHUNK_ROWS;
        result = read_chunk(c, store, walk, sql, from, chunk);
        if (rc_ok(result))
            result = give_chunk(c, store, walk, chunk, each, arg, &stop);
        stop = stop || chunk->count == 0;
        left -= (int64_t)chunk->count;
        from = chunk->last + (walk->backwards ? -1 : 1);
        arena_return(c->arena, mark);
    }
    return result;
}

/* In an arena of its own, so that `each` may build something in its caller's that lasts. */
rc ledger_walk(struct ctx *c, struct store *store, const struct ledger_walk *walk,
               ledger_each *each, void *arg)
{
    struct ctx own = {.arena = arena_open(WALK_MEMORY_MAX), .clock = c->clock};
    if (!own.arena)
        FAIL(c, NO_MEMORY, "out of memory to read the ledger");
    rc result = walk_chunks(&own, store, walk, each, arg);
    if (!rc_ok(result))
        c->fault = own.fault;
    arena_close(own.arena);
    return result;
}
