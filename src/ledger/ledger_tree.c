/* The stored tree: full tiles as rows, the hashes of the tiles that are not full yet computed from
 * what lies below them; and the signed heads. */
#include "base/text.h"
#include "ledger/ledger_inner.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>

rc ledger_one_row(struct ctx *c, struct store *store, struct str sql, size_t count,
                  const struct store_value *parameters, size_t width, struct store_value *values)
{
    struct store_rows *rows = NULL;
    bool more = false;
    rc result = store_query(c, store, sql, count, parameters, &rows);
    if (rc_ok(result))
        result = store_next(c, rows, &more);
    for (size_t i = 0; i < width && rc_ok(result) && more; i++) {
        values[i] = store_column(rows, i);
        result = str_copy(c, values[i].bytes, &values[i].bytes);
    }
    store_end(rows);
    TRY(result);
    if (!more)
        FAIL(c, NOT_FOUND, "no such row of the ledger");
    return OK;
}

/* ---- tiles ---------------------------------------------------------------------------------- */

rc ledger_tree_open(struct ctx *c, struct store *store, int64_t size, struct ledger_tree **ret)
{
    struct ledger_tree *tree = calloc(1, sizeof *tree);
    if (!tree)
        FAIL(c, NO_MEMORY, "no memory to read the tree");
    tree->store = store;
    tree->size = size;
    for (unsigned level = 0; level < TILE_LEVELS; level++)
        tree->tiles[level].index = -1;
    rc result = merkle_open(c, &tree->merkle);
    if (rc_ok(result))
        *ret = tree;
    else
        free(tree);
    return result;
}

void ledger_tree_close(struct ledger_tree *tree)
{
    if (!tree)
        return;
    merkle_close(tree->merkle);
    free(tree);
}

static rc full_tile(struct ctx *c, struct ledger_tree *tree, unsigned level, int64_t index,
                    struct merkle_hash *out)
{
    struct store_value row, id = STORE_VALUE_I64(ledger_tile_id(level, index));
    rc result = ledger_one_row(
        c, tree->store, STR("SELECT hashes FROM ledger_tiles WHERE tile = $1"), 1, &id, 1, &row);
    if (result.code == RC_NOT_FOUND)
        FAIL(c, CORRUPT, "%s: tile %" PRId64 " of level %u is missing", store_name(tree->store),
             index, level);
    TRY(result);
    if (row.bytes.len != TILE_BYTES)
        FAIL(c, CORRUPT, "%s: tile %" PRId64 " of level %u has %zu bytes", store_name(tree->store),
             index, level, row.bytes.len);
    memcpy(out, row.bytes.ptr, TILE_BYTES);
    return OK;
}

/* Hashes that are in no tile yet: of entries at level 0, the roots of the tiles below at others. */
static rc loose_hashes(struct ctx *c, struct ledger_tree *tree, unsigned level, int64_t from,
                       unsigned width, struct merkle_hash *out)
{
    struct str sql = level
                         ? STR("SELECT tile, root FROM ledger_tiles WHERE tile >= $1 ORDER BY tile"
                               " LIMIT $2")
                         : STR("SELECT seq, entry FROM ledger_events WHERE seq >= $1 ORDER BY seq"
                               " LIMIT $2");
    int64_t first = level ? ledger_tile_id(level - 1, from) : from;
    struct store_value range[] = {STORE_VALUE_I64(first), STORE_VALUE_I64(width)};
    struct store_rows *rows = NULL;
    bool more = false;
    unsigned count = 0;
    rc result = store_query(c, tree->store, sql, 2, range, &rows);
    while (rc_ok(result) && rc_ok(result = store_next(c, rows, &more)) && more) {
        struct str bytes = store_column(rows, 1).bytes;
        if (store_column(rows, 0).i64 != first + count || (level && bytes.len != MERKLE_HASH_LEN))
            break;
        if (level)
            memcpy(out[count].bytes, bytes.ptr, MERKLE_HASH_LEN);
        else
            out[count] = merkle_leaf(tree->merkle, bytes);
        count++;
    }
    store_end(rows);
    TRY(result);
    if (count < width && level)
        FAIL(c, CORRUPT, "%s: tile %" PRId64 " of level %u is missing or damaged",
             store_name(tree->store), from + count, level - 1);
    if (count < width)
        FAIL(c, CORRUPT, "%s: entry %" PRId64 " is missing", store_name(tree->store), from + count);
    return OK;
}

rc ledger_tree_tile(struct ctx *c, struct ledger_tree *tree, unsigned level, int64_t index,
                    const struct merkle_hash **ret)
{
    struct merkle_hash *hashes = tree->tiles[level].hashes;
    unsigned width = tile_width(tree->size, level, index);
    if (tree->tiles[level].index != index) {
        tree->tiles[level].index = -1;
        if (width == TILE_WIDTH)
            TRY(full_tile(c, tree, level, index, hashes));
        else
            TRY(loose_hashes(c, tree, level, index * TILE_WIDTH, width, hashes));
        tree->tiles[level].index = index;
    }
    *ret = hashes;
    return OK;
}

rc ledger_tree_read(struct ctx *c, void *arg, unsigned height, int64_t index,
                    struct merkle_hash *ret)
{
    struct ledger_tree *tree = arg;
    unsigned level = height / TILE_HEIGHT, above = height % TILE_HEIGHT;
    int64_t first = index << above;
    const struct merkle_hash *hashes = NULL;
    struct arena_mark mark = arena_mark(c->arena);
    rc result = ledger_tree_tile(c, tree, level, first / TILE_WIDTH, &hashes);
    arena_return(c->arena, mark);
    TRY(result);
    *ret = tile_subtree(tree->merkle, hashes, (unsigned)(first % TILE_WIDTH), above);
    return OK;
}

/* ---- heads ---------------------------------------------------------------------------------- */

rc ledger_read_head(struct ctx *c, const struct store_rows *rows, struct ledger_head *ret)
{
    struct ledger_head head = {.size = store_column(rows, 0).i64};
    struct str root = store_column(rows, 1).bytes, signature = store_column(rows, 2).bytes;
    if (root.len != MERKLE_HASH_LEN || signature.len != NOTE_SIGNATURE_LEN)
        FAIL(c, CORRUPT, "the checkpoint of size %" PRId64 " has not the form of one", head.size);
    memcpy(head.root.bytes, root.ptr, root.len);
    memcpy(head.signature, signature.ptr, signature.len);
    head.signed_us = store_column(rows, 3).i64;
    *ret = head;
    return OK;
}

rc ledger_last_head(struct ctx *c, struct store *store, int64_t size, struct ledger_head *ret)
{
    struct store_value most = STORE_VALUE_I64(size);
    struct store_rows *rows = NULL;
    bool more = false;
    rc result = store_query(c, store,
                            STR("SELECT size, root, signature, signed FROM ledger_checkpoints"
                                " WHERE size <= $1 ORDER BY size DESC LIMIT 1"),
                            1, &most, &rows);
    if (rc_ok(result))
        result = store_next(c, rows, &more);
    if (rc_ok(result) && more)
        result = ledger_read_head(c, rows, ret);
    store_end(rows);
    TRY(result);
    if (!more)
        FAIL(c, CORRUPT, "%s: the ledger has no checkpoint", store_name(store));
    return OK;
}

rc ledger_head_text(struct ctx *c, const struct ledger_head *head, struct str origin,
                    struct str *ret)
{
    struct checkpoint cp = {.origin = origin, .size = head->size, .root = head->root};
    return checkpoint_write(c, &cp, ret);
}

rc ledger_check_head(struct ctx *c, const struct ledger_head *head, const struct note_key *key)
{
    struct str text;
    TRY(ledger_head_text(c, head, key->name, &text));
    if (crypto_sign_verify_detached(head->signature, (const unsigned char *)text.ptr, text.len,
                                    key->public_key) != 0)
        FAIL(c, CORRUPT, "the checkpoint of size %" PRId64 " is not signed by this ledger's key",
             head->size);
    return OK;
}

rc ledger_head_note(struct ctx *c, const struct ledger_head *head, const struct note_key *key,
                    struct str *ret)
{
    struct str text;
    TRY(ledger_head_text(c, head, key->name, &text));
    return note_write(c, text, key, head->signature, ret);
}

rc ledger_stored_key(struct ctx *c, struct store *store, struct merkle *m, struct note_key *ret)
{
    struct store_value value;
    rc result =
        ledger_one_row(c, store, STR("SELECT value FROM ledger_meta WHERE name = 'verifier_key'"),
                       0, NULL, 1, &value);
    /* No such table: the database says it in its own words. */
    if (result.code == RC_NOT_FOUND || result.code == RC_INTERNAL)
        FAIL(c, CORRUPT, "there is no ledger in %s", store_name(store));
    TRY(result);
    result = note_key_parse(c, m, value.bytes, ret);
    if (!rc_ok(result) && result.code != RC_NO_MEMORY)
        FAIL(c, CORRUPT, "%s: the stored verifier key is damaged", store_name(store));
    return result;
}

rc ledger_checkpoint(struct ctx *c, struct store *store, struct str *ret_note)
{
    struct merkle *m = NULL;
    struct note_key key;
    struct ledger_head head;
    TRY(ledger_last_head(c, store, INT64_MAX, &head));
    TRY(merkle_open(c, &m));
    rc result = ledger_stored_key(c, store, m, &key);
    merkle_close(m);
    TRY(result);
    return ledger_head_note(c, &head, &key, ret_note);
}

/* ---- proofs --------------------------------------------------------------------------------- */

/* A tree of `size`, which must not be larger than what is signed. */
static rc signed_tree(struct ctx *c, struct store *store, int64_t size, struct ledger_tree **ret)
{
    struct ledger_head head;
    TRY(ledger_last_head(c, store, INT64_MAX, &head));
    if (size < 0 || size > head.size)
        FAIL(c, INVALID, "the ledger has %" PRId64 " entries, not %" PRId64, head.size, size);
    return ledger_tree_open(c, store, size, ret);
}

static rc keep_path(struct ctx *c, const struct merkle_path *path, int64_t index, int64_t size,
                    struct ledger_proof *ret)
{
    struct merkle_hash *hashes = NULL;
    NEW(c, hashes, path->count + 1);
    memcpy(hashes, path->hashes, path->count * sizeof *hashes);
    *ret = (struct ledger_proof){index, size, path->count, hashes};
    return OK;
}

rc ledger_prove_inclusion(struct ctx *c, struct store *store, int64_t seq, int64_t size,
                          struct ledger_proof *ret)
{
    struct ledger_tree *tree = NULL;
    struct merkle_path path;
    TRY(signed_tree(c, store, size, &tree));
    rc result = merkle_prove_inclusion(c, tree->merkle, ledger_tree_read, tree, seq, size, &path);
    ledger_tree_close(tree);
    TRY(result);
    return keep_path(c, &path, seq, size, ret);
}

rc ledger_prove_consistency(struct ctx *c, struct store *store, int64_t old_size, int64_t size,
                            struct ledger_proof *ret)
{
    struct ledger_tree *tree = NULL;
    struct merkle_path path;
    TRY(signed_tree(c, store, size, &tree));
    rc result =
        merkle_prove_consistency(c, tree->merkle, ledger_tree_read, tree, old_size, size, &path);
    ledger_tree_close(tree);
    TRY(result);
    return keep_path(c, &path, old_size, size, ret);
}

/* The proof is checked before it is given away: a false one would be worse than none. */
static rc proven(struct ctx *c, struct ledger_tree *tree, const struct ledger_head *head,
                 struct str entry, struct proof_file *proof)
{
    TRY(merkle_prove_inclusion(c, tree->merkle, ledger_tree_read, tree, proof->index, head->size,
                               &proof->path));
    struct merkle_hash leaf = merkle_leaf(tree->merkle, entry);
    if (!merkle_verify_inclusion(tree->merkle, &leaf, proof->index, head->size, proof->path.count,
                                 proof->path.hashes, &head->root))
        FAIL(c, CORRUPT, "%s: entry %" PRId64 " is not what was signed", store_name(tree->store),
             proof->index);
    return OK;
}

rc ledger_proof_file(struct ctx *c, struct store *store, int64_t seq, struct str *ret)
{
    struct ledger_head head;
    struct ledger_tree *tree = NULL;
    struct str entry;
    struct note_key key;
    struct proof_file proof = {.index = seq};
    TRY(ledger_last_head(c, store, INT64_MAX, &head));
    if (seq < 0 || seq >= head.size)
        FAIL(c, NOT_FOUND, "there is no entry %" PRId64, seq);
    TRY(ledger_entry(c, store, seq, &entry));
    TRY(ledger_tree_open(c, store, head.size, &tree));
    rc result = ledger_stored_key(c, store, tree->merkle, &key);
    if (rc_ok(result))
        result = proven(c, tree, &head, entry, &proof);
    ledger_tree_close(tree);
    TRY(result);
    TRY(ledger_head_note(c, &head, &key, &proof.note));
    return proof_file_write(c, &proof, ret);
}
