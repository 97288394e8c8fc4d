/* A follower acts on committed events, on its own thread. The ledger is its queue: the writer only
 * notifies it, and the follower reads from its position on, through its own connection. So a slow
 * follower delays nobody, keeps nothing in memory, continues after a restart, and sees what another
 * process wrote.
 *
 * It gets every event at least once, in order. It asks the writer for what it wants done, and its
 * position advances when all of that is answered. A refusal is an answer. After a failure (its own,
 * the writer's, the database's) it restarts from the stored position, with growing delays: from
 * 100 ms up to a minute.
 *
 * For exactly once, set `durable` and `exact` and send one command per event; that command writes
 * the position together with the effect (follower_note). */
#ifndef CORE_FOLLOWER_H
#define CORE_FOLLOWER_H

#include "core/core.h"

struct follower;

struct follower_options {
    const char *name;         /* for the operator; and its position's, when that is kept */
    bool durable;             /* its position is kept in the vault */
    bool exact;               /* an event's commands are answered before the next event */
    const char *const *kinds; /* what it is given: beginnings of kinds' names ("camera."), NULL at
                               * the end; NULL: every event */
    void *arg;                /* of the functions below, which run on the follower's thread */
    /* Before the first event and after each failure. *position is the kept one; when none is, that
     * of the event that failed, at first the end of the ledger as it was opened. It may be set to
     * another. NULL: nothing is to be done. */
    rc (*begin)(struct ctx *c, void *arg, struct picture *picture, int64_t *position);
    /* One event. The memory of c is returned after it. */
    rc (*take)(struct ctx *c, void *arg, struct picture *picture, const struct event *event);
    /* After the last event for now, and after each 256 of many. NULL: nothing. */
    rc (*rest)(struct ctx *c, void *arg, struct picture *picture, int64_t position);
};

/* Open it between core_open and core_start, which starts its thread; core_close ends that. A core
 * without a thread runs it in core_step. Close it behind the core. */
rc follower_open(struct ctx *c, struct core *core, const struct follower_options *options,
                 struct follower **ret);
void follower_close(struct follower *follower);

/* Send a command to the writer, from one of the functions above; the input is copied. At most 256
 * are in flight; the next one waits. */
struct follower_ask {
    const char *decision;
    const void *input;
    struct str target;
    struct wall occurred;
    bool drill;
    bool alarm; /* before everything else */
};
rc follower_ask(struct ctx *c, struct follower *follower, const struct follower_ask *ask);

/* Wait until every command sent is answered; gives the first failure. */
rc follower_answers(struct follower *follower);

/* Call `rest` again although nothing was committed. From any thread. */
void follower_ring(struct follower *follower);

/* In a decision: write the follower's position in the same transaction. */
rc follower_note(struct ctx *c, struct outcome *outcome, const char *name, int64_t position);

/* For the operator, read by any thread. */
struct follower_counts {
    const char *name;
    int64_t position, taken, refused, failures;
    bool failing; /* the last turn failed: it waits, to begin again */
};
struct follower_counts follower_counts(const struct follower *follower);

/* The followers of a core, by number; NULL behind the last. */
const struct follower *core_follower(const struct core *core, size_t number);

#endif
