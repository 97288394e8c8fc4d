/* What core.c and its parts share. Private to core. */
#ifndef CORE_WRITER_H
#define CORE_WRITER_H

#include "core/core.h"
#include "core/outcome.h"
#include "store/checkpointer.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SUBSCRIBERS_MAX = 16, OPENINGS_MAX = 8 };

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
    struct checkpointer *checkpointer; /* beside the thread, of an embedded store */
    pthread_mutex_t lock;              /* guards what follows, up to the blank line */
    pthread_cond_t wake;
    struct queue alarms, ordinary;
    bool stopping;
    pthread_cond_t settled; /* of core_settle: */
    int64_t settles_asked, settles_done;
    struct wall settled_due;

    struct command openings[OPENINGS_MAX];

    bool lost;            /* store and ledger have to be opened again; the writer's own */
    struct wall next_due; /* of all deadlines; absent: none. The writer's own */
    size_t subscriber_count;
    struct {
        subscriber_fn *call;
        void *arg;
    } subscribers[SUBSCRIBERS_MAX];
    struct follower *followers;
    void (*ring)(struct core *core); /* tells them that there is more; NULL: there are none */
    bool following;                  /* core_step is called by a follower that waits */
    _Atomic int64_t size;            /* events committed and told to the subscribers */
    _Atomic int64_t callers;         /* core_callers */
    _Atomic int64_t commands, refused, events, batches, waiting, turned_away, retried;
    _Atomic int failing; /* enum rc_code of the last batch */
    _Atomic int64_t failing_since_us;
};

/* ---- parts.c --------------------------------------------------------------------------------- */

/* Store, ledger and picture: opened and brought to the ledger's end; after a failure none is. */
rc core_open_parts(struct ctx *c, struct core *core);
void core_close_parts(struct core *core);

/* Find out again when the next deadline falls due. */
rc writer_find_due(struct ctx *c, struct core *core);

/* ---- writer.c: batches ----------------------------------------------------------------------- */

/* One transaction in the making. Its memory is the core's batch arena: one at a time. */
struct batch {
    struct core *core;
    struct ctx c;
    size_t count, room;
    const struct event **events; /* what was appended, for the subscribers */
    bool touched_deadlines;
    bool erased;  /* a subject's key was destroyed */
    bool began;   /* the transaction is open */
    int64_t size; /* of the ledger, when the commit was asked for; -1: it was not */
    struct merkle_hash root;
    const char *skip_why; /* without reactions, because of this; NULL: with them */
};

/* Where events come from: what they inherit. */
struct origin {
    const struct actor *actor;
    struct wall occurred, received;
    int64_t cause;
    bool drill;
    int depth;
};

struct batch batch_start(struct core *core);
rc batch_begin(struct batch *b);
rc batch_apply(struct batch *b, const struct origin *origin, const struct outcome *outcome,
               int64_t *ret_first);
/* After events without their reactions (skip_why): an event says so. */
rc batch_note_skipped(struct batch *b, const struct origin *origin);
/* Commit and tell the subscribers. */
rc batch_end(struct batch *b);
/* Undo the batch after `result`. True when it turns out that it had been committed: then it is
 * told, too. */
bool batch_undo(struct batch *b, rc result);

/* What a decision may say no with. Anything else is a failure of ours, which undoes the batch. */
static inline bool is_refusal(rc result)
{
    enum rc_code code = result.code;
    return code != RC_INTERNAL && code != RC_CORRUPT && code != RC_IO && code != RC_BUSY &&
           code != RC_NO_MEMORY && code != RC_NO_SPACE;
}

/* A fault's message as the line of an event: never empty, nothing in it that a line refuses. */
rc reason_of(struct ctx *c, const char *message, struct str *ret);

/* Decide a list of commands in one transaction, publish, answer each. */
void writer_run(struct core *core, struct command *list);

/* ---- writer_due.c: deadlines ----------------------------------------------------------------- */

/* Decide what has fallen due; true when there was anything. */
bool writer_run_due(struct core *core);

/* ---- writer_follow.c: other writers ---------------------------------------------------------- */

/* Tell the subscribers what another process has written since, if anything; not in a transaction.
 */
rc writer_follow(struct batch *b, bool *ret_any);

void writer_tell(struct core *core, size_t count, const struct event *const *events);

/* ---- follower.c: who follows the ledger, all of a core -----------------------------------------
 */

rc followers_start(struct ctx *c, struct core *core);
/* Without threads: a turn of each; true when there was anything to do. */
bool followers_step(struct core *core);
/* Wait until each has seen what there is, or waits after a failure. */
void followers_settle(struct core *core);
/* While the writer still answers them; and when it is gone. */
void followers_stop(struct core *core);
void followers_leave(struct core *core);

/* ---- fold.c ---------------------------------------------------------------------------------- */

/* Fold the events of the ledger from the picture's position to its end. */
rc fold_forward(struct ctx *c, struct core *core);

/* The place of the picture in the ledger: the number of events folded, and of which schema. */
rc position_create(struct ctx *c, struct store *store);
rc position_get(struct ctx *c, struct core *core, int64_t *ret_position, struct str *ret_schema);
rc position_put(struct ctx *c, struct core *core, int64_t position);

/* Throw the picture away and make its empty tables, at position 0. In a transaction. */
rc fold_from_nothing(struct ctx *c, struct core *core);

#endif
