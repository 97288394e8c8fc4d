/* Alarms in the hands of people: ISA-18.2's states, claims, answers, shelves, groups; and duress,
 * which knows none of the ways by which an alarm goes out of sight. */
#include "domain/alarm/alarm_own.h"

#include "support/watch_scene.h"

#include "unit.h"

/* An alarm of the panel's point 1 (hall); its id stays with the scene. */
static const char *raise_one(struct scene *s, const char *kind)
{
    char text[64];
    struct str id;
    signal_in(s, kind, "panel", ",\"zone\":\"1\"");
    snprintf(text, sizeof text, "%s", kind);
    assert_true(rc_ok(str_copy(&s->c, the_alarm(s, "panel", text).id, &id)));
    return id.ptr;
}

static void restore(struct scene *s, const char *ends)
{
    char more[64];
    snprintf(more, sizeof more, ",\"zone\":\"1\",\"ends\":\"%s\"", ends);
    signal_in(s, "restore", "panel", more);
}

static struct alarm by_id(struct scene *s, const char *id)
{
    struct alarm alarm = {0};
    assert_true(
        rc_ok(picture_get(&s->c, s->reader.picture, &alarm_shape, str_from(id), NULL, &alarm)));
    return alarm;
}

TEST(alarm_shapes_keep_what_they_are_given)
{
    const struct shape *const shapes[] = {&alarm_shape,     &alarm_claim_shape,
                                          &alarm_ack_shape, &alarm_shelf_shape,
                                          &alarm_end_shape, &alarm_team_shape};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        shape_property_test(shapes[i]);
}

TEST(what_people_do_with_an_alarm_goes_by_the_lane)
{
    struct scene s;
    struct command *command = NULL;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "alarm");
    post(&s, &guard, "/api/v1/alarms/{id}/acknowledge", id, ACK, &command);
    assert_true(command && command->alarm && rc_ok(command->result));
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_ACKNOWLEDGED);
    assert_string_equal(post(&s, &guard, "/api/v1/alarms/{id}/release", "none", "", NULL),
                        "NOT_FOUND");
    scene_close(&s);
}

TEST(an_alarm_is_answered_and_then_over)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "alarm");
    refused(&s, RC_INVALID, "required", &guard, "alarm.acknowledge", id, "{}");
    does(&s, &guard, "alarm.acknowledge", id, ACK);
    struct alarm alarm = by_id(&s, id);
    assert_int_equal(alarm.state, ALARM_STATE_ACKNOWLEDGED);
    assert_true(str_is(alarm.acked_by, "amina"));
    assert_true(str_is(alarm.ack_why, "went to look"));
    refused(&s, RC_CONFLICT, "acknowledged", &other_guard, "alarm.acknowledge", id, ACK);
    restore(&s, "alarm");
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_CLOSED);
    refused(&s, RC_CONFLICT, "retired", &guard, "alarm.claim", id, NULL);
    /* the next is another alarm */
    assert_string_not_equal(raise_one(&s, "alarm"), id);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(a_restore_does_not_clear_what_nobody_has_seen)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "alarm");
    restore(&s, "fire"); /* of something else */
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_UNACKNOWLEDGED);
    restore(&s, "alarm");
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_RETURNED);
    raise_one(&s, "alarm"); /* the same one, again */
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_UNACKNOWLEDGED);
    restore(&s, "alarm");
    does(&s, &guard, "alarm.acknowledge", id, ACK);
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_CLOSED);
    scene_close(&s);
}

TEST(a_claim_is_not_silently_given_to_another)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "alarm");
    does(&s, &guard, "alarm.claim", id, NULL);
    refused(&s, RC_CONFLICT, "claimed", &other_guard, "alarm.claim", id, NULL);
    refused(&s, RC_CONFLICT, "claimed", &other_guard, "alarm.acknowledge", id, ACK);
    refused(&s, RC_CONFLICT, "claimed", &other_guard, "alarm.release", id, NULL);
    does(&s, &other_guard, "alarm.claim", id, "{\"over_why\":\"she was called away\"}");
    assert_true(str_is(by_id(&s, id).claimed_by, "bela"));
    does(&s, &other_guard, "alarm.release", id, NULL);
    refused(&s, RC_CONFLICT, "unclaimed", &guard, "alarm.release", id, NULL);
    does(&s, &guard, "alarm.claim", id, NULL);
    pass(&s, 301);
    assert_true(by_id(&s, id).claim_stale);
    assert_true(str_is(by_id(&s, id).claimed_by, "amina"));
    does(&s, &other_guard, "alarm.claim", id, NULL);
    assert_false(by_id(&s, id).claim_stale);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(nobody_takes_it_and_others_are_told)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "alarm");
    pass(&s, 59);
    assert_int_equal(by_id(&s, id).escalations, 0);
    pass(&s, 2);
    assert_int_equal(by_id(&s, id).escalations, 1);
    scene_restart(&s);
    pass(&s, 130);
    assert_int_equal(by_id(&s, id).escalations, 2);
    does(&s, &guard, "alarm.claim", id, NULL);
    pass(&s, 290);
    assert_int_equal(by_id(&s, id).escalations, 2);
    pass(&s, 20); /* the claim came to nothing */
    assert_int_equal(by_id(&s, id).escalations, 3);
    does(&s, &guard, "alarm.acknowledge", id, ACK);
    pass(&s, 3000);
    assert_int_equal(by_id(&s, id).escalations, 3);
    scene_close(&s);
}

TEST(an_answer_may_hold_for_a_time_only)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "alarm");
    does(&s, &guard, "alarm.acknowledge", id,
         "{\"why\":\"guard on the way\",\"disposition\":\"unknown\",\"holds_ms\":120000}");
    pass(&s, 119);
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_ACKNOWLEDGED);
    pass(&s, 2);
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_UNACKNOWLEDGED);
    assert_int_equal(count_events(&s, "alarm.ack-expired"), 1);
    scene_close(&s);
}

TEST(a_shelf_ends_by_itself)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "alarm");
    refused(&s, RC_INVALID, "least", &guard, "alarm.shelve", id, "{\"why\":\"repair\"}");
    does(&s, &guard, "alarm.shelve", id, "{\"for_ms\":600000,\"why\":\"repair\"}");
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_SHELVED);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/queue", NULL, NULL), "\"shelved\":1");
    raise_one(&s, "alarm"); /* joins it, out of sight but counted */
    assert_int_equal(by_id(&s, id).signals, 2);
    restore(&s, "alarm");
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_SHELVED);
    pass(&s, 601);
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_RETURNED);
    does(&s, &guard, "alarm.shelve", id, "{\"for_ms\":600000,\"why\":\"repair\"}");
    does(&s, &guard, "alarm.unshelve", id, NULL);
    refused(&s, RC_CONFLICT, "not-shelved", &guard, "alarm.unshelve", id, NULL);
    scene_close(&s);
}

TEST(an_answered_alarm_that_rings_on_the_shelf_is_to_be_answered_again)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "alarm");
    does(&s, &guard, "alarm.acknowledge", id, ACK);
    does(&s, &guard, "alarm.shelve", id, "{\"for_ms\":60000,\"why\":\"repair\"}");
    raise_one(&s, "alarm");
    pass(&s, 61);
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_UNACKNOWLEDGED);
    scene_close(&s);
}

/* ---- duress ---------------------------------------------------------------------------------- */

TEST(duress_cannot_be_put_aside_or_shown_under_another)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "duress"), *other = raise_one(&s, "alarm");
    char into[64];
    refused(&s, RC_FORBIDDEN, "lane", &guard, "alarm.shelve", id,
            "{\"for_ms\":60000,\"why\":\"too loud\"}");
    snprintf(into, sizeof into, "{\"into\":\"%s\"}", other);
    refused(&s, RC_FORBIDDEN, "lane", &guard, "alarm.merge", id, into);
    snprintf(into, sizeof into, "{\"into\":\"%s\"}", id);
    refused(&s, RC_FORBIDDEN, "lane", &guard, "alarm.merge", other, into);
    scene_close(&s);
}

TEST(a_duress_cancel_is_not_a_cancel)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "duress");
    restore(&s, "duress");
    struct alarm alarm = by_id(&s, id);
    assert_int_equal(alarm.state, ALARM_STATE_UNACKNOWLEDGED);
    assert_int_equal(alarm.cancels, 1);
    assert_int_equal(count_events(&s, "alarm.cancel-heard"), 1);
    does(&s, &guard, "alarm.acknowledge", id, ACK);
    restore(&s, "duress");
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_ACKNOWLEDGED);
    raise_one(&s, "duress"); /* again: it rings again */
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_UNACKNOWLEDGED);
    scene_close(&s);
}

TEST(duress_is_ended_by_a_named_person_only)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "duress");
    const char *end = "{\"why\":\"found well at her desk\",\"disposition\":\"mistake\","
                      "\"word_of\":\"Piret Tamm\"}";
    struct actor program = guard;
    program.person = (struct str){NULL, 0};
    pass(&s, 4000); /* it does not expire */
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_UNACKNOWLEDGED);
    refused(&s, RC_FORBIDDEN, "named-person", &program, "alarm.end", id, end);
    refused(&s, RC_FORBIDDEN, "named-person", &actor_system, "alarm.end", id, end);
    refused(&s, RC_INVALID, "required", &guard, "alarm.end", id,
            "{\"why\":\"it is quiet\",\"disposition\":\"mistake\"}");
    does(&s, &guard, "alarm.end", id, end);
    struct alarm alarm = by_id(&s, id);
    assert_int_equal(alarm.state, ALARM_STATE_CLOSED);
    assert_true(str_is(alarm.ended_by, "amina"));
    assert_true(str_is(alarm.word_of, "Piret Tamm"));
    scene_close(&s);
}

TEST(duress_escalates_until_somebody_takes_it)
{
    struct scene s;
    watch_scene_open(&s);
    const char *id = raise_one(&s, "duress");
    pass(&s, 31);
    assert_int_equal(by_id(&s, id).escalations, 1);
    pass(&s, 4 * 3600);
    assert_true(by_id(&s, id).escalations > 8);
    scene_close(&s);
}

/* ---- together -------------------------------------------------------------------------------- */

TEST(alarms_of_one_cause_in_one_zone_are_shown_as_one)
{
    struct scene s;
    char json[64];
    watch_scene_open(&s);
    scene_do(&s, "alarm_rule.add", NULL, RULE("doors", "alarm", "intrusion", ""));
    scene_do(&s, "alarm_rule.add", NULL, RULE("glass", "tamper", "intrusion", ""));
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    signal_in(&s, "tamper", "panel", ",\"zone\":\"1\"");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\""); /* in the yard */
    struct query query = {.limit = 3, .sort = STR("raised")};
    struct page page;
    assert_true(rc_ok(picture_list(&s.c, s.reader.picture, &alarm_shape, &query, &page)));
    const struct alarm *alarms = page.records;
    assert_int_equal(page.count, 3);
    size_t together = 0;
    for (size_t i = 0; i < 3; i++)
        together += !str_eq(alarms[i].team, alarms[i].id);
    assert_int_equal(together, 1);
    /* moved by hand, and back */
    const struct alarm *yard = NULL, *hall = NULL;
    for (size_t i = 0; i < 3; i++) {
        if (str_is(alarms[i].zone, "yard"))
            yard = &alarms[i];
        else
            hall = &alarms[i];
    }
    char id[32], team[32];
    snprintf(id, sizeof id, "%.*s", STR_ARG(yard->id));
    snprintf(team, sizeof team, "%.*s", STR_ARG(hall->team));
    snprintf(json, sizeof json, "{\"into\":\"%.*s\"}", STR_ARG(hall->id));
    does(&s, &guard, "alarm.merge", id, json);
    assert_true(str_is(by_id(&s, id).team, team));
    assert_int_equal(by_id(&s, id).state, ALARM_STATE_UNACKNOWLEDGED);
    refused(&s, RC_CONFLICT, "same", &guard, "alarm.merge", id, json);
    does(&s, &guard, "alarm.split", id, NULL);
    assert_true(str_is(by_id(&s, id).team, id));
    does(&s, &guard, "alarm.split", id, NULL); /* undone */
    assert_true(str_is(by_id(&s, id).team, team));
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(an_exercise_does_not_hide_the_real_thing)
{
    struct scene s;
    watch_scene_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\",\"drill\":true");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    assert_int_equal(count_where(&s, &alarm_shape, "drill", "true"), 1);
    assert_int_equal(count_where(&s, &alarm_shape, "drill", "false"), 1);
    scene_close(&s);
}

TEST(what_may_not_be_read_is_not_there)
{
    struct scene s;
    watch_scene_open(&s);
    scene_do(&s, "source.add", NULL,
             "{\"id\":\"vault\",\"label\":\"TLP:RED\",\"name\":\"vault\",\"kind\":\"sensor\","
             "\"identity\":\"vault\",\"zone\":\"hall\"}");
    signal_in(&s, "alarm", "vault", "");
    struct alarm alarm = the_alarm(&s, "vault", "alarm");
    char id[32];
    snprintf(id, sizeof id, "%.*s", STR_ARG(alarm.id));
    refused(&s, RC_NOT_FOUND, "", &guard, "alarm.claim", id, NULL);
    assert_string_equal(fetch(&s, &guard, "/api/v1/alarms/{id}", id, NULL), "NOT_FOUND");
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/queue", NULL, NULL), "{\"items\":[],");
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/zones/{id}/readiness", "hall", NULL), "\"count\":3");
    scene_close(&s);
}

/* ---- pages ----------------------------------------------------------------------------------- */

TEST(the_queue_is_in_the_order_of_urgency)
{
    struct scene s;
    watch_scene_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"1\"");
    signal_in(&s, "duress", "camera", "");
    const char *queue = fetch(&s, &guard, "/api/v1/watch/queue", NULL, NULL);
    assert_true(strstr(queue, "\"kind\":\"duress\"") < strstr(queue, "\"kind\":\"alarm\""));
    ASSERT_HAS(queue, "\"states\":{\"unacknowledged\":2");
    ASSERT_HAS(queue, "\"waiting\":{\"urgent\":1,\"high\":1");
    ASSERT_HAS(queue, "\"lane\":1,\"all\":2");
    scene_close(&s);
}

TEST(the_key_figures_of_the_alarms)
{
    struct scene s;
    watch_scene_open(&s);
    const char *path = "/api/v1/watch/figures";
    ASSERT_HAS(fetch(&s, &guard, path, NULL, NULL), "\"alarms\":0,");
    for (int i = 0; i < 12; i++) {
        const char *id = raise_one(&s, "alarm");
        clock_manual_advance_us(&s.clock, 10 * SECOND_US);
        does(&s, &guard, "alarm.acknowledge", id,
             i % 4 ? ACK : "{\"why\":\"a man at the fence\",\"disposition\":\"real\"}");
        restore(&s, "alarm");
    }
    signal_in(&s, "fire", "camera", ""); /* whose silence had rung before */
    const char *figures = fetch(&s, &guard, path, NULL, "hours=2");
    ASSERT_HAS(figures, "\"hours\":2,\"alarms\":14,\"complete\":true,\"per_hour\":7,");
    ASSERT_HAS(figures, "\"standing\":2,\"stale\":0,\"floods\":1,\"answered\":12,"
                        "\"answer_ms\":{\"median\":10000,\"p90\":10000}");
    ASSERT_HAS(figures, "\"judged\":12,\"false_bp\":7500");
    ASSERT_HAS(figures, "\"worst\":[{\"source\":\"panel\",\"alarms\":12},"
                        "{\"source\":\"camera\",\"alarms\":2}]");
    assert_string_equal(fetch(&s, &guard, path, NULL, "hours=0"), "INVALID");
    scene_close(&s);
}

TEST(a_beacon_does_not_expire_before_anybody_responds)
{
    struct scene s;
    watch_scene_open(&s);
    signal_in(&s, "duress", "panel", ",\"occurred\":\"2026-11-22T03:00:00Z\"");
    pass(&s, 3 * 86400);
    assert_int_equal(state_of(&s, "panel", "duress"), ALARM_STATE_UNACKNOWLEDGED);
    const char *queue = fetch(&s, &guard, "/api/v1/watch/queue", NULL, NULL);
    ASSERT_HAS(queue, "\"lane\":1");
    ASSERT_HAS(queue, "{\"items\":[{\"id\":");
    ASSERT_HAS(strstr(queue, "\"cause\":"), "\"cause\":\"duress\"");
    scene_close(&s);
}

TEST(a_warning_for_which_no_restore_comes_can_be_cleared)
{
    struct scene s;
    char id[32];
    watch_scene_open(&s);
    signal_in(&s, "motion", "panel", "");
    snprintf(id, sizeof id, "%.*s", STR_ARG(the_alarm(&s, "panel", "motion").id));
    does(&s, &guard, "alarm.end", id, "{\"why\":\"looked: nobody\",\"disposition\":\"false\"}");
    assert_int_equal(count_where(&s, &alarm_shape, "cause", "motion"), 0);
    scene_close(&s);
}
