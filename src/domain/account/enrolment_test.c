#include "domain/account/account_own.h"

#include "support/scene.h"

#include "unit.h"

static const struct module *const modules[] = {&account_module};

static struct str everything[] = {STR("*")};
static const struct actor boss = {
    .id = STR("boss"), .permissions = {everything, 1}, .clearance = {TLP_RED, {NULL, 0}}};

static void give(struct scene *s, const char *permission)
{
    struct str role;
    assert_true(rc_ok(str_format(&s->c, &role,
                                 "{\"id\":\"tried\",\"label\":\"TLP:GREEN\",\"name\":\"Tried\","
                                 "\"permissions\":[\"%s\"]}",
                                 permission)));
    scene_do(s, "role.change", "tried", role.ptr);
}

static struct enrolment make_link(struct scene *s)
{
    static int made;
    struct enrolment link = {.account = STR("zoe")}, kept = {0};
    assert_true(rc_ok(str_format(&s->c, &link.id, "link%d", ++made)));
    assert_true(rc_ok(str_format(&s->c, &link.hash, "%064d", made)));
    link.expires = wall_after(clock_now(&s->c), DAY_MS);
    rc result = core_command(&s->c, s->core, "enrolment.make", &boss, (struct str){NULL, 0}, &link);
    if (!rc_ok(result))
        fail_msg("%s", s->c.fault.message);
    assert_true(
        rc_ok(picture_get(&s->c, s->reader.picture, &enrolment_shape, link.id, NULL, &kept)));
    return kept;
}

/* Does a link into an account with this permission wait for a second officer? */
static bool link_waits(struct scene *s, const char *permission)
{
    give(s, permission);
    return make_link(s).waits;
}

static void open_scene(struct scene *s)
{
    scene_open(s, 1, modules);
    scene_do(s, "person.add", NULL,
             "{\"id\":\"zoe\",\"label\":\"TLP:GREEN\",\"name\":\"Zoe\",\"category\":\"staff\"}");
    scene_do(s, "role.add", NULL, "{\"id\":\"tried\",\"label\":\"TLP:GREEN\",\"name\":\"Tried\"}");
    scene_do(s, "role.add", NULL,
             "{\"id\":\"all\",\"label\":\"TLP:GREEN\",\"name\":\"All\",\"permissions\":[\"*\"]}");
    scene_do(s, "account.add", NULL,
             "{\"id\":\"boss\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"zoe\","
             "\"login\":\"boss\",\"status\":\"active\",\"roles\":[\"all\"]}");
    scene_do(s, "account.add", NULL,
             "{\"id\":\"zoe\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"zoe\","
             "\"login\":\"zoe\",\"status\":\"active\",\"roles\":[\"tried\"]}");
}

/* Whoever may make accounts or roles lets others in, however that is spelled; tried with every
 * permission that there is, by its name and by its noun. */
TEST(a_link_waits_for_a_second_officer_wherever_one_may_let_others_in)
{
    struct scene s;
    char noun[80];
    open_scene(&s);
    assert_true(link_waits(&s, "*"));
    for (size_t i = 0; i < catalog_permission_count(s.catalog); i++) {
        const char *name = catalog_permission(s.catalog, i)->name;
        snprintf(noun, sizeof noun, "%.*s*", (int)(strcspn(name, ".") + 1), name);
        bool officers = strcmp(noun, "account.*") == 0 || strcmp(noun, "role.*") == 0;
        assert_int_equal(link_waits(&s, noun), officers);
        assert_int_equal(link_waits(&s, name), officers && strstr(name, ".write") != NULL);
    }
    scene_close(&s);
}

/* Come in by a link with a new passkey. */
static rc come_in(struct scene *s, const struct enrolment *link)
{
    static int keys;
    struct str id, credential;
    assert_true(rc_ok(str_format(&s->c, &id, "key%d", ++keys)));
    assert_true(rc_ok(str_format(&s->c, &credential, "credential%d", keys)));
    struct passkey_adding adding = {.passkey = {.id = id,
                                                .account = link->account,
                                                .name = STR("Key"),
                                                .credential = credential,
                                                .key = STR("key"),
                                                .algorithm = KEY_ALGORITHM_ES256,
                                                .added = clock_now(&s->c)},
                                    .enrolment = link->id};
    const struct actor zoe = {.id = link->account};
    return core_command(&s->c, s->core, "passkey.add", &zoe, (struct str){NULL, 0}, &adding);
}

/* One that was made while the account could do little is no way to what it may do later. */
TEST(a_link_waits_also_when_its_account_became_an_officers_since)
{
    struct scene s;
    open_scene(&s);
    give(&s, "person.read");
    struct enrolment narrow = make_link(&s), later = make_link(&s);
    assert_false(narrow.waits || later.waits);
    assert_true(rc_ok(come_in(&s, &narrow)));
    give(&s, "account.write");
    assert_int_equal(come_in(&s, &later).code, RC_UNAUTHENTICATED);
    assert_string_equal(s.c.fault.rule, "link");
    give(&s, "person.read");
    assert_true(rc_ok(come_in(&s, &later)));
    scene_close(&s);
}
