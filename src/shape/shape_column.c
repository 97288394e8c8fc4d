#include "shape/shape_column.h"

#include "shape/label.h"

#include <assert.h>
#include <stdio.h>

enum { LIST_JSON_MAX = 1 << 20 };

static enum shape_cell_type cell_type(enum shape_kind kind)
{
    switch (kind) {
    case SHAPE_I64:
    case SHAPE_OPT_I64:
    case SHAPE_BP:
    case SHAPE_MS:
    case SHAPE_FLAG:
    case SHAPE_TIME:
    case SHAPE_PLACE:
        return SHAPE_CELL_I64;
    case SHAPE_BYTES:
        return SHAPE_CELL_BYTES;
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_MONEY:
    case SHAPE_CHOICE:
    case SHAPE_LABEL:
    case SHAPE_JSON:
    case SHAPE_RECORD:
    case SHAPE_LIST:
        return SHAPE_CELL_TEXT;
    }
    return SHAPE_CELL_TEXT;
}

static size_t count_columns(const struct shape *shape)
{
    size_t count = 0;
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        bool two = field->kind == SHAPE_PLACE || field->kind == SHAPE_MONEY;
        count += field->kind == SHAPE_RECORD ? count_columns(field->shape) : two ? 2 : 1;
    }
    return count;
}

struct adding {
    struct ctx *c;
    struct shape_columns *columns;
    const char *prefix;
    size_t offset;
    unsigned outer; /* the flags of the records around the field, REQUIRED and SECRET only */
};

static unsigned flags_of(const struct adding *a, const struct shape_field *field)
{
    unsigned flags = field->flags & (a->outer | ~(unsigned)REQUIRED);
    bool list_of_secrets = field->kind == SHAPE_LIST && shape_carries(field->shape, SECRET);
    return flags | (a->outer & SECRET) | (list_of_secrets ? SECRET : 0);
}

static rc add_column(const struct adding *a, const struct shape_field *field, const char *suffix,
                     enum shape_part part, enum shape_cell_type type)
{
    struct str name;
    TRY(str_format(a->c, &name, "%s%s%s", a->prefix, field->name, suffix));
    a->columns->items[a->columns->count++] = (struct shape_column){
        .name = name.ptr,
        .type = type,
        .part = part,
        .field = field,
        .flags = flags_of(a, field),
        .hidden = ((field->flags | a->outer) & SECRET) != 0,
        .offset = a->offset + field->offset,
    };
    return OK;
}

static rc add_columns(const struct adding *a, const struct shape *shape)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        if (field->kind == SHAPE_RECORD) {
            struct str prefix;
            TRY(str_format(a->c, &prefix, "%s%s_", a->prefix, field->name));
            struct adding inner = {a->c, a->columns, prefix.ptr, a->offset + field->offset,
                                   flags_of(a, field) & (REQUIRED | SECRET)};
            TRY(add_columns(&inner, field->shape));
        } else if (field->kind == SHAPE_PLACE) {
            TRY(add_column(a, field, "_lat_e7", SHAPE_LAT, SHAPE_CELL_I64));
            TRY(add_column(a, field, "_lon_e7", SHAPE_LON, SHAPE_CELL_I64));
        } else if (field->kind == SHAPE_MONEY) {
            TRY(add_column(a, field, "_minor", SHAPE_MINOR, SHAPE_CELL_I64));
            TRY(add_column(a, field, "_currency", SHAPE_CURRENCY, SHAPE_CELL_TEXT));
        } else {
            TRY(add_column(a, field, "", SHAPE_WHOLE, cell_type(field->kind)));
        }
    }
    return OK;
}

rc shape_columns(struct ctx *c, const struct shape *shape, struct shape_columns *ret)
{
    struct shape_columns columns = {0};
    NEW(c, columns.items, count_columns(shape));
    TRY(add_columns(&(struct adding){c, &columns, "", 0, REQUIRED}, shape));
    *ret = columns;
    return OK;
}

const struct shape_column *shape_column(const struct shape_columns *columns, struct str name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (str_is(name, columns->items[i].name))
            return &columns->items[i];
    return NULL;
}

/* ---- out of a record ------------------------------------------------------------------------- */

static struct shape_cell cell_i64(int64_t value)
{
    return (struct shape_cell){SHAPE_CELL_I64, value, {NULL, 0}};
}

static struct shape_cell cell_text(struct str text)
{
    return (struct shape_cell){SHAPE_CELL_TEXT, 0, text};
}

/* A list as JSON: a record of one field, written by the same writer, without its frame. */
static rc get_list(struct ctx *c, const struct shape_field *field, const void *value,
                   struct shape_cell *ret)
{
    struct shape_field alone = *field;
    alone.offset = 0;
    alone.name = "l";
    struct shape one = {
        .name = "list", .size = sizeof(struct shape_items), .count = 1, .fields = &alone};
    struct text out;
    struct str json;
    text_init(&out, c, LIST_JSON_MAX);
    shape_write(&out, &one, SHAPE_VIEW_WHOLE, value);
    TRY(text_done(&out, &json));
    *ret = cell_text(str_sub(json, 5, json.len - 6)); /* {"l":…} */
    return OK;
}

static rc get_label(struct ctx *c, const struct label *label, struct shape_cell *ret)
{
    struct text out;
    struct str text;
    text_init(&out, c, 1024);
    label_put(&out, *label);
    TRY(text_done(&out, &text));
    *ret = cell_text(text);
    return OK;
}

rc shape_column_get(struct ctx *c, const struct shape_column *column, const void *record,
                    struct shape_cell *ret)
{
    const struct shape_field *field = column->field;
    const void *value = (const char *)record + column->offset;
    if (shape_absent(field, value)) {
        *ret = (struct shape_cell){0};
        return OK;
    }
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
    case SHAPE_JSON:
        *ret = cell_text(*(const struct str *)value);
        return OK;
    case SHAPE_BYTES:
        *ret = (struct shape_cell){SHAPE_CELL_BYTES, 0, *(const struct str *)value};
        return OK;
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_LIST:
        return get_list(c, field, value, ret);
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
        *ret = cell_i64(*(const int64_t *)value);
        return OK;
    case SHAPE_OPT_I64:
        *ret = cell_i64(((const struct opt_i64 *)value)->value);
        return OK;
    case SHAPE_FLAG:
        *ret = cell_i64(*(const bool *)value);
        return OK;
    case SHAPE_TIME:
        *ret = cell_i64(((const struct wall *)value)->us);
        return OK;
    case SHAPE_CHOICE:
        *ret = cell_text(str_from(shape_choice_name(field->choices, *(const unsigned *)value)));
        return OK;
    case SHAPE_LABEL:
        return get_label(c, value, ret);
    case SHAPE_PLACE: {
        const struct place *place = value;
        *ret = cell_i64(column->part == SHAPE_LAT ? place->lat_e7 : place->lon_e7);
        return OK;
    }
    case SHAPE_MONEY: {
        const struct money *money = value;
        *ret = column->part == SHAPE_MINOR ? cell_i64(money->minor)
                                           : cell_text(str_from(money->currency));
        return OK;
    }
    case SHAPE_RECORD:
        break; /* flattened: never a column */
    }
    assert(!"a nested record is no column");
    return OK;
}

/* ---- into a record --------------------------------------------------------------------------- */

static rc set_list(struct ctx *c, const struct shape_field *field, struct str json, void *value)
{
    struct shape_field alone = *field;
    alone.offset = 0;
    alone.name = "l";
    alone.flags = 0;
    struct shape one = {
        .name = "list", .size = sizeof(struct shape_items), .count = 1, .fields = &alone};
    struct text frame;
    struct str framed;
    text_init(&frame, c, LIST_JSON_MAX + 16);
    text_put(&frame, STR("{\"l\":"));
    text_put(&frame, json);
    text_put_char(&frame, '}');
    TRY(text_done(&frame, &framed));
    return shape_read(c, &one, SHAPE_FROM_RECORD, framed, value);
}

/* The two columns of a place may come in any order. */
static rc set_degrees(struct ctx *c, const struct shape_column *column, int64_t number,
                      struct place *place)
{
    if (number < INT32_MIN || number > INT32_MAX)
        FAIL(c, CORRUPT, "%s holds no degrees", column->name);
    place->known = true;
    *(column->part == SHAPE_LAT ? &place->lat_e7 : &place->lon_e7) = (int32_t)number;
    return OK;
}

static rc set_i64(struct ctx *c, const struct shape_column *column, int64_t number, void *value)
{
    enum shape_kind kind = column->field->kind;
    if (kind == SHAPE_FLAG)
        *(bool *)value = number != 0;
    else if (kind == SHAPE_TIME)
        ((struct wall *)value)->us = number;
    else if (kind == SHAPE_OPT_I64)
        *(struct opt_i64 *)value = (struct opt_i64){true, number};
    else if (kind == SHAPE_MONEY)
        ((struct money *)value)->minor = number;
    else if (kind != SHAPE_PLACE)
        *(int64_t *)value = number;
    else
        return set_degrees(c, column, number, value);
    return OK;
}

static rc set_text(struct ctx *c, const struct shape_column *column, struct str text, void *value)
{
    const struct shape_field *field = column->field;
    switch (field->kind) {
    case SHAPE_LABEL:
        return label_parse(c, text, value);
    case SHAPE_CHOICE:
        *(unsigned *)value = shape_choice_value(field->choices, text);
        if (*(unsigned *)value == 0)
            FAIL(c, CORRUPT, "%s holds \"%.*s\", which is not one of its choices", column->name,
                 STR_ARG(text));
        return OK;
    case SHAPE_MONEY:
        if (text.len != 3)
            FAIL(c, CORRUPT, "%s holds no currency", column->name);
        memcpy(((struct money *)value)->currency, text.ptr, 3);
        return OK;
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_LIST:
        TRY(str_copy(c, text, &text));
        return set_list(c, field, text, value);
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
    case SHAPE_JSON:
    case SHAPE_BYTES:
        return str_copy(c, text, value);
    case SHAPE_I64:
    case SHAPE_OPT_I64:
    case SHAPE_BP:
    case SHAPE_MS:
    case SHAPE_FLAG:
    case SHAPE_TIME:
    case SHAPE_PLACE:
    case SHAPE_RECORD:
        break;
    }
    FAIL(c, CORRUPT, "%s holds a text where a number belongs", column->name);
}

rc shape_column_set(struct ctx *c, const struct shape_column *column, struct shape_cell cell,
                    void *record)
{
    void *value = (char *)record + column->offset;
    if (cell.type == SHAPE_CELL_NULL)
        return OK;
    if (cell.type != column->type)
        FAIL(c, CORRUPT, "%s holds a value of another type", column->name);
    if (cell.type == SHAPE_CELL_I64)
        return set_i64(c, column, cell.i64, value);
    rc result = set_text(c, column, cell.bytes, value);
    bool unreadable = result.code == RC_INVALID || result.code == RC_MALFORMED;
    if (!unreadable)
        return result;
    char why[sizeof c->fault.message];
    snprintf(why, sizeof why, "%s", c->fault.message);
    FAIL(c, CORRUPT, "%s: %s", column->name, why);
}
