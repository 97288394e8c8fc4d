/* Records and reports as documents, over core and the sample module: rights, labels, secrets,
 * words, values. */
#include "assembly/core_module.h"
#include "frame/report/report_own.h"

#include "assembly/catalog_make.h"
#include "core/record.h"
#include "support/report_scene.h"
#include "support/sample.h"

#include "unit.h"

/* A report of the tests: what the frame gives to one. */
static rc describe_gates(struct ctx *c, struct reporting *r, const void *asked)
{
    struct str hidden, none;
    (void)asked;
    r->file_name = STR("gates");
    TRY(report_open(c, r, STR("Gates"), STR("1"), (struct label){TLP_CLEAR, {NULL, 0}}, true));
    document_heading(r->document, 1, STR("First"));
    TRY(report_title(c, r, STR("gate/vault"), &hidden));
    TRY(report_title(c, r, STR("gate/none"), &none));
    document_fact(r->document, STR("vault"), hidden);
    document_fact(r->document, STR("none"), none);
    return OK;
}

/* The gate is retired while its document is made. */
static rc describe_late(struct ctx *c, struct reporting *r, const void *asked)
{
    struct record_end end = {.why = STR("just now")};
    (void)asked;
    r->file_name = STR("late");
    TRY(report_open(c, r, STR("Late"), STR("1"), (struct label){TLP_CLEAR, {NULL, 0}}, false));
    TRY(core_command(c, r->request->core, "gate.retire", &actor_system, STR("main"), &end));
    return report_proof(c, r, STR("gate/main"));
}

static const struct module tests_module = {
    .name = "tests",
    .help = "Reports of the tests",
    .reports =
        (const struct report[]){
            {"gates", "Gates by name", "gate.read", NULL, describe_gates},
            {"late", "A gate that goes", "gate.read", NULL, describe_late},
            {0},
        },
};

static const struct module *const modules[] = {&core_module, &sample_module, &report_module,
                                               &tests_module};

#define PATH "/api/v1/gates/{id}/document"

static void begin(struct scene *s)
{
    scene_open(s, sizeof modules / sizeof modules[0], modules);
    scene_do(s, "keeper.add", NULL, "{\"id\":\"k1\",\"label\":\"TLP:GREEN\",\"name\":\"Ann\"}");
    scene_do(s, "keeper.add", NULL, "{\"id\":\"k2\",\"label\":\"TLP:RED\",\"name\":\"Kim\"}");
    scene_do(s, "gate.add", NULL,
             GATE("main", "Main gate",
                  ",\"code\":\"4711\",\"keepers\":[\"k1\",\"k2\"],\"height_cm\":240,"
                  "\"manned\":true,\"since\":\"2026-11-20T10:00:00Z\",\"at\":{\"lat\":60.1699,"
                  "\"lon\":24.9384},\"note\":\"one\\ntwo\",\"lock\":{\"maker\":\"Abloy\","
                  "\"pin\":\"0815\",\"holder\":\"k1\"},\"spares\":[{\"maker\":\"Yale\"}]"));
    scene_do(s, "gate.add", NULL,
             "{\"id\":\"vault\",\"label\":\"TLP:RED\",\"name\":\"Strong room\"}");
}

#define HAS(answer, part)                                                \
    do {                                                                 \
        if (!(answer).body.ptr || !strstr((answer).body.ptr, part))      \
            fail_msg("\"%s\" is not in: %s %s", part, (answer).message,  \
                     (answer).body.ptr ? (answer).body.ptr : "nothing"); \
    } while (0)
#define HAS_NOT(answer, part) assert_null(strstr((answer).body.ptr, part))

TEST(a_record_shows_its_fields_and_no_secret)
{
    struct scene s;
    begin(&s);
    struct report_answer a = report_ask(&s, &sample_officer, NULL, PATH, "main", NULL);
    HAS(a, "Main gate");
    HAS(a, "<bdi>240</bdi>");
    HAS(a, "2026-11-20 10:00:00Z");
    HAS(a, "60.1699, 24.9384");
    HAS(a, "one\ntwo");
    HAS(a, "Abloy");
    HAS(a, "Yale");
    HAS(a, "Ann\nKim");
    HAS(a, "<bdi>Yes</bdi>");
    HAS_NOT(a, "4711");
    HAS_NOT(a, "0815");
    assert_true(a.restricted); /* Kim is TLP:RED */
    assert_true(a.records.count == 1 && str_is(a.records.items[0], "keeper/k2"));
    HAS(a, "chip red"); /* and so is a print that names Kim */
    scene_close(&s);
}

TEST(what_the_reader_may_not_read_is_black_and_counted)
{
    struct scene s;
    begin(&s);
    struct report_answer a = report_ask(&s, &sample_clerk, NULL, PATH, "main", NULL);
    HAS(a, "Ann\n█████");
    HAS_NOT(a, "Kim");
    HAS(a, "Passages withheld: 1");
    HAS(a, "chip green");
    assert_false(a.restricted);
    scene_close(&s);
}

TEST(a_record_that_is_hidden_is_absent_in_the_same_words)
{
    struct scene s;
    char hidden[240];
    begin(&s);
    struct report_answer a = report_ask(&s, &sample_clerk, NULL, PATH, "vault", NULL);
    assert_int_equal(a.code, RC_NOT_FOUND);
    snprintf(hidden, sizeof hidden, "%s", a.message);
    a = report_ask(&s, &sample_clerk, NULL, PATH, "nowhere", NULL);
    assert_int_equal(a.code, RC_NOT_FOUND);
    assert_string_equal(a.message, hidden);
    scene_close(&s);
}

TEST(history_is_added_when_it_is_asked_for)
{
    struct scene s;
    begin(&s);
    scene_do(&s, "gate.change", "main", GATE("main", "Main gate", ",\"height_cm\":250"));
    struct report_answer a = report_ask(&s, &sample_officer, NULL, PATH, "main", NULL);
    HAS_NOT(a, "index 2");
    a = report_ask(&s, &sample_officer, NULL, PATH, "main", "history=true");
    HAS(a, "index 2");
    HAS(a, "index 4");
    HAS(a, "changed");
    HAS_NOT(a, "4711"); /* its entries carry a secret: they are proved and not printed */
    scene_close(&s);
}

TEST(a_document_speaks_the_language_that_is_asked_for)
{
    struct scene s;
    begin(&s);
    HAS(report_ask(&s, &sample_officer, NULL, PATH, "main", "language=fr"), "<html lang=\"fr\"");
    struct report_answer a = report_ask(&s, &sample_officer, NULL, PATH, "main", "language=ar");
    HAS(a, "<html lang=\"ar\" dir=\"rtl\"");
    HAS(a, "نعم");
    HAS(report_ask(&s, &sample_officer, NULL, PATH, "main", "language=tlh"), "<html lang=\"en\"");
    scene_close(&s);
}

TEST(formats_and_the_renderer_are_checked)
{
    struct scene s;
    struct renderer renderer = documents_renderer();
    begin(&s);
    assert_int_equal(report_ask(&s, &sample_officer, NULL, PATH, "main", "format=docx").code,
                     RC_INVALID);
    assert_int_equal(report_ask(&s, &sample_officer, NULL, PATH, "main", "format=pdf").code,
                     RC_UNSUPPORTED);
    struct report_answer a = report_ask(&s, &sample_officer, &renderer, PATH, "main", "format=pdf");
    assert_int_equal(a.code, RC_OK);
    assert_string_equal(a.file_name, "gate-main.pdf");
    const char *text = documents_text(a.body, "gate");
    assert_non_null(strstr(text, "Main gate"));
    assert_non_null(strstr(text, "Abloy"));
    renderer_stop(&renderer);
    a = report_ask(&s, &sample_officer, &renderer, PATH, "main", "format=pdf");
    assert_int_equal(a.code, RC_UNSUPPORTED);
    scene_close(&s);
}

TEST(a_report_is_one_row_under_its_permission)
{
    struct scene s;
    begin(&s);
    struct report_answer a =
        report_ask(&s, &sample_clerk, NULL, "/api/v1/reports/{name}", "gates", NULL);
    HAS(a, "Passages withheld: 1");
    HAS(a, "<bdi>gate/none</bdi>");
    HAS(a, "EXERCISE");
    HAS_NOT(a, "Strong room");
    a = report_ask(&s, &sample_officer, NULL, "/api/v1/reports/{name}", "gates", NULL);
    HAS(a, "Strong room");
    const char *path = "/api/v1/reports/{name}";
    assert_int_equal(report_ask(&s, &sample_nobody, NULL, path, "gates", NULL).code, RC_FORBIDDEN);
    assert_int_equal(report_ask(&s, &sample_clerk, NULL, path, "gate", NULL).code, RC_NOT_FOUND);
    assert_int_equal(report_ask(&s, &sample_clerk, NULL, path, "gates", "colour=red").code,
                     RC_INVALID);
    HAS(report_ask(&s, &sample_clerk, NULL, "/api/v1/reports", NULL, NULL),
        "{\"name\":\"gates\",\"help\":\"Gates by name\"}");
    HAS(report_ask(&s, &sample_nobody, NULL, "/api/v1/reports", NULL, NULL), "{\"items\":[]}");
    scene_close(&s);
}

TEST(a_document_proves_what_its_head_covers_and_no_more)
{
    struct scene s;
    begin(&s);
    int64_t before = core_size(s.core);
    struct report_answer a =
        report_ask(&s, &sample_officer, NULL, "/api/v1/reports/{name}", "late", NULL);
    assert_int_equal(a.code, RC_OK);
    assert_int_equal(core_size(s.core), before + 1);
    HAS(a, "index 2"); /* gate.added */
    HAS_NOT(a, "index 4");
    scene_close(&s);
}

TEST(a_report_whose_permission_nobody_declares_is_refused_at_the_start)
{
    const struct module wrong = {
        .name = "wrong",
        .help = "wrong",
        .reports = (const struct report[]){{"x", "x", "no.such", NULL, describe_gates}, {0}},
    };
    const struct module *const with_wrong[] = {&core_module, &sample_module, &wrong};
    struct ctx c = {.arena = arena_open(8 << 20), .clock = &clock_system};
    struct catalog *catalog = NULL;
    assert_int_equal(catalog_open(&c, 3, with_wrong, &catalog).code, RC_INTERNAL);
    assert_non_null(strstr(c.fault.message, "the report x names a permission"));
    arena_close(c.arena);
}
