/* Tickets, and the texts that are secrets: cookies, links, tokens, recovery codes. */
#include "base/encode.h"
#include "base/random.h"
#include "edge/auth/auth_own.h"

#include <assert.h>

enum { SECRET_LEN = 32, ACCOUNT_MAX = 26 };

#define REJECT(c, ...) FAIL(c, UNAUTHENTICATED, __VA_ARGS__)

/* ---- tickets --------------------------------------------------------------------------------- */

/* Inside the box; the process that reads it is the one that wrote it. */
struct sealed {
    int64_t expires_us;
    uint8_t use, account_len;
    char account[ACCOUNT_MAX];
    unsigned char totp[TOTP_SECRET_LEN];
};

enum {
    BOX_LEN = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + sizeof(struct sealed),
};

rc ticket_make(struct ctx *c, struct auth *auth, const struct ticket *ticket, struct str *ret)
{
    struct sealed sealed;
    unsigned char *box = NULL;
    assert(ticket->account.len <= ACCOUNT_MAX);
    memset(&sealed, 0, sizeof sealed);
    sealed.expires_us = clock_now(c).us + (int64_t)TICKET_MS * 1000;
    sealed.use = (uint8_t)ticket->use;
    sealed.account_len = (uint8_t)ticket->account.len;
    if (ticket->account.len)
        memcpy(sealed.account, ticket->account.ptr, ticket->account.len);
    memcpy(sealed.totp, ticket->totp, sizeof sealed.totp);
    NEW(c, box, BOX_LEN);
    random_bytes(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const unsigned char *)&sealed,
                          sizeof sealed, box, auth->ticket_key);
    *ret = (struct str){(const char *)box, BOX_LEN};
    return OK;
}

static bool is_spent(const struct auth *auth, const unsigned char *mark)
{
    for (size_t i = 0; i < auth->spent_count; i++)
        if (memcmp(auth->spent[i].mark, mark, sizeof auth->spent[i].mark) == 0)
            return true;
    return false;
}

rc ticket_open(struct ctx *c, struct auth *auth, enum ticket_use use, struct str raw,
               struct ticket *ret)
{
    struct sealed sealed;
    const unsigned char *box = (const unsigned char *)raw.ptr;
    struct ticket ticket = {.use = use};
    if (raw.len != BOX_LEN ||
        crypto_secretbox_open_easy((unsigned char *)&sealed, box + crypto_secretbox_NONCEBYTES,
                                   BOX_LEN - crypto_secretbox_NONCEBYTES, box,
                                   auth->ticket_key) != 0 ||
        sealed.use != use)
        REJECT(c, "the challenge was not issued here");
    if (sealed.expires_us <= clock_now(c).us)
        REJECT(c, "the challenge is too old; ask for another");
    ticket.expires.us = sealed.expires_us;
    memcpy(ticket.totp, sealed.totp, sizeof ticket.totp);
    memcpy(ticket.mark, box + crypto_secretbox_NONCEBYTES, sizeof ticket.mark);
    if (sealed.account_len)
        TRY(str_copy(c, (struct str){sealed.account, sealed.account_len}, &ticket.account));
    pthread_mutex_lock(&auth->lock);
    bool spent = is_spent(auth, ticket.mark);
    pthread_mutex_unlock(&auth->lock);
    if (spent)
        REJECT(c, "the challenge has already been used");
    *ret = ticket;
    return OK;
}

/* The lock is held. */
static bool remember_spent(struct auth *auth, const struct ticket *ticket, struct wall now)
{
    size_t kept = 0;
    for (size_t i = 0; i < auth->spent_count; i++)
        if (auth->spent[i].expires.us > now.us)
            auth->spent[kept++] = auth->spent[i];
    auth->spent_count = kept;
    if (kept == TICKETS_SPENT_MAX)
        return false;
    struct spent *spent = &auth->spent[auth->spent_count++];
    memcpy(spent->mark, ticket->mark, sizeof spent->mark);
    spent->expires = ticket->expires;
    return true;
}

rc ticket_spend(struct ctx *c, struct auth *auth, const struct ticket *ticket)
{
    pthread_mutex_lock(&auth->lock);
    bool spent = is_spent(auth, ticket->mark);
    bool kept = !spent && remember_spent(auth, ticket, clock_now(c));
    pthread_mutex_unlock(&auth->lock);
    if (spent)
        REJECT(c, "the challenge has already been used");
    if (!kept)
        FAIL(c, BUSY, "too many are signing in at once; try again in a few minutes");
    return OK;
}

/* ---- cookies, links, tokens ------------------------------------------------------------------ */

rc secret_hash(struct ctx *c, struct str secret, struct str *ret)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)secret.ptr, secret.len);
    return encode_bytes(c, ENCODE_HEX, hash, sizeof hash, ret);
}

rc secret_new(struct ctx *c, struct str *ret)
{
    unsigned char bytes[SECRET_LEN];
    random_bytes(bytes, sizeof bytes);
    return encode_bytes(c, ENCODE_BASE64URL, bytes, sizeof bytes, ret);
}

enum { TOKEN_HEAD = 4, TOKEN_BODY = 2 * SECRET_LEN, TOKEN_CHECK = 8 };

static rc token_check(struct ctx *c, struct str body, struct str *ret)
{
    struct str hash;
    TRY(secret_hash(c, body, &hash));
    *ret = str_sub(hash, 0, TOKEN_CHECK);
    return OK;
}

rc token_text_new(struct ctx *c, struct str *ret)
{
    unsigned char bytes[SECRET_LEN];
    struct str body, check;
    random_bytes(bytes, sizeof bytes);
    TRY(encode_bytes(c, ENCODE_HEX, bytes, sizeof bytes, &body));
    TRY(token_check(c, body, &check));
    return str_format(c, ret, "chy_%.*s%.*s", STR_ARG(body), STR_ARG(check));
}

rc token_text_is_one(struct ctx *c, struct str text, bool *ret)
{
    struct str check;
    *ret = false;
    if (text.len != TOKEN_HEAD + TOKEN_BODY + TOKEN_CHECK || !str_starts(text, "chy_"))
        return OK;
    TRY(token_check(c, str_sub(text, TOKEN_HEAD, TOKEN_BODY), &check));
    *ret = str_eq(check, str_sub(text, TOKEN_HEAD + TOKEN_BODY, TOKEN_CHECK));
    return OK;
}

/* ---- recovery codes -------------------------------------------------------------------------- */

/* Crockford's base 32: no letter that reads as a digit. Five bits a letter, 80 bits a code. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { CODE_LETTERS = 16, CODE_GROUP = 4 };

rc recovery_code_hash(struct ctx *c, struct str account, struct str code, struct str *ret)
{
    struct text plain;
    struct str text;
    text_init(&plain, c, 200);
    text_put(&plain, account);
    text_put_char(&plain, ':');
    for (size_t i = 0; i < code.len; i++) {
        char ch = code.ptr[i];
        if (ch >= 'a' && ch <= 'z')
            ch = (char)(ch - 'a' + 'A');
        if (ch == 'O')
            ch = '0';
        if (ch == 'I' || ch == 'L')
            ch = '1';
        if (ch != ' ' && ch != '-')
            text_put_char(&plain, ch);
    }
    TRY(text_done(&plain, &text));
    return secret_hash(c, text, ret);
}

rc recovery_codes_new(struct ctx *c, struct str account, struct texts *ret_codes,
                      struct texts *ret_hashes)
{
    struct texts codes = {.count = RECOVERY_CODES}, hashes = {.count = RECOVERY_CODES};
    NEW(c, codes.items, RECOVERY_CODES);
    NEW(c, hashes.items, RECOVERY_CODES);
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        unsigned char random[CODE_LETTERS];
        struct text code;
        random_bytes(random, sizeof random);
        text_init(&code, c, 64);
        for (size_t j = 0; j < CODE_LETTERS; j++) {
            if (j > 0 && j % CODE_GROUP == 0)
                text_put_char(&code, '-');
            text_put_char(&code, letters[random[j] % 32]);
        }
        TRY(text_done(&code, &codes.items[i]));
        TRY(recovery_code_hash(c, account, codes.items[i], &hashes.items[i]));
    }
    *ret_codes = codes;
    *ret_hashes = hashes;
    return OK;
}
