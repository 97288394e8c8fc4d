/* The windows as bytes and back. Little-endian, a version, a checksum; correlations are named by
 * label and digest, and carried fields by name, so that a set with other rules takes what it still
 * understands. */
#include "engine/sigma/engine.h"

#include <stdlib.h>

static const char magic[8] = "CHSIGMA1";
static const size_t STATE_BYTES_MAX = (size_t)1 << 32;

/* ---- writing --------------------------------------------------------------------------------- */

static void put(struct text *t, uint64_t value, unsigned bytes)
{
    char out[8];
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (char)(value >> 8 * i & 0xff);
    text_put(t, (struct str){out, bytes});
}

static void put_str(struct text *t, struct str s)
{
    put(t, s.len, 4);
    text_put(t, s);
}

/* Records get ordinals in the order in which they are first met, parts before the whole. */
struct numbering {
    const struct sigma_engine *e;
    struct text *out;
    uint32_t *records, *ordinals; /* open addressing by record */
    uint32_t count, mask;
};

static bool numbering_open(struct numbering *n, size_t most)
{
    uint32_t size = 64;
    while (size < 2 * most)
        size *= 2;
    n->records = calloc(size, sizeof *n->records);
    n->ordinals = calloc(size, sizeof *n->ordinals);
    n->mask = size - 1;
    return n->records && n->ordinals;
}

static void numbering_close(struct numbering *n)
{
    free(n->records);
    free(n->ordinals);
}

static uint32_t *ordinal_of(struct numbering *n, uint32_t record)
{
    uint32_t at = record * 0x9e3779b9u & n->mask;
    while (n->records[at] && n->records[at] != record)
        at = (at + 1) & n->mask;
    n->records[at] = record;
    return &n->ordinals[at];
}

static void put_record(struct numbering *n, uint32_t number)
{
    const struct record *record = record_at(n->e, number);
    uint32_t *ordinal = ordinal_of(n, number), part;
    if (*ordinal)
        return;
    for (size_t at = 0; record->kind == RECORD_DERIVED && at < record->size; at += 4) {
        memcpy(&part, record->bytes + at, 4);
        put_record(n, part);
    }
    put(n->out, record->kind, 1);
    put(n->out, record->id_len, 1);
    put(n->out, record->size, 2);
    if (record->kind != RECORD_DERIVED)
        text_put(n->out, (struct str){(const char *)record->bytes, record->size});
    for (size_t at = 0; record->kind == RECORD_DERIVED && at < record->size; at += 4) {
        memcpy(&part, record->bytes + at, 4);
        put(n->out, *ordinal_of(n, part), 4);
    }
    *ordinal = ++n->count;
}

static bool is_live(const struct table *table, uint32_t number)
{
    return table->keys[number].capacity != CAPACITY_FREE;
}

/* Every record that a window holds; and how many places there are at most. */
static size_t each_record(const struct sigma_engine *e, struct numbering *n)
{
    size_t most = 1;
    for (size_t t = 0; t < e->set->corr_count; t++) {
        const struct table *table = &e->tables[t];
        for (uint32_t k = 1; k <= table->top; k++) {
            const struct key *key = &table->keys[k];
            const struct entry *entries = key_entries(e, key);
            if (!is_live(table, k))
                continue;
            if (n && key->group)
                put_record(n, key->group);
            most += key->group != 0;
            for (uint32_t i = 0; i < key->count; i++) {
                const struct record *record = record_at(e, entries[i].record);
                most += 1 + (record->kind == RECORD_DERIVED ? record->size / 4u : 0);
                if (n)
                    put_record(n, entries[i].record);
            }
        }
    }
    return most;
}

static void put_key(struct numbering *n, const struct corr *corr, const struct key *key,
                    uint32_t number)
{
    struct window w = key_window(n->e, corr, key);
    put(n->out, number, 4);
    for (unsigned i = 0; i < 3; i++)
        put(n->out, key->hash[i], 4);
    put(n->out, key->group ? *ordinal_of(n, key->group) : 0, 4);
    put(n->out, key->count, 4);
    for (uint32_t i = 0; i < key->count; i++) {
        put(n->out, (uint64_t)w.entries[i].time, 8);
        put(n->out, w.values ? w.values[i] : 0, 8);
        put(n->out, *ordinal_of(n, w.entries[i].record), 4);
        put(n->out, w.entries[i].flags, 1);
        put(n->out, w.entries[i].mask, 4);
    }
}

static void put_table(struct numbering *n, const struct corr *corr, const struct table *table)
{
    const struct rule *rule = n->e->set->rules[corr->rule];
    uint32_t frees = 0;
    put_str(n->out, rule->about.label);
    put(n->out, rule->digest, 8);
    put(n->out, table->refused, 8);
    put(n->out, table->evicted, 8);
    put(n->out, table->top, 4);
    put(n->out, table->hand, 4);
    for (uint32_t k = table->free; k; k = table->keys[k].entries)
        frees++;
    put(n->out, frees, 4);
    for (uint32_t k = table->free; k; k = table->keys[k].entries)
        put(n->out, k, 4);
    put(n->out, table->live, 4);
    for (uint32_t k = 1; k <= table->top; k++)
        if (is_live(table, k))
            put_key(n, corr, &table->keys[k], k);
}

rc sigma_save(struct ctx *c, const struct sigma_engine *e, struct str *ret)
{
    struct text body, records, out;
    struct str record_bytes, body_bytes, whole;
    struct numbering n = {.e = e, .out = &records};
    text_init(&body, c, STATE_BYTES_MAX);
    text_init(&records, c, STATE_BYTES_MAX);
    text_init(&out, c, STATE_BYTES_MAX);
    if (!numbering_open(&n, each_record(e, NULL))) {
        numbering_close(&n);
        FAIL(c, NO_MEMORY, "no memory to save the windows");
    }
    each_record(e, &n);
    n.out = &body;
    for (size_t t = 0; t < e->set->corr_count; t++)
        put_table(&n, e->set->corrs[t], &e->tables[t]);
    numbering_close(&n);
    TRY(text_done(&records, &record_bytes));
    TRY(text_done(&body, &body_bytes));
    text_put(&out, (struct str){magic, sizeof magic});
    put(&out, (uint64_t)e->watermark, 8);
    put_str(&out, (struct str){e->picture ? e->picture : "", e->picture_len});
    put(&out, e->set->carry_count, 4);
    for (size_t i = 0; i < e->set->carry_count; i++)
        put_str(&out, names_text(&e->set->fields, e->set->carry[i]));
    put(&out, n.count, 4);
    text_put(&out, record_bytes);
    put(&out, e->set->corr_count, 4);
    text_put(&out, body_bytes);
    put(&out, text_hash(text_str(&out), 1), 8);
    TRY(text_done(&out, &whole));
    *ret = whole;
    return OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct loading {
    struct ctx *c;
    struct sigma_engine *e;
    struct str rest;
    bool bad;
    uint32_t *records; /* by ordinal */
    uint32_t record_count;
    uint32_t *carried; /* new place of each carried field, 0xffff: gone */
    uint32_t carried_count;
};

static uint64_t get(struct loading *l, unsigned bytes)
{
    uint64_t value = 0;
    if (l->rest.len < bytes) {
        l->bad = true;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)(unsigned char)l->rest.ptr[i] << 8 * i;
    l->rest = str_sub(l->rest, bytes, l->rest.len);
    return value;
}

static struct str get_bytes(struct loading *l, size_t len)
{
    struct str bytes = str_sub(l->rest, 0, len);
    if (bytes.len < len) {
        l->bad = true;
        return STR("");
    }
    l->rest = str_sub(l->rest, len, l->rest.len);
    return bytes;
}

static struct str get_str(struct loading *l)
{
    return get_bytes(l, get(l, 4));
}

static rc corrupt(struct loading *l)
{
    FAIL(l->c, CORRUPT, "the saved windows are damaged");
}

/* How many items of at least `size` bytes there can be. */
static uint32_t get_count(struct loading *l, size_t size)
{
    uint64_t count = get(l, 4);
    l->bad = l->bad || count > l->rest.len / size;
    return l->bad ? 0 : (uint32_t)count;
}

static rc load_carried(struct loading *l)
{
    const struct sigma_set *set = l->e->set;
    l->carried_count = get_count(l, 4);
    NEW(l->c, l->carried, l->carried_count + 1);
    for (uint32_t i = 0; i < l->carried_count; i++) {
        uint32_t field = names_find(&set->fields, get_str(l));
        l->carried[i] = 0xffff;
        for (size_t k = 0; k < set->carry_count; k++)
            if (field && set->carry[k] == field)
                l->carried[i] = (uint32_t)k;
    }
    return l->bad ? corrupt(l) : OK;
}

/* The carried values of an event, under their present numbers. */
static bool renumber_carried(const struct loading *l, struct record *record)
{
    size_t at = record->id_len;
    while (at + 4 <= record->size) {
        unsigned which = record->bytes[at] | (unsigned)record->bytes[at + 1] << 8;
        size_t len = record->bytes[at + 2] | (size_t)record->bytes[at + 3] << 8;
        uint32_t now = which < l->carried_count ? l->carried[which] : 0xffff;
        record->bytes[at] = (unsigned char)(now & 0xff);
        record->bytes[at + 1] = (unsigned char)(now >> 8);
        at += 4 + len;
    }
    return at == record->size;
}

static bool group_is_whole(const struct record *record)
{
    size_t at = 0;
    while (at + 3 <= record->size) {
        if (record->bytes[at + 2] > SIGMA_OBJECT)
            return false;
        at += 3 + (record->bytes[at] | (size_t)record->bytes[at + 1] << 8);
    }
    return at == record->size;
}

static rc load_record(struct loading *l)
{
    uint8_t kind = (uint8_t)get(l, 1), id_len = (uint8_t)get(l, 1);
    uint16_t size = (uint16_t)get(l, 2);
    struct str bytes = get_bytes(l, size);
    if (l->bad || kind > RECORD_GROUP || id_len > size)
        return corrupt(l);
    uint32_t number = pool_take(&l->e->pool, sizeof(struct record) + size);
    if (!number)
        FAIL(l->c, NO_MEMORY, "no memory for the saved windows");
    struct record *record = record_at(l->e, number);
    *record = (struct record){.refs = 1, .size = size, .id_len = id_len, .kind = kind};
    if (size)
        memcpy(record->bytes, bytes.ptr, size);
    bool whole = kind == RECORD_EVENT   ? renumber_carried(l, record)
                 : kind == RECORD_GROUP ? group_is_whole(record)
                                        : size % 4 == 0;
    for (size_t at = 0; kind == RECORD_DERIVED && whole && at < size; at += 4) {
        uint32_t part;
        memcpy(&part, record->bytes + at, 4);
        if (part == 0 || part > l->record_count ||
            record_at(l->e, l->records[part])->kind != RECORD_EVENT) {
            record->size = (uint16_t)at;
            whole = false;
            break;
        }
        memcpy(record->bytes + at, &l->records[part], 4);
        record_keep(l->e, l->records[part]);
    }
    l->records[++l->record_count] = number;
    return whole ? OK : corrupt(l);
}

/* How many values a group record has. */
static size_t group_values(const struct record *record)
{
    size_t count = 0;
    for (size_t at = 0; at + 3 <= record->size; count++)
        at += 3 + (record->bytes[at] | (size_t)record->bytes[at + 1] << 8);
    return count;
}

static rc load_entries(struct loading *l, const struct corr *corr, struct key *key, uint32_t count)
{
    int64_t before = INT64_MIN;
    for (uint32_t i = 0; i < count; i++) {
        struct entry entry = {0};
        uint32_t at;
        entry.time = (int64_t)get(l, 8);
        uint64_t value = get(l, 8);
        uint64_t ordinal = get(l, 4), flags = get(l, 1);
        entry.mask = (uint32_t)get(l, 4);
        if (l->bad || ordinal == 0 || ordinal > l->record_count || flags > 7 ||
            entry.time < before || record_at(l->e, l->records[ordinal])->kind == RECORD_GROUP)
            return corrupt(l);
        entry.record = l->records[ordinal] & 0xfffffff;
        entry.flags = flags & 15;
        before = entry.time;
        if (!key_insert(l->e, corr, key, &entry, value, &at))
            FAIL(l->c, NO_MEMORY, "no memory for the saved windows");
    }
    return OK;
}

static rc load_deadlines(struct loading *l, uint32_t number, const struct key *key)
{
    const struct corr *corr = l->e->set->corrs[number];
    const struct entry *entries = key_entries(l->e, key);
    struct deadline d = {
        .time = INT64_MIN, .corr = number, .hash = {key->hash[0], key->hash[1], key->hash[2]}};
    if (corr->at_close && key->count) {
        d.at = entries[0].time + corr->span_us;
        return push_deadline(l->c, l->e, &d);
    }
    for (uint32_t i = 0; i < key->count; i++) {
        if (!(entries[i].flags & ENTRY_PENDING))
            continue;
        d.time = entries[i].time;
        d.at = entries[i].time + corr->span_us;
        TRY(push_deadline(l->c, l->e, &d));
    }
    return OK;
}

/* With corr NULL the key is read over. */
static rc load_key(struct loading *l, uint32_t number, const struct corr *corr)
{
    struct table *table = corr ? &l->e->tables[number] : NULL;
    uint64_t place = get(l, 4);
    struct key key = {0};
    for (unsigned i = 0; i < 3; i++)
        key.hash[i] = (uint32_t)get(l, 4);
    uint64_t group = get(l, 4);
    uint32_t count = get_count(l, 25);
    if (!corr) {
        get_bytes(l, 25 * (size_t)count);
        return l->bad ? corrupt(l) : OK;
    }
    bool waits = corr->at_close || corr->absent;
    if (l->bad || place == 0 || place > table->top || table_find(table, key.hash) ||
        table->keys[place].capacity || table->keys[place].entries ||
        memcmp(table->keys[place].hash, (uint32_t[3]){0}, sizeof key.hash) != 0 ||
        group > l->record_count || (group != 0) != waits || count > KEY_EVENTS_MAX)
        return corrupt(l);
    if (group && (record_at(l->e, l->records[group])->kind != RECORD_GROUP ||
                  group_values(record_at(l->e, l->records[group])) != corr->group_count))
        return corrupt(l);
    table->keys[place] = key;
    struct key *own = &table->keys[place];
    if (group) {
        own->group = l->records[group] & 0xfffffff;
        record_keep(l->e, own->group);
    }
    if (2 * ((uint64_t)table->live + 1) > table->mask + 1ull || !table->slots)
        if (!table_widen(table))
            FAIL(l->c, NO_MEMORY, "no memory for the saved windows");
    table_put(table, (uint32_t)place);
    table->live++;
    l->e->counters.keys++;
    table_grow(l->e, number, KEY_BYTES);
    TRY(load_entries(l, corr, own, count));
    return load_deadlines(l, number, own);
}

static rc load_frees(struct loading *l, struct table *table, uint32_t top)
{
    uint32_t frees = get_count(l, 4), *list, *link = NULL;
    NEW(l->c, list, frees + 1);
    for (uint32_t i = 0; i < frees; i++) {
        list[i] = (uint32_t)get(l, 4);
        if (list[i] == 0 || list[i] > top)
            return corrupt(l);
    }
    if (!table)
        return OK;
    link = &table->free;
    for (uint32_t i = 0; i < frees; i++) {
        if (table->keys[list[i]].capacity)
            return corrupt(l);
        *link = list[i];
        link = &table->keys[list[i]].entries;
        table->keys[list[i]].capacity = CAPACITY_FREE;
    }
    *link = 0;
    return OK;
}

static rc load_table(struct loading *l)
{
    const struct sigma_set *set = l->e->set;
    struct str label = get_str(l);
    uint64_t digest = get(l, 8), refused = get(l, 8), evicted = get(l, 8);
    uint32_t top = get_count(l, 4), number = 0;
    uint64_t hand = get(l, 4);
    while (number < set->corr_count) {
        const struct rule *rule = set->rules[set->corrs[number]->rule];
        if (rule->digest == digest && str_eq(rule->about.label, label))
            break;
        number++;
    }
    const struct corr *corr = number < set->corr_count ? set->corrs[number] : NULL;
    struct table *table = corr ? &l->e->tables[number] : NULL;
    if (l->bad || hand > top || (table && table->keys))
        return corrupt(l);
    if (table) {
        *table = (struct table){.room = top + 2,
                                .top = top,
                                .hand = (uint32_t)hand,
                                .refused = refused,
                                .evicted = evicted};
        table->keys = calloc(table->room, sizeof *table->keys);
        if (!table->keys)
            FAIL(l->c, NO_MEMORY, "no memory for the saved windows");
    }
    TRY(load_frees(l, table, top));
    uint32_t live = get_count(l, 24);
    for (uint32_t i = 0; i < live; i++)
        TRY(load_key(l, number, corr));
    return OK;
}

static rc load_all(struct loading *l)
{
    int64_t watermark = (int64_t)get(l, 8);
    struct str picture = get_str(l);
    TRY(load_carried(l));
    uint32_t count = get_count(l, 4);
    NEW(l->c, l->records, (size_t)count + 1);
    for (uint32_t i = 0; i < count; i++)
        TRY(load_record(l));
    uint32_t tables = get_count(l, 4);
    for (uint32_t i = 0; i < tables; i++)
        TRY(load_table(l));
    if (l->bad || l->rest.len)
        return corrupt(l);
    if (picture.len) {
        l->e->picture = malloc(picture.len);
        if (!l->e->picture)
            FAIL(l->c, NO_MEMORY, "no memory for the saved windows");
        memcpy(l->e->picture, picture.ptr, picture.len);
        l->e->picture_len = picture.len;
    }
    l->e->watermark = watermark;
    return OK;
}

/* An engine as it was opened, after a load that failed half-way. */
static void forget_all(struct sigma_engine *e)
{
    for (size_t i = 0; i < e->set->corr_count; i++) {
        table_close(&e->tables[i]);
        e->tables[i] = (struct table){0};
    }
    pool_close(&e->pool);
    e->deadline_count = 0;
    e->deadlines_awaited = 0;
    e->greediest = 0;
    e->counters.keys = 0;
}

rc sigma_load(struct ctx *c, struct sigma_engine *e, struct str bytes)
{
    struct loading l = {.c = c, .e = e};
    if (bytes.len < sizeof magic + 8 || memcmp(bytes.ptr, magic, sizeof magic) != 0)
        FAIL(c, CORRUPT, "these are not saved windows of this version");
    l.rest = str_sub(bytes, bytes.len - 8, 8);
    if (get(&l, 8) != text_hash(str_sub(bytes, 0, bytes.len - 8), 1))
        return corrupt(&l);
    l.rest = str_sub(bytes, sizeof magic, bytes.len - 8 - sizeof magic);
    rc result = load_all(&l);
    for (uint32_t i = 1; rc_ok(result) && i <= l.record_count; i++)
        record_give(e, l.records[i]);
    if (!rc_ok(result))
        forget_all(e);
    return result;
}
