/* Personal bodies. Each subject has a key of its own, wrapped under the seal key; destroying it
 * makes every body of the subject unreadable, while the leaves, which are over the sealed bytes,
 * stay. */
#include "base/encode.h"
#include "base/random.h"
#include "base/text.h"
#include "ledger/ledger_inner.h"

#include <assert.h>
#include <sodium.h>

static_assert(LEDGER_NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(LEDGER_TAG_LEN == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(LEDGER_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

/* The additional data: a purpose, a number and a text, so that no box fits another place. */
static rc bind_to(struct ctx *c, struct str purpose, int64_t number, struct str subject,
                  struct str *ret)
{
    return str_format(c, ret, "%.*s\n%lld\n%.*s", STR_ARG(purpose), (long long)number,
                      STR_ARG(subject));
}

static rc box(struct ctx *c, const unsigned char *key, struct str bound, struct str plain,
              struct str *ret)
{
    unsigned char *out = NULL;
    NEW(c, out, LEDGER_NONCE_LEN + plain.len + LEDGER_TAG_LEN);
    random_bytes(out, LEDGER_NONCE_LEN);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + LEDGER_NONCE_LEN, NULL, (const unsigned char *)plain.ptr, plain.len,
        (const unsigned char *)bound.ptr, bound.len, NULL, out, key);
    *ret = (struct str){(const char *)out, LEDGER_NONCE_LEN + plain.len + LEDGER_TAG_LEN};
    return OK;
}

/* Into `out`, which has room for the box. */
static bool unbox(const unsigned char *key, struct str bound, struct str boxed, unsigned char *out)
{
    if (boxed.len < LEDGER_NONCE_LEN + LEDGER_TAG_LEN)
        return false;
    const unsigned char *bytes = (const unsigned char *)boxed.ptr;
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               out, NULL, NULL, bytes + LEDGER_NONCE_LEN, boxed.len - LEDGER_NONCE_LEN,
               (const unsigned char *)bound.ptr, bound.len, bytes, key) == 0;
}

rc ledger_subject_key(struct ctx *c, struct store *store, const unsigned char *seal_key,
                      struct str subject, struct subject_key *ret)
{
    struct store_value row[2], parameter = STORE_VALUE_TEXT(subject);
    TRY(ledger_one_row(c, store,
                       STR("SELECT since, wrapped FROM ledger_subjects WHERE subject = $1"), 1,
                       &parameter, 2, row));
    struct subject_key key = {.since = row[0].i64};
    struct str bound;
    TRY(bind_to(c, STR("subject"), key.since, subject, &bound));
    if (row[1].bytes.len != LEDGER_WRAPPED_LEN || !unbox(seal_key, bound, row[1].bytes, key.bytes))
        FAIL(c, CORRUPT,
             "%s: the key of subject %.*s is damaged, or wrapped under another seal key",
             store_name(store), STR_ARG(subject));
    *ret = key;
    sodium_memzero(key.bytes, sizeof key.bytes);
    return OK;
}

static rc make_key(struct ctx *c, struct ledger *ledger, struct str subject,
                   struct subject_key *ret)
{
    struct subject_key key = {.since = ledger_size(ledger)};
    struct str bound, wrapped;
    random_bytes(key.bytes, sizeof key.bytes);
    TRY(bind_to(c, STR("subject"), key.since, subject, &bound));
    TRY(box(c, ledger->secrets->seal_key, bound,
            (struct str){(const char *)key.bytes, sizeof key.bytes}, &wrapped));
    struct store_value row[] = {STORE_VALUE_TEXT(subject), STORE_VALUE_I64(key.since),
                                STORE_VALUE_BYTES(wrapped)};
    store_ledger_unlock(ledger->store);
    rc result =
        store_run(c, ledger->store,
                  STR("INSERT INTO ledger_subjects (subject, since, wrapped) VALUES ($1, $2, $3)"),
                  3, row, NULL);
    store_ledger_lock(ledger->store);
    if (rc_ok(result))
        *ret = key;
    sodium_memzero(&key, sizeof key);
    return result;
}

/* The key to seal with, from the recent ones, the store, or new. */
static rc sealing_key(struct ctx *c, struct ledger *ledger, struct str subject,
                      const struct subject_key **ret)
{
    struct ledger_secrets *s = ledger->secrets;
    size_t at = str_hash(subject) % (sizeof s->recent / sizeof *s->recent);
    if (s->recent[at].len != subject.len ||
        memcmp(s->recent[at].subject, subject.ptr, subject.len) != 0) {
        struct subject_key key;
        s->recent[at].len = 0;
        rc result = ledger_subject_key(c, ledger->store, s->seal_key, subject, &key);
        if (result.code == RC_NOT_FOUND)
            result = make_key(c, ledger, subject, &key);
        TRY(result);
        s->recent[at].key = key;
        memcpy(s->recent[at].subject, subject.ptr, subject.len);
        s->recent[at].len = subject.len;
        sodium_memzero(&key, sizeof key);
    }
    *ret = &s->recent[at].key;
    return OK;
}

rc ledger_seal_body(struct ctx *c, struct ledger *ledger, const struct ledger_event *event,
                    struct str *ret)
{
    const struct subject_key *key = NULL;
    struct str bound, boxed;
    TRY(sealing_key(c, ledger, event->subject, &key));
    TRY(bind_to(c, event->kind, event->seq, event->subject, &bound));
    TRY(box(c, key->bytes, bound, event->body, &boxed));
    return encode_bytes(c, ENCODE_BASE64, boxed.ptr, boxed.len, ret);
}

rc ledger_open_body(struct ctx *c, const struct subject_key *key, const struct ledger_event *event,
                    struct str sealed, struct str *ret)
{
    struct str bound, boxed;
    unsigned char *out = NULL;
    TRY(decode_bytes(c, ENCODE_BASE64, sealed, &boxed));
    TRY(bind_to(c, event->kind, event->seq, event->subject, &bound));
    NEW(c, out, boxed.len + 1);
    if (!unbox(key->bytes, bound, boxed, out))
        FAIL(c, CORRUPT, "the sealed body of entry %lld does not open with its subject's key",
             (long long)event->seq);
    *ret = (struct str){(const char *)out, boxed.len - LEDGER_NONCE_LEN - LEDGER_TAG_LEN};
    return OK;
}

rc ledger_seal(struct ctx *c, struct ledger *ledger, struct str subject, struct str name,
               struct str plain, struct str *ret)
{
    const struct subject_key *key = NULL;
    struct str bound;
    TRY(sealing_key(c, ledger, subject, &key));
    TRY(bind_to(c, STR("beside"), 0, name, &bound));
    return box(c, key->bytes, bound, plain, ret);
}

rc ledger_unseal(struct ctx *c, struct store *store, const unsigned char *seal_key,
                 struct str subject, struct str name, struct str boxed, struct str *ret)
{
    struct subject_key key;
    struct str bound;
    unsigned char *out = NULL;
    NEW(c, out, boxed.len + 1);
    TRY(bind_to(c, STR("beside"), 0, name, &bound));
    TRY(ledger_subject_key(c, store, seal_key, subject, &key));
    bool opened = unbox(key.bytes, bound, boxed, out);
    sodium_memzero(&key, sizeof key);
    if (!opened)
        FAIL(c, CORRUPT, "what was sealed for %.*s does not open with its key", STR_ARG(subject));
    *ret = (struct str){(const char *)out, boxed.len - LEDGER_NONCE_LEN - LEDGER_TAG_LEN};
    return OK;
}

rc ledger_erase(struct ctx *c, struct ledger *ledger, struct str subject)
{
    struct store_value parameter = STORE_VALUE_TEXT(subject);
    int64_t changed = 0;
    sodium_memzero(ledger->secrets->recent, sizeof ledger->secrets->recent);
    store_ledger_unlock(ledger->store);
    rc result = store_run(c, ledger->store, STR("DELETE FROM ledger_subjects WHERE subject = $1"),
                          1, &parameter, &changed);
    store_ledger_lock(ledger->store);
    TRY(result);
    if (changed == 0)
        FAIL(c, NOT_FOUND, "no key of subject %.*s: it is erased already, or never was",
             STR_ARG(subject));
    return OK;
}
