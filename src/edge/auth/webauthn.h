/* Passkeys (W3C Web Authentication, level 2): what a browser sends, taken apart and verified. Pure:
 * bytes in, a verdict out. Every byte passes bounded readers of ours before libfido2 sees it.
 *
 * Accepted: attestation "none" and "packed" (its signature is checked; who made the authenticator
 * is not asked), ES256, EdDSA, RS256, user present and verified. Whether the challenge is one of
 * ours, and unspent, is for the caller. */
#ifndef EDGE_AUTH_WEBAUTHN_H
#define EDGE_AUTH_WEBAUTHN_H

#include "domain/account/sign_in.h"

enum { WEBAUTHN_CREDENTIAL_MAX = 1023, WEBAUTHN_RESPONSE_MAX = 16384 };

/* What a credential's toJSON() has in it, decoded. Members we do not know are passed over. */
struct webauthn_response {
    struct str credential;    /* id, raw bytes */
    struct str client_data;   /* clientDataJSON */
    struct str attestation;   /* of a registration: attestationObject */
    struct str authenticator; /* of an assertion: authenticatorData */
    struct str signature;
    struct str user; /* userHandle, absent when it was not given */
};
rc webauthn_read(struct ctx *c, struct str json, struct webauthn_response *ret);

/* Where it happened and what for. */
struct webauthn_expect {
    struct str origin; /* "https://post.example.org", byte for byte */
    const char *rp_id; /* "post.example.org" */
};

/* The challenge in the client data, raw; MALFORMED when there is none. Nothing else is checked. */
rc webauthn_challenge(struct ctx *c, const struct webauthn_response *response, struct str *ret);

/* What a registration gives. */
struct webauthn_key {
    struct str credential; /* raw id */
    struct str key;        /* raw public key, as libfido2 has it */
    enum key_algorithm algorithm;
    int64_t sign_count;
};

/* UNAUTHENTICATED, with what is wrong, when it is not a good registration or assertion. */
rc webauthn_register(struct ctx *c, const struct webauthn_expect *expect,
                     const struct webauthn_response *response, struct webauthn_key *ret);
rc webauthn_assert(struct ctx *c, const struct webauthn_expect *expect,
                   const struct webauthn_key *key, const struct webauthn_response *response,
                   int64_t *ret_sign_count);

#endif
