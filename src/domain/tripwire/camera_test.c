/* A camera that falls silent is an event of the category `camera`, known by its zone and itself;
 * and what is found of it rings at the control post. */
#include "domain/tripwire/tripwire_own.h"

#include "domain/signal/signal.h"
#include "support/scene.h"

#include "unit.h"

static const struct module *const modules[] = {&signal_module, &tripwire_module};

enum { MODULES = sizeof modules / sizeof *modules };

#define SOURCE(id, kind)                                                              \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"kind\":\"" kind \
    "\",\"identity\":\"" id "\",\"zone\":\"yard\",\"heartbeat_ms\":10000}"
#define BEAT(id)                                                                         \
    "{\"items\":[{\"source\":\"" id "\",\"kind\":\"supervision\",\"priority\":\"note\"," \
    "\"code_system\":\"test\",\"text\":\"alive\"}]}"
#define RULE(id, says)                                                                     \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"rule\":\"title: " id \
    "\\nid: " id "\\nlogsource: {product: chancery, category: camera}\\n"                  \
    "detection: {s: {kind: " says ", camera: eye, zone: yard, site: s1}, condition: s}\\n\"}"

static void open_mission(struct scene *s)
{
    scene_open(s, MODULES, modules);
    scene_do(s, "site.add", NULL,
             "{\"id\":\"s1\",\"label\":\"TLP:GREEN\",\"name\":\"Chancery\",\"kind\":\"chancery\"}");
    scene_do(s, "zone.add", NULL,
             "{\"id\":\"yard\",\"label\":\"TLP:GREEN\",\"site\":\"s1\",\"name\":\"Yard\","
             "\"kind\":\"general\"}");
    scene_do(s, "source.add", NULL, SOURCE("panel", "panel"));
    scene_do(s, "tripwire.add", NULL, RULE("lost", "lost"));
    scene_do(s, "tripwire.add", NULL, RULE("back", "restored"));
}

static void pass(struct scene *s, int64_t seconds)
{
    clock_manual_advance_us(&s->clock, seconds * 1000000);
    core_settle(s->core);
}

static size_t hits(struct scene *s, const char *tripwire)
{
    struct page page;
    struct query query = {.limit = QUERY_LIMIT_MAX, .filter_count = 1};
    query.filters[0] = (struct filter){STR("tripwire"), FILTER_EQ, str_from(tripwire)};
    if (!rc_ok(picture_list(&s->c, s->reader.picture, &tripwire_hit_shape, &query, &page)))
        fail_msg("%s", s->c.fault.message);
    return page.count;
}

TEST(tripwire_without_a_camera_has_no_events_of_cameras)
{
    struct scene s;
    open_mission(&s);
    struct reachable r = {s.catalog, s.reader.picture, &s.c};
    struct str chancery = STR("chancery"), camera = STR("camera"), none = {NULL, 0};
    assert_false(taxonomy_has(&r, chancery, camera, none, STR("kind")));
    scene_do(&s, "source.add", NULL, SOURCE("eye", "camera"));
    assert_true(taxonomy_has(&r, chancery, camera, none, STR("kind")));
    assert_true(taxonomy_has(&r, chancery, camera, none, camera));
    assert_true(taxonomy_has(&r, chancery, camera, none, STR("site")));
    assert_false(taxonomy_has(&r, chancery, camera, none, STR("person")));
    scene_close(&s);
}

TEST(tripwire_sees_a_camera_die_and_come_back)
{
    struct scene s;
    struct tripwires *tripwires = NULL;
    open_mission(&s);
    scene_do(&s, "source.add", NULL, SOURCE("eye", "camera"));
    scene_do(&s, "tripwire.activate", "lost", "{}");
    scene_do(&s, "tripwire.activate", "back", "{}");
    assert_true(rc_ok(tripwires_open(&s.c, s.core, &tripwires)));
    scene_do(&s, "signal.take", NULL, BEAT("eye"));
    scene_do(&s, "signal.take", NULL, BEAT("panel"));
    pass(&s, 5);
    size_t back = hits(&s, "back");
    assert_int_equal(hits(&s, "lost"), 0);
    for (int i = 0; i < 8; i++) /* both fall silent; only one of them is a camera */
        pass(&s, 5);
    assert_int_equal(hits(&s, "lost"), 1);
    assert_int_equal(hits(&s, "back"), back);
    scene_do(&s, "signal.take", NULL, BEAT("eye"));
    scene_do(&s, "signal.take", NULL, BEAT("panel"));
    pass(&s, 1);
    assert_int_equal(hits(&s, "lost"), 1);
    assert_int_equal(hits(&s, "back"), back + 1);
    tripwires_close(tripwires);
    scene_close(&s);
}

#define RINGS(id, selection)                                                               \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"rule\":\"title: " id \
    "\\nid: " id "\\nlogsource: {product: chancery}\\ndetection: {s: {" selection          \
    "}, condition: s}\\nlevel: high\\nchancery:\\n    purpose: Somebody comes.\\n"         \
    "    actions: [{do: alarm}, {do: send-guard, to: yard}]\\n\"}"

static size_t alarms(struct scene *s, const char *title, struct alarm *ret)
{
    struct page page;
    struct query query = {.limit = QUERY_LIMIT_MAX, .filter_count = 1};
    size_t count = 0;
    query.filters[0] = (struct filter){STR("cause"), FILTER_EQ, STR("tripwire")};
    if (!rc_ok(picture_list(&s->c, s->reader.picture, &alarm_shape, &query, &page)))
        fail_msg("%s", s->c.fault.message);
    const struct alarm *found = page.records;
    for (size_t i = 0; i < page.count; i++)
        if (str_is(found[i].params.items[0].text, title)) {
            *ret = found[i];
            count++;
        }
    return count;
}

/* Its alarm is an event too, which no rule sees: the second rule would ring for ever. */
TEST(tripwire_rings_at_the_control_post_where_its_rule_asks_for_it)
{
    struct scene s;
    struct tripwires *tripwires = NULL;
    struct alarm alarm = {.id = {NULL, 0}};
    open_mission(&s);
    scene_do(&s, "source.add", NULL, SOURCE("eye", "camera"));
    scene_do(&s, "tripwire.add", NULL, RINGS("quiet", "event: source.silenced, camera: eye"));
    scene_do(&s, "tripwire.add", NULL, RINGS("echo", "event: alarm.raised"));
    scene_do(&s, "tripwire.activate", "quiet", "{}");
    scene_do(&s, "tripwire.activate", "echo", "{}");
    assert_true(rc_ok(tripwires_open(&s.c, s.core, &tripwires)));
    scene_do(&s, "signal.take", NULL, BEAT("eye"));
    for (int i = 0; i < 9; i++)
        pass(&s, 5);
    assert_int_equal(hits(&s, "quiet"), 1);
    assert_int_equal(hits(&s, "echo"), 2); /* of the two that fell silent, and nothing else */
    assert_int_equal(alarms(&s, "quiet", &alarm), 1);
    assert_true(str_is(alarm.zone, "yard"));
    assert_int_equal(alarms(&s, "echo", &alarm), 1);
    tripwires_close(tripwires);
    scene_close(&s);
}
