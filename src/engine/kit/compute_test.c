/* What an engine is given: read, checked, and refused with its place and rule. */
#include "engine/kit/compute.h"

#include "unit.h"

static struct ctx *fresh(void)
{
    static struct ctx c;
    arena_close(c.arena);
    c = (struct ctx){.arena = arena_open(64 << 20), .clock = &clock_system};
    return &c;
}

static const struct compute_field point[] = {
    {"x", COMPUTE_NUMBER, REQUIRED_FIELD, .help = "east"},
    {0},
};
static const struct compute_field fields[] = {
    {"mass_kg", COMPUTE_NUMBER, REQUIRED_FIELD, .least = 0.5, .most = 100, .help = "mass"},
    {"floor", COMPUTE_INTEGER, 0, .help = "storey"},
    {"name", COMPUTE_TEXT, 0, .most = 3, .help = "name"},
    {"drill", COMPUTE_FLAG, 0, .help = "drill"},
    {"path", COMPUTE_OBJECT, LISTED, .items_most = 2, .fields = point, .help = "points"},
    {"raw", COMPUTE_ANY, 0, .help = "as it is"},
    {0},
};

static struct ctx *check(const char *json, enum rc_code code)
{
    struct ctx *c = fresh();
    struct datum value;
    rc result = datum_read(c, str_from(json), &value);
    if (rc_ok(result))
        result = compute_check(c, fields, false, &value);
    assert_int_equal(result.code, code);
    return c;
}

static void refused(const char *json, const char *pointer, const char *rule)
{
    struct ctx *c = check(json, RC_INVALID);
    assert_string_equal(c->fault.pointer, pointer);
    assert_string_equal(c->fault.rule, rule);
}

TEST(what_fits_the_fields_is_read_as_it_is_written)
{
    struct ctx *c = fresh();
    struct datum value;
    assert_true(rc_ok(datum_read(c,
                                 STR(" {\"mass_kg\":1.5e1,\"name\":\"\\u00e9t\\u00e9\","
                                     "\"floor\":-2,\"drill\":true,\"path\":[{\"x\":1}],"
                                     "\"raw\":{\"a\" : [1, {}]}} "),
                                 &value)));
    assert_true(rc_ok(compute_check(c, fields, false, &value)));
    assert_true(datum_number(&value, "mass_kg", 0) == 15.0);
    assert_int_equal(datum_integer(&value, "floor", 7), -2);
    assert_true(str_is(datum_text(&value, "name"), "été"));
    assert_true(datum_member(&value, "drill")->flag);
    assert_true(str_is(datum_text(&value, "raw"), "{\"a\" : [1, {}]}"));
    assert_true(datum_number(&datum_member(&value, "path")->items[0], "x", 0) == 1.0);
}

TEST(absent_is_absent_and_null_is_too)
{
    struct ctx *c = fresh();
    struct datum value;
    assert_true(rc_ok(datum_read(c, STR("{\"mass_kg\":1,\"floor\":null}"), &value)));
    assert_true(rc_ok(compute_check(c, fields, false, &value)));
    assert_null(datum_member(&value, "floor"));
    assert_int_equal(datum_integer(&value, "floor", 7), 7);
    assert_true(str_absent(datum_text(&value, "name")));
    refused("{\"mass_kg\":null}", "/mass_kg", "required");
}

TEST(what_does_not_fit_names_its_place_and_rule)
{
    refused("{}", "/mass_kg", "required");
    refused("[]", "", "type");
    refused("{\"mass_kg\":\"1\"}", "/mass_kg", "type");
    refused("{\"mass_kg\":0.4}", "/mass_kg", "range");
    refused("{\"mass_kg\":100.1}", "/mass_kg", "range");
    refused("{\"mass_kg\":1,\"floor\":1.5}", "/floor", "integer");
    refused("{\"mass_kg\":1,\"floor\":1e17}", "/floor", "integer");
    refused("{\"mass_kg\":1,\"name\":\"été1\"}", "/name", "max_chars");
    refused("{\"mass_kg\":1,\"name\":3}", "/name", "type");
    refused("{\"mass_kg\":1,\"drill\":0}", "/drill", "type");
    refused("{\"mass_kg\":1,\"weight\":0}", "/weight", "unknown");
    refused("{\"mass_kg\":1,\"path\":{}}", "/path", "type");
    refused("{\"mass_kg\":1,\"path\":[{\"x\":1},{\"x\":1},{\"x\":1}]}", "/path", "max_items");
    refused("{\"mass_kg\":1,\"path\":[{\"x\":1},{}]}", "/path/1/x", "required");
    refused("{\"mass_kg\":1,\"path\":[{\"x\":1,\"y\":1}]}", "/path/0/y", "unknown");
}

TEST(what_is_no_json_is_refused)
{
    static const char *const bad[] = {
        "",     "{",    "{\"a\":1,\"a\":2}", "{\"mass_kg\":1} 2",
        "null", "nope", "{\"mass_kg\":01}",  "{\"name\":\"\\ud800\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check(bad[i], RC_MALFORMED);
    check("{\"mass_kg\":1e999}", RC_INVALID);
    check("{\"path\":[null]}", RC_INVALID);
}

TEST(depth_and_number_of_values_are_bounded)
{
    struct ctx *c = fresh();
    struct text t;
    struct str json;
    struct datum value;
    text_init(&t, c, 8 << 20);
    for (int i = 0; i < 65; i++)
        text_put_char(&t, '[');
    assert_true(rc_ok(text_done(&t, &json)));
    assert_int_equal(datum_read(c, json, &value).code, RC_MALFORMED);

    c->arena = (arena_close(c->arena), arena_open((size_t)512 << 20));
    text_init(&t, c, 8 << 20);
    text_put(&t, STR("[0"));
    for (int i = 0; i < DATUM_ITEMS_MAX; i++)
        text_put(&t, STR(",0"));
    text_put_char(&t, ']');
    assert_true(rc_ok(text_done(&t, &json)));
    assert_int_equal(datum_read(c, json, &value).code, RC_TOO_LARGE);
}
