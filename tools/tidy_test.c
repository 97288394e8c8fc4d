/*
 * Each case is a folder of tools/tidy_cases/: a tree, what tidy must say of it (sorted), and, where
 * it is not simply every file of the tree, the list of paths to give to it.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum { OUTPUT_MAX = 16 << 10 };

/* What a command prints, in `output`; returns its exit status. */
static int run(const char *command, char output[OUTPUT_MAX])
{
    FILE *stream = popen(command, "r");
    assert_non_null(stream);
    output[fread(output, 1, OUTPUT_MAX - 1, stream)] = '\0';
    return WEXITSTATUS(pclose(stream));
}

static void check_case(const char *name)
{
    static char command[1024];
    static char found[OUTPUT_MAX];
    static char expected[OUTPUT_MAX];

    snprintf(command, sizeof command, "cat tools/tidy_cases/%s/expected", name);
    assert_int_equal(run(command, expected), 0);
    snprintf(
        command, sizeof command,
        "cd tools/tidy_cases/%s && { cat list 2>/dev/null || find tree -type f -printf '%%P\\n'; }"
        " | %s tree | sort -t: -k1,1 -k2,2n -k3",
        name, TIDY);
    assert_int_equal(run(command, found), 0);
    assert_string_equal(found, expected);
}

#define CASE(name)         \
    TEST(name)             \
    {                      \
        check_case(#name); \
    }

CASE(clean)
CASE(banned_call)
CASE(sleeping_test)
CASE(backward_include)
CASE(agent_without_keys)
CASE(private_of_domain)
CASE(domain_order)
CASE(long_line)
CASE(long_file)
CASE(long_function)
CASE(layout)
CASE(no_purpose)
CASE(leftover)
CASE(machine_word)
CASE(many_files)

TEST(the_exit_code_tells_whether_something_was_found)
{
    static char output[OUTPUT_MAX];
    assert_int_equal(run("echo src/base/str.h | " TIDY " tools/tidy_cases/clean/tree", output), 0);
    assert_int_equal(run("echo src/base/a.h | " TIDY " tools/tidy_cases/layout/tree", output), 1);
    assert_int_equal(run(TIDY " /nowhere 2>&1", output), 2);
}
