/* Passwords and the codes of authenticator apps. */
#include "base/random.h"
#include "edge/auth/auth_own.h"

#include <inttypes.h>
#include <liboath/oath.h>
#include <zxcvbn.h>

/* ---- strength -------------------------------------------------------------------------------- */

/* What guessers here try that an English list does not have, and rows of keyboards other than the
 * library's. */
static const char *const local_words[] = {"chancery",   "embassy",    "ambassade",
                                          "consulate",  "consulat",   "mission",
                                          "ministry",   "ministere",  "motdepasse",
                                          "passwort",   "azertyuiop", "qsdfghjklm",
                                          "wxcvbn",     "poiuytreza", "mlkjhgfdsq",
                                          "nbvcxw",     "qwertzuiop", "yxcvbnm",
                                          "poiuztrewq", "mnbvcxy",    "correcthorsebatterystaple"};
enum { LOCAL_WORDS = sizeof local_words / sizeof local_words[0] };

/* Whoever has a stolen hash tries some thousand a second: 2^36 guesses take months. */
static const double BITS_MIN = 36;

/* How many bits a guesser needs, who knows the account's name. No more than a hundred characters
 * are looked at. */
static rc guess_bits(struct ctx *c, struct str password, struct str login, double *ret)
{
    const char *words[LOCAL_WORDS + 2];
    struct str text, name;
    TRY(str_copy(c, password, &text));
    TRY(str_copy(c, login, &name));
    memcpy(words, local_words, sizeof local_words);
    words[LOCAL_WORDS] = name.ptr;
    words[LOCAL_WORDS + 1] = NULL;
    *ret = ZxcvbnMatch(text.ptr, words, NULL);
    return OK;
}

rc password_check_strength(struct ctx *c, struct str password, struct str login)
{
    double bits = 0;
    if (str_count_chars(password) < PASSWORD_CHARS_MIN)
        REFUSE(c, INVALID, "password", "password",
               "a password has at least 12 characters; four words are easier to remember");
    if (password.len > PASSWORD_BYTES_MAX)
        REFUSE(c, INVALID, "password", "password", "a password has at most 1024 bytes");
    TRY(guess_bits(c, password, login, &bits));
    if (bits < BITS_MIN)
        REFUSE(c, INVALID, "password", "password",
               "this is among the first passwords to be tried; four words that have nothing to do "
               "with each other are better, and easier to remember");
    return OK;
}

/* ---- hashing --------------------------------------------------------------------------------- */

static int hash_into(const struct auth *auth, struct str password, char out[crypto_pwhash_STRBYTES])
{
    return crypto_pwhash_str_alg(
        out, password.ptr, password.len, (unsigned long long)auth->settings.argon_passes,
        (size_t)auth->settings.argon_memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13);
}

rc password_hash(struct ctx *c, struct auth *auth, struct str password, struct str *ret)
{
    char hash[crypto_pwhash_STRBYTES];
    int failed = hash_into(auth, password, hash);
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
    bool matches = crypto_pwhash_str_verify(stored.ptr, password.ptr, password.len) == 0;
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
