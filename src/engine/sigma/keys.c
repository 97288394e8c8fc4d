/* Windows by key. The table is a dense list of keys with an open-addressed index of numbers; a
 * removed key is filled by moving what follows in the index back, so that nothing is ever rehashed
 * for deletes. */
#include "engine/sigma/engine.h"

#include <assert.h>
#include <stdlib.h>

enum { ROOM_FIRST = 64, SWEEP = 2, EVICT_LOOK = 32, GIVE_MOST = 8, DEADLINES_FEW = 64 };

/* ---- hashing: SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012) ------------- */

struct sip {
    uint64_t v0, v1, v2, v3, word;
    unsigned fill;
    uint64_t len;
};

static inline uint64_t turn(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v1 = turn(s->v1, 13) ^ s->v0;
    s->v0 = turn(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = turn(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = turn(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = turn(s->v1, 17) ^ s->v2;
    s->v2 = turn(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    sip_round(s);
    s->v0 ^= word;
    s->len += 8;
}

static void sip_open(struct sip *s, uint64_t k0, uint64_t k1)
{
    *s = (struct sip){.v0 = k0 ^ 0x736f6d6570736575u,
                      .v1 = k1 ^ 0x646f72616e646f6du ^ 0xee,
                      .v2 = k0 ^ 0x6c7967656e657261u,
                      .v3 = k1 ^ 0x7465646279746573u};
}

/* The length goes before the bytes, so that ("ab", "c") is not ("a", "bc"). */
static void sip_text(struct sip *s, struct str text)
{
    size_t i = 0;
    sip_word(s, text.len);
    for (; i + 8 <= text.len; i += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + i, 8);
        sip_word(s, word);
    }
    uint64_t tail = 0;
    for (; i < text.len; i++)
        tail = tail << 8 | (unsigned char)text.ptr[i];
    sip_word(s, tail);
}

static void sip_done(struct sip *s, uint64_t *ret_low, uint64_t *ret_high)
{
    sip_word(s, s->len << 56);
    s->v2 ^= 0xee;
    for (int i = 0; i < 4; i++)
        sip_round(s);
    *ret_low = s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
    s->v1 ^= 0xdd;
    for (int i = 0; i < 4; i++)
        sip_round(s);
    *ret_high = s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

void group_hash(const struct tuple *tuple, size_t count, uint32_t hash[3])
{
    struct sip s;
    uint64_t low, high;
    sip_open(&s, 0x67726f7570u, 0x6368616e63657279u);
    for (size_t i = 0; i < count; i++)
        sip_text(&s, tuple->values[i]);
    sip_done(&s, &low, &high);
    hash[0] = (uint32_t)low;
    hash[1] = (uint32_t)(low >> 32);
    hash[2] = (uint32_t)high;
}

uint64_t text_hash(struct str text, uint64_t seed)
{
    struct sip s;
    uint64_t low, high;
    sip_open(&s, seed, 0x76616c7565u);
    sip_text(&s, text);
    sip_done(&s, &low, &high);
    return low ^ high;
}

/* ---- the table ------------------------------------------------------------------------------- */

void table_close(struct table *table)
{
    free(table->keys);
    free(table->slots);
}

static bool same(const uint32_t a[3], const uint32_t b[3])
{
    return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

uint32_t table_find(const struct table *table, const uint32_t hash[3])
{
    if (!table->slots)
        return 0;
    for (uint32_t at = hash[0] & table->mask; table->slots[at]; at = (at + 1) & table->mask)
        if (same(table->keys[table->slots[at]].hash, hash))
            return table->slots[at];
    return 0;
}

void table_grow(struct sigma_engine *e, uint32_t corr, size_t bytes)
{
    e->tables[corr].bytes += bytes;
    if (e->tables[corr].bytes > e->tables[e->greediest].bytes)
        e->greediest = corr;
}

void table_shrink(struct table *table, size_t bytes)
{
    table->bytes -= bytes;
}

void table_put(struct table *table, uint32_t number)
{
    uint32_t at = table->keys[number].hash[0] & table->mask;
    while (table->slots[at])
        at = (at + 1) & table->mask;
    table->slots[at] = number;
}

bool table_widen(struct table *table)
{
    uint32_t size = table->slots ? 2 * (table->mask + 1) : 2 * ROOM_FIRST;
    uint32_t *old = table->slots, *slots = calloc(size, sizeof *slots);
    if (!slots)
        return false;
    uint32_t old_size = old ? table->mask + 1 : 0;
    table->slots = slots;
    table->mask = size - 1;
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i])
            table_put(table, old[i]);
    free(old);
    return true;
}

static uint32_t new_key(struct table *table)
{
    if ((!table->slots || (table->live + 1) * 10ull > (table->mask + 1) * 8ull) &&
        !table_widen(table))
        return 0;
    if (table->free) {
        uint32_t number = table->free;
        table->free = table->keys[number].entries;
        return number;
    }
    if (table->top + 1 >= table->room) {
        uint32_t room = table->room ? table->room + table->room / 2 : ROOM_FIRST;
        struct key *wider = realloc(table->keys, room * sizeof *wider);
        if (!wider)
            return 0;
        table->keys = wider;
        table->room = room;
    }
    return ++table->top;
}

/* Close the gap at a slot: move back what could not be found across it. */
static void close_gap(struct table *table, uint32_t gap)
{
    for (uint32_t at = (gap + 1) & table->mask; table->slots[at]; at = (at + 1) & table->mask) {
        uint32_t home = table->keys[table->slots[at]].hash[0] & table->mask;
        if (((at - home) & table->mask) < ((at - gap) & table->mask))
            continue;
        table->slots[gap] = table->slots[at];
        gap = at;
    }
    table->slots[gap] = 0;
}

static size_t entry_size(const struct corr *corr)
{
    return sizeof(struct entry) + (corr->valued ? sizeof(uint64_t) : 0);
}

void key_remove(struct sigma_engine *e, uint32_t corr, uint32_t number)
{
    struct table *table = &e->tables[corr];
    const struct corr *about = e->set->corrs[corr];
    struct key *key = &table->keys[number];
    uint32_t at = key->hash[0] & table->mask;
    while (table->slots[at] != number)
        at = (at + 1) & table->mask;
    close_gap(table, at);
    key_drop(e, about, key, key->count);
    if (key->entries) {
        pool_give(&e->pool, key->entries, entry_size(about) << key->capacity);
        table_shrink(table, entry_size(about) << key->capacity);
    }
    table_shrink(table, KEY_BYTES);
    if (key->group)
        record_give(e, key->group);
    *key = (struct key){.entries = table->free, .capacity = CAPACITY_FREE};
    table->free = number;
    table->live--;
    e->counters.keys--;
}

/* ---- entries --------------------------------------------------------------------------------- */

struct entry *key_entries(const struct sigma_engine *e, const struct key *key)
{
    return key->count ? pool_at(&e->pool, key->entries) : NULL;
}

struct window key_window(const struct sigma_engine *e, const struct corr *corr,
                         const struct key *key)
{
    struct window w = {.count = key->count};
    if (!key->entries)
        return w;
    w.entries = pool_at(&e->pool, key->entries);
    if (corr->valued)
        w.values = (uint64_t *)(w.entries + ((size_t)1 << key->capacity));
    return w;
}

/* Move the entries from one place to the end to another place. */
static void move_entries(const struct window *w, uint32_t from, uint32_t to)
{
    size_t count = w->count - from;
    memmove(w->entries + to, w->entries + from, count * sizeof *w->entries);
    if (w->values)
        memmove(w->values + to, w->values + from, count * sizeof *w->values);
}

/* The first entry at or after a time; key->count when there is none. */
uint32_t key_from(const struct sigma_engine *e, const struct key *key, int64_t time)
{
    const struct entry *entries = key_entries(e, key);
    uint32_t low = 0, high = key->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (entries[middle].time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Forget the oldest `count` entries. */
void key_drop(struct sigma_engine *e, const struct corr *corr, struct key *key, uint32_t count)
{
    struct window w = key_window(e, corr, key);
    for (uint32_t i = 0; i < count; i++)
        record_give(e, w.entries[i].record);
    if (count)
        move_entries(&w, count, 0);
    key->count = (key->count - count) & 0x7ffffff;
}

/* How long an entry may still matter. */
static int64_t corr_keeps(const struct sigma_engine *e, const struct corr *corr)
{
    return corr->span_us * (corr->absent ? 2 : 1) + e->options.lateness_us;
}

static bool widen_entries(struct sigma_engine *e, const struct corr *corr, struct key *key)
{
    unsigned capacity = key->entries ? key->capacity + 1u : 0;
    uint32_t wider = pool_take(&e->pool, entry_size(corr) << capacity);
    if (!wider)
        return false;
    table_grow(e, corr->place, entry_size(corr) << capacity);
    struct window old = key_window(e, corr, key);
    uint32_t piece = key->entries;
    key->entries = wider;
    key->capacity = capacity & 31;
    if (!piece)
        return true;
    struct window new = key_window(e, corr, key);
    memcpy(new.entries, old.entries, old.count * sizeof *new.entries);
    if (corr->valued)
        memcpy(new.values, old.values, old.count * sizeof *new.values);
    pool_give(&e->pool, piece, entry_size(corr) << (capacity - 1));
    table_shrink(&e->tables[corr->place], entry_size(corr) << (capacity - 1));
    return true;
}

/* ---- limits ---------------------------------------------------------------------------------- */

static int64_t last_time(const struct sigma_engine *e, const struct key *key)
{
    return key->count ? key_entries(e, key)[key->count - 1].time : INT64_MIN;
}

static bool is_over(const struct sigma_engine *e, const struct corr *corr, const struct key *key)
{
    return last_time(e, key) < e->watermark - corr_keeps(e, corr);
}

/* Look at a few keys at the hand and forget those that are over. */
static void sweep(struct sigma_engine *e, uint32_t corr, unsigned looks)
{
    struct table *table = &e->tables[corr];
    for (unsigned i = 0; i < looks && table->live; i++) {
        table->hand = table->hand >= table->top ? 1 : table->hand + 1;
        const struct key *key = &table->keys[table->hand];
        if (key->capacity != CAPACITY_FREE && is_over(e, e->set->corrs[corr], key))
            key_remove(e, corr, table->hand);
    }
}

/* Forget the key that was quiet longest among some at the hand. */
static void evict(struct sigma_engine *e, uint32_t corr)
{
    struct table *table = &e->tables[corr];
    uint32_t oldest = 0;
    for (unsigned i = 0; i < EVICT_LOOK; i++) {
        table->hand = table->hand >= table->top ? 1 : table->hand + 1;
        const struct key *key = &table->keys[table->hand];
        if (key->capacity != CAPACITY_FREE &&
            (!oldest || last_time(e, key) < last_time(e, &table->keys[oldest])))
            oldest = table->hand;
    }
    if (!oldest)
        return;
    key_remove(e, corr, oldest);
    table->evicted++;
    e->counters.keys_evicted++;
}

size_t engine_bytes(const struct sigma_engine *e)
{
    return e->pool.bytes + e->counters.keys * KEY_BYTES +
           e->deadline_count * sizeof(struct deadline);
}

static bool is_full(const struct sigma_engine *e)
{
    return engine_bytes(e) > e->options.bytes_max;
}

/* When memory is at its limit, the correlation that holds most gives keys to one that holds less:
 * who floods one rule takes nothing from the others. False: there is still no room. */
static bool find_room(struct sigma_engine *e, uint32_t corr)
{
    if (is_full(e) && e->deadline_count > 2 * e->deadlines_awaited + DEADLINES_FEW)
        forget_deadlines(e);
    for (unsigned i = 0; i < GIVE_MOST && is_full(e); i++) {
        if (e->tables[corr].bytes >= e->tables[e->greediest].bytes)
            return false;
        evict(e, e->greediest);
    }
    return !is_full(e);
}

struct key *key_of(struct sigma_engine *e, uint32_t corr, const uint32_t hash[3], bool *ret_new)
{
    struct table *table = &e->tables[corr];
    const struct corr *about = e->set->corrs[corr];
    uint32_t number = table_find(table, hash);
    *ret_new = number == 0;
    if (number)
        return &table->keys[number];
    sweep(e, corr, SWEEP);
    if (table->live >= about->keys_max || is_full(e))
        sweep(e, corr, EVICT_LOOK);
    bool room = table->live < about->keys_max && find_room(e, corr);
    if (!room && about->evict)
        evict(e, corr);
    else if (!room) {
        table->refused++;
        e->counters.keys_refused++;
        return NULL;
    }
    number = new_key(table);
    if (!number)
        return NULL;
    table->keys[number] = (struct key){.hash = {hash[0], hash[1], hash[2]}};
    table_put(table, number);
    table->live++;
    e->counters.keys++;
    table_grow(e, corr, KEY_BYTES);
    return &table->keys[number];
}

/* Room for one more: forget what is over, widen, or forget the oldest. */
static bool make_room(struct sigma_engine *e, const struct corr *corr, struct key *key)
{
    if (key->entries && key->count < 1u << key->capacity)
        return true;
    key_drop(e, corr, key, key_from(e, key, e->watermark - corr_keeps(e, corr)));
    bool room = key->count < corr->key_events_max && find_room(e, corr->place);
    if (!room && key->count > 0) {
        uint32_t some = key->count / 8 + 1;
        key_drop(e, corr, key, some);
        e->counters.events_dropped += some;
    }
    if (key->entries && key->count < 1u << key->capacity)
        return true;
    return widen_entries(e, corr, key);
}

/* Put an entry behind those of the same time; the record is then the window's too. */
bool key_insert(struct sigma_engine *e, const struct corr *corr, struct key *key,
                const struct entry *entry, uint64_t value, uint32_t *ret_at)
{
    if (!make_room(e, corr, key))
        return false;
    uint32_t at = key_from(e, key, entry->time + 1);
    struct window w = key_window(e, corr, key);
    move_entries(&w, at, at + 1);
    w.entries[at] = *entry;
    if (w.values)
        w.values[at] = value;
    key->count++;
    record_keep(e, entry->record);
    *ret_at = at;
    return true;
}
