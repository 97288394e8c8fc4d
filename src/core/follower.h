/* A follower: somebody who acts on what was committed, on a thread of its own. The ledger is its
 * queue: the writer only rings, the follower reads from its position on, through a connection of
 * its own. So it holds nobody up however slow it is, keeps nothing in memory, goes on where it was
 * after a restart, and sees what another process wrote.
 *
 * Every event is given at least once, in order. What a follower wants done it asks of the writer;
 * its position moves on when everything that it asked was answered. A refusal is an answer. After a
 * failure (of its own, of the writer, of the database) it begins again from the position that is
 * kept, each time later: after 100 ms, at most after a minute.
 *
 * Exactly once: `durable` and `exact`, one command an event, which writes the position as well as
 * what is to be done (follower_note). */
#ifndef CORE_FOLLOWER_H
#define CORE_FOLLOWER_H

#include "core/core.h"

struct follower;

struct follower_options {
    const char *name;         /* for the operator; and its position's, when that is kept */
    bool durable;             /* its position is kept in the vault */
    bool exact;               /* what an event asks is answered before the next one is given */
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

/* Ask the writer, from one of the functions above; the input is copied. At most 256 are on their
 * way at a time: with the next one it waits. */
struct follower_ask {
    const char *decision;
    const void *input;
    struct str target;
    struct wall occurred;
    bool drill;
    bool alarm; /* before everything else */
};
rc follower_ask(struct ctx *c, struct follower *follower, const struct follower_ask *ask);

/* Wait until everything that was asked is answered; gives the first failure. */
rc follower_answers(struct follower *follower);

/* Look again, though nothing was committed: `rest` is called. From any thread. */
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
