/* The hand-over and the extract of the ledger as documents, in three languages. */
#include "assembly/core_module.h"
#include "domain/round/round_own.h"

#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "domain/signal/signal.h"
#include "frame/report/report.h"

#include "support/report_scene.h"
#include "support/watch_scene.h"

#include "unit.h"

static const struct module *const modules[] = {&core_module,   &report_module, &mission_module,
                                               &people_module, &signal_module, &round_module};

#define PERSON(id, name, label) \
    "{\"id\":\"" id "\",\"label\":\"" label "\",\"name\":\"" name "\",\"category\":\"staff\"}"
#define ACCOUNT(id, person)                                                               \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"" person \
    "\",\"login\":\"" id "\",\"status\":\"active\"}"

struct shift {
    struct scene s;
    struct renderer renderer;
    char id[32], query[96];
};

static void begin(struct shift *w)
{
    struct scene *s = &w->s;
    struct command command;
    w->renderer = documents_renderer();
    scene_open(s, sizeof modules / sizeof modules[0], modules);
    scene_do(s, "mission.add", NULL,
             "{\"id\":\"m1\",\"label\":\"TLP:GREEN\",\"name\":\"Embassy of Examplia in Helsinki\","
             "\"kind\":\"embassy\",\"sending_state\":\"Examplia\",\"host_state\":\"Finland\","
             "\"city\":\"Helsinki\",\"time_zone\":\"Europe/Helsinki\"}");
    scene_do(s, "site.add", NULL,
             "{\"id\":\"c\",\"label\":\"TLP:GREEN\",\"name\":\"Chancery\",\"kind\":\"chancery\"}");
    scene_do(s, "zone.add", NULL,
             "{\"id\":\"vault\",\"label\":\"TLP:GREEN\",\"site\":\"c\",\"name\":\"Registry\","
             "\"kind\":\"secure\"}");
    scene_do(s, "person.add", NULL, PERSON("amina", "Amina Haddad", "TLP:GREEN"));
    scene_do(s, "person.add", NULL, PERSON("bela", "Béla Kovács", "TLP:RED"));
    scene_do(s, "account.add", NULL, ACCOUNT("amina", "amina"));
    scene_do(s, "account.add", NULL, ACCOUNT("bela", "bela"));
    scene_do(s, "source.add", NULL, SOURCE("panel", "panel", ",\"heartbeat_ms\":60000"));
    scene_do(s, "source.add", NULL,
             "{\"id\":\"v\",\"label\":\"TLP:RED\",\"name\":\"informant\",\"kind\":\"door\","
             "\"identity\":\"v\"}");
    signal_in(s, "alarm", "panel", "");
    signal_in(s, "fire", "nobody", "");
    does(s, &guard, "source.disable", "panel",
         "{\"until\":\"2026-11-22T05:00:00Z\",\"why\":\"repair\"}");
    scene_do_as(s, &guard, "handover.make", NULL,
                "{\"to\":\"bela\",\"note\":\"Key 7 is out with the electrician until noon.\"}",
                &command);
    assert_true(rc_ok(command.result));
    snprintf(w->id, sizeof w->id, "%s", command.record_id);
    pass(s, 60);
    does(s, &guard, "handover.sign", w->id, NULL);
}

static void end(struct shift *w)
{
    renderer_stop(&w->renderer);
    scene_close(&w->s);
}

static const char *handover_in(struct shift *w, const char *language)
{
    char name[32];
    snprintf(w->query, sizeof w->query, "id=%s&format=pdf&language=%s", w->id, language);
    snprintf(name, sizeof name, "handover-%s", language);
    return report_read(&w->s, &guard, &w->renderer, "/api/v1/reports/{name}", "handover", w->query,
                       name);
}

TEST(a_handover_is_a_document_in_the_words_of_its_reader)
{
    struct shift w;
    begin(&w);
    const char *text = handover_in(&w, "en");
    static const char *const english[] = {"Hand-over of the watch",
                                          "Embassy of Examplia in Helsinki",
                                          "TLP:AMBER",
                                          "Alarms",
                                          "out of service",
                                          "Amina Haddad",
                                          "switched off",
                                          "Key 7 is out",
                                          "Passages withheld: 1",
                                          "2026-11-22 05:01:00 +02:00",
                                          "Date and signature",
                                          "Page 1 of ",
                                          "merkle-inclusion"};
    for (size_t i = 0; i < sizeof english / sizeof english[0]; i++)
        ASSERT_HAS(text, english[i]);
    assert_null(strstr(text, "informant"));
    assert_null(strstr(text, "Béla")); /* the person is TLP:RED: the account stands for it */
    ASSERT_HAS(handover_in(&w, "fr"), "Passation de la garde");
    ASSERT_HAS(handover_in(&w, "fr"), "Passages non communiqués : 1");
    text = handover_in(&w, "ar");
    ASSERT_HAS(text, "Amina Haddad");
    ASSERT_HAS(text, "المصادر");
    ASSERT_HAS(text, "التوقيعات");
    ASSERT_HAS(text, "2026-11-22 05:01:00 +02:00"); /* not turned round */
    end(&w);
}

TEST(a_handover_for_others_eyes_is_not_there)
{
    struct shift w;
    struct actor clerk = guard;
    begin(&w);
    clerk.clearance = (struct clearance){TLP_GREEN, {NULL, 0}};
    snprintf(w.query, sizeof w.query, "id=%s", w.id);
    const char *path = "/api/v1/reports/{name}";
    struct report_answer hidden = report_ask(&w.s, &clerk, NULL, path, "handover", w.query);
    assert_int_equal(hidden.code, RC_NOT_FOUND);
    assert_int_equal(report_ask(&w.s, &guard, NULL, path, "handover", w.query).code, RC_OK);
    clerk = guard;
    clerk.permissions.count = 0;
    assert_int_equal(report_ask(&w.s, &clerk, NULL, path, "handover", w.query).code, RC_FORBIDDEN);
    assert_int_equal(report_ask(&w.s, &guard, NULL, path, "handover", "id=none").code,
                     RC_NOT_FOUND);
    assert_int_equal(report_ask(&w.s, &guard, NULL, path, "handover", NULL).code, RC_INVALID);
    end(&w);
}

TEST(an_extract_can_be_checked_from_the_print)
{
    struct shift w;
    begin(&w);
    static const char *const languages[] = {"en", "fr", "ar"};
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        snprintf(w.query, sizeof w.query, "format=pdf&language=%s", languages[i]);
        snprintf(name, sizeof name, "ledger-%s", languages[i]);
        const char *text = report_read(&w.s, &guard, &w.renderer, "/api/v1/reports/{name}",
                                       "ledger", w.query, name);
        ASSERT_HAS(text, "index 0");
        ASSERT_HAS(text, "chancery.test/m1");
    }
    snprintf(w.query, sizeof w.query, "record=zone/vault");
    struct report_answer html =
        report_ask(&w.s, &guard, NULL, "/api/v1/reports/{name}", "ledger", w.query);
    assert_int_equal(html.code, RC_OK);
    ASSERT_HAS(html.body.ptr, "Registry");
    assert_int_equal(documents_count(html.body.ptr, "\nleaf  "), 1);
    ASSERT_HAS(html.body.ptr, "&quot;kind&quot;:&quot;zone.added&quot;");
    end(&w);
}

TEST(what_is_sealed_or_secret_is_not_printed_as_an_entry)
{
    struct shift w;
    begin(&w);
    struct report_answer html =
        report_ask(&w.s, &guard, NULL, "/api/v1/reports/{name}", "ledger", "record=person/amina");
    assert_int_equal(html.code, RC_OK);
    ASSERT_HAS(html.body.ptr, "\nleaf  ");
    assert_null(strstr(html.body.ptr, "\nentry "));
    html = report_ask(&w.s, &guard, NULL, "/api/v1/reports/{name}", "ledger", NULL);
    ASSERT_HAS(html.body.ptr, "Passages withheld: "); /* the numbers have gaps: it is known */
    end(&w);
}

/* What is hidden is absent: an extract of a record says nothing that one of no record does not. */
TEST(an_extract_of_a_hidden_record_is_that_of_none)
{
    struct shift w;
    begin(&w);
    static const char *const queries[] = {"record=person/bela", "record=person/none",
                                          "kind=no.such"};
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct report_answer html =
            report_ask(&w.s, &guard, NULL, "/api/v1/reports/{name}", "ledger", queries[i]);
        assert_int_equal(html.code, RC_OK);
        assert_null(strstr(html.body.ptr, "\nleaf  "));
        assert_null(strstr(html.body.ptr, "Passages withheld"));
        ASSERT_HAS(html.body.ptr, "chip clear");
    }
    end(&w);
}
