#include "engine/sigma/pool.h"

#include <assert.h>
#include <stdlib.h>

/* Sizes up to POOL_EXACT cells are kept exactly, larger ones as powers of two. */
static uint32_t size_class(size_t size, size_t *ret_cells)
{
    size_t cells = size ? (size + 7) / 8 : 1, wide = POOL_EXACT;
    uint32_t class = POOL_EXACT;
    if (cells <= POOL_EXACT) {
        *ret_cells = cells;
        return (uint32_t)cells - 1;
    }
    for (; wide < cells; wide *= 2)
        class ++;
    *ret_cells = wide;
    return class - 1;
}

void pool_close(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->chunk_count; i++)
        free(pool->chunks[i]);
    free(pool->chunks);
    *pool = (struct pool){0};
}

static bool add_chunk(struct pool *pool)
{
    uint64_t *chunk = malloc(POOL_CHUNK_CELLS * sizeof *chunk);
    if (!pool->chunks)
        pool->chunks = calloc(POOL_CHUNKS_MAX, sizeof *pool->chunks);
    if (!chunk || !pool->chunks || pool->chunk_count == POOL_CHUNKS_MAX) {
        free(chunk);
        return false;
    }
    pool->chunks[pool->chunk_count++] = chunk;
    pool->used = pool->chunk_count == 1; /* cell 0 is "none" */
    return true;
}

uint32_t pool_take(struct pool *pool, size_t size)
{
    size_t cells;
    uint32_t class = size_class(size, &cells);
    if (cells > POOL_CHUNK_CELLS - 1)
        return 0;
    uint32_t piece = pool->free[class];
    if (piece) {
        pool->free[class] = (uint32_t) * (uint64_t *)pool_at(pool, piece);
    } else {
        if ((pool->chunk_count == 0 || pool->used + cells > POOL_CHUNK_CELLS) && !add_chunk(pool))
            return 0;
        piece = (pool->chunk_count - 1) * POOL_CHUNK_CELLS + pool->used;
        pool->used += (uint32_t)cells;
    }
    pool->bytes += cells * 8;
    return piece;
}

void pool_give(struct pool *pool, uint32_t piece, size_t size)
{
    size_t cells;
    uint32_t class = size_class(size, &cells);
    assert(piece != 0);
    *(uint64_t *)pool_at(pool, piece) = pool->free[class];
    pool->free[class] = piece;
    pool->bytes -= cells * 8;
}
