#include "engine/kit/compute.h"

enum { ITEMS_DEFAULT = 100000, CHARS_DEFAULT = 100000 };
#define EXACT_MOST 9007199254740992.0 /* 2^53 */

static rc wrong(struct ctx *c, const char *rule, const char *message)
{
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "%s", message);
    fault_set_rule(c, rule);
    return failed;
}

static rc wrong_type(struct ctx *c, const char *wanted)
{
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "must be %s", wanted);
    fault_set_rule(c, "type");
    return failed;
}

static rc check_number(struct ctx *c, const struct compute_field *field, const struct datum *value)
{
    bool bounded = field->least < field->most;
    if (value->kind != DATUM_NUMBER)
        return wrong_type(c, field->kind == COMPUTE_INTEGER ? "an integer" : "a number");
    if (bounded && (value->number < field->least || value->number > field->most)) {
        rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "must be from %.12g to %.12g",
                                field->least, field->most);
        fault_set_rule(c, "range");
        return failed;
    }
    if (field->kind == COMPUTE_NUMBER)
        return OK;
    if (value->number > EXACT_MOST || value->number < -EXACT_MOST ||
        value->number != (double)(int64_t)value->number)
        return wrong(c, "integer", "must be an integer within 2^53");
    return OK;
}

static rc check_text(struct ctx *c, const struct compute_field *field, const struct datum *value)
{
    size_t most = field->most > 0 ? (size_t)field->most : CHARS_DEFAULT;
    if (value->kind != DATUM_TEXT)
        return wrong_type(c, "a text");
    if (str_count_chars(value->text) > most) {
        rc failed =
            fault_raise(c, RC_INVALID, __FILE__, __LINE__, "has at most %zu characters", most);
        fault_set_rule(c, "max_chars");
        return failed;
    }
    return OK;
}

static rc check_one(struct ctx *c, const struct compute_field *field, const struct datum *value)
{
    switch (field->kind) {
    case COMPUTE_NUMBER:
    case COMPUTE_INTEGER:
        return check_number(c, field, value);
    case COMPUTE_TEXT:
        return check_text(c, field, value);
    case COMPUTE_FLAG:
        return value->kind == DATUM_FLAG ? OK : wrong_type(c, "true or false");
    case COMPUTE_OBJECT:
        return compute_check(c, field->fields, false, value);
    case COMPUTE_ANY:
        return OK;
    }
    return OK;
}

static rc check_list(struct ctx *c, const struct compute_field *field, const struct datum *value)
{
    size_t most = field->items_most ? field->items_most : ITEMS_DEFAULT;
    if (value->kind != DATUM_LIST)
        return wrong_type(c, "a list");
    if (value->count > most) {
        rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "has at most %zu items", most);
        fault_set_rule(c, "max_items");
        return failed;
    }
    for (size_t i = 0; i < value->count; i++) {
        rc result = check_one(c, field, &value->items[i]);
        if (!rc_ok(result)) {
            fault_enter_index(c, i);
            return result;
        }
    }
    return OK;
}

static rc check_field(struct ctx *c, const struct compute_field *field, const struct datum *object)
{
    const struct datum *value = datum_member(object, field->name);
    if (!value && !(field->flags & REQUIRED_FIELD))
        return OK;
    rc result = !value                  ? wrong(c, "required", "must be given")
                : field->flags & LISTED ? check_list(c, field, value)
                                        : check_one(c, field, value);
    if (!rc_ok(result))
        fault_enter_name(c, str_from(field->name));
    return result;
}

static bool is_named(const struct compute_field *fields, struct str name)
{
    for (; fields->name; fields++)
        if (str_is(name, fields->name))
            return true;
    return false;
}

rc compute_check(struct ctx *c, const struct compute_field *fields, bool foreign,
                 const struct datum *value)
{
    if (value->kind != DATUM_OBJECT)
        return wrong_type(c, "an object");
    for (size_t i = 0; !foreign && i < value->count; i++) {
        if (is_named(fields, value->items[i].name))
            continue;
        rc result = wrong(c, "unknown", "there is no such member");
        fault_enter_name(c, value->items[i].name);
        return result;
    }
    for (const struct compute_field *field = fields; field->name; field++)
        TRY(check_field(c, field, value));
    return OK;
}

rc compute_run(struct ctx *c, const struct compute *compute, struct str json, struct text *out)
{
    struct datum input;
    TRY(datum_read(c, json, &input));
    TRY(compute_check(c, compute->input, compute->foreign, &input));
    return compute->run(c, &input, out);
}
