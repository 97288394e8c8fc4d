/* Another process may write while this one runs (`chancery token` beside `chancery serve`). It has
 * folded its events into the picture itself; what is left to do here is to move on with the ledger,
 * to look for deadlines, and to tell the subscribers. */
#include "core/writer.h"

enum { FOLLOW_CHUNK = 1000 };

struct telling {
    struct batch *b;
    size_t count;
    const struct event *events[FOLLOW_CHUNK];
};

void writer_tell(struct core *core, size_t count, const struct event *const *events)
{
    for (size_t i = 0; count > 0 && i < core->subscriber_count; i++)
        core->subscribers[i].call(core->subscribers[i].arg, count, events);
    if (core->ring)
        core->ring(core);
}

/* The memory of a walk is returned after each event: what is told later is kept in the batch's. */
static rc keep_each(struct ctx *walk_c, void *arg, const struct ledger_event *entry, bool *stop)
{
    struct telling *t = arg;
    struct ctx *c = &t->b->c;
    struct ledger_event kept = *entry;
    struct event *event = NULL;
    (void)stop;
    rc result = str_copy(c, entry->actor, &kept.actor);
    if (rc_ok(result))
        result = str_copy(c, entry->subject, &kept.subject);
    if (rc_ok(result))
        result = str_copy(c, entry->record, &kept.record);
    if (rc_ok(result))
        result = str_copy(c, entry->label, &kept.label);
    if (rc_ok(result))
        result = str_copy(c, entry->body, &kept.body);
    event = rc_ok(result) ? ctx_take(c, 1, sizeof *event) : NULL;
    result = event ? event_read(c, t->b->core->options.catalog, &kept, event) : fault_again(c);
    if (!rc_ok(result)) {
        walk_c->fault = c->fault;
        return result;
    }
    t->events[t->count++] = event;
    return OK;
}

static rc tell_some(struct batch *b)
{
    struct core *core = b->core;
    struct telling *telling = NULL;
    int64_t told = atomic_load(&core->size);
    struct ledger_walk walk = {
        .from = told,
        .limit = ledger_size(core->ledger) - told,
        .seal_key = core->options.ledger.seal_key,
    };
    if (walk.limit > FOLLOW_CHUNK)
        walk.limit = FOLLOW_CHUNK;
    NEW(&b->c, telling, 1);
    telling->b = b;
    TRY(ledger_walk(&b->c, core->store, &walk, keep_each, telling));
    if ((int64_t)telling->count != walk.limit)
        FAIL(&b->c, CORRUPT, "the ledger lacks events after %lld", (long long)told);
    atomic_store(&core->size, told + walk.limit);
    writer_tell(core, telling->count, telling->events);
    return OK;
}

static rc refresh(struct batch *b)
{
    struct core *core = b->core;
    TRY(store_begin(&b->c, core->store, false));
    rc result = ledger_refresh(&b->c, core->ledger);
    store_rollback(core->store);
    return result;
}

rc writer_follow(struct batch *b, bool *ret_any)
{
    struct core *core = b->core;
    *ret_any = false;
    if (core->lost)
        return OK;
    TRY(refresh(b));
    if (ledger_size(core->ledger) == atomic_load(&core->size))
        return OK;
    if (ledger_size(core->ledger) < atomic_load(&core->size))
        FAIL(&b->c, CORRUPT, "the ledger has become shorter: another file was put in its place");
    atomic_fetch_add(&core->callers, 1);
    TRY(fold_forward(&b->c, core));
    while (atomic_load(&core->size) < ledger_size(core->ledger)) {
        struct arena_mark mark = arena_mark(b->c.arena);
        TRY(tell_some(b));
        arena_return(b->c.arena, mark);
    }
    *ret_any = true;
    return writer_find_due(&b->c, core);
}
