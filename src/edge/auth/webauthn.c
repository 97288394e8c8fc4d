/* See webauthn.h. A registration is JSON around base64url around CBOR around a binary head around
 * CBOR; each layer has its reader here, and each reader knows where its input ends. */
#include "edge/auth/webauthn.h"

#include "base/encode.h"
#include "base/json.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <sodium.h>

enum {
    AUTH_DATA_MIN = 37,
    FLAG_UP = 0x01,
    FLAG_UV = 0x04,
    FLAG_AT = 0x40,
    FLAG_ED = 0x80,
    CBOR_DEPTH_MAX = 8
};

#define REJECT(c, ...) FAIL(c, UNAUTHENTICATED, __VA_ARGS__)

/* ---- JSON ------------------------------------------------------------------------------------ */

static rc read_bytes(struct ctx *c, struct json *j, struct str *ret)
{
    struct str raw, text;
    if (json_peek(j) == JSON_NULL) {
        json_null(j);
        return OK;
    }
    if (!json_string(j, &raw))
        return json_fault(c, j);
    TRY(json_unescape(c, raw, &text));
    return decode_bytes(c, ENCODE_BASE64URL, text, ret);
}

static rc read_members(struct ctx *c, struct json *j, struct webauthn_response *r)
{
    const struct {
        const char *name;
        struct str *ret;
    } members[] = {{"clientDataJSON", &r->client_data},
                   {"attestationObject", &r->attestation},
                   {"authenticatorData", &r->authenticator},
                   {"signature", &r->signature},
                   {"userHandle", &r->user}};
    struct str key;
    json_object(j);
    while (json_next_key(j, &key)) {
        struct str *into = NULL;
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
            if (str_is(key, members[i].name))
                into = members[i].ret;
        if (into)
            TRY(read_bytes(c, j, into));
        else
            json_skip(j, NULL);
    }
    return OK;
}

rc webauthn_read(struct ctx *c, struct str text, struct webauthn_response *ret)
{
    struct webauthn_response r = {0};
    struct json j;
    struct str key;
    if (text.len > WEBAUTHN_RESPONSE_MAX)
        FAIL(c, TOO_LARGE, "a credential has at most %d bytes", WEBAUTHN_RESPONSE_MAX);
    json_init(&j, text);
    json_object(&j);
    while (json_next_key(&j, &key)) {
        if (str_is(key, "rawId"))
            TRY(read_bytes(c, &j, &r.credential));
        else if (str_is(key, "response"))
            TRY(read_members(c, &j, &r));
        else
            json_skip(&j, NULL);
    }
    if (!json_end(&j))
        return json_fault(c, &j);
    if (r.credential.len == 0 || r.credential.len > WEBAUTHN_CREDENTIAL_MAX ||
        r.client_data.len == 0)
        FAIL(c, MALFORMED, "this is not a credential of a passkey");
    *ret = r;
    return OK;
}

struct client_data {
    struct str type, challenge, origin;
    bool cross_origin, doubled;
};

static rc read_text(struct ctx *c, struct json *j, struct str *ret, bool *doubled)
{
    struct str raw;
    *doubled = *doubled || !str_absent(*ret);
    return json_string(j, &raw) ? json_unescape(c, raw, ret) : json_fault(c, j);
}

static rc read_client_data(struct ctx *c, struct str text, struct client_data *ret)
{
    struct client_data d = {0};
    struct json j;
    struct str key;
    json_init(&j, text);
    json_object(&j);
    while (json_next_key(&j, &key)) {
        if (str_is(key, "type"))
            TRY(read_text(c, &j, &d.type, &d.doubled));
        else if (str_is(key, "challenge"))
            TRY(read_text(c, &j, &d.challenge, &d.doubled));
        else if (str_is(key, "origin"))
            TRY(read_text(c, &j, &d.origin, &d.doubled));
        else if (str_is(key, "crossOrigin"))
            json_bool(&j, &d.cross_origin);
        else
            json_skip(&j, NULL);
    }
    if (!json_end(&j))
        return json_fault(c, &j);
    *ret = d;
    return OK;
}

rc webauthn_challenge(struct ctx *c, const struct webauthn_response *response, struct str *ret)
{
    struct client_data d;
    TRY(read_client_data(c, response->client_data, &d));
    if (str_absent(d.challenge))
        FAIL(c, MALFORMED, "client data without a challenge");
    return decode_bytes(c, ENCODE_BASE64URL, d.challenge, ret);
}

static rc check_client_data(struct ctx *c, const struct webauthn_expect *expect,
                            const struct webauthn_response *response, const char *type)
{
    struct client_data d;
    TRY(read_client_data(c, response->client_data, &d));
    if (!str_is(d.type, type))
        REJECT(c, "client data of another type");
    if (!str_eq(d.origin, expect->origin))
        REJECT(c, "made for another origin, not for %.*s", STR_ARG(expect->origin));
    if (d.cross_origin || d.doubled)
        REJECT(c, "client data made within another origin, or not by a browser");
    return OK;
}

/* ---- CBOR (RFC 8949), as much as CTAP2 allows: definite lengths, small depth ----------------- */

struct cbor_head {
    unsigned major;
    uint64_t value;
};

static bool cbor_head(struct str *rest, struct cbor_head *ret)
{
    if (rest->len == 0)
        return false;
    unsigned char first = (unsigned char)rest->ptr[0];
    unsigned info = first & 0x1f;
    size_t more = info < 24 ? 0 : info == 24 ? 1 : info == 25 ? 2 : info == 26 ? 4 : 8;
    if (info > 27 || rest->len < 1 + more)
        return false;
    *ret = (struct cbor_head){first >> 5, more ? 0 : info};
    for (size_t i = 0; i < more; i++)
        ret->value = ret->value << 8 | (unsigned char)rest->ptr[1 + i];
    *rest = str_sub(*rest, 1 + more, rest->len);
    return true;
}

/* Pass over one value; false when it is not whole. No count is believed beyond the bytes there. */
static bool cbor_skip(struct str *rest, int depth)
{
    struct cbor_head head;
    if (depth > CBOR_DEPTH_MAX || !cbor_head(rest, &head))
        return false;
    switch (head.major) {
    case 0: /* numbers, simple values */
    case 1:
    case 7:
        return true;
    case 2: /* bytes, text */
    case 3:
        if (head.value > rest->len)
            return false;
        *rest = str_sub(*rest, (size_t)head.value, rest->len);
        return true;
    case 4: /* array, map */
    case 5:
        if (head.value > rest->len)
            return false;
        for (uint64_t i = 0; i < head.value * (head.major == 5 ? 2 : 1); i++)
            if (!cbor_skip(rest, depth + 1))
                return false;
        return true;
    default: /* tags: CTAP2 has none */
        return false;
    }
}

/* The bytes of one value, and what follows. */
static bool cbor_value(struct str *rest, struct str *ret)
{
    struct str from = *rest;
    if (!cbor_skip(rest, 0))
        return false;
    *ret = str_sub(from, 0, from.len - rest->len);
    return true;
}

static bool cbor_string(struct str *rest, unsigned major, struct str *ret)
{
    struct cbor_head head;
    if (!cbor_head(rest, &head) || head.major != major || head.value > rest->len)
        return false;
    *ret = str_sub(*rest, 0, (size_t)head.value);
    *rest = str_sub(*rest, (size_t)head.value, rest->len);
    return true;
}

struct attestation {
    struct str format, statement, auth_data;
};

static bool read_attestation(struct str text, struct attestation *ret)
{
    struct attestation a = {0};
    struct cbor_head head;
    if (!cbor_head(&text, &head) || head.major != 5 || head.value != 3)
        return false;
    for (int i = 0; i < 3; i++) {
        struct str name;
        bool read = false;
        if (!cbor_string(&text, 3, &name))
            return false;
        if (str_is(name, "fmt") && str_absent(a.format))
            read = cbor_string(&text, 3, &a.format);
        else if (str_is(name, "attStmt") && str_absent(a.statement))
            read = cbor_value(&text, &a.statement);
        else if (str_is(name, "authData") && str_absent(a.auth_data))
            read = cbor_string(&text, 2, &a.auth_data);
        if (!read)
            return false;
    }
    *ret = a;
    return text.len == 0;
}

/* ---- authenticator data ---------------------------------------------------------------------- */

/* Its fixed head: hash of the relying party's id, flags, count. User present and verified. */
static rc check_auth_data(struct ctx *c, const struct webauthn_expect *expect, struct str data)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)expect->rp_id, strlen(expect->rp_id));
    if (data.len < AUTH_DATA_MIN || sodium_memcmp(hash, data.ptr, sizeof hash) != 0)
        REJECT(c, "made for another relying party");
    unsigned char flags = (unsigned char)data.ptr[32];
    if ((flags & (FLAG_UP | FLAG_UV)) != (FLAG_UP | FLAG_UV))
        REJECT(c, "the passkey did not verify its user: set a PIN or use biometrics");
    return OK;
}

static int64_t count_of(struct str data)
{
    int64_t count = 0;
    for (size_t i = 33; i < AUTH_DATA_MIN; i++)
        count = count << 8 | (unsigned char)data.ptr[i];
    return count;
}

/* What is left is one map of extensions if the flags say so, and nothing otherwise. */
static bool ends_whole(struct str data, struct str rest)
{
    if (data.ptr[32] & FLAG_ED && !cbor_skip(&rest, 0))
        return false;
    return rest.len == 0;
}

/* Behind the head of a registration: aaguid, id, key, extensions. */
static bool registration_is_whole(struct str data)
{
    if (data.len < AUTH_DATA_MIN + 18 || !(data.ptr[32] & FLAG_AT))
        return false;
    size_t id_len = (size_t)((unsigned char)data.ptr[53] << 8 | (unsigned char)data.ptr[54]);
    if (data.len < AUTH_DATA_MIN + 18 + id_len)
        return false;
    struct str rest = str_sub(data, AUTH_DATA_MIN + 18 + id_len, data.len);
    return cbor_skip(&rest, 0) && ends_whole(data, rest);
}

/* Behind the head of an assertion: extensions. */
static bool assertion_is_whole(struct str data)
{
    return !(data.ptr[32] & FLAG_AT) && ends_whole(data, str_sub(data, AUTH_DATA_MIN, data.len));
}

/* ---- registration ---------------------------------------------------------------------------- */

/* The numbers of COSE for them. */
static const int cose[] = {
    [KEY_ALGORITHM_ES256] = COSE_ES256,
    [KEY_ALGORITHM_EDDSA] = COSE_EDDSA,
    [KEY_ALGORITHM_RS256] = COSE_RS256,
};

static const unsigned char *bytes(struct str s)
{
    return (const unsigned char *)s.ptr;
}

/* A credential of libfido2 with everything set, if its key is of this type; NULL otherwise. */
static fido_cred_t *open_cred(const struct webauthn_expect *expect, const unsigned char *hash,
                              const struct attestation *a, int type)
{
    fido_cred_t *cred = fido_cred_new();
    bool none = str_is(a->format, "none");
    if (cred && fido_cred_set_type(cred, type) == FIDO_OK &&
        fido_cred_set_rp(cred, expect->rp_id, NULL) == FIDO_OK &&
        fido_cred_set_clientdata_hash(cred, hash, crypto_hash_sha256_BYTES) == FIDO_OK &&
        fido_cred_set_uv(cred, FIDO_OPT_TRUE) == FIDO_OK &&
        fido_cred_set_fmt(cred, none ? "none" : "packed") == FIDO_OK &&
        fido_cred_set_authdata_raw(cred, bytes(a->auth_data), a->auth_data.len) == FIDO_OK &&
        (none || fido_cred_set_attstmt(cred, bytes(a->statement), a->statement.len) == FIDO_OK))
        return cred;
    fido_cred_free(&cred);
    return NULL;
}

static rc take_key(struct ctx *c, const struct webauthn_response *response,
                   const struct attestation *a, const fido_cred_t *cred,
                   enum key_algorithm algorithm, struct webauthn_key *ret)
{
    struct str id = {(const char *)fido_cred_id_ptr(cred), fido_cred_id_len(cred)};
    struct str key = {(const char *)fido_cred_pubkey_ptr(cred), fido_cred_pubkey_len(cred)};
    struct webauthn_key out = {
        .algorithm = algorithm,
        .sign_count = count_of(a->auth_data),
    };
    if (key.len == 0 || !str_eq(id, response->credential))
        REJECT(c, "the credential's id is not the one that was created");
    if (str_is(a->format, "none")) {
        if (!str_eq(a->statement, STR("\xa0")))
            REJECT(c, "attestation \"none\" with a statement");
    } else {
        int verified =
            fido_cred_x5c_ptr(cred) ? fido_cred_verify(cred) : fido_cred_verify_self(cred);
        if (verified != FIDO_OK)
            REJECT(c, "the attestation does not verify: %s", fido_strerr(verified));
    }
    TRY(str_copy(c, id, &out.credential));
    TRY(str_copy(c, key, &out.key));
    *ret = out;
    return OK;
}

rc webauthn_register(struct ctx *c, const struct webauthn_expect *expect,
                     const struct webauthn_response *response, struct webauthn_key *ret)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct attestation a;
    TRY(check_client_data(c, expect, response, "webauthn.create"));
    if (!read_attestation(response->attestation, &a))
        FAIL(c, MALFORMED, "the attestation object cannot be read");
    if (!str_is(a.format, "none") && !str_is(a.format, "packed"))
        REJECT(c, "attestation \"%.*s\" is not accepted", STR_ARG(str_sub(a.format, 0, 20)));
    TRY(check_auth_data(c, expect, a.auth_data));
    if (!registration_is_whole(a.auth_data))
        FAIL(c, MALFORMED, "the authenticator data cannot be read");
    crypto_hash_sha256(hash, bytes(response->client_data), response->client_data.len);
    enum key_algorithm algorithm = KEY_ALGORITHM_UNSET;
    fido_cred_t *cred = NULL;
    while (!cred && algorithm < KEY_ALGORITHM_RS256)
        cred = open_cred(expect, hash, &a, cose[++algorithm]);
    if (!cred)
        REJECT(c, "the key is not ES256, EdDSA or RS256");
    rc result = take_key(c, response, &a, cred, algorithm, ret);
    fido_cred_free(&cred);
    return result;
}

/* ---- assertion ------------------------------------------------------------------------------- */

static int verify_with(const fido_assert_t *assertion, const struct webauthn_key *key)
{
    int result = FIDO_ERR_INVALID_ARGUMENT;
    if (key->algorithm == KEY_ALGORITHM_ES256) {
        es256_pk_t *pk = es256_pk_new();
        if (pk && es256_pk_from_ptr(pk, key->key.ptr, key->key.len) == FIDO_OK)
            result = fido_assert_verify(assertion, 0, COSE_ES256, pk);
        es256_pk_free(&pk);
    } else if (key->algorithm == KEY_ALGORITHM_EDDSA) {
        eddsa_pk_t *pk = eddsa_pk_new();
        if (pk && eddsa_pk_from_ptr(pk, key->key.ptr, key->key.len) == FIDO_OK)
            result = fido_assert_verify(assertion, 0, COSE_EDDSA, pk);
        eddsa_pk_free(&pk);
    } else if (key->algorithm == KEY_ALGORITHM_RS256) {
        rs256_pk_t *pk = rs256_pk_new();
        if (pk && rs256_pk_from_ptr(pk, key->key.ptr, key->key.len) == FIDO_OK)
            result = fido_assert_verify(assertion, 0, COSE_RS256, pk);
        rs256_pk_free(&pk);
    }
    return result;
}

static int verify(const struct webauthn_expect *expect, const struct webauthn_key *key,
                  const struct webauthn_response *response)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    fido_assert_t *assertion = fido_assert_new();
    int result = FIDO_ERR_INTERNAL;
    crypto_hash_sha256(hash, bytes(response->client_data), response->client_data.len);
    if (assertion && fido_assert_set_rp(assertion, expect->rp_id) == FIDO_OK &&
        fido_assert_set_clientdata_hash(assertion, hash, sizeof hash) == FIDO_OK &&
        fido_assert_set_count(assertion, 1) == FIDO_OK &&
        fido_assert_set_up(assertion, FIDO_OPT_TRUE) == FIDO_OK &&
        fido_assert_set_uv(assertion, FIDO_OPT_TRUE) == FIDO_OK &&
        fido_assert_set_authdata_raw(assertion, 0, bytes(response->authenticator),
                                     response->authenticator.len) == FIDO_OK &&
        fido_assert_set_sig(assertion, 0, bytes(response->signature), response->signature.len) ==
            FIDO_OK)
        result = verify_with(assertion, key);
    fido_assert_free(&assertion);
    return result;
}

rc webauthn_assert(struct ctx *c, const struct webauthn_expect *expect,
                   const struct webauthn_key *key, const struct webauthn_response *response,
                   int64_t *ret_sign_count)
{
    TRY(check_client_data(c, expect, response, "webauthn.get"));
    TRY(check_auth_data(c, expect, response->authenticator));
    if (!assertion_is_whole(response->authenticator))
        FAIL(c, MALFORMED, "the authenticator data cannot be read");
    int verified = verify(expect, key, response);
    if (verified != FIDO_OK)
        REJECT(c, "the passkey's signature does not verify: %s", fido_strerr(verified));
    *ret_sign_count = count_of(response->authenticator);
    return OK;
}
