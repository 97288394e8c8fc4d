/* Any bytes as a rule file: read, linked, and asked of one event. */
#include "base/arena.h"
#include "engine/sigma/sigma.h"
#include "fuzz.h"

#include <assert.h>

static const char event_line[] =
    "{\"_id\":1,\"_time\":\"2026-01-01T00:00:00Z\",\"_logsource\":{\"product\":\"p\",\"category\":"
    "\"c\"},"
    "\"F\":\"foo bar\",\"G\":5,\"H\":[null,\"10.1.2.3\",{\"I\":true}]}";

static void ask(struct ctx *c, const struct sigma_set *set)
{
    struct sigma_event event;
    struct sigma_engine *engine;
    struct sigma_engine_options options = {.lateness_us = 1000000, .bytes_max = 1 << 20};
    struct str saved;
    assert(rc_ok(sigma_event_read(c, set, str_from(event_line), &event)));
    assert(rc_ok(sigma_engine_open(c, set, &options, &engine)));
    for (int i = 0; i < 3; i++) {
        assert(rc_ok(sigma_feed(c, engine, &event)));
        event.time.us += 1000000;
    }
    assert(rc_ok(sigma_save(c, engine, &saved)));
    assert(rc_ok(sigma_advance(c, engine, (struct wall){INT64_MAX / 2})));
    sigma_engine_close(engine);
    assert(rc_ok(sigma_engine_open(c, set, &options, &engine)));
    assert(rc_ok(sigma_load(c, engine, saved)));
    sigma_engine_close(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = {.arena = arena_open(1 << 28)};
    struct sigma_set *set;
    struct str text = {(const char *)data, size};
    if (size > 16384) {
        arena_close(c.arena);
        return 0;
    }
    assert(rc_ok(sigma_set_open(&c, NULL, &set)));
    if (rc_ok(sigma_set_add(&c, set, STR("fuzz.yml"), text)) && rc_ok(sigma_set_seal(&c, set)))
        ask(&c, set);
    sigma_set_close(set);
    arena_close(c.arena);
    return 0;
}
