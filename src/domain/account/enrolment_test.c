#include "domain/account/account_own.h"

#include "support/scene.h"

#include "unit.h"

static const struct module *const modules[] = {&account_module};

/* Does a link into an account with this permission wait for a second officer? */
static bool link_waits(struct scene *s, const char *permission)
{
    static struct str everything[] = {STR("*")};
    static const struct actor boss = {
        .id = STR("boss"), .permissions = {everything, 1}, .clearance = {TLP_RED, {NULL, 0}}};
    static int made;
    struct enrolment link = {.account = STR("zoe")}, kept = {0};
    struct str role;
    assert_true(rc_ok(str_format(&s->c, &role,
                                 "{\"id\":\"tried\",\"label\":\"TLP:GREEN\",\"name\":\"Tried\","
                                 "\"permissions\":[\"%s\"]}",
                                 permission)));
    scene_do(s, "role.change", "tried", role.ptr);
    assert_true(rc_ok(str_format(&s->c, &link.id, "link%d", ++made)));
    assert_true(rc_ok(str_format(&s->c, &link.hash, "%064d", made)));
    link.expires = wall_after(clock_now(&s->c), DAY_MS);
    rc result = core_command(&s->c, s->core, "enrolment.make", &boss, (struct str){NULL, 0}, &link);
    if (!rc_ok(result))
        fail_msg("%s: %s", permission, s->c.fault.message);
    assert_true(
        rc_ok(picture_get(&s->c, s->reader.picture, &enrolment_shape, link.id, NULL, &kept)));
    return kept.waits;
}

/* Whoever may make accounts or roles lets others in, however that is spelled; tried with every
 * permission that there is, by its name and by its noun. */
TEST(a_link_waits_for_a_second_officer_wherever_one_may_let_others_in)
{
    struct scene s;
    char noun[80];
    scene_open(&s, 1, modules);
    scene_do(&s, "person.add", NULL,
             "{\"id\":\"zoe\",\"label\":\"TLP:GREEN\",\"name\":\"Zoe\",\"category\":\"staff\"}");
    scene_do(&s, "role.add", NULL, "{\"id\":\"tried\",\"label\":\"TLP:GREEN\",\"name\":\"Tried\"}");
    scene_do(&s, "role.add", NULL,
             "{\"id\":\"all\",\"label\":\"TLP:GREEN\",\"name\":\"All\",\"permissions\":[\"*\"]}");
    scene_do(&s, "account.add", NULL,
             "{\"id\":\"boss\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"zoe\","
             "\"login\":\"boss\",\"status\":\"active\",\"roles\":[\"all\"]}");
    scene_do(&s, "account.add", NULL,
             "{\"id\":\"zoe\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"zoe\","
             "\"login\":\"zoe\",\"status\":\"active\",\"roles\":[\"tried\"]}");
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
