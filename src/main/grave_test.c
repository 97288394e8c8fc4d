/* Grave commands, all of those that the program has: nobody does one without a proof for this very
 * act, nobody does two with one proof, and no token does any. A new command is tried by itself. */
#include "main/modules.h"

#include "core/catalog.h"
#include "domain/account/account.h"
#include "domain/account/sign_in.h"
#include "support/scene.h"

#include "unit.h"

#define HASH "\"hash\":\"00000000000000000000000000000000000000000000000000000000000000aa\""
#define SESSION(more)                                                                   \
    "{\"session\":{\"id\":\"s1\",\"account\":\"boss\"," HASH ",\"method\":\"passkey\"," \
    "\"opened\":\"2026-11-22T03:00:00Z\",\"seen\":\"2026-11-22T03:00:00Z\","            \
    "\"expires\":\"2026-11-22T15:00:00Z\"" more
#define TOKEN                                                       \
    "{\"id\":\"t1\",\"account\":\"boss\",\"name\":\"script\"," HASH \
    ",\"made\":\"2026-11-22T03:00:00Z\",\"expires\":\"2027-11-22T03:00:00Z\"}"
#define ROLE(id) "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\"}"

static void open_scene(struct scene *s)
{
    struct actor self = {.id = STR("boss")};
    struct command opened;
    scene_open(s, chancery_module_count, chancery_modules);
    scene_do(
        s, "person.add", NULL,
        "{\"id\":\"amina\",\"label\":\"TLP:GREEN\",\"name\":\"Amina\",\"category\":\"staff\"}");
    scene_do(s, "role.add", NULL,
             "{\"id\":\"officer\",\"label\":\"TLP:GREEN\",\"name\":\"Officer\","
             "\"permissions\":[\"*\"],\"clearance\":\"TLP:RED\"}");
    scene_do(s, "account.add", NULL,
             "{\"id\":\"boss\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"amina\","
             "\"login\":\"boss\",\"status\":\"active\",\"roles\":[\"officer\"]}");
    scene_do_as(s, &self, "session.open", NULL, SESSION("}}"), &opened);
    assert_true(rc_ok(opened.result));
    scene_do(s, "token.make", NULL, TOKEN);
}

static struct actor by(struct scene *s, const char *way)
{
    struct actor actor;
    assert_true(rc_ok(account_actor(&s->c, s->reader.picture, STR("boss"), &actor)));
    actor.way = str_from(way);
    return actor;
}

/* Asked for with nothing, which is enough: nothing is read before the proof. */
static void refused(struct scene *s, const struct decision *decision, const char *way,
                    const char *rule)
{
    struct command command = {
        .decision = decision,
        .input = decision->input ? ctx_take(&s->c, 1, decision->input->size) : NULL,
        .target = STR("something"),
        .actor = by(s, way),
        .cause = -1,
        .expect_seq = -1,
    };
    int64_t size = core_size(s->core);
    rc result = core_call(&s->c, s->core, &command);
    if (result.code != RC_FORBIDDEN || strcmp(command.fault.rule, rule) != 0)
        fail_msg("%s by %s: %s (rule \"%s\"), not refused by rule \"%s\"", decision->name, way,
                 rc_name(result.code), command.fault.rule, rule);
    if (strcmp(rule, "proof") == 0)
        assert_true(str_starts(str_from(command.fault.value), decision->name));
    assert_int_equal(core_size(s->core), size);
}

static void prove(struct scene *s, const char *act, const char *shown, enum rc_code expected)
{
    struct actor actor = by(s, "s1");
    struct command command;
    struct str json;
    assert_true(rc_ok(str_format(&s->c, &json, SESSION(",\"proved_for\":\"%s\"}%s}"), act, shown)));
    scene_do_as(s, &actor, "session.prove", "s1", json.ptr, &command);
    if (command.result.code != expected)
        fail_msg("%s: %s", act, command.fault.message);
}

/* As what edge/auth has verified: the step of a code that was not used before. */
static void prove_by_code(struct scene *s, const char *act, int step)
{
    char shown[40];
    snprintf(shown, sizeof shown, ",\"counter\":%d", step);
    prove(s, act, shown, RC_OK);
}

static void set_password(struct scene *s)
{
    struct actor self = {.id = STR("boss")};
    struct command set;
    scene_do_as(s, &self, "password.set", NULL,
                "{\"password\":{\"id\":\"boss\",\"hash\":\"x\",\"totp\":\"AAAAAAAAAAAAAAAAAAAAAA\","
                "\"counter\":1,\"changed\":\"2026-11-22T03:00:00Z\"}}",
                &set);
    if (!rc_ok(set.result))
        fail_msg("%s %s", set.fault.message, set.fault.pointer);
}

TEST(no_grave_command_is_done_without_a_proof_nor_by_a_token)
{
    struct scene s;
    size_t tried = 0;
    open_scene(&s);
    set_password(&s);
    prove_by_code(&s, "something else", 2);
    for (size_t i = 0; i < catalog_decision_count(s.catalog); i++) {
        const struct decision *decision = catalog_decision_at(s.catalog, i);
        if (!decision->grave)
            continue;
        tried++;
        refused(&s, decision, "s1", "proof");
        refused(&s, decision, "t1", "session");
    }
    assert_true(tried >= 25);
    scene_close(&s);
}

/* What two people do, what erases, grants or suspends a watch; by their nature, or by name. */
TEST(what_is_grave_is_marked_so)
{
    static const char *const names[] = {
        "account.add",        "account.change",  "account.retire",    "role.change",
        "compartment.change", "enrolment.make",  "enrolment.confirm", "token.make",
        "person.erase",       "record.erase",    "hold.retire",       "retention.change",
        "attachment.remove",  "snapshot.delete", "source.disable",    "tripwire.activate",
        "tripwire.off",       "task.verify"};
    struct scene s;
    open_scene(&s);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(catalog_decision(s.catalog, str_from(names[i]))->grave);
    for (size_t i = 0; i < catalog_decision_count(s.catalog); i++) {
        const struct decision *decision = catalog_decision_at(s.catalog, i);
        bool by_nature = str_ends(str_from(decision->name), ".erase") ||
                         (decision->step && decision->step->flags & STEP_OTHER);
        if (by_nature && !decision->grave)
            fail_msg("%s is not grave", decision->name);
    }
    scene_close(&s);
}

TEST(a_proof_is_good_for_one_act_once_and_for_a_minute)
{
    struct scene s;
    struct command command;
    open_scene(&s);
    set_password(&s);
    const struct decision *add = catalog_decision(s.catalog, STR("role.add"));
    const struct decision *change = catalog_decision(s.catalog, STR("role.change"));
    prove(&s, "role.add", "", RC_FORBIDDEN); /* nothing shown */
    prove_by_code(&s, "role.add", 2);
    prove(&s, "role.add", ",\"counter\":2", RC_UNAUTHENTICATED); /* spent */
    refused(&s, change, "s1", "proof");                          /* another act */

    /* What is refused for another reason has spent nothing. */
    struct actor boss = by(&s, "s1");
    scene_do_as(
        &s, &boss, "role.add", NULL,
        "{\"id\":\"r\",\"label\":\"TLP:GREEN\",\"name\":\"r\",\"permissions\":[\"no.such\"]}",
        &command);
    assert_string_equal(command.fault.rule, "permission");
    scene_do_as(&s, &boss, "role.add", NULL, ROLE("one"), &command);
    assert_int_equal(command.result.code, RC_OK);
    boss = by(&s, "s1");
    scene_do_as(&s, &boss, "role.add", NULL, ROLE("two"), &command);
    assert_string_equal(command.fault.rule, "proof");
    assert_string_equal(command.fault.value, "role.add");

    prove_by_code(&s, "role.add", 3);
    clock_manual_advance_us(&s.clock, PROOF_MS * 1000LL);
    refused(&s, add, "s1", "proof");
    scene_close(&s);
}
