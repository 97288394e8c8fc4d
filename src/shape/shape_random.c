/* Values are made field by field. One time in four a value is an edge of what its field allows;
 * the rest lies anywhere between. Texts are in shape_random_text.c. */
#include "shape/shape_random.h"

#include "base/clock.h"
#include "shape/label.h"
#include "shape/shape_part.h"
#include "shape/shape_random_text.h"

enum { NESTING_MAX = 3, LIST_MOST = 4, LIST_LONG = 64, BYTES_MOST = 40, BYTES_LONG = 4096 };

uint64_t shape_random_u64(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int64_t shape_random_i64(uint64_t *seed, int64_t least, int64_t most)
{
    uint64_t span = (uint64_t)most - (uint64_t)least + 1;
    uint64_t random = shape_random_u64(seed);
    return (int64_t)((uint64_t)least + (span == 0 ? random : random % span));
}

static bool one_in(uint64_t *seed, uint64_t n)
{
    return shape_random_u64(seed) % n == 0;
}

static rc random_record(struct ctx *c, const struct shape *shape, uint64_t *seed, unsigned depth,
                        void *record);

/* A number of the field's bounds within those of its kind, the edges and the neighbours of zero
 * more often than others. */
static int64_t random_number(const struct shape_field *field, uint64_t *seed, int64_t least,
                             int64_t most)
{
    static const int64_t edges[] = {0, 1, -1, 9007199254740993, INT32_MAX, INT32_MIN};
    if (shape_bounded(field)) {
        least = field->least > least ? field->least : least;
        most = field->most < most ? field->most : most;
    }
    switch (shape_random_u64(seed) % 8) {
    case 0:
        return least;
    case 1:
        return most;
    case 2: {
        int64_t edge = edges[shape_random_u64(seed) % (sizeof edges / sizeof edges[0])];
        return edge < least ? least : edge > most ? most : edge;
    }
    default:
        return shape_random_i64(seed, least, most);
    }
}

/* How many items or bytes: edges of the bounds, else a few. */
static size_t random_count(const struct shape_field *field, uint64_t *seed, size_t usual,
                           size_t longest)
{
    size_t least = shape_bounded(field) ? (size_t)field->least : 0;
    size_t most = shape_bounded(field) ? (size_t)field->most : longest;
    if (most > longest)
        most = longest > least ? longest : least;
    switch (shape_random_u64(seed) % 8) {
    case 0:
        return least;
    case 1:
        return most;
    default:
        if (most > least + usual)
            most = least + usual;
        return (size_t)shape_random_i64(seed, (int64_t)least, (int64_t)most);
    }
}

static rc random_bytes_value(struct ctx *c, const struct shape_field *field, uint64_t *seed,
                             struct str *ret)
{
    size_t len = random_count(field, seed, BYTES_MOST, BYTES_LONG);
    char *bytes = NULL;
    NEW(c, bytes, len + 1);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)shape_random_u64(seed);
    *ret = (struct str){bytes, len};
    return OK;
}

static rc random_items(struct ctx *c, const struct shape_field *field, uint64_t *seed,
                       unsigned depth, struct shape_items *ret)
{
    size_t size = field->kind == SHAPE_LIST ? field->shape->size : sizeof(struct str);
    size_t count = random_count(field, seed, LIST_MOST, depth > 0 ? LIST_MOST : LIST_LONG);
    if (depth >= NESTING_MAX)
        count = shape_bounded(field) ? (size_t)field->least : 0;
    if (count == 0 && (field->flags & REQUIRED))
        count = 1;
    char *items = ctx_take(c, count, size);
    if (!items)
        return fault_again(c);
    for (size_t i = 0; i < count; i++) {
        void *item = items + i * size;
        if (field->kind == SHAPE_LIST)
            TRY(random_record(c, field->shape, seed, depth + 1, item));
        else if (field->kind == SHAPE_REFS)
            TRY(random_id(c, seed, item));
        else
            TRY(random_text(c, field, seed, 0, SHAPE_ITEM_CHARS_MAX, item));
    }
    *ret = (struct shape_items){count ? items : NULL, count};
    return OK;
}

static struct money random_money(const struct shape_field *field, uint64_t *seed)
{
    static const char *const usual[] = {"EUR", "USD", "JPY", "KWD"};
    struct money money = {.minor = random_number(field, seed, INT64_MIN, INT64_MAX)};
    const char *code = usual[shape_random_u64(seed) % 4];
    bool any = one_in(seed, 4);
    for (size_t i = 0; i < 3; i++)
        money.currency[i] = any ? (char)shape_random_i64(seed, 'A', 'Z') : code[i];
    return money;
}

static struct wall random_time(uint64_t *seed)
{
    static const int64_t edges[] = {WALL_FIRST_US, WALL_LAST_US, -1, 1, 951782400000000};
    const int64_t from = 1577836800000000, to = 1893456000000000; /* 2020 to 2030 */
    switch (shape_random_u64(seed) % 8) {
    case 0:
        return (struct wall){edges[shape_random_u64(seed) % (sizeof edges / sizeof edges[0])]};
    case 1:
        return (struct wall){shape_random_i64(seed, 1, WALL_LAST_US)};
    case 2: /* a whole second */
        return (struct wall){shape_random_i64(seed, from / 1000000, to / 1000000) * 1000000};
    default:
        return (struct wall){shape_random_i64(seed, from, to)};
    }
}

static struct place random_place(uint64_t *seed)
{
    const int32_t lat_max = 900000000, lon_max = 1800000000;
    struct place place = {.known = true};
    if (one_in(seed, 8))
        return place;
    bool pole = one_in(seed, 8), date_line = one_in(seed, 8);
    place.lat_e7 = pole ? lat_max : (int32_t)shape_random_i64(seed, -lat_max, lat_max);
    place.lon_e7 = date_line ? -lon_max : (int32_t)shape_random_i64(seed, -lon_max, lon_max);
    return place;
}

static rc random_label(struct ctx *c, uint64_t *seed, struct label *ret)
{
    static const char *const names[] = {"crisis", "medical", "consular", "a", "z-9", "0"};
    struct label label = {(enum tlp)shape_random_i64(seed, TLP_CLEAR, TLP_RED), {NULL, 0}};
    size_t count = one_in(seed, 2) ? 0 : (size_t)shape_random_i64(seed, 1, 6);
    if (one_in(seed, 8))
        count = LABEL_COMPARTMENTS_MAX;
    struct text out;
    struct str text;
    text_init(&out, c, 2048);
    label_put(&out, label);
    for (size_t i = 0; i < count; i++) {
        text_put_char(&out, i == 0 ? '/' : ',');
        if (one_in(seed, 3))
            text_printf(&out, "c%016llx", (unsigned long long)shape_random_u64(seed));
        else
            text_put(&out, str_from(names[shape_random_u64(seed) % 6]));
    }
    TRY(text_done(&out, &text));
    return label_parse(c, text, ret);
}

static rc random_value(struct ctx *c, const struct shape_field *field, uint64_t *seed,
                       unsigned depth, void *value)
{
    switch (field->kind) {
    case SHAPE_TEXT:
        return random_text(c, field, seed, shape_bounded(field) ? field->least : 0,
                           shape_bounded(field) ? field->most : INT64_MAX, value);
    case SHAPE_ID:
    case SHAPE_REF:
        return random_id(c, seed, value);
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_LIST:
        return random_items(c, field, seed, depth, value);
    case SHAPE_I64:
        *(int64_t *)value = random_number(field, seed, INT64_MIN, INT64_MAX);
        return OK;
    case SHAPE_OPT_I64:
        *(struct opt_i64 *)value =
            (struct opt_i64){true, random_number(field, seed, INT64_MIN, INT64_MAX)};
        return OK;
    case SHAPE_BP:
        *(int64_t *)value = random_number(field, seed, 0, 10000);
        return OK;
    case SHAPE_MS:
        *(int64_t *)value = random_number(field, seed, 0, INT64_MAX);
        return OK;
    case SHAPE_FLAG:
        *(bool *)value = one_in(seed, 2);
        return OK;
    case SHAPE_MONEY:
        *(struct money *)value = random_money(field, seed);
        return OK;
    case SHAPE_CHOICE:
        *(unsigned *)value =
            (unsigned)shape_random_i64(seed, 1, (int64_t)field->choices->count - 1);
        return OK;
    case SHAPE_TIME:
        *(struct wall *)value = random_time(seed);
        return OK;
    case SHAPE_PLACE:
        *(struct place *)value = random_place(seed);
        return OK;
    case SHAPE_LABEL:
        return random_label(c, seed, value);
    case SHAPE_JSON:
        return random_json(c, random_count(field, seed, 200, BYTES_LONG),
                           shape_bounded(field) ? (size_t)field->least : 0,
                           shape_bounded(field) ? (size_t)field->most : SIZE_MAX, seed, value);
    case SHAPE_BYTES:
        return random_bytes_value(c, field, seed, value);
    case SHAPE_RECORD:
        return random_record(c, field->shape, seed, depth, value);
    }
    return OK;
}

static rc random_record(struct ctx *c, const struct shape *shape, uint64_t *seed, unsigned depth,
                        void *record)
{
    enum { TRIES = 50 };
    memset(record, 0, shape->size);
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        void *value = shape_at(field, record);
        if (!(field->flags & REQUIRED) && shape_absent(field, value) && one_in(seed, 4))
            continue;
        for (int tries = 0; tries < TRIES; tries++) {
            TRY(random_value(c, field, seed, depth, value));
            if (!(field->flags & REQUIRED) || !shape_absent(field, value))
                break;
        }
    }
    return OK;
}

rc shape_random(struct ctx *c, const struct shape *shape, uint64_t *seed, void *record)
{
    return random_record(c, shape, seed, 0, record);
}
