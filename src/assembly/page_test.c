/* The routes that every record has, and those of the ledger: what they show, to whom, and what is
 * noted of it. */
#include "support/sample.h"

#include "assembly/page.h"
#include "core/record.h"

struct reply {
    rc result;
    struct str body;
    struct response response;
};

/* GET path?name=value as somebody; `id` stands for {…} in the path. */
static struct reply get(struct scene *s, const struct actor *actor, const char *path,
                        const char *id, const char *name, const char *value)
{
    struct reply reply = {.result = {RC_NOT_FOUND}};
    struct text *body = ctx_take(&s->c, 1, sizeof *body);
    struct request request = {.actor = actor,
                              .parts = {str_from(id)},
                              .param_count = name ? 1 : 0,
                              .params = {{str_from(name), str_from(value)}},
                              .picture = s->reader.picture,
                              .catalog = s->catalog,
                              .core = s->core};
    text_init(body, &s->c, 1 << 20);
    reply.response.body = body;
    reply.response.readings.c = &s->noted;
    for (size_t i = 0; i < catalog_route_count(s->catalog); i++) {
        request.route = catalog_route(s->catalog, i);
        if (request.route->method == ROUTE_GET && strcmp(request.route->path, path) == 0)
            reply.result = request_serve(&s->c, &request, &reply.response);
    }
    reply.body = text_str(body);
    return reply;
}

static bool has(struct reply reply, const char *text)
{
    return str_find(reply.body, str_from(text)) != SIZE_MAX;
}

#define RED_GATE                                                                         \
    "{\"id\":\"red\",\"label\":\"TLP:RED\",\"name\":\"Red\",\"code\":\"hush\",\"lock\":" \
    "{\"maker\":\"ACME\",\"pin\":\"hush\"},\"spares\":[{\"maker\":\"ACME\",\"pin\":\"hush\"}]}"

TEST_SCENES(lists_show_no_secret, sample_modules)
{
    static const char *const paths[] = {"/api/v1/gates", "/api/v1/gates/{id}",
                                        "/api/v1/gates/{id}/history", "/api/v1/ledger/events",
                                        "/api/v1/ledger/events/{seq}"};
    scene_do(s, "gate.add", NULL, RED_GATE);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct reply reply = get(s, &sample_officer, paths[i], i == 4 ? "0" : "red", NULL, NULL);
        assert_true(rc_ok(reply.result));
        assert_true(has(reply, "ACME"));
        assert_false(has(reply, "hush"));
    }
    struct reply csv = get(s, &sample_officer, "/api/v1/gates", NULL, "format", "csv");
    assert_true(rc_ok(csv.result));
    assert_true(has(csv, "lock_maker"));
    assert_true(has(csv, "ACME"));
    assert_false(has(csv, "hush"));
    assert_false(has(csv, "pin"));
    assert_false(has(csv, "spares"));
}

TEST_SCENES(what_is_restricted_is_noted_by_every_way, sample_modules)
{
    static const char *const paths[] = {"/api/v1/gates", "/api/v1/gates/{id}",
                                        "/api/v1/gates/{id}/history", "/api/v1/ledger/events",
                                        "/api/v1/ledger/events/{seq}"};
    scene_do(s, "gate.add", NULL, RED_GATE);
    scene_do(s, "gate.change", "red", RED_GATE);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct reply reply = get(s, &sample_officer, paths[i], i == 4 ? "1" : "red", NULL, NULL);
        assert_true(reply.response.readings.label.tlp);
        assert_int_equal(reply.response.readings.records.count, 1);
        assert_true(str_is(reply.response.readings.records.items[0], "gate/red"));
    }
}

/* By way of filters a count tells of one record what the record says. */
TEST_SCENES(what_is_restricted_is_noted_when_it_is_counted, sample_modules)
{
    scene_do(s, "gate.add", NULL, RED_GATE);
    struct reply counted = get(s, &sample_officer, "/api/v1/gates", NULL, "count", "name");
    assert_true(has(counted, "\"total\":1"));
    assert_true(counted.response.readings.label.tlp);
    assert_int_equal(counted.response.readings.records.count, 1);
    assert_true(str_is(counted.response.readings.records.items[0], "gate"));
    assert_false(
        get(s, &sample_clerk, "/api/v1/gates", NULL, "count", "name").response.readings.label.tlp);
}

TEST_SCENES(what_may_not_be_read_is_not_there, sample_modules)
{
    scene_do(s, "gate.add", NULL, RED_GATE);
    scene_do(s, "gate.add", NULL, GATE("g1", "North", ""));
    const struct actor *readers[] = {&sample_clerk, &sample_nobody, NULL};
    for (size_t i = 0; i < 3; i++) {
        struct reply list = get(s, readers[i], "/api/v1/gates", NULL, NULL, NULL);
        assert_true(rc_ok(list.result));
        assert_false(has(list, "ACME"));
        assert_int_equal(has(list, "North"), i == 0);
        assert_false(list.response.readings.label.tlp);
        assert_int_equal(get(s, readers[i], "/api/v1/gates/{id}", "red", NULL, NULL).result.code,
                         RC_NOT_FOUND);
        assert_int_equal(
            get(s, readers[i], "/api/v1/gates/{id}/history", "red", NULL, NULL).result.code,
            RC_NOT_FOUND);
        assert_false(has(get(s, readers[i], "/api/v1/ledger/events", NULL, NULL, NULL), "ACME"));
        assert_int_equal(
            get(s, readers[i], "/api/v1/ledger/events/{seq}", "0", NULL, NULL).result.code,
            RC_NOT_FOUND);
        assert_false(has(get(s, readers[i], "/api/v1/gates", NULL, "format", "csv"), "ACME"));
    }
}

/* However the file is opened: separated by commas, semicolons, tabs or bars. */
TEST_SCENES(csv_is_safe_in_a_spreadsheet, sample_modules)
{
    static const char *const signs[] = {
        "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
    static const char *const before[] = {"", " ", "a,", "a;", "a|", "a\\\"", "a; ", "a\\\", "};
    static const char *const written[] = {"", " ", "a,", "a;", "a|", "a\"\"", "a; ", "a\"\", "};
    char json[128], cell[64];
    int number = 0;
    scene_do(s, "gate.add", NULL, GATE("g1", "=cmd|' /C calc'!A0", ""));
    scene_do(s, "gate.add", NULL, GATE("g2", "a \\\"b\\\", c", ""));
    scene_do(s, "gate.add", NULL, GATE("g3", "a-b = c", ""));
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        for (size_t j = 0; j < sizeof before / sizeof before[0]; j++) {
            snprintf(json, sizeof json,
                     "{\"id\":\"x%d\",\"label\":\"TLP:GREEN\",\"name\":\"%s%sz%d"
                     "\"}",
                     number, before[j], signs[i], number);
            scene_do(s, "gate.add", NULL, json);
            number++;
        }
    struct reply csv = get(s, &sample_clerk, "/api/v1/gates", NULL, "format", "csv");
    assert_true(has(csv, "\"'=cmd|' /C calc'!A0\""));
    assert_true(has(csv, "\"a \"\"b\"\", c\""));
    assert_true(has(csv, ",a-b = c,") || has(csv, ",a-b = c\r"));
    number = 0;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        for (size_t j = 0; j < sizeof before / sizeof before[0]; j++) {
            snprintf(cell, sizeof cell, "\"%s'%sz%d\"", written[j], signs[i], number++);
            if (!has(csv, cell))
                fail_msg("%s is not there", cell);
        }
}

TEST_SCENES(nonsense_in_parameters_is_refused, sample_modules)
{
    static const char *const wrong[][2] = {{"limit", "0"},    {"limit", "x"},       {"order", "up"},
                                           {"format", "xml"}, {"retired", "maybe"}, {"spam", "1"},
                                           {"sort", "code"},  {"code.has", "h"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(
            get(s, &sample_officer, "/api/v1/gates", NULL, wrong[i][0], wrong[i][1]).result.code,
            RC_INVALID);
}

/* Clearance alone opens no kind of record by its name. */
TEST_SCENES(what_may_not_be_read_has_no_name, sample_modules)
{
    struct str ledger[] = {{"ledger.read", 11}};
    struct actor auditor = {
        .id = {"auditor", 7}, .permissions = {ledger, 1}, .clearance = {TLP_RED, {NULL, 0}}};
    struct named named;
    struct fault absent;
    scene_do(s, "gate.add", NULL, RED_GATE);
    struct picture *picture = s->reader.picture;
    assert_true(rc_ok(record_named(&s->c, picture, &sample_officer, STR("gate/red"), &named)));
    assert_int_equal(record_named(&s->c, picture, &sample_officer, STR("gate/no"), &named).code,
                     RC_NOT_FOUND);
    absent = s->c.fault;
    assert_int_equal(record_named(&s->c, picture, &auditor, STR("gate/red"), &named).code,
                     RC_NOT_FOUND);
    assert_string_equal(s->c.fault.message, absent.message);
}

/* ---- browsing the record --------------------------------------------------------------------- */

#define OF_GATE(id, label) \
    "{\"id\":\"" id "\",\"label\":\"TLP:" label "\",\"name\":\"" id "\",\"code\":\"1\"}"

static void gate(struct scene *s, const struct actor *actor, const char *json, bool drill)
{
    const struct decision *decision = catalog_decision(s->catalog, STR("gate.add"));
    void *input = ctx_take(&s->c, 1, decision->input->size);
    assert_true(rc_ok(shape_read(&s->c, decision->input, SHAPE_FROM_INPUT, str_from(json), input)));
    struct command command = {.decision = decision,
                              .input = input,
                              .actor = *actor,
                              .cause = -1,
                              .expect_seq = -1,
                              .drill = drill};
    assert_true(rc_ok(core_call(&s->c, s->core, &command)));
    clock_manual_advance_us(&s->clock, 60000000);
}

static void browsed(struct scene *s, const char *name, const char *value, const char *expected)
{
    static const char *const ids[] = {"g1", "g2", "g3", "g4"};
    struct reply reply = get(s, &sample_officer, "/api/v1/ledger/events", NULL, name, value);
    char shown[16] = "", id[16];
    size_t count = 0;
    assert_true(rc_ok(reply.result));
    for (size_t i = 0; i < 4; i++) {
        snprintf(id, sizeof id, "\"gate/%s\"", ids[i]);
        if (has(reply, id))
            shown[count++] = ids[i][1];
    }
    if (strcmp(shown, expected) != 0)
        fail_msg("%s=%s: %s, not %s", name, value, shown, expected);
}

TEST_SCENES(the_record_is_browsed_by_who_what_and_when, sample_modules)
{
    struct actor other = sample_officer;
    char from[WALL_TEXT_MAX + 1] = "", until[WALL_TEXT_MAX + 1] = "";
    other.id = STR("other");
    gate(s, &sample_officer, OF_GATE("g1", "GREEN"), false);
    from[wall_format(clock_now(&s->c), from)] = '\0';
    gate(s, &other, OF_GATE("g2", "AMBER"), false);
    gate(s, &sample_officer, OF_GATE("g3", "GREEN"), true);
    until[wall_format(clock_now(&s->c), until)] = '\0';
    gate(s, &other, OF_GATE("g4", "GREEN"), false);
    browsed(s, NULL, NULL, "1234");
    browsed(s, "actor", "other", "24");
    browsed(s, "actor.ne", "other", "13");
    browsed(s, "label", "TLP:AMBER", "2");
    browsed(s, "label.ne", "TLP:AMBER", "134");
    browsed(s, "drill", "true", "3");
    browsed(s, "drill", "false", "124");
    browsed(s, "record", "gate/g3", "3");
    browsed(s, "kind.ne", "gate.added", "");
    browsed(s, "received.ge", from, "234");
    browsed(s, "received.le", from, "12");
    browsed(s, "received.le", until, "1234");
    browsed(s, "received.ge", until, "4");
    browsed(s, "received.ge", "2999-01-01T00:00:00Z", "");
    browsed(s, "received.le", "1999-01-01T00:00:00Z", "");
    static const char *const wrong[][2] = {
        {"drill", "perhaps"}, {"label", "TLP:BLUE"}, {"received.ge", "yesterday"}};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            get(s, &sample_officer, "/api/v1/ledger/events", NULL, wrong[i][0], wrong[i][1])
                .result.code,
            RC_INVALID);
}
