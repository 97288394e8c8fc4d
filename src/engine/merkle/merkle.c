/* Hashing and the frontier. Proofs are in proof.c. */
#include "engine/merkle/merkle.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct merkle {
    EVP_MD *digest;
    EVP_MD_CTX *state;
};

rc merkle_open(struct ctx *c, struct merkle **ret)
{
    struct merkle *m = calloc(1, sizeof *m);
    if (!m)
        FAIL(c, NO_MEMORY, "no memory for the hashing of the tree");
    m->digest = EVP_MD_fetch(NULL, "SHA256", NULL);
    m->state = EVP_MD_CTX_new();
    if (!m->digest || !m->state || !EVP_DigestInit_ex2(m->state, m->digest, NULL)) {
        merkle_close(m);
        FAIL(c, INTERNAL, "libcrypto offers no SHA-256");
    }
    *ret = m;
    return OK;
}

void merkle_close(struct merkle *m)
{
    if (!m)
        return;
    EVP_MD_CTX_free(m->state);
    EVP_MD_free(m->digest);
    free(m);
}

bool merkle_hash_eq(const struct merkle_hash *a, const struct merkle_hash *b)
{
    return memcmp(a->bytes, b->bytes, MERKLE_HASH_LEN) == 0;
}

/* SHA-256 over prefix (if not negative) and bytes. The digest is there and the lengths are sane, so
 * a failure could only be a broken libcrypto: going on would write a false record. */
static struct merkle_hash digest(struct merkle *m, int prefix, const void *bytes, size_t len)
{
    struct merkle_hash hash;
    unsigned char byte = (unsigned char)prefix;
    bool done = EVP_DigestInit_ex2(m->state, NULL, NULL) &&
                (prefix < 0 || EVP_DigestUpdate(m->state, &byte, 1)) &&
                EVP_DigestUpdate(m->state, bytes, len) &&
                EVP_DigestFinal_ex(m->state, hash.bytes, NULL);
    if (!done)
        abort();
    return hash;
}

struct merkle_hash merkle_leaf(struct merkle *m, struct str entry)
{
    return digest(m, 0, entry.ptr, entry.len);
}

struct merkle_hash merkle_node(struct merkle *m, const struct merkle_hash *left,
                               const struct merkle_hash *right)
{
    unsigned char both[1 + 2 * MERKLE_HASH_LEN];
    both[0] = 1;
    memcpy(both + 1, left->bytes, MERKLE_HASH_LEN);
    memcpy(both + 1 + MERKLE_HASH_LEN, right->bytes, MERKLE_HASH_LEN);
    return digest(m, -1, both, sizeof both);
}

struct merkle_hash merkle_empty(struct merkle *m)
{
    return digest(m, -1, "", 0);
}

struct merkle_hash merkle_digest(struct merkle *m, struct str bytes)
{
    return digest(m, -1, bytes.ptr, bytes.len);
}

struct merkle_hash merkle_root_of(struct merkle *m, const struct merkle_hash *hashes, size_t count)
{
    struct merkle_frontier f = {.size = 0};
    for (size_t i = 0; i < count; i++)
        merkle_frontier_push(m, &f, &hashes[i]);
    return merkle_frontier_root(m, &f);
}

void merkle_frontier_push(struct merkle *m, struct merkle_frontier *f,
                          const struct merkle_hash *leaf)
{
    merkle_frontier_push_tree(m, f, 0, leaf);
}

void merkle_frontier_push_tree(struct merkle *m, struct merkle_frontier *f, unsigned height,
                               const struct merkle_hash *root)
{
    assert(height < MERKLE_HEIGHT_MAX && f->size % (INT64_C(1) << height) == 0);
    struct merkle_hash hash = *root;
    unsigned at = height;
    for (; f->size >> at & 1; at++)
        hash = merkle_node(m, &f->nodes[at], &hash);
    assert(at < MERKLE_HEIGHT_MAX);
    f->nodes[at] = hash;
    f->size += INT64_C(1) << height;
}

struct merkle_hash merkle_frontier_root(struct merkle *m, const struct merkle_frontier *f)
{
    if (f->size == 0)
        return merkle_empty(m);
    unsigned at = (unsigned)__builtin_ctzll((uint64_t)f->size);
    struct merkle_hash root = f->nodes[at];
    for (at++; at < MERKLE_HEIGHT_MAX; at++)
        if (f->size >> at & 1)
            root = merkle_node(m, &f->nodes[at], &root);
    return root;
}
