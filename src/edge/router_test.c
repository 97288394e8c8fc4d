#include "edge/router.h"

#include "unit.h"

static const struct route rows[] = {
    ROUTE(GET, "/api/v1/zones", "zone.read", "list"),
    ROUTE(POST, "/api/v1/zones", "zone.write", "add"),
    ROUTE(GET, "/api/v1/zones/{id}", "zone.read", "one"),
    ROUTE(DELETE, "/api/v1/zones/{id}", "zone.write", "retire"),
    ROUTE(GET, "/api/v1/zones/{id}/history", "zone.read", "history"),
    ROUTE(POST, "/api/v1/zones/plan", "zone.write", "a literal beside a part in braces"),
    ROUTE(GET, "/api/v1/sites/{site}/zones/{id}", "zone.read", "two parts"),
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct route *list[ROWS];

static struct router *open_router(struct ctx *c)
{
    struct router *router = NULL;
    for (size_t i = 0; i < ROWS; i++)
        list[i] = &rows[i];
    assert_true(rc_ok(router_open(c, ROWS, list, &router)));
    return router;
}

static bool finds(struct ctx *c, const struct router *router, const char *path,
                  struct router_match *match)
{
    bool found = false;
    assert_true(rc_ok(router_find(c, router, str_from(path), match, &found)));
    return found;
}

TEST(router_finds_paths_with_their_parts)
{
    struct ctx c = {.arena = arena_open(1 << 16), .clock = &clock_system};
    struct router *router = open_router(&c);
    struct router_match match;
    assert_true(finds(&c, router, "/api/v1/zones", &match));
    assert_ptr_equal(match.routes[ROUTE_POST], &rows[1]);
    assert_null(match.routes[ROUTE_PUT]);
    assert_true(finds(&c, router, "/api/v1/zones/01J%20x", &match));
    assert_ptr_equal(match.routes[ROUTE_DELETE], &rows[3]);
    assert_true(str_is(match.parts[0], "01J x"));
    assert_true(finds(&c, router, "/api/v1/zones/plan/history", &match));
    assert_true(str_is(match.parts[0], "plan"));
    assert_true(finds(&c, router, "/api/v1/sites/a/zones/b", &match));
    assert_true(str_is(match.parts[0], "a") && str_is(match.parts[1], "b"));
    assert_true(finds(&c, router, "/api/v1/zones/plan", &match));
    assert_ptr_equal(match.routes[ROUTE_POST], &rows[5]);
    router_close(router);
    arena_close(c.arena);
}

TEST(router_finds_nothing_else)
{
    struct ctx c = {.arena = arena_open(1 << 16), .clock = &clock_system};
    struct router *router = open_router(&c);
    struct router_match match;
    assert_false(finds(&c, router, "/", &match));
    assert_false(finds(&c, router, "/api/v1", &match));
    assert_false(finds(&c, router, "/api/v1/zones/a/b", &match));
    assert_false(finds(&c, router, "/api/v1/Zones", &match));
    assert_false(finds(&c, router, "api/v1/zones", &match));
    bool found;
    assert_int_equal(router_find(&c, router, STR("/api/v1/zones/%ff"), &match, &found).code,
                     RC_MALFORMED);
    router_close(router);
    arena_close(c.arena);
}

TEST(router_says_what_is_allowed)
{
    struct ctx c = {.arena = arena_open(1 << 16), .clock = &clock_system};
    struct router *router = open_router(&c);
    struct router_match match;
    struct str allow;
    assert_true(finds(&c, router, "/api/v1/zones/a", &match));
    assert_true(rc_ok(router_allow(&c, &match, &allow)));
    assert_true(str_is(allow, "GET, HEAD, DELETE"));
    router_close(router);
    arena_close(c.arena);
}

TEST(router_refuses_a_route_twice)
{
    struct ctx c = {.arena = arena_open(1 << 16), .clock = &clock_system};
    const struct route again = ROUTE(GET, "/api/v1/zones/{zone}", "zone.read", "again");
    const struct route *two[] = {&rows[2], &again};
    struct router *router = NULL;
    assert_int_equal(router_open(&c, 2, two, &router).code, RC_INTERNAL);
    assert_null(router);
    arena_close(c.arena);
}
