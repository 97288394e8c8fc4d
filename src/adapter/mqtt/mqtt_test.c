#include "adapter/mqtt/mqtt.h"

#include "support/feeding.h"

#include "unit.h"

TEST(a_sensor_is_mapped_by_its_topic)
{
    struct feeding f;
    feeding_open(&f, &mqtt_adapter, mqtt_adapter.look);
    feeding_give(&f, FEEDING_DATAGRAM, (struct str){"home/hall/door\0OPEN", 19});
    assert_int_equal(f.signal_count, 1);
    assert_int_equal(f.signals[0].kind, SIGNAL_KIND_ACCESS);
    assert_true(str_is(f.signals[0].source, "door hall"));
    feeding_give(&f, FEEDING_DATAGRAM, (struct str){"home/hall/door\0CLOSED", 21});
    assert_int_equal(f.signals[0].kind, SIGNAL_KIND_RESTORE);
    assert_int_equal(f.signals[0].ends, SIGNAL_KIND_ACCESS);
    feeding_give(&f, FEEDING_DATAGRAM, (struct str){"home/hall/door\0JAMMED", 21});
    assert_int_equal(f.signal_count, 0);
    assert_true(str_is(f.source, "door hall"));
    feeding_close(&f);
}

TEST(a_number_is_compared_and_its_absence_is_not_zero)
{
    struct feeding f;
    feeding_open(&f, &mqtt_adapter, mqtt_adapter.look);
    feeding_give(&f, FEEDING_PART, STR("cellar/level {\"water\":{\"cm\":10.000001}}\n"));
    assert_int_equal(f.signals[0].kind, SIGNAL_KIND_HAZARD);
    feeding_give(&f, FEEDING_PART, STR("cellar/level {\"water\":{\"cm\":10}}\n"));
    assert_int_equal(f.signals[0].kind, SIGNAL_KIND_RESTORE);
    feeding_give(&f, FEEDING_PART, STR("cellar/level {\"water\":{}}\n"));
    feeding_give(&f, FEEDING_PART, STR("cellar/level {\"water\":{\"cm\":null}}\n"));
    assert_int_equal(f.signal_count, 0);
    assert_int_equal(intake_tally(f.intake, MQTT_NO_VALUE), 2);
    feeding_close(&f);
}

TEST(frigate_offline_is_trouble_and_a_review_is_there_once)
{
    static const char review[] =
        "frigate/reviews {\"type\":\"new\",\"after\":{\"id\":\"r1\",\"camera\":\"gate\","
        "\"start_time\":1795316400.5,\"severity\":\"alert\",\"data\":{\"objects\":[\"person\"]}}}"
        "\n";
    struct feeding f;
    feeding_open(&f, &mqtt_adapter, mqtt_adapter.look);
    feeding_give(&f, FEEDING_PART, STR("frigate/gate/status/detect offline\n"));
    assert_int_equal(f.signals[0].kind, SIGNAL_KIND_TROUBLE);
    assert_true(str_is(f.signals[0].source, "frigate/gate"));
    feeding_give(&f, FEEDING_PART, str_from(review));
    assert_int_equal(f.signals[0].kind, SIGNAL_KIND_MOTION);
    assert_int_equal(f.signals[0].priority, SIGNAL_PRIORITY_HIGH);
    assert_int_equal(f.signals[0].occurred.us, 1795316400500000);
    assert_true(str_is(f.signals[0].dedupe, "reviews/r1/new"));
    feeding_close(&f);
}

TEST(patterns_fit_as_mqtt_says)
{
    static const struct {
        const char *pattern, *topic;
        bool fits;
    } rows[] = {
        {"a/b", "a/b", true},   {"a/+", "a/b", true},    {"a/+", "a", false}, {"a/#", "a", true},
        {"a/#", "a/b/c", true}, {"+/b", "a/c", false},   {"a", "a/b", false}, {"#", "a/b", true},
        {"a/b", "a", false},    {"+/+/c", "a//c", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str stood[8];
        size_t count = 0;
        if (mqtt_fits(str_from(rows[i].pattern), str_from(rows[i].topic), stood, &count) !=
            rows[i].fits)
            fail_msg("%s with %s", rows[i].pattern, rows[i].topic);
    }
}
