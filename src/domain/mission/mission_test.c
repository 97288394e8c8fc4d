/* The rules of the mission's ground, through the real writer on a real store. */
#include "domain/mission/mission.h"

#include "support/scene.h"
#include "support/scene_property.h"

#include "unit.h"

static const struct module *const modules[] = {&mission_module};

#define SITE  "\"id\":\"s1\",\"label\":\"TLP:GREEN\",\"name\":\"Chancery\",\"kind\":\"chancery\""
#define SITE2 "\"id\":\"s2\",\"label\":\"TLP:GREEN\",\"name\":\"Residence\",\"kind\":\"residence\""
#define ZONE(id, site, more)                                                          \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"site\":\"" site "\",\"name\":\"" id \
    "\",\"kind\":\"general\"" more "}"
#define PLAN(drawing)                                                               \
    "{\"id\":\"p1\",\"label\":\"TLP:GREEN\",\"site\":\"s1\",\"name\":\"Compound\"," \
    "\"drawing\":" drawing "}"
#define FEATURE(zone)                                                                        \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":null," \
    "\"properties\":{\"zone\":\"" zone "\"}}]}"

TEST(mission_shapes_keep_what_they_are_given)
{
    scene_property_test(1, modules);
}

static void make_ground(struct scene *s)
{
    scene_do(s, "site.add", NULL, "{" SITE "}");
    scene_do(s, "site.add", NULL, "{" SITE2 "}");
    scene_do(s, "building.add", NULL,
             "{\"id\":\"b2\",\"label\":\"TLP:GREEN\",\"site\":\"s2\",\"name\":\"Villa\"}");
    scene_do(s, "zone.add", NULL, ZONE("z1", "s1", ""));
    scene_do(s, "zone.add", NULL, ZONE("z2", "s2", ""));
}

TEST_SCENES(mission_ground_keeps_together, modules)
{
    make_ground(s);
    scene_refused(s, "zone.add", NULL, ZONE("z3", "nowhere", ""), RC_INVALID, "/site");
    scene_refused(s, "zone.add", NULL, ZONE("z3", "s1", ",\"building\":\"b2\""), RC_INVALID,
                  "/building");
    scene_refused(s, "zone.add", NULL, ZONE("z3", "s1", ",\"within\":\"z2\""), RC_INVALID,
                  "/within");
    scene_do(s, "zone.add", NULL, ZONE("z3", "s1", ",\"within\":\"z1\""));
    scene_refused(s, "zone.change", "z1", ZONE("z1", "s1", ",\"within\":\"z3\""), RC_INVALID,
                  "/within");
    scene_refused(s, "site.retire", "s1", "{}", RC_CONFLICT, "");
    scene_refused(
        s, "site.add", NULL,
        "{\"id\":\"s3\",\"label\":\"TLP:GREEN\",\"name\":\"Chancery\",\"kind\":\"annex\"}",
        RC_CONFLICT, "/name");
}

TEST_SCENES(mission_plan_names_zones_of_its_site, modules)
{
    make_ground(s);
    scene_do(s, "plan.add", NULL, PLAN(FEATURE("z1")));
    scene_refused(s, "plan.change", "p1", PLAN(FEATURE("z2")), RC_INVALID,
                  "/drawing/features/0/properties/zone");
    scene_refused(s, "plan.change", "p1", PLAN("{\"type\":\"Feature\"}"), RC_INVALID, "/drawing");
}

TEST(mission_is_one)
{
    static const char named[] = "{\"id\":\"m1\",\"label\":\"TLP:GREEN\",\"name\":\"Embassy\","
                                "\"kind\":\"embassy\",\"sending_state\":\"Norland\","
                                "\"host_state\":\"Estmark\",\"city\":\"Vael\","
                                "\"time_zone\":\"Europe/Helsinki\"}";
    struct scene s;
    scene_open(&s, 1, modules);
    scene_do(&s, "mission.add", NULL, named);
    scene_refused(&s, "mission.retire", "m1", "{}", RC_CONFLICT, "");
    struct mission mission;
    assert_true(rc_ok(mission_get(&s.c, s.reader.picture, &mission)));
    assert_true(str_is(mission.city, "Vael"));
    scene_close(&s);
}

TEST_SCENES(mission_picture_can_be_folded_anew, modules)
{
    make_ground(s);
    scene_do(s, "zone.change", "z1", ZONE("z1", "s1", ",\"floor\":2"));
    scene_do(s, "zone.retire", "z2", "{\"why\":\"walled up\"}");
    scene_rebuild_is_equal(s);
}
