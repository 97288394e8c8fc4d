/* Sources that speak, fall silent, flap, are switched off and are replaced. */
#include "domain/source/source_own.h"

#include "support/watch_scene.h"

#include "unit.h"

TEST(source_shapes_keep_what_they_are_given)
{
    const struct shape *const shapes[] = {
        &source_point_shape, &source_shape,       &source_state_shape, &gap_shape,
        &bad_sample_shape,   &storm_sample_shape, &source_pulse_shape, &storm_digest_shape,
        &source_off_shape,   &source_bad_shape};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        shape_property_test(shapes[i]);
}

TEST(a_dead_camera_is_an_alarm_by_itself)
{
    struct scene s;
    watch_scene_open(&s);
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_NEVER_SEEN);
    heartbeat(&s, "camera");
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_HEALTHY);
    pass(&s, 21);
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_LATE);
    assert_int_equal(count_where(&s, &alarm_shape, "source", "camera"), 0);
    pass(&s, 15);
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_SILENT);
    assert_int_equal(state_of(&s, "camera", "silence"), ALARM_STATE_UNACKNOWLEDGED);
    raised_by_reference(&s, "silence", "[{\"name\":\"source\",\"ref\":\"source/camera\"}]", false);
    /* the gap begins when it was last heard, not when we noticed */
    struct source_state now = source_is(&s, "camera");
    struct gap gap = {0};
    assert_true(rc_ok(picture_get(&s.c, s.reader.picture, &gap_shape, now.gap, NULL, &gap)));
    assert_int_equal(gap.cause, GAP_CAUSE_SILENT);
    assert_int_equal(gap.began.us, 1795316400000000);
    assert_int_equal(gap.ended.us, 0);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(heartbeats_cost_the_record_nothing)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "camera");
    int64_t before = core_size(s.core);
    for (int i = 0; i < 100; i++)
        heartbeat(&s, "camera");
    assert_int_equal(core_size(s.core), before);
    struct source_pulse pulse = {0};
    assert_true(rc_ok(
        picture_get(&s.c, s.reader.picture, &source_pulse_shape, STR("camera"), NULL, &pulse)));
    assert_int_equal(pulse.heartbeats, 101);
    scene_close(&s);
}

TEST(silence_is_found_after_a_restart)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "camera");
    pass(&s, 3);
    scene_restart(&s);
    clock_manual_advance_us(&s.clock, 600 * SECOND_US); /* switched off meanwhile */
    while (core_step(s.core))
        ;
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_SILENT);
    assert_int_equal(state_of(&s, "camera", "silence"), ALARM_STATE_UNACKNOWLEDGED);
    scene_close(&s);
}

TEST(a_source_that_was_never_heard_is_not_clear)
{
    struct scene s;
    watch_scene_open(&s);
    pass(&s, 60);
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_NEVER_SEEN);
    raised_by_reference(&s, "silence.never", "[{\"name\":\"source\",\"ref\":\"source/camera\"}]",
                        false);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/alarms", NULL, NULL),
               "\"title\":\"camera has not been heard\"");
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/zones", NULL, NULL), "\"verdict\":\"unknown\"");
    scene_close(&s);
}

TEST(a_flapping_source_is_one_alarm)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "panel");
    for (int i = 0; i < 6; i++) {
        heartbeat(&s, "camera");
        pass(&s, 45);
    }
    assert_int_equal(source_is(&s, "camera").flaps, 6);
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "silence"),
                     1 + (size_t)(source_is(&s, "panel").condition == SOURCE_CONDITION_SILENT));
    struct alarm alarm = the_alarm(&s, "camera", "silence");
    assert_int_equal(alarm.signals, 6);
    /* back for good: it returns only after it has stayed */
    heartbeat(&s, "camera");
    assert_true(the_alarm(&s, "camera", "silence").active);
    for (int i = 0; i < 8; i++) {
        pass(&s, 9);
        heartbeat(&s, "camera");
    }
    assert_int_equal(state_of(&s, "camera", "silence"), ALARM_STATE_RETURNED);
    assert_int_equal(source_is(&s, "camera").flaps, 0);
    assert_int_equal(count_where(&s, &gap_shape, "source", "camera"), 6);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(a_short_blip_is_no_alarm)
{
    struct scene s;
    watch_scene_open(&s);
    for (int i = 0; i < 20; i++) {
        heartbeat(&s, "camera");
        pass(&s, 18); /* late each time, never silent */
    }
    assert_int_equal(count_where(&s, &alarm_shape, "source", "camera"), 0);
    assert_int_equal(count_where(&s, &gap_shape, "source", "camera"), 0);
    scene_close(&s);
}

TEST(a_silent_source_that_returns_is_no_intrusion)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL, RULE("intrusion", "alarm", "intrusion", ""));
    heartbeat(&s, "panel");
    pass(&s, 300);
    heartbeat(&s, "panel");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "intrusion"), 0);
    scene_close(&s);
}

TEST(one_switch_that_takes_all_cameras_is_one_line)
{
    struct scene s;
    watch_scene_open(&s);
    for (int i = 0; i < 30; i++) {
        char json[256];
        snprintf(json, sizeof json,
                 SOURCE("c%d", "camera", ",\"heartbeat_ms\":10000,\"zone\":\"%s\""), i, i, i,
                 i % 2 ? "hall" : "yard");
        scene_do(&s, "source.add", NULL, json);
    }
    pass(&s, 60);
    struct alarm alarm = the_alarm(&s, "c7", "silence");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "silence"), 31);
    char team[32];
    snprintf(team, sizeof team, "%.*s", STR_ARG(alarm.team));
    assert_int_equal(count_where(&s, &alarm_shape, "team", team), 31);
    scene_close(&s);
}

TEST(a_source_is_switched_off_by_somebody_until_some_time_for_a_reason)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "camera");
    refused(&s, RC_INVALID, "until", &guard, "source.disable", "camera",
            "{\"until\":\"2026-11-22T02:00:00Z\",\"why\":\"painting\"}");
    does(&s, &guard, "source.disable", "camera",
         "{\"until\":\"2026-11-22T04:00:00Z\",\"why\":\"painting\"}");
    struct source_state now = source_is(&s, "camera");
    assert_int_equal(now.condition, SOURCE_CONDITION_DISABLED);
    assert_true(str_is(now.disabled_by, "amina"));
    pass(&s, 600);
    assert_int_equal(count_where(&s, &alarm_shape, "source", "camera"), 0);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/zones", NULL, NULL), "\"disabled\":1");
    /* what it says meanwhile is kept, and out of service; duress is not */
    signal_in(&s, "alarm", "camera", "");
    assert_int_equal(state_of(&s, "camera", "alarm"), ALARM_STATE_OUT_OF_SERVICE);
    signal_in(&s, "duress", "camera", "");
    assert_int_equal(state_of(&s, "camera", "duress"), ALARM_STATE_UNACKNOWLEDGED);
    /* it ends by itself: nothing is known until it speaks */
    clock_manual_set(&s.clock, (struct wall){1795316400000000 + 3601 * SECOND_US});
    while (core_step(s.core))
        ;
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_NEVER_SEEN);
    assert_int_equal(state_of(&s, "camera", "alarm"), ALARM_STATE_UNACKNOWLEDGED);
    refused(&s, RC_CONFLICT, "not-disabled", &guard, "source.enable", "camera", NULL);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(a_replaced_device_is_the_same_source)
{
    struct scene s;
    watch_scene_open(&s);
    signal_in(&s, "alarm", "camera", "");
    scene_do(&s, "source.change", "camera",
             "{\"id\":\"camera\",\"label\":\"TLP:GREEN\",\"name\":\"camera\",\"kind\":\"camera\","
             "\"identity\":\"serial-2\",\"heartbeat_ms\":10000,\"zone\":\"yard\"}");
    signal_in(&s, "alarm", "serial-2", "");
    assert_int_equal(the_alarm(&s, "camera", "alarm").signals, 2);
    assert_int_equal(count_where(&s, &kept_signal_shape, "source", "camera"), 2);
    scene_close(&s);
}

TEST(two_devices_with_one_identity)
{
    struct scene s;
    watch_scene_open(&s);
    const char *peers[] = {",\"peer\":\"10.0.0.5:1234\"", ",\"peer\":\"10.0.0.9:999\""};
    signal_in(&s, "status", "panel", ",\"peer\":\"10.0.0.5:1\"");
    signal_in(&s, "status", "panel", ",\"peer\":\"10.0.0.5:2\"");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "identity"), 0);
    for (int i = 1; i < 6; i++)
        signal_in(&s, "supervision", "panel", peers[i % 2]);
    raised_by_reference(&s, "doubled", "[{\"name\":\"source\",\"ref\":\"source/panel\"}]", false);
    scene_close(&s);
}

TEST(a_device_that_moved_once_is_not_two)
{
    struct scene s;
    watch_scene_open(&s);
    signal_in(&s, "supervision", "panel", ",\"peer\":\"10.0.0.5:1\"");
    signal_in(&s, "supervision", "panel", ",\"peer\":\"10.0.0.6:1\"");
    signal_in(&s, "supervision", "panel", ",\"peer\":\"10.0.0.6:2\"");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "identity"), 0);
    scene_close(&s);
}

TEST(bad_input_is_counted_and_shown_and_stops_nothing)
{
    struct scene s;
    watch_scene_open(&s);
    for (int i = 0; i < 12; i++)
        scene_do(&s, "source.refuse", "panel",
                 "{\"count\":3,\"samples\":[{\"at\":\"2026-11-22T03:00:00Z\","
                 "\"why\":\"bad checksum\",\"bytes\":\"AAECAw\"}]}");
    struct source_pulse pulse = {0};
    assert_true(rc_ok(
        picture_get(&s.c, s.reader.picture, &source_pulse_shape, STR("panel"), NULL, &pulse)));
    assert_int_equal(pulse.bad, 36);
    assert_int_equal(pulse.bad_samples.count, BAD_SAMPLES_MAX);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/sources/{id}", "panel", NULL), "bad checksum");
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/sources", NULL, NULL), "\"bad\":36");
    scene_close(&s);
}

TEST(a_source_that_promised_nothing_is_never_healthy)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "source.add", NULL, SOURCE("bell", "button", ",\"zone\":\"hall\""));
    signal_in(&s, "status", "bell", "");
    assert_int_equal(source_is(&s, "bell").condition, SOURCE_CONDITION_UNSUPERVISED);
    pass(&s, 60);
    assert_int_equal(source_is(&s, "bell").condition, SOURCE_CONDITION_UNSUPERVISED);
    scene_close(&s);
}

TEST(what_a_source_refuses)
{
    struct scene s;
    watch_scene_open(&s);
    const struct actor *us = &actor_system;
    refused(&s, RC_CONFLICT, "reserved", us, "source.add", NULL, SOURCE("unknown", "door", ""));
    refused(&s, RC_CONFLICT, "unique", us, "source.add", NULL,
            "{\"id\":\"x\",\"label\":\"TLP:GREEN\",\"name\":\"x\",\"kind\":\"door\","
            "\"identity\":\"panel\"}");
    refused(&s, RC_INVALID, "least", us, "source.add", NULL,
            SOURCE("x", "door", ",\"heartbeat_ms\":5"));
    refused(&s, RC_INVALID, "unique", us, "source.add", NULL,
            SOURCE("x", "door", ",\"points\":[{\"point\":\"1\"},{\"point\":\"1\"}]"));
    scene_close(&s);
}

TEST(a_source_that_leaves_takes_its_gap_along)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "camera");
    pass(&s, 60);
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_SILENT);
    scene_do(&s, "source.retire", "camera", "{}");
    struct gap gap = {0};
    struct query query = {.limit = 1, .filter_count = 1};
    struct page page;
    query.filters[0] = (struct filter){STR("source"), FILTER_EQ, STR("camera")};
    assert_true(rc_ok(picture_list(&s.c, s.reader.picture, &gap_shape, &query, &page)));
    gap = *(struct gap *)page.records;
    assert_true(gap.ended.us > gap.began.us);
    signal_in(&s, "status", "camera", "");
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/unknown", NULL, NULL), "\"identity\":\"camera\"");
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(a_dead_camera_is_not_shown_as_live)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "camera");
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/sources/{id}", "camera", NULL),
               "\"condition\":\"healthy\"");
    pass(&s, 31);
    const char *page = fetch(&s, &guard, "/api/v1/watch/sources/{id}", "camera", NULL);
    ASSERT_HAS(page, "\"condition\":\"silent\"");
    ASSERT_HAS(page, "\"heard\":\"2026-11-22T03:00:00Z\""); /* and its age is told */
    ASSERT_HAS(page, "\"gaps\":[{");
    scene_close(&s);
}

TEST(a_camera_that_comes_and_goes_is_on_the_timeline)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "camera");
    pass(&s, 60);
    heartbeat(&s, "camera");
    const char *gaps = fetch(&s, &guard, "/api/v1/watch/gaps", NULL, "source=camera");
    ASSERT_HAS(gaps, "\"began\":\"2026-11-22T03:00:00Z\"");
    ASSERT_HAS(gaps, "\"ended\":\"2026-11-22T03:01:00Z\"");
    scene_close(&s);
}
