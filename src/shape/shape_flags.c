/* Names and values are put together as one JSON object by the table and then given to shape_read:
 * so there is one reader and one set of rules, wherever a record comes from. What is not of the
 * kind's form goes in as a JSON string, which the reader refuses with its usual words. */
#include "shape/shape_flags.h"

#include "base/json.h"
#include "shape/shape_part.h"
#include "shape/shape_schema.h"

#include <inttypes.h>

enum { PAIRS_MAX = 1000, NESTING_MAX = 8 };

struct pairs {
    size_t count;
    const struct shape_pair *items;
    bool *taken;
};

static rc refuse(struct ctx *c, const char *rule, struct shape_pair pair, const char *why)
{
    struct str rest = pair.name, parts[NESTING_MAX + 1] = {0};
    size_t count = 0;
    while (count <= NESTING_MAX && str_split(&rest, '.', &parts[count]))
        count++;
    struct str last = count > 0 ? parts[count - 1] : pair.name;
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "%.*s: %s", STR_ARG(last), why);
    fault_set_rule(c, rule);
    fault_set_value(c, pair.value);
    while (count > 0)
        fault_enter_name(c, parts[--count]);
    return failed;
}

/* ---- one value ------------------------------------------------------------------------------- */

/* Is it one JSON value and nothing else? */
static bool is_json(struct str text, enum json_kind kind)
{
    struct json j;
    json_init(&j, text);
    if (kind != JSON_NONE && json_peek(&j) != kind)
        return false;
    return json_skip(&j, NULL) && json_end(&j);
}

static void put_either(struct text *json, struct str text, bool as_it_is)
{
    if (as_it_is)
        text_put(json, text);
    else
        text_put_json(json, text);
}

static rc put_place(struct ctx *c, struct text *json, struct shape_pair pair)
{
    struct str lat, lon = pair.value;
    str_split(&lon, ',', &lat);
    lat = str_trim(lat);
    lon = str_trim(lon);
    if (!is_json(lat, JSON_NUMBER) || !is_json(lon, JSON_NUMBER))
        return refuse(c, "type", pair, "must be a place, LATITUDE,LONGITUDE in degrees");
    text_printf(json, "{\"lat\":%.*s,\"lon\":%.*s}", STR_ARG(lat), STR_ARG(lon));
    return OK;
}

static rc put_money(struct ctx *c, struct text *json, struct shape_pair pair)
{
    struct str minor, currency = pair.value;
    str_split(&currency, ' ', &minor);
    if (!is_json(minor, JSON_NUMBER) || str_absent(currency))
        return refuse(c, "type", pair, "must be an amount in minor units, 1250 EUR");
    text_printf(json, "{\"minor\":%.*s,\"currency\":", STR_ARG(minor));
    text_put_json(json, str_trim(currency));
    text_put_char(json, '}');
    return OK;
}

static rc put_value(struct ctx *c, struct text *json, const struct shape_field *field,
                    struct shape_pair pair)
{
    if (pair.value.len == 0) {
        text_put(json, STR("null"));
        return OK;
    }
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_CHOICE:
    case SHAPE_TIME:
    case SHAPE_LABEL:
    case SHAPE_BYTES:
        text_put_json(json, pair.value);
        return OK;
    case SHAPE_I64:
    case SHAPE_OPT_I64:
    case SHAPE_BP:
    case SHAPE_MS:
        put_either(json, pair.value, is_json(pair.value, JSON_NUMBER));
        return OK;
    case SHAPE_FLAG:
        put_either(json, pair.value, is_json(pair.value, JSON_BOOL));
        return OK;
    case SHAPE_MONEY:
        return put_money(c, json, pair);
    case SHAPE_PLACE:
        return put_place(c, json, pair);
    case SHAPE_JSON:
    case SHAPE_RECORD:
    case SHAPE_LIST:
        if (!is_json(pair.value, JSON_NONE))
            return refuse(c, "json", pair, "must be JSON");
        text_put(json, str_trim(pair.value));
        return OK;
    }
    return OK;
}

/* ---- all values ------------------------------------------------------------------------------ */

/* The next pair of this name that is not taken yet, NULL when there is none. */
static const struct shape_pair *take_pair(struct pairs *pairs, struct str name)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (pairs->taken[i] || !str_eq(pairs->items[i].name, name))
            continue;
        pairs->taken[i] = true;
        return &pairs->items[i];
    }
    return NULL;
}

static rc put_texts(struct text *json, struct pairs *pairs, const struct shape_pair *pair)
{
    text_put_char(json, '[');
    text_put_json(json, pair->value);
    const struct shape_pair *next;
    while ((next = take_pair(pairs, pair->name)) != NULL) {
        text_put_char(json, ',');
        text_put_json(json, next->value);
    }
    text_put_char(json, ']');
    return OK;
}

static bool has_prefix(const struct pairs *pairs, struct str prefix)
{
    for (size_t i = 0; i < pairs->count; i++) {
        struct str name = pairs->items[i].name;
        if (name.len > prefix.len && str_eq(str_sub(name, 0, prefix.len), prefix))
            return true;
    }
    return false;
}

static rc put_record(struct ctx *c, struct text *json, const struct shape *shape,
                     struct pairs *pairs, struct str prefix);

static void put_name(struct text *json, const struct shape_field *field)
{
    if (json->ptr[json->len - 1] != '{')
        text_put_char(json, ',');
    text_put_json(json, str_from(field->name));
    text_put_char(json, ':');
}

static rc put_field(struct ctx *c, struct text *json, const struct shape_field *field,
                    struct pairs *pairs, struct str name)
{
    const struct shape_pair *pair = take_pair(pairs, name);
    if (pair) {
        put_name(json, field);
        if (field->kind == SHAPE_TEXTS || field->kind == SHAPE_REFS)
            return put_texts(json, pairs, pair);
        const struct shape_pair *again = take_pair(pairs, name);
        rc result = again ? refuse(c, "once", *again, "may be given once")
                          : put_value(c, json, field, *pair);
        if (!rc_ok(result) && (field->flags & SECRET))
            fault_set_value(c, STR(""));
        return result;
    }
    if (field->kind != SHAPE_RECORD)
        return OK;
    struct str inner;
    TRY(str_format(c, &inner, "%.*s.", STR_ARG(name)));
    if (!has_prefix(pairs, inner))
        return OK;
    put_name(json, field);
    return put_record(c, json, field->shape, pairs, inner);
}

static rc put_record(struct ctx *c, struct text *json, const struct shape *shape,
                     struct pairs *pairs, struct str prefix)
{
    text_put_char(json, '{');
    for (size_t i = 0; i < shape->count; i++) {
        struct str name;
        TRY(str_format(c, &name, "%.*s%s", STR_ARG(prefix), shape->fields[i].name));
        TRY(put_field(c, json, &shape->fields[i], pairs, name));
        if (json->failed)
            return fault_again(c);
    }
    text_put_char(json, '}');
    return OK;
}

rc shape_query(struct ctx *c, const struct shape *shape, size_t count,
               const struct shape_pair *items, void *record)
{
    struct pairs pairs = {count, items, NULL};
    size_t bytes = 0;
    struct text json;
    struct str whole;
    if (count > PAIRS_MAX)
        FAIL(c, TOO_LARGE, "at most %d parameters", PAIRS_MAX);
    NEW(c, pairs.taken, count);
    for (size_t i = 0; i < count; i++) {
        if (!str_is_utf8(items[i].name) || !str_is_utf8(items[i].value))
            return refuse(c, "utf8", items[i], "is not UTF-8");
        bytes += items[i].value.len;
    }
    text_init(&json, c, 65536 + 8 * bytes);
    TRY(put_record(c, &json, shape, &pairs, STR("")));
    TRY(text_done(&json, &whole));
    for (size_t i = 0; i < count; i++)
        if (!pairs.taken[i])
            return refuse(c, "unknown", items[i], "there is no such field");
    return shape_read(c, shape, SHAPE_FROM_INPUT, whole, record);
}

/* ---- the command line ------------------------------------------------------------------------ */

/* The field that a dotted name leads to, NULL when it leads nowhere. */
static const struct shape_field *find_field(const struct shape *shape, struct str name)
{
    const struct shape_field *field = NULL;
    struct str part;
    while (str_split(&name, '.', &part)) {
        field = shape ? shape_field(shape, part) : NULL;
        if (!field)
            return NULL;
        shape = field->kind == SHAPE_RECORD ? field->shape : NULL;
    }
    return field;
}

/* The part of a fault's pointer that a flag stands for: not what is inside of its list. */
static struct str pointer_of_flag(const char *pointer)
{
    size_t len = 0;
    while (pointer[len] &&
           !(pointer[len] == '/' && pointer[len + 1] >= '0' && pointer[len + 1] <= '9'))
        len++;
    return (struct str){pointer, len};
}

/* Put the flag in the place of the field's name at the beginning of the message of c's fault. */
static rc name_flag(struct ctx *c, rc failed)
{
    struct fault before = c->fault;
    struct str pointer = pointer_of_flag(before.pointer), message = str_from(before.message);
    char flag[sizeof before.pointer] = "";
    size_t leaf = 0;
    if (pointer.len == 0)
        return failed;
    for (size_t i = 1; i < pointer.len; i++) {
        char ch = pointer.ptr[i];
        flag[i - 1] = (char)(ch == '/' ? '.' : ch == '_' ? '-' : ch);
        if (ch == '/')
            leaf = i;
    }
    struct str name = str_sub(pointer, leaf + 1, pointer.len);
    bool named = str_eq(str_sub(message, 0, name.len), name);
    if (named)
        message = str_sub(message, name.len, message.len);
    rc again = fault_raise(c, before.code, before.file, before.line, "--%s%s%.*s", flag,
                           named ? "" : ": ", STR_ARG(message));
    memcpy(c->fault.pointer, before.pointer, sizeof before.pointer);
    fault_set_rule(c, before.rule);
    fault_set_value(c, str_from(before.value));
    return again;
}

/* The same in every fault that c has. */
static rc name_flags(struct ctx *c, rc failed)
{
    struct faults *all = c->faults;
    for (size_t i = all ? all->count : 0; i-- > 0;) {
        c->fault = all->items[i];
        failed = name_flag(c, failed);
        all->items[i] = c->fault;
    }
    if (!all)
        return name_flag(c, failed);
    c->faults = all;
    return failed;
}

struct arguments {
    const struct shape *shape;
    size_t count, at;
    char *const *items;
};

static rc refuse_argument(struct ctx *c, struct str argument, const char *why)
{
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "%.*s %s", STR_ARG(argument), why);
    fault_set_rule(c, "flag");
    fault_set_value(c, argument);
    return failed;
}

/* The pair that the next argument, or the next two, are. */
static rc next_pair(struct ctx *c, struct arguments *a, struct shape_pair *ret)
{
    struct str argument = str_from(a->items[a->at++]);
    if (!str_starts(argument, "--") || argument.len < 3)
        return refuse_argument(c, argument, "is not a flag");
    struct str value = str_sub(argument, 2, argument.len), written;
    char *copy = NULL;
    str_split(&value, '=', &written);
    NEW(c, copy, written.len + 1);
    for (size_t i = 0; i < written.len; i++)
        copy[i] = (char)(written.ptr[i] == '-' ? '_' : written.ptr[i]);
    struct str name = {copy, written.len};
    const struct shape_field *field = find_field(a->shape, name);
    bool no = !field && str_starts(name, "no_");
    if (no) {
        name = str_sub(name, 3, name.len);
        field = find_field(a->shape, name);
    }
    if (!field || (no && (field->kind != SHAPE_FLAG || !str_absent(value))))
        return refuse_argument(c, argument, "is not known here");
    if (str_absent(value) && field->kind == SHAPE_FLAG)
        value = no ? STR("false") : STR("true");
    else if (str_absent(value) && a->at < a->count)
        value = str_from(a->items[a->at++]);
    else if (str_absent(value))
        return refuse_argument(c, argument, "needs a value");
    *ret = (struct shape_pair){name, value};
    return OK;
}

rc shape_flags(struct ctx *c, const struct shape *shape, size_t count, char *const *items,
               void *record)
{
    struct arguments arguments = {shape, count, 0, items};
    struct shape_pair *pairs = NULL;
    size_t found = 0;
    NEW(c, pairs, count);
    while (arguments.at < count)
        TRY(next_pair(c, &arguments, &pairs[found++]));
    rc result = shape_query(c, shape, found, pairs, record);
    return rc_ok(result) ? OK : name_flags(c, result);
}

/* ---- help ------------------------------------------------------------------------------------ */

static void put_bounds(struct text *out, const struct shape_field *field, const char *unit)
{
    if (shape_bounded(field))
        text_printf(out, "; %" PRId64 " to %" PRId64 "%s", field->least, field->most, unit);
}

/* What is to be written after the flag, and its bounds in words. */
static void put_value_name(struct text *out, const struct shape_field *field)
{
    if (field->kind == SHAPE_CHOICE)
        for (size_t i = 1; i < field->choices->count; i++)
            text_printf(out, "%s%s", i > 1 ? "|" : " ", field->choices->rows[i].name);
    else if (field->kind == SHAPE_PLACE)
        text_put(out, STR(" LATITUDE,LONGITUDE"));
    else if (field->kind == SHAPE_MONEY)
        text_put(out, STR(" MINOR CURRENCY"));
    else if (field->kind == SHAPE_REF || field->kind == SHAPE_REFS)
        text_put(out, STR(" ID"));
    else if (field->kind == SHAPE_TEXT || field->kind == SHAPE_TEXTS)
        text_printf(out, " %s", field->form->name);
    else if (field->kind == SHAPE_LIST)
        text_put(out, STR(" JSON"));
    else if (field->kind != SHAPE_FLAG)
        text_printf(out, " %s", shape_kind_name(field->kind));
}

static void put_unit(struct text *out, const struct shape_field *field)
{
    bool many =
        field->kind == SHAPE_REFS || field->kind == SHAPE_TEXTS || field->kind == SHAPE_LIST;
    if (field->kind == SHAPE_TEXT)
        put_bounds(out, field, " characters");
    else if (many)
        put_bounds(out, field, " items");
    else if (field->kind == SHAPE_JSON || field->kind == SHAPE_BYTES)
        put_bounds(out, field, " bytes");
    else
        put_bounds(out, field, "");
    if (many && field->kind != SHAPE_LIST)
        text_put(out, STR("; repeatable"));
    if (field->flags & REQUIRED)
        text_put(out, STR("; required"));
}

/* The nested records that a field is in, from the innermost outwards. */
struct path {
    const char *name;
    const struct path *outer;
};

static void put_path(struct text *out, const struct path *path, const char *name)
{
    if (path) {
        put_path(out, path->outer, path->name);
        text_put_char(out, '.');
    }
    for (const char *p = name; *p; p++)
        text_put_char(out, (char)(*p == '_' ? '-' : *p));
}

static void put_help(struct text *out, const struct shape *shape, const struct path *path)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        if (field->flags & SYSTEM)
            continue;
        if (field->kind == SHAPE_RECORD) {
            put_help(out, field->shape, &(struct path){field->name, path});
            continue;
        }
        text_put(out, field->kind == SHAPE_FLAG ? STR("  --[no-]") : STR("  --"));
        put_path(out, path, field->name);
        put_value_name(out, field);
        text_printf(out, "\n        %s", field->help);
        put_unit(out, field);
        text_put_char(out, '\n');
    }
}

void shape_flags_help(struct text *out, const struct shape *shape)
{
    put_help(out, shape, NULL);
}
