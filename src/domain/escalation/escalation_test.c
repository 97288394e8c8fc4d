#include "assembly/core_module.h"
#include "core/record.h"
#include "domain/escalation/escalation.h"

#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "frame/delivery/delivery.h"

#include "support/scene_property.h"
#include "support/watch_scene.h"

/* Somebody calls for help: the alarm names a person. */
static rc call_for_help(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    struct raise raise = {.message = "help",
                          .key = STR("k"),
                          .cause = STR("help"),
                          .label = {TLP_AMBER, {NULL, 0}},
                          .priority = SIGNAL_PRIORITY_HIGH,
                          .respond_ms = 60000,
                          .at = clock_now(c)};
    TRY(raise_refer(c, &raise, "guard", "person", command->target));
    return alarm_raise(c, picture, outcome, &raise);
}

/* The outlet m becomes a printer, past its own check: as records of an older version may be. */
static rc turn_outlet(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    struct outlet outlet = {0};
    TRY(picture_get(c, picture, &outlet_shape, command->target, NULL, &outlet));
    outlet.kind = DELIVERY_KIND_PRINT;
    return record_want(c, picture, outcome, &outlet_shape, RECORD_CHANGE, &outlet);
}

static const struct module call_module = {
    .name = "call",
    .help = "Calls for help",
    .decisions = (const struct decision[]){{.name = "call.help",
                                            .help = "Call",
                                            .permission = "escalation.write",
                                            .decide = call_for_help},
                                           {.name = "call.turn",
                                            .help = "Turn an outlet into a printer",
                                            .permission = "escalation.write",
                                            .decide = turn_outlet},
                                           {0}},
};

static const struct module *const with_escalation[] = {
    &core_module,   &delivery_module,   &mission_module, &people_module,
    &signal_module, &escalation_module, &call_module};

#define MAIL                                                                        \
    "{\"id\":\"m\",\"label\":\"TLP:GREEN\",\"name\":\"Mail\",\"kind\":\"mail\","    \
    "\"enabled\":true,\"carries\":\"TLP:GREEN\",\"host\":\"mail.example\",\"tls\":" \
    "\"upgrade\",\"sender\":\"post@mission.example\"}"
#define RUNG(id, tell, more)                                                           \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"outlet\":\"m\"," \
    "\"to\":\"duty@mission.example\",\"tell\":\"" tell "\"" more "}"

static void open_mission(struct scene *s)
{
    watch_scene_open(s);
    scene_restart_with(s, sizeof with_escalation / sizeof *with_escalation, with_escalation);
    scene_do(s, "outlet.add", NULL, MAIL);
    scene_do(s, "alarm_rule.add", NULL, RULE("r", "alarm", "intrusion", ""));
}

static struct page deliveries(struct scene *s)
{
    struct query query = {.limit = 50};
    struct page page;
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &delivery_shape, &query, &page)));
    return page;
}

TEST(escalation_tells_each_alarm_once_at_its_step)
{
    struct scene s;
    open_mission(&s);
    scene_do(&s, "escalation.add", NULL, RUNG("first", "notice", ""));
    scene_do(&s, "escalation.add", NULL, RUNG("second", "whole", ",\"after\":2"));
    scene_do(&s, "escalation.add", NULL, RUNG("grave", "notice", ",\"least\":\"urgent\""));
    scene_do(&s, "escalation.add", NULL, RUNG("off", "notice", ",\"disabled\":true"));
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    pass(&s, 59);
    assert_int_equal(deliveries(&s).count, 0);
    pass(&s, 2);
    struct page page = deliveries(&s);
    assert_int_equal(page.count, 1);
    const struct delivery *first = page.records;
    struct alarm alarm = the_alarm(&s, "panel", "intrusion");
    assert_int_equal(first->label.tlp, TLP_GREEN);
    assert_true(str_is(first->to, "duty@mission.example"));
    assert_true(str_ends(first->about, alarm.id.ptr));
    assert_int_equal(str_find(first->text, STR("Front door")), SIZE_MAX); /* nothing of what */
    assert_true(str_find(first->text, STR("Priority: high")) != SIZE_MAX);
    pass(&s, 130);
    page = deliveries(&s);
    assert_int_equal(page.count, 2);
    const struct delivery *second = (const struct delivery *)page.records + 1;
    assert_int_equal(second->label.tlp, alarm.label.tlp);
    assert_true(str_find(second->text, STR("Front door")) != SIZE_MAX);
    pass(&s, 3000);
    assert_int_equal(deliveries(&s).count, 2);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

/* The person can be erased; what was sent and kept cannot, so it never had the name. */
TEST(escalation_names_nobody_however_much_it_tells)
{
    struct scene s;
    open_mission(&s);
    scene_do(&s, "person.add", NULL,
             "{\"id\":\"p1\",\"label\":\"TLP:AMBER\",\"name\":\"Amina Haddad\","
             "\"category\":\"guard\"}");
    scene_do(&s, "escalation.add", NULL, RUNG("first", "whole", ""));
    scene_do(&s, "call.help", "p1", NULL);
    pass(&s, 61);
    struct page page = deliveries(&s);
    assert_int_equal(page.count, 1);
    const struct delivery *told = page.records;
    assert_int_equal(str_find(told->text, STR("Amina")), SIZE_MAX);
    assert_true(str_find(told->text, STR("calls for help")) != SIZE_MAX);
    scene_close(&s);
}

/* What cannot be sent holds up neither the other steps nor the alarm. */
TEST(escalation_passes_over_a_step_whose_outlet_is_of_no_use)
{
    struct scene s;
    open_mission(&s);
    scene_do(&s, "outlet.add", NULL,
             "{\"id\":\"w\",\"label\":\"TLP:GREEN\",\"name\":\"w\",\"kind\":\"webhook\","
             "\"host\":\"h\",\"path\":\"/p\",\"tls\":\"implicit\","
             "\"secret\":\"0123456789abcdef\"}");
    scene_do(&s, "escalation.add", NULL, RUNG("first", "notice", ""));
    scene_do(&s, "escalation.add", NULL,
             "{\"id\":\"then\",\"label\":\"TLP:GREEN\",\"name\":\"then\",\"outlet\":\"w\","
             "\"tell\":\"notice\"}");
    scene_do(&s, "call.turn", "m", NULL);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    pass(&s, 61);
    struct page page = deliveries(&s);
    assert_int_equal(page.count, 1);
    assert_true(str_is(((const struct delivery *)page.records)->outlet, "w"));
    assert_int_equal(count_events(&s, "alarm.escalated"), 1);
    scene_close(&s);
}

TEST(escalation_speaks_the_language_that_is_set)
{
    struct scene s;
    open_mission(&s);
    scene_do(&s, "escalation.add", NULL, RUNG("fr", "notice", ",\"language\":\"fr-CA\""));
    scene_do(&s, "escalation.add", NULL, RUNG("ar", "notice", ",\"language\":\"ar\""));
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    pass(&s, 61);
    struct page page = deliveries(&s);
    const struct delivery *told = page.records;
    assert_int_equal(page.count, 2);
    for (size_t i = 0; i < page.count; i++)
        assert_true(str_starts(told[i].text, "Une alarme attend") ||
                    str_starts(told[i].text, "إنذار"));
    scene_close(&s);
}

TEST(escalation_of_a_drill_stays_in_the_house)
{
    struct scene s;
    open_mission(&s);
    scene_do(&s, "escalation.add", NULL, RUNG("first", "notice", ""));
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\",\"drill\":true");
    pass(&s, 61);
    struct page page = deliveries(&s);
    assert_int_equal(page.count, 1);
    assert_int_equal(((const struct delivery *)page.records)->state, DELIVERY_STATE_WITHHELD);
    scene_close(&s);
}

TEST(escalation_names_an_outlet_that_can_tell_somebody)
{
    struct scene s;
    open_mission(&s);
    scene_refused(&s, "escalation.add", NULL,
                  "{\"id\":\"x\",\"label\":\"TLP:GREEN\",\"name\":\"x\",\"outlet\":\"none\","
                  "\"tell\":\"notice\"}",
                  RC_INVALID, "/outlet");
    scene_refused(&s, "escalation.add", NULL,
                  "{\"id\":\"x\",\"label\":\"TLP:GREEN\",\"name\":\"x\",\"outlet\":\"m\","
                  "\"tell\":\"notice\"}",
                  RC_INVALID, "/to");
    scene_do(&s, "outlet.add", NULL,
             "{\"id\":\"p\",\"label\":\"TLP:GREEN\",\"name\":\"p\",\"kind\":\"print\","
             "\"host\":\"h\",\"path\":\"/p\",\"tls\":\"none\"}");
    scene_refused(&s, "escalation.add", NULL,
                  "{\"id\":\"x\",\"label\":\"TLP:GREEN\",\"name\":\"x\",\"outlet\":\"p\","
                  "\"tell\":\"notice\"}",
                  RC_INVALID, "/outlet");
    scene_close(&s);
}

TEST(what_escalations_are_made_of_keeps_its_promises)
{
    scene_property_test(sizeof with_escalation / sizeof *with_escalation, with_escalation);
}
