/* What sign-in keeps of an account (the vault), decides on (inputs) and tells (events). How
 * somebody proves who they are, with what cookie and by which bytes, is for src/edge/auth. */
#ifndef DOMAIN_ACCOUNT_SIGN_IN_H
#define DOMAIN_ACCOUNT_SIGN_IN_H

#include "core/module.h"

#ifdef DEMONSTRATION
#define SIGN_IN_IN_DEMONSTRATION(X, E) \
    X(E, DEMONSTRATION, "demonstration", "one click, in the demonstration alone")
#else
#define SIGN_IN_IN_DEMONSTRATION(X, E)
#endif

#define SIGN_IN_METHODS(X, E)                                    \
    X(E, PASSKEY, "passkey", "a passkey")                        \
    X(E, PASSWORD, "password", "password and authenticator app") \
    X(E, RECOVERY, "recovery", "a recovery code")                \
    X(E, ENROLMENT, "enrolment", "a one-time link")              \
    X(E, TOKEN, "token", "the token of a program")               \
    SIGN_IN_IN_DEMONSTRATION(X, E)
SHAPE_DECLARE_CHOICES(sign_in_method, SIGN_IN_METHOD, SIGN_IN_METHODS);

#define KEY_ALGORITHMS(X, E)                            \
    X(E, ES256, "ES256", "ECDSA on P-256 with SHA-256") \
    X(E, EDDSA, "EdDSA", "Ed25519")                     \
    X(E, RS256, "RS256", "RSA with SHA-256, PKCS #1 v1.5")
SHAPE_DECLARE_CHOICES(key_algorithm, KEY_ALGORITHM, KEY_ALGORITHMS);

/* ---- the vault -------------------------------------------------------------------------------
 * What is secret is in every row, but is not required: these shapes are shown as well. */

#define PASSKEY_FIELDS(F, T)                                                         \
    F(T, id, _, id, REQUIRED, 0, 0, "stable identifier")                             \
    F(T, id, _, account, REQUIRED | INDEXED, 0, 0, "whose it is")                    \
    F(T, text, line, name, REQUIRED, 1, 60, "what its owner calls it")               \
    F(T, text, line, credential, INDEXED | SECRET, 1, 1400, "its id, base64url")     \
    F(T, bytes, _, key, SECRET, 1, 1024, "its public key")                           \
    F(T, choice, key_algorithm, algorithm, REQUIRED, 0, 0, "what it signs with")     \
    F(T, i64, _, sign_count, 0, 0, 4294967295, "uses counted by the passkey itself") \
    F(T, time, _, added, REQUIRED, 0, 0, "when it was added")                        \
    F(T, time, _, used, 0, 0, 0, "when it was last used")
SHAPE_DECLARE(passkey, PASSKEY_FIELDS);

/* The id is the account's. */
#define PASSWORD_FIELDS(F, T)                                               \
    F(T, id, _, id, REQUIRED, 0, 0, "the account")                          \
    F(T, text, line, hash, SECRET, 1, 200, "argon2id with its parameters")  \
    F(T, bytes, _, totp, SECRET, 16, 64, "secret of the authenticator app") \
    F(T, i64, _, counter, 0, 0, 0, "the last step whose code was accepted") \
    F(T, time, _, changed, REQUIRED, 0, 0, "when it was set")
SHAPE_DECLARE(password, PASSWORD_FIELDS);

#define RECOVERY_FIELDS(F, T)                      \
    F(T, id, _, id, REQUIRED, 0, 0, "the account") \
    F(T, texts, line, hashes, SECRET, 0, 10, "SHA-256 of each code that is left")
SHAPE_DECLARE(recovery, RECOVERY_FIELDS);

#define ENROLMENT_FIELDS(F, T)                                                               \
    F(T, id, _, id, REQUIRED, 0, 0, "stable identifier")                                     \
    F(T, id, _, account, REQUIRED | INDEXED, 0, 0, "who may enrol")                          \
    F(T, text, line, hash, INDEXED | SECRET, 64, 64, "SHA-256 of the link")                  \
    F(T, time, _, expires, REQUIRED, 0, 0, "when it expires")                                \
    F(T, time, _, made, 0, 0, 0, "when it was made")                                         \
    F(T, id, _, made_by, 0, 0, 0, "account that made it")                                    \
    F(T, flag, _, waits, 0, 0, 0, "it opens nothing until another officer has confirmed it") \
    F(T, flag, _, agreed, 0, 0, 0, "nobody else has to agree to it, or another officer has")
SHAPE_DECLARE(enrolment, ENROLMENT_FIELDS);

/* Does it open nothing until a second officer has confirmed it? So does one into the account of an
 * officer, also of one who became it since: whoever may make accounts or roles, and so let others
 * in, however the permission is spelled. */
rc enrolment_waits(struct ctx *c, struct picture *picture, const struct enrolment *link, bool *ret);

/* An act is the name of a command, a blank and the id of what it is about: "role.change clerk". A
 * proof is good for one, once, for a minute (account_spend_proof). */
enum { PROOF_ACT_MAX = 127, PROOF_MS = 60000 };

#define SESSION_FIELDS(F, T)                                                             \
    F(T, id, _, id, REQUIRED, 0, 0, "stable identifier")                                 \
    F(T, id, _, account, REQUIRED | INDEXED, 0, 0, "who it is")                          \
    F(T, text, line, hash, INDEXED | SECRET, 64, 64, "SHA-256 of the token")             \
    F(T, choice, sign_in_method, method, REQUIRED, 0, 0, "how they signed in")           \
    F(T, text, line, device, 0, 0, 120, "browser and system, as they report themselves") \
    F(T, text, line, peer, 0, 0, 100, "address")                                         \
    F(T, time, _, opened, REQUIRED, 0, 0, "since when")                                  \
    F(T, time, _, seen, REQUIRED, 0, 0, "last used, to about five minutes")              \
    F(T, time, _, expires, REQUIRED, 0, 0, "when it ends at the latest")                 \
    F(T, time, _, proved, SYSTEM, 0, 0, "when its holder proved who they are once more") \
    F(T, text, line, proved_for, SYSTEM, 0, PROOF_ACT_MAX, "the act that this was for")
SHAPE_DECLARE(session, SESSION_FIELDS);

enum { TOKEN_DAYS_MAX = 365 };

#define TOKEN_FIELDS(F, T)                                                                \
    F(T, id, _, id, REQUIRED, 0, 0, "stable identifier")                                  \
    F(T, id, _, account, REQUIRED | INDEXED, 0, 0, "for whom it acts")                    \
    F(T, text, line, hash, INDEXED | SECRET, 64, 64, "SHA-256 of the token")              \
    F(T, text, line, name, REQUIRED, 1, 80, "what it is for")                             \
    F(T, texts, line, scopes, 0, 0, 200, "limited to these of the account's permissions") \
    F(T, flag, _, sources_only, 0, 0, 0, "it speaks for these sources only …")            \
    F(T, texts, line, sources, 0, 0, 200, "… none, when the list is empty")               \
    F(T, label, _, clearance, 0, 0, 0, "it reads no more than this")                      \
    F(T, time, _, made, REQUIRED, 0, 0, "since when")                                     \
    F(T, time, _, expires, REQUIRED, 0, 0, "when it expires")                             \
    F(T, time, _, used, 0, 0, 0, "last used, to about an hour")
SHAPE_DECLARE(token, TOKEN_FIELDS);

/* ---- inputs of decisions --------------------------------------------------------------------- */

/* What has to be true at the same moment as the session is opened, or its holder is believed once
 * more (session.prove: of the row, `proved_for` alone counts), and is spent by it. */
#define SESSION_OPENING_FIELDS(F, T)                                                    \
    F(T, record, session, session, 0, 0, 0, "the row to be")                            \
    F(T, opt_i64, _, counter, 0, 0, 0, "the step of the code that was given")           \
    F(T, text, line, rehash, SECRET, 0, 200, "the password, hashed as is now the rule") \
    F(T, id, _, passkey, 0, 0, 0, "the passkey that signed")                            \
    F(T, i64, _, sign_count, 0, 0, 4294967295, "what it has counted")                   \
    F(T, text, line, recovery, SECRET, 0, 64, "SHA-256 of the recovery code")
SHAPE_DECLARE(session_opening, SESSION_OPENING_FIELDS);

#define SESSION_ENDING_FIELDS(F, T) F(T, id, _, keep, 0, 0, 0, "the one that may go on")
SHAPE_DECLARE(session_ending, SESSION_ENDING_FIELDS);

/* A new way in, by a link or by somebody who is signed in. */
#define PASSKEY_ADDING_FIELDS(F, T)                          \
    F(T, record, passkey, passkey, 0, 0, 0, "the row to be") \
    F(T, id, _, enrolment, 0, 0, 0, "the link that is spent")
SHAPE_DECLARE(passkey_adding, PASSKEY_ADDING_FIELDS);

#define PASSWORD_SETTING_FIELDS(F, T)                          \
    F(T, record, password, password, 0, 0, 0, "the row to be") \
    F(T, id, _, enrolment, 0, 0, 0, "the link that is spent")
SHAPE_DECLARE(password_setting, PASSWORD_SETTING_FIELDS);

#define PASSKEY_NAMING_FIELDS(F, T) \
    F(T, text, line, name, REQUIRED, 1, 60, "what its owner calls it")
SHAPE_DECLARE(passkey_naming, PASSKEY_NAMING_FIELDS);

#define TOUCH_FIELDS(F, T) F(T, time, _, when, REQUIRED, 0, 0, "when it was used")
SHAPE_DECLARE(touch, TOUCH_FIELDS);

/* ---- bodies of events ------------------------------------------------------------------------ */

#define SIGN_IN_FAILURES(X, E)                                                    \
    X(E, UNKNOWN, "unknown", "no such account, or it may not be used")            \
    X(E, PASSWORD, "password", "wrong password")                                  \
    X(E, CODE, "code", "wrong or used code of the authenticator app")             \
    X(E, RECOVERY, "recovery", "wrong or used recovery code")                     \
    X(E, PASSKEY, "passkey", "a passkey that did not verify")                     \
    X(E, COPY, "copy", "a passkey's counter went backwards: there may be a copy") \
    X(E, LINK, "link", "wrong, used or expired link")                             \
    X(E, TOKEN, "token", "an invalid, expired or revoked token")
SHAPE_DECLARE_CHOICES(sign_in_failure, SIGN_IN_FAILURE, SIGN_IN_FAILURES);

#define FAILED_SIGN_IN_FIELDS(F, T)                                             \
    F(T, id, _, account, 0, 0, 0, "whose, if there is such an account")         \
    F(T, choice, sign_in_method, method, REQUIRED, 0, 0, "what they tried")     \
    F(T, choice, sign_in_failure, reason, REQUIRED, 0, 0, "why it was refused") \
    F(T, text, line, peer, 0, 0, 100, "address, where it is nobody's account")  \
    F(T, i64, _, in_a_row, 0, 0, 0, "failures from this address, this one included")
SHAPE_DECLARE(failed_sign_in, FAILED_SIGN_IN_FIELDS);

/* Where an attempt on somebody's account came from: told beside it, and erased with the person. */
#define FAILED_FROM_FIELDS(F, T)                          \
    F(T, id, _, account, REQUIRED, 0, 0, "whose account") \
    F(T, text, line, peer, PERSONAL, 0, 100, "address")
SHAPE_DECLARE(failed_from, FAILED_FROM_FIELDS);

#define SESSION_FACT_FIELDS(F, T)                                              \
    F(T, id, _, account, REQUIRED, 0, 0, "who it is")                          \
    F(T, choice, sign_in_method, method, REQUIRED, 0, 0, "how they signed in") \
    F(T, text, line, device, PERSONAL, 0, 120, "browser and system")           \
    F(T, text, line, peer, PERSONAL, 0, 100, "address")                        \
    F(T, time, _, expires, REQUIRED, 0, 0, "when it ends at the latest")
SHAPE_DECLARE(session_fact, SESSION_FACT_FIELDS);

#define PROOF_FACT_FIELDS(F, T)                   \
    F(T, id, _, account, REQUIRED, 0, 0, "whose") \
    F(T, text, line, act, 0, 0, PROOF_ACT_MAX, "the command that it was for")
SHAPE_DECLARE(proof_fact, PROOF_FACT_FIELDS);

#define WAY_FACT_FIELDS(F, T)                                            \
    F(T, id, _, account, REQUIRED, 0, 0, "whose")                        \
    F(T, text, line, name, PERSONAL, 0, 80, "what its owner calls it")   \
    F(T, texts, line, scopes, 0, 0, 200, "permissions it is limited to") \
    F(T, flag, _, sources_only, 0, 0, 0, "it speaks for these only …")   \
    F(T, texts, line, sources, 0, 0, 200, "… sources, by their ids")     \
    F(T, time, _, expires, 0, 0, 0, "when it expires")
SHAPE_DECLARE(way_fact, WAY_FACT_FIELDS);

#define PERMIT_SIGN_IN_READ "sign-in.read"

extern const struct event_kind sign_in_failed_kind, sign_in_tried_kind, session_opened_kind,
    session_proved_kind, session_ended_kind, passkey_added_kind, passkey_removed_kind,
    password_set_kind, password_removed_kind, recovery_made_kind, enrolment_made_kind,
    enrolment_confirmed_kind, enrolment_voided_kind, enrolment_used_kind, token_made_kind,
    token_revoked_kind;

/* The actor who comes in by this session or token, without `as_of`. FORBIDDEN: its account may not
 * be used. That the session or token has not ended is for the caller to see. */
rc account_by_session(struct ctx *c, struct picture *picture, const struct session *session,
                      struct actor *ret);
rc account_by_token(struct ctx *c, struct picture *picture, const struct token *token,
                    struct actor *ret);

/* All rows of an account in one table. */
rc account_rows(struct ctx *c, struct picture *picture, const struct shape *shape,
                struct str account, struct page *ret);

#endif
