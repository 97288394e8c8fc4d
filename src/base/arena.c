/* A list of chunks, the newest first; each twice as large as the last up to CHUNK_MAX, so that a
 * small request costs one malloc and a large one few. */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#endif

/* What is not handed out may not be touched. Not inlined: gcc takes the call for a read. */
[[gnu::noinline]] static void poison(void *ptr, size_t len)
{
#ifdef ARENA_ASAN
    __asan_poison_memory_region(ptr, len);
#else
    (void)ptr, (void)len;
#endif
}

static void unpoison(void *ptr, size_t len)
{
#ifdef ARENA_ASAN
    __asan_unpoison_memory_region(ptr, len);
#else
    (void)ptr, (void)len;
#endif
}

enum { CHUNK_MIN = 4096, CHUNK_MAX = 1 << 20, ALIGN = alignof(max_align_t) };

struct chunk {
    struct chunk *older;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct chunk *newest;
    size_t limit, total;
};

struct arena *arena_open(size_t limit)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena)
        arena->limit = limit;
    return arena;
}

static struct chunk *drop_chunk(struct chunk *chunk)
{
    struct chunk *older = chunk->older;
    unpoison(chunk->bytes, chunk->size);
    free(chunk);
    return older;
}

void arena_close(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->newest)
        arena->newest = drop_chunk(arena->newest);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct chunk *newest = arena->newest;
    arena->total = 0;
    if (!newest)
        return;
    while (newest->older)
        newest->older = drop_chunk(newest->older);
    newest->used = 0;
    poison(newest->bytes, newest->size);
}

static struct chunk *add_chunk(struct arena *arena, size_t need)
{
    size_t size = arena->newest ? arena->newest->size * 2 : CHUNK_MIN;
    if (size > CHUNK_MAX)
        size = CHUNK_MAX;
    if (size < need)
        size = need;
    if (size > SIZE_MAX - sizeof(struct chunk))
        return NULL;
    struct chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk)
        return NULL;
    *chunk = (struct chunk){.older = arena->newest, .size = size};
    poison(chunk->bytes, size);
    arena->newest = chunk;
    return chunk;
}

void *arena_take(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGN)
        return NULL;
    size_t room = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (room > arena->limit - arena->total)
        return NULL;
    struct chunk *chunk = arena->newest;
    if (!chunk || chunk->size - chunk->used < room)
        chunk = add_chunk(arena, room);
    if (!chunk)
        return NULL;
    void *piece = chunk->bytes + chunk->used;
    unpoison(piece, size);
    memset(piece, 0, size);
    chunk->used += room;
    arena->total += room;
    return piece;
}

size_t arena_used(const struct arena *arena)
{
    return arena->total;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    const struct chunk *chunk = arena->newest;
    return (struct arena_mark){arena->newest, chunk ? chunk->used : 0, arena->total};
}

void arena_return(struct arena *arena, struct arena_mark mark)
{
    assert(mark.total <= arena->total);
    while (arena->newest != mark.chunk)
        arena->newest = drop_chunk(arena->newest);
    if (arena->newest) {
        arena->newest->used = mark.used;
        poison(arena->newest->bytes + mark.used, arena->newest->size - mark.used);
    }
    arena->total = mark.total;
}
