/* Sign-in: who somebody is, and for how long we believe it. Passkeys, or a password with an
 * authenticator app; recovery codes; one-time links to enrol; sessions in cookies, tokens for
 * programs. Everything lasting goes through the one writer: rows in the vault, facts in the ledger,
 * secrets in neither.
 *
 * The web server asks through struct edge_auth (edge/auth.h); this is what main needs. */
#ifndef EDGE_AUTH_AUTH_H
#define EDGE_AUTH_AUTH_H

#include "edge/auth.h"

struct auth;

extern const struct module auth_module;

/* Zero means the value in brackets. */
struct auth_settings {
    int64_t session_idle_ms;        /* ended when not used so long [2 h] */
    int64_t session_absolute_ms;    /* ended after so long in any case [12 h] */
    int64_t fresh_ms;               /* proof of who it is counts for changing the proofs [15 min] */
    int64_t enrolment_ms;           /* a link to enrol is good for [72 h] */
    int64_t argon_memory_kib;       /* of one hash [65536] */
    int64_t argon_passes;           /* [3] */
    const unsigned char *known_key; /* 32 bytes, copied: seals the cookies of known browsers [one
                                     * that ends with the process] */
};

/* Open sign-in over a core, before its writer is started. */
rc auth_open(struct ctx *c, struct core *core, const struct auth_settings *settings,
             struct auth **ret);
void auth_close(struct auth *auth);

/* What the web server is given. */
struct edge_auth auth_for_edge(struct auth *auth);

/* For the command line, on behalf of `actor`, who has to hold what the account holds. The texts are
 * the only copies. Without scopes a token may all that its account may; without `expires` it lasts
 * a year. */
struct auth_token_wish {
    struct str account;
    struct str name;
    struct texts scopes;
    struct label clearance; /* it reads no more than this; absent: all that its account may */
    struct wall expires;    /* within a year */
    bool sources_only; /* it hands in signals of these sources only; of none, when there are none */
    struct texts sources;
};
rc auth_make_token(struct ctx *c, struct core *core, const struct actor *actor,
                   const struct auth_token_wish *wish, struct str *ret_id, struct str *ret_token);

/* A one-time link: what stands behind "/enrol#". 72 hours when `good_for_ms` is 0. */
rc auth_make_enrolment(struct ctx *c, struct core *core, const struct actor *actor,
                       struct str account, int64_t good_for_ms, struct str *ret_link,
                       struct wall *ret_expires);

#ifdef DEMONSTRATION
/* For a route of the demonstration alone, and in no program that a mission is given: a session for
 * whoever asks, without proof. Sets the cookie; the body is left to the caller. */
rc auth_sign_in_shown(struct ctx *c, const struct request *request, struct str account,
                      struct response *response);
#endif

#endif
