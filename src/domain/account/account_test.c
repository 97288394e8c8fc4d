#include "domain/account/account_own.h"

#include "domain/people/people.h"
#include "support/scene.h"
#include "support/scene_property.h"

#include "unit.h"

#define ROLE(id, name, more) \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" name "\"" more "}"
#define PERSON(id, more) \
    "{\"id\":\"" id      \
    "\",\"label\":\"TLP:GREEN\",\"name\":\"Amina Haddad\",\"category\":\"staff\"" more "}"
#define ACCOUNT(id, login, status, more)                                                   \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"amina\"," \
    "\"login\":\"" login "\",\"status\":\"" status "\"" more "}"

#define ZOE(login, status)                                                                  \
    "{\"id\":\"" login "\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"zoe\"," \
    "\"login\":\"" login "\",\"status\":\"" status "\"}"
#define A_HASH STR("0123456789012345678901234567890123456789012345678901234567890123")

static const struct module *const modules[] = {&account_module};

static void does(struct scene *s, const struct actor *actor, const char *name, const char *target,
                 const char *json)
{
    struct command command;
    scene_do_as(s, actor, name, target, json ? json : "{}", &command);
    if (!rc_ok(command.result))
        fail_msg("%s: %s %s", name, command.fault.message, command.fault.pointer);
}

static void refused(struct scene *s, enum rc_code code, const char *rule, const struct actor *actor,
                    const char *name, const char *target, const char *json)
{
    struct command command;
    scene_do_as(s, actor, name, target, json ? json : "{}", &command);
    if (command.result.code != code)
        fail_msg("%s: %s, not %s: %s", name, rc_name(command.result.code), rc_name(code),
                 command.fault.message);
    assert_string_equal(command.fault.rule, rule);
}

/* A mission with an officer, and a clerk who keeps accounts and roles. */
static void open_scene(struct scene *s)
{
    scene_open(s, 1, modules);
    const struct actor *us = &actor_system;
    does(s, us, "person.add", NULL, PERSON("amina", ""));
    does(s, us, "role.add", NULL,
         ROLE("officer", "Officer", ",\"permissions\":[\"*\"],\"clearance\":\"TLP:RED\""));
    does(s, us, "role.add", NULL,
         ROLE("clerk", "Clerk",
              ",\"permissions\":[\"account.*\",\"role.*\",\"person.read\",\"person.write\"],"
              "\"clearance\":\"TLP:AMBER\""));
    does(s, us, "account.add", NULL, ACCOUNT("boss", "boss", "active", ",\"roles\":[\"officer\"]"));
    does(s, us, "account.add", NULL, ACCOUNT("clerk", "clerk", "active", ",\"roles\":[\"clerk\"]"));
}

static struct actor actor_of(struct scene *s, const char *account)
{
    struct actor actor = {0};
    assert_int_equal(account_actor(&s->c, s->reader.picture, str_from(account), &actor).code,
                     RC_OK);
    return actor;
}

TEST(account_shapes_keep_what_they_are_given)
{
    scene_property_test(1, modules);
}

TEST(forms_of_accounts)
{
    assert_true(text_form_login.check(STR("amina.haddad-2")));
    assert_false(text_form_login.check(STR(".amina")));
    assert_false(text_form_login.check(STR("Amina")));
    assert_false(text_form_login.check(STR("")));
    for (size_t i = 0; i < 4; i++)
        assert_true(text_form_permission.check(
            (struct str[]){STR("*"), STR("zone.*"), STR("zone.read"), STR("sign-in.read")}[i]));
    for (size_t i = 0; i < 6; i++)
        assert_false(text_form_permission.check((struct str[]){
            STR("anyone"), STR("zone."), STR("*.read"), STR("zone.re*"), STR(""), STR(".*")}[i]));
}

/* A token of the clerk's, made as the CLI makes one. */
#define TOKEN                                                                        \
    "{\"id\":\"t1\",\"account\":\"clerk\",\"name\":\"script\","                      \
    "\"hash\":\"00000000000000000000000000000000000000000000000000000000000000aa\"," \
    "\"made\":\"2026-03-01T00:00:00Z\",\"expires\":\"2036-03-01T00:00:00Z\"}"

static void count_done(struct command *command)
{
    *(int *)command->arg += 1;
}

static struct command asked_by(struct scene *s, const struct actor *actor, const char *name,
                               const char *target, const char *json, int *done)
{
    const struct decision *decision = catalog_decision(s->catalog, str_from(name));
    void *input = ctx_take(&s->c, 1, decision->input->size);
    assert_true(rc_ok(shape_read(&s->c, decision->input, SHAPE_FROM_INPUT, str_from(json), input)));
    return (struct command){.decision = decision,
                            .input = input,
                            .target = str_from(target),
                            .actor = *actor,
                            .cause = -1,
                            .expect_seq = -1,
                            .done = count_done,
                            .arg = done};
}

TEST(who_asks_is_looked_up_again_at_the_decision)
{
    struct scene s;
    open_scene(&s);
    struct actor boss = actor_of(&s, "boss"), clerk = actor_of(&s, "clerk");
    does(&s, &clerk, "token.make", NULL, TOKEN);
    clerk.way = STR("t1");
    clerk.as_of = core_callers(s.core);
    does(&s, &clerk, "person.add", NULL, PERSON("r1", ""));

    /* One batch: the clerk's command comes behind the one that suspends him. */
    int done = 0;
    struct command commands[] = {
        asked_by(&s, &clerk, "person.add", NULL, PERSON("r2", ""), &done),
        asked_by(&s, &boss, "account.change", "clerk",
                 ACCOUNT("clerk", "clerk", "suspended", ",\"roles\":[\"clerk\"]"), &done),
        asked_by(&s, &clerk, "person.add", NULL, PERSON("r3", ""), &done),
    };
    for (size_t i = 0; i < 3; i++)
        assert_true(rc_ok(core_submit(&s.c, s.core, &commands[i])));
    core_step(s.core);
    assert_int_equal(done, 3);
    assert_int_equal(commands[0].result.code, RC_OK);
    assert_int_equal(commands[1].result.code, RC_OK);
    assert_int_equal(commands[2].result.code, RC_FORBIDDEN);
    assert_true(str_is(commands[2].actor.way, "t1")); /* the caller's command is as it was */

    /* Later ones: by what was committed meanwhile. A role that is lost, a way that is revoked, one
     * whose time is over. */
    refused(&s, RC_FORBIDDEN, "", &clerk, "person.add", NULL, PERSON("r4", ""));
    does(&s, &boss, "account.change", "clerk", ACCOUNT("clerk", "clerk", "active", ""));
    refused(&s, RC_FORBIDDEN, "", &clerk, "person.add", NULL, PERSON("r5", ""));
    does(&s, &boss, "account.change", "clerk",
         ACCOUNT("clerk", "clerk", "active", ",\"roles\":[\"clerk\"]"));
    does(&s, &clerk, "person.add", NULL, PERSON("r6", ""));
    clerk.until.us = 1;
    refused(&s, RC_UNAUTHENTICATED, "", &clerk, "person.add", NULL, PERSON("r7", ""));
    clerk.until.us = 0;
    does(&s, &clerk, "token.revoke", "t1", NULL);
    refused(&s, RC_UNAUTHENTICATED, "", &clerk, "person.add", NULL, PERSON("r8", ""));
    scene_close(&s);
}

TEST(roles_together_make_the_actor)
{
    struct scene s;
    open_scene(&s);
    const struct actor *us = &actor_system;
    does(&s, us, "compartment.add", NULL,
         "{\"id\":\"c1\",\"label\":\"TLP:GREEN\",\"slug\":\"medical\","
         "\"name\":\"Medical\",\"why\":\"health\",\"owner\":\"amina\"}");
    does(&s, us, "role.add", NULL,
         ROLE("nurse", "Nurse",
              ",\"permissions\":[\"agency.read\"],"
              "\"clearance\":\"TLP:GREEN/medical\""));
    does(&s, us, "account.add", NULL,
         ACCOUNT("nurse", "nurse", "active", ",\"roles\":[\"clerk\",\"nurse\"]"));
    struct actor nurse = actor_of(&s, "nurse");
    assert_true(actor_may(&nurse, "agency.read"));
    assert_true(actor_may(&nurse, "role.write"));
    assert_false(actor_may(&nurse, "agency.write"));
    assert_int_equal(nurse.clearance.tlp, TLP_AMBER);
    assert_true(str_is(nurse.clearance.compartments, "medical"));
    assert_true(str_is(nurse.person, "amina"));
    does(&s, us, "account.add", NULL, ACCOUNT("nobody", "nobody", "active", ""));
    struct actor nobody = actor_of(&s, "nobody");
    assert_int_equal(nobody.permissions.count, 0);
    assert_int_equal(nobody.clearance.tlp, TLP_NONE);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(accounts_that_may_not_be_used)
{
    struct scene s;
    open_scene(&s);
    struct actor clerk = actor_of(&s, "clerk"), actor;
    struct picture *picture = s.reader.picture;
    does(&s, &clerk, "account.change", "clerk",
         ACCOUNT("clerk", "clerk", "suspended", ",\"roles\":[\"clerk\"]"));
    assert_int_equal(account_actor(&s.c, picture, STR("clerk"), &actor).code, RC_FORBIDDEN);
    assert_int_equal(account_actor(&s.c, picture, STR("nobody"), &actor).code, RC_FORBIDDEN);
    does(&s, &actor_system, "account.retire", "clerk", NULL);
    assert_int_equal(account_actor(&s.c, picture, STR("clerk"), &actor).code, RC_FORBIDDEN);
    scene_close(&s);
}

TEST(nobody_hands_out_what_they_do_not_hold)
{
    struct scene s;
    open_scene(&s);
    struct actor clerk = actor_of(&s, "clerk"), officer = actor_of(&s, "boss");
    does(&s, &clerk, "role.add", NULL,
         ROLE("reader", "Reader", ",\"permissions\":[\"person.read\"]"));
    refused(&s, RC_FORBIDDEN, "grant", &clerk, "role.change", "reader",
            ROLE("reader", "Reader", ",\"permissions\":[\"person.*\"]"));
    refused(&s, RC_FORBIDDEN, "grant", &clerk, "role.change", "reader",
            ROLE("reader", "Reader", ",\"clearance\":\"TLP:RED\""));
    refused(&s, RC_FORBIDDEN, "grant", &clerk, "account.add", NULL,
            ACCOUNT("x", "x", "active", ",\"roles\":[\"officer\"]"));
    /* not by the way of a suspended account either */
    does(&s, &clerk, "account.add", NULL,
         ACCOUNT("x", "x", "suspended", ",\"roles\":[\"officer\"]"));
    refused(&s, RC_FORBIDDEN, "grant", &clerk, "account.change", "x",
            ACCOUNT("x", "x", "active", ",\"roles\":[\"officer\"]"));
    /* what a role gave already may stay when something else of it changes */
    does(&s, &clerk, "role.change", "officer",
         ROLE("officer", "Chief", ",\"permissions\":[\"*\"],\"clearance\":\"TLP:RED\""));
    struct account boss = {0};
    struct picture *picture = s.reader.picture;
    assert_true(rc_ok(picture_get(&s.c, picture, &account_shape, STR("boss"), NULL, &boss)));
    assert_int_equal(account_may_grant(&s.c, picture, &clerk, &boss).code, RC_FORBIDDEN);
    assert_int_equal(account_may_grant(&s.c, picture, &officer, &boss).code, RC_OK);
    scene_close(&s);
}

TEST(a_compartment_is_opened_by_its_owner)
{
    struct scene s;
    open_scene(&s);
    struct actor boss = actor_of(&s, "boss"), owner = boss;
    const char *compartment = "{\"id\":\"c1\",\"label\":\"TLP:GREEN\",\"slug\":\"crisis\","
                              "\"name\":\"Crisis\",\"why\":\"plans\",\"owner\":\"amina\"}";
    does(&s, &boss, "compartment.add", NULL, compartment);
    const char *role = ROLE("planner", "Planner", ",\"clearance\":\"TLP:AMBER/crisis\"");
    boss.person = STR("somebody-else");
    refused(&s, RC_FORBIDDEN, "grant", &boss, "role.add", NULL, role);
    does(&s, &owner, "role.add", NULL, role);
    /* and it is not taken from them, nor its name used again */
    does(&s, &actor_system, "person.add", NULL, PERSON("zoe", ""));
    refused(&s, RC_FORBIDDEN, "grant", &boss, "compartment.change", "c1",
            "{\"id\":\"c1\",\"label\":\"TLP:GREEN\",\"slug\":\"crisis\",\"name\":\"Crisis\","
            "\"why\":\"plans\",\"owner\":\"zoe\"}");
    refused(&s, RC_CONFLICT, "slug-kept", &owner, "compartment.change", "c1",
            "{\"id\":\"c1\",\"label\":\"TLP:GREEN\",\"slug\":\"calm\",\"name\":\"Crisis\","
            "\"why\":\"plans\",\"owner\":\"amina\"}");
    does(&s, &owner, "compartment.retire", "c1", NULL);
    refused(&s, RC_CONFLICT, "slug-used", &owner, "compartment.add", NULL,
            "{\"id\":\"c2\",\"label\":\"TLP:GREEN\",\"slug\":\"crisis\","
            "\"name\":\"Other\",\"why\":\"plans\",\"owner\":\"zoe\"}");
    refused(&s, RC_INVALID, "compartment", &owner, "role.add", NULL,
            ROLE("r", "R", ",\"clearance\":\"TLP:AMBER/unheard-of\""));
    scene_close(&s);
}

/* Whoever keeps accounts does not come into a compartment by an account of its owner. */
TEST(an_owner_gets_an_account_from_members_alone)
{
    struct scene s;
    open_scene(&s);
    struct actor clerk = actor_of(&s, "clerk");
    clerk.person = STR("bob");
    does(&s, &actor_system, "person.add", NULL, PERSON("zoe", ""));
    does(&s, &actor_system, "compartment.add", NULL,
         "{\"id\":\"c1\",\"label\":\"TLP:GREEN\",\"slug\":\"crisis\",\"name\":\"Crisis\","
         "\"why\":\"plans\",\"owner\":\"zoe\"}");
    refused(&s, RC_FORBIDDEN, "grant", &clerk, "account.add", NULL, ZOE("zoe", "active"));
    does(&s, &clerk, "account.add", NULL, ZOE("zoe", "suspended"));
    refused(&s, RC_FORBIDDEN, "grant", &clerk, "account.change", "zoe", ZOE("zoe", "active"));
    does(&s, &actor_system, "account.change", "zoe", ZOE("zoe", "active"));
    struct enrolment link = {.id = STR("l"), .account = STR("zoe"), .hash = A_HASH};
    link.expires = wall_after(clock_now(&s.c), DAY_MS);
    assert_int_equal(
        core_command(&s.c, s.core, "enrolment.make", &clerk, (struct str){NULL, 0}, &link).code,
        RC_FORBIDDEN);
    clerk.clearance.compartments = STR("crisis");
    assert_true(
        rc_ok(core_command(&s.c, s.core, "enrolment.make", &clerk, (struct str){NULL, 0}, &link)));
    scene_close(&s);
}

TEST(a_second_account_of_a_person_takes_two)
{
    struct scene s;
    open_scene(&s);
    struct actor boss = actor_of(&s, "boss"), clerk = actor_of(&s, "clerk"), zoe;
    boss.person = STR("ann");
    clerk.person = STR("bob");
    does(&s, &actor_system, "person.add", NULL, PERSON("zoe", ""));
    does(&s, &clerk, "account.add", NULL, ZOE("zoe", "active"));
    refused(&s, RC_CONFLICT, "second-account", &clerk, "account.add", NULL, ZOE("again", "active"));
    does(&s, &clerk, "account.add", NULL, ZOE("again", "suspended"));
    refused(&s, RC_FORBIDDEN, "two-persons", &clerk, "account.change", "again",
            ZOE("again", "active"));
    does(&s, &boss, "account.change", "again", ZOE("again", "active"));
    does(&s, &clerk, "account.add", NULL, ZOE("third", "suspended"));
    zoe = actor_of(&s, "zoe");
    zoe.permissions = clerk.permissions;
    zoe.clearance = clerk.clearance;
    does(&s, &zoe, "account.change", "third", ZOE("third", "active"));
    /* Retiring the ones there are is no way round it. */
    does(&s, &clerk, "account.retire", "zoe", NULL);
    does(&s, &clerk, "account.retire", "again", NULL);
    does(&s, &clerk, "account.retire", "third", NULL);
    refused(&s, RC_CONFLICT, "second-account", &clerk, "account.add", NULL, ZOE("anew", "active"));
    scene_close(&s);
}

TEST(somebody_who_may_everything_remains)
{
    struct scene s;
    open_scene(&s);
    const struct actor *us = &actor_system;
    refused(&s, RC_CONFLICT, "last-officer", us, "account.change", "boss",
            ACCOUNT("boss", "boss", "suspended", ",\"roles\":[\"officer\"]"));
    refused(&s, RC_CONFLICT, "last-officer", us, "account.change", "boss",
            ACCOUNT("boss", "boss", "active", ",\"roles\":[\"clerk\"]"));
    refused(&s, RC_CONFLICT, "last-officer", us, "account.retire", "boss", NULL);
    refused(&s, RC_CONFLICT, "last-officer", us, "role.change", "officer",
            ROLE("officer", "Officer", ""));
    refused(&s, RC_CONFLICT, "", us, "role.retire", "officer", NULL);
    does(&s, us, "account.add", NULL,
         ACCOUNT("second", "second", "active", ",\"roles\":[\"officer\"]"));
    does(&s, us, "account.retire", "boss", NULL);
    refused(&s, RC_CONFLICT, "last-officer", us, "account.retire", "second", NULL);
    scene_close(&s);
}

TEST(what_the_rules_of_accounts_refuse)
{
    struct scene s;
    open_scene(&s);
    const struct actor *us = &actor_system;
    refused(&s, RC_INVALID, "permission", us, "role.add", NULL,
            ROLE("r", "R", ",\"permissions\":[\"person.fly\"]"));
    refused(&s, RC_INVALID, "permission", us, "role.add", NULL,
            ROLE("r", "R", ",\"permissions\":[\"dragon.*\"]"));
    refused(&s, RC_INVALID, "reference", us, "account.add", NULL,
            ACCOUNT("x", "x", "active", ",\"roles\":[\"unheard-of\"]"));
    refused(&s, RC_CONFLICT, "unique", us, "account.add", NULL, ACCOUNT("x", "boss", "active", ""));
    refused(&s, RC_CONFLICT, "reserved", us, "account.add", NULL,
            ACCOUNT("system", "x", "active", ""));
    refused(&s, RC_CONFLICT, "person-kept", us, "account.change", "clerk",
            "{\"id\":\"clerk\",\"label\":\"TLP:GREEN\",\"kind\":\"program\",\"person\":\"amina\","
            "\"login\":\"clerk\",\"status\":\"active\"}");
    scene_close(&s);
}

TEST(the_accounts_of_the_erased_are_gone)
{
    struct scene s;
    open_scene(&s);
    struct actor boss = actor_of(&s, "boss");
    struct person person = {0};
    struct account account = {0};
    const char *why = "{\"why\":\"their request of 20 November\"}";
    does(&s, &boss, "person.add", NULL, PERSON("zoe", ""));
    does(&s, &boss, "account.add", NULL,
         "{\"id\":\"zoe\",\"label\":\"TLP:GREEN\",\"kind\":\"person\","
         "\"person\":\"zoe\",\"login\":\"zoe\",\"status\":\"active\"}");
    refused(&s, RC_CONFLICT, "", &boss, "person.erase", "zoe", why);
    refused(&s, RC_CONFLICT, "", &boss, "person.retire", "zoe", NULL);
    does(&s, &boss, "account.retire", "zoe", NULL);
    does(&s, &boss, "person.retire", "zoe", NULL);
    refused(&s, RC_INVALID, "required", &boss, "person.erase", "zoe", "{}");
    does(&s, &boss, "person.erase", "zoe", why);
    for (int pass = 0; pass < 2; pass++) {
        struct picture *picture = s.reader.picture;
        assert_int_equal(picture_get(&s.c, picture, &person_shape, STR("zoe"), NULL, &person).code,
                         RC_NOT_FOUND);
        assert_int_equal(
            picture_get(&s.c, picture, &account_shape, STR("zoe"), NULL, &account).code,
            RC_NOT_FOUND);
        scene_rebuild_is_equal(&s);
    }
    scene_close(&s);
}

static void check_origin(struct scene *s, const char *id, const char *other, bool akin,
                         const char *person)
{
    struct account_origin origin = {STR("?"), !akin};
    assert_true(rc_ok(account_module.account_origin(&s->c, s->reader.picture, str_from(id),
                                                    str_from(other), &origin)));
    assert_int_equal(origin.akin, akin);
    assert_true(person ? str_is(origin.person, person) : str_absent(origin.person));
}

static void open_to(struct scene *s, const struct actor *by, const char *account)
{
    struct enrolment link = {.id = STR("link"), .account = str_from(account), .hash = A_HASH};
    struct token token = {
        .id = STR("token"), .account = str_from(account), .hash = link.hash, .name = STR("script")};
    struct str nothing = {NULL, 0};
    link.expires = token.expires = wall_after(clock_now(&s->c), 3600000);
    token.made = clock_now(&s->c);
    const char *command = str_is(by->id, "boss") ? "token.make" : "enrolment.make";
    const void *input = str_is(by->id, "boss") ? (const void *)&token : &link;
    rc result = core_command(&s->c, s->core, command, by, nothing, input);
    if (!rc_ok(result))
        fail_msg("%s: %s", command, s->c.fault.message);
}

/* Two persons are two when neither made the other's account, or a way into it. */
TEST(an_account_is_known_by_who_let_it_in)
{
    struct scene s;
    open_scene(&s);
    struct actor boss = actor_of(&s, "boss"), clerk = actor_of(&s, "clerk");
    does(&s, &boss, "person.add", NULL, PERSON("zoe", ""));
    does(&s, &clerk, "account.add", NULL,
         "{\"id\":\"robot\",\"label\":\"TLP:GREEN\",\"kind\":\"program\","
         "\"person\":\"zoe\",\"login\":\"robot\",\"status\":\"active\"}");
    does(&s, &actor_system, "account.add", NULL,
         "{\"id\":\"zoe\",\"label\":\"TLP:GREEN\",\"kind\":\"person\","
         "\"person\":\"zoe\",\"login\":\"zoe\",\"status\":\"active\"}");
    check_origin(&s, "zoe", "clerk", false, "zoe");
    open_to(&s, &clerk, "zoe");  /* a link */
    open_to(&s, &boss, "robot"); /* a token */
    open_to(&s, &boss, "boss");
    for (int pass = 0; pass < 2; pass++) {
        check_origin(&s, "boss", "boss", false, "amina");
        check_origin(&s, "boss", "clerk", false, "amina");
        check_origin(&s, "robot", "clerk", true, "zoe");
        check_origin(&s, "robot", "boss", true, "zoe");
        check_origin(&s, "robot", "zoe", true, "zoe"); /* the clerk let in both */
        check_origin(&s, "zoe", "clerk", true, "zoe");
        check_origin(&s, "zoe", "boss", false, "zoe");
        check_origin(&s, "zoe", "system", false, "zoe");
        check_origin(&s, "nobody", "clerk", false, NULL);
        scene_rebuild_is_equal(&s);
    }
    does(&s, &boss, "account.retire", "robot", NULL);
    does(&s, &boss, "account.retire", "zoe", NULL);
    check_origin(&s, "robot", "clerk", true, "zoe");
    does(&s, &boss, "person.retire", "zoe", NULL);
    does(&s, &boss, "person.erase", "zoe", "{\"why\":\"their request of 20 November\"}");
    for (int pass = 0; pass < 2; pass++) {
        check_origin(&s, "robot", "clerk", false, NULL);
        check_origin(&s, "zoe", "clerk", false, NULL);
        scene_rebuild_is_equal(&s);
    }
    scene_close(&s);
}

/* By others whom one let in; by one who let in both; and no longer than a week. */
TEST(whom_one_let_in_lately_is_no_second_person)
{
    struct scene s;
    open_scene(&s);
    static const char *const chain[] = {"boss", "one", "two", "three"};
    for (size_t i = 1; i < 4; i++) {
        struct actor maker = SCENE_ACTOR("boss", "amina");
        char person[200], account[300];
        maker.id = str_from(chain[i - 1]);
        snprintf(person, sizeof person, PERSON("%s", ""), chain[i]);
        snprintf(account, sizeof account,
                 "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"%s\","
                 "\"login\":\"%s\",\"status\":\"active\"}",
                 chain[i], chain[i], chain[i]);
        does(&s, &actor_system, "person.add", NULL, person);
        does(&s, &maker, "account.add", NULL, account);
    }
    does(&s, &actor_system, "person.add", NULL, PERSON("zoe", ""));
    does(&s, &(struct actor)SCENE_ACTOR("boss", "amina"), "account.add", NULL,
         ZOE("zoe", "active"));
    check_origin(&s, "three", "boss", true, "three");
    check_origin(&s, "boss", "three", true, "amina");
    check_origin(&s, "three", "zoe", true, "three"); /* boss let in both */
    check_origin(&s, "three", "clerk", false, "three");
    clock_manual_advance_us(&s.clock, 7 * DAY_US);
    check_origin(&s, "three", "boss", false, "three");
    check_origin(&s, "three", "zoe", false, "three");
    scene_close(&s);
}

TEST(the_starting_roles_are_added_once)
{
    struct scene s;
    open_scene(&s);
    size_t count = 0;
    struct str roles = STR("[" ROLE("clerk", "Clerk", "") "," ROLE("guard", "Guard", "") "]");
    assert_int_equal(account_add_roles(&s.c, s.core, roles, &count).code, RC_OK);
    assert_int_equal(count, 1);
    assert_int_equal(account_add_roles(&s.c, s.core, roles, &count).code, RC_OK);
    assert_int_equal(count, 0);
    assert_int_equal(account_add_roles(&s.c, s.core, STR("["), &count).code, RC_MALFORMED);
    scene_close(&s);
}
