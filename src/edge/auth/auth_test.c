/* Sign-in over the real server, store and writer: what works, what is refused, what is told. */
#include "domain/account/account.h"
#include "edge/auth/auth_page.h"

#include "base/encode.h"
#include "base/random.h"
#include "support/edge_scene.h"

#include "unit.h"

#include <liboath/oath.h>

static const struct module *const modules[] = {&auth_module};

struct post {
    struct edge_scene e;
    struct edge_auth edge_auth;
    struct auth *auth;
    struct ctx *c;
    char cookie[200]; /* a header, of the last sign-in */
};

#define ACCOUNT(id, status, role)                                                          \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"amina\"," \
    "\"login\":\"" id "\",\"status\":\"" status "\",\"roles\":[\"" role "\"]}"

static void post_open(struct post *p)
{
    static const struct auth_settings quick = {.argon_memory_kib = 64, .argon_passes = 1};
    struct scene *s = &p->e.scene;
    *p = (struct post){.c = &s->c};
    scene_open(s, sizeof modules / sizeof modules[0], modules);
    scene_do(s, "person.add", NULL,
             "{\"id\":\"amina\",\"label\":\"TLP:GREEN\",\"name\":\"Amina Haddad\","
             "\"category\":\"staff\"}");
    scene_do(s, "role.add", NULL,
             "{\"id\":\"officer\",\"label\":\"TLP:GREEN\",\"name\":\"Officer\","
             "\"permissions\":[\"*\"],\"clearance\":\"TLP:RED\"}");
    scene_do(s, "role.add", NULL,
             "{\"id\":\"clerk\",\"label\":\"TLP:GREEN\",\"name\":\"Clerk\",\"permissions\":["
             "\"account.*\",\"person.read\"],\"clearance\":\"TLP:GREEN\"}");
    scene_do(s, "account.add", NULL, ACCOUNT("boss", "active", "officer"));
    scene_do(s, "account.add", NULL, ACCOUNT("clerk", "active", "clerk"));
    assert_true(rc_ok(auth_open(&s->c, s->core, &quick, &p->auth)));
    p->edge_auth = auth_for_edge(p->auth);
    static struct str hosts[] = {{"localhost:80", 12}}; /* what these browsers say they call */
    struct edge_options options = {
        .auth = &p->edge_auth, .check_replies = true, .hosts = {hosts, 1}};
    edge_scene_begin(&p->e, options);
}

static void post_close(struct post *p)
{
    edge_scene_close(&p->e);
    auth_close(p->auth);
}

static void advance_s(struct post *p, int64_t seconds)
{
    clock_manual_advance_us(&p->e.scene.clock, seconds * 1000000);
}

/* ---- asking ---------------------------------------------------------------------------------- */

/* Gives the reply's body; `headers` is a cookie or a token, or NULL. */
static const char *ask(struct post *p, int status, const char *method, const char *path,
                       const char *headers, const char *body)
{
    return edge_scene_expect(&p->e, status, method, path, NULL, headers, body);
}

/* The text of a member in a reply, by the name before it. */
static struct str member(struct post *p, const char *reply, const char *name)
{
    char key[64];
    struct str text = {NULL, 0};
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(reply, key);
    if (!at)
        fail_msg("no %s in %s", name, reply);
    at += strlen(key);
    assert_true(rc_ok(str_copy(p->c, (struct str){at, strcspn(at, "\"")}, &text)));
    return text;
}

static const char *format(struct post *p, const char *pattern, ...)
    __attribute__((format(printf, 2, 3)));
static const char *format(struct post *p, const char *pattern, ...)
{
    char room[8192];
    struct str kept;
    va_list args;
    va_start(args, pattern);
    vsnprintf(room, sizeof room, pattern, args);
    va_end(args);
    assert_true(rc_ok(str_copy(p->c, str_from(room), &kept)));
    return kept.ptr;
}

/* Sign in; keeps the cookie. */
static const char *sign_in(struct post *p, const char *path, const char *body)
{
    const char *reply = edge_scene_ask(&p->e, "POST", path, NULL, NULL, body);
    if (!str_starts(str_from(reply), "HTTP/1.1 200"))
        fail_msg("%s: %s", path, reply);
    const char *cookie = strstr(reply, "Set-Cookie: ");
    assert_non_null(cookie);
    cookie += strlen("Set-Cookie: ");
    assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Strict"));
    snprintf(p->cookie, sizeof p->cookie, "Cookie: %.*s\r\nX-Chancery: 1\r\n",
             (int)strcspn(cookie, ";"), cookie);
    return format(p, "%s", strstr(reply, "\r\n\r\n") + 4);
}

static int64_t count_events(struct post *p, const char *kind, const char *within)
{
    static const char path[] = "/api/v1/ledger/events?limit=100&kind=";
    const char *reply = ask(p, 200, "GET", format(p, "%s%s", path, kind), p->cookie, NULL);
    int64_t count = 0;
    while ((reply = strstr(reply, within)) != NULL) {
        count++;
        reply += strlen(within);
    }
    return count;
}

/* ---- an authenticator and an app, in software ------------------------------------------------ */

struct key {
    unsigned char pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
    unsigned char id[16];
    uint32_t count;
};

static const char *base64url(struct post *p, const void *bytes, size_t len)
{
    struct str text;
    assert_true(rc_ok(encode_bytes(p->c, ENCODE_BASE64URL, bytes, len, &text)));
    return text.ptr;
}

static size_t put_auth_data(struct key *key, unsigned char flags, unsigned char *out)
{
    crypto_hash_sha256(out, (const unsigned char *)"localhost", 9);
    out[32] = flags;
    key->count++;
    for (int i = 0; i < 4; i++)
        out[33 + i] = (unsigned char)(key->count >> (24 - 8 * i));
    return 37;
}

static const char *client_data(struct post *p, const char *type, struct str challenge)
{
    return format(p,
                  "{\"type\":\"webauthn.%s\",\"challenge\":\"%.*s\",\"origin\":"
                  "\"http://localhost\",\"crossOrigin\":false}",
                  type, STR_ARG(challenge));
}

/* A registration with attestation "none", of a new Ed25519 key. */
static const char *make_passkey(struct post *p, struct key *key, struct str challenge)
{
    static const unsigned char head[] = "\xa3\x63"
                                        "fmt\x64none\x67"
                                        "attStmt\xa0\x68"
                                        "authData\x58";
    static const unsigned char cose[] = "\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20";
    unsigned char data[256], object[512];
    crypto_sign_keypair(key->pk, key->sk);
    random_bytes(key->id, sizeof key->id);
    size_t len = put_auth_data(key, 0x45, data);
    memset(data + len, 0, 17);
    data[len + 17] = sizeof key->id;
    memcpy(data + len + 18, key->id, sizeof key->id);
    len += 18 + sizeof key->id;
    memcpy(data + len, cose, sizeof cose - 1);
    memcpy(data + len + sizeof cose - 1, key->pk, sizeof key->pk);
    len += sizeof cose - 1 + sizeof key->pk;
    memcpy(object, head, sizeof head - 1);
    object[sizeof head - 1] = (unsigned char)len;
    memcpy(object + sizeof head, data, len);
    const char *client = client_data(p, "create", challenge);
    return format(p,
                  "{\"type\":\"public-key\",\"rawId\":\"%s\",\"response\":{\"clientDataJSON\":"
                  "\"%s\",\"attestationObject\":\"%s\",\"transports\":[\"usb\"]}}",
                  base64url(p, key->id, sizeof key->id), base64url(p, client, strlen(client)),
                  base64url(p, object, sizeof head + len));
}

static const char *use_passkey(struct post *p, struct key *key, struct str challenge)
{
    unsigned char data[37 + 32], signature[crypto_sign_BYTES];
    const char *client = client_data(p, "get", challenge);
    size_t len = put_auth_data(key, 0x05, data);
    crypto_hash_sha256(data + len, (const unsigned char *)client, strlen(client));
    crypto_sign_detached(signature, NULL, data, sizeof data, key->sk);
    return format(p,
                  "{\"credential\":{\"type\":\"public-key\",\"rawId\":\"%s\",\"response\":{"
                  "\"clientDataJSON\":\"%s\",\"authenticatorData\":\"%s\",\"signature\":\"%s\","
                  "\"userHandle\":null}}}",
                  base64url(p, key->id, sizeof key->id), base64url(p, client, strlen(client)),
                  base64url(p, data, len), base64url(p, signature, sizeof signature));
}

/* What the app shows; the secret is base 32, as in the set-up. */
static const char *app_code(struct post *p, struct str secret)
{
    char *raw = NULL, code[7];
    size_t len = 0;
    assert_int_equal(oath_base32_decode(secret.ptr, secret.len, &raw, &len), OATH_OK);
    time_t now = (time_t)(clock_now(p->c).us / 1000000);
    assert_int_equal(oath_totp_generate(raw, len, now, 30, 0, 6, code), OATH_OK);
    free(raw);
    return format(p, "%s", code);
}

static struct str link_for(struct post *p, const char *account)
{
    struct str link;
    struct wall expires;
    assert_true(rc_ok(auth_make_enrolment(p->c, p->e.scene.core, &actor_system, str_from(account),
                                          0, &link, &expires)));
    return link;
}

static const char *enrol_options(struct post *p, struct str link)
{
    return format(p, "%s",
                  ask(p, 200, "POST", "/api/v1/auth/enrol/options", NULL,
                      format(p, "{\"link\":\"%s\"}", link.ptr)));
}

static const char *enrol_passkey(struct post *p, const char *account, struct key *key)
{
    struct str link = link_for(p, account);
    struct str challenge = member(p, enrol_options(p, link), "challenge");
    return sign_in(p, "/api/v1/auth/enrol",
                   format(p, "{\"link\":\"%s\",\"name\":\"Key\",\"credential\":%s}", link.ptr,
                          make_passkey(p, key, challenge)));
}

static struct str enrol_password(struct post *p, const char *account)
{
    struct str link = link_for(p, account);
    const char *options = enrol_options(p, link);
    struct str secret = member(p, options, "secret");
    struct str challenge = member(p, strstr(options, "\"password\":"), "challenge");
    sign_in(p, "/api/v1/auth/enrol",
            format(p,
                   "{\"link\":\"%s\",\"password\":\"four plain words here\",\"challenge\":\"%s\","
                   "\"code\":\"%s\"}",
                   link.ptr, challenge.ptr, app_code(p, secret)));
    return secret;
}

static const char *password_body(struct post *p, const char *login, const char *password,
                                 const char *code)
{
    return format(p, "{\"login\":\"%s\",\"password\":\"%s\",\"code\":\"%s\"}", login, password,
                  code);
}

static struct str passkey_challenge(struct post *p)
{
    return member(p, ask(p, 200, "POST", "/api/v1/auth/passkey/options", NULL, NULL), "challenge");
}

/* ---- tests ----------------------------------------------------------------------------------- */

TEST(enrolling_with_a_passkey_and_signing_in_with_it)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    const char *who = enrol_passkey(&p, "boss", &key);
    assert_non_null(strstr(who, "\"name\":\"Amina Haddad\""));
    assert_non_null(strstr(who, "\"method\":\"enrolment\""));
    assert_non_null(strstr(who, "\"recovery_codes\":[\""));
    const char *again =
        sign_in(&p, "/api/v1/auth/passkey", use_passkey(&p, &key, passkey_challenge(&p)));
    assert_non_null(strstr(again, "\"method\":\"passkey\""));
    assert_null(strstr(again, "\"recovery_codes\":["));
    const char *seen = ask(&p, 200, "GET", "/api/v1/session", p.cookie, NULL);
    assert_non_null(strstr(seen, "\"permissions\":[\"*\"]"));
    assert_non_null(strstr(seen, "\"passkeys\":1"));
    const char *passkeys = ask(&p, 200, "GET", "/api/v1/passkeys", p.cookie, NULL);
    assert_non_null(strstr(passkeys, "\"used\":\""));
    assert_null(strstr(passkeys, "\"key\""));
    assert_int_equal(count_events(&p, "session.opened", "\"method\":\"passkey\""), 1);
    assert_int_equal(count_events(&p, "enrolment.used", "\"account\":\"boss\""), 1);
    post_close(&p);
}

TEST(a_link_is_good_once_and_for_a_time)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    struct str link = link_for(&p, "boss"), late = link_for(&p, "boss");
    struct str challenge = member(&p, enrol_options(&p, link), "challenge");
    const char *body = format(&p, "{\"link\":\"%s\",\"credential\":%s}", link.ptr,
                              make_passkey(&p, &key, challenge));
    sign_in(&p, "/api/v1/auth/enrol", body);
    ask(&p, 401, "POST", "/api/v1/auth/enrol", NULL, body);
    advance_s(&p, 72 * 3600);
    ask(&p, 401, "POST", "/api/v1/auth/enrol/options", NULL,
        format(&p, "{\"link\":\"%s\"}", late.ptr));
    post_close(&p);
}

TEST(an_assertion_is_good_once)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    enrol_passkey(&p, "boss", &key);
    struct str challenge = passkey_challenge(&p);
    const char *body = use_passkey(&p, &key, challenge);
    sign_in(&p, "/api/v1/auth/passkey", body);
    ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL, body);
    /* the same challenge, signed once more */
    ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL, use_passkey(&p, &key, challenge));
    /* a challenge that was never given out, one that is too old, one for something else */
    ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL, use_passkey(&p, &key, STR("AAAA")));
    challenge = passkey_challenge(&p);
    body = use_passkey(&p, &key, challenge);
    advance_s(&p, 301);
    ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL, body);
    challenge = member(&p, enrol_options(&p, link_for(&p, "boss")), "challenge");
    ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL, use_passkey(&p, &key, challenge));
    assert_int_equal(count_events(&p, "sign-in.failed", "\"reason\":\"passkey\""), 5);
    post_close(&p);
}

TEST(a_copied_passkey_is_noticed)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    enrol_passkey(&p, "boss", &key);
    key.count = 0;
    ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL,
        use_passkey(&p, &key, passkey_challenge(&p)));
    assert_int_equal(count_events(&p, "sign-in.failed", "\"reason\":\"copy\""), 1);
    assert_int_equal(count_events(&p, "sign-in.failed", "\"account\":\"boss\""), 1);
    post_close(&p);
}

TEST(a_password_needs_its_app)
{
    static const char path[] = "/api/v1/auth/password", word[] = "four plain words here";
    struct post p;
    post_open(&p);
    struct str secret = enrol_password(&p, "boss");
    /* the code that set it up is spent */
    ask(&p, 401, "POST", path, NULL, password_body(&p, "boss", word, app_code(&p, secret)));
    advance_s(&p, 60);
    const char *code = app_code(&p, secret);
    sign_in(&p, path, password_body(&p, "boss", word, code));
    char first[64], second[64], third[64];
    snprintf(first, sizeof first, "%.60s",
             ask(&p, 401, "POST", path, NULL, password_body(&p, "boss", word, code)));
    advance_s(&p, 60);
    snprintf(second, sizeof second, "%.60s",
             ask(&p, 401, "POST", path, NULL,
                 password_body(&p, "boss", "four plain words there", app_code(&p, secret))));
    snprintf(third, sizeof third, "%.60s",
             ask(&p, 401, "POST", path, NULL, password_body(&p, "nobody", word, "000000")));
    assert_string_equal(first, second);
    assert_string_equal(first, third);
    assert_int_equal(count_events(&p, "sign-in.failed", "\"reason\":\"code\""), 2);
    assert_int_equal(count_events(&p, "sign-in.failed", "\"reason\":\"password\""), 1);
    assert_int_equal(count_events(&p, "sign-in.failed", "\"reason\":\"unknown\""), 1);
    assert_int_equal(count_events(&p, "sign-in.failed", "nobody"), 0);
    post_close(&p);
}

TEST(guessing_is_slowed_but_the_owner_gets_in)
{
    static const char path[] = "/api/v1/auth/password";
    struct post p;
    struct key key = {0};
    post_open(&p);
    enrol_passkey(&p, "boss", &key);
    for (int i = 0; i < 4; i++)
        ask(&p, 401, "POST", path, NULL, password_body(&p, "boss", "wrong", "000000"));
    const char *wait =
        ask(&p, 429, "POST", path, NULL, password_body(&p, "boss", "wrong", "000000"));
    assert_non_null(strstr(wait, "\"rule\":\"wait\""));
    sign_in(&p, "/api/v1/auth/passkey", use_passkey(&p, &key, passkey_challenge(&p)));
    advance_s(&p, 2);
    ask(&p, 401, "POST", path, NULL, password_body(&p, "boss", "wrong", "000000"));
    ask(&p, 429, "POST", path, NULL, password_body(&p, "boss", "wrong", "000000"));
    post_close(&p);
}

TEST(recovery_codes_are_good_once)
{
    static const char path[] = "/api/v1/auth/recovery";
    struct post p;
    struct key key = {0};
    post_open(&p);
    const char *who = enrol_passkey(&p, "boss", &key);
    const char *at = strstr(who, "\"recovery_codes\":[\"");
    assert_non_null(at);
    const char *code = format(&p, "%.19s", at + strlen("\"recovery_codes\":[\""));
    const char *body = format(&p, "{\"login\":\"boss\",\"code\":\"%s\"}", code);
    ask(&p, 401, "POST", path, NULL, format(&p, "{\"login\":\"clerk\",\"code\":\"%s\"}", code));
    who = sign_in(&p, path, body);
    assert_non_null(strstr(who, "\"recovery_codes\":9"));
    ask(&p, 401, "POST", path, NULL, body);
    const char *more = ask(&p, 200, "POST", "/api/v1/recovery-codes", p.cookie, "{}");
    assert_non_null(strstr(more, "\"recovery_codes\":[\""));
    assert_int_equal(count_events(&p, "sign-in.failed", "\"reason\":\"recovery\""), 2);
    post_close(&p);
}

TEST(sessions_end_by_hand_by_time_and_by_suspension)
{
    static const char who[] = "/api/v1/session";
    struct post p;
    struct key key = {0};
    char first[200], second[200];
    post_open(&p);
    enrol_passkey(&p, "boss", &key);
    enrol_passkey(&p, "clerk", &key);
    snprintf(first, sizeof first, "%s", p.cookie);
    sign_in(&p, "/api/v1/auth/passkey", use_passkey(&p, &key, passkey_challenge(&p)));
    snprintf(second, sizeof second, "%s", p.cookie);
    const char *rows = ask(&p, 200, "GET", "/api/v1/sessions", second, NULL);
    assert_non_null(strstr(rows, "\"method\":\"enrolment\""));
    assert_non_null(strstr(strstr(rows, "\"method\":\"passkey\""), "\"current\":true"));
    assert_null(strstr(rows, "hash"));
    ask(&p, 204, "POST", "/api/v1/sessions/end-others", second, NULL);
    ask(&p, 401, "GET", who, first, NULL);
    ask(&p, 200, "GET", who, second, NULL);
    /* used every hour it lasts, but not beyond twelve */
    for (int hour = 0; hour < 11; hour++) {
        advance_s(&p, 3600);
        ask(&p, 200, "GET", who, second, NULL);
        sign_in(&p, "/api/v1/auth/passkey", use_passkey(&p, &key, passkey_challenge(&p)));
    }
    advance_s(&p, 3600);
    ask(&p, 401, "GET", who, second, NULL);
    /* not used for two hours it ends */
    advance_s(&p, 3600);
    ask(&p, 401, "GET", who, p.cookie, NULL);
    sign_in(&p, "/api/v1/auth/passkey", use_passkey(&p, &key, passkey_challenge(&p)));
    ask(&p, 200, "GET", who, p.cookie, NULL);
    scene_do(&p.e.scene, "account.change", "clerk", ACCOUNT("clerk", "suspended", "clerk"));
    ask(&p, 401, "GET", who, p.cookie, NULL);
    ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL,
        use_passkey(&p, &key, passkey_challenge(&p)));
    /* reinstated: the old session stays ended */
    scene_do(&p.e.scene, "account.change", "clerk", ACCOUNT("clerk", "active", "clerk"));
    ask(&p, 401, "GET", who, p.cookie, NULL);
    sign_in(&p, "/api/v1/auth/passkey", use_passkey(&p, &key, passkey_challenge(&p)));
    const char *left = edge_scene_ask(&p.e, "POST", "/api/v1/auth/sign-out", NULL, p.cookie, NULL);
    assert_true(str_starts(str_from(left), "HTTP/1.1 204 "));
    assert_non_null(strstr(left, "Clear-Site-Data: \"cache\", \"storage\"\r\n"));
    ask(&p, 401, "GET", who, p.cookie, NULL);
    post_close(&p);
}

TEST(rights_change_with_the_next_request)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    enrol_passkey(&p, "clerk", &key);
    ask(&p, 200, "GET", "/api/v1/persons", p.cookie, NULL);
    scene_do(&p.e.scene, "role.change", "clerk",
             "{\"id\":\"clerk\",\"label\":\"TLP:GREEN\",\"name\":\"Clerk\"}");
    ask(&p, 403, "GET", "/api/v1/persons", p.cookie, NULL);
    post_close(&p);
}

TEST(the_last_way_in_stays_and_changing_ways_wants_fresh_proof)
{
    struct post p;
    struct key key = {0}, spare = {0};
    post_open(&p);
    enrol_passkey(&p, "boss", &key);
    struct str first = member(&p, ask(&p, 200, "GET", "/api/v1/passkeys", p.cookie, NULL), "id");
    const char *path = format(&p, "/api/v1/passkeys/%s", first.ptr);
    const char *refusal = ask(&p, 409, "DELETE", path, p.cookie, NULL);
    assert_non_null(strstr(refusal, "\"rule\":\"last-way\""));
    struct str challenge =
        member(&p, ask(&p, 200, "POST", "/api/v1/passkeys/options", p.cookie, NULL), "challenge");
    const char *body =
        format(&p, "{\"name\":\"Spare\",\"credential\":%s}", make_passkey(&p, &spare, challenge));
    ask(&p, 201, "POST", "/api/v1/passkeys", p.cookie, body);
    ask(&p, 401, "POST", "/api/v1/passkeys", p.cookie, body);
    ask(&p, 204, "PUT", path, p.cookie, "{\"name\":\"Old\"}");
    assert_non_null(strstr(ask(&p, 200, "GET", "/api/v1/passkeys", p.cookie, NULL), "\"Old\""));
    advance_s(&p, 901);
    refusal = ask(&p, 403, "DELETE", path, p.cookie, NULL);
    assert_non_null(strstr(refusal, "\"rule\":\"fresh\""));
    sign_in(&p, "/api/v1/auth/passkey", use_passkey(&p, &spare, passkey_challenge(&p)));
    ask(&p, 204, "DELETE", path, p.cookie, NULL);
    ask(&p, 401, "POST", "/api/v1/auth/passkey", NULL,
        use_passkey(&p, &key, passkey_challenge(&p)));
    post_close(&p);
}

TEST(links_are_for_accounts_that_hold_no_more)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    scene_do(&p.e.scene, "role.add", NULL,
             "{\"id\":\"enroller\",\"label\":\"TLP:GREEN\",\"name\":\"Enroller\","
             "\"permissions\":[\"account.enrol\"]}");
    scene_do(&p.e.scene, "account.add", NULL, ACCOUNT("helper", "active", "enroller"));
    enrol_passkey(&p, "helper", &key);
    ask(&p, 403, "POST", "/api/v1/accounts/boss/enrolment", p.cookie, NULL);
    ask(&p, 201, "POST", "/api/v1/accounts/helper/enrolment", p.cookie, NULL);
    ask(&p, 409, "POST", "/api/v1/accounts/nobody/enrolment", p.cookie, NULL);
    advance_s(&p, 901); /* a cookie that was found lying about makes nobody a way in */
    ask(&p, 403, "POST", "/api/v1/accounts/helper/enrolment", p.cookie, NULL);
    post_close(&p);
}

TEST(a_password_goes_where_a_passkey_is)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    enrol_password(&p, "clerk");
    ask(&p, 409, "DELETE", "/api/v1/password", p.cookie, NULL);
    enrol_passkey(&p, "clerk", &key);
    ask(&p, 204, "DELETE", "/api/v1/password", p.cookie, NULL);
    ask(&p, 404, "DELETE", "/api/v1/password", p.cookie, NULL);
    post_close(&p);
}

TEST(tokens_act_within_their_scopes)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    enrol_passkey(&p, "clerk", &key);
    const char *reply = ask(&p, 201, "POST", "/api/v1/tokens", p.cookie,
                            "{\"name\":\"badge printer\",\"scopes\":[\"person.*\",\"role.read\"]}");
    struct str token = member(&p, reply, "token"), id = member(&p, reply, "id");
    const char *bearer = format(&p, "Authorization: Bearer %s\r\n", token.ptr);
    ask(&p, 200, "GET", "/api/v1/persons", bearer, NULL);
    ask(&p, 403, "GET", "/api/v1/accounts", bearer, NULL); /* not a scope */
    ask(&p, 403, "GET", "/api/v1/roles", bearer, NULL);    /* not the account's */
    const char *who = ask(&p, 200, "GET", "/api/v1/session", bearer, NULL);
    assert_non_null(strstr(who, "\"permissions\":[\"person.read\"]"));
    ask(&p, 403, "POST", "/api/v1/tokens", bearer, "{\"name\":\"more\"}"); /* never fresh */
    ask(&p, 401, "GET", "/api/v1/persons", "Authorization: Bearer chy_00\r\n", NULL);
    ask(&p, 204, "DELETE", format(&p, "/api/v1/tokens/%s", id.ptr), p.cookie, NULL);
    ask(&p, 401, "GET", "/api/v1/persons", bearer, NULL);
    enrol_passkey(&p, "boss", &key);
    assert_int_equal(count_events(&p, "sign-in.failed", "\"reason\":\"token\""), 1);
    post_close(&p);
}

TEST(retired_accounts_leave_nothing_in_the_vault)
{
    struct post p;
    struct key key = {0};
    struct passkey passkey = {0};
    post_open(&p);
    enrol_passkey(&p, "clerk", &key);
    scene_do(&p.e.scene, "account.retire", "clerk", "{}");
    ask(&p, 401, "GET", "/api/v1/session", p.cookie, NULL);
    rc found = picture_find(p.c, p.e.scene.reader.picture, &passkey_shape, "account", STR("clerk"),
                            NULL, &passkey);
    assert_int_equal(found.code, RC_NOT_FOUND);
    post_close(&p);
}

TEST(the_ledger_has_no_secret_of_sign_in)
{
    struct post p;
    struct key key = {0};
    post_open(&p);
    struct str secret = enrol_password(&p, "clerk");
    enrol_passkey(&p, "boss", &key);
    const char *reply =
        ask(&p, 201, "POST", "/api/v1/tokens", p.cookie, "{\"name\":\"x\",\"scopes\":[]}");
    struct str token = member(&p, reply, "token");
    const char *events = ask(&p, 200, "GET", "/api/v1/ledger/events?limit=200", p.cookie, NULL);
    assert_null(strstr(events, secret.ptr));
    assert_null(strstr(events, token.ptr));
    assert_null(strstr(events, "argon2"));
    assert_null(strstr(events, "hash"));
    post_close(&p);
}
