/* Registrations and assertions that Chromium's virtual authenticator made, as they are and tampered
 * with (cases/passkeys.json; challenge and origin below). */
#include "edge/auth/webauthn.h"

#include "base/file.h"
#include "base/json.h"

#include "unit.h"

static const struct webauthn_expect here = {
    {"http://localhost:18437", 22},
    "localhost",
};

struct recorded {
    struct str name, registration, assertion;
};
enum { RECORDED = 6 };

struct bench {
    struct ctx c;
    struct recorded cases[RECORDED];
};

static void bench_open(struct bench *b)
{
    struct str text, key, value;
    struct json j;
    *b = (struct bench){.c = {.arena = arena_open(16 << 20), .clock = &clock_system}};
    assert_true(rc_ok(
        file_read(&b->c, &files_system, "src/edge/auth/cases/passkeys.json", 1 << 20, &text)));
    json_init(&j, text);
    json_array(&j);
    for (size_t i = 0; i < RECORDED; i++) {
        assert_true(json_next_item(&j));
        json_object(&j);
        while (json_next_key(&j, &key)) {
            json_skip(&j, &value);
            if (str_is(key, "name"))
                b->cases[i].name = value;
            else if (str_is(key, "registration"))
                b->cases[i].registration = value;
            else if (str_is(key, "assertion"))
                b->cases[i].assertion = value;
        }
    }
    assert_false(json_next_item(&j));
    assert_true(json_end(&j));
}

static void bench_close(struct bench *b)
{
    arena_close(b->c.arena);
}

/* The response of a recording, its texts copied so that a test may spoil them. */
static struct webauthn_response response_of(struct bench *b, struct str json)
{
    struct webauthn_response r;
    struct str *texts[] = {&r.credential,    &r.client_data, &r.attestation,
                           &r.authenticator, &r.signature,   &r.user};
    assert_true(rc_ok(webauthn_read(&b->c, json, &r)));
    for (size_t i = 0; i < 6; i++)
        assert_true(rc_ok(str_copy(&b->c, *texts[i], texts[i])));
    return r;
}

static void flip(struct str s, size_t at, unsigned char bits)
{
    assert_true(at < s.len);
    ((unsigned char *)(uintptr_t)s.ptr)[at] ^= bits;
}

static rc do_register(struct bench *b, const struct webauthn_response *r, struct webauthn_key *key)
{
    return webauthn_register(&b->c, &here, r, key);
}

static rc do_assert(struct bench *b, const struct webauthn_key *key,
                    const struct webauthn_response *r)
{
    int64_t count = 0;
    return webauthn_assert(&b->c, &here, key, r, &count);
}

TEST(passkeys_of_every_kind_register_and_sign)
{
    static const enum key_algorithm algorithms[RECORDED] = {
        KEY_ALGORITHM_ES256, KEY_ALGORITHM_ES256, KEY_ALGORITHM_EDDSA,
        KEY_ALGORITHM_EDDSA, KEY_ALGORITHM_RS256, KEY_ALGORITHM_RS256};
    struct bench b;
    bench_open(&b);
    for (size_t i = 0; i < RECORDED; i++) {
        struct webauthn_response made = response_of(&b, b.cases[i].registration);
        struct webauthn_response used = response_of(&b, b.cases[i].assertion);
        struct webauthn_key key;
        struct str challenge;
        int64_t count = 0;
        if (!rc_ok(do_register(&b, &made, &key)) ||
            !rc_ok(webauthn_assert(&b.c, &here, &key, &used, &count)))
            fail_msg("%.*s: %s", STR_ARG(b.cases[i].name), b.c.fault.message);
        assert_int_equal(key.algorithm, algorithms[i]);
        assert_true(str_eq(key.credential, used.credential));
        assert_true(count > key.sign_count);
        assert_true(str_is(used.user, "01JACCOUNT"));
        assert_true(rc_ok(webauthn_challenge(&b.c, &made, &challenge)));
        assert_true(str_is(challenge, "a challenge for the registration"));
        assert_true(rc_ok(webauthn_challenge(&b.c, &used, &challenge)));
        assert_true(str_is(challenge, "a challenge for the assertion"));
    }
    bench_close(&b);
}

TEST(spoiled_assertions_are_refused)
{
    struct bench b;
    bench_open(&b);
    for (size_t i = 0; i < RECORDED; i++) {
        struct webauthn_response made = response_of(&b, b.cases[i].registration), used;
        struct webauthn_key key;
        assert_true(rc_ok(do_register(&b, &made, &key)));
        used = response_of(&b, b.cases[i].assertion);
        flip(used.signature, used.signature.len - 1, 1);
        assert_int_equal(do_assert(&b, &key, &used).code, RC_UNAUTHENTICATED);
        used = response_of(&b, b.cases[i].assertion);
        flip(used.authenticator, 36, 2); /* the count */
        assert_int_equal(do_assert(&b, &key, &used).code, RC_UNAUTHENTICATED);
        used = response_of(&b, b.cases[i].assertion);
        flip(used.authenticator, 32, 4); /* user verified */
        assert_int_equal(do_assert(&b, &key, &used).code, RC_UNAUTHENTICATED);
        assert_non_null(strstr(b.c.fault.message, "did not verify its user"));
        used = response_of(&b, b.cases[i].assertion);
        flip(used.authenticator, 0, 1); /* the relying party */
        assert_int_equal(do_assert(&b, &key, &used).code, RC_UNAUTHENTICATED);
        /* the key of another passkey */
        struct webauthn_response other = response_of(&b, b.cases[(i + 2) % RECORDED].registration);
        used = response_of(&b, b.cases[i].assertion);
        assert_true(rc_ok(do_register(&b, &other, &key)));
        assert_int_equal(do_assert(&b, &key, &used).code, RC_UNAUTHENTICATED);
    }
    bench_close(&b);
}

TEST(client_data_is_for_this_origin_and_this_purpose)
{
    static const struct webauthn_expect elsewhere = {{"http://localhost:18438", 22}, "localhost"};
    struct bench b;
    struct webauthn_key key;
    int64_t count;
    bench_open(&b);
    struct webauthn_response made = response_of(&b, b.cases[0].registration);
    struct webauthn_response used = response_of(&b, b.cases[0].assertion);
    assert_int_equal(webauthn_register(&b.c, &elsewhere, &made, &key).code, RC_UNAUTHENTICATED);
    assert_true(rc_ok(do_register(&b, &made, &key)));
    assert_int_equal(webauthn_assert(&b.c, &elsewhere, &key, &used, &count).code,
                     RC_UNAUTHENTICATED);
    /* a registration is no assertion, nor the other way round */
    struct webauthn_response mixed = used;
    mixed.client_data = made.client_data;
    assert_int_equal(do_assert(&b, &key, &mixed).code, RC_UNAUTHENTICATED);
    mixed = made;
    mixed.client_data = used.client_data;
    assert_int_equal(do_register(&b, &mixed, &key).code, RC_UNAUTHENTICATED);
    /* made in a frame of another page */
    used.client_data = STR("{\"type\":\"webauthn.get\",\"challenge\":\"AA\",\"origin\":"
                           "\"http://localhost:18437\",\"crossOrigin\":true}");
    assert_int_equal(do_assert(&b, &key, &used).code, RC_UNAUTHENTICATED);
    assert_non_null(strstr(b.c.fault.message, "within another origin"));
    used.client_data = STR("{\"type\":\"webauthn.get\",\"origin\":\"http://evil.example\","
                           "\"origin\":\"http://localhost:18437\"}");
    assert_int_equal(do_assert(&b, &key, &used).code, RC_UNAUTHENTICATED);
    bench_close(&b);
}

TEST(spoiled_registrations_are_refused)
{
    struct bench b;
    struct webauthn_key key;
    bench_open(&b);
    for (size_t i = 0; i < RECORDED; i++) {
        struct webauthn_response made = response_of(&b, b.cases[i].registration);
        /* cut anywhere, never read beyond, never accepted */
        for (size_t len = 0; len < made.attestation.len; len++) {
            struct webauthn_response cut = made;
            assert_true(rc_ok(str_copy(&b.c, str_sub(made.attestation, 0, len), &cut.attestation)));
            assert_false(rc_ok(do_register(&b, &cut, &key)));
        }
        made.credential = STR("another");
        assert_int_equal(do_register(&b, &made, &key).code, RC_UNAUTHENTICATED);
        bool attested = i % 2 == 1;
        if (!attested)
            continue;
        made = response_of(&b, b.cases[i].registration);
        flip(made.client_data, str_find(made.client_data, STR("crossOrigin")), 1);
        assert_int_equal(do_register(&b, &made, &key).code, RC_UNAUTHENTICATED);
        assert_non_null(strstr(b.c.fault.message, "does not verify"));
    }
    bench_close(&b);
}

TEST(what_is_no_credential)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"rawId\":7}",
        "{\"rawId\":\"AA\"}",
        "{\"rawId\":\"A\",\"response\":{\"clientDataJSON\":\"e30\"}}",
        "{\"rawId\":\"AA\",\"response\":{\"clientDataJSON\":\"e3 0\"}}",
        "{\"rawId\":\"AA\",\"response\":{\"clientDataJSON\":\"e30\"}} ,"};
    struct bench b;
    bench_open(&b);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct webauthn_response r;
        assert_int_equal(webauthn_read(&b.c, str_from(texts[i]), &r).code, RC_MALFORMED);
    }
    bench_close(&b);
}
