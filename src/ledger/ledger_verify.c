/* Verifying everything: each entry is hashed anew, each tile and each checkpoint must be what
 * follows from the entries, and nothing may be there that does not follow. */
#include "ledger/ledger_inner.h"

#include <inttypes.h>
#include <stdlib.h>

/* What has been followed so far. */
struct audit {
    struct store *store;
    struct merkle *merkle;
    struct note_key key;
    struct store_rows *heads; /* checkpoints by size */
    bool more_heads;
    struct ledger_head head; /* the next one */
    struct checkpoint kept;  /* one that somebody kept; of size -1: none, or met already */
    int64_t tiles;
    struct ledger_report report;
    struct tile_edge edge;
};

/* Is there still a key for a sealed body? */
static rc count_sealed(struct ctx *c, struct audit *a, const struct ledger_parsed *parsed)
{
    struct store_value row, subject = STORE_VALUE_TEXT(parsed->event.subject);
    rc result =
        ledger_one_row(c, a->store, STR("SELECT since FROM ledger_subjects WHERE subject = $1"), 1,
                       &subject, 1, &row);
    if (result.code != RC_NOT_FOUND)
        TRY(result);
    a->report.sealed++;
    if (result.code == RC_NOT_FOUND || parsed->event.seq < row.i64)
        a->report.erased++;
    return OK;
}

/* The columns beside the entry find it: they must say what it says. */
static rc check_columns(struct ctx *c, struct audit *a, int64_t seq, struct store_value kind,
                        struct store_value record, struct str entry)
{
    struct ledger_parsed parsed;
    const char *name = store_name(a->store);
    if (!rc_ok(ledger_parse_entry(c, entry, &parsed))) {
        char why[sizeof c->fault.message];
        memcpy(why, c->fault.message, sizeof why);
        FAIL(c, CORRUPT, "%s: entry %" PRId64 ": %s", name, seq, why);
    }
    const struct ledger_event *e = &parsed.event;
    bool same_record =
        str_absent(e->record) ? record.type == STORE_NULL : str_eq(e->record, record.bytes);
    if (e->seq != seq || !str_eq(e->kind, kind.bytes) || !same_record)
        FAIL(c, CORRUPT,
             "%s: the row of entry %" PRId64 " says another seq, kind or record than it", name,
             seq);
    return str_absent(parsed.sealed) ? OK : count_sealed(c, a, &parsed);
}

static rc check_tile(struct ctx *c, struct audit *a, unsigned level, const struct merkle_hash *root)
{
    int64_t index = (a->report.events >> (TILE_HEIGHT * (level + 1))) - 1;
    struct store_value row[2], id = STORE_VALUE_I64(ledger_tile_id(level, index));
    rc result = ledger_one_row(
        c, a->store, STR("SELECT root, hashes FROM ledger_tiles WHERE tile = $1"), 1, &id, 2, row);
    if (result.code != RC_NOT_FOUND)
        TRY(result);
    struct str hashes = {(const char *)a->edge.hashes[level], TILE_BYTES};
    struct str root_bytes = {(const char *)root->bytes, MERKLE_HASH_LEN};
    if (!rc_ok(result) || !str_eq(row[0].bytes, root_bytes) || !str_eq(row[1].bytes, hashes))
        FAIL(c, CORRUPT,
             "%s: tile %" PRId64 " of level %u does not follow from entries %" PRId64 " to %" PRId64
             ": one of them or the tile is changed or missing",
             store_name(a->store), index, level, index << (TILE_HEIGHT * (level + 1)),
             a->report.events - 1);
    a->tiles++;
    return OK;
}

/* Postings that miss an event would hide it from whoever asks for its kind or record. */
static rc check_index(struct ctx *c, struct audit *a)
{
    int64_t block = a->report.events / LEDGER_BLOCK - 1;
    struct str postings[2];
    if (a->report.events % LEDGER_BLOCK != 0)
        return OK;
    TRY(ledger_index_block(c, a->store, block, postings));
    for (int part = LEDGER_BY_KIND; part <= LEDGER_BY_RECORD; part++) {
        struct store_value row, id = STORE_VALUE_I64(block * 2 + part);
        rc result = ledger_one_row(
            c, a->store, STR("SELECT postings FROM ledger_index WHERE part = $1"), 1, &id, 1, &row);
        if (result.code != RC_NOT_FOUND)
            TRY(result);
        if (!rc_ok(result) || !str_eq(row.bytes, postings[part]))
            FAIL(c, CORRUPT, "%s: the index of entries %" PRId64 " to %" PRId64 " is not theirs",
                 store_name(a->store), block * LEDGER_BLOCK, a->report.events - 1);
    }
    return OK;
}

static rc next_head(struct ctx *c, struct audit *a)
{
    TRY(store_next(c, a->heads, &a->more_heads));
    return a->more_heads ? ledger_read_head(c, a->heads, &a->head) : OK;
}

/* The checkpoint of the present size, if one was signed. */
static rc check_checkpoint(struct ctx *c, struct audit *a)
{
    if (!a->more_heads || a->head.size != a->report.events)
        return OK;
    TRY(ledger_check_head(c, &a->head, &a->key));
    struct merkle_hash root = merkle_frontier_root(a->merkle, &a->edge.frontier);
    if (!merkle_hash_eq(&root, &a->head.root))
        FAIL(c, CORRUPT, "%s: the first %" PRId64 " entries are not what its checkpoint signed",
             store_name(a->store), a->head.size);
    a->report.checkpoints++;
    a->report.root = root;
    return next_head(c, a);
}

/* The record may have grown since that checkpoint, and not otherwise have changed. */
static rc check_kept(struct ctx *c, struct audit *a)
{
    if (a->kept.size != a->report.events)
        return OK;
    struct merkle_hash root = merkle_frontier_root(a->merkle, &a->edge.frontier);
    if (!merkle_hash_eq(&root, &a->kept.root))
        FAIL(c, CORRUPT, "%s: the first %" PRId64 " entries are others than the kept checkpoint's",
             store_name(a->store), a->kept.size);
    a->kept.size = -1;
    return OK;
}

static rc check_row(struct ctx *c, struct audit *a, const struct store_rows *rows)
{
    int64_t seq = store_column(rows, 0).i64;
    struct merkle_hash roots[TILE_LEVELS];
    if (seq != a->report.events)
        FAIL(c, CORRUPT, "%s: entry %" PRId64 " is missing", store_name(a->store),
             a->report.events);
    struct str entry = store_column(rows, 3).bytes;
    TRY(check_columns(c, a, seq, store_column(rows, 1), store_column(rows, 2), entry));
    struct merkle_hash leaf = merkle_leaf(a->merkle, entry);
    unsigned full = tile_edge_push(a->merkle, &a->edge, &leaf, roots);
    a->report.events++;
    for (unsigned level = 0; level < full; level++)
        TRY(check_tile(c, a, level, &roots[level]));
    TRY(check_index(c, a));
    TRY(check_kept(c, a));
    return check_checkpoint(c, a);
}

static rc check_rows(struct ctx *c, struct audit *a)
{
    struct store_value from = STORE_VALUE_I64(a->report.events);
    struct store_rows *rows = NULL;
    bool more = false;
    rc result = store_query(c, a->store,
                            STR("SELECT seq, kind, record, entry FROM ledger_events WHERE seq >= $1"
                                " ORDER BY seq LIMIT 1024"),
                            1, &from, &rows);
    while (rc_ok(result) && rc_ok(result = store_next(c, rows, &more)) && more) {
        struct arena_mark mark = arena_mark(c->arena);
        result = check_row(c, a, rows);
        arena_return(c->arena, mark);
    }
    store_end(rows);
    return result;
}

/* Nothing may be left over. */
static rc check_rest(struct ctx *c, struct audit *a)
{
    struct store_value tiles;
    const char *name = store_name(a->store);
    if (a->kept.size >= 0)
        FAIL(c, CORRUPT,
             "%s ends at entry %" PRId64 ", the kept checkpoint signed %" PRId64
             ": the record was shortened, or an older copy put in its place",
             name, a->report.events - 1, a->kept.size);
    if (a->more_heads)
        FAIL(c, CORRUPT,
             "%s: entries %" PRId64 " to %" PRId64 " are missing, a checkpoint signed them", name,
             a->report.events, a->head.size - 1);
    struct ledger_head last;
    TRY(ledger_last_head(c, a->store, INT64_MAX, &last));
    if (last.size != a->report.events)
        FAIL(c, CORRUPT, "%s: entry %" PRId64 " lies behind the last checkpoint, of size %" PRId64,
             name, a->report.events - 1, last.size);
    TRY(ledger_one_row(c, a->store, STR("SELECT count(*) FROM ledger_tiles"), 0, NULL, 1, &tiles));
    if (tiles.i64 != a->tiles)
        FAIL(c, CORRUPT, "%s: %" PRId64 " tiles where %" PRId64 " belong", name, tiles.i64,
             a->tiles);
    return OK;
}

static rc check_all(struct ctx *c, struct audit *a, const struct ledger_options *options,
                    struct str kept)
{
    struct note_key stored;
    struct ledger_head last;
    TRY(note_key_from_seed(c, a->merkle, options->origin, options->sign_seed, &a->key));
    TRY(ledger_stored_key(c, a->store, a->merkle, &stored));
    if (!str_eq(stored.name, a->key.name) ||
        memcmp(stored.public_key, a->key.public_key, NOTE_KEY_LEN) != 0)
        FAIL(c, CORRUPT, "%s holds another ledger, '%.*s', or one of another key",
             store_name(a->store), STR_ARG(stored.name));
    if (!str_absent(kept))
        TRY(checkpoint_open(c, kept, &a->key, &a->kept));
    TRY(check_kept(c, a));
    TRY(store_query(
        c, a->store,
        STR("SELECT size, root, signature, signed FROM ledger_checkpoints ORDER BY size"), 0, NULL,
        &a->heads));
    TRY(next_head(c, a));
    TRY(check_checkpoint(c, a));
    TRY(ledger_last_head(c, a->store, INT64_MAX, &last));
    for (int64_t before = -1; before != a->report.events;) {
        before = a->report.events;
        TRY(check_rows(c, a));
        TRY(ctx_progress(c, a->report.events, last.size));
    }
    return check_rest(c, a);
}

rc ledger_verify_since(struct ctx *c, struct store *store, const struct ledger_options *options,
                       struct str kept, struct ledger_report *ret)
{
    struct audit *a = calloc(1, sizeof *a);
    if (!a)
        FAIL(c, NO_MEMORY, "no memory to verify the ledger");
    a->store = store;
    a->kept.size = -1;
    rc result = merkle_open(c, &a->merkle);
    if (rc_ok(result))
        result = store_begin(c, store, false);
    if (rc_ok(result)) {
        result = check_all(c, a, options, kept);
        store_end(a->heads);
        store_rollback(store);
    }
    merkle_close(a->merkle);
    *ret = a->report;
    free(a);
    return result;
}

rc ledger_verify(struct ctx *c, struct store *store, const struct ledger_options *options,
                 struct ledger_report *ret)
{
    return ledger_verify_since(c, store, options, (struct str){NULL, 0}, ret);
}
