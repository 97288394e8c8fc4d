/* Published roots, then every proof of every small tree against a tree built by the definition. */
#include "engine/merkle/merkle.h"

#include "base/encode.h"
#include "base/text.h"
#include "engine/merkle/tile.h"
#include "unit.h"

#include <stdlib.h>

enum { NAIVE_MAX = 300 };

/* A tree as RFC 6962, 2.1 defines it: recursion over the leaves, nothing kept. */
struct naive {
    struct ctx ctx;
    struct merkle *m;
    struct merkle_hash leaves[NAIVE_MAX];
};

static struct naive *naive_open(void)
{
    struct naive *n = calloc(1, sizeof *n);
    assert_non_null(n);
    n->ctx = (struct ctx){.arena = arena_open(1 << 20), .clock = &clock_system};
    assert_true(rc_ok(merkle_open(&n->ctx, &n->m)));
    for (int i = 0; i < NAIVE_MAX; i++)
        n->leaves[i] = merkle_leaf(n->m, (struct str){(const char *)&i, sizeof i});
    return n;
}

static void naive_close(struct naive *n)
{
    merkle_close(n->m);
    arena_close(n->ctx.arena);
    free(n);
}

static struct merkle_hash naive_root(struct naive *n, int64_t from, int64_t size)
{
    if (size == 0)
        return merkle_empty(n->m);
    if (size == 1)
        return n->leaves[from];
    int64_t k = 1;
    while (2 * k < size)
        k *= 2;
    struct merkle_hash left = naive_root(n, from, k), right = naive_root(n, from + k, size - k);
    return merkle_node(n->m, &left, &right);
}

static rc naive_read(struct ctx *c, void *arg, unsigned height, int64_t index,
                     struct merkle_hash *ret)
{
    (void)c;
    *ret = naive_root(arg, index << height, INT64_C(1) << height);
    return OK;
}

/* The vectors that the implementations of Certificate Transparency share. */
TEST(merkle_roots_are_the_published_ones)
{
    static const char *const leaves[] = {"",
                                         "00",
                                         "10",
                                         "2021",
                                         "3031",
                                         "40414243",
                                         "5051525354555657",
                                         "606162636465666768696a6b6c6d6e6f"};
    static const char *const roots[] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    struct naive *n = naive_open();
    struct merkle_frontier f = {.size = 0};
    struct str hex;
    struct merkle_hash root = merkle_frontier_root(n->m, &f);
    assert_true(rc_ok(encode_bytes(&n->ctx, ENCODE_HEX, root.bytes, 32, &hex)));
    assert_string_equal(hex.ptr,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int i = 0; i < 8; i++) {
        struct str bytes;
        assert_true(rc_ok(decode_bytes(&n->ctx, ENCODE_HEX, str_from(leaves[i]), &bytes)));
        struct merkle_hash leaf = merkle_leaf(n->m, bytes);
        merkle_frontier_push(n->m, &f, &leaf);
        root = merkle_frontier_root(n->m, &f);
        assert_true(rc_ok(encode_bytes(&n->ctx, ENCODE_HEX, root.bytes, 32, &hex)));
        assert_string_equal(hex.ptr, roots[i]);
    }
    naive_close(n);
}

TEST(merkle_frontier_and_tiles_grow_to_the_same_roots)
{
    struct naive *n = naive_open();
    struct merkle_frontier f = {.size = 0};
    struct tile_edge *edge = calloc(1, sizeof *edge);
    struct merkle_hash tiles[TILE_LEVELS];
    assert_non_null(edge);
    for (int size = 1; size <= NAIVE_MAX; size++) {
        merkle_frontier_push(n->m, &f, &n->leaves[size - 1]);
        unsigned full = tile_edge_push(n->m, edge, &n->leaves[size - 1], tiles);
        assert_int_equal(full, size == 256);
        struct merkle_hash a = merkle_frontier_root(n->m, &f), b = naive_root(n, 0, size);
        struct merkle_hash d = merkle_frontier_root(n->m, &edge->frontier);
        assert_true(merkle_hash_eq(&a, &b) && merkle_hash_eq(&a, &d));
        if (full)
            assert_true(merkle_hash_eq(&tiles[0], &b));
    }
    free(edge);
    naive_close(n);
}

/* More than one level of tiles: 65,536 leaves fill one of level 1. */
TEST(merkle_tiles_of_the_second_level_are_right)
{
    struct naive *n = naive_open();
    struct merkle_frontier f = {.size = 0}, level = {.size = 0};
    struct tile_edge *edge = calloc(1, sizeof *edge);
    struct merkle_hash tiles[TILE_LEVELS], root = {0}, tile = {0};
    assert_non_null(edge);
    for (int i = 0; i < 65536 + 700; i++) {
        const struct merkle_hash *leaf = &n->leaves[i % NAIVE_MAX];
        merkle_frontier_push(n->m, &f, leaf);
        unsigned full = tile_edge_push(n->m, edge, leaf, tiles);
        assert_int_equal(full, (i + 1) % 65536 == 0 ? 2 : (i + 1) % 256 == 0);
        if (full > 0 && i < 65536)
            merkle_frontier_push(n->m, &level, &tiles[0]);
        if (full == 2)
            tile = tiles[1];
    }
    root = merkle_frontier_root(n->m, &level);
    assert_true(merkle_hash_eq(&root, &tile));
    struct merkle_hash a = merkle_frontier_root(n->m, &f);
    struct merkle_hash b = merkle_frontier_root(n->m, &edge->frontier);
    assert_true(merkle_hash_eq(&a, &b));
    free(edge);
    naive_close(n);
}

/* A proof that was changed in any way proves nothing. */
static void refuse_changed(struct naive *n, int64_t index, int64_t size,
                           const struct merkle_path *path, const struct merkle_hash *root)
{
    const struct merkle_hash *leaf = &n->leaves[index];
    struct merkle_path bad = *path;
    for (size_t i = 0; i < path->count; i++) {
        bad.hashes[i].bytes[i] ^= 1;
        assert_false(merkle_verify_inclusion(n->m, leaf, index, size, bad.count, bad.hashes, root));
        bad.hashes[i].bytes[i] ^= 1;
    }
    if (path->count > 0)
        assert_false(
            merkle_verify_inclusion(n->m, leaf, index, size, bad.count - 1, bad.hashes, root));
    bad.hashes[bad.count] = *root;
    assert_false(merkle_verify_inclusion(n->m, leaf, index, size, bad.count + 1, bad.hashes, root));
    if (size > 1)
        assert_false(
            merkle_verify_inclusion(n->m, leaf, index ^ 1, size, bad.count, bad.hashes, root));
    assert_false(merkle_verify_inclusion(n->m, leaf, size, size, bad.count, bad.hashes, root));
    assert_false(merkle_verify_inclusion(n->m, leaf, -1, size, bad.count, bad.hashes, root));
}

TEST(merkle_proves_every_leaf_of_every_small_tree)
{
    struct naive *n = naive_open();
    struct merkle_path path;
    for (int64_t size = 1; size <= NAIVE_MAX; size += size < 70 ? 1 : 23) {
        struct merkle_hash root = naive_root(n, 0, size);
        for (int64_t index = 0; index < size; index++) {
            assert_true(
                rc_ok(merkle_prove_inclusion(&n->ctx, n->m, naive_read, n, index, size, &path)));
            assert_true(merkle_verify_inclusion(n->m, &n->leaves[index], index, size, path.count,
                                                path.hashes, &root));
            if (index % 7 == 0 && size < 70)
                refuse_changed(n, index, size, &path, &root);
        }
    }
    assert_int_equal(merkle_prove_inclusion(&n->ctx, n->m, naive_read, n, 5, 5, &path).code,
                     RC_INVALID);
    naive_close(n);
}

TEST(merkle_proves_consistency_of_every_pair_of_small_trees)
{
    struct naive *n = naive_open();
    struct merkle_path path;
    for (int64_t size = 1; size <= NAIVE_MAX; size += size < 70 ? 1 : 37) {
        struct merkle_hash root = naive_root(n, 0, size);
        for (int64_t old = 0; old <= size; old++) {
            struct merkle_hash old_root = naive_root(n, 0, old), wrong = old_root;
            assert_true(
                rc_ok(merkle_prove_consistency(&n->ctx, n->m, naive_read, n, old, size, &path)));
            assert_true(merkle_verify_consistency(n->m, old, &old_root, size, &root, path.count,
                                                  path.hashes));
            wrong.bytes[3] ^= 1;
            assert_false(
                merkle_verify_consistency(n->m, old, &wrong, size, &root, path.count, path.hashes));
            if (old > 0 && old < size)
                assert_false(merkle_verify_consistency(n->m, old, &old_root, size, &wrong,
                                                       path.count, path.hashes));
            if (path.count > 0)
                assert_false(merkle_verify_consistency(n->m, old, &old_root, size, &root,
                                                       path.count - 1, path.hashes));
        }
    }
    assert_int_equal(merkle_prove_consistency(&n->ctx, n->m, naive_read, n, 6, 5, &path).code,
                     RC_INVALID);
    naive_close(n);
}

/* The worked examples of tlog-tiles. */
TEST(merkle_tiles_are_where_the_specification_says)
{
    assert_string_equal(tile_path(0, 1234067, 256).text, "tile/0/x001/x234/067");
    assert_string_equal(tile_path(0, 0, 256).text, "tile/0/000");
    assert_string_equal(tile_path(1, 1, 17).text, "tile/1/001.p/17");
    assert_string_equal(tile_path(TILE_ENTRIES, 1000, 1).text, "tile/entries/x001/000.p/1");
    assert_int_equal(tile_width(70000, 0, 272), 256);
    assert_int_equal(tile_width(70000, 0, 273), 112);
    assert_int_equal(tile_width(70000, 0, 274), 0);
    assert_int_equal(tile_width(70000, 1, 0), 256);
    assert_int_equal(tile_width(70000, 1, 1), 17);
    assert_int_equal(tile_width(70000, 2, 0), 1);
    assert_int_equal(tile_width(70000, 3, 0), 0);
    assert_int_equal(tile_width(256, 0, 0), 256);
    assert_int_equal(tile_width(256, 0, 1), 0);
    assert_int_equal(tile_width(256, 1, 0), 1);
}
