/* The Merkle tree of RFC 6962, section 2: hashing, the frontier of a growing tree, and proofs made
 * from stored hashes and checked against a root. Pure: hashes come through a callback. */
#ifndef ENGINE_MERKLE_MERKLE_H
#define ENGINE_MERKLE_MERKLE_H

#include "base/ctx.h"

enum { MERKLE_HASH_LEN = 32, MERKLE_HEIGHT_MAX = 63 };

struct merkle_hash {
    unsigned char bytes[MERKLE_HASH_LEN];
};

bool merkle_hash_eq(const struct merkle_hash *a, const struct merkle_hash *b);

/* SHA-256 with the digest fetched once, which for short input halves the cost. One thread at a
 * time. */
struct merkle;
rc merkle_open(struct ctx *c, struct merkle **ret);
void merkle_close(struct merkle *m);

/* SHA-256(0x00 || entry), SHA-256(0x01 || left || right); of an empty tree SHA-256(""). */
struct merkle_hash merkle_leaf(struct merkle *m, struct str entry);
struct merkle_hash merkle_node(struct merkle *m, const struct merkle_hash *left,
                               const struct merkle_hash *right);
struct merkle_hash merkle_empty(struct merkle *m);

/* Plain SHA-256. */
struct merkle_hash merkle_digest(struct merkle *m, struct str bytes);

/* The root over `count` hashes of complete subtrees of one height, the last not wider than they. */
struct merkle_hash merkle_root_of(struct merkle *m, const struct merkle_hash *hashes, size_t count);

/* The right edge of a tree: for each one bit of the size the root of that complete subtree, at the
 * bit's place. All that is needed to append and to know the root. */
struct merkle_frontier {
    int64_t size;
    struct merkle_hash nodes[MERKLE_HEIGHT_MAX];
};
void merkle_frontier_push(struct merkle *m, struct merkle_frontier *f,
                          const struct merkle_hash *leaf);
/* Append a complete subtree of 2^height leaves; the size must be a multiple of 2^height. */
void merkle_frontier_push_tree(struct merkle *m, struct merkle_frontier *f, unsigned height,
                               const struct merkle_hash *root);
struct merkle_hash merkle_frontier_root(struct merkle *m, const struct merkle_frontier *f);

/* The root of the complete subtree of leaves [index << height, (index + 1) << height). */
typedef rc merkle_read(struct ctx *c, void *arg, unsigned height, int64_t index,
                       struct merkle_hash *ret);

/* The root of the first `size` leaves. */
rc merkle_root_at(struct ctx *c, struct merkle *m, merkle_read *read, void *arg, int64_t size,
                  struct merkle_hash *ret);

/* A path: of an inclusion proof from the leaf's sibling upwards, of a consistency proof as RFC
 * 6962, 2.1.2 orders it. */
enum { MERKLE_PATH_MAX = 2 * MERKLE_HEIGHT_MAX };
struct merkle_path {
    size_t count;
    struct merkle_hash hashes[MERKLE_PATH_MAX];
};

/* INVALID when index >= size, or old_size > size; old_size 0 gives an empty path. */
rc merkle_prove_inclusion(struct ctx *c, struct merkle *m, merkle_read *read, void *arg,
                          int64_t index, int64_t size, struct merkle_path *ret);
rc merkle_prove_consistency(struct ctx *c, struct merkle *m, merkle_read *read, void *arg,
                            int64_t old_size, int64_t size, struct merkle_path *ret);

/* Does the path prove it? Nothing is trusted of index, sizes and path (RFC 9162, 2.1.3.2, 2.1.4.2).
 */
bool merkle_verify_inclusion(struct merkle *m, const struct merkle_hash *leaf, int64_t index,
                             int64_t size, size_t count, const struct merkle_hash *hashes,
                             const struct merkle_hash *root);
bool merkle_verify_consistency(struct merkle *m, int64_t old_size,
                               const struct merkle_hash *old_root, int64_t size,
                               const struct merkle_hash *root, size_t count,
                               const struct merkle_hash *hashes);

#endif
