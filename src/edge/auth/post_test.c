#include "edge/auth/post_test.h"

#include "base/encode.h"
#include "base/random.h"
#include "support/edge_scene.h"

#include "unit.h"

#include <liboath/oath.h>

static const struct module *const modules[] = {&auth_module};

void post_open(struct post *p)
{
    static const struct auth_settings quick = {.argon_memory_kib = 64, .argon_passes = 1};
    struct edge_scene *e = calloc(1, sizeof *e);
    assert_non_null(e);
    struct scene *s = &e->scene;
    *p = (struct post){.e = e, .c = &s->c};
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
    edge_scene_begin(p->e, options);
}

void post_close(struct post *p)
{
    edge_scene_close(p->e);
    auth_close(p->auth);
    free(p->e);
}

void post_advance_s(struct post *p, int64_t seconds)
{
    clock_manual_advance_us(&p->e->scene.clock, seconds * 1000000);
}

/* ---- asking ---------------------------------------------------------------------------------- */

const char *post_ask(struct post *p, int status, const char *method, const char *path,
                     const char *headers, const char *body)
{
    return edge_scene_expect(p->e, status, method, path, NULL, headers, body);
}

struct str post_member(struct post *p, const char *reply, const char *name)
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

const char *post_format(struct post *p, const char *pattern, ...)
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

const char *post_sign_in(struct post *p, const char *path, const char *body)
{
    const char *reply = edge_scene_ask(p->e, "POST", path, NULL, NULL, body);
    if (!str_starts(str_from(reply), "HTTP/1.1 200"))
        fail_msg("%s: %s", path, reply);
    const char *cookie = strstr(reply, "Set-Cookie: ");
    assert_non_null(cookie);
    cookie += strlen("Set-Cookie: ");
    assert_non_null(strstr(cookie, "; HttpOnly; SameSite=Strict"));
    snprintf(p->cookie, sizeof p->cookie, "Cookie: %.*s\r\nX-Chancery: 1\r\n",
             (int)strcspn(cookie, ";"), cookie);
    return post_format(p, "%s", strstr(reply, "\r\n\r\n") + 4);
}

int64_t post_count_events(struct post *p, const char *kind, const char *within)
{
    static const char path[] = "/api/v1/ledger/events?limit=100&kind=";
    const char *reply =
        post_ask(p, 200, "GET", post_format(p, "%s%s", path, kind), p->cookie, NULL);
    int64_t count = 0;
    while ((reply = strstr(reply, within)) != NULL) {
        count++;
        reply += strlen(within);
    }
    return count;
}

/* ---- an authenticator and an app, in software ------------------------------------------------ */

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
    return post_format(p,
                       "{\"type\":\"webauthn.%s\",\"challenge\":\"%.*s\",\"origin\":"
                       "\"http://localhost\",\"crossOrigin\":false}",
                       type, STR_ARG(challenge));
}

const char *post_make_passkey(struct post *p, struct key *key, struct str challenge)
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
    return post_format(p,
                       "{\"type\":\"public-key\",\"rawId\":\"%s\",\"response\":{\"clientDataJSON\":"
                       "\"%s\",\"attestationObject\":\"%s\",\"transports\":[\"usb\"]}}",
                       base64url(p, key->id, sizeof key->id), base64url(p, client, strlen(client)),
                       base64url(p, object, sizeof head + len));
}

const char *post_use_passkey(struct post *p, struct key *key, struct str challenge)
{
    unsigned char data[37 + 32], signature[crypto_sign_BYTES];
    const char *client = client_data(p, "get", challenge);
    size_t len = put_auth_data(key, 0x05, data);
    crypto_hash_sha256(data + len, (const unsigned char *)client, strlen(client));
    crypto_sign_detached(signature, NULL, data, sizeof data, key->sk);
    return post_format(
        p,
        "{\"credential\":{\"type\":\"public-key\",\"rawId\":\"%s\",\"response\":{"
        "\"clientDataJSON\":\"%s\",\"authenticatorData\":\"%s\",\"signature\":\"%s\","
        "\"userHandle\":null}}}",
        base64url(p, key->id, sizeof key->id), base64url(p, client, strlen(client)),
        base64url(p, data, len), base64url(p, signature, sizeof signature));
}

const char *post_app_code(struct post *p, struct str secret)
{
    char *raw = NULL, code[7];
    size_t len = 0;
    assert_int_equal(oath_base32_decode(secret.ptr, secret.len, &raw, &len), OATH_OK);
    time_t now = (time_t)(clock_now(p->c).us / 1000000);
    assert_int_equal(oath_totp_generate(raw, len, now, 30, 0, 6, code), OATH_OK);
    free(raw);
    return post_format(p, "%s", code);
}

struct str post_link_for(struct post *p, const char *account)
{
    struct str link;
    struct wall expires;
    assert_true(rc_ok(auth_make_enrolment(p->c, p->e->scene.core, &actor_system, str_from(account),
                                          0, &link, &expires)));
    return link;
}

const char *post_enrol_options(struct post *p, struct str link)
{
    return post_format(p, "%s",
                       post_ask(p, 200, "POST", "/api/v1/auth/enrol/options", NULL,
                                post_format(p, "{\"link\":\"%s\"}", link.ptr)));
}

const char *post_enrol_passkey(struct post *p, const char *account, struct key *key)
{
    struct str link = post_link_for(p, account);
    struct str challenge = post_member(p, post_enrol_options(p, link), "challenge");
    return post_sign_in(p, "/api/v1/auth/enrol",
                        post_format(p, "{\"link\":\"%s\",\"name\":\"Key\",\"credential\":%s}",
                                    link.ptr, post_make_passkey(p, key, challenge)));
}

struct str post_enrol_password(struct post *p, const char *account)
{
    struct str link = post_link_for(p, account);
    const char *options = post_enrol_options(p, link);
    struct str secret = post_member(p, options, "secret");
    struct str challenge = post_member(p, strstr(options, "\"password\":"), "challenge");
    post_sign_in(
        p, "/api/v1/auth/enrol",
        post_format(p,
                    "{\"link\":\"%s\",\"password\":\"four plain words here\",\"challenge\":\"%s\","
                    "\"code\":\"%s\"}",
                    link.ptr, challenge.ptr, post_app_code(p, secret)));
    return secret;
}

const char *post_password_body(struct post *p, const char *login, const char *password,
                               const char *code)
{
    return post_format(p, "{\"login\":\"%s\",\"password\":\"%s\",\"code\":\"%s\"}", login, password,
                       code);
}

struct str post_passkey_challenge(struct post *p)
{
    return post_member(p, post_ask(p, 200, "POST", "/api/v1/auth/passkey/options", NULL, NULL),
                       "challenge");
}

void post_prove(struct post *p, struct key *key, const char *act)
{
    struct str challenge = post_member(
        p, post_ask(p, 200, "POST", "/api/v1/auth/prove/options", p->cookie, NULL), "challenge");
    const char *signed_ = post_use_passkey(p, key, challenge);
    post_ask(p, 204, "POST", "/api/v1/auth/prove", p->cookie,
             post_format(p, "{\"act\":\"%s\",%s", act, signed_ + 1));
}
