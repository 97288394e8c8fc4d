/* How such systems fail their users, each by its name: docs/watch.md lists them with the tests that
 * stand beside them elsewhere. */
#include "domain/signal/signal_own.h"

#include "support/watch_scene.h"

/* ---- sensors that fall silent ---------------------------------------------------------------- */

TEST(a_camera_disabled_before_the_intrusion_is_seen_beside_it)
{
    struct scene s;
    char id[32];
    watch_scene_open(&s);
    heartbeat(&s, "camera");
    does(&s, &guard, "source.disable", "camera",
         "{\"until\":\"2026-11-22T06:00:00Z\",\"why\":\"cleaning\"}");
    pass(&s, 60);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    snprintf(id, sizeof id, "%.*s", STR_ARG(the_alarm(&s, "panel", "alarm").id));
    const char *page = fetch(&s, &guard, "/api/v1/alarms/{id}", id, NULL);
    ASSERT_HAS(page, "\"gaps\":[{");
    ASSERT_HAS(page, "\"cause\":\"disabled\"");
    scene_close(&s);
}

TEST(one_reader_that_returns_does_not_take_another_off_the_line)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "source.add", NULL, SOURCE("reader", "door", ",\"heartbeat_ms\":10000"));
    heartbeat(&s, "camera");
    heartbeat(&s, "reader");
    pass(&s, 31);
    heartbeat(&s, "reader");
    assert_int_equal(source_is(&s, "reader").condition, SOURCE_CONDITION_HEALTHY);
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_SILENT);
    heartbeat(&s, "camera");
    assert_int_equal(source_is(&s, "reader").condition, SOURCE_CONDITION_HEALTHY);
    assert_int_equal(source_is(&s, "camera").condition, SOURCE_CONDITION_HEALTHY);
    scene_close(&s);
}

/* ---- calls for help -------------------------------------------------------------------------- */

TEST(an_sos_is_not_lost_as_the_duplicate_of_a_parked_device)
{
    struct scene s;
    watch_scene_open(&s);
    const char *parked = ",\"position\":{\"lat\":60.17,\"lon\":24.94},\"dedupe\":\"same\"";
    for (int i = 0; i < 5; i++)
        signal_in(&s, "status", "panel", parked);
    signal_in(&s, "duress", "panel", parked);
    assert_int_equal(state_of(&s, "panel", "duress"), ALARM_STATE_UNACKNOWLEDGED);
    assert_int_equal(count_where(&s, &kept_signal_shape, "kind", "duress"), 1);
    scene_close(&s);
}

TEST(a_rule_cannot_make_an_sos_less_than_urgent_or_something_else)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL, RULE("area", "motion", "geofence", ""));
    scene_do(&s, "alarm_rule.add", NULL,
             "{\"id\":\"low\",\"label\":\"TLP:GREEN\",\"name\":\"low\",\"kind\":\"duress\","
             "\"cause\":\"duress\",\"priority\":\"note\",\"consequence\":\"None.\","
             "\"action\":\"Nothing.\"}");
    signal_in(&s, "duress", "panel", ",\"code\":\"geofence-enter\"");
    struct alarm alarm = the_alarm(&s, "panel", "duress");
    assert_true(alarm.lane);
    assert_int_equal(alarm.priority, SIGNAL_PRIORITY_URGENT);
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "geofence"), 0);
    scene_close(&s);
}

/* ---- rules that do not fire, and say nothing ------------------------------------------------- */

TEST(a_rule_of_ones_own_does_not_starve_another)
{
    struct scene s;
    char id[32];
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL,
             RULE("guessing", "login", "attack", ",\"least\":3,\"within_ms\":60000"));
    scene_do(&s, "alarm_rule.add", NULL,
             RULE("own", "login", "own", ",\"least\":2,\"within_ms\":60000"));
    scene_do(&s, "alarm_rule.add", NULL, RULE("each", "login", "each", ""));
    for (int i = 0; i < 3; i++)
        signal_in(&s, "login", "panel", "");
    const char *const causes[] = {"attack", "own", "each"};
    const int64_t signals[] = {1, 2, 3};
    for (size_t i = 0; i < 3; i++) {
        struct alarm alarm = the_alarm(&s, "panel", causes[i]);
        assert_int_equal(alarm.signals, signals[i]);
        /* and each of them shows all of its signals */
        snprintf(id, sizeof id, "%.*s", STR_ARG(alarm.id));
        const char *page = fetch(&s, &guard, "/api/v1/alarms/{id}", id, NULL);
        int64_t shown = 0;
        for (const char *at = page; (at = strstr(at, "\"text\":\"Something\"")); at++)
            shown++;
        assert_int_equal(shown, signals[i]);
    }
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(a_time_that_would_be_ignored_without_a_count_is_refused)
{
    struct scene s;
    watch_scene_open(&s);
    refused(&s, RC_INVALID, "least", &guard, "alarm_rule.add", NULL,
            RULE("x", "login", "attack", ",\"within_ms\":60000"));
    refused(&s, RC_INVALID, "required", &guard, "alarm_rule.add", NULL,
            RULE("x", "login", "attack", ",\"least\":3"));
    scene_close(&s);
}

TEST(no_zone_is_not_the_zone_of_a_rule)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "source.add", NULL, SOURCE("loose", "sensor", ""));
    scene_do(&s, "alarm_rule.add", NULL, RULE("yard", "fire", "yard", ",\"zones\":[\"yard\"]"));
    scene_do(&s, "alarm_rule.add", NULL, RULE("coded", "fire", "coded", ",\"codes\":[\"x\"]"));
    signal_in(&s, "fire", "loose", ""); /* neither zone nor code */
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "yard"), 0);
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "coded"), 0);
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "fire"), 1); /* but it rings */
    scene_close(&s);
}

TEST(a_rule_judges_also_what_has_no_time)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL,
             RULE("guessing", "login", "attack", ",\"least\":3,\"within_ms\":60000"));
    signal_in(&s, "login", "panel", "");
    signal_in(&s, "login", "panel", ",\"occurred\":\"1970-01-01T00:00:01Z\"");
    signal_in(&s, "login", "panel", "");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "attack"), 1);
    scene_close(&s);
}

/* ---- who it is, and when --------------------------------------------------------------------- */

TEST(reports_that_were_buffered_do_not_ring_one_by_one)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL, RULE("area", "motion", "geofence", ""));
    for (int i = 0; i < 5; i++) {
        char more[120];
        snprintf(more, sizeof more, ",\"zone\":\"z\",\"occurred\":\"2026-11-22T02:0%d:00Z\"", i);
        signal_in(&s, "motion", "panel", more);
    }
    struct alarm alarm = the_alarm(&s, "panel", "geofence");
    assert_int_equal(alarm.signals, 5);
    assert_int_equal(count_events(&s, "alarm.raised"), 1);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/signals", NULL, "kind=motion"), "\"clock\":\"late\"");
    scene_close(&s);
}

static const struct actor *token_for(struct str *sources, size_t count)
{
    static struct actor program;
    program = guard;
    program.person = (struct str){NULL, 0};
    program.sources_only = true;
    program.sources = (struct texts){sources, count};
    return &program;
}

#define SAYS(source)                                                                    \
    "{\"items\":[{\"source\":\"" source "\",\"kind\":\"duress\",\"priority\":\"high\"," \
    "\"code_system\":\"test\",\"text\":\"Hello\"}]}"

TEST(a_token_speaks_for_its_own_sources_only)
{
    struct scene s;
    struct str own[] = {STR("panel")};
    watch_scene_open(&s);
    does(&s, token_for(own, 1), "signal.take", NULL, SAYS("panel"));
    refused(&s, RC_FORBIDDEN, "source", token_for(own, 1), "signal.take", NULL, SAYS("camera"));
    refused(&s, RC_FORBIDDEN, "source", token_for(own, 1), "signal.take", NULL, SAYS("stranger"));
    assert_string_equal(post(&s, token_for(own, 1), "/api/v1/signals", NULL, SAYS("camera"), NULL),
                        "FORBIDDEN");
    /* a device that was replaced is the same source */
    scene_do(&s, "source.change", "panel", SOURCE("panel", "panel", ",\"note\":\"new device\""));
    does(&s, token_for(own, 1), "signal.take", NULL, SAYS("panel"));
    /* an empty list is for nobody */
    refused(&s, RC_FORBIDDEN, "source", token_for(own, 0), "signal.take", NULL, SAYS("panel"));
    assert_int_equal(count_where(&s, &kept_signal_shape, NULL, NULL), 2);
    scene_close(&s);
}

/* ---- storms ---------------------------------------------------------------------------------- */

static void batch_in(struct scene *s, int first, int count)
{
    struct text json;
    struct str done;
    text_init(&json, &s->c, 1 << 20);
    text_put(&json, STR("{\"items\":["));
    for (int i = 0; i < count; i++)
        text_printf(&json,
                    "%s{\"source\":\"panel\",\"kind\":\"status\",\"priority\":\"note\","
                    "\"code_system\":\"test\",\"text\":\"x\",\"dedupe\":\"n-%d\"}",
                    i ? "," : "", first + i);
    text_put(&json, STR("]}"));
    assert_true(rc_ok(text_done(&json, &done)));
    scene_do(s, "signal.take", NULL, done.ptr);
}

static struct source_pulse pulse_of(struct scene *s, const char *source)
{
    struct source_pulse pulse = {0};
    assert_true(rc_ok(picture_get(&s->c, s->reader.picture, &source_pulse_shape, str_from(source),
                                  NULL, &pulse)));
    return pulse;
}

TEST(what_was_counted_in_a_storm_and_is_sent_again_is_not_counted_again)
{
    struct scene s;
    watch_scene_open(&s);
    for (int i = 0; i < 5; i++)
        batch_in(&s, i * 500, 500);
    int64_t counted = pulse_of(&s, "panel").counted;
    assert_int_equal(counted, 2500 - SOURCE_KEEP_BURST);
    batch_in(&s, 1500, 500); /* its answers were lost */
    batch_in(&s, 2000, 500);
    assert_int_equal(pulse_of(&s, "panel").counted, counted);
    assert_int_equal(pulse_of(&s, "panel").duplicates, 1000);
    assert_null(
        strstr(fetch(&s, &guard, "/api/v1/watch/sources/{id}", "panel", NULL), "counted_keys"));
    pass(&s, 120); /* after the storm nothing of it is carried on */
    assert_int_equal(pulse_of(&s, "panel").counted_keys.len, 0);
    scene_close(&s);
}

TEST(a_restore_that_ends_several_alarms_is_shown_with_each)
{
    struct scene s;
    char id[32];
    watch_scene_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    signal_in(&s, "fire", "panel", ",\"zone\":\"2\"");
    signal_in(&s, "restore", "panel", ",\"code\":\"all-clear\"");
    const char *const causes[] = {"alarm", "fire"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(state_of(&s, "panel", causes[i]), ALARM_STATE_RETURNED);
        snprintf(id, sizeof id, "%.*s", STR_ARG(the_alarm(&s, "panel", causes[i]).id));
        ASSERT_HAS(fetch(&s, &guard, "/api/v1/alarms/{id}", id, NULL), "\"code\":\"all-clear\"");
    }
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}
