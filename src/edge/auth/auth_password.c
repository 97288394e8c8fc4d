/* Passwords and the codes of authenticator apps. */
#include "base/random.h"
#include "edge/auth/auth_own.h"

#include <inttypes.h>
#include <liboath/oath.h>

/* ---- strength -------------------------------------------------------------------------------- */

/* What the commonest passwords are made of, once digits and signs around it are taken off. Those
 * shorter than the least length are refused by it. */
static const char *const common[] = {
    "password",
    "passwort",
    "motdepasse",
    "qwerty",
    "qwertyuiop",
    "qwertyui",
    "azerty",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "letmein",
    "welcome",
    "administrator",
    "admin",
    "changeme",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "dragon",
    "monkey",
    "shadow",
    "master",
    "trustno",
    "starwars",
    "whatever",
    "computer",
    "internet",
    "security",
    "secret",
    "embassy",
    "ambassade",
    "chancery",
    "consulate",
    "mission",
    "ministry",
    "summer",
    "winter",
    "spring",
    "autumn",
    "passwordpassword",
    "abc",
    "abcdef",
    "abcdefgh",
    "abcdefghijkl",
    "qwertyqwerty",
    "iloveyouiloveyou",
    "correcthorsebatterystaple",
    "",
};

static bool is_letter(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (unsigned char)ch >= 0x80;
}

static struct str stem_of(struct str s)
{
    size_t from = 0, to = s.len;
    while (from < to && !is_letter(s.ptr[from]))
        from++;
    while (to > from && !is_letter(s.ptr[to - 1]))
        to--;
    return str_sub(s, from, to - from);
}

static size_t distinct_bytes(struct str s)
{
    bool seen[256] = {0};
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) {
        count += !seen[(unsigned char)s.ptr[i]];
        seen[(unsigned char)s.ptr[i]] = true;
    }
    return count;
}

rc password_check_strength(struct ctx *c, struct str password, struct str login)
{
    const char *wrong = NULL;
    struct str stem = stem_of(password);
    if (str_count_chars(password) < PASSWORD_CHARS_MIN)
        wrong = "a password has at least 12 characters; four words are easier to remember";
    else if (password.len > PASSWORD_BYTES_MAX)
        wrong = "a password has at most 1024 bytes";
    else if (distinct_bytes(password) < 5 || str_eq_nocase(stem, login))
        wrong = "this is among the first passwords to be tried; four words are easier to remember";
    for (size_t i = 0; !wrong && i < sizeof common / sizeof common[0]; i++)
        if (str_eq_nocase(stem, str_from(common[i])))
            wrong =
                "this is among the first passwords to be tried; four words are easier to remember";
    if (!wrong)
        return OK;
    rc refused = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "%s", wrong);
    fault_set_rule(c, "password");
    fault_enter_name(c, STR("password"));
    return refused;
}

/* ---- hashing --------------------------------------------------------------------------------- */

static rc enter(struct ctx *c, struct auth *auth)
{
    pthread_mutex_lock(&auth->lock);
    bool full = auth->waiting >= auth->settings.argon_waiting;
    auth->waiting += !full;
    while (!full && auth->hashing >= auth->settings.argon_at_once)
        pthread_cond_wait(&auth->free, &auth->lock);
    auth->waiting -= !full;
    auth->hashing += !full;
    pthread_mutex_unlock(&auth->lock);
    if (full)
        FAIL(c, BUSY, "too many are signing in at once; try again");
    return OK;
}

static void leave(struct auth *auth)
{
    pthread_mutex_lock(&auth->lock);
    auth->hashing--;
    pthread_cond_signal(&auth->free);
    pthread_mutex_unlock(&auth->lock);
}

static int hash_into(const struct auth *auth, struct str password, char out[crypto_pwhash_STRBYTES])
{
    return crypto_pwhash_str_alg(
        out, password.ptr, password.len, (unsigned long long)auth->settings.argon_passes,
        (size_t)auth->settings.argon_memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13);
}

rc password_hash(struct ctx *c, struct auth *auth, struct str password, struct str *ret)
{
    char hash[crypto_pwhash_STRBYTES];
    TRY(enter(c, auth));
    int failed = hash_into(auth, password, hash);
    leave(auth);
    if (failed)
        FAIL(c, NO_MEMORY, "out of memory for hashing");
    return str_copy(c, str_from(hash), ret);
}

rc password_verify(struct ctx *c, struct auth *auth, struct str hash, struct str password,
                   bool *ret_right, struct str *ret_rehash)
{
    struct str stored, rehash = {NULL, 0};
    bool exists = !str_absent(hash);
    TRY(str_copy(c, exists ? hash : str_from(auth->no_hash), &stored));
    TRY(enter(c, auth));
    bool matches = crypto_pwhash_str_verify(stored.ptr, password.ptr, password.len) == 0;
    leave(auth);
    bool right = exists && matches;
    if (right &&
        crypto_pwhash_str_needs_rehash(stored.ptr, (unsigned long long)auth->settings.argon_passes,
                                       (size_t)auth->settings.argon_memory_kib * 1024))
        TRY(password_hash(c, auth, password, &rehash));
    *ret_right = right;
    *ret_rehash = rehash;
    return OK;
}

/* ---- authenticator apps ---------------------------------------------------------------------- */

enum { STEP_S = 30, DIGITS = 6, WINDOW = 1 };

int64_t totp_step(struct str secret, struct str code, struct wall now)
{
    char digits[DIGITS + 1] = {0};
    uint64_t step = 0;
    if (code.len != DIGITS)
        return -1;
    for (size_t i = 0; i < DIGITS; i++) {
        if (code.ptr[i] < '0' || code.ptr[i] > '9')
            return -1;
        digits[i] = code.ptr[i];
    }
    int found = oath_totp_validate4(secret.ptr, secret.len, (time_t)(now.us / 1000000), STEP_S, 0,
                                    WINDOW, NULL, &step, 0, digits);
    return found < 0 ? -1 : (int64_t)step;
}

/* Base 32 of RFC 4648; 20 bytes need no padding. */
rc totp_text(struct ctx *c, const unsigned char secret[TOTP_SECRET_LEN], struct str *ret)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    struct text out;
    text_init(&out, c, 64);
    for (size_t bit = 0; bit < TOTP_SECRET_LEN * 8; bit += 5) {
        unsigned pair = (unsigned)secret[bit / 8] << 8;
        if (bit / 8 + 1 < TOTP_SECRET_LEN)
            pair |= secret[bit / 8 + 1];
        text_put_char(&out, alphabet[pair >> (11 - bit % 8) & 31]);
    }
    return text_done(&out, ret);
}

static void put_escaped(struct text *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                     (ch >= '0' && ch <= '9') || ch == '-' || ch == '.' || ch == '_' || ch == '~';
        if (plain)
            text_put_char(out, ch);
        else
            text_printf(out, "%%%02X", (unsigned)(unsigned char)ch);
    }
}

rc totp_uri(struct ctx *c, struct str base32, struct str issuer, struct str login, struct str *ret)
{
    struct text out;
    text_init(&out, c, 2000);
    text_put(&out, STR("otpauth://totp/"));
    put_escaped(&out, issuer);
    text_put_char(&out, ':');
    put_escaped(&out, login);
    text_printf(&out, "?secret=%.*s&issuer=", STR_ARG(base32));
    put_escaped(&out, issuer);
    text_put(&out, STR("&algorithm=SHA1&digits=6&period=30"));
    return text_done(&out, ret);
}
