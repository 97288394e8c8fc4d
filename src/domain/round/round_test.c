/* Rounds, guards who are alone, and hand-overs, through the real writer. */
#include "domain/round/round_own.h"

#include "domain/signal/signal.h"

#include "support/scene_property.h"
#include "support/watch_scene.h"

#include "unit.h"

#include "base/encode.h"
#include "shape/shape_older.h"

#include <sodium.h>

static const struct module *const modules[] = {&signal_module, &round_module};

TEST(what_rounds_are_made_of_keeps_its_promises)
{
    scene_property_test(2, modules);
}

/* A guard's account, and the person whose it is; the account's id is the person's too. */
static void add_guard(struct scene *s, const char *id, const char *label)
{
    struct str person, account;
    assert_true(rc_ok(str_format(&s->c, &person,
                                 "{\"id\":\"%s\",\"label\":\"%s\",\"name\":\"%s\","
                                 "\"category\":\"guard\"}",
                                 id, label, id)));
    assert_true(rc_ok(str_format(&s->c, &account,
                                 "{\"id\":\"%s\",\"label\":\"%s\",\"kind\":\"person\","
                                 "\"person\":\"%s\",\"login\":\"%s\",\"status\":\"active\"}",
                                 id, label, id, id)));
    scene_do(s, "person.add", NULL, person.ptr);
    scene_do(s, "account.add", NULL, account.ptr);
}

/* Three checkpoints 100 m apart (8.983e-4 degrees of latitude), one each ten minutes. */
#define POINT(tag, lat, from, by)                                                                \
    "{\"tag\":\"" tag "\",\"name\":\"the " tag "\",\"position\":{\"lat\":" lat ",\"lon\":25.0}," \
    "\"from_ms\":" from ",\"by_ms\":" by "}"
#define TOUR(more)                                                                       \
    "{\"id\":\"night\",\"label\":\"TLP:GREEN\",\"name\":\"Night round\"," more           \
    "\"checkpoints\":[" POINT("gate", "60.0000", "0", "600000") "," POINT(               \
        "roof", "60.0009", "300000", "1200000") "," POINT("cellar", "60.0018", "600000", \
                                                          "1800000") "]}"

struct patrol {
    struct scene s;
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];
    char run[32];
};

static void add_phone(struct patrol *p, const char *id, const char *who)
{
    struct str key, json;
    assert_true(rc_ok(encode_bytes(&p->s.c, ENCODE_BASE64URL, p->public_key, 32, &key)));
    assert_true(rc_ok(str_format(&p->s.c, &json,
                                 "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"name\":\"%s\","
                                 "\"guard\":\"%s\",\"key\":\"%.*s\"}",
                                 id, id, who, STR_ARG(key))));
    scene_do(&p->s, "guard_phone.add", NULL, json.ptr);
}

static void patrol_open(struct patrol *p, const char *tour)
{
    static const unsigned char seed[crypto_sign_SEEDBYTES] = "a phone for tests";
    scene_open(&p->s, 2, modules);
    crypto_sign_seed_keypair(p->public_key, p->secret_key, seed);
    add_guard(&p->s, "amina", "TLP:GREEN");
    add_guard(&p->s, "bela", "TLP:GREEN");
    add_phone(p, "phone", "amina");
    scene_do(&p->s, "guard_tour.add", NULL, tour);
}

static void set_out(struct patrol *p)
{
    struct command command;
    scene_do_as(&p->s, &guard, "tour.start", "night", "{}", &command);
    assert_true(rc_ok(command.result));
    memcpy(p->run, command.record_id, sizeof p->run);
}

/* A scan so many seconds after three o'clock, handed in now. */
static void scan(struct patrol *p, const char *phone, const char *tag, int64_t second,
                 struct command *ret)
{
    struct str message, signature, json;
    unsigned char bytes[crypto_sign_BYTES];
    char at[WALL_TEXT_MAX + 1] = "";
    struct tour_scan wanted = {.tag = str_from(tag), .at = {1795316400000000 + second * 1000000}};
    struct ctx *c = &p->s.c;
    assert_true(rc_ok(tour_scan_message(c, str_from(p->run), &wanted, &message)));
    crypto_sign_detached(bytes, NULL, (const unsigned char *)message.ptr, message.len,
                         p->secret_key);
    assert_true(rc_ok(encode_bytes(c, ENCODE_BASE64URL, bytes, sizeof bytes, &signature)));
    at[wall_format(wanted.at, at)] = '\0';
    assert_true(
        rc_ok(str_format(c, &json,
                         "{\"tag\":\"%s\",\"at\":\"%s\",\"phone\":\"%s\",\"signature\":\"%.*s\","
                         "\"means\":\"qr\"}",
                         tag, at, phone, STR_ARG(signature))));
    scene_do_as(&p->s, &guard, "tour.scan", p->run, json.ptr, ret);
}

static void scanned(struct patrol *p, const char *tag, int64_t second)
{
    struct command command;
    scan(p, "phone", tag, second, &command);
    if (!rc_ok(command.result))
        fail_msg("%s", command.fault.message);
}

static struct tour_run the_run(struct patrol *p)
{
    struct tour_run run = {0};
    assert_true(rc_ok(
        picture_get(&p->s.c, p->s.reader.picture, &tour_run_shape, str_from(p->run), NULL, &run)));
    return run;
}

static struct tour_visit visit(struct patrol *p, const char *tag)
{
    struct tour_run run = the_run(p);
    for (size_t i = 0; i < run.visits.count; i++)
        if (str_is(run.visits.items[i].tag, tag))
            return run.visits.items[i];
    fail_msg("no visit of %s", tag);
    return run.visits.items[0];
}

TEST(a_round_that_is_walked_as_asked)
{
    struct patrol p;
    patrol_open(&p, TOUR(""));
    set_out(&p);
    pass(&p.s, 60);
    scanned(&p, "gate", 60);
    pass(&p.s, 540);
    scanned(&p, "roof", 600);
    pass(&p.s, 600);
    scanned(&p, "cellar", 1200);
    struct tour_run run = the_run(&p);
    assert_int_equal(run.state, TOUR_STATE_COMPLETE);
    assert_int_equal(run.missed, 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(run.visits.items[i].verdict, VISIT_VERDICT_ON_TIME);
        assert_int_equal(run.visits.items[i].means, SCAN_MEANS_QR);
        assert_false(run.visits.items[i].out_of_order || run.visits.items[i].too_fast ||
                     run.visits.items[i].late_data);
    }
    pass(&p.s, 7200);
    assert_int_equal(count_where(&p.s, &alarm_shape, NULL, NULL), 0);
    scene_rebuild_is_equal(&p.s);
    scene_close(&p.s);
}

TEST(a_phone_whose_clock_is_a_little_behind_is_not_early_at_the_start)
{
    struct patrol p;
    patrol_open(&p, TOUR(""));
    pass(&p.s, 30);
    set_out(&p);
    scanned(&p, "gate", 25);
    assert_int_equal(visit(&p, "gate").verdict, VISIT_VERDICT_ON_TIME);
    scene_close(&p.s);
}

TEST(a_missed_checkpoint_is_an_alarm)
{
    struct patrol p;
    patrol_open(&p, TOUR(""));
    set_out(&p);
    pass(&p.s, 60);
    scanned(&p, "gate", 60);
    scene_restart(&p.s);
    pass(&p.s, 1200);
    assert_int_equal(visit(&p, "roof").verdict, VISIT_VERDICT_MISSED);
    assert_int_equal(the_run(&p).missed, 1);
    raised_by_reference(&p.s, "round.missed",
                        "[{\"name\":\"tour\",\"ref\":\"guard_tour/"
                        "night\"},{\"name\":\"point\",\"text\":\"the roof\"}]",
                        false);
    ASSERT_HAS(fetch(&p.s, &guard, "/api/v1/alarms", NULL, NULL),
               "\"title\":\"Checkpoint missed: the roof (Night round)\"");
    scanned(&p, "cellar", 1250);
    assert_true(visit(&p, "cellar").verdict == VISIT_VERDICT_ON_TIME);
    pass(&p.s, 7200);
    assert_int_equal(the_run(&p).state, TOUR_STATE_INCOMPLETE);
    scene_rebuild_is_equal(&p.s);
    scene_close(&p.s);
}

TEST(scans_without_a_net_come_later_and_are_marked)
{
    struct patrol p;
    patrol_open(&p, TOUR(""));
    set_out(&p);
    pass(&p.s, 1300); /* the window of the gate and of the roof have passed */
    assert_int_equal(the_run(&p).missed, 2);
    scanned(&p, "gate", 100);
    scanned(&p, "roof", 700);
    scanned(&p, "roof", 700); /* handed in twice */
    struct tour_visit gate = visit(&p, "gate");
    assert_int_equal(gate.verdict, VISIT_VERDICT_ON_TIME);
    assert_true(gate.late_data);
    assert_int_equal(the_run(&p).missed, 0);
    scanned(&p, "cellar", 1300);
    assert_int_equal(the_run(&p).state, TOUR_STATE_COMPLETE);
    scene_close(&p.s);
}

TEST(early_late_and_out_of_order)
{
    struct patrol p;
    patrol_open(&p, TOUR(""));
    set_out(&p);
    pass(&p.s, 200);
    scanned(&p, "roof", 200);
    assert_int_equal(visit(&p, "roof").verdict, VISIT_VERDICT_EARLY);
    assert_true(visit(&p, "roof").out_of_order);
    pass(&p.s, 500);
    scanned(&p, "gate", 700);
    assert_int_equal(visit(&p, "gate").verdict, VISIT_VERDICT_LATE);
    scene_close(&p.s);
}

TEST(nobody_walks_so_fast)
{
    struct patrol p;
    patrol_open(&p, TOUR(""));
    set_out(&p);
    pass(&p.s, 300);
    scanned(&p, "gate", 300);
    scanned(&p, "cellar", 305); /* 200 m in five seconds */
    assert_true(visit(&p, "cellar").too_fast);
    raised_by_reference(&p.s, "round.speed",
                        "[{\"name\":\"tour\",\"ref\":\"guard_tour/"
                        "night\"},{\"name\":\"point\",\"text\":\"the cellar\"}]",
                        false);
    scene_close(&p.s);
}

TEST(one_guard_in_two_places)
{
    struct patrol p;
    char first[32];
    patrol_open(&p, TOUR(""));
    set_out(&p);
    memcpy(first, p.run, sizeof first);
    set_out(&p); /* the same guard, another round */
    pass(&p.s, 300);
    scanned(&p, "roof", 300);
    memcpy(p.run, first, sizeof first);
    scanned(&p, "gate", 300);
    assert_true(visit(&p, "gate").too_fast);
    scene_close(&p.s);
}

TEST(an_order_that_nobody_can_foresee)
{
    struct patrol p;
    bool other = false;
    patrol_open(&p, TOUR("\"random_order\":true,"));
    for (int i = 0; i < 60 && !other; i++) { /* one in six is the order of the list */
        set_out(&p);
        struct tour_run run = the_run(&p);
        assert_int_equal(run.visits.items[0].by.us - run.started.us, 600000000);
        other = !str_is(run.visits.items[0].tag, "gate");
    }
    assert_true(other);
    scene_close(&p.s);
}

TEST(what_scans_are_refused)
{
    struct patrol p;
    struct command command;
    patrol_open(&p, TOUR(""));
    add_phone(&p, "other", "bela");
    set_out(&p);
    pass(&p.s, 300);
    const struct {
        const char *phone, *tag, *rule;
        int64_t second;
    } cases[] = {
        {"nobodys", "gate", "reference", 300}, {"other", "gate", "phone", 300},
        {"phone", "attic", "tag", 300},        {"phone", "gate", "future", 400},
        {"phone", "gate", "past", -300},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scan(&p, cases[i].phone, cases[i].tag, cases[i].second, &command);
        assert_false(rc_ok(command.result));
        if (i > 0)
            assert_string_equal(command.fault.rule, cases[i].rule);
    }
    p.secret_key[0] ^= 1; /* another key signs */
    scan(&p, "phone", "gate", 300, &command);
    assert_string_equal(command.fault.rule, "signature");
    refused(&p.s, RC_INVALID, "unique", &actor_system, "guard_tour.add", NULL,
            "{\"id\":\"t\",\"label\":\"TLP:GREEN\",\"name\":\"t\",\"checkpoints\":["
            "{\"tag\":\"a\",\"name\":\"a\",\"by_ms\":1000},"
            "{\"tag\":\"a\",\"name\":\"b\",\"by_ms\":1000}]}");
    refused(&p.s, RC_INVALID, "order", &actor_system, "guard_tour.add", NULL,
            "{\"id\":\"t\",\"label\":\"TLP:GREEN\",\"name\":\"t\",\"checkpoints\":["
            "{\"tag\":\"a\",\"name\":\"a\",\"from_ms\":5000,\"by_ms\":1000}]}");
    refused(&p.s, RC_NOT_FOUND, "", &guard, "tour.start", "nowhere", NULL);
    scene_close(&p.s);
}

/* ---- alone ----------------------------------------------------------------------------------- */

TEST(a_lone_guard_who_is_not_heard_is_an_alarm)
{
    struct scene s;
    scene_open(&s, 2, modules);
    refused(&s, RC_CONFLICT, "not-alone", &guard, "lone.word", NULL, NULL);
    does(&s, &guard, "lone.begin", NULL, "{\"every_ms\":600000}");
    pass(&s, 590);
    does(&s, &guard, "lone.word", NULL, "{\"position\":{\"lat\":60.1,\"lon\":24.9}}");
    pass(&s, 590);
    assert_int_equal(count_where(&s, &alarm_shape, NULL, NULL), 0);
    scene_restart(&s);
    pass(&s, 20);
    struct alarm alarm = the_alarm(&s, NULL, "lone-guard");
    assert_int_equal(alarm.priority, SIGNAL_PRIORITY_URGENT);
    raised_by_reference(&s, "lone", "[{\"name\":\"guard\",\"ref\":\"account/amina\"}]", false);
    assert_int_equal(count_where(&s, &lone_guard_shape, "overdue", "true"), 1);
    does(&s, &guard, "lone.word", NULL, NULL);
    assert_int_equal(state_of(&s, NULL, "lone-guard"), ALARM_STATE_RETURNED);
    does(&s, &guard, "lone.end", NULL, NULL);
    pass(&s, 2000);
    assert_int_equal(the_alarm(&s, NULL, "lone-guard").signals, 1);
    assert_int_equal(count_where(&s, &lone_guard_shape, NULL, NULL), 0);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(a_call_for_help_rings_before_everything_and_is_not_taken_back_by_the_phone)
{
    struct patrol p;
    patrol_open(&p, TOUR(""));
    set_out(&p);
    pass(&p.s, 60);
    scanned(&p, "gate", 60);
    does(&p.s, &guard, "guard.help", NULL, "{\"call\":\"c1\"}");
    struct alarm alarm = the_alarm(&p.s, NULL, "help");
    assert_true(alarm.lane && alarm.active && alarm.kind == SIGNAL_KIND_DURESS);
    assert_true(str_is(alarm.point, "the gate")); /* as people call it */
    raised_by_reference(&p.s, "help", "[{\"name\":\"guard\",\"ref\":\"account/amina\"}]", false);
    ASSERT_HAS(fetch(&p.s, &guard, "/api/v1/alarms", NULL, NULL),
               "\"title\":\"amina calls for help\"");
    does(&p.s, &guard, "guard.help", NULL,
         "{\"call\":\"c1\",\"position\":{\"lat\":60.1,\"lon\":24.9}}");
    assert_int_equal(the_alarm(&p.s, NULL, "help").signals, 2); /* the phone says it again */
    refused(&p.s, RC_CONFLICT, "not-alone", &guard, "lone.end", NULL, NULL);
    assert_int_equal(state_of(&p.s, NULL, "help"), ALARM_STATE_UNACKNOWLEDGED);
    scene_close(&p.s);
}

TEST(only_a_call_for_help_and_the_word_of_a_lone_guard_go_before_everything_else)
{
    static const struct {
        const char *path, *body;
        bool lane;
    } calls[] = {
        {"/api/v1/guards/help", "{\"call\":\"c1\"}", true},
        {"/api/v1/lone-guards/begin", "{\"every_ms\":600000}", false},
        {"/api/v1/lone-guards/word", "{}", true},
        {"/api/v1/lone-guards/end", "", false},
    };
    struct scene s;
    scene_open(&s, 2, modules);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct command *command = NULL;
        post(&s, &guard, calls[i].path, NULL, calls[i].body, &command);
        assert_true(command && rc_ok(command->result));
        assert_int_equal(command->alarm, calls[i].lane);
    }
    scene_close(&s);
}

TEST(a_call_for_help_of_a_phone_whose_clock_is_lost_is_of_now)
{
    struct patrol p;
    patrol_open(&p, TOUR(""));
    does(&p.s, &guard, "guard.help", NULL, "{\"call\":\"c1\",\"at\":\"1970-01-01T00:04:00Z\"}");
    struct wall now = clock_now(&p.s.c);
    assert_true(the_alarm(&p.s, NULL, "help").began.us == now.us);
    scene_close(&p.s);
}

/* ---- hand-over ------------------------------------------------------------------------------- */

TEST(a_hand_over_is_a_frozen_list_signed_by_both)
{
    struct scene s;
    struct command command;
    struct handover handover = {0};
    char id[32];
    scene_open(&s, 2, modules);
    scene_do(&s, "source.add", NULL, SOURCE("panel", "panel", ",\"heartbeat_ms\":60000"));
    scene_do(&s, "source.add", NULL,
             "{\"id\":\"v\",\"label\":\"TLP:RED\",\"name\":\"v\",\"kind\":\"door\","
             "\"identity\":\"v\"}");
    signal_in(&s, "alarm", "panel", "");
    does(&s, &guard, "source.disable", "panel",
         "{\"until\":\"2026-11-22T05:00:00Z\",\"why\":\"repair\"}");
    signal_in(&s, "fire", "nobody", "");
    add_guard(&s, "bela", "TLP:AMBER");
    add_guard(&s, "chief", "TLP:RED");
    refused(&s, RC_INVALID, "reference", &guard, "handover.make", NULL, "{\"to\":\"nobody\"}");
    refused(&s, RC_INVALID, "reference", &guard, "handover.make", NULL, "{\"to\":\"chief\"}");
    refused(&s, RC_INVALID, "oneself", &guard, "handover.make", NULL, "{\"to\":\"amina\"}");
    scene_do_as(&s, &guard, "handover.make", NULL, "{\"to\":\"bela\",\"note\":\"key 7 is out\"}",
                &command);
    assert_true(rc_ok(command.result));
    snprintf(id, sizeof id, "%s", command.record_id);
    const char *json = scene_get(&s, &handover_shape, id);
    ASSERT_HAS(json, "\"what\":\"out-of-service\",\"record\":\"alarm/");
    ASSERT_HAS(json, "\"what\":\"unacknowledged\",\"record\":\"alarm/");
    ASSERT_HAS(json, "\"what\":\"disabled\",\"record\":\"source/panel\",\"name\":\"panel\","
                     "\"who\":\"amina\"");
    ASSERT_HAS(json, "\"not_listed\":1");
    ASSERT_HAS(json, "\"message\":\"signal.fire\"");
    assert_null(strstr(json, "Fire:"));
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/handovers", NULL, NULL), "\"name\":\"Fire: nobody\"");
    struct actor third = other_guard;
    third.id = STR("carl");
    refused(&s, RC_FORBIDDEN, "party", &third, "handover.sign", id, NULL);
    does(&s, &guard, "handover.sign", id, NULL);
    refused(&s, RC_CONFLICT, "signed", &guard, "handover.sign", id, NULL);
    does(&s, &guard, "source.enable", "panel", NULL); /* the list stays what it was */
    does(&s, &other_guard, "handover.sign", id, NULL);
    assert_true(
        rc_ok(picture_get(&s.c, s.reader.picture, &handover_shape, str_from(id), NULL, &handover)));
    assert_true(handover.signed_from.us && handover.signed_to.us);
    ASSERT_HAS(scene_get(&s, &handover_shape, id), "\"what\":\"disabled\"");
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

#define SHIFT(who, ends)                                                            \
    "{\"id\":\"s1\",\"label\":\"TLP:GREEN\",\"post\":\"p1\",\"guard\":\"" who "\"," \
    "\"begins\":\"2026-11-22T06:00:00Z\",\"ends\":\"2026-11-22T" ends "Z\"}"

/* A guard is an account that the planner may know of; a plan holds nobody's account. */
TEST_SCENES(a_shift_names_an_account_and_does_not_hold_it, modules)
{
    struct command command;
    add_guard(s, "amina", "TLP:GREEN");
    add_guard(s, "chief", "TLP:RED");
    scene_do(s, "guard_post.add", NULL,
             "{\"id\":\"p1\",\"label\":\"TLP:GREEN\",\"name\":\"Post One\"}");
    scene_do_as(s, &guard, "guard_shift.add", NULL, SHIFT("nobody", "14:00:00"), &command);
    assert_int_equal(command.result.code, RC_INVALID);
    assert_string_equal(command.fault.pointer, "/guard");
    assert_string_equal(command.fault.message, "guard: there is no account \"nobody\"");
    scene_do_as(s, &guard, "guard_shift.add", NULL, SHIFT("chief", "14:00:00"), &command);
    assert_int_equal(command.result.code, RC_INVALID);
    assert_string_equal(command.fault.message, "guard: there is no account \"chief\"");
    does(s, &guard, "guard_shift.add", NULL, SHIFT("amina", "14:00:00"));
    scene_do(s, "account.retire", "amina", "{}");
    does(s, &guard, "guard_shift.change", "s1", SHIFT("amina", "13:00:00"));
    scene_do(s, "person.retire", "amina", "{}");
    scene_do(s, "person.erase", "amina", "{\"why\":\"their request of 20 November\"}");
    does(s, &guard, "guard_shift.change", "s1", SHIFT("amina", "12:00:00"));
    refused(s, RC_INVALID, "reference", &guard, "guard_shift.change", "s1",
            SHIFT("chief", "12:00:00"));
    scene_rebuild_is_equal(s);
}

/* As version 1 wrote it. */
#define HANDOVER_V1                                                             \
    "{\"id\":\"h\",\"label\":\"TLP:AMBER\",\"from\":\"amina\",\"to\":\"bela\"," \
    "\"made\":\"2026-11-22T06:40:00Z\",\"items\":[{\"what\":\"acknowledged\","  \
    "\"record\":\"alarm/01K9\",\"name\":\"Camera, north is silent\",\"who\":\"amina\"}]}"

TEST(a_handover_of_the_first_version_says_what_it_said)
{
    struct scene s;
    struct handover handover = {.id = {NULL, 0}};
    watch_scene_open(&s);
    assert_true(rc_ok(shape_read_version(&s.c, &handover_shape, 1, STR(HANDOVER_V1), &handover)));
    assert_int_equal(handover.items.count, 1);
    assert_true(str_is(handover.items.items[0].name, "Camera, north is silent"));
    assert_true(str_is(handover.items.items[0].who, "amina"));
    assert_true(str_absent(handover.items.items[0].message));
    scene_close(&s);
}
