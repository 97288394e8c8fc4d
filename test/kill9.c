/* kill -9 at random moments under full load. kill9 WRITER [ROUNDS [SECONDS]]: starts the writer,
 * kills it some milliseconds after it began to acknowledge, opens the ledger as a restart does, and
 * checks that everything acknowledged is there, word for word, and that all of it verifies. Output
 * is TAP. */
#include "ledger/ledger.h"

#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "support/ledger_crash.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct run {
    struct ctx ctx;
    const char *writer, *path;
    struct store_options options;
    int64_t acknowledged, checked; /* events */
};

/* Start the writer; what it acknowledges comes out of *ret_from. */
static rc start(struct run *r, pid_t *ret_child, int *ret_from)
{
    struct ctx *c = &r->ctx;
    int ends[2];
    posix_spawn_file_actions_t actions;
    char *const arguments[] = {(char *)(uintptr_t)r->writer, (char *)(uintptr_t)r->path, NULL};
    if (pipe2(ends, O_CLOEXEC) < 0)
        FAIL(c, IO, "no pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int error = posix_spawn(ret_child, r->writer, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *ret_from = ends[0];
    if (error)
        FAIL(c, IO, "%s: %s", r->writer, strerror(error));
    return OK;
}

/* Let it say a random number of words, kill it, take its last word. */
static rc kill_once(struct run *r)
{
    struct ctx *c = &r->ctx;
    pid_t child = 0;
    int from = -1, status = 0;
    int64_t size = 0;
    uint32_t dice[2];
    TRY(start(r, &child, &from));
    random_bytes(dice, sizeof dice);
    bool spoke = true;
    for (uint32_t words = dice[0] % 40 + 1; words > 0 && spoke; words--)
        spoke = read(from, &size, sizeof size) == sizeof size;
    /* A few milliseconds into the next commits, anywhere in them. */
    for (int64_t until_us = clock_mono(c).us + dice[1] % 5000; clock_mono(c).us < until_us;)
        continue;
    kill(child, SIGKILL);
    while (read(from, &size, sizeof size) == sizeof size)
        continue;
    close(from);
    waitpid(child, &status, 0);
    if (!spoke || !WIFSIGNALED(status))
        FAIL(c, INTERNAL, "the writer ended by itself");
    r->acknowledged = size;
    return OK;
}

static rc same_event(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop)
{
    (void)stop;
    struct run *r = arg;
    struct ledger_event wanted = crash_event(c, r->checked);
    if (event->seq != r->checked || !str_eq(event->body, wanted.body) ||
        !str_eq(event->record, wanted.record))
        FAIL(c, CORRUPT, "event %d is not what was appended", (int)r->checked);
    r->checked++;
    return OK;
}

static rc check(struct run *r, struct store *store)
{
    struct ctx *c = &r->ctx;
    struct ledger *ledger = NULL;
    struct ledger_report report;
    struct ledger_walk walk = {
        .from = r->checked, .limit = INT64_MAX, .seal_key = crash_who.seal_key};
    TRY(ledger_open(c, store, &crash_who, &ledger));
    int64_t size = ledger_size(ledger);
    ledger_close(ledger);
    if (size < r->acknowledged)
        FAIL(c, CORRUPT, "%d events, %d were acknowledged", (int)size, (int)r->acknowledged);
    TRY(ledger_walk(c, store, &walk, same_event, r));
    if (r->checked != size)
        FAIL(c, CORRUPT, "%d events can be read of %d", (int)r->checked, (int)size);
    return ledger_verify(c, store, &crash_who, &report);
}

static rc one_round(struct run *r)
{
    struct store *store = NULL;
    arena_reset(r->ctx.arena);
    TRY(kill_once(r));
    TRY(store_open(&r->ctx, &r->options, &store));
    rc result = check(r, store);
    store_close(store);
    return result;
}

/* A ledger of its own for every few rounds, so that verifying all of it stays quick. */
static rc fresh(struct run *r, const char *folder, int number)
{
    struct store *store = NULL;
    static char path[128];
    snprintf(path, sizeof path, "%s/%d.db", folder, number);
    r->path = path;
    r->options = (struct store_options){.kind = STORE_SQLITE, .path = path, .key = crash_key};
    r->checked = 0;
    TRY(store_open(&r->ctx, &r->options, &store));
    rc result = ledger_create(&r->ctx, store, &crash_who);
    store_close(store);
    return result;
}

static void remove_all(const char *folder, int numbers)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    char path[128];
    for (int i = 0; i <= numbers; i++)
        for (size_t k = 0; k < 3; k++) {
            snprintf(path, sizeof path, "%s/%d.db%s", folder, i, endings[k]);
            unlink(path);
        }
    rmdir(folder);
}

int main(int argc, char **argv)
{
    enum { ROUNDS_EACH = 8 };
    struct run r = {.ctx = {.arena = arena_open(256 << 20), .clock = &clock_system}};
    int64_t rounds = 200, seconds = 60, done = 0, events = 0;
    char folder[] = "/tmp/chancery-kill9-XXXXXX";
    if (argc < 2 || (argc > 2 && !str_to_i64(str_from(argv[2]), &rounds)) ||
        (argc > 3 && !str_to_i64(str_from(argv[3]), &seconds)) || !mkdtemp(folder))
        return 2;
    r.writer = argv[1];
    int64_t end_us = clock_mono(&r.ctx).us + seconds * 1000000;
    rc result = OK;
    int number = 0;
    while (done < rounds && rc_ok(result) && clock_mono(&r.ctx).us < end_us) {
        if (done % ROUNDS_EACH == 0) {
            events += r.checked;
            result = fresh(&r, folder, ++number);
        }
        if (rc_ok(result))
            result = one_round(&r);
        done += rc_ok(result);
    }
    events += r.checked;
    printf("1..1\n%s 1 - killed %d times over %d events, each time all that was acknowledged is "
           "there\n",
           rc_ok(result) && done > 0 ? "ok" : "not ok", (int)done, (int)events);
    if (rc_ok(result))
        remove_all(folder, number);
    else
        fprintf(stderr, "%s: %s\n", folder, r.ctx.fault.message);
    arena_close(r.ctx.arena);
    return rc_ok(result) ? 0 : 1;
}
