/* What the files of sign-in have from each other. */
#ifndef EDGE_AUTH_AUTH_OWN_H
#define EDGE_AUTH_AUTH_OWN_H

#include "domain/account/account.h"
#include "domain/account/sign_in.h"
#include "edge/auth/auth.h"
#include "edge/auth/throttle.h"

#include <pthread.h>
#include <sodium.h>

/* ---- tickets: what we gave out and want back ---------------------------------------------------
 * A challenge is sealed under a key of this process: it says itself what it is for, for whom and
 * until when, so nothing is kept for those who only ask, and asking often fills nothing. Kept is
 * only which were spent, until they expire. */

enum ticket_use { TICKET_SIGN_IN = 1, TICKET_PASSKEY, TICKET_PASSWORD, TICKET_PROVE };
enum { TOTP_SECRET_LEN = 20, TICKET_MS = 300000, TICKETS_SPENT_MAX = 4096 };

struct ticket {
    enum ticket_use use;
    struct str account;                  /* absent for signing in; for a proof: the session */
    unsigned char totp[TOTP_SECRET_LEN]; /* of TICKET_PASSWORD: the new app's secret */
    unsigned char mark[crypto_secretbox_MACBYTES];
    struct wall expires;
};

struct auth;

/* Raw bytes of a new one. */
rc ticket_make(struct ctx *c, struct auth *auth, const struct ticket *ticket, struct str *ret);

/* What it says; UNAUTHENTICATED when it is not ours, for something else, too old or spent. */
rc ticket_open(struct ctx *c, struct auth *auth, enum ticket_use use, struct str raw,
               struct ticket *ret);

/* Spend it. UNAUTHENTICATED when somebody was faster. */
rc ticket_spend(struct ctx *c, struct auth *auth, const struct ticket *ticket);

/* ---- secrets --------------------------------------------------------------------------------- */

/* SHA-256 in hexadecimal: what is kept of a secret that has enough entropy itself. */
rc secret_hash(struct ctx *c, struct str secret, struct str *ret);

/* 256 random bits, base64url: cookies and links. */
rc secret_new(struct ctx *c, struct str *ret);

/* "chy_", 64 hexadecimal digits, and 8 more that check them, so that one in a log or a repository
 * can be told from other text. */
rc token_text_new(struct ctx *c, struct str *ret);
rc token_text_is_one(struct ctx *c, struct str text, bool *ret);

/* Ten codes for people to keep ("K3RM-…"), and their hashes. A code is read without regard to
 * case, spaces and dashes. */
enum { RECOVERY_CODES = 10 };
rc recovery_codes_new(struct ctx *c, struct str account, struct texts *ret_codes,
                      struct texts *ret_hashes);
rc recovery_code_hash(struct ctx *c, struct str account, struct str code, struct str *ret);

/* ---- passwords ------------------------------------------------------------------------------- */

enum { PASSWORD_CHARS_MIN = 12, PASSWORD_BYTES_MAX = 1024 };

/* INVALID, with what would be right, for one that is too short or that everybody tries first. */
rc password_check_strength(struct ctx *c, struct str password, struct str login);

/* Work of a tenth of a second and megabytes: for routes that hash, or for whoever has shown a good
 * link or code. */
rc password_hash(struct ctx *c, struct auth *auth, struct str password, struct str *ret);

/* Is it the one? An absent hash is worked on just as long, and is never right. ret_rehash: a new
 * hash when the rules for hashing have changed; absent otherwise. */
rc password_verify(struct ctx *c, struct auth *auth, struct str hash, struct str password,
                   bool *ret_right, struct str *ret_rehash);

/* ---- authenticator apps (RFC 6238: SHA-1, 6 digits, 30 s, one step either way) --------------- */

/* The step that a code is of; -1 when it is of none that counts now. */
int64_t totp_step(struct str secret, struct str code, struct wall now);
rc totp_text(struct ctx *c, const unsigned char secret[TOTP_SECRET_LEN], struct str *ret_base32);
rc totp_uri(struct ctx *c, struct str base32, struct str issuer, struct str login, struct str *ret);

/* ---- known browsers (auth_known.c) ----------------------------------------------------------- */

enum { KNOWN_ACCOUNTS_MAX = 8, KNOWN_MARK_LEN = 16 };

/* The accounts that have signed in with this browser, the latest first; none: it is a stranger's.
 */
struct known {
    unsigned char mark[KNOWN_MARK_LEN]; /* the browser's own */
    size_t count;
    struct str accounts[KNOWN_ACCOUNTS_MAX];
};

/* What the request's cookies say; nothing when they were not sealed here, or long ago. */
rc known_read(struct ctx *c, const struct auth *auth, struct str cookies, bool tls,
              struct known *ret);
bool known_for(const struct known *known, struct str account);

/* The Set-Cookie by which it knows this account too; the one that has not come for longest goes. */
rc known_cookie(struct ctx *c, const struct auth *auth, const struct known *known,
                struct str account, bool tls, struct str *ret);

/* ---- the parts of struct auth ---------------------------------------------------------------- */

struct spent {
    unsigned char mark[crypto_secretbox_MACBYTES];
    struct wall expires;
};

struct auth {
    struct core *core;
    struct auth_settings settings;
    struct throttle *throttle;
    unsigned char ticket_key[crypto_secretbox_KEYBYTES], known_key[crypto_secretbox_KEYBYTES];
    char no_hash[crypto_pwhash_STRBYTES]; /* worked on for accounts that are not there */

    pthread_mutex_t lock; /* guards what follows */
    size_t spent_count;
    struct spent spent[TICKETS_SPENT_MAX];
};

/* A command that nobody waits for: that something was used, or failed. Lost when too much waits. */
void auth_post_touch(struct auth *auth, const char *decision, struct str target);
void auth_post_failure(struct auth *auth, const struct failed_sign_in *failure);

/* identify, renew and familiar of struct edge_auth. */
rc auth_identify(struct ctx *c, void *arg, struct picture *picture,
                 const struct edge_credentials *credentials, struct edge_caller *ret);
rc auth_renew(struct ctx *c, void *arg, struct picture *picture, struct str session,
              struct edge_caller *ret);
bool auth_familiar(struct ctx *c, void *arg, const struct edge_credentials *credentials);

/* When a session ends that is not used any more. */
struct wall session_end(const struct auth *auth, const struct session *session);

extern const struct route auth_routes[];

/* The name of the session's cookie. */
const char *auth_cookie_name(bool tls);

#endif
