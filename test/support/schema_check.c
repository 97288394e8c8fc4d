/* Schemas and values are kept as the JSON they are written in, and looked into anew each time:
 * slow, small, and with nothing to free. */
#include "support/schema_check.h"

#include "base/json.h"

struct checking {
    struct ctx *c;
    struct str schemas;
};

static rc check(const struct checking *k, struct str schema, struct str value);

#define WRONG(k, word) FAIL((k)->c, INVALID, "the schema's \"%.*s\" refuses it", STR_ARG(word))

/* The member of an object, absent when it has none of this name. */
static struct str member(struct str object, struct str name)
{
    struct json j;
    struct str key, value;
    json_init(&j, object);
    if (json_peek(&j) != JSON_OBJECT)
        return (struct str){NULL, 0};
    json_object(&j);
    while (json_next_key(&j, &key) && json_skip(&j, &value))
        if (str_eq(key, name))
            return value;
    return (struct str){NULL, 0};
}

static enum json_kind kind_of(struct str value)
{
    struct json j;
    json_init(&j, value);
    return json_peek(&j);
}

static struct str string_of(struct ctx *c, struct str value)
{
    struct json j;
    struct str raw = STR(""), text = STR("");
    json_init(&j, value);
    if (!json_string(&j, &raw) || !rc_ok(json_unescape(c, raw, &text)))
        return (struct str){NULL, 0};
    return text;
}

static rc check_type(const struct checking *k, struct str type, struct str value)
{
    int64_t integer = 0;
    enum json_kind kind = kind_of(value);
    bool good = (str_is(type, "object") && kind == JSON_OBJECT) ||
                (str_is(type, "array") && kind == JSON_ARRAY) ||
                (str_is(type, "string") && kind == JSON_STRING) ||
                (str_is(type, "number") && kind == JSON_NUMBER) ||
                (str_is(type, "integer") && kind == JSON_NUMBER && str_to_i64(value, &integer)) ||
                (str_is(type, "boolean") && kind == JSON_BOOL);
    if (!good)
        WRONG(k, type);
    return OK;
}

static rc check_members(const struct checking *k, struct str schema, struct str value)
{
    struct str properties = member(schema, STR("properties")), key, inner_value;
    bool closed = str_is(member(schema, STR("additionalProperties")), "false");
    struct json j;
    json_init(&j, value);
    json_object(&j);
    while (json_next_key(&j, &key) && json_skip(&j, &inner_value)) {
        struct str inner = member(properties, key);
        rc result = OK;
        if (!str_absent(inner))
            result = check(k, inner, inner_value);
        else if (closed)
            result = fault_raise(k->c, RC_INVALID, __FILE__, __LINE__, "an additional property");
        if (!rc_ok(result)) {
            fault_enter_name(k->c, key);
            return result;
        }
    }
    return j.error ? json_fault(k->c, &j) : OK;
}

static rc check_required(const struct checking *k, struct str names, struct str value)
{
    struct json j;
    struct str name;
    json_init(&j, names);
    json_array(&j);
    while (json_next_item(&j) && json_string(&j, &name))
        if (str_absent(member(value, name)))
            FAIL(k->c, INVALID, "\"required\" misses %.*s", STR_ARG(name));
    return j.error ? json_fault(k->c, &j) : OK;
}

static rc check_items(const struct checking *k, struct str schema, struct str value)
{
    struct json j;
    struct str item;
    json_init(&j, value);
    json_array(&j);
    for (size_t i = 0; json_next_item(&j) && json_skip(&j, &item); i++) {
        rc result = check(k, schema, item);
        if (!rc_ok(result)) {
            fault_enter_index(k->c, i);
            return result;
        }
    }
    return j.error ? json_fault(k->c, &j) : OK;
}

static rc check_one_of(const struct checking *k, struct str schemas, struct str value)
{
    struct json j;
    struct str one;
    size_t matches = 0;
    json_init(&j, schemas);
    json_array(&j);
    while (json_next_item(&j) && json_skip(&j, &one))
        matches += rc_ok(check(k, one, value));
    if (matches != 1)
        WRONG(k, STR("oneOf"));
    return OK;
}

static int64_t size_of(struct ctx *c, struct str value)
{
    struct json j;
    int64_t count = 0;
    if (kind_of(value) == JSON_STRING)
        return (int64_t)str_count_chars(string_of(c, value));
    json_init(&j, value);
    json_array(&j);
    while (json_next_item(&j) && json_skip(&j, NULL))
        count++;
    return count;
}

static bool is_note(struct str word)
{
    static const char *const notes[] = {
        "description",     "readOnly", "writeOnly",           "format",
        "contentEncoding", "pattern",  "additionalProperties"};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (str_is(word, notes[i]))
            return true;
    return str_starts(word, "x-");
}

static rc check_bound(const struct checking *k, struct str word, int64_t bound, struct str value)
{
    int64_t number = 0, size = size_of(k->c, value);
    bool least = str_is(word, "minimum"), most = str_is(word, "maximum");
    bool good = false;
    if (str_is(word, "minLength") || str_is(word, "minItems"))
        good = size >= bound;
    else if (str_is(word, "maxLength") || str_is(word, "maxItems"))
        good = size <= bound;
    else if (str_to_i64(value, &number))
        good = (least && number >= bound) || (most && number <= bound);
    else if (bound < INT64_MAX / 1000000000 && str_to_decimal(value, 9, &number))
        good = (least && number >= bound * 1000000000) || (most && number <= bound * 1000000000);
    if (!good)
        WRONG(k, word);
    return OK;
}

static rc check_ref(const struct checking *k, struct str target, struct str value)
{
    struct str prefix = STR("#/components/schemas/");
    struct str inner = member(k->schemas, str_sub(target, prefix.len, target.len));
    if (!str_eq(str_sub(target, 0, prefix.len), prefix) || str_absent(inner))
        FAIL(k->c, MALFORMED, "there is no schema %.*s", STR_ARG(target));
    return check(k, inner, value);
}

static rc check_word(const struct checking *k, struct str schema, struct str word, struct str rule,
                     struct str value)
{
    int64_t bound = 0;
    if (str_is(word, "$ref"))
        return check_ref(k, string_of(k->c, rule), value);
    if (str_is(word, "type"))
        return check_type(k, string_of(k->c, rule), value);
    if (str_is(word, "properties"))
        return check_members(k, schema, value);
    if (str_is(word, "required"))
        return check_required(k, rule, value);
    if (str_is(word, "items"))
        return check_items(k, rule, value);
    if (str_is(word, "oneOf"))
        return check_one_of(k, rule, value);
    if (str_is(word, "const") && str_eq(rule, value))
        return OK;
    if (str_is(word, "const"))
        WRONG(k, word);
    if (is_note(word))
        return OK;
    if (str_to_i64(rule, &bound))
        return check_bound(k, word, bound, value);
    FAIL(k->c, MALFORMED, "an unknown word of the schema: %.*s", STR_ARG(word));
}

static rc check(const struct checking *k, struct str schema, struct str value)
{
    struct json j;
    struct str word, rule;
    json_init(&j, schema);
    json_object(&j);
    while (json_next_key(&j, &word) && json_skip(&j, &rule))
        TRY(check_word(k, schema, word, rule, value));
    return j.error ? json_fault(k->c, &j) : OK;
}

rc schema_check(struct ctx *c, struct str schemas, const char *name, struct str value)
{
    struct str schema = member(schemas, str_from(name));
    if (str_absent(schema) || kind_of(value) == JSON_NONE)
        FAIL(c, MALFORMED, "there is no schema %s, or no value", name);
    return check(&(struct checking){c, schemas}, schema, value);
}
