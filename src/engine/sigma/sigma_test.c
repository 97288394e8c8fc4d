#include "engine/sigma/sigma_test.h"

#include "unit.h"

#include <string.h>

static void collect(void *arg, const struct sigma_hit *hit)
{
    struct bench *b = arg;
    text_put(&b->hits, sigma_set_rule(b->set, hit->rule)->label);
    for (size_t i = 0; i < hit->event_count; i++) {
        text_put_char(&b->hits, i ? ',' : ':');
        text_put(&b->hits, hit->events[i]);
    }
    text_put_char(&b->hits, '@');
    text_put_wall(&b->hits, hit->time);
    for (size_t i = 0; i < hit->group_count; i++)
        text_printf(&b->hits, " %.*s=%.*s", STR_ARG(hit->group[i].name),
                    STR_ARG(hit->group[i].value));
    text_put(&b->hits, hit->late ? STR(" late\n") : STR("\n"));
}

static void start(struct bench *b, int64_t lateness_us, size_t bytes_max)
{
    struct sigma_engine_options options = {
        .lateness_us = lateness_us, .bytes_max = bytes_max, .arg = b, .hit = collect};
    assert_true(rc_ok(sigma_engine_open(&b->c, b->set, &options, &b->engine)));
}

void bench_open(struct bench *b, const char *rules)
{
    const struct sigma_error *errors;
    b->c = (struct ctx){.arena = arena_open(1 << 28)};
    assert_non_null(b->c.arena);
    assert_true(rc_ok(sigma_set_open(&b->c, NULL, &b->set)));
    assert_true(rc_ok(sigma_set_add(&b->c, b->set, STR("test.yml"), str_from(rules))));
    assert_true(rc_ok(sigma_set_seal(&b->c, b->set)));
    if (sigma_set_errors(b->set, &errors))
        fail_msg("line %u: %.*s", errors[0].line, STR_ARG(errors[0].reason));
    text_init(&b->hits, &b->c, 1 << 26);
    start(b, 86400000000, 0);
}

void bench_close(struct bench *b)
{
    sigma_engine_close(b->engine);
    sigma_set_close(b->set);
    arena_close(b->c.arena);
}

void bench_feed(struct bench *b, const char *lines)
{
    struct str rest = str_from(lines), line;
    struct ctx c = {.arena = arena_open(1 << 20)};
    while (str_split(&rest, '\n', &line)) {
        struct sigma_event event;
        if (str_trim(line).len == 0)
            continue;
        arena_reset(c.arena);
        if (!rc_ok(sigma_event_read(&c, b->set, line, &event)))
            fail_msg("%.*s: %s", STR_ARG(line), c.fault.message);
        assert_true(rc_ok(sigma_feed(&c, b->engine, &event)));
    }
    arena_close(c.arena);
}

void bench_end(struct bench *b)
{
    assert_true(rc_ok(sigma_advance(&b->c, b->engine, (struct wall){INT64_MAX / 2})));
}

void bench_limit(struct bench *b, size_t bytes_max)
{
    sigma_engine_close(b->engine);
    start(b, 86400000000, bytes_max);
}

void bench_restart(struct bench *b, int64_t lateness_us)
{
    struct str saved;
    assert_true(rc_ok(sigma_save(&b->c, b->engine, &saved)));
    sigma_engine_close(b->engine);
    start(b, lateness_us, 0);
    if (!rc_ok(sigma_load(&b->c, b->engine, saved)))
        fail_msg("%s", b->c.fault.message);
}

struct str bench_hits(struct bench *b)
{
    struct str hits;
    assert_true(rc_ok(text_done(&b->hits, &hits)));
    return hits;
}

struct str first_error(struct ctx *c, const char *rules)
{
    struct sigma_set *set;
    const struct sigma_error *errors;
    struct str error = STR("");
    assert_true(rc_ok(sigma_set_open(c, NULL, &set)));
    assert_true(rc_ok(sigma_set_add(c, set, STR("test.yml"), str_from(rules))));
    assert_true(rc_ok(sigma_set_seal(c, set)));
    if (sigma_set_errors(set, &errors))
        assert_true(
            rc_ok(str_format(c, &error, "%u: %.*s", errors[0].line, STR_ARG(errors[0].reason))));
    sigma_set_close(set);
    return error;
}

bool detects(const char *body, const char *event)
{
    struct bench b;
    struct str rules, line;
    struct ctx c = {.arena = arena_open(1 << 22)};
    assert_true(rc_ok(str_format(&c, &rules,
                                 "title: t\nlogsource: {product: p}\ndetection:\n  sel:\n%s\n"
                                 "  condition: sel\n",
                                 body)));
    assert_true(rc_ok(str_format(&c, &line, "{\"_logsource\":{\"product\":\"p\"},%s}", event)));
    bench_open(&b, rules.ptr);
    bench_feed(&b, line.ptr);
    bool hit = bench_hits(&b).len > 0;
    bench_close(&b);
    arena_close(c.arena);
    return hit;
}
