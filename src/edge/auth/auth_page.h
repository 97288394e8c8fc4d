/* Bodies of the routes of sign-in, and what their handlers share. Private to the folder. */
#ifndef EDGE_AUTH_AUTH_PAGE_H
#define EDGE_AUTH_AUTH_PAGE_H

#include "domain/people/people.h"
#include "edge/auth/auth_own.h"
#include "edge/auth/webauthn.h"

/* ---- asked ----------------------------------------------------------------------------------- */

#define BY_PASSWORD_FIELDS(F, T)                                                         \
    F(T, text, line, login, REQUIRED, 1, 64, "user name")                                \
    F(T, text, line, password, REQUIRED | SECRET, 1, PASSWORD_BYTES_MAX, "the password") \
    F(T, text, line, code, REQUIRED | SECRET, 1, 20, "what the authenticator app shows")
SHAPE_DECLARE(by_password, BY_PASSWORD_FIELDS);

#define BY_PASSKEY_FIELDS(F, T)                                            \
    F(T, json, _, credential, REQUIRED | SECRET, 2, WEBAUTHN_RESPONSE_MAX, \
      "the browser's answer, as its toJSON() writes it")
SHAPE_DECLARE(by_passkey, BY_PASSKEY_FIELDS);

#define PROVING_FIELDS(F, T)                                                                \
    F(T, text, line, act, REQUIRED, 1, PROOF_ACT_MAX,                                       \
      "what it is for, as the refusal of the act has it in `value`")                        \
    F(T, json, _, credential, SECRET, 2, WEBAUTHN_RESPONSE_MAX, "the assertion's toJSON()") \
    F(T, text, line, password, SECRET, 1, PASSWORD_BYTES_MAX, "or the password …")          \
    F(T, text, line, code, SECRET, 1, 20, "… and what the authenticator app shows")
SHAPE_DECLARE(proving, PROVING_FIELDS);

#define BY_RECOVERY_FIELDS(F, T)                                                  \
    F(T, text, line, login, REQUIRED, 1, 64, "user name")                         \
    F(T, text, line, code, REQUIRED | SECRET, 1, 40, "one of the recovery codes") \
    F(T, text, line, password, SECRET, 1, PASSWORD_BYTES_MAX, "the password, if there is one")
SHAPE_DECLARE(by_recovery, BY_RECOVERY_FIELDS);

#define LINK_FIELDS(F, T) \
    F(T, text, line, link, REQUIRED | SECRET, 1, 100, "the part after # in the address")
SHAPE_DECLARE(link, LINK_FIELDS);

#define ENROLLING_FIELDS(F, T)                                                                 \
    LINK_FIELDS(F, T)                                                                          \
    F(T, text, line, name, 0, 1, 60, "the name of the passkey")                                \
    F(T, json, _, credential, SECRET, 2, WEBAUTHN_RESPONSE_MAX, "the registration's toJSON()") \
    F(T, text, line, password, SECRET, 1, PASSWORD_BYTES_MAX, "or a password …")               \
    F(T, bytes, _, challenge, SECRET, 0, 200, "… the challenge of its set-up …")               \
    F(T, text, line, code, SECRET, 1, 20, "… and what the authenticator app shows")
SHAPE_DECLARE(enrolling, ENROLLING_FIELDS);

#define NEW_PASSKEY_FIELDS(F, T)                                           \
    F(T, text, line, name, REQUIRED, 1, 60, "what to call it")             \
    F(T, json, _, credential, REQUIRED | SECRET, 2, WEBAUTHN_RESPONSE_MAX, \
      "the registration's toJSON()")
SHAPE_DECLARE(new_passkey, NEW_PASSKEY_FIELDS);

#define NEW_PASSWORD_FIELDS(F, T)                                                                 \
    F(T, text, line, password, REQUIRED | SECRET, 1, PASSWORD_BYTES_MAX, "12 characters or more") \
    F(T, bytes, _, challenge, REQUIRED | SECRET, 1, 200, "the challenge of the set-up")           \
    F(T, text, line, code, REQUIRED | SECRET, 1, 20, "what the new authenticator app shows")      \
    F(T, text, line, old, SECRET, 1, PASSWORD_BYTES_MAX,                                          \
      "the password until now, if there is one")                                                  \
    F(T, flag, _, end_others, 0, 0, 0, "sign out everywhere else")
SHAPE_DECLARE(new_password, NEW_PASSWORD_FIELDS);

#define NEW_TOKEN_FIELDS(F, T)                                                                    \
    F(T, text, line, name, REQUIRED, 1, 80, "what it is for")                                     \
    F(T, texts, line, scopes, 0, 0, 200, "limited to these of one's permissions; none: all")      \
    F(T, label, _, clearance, 0, 0, 0, "it reads no more than this; none: all that one may read") \
    F(T, json, _, sources, 0, 2, 8000,                                                            \
      "a list: signals of these sources only, by their ids; []: of none; absent: of any")         \
    F(T, time, _, expires, 0, 0, 0, "when it expires, within a year; in a year if unset")
SHAPE_DECLARE(new_token, NEW_TOKEN_FIELDS);

/* A list that may also be absent, which is something else than empty. */
#define TOKEN_SOURCES_FIELDS(F, T) F(T, texts, line, sources, 0, 0, 200, "ids of sources")
SHAPE_DECLARE(token_sources, TOKEN_SOURCES_FIELDS);

/* ---- given ----------------------------------------------------------------------------------- */

#define SESSION_ROW_FIELDS(F, T)                                                         \
    F(T, id, _, id, REQUIRED, 0, 0, "stable identifier")                                 \
    F(T, choice, sign_in_method, method, REQUIRED, 0, 0, "how they signed in")           \
    F(T, text, line, device, 0, 0, 120, "browser and system, as they report themselves") \
    F(T, text, line, peer, 0, 0, 100, "address")                                         \
    F(T, time, _, opened, REQUIRED, 0, 0, "since when")                                  \
    F(T, time, _, seen, REQUIRED, 0, 0, "last used, to about five minutes")              \
    F(T, time, _, expires, REQUIRED, 0, 0, "when it ends at the latest")                 \
    F(T, flag, _, current, 0, 0, 0, "this is the current one")
SHAPE_DECLARE(session_row, SESSION_ROW_FIELDS);

#define MISSION_VIEW_FIELDS(F, T)                               \
    F(T, id, _, id, REQUIRED, 0, 0, "its id")                   \
    F(T, text, line, name, REQUIRED, 0, 0, "what it is called") \
    F(T, text, zone, time_zone, REQUIRED, 0, 0, "its own time")
SHAPE_DECLARE(mission_view, MISSION_VIEW_FIELDS);

#define WAYS_FIELDS(F, T)                                    \
    F(T, i64, _, passkeys, 0, 0, 100, "how many")            \
    F(T, flag, _, password, 0, 0, 0, "whether there is one") \
    F(T, i64, _, recovery_codes, 0, 0, 100, "how many are left")
SHAPE_DECLARE(ways, WAYS_FIELDS);

#define SESSION_VIEW_FIELDS(F, T)                                                       \
    F(T, id, _, account, REQUIRED, 0, 0, "the account")                                 \
    F(T, text, line, login, REQUIRED, 0, 0, "its name")                                 \
    F(T, text, line, kind, REQUIRED, 0, 0, "person or program")                         \
    F(T, id, _, person, 0, 0, 0, "whose it is")                                         \
    F(T, text, line, name, REQUIRED, 0, 0, "what they are called")                      \
    F(T, texts, line, permissions, 0, 0, 4000, "what they may do")                      \
    F(T, label, _, clearance, 0, 0, 0, "what they may read")                            \
    F(T, text, locale, language, 0, 0, 0, "of the console")                             \
    F(T, choice, role_opening, opens, 0, 0, 0, "page that signing in leads to")         \
    F(T, i64, _, events, 0, 0, 0, "events recorded so far; live events follow on them") \
    F(T, time, _, now, REQUIRED, 0, 0, "the server's clock")                            \
    F(T, record, mission_view, mission, 0, 0, 0, "where")                               \
    F(T, id, _, session, REQUIRED, 0, 0, "this session or token")                       \
    F(T, choice, sign_in_method, method, REQUIRED, 0, 0, "how they signed in")          \
    F(T, time, _, opened, REQUIRED, 0, 0, "since when")                                 \
    F(T, time, _, expires, REQUIRED, 0, 0, "when it ends at the latest")                \
    F(T, time, _, fresh_until, 0, 0, 0, "until then sign-in methods can be changed")    \
    F(T, record, ways, ways, 0, 0, 0, "ways to sign in")                                \
    F(T, texts, line, recovery_codes, 0, 0, 10, "new ones, shown only once")
SHAPE_DECLARE(session_view, SESSION_VIEW_FIELDS);

#define PASSWORD_SETUP_FIELDS(F, T)                                     \
    F(T, bytes, _, challenge, REQUIRED, 0, 0, "to give back")           \
    F(T, text, line, secret, REQUIRED, 0, 0, "for typing into the app") \
    F(T, text, line, uri, REQUIRED, 0, 0, "the same for a QR code")
SHAPE_DECLARE(password_setup, PASSWORD_SETUP_FIELDS);

/* What a browser's authenticator is asked, as WebAuthn has it. */
#define PASSKEY_OPTIONS_FIELDS(F, T) F(T, json, _, publicKey, REQUIRED, 0, 0, "options of WebAuthn")
SHAPE_DECLARE(passkey_options, PASSKEY_OPTIONS_FIELDS);

#define ENROL_OPTIONS_FIELDS(F, T)                                         \
    F(T, text, line, login, REQUIRED, 0, 0, "sign-in name of the account") \
    F(T, text, line, name, 0, 0, 0, "name of the person")                  \
    F(T, text, line, mission, 0, 0, 0, "name of the mission")              \
    F(T, time, _, expires, REQUIRED, 0, 0, "the end of the link")          \
    F(T, json, _, publicKey, REQUIRED, 0, 0, "options of WebAuthn")        \
    F(T, record, password_setup, password, REQUIRED, 0, 0, "what a new authenticator app needs")
SHAPE_DECLARE(enrol_options, ENROL_OPTIONS_FIELDS);

#define RECOVERY_VIEW_FIELDS(F, T) \
    F(T, texts, line, recovery_codes, REQUIRED, 0, 10, "shown only once")
SHAPE_DECLARE(recovery_view, RECOVERY_VIEW_FIELDS);

#define TOKEN_VIEW_FIELDS(F, T)                     \
    F(T, id, _, id, REQUIRED, 0, 0, "of the token") \
    F(T, text, line, token, REQUIRED, 0, 0, "the token itself, shown only once")
SHAPE_DECLARE(token_view, TOKEN_VIEW_FIELDS);

#define LINK_VIEW_FIELDS(F, T)                                                    \
    F(T, text, line, link, REQUIRED, 0, 0, "goes after /enrol#; shown only once") \
    F(T, time, _, expires, REQUIRED, 0, 0, "when it expires")                     \
    F(T, flag, _, waits, 0, 0, 0, "it opens nothing until another officer has confirmed it")
SHAPE_DECLARE(link_view, LINK_VIEW_FIELDS);

/* ---- attempts (auth_attempt.c) --------------------------------------------------------------- */

struct attempt {
    enum sign_in_method method;
    struct str account; /* absent when there is none of that name */
    struct str address;
    /* Under which its failures count; absent: under none. */
    struct str own, pair, login;
};

rc attempt_begin(struct ctx *c, const struct request *request, enum sign_in_method method,
                 struct attempt *ret);

/* May a password of that name be tried now? By what is one's own, or as a stranger: one that waits
 * is no reason to wait. A failure counts for both. LIMITED says how long. */
rc attempt_check_wait(struct ctx *c, const struct request *request, struct str login,
                      struct attempt *attempt);

/* Remember the failure, tell it, and refuse: UNAUTHENTICATED. Of many from one address only some
 * are told, with how many there were; a copied passkey always is. */
rc attempt_fail(struct ctx *c, const struct request *request, const struct attempt *attempt,
                enum sign_in_failure reason);

/* It went well. */
void attempt_forget(struct throttle *throttle, const struct attempt *attempt);

/* ---- what the handlers share ----------------------------------------------------------------- */

/* Where passkeys are bound to, from the origin that the browser sees. */
rc auth_expect(struct ctx *c, const struct request *request, struct webauthn_expect *ret);

/* What the person is called, the login without one; and the mission, "Chancery" while it has no
 * name. */
rc auth_names(struct ctx *c, struct picture *picture, const struct account *account,
              struct str *ret_person, struct mission_view *ret_mission);

/* {"publicKey":…} for a registration. */
rc auth_creation_options(struct ctx *c, const struct request *request,
                         const struct account *account, struct text *out);

rc auth_password_setup(struct ctx *c, const struct request *request, const struct account *account,
                       struct password_setup *ret);

/* Verify what a browser registered and make its row. */
rc auth_new_passkey(struct ctx *c, const struct request *request, const struct account *account,
                    struct str name, struct str credential, struct passkey *ret);

/* Verify a new password with its app's code and make its row. */
rc auth_new_password(struct ctx *c, const struct request *request, const struct account *account,
                     const struct new_password *input, struct password *ret);

/* INVALID with rule `old-password` unless the account has no password, or this is the one. */
rc auth_check_old_password(struct ctx *c, const struct request *request,
                           const struct account *account, struct str old);

/* Who they are, in a session that need not be in the vault yet. */
rc auth_view(struct ctx *c, const struct request *request, const struct session *session,
             struct session_view *ret);

/* The session of the caller. A token has none: it is good for what its scopes say, and what a
 * person's sessions, passkeys and tokens are is none of it. FORBIDDEN with rule `session`. */
rc auth_own_session(struct ctx *c, const struct request *request, struct session *ret);

static inline struct auth *auth_of(const struct request *request)
{
    return edge_request_auth(request);
}

/* Answer with a record. */
void auth_put(struct response *response, const struct shape *shape, const void *record);

serve_fn serve_passkey_options, serve_by_passkey, serve_by_password, serve_by_recovery,
    serve_prove_options, serve_prove, serve_enrol_options, serve_enrol, serve_sign_out;

#endif
