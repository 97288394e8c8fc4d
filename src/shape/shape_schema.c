/* Both are written straight from the table, field by field. */
#include "shape/shape_schema.h"

#include "shape/label.h"
#include "shape/shape_part.h"

#include <assert.h>
#include <inttypes.h>

/* ---- the set --------------------------------------------------------------------------------- */

static rc set_append(struct ctx *c, struct shape_set *set, const struct shape *shape)
{
    if (set->count == set->room) {
        size_t room = set->room ? set->room * 2 : 32;
        const struct shape **items = NULL;
        NEW(c, items, room);
        for (size_t i = 0; i < set->count; i++)
            items[i] = set->items[i];
        set->items = items;
        set->room = room;
    }
    set->items[set->count++] = shape;
    return OK;
}

static bool has_shape(const struct shape_field *field)
{
    return field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST;
}

rc shape_set_add(struct ctx *c, struct shape_set *set, const struct shape *shape)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i] == shape)
            return OK;
        if (str_is(str_from(shape->name), set->items[i]->name))
            FAIL(c, CONFLICT, "two shapes have the name %s", shape->name);
    }
    TRY(set_append(c, set, shape));
    for (size_t i = 0; i < shape->count; i++)
        if (has_shape(&shape->fields[i]))
            TRY(shape_set_add(c, set, shape->fields[i].shape));
    return OK;
}

/* ---- JSON Schema ----------------------------------------------------------------------------- */

static void put_key(struct text *out, const char *key)
{
    if (out->len > 0 && out->ptr[out->len - 1] != '{' && out->ptr[out->len - 1] != '[')
        text_put_char(out, ',');
    text_put_json(out, str_from(key));
    text_put_char(out, ':');
}

static void put_string(struct text *out, const char *key, const char *value)
{
    put_key(out, key);
    text_put_json(out, str_from(value));
}

static void put_number(struct text *out, const char *key, int64_t value)
{
    put_key(out, key);
    text_put_i64(out, value);
}

static void put_true(struct text *out, const char *key, bool is)
{
    if (!is)
        return;
    put_key(out, key);
    text_put(out, STR("true"));
}

static void put_bounds(struct text *out, const struct shape_field *field, const char *least,
                       const char *most)
{
    if (!shape_bounded(field))
        return;
    put_number(out, least, field->least);
    put_number(out, most, field->most);
}

static void put_form(struct text *out, const struct text_form *form)
{
    put_string(out, "type", "string");
    if (form->pattern)
        put_string(out, "pattern", form->pattern);
    put_string(out, "x-form", form->name);
}

static void put_id_pattern(struct text *out)
{
    put_string(out, "type", "string");
    put_key(out, "pattern");
    text_printf(out, "\"^[A-Za-z0-9_\\\\-]{1,%d}$\"", SHAPE_ID_CHARS_MAX);
}

static void put_ref(struct text *out, const struct shape *shape)
{
    put_key(out, "$ref");
    text_printf(out, "\"#/components/schemas/%s\"", shape->name);
}

static void put_items(struct text *out, const struct shape_field *field)
{
    put_string(out, "type", "array");
    put_key(out, "items");
    text_put_char(out, '{');
    if (field->kind == SHAPE_LIST) {
        put_ref(out, field->shape);
    } else if (field->kind == SHAPE_REFS) {
        put_id_pattern(out);
    } else {
        put_form(out, field->form);
        put_number(out, "maxLength", SHAPE_ITEM_CHARS_MAX);
    }
    text_put_char(out, '}');
    if (shape_bounded(field))
        put_bounds(out, field, "minItems", "maxItems");
    else
        put_number(out, "maxItems", SHAPE_ITEMS_MAX);
}

static void put_integer(struct text *out, const struct shape_field *field, int64_t least,
                        int64_t most)
{
    if (shape_bounded(field)) {
        least = field->least > least ? field->least : least;
        most = field->most < most ? field->most : most;
    }
    put_string(out, "type", "integer");
    put_string(out, "format", "int64");
    if (least != INT64_MIN)
        put_number(out, "minimum", least);
    if (most != INT64_MAX)
        put_number(out, "maximum", most);
}

static void put_choices(struct text *out, const struct shape_choices *choices)
{
    put_string(out, "type", "string");
    put_key(out, "oneOf");
    text_put_char(out, '[');
    for (size_t i = 1; i < choices->count; i++) {
        text_put(out, i > 1 ? STR(",{") : STR("{"));
        put_string(out, "const", choices->rows[i].name);
        put_string(out, "description", choices->rows[i].help);
        text_put_char(out, '}');
    }
    text_put_char(out, ']');
}

static void put_money(struct text *out, const struct shape_field *field)
{
    put_string(out, "type", "object");
    text_put(out, STR(",\"properties\":{\"minor\":{"));
    put_integer(out, field, INT64_MIN, INT64_MAX);
    text_put(out, STR("},\"currency\":{\"type\":\"string\",\"pattern\":\"^[A-Z]{3}$\"}},"
                      "\"required\":[\"minor\",\"currency\"],\"additionalProperties\":false"));
}

static void put_place(struct text *out)
{
    put_string(out, "type", "object");
    text_put(out, STR(",\"properties\":{\"lat\":{\"type\":\"number\",\"minimum\":-90,"
                      "\"maximum\":90},\"lon\":{\"type\":\"number\",\"minimum\":-180,"
                      "\"maximum\":180}},\"required\":[\"lat\",\"lon\"],"
                      "\"additionalProperties\":false"));
}

static void put_label(struct text *out)
{
    put_string(out, "type", "string");
    put_key(out, "pattern");
    text_printf(out,
                "\"^TLP:(?:CLEAR|GREEN|AMBER|AMBER\\\\+STRICT|RED)"
                "(?:\\\\/[a-z0-9\\\\-]{1,%d}(?:,[a-z0-9\\\\-]{1,%d}){0,%d})?$\"",
                LABEL_COMPARTMENT_CHARS_MAX, LABEL_COMPARTMENT_CHARS_MAX,
                LABEL_COMPARTMENTS_MAX - 1);
}

/* Base 64 without padding: n bytes are 4n/3 characters, rounded up. */
static void put_bytes(struct text *out, const struct shape_field *field)
{
    put_string(out, "type", "string");
    put_string(out, "contentEncoding", "base64url");
    put_string(out, "pattern", "^[A-Za-z0-9_\\-]*$");
    if (!shape_bounded(field))
        return;
    put_number(out, "minLength", (field->least * 4 + 2) / 3);
    put_number(out, "maxLength", (field->most * 4 + 2) / 3);
}

static void put_type(struct text *out, const struct shape_field *field)
{
    switch (field->kind) {
    case SHAPE_TEXT:
        put_form(out, field->form);
        put_bounds(out, field, "minLength", "maxLength");
        return;
    case SHAPE_ID:
    case SHAPE_REF:
        put_id_pattern(out);
        return;
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_LIST:
        put_items(out, field);
        return;
    case SHAPE_I64:
    case SHAPE_OPT_I64:
        put_integer(out, field, INT64_MIN, INT64_MAX);
        return;
    case SHAPE_BP:
        put_integer(out, field, 0, 10000);
        return;
    case SHAPE_MS:
        put_integer(out, field, 0, INT64_MAX);
        return;
    case SHAPE_FLAG:
        put_string(out, "type", "boolean");
        return;
    case SHAPE_MONEY:
        put_money(out, field);
        return;
    case SHAPE_CHOICE:
        put_choices(out, field->choices);
        return;
    case SHAPE_TIME:
        put_string(out, "type", "string");
        put_string(out, "format", "date-time");
        return;
    case SHAPE_PLACE:
        put_place(out);
        return;
    case SHAPE_LABEL:
        put_label(out);
        return;
    case SHAPE_JSON:
        return; /* anything */
    case SHAPE_BYTES:
        put_bytes(out, field);
        return;
    case SHAPE_RECORD:
        put_ref(out, field->shape);
        return;
    }
}

static bool has_target(const struct shape_field *field)
{
    return field->kind == SHAPE_REF || field->kind == SHAPE_REFS;
}

static bool never_seen(const struct shape_field *field)
{
    return (field->flags & SYSTEM) && (field->flags & SECRET);
}

/* Left out of what is sent, it is 0 or false; what is shown always has it. */
static bool never_absent(const struct shape_field *field)
{
    return field->kind == SHAPE_I64 || field->kind == SHAPE_BP || field->kind == SHAPE_MS ||
           field->kind == SHAPE_FLAG;
}

static void put_property(struct text *out, const struct shape_field *field)
{
    put_key(out, field->name);
    text_put_char(out, '{');
    put_type(out, field);
    put_string(out, "description", field->help);
    put_true(out, "readOnly", field->flags & SYSTEM);
    put_true(out, "writeOnly", field->flags & SECRET);
    put_true(out, "x-shown", never_absent(field) && !(field->flags & SECRET));
    put_true(out, "x-personal", field->flags & PERSONAL);
    if (has_target(field))
        put_string(out, "x-target", field->target);
    text_put_char(out, '}');
}

static bool always_there(const struct shape_field *field)
{
    return (field->flags & REQUIRED) && !(field->flags & (SYSTEM | SECRET)) && !never_absent(field);
}

void shape_schema(struct text *out, const struct shape *shape)
{
    text_put_char(out, '{');
    put_string(out, "type", "object");
    put_string(out, "description", shape->help);
    put_key(out, "properties");
    text_put_char(out, '{');
    for (size_t i = 0; i < shape->count; i++)
        if (!never_seen(&shape->fields[i]))
            put_property(out, &shape->fields[i]);
    text_put(out, STR("},\"required\":["));
    bool first = true;
    for (size_t i = 0; i < shape->count; i++) {
        if (!always_there(&shape->fields[i]))
            continue;
        if (!first)
            text_put_char(out, ',');
        first = false;
        text_put_json(out, str_from(shape->fields[i].name));
    }
    text_put(out, STR("],\"additionalProperties\":false}"));
}

void shape_schemas(struct text *out, const struct shape_set *set)
{
    text_put_char(out, '{');
    for (size_t i = 0; i < set->count; i++) {
        put_key(out, set->items[i]->name);
        shape_schema(out, set->items[i]);
    }
    text_put_char(out, '}');
}

/* ---- the plain table ------------------------------------------------------------------------- */

const char *shape_kind_name(enum shape_kind kind)
{
    static const char *const names[] = {
        [SHAPE_TEXT] = "text", [SHAPE_ID] = "id",           [SHAPE_REF] = "ref",
        [SHAPE_REFS] = "refs", [SHAPE_TEXTS] = "texts",     [SHAPE_I64] = "i64",
        [SHAPE_BP] = "bp",     [SHAPE_OPT_I64] = "opt_i64", [SHAPE_MS] = "ms",
        [SHAPE_FLAG] = "flag", [SHAPE_MONEY] = "money",     [SHAPE_CHOICE] = "choice",
        [SHAPE_TIME] = "time", [SHAPE_PLACE] = "place",     [SHAPE_LABEL] = "label",
        [SHAPE_JSON] = "json", [SHAPE_BYTES] = "bytes",     [SHAPE_RECORD] = "record",
        [SHAPE_LIST] = "list",
    };
    assert(kind < sizeof names / sizeof names[0]);
    return names[kind];
}

/* The shapes that are being described, from the innermost outwards. */
struct inside {
    const struct shape *shape;
    const struct inside *outer;
};

static void describe(struct text *out, const struct shape *shape, const struct inside *outer);

static void describe_choices(struct text *out, const struct shape_choices *choices)
{
    put_key(out, "choices");
    text_put_char(out, '[');
    for (size_t i = 1; i < choices->count; i++) {
        text_put(out, i > 1 ? STR(",{") : STR("{"));
        put_string(out, "name", choices->rows[i].name);
        put_string(out, "help", choices->rows[i].help);
        text_put_char(out, '}');
    }
    text_put_char(out, ']');
}

static void describe_form(struct text *out, const struct text_form *form)
{
    put_string(out, "form", form->name);
    put_string(out, "rule", form->rule);
    if (form->pattern)
        put_string(out, "pattern", form->pattern);
    if (form->sample)
        put_string(out, "sample", form->sample);
}

static void describe_field(struct text *out, const struct shape_field *field,
                           const struct inside *inside)
{
    text_put_char(out, '{');
    put_string(out, "name", field->name);
    put_string(out, "kind", shape_kind_name(field->kind));
    put_string(out, "help", field->help);
    if (field->kind == SHAPE_TEXT || field->kind == SHAPE_TEXTS)
        describe_form(out, field->form);
    if (field->kind == SHAPE_CHOICE)
        describe_choices(out, field->choices);
    if (has_target(field))
        put_string(out, "target", field->target);
    if (has_shape(field)) {
        put_key(out, "shape");
        describe(out, field->shape, inside);
    }
    put_bounds(out, field, "least", "most");
    put_true(out, "required", field->flags & REQUIRED);
    put_true(out, "indexed", field->flags & INDEXED);
    put_true(out, "personal", field->flags & PERSONAL);
    put_true(out, "secret", field->flags & SECRET);
    put_true(out, "outgoing", field->flags & OUTGOING);
    put_true(out, "destination", field->flags & DESTINATION);
    put_true(out, "unique", field->flags & UNIQUE);
    put_true(out, "system", field->flags & SYSTEM);
    put_true(out, "title", field->flags & TITLE);
    put_true(out, "searched", field->flags & SEARCHED);
    put_true(out, "secondary", field->flags & SECONDARY);
    text_put_char(out, '}');
}

static void describe(struct text *out, const struct shape *shape, const struct inside *outer)
{
    struct inside here = {shape, outer};
    bool inside_itself = false;
    for (const struct inside *at = outer; at; at = at->outer)
        inside_itself = inside_itself || at->shape == shape;
    text_put_char(out, '{');
    put_string(out, "name", shape->name);
    if (!inside_itself) {
        put_number(out, "version", shape->version);
        put_string(out, "help", shape->help);
        put_key(out, "fields");
        text_put_char(out, '[');
        for (size_t i = 0; i < shape->count; i++) {
            if (i > 0)
                text_put_char(out, ',');
            describe_field(out, &shape->fields[i], &here);
        }
        text_put_char(out, ']');
    }
    text_put_char(out, '}');
}

void shape_describe(struct text *out, const struct shape *shape)
{
    describe(out, shape, NULL);
}
