/*
 * Unit tests: include this file (after the header under test) and write
 *
 *     TEST(arena_refuses_what_is_over_the_limit)
 *     {
 *         assert_int_equal(...);              // cmocka's assertions, skip(), will_return() ...
 *     }
 *
 * Every TEST registers itself before main runs, so there is no list to forget a test in. All test
 * files of a folder are linked into one executable, test_FOLDER; `test_FOLDER PATTERN` runs the
 * tests whose names match (`*` and `?`). A test that cannot run here calls unit_skip("why"): it is
 * then listed by name.
 */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* One test, as it is registered; the memory is the caller's and lives as long as the program. */
struct unit {
    struct CMUnitTest test;
    struct unit *next;
};

void unit_register(struct unit *unit);

/* Ends the running test as skipped, with the reason on standard error. Does not return. */
[[gnu::noreturn]] void unit_skip_at(const char *why, const char *file, int line);

#define unit_skip(why) unit_skip_at((why), __FILE__, __LINE__)

#define TEST(name) TEST_WITH(NULL, NULL, name)

/* The same with cmocka's set-up and tear-down functions; *state is what the set-up left there. */
#define TEST_WITH(set_up, tear_down, name)                                        \
    static void name([[maybe_unused]] void **state);                              \
    [[gnu::constructor]] static void name##_register(void)                        \
    {                                                                             \
        static struct unit unit = {{#name, name, set_up, tear_down, NULL}, NULL}; \
        unit_register(&unit);                                                     \
    }                                                                             \
    static void name([[maybe_unused]] void **state)

#endif
