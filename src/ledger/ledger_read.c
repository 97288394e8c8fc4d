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
    size_t count, limit, bytes;
    int64_t next; /* where the walk goes on */
    struct str entries[CHUNK_ROWS];
};

static bool full(const struct chunk *chunk)
{
    return chunk->count == chunk->limit || chunk->bytes >= CHUNK_BYTES;
}

/* The rows from first to last of that kind and record, in the walk's direction, until it is full.
 */
static rc read_range(struct ctx *c, struct store *store, const struct ledger_walk *walk,
                     int64_t first, int64_t last, struct chunk *chunk)
{
    struct text t;
    struct str sql;
    struct store_value parameters[5] = {STORE_VALUE_I64(first), STORE_VALUE_I64(last),
                                        STORE_VALUE_I64((int64_t)(chunk->limit - chunk->count))};
    size_t count = 3;
    text_init(&t, c, 1024);
    text_put(&t, STR("SELECT seq, entry FROM ledger_events WHERE seq >= $1 AND seq <= $2"));
    if (!str_absent(walk->kind)) {
        parameters[count++] = STORE_VALUE_TEXT(walk->kind);
        text_printf(&t, " AND kind = $%zu", count);
    }
    if (!str_absent(walk->record)) {
        parameters[count++] = STORE_VALUE_TEXT(walk->record);
        text_printf(&t, " AND record = $%zu", count);
    }
    text_printf(&t, " ORDER BY seq%s LIMIT $3", walk->backwards ? " DESC" : "");
    TRY(text_done(&t, &sql));
    struct store_rows *rows = NULL;
    bool more = true;
    rc result = store_query(c, store, sql, count, parameters, &rows);
    while (rc_ok(result) && !full(chunk) && rc_ok(result = store_next(c, rows, &more)) && more) {
        struct str entry = store_column(rows, 1).bytes;
        chunk->next = store_column(rows, 0).i64 + (walk->backwards ? -1 : 1);
        result = str_copy(c, entry, &chunk->entries[chunk->count]);
        chunk->count++;
        chunk->bytes += entry.len;
    }
    store_end(rows);
    if (rc_ok(result) && !full(chunk))
        chunk->next = walk->backwards ? first - 1 : last + 1;
    return result;
}

/* One block, by its postings. */
static rc read_block(struct ctx *c, struct store *store, const struct ledger_walk *walk,
                     int64_t from, int64_t last, struct chunk *chunk)
{
    int64_t block = from / LEDGER_BLOCK, low = block * LEDGER_BLOCK;
    int64_t high = low + LEDGER_BLOCK - 1 < last ? low + LEDGER_BLOCK - 1 : last;
    bool by_record = !str_absent(walk->record);
    struct ledger_found *found = NULL;
    NEW(c, found, 1);
    TRY(ledger_index_find(c, store, block, by_record ? LEDGER_BY_RECORD : LEDGER_BY_KIND,
                          by_record ? walk->record : walk->kind, found));
    if (!found->indexed)
        return read_range(c, store, walk, walk->backwards ? low : from,
                          walk->backwards ? from : high, chunk);
    for (size_t i = 0; i < found->count && !full(chunk); i++) {
        int64_t seq = low + found->places[walk->backwards ? found->count - 1 - i : i];
        if (walk->backwards ? seq <= from : seq >= from)
            TRY(read_range(c, store, walk, seq, seq, chunk));
    }
    if (!full(chunk))
        chunk->next = walk->backwards ? low - 1 : high + 1;
    return OK;
}

static rc read_chunk(struct ctx *c, struct store *store, const struct ledger_walk *walk,
                     int64_t last, struct chunk *chunk)
{
    bool plain = str_absent(walk->kind) && str_absent(walk->record);
    while (!full(chunk) && chunk->next >= 0 && chunk->next <= last) {
        if (plain)
            TRY(read_range(c, store, walk, walk->backwards ? 0 : chunk->next,
                           walk->backwards ? chunk->next : last, chunk));
        else
            TRY(read_block(c, store, walk, chunk->next, last, chunk));
    }
    return OK;
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
    struct store_value end;
    TRY(ledger_one_row(c, store, STR("SELECT coalesce(max(seq), -1) FROM ledger_events"), 0, NULL,
                       1, &end));
    int64_t next = walk->from, left = walk->limit;
    if (walk->backwards && next > end.i64)
        next = end.i64;
    bool stop = false;
    rc result = OK;
    while (left > 0 && !stop && next >= 0 && next <= end.i64 && rc_ok(result)) {
        struct arena_mark mark = arena_mark(c->arena);
        struct chunk *chunk = NULL;
        NEW(c, chunk, 1);
        chunk->limit = left < CHUNK_ROWS ? (size_t)left : CHUNK_ROWS;
        chunk->next = next;
        result = read_chunk(c, store, walk, end.i64, chunk);
        if (rc_ok(result))
            result = give_chunk(c, store, walk, chunk, each, arg, &stop);
        left -= (int64_t)chunk->count;
        next = chunk->next;
        arena_return(c->arena, mark);
        if (rc_ok(result))
            result = walk->backwards ? ctx_progress(c, walk->from - next, walk->from + 1)
                                     : ctx_progress(c, next - walk->from, end.i64 + 1 - walk->from);
    }
    return result;
}

/* In an arena of its own, so that `each` may build something in its caller's that lasts. */
rc ledger_walk(struct ctx *c, struct store *store, const struct ledger_walk *walk,
               ledger_each *each, void *arg)
{
    struct ctx own = {
        .arena = arena_open(WALK_MEMORY_MAX), .clock = c->clock, .progress = c->progress};
    if (!own.arena)
        FAIL(c, NO_MEMORY, "out of memory to read the ledger");
    rc result = walk_chunks(&own, store, walk, each, arg);
    if (!rc_ok(result))
        c->fault = own.fault;
    arena_close(own.arena);
    return result;
}

/* ---- by time --------------------------------------------------------------------------------- */

static rc received_at(struct ctx *c, struct store *store, int64_t seq, struct wall *ret)
{
    struct ledger_event event;
    struct str entry;
    struct arena_mark mark = arena_mark(c->arena);
    TRY(ledger_entry(c, store, seq, &entry));
    TRY(ledger_decode(c, store, NULL, entry, &event));
    *ret = event.received;
    arena_return(c->arena, mark);
    return OK;
}

static rc find_size(struct ctx *c, struct store *store, int64_t *ret)
{
    struct str note, line, rest;
    TRY(ledger_checkpoint(c, store, &note));
    rest = note;
    if (!str_split(&rest, '\n', &line) || !str_split(&rest, '\n', &line) || !str_to_i64(line, ret))
        FAIL(c, CORRUPT, "the last checkpoint has no size");
    return OK;
}

rc ledger_first_since(struct ctx *c, struct store *store, struct wall since, int64_t *ret)
{
    int64_t low = 0, high = 0;
    TRY(find_size(c, store, &high));
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        struct wall received;
        TRY(received_at(c, store, middle, &received));
        if (received.us < since.us)
            low = middle + 1;
        else
            high = middle;
    }
    *ret = low;
    return OK;
}
