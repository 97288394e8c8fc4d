#include "support/ledger_fixture.h"

#include "base/text.h"

static const unsigned char seed[32] = {1, 2, 3}, seal_key[32] = {4, 5, 6};

const struct ledger_options fixture_who = {
    .origin = {"chancery/01JTEST", 16}, .sign_seed = seed, .seal_key = seal_key};

struct ledger *fixture_ledger(struct ctx *c, struct store *store)
{
    struct ledger *ledger = NULL;
    MUST(c, ledger_create(c, store, &fixture_who));
    MUST(c, ledger_open(c, store, &fixture_who, &ledger));
    return ledger;
}

struct ledger_event fixture_event(struct ctx *c, int64_t n)
{
    struct ledger_event e = {.kind = n % 2 ? STR("door.opened") : STR("visit.checked_in"),
                             .version = 3,
                             .occurred = {1700000000000000 + n},
                             .received = {1700000000500000 + n},
                             .actor = STR("officer \"\xc3\xa9\"\n"),
                             .cause = n % 5 ? n - 1 : -1,
                             .drill = n % 7 == 0,
                             .label = STR("AMBER")};
    MUST(c, str_format(c, &e.record, "door/%d", (int)(n % 10)));
    MUST(c, str_format(c, &e.body, "{\"n\":%d,\"text\":\"\\u00e9\"}", (int)n));
    if (n % 3 == 0)
        MUST(c, str_format(c, &e.subject, "person-%d", (int)(n % 4)));
    return e;
}

static rc append(struct ctx *c, struct store *store, struct ledger *ledger, int64_t count,
                 const struct ledger_event *events)
{
    int64_t first = 0, size = ledger_size(ledger);
    TRY(ledger_append(c, ledger, (size_t)count, events, &first));
    assert_int_equal(first, size);
    TRY(ledger_sign(c, ledger, clock_now(c)));
    return store_commit(c, store);
}

rc fixture_try_append(struct ctx *c, struct store *store, struct ledger *ledger, int64_t count)
{
    struct arena_mark mark = arena_mark(c->arena);
    struct ledger_event *events = ctx_take(c, (size_t)count, sizeof *events);
    for (int64_t i = 0; i < count; i++)
        events[i] = fixture_event(c, ledger_size(ledger) + i);
    rc result = store_begin(c, store, true);
    if (rc_ok(result)) {
        result = append(c, store, ledger, count, events);
        if (!rc_ok(result))
            store_rollback(store);
    }
    arena_return(c->arena, mark);
    return result;
}

void fixture_append(struct ctx *c, struct store *store, struct ledger *ledger, int64_t count)
{
    MUST(c, fixture_try_append(c, store, ledger, count));
}

void fixture_verify(struct ctx *c, struct store *store, int64_t events)
{
    struct ledger_report report;
    MUST(c, ledger_verify(c, store, &fixture_who, &report));
    assert_int_equal(report.events, events);
}
