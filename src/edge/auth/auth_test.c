/* Sign-in over the real server, store and writer: what works, what is refused, what is told. */
#include "edge/auth/post_test.h"

#include "support/edge_scene.h"

#include "unit.h"

TEST(enrolling_with_a_passkey_and_signing_in_with_it)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    const char *who = post_enrol_passkey(&p, "boss", &key);
    assert_non_null(strstr(who, "\"name\":\"Amina Haddad\""));
    assert_non_null(strstr(who, "\"method\":\"enrolment\""));
    assert_non_null(strstr(who, "\"recovery_codes\":[\""));
    const char *again = post_sign_in(&p, "/api/v1/auth/passkey",
                                     post_use_passkey(&p, &key, post_passkey_challenge(&p)));
    assert_non_null(strstr(again, "\"method\":\"passkey\""));
    assert_null(strstr(again, "\"recovery_codes\":["));
    const char *seen = post_ask(&p, 200, "GET", "/api/v1/session", p.cookie, NULL);
    assert_non_null(strstr(seen, "\"permissions\":[\"*\"]"));
    assert_non_null(strstr(seen, "\"passkeys\":1"));
    const char *passkeys = post_ask(&p, 200, "GET", "/api/v1/passkeys", p.cookie, NULL);
    assert_non_null(strstr(passkeys, "\"used\":\""));
    assert_null(strstr(passkeys, "\"key\""));
    assert_int_equal(post_count_events(&p, "session.opened", "\"method\":\"passkey\""), 1);
    assert_int_equal(post_count_events(&p, "enrolment.used", "\"account\":\"boss\""), 1);
    post_close(&p);
}

TEST(a_link_is_good_once_and_for_a_time)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    struct str link = post_link_for(&p, "boss"), late = post_link_for(&p, "boss");
    struct str challenge = post_member(&p, post_enrol_options(&p, link), "challenge");
    const char *body = post_format(&p, "{\"link\":\"%s\",\"credential\":%s}", link.ptr,
                                   post_make_passkey(&p, &key, challenge));
    post_sign_in(&p, "/api/v1/auth/enrol", body);
    post_ask(&p, 401, "POST", "/api/v1/auth/enrol", NULL, body);
    post_advance_s(&p, 72 * 3600);
    post_ask(&p, 401, "POST", "/api/v1/auth/enrol/options", NULL,
             post_format(&p, "{\"link\":\"%s\"}", late.ptr));
    post_close(&p);
}

TEST(an_assertion_is_good_once)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    post_enrol_passkey(&p, "boss", &key);
    struct str challenge = post_passkey_challenge(&p);
    const char *body = post_use_passkey(&p, &key, challenge);
    post_sign_in(&p, "/api/v1/auth/passkey", body);
    post_ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL, body);
    /* the same challenge, signed once more */
    post_ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL, post_use_passkey(&p, &key, challenge));
    /* a challenge that was never given out, one that is too old, one for something else */
    post_ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL,
             post_use_passkey(&p, &key, STR("AAAA")));
    challenge = post_passkey_challenge(&p);
    body = post_use_passkey(&p, &key, challenge);
    post_advance_s(&p, 301);
    post_ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL, body);
    challenge = post_member(&p, post_enrol_options(&p, post_link_for(&p, "boss")), "challenge");
    post_ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL, post_use_passkey(&p, &key, challenge));
    assert_int_equal(post_count_events(&p, "sign-in.failed", "\"reason\":\"passkey\""), 5);
    post_close(&p);
}

TEST(a_copied_passkey_is_noticed)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    post_enrol_passkey(&p, "boss", &key);
    key.count = 0;
    post_ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL,
             post_use_passkey(&p, &key, post_passkey_challenge(&p)));
    assert_int_equal(post_count_events(&p, "sign-in.failed", "\"reason\":\"copy\""), 1);
    assert_int_equal(post_count_events(&p, "sign-in.failed", "\"account\":\"boss\""), 1);
    post_close(&p);
}

TEST(a_password_needs_its_app)
{
    static const char path[] = "/api/v1/auth/password", word[] = "four plain words here";
    struct post p;
    post_open(&p);
    struct str secret = post_enrol_password(&p, "boss");
    /* the code that set it up is spent */
    post_ask(&p, 401, "POST", path, NULL,
             post_password_body(&p, "boss", word, post_app_code(&p, secret)));
    post_advance_s(&p, 60);
    const char *code = post_app_code(&p, secret);
    post_sign_in(&p, path, post_password_body(&p, "boss", word, code));
    char first[64], second[64], third[64];
    snprintf(first, sizeof first, "%.60s",
             post_ask(&p, 401, "POST", path, NULL, post_password_body(&p, "boss", word, code)));
    post_advance_s(&p, 60);
    snprintf(second, sizeof second, "%.60s",
             post_ask(&p, 401, "POST", path, NULL,
                      post_password_body(&p, "boss", "four plain words there",
                                         post_app_code(&p, secret))));
    snprintf(
        third, sizeof third, "%.60s",
        post_ask(&p, 401, "POST", path, NULL, post_password_body(&p, "nobody", word, "000000")));
    assert_string_equal(first, second);
    assert_string_equal(first, third);
    assert_int_equal(post_count_events(&p, "sign-in.failed", "\"reason\":\"code\""), 2);
    assert_int_equal(post_count_events(&p, "sign-in.failed", "\"reason\":\"password\""), 1);
    assert_int_equal(post_count_events(&p, "sign-in.failed", "\"reason\":\"unknown\""), 1);
    assert_int_equal(post_count_events(&p, "sign-in.failed", "nobody"), 0);
    post_close(&p);
}

TEST(guessing_is_slowed_but_the_owner_gets_in)
{
    static const char path[] = "/api/v1/auth/password";
    struct post p;
    struct key key = {0};
    post_open(&p);
    post_enrol_passkey(&p, "boss", &key);
    for (int i = 0; i < 4; i++)
        post_ask(&p, 401, "POST", path, NULL, post_password_body(&p, "boss", "wrong", "000000"));
    const char *wait =
        post_ask(&p, 429, "POST", path, NULL, post_password_body(&p, "boss", "wrong", "000000"));
    assert_non_null(strstr(wait, "\"rule\":\"wait\""));
    post_sign_in(&p, "/api/v1/auth/passkey",
                 post_use_passkey(&p, &key, post_passkey_challenge(&p)));
    post_advance_s(&p, 2);
    post_ask(&p, 401, "POST", path, NULL, post_password_body(&p, "boss", "wrong", "000000"));
    post_ask(&p, 429, "POST", path, NULL, post_password_body(&p, "boss", "wrong", "000000"));
    post_close(&p);
}

TEST(recovery_codes_are_good_once)
{
    static const char path[] = "/api/v1/auth/recovery";
    struct post p;
    struct key key = {0};
    post_open(&p);
    const char *who = post_enrol_passkey(&p, "boss", &key);
    const char *at = strstr(who, "\"recovery_codes\":[\"");
    assert_non_null(at);
    const char *code = post_format(&p, "%.19s", at + strlen("\"recovery_codes\":[\""));
    const char *body = post_format(&p, "{\"login\":\"boss\",\"code\":\"%s\"}", code);
    post_ask(&p, 401, "POST", path, NULL,
             post_format(&p, "{\"login\":\"clerk\",\"code\":\"%s\"}", code));
    who = post_sign_in(&p, path, body);
    assert_non_null(strstr(who, "\"recovery_codes\":9"));
    post_ask(&p, 401, "POST", path, NULL, body);
    const char *more = post_ask(&p, 200, "POST", "/api/v1/recovery-codes", p.cookie, "{}");
    assert_non_null(strstr(more, "\"recovery_codes\":[\""));
    assert_int_equal(post_count_events(&p, "sign-in.failed", "\"reason\":\"recovery\""), 2);
    post_close(&p);
}

TEST(sessions_end_by_hand_by_time_and_by_suspension)
{
    static const char who[] = "/api/v1/session";
    struct post p;
    struct key key = {0};
    char first[200], second[200];
    post_open(&p);
    post_enrol_passkey(&p, "boss", &key);
    post_enrol_passkey(&p, "clerk", &key);
    snprintf(first, sizeof first, "%s", p.cookie);
    post_sign_in(&p, "/api/v1/auth/passkey",
                 post_use_passkey(&p, &key, post_passkey_challenge(&p)));
    snprintf(second, sizeof second, "%s", p.cookie);
    const char *rows = post_ask(&p, 200, "GET", "/api/v1/sessions", second, NULL);
    assert_non_null(strstr(rows, "\"method\":\"enrolment\""));
    assert_non_null(strstr(strstr(rows, "\"method\":\"passkey\""), "\"current\":true"));
    assert_null(strstr(rows, "hash"));
    post_ask(&p, 204, "POST", "/api/v1/sessions/end-others", second, NULL);
    post_ask(&p, 401, "GET", who, first, NULL);
    post_ask(&p, 200, "GET", who, second, NULL);
    /* used every hour it lasts, but not beyond twelve */
    for (int hour = 0; hour < 11; hour++) {
        post_advance_s(&p, 3600);
        post_ask(&p, 200, "GET", who, second, NULL);
        post_sign_in(&p, "/api/v1/auth/passkey",
                     post_use_passkey(&p, &key, post_passkey_challenge(&p)));
    }
    post_advance_s(&p, 3600);
    post_ask(&p, 401, "GET", who, second, NULL);
    /* not used for two hours it ends */
    post_advance_s(&p, 3600);
    post_ask(&p, 401, "GET", who, p.cookie, NULL);
    post_sign_in(&p, "/api/v1/auth/passkey",
                 post_use_passkey(&p, &key, post_passkey_challenge(&p)));
    post_ask(&p, 200, "GET", who, p.cookie, NULL);
    scene_do(&p.e->scene, "account.change", "clerk", ACCOUNT("clerk", "suspended", "clerk"));
    post_ask(&p, 401, "GET", who, p.cookie, NULL);
    post_ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL,
             post_use_passkey(&p, &key, post_passkey_challenge(&p)));
    /* reinstated: the old session stays ended */
    scene_do(&p.e->scene, "account.change", "clerk", ACCOUNT("clerk", "active", "clerk"));
    post_ask(&p, 401, "GET", who, p.cookie, NULL);
    post_sign_in(&p, "/api/v1/auth/passkey",
                 post_use_passkey(&p, &key, post_passkey_challenge(&p)));
    const char *left = edge_scene_ask(p.e, "POST", "/api/v1/auth/sign-out", NULL, p.cookie, NULL);
    assert_true(str_starts(str_from(left), "HTTP/1.1 204 "));
    assert_non_null(strstr(left, "Clear-Site-Data: \"cache\", \"storage\"\r\n"));
    post_ask(&p, 401, "GET", who, p.cookie, NULL);
    post_close(&p);
}

TEST(rights_change_with_the_next_request)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    post_enrol_passkey(&p, "clerk", &key);
    post_ask(&p, 200, "GET", "/api/v1/persons", p.cookie, NULL);
    scene_do(&p.e->scene, "role.change", "clerk",
             "{\"id\":\"clerk\",\"label\":\"TLP:GREEN\",\"name\":\"Clerk\"}");
    post_ask(&p, 403, "GET", "/api/v1/persons", p.cookie, NULL);
    post_close(&p);
}

TEST(the_last_way_in_stays_and_changing_ways_wants_fresh_proof)
{
    struct post p;
    struct key key = {0}, spare = {0};
    post_open(&p);
    post_enrol_passkey(&p, "boss", &key);
    struct str first =
        post_member(&p, post_ask(&p, 200, "GET", "/api/v1/passkeys", p.cookie, NULL), "id");
    const char *path = post_format(&p, "/api/v1/passkeys/%s", first.ptr);
    const char *refusal = post_ask(&p, 409, "DELETE", path, p.cookie, NULL);
    assert_non_null(strstr(refusal, "\"rule\":\"last-way\""));
    struct str challenge = post_member(
        &p, post_ask(&p, 200, "POST", "/api/v1/passkeys/options", p.cookie, NULL), "challenge");
    const char *body = post_format(&p, "{\"name\":\"Spare\",\"credential\":%s}",
                                   post_make_passkey(&p, &spare, challenge));
    post_ask(&p, 201, "POST", "/api/v1/passkeys", p.cookie, body);
    post_ask(&p, 401, "POST", "/api/v1/passkeys", p.cookie, body);
    post_ask(&p, 204, "PUT", path, p.cookie, "{\"name\":\"Old\"}");
    assert_non_null(
        strstr(post_ask(&p, 200, "GET", "/api/v1/passkeys", p.cookie, NULL), "\"Old\""));
    post_advance_s(&p, 901);
    refusal = post_ask(&p, 403, "DELETE", path, p.cookie, NULL);
    assert_non_null(strstr(refusal, "\"rule\":\"fresh\""));
    post_sign_in(&p, "/api/v1/auth/passkey",
                 post_use_passkey(&p, &spare, post_passkey_challenge(&p)));
    post_ask(&p, 204, "DELETE", path, p.cookie, NULL);
    post_ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL,
             post_use_passkey(&p, &key, post_passkey_challenge(&p)));
    post_close(&p);
}

TEST(links_are_for_accounts_that_hold_no_more)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    scene_do(&p.e->scene, "role.add", NULL,
             "{\"id\":\"enroller\",\"label\":\"TLP:GREEN\",\"name\":\"Enroller\","
             "\"permissions\":[\"account.enrol\"],\"clearance\":\"TLP:GREEN\"}");
    scene_do(&p.e->scene, "account.add", NULL, ACCOUNT("helper", "active", "enroller"));
    post_enrol_passkey(&p, "helper", &key);
    post_prove(&p, &key, "enrolment.make");
    post_ask(&p, 403, "POST", "/api/v1/accounts/boss/enrolment", p.cookie, NULL);
    post_ask(&p, 404, "POST", "/api/v1/accounts/nobody/enrolment", p.cookie, NULL);
    post_ask(&p, 201, "POST", "/api/v1/accounts/helper/enrolment", p.cookie, NULL);
    /* a cookie that was found lying about makes nobody a way in */
    post_ask(&p, 403, "POST", "/api/v1/accounts/helper/enrolment", p.cookie, NULL);
    post_close(&p);
}

TEST(a_password_goes_where_a_passkey_is)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    post_enrol_password(&p, "clerk");
    post_ask(&p, 409, "DELETE", "/api/v1/password", p.cookie, NULL);
    post_enrol_passkey(&p, "clerk", &key);
    post_ask(&p, 204, "DELETE", "/api/v1/password", p.cookie, NULL);
    post_ask(&p, 404, "DELETE", "/api/v1/password", p.cookie, NULL);
    post_close(&p);
}

TEST(tokens_act_within_their_scopes)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    post_enrol_passkey(&p, "clerk", &key);
    post_prove(&p, &key, "token.make");
    const char *reply =
        post_ask(&p, 201, "POST", "/api/v1/tokens", p.cookie,
                 "{\"name\":\"badge printer\",\"scopes\":[\"person.*\",\"role.read\"]}");
    struct str token = post_member(&p, reply, "token"), id = post_member(&p, reply, "id");
    const char *bearer = post_format(&p, "Authorization: Bearer %s\r\n", token.ptr);
    post_ask(&p, 200, "GET", "/api/v1/persons", bearer, NULL);
    post_ask(&p, 403, "GET", "/api/v1/accounts", bearer, NULL); /* not a scope */
    post_ask(&p, 403, "GET", "/api/v1/roles", bearer, NULL);    /* not the account's */
    const char *who = post_ask(&p, 200, "GET", "/api/v1/session", bearer, NULL);
    assert_non_null(strstr(who, "\"permissions\":[\"person.read\"]"));
    post_ask(&p, 403, "POST", "/api/v1/tokens", bearer,
             "{\"name\":\"more\"}"); /* it proves nothing */
    post_ask(&p, 403, "POST", "/api/v1/auth/prove/options", bearer, NULL);
    post_ask(&p, 403, "POST", "/api/v1/auth/prove", bearer, "{\"act\":\"token.make\"}");
    post_ask(&p, 401, "GET", "/api/v1/persons", "Authorization: Bearer chy_00\r\n", NULL);
    post_ask(&p, 204, "DELETE", post_format(&p, "/api/v1/tokens/%s", id.ptr), p.cookie, NULL);
    post_ask(&p, 401, "GET", "/api/v1/persons", bearer, NULL);
    post_enrol_passkey(&p, "boss", &key);
    assert_int_equal(post_count_events(&p, "sign-in.failed", "\"reason\":\"token\""), 1);
    post_close(&p);
}

TEST(retired_accounts_leave_nothing_in_the_vault)
{
    struct post p;
    struct key key = {0};
    struct passkey passkey = {0};
    post_open(&p);
    post_enrol_passkey(&p, "clerk", &key);
    scene_do(&p.e->scene, "account.retire", "clerk", "{}");
    post_ask(&p, 401, "GET", "/api/v1/session", p.cookie, NULL);
    rc found = picture_find(p.c, p.e->scene.reader.picture, &passkey_shape, "account", STR("clerk"),
                            NULL, &passkey);
    assert_int_equal(found.code, RC_NOT_FOUND);
    post_close(&p);
}

TEST(the_ledger_has_no_secret_of_sign_in)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    struct str secret = post_enrol_password(&p, "clerk");
    post_enrol_passkey(&p, "boss", &key);
    post_prove(&p, &key, "token.make");
    const char *reply =
        post_ask(&p, 201, "POST", "/api/v1/tokens", p.cookie, "{\"name\":\"x\",\"scopes\":[]}");
    struct str token = post_member(&p, reply, "token");
    const char *events =
        post_ask(&p, 200, "GET", "/api/v1/ledger/events?limit=200", p.cookie, NULL);
    assert_null(strstr(events, secret.ptr));
    assert_null(strstr(events, token.ptr));
    assert_null(strstr(events, "argon2"));
    assert_null(strstr(events, "hash"));
    post_close(&p);
}
