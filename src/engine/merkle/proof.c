/* Proofs. Every tree here is cut as RFC 6962 cuts it: the left part is the largest power of two
 * smaller than the whole, so a complete subtree is one stored hash and only the right edge is
 * computed. */
#include "engine/merkle/merkle.h"

#include <inttypes.h>

/* A tree under proof, and where its hashes come from. */
struct source {
    struct ctx *c;
    struct merkle *m;
    merkle_read *read;
    void *arg;
};

static unsigned log2_of(int64_t n)
{
    return 63 - (unsigned)__builtin_clzll((uint64_t)n);
}

/* The largest power of two smaller than n (n > 1). */
static int64_t split(int64_t n)
{
    return INT64_C(1) << log2_of(n - 1);
}

/* The root of leaves [from, from + size): complete subtrees from left to right, joined from the
 * right. `from` is a multiple of the first one's width. */
static rc range_root(const struct source *s, int64_t from, int64_t size, struct merkle_hash *ret)
{
    struct merkle_frontier f = {.size = 0};
    while (f.size < size) {
        unsigned height = log2_of(size - f.size);
        struct merkle_hash hash;
        TRY(s->read(s->c, s->arg, height, (from + f.size) >> height, &hash));
        merkle_frontier_push_tree(s->m, &f, height, &hash);
    }
    *ret = merkle_frontier_root(s->m, &f);
    return OK;
}

rc merkle_root_at(struct ctx *c, struct merkle *m, merkle_read *read, void *arg, int64_t size,
                  struct merkle_hash *ret)
{
    struct source s = {c, m, read, arg};
    return range_root(&s, 0, size, ret);
}

static void reverse(struct merkle_path *path)
{
    for (size_t i = 0; i < path->count / 2; i++) {
        struct merkle_hash swap = path->hashes[i];
        path->hashes[i] = path->hashes[path->count - 1 - i];
        path->hashes[path->count - 1 - i] = swap;
    }
}

rc merkle_prove_inclusion(struct ctx *c, struct merkle *m, merkle_read *read, void *arg,
                          int64_t index, int64_t size, struct merkle_path *ret)
{
    if (index < 0 || index >= size)
        FAIL(c, INVALID, "no leaf %" PRId64 " in a tree of %" PRId64, index, size);
    struct source s = {c, m, read, arg};
    struct merkle_path path = {.count = 0};
    int64_t from = 0;
    for (int64_t n = size; n > 1;) {
        int64_t k = split(n);
        bool left = index - from < k;
        TRY(range_root(&s, left ? from + k : from, left ? n - k : k, &path.hashes[path.count++]));
        from += left ? 0 : k;
        n = left ? k : n - k;
    }
    reverse(&path);
    *ret = path;
    return OK;
}

rc merkle_prove_consistency(struct ctx *c, struct merkle *m, merkle_read *read, void *arg,
                            int64_t old_size, int64_t size, struct merkle_path *ret)
{
    if (old_size < 0 || old_size > size)
        FAIL(c, INVALID, "a tree of %" PRId64 " does not come before one of %" PRId64, old_size,
             size);
    struct source s = {c, m, read, arg};
    struct merkle_path path = {.count = 0};
    int64_t from = 0, n = size, old = old_size;
    bool whole = true; /* the old tree is still exactly what the verifier knows the root of */
    while (old > 0 && old < n) {
        int64_t k = split(n);
        bool left = old <= k;
        TRY(range_root(&s, left ? from + k : from, left ? n - k : k, &path.hashes[path.count++]));
        from += left ? 0 : k;
        old -= left ? 0 : k;
        n = left ? k : n - k;
        whole = whole && left;
    }
    if (old > 0 && !whole)
        TRY(range_root(&s, from, n, &path.hashes[path.count++]));
    reverse(&path);
    *ret = path;
    return OK;
}

bool merkle_verify_inclusion(struct merkle *m, const struct merkle_hash *leaf, int64_t index,
                             int64_t size, size_t count, const struct merkle_hash *hashes,
                             const struct merkle_hash *root)
{
    if (index < 0 || index >= size)
        return false;
    int64_t at = index, last = size - 1;
    struct merkle_hash hash = *leaf;
    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return false;
        if (at % 2 == 1 || at == last) {
            hash = merkle_node(m, &hashes[i], &hash);
            while (at % 2 == 0 && at != 0) {
                at /= 2;
                last /= 2;
            }
        } else {
            hash = merkle_node(m, &hash, &hashes[i]);
        }
        at /= 2;
        last /= 2;
    }
    return last == 0 && merkle_hash_eq(&hash, root);
}

bool merkle_verify_consistency(struct merkle *m, int64_t old_size,
                               const struct merkle_hash *old_root, int64_t size,
                               const struct merkle_hash *root, size_t count,
                               const struct merkle_hash *hashes)
{
    if (old_size < 0 || old_size > size)
        return false;
    if (old_size == 0) {
        struct merkle_hash empty = merkle_empty(m);
        return count == 0 && merkle_hash_eq(old_root, &empty);
    }
    if (old_size == size)
        return count == 0 && merkle_hash_eq(old_root, root);
    bool power = (old_size & (old_size - 1)) == 0;
    if (count == 0 && !power)
        return false;
    int64_t at = old_size - 1, last = size - 1;
    for (; at % 2 == 1; at /= 2)
        last /= 2;
    struct merkle_hash old_hash = power ? *old_root : hashes[0], hash = old_hash;
    for (size_t i = power ? 0 : 1; i < count; i++) {
        if (last == 0)
            return false;
        if (at % 2 == 1 || at == last) {
            old_hash = merkle_node(m, &hashes[i], &old_hash);
            hash = merkle_node(m, &hashes[i], &hash);
            while (at % 2 == 0 && at != 0) {
                at /= 2;
                last /= 2;
            }
        } else {
            hash = merkle_node(m, &hash, &hashes[i]);
        }
        at /= 2;
        last /= 2;
    }
    return last == 0 && merkle_hash_eq(&old_hash, old_root) && merkle_hash_eq(&hash, root);
}
