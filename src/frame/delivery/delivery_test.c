/* What may leave, when it is tried again, and that nothing of a drill does. */
#include "assembly/core_module.h"
#include "frame/delivery/delivery.h"

#include "support/scene_property.h"

/* A module that wants things delivered. */
#define PARCEL_FIELDS(F, T)                                  \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it") \
    F(T, choice, delivery_kind, kind, REQUIRED, 0, 0, "how") \
    F(T, text, line, to, 0, 0, 300, "to whom")               \
    F(T, text, line, subject, 0, 0, 300, "what it is")       \
    F(T, text, line, document, 0, 0, 200, "its name, and its bytes")
SHAPE_DECLARE(parcel, PARCEL_FIELDS);
SHAPE_DEFINE(parcel, PARCEL_FIELDS, 1, "Something to deliver");

static rc decide_parcel(struct ctx *c, struct picture *, const struct command *command,
                        struct outcome *outcome)
{
    const struct parcel *parcel = command->input;
    struct delivery_want want = {.kind = parcel->kind,
                                 .label = parcel->label,
                                 .to = parcel->to,
                                 .subject = parcel->subject,
                                 .about = STR("zone/hall"),
                                 .document = parcel->document,
                                 .bytes = parcel->document};
    if (!str_absent(parcel->document))
        want.type = STR("text/plain");
    return delivery_want(c, outcome, &want);
}

static const struct module parcel_module = {
    .name = "parcel",
    .help = "Wants things delivered",
    .decisions =
        (const struct decision[]){
            {.name = "parcel.send",
             .help = "Send",
             .permission = PERMIT_DELIVERY_RETRY,
             .input = &parcel_shape,
             .decide = decide_parcel},
            {0},
        },
};

static const struct module *const modules[] = {&core_module, &delivery_module, &parcel_module};

#define OUTLET(id, more)                                        \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id \
    "\",\"host\":\"mail.mission.example\",\"sender\":\"post@mission.example\"," more "}"
#define MAIL_OUTLET                                                                         \
    OUTLET("m", "\"kind\":\"mail\",\"tls\":\"upgrade\",\"enabled\":true,\"carries\":\"TLP:" \
                "AMBER\"")
#define MAIL(label)                                                               \
    "{\"label\":\"" label "\",\"kind\":\"mail\",\"to\":\"duty@mission.example\"," \
    "\"subject\":\"Hall\"}"

static struct delivery only(struct scene *s)
{
    struct query query = {.limit = 10};
    struct page page;
    if (!rc_ok(picture_list(&s->c, s->reader.picture, &delivery_shape, &query, &page)))
        fail_msg("%s", s->c.fault.message);
    assert_int_equal(page.count, 1);
    return *(const struct delivery *)page.records;
}

static void answer(struct scene *s, const char *json)
{
    scene_do(s, "delivery.answer", only(s).id.ptr, json);
}

static bool holds_document(struct scene *s, struct str id)
{
    struct delivery_document document = {0};
    rc found = picture_get(&s->c, s->reader.picture, &delivery_document_shape, id, NULL, &document);
    assert_true(rc_ok(found) || found.code == RC_NOT_FOUND);
    return rc_ok(found);
}

TEST_SCENES(delivery_goes_its_way, modules)
{
    scene_do(s, "outlet.add", NULL, MAIL_OUTLET);
    scene_do(s, "parcel.send", NULL, MAIL("TLP:AMBER"));
    assert_int_equal(only(s).state, DELIVERY_STATE_WANTED);
    scene_do(s, "delivery.begin", only(s).id.ptr, NULL);
    assert_int_equal(only(s).state, DELIVERY_STATE_SENDING);
    assert_int_equal(only(s).tries, 1);
    assert_true(str_is(only(s).outlet, "m"));
    scene_refused(s, "delivery.begin", only(s).id.ptr, NULL, RC_CONFLICT, "/state");
    answer(s, "{\"verdict\":\"sent\",\"peer\":\"250 queued as 17\"}");
    assert_int_equal(only(s).state, DELIVERY_STATE_SENT);
    assert_true(only(s).over.us > 0);
    answer(s, "{\"verdict\":\"failed\",\"why\":\"late\"}"); /* it was decided already */
    assert_int_equal(only(s).state, DELIVERY_STATE_SENT);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(delivery_is_tried_again_later_each_time_and_then_given_up, modules)
{
    struct wall last = {0};
    scene_do(s, "outlet.add", NULL, MAIL_OUTLET);
    scene_do(s, "parcel.send", NULL, MAIL("TLP:GREEN"));
    for (int i = 1; i <= DELIVERY_TRIES; i++) {
        scene_do(s, "delivery.begin", only(s).id.ptr, NULL);
        answer(s, "{\"verdict\":\"later\",\"why\":\"450 greylisted\"}");
        struct delivery now = only(s);
        if (i == DELIVERY_TRIES)
            break;
        assert_int_equal(now.state, DELIVERY_STATE_WANTED);
        int64_t wait_us = now.next.us - clock_now(&s->c).us;
        assert_true(wait_us >= INT64_C(45000000) && wait_us <= INT64_C(18000000000));
        assert_true(wait_us > last.us / 2);
        last.us = wait_us;
        scene_refused(s, "delivery.begin", now.id.ptr, NULL, RC_CONFLICT, "/state");
        scene_restart(s); /* its wait is in the ledger */
        clock_manual_set(&s->clock, now.next);
        core_settle(s->core);
        assert_int_equal(only(s).next.us, 0);
    }
    assert_int_equal(only(s).state, DELIVERY_STATE_FAILED);
    assert_true(str_is(only(s).why, "450 greylisted"));
    scene_do(s, "delivery.retry", only(s).id.ptr, NULL); /* a person says so */
    assert_int_equal(only(s).state, DELIVERY_STATE_WANTED);
    assert_int_equal(only(s).tries, 1); /* a printer is still asked whether it knows the job */
    scene_rebuild_is_equal(s);
}

TEST_SCENES(delivery_of_a_drill_never_leaves_the_house, modules)
{
    struct command command = {
        .decision = catalog_decision(s->catalog, STR("parcel.send")),
        .input = &(struct parcel){.label = {.tlp = TLP_GREEN},
                                  .kind = DELIVERY_KIND_WEBHOOK,
                                  .subject = STR("Exercise"),
                                  .document = STR("plan.txt")},
        .actor = actor_system,
        .cause = -1,
        .expect_seq = -1,
        .drill = true,
    };
    scene_do(s, "outlet.add", NULL,
             OUTLET("w", "\"kind\":\"webhook\",\"tls\":\"implicit\",\"enabled\":true,"
                         "\"path\":\"/h\",\"secret\":\"0123456789abcdef\","
                         "\"carries\":\"TLP:GREEN\""));
    assert_true(rc_ok(core_call(&s->c, s->core, &command)));
    assert_int_equal(only(s).state, DELIVERY_STATE_WITHHELD);
    assert_true(only(s).drill);
    assert_true(str_is(only(s).why, "a drill: it stays in the house"));
    scene_refused(s, "delivery.begin", only(s).id.ptr, NULL, RC_CONFLICT, "/state");
    scene_refused(s, "delivery.retry", only(s).id.ptr, NULL, RC_CONFLICT, "");
    assert_true(holds_document(s, only(s).id));
    answer(s, "{\"verdict\":\"withheld\"}");
    assert_false(holds_document(s, only(s).id));
    scene_rebuild_is_equal(s);
    assert_int_equal(only(s).state, DELIVERY_STATE_WITHHELD);
}

TEST_SCENES(delivery_leaves_only_where_its_label_may, modules)
{
    static const char *const closed[] = {
        OUTLET("m", "\"kind\":\"mail\",\"tls\":\"upgrade\",\"enabled\":true"),
        OUTLET("m", "\"kind\":\"mail\",\"tls\":\"upgrade\",\"carries\":\"TLP:RED\""),
        OUTLET("m", "\"kind\":\"mail\",\"tls\":\"upgrade\",\"enabled\":true,"
                    "\"carries\":\"TLP:GREEN\""),
    };
    scene_do(s, "parcel.send", NULL, MAIL("TLP:AMBER"));
    scene_do_as(s, &actor_system, "delivery.begin", only(s).id.ptr, NULL, &(struct command){0});
    assert_int_equal(only(s).state, DELIVERY_STATE_WANTED); /* there is no outlet at all */
    scene_do(s, "outlet.add", NULL,
             OUTLET("w", "\"kind\":\"webhook\",\"tls\":\"implicit\",\"enabled\":true,"
                         "\"path\":\"/h\",\"secret\":\"0123456789abcdef\","
                         "\"carries\":\"TLP:RED\""));
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        struct command command;
        if (i == 0)
            scene_do(s, "outlet.add", NULL, closed[i]);
        else
            scene_do(s, "outlet.change", "m", closed[i]);
        scene_do_as(s, &actor_system, "delivery.begin", only(s).id.ptr, NULL, &command);
        if (command.result.code != RC_FORBIDDEN && command.result.code != RC_NOT_FOUND)
            fail_msg("outlet %zu: %s", i, rc_name(command.result.code));
    }
    scene_do(s, "outlet.change", "m", MAIL_OUTLET);
    scene_do(s, "delivery.begin", only(s).id.ptr, NULL);
}

TEST_SCENES(outlet_refuses_settings_that_are_not_safe, modules)
{
    static const struct {
        const char *json, *pointer;
    } wrong[] = {
        {OUTLET("x", "\"kind\":\"mail\",\"tls\":\"none\",\"carries\":\"TLP:AMBER\""), "/carries"},
        {OUTLET("x", "\"kind\":\"mail\",\"tls\":\"none\",\"carries\":\"TLP:GREEN/crisis\""),
         "/carries"},
        {OUTLET("x", "\"kind\":\"webhook\",\"tls\":\"none\",\"path\":\"/\""), "/tls"},
        {OUTLET("x", "\"kind\":\"webhook\",\"tls\":\"implicit\",\"path\":\"/\""), "/secret"},
        {OUTLET("x", "\"kind\":\"webhook\",\"tls\":\"implicit\",\"path\":\"/\","
                     "\"secret\":\"0123456789abcdef\",\"user\":\"x\""),
         "/user"},
        {OUTLET("x", "\"kind\":\"print\",\"tls\":\"upgrade\",\"path\":\"/\""), "/tls"},
        {OUTLET("x", "\"kind\":\"print\",\"tls\":\"none\""), "/path"},
        {OUTLET("x", "\"kind\":\"print\",\"tls\":\"none\",\"path\":\"ipp\""), "/path"},
        {"{\"id\":\"x\",\"label\":\"TLP:GREEN\",\"name\":\"x\",\"host\":\"a b\",\"kind\":\"mail\","
         "\"tls\":\"none\",\"sender\":\"a@b.c\"}",
         "/host"},
        {"{\"id\":\"x\",\"label\":\"TLP:GREEN\",\"name\":\"x\",\"host\":\"a@b\",\"kind\":\"mail\","
         "\"tls\":\"none\",\"sender\":\"a@b.c\"}",
         "/host"},
        {"{\"id\":\"x\",\"label\":\"TLP:GREEN\",\"name\":\"x\",\"host\":\"a\",\"kind\":\"mail\","
         "\"tls\":\"none\"}",
         "/sender"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        scene_refused(s, "outlet.add", NULL, wrong[i].json, RC_INVALID, wrong[i].pointer);
}

/* Whoever may change an outlet does not learn its secret by that. */
TEST_SCENES(outlet_takes_its_secret_nowhere_else, modules)
{
#define LOGIN(more) OUTLET("m", "\"kind\":\"mail\"," more)
    static const char *const elsewhere[] = {
        LOGIN("\"tls\":\"none\",\"user\":\"post\""),
        LOGIN("\"tls\":\"implicit\",\"user\":\"other\""),
        LOGIN("\"tls\":\"implicit\""),
        LOGIN("\"tls\":\"implicit\",\"user\":\"post\",\"port\":2525"),
        LOGIN("\"tls\":\"implicit\",\"user\":\"post\",\"authority\":\"PEM\""),
        "{\"id\":\"m\",\"label\":\"TLP:GREEN\",\"name\":\"m\",\"host\":\"thief.example\","
        "\"sender\":\"post@mission.example\",\"kind\":\"mail\",\"tls\":\"implicit\","
        "\"user\":\"post\"}",
    };
    struct outlet outlet = {0};
    scene_do(s, "outlet.add", NULL,
             LOGIN("\"tls\":\"implicit\",\"user\":\"post\",\"secret\":\"0123456789abcdef\""));
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        scene_refused(s, "outlet.change", "m", elsewhere[i], RC_INVALID, "/secret");
    scene_do(s, "outlet.change", "m",
             LOGIN("\"tls\":\"implicit\",\"user\":\"post\",\"note\":\"by the window\""));
    assert_true(
        rc_ok(picture_get(&s->c, s->reader.picture, &outlet_shape, STR("m"), NULL, &outlet)));
    assert_true(str_is(outlet.secret, "0123456789abcdef"));
    scene_do(s, "outlet.change", "m",
             LOGIN("\"tls\":\"upgrade\",\"user\":\"post\",\"secret\":\"0123456789abcdef\""));
}

TEST_SCENES(outlet_stays_of_its_kind, modules)
{
    scene_do(s, "outlet.add", NULL, MAIL_OUTLET);
    scene_refused(s, "outlet.change", "m",
                  OUTLET("m", "\"kind\":\"webhook\",\"tls\":\"implicit\",\"path\":\"/h\","
                              "\"secret\":\"0123456789abcdef\""),
                  RC_INVALID, "/kind");
}

TEST_SCENES(delivery_names_what_is_wrong_with_a_want, modules)
{
    scene_refused(s, "parcel.send", NULL,
                  "{\"label\":\"TLP:GREEN\",\"kind\":\"mail\",\"subject\":\"x\"}", RC_INVALID,
                  "/to");
    scene_refused(s, "parcel.send", NULL,
                  "{\"label\":\"TLP:GREEN\",\"kind\":\"mail\",\"to\":\"nobody\",\"subject\":\"x\"}",
                  RC_INVALID, "/to");
    scene_refused(s, "parcel.send", NULL, "{\"label\":\"TLP:GREEN\",\"kind\":\"webhook\"}",
                  RC_INVALID, "/subject");
    scene_refused(s, "parcel.send", NULL,
                  "{\"label\":\"TLP:GREEN\",\"kind\":\"print\",\"subject\":\"x\"}", RC_INVALID,
                  "/document");
}

/* Only Chancery itself says that something has left. */
TEST_SCENES(delivery_is_answered_by_outlets_alone, modules)
{
    struct actor liar = {.id = STR("ann"),
                         .permissions = {(struct str[]){STR("*")}, 1},
                         .clearance = {.tlp = TLP_RED}};
    struct command command;
    scene_do(s, "outlet.add", NULL, MAIL_OUTLET);
    scene_do(s, "parcel.send", NULL, MAIL("TLP:GREEN"));
    scene_do_as(s, &liar, "delivery.answer", only(s).id.ptr, "{\"verdict\":\"delivered\"}",
                &command);
    assert_int_equal(command.result.code, RC_FORBIDDEN);
    scene_do_as(s, &liar, "delivery.begin", only(s).id.ptr, NULL, &command);
    assert_int_equal(command.result.code, RC_FORBIDDEN);
    liar.clearance.tlp = TLP_CLEAR;
    scene_do_as(s, &liar, "delivery.retry", only(s).id.ptr, NULL, &command);
    assert_int_equal(command.result.code, RC_NOT_FOUND);
}

/* A reader of pages finds each object where the table says. */
TEST_SCENES(outlet_trial_is_a_whole_page, modules)
{
    struct delivery_document document = {0};
    struct str rest, number;
    int64_t at = 0;
    scene_do(s, "outlet.add", NULL,
             "{\"id\":\"p\",\"label\":\"TLP:GREEN\",\"name\":\"Of(f)ice\",\"kind\":\"print\","
             "\"host\":\"h\",\"path\":\"/p\",\"tls\":\"none\"}");
    scene_do(s, "outlet.try", "p", "{}");
    assert_int_equal(only(s).label.tlp, TLP_CLEAR);
    assert_true(rc_ok(picture_get(&s->c, s->reader.picture, &delivery_document_shape, only(s).id,
                                  NULL, &document)));
    struct str page = document.bytes;
    assert_true(str_starts(page, "%PDF-1.4\n"));
    assert_true(str_find(page, STR("trial page of Of?f?ice) Tj")) != SIZE_MAX);
    rest = str_sub(page, str_find(page, STR("startxref\n")) + 10, page.len);
    assert_true(str_split(&rest, '\n', &number) && str_to_i64(number, &at));
    rest = str_sub(page, (size_t)at, page.len);
    assert_true(str_starts(rest, "xref\n0 6\n0000000000 65535 f \n"));
    for (int i = 1; i <= 5; i++) {
        char wanted[24];
        struct str digits = str_sub(rest, 9 + 20 * (size_t)i, 10);
        while (digits.len > 1 && digits.ptr[0] == '0')
            digits = str_sub(digits, 1, digits.len);
        assert_true(str_to_i64(digits, &at));
        snprintf(wanted, sizeof wanted, "%d 0 obj ", i);
        assert_true(str_starts(str_sub(page, (size_t)at, page.len), wanted));
    }
    scene_refused(s, "outlet.try", "none", "{}", RC_NOT_FOUND, "");
}

TEST(what_deliveries_are_made_of_keeps_its_promises)
{
    scene_property_test(2, modules);
}
