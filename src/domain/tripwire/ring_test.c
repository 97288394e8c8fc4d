/* A hit at the control post: where it rings, how urgent it is, and what a guard reads. */
#include "domain/tripwire/tripwire_own.h"

#include "domain/mission/mission.h"
#include "support/watch_scene.h"

static const struct module *const modules[] = {WATCH_MODULES, &tripwire_module};

enum { MODULES = sizeof modules / sizeof *modules };

/* Of the zones yard and hall: a rule that is tripped when one is changed. */
#define RINGS(id, says, then)                                                                   \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"rule\":\"" says "id: " id \
    "\\nlogsource: {product: chancery, category: zone, service: changed}\\ndetection: "         \
    "{s: {site: s1}, condition: s}\\n" then "\"}"
#define OWN                                                                                \
    "level: high\\nchancery:\\n    purpose: Somebody comes.\\n    actions: [{do: alarm}, " \
    "{do: send-guard, to: yard}]\\n"
#define SHIPPED                                                                            \
    "level: critical\\nchancery:\\n    purpose: Forced entry where nobody should be.\\n"   \
    "    actions: [{do: alarm}, {do: send-guard, to: area}, {do: propose-protocol, what: " \
    "evacuation, confirm: two}, {do: weld_shut}]\\n"
/* Two changes of zones within the hour. */
#define TWO                                                                                    \
    "{\"id\":\"two\",\"label\":\"TLP:GREEN\",\"name\":\"two\",\"rule\":\"title: one\\nname: "  \
    "one\\nlogsource: {product: chancery, category: zone, service: changed}\\ndetection: {s: " \
    "{site: s1}, condition: s}\\n---\\ntitle: Two zones\\nid: two\\ncorrelation: {type: "      \
    "event_count, rules: [one], group-by: [actor], timespan: 1h, condition: {gte: 2}}\\n"      \
    "level: low\\nchancery: {actions: [alarm]}\\n\"}"

static void zone(struct scene *s, const char *verb, const char *id, const char *name)
{
    char json[200];
    snprintf(json, sizeof json,
             "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"site\":\"s1\",\"name\":\"%s\","
             "\"kind\":\"general\"}",
             id, name);
    scene_do(s, verb, strcmp(verb, "zone.add") == 0 ? NULL : id, json);
}

static void ring(struct scene *s, const char *rule, const char *zones)
{
    struct tripwires *tripwires = NULL;
    char id[2] = "";
    scene_open(s, MODULES, modules);
    scene_do(s, "site.add", NULL,
             "{\"id\":\"s1\",\"label\":\"TLP:GREEN\",\"name\":\"Chancery\",\"kind\":\"chancery\"}");
    zone(s, "zone.add", "a", "Yard");
    zone(s, "zone.add", "b", "Hall");
    scene_do(s, "tripwire.add", NULL, rule);
    struct str rest = str_from(rule), name;
    str_split(&rest, ':', &name);
    str_split(&rest, '"', &name);
    str_split(&rest, '"', &name);
    struct str copy;
    assert_true(rc_ok(str_copy(&s->c, name, &copy)));
    scene_do(s, "tripwire.activate", copy.ptr, "{}");
    assert_true(rc_ok(tripwires_open(&s->c, s->core, &tripwires)));
    for (; *zones; zones++) {
        id[0] = *zones;
        zone(s, "zone.change", id, *zones == 'a' ? "Yard" : "Hall");
    }
    core_settle(s->core);
    tripwires_close(tripwires);
}

static struct alarm rung(struct scene *s)
{
    struct page page;
    struct query query = {.limit = QUERY_LIMIT_MAX, .filter_count = 1};
    query.filters[0] = (struct filter){STR("cause"), FILTER_EQ, STR("tripwire")};
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &alarm_shape, &query, &page)));
    assert_int_equal(page.count, 1);
    return *(const struct alarm *)page.records;
}

static const char *shown(struct scene *s, const char *language)
{
    return fetch_in(s, language, &guard, "/api/v1/alarms", NULL, NULL);
}

TEST(tripwire_alarm_is_as_urgent_as_its_rule_is_grave)
{
    static const char *const levels[] = {"critical", "high", "medium", "low", "informational"};
    static const enum signal_priority priorities[] = {SIGNAL_PRIORITY_URGENT, SIGNAL_PRIORITY_HIGH,
                                                      SIGNAL_PRIORITY_MEDIUM, SIGNAL_PRIORITY_LOW,
                                                      SIGNAL_PRIORITY_LOW};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        struct scene s;
        char rule[1000];
        snprintf(rule, sizeof rule,
                 RINGS("grave", "title: Grave\\n", "level: %s\\nchancery: {actions: [alarm]}\\n"),
                 levels[i]);
        ring(&s, rule, "a");
        assert_int_equal(rung(&s).priority, priorities[i]);
        scene_close(&s);
    }
}

/* What the mission wrote stands as it wrote it, in every language. */
TEST(tripwire_alarm_of_the_missions_own_rule)
{
    struct scene s;
    ring(&s, RINGS("quiet", "title: Quiet\\n", OWN), "a");
    struct alarm alarm = rung(&s);
    assert_true(str_absent(alarm.consequence) && str_absent(alarm.action));
    assert_true(str_is(alarm.zone, "a") && str_absent(alarm.site));
    raised_by_reference(&s, "tripwire.hit.at",
                        "[{\"name\":\"pattern\",\"text\":\"Quiet\"},{\"name\":\"purpose\","
                        "\"text\":\"Somebody comes.\"},{\"name\":\"tripwire\",\"ref\":"
                        "\"tripwire/quiet\"},{\"name\":\"place\",\"ref\":\"zone/a\"},{\"name\":"
                        "\"orders\",\"phrases\":[\"order.look\",\"order.send-guard.yard/yard\"]}]",
                        false);
    ASSERT_HAS(shown(&s, "fr"), "\"title\":\"Quiet : Yard\"");
    ASSERT_HAS(shown(&s, "fr"), "\"consequence_said\":\"Somebody comes.\"");
    ASSERT_HAS(shown(&s, "fr"), "Envoyez un garde : yard.\"");
    scene_close(&s);
}

/* A guard reads where it is and what to do in sentences of their own language; an action that has
 * no words is never shown by its name. */
TEST(tripwire_alarm_of_a_shipped_rule_speaks_the_language_of_its_reader)
{
    struct scene s;
    ring(&s, RINGS("own-id", "title: A door is forced in an armed area\\n", SHIPPED), "a");
    const char *english = shown(&s, "en");
    ASSERT_HAS(english, "\"title\":\"A door is forced in an armed area: Yard\"");
    ASSERT_HAS(english, "\"action_said\":\"Look at the events that made it. Send a guard to the "
                        "area. Propose the evacuation. Two persons must agree to this. Do what "
                        "else the rule asks for: it stands with the hit.\"");
    ASSERT_HAS(english, "\"consequence_said\":\"Forced entry where nobody should be.\"");
    ASSERT_HAS(shown(&s, "fr"), "sous alarme : Yard\"");
    ASSERT_HAS(shown(&s, "fr"), "Envoyez un garde dans le secteur. Proposez l’évacuation.");
    ASSERT_HAS(shown(&s, "ar"), "أرسل حارسًا إلى المنطقة.");
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(tripwire_alarm_of_several_zones_has_their_site)
{
    struct scene s;
    ring(&s, TWO, "ab");
    struct alarm alarm = rung(&s);
    assert_true(str_absent(alarm.zone) && str_is(alarm.site, "s1"));
    ASSERT_HAS(shown(&s, "en"), "\"title\":\"Two zones: Chancery\"");
    ASSERT_HAS(shown(&s, "en"),
               "\"consequence_said\":\"A pattern that was watched for is there.\"");
    scene_close(&s);
}

TEST(tripwire_alarm_of_one_zone_twice_has_it)
{
    struct scene s;
    ring(&s, TWO, "bb");
    assert_true(str_is(rung(&s).zone, "b"));
    scene_close(&s);
}
