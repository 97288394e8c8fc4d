#include "unit.h"

#include "shape/shape_flags.h"
#include "support/every.h"
#include "support/scratch.h"

enum { ARGUMENTS_MAX = 40 };

#define NEEDED "--name=n", "--site", "s", "--colour", "red", "--label", "TLP:GREEN"

static rc flags(struct ctx *c, const char *const *arguments, struct every *every)
{
    char *copy[ARGUMENTS_MAX];
    size_t count = 0;
    for (; arguments[count]; count++)
        copy[count] = (char *)(uintptr_t)arguments[count];
    return shape_flags(c, &every_shape, count, copy, every);
}

TEST(flags_fill_a_record)
{
    static const char *const arguments[] = {NEEDED,         "--hold-ms",
                                            "500",          "--level=-3",
                                            "--locked",     "--at",
                                            "60.17, -24.5", "--price",
                                            "-1250 EUR",    "--address.city",
                                            "Ober stadt",   "--address.floor=-1",
                                            "--tags",       "a",
                                            "--tags=b",     "--people",
                                            "p1",           "--raw",
                                            "{\"a\": 1}",   "--since=2026-11-22T03:00:00Z",
                                            "--secret",     "--locked",
                                            "--spans",      "[{\"from\":\"2026-11-22T03:00:00Z\"}]",
                                            "--note",       "",
                                            "--print=YWI",  NULL};
    struct ctx c = scratch_open(0);
    struct every e = {0};
    if (!rc_ok(flags(&c, arguments, &e)))
        fail_msg("%s %s", c.fault.pointer, c.fault.message);
    assert_true(str_is(e.name, "n") && str_is(e.site, "s") && e.colour == EVERY_COLOUR_RED);
    assert_true(e.hold_ms == 500 && e.level.known && e.level.value == -3 && e.locked);
    assert_true(e.at.known && e.at.lat_e7 == 601700000 && e.at.lon_e7 == -245000000);
    assert_true(e.price.minor == -1250 && strcmp(e.price.currency, "EUR") == 0);
    assert_true(str_is(e.address.city, "Ober stadt") && e.address.floor == -1);
    assert_true(e.tags.count == 2 && str_is(e.tags.items[1], "b") && e.people.count == 1);
    assert_true(str_is(e.raw, "{\"a\": 1}") && str_is(e.secret, "--locked"));
    assert_true(e.spans.count == 1 && e.since.us == e.spans.items[0].from.us);
    assert_true(str_absent(e.note) && str_is(e.print, "ab") && e.label.tlp == TLP_GREEN);
    scratch_close(&c);
}

TEST(a_wrong_flag_is_named)
{
    static const struct {
        const char *arguments[4];
        const char *message, *rule;
    } rows[] = {
        {{"name"}, "name is not a flag", "flag"},
        {{"--"}, "-- is not a flag", "flag"},
        {{"-n", "x"}, "-n is not a flag", "flag"},
        {{"--nothing", "x"}, "--nothing is not known here", "flag"},
        {{"--name.x", "x"}, "--name.x is not known here", "flag"},
        {{"--address.x", "x"}, "--address.x is not known here", "flag"},
        {{"--no-name"}, "--no-name is not known here", "flag"},
        {{"--no-locked=true"}, "--no-locked=true is not known here", "flag"},
        {{"--hold-ms"}, "--hold-ms needs a value", "flag"},
        {{"--hold-ms", "x"}, "--hold-ms: must be a whole number", "type"},
        {{"--hold-ms", "1,\"count\":2"}, "--hold-ms: must be a whole number", "type"},
        {{"--hold-ms=600001"}, "--hold-ms: at most 600000", "most"},
        {{"--locked", "--no-locked"}, "--locked: may be given once", "once"},
        {{"--locked=maybe"}, "--locked: must be true or false", "type"},
        {{"--at", "60.1"}, "--at: must be a place, LATITUDE,LONGITUDE in degrees", "type"},
        {{"--price", "12.50"}, "--price: must be an amount in minor units, 1250 EUR", "type"},
        {{"--tags=a", "--tags=B"}, "--tags: must be a-z, 0-9 and single inner dashes", "slug"},
        {{"--raw={} {}"}, "--raw: must be JSON", "json"},
        {{"--site", ""}, "--site is required: the site", "required"},
        {{"--address.floor=1"}, "--address.city is required: the city", "required"},
        {{"--name=n", "--name=m"}, "--name: may be given once", "once"},
        {{"--name=\xff"}, "--name: is not UTF-8", "utf8"},
        {{"--id=1"}, "--id: must be omitted: Chancery sets it", "system"},
        {{"--secret=abc"}, "--secret: at least 4 characters", "least"},
    };
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct every e = {.name = STR("n"),
                          .site = STR("s"),
                          .colour = EVERY_COLOUR_RED,
                          .label = {TLP_RED, {NULL, 0}}};
        rc result = flags(&c, rows[i].arguments, &e);
        if (result.code != RC_INVALID || strcmp(c.fault.message, rows[i].message) != 0 ||
            strcmp(c.fault.rule, rows[i].rule) != 0)
            fail_msg("%s: \"%s\" by %s", rows[i].arguments[0], c.fault.message, c.fault.rule);
    }
    struct every e = {0};
    static const char *const secret[] = {NEEDED, "--secret=abc", NULL};
    assert_int_equal(flags(&c, secret, &e).code, RC_INVALID);
    assert_string_equal(c.fault.message, "--secret: at least 4 characters");
    assert_string_equal(c.fault.value, "");
    scratch_close(&c);
}

TEST(parameters_fill_a_record_and_are_named_by_a_pointer)
{
    struct shape_pair pairs[] = {
        {STR("from"), STR("2026-11-22T03:00:00Z")},
        {STR("notes"), STR("a")},
        {STR("notes"), STR("")},
        {STR("guards"), STR("")},
    };
    struct ctx c = scratch_open(0);
    struct every_span span = {0};
    assert_true(rc_ok(shape_query(&c, &every_span_shape, 4, pairs, &span)));
    assert_true(span.notes.count == 2 && str_is(span.notes.items[1], "") && !span.guards.known);
    pairs[3] = (struct shape_pair){STR("guards"), STR("10")};
    assert_int_equal(shape_query(&c, &every_span_shape, 4, pairs, &span).code, RC_INVALID);
    assert_string_equal(c.fault.pointer, "/guards");
    pairs[3] = (struct shape_pair){STR("guard.x"), STR("1")};
    assert_int_equal(shape_query(&c, &every_span_shape, 4, pairs, &span).code, RC_INVALID);
    assert_string_equal(c.fault.pointer, "/guard/x");
    assert_string_equal(c.fault.rule, "unknown");
    assert_int_equal(shape_query(&c, &every_span_shape, 1001, pairs, &span).code, RC_TOO_LARGE);
    scratch_close(&c);
}

TEST(the_help_names_every_flag_but_those_that_are_ours)
{
    struct ctx c = scratch_open(0);
    struct text out;
    text_init(&out, &c, 20000);
    shape_flags_help(&out, &every_shape);
    struct str help = text_str(&out);
    static const char *const parts[] = {
        "  --hold-ms ms\n        how long; 0 to 600000\n",
        "  --name line\n        what it is called; 1 to 80 characters; required\n",
        "  --[no-]locked\n",
        "  --colour red|dark-blue\n",
        "  --address.city line\n",
        "  --tags slug\n        words; 0 to 5 items; repeatable\n",
        "  --at LATITUDE,LONGITUDE\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (str_find(help, str_from(parts[i])) == SIZE_MAX)
            fail_msg("no \"%s\" in\n%.*s", parts[i], STR_ARG(help));
    assert_true(str_find(help, STR("--id")) == SIZE_MAX);
    scratch_close(&c);
}
