/* Known browsers. Whoever has signed in gets a cookie beside the session's that outlives it: for
 * these accounts, what others fail at does not slow this browser. It lets nobody in, and what fails
 * in such a browser slows it by itself. It is sealed, so that nothing is kept of it. */
#include "edge/auth/auth_own.h"

#include "base/encode.h"
#include "base/random.h"

enum { KNOWN_DAYS = 180, ACCOUNT_MAX = 26 };

/* Inside the box. Padding is zeros, so that equal ones are equal bytes. */
struct sealed_known {
    int64_t expires_us;
    unsigned char mark[KNOWN_MARK_LEN];
    uint8_t count, lens[KNOWN_ACCOUNTS_MAX];
    char accounts[KNOWN_ACCOUNTS_MAX][ACCOUNT_MAX];
};

enum {
    BOX_LEN = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + sizeof(struct sealed_known),
};

static const char *cookie_name(bool tls)
{
    return tls ? "__Host-chancery-known" : "chancery-known";
}

static bool open_box(const struct auth *auth, struct str raw, struct sealed_known *ret)
{
    const unsigned char *box = (const unsigned char *)raw.ptr;
    if (raw.len != BOX_LEN)
        return false;
    return crypto_secretbox_open_easy((unsigned char *)ret, box + crypto_secretbox_NONCEBYTES,
                                      BOX_LEN - crypto_secretbox_NONCEBYTES, box,
                                      auth->known_key) == 0;
}

rc known_read(struct ctx *c, const struct auth *auth, struct str cookies, bool tls,
              struct known *ret)
{
    struct str cookie = edge_cookie(cookies, cookie_name(tls)), raw;
    struct sealed_known sealed;
    struct known known = {0};
    *ret = known;
    if (str_absent(cookie))
        return OK;
    rc decoded = decode_bytes(c, ENCODE_BASE64URL, cookie, &raw);
    if (!rc_ok(decoded))
        return decoded.code == RC_MALFORMED ? OK : decoded;
    if (!open_box(auth, raw, &sealed) || sealed.expires_us <= clock_now(c).us ||
        sealed.count > KNOWN_ACCOUNTS_MAX)
        return OK;
    for (; known.count < sealed.count && sealed.lens[known.count] <= ACCOUNT_MAX; known.count++)
        TRY(str_copy(c, (struct str){sealed.accounts[known.count], sealed.lens[known.count]},
                     &known.accounts[known.count]));
    memcpy(known.mark, sealed.mark, sizeof known.mark);
    *ret = known;
    return OK;
}

bool known_for(const struct known *known, struct str account)
{
    for (size_t i = 0; i < known->count; i++)
        if (str_eq(known->accounts[i], account))
            return true;
    return false;
}

static void add(struct sealed_known *sealed, struct str account)
{
    if (sealed->count == KNOWN_ACCOUNTS_MAX || account.len > ACCOUNT_MAX)
        return;
    memcpy(sealed->accounts[sealed->count], account.ptr, account.len);
    sealed->lens[sealed->count++] = (uint8_t)account.len;
}

rc known_cookie(struct ctx *c, const struct auth *auth, const struct known *known,
                struct str account, bool tls, struct str *ret)
{
    struct sealed_known sealed;
    unsigned char box[BOX_LEN];
    struct str text;
    memset(&sealed, 0, sizeof sealed);
    sealed.expires_us = wall_after(clock_now(c), KNOWN_DAYS * DAY_MS).us;
    memcpy(sealed.mark, known->mark, sizeof sealed.mark);
    if (known->count == 0)
        random_bytes(sealed.mark, sizeof sealed.mark);
    add(&sealed, account);
    for (size_t i = 0; i < known->count; i++)
        if (!str_eq(known->accounts[i], account))
            add(&sealed, known->accounts[i]);
    random_bytes(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const unsigned char *)&sealed,
                          sizeof sealed, box, auth->known_key);
    TRY(encode_bytes(c, ENCODE_BASE64URL, box, sizeof box, &text));
    return str_format(c, ret, "%s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s",
                      cookie_name(tls), STR_ARG(text), (long long)(KNOWN_DAYS * DAY_MS / 1000),
                      tls ? "; Secure" : "");
}

bool auth_familiar(struct ctx *c, void *arg, const struct edge_credentials *credentials)
{
    struct known known;
    return rc_ok(known_read(c, arg, credentials->cookie, credentials->tls, &known)) &&
           known.count > 0;
}
