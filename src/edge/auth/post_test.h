/* A post that people sign in to, for tests: a served mission with an officer and a clerk, whose
 * authenticators and apps are in software. Every helper fails the test by itself. */
#ifndef EDGE_AUTH_POST_TEST_H
#define EDGE_AUTH_POST_TEST_H

#include "domain/account/account.h"
#include "edge/auth/auth_page.h"

struct edge_scene;

struct post {
    struct edge_scene *e;
    struct edge_auth edge_auth;
    struct auth *auth;
    struct ctx *c;
    char cookie[200]; /* a header, of the last sign-in */
};

#define ACCOUNT(id, status, role)                                                          \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"amina\"," \
    "\"login\":\"" id "\",\"status\":\"" status "\",\"roles\":[\"" role "\"]}"

/* An authenticator. */
struct key {
    unsigned char pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
    unsigned char id[16];
    uint32_t count;
};

/* Open it; close it; let time pass. */
void post_open(struct post *p);
void post_close(struct post *p);
void post_advance_s(struct post *p, int64_t seconds);

/* One request with a cookie or a token as header (NULL: none), which is answered with this status.
 * Gives the body. */
const char *post_ask(struct post *p, int status, const char *method, const char *path,
                     const char *headers, const char *body);

/* The text of a member in a reply, by its name; the first of that name. */
struct str post_member(struct post *p, const char *reply, const char *name);

/* A text of the post's arena. */
const char *post_format(struct post *p, const char *pattern, ...)
    __attribute__((format(printf, 2, 3)));

/* Sign in; keeps the cookie. Gives the session. */
const char *post_sign_in(struct post *p, const char *path, const char *body);

/* How often a text stands in the events of a kind. */
int64_t post_count_events(struct post *p, const char *kind, const char *within);

/* A registration with attestation "none", of a new Ed25519 key; an assertion by it, as a body. */
const char *post_make_passkey(struct post *p, struct key *key, struct str challenge);
const char *post_use_passkey(struct post *p, struct key *key, struct str challenge);

/* What the app shows; the secret is base 32, as in the set-up. */
const char *post_app_code(struct post *p, struct str secret);

/* Links made by Chancery, and what comes of them. */
struct str post_link_for(struct post *p, const char *account);
const char *post_enrol_options(struct post *p, struct str link);
const char *post_enrol_passkey(struct post *p, const char *account, struct key *key);
struct str post_enrol_password(struct post *p, const char *account);

/* What is sent to sign in. */
const char *post_password_body(struct post *p, const char *login, const char *password,
                               const char *code);
struct str post_passkey_challenge(struct post *p);

/* Prove by a passkey who one is, for one act. */
void post_prove(struct post *p, struct key *key, const char *act);

#endif
