/* The rules of this domain, through the real writer on a real store. */
#include "domain/xnounx/xnounx.h"

#include "support/scene.h"
#include "support/scene_property.h"

static const struct module *const modules[] = {&core_module, &xnounx_module};

#define XNOUNX(id, kind, more) \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"kind\":\"" kind "\"" more "}"
#define BEGINS ",\"begins\":\"2026-11-22T03:00:00Z\""
#define ENDS   ",\"ends\":\"2026-11-29T03:00:00Z\""

TEST(xnounx_shapes_keep_what_they_are_given)
{
    scene_property_test(2, modules);
}

TEST_SCENES(xnounx_ends_after_it_begins, modules)
{
    scene_do(s, "xnounx.add", NULL, XNOUNX("x1", "standing", ""));
    scene_do(s, "xnounx.add", NULL, XNOUNX("x2", "temporary", BEGINS ENDS));
    scene_refused(s, "xnounx.add", NULL, XNOUNX("x3", "temporary", BEGINS), RC_INVALID, "/ends");
    scene_refused(s, "xnounx.change", "x1",
                  XNOUNX("x1", "standing", BEGINS ",\"ends\":\"2026-11-21T03:00:00Z\""), RC_INVALID,
                  "/ends");
    scene_refused(s, "xnounx.change", "x1",
                  "{\"id\":\"x1\",\"label\":\"TLP:GREEN\",\"name\":\"x2\",\"kind\":\"standing\"}",
                  RC_CONFLICT, "/name");
}

TEST_SCENES(xnounx_picture_can_be_folded_anew, modules)
{
    scene_do(s, "xnounx.add", NULL, XNOUNX("x1", "standing", ""));
    scene_do(s, "xnounx.change", "x1", XNOUNX("x1", "temporary", ENDS));
    scene_do(s, "xnounx.add", NULL, XNOUNX("x2", "standing", ""));
    scene_do(s, "xnounx.retire", "x2", "{\"why\":\"it was a mistake\"}");
    scene_rebuild_is_equal(s);
}
