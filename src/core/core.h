/* The one writer: command -> decide -> events -> append -> fold -> subscribers, in batches with one
 * commit, each caller answered after the commit. */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "base/file.h"
#include "core/catalog.h"
#include "core/decide.h"
#include "ledger/ledger.h"

struct core;

struct core_options {
    const struct catalog *catalog;
    struct store_options store; /* opened once for writing, once for each reader */
    struct ledger_options ledger;
    struct str mission; /* id */
    const struct clock *clock;
    size_t queue_max; /* commands waiting, 0: 4096; the alarm lane is not bounded by it */
    size_t batch_max; /* commands a commit, 0: 512 */
    /* SQLite: a write-ahead log longer than this is restarted, 0: 64 MiB. It is longer while
     * somebody reads one state of the record for long. */
    int64_t log_max_bytes;
};

/* Open the store, verify the ledger's tail, bring the picture up to the ledger's end. */
rc core_open(struct ctx *c, const struct core_options *options, struct core **ret);

/* Let the writer finish what is queued, then close. */
void core_close(struct core *core);

/* Make an empty mission: tables and ledger. */
rc core_create(struct ctx *c, const struct core_options *options);

/* Run the writer on a thread of its own; without it, core_step does the work. After a failure it is
 * as after core_abandon. */
rc core_start(struct ctx *c, struct core *core);

/* Give up before the start: waiting and later commands are answered with BUSY. For a core that is
 * never started, before the threads that wait for answers end. No effect on a started core. */
void core_abandon(struct core *core);

/* Decide what is queued and due now; true if there was anything. For tests, replay and the
 * demonstration, where the clock stands still between steps. */
bool core_step(struct core *core);

/* Wait until nothing is queued, nothing is due by the current clock, and every follower has caught
 * up. Gives the next deadline; absent: never. For code that moves a standing clock from deadline
 * to deadline. */
struct wall core_settle(struct core *core);

/* Queue a command. BUSY when too many wait (never for one with `alarm`); then `done` is not called.
 */
rc core_submit(struct ctx *c, struct core *core, struct command *command);

/* Submit and wait for the answer; the fault of a refusal is raised in c. */
rc core_call(struct ctx *c, struct core *core, struct command *command);

/* The same for a command that is only a name, a target (absent: none) and an input (NULL: none).
 * NOT_FOUND: there is no such decision. */
rc core_command(struct ctx *c, struct core *core, const char *decision, const struct actor *actor,
                struct str target, const void *input);

/* What was committed, told to subscribers on the writer's thread, in order. The events and their
 * bodies are valid during the call. */
typedef void subscriber_fn(void *arg, size_t count, const struct event *const *events);
rc core_subscribe(struct ctx *c, struct core *core, subscriber_fn *subscriber, void *arg);

/* An entry of the ledger as an event, its body read if it can be. CORRUPT for a kind that is not in
 * the catalog. What it points to is the entry's, or in the arena of c. */
rc event_read(struct ctx *c, const struct catalog *catalog, const struct ledger_event *entry,
              struct event *ret);

/* A reader: its own connection and picture, for one thread. */
struct reader {
    struct store *store;
    struct picture *picture;
};
rc core_reader_open(struct ctx *c, struct core *core, struct reader *ret);
void core_reader_close(struct reader *reader);

/* The number of events committed; may be read by any thread. */
int64_t core_size(const struct core *core);
const struct catalog *core_catalog(const struct core *core);
const struct core_options *core_options(const struct core *core);

/* How often it was committed that somebody's rights may have changed; may be read by any thread.
 * Read before an actor is looked up and kept with it (actor.as_of), it tells later, for nothing,
 * whether the actor has to be looked up again. The writer does that for every command. */
int64_t core_callers(const struct core *core);

/* Counters for the operator, read by any thread. */
struct core_counts {
    int64_t commands, refused, events, batches, waiting, turned_away, folds_retried;
    /* The write-ahead log: its length a moment ago; times it was restarted; times that a reader was
     * in the way of it; times that the writer had no pause for it; the longest the writer was kept
     * from its work by it. */
    int64_t log_bytes, log_restarts, log_held, log_withdrawn, log_pause_us;
    /* Why nothing could be written the last time it was tried (NO_SPACE, IO, CORRUPT), and since
     * when; OK when it could. It is told from memory, for it cannot be written down. */
    enum rc_code failing;
    struct wall failing_since;
};
struct core_counts core_counts(const struct core *core);

/* Drop the picture and fold the ledger anew; gives the digests of before and after. The store must
 * not be served at the time. */
rc core_rebuild(struct ctx *c, const struct core_options *options, struct str *ret_before,
                struct str *ret_after);

#endif
