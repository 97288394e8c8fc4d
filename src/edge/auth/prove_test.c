/* Grave acts: proved at the act by their doer, and by a second officer where one alone could come
 * in as another. */
#include "edge/auth/post_test.h"

#include "support/edge_scene.h"

#include "unit.h"

#define ROLE(id) "{\"label\":\"TLP:GREEN\",\"name\":\"" id "\"}"

TEST(a_grave_act_is_proved_by_a_passkey_of_ones_own_for_this_session)
{
    static const char roles[] = "/api/v1/roles", prove_it[] = "/api/v1/auth/prove";
    struct post p;
    struct key key = {0}, other = {0};
    char theirs[200];
    post_open(&p);
    post_enrol_passkey(&p, "clerk", &other);
    snprintf(theirs, sizeof theirs, "%s", p.cookie);
    post_enrol_passkey(&p, "boss", &key);
    const char *refusal = post_ask(&p, 403, "POST", roles, p.cookie, ROLE("One"));
    assert_non_null(strstr(refusal, "\"rule\":\"proof\",\"value\":\"role.add\""));
    post_prove(&p, &key, "role.add");
    post_ask(&p, 201, "POST", roles, p.cookie, ROLE("One"));
    post_ask(&p, 403, "POST", roles, p.cookie, ROLE("Two"));

    /* nothing, somebody else's passkey, a challenge for signing in, one for another's session */
    refusal = post_ask(&p, 403, "POST", prove_it, p.cookie, "{\"act\":\"role.add\"}");
    struct str challenge = post_member(
        &p, post_ask(&p, 200, "POST", "/api/v1/auth/prove/options", p.cookie, NULL), "challenge");
    const char *body = post_use_passkey(&p, &other, challenge);
    refusal = post_ask(&p, 403, "POST", prove_it, p.cookie,
                       post_format(&p, "{\"act\":\"role.add\",%s", body + 1));
    assert_non_null(strstr(refusal, "\"rule\":\"proof-failed\""));
    body = post_use_passkey(&p, &key, post_passkey_challenge(&p));
    post_ask(&p, 403, "POST", prove_it, p.cookie,
             post_format(&p, "{\"act\":\"role.add\",%s", body + 1));
    challenge = post_member(
        &p, post_ask(&p, 200, "POST", "/api/v1/auth/prove/options", theirs, NULL), "challenge");
    body = post_use_passkey(&p, &key, challenge);
    post_ask(&p, 403, "POST", prove_it, p.cookie,
             post_format(&p, "{\"act\":\"role.add\",%s", body + 1));
    post_ask(&p, 403, "POST", roles, p.cookie, ROLE("Two"));
    post_ask(&p, 200, "GET", "/api/v1/session", p.cookie, NULL); /* it goes on */
    assert_int_equal(post_count_events(&p, "session.proved", "\"act\":\"role.add\""), 1);
    assert_int_equal(post_count_events(&p, "sign-in.failed", "\"reason\":\"passkey\""), 3);
    post_close(&p);
}

TEST(a_grave_act_is_proved_by_password_and_a_new_code)
{
    static const char body[] = "{\"act\":\"role.add\",\"password\":\"%s\",\"code\":\"%s\"}";
    static const char path[] = "/api/v1/auth/prove", word[] = "four plain words here";
    struct post p;
    post_open(&p);
    struct str secret = post_enrol_password(&p, "boss");
    post_ask(&p, 403, "POST", path, p.cookie,
             post_format(&p, body, word, post_app_code(&p, secret))); /* spent */
    post_advance_s(&p, 60);
    const char *code = post_app_code(&p, secret);
    post_ask(&p, 403, "POST", path, p.cookie, post_format(&p, body, "another one here", code));
    post_ask(&p, 204, "POST", path, p.cookie, post_format(&p, body, word, code));
    post_ask(&p, 403, "POST", path, p.cookie, post_format(&p, body, word, code));
    post_ask(&p, 201, "POST", "/api/v1/roles", p.cookie, ROLE("One"));
    /* and guessing is slowed */
    post_ask(&p, 403, "POST", path, p.cookie, post_format(&p, body, "wrong", "000000"));
    post_ask(&p, 429, "POST", path, p.cookie, post_format(&p, body, "wrong", "000000"));
    post_close(&p);
}

#define OTHERS(id, person)                                                                \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"" person \
    "\",\"login\":\"" id "\",\"status\":\"active\",\"roles\":[\"officer\"]}"

/* A link into an account that may do everything opens nothing before a second officer agrees; and
 * those who made it, or were let in by its maker, are no second officer. */
TEST(a_link_into_an_officers_account_takes_two_officers)
{
    static const char *const people[] = {"zoe", "bo", "ada"};
    struct post p;
    struct key key = {0}, second = {0};
    char boss[200];
    post_open(&p);
    for (size_t i = 0; i < 3; i++)
        scene_do(&p.e->scene, "person.add", NULL,
                 post_format(&p,
                             "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"name\":\"%s\","
                             "\"category\":\"staff\"}",
                             people[i], people[i]));
    scene_do(&p.e->scene, "account.add", NULL, OTHERS("zoe", "zoe"));
    scene_do(&p.e->scene, "account.add", NULL, OTHERS("bo", "bo"));
    post_enrol_passkey(&p, "bo", &second);
    char bo[200];
    snprintf(bo, sizeof bo, "%s", p.cookie);
    post_enrol_passkey(&p, "boss", &key);
    snprintf(boss, sizeof boss, "%s", p.cookie);
    post_prove(&p, &key, "enrolment.make");
    const char *made = post_ask(&p, 201, "POST", "/api/v1/accounts/zoe/enrolment", boss, NULL);
    assert_non_null(strstr(made, "\"waits\":true"));
    struct str link = post_member(&p, made, "link");
    const char *open = post_format(&p, "{\"link\":\"%s\"}", link.ptr);
    post_ask(&p, 401, "POST", "/api/v1/auth/enrol/options", NULL, open);
    const char *list = post_ask(&p, 200, "GET", "/api/v1/enrolments", boss, NULL);
    assert_non_null(strstr(list, "\"made_by\":\"boss\""));
    assert_null(strstr(list, "hash"));
    struct str id = post_member(&p, list, "id");
    const char *confirm = post_format(&p, "/api/v1/enrolments/%s/confirm", id.ptr);
    const char *act = post_format(&p, "enrolment.confirm %s", id.ptr);

    post_prove(&p, &key, act); /* not by its maker … */
    assert_non_null(strstr(post_ask(&p, 403, "POST", confirm, boss, NULL), "\"two-persons\""));
    /* … nor by somebody whom its maker has let in by a link */
    scene_do(&p.e->scene, "account.add", NULL,
             "{\"id\":\"ada\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"ada\","
             "\"login\":\"ada\",\"status\":\"active\"}");
    post_prove(&p, &key, "enrolment.make");
    struct str way = post_member(
        &p, post_ask(&p, 201, "POST", "/api/v1/accounts/ada/enrolment", boss, NULL), "link");
    struct key adas = {0};
    struct str challenge = post_member(&p, post_enrol_options(&p, way), "challenge");
    post_sign_in(&p, "/api/v1/auth/enrol",
                 post_format(&p, "{\"link\":\"%s\",\"name\":\"Key\",\"credential\":%s}", way.ptr,
                             post_make_passkey(&p, &adas, challenge)));
    scene_do(&p.e->scene, "account.change", "ada", OTHERS("ada", "ada"));
    post_prove(&p, &adas, act);
    assert_non_null(strstr(post_ask(&p, 403, "POST", confirm, p.cookie, NULL), "\"two-persons\""));
    post_ask(&p, 401, "POST", "/api/v1/auth/enrol/options", NULL, open);

    snprintf(p.cookie, sizeof p.cookie, "%s", bo);
    post_ask(&p, 403, "POST", confirm, bo, NULL); /* proof */
    post_prove(&p, &second, act);
    post_ask(&p, 200, "POST", confirm, bo, NULL);
    post_ask(&p, 200, "POST", "/api/v1/auth/enrol/options", NULL, open);
    post_ask(&p, 204, "DELETE", post_format(&p, "/api/v1/enrolments/%s", id.ptr), boss, NULL);
    post_ask(&p, 401, "POST", "/api/v1/auth/enrol/options", NULL, open);
    post_ask(&p, 404, "DELETE", post_format(&p, "/api/v1/enrolments/%s", id.ptr), boss, NULL);
    /* one's own account needs nobody else */
    snprintf(p.cookie, sizeof p.cookie, "%s", boss);
    post_prove(&p, &key, "enrolment.make");
    made = post_ask(&p, 201, "POST", "/api/v1/accounts/boss/enrolment", boss, NULL);
    assert_null(strstr(made, "\"waits\":true"));
    assert_int_equal(post_count_events(&p, "enrolment.confirmed", "\"account\":\"zoe\""), 1);
    assert_int_equal(post_count_events(&p, "enrolment.voided", "\"account\":\"zoe\""), 1);
    post_close(&p);
}
