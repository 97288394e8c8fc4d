#include "ledger/ledger.h"

#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#define OK_OR_FAIL(c, call)                                                               \
    do {                                                                                  \
        rc result_ = (call);                                                              \
        if (!rc_ok(result_))                                                              \
            fail_msg("%s (%s:%d)", (c)->fault.message, (c)->fault.file, (c)->fault.line); \
    } while (0)

static rc count_up(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop)
{
    (void)c, (void)stop;
    int64_t *count = arg;
    assert_int_equal(event->seq, *count);
    assert_true(str_is(event->body, "{\"a\":1}"));
    ++*count;
    return OK;
}

TEST(ledger_grows_through_reopening)
{
    char folder[] = "/tmp/chancery-ledger-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct ctx context = {.arena = arena_open(64 << 20), .clock = &clock_system}, *c = &context;
    const char *path = NULL;
    OK_OR_FAIL(c, path_join(c, folder, "mission.db", &path));
    unsigned char key[32] = {1};
    struct store_options where = {.kind = STORE_SQLITE, .path = path, .key = key};
    struct ledger_options who = {.origin = STR("chancery/x"), .sign_seed = key, .seal_key = key};
    struct store *store = NULL;
    OK_OR_FAIL(c, store_open(c, &where, &store));
    OK_OR_FAIL(c, ledger_create(c, store, &who));
    for (int i = 0; i < 200; i++) {
        struct ledger *ledger = NULL;
        OK_OR_FAIL(c, ledger_open(c, store, &who, &ledger));
        assert_int_equal(ledger_size(ledger), i * 3);
        struct ledger_event events[3];
        for (int k = 0; k < 3; k++)
            events[k] = (struct ledger_event){.kind = STR("site.added"),
                                              .version = 1,
                                              .cause = -1,
                                              .record = STR("site/1"),
                                              .body = STR("{\"a\":1}")};
        events[1].subject = STR("01J0000000000000000000PERSON");
        OK_OR_FAIL(c, store_begin(c, store, true));
        OK_OR_FAIL(c, ledger_append(c, ledger, 3, events, NULL));
        OK_OR_FAIL(c, ledger_sign(c, ledger, clock_now(c)));
        OK_OR_FAIL(c, store_commit(c, store));
        ledger_close(ledger);
    }
    int64_t count = 0;
    struct ledger_walk walk = {.limit = 10000, .seal_key = key};
    OK_OR_FAIL(c, ledger_walk(c, store, &walk, count_up, &count));
    assert_int_equal(count, 600);
    struct str file;
    OK_OR_FAIL(c, ledger_proof_file(c, store, 300, &file));
    store_close(store);
    unlink(path);
    rmdir(folder);
    arena_close(c->arena);
}
