#include "engine/merkle/tile.h"

#include <assert.h>
#include <stdio.h>

int64_t tile_hashes(int64_t size, unsigned level)
{
    assert(level < TILE_LEVELS);
    return size >> (TILE_HEIGHT * level);
}

unsigned tile_width(int64_t size, unsigned level, int64_t index)
{
    int64_t hashes = tile_hashes(size, level);
    if (index < 0 || index > hashes / TILE_WIDTH)
        return 0;
    return index < hashes / TILE_WIDTH ? TILE_WIDTH : (unsigned)(hashes % TILE_WIDTH);
}

struct tile_path tile_path(unsigned level, int64_t index, unsigned width)
{
    assert((level < TILE_LEVELS || level == TILE_ENTRIES) && index >= 0);
    assert(width > 0 && width <= TILE_WIDTH);
    struct tile_path path;
    int at = level == TILE_ENTRIES ? snprintf(path.text, sizeof path.text, "tile/entries")
                                   : snprintf(path.text, sizeof path.text, "tile/%u", level);
    int64_t unit = 1;
    while (index / unit >= 1000)
        unit *= 1000;
    for (; unit > 0; unit /= 1000)
        at += snprintf(path.text + at, sizeof path.text - (size_t)at, unit > 1 ? "/x%03d" : "/%03d",
                       (int)(index / unit % 1000));
    if (width < TILE_WIDTH)
        snprintf(path.text + at, sizeof path.text - (size_t)at, ".p/%u", width);
    return path;
}

struct merkle_hash tile_subtree(struct merkle *m, const struct merkle_hash *hashes, unsigned first,
                                unsigned height)
{
    assert(height <= TILE_HEIGHT && first % (1U << height) == 0 && first < TILE_WIDTH);
    return merkle_root_of(m, hashes + first, (size_t)1 << height);
}

unsigned tile_edge_push(struct merkle *m, struct tile_edge *edge, const struct merkle_hash *leaf,
                        struct merkle_hash ret_roots[TILE_LEVELS])
{
    struct merkle_frontier *f = &edge->frontier;
    struct merkle_hash hash = *leaf;
    for (unsigned level = 0;; level++) {
        unsigned bottom = TILE_HEIGHT * level;
        unsigned at = (unsigned)(f->size >> bottom) % TILE_WIDTH;
        assert(level < TILE_LEVELS);
        edge->hashes[level][at] = hash;
        if (at < TILE_WIDTH - 1) {
            merkle_frontier_push_tree(m, f, bottom, &hash);
            return level;
        }
        /* The tile is full: all its eight nodes are in the frontier. Take them out, go up. */
        for (unsigned i = 0; i < TILE_HEIGHT; i++)
            hash = merkle_node(m, &f->nodes[bottom + i], &hash);
        f->size -= INT64_C(255) << bottom;
        ret_roots[level] = hash;
    }
}
