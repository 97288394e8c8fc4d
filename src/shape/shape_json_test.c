/* Reading: what is refused, by which rule, where, and with which value; what is kept. */
#include "unit.h"

#include "shape/shape.h"
#include "support/every.h"
#include "support/scratch.h"

#define GOOD "{\"id\":\"1\",\"name\":\"n\",\"site\":\"s\",\"colour\":\"red\",\"label\":\"TLP:RED\"}"

/* A good record with one member more. */
static struct str with(struct ctx *c, const char *member)
{
    struct str json;
    assert_true(rc_ok(str_format(c, &json,
                                 "{\"id\":\"1\",\"site\":\"s\",\"colour\":\"red\","
                                 "\"label\":\"TLP:RED\",%s}",
                                 member)));
    return json;
}

struct row {
    const char *member, *pointer, *rule, *value;
};

static void refuses(enum rc_code code, size_t count, const struct row *rows)
{
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        struct every every = {.name = STR("n")};
        rc result = shape_read(&c, &every_shape, SHAPE_FROM_RECORD, with(&c, row->member), &every);
        struct fault *f = &c.fault;
        if (result.code != code || strcmp(f->pointer, row->pointer) != 0 ||
            strcmp(f->rule, row->rule) != 0 || strcmp(f->value, row->value) != 0)
            fail_msg("%s: %s %s %s \"%s\" (%s)", row->member, rc_name(result.code), f->pointer,
                     f->rule, f->value, f->message);
    }
    scratch_close(&c);
}

TEST(a_wrong_value_is_told_with_its_place_and_rule)
{
    static const struct row rows[] = {
        {"\"name\":\"\"", "/name", "least", ""},
        {"\"name\":1", "/name", "type", "1"},
        {"\"name\":\"a\\nb\"", "/name", "line", "a\nb"},
        {"\"name\":null", "/name", "required", ""},
        {"\"note\":\"a\\u0000b\"", "/note", "block", "a?b"},
        {"\"slug\":\"a--b\"", "/slug", "slug", "a--b"},
        {"\"slug\":\"-a\"", "/slug", "slug", "-a"},
        {"\"email\":\"a@b\"", "/email", "email", "a@b"},
        {"\"phone\":\"12\"", "/phone", "phone", "12"},
        {"\"phone\":\"123\\u0000\"", "/phone", "phone", "123?"},
        {"\"country\":\"fi\"", "/country", "country", "fi"},
        {"\"locale\":\"e\"", "/locale", "locale", "e"},
        {"\"link\":\"http://a\"", "/link", "https", "http://a"},
        {"\"zone\":\"a//b\"", "/zone", "zone", "a//b"},
        {"\"zone\":\"UTC\\u0000\"", "/zone", "zone", "UTC?"},
        {"\"secret\":\"abc\"", "/secret", "least", ""},
        {"\"secret\":1234567", "/secret", "type", ""},
        {"\"id2\":\"x\"", "/id2", "unknown", "id2"},
        {"\"id\":\"x\"", "/id", "once", "id"},
        {"\"people\":[\"a\",\"\"]", "/people/1", "id", ""},
        {"\"people\":[\"a\",1]", "/people/1", "type", "1"},
        {"\"people\":\"a\"", "/people", "type", "\"a\""},
        {"\"people\":[\"012345678901234567890123456\"]", "/people/0", "id",
         "012345678901234567890123456"},
        {"\"tags\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]", "/tags", "most", ""},
        {"\"tags\":[\"a\",\"B\"]", "/tags/1", "slug", "B"},
        {"\"count\":1.5", "/count", "integer", "1.5"},
        {"\"count\":9223372036854775808", "/count", "integer", "9223372036854775808"},
        {"\"count\":\"1\"", "/count", "type", "\"1\""},
        {"\"level\":-4", "/level", "least", "-4"},
        {"\"level\":13", "/level", "most", "13"},
        {"\"share\":10001", "/share", "basis_points", "10001"},
        {"\"hold_ms\":-1", "/hold_ms", "duration", "-1"},
        {"\"hold_ms\":600001", "/hold_ms", "most", "600001"},
        {"\"locked\":0", "/locked", "type", "0"},
        {"\"price\":{\"minor\":1}", "/price", "currency", ""},
        {"\"price\":{\"minor\":1,\"currency\":\"eur\"}", "/price", "currency", "eur"},
        {"\"price\":{\"minor\":1.5,\"currency\":\"EUR\"}", "/price/minor", "integer", "1.5"},
        {"\"price\":{\"minor\":1,\"minor\":1}", "/price", "once", "minor"},
        {"\"price\":{\"major\":1}", "/price/major", "unknown", "major"},
        {"\"price\":12", "/price", "type", "12"},
        {"\"since\":\"yesterday\"", "/since", "time", "yesterday"},
        {"\"since\":\"1970-01-01T00:00:00Z\"", "/since", "time", "1970-01-01T00:00:00Z"},
        {"\"at\":{\"lat\":90.1,\"lon\":0}", "/at", "latitude", ""},
        {"\"at\":{\"lat\":0,\"lon\":180.1}", "/at/lon", "degrees", "180.1"},
        {"\"at\":{\"lat\":0,\"lon\":\"1\"}", "/at/lon", "type", "\"1\""},
        {"\"at\":{\"lat\":0}", "/at", "required", ""},
        {"\"at\":[1,2]", "/at", "type", "[1,2]"},
        {"\"print\":\"\"", "/print", "least", ""},
        {"\"print\":\"a=\"", "/print", "base64url", "a="},
        {"\"address\":7", "/address", "type", "7"},
        {"\"address\":{\"country\":\"FI\"}", "/address/city", "required", ""},
        {"\"address\":{\"city\":\"x\",\"floor\":201}", "/address/floor", "most", "201"},
        {"\"address\":{\"city\":\"x\",\"open\":[{}]}", "/address/open/0/from", "required", ""},
        {"\"address\":{\"city\":\"x\",\"street\":1}", "/address/street", "unknown", "street"},
        {"\"spans\":[{\"from\":\"2026-11-22T03:00:00Z\"},{\"from\":\"2026-11-22T03:00:00Z\","
         "\"guards\":0}]",
         "/spans/1/guards", "least", "0"},
        {"\"spans\":{}", "/spans", "type", "{}"},
        {"\"spans\":[{},{},{},{},{},{},{}]", "/spans", "most", ""},
    };
    refuses(RC_INVALID, sizeof rows / sizeof rows[0], rows);
}

/* Every fault of a body, as "/pointer rule" lines. */
static void finds(const char *json, enum rc_code code, const char *expected)
{
    struct ctx c = scratch_open(0);
    struct every every = {0};
    struct text out;
    c.every_fault = true;
    text_init(&out, &c, 4096);
    rc result = shape_read(&c, &every_shape, SHAPE_FROM_INPUT, str_from(json), &every);
    assert_int_equal(result.code, code);
    for (size_t i = 0; c.faults && i < c.faults->count; i++)
        text_printf(&out, "%s %s\n", c.faults->items[i].pointer, c.faults->items[i].rule);
    text_put_char(&out, '\0');
    assert_string_equal(text_str(&out).ptr, expected);
    if (c.faults)
        assert_string_equal(c.fault.pointer, c.faults->items[0].pointer);
    scratch_close(&c);
}

TEST(every_fault_of_a_body_is_told_in_the_order_of_the_fields)
{
    finds("{\"tags\":[\"a\",\"B\",7],\"site\":\"s\",\"odd\":{\"deep\":[1]},\"colour\":\"x\","
          "\"label\":\"TLP:RED\"}",
          RC_INVALID, "/name required\n/tags/1 slug\n/tags/2 type\n/colour choice\n/odd unknown\n");
    finds("{}", RC_INVALID, "/name required\n/site required\n/colour required\n/label required\n");
}

TEST(faults_within_records_and_lists_have_their_way_and_each_value_has_one)
{
    finds("{\"name\":\"n\",\"site\":\"s\",\"colour\":\"red\",\"label\":\"TLP:RED\","
          "\"spans\":[{\"from\":1},{\"from\":\"2026-11-22T03:00:00Z\",\"guards\":0},7],"
          "\"at\":{\"lat\":\"x\",\"lon\":1},\"address\":{\"floor\":201,\"open\":[{}]}}",
          RC_INVALID,
          "/at/lat type\n/address/city required\n/address/floor most\n"
          "/address/open/0/from required\n/spans/0/from type\n/spans/1/guards least\n"
          "/spans/2 type\n");
}

TEST(faults_end_at_the_most_and_a_secret_stays_one)
{
    struct ctx c = scratch_open(0);
    struct every every = {0};
    struct text json;
    c.every_fault = true;
    text_init(&json, &c, 4096);
    text_put(&json, STR("{\"secret\":\"abc\""));
    for (int i = 0; i < 30; i++)
        text_printf(&json, ",\"odd%d\":1", i);
    text_put_char(&json, '}');
    rc result = shape_read(&c, &every_shape, SHAPE_FROM_INPUT, text_str(&json), &every);
    assert_int_equal(result.code, RC_INVALID);
    assert_int_equal(c.faults->count, FAULTS_MAX);
    c = (struct ctx){.arena = c.arena, .clock = c.clock, .every_fault = true};
    result = shape_read(&c, &every_shape, SHAPE_FROM_INPUT, STR("{\"secret\":\"abc\"}"), &every);
    assert_int_equal(result.code, RC_INVALID);
    for (size_t i = 0; i < c.faults->count; i++)
        assert_string_equal(c.faults->items[i].value, "");
    scratch_close(&c);
}

TEST(what_is_not_json_stays_malformed_whatever_else_is_wrong)
{
    finds("{\"colour\":\"x\",\"name\":", RC_MALFORMED, "");
    finds("{\"colour\":\"x\"} x", RC_MALFORMED, "");
    finds("7", RC_INVALID, " type\n");
}

TEST(what_is_not_json_is_told_with_its_place)
{
    static const struct row rows[] = {
        {"\"name\":\"\\x\"", "/name", "json", "\\x\"}"},
        {"\"raw\":[1,}", "/raw", "json", "}}"},
        {"\"raw\":01", "/raw", "json", "}"},
        {"\"address\":{\"city\" 1}", "/address", "json", "1}}"},
        {"\"people\":[\"a\" \"b\"]", "/people", "json", "\"b\"]}"},
        {"\"secret\":\"\\x1234\"", "/secret", "json", ""},
    };
    refuses(RC_MALFORMED, sizeof rows / sizeof rows[0], rows);
    struct ctx c = scratch_open(0);
    struct every every = {0};
    static const char *const bad[] = {"", "[]", "null", GOOD "x", "{", GOOD GOOD};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(
            rc_ok(shape_read(&c, &every_shape, SHAPE_FROM_RECORD, str_from(bad[i]), &every)));
    scratch_close(&c);
}

TEST(what_is_required_must_be_there)
{
    struct ctx c = scratch_open(0);
    struct every every = {0};
    rc result = shape_read(&c, &every_shape, SHAPE_FROM_RECORD, STR("{\"id\":\"1\"}"), &every);
    assert_int_equal(result.code, RC_INVALID);
    assert_string_equal(c.fault.pointer, "/name");
    assert_string_equal(c.fault.rule, "required");
    assert_string_equal(c.fault.message, "name is required: what it is called");
    scratch_close(&c);
}

TEST(choices_are_named_in_the_refusal)
{
    struct ctx c = scratch_open(0);
    struct every every = {0};
    rc result =
        shape_read(&c, &every_shape, SHAPE_FROM_RECORD, STR("{\"colour\":\"RED\"}"), &every);
    assert_int_equal(result.code, RC_INVALID);
    assert_string_equal(c.fault.pointer, "/colour");
    assert_string_equal(c.fault.message, "colour: must be one of red, dark-blue");
    scratch_close(&c);
}

TEST(input_may_not_set_what_is_ours)
{
    struct ctx c = scratch_open(0);
    struct every every = {0};
    rc result = shape_read(&c, &every_shape, SHAPE_FROM_INPUT, STR(GOOD), &every);
    assert_int_equal(result.code, RC_INVALID);
    assert_string_equal(c.fault.pointer, "/id");
    assert_string_equal(c.fault.rule, "system");
    struct str json =
        STR("{\"name\":\"n\",\"site\":\"s\",\"colour\":\"red\",\"label\":\"TLP:RED\"}");
    every = (struct every){0};
    assert_true(rc_ok(shape_read(&c, &every_shape, SHAPE_FROM_INPUT, json, &every)));
    assert_int_equal(shape_check(&c, &every_shape, &every).code, RC_INVALID);
    assert_string_equal(c.fault.pointer, "/id");
    scratch_close(&c);
}

TEST(reading_over_a_record_replaces_what_is_given_and_null_clears)
{
    struct ctx c = scratch_open(0);
    struct every every = {.id = STR("1"),
                          .name = STR("old"),
                          .note = STR("a note"),
                          .site = STR("s"),
                          .colour = EVERY_COLOUR_RED,
                          .label = {TLP_GREEN, {NULL, 0}},
                          .count = 7,
                          .locked = true,
                          .level = {true, 3},
                          .address = {.city = STR("old city"), .floor = 2}};
    struct str json = STR("{\"name\":\"n\\u00e9w\",\"note\":null,\"count\":null,\"level\":null,"
                          "\"address\":{\"city\":\"new city\"}}");
    assert_true(rc_ok(shape_read(&c, &every_shape, SHAPE_FROM_INPUT, json, &every)));
    assert_true(str_is(every.name, "n\xc3\xa9w") && str_absent(every.note) && every.count == 0);
    assert_true(every.locked && !every.level.known && every.colour == EVERY_COLOUR_RED);
    assert_true(str_is(every.address.city, "new city") && every.address.floor == 2);
    scratch_close(&c);
}

TEST(free_json_is_kept_byte_for_byte)
{
    struct ctx c = scratch_open(0);
    struct every every = {.name = STR("n")};
    struct text out;
    struct str json;
    const char *raw = "{ \"b\" : [ 1.50 ,-0,\"\\u0041\\/\" ],\n\t\"a\": 1E400, \"a\":null }";
    assert_true(rc_ok(str_format(&c, &json, "\"raw\":  %s ", raw)));
    json = with(&c, json.ptr);
    assert_true(rc_ok(shape_read(&c, &every_shape, SHAPE_FROM_RECORD, json, &every)));
    assert_true(str_is(every.raw, raw));
    text_init(&out, &c, 10000);
    shape_write(&out, &every_shape, SHAPE_VIEW_WHOLE, &every);
    assert_true(str_find(text_str(&out), str_from(raw)) != SIZE_MAX);
    every.raw = STR("null");
    assert_true(rc_ok(shape_check(&c, &every_shape, &every)));
    every.raw = STR("1,\"name\":2");
    assert_int_equal(shape_check(&c, &every_shape, &every).code, RC_INVALID);
    assert_string_equal(c.fault.rule, "json");
    scratch_close(&c);
}

TEST(free_json_may_nest_only_so_deep_that_its_record_can_be_read)
{
    struct ctx c = scratch_open(0);
    struct every every = {.name = STR("n")};
    char member[100] = "\"raw\":";
    for (int depth = 32; depth <= 33; depth++) {
        memset(member + 6, '[', (size_t)depth);
        memset(member + 6 + depth, ']', (size_t)depth);
        rc result = shape_read(&c, &every_shape, SHAPE_FROM_RECORD, with(&c, member), &every);
        assert_int_equal(result.code, depth == 32 ? RC_OK : RC_INVALID);
    }
    scratch_close(&c);
}

TEST(an_optional_nested_record_may_be_left_out_with_what_it_requires)
{
    struct ctx c = scratch_open(0);
    struct every every = {0};
    struct text out;
    assert_true(rc_ok(shape_read(&c, &every_shape, SHAPE_FROM_RECORD, STR(GOOD), &every)));
    text_init(&out, &c, 10000);
    shape_write(&out, &every_shape, SHAPE_VIEW_WHOLE, &every);
    assert_true(str_find(text_str(&out), STR("address")) == SIZE_MAX);
    scratch_close(&c);
}

TEST(a_secret_is_in_the_record_and_not_on_the_screen)
{
    struct ctx c = scratch_open(0);
    struct every every = {.name = STR("n"), .secret = STR("hidden")};
    struct text whole, shown;
    text_init(&whole, &c, 10000);
    text_init(&shown, &c, 10000);
    shape_write(&whole, &every_shape, SHAPE_VIEW_WHOLE, &every);
    shape_write(&shown, &every_shape, SHAPE_VIEW_SHOWN, &every);
    assert_true(str_find(text_str(&whole), STR("hidden")) != SIZE_MAX);
    assert_true(str_find(text_str(&shown), STR("hidden")) == SIZE_MAX);
    assert_true(str_find(text_str(&shown), STR("secret")) == SIZE_MAX);
    scratch_close(&c);
}

TEST(a_record_made_in_code_is_checked_too)
{
    struct ctx c = scratch_open(0);
    struct every good = {.id = STR("1"),
                         .name = STR("n"),
                         .site = STR("s"),
                         .colour = EVERY_COLOUR_RED,
                         .label = {TLP_RED, STR("a,b")}};
    assert_true(rc_ok(shape_check(&c, &every_shape, &good)));
    struct every bad = good;
    bad.name = STR("\xff");
    assert_int_equal(shape_check(&c, &every_shape, &bad).code, RC_INVALID);
    assert_string_equal(c.fault.rule, "utf8");
    bad = good;
    bad.colour = (enum every_colour)3;
    assert_int_equal(shape_check(&c, &every_shape, &bad).code, RC_INVALID);
    bad = good;
    bad.since.us = WALL_LAST_US + 1;
    assert_int_equal(shape_check(&c, &every_shape, &bad).code, RC_INVALID);
    static const char *const lists[] = {"b,a", "a,a", "a,", ",a", "A", "a,,b", "a b"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        bad = good;
        bad.label.compartments = str_from(lists[i]);
        assert_int_equal(shape_check(&c, &every_shape, &bad).code, RC_INVALID);
        assert_string_equal(c.fault.pointer, "/label");
    }
    bad = good;
    bad.label.tlp = (enum tlp)6;
    assert_int_equal(shape_check(&c, &every_shape, &bad).code, RC_INVALID);
    scratch_close(&c);
}
