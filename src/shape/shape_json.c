/* Records as JSON, in and out, by the table. Reading is strict: unknown and doubled members are
 * refused, and every refusal carries the way to the value as a JSON Pointer. */
#include "shape/shape.h"

#include "base/encode.h"
#include "base/json.h"
#include "shape/label.h"
#include "shape/shape_part.h"

#include <assert.h>
#include <inttypes.h>

struct reader {
    struct ctx *c;
    struct json j;
    enum shape_source source;
    struct faults *faults; /* NULL: the first is enough */
};

static rc read_object(struct reader *r, const struct shape *shape, void *record);

/* Where the reading stood before a value, and how many faults there were. */
struct start {
    struct json j;
    size_t faults;
};

static struct start start_of(const struct reader *r)
{
    return (struct start){r->j, faults_count(r->faults)};
}

/* The value that began at `start` ended with `result`. With a list of faults what is wrong with it
 * is kept, and the reading goes on behind it. */
static rc leave(struct reader *r, const struct start *start, rc result)
{
    rc kept = faults_keep(r->c, r->faults, result);
    if (rc_ok(result) || !rc_ok(kept))
        return kept;
    r->j = start->j;
    return json_skip(&r->j, NULL) ? OK : json_fault(r->c, &r->j);
}

/* The value at hand is not what the field wants. */
static rc refuse(struct reader *r, const char *rule, struct str value, const char *name,
                 const char *want)
{
    rc failed = fault_raise(r->c, RC_INVALID, __FILE__, __LINE__, "%s: must be %s", name, want);
    fault_set_rule(r->c, rule);
    fault_set_value(r->c, value);
    return failed;
}

static rc refuse_next(struct reader *r, const char *name, const char *want)
{
    struct str raw = {NULL, 0};
    if (!json_skip(&r->j, &raw))
        return json_fault(r->c, &r->j);
    return refuse(r, "type", raw, name, want);
}

static rc read_text(struct reader *r, const char *name, struct str *ret)
{
    struct str raw;
    if (json_peek(&r->j) != JSON_STRING)
        return refuse_next(r, name, "a text");
    if (!json_string(&r->j, &raw))
        return json_fault(r->c, &r->j);
    return json_unescape(r->c, raw, ret);
}

static rc read_i64(struct reader *r, const char *name, int64_t *ret)
{
    struct str digits;
    if (json_peek(&r->j) != JSON_NUMBER)
        return refuse_next(r, name, "a whole number");
    if (!json_number(&r->j, &digits))
        return json_fault(r->c, &r->j);
    if (!str_to_i64(digits, ret))
        return refuse(r, "integer", digits, name, "a whole number of 64 bits");
    return OK;
}

static rc read_flag(struct reader *r, const char *name, bool *ret)
{
    if (json_peek(&r->j) != JSON_BOOL)
        return refuse_next(r, name, "true or false");
    return json_bool(&r->j, ret) ? OK : json_fault(r->c, &r->j);
}

static rc read_choice(struct reader *r, const struct shape_field *field, unsigned *ret)
{
    struct str name;
    TRY(read_text(r, field->name, &name));
    unsigned value = shape_choice_value(field->choices, name);
    if (value == 0) {
        struct text list;
        text_init(&list, r->c, 2000);
        text_put(&list, STR("one of"));
        for (unsigned i = 1; i < field->choices->count && list.len < sizeof r->c->fault.message;
             i++)
            text_printf(&list, "%s %s", i > 1 ? "," : "", field->choices->rows[i].name);
        struct str want = STR("one of its choices");
        if (!rc_ok(text_done(&list, &want)))
            return fault_again(r->c);
        return refuse(r, "choice", name, field->name, want.ptr);
    }
    *ret = value;
    return OK;
}

static rc read_time(struct reader *r, const char *name, struct wall *ret)
{
    struct str text;
    TRY(read_text(r, name, &text));
    if (!wall_parse(text, ret))
        return refuse(r, "time", text, name, "an RFC 3339 time (2026-11-22T03:00:00Z)");
    if (ret->us == 0)
        return refuse(r, "time", text, name, "another moment: this one stands for an absent time");
    return OK;
}

static rc read_label(struct reader *r, struct label *ret)
{
    struct str text;
    TRY(read_text(r, "label", &text));
    rc result = label_parse(r->c, text, ret);
    if (!rc_ok(result)) {
        fault_set_rule(r->c, "label");
        fault_set_value(r->c, text);
    }
    return result;
}

static rc read_bytes(struct reader *r, const char *name, struct str *ret)
{
    struct str text;
    TRY(read_text(r, name, &text));
    if (!rc_ok(decode_bytes(r->c, ENCODE_BASE64URL, text, ret)))
        return refuse(r, "base64url", text, name, "bytes in base64url without padding");
    return OK;
}

/* One of a small object's members: its number in `names`, which ends with NULL. */
static rc small_member(struct reader *r, struct str key, const char *const *names, unsigned *seen,
                       size_t *ret)
{
    for (size_t i = 0; names[i]; i++) {
        if (!str_is(key, names[i]))
            continue;
        if (*seen & (1u << i))
            return refuse(r, "once", key, names[i], "given once");
        *seen |= 1u << i;
        *ret = i;
        return OK;
    }
    rc failed = fault_raise(r->c, RC_INVALID, __FILE__, __LINE__,
                            "there is no member \"%.*s\" here", STR_ARG(key));
    fault_set_rule(r->c, "unknown");
    fault_set_value(r->c, key);
    fault_enter_name(r->c, key);
    return failed;
}

/* The result of reading the member `name`, whose name goes before the fault's pointer. */
static rc entered(struct reader *r, const char *name, rc result)
{
    if (!rc_ok(result))
        fault_enter_name(r->c, str_from(name));
    return result;
}

static rc read_degrees(struct reader *r, const char *name, int32_t *ret)
{
    struct str digits;
    int64_t e7 = 0;
    if (json_peek(&r->j) != JSON_NUMBER)
        return refuse_next(r, name, "a number of degrees");
    if (!json_number(&r->j, &digits))
        return json_fault(r->c, &r->j);
    if (!str_to_decimal(digits, 7, &e7) || e7 < -1800000000 || e7 > 1800000000)
        return refuse(r, "degrees", digits, name, "degrees of latitude or longitude");
    *ret = (int32_t)e7;
    return OK;
}

static rc read_place(struct reader *r, const char *name, struct place *ret)
{
    static const char *const names[] = {"lat", "lon", NULL};
    struct place place = {.known = true};
    struct str key;
    unsigned seen = 0;
    size_t which = 0;
    if (json_peek(&r->j) != JSON_OBJECT)
        return refuse_next(r, name, "a place, {\"lat\": 60.17, \"lon\": 24.94}");
    json_object(&r->j);
    while (json_next_key(&r->j, &key)) {
        TRY(small_member(r, key, names, &seen, &which));
        int32_t *degrees = which == 0 ? &place.lat_e7 : &place.lon_e7;
        TRY(entered(r, names[which], read_degrees(r, names[which], degrees)));
    }
    if (r->j.error)
        return json_fault(r->c, &r->j);
    if (seen != 3)
        return refuse(r, "required", STR(""), name, "given with lat and lon");
    *ret = place;
    return OK;
}

static rc read_money(struct reader *r, const char *name, struct money *ret)
{
    static const char *const names[] = {"minor", "currency", NULL};
    struct money money = {0};
    struct str key, currency = {NULL, 0};
    unsigned seen = 0;
    size_t which = 0;
    if (json_peek(&r->j) != JSON_OBJECT)
        return refuse_next(r, name, "an amount, {\"minor\": 1250, \"currency\": \"EUR\"}");
    json_object(&r->j);
    while (json_next_key(&r->j, &key)) {
        TRY(small_member(r, key, names, &seen, &which));
        if (which == 0)
            TRY(entered(r, "minor", read_i64(r, "minor", &money.minor)));
        else
            TRY(entered(r, "currency", read_text(r, "currency", &currency)));
    }
    if (r->j.error)
        return json_fault(r->c, &r->j);
    if (seen != 3 || currency.len != 3)
        return refuse(r, "currency", currency, name,
                      "given with minor and a currency of 3 letters");
    memcpy(money.currency, currency.ptr, 3);
    *ret = money;
    return OK;
}

/* The number of items of the array that comes next, without taking it. */
static rc count_items(struct reader *r, const struct shape_field *field, size_t *ret)
{
    struct json ahead = r->j;
    size_t count = 0;
    json_array(&ahead);
    while (json_next_item(&ahead) && json_skip(&ahead, NULL))
        count++;
    if (ahead.error)
        return json_fault(r->c, &ahead);
    size_t most = shape_bounded(field) ? (size_t)field->most : SHAPE_ITEMS_MAX;
    if (count > most) {
        rc failed = fault_raise(r->c, RC_INVALID, __FILE__, __LINE__, "%s: at most %zu items",
                                field->name, most);
        fault_set_rule(r->c, "most");
        return failed;
    }
    *ret = count;
    return OK;
}

static rc read_items(struct reader *r, const struct shape_field *field, struct shape_items *ret)
{
    size_t count = 0, size = field->kind == SHAPE_LIST ? field->shape->size : sizeof(struct str);
    if (json_peek(&r->j) != JSON_ARRAY)
        return refuse_next(r, field->name, "a list");
    TRY(count_items(r, field, &count));
    char *items = ctx_take(r->c, count, size);
    if (!items)
        return fault_again(r->c);
    json_array(&r->j);
    for (size_t i = 0; json_next_item(&r->j); i++) {
        struct start start = start_of(r);
        rc result = field->kind == SHAPE_LIST
                        ? read_object(r, field->shape, items + i * size)
                        : read_text(r, field->name, (struct str *)(items + i * size));
        result = leave(r, &start, result);
        faults_enter_index(r->c, r->faults, start.faults, result, i);
        TRY(result);
    }
    *ret = (struct shape_items){count ? items : NULL, count};
    return OK;
}

static rc read_value(struct reader *r, const struct shape_field *field, void *value)
{
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
        return read_text(r, field->name, value);
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_LIST:
        return read_items(r, field, value);
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
        return read_i64(r, field->name, value);
    case SHAPE_OPT_I64: {
        struct opt_i64 *number = value;
        number->known = true;
        return read_i64(r, field->name, &number->value);
    }
    case SHAPE_FLAG:
        return read_flag(r, field->name, value);
    case SHAPE_MONEY:
        return read_money(r, field->name, value);
    case SHAPE_CHOICE:
        return read_choice(r, field, value);
    case SHAPE_TIME:
        return read_time(r, field->name, value);
    case SHAPE_PLACE:
        return read_place(r, field->name, value);
    case SHAPE_LABEL:
        return read_label(r, value);
    case SHAPE_JSON:
        return json_skip(&r->j, value) ? OK : json_fault(r->c, &r->j);
    case SHAPE_BYTES:
        return read_bytes(r, field->name, value);
    case SHAPE_RECORD:
        if (json_peek(&r->j) != JSON_OBJECT)
            return refuse_next(r, field->name, "an object");
        return read_object(r, field->shape, value);
    }
    return OK;
}

static size_t value_size(const struct shape_field *field)
{
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
    case SHAPE_JSON:
    case SHAPE_BYTES:
        return sizeof(struct str);
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_LIST:
        return sizeof(struct shape_items);
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
        return sizeof(int64_t);
    case SHAPE_OPT_I64:
        return sizeof(struct opt_i64);
    case SHAPE_FLAG:
        return sizeof(bool);
    case SHAPE_MONEY:
        return sizeof(struct money);
    case SHAPE_CHOICE:
        return sizeof(unsigned);
    case SHAPE_TIME:
        return sizeof(struct wall);
    case SHAPE_PLACE:
        return sizeof(struct place);
    case SHAPE_LABEL:
        return sizeof(struct label);
    case SHAPE_RECORD:
        return field->shape->size;
    }
    return 0;
}

/* The number of the field called `key`, searched from `next` on, since members usually come in the
 * order of the fields; the count of fields when there is none. */
static size_t find_field(const struct shape *shape, struct str key, size_t next)
{
    size_t at = next;
    for (size_t i = 0; i < shape->count; i++, at++) {
        if (at >= shape->count)
            at = 0;
        const char *name = shape->fields[at].name;
        if (key.len > 0 && name[0] == key.ptr[0] && str_is(key, name))
            return at;
    }
    return shape->count;
}

/* The member "key": which field it is, refused when unknown, given before, or ours to set. */
static rc find_member(struct reader *r, const struct shape *shape, struct str key,
                      bool seen[SHAPE_FIELDS_MAX], size_t *index)
{
    size_t at = find_field(shape, key, *index);
    if (at == shape->count) {
        rc failed = fault_raise(r->c, RC_INVALID, __FILE__, __LINE__, "%s has no field \"%.*s\"",
                                shape->name, STR_ARG(key));
        fault_set_rule(r->c, "unknown");
        fault_set_value(r->c, key);
        return failed;
    }
    const struct shape_field *field = &shape->fields[at];
    if (seen[at])
        return refuse(r, "once", key, field->name, "given once");
    if (r->source == SHAPE_FROM_INPUT && (field->flags & SYSTEM))
        return refuse(r, "system", key, field->name, "omitted: Chancery sets it");
    seen[at] = true;
    *index = at;
    return OK;
}

static rc read_member(struct reader *r, const struct shape_field *field, void *record)
{
    void *value = shape_at(field, record);
    rc result = OK;
    if (json_peek(&r->j) == JSON_NULL && field->kind != SHAPE_JSON) {
        memset(value, 0, value_size(field));
        result = json_null(&r->j) ? OK : json_fault(r->c, &r->j);
    } else {
        result = read_value(r, field, value);
    }
    return result;
}

static rc read_object(struct reader *r, const struct shape *shape, void *record)
{
    bool seen[SHAPE_FIELDS_MAX] = {false};
    struct str raw_key, key = {NULL, 0};
    size_t index = 0;
    assert(shape->count <= SHAPE_FIELDS_MAX);
    if (json_peek(&r->j) != JSON_OBJECT)
        return refuse_next(r, shape->name, "an object");
    json_object(&r->j);
    while (json_next_key(&r->j, &raw_key)) {
        struct start start = start_of(r);
        TRY(json_unescape(r->c, raw_key, &key));
        rc result = find_member(r, shape, key, seen, &index);
        const struct shape_field *field = rc_ok(result) ? &shape->fields[index++] : NULL;
        result = leave(r, &start, field ? read_member(r, field, record) : result);
        if (field && (field->flags & SECRET))
            faults_hide(r->c, r->faults, start.faults, result);
        faults_enter_name(r->c, r->faults, start.faults, result, key);
        TRY(result);
    }
    return r->j.error ? json_fault(r->c, &r->j) : OK;
}

static rc read_whole(struct ctx *c, const struct shape *shape, enum shape_source source,
                     struct str json, struct faults *faults, void *record)
{
    struct reader r = {.c = c, .source = source, .faults = faults};
    json_init(&r.j, json);
    struct start start = start_of(&r);
    TRY(leave(&r, &start, read_object(&r, shape, record)));
    return json_end(&r.j) ? OK : json_fault(c, &r.j);
}

/* Again, after it was refused, for all that is wrong with it. */
static rc tell_every_fault(struct ctx *c, const struct shape *shape, enum shape_source source,
                           struct str json, void *record)
{
    struct faults *read = NULL, *checked = NULL;
    NEW(c, read, 1);
    NEW(c, checked, 1);
    TRY(read_whole(c, shape, source, json, read, record));
    TRY(shape_check_from(c, shape, source, checked, record));
    faults_join(shape, read, checked);
    assert(read->count > 0);
    c->fault = read->items[0];
    c->faults = read;
    return fault_again(c);
}

rc shape_read(struct ctx *c, const struct shape *shape, enum shape_source source, struct str json,
              void *record)
{
    rc result = read_whole(c, shape, source, json, NULL, record);
    if (rc_ok(result))
        result = shape_check_from(c, shape, source, NULL, record);
    if (result.code == RC_INVALID && c->every_fault)
        return tell_every_fault(c, shape, source, json, record);
    return result;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_place(struct text *out, const struct place *place)
{
    text_put(out, STR("{\"lat\":"));
    text_put_decimal(out, place->lat_e7, 7);
    text_put(out, STR(",\"lon\":"));
    text_put_decimal(out, place->lon_e7, 7);
    text_put_char(out, '}');
}

static void put_money(struct text *out, const struct money *money)
{
    text_put(out, STR("{\"minor\":"));
    text_put_i64(out, money->minor);
    text_put(out, STR(",\"currency\":"));
    text_put_json(out, str_from(money->currency));
    text_put_char(out, '}');
}

static void put_items(struct text *out, const struct shape_field *field, enum shape_view view,
                      const struct shape_items *list)
{
    text_put_char(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            text_put_char(out, ',');
        if (field->kind == SHAPE_LIST)
            shape_write(out, field->shape, view, (char *)list->items + i * field->shape->size);
        else
            text_put_json(out, ((struct str *)list->items)[i]);
    }
    text_put_char(out, ']');
}

static void put_bytes(struct text *out, struct str bytes)
{
    struct str text;
    if (!rc_ok(encode_bytes(out->c, ENCODE_BASE64URL, bytes.ptr, bytes.len, &text)))
        out->failed = true;
    else
        text_put_json(out, text);
}

static void put_value(struct text *out, const struct shape_field *field, enum shape_view view,
                      const void *value)
{
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
        text_put_json(out, *(const struct str *)value);
        return;
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_LIST:
        put_items(out, field, view, value);
        return;
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
        text_put_i64(out, *(const int64_t *)value);
        return;
    case SHAPE_OPT_I64:
        text_put_i64(out, ((const struct opt_i64 *)value)->value);
        return;
    case SHAPE_FLAG:
        text_put(out, *(const bool *)value ? STR("true") : STR("false"));
        return;
    case SHAPE_MONEY:
        put_money(out, value);
        return;
    case SHAPE_CHOICE:
        text_put_json(out, str_from(shape_choice_name(field->choices, *(const unsigned *)value)));
        return;
    case SHAPE_TIME:
        text_put_char(out, '"');
        text_put_wall(out, *(const struct wall *)value);
        text_put_char(out, '"');
        return;
    case SHAPE_PLACE:
        put_place(out, value);
        return;
    case SHAPE_LABEL:
        text_put_char(out, '"');
        label_put(out, *(const struct label *)value);
        text_put_char(out, '"');
        return;
    case SHAPE_JSON:
        text_put(out, *(const struct str *)value);
        return;
    case SHAPE_BYTES:
        put_bytes(out, *(const struct str *)value);
        return;
    case SHAPE_RECORD:
        shape_write(out, field->shape, view, value);
        return;
    }
}

void shape_write(struct text *out, const struct shape *shape, enum shape_view view,
                 const void *record)
{
    bool first = true;
    text_put_char(out, '{');
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        const void *value = shape_in(field, record);
        bool hidden = view == SHAPE_VIEW_SHOWN && (field->flags & SECRET);
        if (hidden || shape_absent(field, value))
            continue;
        text_put(out, first ? STR("\"") : STR(",\""));
        first = false;
        text_put(out, str_from(field->name));
        text_put(out, STR("\":"));
        put_value(out, field, view, value);
    }
    text_put_char(out, '}');
}
