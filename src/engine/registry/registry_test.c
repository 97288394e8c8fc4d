/* Every example of every engine runs, and its answer has the fields that the engine says it has. */
#include "engine/registry/registry.h"

#include "unit.h"

#include <ctype.h>

static rc run(struct ctx *c, const struct compute *compute, struct str json, struct str *ret)
{
    struct text out;
    text_init(&out, c, 1 << 20);
    TRY(compute_run(c, compute, json, &out));
    return text_done(&out, ret);
}

TEST(every_example_runs_and_answers_as_its_row_says)
{
    struct ctx c = {.arena = arena_open(64 << 20), .clock = &clock_system};
    size_t count = 0;
    for (size_t i = 0; computes[i]; i++)
        for (const struct compute *row = computes[i]; row->name; row++, count++) {
            struct str answer = {0};
            struct datum value;
            rc result = run(&c, row, str_from(row->example), &answer);
            if (rc_ok(result))
                result = datum_read(&c, answer, &value);
            if (rc_ok(result))
                result = compute_check(&c, row->output, false, &value);
            if (!rc_ok(result))
                fail_msg("%s: %s at %s", row->name, c.fault.message, c.fault.pointer);
            assert_int_equal(str_find(answer, STR("\n")), SIZE_MAX);
        }
    assert_true(count >= 6);
    arena_close(c.arena);
}

TEST(names_are_words_for_a_command_line_and_help_is_there)
{
    for (size_t i = 0; computes[i]; i++)
        for (const struct compute *row = computes[i]; row->name; row++) {
            for (const char *at = row->name; *at; at++)
                assert_true(islower((unsigned char)*at) || isdigit((unsigned char)*at) ||
                            *at == '-');
            assert_true(strlen(row->name) <= 20 && strlen(row->help) > 10);
            assert_ptr_equal(compute_find(str_from(row->name)), row);
        }
    assert_null(compute_find(STR("morse")));
    assert_null(compute_find(STR("")));
}

static void answers(const char *name, const char *json, const char *want)
{
    struct ctx c = {.arena = arena_open(8 << 20), .clock = &clock_system};
    struct str answer = {0};
    rc result = run(&c, compute_find(str_from(name)), str_from(json), &answer);
    if (!rc_ok(result))
        fail_msg("%s", c.fault.message);
    assert_string_equal(answer.ptr, want);
    arena_close(c.arena);
}

static void refuses(const char *name, const char *json, const char *pointer, const char *rule)
{
    struct ctx c = {.arena = arena_open(8 << 20), .clock = &clock_system};
    struct str answer = {0};
    assert_false(rc_ok(run(&c, compute_find(str_from(name)), str_from(json), &answer)));
    assert_string_equal(c.fault.pointer, pointer);
    assert_string_equal(c.fault.rule, rule);
    arena_close(c.arena);
}

#define LEAF_A "022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c"
#define LEAF_B "57eb35615d47f34ec714cacdf5fd74608a5e8e102724e80b24b287c0c27b6a31"
#define ROOT   "b137985ff484fb600db93107c77b0365c80d78f5b429ded0fd97361d077999eb"

TEST(the_tree_answers_right_and_wrong_proofs)
{
    answers("merkle-leaf", "{\"entry\":\"a\"}", "{\"leaf\":\"" LEAF_A "\"}");
    answers("merkle-root", "{\"leaves\":[]}",
            "{\"size\":0,\"root\":"
            "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}");
    answers("merkle-root", "{\"leaves\":[\"" LEAF_A "\",\"" LEAF_B "\"]}",
            "{\"size\":2,\"root\":\"" ROOT "\"}");
    answers("merkle-inclusion",
            "{\"leaf\":\"" LEAF_A "\",\"index\":0,\"size\":2,\"path\":[\"" LEAF_B
            "\"],\"root\":\"" ROOT "\"}",
            "{\"proved\":true}");
    answers("merkle-inclusion",
            "{\"leaf\":\"" LEAF_A "\",\"index\":1,\"size\":2,\"path\":[\"" LEAF_B
            "\"],\"root\":\"" ROOT "\"}",
            "{\"proved\":false}");
    answers("merkle-consistency",
            "{\"old_size\":1,\"old_root\":\"" LEAF_B "\",\"size\":2,\"root\":\"" ROOT
            "\",\"path\":[\"" LEAF_B "\"]}",
            "{\"proved\":false}");
}

TEST(wrong_input_names_its_place_and_rule)
{
    refuses("merkle-root", "{\"leaves\":[\"" LEAF_A "\",\"00\"]}", "/leaves/1", "hash");
    refuses("merkle-inclusion", "{\"index\":0,\"size\":1,\"path\":[],\"root\":\"" ROOT "\"}", "",
            "one_of");
    refuses("merkle-inclusion",
            "{\"entry\":\"a\",\"index\":-1,\"size\":1,\"path\":[],\"root\":\"" ROOT "\"}", "/index",
            "range");
    refuses("geojson",
            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":"
            "{\"type\":\"Point\",\"coordinates\":[200,0]}}]}",
            "/features/0", "geojson");
}

TEST(members_of_the_format_that_nobody_reads_are_passed_over)
{
    answers("geojson", "{\"type\":\"FeatureCollection\",\"name\":\"Chancery\",\"features\":[]}",
            "{\"ok\":true,\"features\":0,\"located\":0}");
}
