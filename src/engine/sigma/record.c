/* Records: what is kept of an event, once, however many windows it stands in. */
#include "engine/sigma/engine.h"

struct record *record_at(const struct sigma_engine *e, uint32_t number)
{
    return pool_at(&e->pool, number);
}

static uint32_t new_record(struct sigma_engine *e, enum record_kind kind, size_t size)
{
    uint32_t number = pool_take(&e->pool, sizeof(struct record) + size);
    if (number)
        *record_at(e, number) =
            (struct record){.refs = 1, .size = (uint16_t)size, .kind = (uint8_t)kind};
    return number;
}

void record_keep(const struct sigma_engine *e, uint32_t number)
{
    record_at(e, number)->refs++;
}

void record_give(struct sigma_engine *e, uint32_t number)
{
    struct record *record = record_at(e, number);
    if (--record->refs > 0)
        return;
    for (size_t i = 0; record->kind == RECORD_DERIVED && i < record->size; i += 4) {
        uint32_t part;
        memcpy(&part, record->bytes + i, 4);
        record_give(e, part);
    }
    pool_give(&e->pool, number, sizeof *record + record->size);
}

static size_t put_short(unsigned char *out, size_t at, size_t value)
{
    out[at] = (unsigned char)(value & 0xff);
    out[at + 1] = (unsigned char)(value >> 8);
    return at + 2;
}

static size_t get_short(const unsigned char *in, size_t at)
{
    return (size_t)in[at] | (size_t)in[at + 1] << 8;
}

static struct str cut(struct str s)
{
    return str_sub(s, 0, VALUE_BYTES_MAX);
}

static bool is_text(const struct sigma_value *value)
{
    return value->kind != SIGMA_NULL && value->kind != SIGMA_OBJECT;
}

/* After the id: for each carried field that the event has, its number in the list, the length, the
 * text. With out NULL only the size is found. */
static size_t put_carried(const struct sigma_engine *e, unsigned char *out, size_t at)
{
    const struct sigma_set *set = e->set;
    for (size_t i = 0; i < set->carry_count; i++) {
        const struct cell *cell = matcher_first(e->matcher, set->carry[i]);
        for (unsigned n = 0; cell && n < TUPLES_MAX; n++, cell = matcher_next(e->matcher, cell)) {
            struct str text = cut(cell->value->text);
            if (!is_text(cell->value) || at + text.len + 4 > 60000)
                continue;
            if (out) {
                put_short(out, at, i);
                put_short(out, at + 2, text.len);
                memcpy(out + at + 4, text.ptr, text.len);
            }
            at += 4 + text.len;
        }
    }
    return at;
}

uint32_t record_of_event(struct sigma_engine *e, const struct sigma_event *event)
{
    struct str id = str_sub(event->id, 0, ID_BYTES_MAX);
    uint32_t number = new_record(e, RECORD_EVENT, put_carried(e, NULL, id.len));
    if (!number)
        return 0;
    struct record *record = record_at(e, number);
    record->id_len = (uint8_t)id.len;
    if (id.len)
        memcpy(record->bytes, id.ptr, id.len);
    put_carried(e, record->bytes, id.len);
    return number;
}

uint32_t record_of_list(struct sigma_engine *e, const uint32_t *records, size_t count)
{
    if (count > DERIVED_MAX) {
        records += count - DERIVED_MAX;
        count = DERIVED_MAX;
    }
    uint32_t number = new_record(e, RECORD_DERIVED, 4 * count);
    for (size_t i = 0; number && i < count; i++) {
        memcpy(record_at(e, number)->bytes + 4 * i, &records[i], 4);
        record_keep(e, records[i]);
    }
    return number;
}

uint32_t record_of_group(struct sigma_engine *e, const struct tuple *tuple, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += 3 + cut(tuple->values[i]).len;
    uint32_t number = new_record(e, RECORD_GROUP, size);
    size_t at = 0;
    for (size_t i = 0; number && i < count; i++) {
        struct str text = cut(tuple->values[i]);
        unsigned char *bytes = record_at(e, number)->bytes;
        at = put_short(bytes, at, text.len);
        bytes[at++] = tuple->kinds[i];
        memcpy(bytes + at, text.ptr, text.len);
        at += text.len;
    }
    return number;
}

void record_group(const struct sigma_engine *e, uint32_t number, size_t count, struct tuple *ret)
{
    const struct record *record = record_at(e, number);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = get_short(record->bytes, at);
        ret->values[i] = (struct str){(const char *)record->bytes + at + 3, len};
        ret->kinds[i] = record->bytes[at + 2];
        at += 3 + len;
    }
}

/* The first value of a field that was kept with an event. */
bool record_carried(const struct sigma_engine *e, uint32_t number, uint32_t field, struct str *ret)
{
    const struct record *record = record_at(e, number);
    for (size_t at = record->id_len; record->kind == RECORD_EVENT && at + 4 <= record->size;) {
        size_t which = get_short(record->bytes, at), len = get_short(record->bytes, at + 2);
        if (which < e->set->carry_count && e->set->carry[which] == field) {
            *ret = (struct str){(const char *)record->bytes + at + 4, len};
            return true;
        }
        at += 4 + len;
    }
    return false;
}
