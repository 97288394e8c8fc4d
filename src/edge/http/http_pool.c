#include "edge/http/http_pool.h"

#include <pthread.h>
#include <stdlib.h>

enum { OPEN_ARENA = 1 << 20 };

struct http_pool {
    struct http_pool_options options;
    pthread_mutex_t mutex;
    pthread_cond_t wake, told;
    struct http_work *first, **last;
    size_t waiting;
    bool closing;
    size_t thread_count, opened, failed;
    struct fault fault; /* of the first thread that could not open */
    _Atomic int64_t refused;
    pthread_t threads[];
};

static struct http_work *next_work(struct http_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    while (!pool->first && !pool->closing)
        pthread_cond_wait(&pool->wake, &pool->mutex);
    struct http_work *work = pool->first;
    if (work) {
        pool->first = work->next;
        pool->waiting--;
        if (!pool->first)
            pool->last = &pool->first;
    }
    pthread_mutex_unlock(&pool->mutex);
    return work;
}

/* Tell the opener how it went; true when the thread is to go on. */
static bool open_thread(struct http_pool *pool, void **ret_of_thread)
{
    struct ctx c = {.arena = arena_open(OPEN_ARENA), .clock = pool->options.clock};
    bool good = c.arena != NULL;
    *ret_of_thread = NULL;
    if (good && pool->options.open)
        good = rc_ok(pool->options.open(&c, pool->options.arg, ret_of_thread));
    pthread_mutex_lock(&pool->mutex);
    if (good)
        pool->opened++;
    else if (pool->failed++ == 0)
        pool->fault = c.fault;
    pthread_cond_signal(&pool->told);
    pthread_mutex_unlock(&pool->mutex);
    arena_close(c.arena);
    return good;
}

static void *run(void *arg)
{
    struct http_pool *pool = arg;
    void *of_thread;
    if (!open_thread(pool, &of_thread))
        return NULL;
    struct http_work *work;
    while ((work = next_work(pool)))
        work->run(work, of_thread);
    if (pool->options.close)
        pool->options.close(pool->options.arg, of_thread);
    return NULL;
}

void http_pool_close(struct http_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->told);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}

rc http_pool_open(struct ctx *c, const struct http_pool_options *options, struct http_pool **ret)
{
    size_t want = options->threads ? options->threads : 2;
    struct http_pool *pool = calloc(1, sizeof *pool + want * sizeof(pthread_t));
    if (!pool)
        FAIL(c, NO_MEMORY, "no memory for %zu workers", want);
    pool->options = *options;
    if (pool->options.queue_max == 0)
        pool->options.queue_max = 16;
    pool->last = &pool->first;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->told, NULL);
    while (pool->thread_count < want &&
           pthread_create(&pool->threads[pool->thread_count], NULL, run, pool) == 0)
        pool->thread_count++;
    pthread_mutex_lock(&pool->mutex);
    while (pool->opened + pool->failed < pool->thread_count)
        pthread_cond_wait(&pool->told, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
    if (pool->opened == want) {
        *ret = pool;
        return OK;
    }
    struct fault fault = pool->fault;
    http_pool_close(pool);
    if (fault.code == RC_OK)
        FAIL(c, NO_MEMORY, "%zu worker threads cannot be started", want);
    c->fault = fault;
    return fault_again(c);
}

bool http_pool_submit(struct http_pool *pool, struct http_work *work)
{
    pthread_mutex_lock(&pool->mutex);
    bool room = pool->waiting < pool->options.queue_max && !pool->closing;
    if (room) {
        work->next = NULL;
        *pool->last = work;
        pool->last = &work->next;
        pool->waiting++;
        pthread_cond_signal(&pool->wake);
    } else {
        pool->refused++;
    }
    pthread_mutex_unlock(&pool->mutex);
    return room;
}

int64_t http_pool_refused(const struct http_pool *pool)
{
    return pool->refused;
}
