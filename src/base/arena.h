/* Memory with the lifetime of a request, a fold or a job: taken piece by piece, given back at once,
 * never more than a limit. Under AddressSanitizer what is not handed out is poisoned. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* An arena that hands out at most `limit` bytes. NULL when memory is out. */
struct arena *arena_open(size_t limit);

/* Give everything back. NULL is fine. */
void arena_close(struct arena *arena);

/* Everything handed out is gone, the largest chunk is kept for the next use. */
void arena_reset(struct arena *arena);

/* `size` zeroed bytes, aligned for any type; NULL when the limit is reached or memory is out. */
void *arena_take(struct arena *arena, size_t size);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);

/* A point to return to: what was taken after it is given back. */
struct arena_mark {
    void *chunk;
    size_t used, total;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_return(struct arena *arena, struct arena_mark mark);

#endif
