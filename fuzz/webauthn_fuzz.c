/* What a browser sends of a passkey, before anybody is known. The first byte says which layer the
 * rest is given to: the JSON, the attestation object, or authenticator data and signature. Nothing
 * that was not signed for us may be accepted, and no layer may read beyond its own. */
#include "edge/auth/webauthn.h"

#include "fuzz.h"

#include <assert.h>
#include <fido.h>
#include <stdlib.h>

static const struct webauthn_expect here = {{"http://localhost", 16}, "localhost"};

/* Client data that is right, so that what lies behind it is reached. */
#define CLIENT(type) \
    "{\"type\":\"webauthn." type "\",\"challenge\":\"AAAA\",\"origin\":\"http://localhost\"}"

static void try_json(struct ctx *c, struct str text)
{
    struct webauthn_response r;
    struct webauthn_key key;
    struct str challenge;
    if (!rc_ok(webauthn_read(c, text, &r)))
        return;
    assert(r.credential.len > 0 && r.credential.len <= WEBAUTHN_CREDENTIAL_MAX);
    if (rc_ok(webauthn_challenge(c, &r, &challenge)))
        assert(!str_absent(challenge));
    (void)webauthn_register(c, &here, &r, &key).code;
}

static void try_attestation(struct ctx *c, struct str object)
{
    struct webauthn_response r = {
        .credential = STR("\x01\x02\x03\x04\x05\x06\x07\x08"),
        .client_data = STR(CLIENT("create")),
        .attestation = object,
    };
    struct webauthn_key key;
    if (!rc_ok(webauthn_register(c, &here, &r, &key)))
        return;
    assert(str_eq(key.credential, r.credential) && key.key.len > 0);
    assert(key.algorithm != KEY_ALGORITHM_UNSET);
}

/* The key's other half is nowhere: nothing verifies. */
static void try_assertion(struct ctx *c, struct str bytes, const struct webauthn_key *key)
{
    size_t cut = bytes.len > 64 ? bytes.len - 64 : bytes.len;
    struct webauthn_response r = {
        .credential = STR("x"),
        .client_data = STR(CLIENT("get")),
        .authenticator = str_sub(bytes, 0, cut),
        .signature = str_sub(bytes, cut, bytes.len),
    };
    int64_t count;
    rc result = webauthn_assert(c, &here, key, &r, &count);
    assert(!rc_ok(result));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct webauthn_key keys[] = {
        {.key = {"\x20\x21\x22\x23\x24\x25\x26\x27\x28\x29\x2a\x2b\x2c\x2d\x2e\x2f"
                 "\x30\x31\x32\x33\x34\x35\x36\x37\x38\x39\x3a\x3b\x3c\x3d\x3e\x3f",
                 32},
         .algorithm = KEY_ALGORITHM_EDDSA},
        {.key = {"", 0}, .algorithm = KEY_ALGORITHM_ES256},
        {.key = {"short", 5}, .algorithm = KEY_ALGORITHM_RS256},
    };
    if (size == 0)
        return 0;
    struct ctx context = {.arena = arena_open(8 << 20), .clock = &clock_system}, *c = &context;
    char *copy = malloc(size); /* of its very size, so that reading beyond is seen */
    assert(c->arena && copy);
    memcpy(copy, data, size);
    struct str rest = {copy + 1, size - 1};
    fido_init(0);
    switch (data[0] % 3) {
    case 0:
        try_json(c, rest);
        break;
    case 1:
        try_attestation(c, rest);
        break;
    default:
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
            try_assertion(c, rest, &keys[i]);
    }
    free(copy);
    arena_close(c->arena);
    return 0;
}
