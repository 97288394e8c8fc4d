/* The program that is killed: appends as the writer does for many clients, one commit for whatever
 * has gathered, and says on standard output, after the commit, up to where it is acknowledged. */
#include "ledger/ledger.h"

#include "base/random.h"
#include "support/ledger_crash.h"

#include <stdio.h>
#include <unistd.h>

enum { CLIENTS = 32, EACH_MAX = 8 };

/* Each client has between none and a few events ready; at least one has. */
static size_t gather(struct ctx *c, int64_t first, struct ledger_event *events)
{
    unsigned char ready[CLIENTS];
    size_t count = 0;
    random_bytes(ready, sizeof ready);
    for (int client = 0; client < CLIENTS; client++)
        for (int i = 0; i < ready[client] % EACH_MAX; i++) {
            events[count] = crash_event(c, first + (int64_t)count);
            count++;
        }
    if (count == 0)
        events[count++] = crash_event(c, first);
    return count;
}

static rc commit_some(struct ctx *c, struct store *store, struct ledger *ledger)
{
    struct ledger_event *events = NULL;
    NEW(c, events, (size_t)CLIENTS * EACH_MAX);
    size_t count = gather(c, ledger_size(ledger), events);
    TRY(store_begin(c, store, true));
    TRY(ledger_append(c, ledger, count, events, NULL));
    TRY(ledger_sign(c, ledger, clock_now(c)));
    TRY(store_commit(c, store));
    int64_t size = ledger_size(ledger);
    if (write(STDOUT_FILENO, &size, sizeof size) != sizeof size)
        FAIL(c, IO, "nobody listens");
    static const enum store_move moves[] = {STORE_MOVE, STORE_RESTART, STORE_TRUNCATE};
    return size % 7 == 0 ? store_checkpoint(c, store, moves[size % 3], 0, NULL) : OK;
}

static rc run(struct ctx *c, const char *path)
{
    struct store *store = NULL;
    struct ledger *ledger = NULL;
    struct store_options options = {.kind = STORE_SQLITE, .path = path, .key = crash_key};
    TRY(store_open(c, &options, &store));
    TRY(ledger_open(c, store, &crash_who, &ledger));
    for (;;) {
        arena_reset(c->arena);
        TRY(commit_some(c, store, ledger));
    }
}

int main(int argc, char **argv)
{
    struct ctx c = {.arena = arena_open(64 << 20), .clock = &clock_system};
    if (argc != 2 || !c.arena)
        return 2;
    if (!rc_ok(run(&c, argv[1])))
        fprintf(stderr, "%s\n", c.fault.message);
    return 1;
}
