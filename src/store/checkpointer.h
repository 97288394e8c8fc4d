/* The checkpointer restarts SQLite's write-ahead log: a thread beside the writer.
 *
 * Two hands are needed. The checkpointer moves the log into the database while the writer goes on,
 * so that no commit has to. But under unbroken load there is always something left to move, and
 * then the file grows without end. So, when the log is longer than it may be and the checkpointer
 * has just moved all of it, it asks the writer for a turn between two commits: the writer moves the
 * little that came since, and the next commit starts at the beginning of the file.
 *
 *     QUIET ──all moved, still too long──▶ ASKED ──writer pauses──▶ TURN ──▶ QUIET
 *                                            └──── 2 s without a turn ────────▲
 *
 * An ask that waits (alarms go first) is withdrawn: meanwhile the log has grown, and the turn would
 * be long. A reader who stays in the log is in the way of both. It is not waited for, but asked
 * again after a while, later each time, and counted. */
#ifndef STORE_CHECKPOINTER_H
#define STORE_CHECKPOINTER_H

#include "store/store.h"

struct checkpointer;

struct checkpointer_options {
    struct store_options store; /* embedded; PostgreSQL tends its own log */
    const struct clock *clock;
    int64_t log_max_bytes;
    /* A reader holds a log that is four times as long as it may be, and each time that doubles: on
     * the checkpointer's thread. NULL is fine. */
    void (*held)(const struct store_log *log);
};

/* With a connection of its own. */
rc checkpointer_open(struct ctx *c, const struct checkpointer_options *options,
                     struct checkpointer **ret);

/* Run rounds on a thread of its own. Without it, checkpointer_round does one; for tests. */
rc checkpointer_start(struct ctx *c, struct checkpointer *checkpointer);
void checkpointer_round(struct checkpointer *checkpointer);

/* Something was committed; a subject's key was destroyed in it. NULL is fine. */
void checkpointer_note(struct checkpointer *checkpointer, bool erased);

/* On the writer's thread, between two commits, with its store: restart the log, if that is asked.
 * Waits at most CHECKPOINTER_WAIT_MS for readers. NULL is fine. */
enum { CHECKPOINTER_WAIT_MS = 20, CHECKPOINTER_ASK_MS = 2000 };
bool checkpointer_asks(const struct checkpointer *checkpointer);
void checkpointer_turn(struct checkpointer *checkpointer, struct store *store);

/* Read by any thread. All zero for NULL. */
struct checkpointer_counts {
    int64_t log_bytes; /* at the last round */
    int64_t restarts;  /* times the log was restarted */
    int64_t held;      /* rounds and turns that a reader kept from moving a log that is too long */
    int64_t withdrawn; /* asks that the writer had no pause for in time */
    int64_t pause_us;  /* the longest that a turn kept the writer from its work */
};
struct checkpointer_counts checkpointer_counts(const struct checkpointer *checkpointer);

/* End it. NULL is fine. */
void checkpointer_close(struct checkpointer *checkpointer);

#endif
