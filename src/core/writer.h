/* What core.c and its parts share. Private to core. */
#ifndef CORE_WRITER_H
#define CORE_WRITER_H

#include "core/core.h"
#include "core/outcome.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SUBSCRIBERS_MAX = 16 };

struct queue {
    struct command *first, *last;
    size_t count;
};

struct core {
    struct core_options options;
    struct arena *batch_arena;
    struct store *store;
    struct ledger *ledger;
    struct picture *picture;

    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock; /* guards what follows, up to the blank line */
    pthread_cond_t wake;
    struct queue alarms, ordinary;
    bool stopping;

    struct wall next_due; /* of all deadlines; absent: none. The writer's own */
    size_t subscriber_count;
    struct {
        subscriber_fn *call;
        void *arg;
    } subscribers[SUBSCRIBERS_MAX];
    _Atomic int64_t size, commands, refused, events, batches, waiting, turned_away, retried;
};

/* Decide a list of commands in one transaction, publish, answer each. */
void writer_run(struct core *core, struct command *list);

/* Decide what has fallen due; true when there was anything. */
bool writer_run_due(struct core *core);

/* Find out again when the next deadline falls due. */
rc writer_find_due(struct ctx *c, struct core *core);

/* Fold the events of the ledger from the picture's position to its end. */
rc fold_forward(struct ctx *c, struct core *core);

/* The place of the picture in the ledger: the number of events folded, and of which schema. */
rc position_create(struct ctx *c, struct store *store);
rc position_get(struct ctx *c, struct core *core, int64_t *ret_position, struct str *ret_schema);
rc position_put(struct ctx *c, struct core *core, int64_t position);

/* Throw the picture away and make its empty tables, at position 0. In a transaction. */
rc fold_from_nothing(struct ctx *c, struct core *core);

#endif
