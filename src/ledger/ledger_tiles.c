/* The ledger as a folder of files that anybody's tools can verify (C2SP tlog-tiles), and anybody's
 * folder verified by us. */
#include "base/text.h"
#include "ledger/ledger_inner.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUNDLE_MAX = TILE_WIDTH * (2 + LEDGER_ENTRY_MAX) };

/* ---- writing -------------------------------------------------------------------------------- */

/* Where it is written: beside its place, and moved there when it is whole. */
struct export
{
    const struct files *files;
    struct store *store;
    struct ledger_tree *tree;
    const char *folder;
    enum ledger_parts parts;
};

static rc write_bytes(struct ctx *c, const struct export *x, int fd, struct str bytes,
                      const char *path)
{
    while (bytes.len > 0) {
        ssize_t n = x->files->write(x->files, fd, bytes.ptr, bytes.len);
        if (n <= 0)
            FAIL(c, IO, "%s: cannot write", path);
        bytes = str_sub(bytes, (size_t)n, bytes.len);
    }
    if (x->files->sync(x->files, fd) < 0)
        FAIL(c, IO, "%s: cannot sync", path);
    return OK;
}

/* A new file below the folder; the folders on the way are made when they are missing. */
static rc write_new(struct ctx *c, const struct export *x, const char *name, struct str bytes)
{
    const char *path = NULL;
    TRY(path_join(c, x->folder, name, &path));
    int flags = O_WRONLY | O_CREAT | O_EXCL;
    int fd = x->files->open(x->files, path, flags, 0600);
    if (fd < 0) {
        struct str parent;
        TRY(str_copy(c, (struct str){path, (size_t)(strrchr(path, '/') - path)}, &parent));
        TRY(file_make_folder(c, x->files, parent.ptr));
        fd = x->files->open(x->files, path, flags, 0600);
    }
    if (fd < 0)
        FAIL(c, IO, "%s: cannot make it", path);
    rc result = write_bytes(c, x, fd, bytes, path);
    if (x->files->close(x->files, fd) < 0 && rc_ok(result))
        FAIL(c, IO, "%s: cannot close it", path);
    return result;
}

static rc export_tile(struct ctx *c, const struct export *x, unsigned level, int64_t index)
{
    unsigned width = tile_width(x->tree->size, level, index);
    const struct merkle_hash *hashes = NULL;
    TRY(ledger_tree_tile(c, x->tree, level, index, &hashes));
    struct tile_path path = tile_path(level, index, width);
    return write_new(c, x, path.text, (struct str){(const char *)hashes, width * MERKLE_HASH_LEN});
}

/* The entries, and at the same time the proof that they are what the tile says. */
static rc bundle(struct ctx *c, const struct export *x, int64_t index, unsigned width,
                 struct text *out)
{
    const struct merkle_hash *hashes = NULL;
    struct store_value range[] = {STORE_VALUE_I64(index * TILE_WIDTH), STORE_VALUE_I64(width)};
    struct store_rows *rows = NULL;
    bool more = false;
    unsigned count = 0;
    TRY(ledger_tree_tile(c, x->tree, 0, index, &hashes));
    rc result = store_query(
        c, x->store, STR("SELECT entry FROM ledger_events WHERE seq >= $1 ORDER BY seq LIMIT $2"),
        2, range, &rows);
    while (rc_ok(result) && rc_ok(result = store_next(c, rows, &more)) && more) {
        struct str entry = store_column(rows, 0).bytes;
        struct merkle_hash leaf = merkle_leaf(x->tree->merkle, entry);
        if (!merkle_hash_eq(&leaf, &hashes[count]))
            break;
        text_put_char(out, (char)(entry.len >> 8));
        text_put_char(out, (char)(entry.len & 0xff));
        text_put(out, entry);
        count++;
    }
    store_end(rows);
    TRY(result);
    if (count < width)
        FAIL(c, CORRUPT, "%s: entry %" PRId64 " is not what its tile says, or missing",
             store_name(x->store), index * TILE_WIDTH + count);
    return OK;
}

static rc export_bundle(struct ctx *c, const struct export *x, int64_t index)
{
    unsigned width = tile_width(x->tree->size, 0, index);
    struct text t;
    struct str bytes;
    text_init(&t, c, BUNDLE_MAX);
    TRY(bundle(c, x, index, width, &t));
    TRY(text_done(&t, &bytes));
    return write_new(c, x, tile_path(TILE_ENTRIES, index, width).text, bytes);
}

static rc export_level(struct ctx *c, const struct export *x, unsigned level)
{
    for (int64_t index = 0; tile_width(x->tree->size, level, index) > 0; index++) {
        struct arena_mark mark = arena_mark(c->arena);
        rc result = export_tile(c, x, level, index);
        if (rc_ok(result) && level == 0 && x->parts == LEDGER_WITH_ENTRIES)
            result = export_bundle(c, x, index);
        arena_return(c->arena, mark);
        TRY(result);
    }
    return OK;
}

/* All under one root that is signed: of what was committed later, nothing is written. */
static rc export_all(struct ctx *c, struct export *x)
{
    struct ledger_head head;
    struct note_key key;
    struct str note;
    TRY(ledger_last_head(c, x->store, INT64_MAX, &head));
    TRY(ledger_tree_open(c, x->store, head.size, &x->tree));
    TRY(ledger_stored_key(c, x->store, x->tree->merkle, &key));
    TRY(ledger_check_head(c, &head, &key));
    struct merkle_hash root;
    TRY(merkle_root_at(c, x->tree->merkle, ledger_tree_read, x->tree, head.size, &root));
    if (!merkle_hash_eq(&root, &head.root))
        FAIL(c, CORRUPT, "%s: the tiles are not what the last checkpoint signed",
             store_name(x->store));
    for (unsigned level = 0; level < TILE_LEVELS; level++)
        TRY(export_level(c, x, level));
    TRY(ledger_head_note(c, &head, &key, &note));
    return write_new(c, x, "checkpoint", note);
}

rc ledger_export(struct ctx *c, struct store *store, const struct files *files, const char *out,
                 enum ledger_parts parts)
{
    struct str making, parent;
    if (file_exists(out))
        FAIL(c, CONFLICT, "%s already exists", out);
    TRY(str_format(c, &making, "%s.making", out));
    if (file_exists(making.ptr))
        FAIL(c, CONFLICT, "%s is left over from an export that was cut off: remove it first",
             making.ptr);
    TRY(file_make_folder(c, files, making.ptr));
    struct export x = {.files = files, .store = store, .folder = making.ptr, .parts = parts};
    TRY(store_begin(c, store, false));
    rc result = export_all(c, &x);
    store_rollback(store);
    ledger_tree_close(x.tree);
    TRY(result);
    if (files->rename(files, making.ptr, out) < 0)
        FAIL(c, IO, "%s: cannot be renamed to %s", making.ptr, out);
    const char *slash = strrchr(out, '/');
    TRY(str_copy(c, slash ? (struct str){out, (size_t)(slash - out) + 1} : STR("."), &parent));
    return file_sync_folder(c, files, parent.ptr);
}

/* ---- reading -------------------------------------------------------------------------------- */

struct reading {
    const struct files *files;
    const char *folder;
    struct merkle *merkle;
    int64_t size;
    struct ledger_report report;
    struct tile_edge edge;
};

/* A tile's or bundle's file; the full one serves where the partial one is gone. */
static rc read_tile_file(struct ctx *c, const struct reading *r, unsigned level, int64_t index,
                         unsigned width, struct str *ret)
{
    const char *path = NULL;
    size_t limit = level == TILE_ENTRIES ? BUNDLE_MAX : TILE_BYTES;
    TRY(path_join(c, r->folder, tile_path(level, index, width).text, &path));
    rc result = file_read(c, r->files, path, limit, ret);
    if (result.code == RC_NOT_FOUND && width < TILE_WIDTH) {
        TRY(path_join(c, r->folder, tile_path(level, index, TILE_WIDTH).text, &path));
        result = file_read(c, r->files, path, limit, ret);
    }
    if (result.code == RC_NOT_FOUND || result.code == RC_TOO_LARGE)
        FAIL(c, CORRUPT, "%s: %s", path,
             result.code == RC_NOT_FOUND ? "the file is missing" : "the file is too long");
    return result;
}

/* The tile in the folder must be the one that follows from the leaves. */
static rc compare_tile(struct ctx *c, const struct reading *r, unsigned level, int64_t index,
                       unsigned width)
{
    struct str bytes;
    TRY(read_tile_file(c, r, level, index, width, &bytes));
    size_t len = (size_t)width * MERKLE_HASH_LEN;
    if (bytes.len < len || memcmp(bytes.ptr, r->edge.hashes[level], len) != 0)
        FAIL(c, CORRUPT, "%s/%s does not follow from the leaves", r->folder,
             tile_path(level, index, width).text);
    return OK;
}

static rc take_leaf(struct ctx *c, struct reading *r, const struct merkle_hash *leaf)
{
    struct merkle_hash roots[TILE_LEVELS];
    unsigned full = tile_edge_push(r->merkle, &r->edge, leaf, roots);
    r->report.events++;
    for (unsigned level = 0; level < full; level++)
        TRY(compare_tile(c, r, level, (r->report.events >> (TILE_HEIGHT * (level + 1))) - 1,
                         TILE_WIDTH));
    return OK;
}

static rc take_entry(struct ctx *c, struct reading *r, struct str *rest)
{
    const unsigned char *at = (const unsigned char *)rest->ptr;
    size_t len = rest->len < 2 ? 0 : (size_t)at[0] << 8 | at[1];
    if (rest->len < 2 || rest->len - 2 < len)
        FAIL(c, CORRUPT, "%s: the bundle with entry %" PRId64 " ends early", r->folder,
             r->report.events);
    struct merkle_hash leaf = merkle_leaf(r->merkle, str_sub(*rest, 2, len));
    *rest = str_sub(*rest, 2 + len, rest->len);
    return take_leaf(c, r, &leaf);
}

static rc read_bundle(struct ctx *c, struct reading *r, int64_t index)
{
    unsigned width = tile_width(r->size, 0, index);
    struct str rest;
    TRY(read_tile_file(c, r, TILE_ENTRIES, index, width, &rest));
    for (unsigned i = 0; i < width; i++)
        TRY(take_entry(c, r, &rest));
    if (rest.len > 0 && width == TILE_WIDTH)
        FAIL(c, CORRUPT, "%s: the bundle with entry %" PRId64 " has bytes left over", r->folder,
             r->report.events - 1);
    return OK;
}

/* Of a tree without entries: the leaves are what its lowest tiles say. */
static rc read_hashes(struct ctx *c, struct reading *r, int64_t index)
{
    unsigned width = tile_width(r->size, 0, index);
    struct str bytes;
    TRY(read_tile_file(c, r, 0, index, width, &bytes));
    if (bytes.len < (size_t)width * MERKLE_HASH_LEN)
        FAIL(c, CORRUPT, "%s/%s ends early", r->folder, tile_path(0, index, width).text);
    for (unsigned i = 0; i < width; i++) {
        struct merkle_hash leaf;
        memcpy(leaf.bytes, bytes.ptr + (size_t)i * MERKLE_HASH_LEN, MERKLE_HASH_LEN);
        TRY(take_leaf(c, r, &leaf));
    }
    return OK;
}

/* Entries are there for all events or for none. */
static rc read_leaves(struct ctx *c, struct reading *r)
{
    const char *entries = NULL;
    TRY(path_join(c, r->folder, "tile/entries", &entries));
    r->report.hashes_only = r->size > 0 && !file_exists(entries);
    for (int64_t index = 0; tile_width(r->size, 0, index) > 0; index++) {
        struct arena_mark mark = arena_mark(c->arena);
        rc result = r->report.hashes_only ? read_hashes(c, r, index) : read_bundle(c, r, index);
        arena_return(c->arena, mark);
        TRY(result);
    }
    return OK;
}

static rc read_all(struct ctx *c, struct reading *r, struct str note, struct str verifier_key)
{
    struct note_key key;
    struct checkpoint cp;
    TRY(note_key_parse(c, r->merkle, verifier_key, &key));
    TRY(checkpoint_open(c, note, &key, &cp));
    r->report.checkpoints = 1;
    r->size = cp.size;
    if (cp.size >> (TILE_HEIGHT * TILE_LEVELS - 8))
        FAIL(c, TOO_LARGE, "a tree of %" PRId64 " entries", cp.size);
    TRY(read_leaves(c, r));
    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        int64_t index = tile_hashes(cp.size, level) / TILE_WIDTH;
        unsigned width = tile_width(cp.size, level, index);
        if (width > 0)
            TRY(compare_tile(c, r, level, index, width));
    }
    r->report.root = merkle_frontier_root(r->merkle, &r->edge.frontier);
    if (!merkle_hash_eq(&r->report.root, &cp.root))
        FAIL(c, CORRUPT, "%s: the leaves are not what the checkpoint signed", r->folder);
    return OK;
}

rc ledger_verify_tiles_under(struct ctx *c, const struct files *files, const char *folder,
                             struct str note, struct str verifier_key, struct ledger_report *ret)
{
    struct reading *r = calloc(1, sizeof *r);
    if (!r)
        FAIL(c, NO_MEMORY, "no memory to verify a tree");
    r->files = files;
    r->folder = folder;
    rc result = merkle_open(c, &r->merkle);
    if (rc_ok(result))
        result = read_all(c, r, note, verifier_key);
    merkle_close(r->merkle);
    *ret = r->report;
    free(r);
    return result;
}

rc ledger_verify_tiles(struct ctx *c, const struct files *files, const char *folder,
                       struct str verifier_key, struct ledger_report *ret)
{
    const char *path = NULL;
    struct str note;
    TRY(path_join(c, folder, "checkpoint", &path));
    TRY(file_read(c, files, path, NOTE_MAX, &note));
    return ledger_verify_tiles_under(c, files, folder, note, verifier_key, ret);
}
