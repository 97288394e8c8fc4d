/* The property of every shape, what the schema and the table say, columns that hold nonsense, and
 * memory that runs out. */
#include "unit.h"

#include "shape/shape_column.h"
#include "shape/shape_flags.h"
#include "shape/shape_random.h"
#include "shape/shape_schema.h"
#include "support/every.h"
#include "support/faults.h"
#include "support/json_oracle.h"
#include "support/scratch.h"
#include "support/shape_property.h"

TEST(every_kind_of_field_keeps_its_promises)
{
    shape_property_test(&every_shape);
    shape_property_test(&every_address_shape);
    shape_property_test(&every_span_shape);
}

TEST(the_same_seed_gives_the_same_record)
{
    struct ctx c = scratch_open(4 << 20);
    struct every a, b;
    uint64_t seed_a = 7, seed_b = 7, differ = 0;
    for (int i = 0; i < 20; i++) {
        assert_true(rc_ok(shape_random(&c, &every_shape, &seed_a, &a)));
        uint64_t before = seed_b;
        assert_true(rc_ok(shape_random(&c, &every_shape, &seed_b, &b)));
        assert_true(seed_a == seed_b && shape_same(&every_shape, &a, &b));
        seed_b = before + 1;
        assert_true(rc_ok(shape_random(&c, &every_shape, &seed_b, &b)));
        differ += !shape_same(&every_shape, &a, &b);
        seed_b = seed_a;
    }
    assert_int_equal(differ, 20);
    scratch_close(&c);
}

/* The property would be worth nothing if its records never had these. */
TEST(random_records_reach_the_edges)
{
    struct ctx c = scratch_open(64 << 20);
    uint64_t seed = 1;
    struct every e;
    size_t absent_note = 0, shortest = 0, longest = 0, wide = 0, no_tags = 0, all_tags = 0;
    size_t compartments = 0, least = 0, most = 0, no_address = 0, odd_space = 0;
    for (int i = 0; i < 500; i++) {
        assert_true(rc_ok(shape_random(&c, &every_shape, &seed, &e)));
        absent_note += str_absent(e.note);
        shortest += str_count_chars(e.name) == 1;
        longest += str_count_chars(e.name) == 80;
        wide += e.name.len > str_count_chars(e.name);
        no_tags += e.tags.count == 0;
        all_tags += e.tags.count == 5;
        compartments += str_find(e.label.compartments, STR(",")) != SIZE_MAX;
        least += e.count == INT64_MIN;
        most += e.count == INT64_MAX;
        no_address += shape_absent(shape_field(&every_shape, STR("address")), &e.address);
        odd_space += str_find(e.raw, STR("\r\n\t")) != SIZE_MAX;
    }
    assert_true(absent_note && shortest && longest && wide && no_tags && all_tags);
    assert_true(compartments && least && most && no_address && odd_space);
    scratch_close(&c);
}

TEST(two_records_differ_in_any_field)
{
    struct ctx c = scratch_open(64 << 20);
    uint64_t seed = 3;
    struct every a, b, mixed;
    for (int i = 0; i < 50; i++) {
        assert_true(rc_ok(shape_random(&c, &every_shape, &seed, &a)));
        assert_true(rc_ok(shape_random(&c, &every_shape, &seed, &b)));
        for (size_t f = 0; f < every_shape.count; f++) {
            const struct shape_field *field = &every_shape.fields[f];
            const struct shape one = {
                .name = "one", .size = every_shape.size, .count = 1, .fields = field};
            size_t end = f + 1 < every_shape.count ? field[1].offset : every_shape.size;
            mixed = a;
            memcpy(shape_at(field, &mixed), shape_in(field, &b), end - field->offset);
            assert_int_equal(shape_same(&every_shape, &a, &mixed), shape_same(&one, &a, &b));
        }
    }
    scratch_close(&c);
}

/* ---- schema and table ------------------------------------------------------------------------ */

static struct str finished(struct text *out)
{
    struct str text = {NULL, 0};
    assert_true(rc_ok(text_done(out, &text)));
    return text;
}

TEST(the_schema_says_what_the_table_says)
{
    static const char *const parts[] = {
        ("\"name\":{\"type\":\"string\",\"pattern\":\"^[^\\\\x00-\\\\x1f\\\\x7f]*$\",\"x-form\":"
         "\"line\",\"minLength\":1,\"maxLength\":80,\"description\":\"what it is called\"}"),
        ("\"id\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9_\\\\-]{1,26}$\",\"description\":"
         "\"given by us\",\"readOnly\":true}"),
        "\"description\":\"not to be shown\",\"writeOnly\":true",
        ("\"oneOf\":[{\"const\":\"red\",\"description\":\"stop\"},{\"const\":\"dark-blue\","
         "\"description\":\"carry on, \\\"quietly\\\"\"}]"),
        "\"share\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":0,\"maximum\":10000,",
        "\"address\":{\"$ref\":\"#/components/schemas/every_address\",",
        ("\"spans\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/every_span\"},"
         "\"minItems\":0,\"maxItems\":6,"),
        "\"raw\":{\"description\":\"as it came\"}",
        "\"x-target\":\"person\"",
        "\"description\":\"a share\",\"x-shown\":true}",
        "\"required\":[\"name\",\"site\",\"colour\",\"label\"],\"additionalProperties\":false}",
    };
    struct ctx c = scratch_open(0);
    struct text out;
    text_init(&out, &c, 100000);
    shape_schema(&out, &every_shape);
    struct str schema = finished(&out);
    assert_true(json_oracle(&c, schema));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (str_find(schema, str_from(parts[i])) == SIZE_MAX)
            fail_msg("no %s in\n%.*s", parts[i], STR_ARG(schema));
    scratch_close(&c);
}

TEST(each_shape_is_collected_once)
{
    struct ctx c = scratch_open(0);
    struct shape_set set = {0};
    struct text out;
    assert_true(rc_ok(shape_set_add(&c, &set, &every_address_shape)));
    assert_true(rc_ok(shape_set_add(&c, &set, &every_shape)));
    assert_true(rc_ok(shape_set_add(&c, &set, &every_shape)));
    assert_int_equal(set.count, 3);
    struct shape twin = every_shape;
    assert_int_equal(shape_set_add(&c, &set, &twin).code, RC_CONFLICT);
    text_init(&out, &c, 100000);
    shape_schemas(&out, &set);
    struct str all = finished(&out);
    assert_true(json_oracle(&c, all) && str_starts(all, "{\"every_address\":{\"type\":\"object\""));
    scratch_close(&c);
}

TEST(the_description_is_what_a_form_is_made_from)
{
    static const char *const parts[] = {
        "{\"name\":\"every\",\"version\":1,\"help\":\"A record with a field of every kind\",",
        "{\"name\":\"secret\",\"kind\":\"text\",\"help\":\"not to be shown\",\"form\":\"line\",",
        "\"least\":4,\"most\":40,\"secret\":true}",
        ("{\"name\":\"colour\",\"kind\":\"choice\",\"help\":\"its colour\",\"choices\":[{\"name\":"
         "\"red\",\"help\":\"stop\"}"),
        "\"target\":\"site\",\"required\":true,\"indexed\":true}",
        "\"shape\":{\"name\":\"every_address\",\"version\":1,",
        "\"required\":true,\"system\":true}",
        "\"personal\":true",
        "\"unique\":true",
        "\"title\":true",
    };
    struct ctx c = scratch_open(0);
    struct text out;
    text_init(&out, &c, 100000);
    shape_describe(&out, &every_shape);
    struct str table = finished(&out);
    assert_true(json_oracle(&c, table));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (str_find(table, str_from(parts[i])) == SIZE_MAX)
            fail_msg("no %s in\n%.*s", parts[i], STR_ARG(table));
    scratch_close(&c);
}

/* A part that has parts of its own kind. */
#define KIN_FIELDS(F, T)                                \
    F(T, text, line, name, REQUIRED, 1, 20, "its name") \
    F(T, list, kin, children, 0, 0, 3, "its parts")
SHAPE_DECLARE(kin, KIN_FIELDS);
SHAPE_DEFINE(kin, KIN_FIELDS, 1, "A part of parts");

TEST(a_shape_may_be_inside_itself)
{
    struct ctx c = scratch_open(0);
    struct text out;
    shape_property_test(&kin_shape);
    text_init(&out, &c, 10000);
    shape_describe(&out, &kin_shape);
    assert_true(str_find(finished(&out), STR("\"shape\":{\"name\":\"kin\"}")) != SIZE_MAX);
    scratch_close(&c);
}

/* ---- columns --------------------------------------------------------------------------------- */

TEST(a_cell_that_is_not_ours_is_corrupt)
{
    static const struct {
        const char *column;
        enum shape_cell_type type;
        const char *text;
    } rows[] = {
        {"name", SHAPE_CELL_I64, NULL},          {"count", SHAPE_CELL_TEXT, "7"},
        {"colour", SHAPE_CELL_TEXT, "green"},    {"price_currency", SHAPE_CELL_TEXT, "EURO"},
        {"label", SHAPE_CELL_TEXT, "TLP:WHITE"}, {"tags", SHAPE_CELL_TEXT, "[1]"},
        {"tags", SHAPE_CELL_TEXT, "["},          {"tags", SHAPE_CELL_TEXT, "[]}"},
        {"spans", SHAPE_CELL_TEXT, "[{}]"},      {"address_at_lat_e7", SHAPE_CELL_I64, NULL},
        {"print", SHAPE_CELL_TEXT, "a"},
    };
    struct ctx c = scratch_open(0);
    struct shape_columns columns;
    assert_true(rc_ok(shape_columns(&c, &every_shape, &columns)));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct every every = {0};
        const struct shape_column *column = shape_column(&columns, str_from(rows[i].column));
        struct shape_cell cell = {rows[i].type, INT64_MAX, str_from(rows[i].text)};
        assert_non_null(column);
        if (shape_column_set(&c, column, cell, &every).code != RC_CORRUPT)
            fail_msg("%s takes %s", rows[i].column, rows[i].text);
    }
    assert_null(shape_column(&columns, STR("address")));
    scratch_close(&c);
}

/* ---- memory that runs out -------------------------------------------------------------------- */

static rc all_of_it(struct ctx *c)
{
    struct every every, again = {0}, copy;
    struct shape_columns columns;
    struct shape_set set = {0};
    struct shape_cell cell;
    struct text out;
    struct str json;
    uint64_t seed = 5;
    char *arguments[] = {(char[]){"--name"}, (char[]){"n"}, (char[]){"--address.city=c"}};
    TRY(shape_random(c, &every_shape, &seed, &every));
    text_init(&out, c, 1 << 20);
    shape_write(&out, &every_shape, SHAPE_VIEW_WHOLE, &every);
    TRY(text_done(&out, &json));
    TRY(shape_read(c, &every_shape, SHAPE_FROM_RECORD, json, &again));
    TRY(shape_copy(c, &every_shape, &again, &copy));
    TRY(shape_columns(c, &every_shape, &columns));
    for (size_t i = 0; i < columns.count; i++) {
        TRY(shape_column_get(c, &columns.items[i], &every, &cell));
        TRY(shape_column_set(c, &columns.items[i], cell, &copy));
    }
    TRY(shape_flags(c, &every_shape, 3, arguments, &copy));
    TRY(shape_set_add(c, &set, &every_shape));
    text_init(&out, c, 1 << 20);
    shape_schemas(&out, &set);
    shape_describe(&out, &every_shape);
    shape_flags_help(&out, &every_shape);
    return text_done(&out, &json);
}

TEST(memory_may_run_out_anywhere)
{
    size_t live = faults_live(), nth = 0;
    for (bool hit = true; hit;) {
        faults_arm(++nth);
        struct ctx c = {.arena = arena_open(8 << 20), .clock = &clock_system};
        rc result = c.arena ? all_of_it(&c) : (rc){RC_NO_MEMORY};
        hit = faults_hit();
        faults_arm(0);
        if (result.code != (hit ? RC_NO_MEMORY : RC_OK))
            fail_msg("allocation %zu: %s %s", nth, rc_name(result.code), c.fault.message);
        arena_close(c.arena);
        assert_int_equal(faults_live(), live);
    }
    assert_true(nth > 5);
}

/* The arena takes chunks, so most of what asks it for memory never meets malloc: its limit does
 * that, and every size of it is tried. */
TEST(an_arena_of_any_size_is_enough_or_is_told)
{
    bool enough = false;
    size_t limits = 0;
    for (size_t limit = 16; !enough; limit += limit < 4096 ? 16 : 997, limits++) {
        struct ctx c = scratch_open(limit);
        rc result = all_of_it(&c);
        enough = rc_ok(result);
        if (!enough && result.code != RC_NO_MEMORY)
            fail_msg("limit %zu: %s %s", limit, rc_name(result.code), c.fault.message);
        scratch_close(&c);
    }
    assert_true(limits > 250);
}
