/* The stage of the demonstration refuses whatever folder is not the demonstration's. */
#include "main/demo_stage.h"

#include "support/scene.h"

#include "unit.h"

static enum rc_code opened(const char *path, const char *origin)
{
    struct ctx c = {.arena = arena_open(1 << 24), .clock = &clock_system};
    struct folder folder = {.path = path, .config = {.origin = str_from(origin)}};
    struct demo_stage *stage = NULL;
    rc result = demo_stage_open(&c, &folder, &stage);
    if (rc_ok(result)) {
        assert_non_null(catalog_decision(folder.catalog, STR("session.open")));
        catalog_close(folder.catalog);
        demo_stage_close(stage);
    }
    arena_close(c.arena);
    return result.code;
}

TEST(demo_stage_is_refused_to_a_mission)
{
    assert_int_equal(opened(DEMO_FOLDER "x", DEMO_ORIGIN), RC_OK);
    assert_int_equal(opened(DEMO_FOLDER "x", "chancery/01J"), RC_FORBIDDEN);
    assert_int_equal(opened("/srv/chancery", DEMO_ORIGIN), RC_FORBIDDEN);
    assert_int_equal(opened("/srv/chancery", "chancery/01J"), RC_FORBIDDEN);
}
