/* Arming: what is not ready is told before anybody leaves. */
#include "domain/arming/arming_own.h"

#include "support/watch_scene.h"

#include "unit.h"

#define INTRUSION RULE("intrusion", "alarm", "intrusion", ",\"armed_only\":true")

static void all_healthy(struct scene *s)
{
    heartbeat(s, "camera");
    heartbeat(s, "panel");
}

TEST(arming_shapes_keep_what_they_are_given)
{
    const struct shape *const shapes[] = {&not_ready_shape, &zone_arming_shape, &zone_arm_shape};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        shape_property_test(shapes[i]);
}

TEST(arming_says_at_once_what_is_not_ready)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "panel");
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/zones/{id}/readiness", "yard", NULL),
               "{\"ready\":false,\"count\":1,\"items\":[{\"what\":\"never-seen\",\"source\":"
               "\"camera\"");
    refused(&s, RC_CONFLICT, "not-ready", &guard, "zone.arm", "yard", NULL);
    refused(&s, RC_INVALID, "required", &guard, "zone.arm", "yard", "{\"accept\":true}");
    does(&s, &guard, "zone.arm", "yard", "{\"accept\":true,\"why\":\"the camera is in repair\"}");
    struct zone_arming arming = {0};
    assert_true(
        rc_ok(picture_get(&s.c, s.reader.picture, &zone_arming_shape, STR("yard"), NULL, &arming)));
    assert_true(arming.armed);
    assert_true(str_is(arming.by, "amina"));
    assert_int_equal(arming.not_ready.count, 1);
    refused(&s, RC_CONFLICT, "armed", &guard, "zone.arm", "yard", NULL);
    does(&s, &guard, "zone.disarm", "yard", NULL);
    refused(&s, RC_CONFLICT, "disarmed", &guard, "zone.disarm", "yard", NULL);
    refused(&s, RC_NOT_FOUND, "", &guard, "zone.arm", "nowhere", NULL);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(an_open_door_is_suppressed_by_design_and_told_when_arming)
{
    struct scene s;
    watch_scene_open(&s);
    all_healthy(&s);
    scene_do(&s, "alarm_rule.add", NULL, INTRUSION);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    assert_int_equal(state_of(&s, "panel", "intrusion"), ALARM_STATE_SUPPRESSED);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/zones/{id}/readiness", "hall", NULL),
               "\"what\":\"open\"");
    /* closed: nothing is left of it */
    signal_in(&s, "restore", "panel", ",\"zone\":\"1\",\"ends\":\"alarm\"");
    assert_int_equal(count_where(&s, &alarm_shape, NULL, NULL), 0);
    does(&s, &guard, "zone.arm", "hall", NULL);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    assert_int_equal(state_of(&s, "panel", "intrusion"), ALARM_STATE_UNACKNOWLEDGED);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(what_is_open_is_bypassed_until_it_closes_and_no_longer)
{
    struct scene s;
    watch_scene_open(&s);
    all_healthy(&s);
    scene_do(&s, "alarm_rule.add", NULL, INTRUSION);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    does(&s, &guard, "zone.arm", "hall", "{\"accept\":true,\"why\":\"the lock is broken\"}");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    assert_int_equal(state_of(&s, "panel", "intrusion"), ALARM_STATE_SUPPRESSED);
    /* another point of the zone is not bypassed */
    signal_in(&s, "alarm", "panel", ",\"zone\":\"3\"");
    assert_int_equal(count_where(&s, &alarm_shape, "state", "unacknowledged"), 1);
    signal_in(&s, "restore", "panel", ",\"zone\":\"1\",\"ends\":\"alarm\"");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    assert_int_equal(count_where(&s, &alarm_shape, "state", "unacknowledged"), 2);
    scene_close(&s);
}

TEST(motion_by_day_is_kept_and_stands_nowhere)
{
    struct scene s;
    watch_scene_open(&s);
    all_healthy(&s);
    scene_do(&s, "alarm_rule.add", NULL,
             RULE("motion", "motion", "intrusion", ",\"armed_only\":true,\"momentary\":true"));
    signal_in(&s, "motion", "camera", "");
    assert_int_equal(count_where(&s, &alarm_shape, NULL, NULL), 0);
    assert_int_equal(count_where(&s, &kept_signal_shape, "suppressed", "true"), 1);
    does(&s, &guard, "zone.arm", "yard", NULL);
    signal_in(&s, "motion", "camera", "");
    struct alarm alarm = the_alarm(&s, "camera", "intrusion");
    char id[32];
    snprintf(id, sizeof id, "%.*s", STR_ARG(alarm.id));
    does(&s, &guard, "alarm.acknowledge", id, ACK);
    assert_int_equal(count_where(&s, &alarm_shape, NULL, NULL), 0);
    scene_close(&s);
}

TEST(unknown_is_never_clear)
{
    struct scene s;
    watch_scene_open(&s);
    const char *path = "/api/v1/watch/zones";
    ASSERT_HAS(fetch(&s, &guard, path, NULL, NULL), "\"id\":\"yard\",\"name\":\"yard\",\"site\":"
                                                    "\"s1\",\"verdict\":\"unknown\"");
    all_healthy(&s);
    ASSERT_HAS(fetch(&s, &guard, path, NULL, NULL), "\"id\":\"yard\",\"name\":\"yard\",\"site\":"
                                                    "\"s1\",\"verdict\":\"clear\"");
    pass(&s, 40);
    ASSERT_HAS(fetch(&s, &guard, path, NULL, NULL), "\"id\":\"yard\",\"name\":\"yard\",\"site\":"
                                                    "\"s1\",\"verdict\":\"gap\"");
    ASSERT_HAS(fetch(&s, &guard, path, NULL, NULL), "\"id\":\"hall\",\"name\":\"hall\",\"site\":"
                                                    "\"s1\",\"verdict\":\"clear\"");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    ASSERT_HAS(fetch(&s, &guard, path, NULL, NULL), "\"verdict\":\"alarm\"");
    signal_in(&s, "duress", "panel", ",\"zone\":\"1\"");
    ASSERT_HAS(fetch(&s, &guard, path, NULL, NULL), "\"verdict\":\"duress\"");
    pass(&s, 200);
    ASSERT_HAS(fetch(&s, &guard, path, NULL, NULL), "\"id\":\"yard\",\"name\":\"yard\",\"site\":"
                                                    "\"s1\",\"verdict\":\"blind\"");
    scene_close(&s);
}

TEST(a_zone_that_is_not_ready_is_told_before_you_have_left_not_after)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "camera");
    heartbeat(&s, "panel");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/zones/{id}/readiness", "yard", NULL),
               "\"what\":\"open\"");
    refused(&s, RC_CONFLICT, "not-ready", &guard, "zone.arm", "yard", NULL);
    /* it is armed or it is not: nothing is left pending that could fail later */
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/zones", NULL, NULL), "\"armed\":false");
    pass(&s, 120);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/zones", NULL, NULL), "\"armed\":false");
    scene_close(&s);
}
