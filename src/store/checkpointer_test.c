/* Who has the turn: the checkpointer asks, the writer takes it or is asked again. That a core's
 * writer does so between two commits is tested in src/core/checkpoint_test.c. */
#include "store/checkpointer.h"

#include "support/store_fixture.h"

enum { LOG_MAX = 64 << 10, ROWS = 200 };

struct kept {
    struct fixture f;
    struct store *writer;
    struct checkpointer *checkpointer;
};

static void kept_open(struct kept *k)
{
    fixture_open(&k->f, STORE_SQLITE);
    struct ctx *c = &k->f.ctx;
    k->writer = fixture_store(&k->f, false);
    MUST(c, store_script(c, k->writer, STR("CREATE TABLE door (id INTEGER, name TEXT)")));
    const struct checkpointer_options options = {
        .store = k->f.options, .clock = c->clock, .log_max_bytes = LOG_MAX};
    MUST(c, checkpointer_open(c, &options, &k->checkpointer));
}

static void kept_close(struct kept *k)
{
    checkpointer_close(k->checkpointer);
    store_close(k->writer);
    fixture_close(&k->f);
}

/* More than the log may hold, each row a commit of its own. */
static void commit_rows(struct kept *k)
{
    struct ctx *c = &k->f.ctx;
    for (int i = 0; i < ROWS; i++) {
        struct store_value row[] = {STORE_VALUE_I64(i), STORE_VALUE_TEXT(STR("gate"))};
        MUST(c, store_run(c, k->writer, STR("INSERT INTO door VALUES ($1, $2)"), 2, row, NULL));
    }
    checkpointer_note(k->checkpointer, false);
}

static int64_t log_bytes(struct kept *k)
{
    struct store_log log = {0, 0};
    MUST(&k->f.ctx, store_checkpoint(&k->f.ctx, k->writer, STORE_MOVE, 0, &log));
    return log.bytes;
}

TEST(checkpointer_asks_for_a_turn_and_the_log_restarts)
{
    struct kept k;
    kept_open(&k);
    commit_rows(&k);
    assert_true(log_bytes(&k) > LOG_MAX);
    checkpointer_round(k.checkpointer);
    assert_true(checkpointer_asks(k.checkpointer));
    checkpointer_turn(k.checkpointer, k.writer);
    assert_false(checkpointer_asks(k.checkpointer));
    assert_int_equal(checkpointer_counts(k.checkpointer).restarts, 1);
    checkpointer_turn(k.checkpointer, k.writer); /* without an ask: nothing */
    assert_int_equal(checkpointer_counts(k.checkpointer).restarts, 1);
    MUST(&k.f.ctx, store_script(&k.f.ctx, k.writer, STR("DELETE FROM door WHERE id = 1")));
    assert_true(log_bytes(&k) < LOG_MAX);
    kept_close(&k);
}

/* Alarms keep the writer from its turn: what came meanwhile is moved by the checkpointer, and the
 * turn that comes at last has little left. */
TEST(checkpointer_withdraws_an_ask_that_waits_and_moves_the_log_itself)
{
    struct kept k;
    kept_open(&k);
    commit_rows(&k);
    checkpointer_round(k.checkpointer);
    int64_t asked = checkpointer_counts(k.checkpointer).log_bytes;
    commit_rows(&k);
    commit_rows(&k); /* longer than it was, also where SQLite has restarted it by itself */
    clock_manual_advance_us(&k.f.clock, (int64_t)CHECKPOINTER_ASK_MS * 1000);
    checkpointer_round(k.checkpointer); /* not yet late */
    assert_int_equal(checkpointer_counts(k.checkpointer).withdrawn, 0);
    assert_int_equal(checkpointer_counts(k.checkpointer).log_bytes, asked);
    clock_manual_advance_us(&k.f.clock, 1);
    checkpointer_round(k.checkpointer);
    assert_int_equal(checkpointer_counts(k.checkpointer).withdrawn, 1);
    assert_true(checkpointer_counts(k.checkpointer).log_bytes >
                asked); /* moved, without the writer */
    assert_true(checkpointer_asks(k.checkpointer));
    checkpointer_turn(k.checkpointer, k.writer);
    assert_int_equal(checkpointer_counts(k.checkpointer).restarts, 1);
    kept_close(&k);
}

/* An ask that cuts the file, because a key was destroyed, still cuts it after it was withdrawn. */
TEST(checkpointer_remembers_an_erasure_when_it_withdraws)
{
    struct kept k;
    kept_open(&k);
    commit_rows(&k);
    checkpointer_note(k.checkpointer, true);
    checkpointer_round(k.checkpointer);
    clock_manual_advance_us(&k.f.clock, (int64_t)CHECKPOINTER_ASK_MS * 1000 + 1);
    checkpointer_round(k.checkpointer);
    assert_int_equal(checkpointer_counts(k.checkpointer).withdrawn, 1);
    checkpointer_turn(k.checkpointer, k.writer);
    assert_int_equal(log_bytes(&k), 0);
    kept_close(&k);
}

TEST(checkpointer_that_is_none_does_nothing)
{
    checkpointer_note(NULL, true);
    assert_false(checkpointer_asks(NULL));
    checkpointer_turn(NULL, NULL);
    assert_int_equal(checkpointer_counts(NULL).restarts, 0);
    checkpointer_close(NULL);
}
