#include "adapter/onvif/onvif.h"

#include "support/feeding.h"
#include "unit.h"

#define HEAD                                                                        \
    "<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope'><e:Body>"        \
    "<PullMessagesResponse xmlns='http://www.onvif.org/ver10/events/wsdl' xmlns:w=" \
    "'http://docs.oasis-open.org/wsn/b-2' xmlns:t='http://www.onvif.org/ver10/schema'>"
#define TAIL "</PullMessagesResponse></e:Body></e:Envelope>"
#define MESSAGE(topic, time, operation, source, data)                                         \
    "<w:NotificationMessage><w:Topic>" topic "</w:Topic><w:Message><t:Message UtcTime='" time \
    "' PropertyOperation='" operation "'><t:Source>" source "</t:Source><t:Data>" data        \
    "</t:Data></t:Message></w:Message></w:NotificationMessage>"
#define ITEM(name, value) "<t:SimpleItem Name='" name "' Value='" value "'/>"
#define MOTION(time, operation, value)                                       \
    MESSAGE("tns1:RuleEngine/CellMotionDetector/Motion", time, operation,    \
            ITEM("VideoSourceConfigurationToken", "1") ITEM("Rule", "Yard"), \
            ITEM("IsMotion", value))

static void open_camera(struct feeding *f)
{
    feeding_open(f, &onvif_adapter, "{\"source\":\"gate\"}");
}

TEST(motion_begins_and_ends_at_the_same_point)
{
    struct feeding f;
    open_camera(&f);
    feeding_give(&f, FEEDING_PART,
                 STR(HEAD MOTION("2026-11-22T02:59:58Z", "Changed", "true")
                         MOTION("2026-11-22T02:59:59.5Z", "Changed", "false") TAIL));
    assert_int_equal(f.signal_count, 2);
    const struct signal *on = &f.signals[0], *off = &f.signals[1];
    assert_true(str_is(on->source, "gate") && str_is(on->code_system, "onvif"));
    assert_true(str_is(on->code, "RuleEngine/CellMotionDetector/Motion"));
    assert_true(str_is(on->zone, "CellMotionDetector/Motion 1 Yard"));
    assert_true(on->kind == SIGNAL_KIND_MOTION && on->priority == SIGNAL_PRIORITY_LOW);
    assert_true(off->kind == SIGNAL_KIND_RESTORE && off->ends == SIGNAL_KIND_MOTION);
    assert_true(str_eq(on->zone, off->zone));
    assert_true(str_find(on->raw, STR("Value=\"true\"")) != SIZE_MAX);
    assert_true(str_find(on->raw, STR("Value=\"false\"")) == SIZE_MAX);
    assert_true(on->occurred.us == 1795316398000000 && off->occurred.us == 1795316399500000);
    assert_false(str_eq(on->dedupe, off->dedupe));
    feeding_close(&f);
}

/* After a new subscription the camera says again how things are. */
TEST(the_same_report_after_a_new_subscription_is_the_same)
{
    struct feeding f;
    struct str first;
    open_camera(&f);
    feeding_give(&f, FEEDING_PART,
                 STR(HEAD MOTION("2026-11-22T02:59:58Z", "Changed", "true") TAIL));
    assert_true(rc_ok(str_copy(&f.c, f.signals[0].dedupe, &first)));
    feeding_give(&f, FEEDING_PART,
                 STR(HEAD MOTION("2026-11-22T02:59:58Z", "Initialized", "true") TAIL));
    assert_int_equal(f.signal_count, 1);
    assert_true(str_eq(f.signals[0].dedupe, first));
    feeding_close(&f);
}

TEST(what_does_not_stand_at_the_beginning_is_a_restore_and_what_is_deleted_too)
{
    struct feeding f;
    open_camera(&f);
    feeding_give(&f, FEEDING_PART,
                 STR(HEAD MOTION("2026-11-22T02:00:00Z", "Initialized", "false")
                         MOTION("2026-11-22T02:00:01Z", "Deleted", "true") TAIL));
    assert_int_equal(f.signal_count, 2);
    assert_true(f.signals[0].kind == SIGNAL_KIND_RESTORE);
    assert_true(f.signals[1].kind == SIGNAL_KIND_RESTORE);
    feeding_close(&f);
}

TEST(topics_and_their_meaning)
{
    static const struct {
        const char *topic, *item, *value;
        enum signal_kind kind;
        enum signal_priority priority;
    } rows[] = {
        {"tns1:VideoSource/MotionAlarm", "State", "1", SIGNAL_KIND_MOTION, SIGNAL_PRIORITY_LOW},
        {"tns1:VideoSource/GlobalSceneChange/ImagingService", "State", "true", SIGNAL_KIND_TAMPER,
         SIGNAL_PRIORITY_HIGH},
        {"tns1:VideoSource/SignalLoss", "State", "true", SIGNAL_KIND_TROUBLE,
         SIGNAL_PRIORITY_MEDIUM},
        {"tns1:Device/Trigger/DigitalInput", "LogicalState", "true", SIGNAL_KIND_STATUS,
         SIGNAL_PRIORITY_LOW},
        {"tns1:RuleEngine/LineDetector/Crossed", "ObjectId", "7", SIGNAL_KIND_ALARM,
         SIGNAL_PRIORITY_MEDIUM},
        {"tns1:RuleEngine/tnsaxis:TamperDetector/Tamper", "IsTamper", "true", SIGNAL_KIND_TAMPER,
         SIGNAL_PRIORITY_HIGH},
        {"tns1:AccessControl/Denied/Credential", "Reason", "x", SIGNAL_KIND_ACCESS,
         SIGNAL_PRIORITY_LOW},
        {"tns1:AccessControl/Duress", "CredentialToken", "x", SIGNAL_KIND_DURESS,
         SIGNAL_PRIORITY_URGENT},
        {"tns1:UserAlarm/tnshik:IllegalAccess", "State", "true", SIGNAL_KIND_LOGIN,
         SIGNAL_PRIORITY_MEDIUM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct feeding f;
        struct str xml;
        open_camera(&f);
        assert_true(rc_ok(
            str_format(&f.c, &xml,
                       HEAD MESSAGE("%s", "2026-11-22T02:59:58Z", "Changed", ITEM("Source", "1"),
                                    "<t:SimpleItem Name='%s' Value='%s'/>") TAIL,
                       rows[i].topic, rows[i].item, rows[i].value)));
        feeding_give(&f, FEEDING_PART, xml);
        assert_int_equal(f.signal_count, 1);
        if (f.signals[0].kind != rows[i].kind || f.signals[0].priority != rows[i].priority)
            fail_msg("%s", rows[i].topic);
        feeding_close(&f);
    }
}

/* "Duress" within a longer word is none. */
TEST(unknown_topics_are_counted_and_shown_when_asked_for)
{
    static const char unknown[] =
        HEAD MESSAGE("tns1:Maker/NotAccessControl/Duressed", "2026-11-22T02:59:58Z", "Changed",
                     ITEM("Source", "1"), ITEM("Temperature", "21")) TAIL;
    struct feeding f;
    open_camera(&f);
    feeding_give(&f, FEEDING_PART, str_from(unknown));
    assert_int_equal(f.signal_count, 0);
    assert_int_equal(intake_tally(f.intake, ONVIF_UNKNOWN), 1);
    feeding_close(&f);
    feeding_open(&f, &onvif_adapter, "{\"all\":true}");
    feeding_give(&f, FEEDING_PART, str_from(unknown));
    assert_int_equal(f.signal_count, 1);
    assert_true(f.signals[0].kind == SIGNAL_KIND_STATUS &&
                f.signals[0].priority == SIGNAL_PRIORITY_NOTE);
    feeding_close(&f);
}

TEST(other_answers_are_counted)
{
    struct feeding f;
    open_camera(&f);
    feeding_give(&f, FEEDING_PART,
                 STR("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>"
                     "<RenewResponse/></s:Body></s:Envelope>"));
    assert_int_equal(intake_counts(f.intake)->counted, 1);
    assert_int_equal(intake_tally(f.intake, ONVIF_ANSWERS), 1);
    feeding_close(&f);
}

TEST(what_is_no_envelope_is_bad_and_does_not_stop_the_next)
{
    static const char *const documents[] = {
        "<html><body/></html>",
        "<Envelope/>",
        "<s:Envelope xmlns:s='x'><s:Body></s:Envelope>",
        ("<!DOCTYPE s [<!ENTITY a 'ha'>]><s:Envelope xmlns:s='x'><s:Body><a>&a;</a></s:Body>"
         "</s:Envelope>"),
        "text",
    };
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct feeding f;
        open_camera(&f);
        feeding_give(&f, FEEDING_LAST, str_from(documents[i]));
        if (f.bad != 1 || f.signal_count != 0)
            fail_msg("%s: %zu bad", documents[i], f.bad);
        feeding_give(&f, FEEDING_LAST, str_from(onvif_adapter.examples[0]));
        assert_int_equal(f.signal_count, 1);
        feeding_close(&f);
    }
}

/* The longest words in every place, of characters of four bytes each. */
TEST(the_longest_words_are_cut_and_fit)
{
    struct feeding f;
    struct text t;
    open_camera(&f);
    text_init(&t, &f.c, 4 << 20);
    text_put(&t, STR(HEAD "<w:NotificationMessage><w:Topic>"));
    for (int i = 0; i < 1000; i++)
        text_put(&t, STR("\xf0\x9f\x9a\xaa"));
    text_put(&t, STR("/VideoSource/MotionAlarm</w:Topic><w:Message><t:Message><t:Data>"));
    for (int i = 0; i < 100; i++) {
        text_put(&t, STR("<t:SimpleItem Name='State"));
        for (int k = 0; k < 200; k++)
            text_put(&t, STR("\xf0\x9f\x9a\xaa"));
        text_put(&t, STR("' Value='"));
        for (int k = 0; k < 200; k++)
            text_put(&t, STR("\xf0\x9f\x9a\xaa"));
        text_put(&t, STR("'/>"));
    }
    text_put(&t, STR("</t:Data></t:Message></w:Message></w:NotificationMessage>" MOTION(
                     "2026-11-22T02:59:58Z", "Changed", "true") TAIL));
    feeding_give(&f, FEEDING_PART, text_str(&t));
    assert_int_equal(f.bad, 0);
    assert_int_equal(f.signal_count, 1); /* the other one's topic is cut before its end */
    feeding_close(&f);
    feeding_open(&f, &onvif_adapter, "{\"all\":true}");
    text_init(&t, &f.c, 4 << 20);
    text_put(&t, STR(HEAD "<w:NotificationMessage><w:Topic>Maker/Thing</w:Topic><w:Message>"
                          "<t:Message><t:Data>"));
    for (int i = 0; i < 100; i++) {
        text_put(&t, STR("<t:SimpleItem Name='"));
        for (int k = 0; k < 200; k++)
            text_put(&t, STR("\xf0\x9f\x9a\xaa"));
        text_put(&t, STR("' Value='"));
        for (int k = 0; k < 200; k++)
            text_put(&t, STR("\xf0\x9f\x9a\xaa"));
        text_put(&t, STR("'/>"));
    }
    text_put(&t, STR("</t:Data></t:Message></w:Message></w:NotificationMessage>" TAIL));
    feeding_give(&f, FEEDING_PART, text_str(&t));
    assert_int_equal(f.signal_count, 1);
    assert_true(f.signals[0].attributes.len > 10000 && f.signals[0].raw_cut);
    feeding_close(&f);
}

/* Makers who call the item something else. */
TEST(a_truth_value_by_another_name_counts)
{
    struct feeding f;
    open_camera(&f);
    feeding_give(
        &f, FEEDING_PART,
        STR(HEAD MESSAGE("tns1:VideoSource/MotionAlarm", "2026-11-22T02:59:58Z", "Changed",
                         ITEM("Source", "1"), ITEM("Level", "high") ITEM("Active", "False")) TAIL));
    assert_int_equal(f.signal_count, 1);
    assert_true(f.signals[0].kind == SIGNAL_KIND_RESTORE);
    feeding_close(&f);
}

/* A camera whose clock is gone, and messages with parts missing. */
TEST(missing_parts_are_missing)
{
    struct feeding f;
    open_camera(&f);
    feeding_give(&f, FEEDING_PART,
                 STR(HEAD "<w:NotificationMessage/><w:NotificationMessage><w:Topic>"
                          "VideoSource/MotionAlarm</w:Topic></w:NotificationMessage>" MOTION(
                              "yesterday", "", "true") TAIL));
    assert_int_equal(f.signal_count, 2);
    assert_true(f.signals[0].kind == SIGNAL_KIND_MOTION && str_absent(f.signals[0].dedupe));
    assert_true(f.signals[1].kind == SIGNAL_KIND_MOTION && f.signals[1].occurred.us == 0);
    assert_int_equal(intake_tally(f.intake, ONVIF_NO_TOPIC), 1);
    feeding_close(&f);
}
