/* The rules of this domain, through the real writer on a real store. */
#include "domain/xnounx/xnounx.h"

#include "domain/alarm/alarm.h"
#include "support/scene_property.h"
#include "support/scene_steps.h"
#include "unit.h"

static const struct module *const modules[] = {&xnounx_module};

#define TIMES "\"begins\":\"2026-11-22T03:00:00Z\",\"ends\":\"2026-11-22T05:00:00Z\""
#define XNOUNX(id) \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"Amina\",\"zone\":\"hall\"," TIMES "}"

static const struct actor asks = SCENE_ACTOR("asks", "p1");
static const struct actor agrees = SCENE_ACTOR("agrees", "p2");

static void does(struct scene *s, const struct actor *actor, const char *name, const char *target,
                 const char *json)
{
    struct command command;
    scene_do_as(s, actor, name, target, json, &command);
    if (!rc_ok(command.result))
        fail_msg("%s: %s", name, command.fault.message);
}

static void make_hall(struct scene *s)
{
    scene_do(s, "site.add", NULL,
             "{\"id\":\"s\",\"label\":\"TLP:GREEN\",\"name\":\"Chancery\",\"kind\":\"chancery\"}");
    scene_do(s, "zone.add", NULL,
             "{\"id\":\"hall\",\"label\":\"TLP:GREEN\",\"site\":\"s\",\"name\":\"Hall\","
             "\"kind\":\"general\"}");
}

TEST(xnounx_shapes_keep_what_they_are_given)
{
    scene_property_test(1, modules);
}

TEST_SCENES(xnounx_steps_refuse_what_they_should, modules)
{
    make_hall(s);
    scene_steps_test(s, &xnounx_shape, "\"name\":\"%s\",\"zone\":\"hall\"," TIMES);
}

TEST_SCENES(xnounx_is_asked_for_agreed_to_and_ends, modules)
{
    make_hall(s);
    does(s, &asks, "xnounx.add", NULL, XNOUNX("x"));
    does(s, &agrees, "xnounx.agree", "x", "{}");
    does(s, &asks, "xnounx.begin", "x", "{}");
    clock_manual_advance_us(&s->clock, INT64_C(7200000000));
    core_settle(s->core);
    struct xnounx xnounx;
    struct alarm alarm;
    assert_true(
        rc_ok(picture_get(&s->c, s->reader.picture, &xnounx_shape, STR("x"), NULL, &xnounx)));
    assert_true(xnounx.overdue);
    assert_true(rc_ok(picture_find(&s->c, s->reader.picture, &alarm_shape, "key", STR("xnounx/x"),
                                   NULL, &alarm)));
    does(s, &asks, "xnounx.end", "x", "{}");
    scene_rebuild_is_equal(s);
}

TEST_SCENES(xnounx_ends_after_it_begins, modules)
{
    make_hall(s);
    scene_refused(s, "xnounx.add", NULL,
                  "{\"id\":\"x\",\"label\":\"TLP:GREEN\",\"name\":\"Amina\",\"zone\":\"hall\","
                  "\"begins\":\"2026-11-22T03:00:00Z\",\"ends\":\"2026-11-22T03:00:00Z\"}",
                  RC_INVALID, "/ends");
}
