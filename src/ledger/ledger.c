/* The writer: the right edge of the tree in memory, the same in the store, and never one without
 * the other being signed. */
#include "ledger/ledger.h"

#include "base/json.h"
#include "ledger/ledger_inner.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>

/* Rows that go into the store together, and the memory that they point to. */
enum {
    ROWS_EVENTS = 256,
    ROWS_BYTES = 1 << 20,
    ROWS_TILES = TILE_LEVELS + 1,
    ROWS_MEMORY_MAX = 64 << 20
};

struct ledger_rows {
    struct arena *arena;
    size_t event_count, tile_count, bytes;
    struct store_value events[ROWS_EVENTS][4], tiles[ROWS_TILES][3];
};

static void drop_rows(struct ledger_rows *rows)
{
    rows->event_count = rows->tile_count = rows->bytes = 0;
    arena_reset(rows->arena);
}

/* ---- making --------------------------------------------------------------------------------- */

rc ledger_verifier_key(struct ctx *c, const struct ledger_options *options, struct str *ret)
{
    struct merkle *m = NULL;
    struct note_key key;
    TRY(merkle_open(c, &m));
    rc result = note_key_from_seed(c, m, options->origin, options->sign_seed, &key);
    merkle_close(m);
    TRY(result);
    return note_key_write(c, &key, ret);
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    merkle_close(ledger->merkle);
    if (ledger->rows)
        arena_close(ledger->rows->arena);
    free(ledger->rows);
    sodium_free(ledger->secrets);
    free((char *)(uintptr_t)ledger->key.name.ptr);
    free(ledger);
}

/* A ledger in memory, of nothing. */
static rc new_ledger(struct ctx *c, struct store *store, const struct ledger_options *options,
                     struct ledger **ret)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger)
        FAIL(c, NO_MEMORY, "no memory for the ledger");
    ledger->store = store;
    ledger->signed_size = -1;
    ledger->secrets = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *ledger->secrets);
    ledger->rows = calloc(1, sizeof *ledger->rows);
    if (ledger->rows)
        ledger->rows->arena = arena_open(ROWS_MEMORY_MAX);
    char *origin = strndup(options->origin.ptr, options->origin.len);
    rc result = OK;
    if (!ledger->secrets || !origin || !ledger->rows || !ledger->rows->arena) {
        result = fault_raise(c, RC_NO_MEMORY, __FILE__, __LINE__, "no memory for the ledger");
    } else {
        sodium_memzero(ledger->secrets, sizeof *ledger->secrets);
        memcpy(ledger->secrets->sign_seed, options->sign_seed, LEDGER_KEY_LEN);
        memcpy(ledger->secrets->seal_key, options->seal_key, LEDGER_KEY_LEN);
        result = merkle_open(c, &ledger->merkle);
    }
    if (rc_ok(result))
        result = note_key_from_seed(c, ledger->merkle, (struct str){origin, options->origin.len},
                                    options->sign_seed, &ledger->key);
    if (!rc_ok(result)) {
        ledger->key.name.ptr = origin;
        ledger_close(ledger);
        return result;
    }
    *ret = ledger;
    return OK;
}

static rc make(struct ctx *c, struct ledger *ledger)
{
    struct str verifier_key;
    TRY(note_key_write(c, &ledger->key, &verifier_key));
    TRY(ledger_make_tables(c, ledger->store));
    struct store_value row[] = {STORE_VALUE_TEXT(STR("verifier_key")),
                                STORE_VALUE_TEXT(verifier_key)};
    TRY(store_run(c, ledger->store, STR("INSERT INTO ledger_meta (name, value) VALUES ($1, $2)"), 2,
                  row, NULL));
    return ledger_sign(c, ledger, clock_now(c));
}

rc ledger_create(struct ctx *c, struct store *store, const struct ledger_options *options)
{
    struct ledger *ledger = NULL;
    TRY(new_ledger(c, store, options, &ledger));
    rc result = store_begin(c, store, true);
    if (rc_ok(result)) {
        store_ledger_unlock(store);
        result = make(c, ledger);
        store_ledger_lock(store);
        if (rc_ok(result))
            result = store_commit(c, store);
        else
            store_rollback(store);
    }
    ledger_close(ledger);
    return result;
}

/* ---- opening -------------------------------------------------------------------------------- */

static rc check_identity(struct ctx *c, struct ledger *ledger)
{
    struct note_key stored;
    TRY(ledger_stored_key(c, ledger->store, ledger->merkle, &stored));
    const char *name = store_name(ledger->store);
    if (!str_eq(stored.name, ledger->key.name))
        FAIL(c, CORRUPT, "%s holds the ledger of '%.*s', not of '%.*s'", name, STR_ARG(stored.name),
             STR_ARG(ledger->key.name));
    if (memcmp(stored.public_key, ledger->key.public_key, NOTE_KEY_LEN) != 0)
        FAIL(c, CORRUPT, "%s holds a ledger of the same name under another signing key", name);
    return OK;
}

/* Nothing may lie behind the last checkpoint: it would never have been signed. */
static rc check_end(struct ctx *c, struct ledger *ledger, int64_t size)
{
    struct store_value last;
    TRY(ledger_one_row(c, ledger->store, STR("SELECT coalesce(max(seq), -1) FROM ledger_events"), 0,
                       NULL, 1, &last));
    if (last.i64 + 1 > size)
        FAIL(c, CORRUPT, "%s: entry %" PRId64 " lies behind the last checkpoint, of size %" PRId64,
             store_name(ledger->store), last.i64, size);
    if (last.i64 + 1 < size)
        FAIL(c, CORRUPT,
             "%s: entries %" PRId64 " to %" PRId64 " are missing before the last checkpoint",
             store_name(ledger->store), last.i64 + 1, size - 1);
    return OK;
}

/* Read the right edge of the tree: the tiles that are not full, and the frontier over them. */
static rc read_edge(struct ctx *c, struct ledger *ledger, int64_t size)
{
    struct ledger_tree *tree = NULL;
    struct tile_edge *edge = &ledger->edge;
    TRY(ledger_tree_open(c, ledger->store, size, &tree));
    rc result = OK;
    edge->frontier.size = 0;
    for (unsigned level = TILE_LEVELS; level-- > 0 && rc_ok(result);) {
        int64_t full = tile_hashes(size, level) / TILE_WIDTH;
        unsigned width = tile_width(size, level, full);
        const struct merkle_hash *hashes = NULL;
        if (width == 0)
            continue;
        result = ledger_tree_tile(c, tree, level, full, &hashes);
        for (unsigned i = 0; i < width && rc_ok(result); i++) {
            edge->hashes[level][i] = hashes[i];
            merkle_frontier_push_tree(ledger->merkle, &edge->frontier, TILE_HEIGHT * level,
                                      &hashes[i]);
        }
    }
    ledger_tree_close(tree);
    return result;
}

/* From the last checkpoint back to the last full tile the leaves are hashed anew, the tiles' roots
 * above them are in the root that was signed. */
static rc read_tail(struct ctx *c, struct ledger *ledger)
{
    struct ledger_head head;
    TRY(ledger_last_head(c, ledger->store, INT64_MAX, &head));
    TRY(ledger_check_head(c, &head, &ledger->key));
    TRY(check_end(c, ledger, head.size));
    TRY(read_edge(c, ledger, head.size));
    struct merkle_hash root = merkle_frontier_root(ledger->merkle, &ledger->edge.frontier);
    if (!merkle_hash_eq(&root, &head.root))
        FAIL(c, CORRUPT,
             "%s: entries %" PRId64 " to %" PRId64
             " or the tiles before them are not what the last "
             "checkpoint signed",
             store_name(ledger->store), head.size - head.size % TILE_WIDTH, head.size - 1);
    ledger->signed_size = head.size;
    ledger->lost = false;
    return OK;
}

rc ledger_open(struct ctx *c, struct store *store, const struct ledger_options *options,
               struct ledger **ret)
{
    struct ledger *ledger = NULL;
    TRY(new_ledger(c, store, options, &ledger));
    rc result = check_identity(c, ledger);
    if (rc_ok(result))
        result = read_tail(c, ledger);
    if (!rc_ok(result)) {
        ledger_close(ledger);
        return result;
    }
    *ret = ledger;
    return OK;
}

rc ledger_rewind(struct ctx *c, struct ledger *ledger)
{
    /* A subject's key may have been made, or destroyed, in what was rolled back. */
    sodium_memzero(ledger->secrets->recent, sizeof ledger->secrets->recent);
    ledger->lost = true;
    drop_rows(ledger->rows);
    return read_tail(c, ledger);
}

rc ledger_refresh(struct ctx *c, struct ledger *ledger)
{
    struct store_value stored;
    TRY(ledger_one_row(c, ledger->store,
                       STR("SELECT coalesce(max(size), -1) FROM ledger_checkpoints"), 0, NULL, 1,
                       &stored));
    return stored.i64 == ledger->signed_size && !ledger->lost ? OK : ledger_rewind(c, ledger);
}

int64_t ledger_size(const struct ledger *ledger)
{
    return ledger->edge.frontier.size;
}

struct merkle_hash ledger_root(const struct ledger *ledger)
{
    return merkle_frontier_root(ledger->merkle, &ledger->edge.frontier);
}

/* ---- appending ------------------------------------------------------------------------------ */

/* Rows wait here until they are many or the head is signed: to a server one exchange for all of
 * them costs as much as for one. */
static rc check_event(struct ctx *c, const struct ledger_event *event)
{
    if (event->kind.len == 0 || event->kind.len > LEDGER_KIND_MAX)
        FAIL(c, INVALID, "an event's kind has 1 to %d bytes", LEDGER_KIND_MAX);
    if (event->version < 0 || event->cause < -1)
        FAIL(c, INVALID, "an event of kind %.*s with a negative version or cause",
             STR_ARG(event->kind));
    if (!str_absent(event->subject) &&
        (event->subject.len == 0 || event->subject.len > LEDGER_SUBJECT_MAX))
        FAIL(c, INVALID, "a subject has 1 to %d bytes", LEDGER_SUBJECT_MAX);
    if (str_absent(event->body))
        FAIL(c, INVALID, "an event of kind %.*s without a body", STR_ARG(event->kind));
    return OK;
}

/* A body that will be sealed is checked before nobody can see it. */
static rc check_body(struct ctx *c, const struct ledger_event *event)
{
    struct json j;
    json_init(&j, event->body);
    if (json_peek(&j) != JSON_OBJECT || !json_skip(&j, NULL) || !json_end(&j))
        FAIL(c, INVALID, "the body of a %.*s is not a JSON object: %s at byte %zu",
             STR_ARG(event->kind), j.error ? j.error : "another value", j.at);
    return OK;
}

/* What is written must be readable, and mean what was given: nobody can repair it later. */
static rc check_entry(struct ctx *c, const struct ledger_event *event, struct str sealed,
                      struct str entry)
{
    struct ledger_parsed parsed;
    rc result = ledger_parse_entry(c, entry, &parsed);
    if (!rc_ok(result) && result.code != RC_CORRUPT && result.code != RC_MALFORMED)
        return result;
    bool same = rc_ok(result) && (str_absent(sealed) ? str_eq(parsed.event.body, event->body)
                                                     : str_eq(parsed.sealed, sealed));
    if (!same)
        FAIL(c, INVALID, "the body of a %.*s is not a JSON object, or a text of it is not UTF-8",
             STR_ARG(event->kind));
    return OK;
}

static rc keep_tile(struct ctx *c, struct ledger *ledger, unsigned level,
                    const struct merkle_hash *root)
{
    struct ledger_rows *rows = ledger->rows;
    struct str hashes, root_bytes;
    TRY(str_copy(c, (struct str){(const char *)ledger->edge.hashes[level], TILE_BYTES}, &hashes));
    TRY(str_copy(c, (struct str){(const char *)root->bytes, MERKLE_HASH_LEN}, &root_bytes));
    int64_t index = (ledger_size(ledger) >> (TILE_HEIGHT * (level + 1))) - 1;
    assert(rows->tile_count < ROWS_TILES);
    struct store_value *row = rows->tiles[rows->tile_count++];
    row[0] = STORE_VALUE_I64(ledger_tile_id(level, index));
    row[1] = STORE_VALUE_BYTES(root_bytes);
    row[2] = STORE_VALUE_BYTES(hashes);
    return OK;
}

/* In the memory of the rows: the event is the caller's. */
static rc keep_event(struct ctx *c, struct ledger *ledger, const struct ledger_event *event,
                     struct str entry)
{
    struct ledger_rows *rows = ledger->rows;
    struct str kind, record;
    TRY(str_copy(c, event->kind, &kind));
    TRY(str_copy(c, event->record, &record));
    struct store_value *row = rows->events[rows->event_count++];
    row[0] = STORE_VALUE_I64(event->seq);
    row[1] = STORE_VALUE_TEXT(kind);
    row[2] = STORE_VALUE_TEXT(record);
    row[3] = STORE_VALUE_BYTES(entry);
    rows->bytes += entry.len;
    return OK;
}

static rc add_event(struct ctx *c, struct ledger *ledger, const struct ledger_event *input)
{
    struct ledger_event event = *input;
    struct str sealed = {0}, entry;
    struct merkle_hash roots[TILE_LEVELS];
    event.seq = ledger_size(ledger);
    TRY(check_event(c, &event));
    if (!str_absent(event.subject)) {
        TRY(check_body(c, &event));
        TRY(ledger_seal_body(c, ledger, &event, &sealed));
    }
    TRY(ledger_write_entry(c, &event, sealed, &entry));
    TRY(check_entry(c, &event, sealed, entry));
    struct merkle_hash leaf = merkle_leaf(ledger->merkle, entry);
    unsigned full = tile_edge_push(ledger->merkle, &ledger->edge, &leaf, roots);
    for (unsigned level = 0; level < full; level++)
        TRY(keep_tile(c, ledger, level, &roots[level]));
    return keep_event(c, ledger, &event, entry);
}

/* The postings of a block that the rows have filled. */
static rc write_index(struct ctx *c, struct ledger *ledger, int64_t block)
{
    static const char *const columns[] = {"part", "postings"};
    struct str postings[2];
    TRY(ledger_index_block(c, ledger->store, block, postings));
    struct store_value rows[] = {STORE_VALUE_I64(ledger_part_id(block, LEDGER_BY_KIND)),
                                 STORE_VALUE_BYTES(postings[LEDGER_BY_KIND]),
                                 STORE_VALUE_I64(ledger_part_id(block, LEDGER_BY_RECORD)),
                                 STORE_VALUE_BYTES(postings[LEDGER_BY_RECORD])};
    return store_insert(c, ledger->store, STR("ledger_index"), 2, columns, 2, rows);
}

static rc write_rows(struct ctx *c, struct ledger *ledger)
{
    static const char *const event_columns[] = {"seq", "kind", "record", "entry"};
    static const char *const tile_columns[] = {"tile", "root", "hashes"};
    const struct ledger_rows *rows = ledger->rows;
    store_ledger_unlock(ledger->store);
    rc result = store_insert(c, ledger->store, STR("ledger_events"), 4, event_columns,
                             rows->event_count, rows->events[0]);
    if (rc_ok(result))
        result = store_insert(c, ledger->store, STR("ledger_tiles"), 3, tile_columns,
                              rows->tile_count, rows->tiles[0]);
    int64_t size = ledger_size(ledger);
    if (rc_ok(result) && size % LEDGER_BLOCK < (int64_t)rows->event_count && size >= LEDGER_BLOCK)
        result = write_index(c, ledger, size / LEDGER_BLOCK - 1);
    store_ledger_lock(ledger->store);
    if (result.code == RC_CONFLICT)
        FAIL(c, CONFLICT, "%s: somebody else has appended to this ledger",
             store_name(ledger->store));
    return result;
}

static rc flush(struct ctx *c, struct ledger *ledger)
{
    struct arena_mark mark = arena_mark(c->arena);
    rc result = ledger->rows->event_count > 0 ? write_rows(c, ledger) : OK;
    arena_return(c->arena, mark);
    drop_rows(ledger->rows);
    ledger->lost = !rc_ok(result);
    return result;
}

rc ledger_append(struct ctx *c, struct ledger *ledger, size_t count,
                 const struct ledger_event *events, int64_t *ret_first_seq)
{
    struct ledger_rows *rows = ledger->rows;
    struct ctx own = {.arena = rows->arena, .clock = c->clock};
    if (ledger->lost)
        FAIL(c, INTERNAL, "the ledger must be rewound after a failure before it takes more");
    int64_t first = ledger_size(ledger);
    for (size_t i = 0; i < count; i++) {
        rc result = add_event(&own, ledger, &events[i]);
        if (!rc_ok(result)) {
            c->fault = own.fault;
            ledger->lost = true;
            return result;
        }
        if (rows->event_count == ROWS_EVENTS || rows->bytes >= ROWS_BYTES)
            TRY(flush(c, ledger));
    }
    if (ret_first_seq)
        *ret_first_seq = first;
    return OK;
}

rc ledger_sign(struct ctx *c, struct ledger *ledger, struct wall now)
{
    if (ledger->lost)
        FAIL(c, INTERNAL, "the ledger must be rewound after a failure before it is signed");
    TRY(flush(c, ledger));
    if (ledger_size(ledger) == ledger->signed_size)
        return OK;
    struct ledger_head head = {.size = ledger_size(ledger), .root = ledger_root(ledger)};
    struct str text;
    TRY(ledger_head_text(c, &head, ledger->key.name, &text));
    note_sign(text, ledger->secrets->sign_seed, &ledger->key, head.signature);
    struct store_value row[] = {
        STORE_VALUE_I64(head.size),
        STORE_VALUE_BYTES(((struct str){(const char *)head.root.bytes, MERKLE_HASH_LEN})),
        STORE_VALUE_BYTES(((struct str){(const char *)head.signature, NOTE_SIGNATURE_LEN})),
        STORE_VALUE_I64(now.us),
    };
    store_ledger_unlock(ledger->store);
    rc result = store_run(c, ledger->store,
                          STR("INSERT INTO ledger_checkpoints (size, root, signature, signed)"
                              " VALUES ($1, $2, $3, $4)"),
                          4, row, NULL);
    store_ledger_lock(ledger->store);
    TRY(result);
    ledger->signed_size = head.size;
    return OK;
}
