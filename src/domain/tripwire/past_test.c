/* Rules over past events: what would have been, what was missing, and what a hit rests on. */
#include "domain/tripwire/tripwire_own.h"

#include "assembly/page.h"
#include "domain/people/people.h"

#include "support/scene.h"

#include "unit.h"

static const struct module *const modules[] = {&people_module, &tripwire_module};
static const int64_t MINUTE_US = (int64_t)60 * 1000000;

#define AGENCY(verb) "logsource: {product: chancery, category: agency, service: " verb "}\n"
#define PAIR(group, span)                                                          \
    "title: one\nname: added\n" AGENCY(                                            \
        "added") "detection: {s: {name: '*'}, condition: s}\n---\n"                \
                 "title: two\nname: changed\n" AGENCY(                             \
                     "changed") "detection: {s: {name: '*'}, condition: s}\n"      \
                                "---\ntitle: Pair\nid: pair\ncorrelation: {type: " \
                                "temporal_ordered, rules: [added, changed], "      \
                                "group-by: [" group "], timespan: " span "}\n"

static void wait_minutes(struct scene *s, int minutes)
{
    clock_manual_advance_us(&s->clock, minutes * MINUTE_US);
}

static void agency(struct scene *s, const char *verb, const char *id)
{
    char json[200];
    snprintf(json, sizeof json,
             "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"name\":\"Agency %s\",\"country\":\"XA\"}",
             id, id);
    scene_do(s, verb, strcmp(verb, "agency.add") == 0 ? NULL : id, json);
}

/* What a rule finds between so many minutes ago and so many minutes ago, as JSON. */
static const char *replay(struct scene *s, const char *rule, int from, int until)
{
    struct sigma_set *set = NULL;
    struct text out;
    struct str json;
    int64_t now = clock_now(&s->c).us;
    assert_true(rc_ok(tripwire_set_relaxed(&s->c, STR("r"), str_from(rule), &set)));
    struct backtest backtest = {
        .picture = s->reader.picture,
        .actor = &actor_system,
        .set = set,
        .from = {now - from * MINUTE_US},
        .until = {until ? now - until * MINUTE_US : 0},
        .nearest = true,
    };
    text_init(&out, &s->c, 1 << 20);
    if (!rc_ok(tripwire_backtest(&s->c, &backtest, &out)))
        fail_msg("%s", s->c.fault.message);
    assert_true(rc_ok(text_done(&out, &json)));
    sigma_set_close(set);
    return json.ptr;
}

static void has(const char *json, const char *text)
{
    if (!strstr(json, text))
        fail_msg("no %s in %s", text, json);
}

TEST(tripwire_window_counts_what_began_before_it_and_nothing_after)
{
    struct scene s;
    scene_open(&s, 2, modules);
    agency(&s, "agency.add", "a1");
    wait_minutes(&s, 20);
    agency(&s, "agency.change", "a1");
    wait_minutes(&s, 10);
    has(replay(&s, PAIR("agency", "1h"), 40, 0), "\"events\":2,\"whole\":true,\"hits\":1");
    has(replay(&s, PAIR("agency", "1h"), 15, 0), "\"events\":1,\"whole\":true,\"hits\":1");
    has(replay(&s, PAIR("agency", "1h"), 40, 15), "\"events\":1,\"whole\":true,\"hits\":0");
    has(replay(&s, PAIR("agency", "1h"), 5, 0), "\"events\":0,\"whole\":true,\"hits\":0");
    const char *json = replay(&s, PAIR("agency", "1h"), 40, 0);
    has(json, "\"days\":[{\"day\":\"20");
    has(json, "\"kind\":\"agency.changed\"");
    scene_close(&s);
}

TEST(tripwire_nearest_miss_of_past_events)
{
    struct scene s;
    scene_open(&s, 2, modules);
    agency(&s, "agency.add", "a1");
    agency(&s, "agency.add", "a2");
    wait_minutes(&s, 90);
    agency(&s, "agency.change", "a1");
    const char *json = replay(&s, PAIR("agency", "1h"), 200, 0);
    has(json, "\"hits\":0");
    has(json, "\"without\":\"timespan\",\"name\":\"\",\"wanted\":3600,\"given\":14400,\"times\":1");
    wait_minutes(&s, 30);
    agency(&s, "agency.add", "a3");
    agency(&s, "agency.change", "a2");
    json = replay(&s, PAIR("agency", "10m"), 5, 0);
    has(json, "\"without\":\"group-by\",\"name\":\"agency\"");
    scene_close(&s);
}

TEST(tripwire_event_that_comes_nearest_is_told)
{
    struct scene s;
    scene_open(&s, 2, modules);
    agency(&s, "agency.add", "a1");
    agency(&s, "agency.add", "b2");
    agency(&s, "agency.change", "a1");
    const char *json = replay(
        &s,
        "title: T\nid: t\n" AGENCY("added") "detection:\n  s:\n    "
                                            "name|contains: b2\n    country: XB\n  condition: s\n",
        60, 0);
    has(json, "\"hits\":0");
    has(json, "\"matches\":0,\"looked\":2,\"seq\":");
    has(json, "{\"fires\":false,\"held\":1,\"parts\":2,");
    has(json, "\"wanted\":\"\\\"xb\\\"\",\"found\":[\"XA\"]");
    scene_close(&s);
}

#define MISSION                                                                             \
    "{\"id\":\"m1\",\"label\":\"TLP:GREEN\",\"name\":\"M\",\"kind\":\"embassy\",\"sending_" \
    "state\":"                                                                              \
    "\"Norland\",\"host_state\":\"Estmark\",\"city\":\"Vael\",\"time_zone\":\"Asia/Kolkata\"}"
#define AT(fields) "title: T\n" AGENCY("added") "detection:\n  s: {" fields "}\n  condition: s\n"

/* The scene begins at 03:00 UTC on a Sunday; sixteen hours later it is Monday there, 00:30. */
TEST(tripwire_local_time_is_that_of_the_mission)
{
    struct scene s;
    scene_open(&s, 2, modules);
    scene_do(&s, "mission.add", NULL, MISSION);
    wait_minutes(&s, 16 * 60);
    agency(&s, "agency.add", "a1");
    has(replay(&s, AT("local_hour: 0, local_weekday: monday, local_date: 2026-11-23"), 30, 0),
        "\"hits\":1");
    has(replay(&s, AT("local_hour|lt: 1"), 30, 0), "\"days\":[{\"day\":\"2026-11-23\"");
    has(replay(&s, AT("local_hour: 19"), 30, 0), "\"hits\":0");
    has(replay(&s, AT("local_weekday: sunday"), 30, 0), "\"hits\":0");
    scene_close(&s);
}

TEST(tripwire_without_a_known_zone_has_no_local_time)
{
    struct scene s;
    scene_open(&s, 2, modules);
    struct reachable here = {s.catalog, s.reader.picture, &s.c};
    struct str product = STR("chancery"), none = {NULL, 0};
    assert_false(taxonomy_has(&here, product, STR("agency"), none, STR("local_hour")));
    scene_do(&s, "mission.add", NULL, MISSION);
    assert_true(taxonomy_has(&here, product, STR("agency"), none, STR("local_hour")));
    scene_close(&s);
}

#define UNKNOWN(actions)                                                                      \
    "{\"id\":\"u\",\"label\":\"TLP:GREEN\",\"name\":\"u\",\"rule\":\"title: U\\nid: u\\n"     \
    "logsource: {product: chancery, category: agency, service: added}\\n"                     \
    "detection: {s: {name: '*'}, condition: s}\\nchancery: {state: {person_left|not: actor, " \
    "level|gte: 3}, actions: [{do: " actions "}]}\\n\"}"

TEST(tripwire_hit_says_what_nobody_knew)
{
    struct scene s;
    struct tripwires *tripwires = NULL;
    struct query query = {.limit = 10};
    struct page page;
    scene_open(&s, 2, modules);
    scene_do(&s, "tripwire.add", NULL, UNKNOWN("notify"));
    scene_do(&s, "tripwire.activate", "u", "{}");
    assert_true(rc_ok(tripwires_open(&s.c, s.core, &tripwires)));
    agency(&s, "agency.add", "a1");
    while (core_step(s.core))
        continue;
    assert_true(rc_ok(picture_list(&s.c, s.reader.picture, &tripwire_hit_shape, &query, &page)));
    assert_int_equal(page.count, 1);
    const struct tripwire_hit *hit = page.records;
    assert_true(hit->unsure);
    assert_int_equal(hit->asked.count, 2);
    assert_true(str_is(hit->asked.items[1].state, "level"));
    assert_int_equal(hit->asked.items[1].told, TRIPWIRE_TOLD_UNKNOWN);
    tripwires_close(tripwires);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

/* A rule that stands on another which asks what nothing here ever knows. */
TEST(tripwire_hit_says_what_nobody_knew_of_its_parts)
{
    struct scene s;
    struct tripwires *tripwires = NULL;
    struct query query = {.limit = 10};
    struct page page;
    scene_open(&s, 2, modules);
    scene_do(&s, "tripwire.add", NULL,
             "{\"id\":\"c\",\"label\":\"TLP:GREEN\",\"name\":\"c\",\"rule\":\"title: A\\nname: a\\n"
             "logsource: {product: chancery, category: agency, service: added}\\n"
             "detection: {s: {name: '*'}, condition: s}\\nchancery: {state: {works_planned|not: "
             "agency}}\\n---\\ntitle: C\\nid: c\\ncorrelation: {type: event_count, rules: [a], "
             "timespan: 1h, condition: {gte: 2}}\\n\"}");
    scene_do(&s, "tripwire.activate", "c", "{}");
    assert_true(rc_ok(tripwires_open(&s.c, s.core, &tripwires)));
    agency(&s, "agency.add", "a1");
    agency(&s, "agency.add", "a2");
    while (core_step(s.core))
        continue;
    assert_true(rc_ok(picture_list(&s.c, s.reader.picture, &tripwire_hit_shape, &query, &page)));
    assert_int_equal(page.count, 1);
    const struct tripwire_hit *hit = page.records;
    assert_true(hit->unsure);
    assert_int_equal(hit->asked.count, 1);
    assert_true(str_is(hit->asked.items[0].state, "works_planned"));
    tripwires_close(tripwires);
    scene_close(&s);
}

TEST(tripwire_does_not_lock_by_what_nothing_here_knows)
{
    struct scene s;
    scene_open(&s, 2, modules);
    scene_do(&s, "tripwire.add", NULL, UNKNOWN("lock"));
    scene_refused(&s, "tripwire.activate", "u", "{}", RC_CONFLICT, "/rule");
    assert_string_equal(s.c.fault.rule, "never-known");
    scene_close(&s);
}
