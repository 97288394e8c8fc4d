/* The linker turns every malloc of the executable's own objects into __wrap_malloc (--wrap). */
#include "support/faults.h"

#include <stdlib.h>

static size_t countdown, live;
static bool hit;

/* NOLINTBEGIN: the names are the linker's */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
void __real_free(void *ptr);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
void __wrap_free(void *ptr);
/* NOLINTEND */

void faults_arm(size_t nth)
{
    countdown = nth;
    hit = false;
}

bool faults_hit(void)
{
    return hit;
}

size_t faults_live(void)
{
    return live;
}

/* What no machine holds is refused too: a sanitizer would end the program. */
static bool refused(size_t size)
{
    if (size > (size_t)1 << 40)
        return true;
    if (countdown == 0 || --countdown > 0)
        return false;
    hit = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    void *ptr = refused(size) ? NULL : __real_malloc(size);
    live += ptr != NULL;
    return ptr;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *ptr = refused(size) ? NULL : __real_calloc(count, size);
    live += ptr != NULL;
    return ptr;
}

void *__wrap_realloc(void *ptr, size_t size)
{
    void *moved = refused(size) ? NULL : __real_realloc(ptr, size);
    live += ptr == NULL && moved != NULL;
    return moved;
}

void __wrap_free(void *ptr)
{
    live -= ptr != NULL;
    __real_free(ptr);
}
