/* Validation and copying, by the table. */
#include "shape/shape.h"

#include "base/glyph.h"
#include "base/json.h"
#include "shape/label.h"
#include "shape/shape_part.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

const struct shape_field *shape_field(const struct shape *shape, struct str name)
{
    for (size_t i = 0; i < shape->count; i++)
        if (str_is(name, shape->fields[i].name))
            return &shape->fields[i];
    return NULL;
}

/* A shape may be inside itself (a list of what is within it): so deep, nothing new is found. */
enum { NESTING_MAX = 8 };

static bool carries(const struct shape *shape, enum shape_flag flag, int depth)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        bool nested = field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST;
        if ((field->flags & flag) ||
            (nested && depth < NESTING_MAX && carries(field->shape, flag, depth + 1)))
            return true;
    }
    return false;
}

bool shape_carries(const struct shape *shape, enum shape_flag flag)
{
    return carries(shape, flag, 0);
}

const char *shape_choice_name(const struct shape_choices *choices, unsigned value)
{
    return value < choices->count ? choices->rows[value].name : NULL;
}

unsigned shape_choice_value(const struct shape_choices *choices, struct str name)
{
    for (unsigned i = 1; i < choices->count; i++)
        if (str_is(name, choices->rows[i].name))
            return i;
    return 0;
}

static bool record_absent(const struct shape *shape, const void *record)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        const void *value = shape_in(field, record);
        bool number =
            field->kind == SHAPE_I64 || field->kind == SHAPE_BP || field->kind == SHAPE_MS;
        if (number && *(const int64_t *)value == 0)
            continue;
        if (field->kind == SHAPE_FLAG && !*(const bool *)value)
            continue;
        if (!shape_absent(field, value))
            return false;
    }
    return true;
}

bool shape_absent(const struct shape_field *field, const void *value)
{
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
    case SHAPE_JSON:
    case SHAPE_BYTES:
        return str_absent(*(const struct str *)value);
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_LIST:
        return ((const struct shape_items *)value)->count == 0;
    case SHAPE_OPT_I64:
        return !((const struct opt_i64 *)value)->known;
    case SHAPE_MONEY:
        return ((const struct money *)value)->currency[0] == '\0';
    case SHAPE_CHOICE:
        return *(const unsigned *)value == 0;
    case SHAPE_TIME:
        return ((const struct wall *)value)->us == 0;
    case SHAPE_PLACE:
        return !((const struct place *)value)->known;
    case SHAPE_LABEL:
        return ((const struct label *)value)->tlp == TLP_NONE;
    case SHAPE_RECORD:
        return record_absent(field->shape, value);
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
    case SHAPE_FLAG:
        return false;
    }
    return false;
}

/* ---- validation ------------------------------------------------------------------------------ */

/* Raise INVALID for a field; the pointer is filled in by whoever knows the way to it. */
#define REFUSE(c, rule_, value_, ...)                                              \
    do {                                                                           \
        rc refused_ = fault_raise(c, RC_INVALID, __FILE__, __LINE__, __VA_ARGS__); \
        fault_set_rule(c, rule_);                                                  \
        fault_set_value(c, value_);                                                \
        return refused_;                                                           \
    } while (0)

static rc check_amount(struct ctx *c, const struct shape_field *field, const char *what,
                       int64_t amount, struct str value)
{
    if (!shape_bounded(field))
        return OK;
    if (amount < field->least)
        REFUSE(c, "least", value, "%s: at least %" PRId64 "%s", field->name, field->least, what);
    if (amount > field->most)
        REFUSE(c, "most", value, "%s: at most %" PRId64 "%s", field->name, field->most, what);
    return OK;
}

static rc check_number(struct ctx *c, const struct shape_field *field, int64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, number);
    struct str value = {digits, (size_t)len};
    if (field->kind == SHAPE_BP && (number < 0 || number > 10000))
        REFUSE(c, "basis_points", value, "%s: basis points are 0 to 10000", field->name);
    if (field->kind == SHAPE_MS && number < 0)
        REFUSE(c, "duration", value, "%s: a duration is not negative", field->name);
    return check_amount(c, field, "", number, value);
}

/* What is in the record already stays readable: only what comes is refused. A secret is shown to
 * nobody, and what it is made of is its owner's. */
static rc check_text(struct ctx *c, const struct shape_field *field, enum shape_source source,
                     struct str text)
{
    if (!str_is_utf8(text))
        REFUSE(c, "utf8", STR(""), "%s: not UTF-8", field->name);
    bool free = field->form == &text_form_block || field->form == &text_form_heard;
    bool seen = source == SHAPE_FROM_INPUT && !free && !(field->flags & SECRET);
    uint32_t code = seen ? str_hidden(text) : 0;
    if (code)
        REFUSE(c, "hidden", text, "%s: has the hidden character U+%04" PRIX32, field->name, code);
    if (!field->form->check(text))
        REFUSE(c, field->form->name, text, "%s: must be %s", field->name, field->form->rule);
    return OK;
}

static rc check_id(struct ctx *c, const struct shape_field *field, struct str id)
{
    bool good = id.len > 0 && id.len <= SHAPE_ID_CHARS_MAX;
    for (size_t i = 0; good && i < id.len; i++) {
        char ch = id.ptr[i];
        good = (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') ||
               ch == '-' || ch == '_';
    }
    if (!good)
        REFUSE(c, "id", id, "%s: an id has 1 to %d characters of A-Z a-z 0-9 - _", field->name,
               SHAPE_ID_CHARS_MAX);
    return OK;
}

static rc check_item(struct ctx *c, const struct shape_field *field, enum shape_source source,
                     struct str item)
{
    if (field->kind == SHAPE_REFS)
        return check_id(c, field, item);
    if (str_count_chars(item) > SHAPE_ITEM_CHARS_MAX)
        REFUSE(c, "most", item, "%s: at most %d characters each", field->name,
               SHAPE_ITEM_CHARS_MAX);
    return check_text(c, field, source, item);
}

static rc check_texts(struct ctx *c, const struct shape_field *field, enum shape_source source,
                      struct faults *faults, const struct texts *list)
{
    TRY(check_amount(c, field, " items", (int64_t)list->count, STR("")));
    for (size_t i = 0; i < list->count; i++) {
        size_t before = faults_count(faults);
        rc result = faults_keep(c, faults, check_item(c, field, source, list->items[i]));
        faults_enter_index(c, faults, before, result, i);
        TRY(result);
    }
    return OK;
}

static rc check_money(struct ctx *c, const struct shape_field *field, const struct money *money)
{
    for (size_t i = 0; i < 3; i++)
        if (money->currency[i] < 'A' || money->currency[i] > 'Z')
            REFUSE(c, "currency", str_from(money->currency),
                   "%s: a currency is three capitals of ISO 4217", field->name);
    return check_number(c, field, money->minor);
}

static rc check_place(struct ctx *c, const struct shape_field *field, const struct place *place)
{
    if (place->lat_e7 < -900000000 || place->lat_e7 > 900000000)
        REFUSE(c, "latitude", STR(""), "%s: latitude is -90 to 90 degrees", field->name);
    if (place->lon_e7 < -1800000000 || place->lon_e7 > 1800000000)
        REFUSE(c, "longitude", STR(""), "%s: longitude is -180 to 180 degrees", field->name);
    return OK;
}

static rc check_label(struct ctx *c, const struct shape_field *field, const struct label *label)
{
    struct str rest = label->compartments, part, before = {NULL, 0};
    size_t count = 0;
    if (label->tlp > TLP_RED)
        REFUSE(c, "label", STR(""), "%s: not a marking of TLP 2.0", field->name);
    while (rest.len && str_split(&rest, ',', &part)) {
        bool tidy = text_form_slug.check(part) && part.len <= LABEL_COMPARTMENT_CHARS_MAX &&
                    str_compare(before, part) < 0 && ++count <= LABEL_COMPARTMENTS_MAX;
        if (!tidy || str_ends(label->compartments, ","))
            REFUSE(c, "label", label->compartments,
                   "%s: compartments are names in order, each once", field->name);
        before = part;
    }
    return OK;
}

/* A whole JSON value and nothing beside it, since it is written into records as it is. */
static rc check_json(struct ctx *c, const struct shape_field *field, struct str json)
{
    struct json j;
    struct str raw;
    json_init(&j, json);
    j.depth = JSON_DEPTH_MAX - SHAPE_JSON_DEPTH_MAX;
    if (!json_skip(&j, &raw) || raw.len != json.len)
        REFUSE(c, "json", str_sub(json, j.at, json.len), "%s: not JSON at byte %zu: %s",
               field->name, j.at, j.error ? j.error : "something stands beside the value");
    return check_amount(c, field, " bytes", (int64_t)json.len, STR(""));
}

static rc check_list(struct ctx *c, const struct shape_field *field, enum shape_source source,
                     struct faults *faults, const struct shape_items *list)
{
    TRY(check_amount(c, field, " items", (int64_t)list->count, STR("")));
    for (size_t i = 0; i < list->count; i++) {
        const char *item = (const char *)list->items + i * field->shape->size;
        size_t before = faults_count(faults);
        rc result = shape_check_from(c, field->shape, source, faults, item);
        faults_enter_index(c, faults, before, result, i);
        TRY(result);
    }
    return OK;
}

static rc check_value(struct ctx *c, const struct shape_field *field, enum shape_source source,
                      struct faults *faults, const void *value)
{
    const struct str *text = value;
    if (shape_absent(field, value)) {
        bool ours = source == SHAPE_FROM_INPUT && (field->flags & SYSTEM);
        if ((field->flags & REQUIRED) && !ours)
            REFUSE(c, "required", STR(""), "%s is required: %s", field->name, field->help);
        return OK;
    }
    switch (field->kind) {
    case SHAPE_TEXT:
        TRY(check_amount(c, field, " characters", (int64_t)str_count_chars(*text), *text));
        return check_text(c, field, source, *text);
    case SHAPE_ID:
    case SHAPE_REF:
        return check_id(c, field, *text);
    case SHAPE_JSON:
        return check_json(c, field, *text);
    case SHAPE_BYTES:
        return check_amount(c, field, " bytes", (int64_t)text->len, STR(""));
    case SHAPE_REFS:
    case SHAPE_TEXTS:
        return check_texts(c, field, source, faults, value);
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
        return check_number(c, field, *(const int64_t *)value);
    case SHAPE_OPT_I64:
        return check_number(c, field, ((const struct opt_i64 *)value)->value);
    case SHAPE_MONEY:
        return check_money(c, field, value);
    case SHAPE_CHOICE:
        if (*(const unsigned *)value >= field->choices->count)
            REFUSE(c, "choice", STR(""), "%s: not one of its choices", field->name);
        return OK;
    case SHAPE_PLACE:
        return check_place(c, field, value);
    case SHAPE_RECORD:
        return shape_check_from(c, field->shape, source, faults, value);
    case SHAPE_LIST:
        return check_list(c, field, source, faults, value);
    case SHAPE_TIME:
        if (!wall_in_calendar(*(const struct wall *)value))
            REFUSE(c, "time", STR(""), "%s: a time is in the years 1 to 9999", field->name);
        return OK;
    case SHAPE_LABEL:
        return check_label(c, field, value);
    case SHAPE_FLAG:
        return OK;
    }
    return OK;
}

rc shape_check_from(struct ctx *c, const struct shape *shape, enum shape_source source,
                    struct faults *faults, const void *record)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        size_t before = faults_count(faults);
        rc result = check_value(c, field, source, faults, shape_in(field, record));
        result = faults_keep(c, faults, result);
        if (field->flags & SECRET)
            faults_hide(c, faults, before, result);
        faults_enter_name(c, faults, before, result, str_from(field->name));
        TRY(result);
    }
    return OK;
}

rc shape_check(struct ctx *c, const struct shape *shape, const void *record)
{
    return shape_check_from(c, shape, SHAPE_FROM_RECORD, NULL, record);
}

/* ---- comparing ------------------------------------------------------------------------------- */

static bool same_str(struct str a, struct str b)
{
    return str_absent(a) ? str_absent(b) : str_eq(a, b);
}

static bool same_items(const struct shape_field *field, const struct shape_items *a,
                       const struct shape_items *b)
{
    size_t size = field->kind == SHAPE_LIST ? field->shape->size : sizeof(struct str);
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        const char *left = (const char *)a->items + i * size;
        const char *right = (const char *)b->items + i * size;
        same = field->kind == SHAPE_LIST
                   ? shape_same(field->shape, left, right)
                   : same_str(*(const struct str *)left, *(const struct str *)right);
    }
    return same;
}

static bool same_label(const struct label *a, const struct label *b)
{
    if (a->tlp != b->tlp || a->compartments.len != b->compartments.len)
        return false;
    return a->compartments.len == 0 || str_eq(a->compartments, b->compartments);
}

static bool same_place(const struct place *a, const struct place *b)
{
    return a->lat_e7 == b->lat_e7 && a->lon_e7 == b->lon_e7;
}

/* Of two values of which neither is absent. */
static bool same_value(const struct shape_field *field, const void *a, const void *b)
{
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
    case SHAPE_JSON:
    case SHAPE_BYTES:
        return str_eq(*(const struct str *)a, *(const struct str *)b);
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_LIST:
        return same_items(field, a, b);
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
        return *(const int64_t *)a == *(const int64_t *)b;
    case SHAPE_OPT_I64:
        return ((const struct opt_i64 *)a)->value == ((const struct opt_i64 *)b)->value;
    case SHAPE_FLAG:
        return *(const bool *)a == *(const bool *)b;
    case SHAPE_MONEY:
        return ((const struct money *)a)->minor == ((const struct money *)b)->minor &&
               memcmp(((const struct money *)a)->currency, ((const struct money *)b)->currency,
                      3) == 0;
    case SHAPE_CHOICE:
        return *(const unsigned *)a == *(const unsigned *)b;
    case SHAPE_TIME:
        return ((const struct wall *)a)->us == ((const struct wall *)b)->us;
    case SHAPE_PLACE:
        return same_place(a, b);
    case SHAPE_LABEL:
        return same_label(a, b);
    case SHAPE_RECORD:
        return shape_same(field->shape, a, b);
    }
    return false;
}

bool shape_same(const struct shape *shape, const void *a, const void *b)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        const void *left = shape_in(field, a), *right = shape_in(field, b);
        bool absent = shape_absent(field, left);
        if (absent != shape_absent(field, right))
            return false;
        if (!absent && !same_value(field, left, right))
            return false;
    }
    return true;
}

/* ---- copying --------------------------------------------------------------------------------- */

static rc copy_texts(struct ctx *c, struct texts *list)
{
    struct str *items = NULL;
    if (list->count == 0)
        return OK;
    NEW(c, items, list->count);
    for (size_t i = 0; i < list->count; i++)
        TRY(str_copy(c, list->items[i], &items[i]));
    list->items = items;
    return OK;
}

static rc copy_list(struct ctx *c, const struct shape *shape, struct shape_items *list)
{
    if (list->count == 0)
        return OK;
    char *items = ctx_take(c, list->count, shape->size);
    if (!items)
        return fault_again(c);
    for (size_t i = 0; i < list->count; i++) {
        size_t at = i * shape->size;
        TRY(shape_copy(c, shape, (char *)list->items + at, items + at));
    }
    list->items = items;
    return OK;
}

rc shape_copy(struct ctx *c, const struct shape *shape, const void *record, void *ret)
{
    memmove(ret, record, shape->size);
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        void *value = shape_at(field, ret);
        switch (field->kind) {
        case SHAPE_TEXT:
        case SHAPE_ID:
        case SHAPE_REF:
        case SHAPE_JSON:
        case SHAPE_BYTES:
            TRY(str_copy(c, *(struct str *)value, value));
            break;
        case SHAPE_LABEL: {
            struct label *label = value;
            TRY(str_copy(c, label->compartments, &label->compartments));
            break;
        }
        case SHAPE_REFS:
        case SHAPE_TEXTS:
            TRY(copy_texts(c, value));
            break;
        case SHAPE_RECORD:
            TRY(shape_copy(c, field->shape, shape_in(field, record), value));
            break;
        case SHAPE_LIST:
            TRY(copy_list(c, field->shape, value));
            break;
        case SHAPE_I64:
        case SHAPE_OPT_I64:
        case SHAPE_BP:
        case SHAPE_MS:
        case SHAPE_FLAG:
        case SHAPE_MONEY:
        case SHAPE_CHOICE:
        case SHAPE_TIME:
        case SHAPE_PLACE:
            break;
        }
    }
    return OK;
}
