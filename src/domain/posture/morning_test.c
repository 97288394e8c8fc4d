/* The morning report: in the words of its reader, and nothing that they may not read. */
#include "assembly/core_module.h"
#include "domain/people/people.h"
#include "domain/posture/posture.h"
#include "domain/task/task.h"
#include "frame/report/report.h"

#include "support/report_scene.h"
#include "support/watch_scene.h"

#include "unit.h"

static const struct module *const modules[] = {&core_module,   &report_module, &people_module,
                                               &signal_module, &task_module,   &posture_module};

#define PATH "/api/v1/reports/{name}"
#define TASK(id, title, label, due) \
    "{\"id\":\"" id "\",\"label\":\"" label "\",\"title\":\"" title "\",\"due\":\"" due "\"}"

static void begin(struct scene *s)
{
    scene_open(s, sizeof modules / sizeof modules[0], modules);
    scene_do(s, "mission.add", NULL,
             "{\"id\":\"m1\",\"label\":\"TLP:GREEN\",\"name\":\"Embassy of Examplia in Helsinki\","
             "\"kind\":\"embassy\",\"sending_state\":\"Examplia\",\"host_state\":\"Finland\","
             "\"city\":\"Helsinki\",\"time_zone\":\"Europe/Helsinki\"}");
    scene_do(s, "source.add", NULL, SOURCE("panel", "panel", ",\"heartbeat_ms\":60000"));
    scene_do(s, "source.add", NULL,
             "{\"id\":\"v\",\"label\":\"TLP:RED\",\"name\":\"informant\",\"kind\":\"door\","
             "\"identity\":\"v\"}");
    signal_in(s, "alarm", "panel", "");
    pass(s, 600); /* the panel falls silent */
}

static const char *read_in(struct scene *s, const struct actor *actor,
                           const struct renderer *renderer, const char *query, const char *name)
{
    return report_read(s, actor, renderer, PATH, "morning", query, name);
}

TEST(a_morning_report_says_the_level_what_rang_what_is_blind_and_due)
{
    struct scene s;
    struct renderer renderer = documents_renderer();
    begin(&s);
    const char *text = read_in(&s, &guard, &renderer, "format=pdf&language=en", "morning-none");
    ASSERT_HAS(text, "Not assessed does not mean safe");
    scene_do(&s, "level.add", NULL,
             "{\"id\":\"l1\",\"label\":\"TLP:GREEN\",\"level\":\"high\",\"why\":\"Unrest at the "
             "market\","
             "\"until\":\"2026-12-01T00:00:00Z\"}");
    scene_do(&s, "task.add", NULL,
             TASK("t1", "Mend the north gate", "TLP:GREEN", "2026-11-22T12:00:00Z"));
    scene_do(&s, "task.add", NULL, TASK("t2", "Far away", "TLP:GREEN", "2027-01-22T12:00:00Z"));
    scene_do(&s, "task.add", NULL,
             TASK("t3", "Meet the source", "TLP:RED", "2026-11-22T12:00:00Z"));
    text = read_in(&s, &guard, &renderer, "format=pdf&language=en", "morning-en");
    static const char *const english[] = {"Morning report",
                                          "5 High",
                                          "Unrest at the market",
                                          "Alarms",
                                          "Where the mission is blind",
                                          "panel is silent",
                                          "silent",
                                          "Mend the north gate",
                                          "2026-11-22 14:00:00 +02:00",
                                          "Passages withheld"};
    for (size_t i = 0; i < sizeof english / sizeof english[0]; i++)
        ASSERT_HAS(text, english[i]);
    static const char *const not_there[] = {"informant", "Meet the source", "Far away"};
    for (size_t i = 0; i < 3; i++)
        assert_null(strstr(text, not_there[i]));
    ASSERT_HAS(read_in(&s, &guard, &renderer, "format=pdf&language=en&hours=1", "morning-hour"),
               "Morning report");
    ASSERT_HAS(read_in(&s, &guard, &renderer, "format=pdf&language=fr", "morning-fr"),
               "Rapport du matin");
    text = read_in(&s, &guard, &renderer, "format=pdf&language=ar", "morning-ar");
    ASSERT_HAS(text, "تقرير الصباح");
    ASSERT_HAS(text, "إشارة"); /* what the alarm says */
    ASSERT_HAS(text, "صامت");
    renderer_stop(&renderer);
    scene_close(&s);
}

TEST(a_morning_report_leaves_out_what_its_reader_has_no_right_to)
{
    struct scene s;
    begin(&s);
    struct str only[] = {STR("mission.read")};
    struct actor clerk = guard;
    clerk.permissions = (struct texts){only, 1};
    struct report_answer html = report_ask(&s, &clerk, NULL, PATH, "morning", "language=en");
    assert_int_equal(html.code, RC_OK);
    ASSERT_HAS(html.body.ptr, "Not assessed");
    assert_null(strstr(html.body.ptr, "Where the mission is blind"));
    assert_null(strstr(html.body.ptr, "Passages withheld"));
    clerk.permissions.count = 0;
    assert_int_equal(report_ask(&s, &clerk, NULL, PATH, "morning", NULL).code, RC_FORBIDDEN);
    assert_int_equal(report_ask(&s, &guard, NULL, PATH, "morning", "hours=0").code, RC_INVALID);
    assert_int_equal(report_ask(&s, &guard, NULL, PATH, "morning", "hours=169").code, RC_INVALID);
    scene_close(&s);
}
