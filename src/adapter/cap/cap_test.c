#include "adapter/cap/cap.h"

#include "support/feeding.h"
#include "unit.h"

static bool has(struct str s, const char *part)
{
    return str_find(s, str_from(part)) != SIZE_MAX;
}

TEST(a_real_alert_in_the_language_asked_for)
{
    struct feeding f;
    feeding_open(&f, &cap_adapter, "{\"language\":\"es\"}");
    struct str alert = feeding_file(&f, "../shared/data/cap/cap_amber_alert_example.xml");
    if (str_absent(alert)) {
        feeding_close(&f);
        unit_skip("../shared/data/cap is not here");
    }
    feeding_give(&f, FEEDING_LAST, alert);
    assert_int_equal(f.signal_count, 1);
    struct signal *s = &f.signals[0];
    assert_true(str_is(s->source, "KARO@CLETS.DOJ.CA.GOV"));
    assert_true(str_is(s->text, "Alerta Amber en el condado de Los \xc3\x81ngeles"));
    assert_true(s->kind == SIGNAL_KIND_ALARM && s->priority == SIGNAL_PRIORITY_HIGH);
    assert_true(str_is(s->location, "condado de Los \xc3\x81ngeles"));
    assert_false(s->drill);
    assert_true(str_is(s->dedupe, "cap/KARO@CLETS.DOJ.CA.GOV,KAR0-0306112239-SW,"
                                  "2003-06-11T22:39:00-07:00"));
    feeding_close(&f);
}

/* A feed of Atom is no alert; its entries are links and fragments of CAP 1.1. */
TEST(a_feed_is_refused_and_costs_nothing)
{
    struct feeding f;
    feeding_open(&f, &cap_adapter, "{}");
    struct str feed = feeding_file(&f, "../shared/data/cap/nws_atom_feed_example.xml");
    if (str_absent(feed)) {
        feeding_close(&f);
        unit_skip("../shared/data/cap is not here");
    }
    feeding_give(&f, FEEDING_LAST, feed);
    assert_int_equal(f.signal_count, 0);
    assert_true(f.bad >= 1);
    feeding_give(&f, FEEDING_LAST, str_from(cap_adapter.examples[0]));
    assert_int_equal(f.signal_count, 1);
    feeding_close(&f);
}

TEST(white_space_in_a_polygon_and_any_order_of_elements)
{
    struct feeding f;
    feeding_open(&f, &cap_adapter, "{}");
    feeding_give(&f, FEEDING_PART, str_from(cap_adapter.examples[0]));
    assert_true(
        has(f.signals[0].attributes, "\"polygon\":[\"60.1,24.9 60.2,24.9 60.2,25.0 60.1,24.9\"]"));
    feeding_give(&f, FEEDING_PART, str_from(cap_adapter.examples[1]));
    assert_int_equal(f.signal_count, 1);
    feeding_close(&f);
}

TEST(a_cancel_is_a_restore_with_its_references_and_an_exercise_is_a_drill)
{
    struct feeding f;
    feeding_open(&f, &cap_adapter, "{}");
    feeding_give(&f, FEEDING_PART, str_from(cap_adapter.examples[1]));
    assert_int_equal(f.signals[0].kind, SIGNAL_KIND_RESTORE);
    assert_true(f.signals[0].drill);
    assert_true(has(f.signals[0].attributes,
                    "\"references\":\"police@example.org,A1,2026-11-22T02:59:00-00:00\""));
    assert_int_equal(intake_tally(f.intake, CAP_CANCELS), 1);
    assert_int_equal(intake_tally(f.intake, CAP_EXERCISES), 1);
    feeding_close(&f);
}

#define ALERT(type, inside)                                                          \
    "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>1</identifier>" \
    "<sender>s</sender><sent>2026-11-22T03:00:00+00:00</sent><status>Actual</"       \
    "status><msgType>" type "</msgType>" inside "</alert>"

TEST(expired_before_it_was_sent_is_told)
{
    struct feeding f;
    feeding_open(&f, &cap_adapter, "{}");
    feeding_give(&f, FEEDING_LAST,
                 STR(ALERT("Alert", "<info><expires>2026-11-22T02:00:00+00:00</expires></info>")));
    assert_int_equal(f.signal_count, 1);
    assert_true(has(f.signals[0].attributes, "\"expired_when_sent\":true"));
    feeding_close(&f);
}

TEST(acks_are_counted)
{
    struct feeding f;
    feeding_open(&f, &cap_adapter, "{}");
    feeding_give(&f, FEEDING_LAST, STR(ALERT("Ack", "")));
    assert_int_equal(f.signal_count, 0);
    assert_int_equal(intake_counts(f.intake)->counted, 1);
    feeding_close(&f);
}

/* A billion laughs, an outside entity: no document type, no entities. */
TEST(a_document_type_is_refused)
{
    static const char *const documents[] = {
        "<!DOCTYPE alert [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>" ALERT("Alert",
                                                                        "<note>&b;</note>"),
        "<!DOCTYPE alert SYSTEM 'file:///etc/passwd'>" ALERT("Alert", ""),
    };
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct feeding f;
        feeding_open(&f, &cap_adapter, "{}");
        feeding_give(&f, FEEDING_LAST, str_from(documents[i]));
        assert_int_equal(f.signal_count, 0);
        assert_int_equal(f.bad, 1);
        assert_int_equal(intake_tally(f.intake, CAP_DOCTYPE), 1);
        feeding_close(&f);
    }
}

TEST(what_is_no_alert_is_bad)
{
    static const char *const documents[] = {
        "<alert/>",
        "<alert xmlns='urn:example:other'></alert>",
        "<alert><unclosed></alert>",
        "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'></alert>",
        "<html></html>",
        "text"};
    struct feeding f;
    feeding_open(&f, &cap_adapter, "{}");
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        feeding_give(&f, FEEDING_LAST, str_from(documents[i]));
        if (f.bad != 1 || f.frames != 0)
            fail_msg("%s: %zu bad, %zu frames", documents[i], f.bad, f.frames);
    }
    feeding_close(&f);
}

TEST(an_alert_cut_short_does_not_take_the_next_one_with_it)
{
    static const char whole[] = ALERT("Alert", "<info><event>Fog</event></info>");
    struct feeding f;
    feeding_open(&f, &cap_adapter, "{}");
    for (size_t cut = 8; cut + 9 < sizeof whole; cut += 5) {
        struct text t;
        text_init(&t, &f.c, 4096);
        text_put(&t, str_sub(str_from(whole), 0, cut));
        text_put(&t, str_from(whole));
        feeding_give(&f, FEEDING_LAST, text_str(&t));
        if (f.bad != 1 || f.signal_count != 1)
            fail_msg("cut at %zu: %zu bad, %zu signals", cut, f.bad, f.signal_count);
    }
    feeding_close(&f);
}
