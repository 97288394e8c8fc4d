#include "unit.h"

#include "base/json.h"
#include "base/log.h"

#include <unistd.h>

/* What one LOG writes, with a clock that stands. */
struct logged {
    int pipe[2];
    struct clock_manual clock;
    char line[8192];
    size_t len;
};

static void logged_open(struct logged *l)
{
    assert_int_equal(pipe(l->pipe), 0);
    clock_manual_init(&l->clock, (struct wall){250000});
    log_open(l->pipe[1], LOG_INFO, &l->clock.clock);
}

static struct str logged_line(struct logged *l)
{
    log_open(STDERR_FILENO, LOG_INFO, &clock_system);
    close(l->pipe[1]);
    ssize_t got = read(l->pipe[0], l->line, sizeof l->line);
    close(l->pipe[0]);
    return (struct str){l->line, got > 0 ? (size_t)got : 0};
}

static void assert_whole(struct str line)
{
    struct json j;
    json_init(&j, line);
    assert_in_range(line.len, 2, 2048);
    assert_true(str_ends(line, "}\n"));
    assert_true(str_find(str_sub(line, 0, line.len - 1), STR("\n")) == SIZE_MAX);
    if (!json_skip(&j, NULL) || !json_end(&j))
        fail_msg("%s at %zu: %.*s", j.error, j.at, STR_ARG(line));
}

TEST(a_line_of_the_log_is_one_json_object)
{
    struct logged l;
    logged_open(&l);
    LOG(WARN, "edge.refused", LOG_TEXT("peer", STR("a\"b\\c\nd\x01\x7f\xc3\xa9\xff!")),
        LOG_NUMBER("status", -403));
    struct str line = logged_line(&l);
    assert_whole(line);
    assert_true(str_is(line, "{\"time\":\"1970-01-01T00:00:00.25Z\",\"level\":\"warn\","
                             "\"event\":\"edge.refused\",\"peer\":\"a\\\"b\\\\c\\u000ad\\u0001"
                             "\\u007f\xc3\xa9\xef\xbf\xbd!\",\"status\":-403}\n"));
}

TEST(lines_below_the_least_level_are_dropped)
{
    struct logged l;
    logged_open(&l);
    LOG(DEBUG, "edge.noise");
    assert_int_equal(logged_line(&l).len, 0);
}

TEST(a_line_that_is_too_long_is_cut_and_says_so)
{
    static char text[4096];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "a\n\xc3\xa9"[i % 4];
    for (size_t len = 1900; len < 2100; len++) {
        struct logged l;
        logged_open(&l);
        LOG(INFO, "e", LOG_TEXT("t", ((struct str){text, len})), LOG_NUMBER("n", INT64_MIN),
            LOG_TEXT("u", STR("\xc3\xa9\xc3\xa9")));
        struct str line = logged_line(&l);
        assert_whole(line);
        assert_true(str_find(line, STR("\"cut\":true")) != SIZE_MAX);
    }
    for (size_t len = 1500; len < 1700; len++) {
        struct logged l;
        logged_open(&l);
        LOG(INFO, "e", LOG_TEXT("t", ((struct str){text, len})), LOG_NUMBER("n", INT64_MIN),
            LOG_TEXT("u", STR("\xc3\xa9\xc3\xa9")));
        assert_whole(logged_line(&l));
    }
}
