/* Signals: whose they are, when they happened, what is kept, and what a storm costs. */
#include "domain/signal/signal_own.h"

#include "support/watch_scene.h"

#include "unit.h"

#include "base/encode.h"

static struct kept_signal the_signal(struct scene *s, const char *column, const char *value)
{
    struct query query = {.limit = 2, .filter_count = 1};
    struct page page;
    query.filters[0] = (struct filter){str_from(column), FILTER_EQ, str_from(value)};
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &kept_signal_shape, &query, &page)));
    if (page.count != 1)
        fail_msg("%zu signals with %s %s", page.count, column, value);
    return *(struct kept_signal *)page.records;
}

/* `count` signals of one kind at once, numbered from `first` on. */
static void many_in(struct scene *s, const char *kind, const char *source, int first, int count,
                    const char *more)
{
    struct text json;
    struct str done;
    text_init(&json, &s->c, 1 << 20);
    text_put(&json, STR("{\"items\":["));
    for (int i = 0; i < count; i++)
        text_printf(&json,
                    "%s{\"source\":\"%s\",\"kind\":\"%s\",\"priority\":\"high\","
                    "\"code_system\":\"test\",\"text\":\"Number %d\",\"dedupe\":\"%s-%d\"%s}",
                    i ? "," : "", source, kind, first + i, kind, first + i, more);
    text_put(&json, STR("]}"));
    assert_true(rc_ok(text_done(&json, &done)));
    scene_do(s, "signal.take", NULL, done.ptr);
}

TEST(signal_shapes_keep_what_they_are_given)
{
    const struct shape *const shapes[] = {&kept_signal_shape, &signal_link_shape, &alarm_rule_shape,
                                          &unknown_sender_shape, &signals_taken_shape};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        shape_property_test(shapes[i]);
}

TEST(the_same_report_is_kept_once)
{
    struct scene s;
    watch_scene_open(&s);
    for (int i = 0; i < 3; i++)
        signal_in(&s, "alarm", "panel", ",\"dedupe\":\"seq-17\",\"zone\":\"1\"");
    many_in(&s, "status", "panel", 1, 2, "");
    many_in(&s, "status", "panel", 1, 3, "");
    assert_int_equal(count_where(&s, &kept_signal_shape, NULL, NULL), 4);
    assert_int_equal(the_alarm(&s, "panel", "alarm").signals, 1);
    /* the same key from another device is another report */
    signal_in(&s, "alarm", "panel",
              ",\"dedupe\":\"seq-17b\",\"dedupe_before\":\"seq-17\",\"zone\":\"1\"");
    signal_in(&s, "alarm", "camera", ",\"dedupe\":\"seq-17\"");
    assert_int_equal(count_where(&s, &kept_signal_shape, NULL, NULL), 5);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/sources/{id}", "panel", NULL), "\"duplicates\":5");
    scene_close(&s);
}

TEST(a_key_that_is_twice_in_one_batch_is_one_signal)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(
        &s, "signal.take", NULL,
        "{\"items\":["
        "{\"source\":\"panel\",\"kind\":\"status\",\"priority\":\"note\",\"code_system\":\"t\","
        "\"text\":\"a\",\"dedupe\":\"k\"},"
        "{\"source\":\"panel\",\"kind\":\"status\",\"priority\":\"note\",\"code_system\":\"t\","
        "\"text\":\"a\",\"dedupe\":\"k\"}]}");
    assert_int_equal(count_where(&s, &kept_signal_shape, NULL, NULL), 1);
    scene_close(&s);
}

TEST(duress_is_not_lost_to_the_duplicate_check)
{
    struct scene s;
    watch_scene_open(&s);
    signal_in(&s, "duress", "panel", ",\"dedupe\":\"1\",\"zone\":\"1\"");
    signal_in(&s, "duress", "panel", ",\"dedupe\":\"1\",\"zone\":\"1\"");
    assert_int_equal(count_where(&s, &kept_signal_shape, "kind", "duress"), 2);
    assert_int_equal(the_alarm(&s, "panel", "duress").signals, 2);
    scene_close(&s);
}

TEST(an_sos_without_a_place_is_an_sos)
{
    struct scene s;
    watch_scene_open(&s);
    signal_in(&s, "duress", "panel", "");
    struct alarm alarm = the_alarm(&s, "panel", "duress");
    assert_true(alarm.lane);
    assert_int_equal(alarm.rank, 0);
    assert_int_equal(alarm.state, ALARM_STATE_UNACKNOWLEDGED);
    scene_close(&s);
}

TEST(an_sos_from_a_device_on_no_list_rings)
{
    struct scene s;
    watch_scene_open(&s);
    signal_in(&s, "duress", "stranger", ",\"peer\":\"192.0.2.7:99\"");
    struct alarm alarm = the_alarm(&s, NULL, "duress");
    assert_true(alarm.lane);
    assert_int_equal(the_alarm(&s, NULL, "unknown-source").signals, 1);
    raised_by_reference(&s, "unknown-source", "[{\"name\":\"sender\",\"text\":\"stranger\"}]",
                        false);
    raised_by_reference(&s, "signal.duress", "[{\"name\":\"place\",\"text\":\"stranger\"}]", false);
    struct kept_signal kept = the_signal(&s, "kind", "duress");
    assert_true(str_absent(kept.source));
    assert_true(str_is(kept.identity, "stranger"));
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/unknown", NULL, NULL), "192.0.2.7");
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(strangers_without_end_are_one_line_and_a_bounded_list)
{
    struct scene s;
    watch_scene_open(&s);
    for (int i = 0; i < UNKNOWN_MAX + 30; i++) {
        char name[32];
        snprintf(name, sizeof name, "stranger-%d", i);
        signal_in(&s, "alarm", name, "");
    }
    assert_int_equal(count_where(&s, &unknown_sender_shape, NULL, NULL), UNKNOWN_MAX + 1);
    assert_true(count_where(&s, &alarm_shape, NULL, NULL) <= 3);
    raised_by_reference(&s, "storm.unknown", NULL, false);
    scene_close(&s);
}

TEST(times_are_what_they_are_worth)
{
    struct scene s;
    watch_scene_open(&s);
    const struct {
        const char *code, *occurred, *clock, *at;
    } cases[] = {
        {"a", "2026-11-22T02:59:30Z", "good", "2026-11-22T02:59:30Z"},
        {"b", "2026-11-22T01:00:00Z", "late", "2026-11-22T01:00:00Z"},
        {"c", "2026-11-22T03:10:00Z", "future", "2026-11-22T03:00:00Z"},
        {"d", "2025-11-22T03:00:00Z", "wrong", "2026-11-22T03:00:00Z"},
        {"e", "2027-11-22T03:00:00Z", "wrong", "2026-11-22T03:00:00Z"},
        {"f", "1970-01-01T00:00:05Z", "wrong", "2026-11-22T03:00:00Z"},
        {"g", NULL, "absent", "2026-11-22T03:00:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char more[128], time[WALL_TEXT_MAX] = "";
        if (cases[i].occurred)
            snprintf(more, sizeof more, ",\"code\":\"%s\",\"occurred\":\"%s\"", cases[i].code,
                     cases[i].occurred);
        else
            snprintf(more, sizeof more, ",\"code\":\"%s\"", cases[i].code);
        signal_in(&s, "status", "panel", more);
        struct kept_signal kept = the_signal(&s, "code", cases[i].code);
        assert_string_equal(shape_choice_name(&signal_clock_choices, kept.clock), cases[i].clock);
        time[wall_format(kept.at, time)] = '\0';
        assert_string_equal(time, cases[i].at);
        assert_int_equal(kept.received.us, 1795316400000000);
    }
    scene_close(&s);
}

TEST(evidence_is_kept_and_what_is_cut_is_known_by_its_hash)
{
    struct scene s;
    struct text more;
    struct str text, raw, encoded;
    unsigned char *bytes = NULL;
    watch_scene_open(&s);
    bytes = ctx_take(&s.c, 1, 6000);
    memset(bytes, 'x', 6000);
    assert_true(rc_ok(encode_bytes(&s.c, ENCODE_BASE64URL, bytes, 6000, &encoded)));
    text_init(&more, &s.c, 1 << 20);
    text_printf(&more, ",\"raw\":\"%.*s\",\"attributes\":{\"zone\":[1,2]}", STR_ARG(encoded));
    assert_true(rc_ok(text_done(&more, &text)));
    signal_in(&s, "status", "panel", text.ptr);
    struct kept_signal kept = the_signal(&s, "kind", "status");
    assert_int_equal(kept.raw.len, KEPT_RAW_MAX);
    assert_int_equal(kept.raw_size, 6000);
    assert_true(rc_ok(encode_bytes(&s.c, ENCODE_HEX, kept.raw_hash.ptr, 32, &raw)));
    /* sha256 of 6000 letters x */
    assert_string_equal(raw.ptr,
                        "1853dfaa6b3a0e3d3c9b25821bfcf7c54ff52ccb3f0b6f6a6868300e762caa8b");
    assert_true(str_is(kept.attributes, "{\"zone\":[1,2]}"));
    scene_close(&s);
}

TEST(a_batch_of_long_signals_fits_into_the_record)
{
    struct scene s;
    struct text more;
    struct str text;
    watch_scene_open(&s);
    text_init(&more, &s.c, 1 << 20);
    text_put(&more, STR(",\"location\":\""));
    for (int i = 0; i < 1000; i++)
        text_put(&more, STR("\\\""));
    text_put(&more, STR("\""));
    assert_true(rc_ok(text_done(&more, &text)));
    many_in(&s, "status", "panel", 0, 150, text.ptr);
    assert_int_equal(count_where(&s, &kept_signal_shape, NULL, NULL), 150);
    assert_true(count_events(&s, "signal.taken") > 1);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(what_is_grave_rings_without_a_rule)
{
    struct scene s;
    watch_scene_open(&s);
    signal_in(&s, "fire", "panel", ",\"zone\":\"1\"");
    struct alarm alarm = the_alarm(&s, "panel", "fire");
    assert_true(str_absent(alarm.rule));
    raised_by_reference(&s, "signal.fire", "[{\"name\":\"place\",\"text\":\"Front door\"}]", false);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/alarms", NULL, NULL), "\"title\":\"Fire: Front door\"");
    assert_true(str_is(alarm.zone, "hall"));
    signal_in(&s, "test", "panel", "");
    signal_in(&s, "arm", "panel", "");
    assert_int_equal(count_where(&s, &alarm_shape, NULL, NULL), 1);
    scene_close(&s);
}

#define SHIPPED(action)                                                   \
    "{\"id\":\"door-held\",\"label\":\"TLP:GREEN\",\"name\":\"Door held " \
    "open\",\"kind\":\"alarm\","                                          \
    "\"cause\":\"door\",\"priority\":\"medium\",\"respond_ms\":60000,"    \
    "\"consequence\":\"Anybody may walk in.\",\"action\":\"" action "\"}"

/* What Chancery ships is said to everybody in their language; what a mission has put in its place
 * is said as it wrote it. */
TEST(a_shipped_rule_speaks_the_language_of_its_reader)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL, SHIPPED("Send somebody to close it."));
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    raised_by_reference(&s, "rule.door-held",
                        "[{\"name\":\"rule\",\"phrases\":[\"rule-name.door-held\"]},{\"name\":"
                        "\"place\",\"text\":\"Front door\"}]",
                        false);
    const char *french = fetch_in(&s, "fr", &guard, "/api/v1/alarms", NULL, NULL);
    ASSERT_HAS(french, "\"title\":\"Porte maintenue ouverte : Front door\"");
    ASSERT_HAS(french, "\"consequence_said\":\"N’importe qui peut entrer.\"");
    ASSERT_HAS(french, "\"action_said\":\"Envoyez quelqu’un la fermer.\"");
    scene_close(&s);
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL, SHIPPED("Call Aino."));
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    french = fetch_in(&s, "fr", &guard, "/api/v1/alarms", NULL, NULL);
    ASSERT_HAS(french, "\"title\":\"Porte maintenue ouverte : Front door\"");
    ASSERT_HAS(french, "\"action_said\":\"Call Aino.\"");
    scene_close(&s);
}

TEST(rules_say_which_signals_are_which_alarm)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL,
             RULE("break-in", "alarm", "intrusion", ",\"zones\":[\"yard\"]"));
    scene_do(&s, "alarm_rule.add", NULL,
             RULE("guessing", "login", "attack", ",\"least\":5,\"within_ms\":60000"));
    scene_do(&s, "alarm_rule.add", NULL,
             RULE("coded", "access", "door", ",\"codes\":[\"forced\"],\"source_kind\":\"panel\""));
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    assert_true(str_is(the_alarm(&s, "panel", "intrusion").rule, "break-in"));
    raised_by_reference(&s, "rule",
                        "[{\"name\":\"rule\",\"ref\":\"alarm_rule/"
                        "break-in\"},{\"name\":\"place\",\"ref\":\"source/panel\"}]",
                        true);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/alarms", NULL, NULL), "\"title\":\"break-in: panel\"");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\""); /* no rule fits: by itself */
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "alarm"), 1);
    for (int i = 0; i < 4; i++)
        signal_in(&s, "login", "panel", "");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "attack"), 0);
    pass(&s, 61);
    many_in(&s, "login", "panel", 0, 4, "");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "attack"), 0);
    signal_in(&s, "login", "panel", "");
    assert_int_equal(the_alarm(&s, "panel", "attack").signals, 1);
    signal_in(&s, "access", "panel", ",\"code\":\"granted\"");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "door"), 0);
    signal_in(&s, "access", "panel", ",\"code\":\"forced\"");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "door"), 1);
    scene_close(&s);
}

#define LOGIN_AT(time)                                                                     \
    "{\"source\":\"panel\",\"kind\":\"login\",\"priority\":\"low\",\"code_system\":\"t\"," \
    "\"text\":\"Something\",\"occurred\":\"2026-11-22T" time "Z\"}"

/* What a rule with a number has looked up for one signal of a batch serves the others only as far
 * as it is true for them. */
TEST(signals_of_one_batch_and_of_several_times_are_each_counted_in_their_own)
{
    struct scene s;
    watch_scene_open(&s); /* at 03:00:00 */
    scene_do(&s, "alarm_rule.add", NULL,
             RULE("guessing", "login", "attack", ",\"least\":3,\"within_ms\":60000"));
    scene_do(&s, "signal.take", NULL,
             "{\"items\":[" LOGIN_AT("02:50:00") "," LOGIN_AT("02:50:01") "]}");
    /* the second looks back further than the first, and finds those two */
    scene_do(&s, "signal.take", NULL,
             "{\"items\":[" LOGIN_AT("03:00:00") "," LOGIN_AT("02:50:20") "]}");
    assert_int_equal(the_alarm(&s, "panel", "attack").signals, 1);
    scene_do(&s, "signal.take", NULL, "{\"items\":[" LOGIN_AT("03:00:00") "]}");
    assert_int_equal(the_alarm(&s, "panel", "attack").signals, 1);
    scene_do(
        &s, "signal.take", NULL,
        "{\"items\":[" LOGIN_AT("02:40:00") "," LOGIN_AT("02:40:01") "," LOGIN_AT("02:40:02") "]}");
    assert_int_equal(the_alarm(&s, "panel", "attack").signals, 4);
    /* the latest three to come are of 02:40; the second is the third of 03:00 all the same */
    scene_do(&s, "signal.take", NULL,
             "{\"items\":[" LOGIN_AT("02:40:03") "," LOGIN_AT("03:00:00") "]}");
    assert_int_equal(the_alarm(&s, "panel", "attack").signals, 6);
    scene_close(&s);
}

/* ---- storms ---------------------------------------------------------------------------------- */

TEST(a_storm_is_one_line_and_costs_little)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL, RULE("tamper", "tamper", "tamper", ""));
    int64_t before = core_size(s.core);
    for (int i = 0; i < 60; i++) {
        many_in(&s, "tamper", "camera", i * 200, 200, ",\"zone\":\"9\"");
        pass(&s, 1);
    }
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "storm"), 1);
    raised_by_reference(&s, "storm", "[{\"name\":\"source\",\"ref\":\"source/camera\"}]", false);
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "tamper"), 1);
    size_t kept = count_where(&s, &kept_signal_shape, "kind", "tamper");
    assert_in_range(kept, SOURCE_KEEP_BURST, SOURCE_KEEP_BURST + 60 * SOURCE_KEEP_PER_S + 2);
    assert_true(core_size(s.core) - before < 400);
    /* nothing is lost to counting */
    pass(&s, 10);
    struct source_pulse pulse = {0};
    assert_true(rc_ok(
        picture_get(&s.c, s.reader.picture, &source_pulse_shape, STR("camera"), NULL, &pulse)));
    assert_int_equal(pulse.counted + (int64_t)kept, 12000);
    assert_int_equal(the_alarm(&s, "camera", "storm").signals, pulse.counted);
    assert_true(count_events(&s, "source.counted") >= 2);
    assert_true(source_is(&s, "camera").storming.us > 0);
    pass(&s, 70);
    assert_int_equal(source_is(&s, "camera").storming.us, 0);
    assert_int_equal(state_of(&s, "camera", "storm"), ALARM_STATE_RETURNED);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(an_intrusion_within_a_storm_rings)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL, RULE("intrusion", "alarm", "intrusion", ""));
    for (int i = 0; i < 5; i++)
        many_in(&s, "status", "panel", i * 200, 200, ",\"zone\":\"7\"");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\",\"code\":\"here\"");
    assert_int_equal(state_of(&s, "panel", "intrusion"), ALARM_STATE_UNACKNOWLEDGED);
    assert_true(str_is(the_signal(&s, "code", "here").point, "1"));
    scene_close(&s);
}

TEST(duress_within_a_storm_is_kept_each_time)
{
    struct scene s;
    watch_scene_open(&s);
    many_in(&s, "status", "panel", 0, 500, "");
    many_in(&s, "duress", "panel", 0, 300, "");
    assert_int_equal(count_where(&s, &kept_signal_shape, "kind", "duress"), 300);
    assert_int_equal(the_alarm(&s, "panel", "duress").signals, 300);
    scene_close(&s);
}

TEST(points_without_end_are_a_bounded_number_of_alarms)
{
    struct scene s;
    watch_scene_open(&s);
    for (int i = 0; i < 60; i++) {
        char more[64];
        snprintf(more, sizeof more, ",\"zone\":\"p%d\"", i);
        signal_in(&s, "alarm", "panel", more);
    }
    assert_in_range(count_where(&s, &alarm_shape, NULL, NULL), 2, 21);
    scene_close(&s);
}

/* ---- over HTTP ------------------------------------------------------------------------------- */

#define ONE(key, kind)                                                                            \
    "{\"source\":\"panel\",\"kind\":\"" kind "\",\"priority\":\"high\",\"code_system\":\"http\"," \
    "\"text\":\"Hello\",\"dedupe\":\"" key "\"}"

TEST(signals_are_answered_one_by_one)
{
    struct scene s;
    struct command *command = NULL;
    watch_scene_open(&s);
    const char *path = "/api/v1/signals";
    ASSERT_HAS(post(&s, &guard, path, NULL, ONE("a", "alarm"), NULL),
               "{\"items\":[{\"key\":\"a\",\"status\":\"kept\",\"id\":");
    const char *answer = post(
        &s, &guard, path, NULL,
        "[" ONE("a", "alarm") "," ONE("b", "status") "," ONE("c", "supervision") "]", &command);
    ASSERT_HAS(answer, "\"key\":\"a\",\"status\":\"duplicate\"");
    ASSERT_HAS(answer, "\"key\":\"b\",\"status\":\"kept\"");
    ASSERT_HAS(answer, "\"key\":\"c\",\"status\":\"heartbeat\"");
    assert_false(command->alarm);
    answer = post(&s, &guard, path, NULL, "{\"items\":[" ONE("d", "duress") "]}", &command);
    ASSERT_HAS(answer, "\"alarm\":");
    assert_true(command->alarm);
    ASSERT_HAS(fetch(&s, &guard, path, NULL, "kind=duress"), "\"dedupe\":\"d\"");
    assert_string_equal(post(&s, &guard, path, NULL, "[]", NULL), "INVALID");
    assert_string_equal(post(&s, &guard, path, NULL, "[", NULL), "MALFORMED");
    assert_string_equal(post(&s, &guard, path, NULL, "{\"kind\":\"alarm\"}", NULL), "INVALID");
    scene_close(&s);
}

TEST(a_storm_over_http_is_told_as_counted)
{
    struct scene s;
    watch_scene_open(&s);
    many_in(&s, "status", "panel", 0, 500, "");
    ASSERT_HAS(post(&s, &guard, "/api/v1/signals", NULL, ONE("z", "status"), NULL),
               "\"status\":\"counted\"");
    scene_close(&s);
}

TEST(one_alarm_comes_with_its_signals_by_source_time_and_the_gaps)
{
    struct scene s;
    watch_scene_open(&s);
    heartbeat(&s, "camera");
    pass(&s, 60);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\",\"occurred\":\"2026-11-22T03:00:50Z\"");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\",\"occurred\":\"2026-11-22T03:00:40Z\"");
    struct alarm alarm = the_alarm(&s, "panel", "alarm");
    char id[32];
    snprintf(id, sizeof id, "%.*s", STR_ARG(alarm.id));
    const char *page = fetch(&s, &guard, "/api/v1/alarms/{id}", id, NULL);
    assert_true(strstr(page, "\"at\":\"2026-11-22T03:00:50Z\"") <
                strstr(page, "\"at\":\"2026-11-22T03:00:40Z\""));
    ASSERT_HAS(page, "\"cause\":\"silent\",\"began\":\"2026-11-22T03:00:00Z\"");
    ASSERT_HAS(post(&s, &guard, "/api/v1/alarms/{id}/claim", id, "{}", NULL), "");
    assert_true(str_is(the_alarm(&s, "panel", "alarm").claimed_by, "amina"));
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/alarms", NULL, "cause=alarm"), id);
    scene_close(&s);
}

TEST(what_an_alarm_rule_refuses)
{
    struct scene s;
    watch_scene_open(&s);
    const struct actor *us = &actor_system;
    refused(&s, RC_INVALID, "kind", us, "alarm_rule.add", NULL, RULE("r", "restore", "x", ""));
    refused(&s, RC_INVALID, "required", us, "alarm_rule.add", NULL,
            RULE("r", "login", "x", ",\"least\":5"));
    refused(&s, RC_FORBIDDEN, "lane", us, "alarm_rule.add", NULL,
            RULE("r", "duress", "x", ",\"armed_only\":true"));
    refused(&s, RC_FORBIDDEN, "lane", us, "alarm_rule.add", NULL,
            RULE("r", "duress", "x", ",\"out_of_service\":\"it rings too often\""));
    scene_close(&s);
}
