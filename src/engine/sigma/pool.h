/* Small pieces of memory named by 28-bit numbers: half the size of pointers, the same after a
 * restart, and without malloc's header. Cells of 8 bytes in chunks; what is given back is kept by
 * size. */
#ifndef ENGINE_SIGMA_POOL_H
#define ENGINE_SIGMA_POOL_H

#include "base/ctx.h"

enum { POOL_CHUNK_CELLS = 1 << 20, POOL_CHUNKS_MAX = 1 << 8, POOL_EXACT = 64, POOL_SIZES = 84 };

struct pool {
    uint64_t **chunks;
    uint32_t chunk_count, used; /* cells of the newest chunk */
    uint32_t free[POOL_SIZES];  /* heads; a free piece's first cell is the next */
    size_t bytes;               /* in use */
};

void pool_close(struct pool *pool);

/* `size` bytes, not cleared; 0 when memory is out. The same size must be given back. */
uint32_t pool_take(struct pool *pool, size_t size);
void pool_give(struct pool *pool, uint32_t piece, size_t size);

static inline void *pool_at(const struct pool *pool, uint32_t piece)
{
    return &pool->chunks[piece / POOL_CHUNK_CELLS][piece % POOL_CHUNK_CELLS];
}

#endif
