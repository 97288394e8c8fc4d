/* The keeper of the store's write-ahead log: a thread beside the writer. Private to core.
 *
 * Two hands are needed. The keeper moves the log into the database while the writer goes on, so
 * that no commit has to. But under unbroken load there is always something left to move, and then
 * the file grows without end. So, when the log is longer than it may be and the keeper has just
 * moved all of it, it asks the writer, who between two commits moves the little that came since and
 * has the next commit begin the file anew: keeper_turn. A reader who is in the log for long is in
 * the way of both; it is not waited for, but asked again after a while, later each time, and
 * counted. */
#ifndef CORE_KEEPER_H
#define CORE_KEEPER_H

#include "store/store.h"

struct keeper;

/* With a connection of its own. Only for an embedded store; PostgreSQL keeps its own log. */
rc keeper_open(struct ctx *c, const struct store_options *options, const struct clock *clock,
               int64_t log_max_bytes, struct keeper **ret);

/* Run rounds on a thread of its own. Without it, keeper_round does one; for tests. */
rc keeper_start(struct ctx *c, struct keeper *keeper);
void keeper_round(struct keeper *keeper);

/* Something was committed; a subject's key was destroyed in it. NULL is fine. */
void keeper_note(struct keeper *keeper, bool erased);

/* On the writer's thread, between two commits, with its store: begin the log anew, if that is
 * asked. Waits at most KEEPER_WAIT_MS for readers. NULL is fine. */
enum { KEEPER_WAIT_MS = 20 };
bool keeper_asks(const struct keeper *keeper);
void keeper_turn(struct keeper *keeper, struct store *store);

/* Read by any thread. All zero for NULL. */
struct keeper_counts {
    int64_t log_bytes; /* as of the last round */
    int64_t restarts;  /* times the log was begun anew */
    int64_t held;     /* rounds and turns that had a reader in the way, of a log that is too long */
    int64_t pause_us; /* the longest that the writer was kept from its work by a turn */
};
struct keeper_counts keeper_counts(const struct keeper *keeper);

/* End it. NULL is fine. */
void keeper_close(struct keeper *keeper);

#endif
