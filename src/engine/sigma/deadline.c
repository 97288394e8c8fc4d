/* What waits for a moment: a heap with a total order, the earliest first. The heap is told when
 * something begins to wait and not when it ceases to; what has ceased is forgotten when its turn
 * comes, or when the heap is full of it. */
#include "engine/sigma/engine.h"

#include <stdlib.h>

static bool is_before(const struct deadline *a, const struct deadline *b)
{
    if (a->at != b->at)
        return a->at < b->at;
    if (a->corr != b->corr)
        return a->corr < b->corr;
    if (a->time != b->time)
        return a->time < b->time;
    return memcmp(a->hash, b->hash, sizeof a->hash) < 0;
}

static void put(struct sigma_engine *e, const struct deadline *deadline)
{
    size_t at = e->deadline_count++;
    for (; at > 0 && is_before(deadline, &e->deadlines[(at - 1) / 2]); at = (at - 1) / 2)
        e->deadlines[at] = e->deadlines[(at - 1) / 2];
    e->deadlines[at] = *deadline;
}

/* Is there still something that waits for it? */
static bool is_awaited(const struct sigma_engine *e, const struct deadline *d)
{
    const struct table *table = &e->tables[d->corr];
    uint32_t number = table_find(table, d->hash);
    if (!number)
        return false;
    const struct key *key = &table->keys[number];
    const struct entry *entries = key_entries(e, key);
    if (d->time == INT64_MIN)
        return entries && entries[0].time + e->set->corrs[d->corr]->span_us == d->at;
    for (uint32_t i = key_from(e, key, d->time); i < key->count; i++) {
        if (entries[i].time != d->time)
            break;
        if (entries[i].flags & ENTRY_PENDING)
            return true;
    }
    return false;
}

void forget_deadlines(struct sigma_engine *e)
{
    size_t count = e->deadline_count;
    e->deadline_count = 0;
    for (size_t i = 0; i < count; i++) { /* what is kept goes no farther than it stood */
        struct deadline d = e->deadlines[i];
        if (is_awaited(e, &d))
            put(e, &d);
        else
            table_shrink(&e->tables[d.corr], sizeof d);
    }
    e->deadlines_awaited = e->deadline_count;
}

rc push_deadline(struct ctx *c, struct sigma_engine *e, const struct deadline *deadline)
{
    bool full = e->deadline_count == e->deadline_room;
    if (full)
        forget_deadlines(e);
    if (full && e->deadline_count >= e->deadline_room / 2) {
        size_t room = e->deadline_room ? 2 * e->deadline_room : 64;
        struct deadline *wider = realloc(e->deadlines, room * sizeof *wider);
        if (!wider)
            FAIL(c, NO_MEMORY, "no memory for a deadline");
        e->deadlines = wider;
        e->deadline_room = room;
    }
    put(e, deadline);
    table_grow(e, deadline->corr, sizeof *deadline);
    return OK;
}

struct deadline pop_deadline(struct sigma_engine *e)
{
    struct deadline first = e->deadlines[0], last = e->deadlines[--e->deadline_count];
    size_t at = 0;
    for (;;) {
        size_t kid = 2 * at + 1;
        if (kid >= e->deadline_count)
            break;
        if (kid + 1 < e->deadline_count && is_before(&e->deadlines[kid + 1], &e->deadlines[kid]))
            kid++;
        if (!is_before(&e->deadlines[kid], &last))
            break;
        e->deadlines[at] = e->deadlines[kid];
        at = kid;
    }
    e->deadlines[at] = last;
    table_shrink(&e->tables[first.corr], sizeof first);
    return first;
}
