/* chancery compute: one input, many, bad ones, and wrong use. */
#include "main/verb_compute.h"

#include "engine/registry/registry.h"

#include "support/verb.h"
#include "unit.h"

#include <stdlib.h>

#define COMPUTE(input, ...) \
    verb_run(compute_verb, input, (const char *const[]){"compute", __VA_ARGS__, NULL})

TEST(one_object_is_answered_with_one_line)
{
    struct verb_outcome *a = COMPUTE(STR("{\"leaves\":\n []}\n"), "merkle-root");
    assert_int_equal(a->code, 0);
    assert_string_equal(a->out,
                        "{\"size\":0,\"root\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca49"
                        "5991b7852b855\"}\n");
    assert_string_equal(a->err, "");
}

TEST(a_bad_input_is_one_json_object_on_standard_error)
{
    struct verb_outcome *a = COMPUTE(STR("{\"leaves\":[\"00\"]}"), "merkle-root");
    assert_int_equal(a->code, 1);
    assert_string_equal(a->out, "");
    assert_string_equal(a->err, "{\"error\":\"must be 64 hexadecimal digits in lower case\","
                                "\"pointer\":\"/leaves/0\",\"rule\":\"hash\"}\n");
    a = COMPUTE(STR(""), "merkle-root");
    assert_int_equal(a->code, 1);
    assert_non_null(strstr(a->err, "\"rule\":\"MALFORMED\"}\n"));
}

TEST(of_many_lines_a_bad_one_has_its_error_in_its_place)
{
    struct verb_outcome *a = COMPUTE(STR("{\"entry\":\"a\"}\n{\"entry\":3}\n\n{\"entry\":\"a\"}"),
                                     "merkle-leaf", "--jsonl");
    struct str out = str_from(a->out), first = {0}, second = {0}, third = {0};
    assert_int_equal(a->code, 1);
    assert_true(str_split(&out, '\n', &first) && str_split(&out, '\n', &second) &&
                str_split(&out, '\n', &third));
    assert_int_equal(out.len, 0);
    assert_true(str_starts(first, "{\"leaf\":\"022a6979") && str_eq(first, third));
    assert_true(
        str_is(second, "{\"error\":\"must be a text\",\"pointer\":\"/entry\",\"rule\":\"type\"}"));
    assert_string_equal(a->err, "");
    assert_int_equal(COMPUTE(STR("{\"entry\":\"a\"}\n"), "merkle-leaf", "--jsonl")->code, 0);
}

TEST(an_input_is_bounded_and_the_next_line_is_answered)
{
    enum { TOO_LONG = (8 << 20) + 100 };
    char *input = malloc(TOO_LONG + 32);
    assert_non_null(input);
    memset(input, ' ', TOO_LONG);
    input[0] = '{';
    struct verb_outcome *a = COMPUTE(((struct str){input, TOO_LONG}), "merkle-leaf");
    assert_int_equal(a->code, 1);
    assert_non_null(strstr(a->err, "\"rule\":\"TOO_LARGE\""));
    int more = snprintf(input + TOO_LONG, 32, "\n{\"entry\":\"a\"}\n");
    a = COMPUTE(((struct str){input, TOO_LONG + (size_t)more}), "merkle-leaf", "--jsonl");
    assert_int_equal(a->code, 1);
    assert_non_null(strstr(a->out, "\"rule\":\"TOO_LARGE\"}\n{\"leaf\":"));
    free(input);
}

TEST(without_a_name_the_engines_are_listed)
{
    struct verb_outcome *a =
        verb_run(compute_verb, STR(""), (const char *const[]){"compute", NULL});
    assert_int_equal(a->code, 0);
    for (size_t i = 0; computes[i]; i++)
        for (const struct compute *row = computes[i]; row->name; row++)
            assert_non_null(strstr(a->out, row->name));
}

/* What the help prints as the example is what the verb answers. */
TEST(help_shows_fields_and_an_example_that_runs)
{
    char example[16384];
    struct verb_outcome *a = COMPUTE(STR(""), "merkle-inclusion", "--help");
    assert_int_equal(a->code, 0);
    assert_non_null(strstr(a->out, "  index              integer"));
    assert_non_null(strstr(a->out, "output:\n  proved "));
    const char *at = strstr(a->out, "example:\n");
    assert_non_null(at);
    assert_true(snprintf(example, sizeof example, "%s", at + strlen("example:\n")) > 0);
    a = COMPUTE(str_from(example), "merkle-inclusion");
    assert_int_equal(a->code, 0);
    assert_string_equal(a->out, "{\"proved\":true}\n");
}

TEST(wrong_use_is_exit_2)
{
    struct verb_outcome *a = COMPUTE(STR("{}"), "morse");
    assert_int_equal(a->code, 2);
    assert_non_null(strstr(a->err, "merkle-root"));
    assert_int_equal(COMPUTE(STR("{}"), "merkle-root", "--colour")->code, 2);
}
