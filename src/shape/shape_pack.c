#include "shape/shape_pack.h"

#include "shape/shape_part.h"

enum { BITS_BYTES = SHAPE_FIELDS_MAX / 8 };

static size_t bits_len(const struct shape *shape)
{
    return (shape->count + 7) / 8;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_raw(struct text *out, const void *bytes, size_t len)
{
    text_put(out, (struct str){bytes, len});
}

static void put_str(struct text *out, struct str s)
{
    uint32_t len = (uint32_t)s.len;
    put_raw(out, &len, sizeof len);
    text_put(out, s);
}

static void put_texts(struct text *out, const struct texts *list)
{
    uint32_t count = (uint32_t)list->count;
    put_raw(out, &count, sizeof count);
    for (size_t i = 0; i < list->count; i++)
        put_str(out, list->items[i]);
}

static void put_list(struct text *out, const struct shape *shape, const struct shape_items *list)
{
    uint32_t count = (uint32_t)list->count;
    put_raw(out, &count, sizeof count);
    for (size_t i = 0; i < list->count; i++)
        shape_pack(out, shape, (const char *)list->items + i * shape->size);
}

static void put_value(struct text *out, const struct shape_field *field, const void *value)
{
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
    case SHAPE_JSON:
    case SHAPE_BYTES:
        put_str(out, *(const struct str *)value);
        return;
    case SHAPE_REFS:
    case SHAPE_TEXTS:
        put_texts(out, value);
        return;
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
    case SHAPE_TIME:
        put_raw(out, value, sizeof(int64_t));
        return;
    case SHAPE_OPT_I64:
        put_raw(out, &((const struct opt_i64 *)value)->value, sizeof(int64_t));
        return;
    case SHAPE_MONEY:
        put_raw(out, &((const struct money *)value)->minor, sizeof(int64_t));
        put_raw(out, ((const struct money *)value)->currency, 3);
        return;
    case SHAPE_CHOICE:
        put_raw(out, value, sizeof(unsigned));
        return;
    case SHAPE_PLACE:
        put_raw(out, &((const struct place *)value)->lat_e7, sizeof(int32_t));
        put_raw(out, &((const struct place *)value)->lon_e7, sizeof(int32_t));
        return;
    case SHAPE_LABEL:
        put_raw(out, &((const struct label *)value)->tlp, sizeof(enum tlp));
        put_str(out, ((const struct label *)value)->compartments);
        return;
    case SHAPE_RECORD:
        shape_pack(out, field->shape, value);
        return;
    case SHAPE_LIST:
        put_list(out, field->shape, value);
        return;
    case SHAPE_FLAG:
        return;
    }
}

static bool has_value(const struct shape_field *field, const void *value)
{
    if (field->kind == SHAPE_FLAG)
        return *(const bool *)value;
    return !shape_absent(field, value);
}

void shape_pack(struct text *out, const struct shape *shape, const void *record)
{
    unsigned char bits[BITS_BYTES] = {0};
    for (size_t i = 0; i < shape->count; i++)
        if (has_value(&shape->fields[i], shape_in(&shape->fields[i], record)))
            bits[i / 8] = (unsigned char)(bits[i / 8] | 1u << i % 8);
    put_raw(out, bits, bits_len(shape));
    for (size_t i = 0; i < shape->count; i++)
        if (bits[i / 8] >> i % 8 & 1)
            put_value(out, &shape->fields[i], shape_in(&shape->fields[i], record));
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Beyond the end everything is zero, and `bad` tells. */
struct unpacking {
    struct ctx *c;
    struct str rest;
    bool bad, no_memory;
};

static void get_raw(struct unpacking *u, void *ret, size_t len)
{
    u->bad = u->bad || len > u->rest.len;
    if (u->bad)
        return;
    memcpy(ret, u->rest.ptr, len);
    u->rest = str_sub(u->rest, len, u->rest.len);
}

/* So many of something that takes a byte at least. */
static uint32_t get_count(struct unpacking *u)
{
    uint32_t count = 0;
    get_raw(u, &count, sizeof count);
    u->bad = u->bad || count > u->rest.len;
    return u->bad ? 0 : count;
}

static void get_str(struct unpacking *u, struct str *ret)
{
    uint32_t len = get_count(u);
    if (u->bad)
        return;
    *ret = (struct str){u->rest.ptr, len};
    u->rest = str_sub(u->rest, len, u->rest.len);
}

static void *get_room(struct unpacking *u, size_t count, size_t size)
{
    void *room = u->bad || count == 0 ? NULL : ctx_take(u->c, count, size);
    u->no_memory = u->no_memory || (!room && !u->bad && count > 0);
    u->bad = u->bad || !room;
    return room;
}

static bool is_too_many(const struct shape_field *field, uint32_t count)
{
    return count > (shape_bounded(field) ? (uint64_t)field->most : (uint64_t)SHAPE_ITEMS_MAX);
}

static void get_texts(struct unpacking *u, const struct shape_field *field, struct texts *ret)
{
    uint32_t count = get_count(u);
    u->bad = u->bad || is_too_many(field, count);
    struct str *items = get_room(u, count, sizeof *items);
    for (size_t i = 0; i < count && !u->bad; i++)
        get_str(u, &items[i]);
    if (!u->bad)
        *ret = (struct texts){items, count};
}

static void get_record(struct unpacking *u, const struct shape *shape, void *ret);

static void get_list(struct unpacking *u, const struct shape_field *field, struct shape_items *ret)
{
    uint32_t count = get_count(u);
    u->bad = u->bad || is_too_many(field, count);
    char *items = get_room(u, count, field->shape->size);
    for (size_t i = 0; i < count && !u->bad; i++)
        get_record(u, field->shape, items + i * field->shape->size);
    if (!u->bad)
        *ret = (struct shape_items){items, count};
}

static void get_value(struct unpacking *u, const struct shape_field *field, void *value)
{
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
    case SHAPE_JSON:
    case SHAPE_BYTES:
        get_str(u, value);
        return;
    case SHAPE_REFS:
    case SHAPE_TEXTS:
        get_texts(u, field, value);
        return;
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
    case SHAPE_TIME:
        get_raw(u, value, sizeof(int64_t));
        return;
    case SHAPE_OPT_I64:
        ((struct opt_i64 *)value)->known = true;
        get_raw(u, &((struct opt_i64 *)value)->value, sizeof(int64_t));
        return;
    case SHAPE_MONEY:
        get_raw(u, &((struct money *)value)->minor, sizeof(int64_t));
        get_raw(u, ((struct money *)value)->currency, 3);
        return;
    case SHAPE_CHOICE:
        get_raw(u, value, sizeof(unsigned));
        return;
    case SHAPE_PLACE:
        ((struct place *)value)->known = true;
        get_raw(u, &((struct place *)value)->lat_e7, sizeof(int32_t));
        get_raw(u, &((struct place *)value)->lon_e7, sizeof(int32_t));
        return;
    case SHAPE_LABEL:
        get_raw(u, &((struct label *)value)->tlp, sizeof(enum tlp));
        get_str(u, &((struct label *)value)->compartments);
        return;
    case SHAPE_RECORD:
        get_record(u, field->shape, value);
        return;
    case SHAPE_LIST:
        get_list(u, field, value);
        return;
    case SHAPE_FLAG:
        *(bool *)value = true;
        return;
    }
}

static void get_record(struct unpacking *u, const struct shape *shape, void *ret)
{
    unsigned char bits[BITS_BYTES] = {0};
    get_raw(u, bits, bits_len(shape));
    for (size_t i = 0; i < shape->count && !u->bad; i++)
        if (bits[i / 8] >> i % 8 & 1)
            get_value(u, &shape->fields[i], shape_at(&shape->fields[i], ret));
}

rc shape_unpack(struct ctx *c, const struct shape *shape, struct str bytes, void *ret)
{
    struct unpacking u = {.c = c, .rest = bytes};
    void *record = ctx_take(c, 1, shape->size);
    if (!record)
        return fault_again(c);
    get_record(&u, shape, record);
    if (u.no_memory)
        return fault_again(c);
    if (u.bad || u.rest.len > 0)
        FAIL(c, MALFORMED, "a record that is not whole, or not alone");
    TRY(shape_check(c, shape, record));
    memcpy(ret, record, shape->size);
    return OK;
}
