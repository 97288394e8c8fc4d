/* The file:
 *
 *   {"format":"chancery-keys-1","check":"…","slots":[
 *    {"id":"01J…","kind":"passphrase","label":"…","created":"…","salt":"…","passes":3,"kib":131072,
 *     "wrapped":"…"}, …],"sum":"…"}
 *
 * `wrapped` is nonce and XChaCha20-Poly1305 box of the data key under the slot's own key; the
 * additional data is all that the slot says of itself. `check` is derived from the data key: it
 * tells whether a key is this mission's. `sum` is BLAKE2b over the slots as written, so that damage
 * is not taken for a wrong secret. */
#include "store/keyring.h"

#include "base/encode.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"

#include <assert.h>
#include <sodium.h>

enum {
    FILE_MAX = 65536,
    LABEL_MAX = 200,
    PASSPHRASE_CHARS_MIN = 12,
    SALT_LEN = 16,
    CHECK_LEN = 16,
    SUM_LEN = 16,
    NONCE_LEN = 24,
    WRAPPED_LEN = NONCE_LEN + KEY_LEN + 16,
    PURPOSE_CHECK = 1000,
    /* What a new slot costs to try: about half a second and 128 MiB. */
    PASSES = 3,
    KIB = 128 * 1024,
    /* What a slot may ask of us when it is read: a hostile file must not take the machine. */
    PASSES_MAX = 16,
    KIB_MIN = 8,
    KIB_MAX = 1024 * 1024
};

#define FORMAT "chancery-keys-1"

struct slot {
    struct key_slot shown;
    struct str salt, wrapped;
    int64_t passes, kib; /* of a passphrase */
};

struct keyring {
    struct str check;
    size_t count;
    struct slot slots[KEY_SLOTS_MAX];
};

static const char *const kinds[] = {
    [KEY_SLOT_PASSPHRASE] = "passphrase",
    [KEY_SLOT_FILE] = "file",
    [KEY_SLOT_CREDENTIAL] = "credential",
};

/* ---- keys ----------------------------------------------------------------------------------- */

void keyring_derive(const unsigned char key[KEY_LEN], enum key_purpose purpose,
                    unsigned char ret[KEY_LEN])
{
    static_assert(crypto_kdf_KEYBYTES == KEY_LEN);
    crypto_kdf_derive_from_key(ret, KEY_LEN, (uint64_t)purpose, "chancery", key);
}

static void check_of(const unsigned char key[KEY_LEN], unsigned char ret[CHECK_LEN])
{
    crypto_kdf_derive_from_key(ret, CHECK_LEN, PURPOSE_CHECK, "chancery", key);
}

/* The key that wraps the data key in this slot. */
static rc slot_key(struct ctx *c, const struct slot *slot, struct str secret,
                   unsigned char ret[KEY_LEN])
{
    const unsigned char *salt = (const unsigned char *)slot->salt.ptr;
    if (slot->shown.kind != KEY_SLOT_PASSPHRASE) {
        crypto_generichash(ret, KEY_LEN, (const unsigned char *)secret.ptr, secret.len, salt,
                           SALT_LEN);
        return OK;
    }
    if (crypto_pwhash(ret, KEY_LEN, secret.ptr, secret.len, salt, (unsigned long long)slot->passes,
                      (size_t)slot->kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        FAIL(c, NO_MEMORY, "no %d MiB of memory to try a passphrase", (int)(slot->kib / 1024));
    return OK;
}

static rc put_slot(struct ctx *c, struct text *t, const struct slot *slot, bool with_wrapped);

/* All that the slot says of itself. */
static rc bound_data(struct ctx *c, const struct slot *slot, struct str *ret)
{
    struct text t;
    text_init(&t, c, FILE_MAX);
    text_put(&t, STR(FORMAT "\n"));
    TRY(put_slot(c, &t, slot, false));
    return text_done(&t, ret);
}

static rc wrap(struct ctx *c, struct slot *slot, const unsigned char key[KEY_LEN],
               struct str secret)
{
    unsigned char *out = NULL, own[KEY_LEN];
    struct str bound;
    NEW(c, out, WRAPPED_LEN);
    TRY(bound_data(c, slot, &bound));
    TRY(slot_key(c, slot, secret, own));
    random_bytes(out, NONCE_LEN);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_LEN, NULL, key, KEY_LEN,
                                               (const unsigned char *)bound.ptr, bound.len, NULL,
                                               out, own);
    sodium_memzero(own, sizeof own);
    slot->wrapped = (struct str){(const char *)out, WRAPPED_LEN};
    return OK;
}

/* *ret_opened is false when it is another secret's slot. */
static rc unwrap(struct ctx *c, const struct slot *slot, struct str secret,
                 unsigned char ret_key[KEY_LEN], bool *ret_opened)
{
    unsigned char own[KEY_LEN];
    struct str bound;
    const unsigned char *wrapped = (const unsigned char *)slot->wrapped.ptr;
    TRY(bound_data(c, slot, &bound));
    TRY(slot_key(c, slot, secret, own));
    *ret_opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
                      ret_key, NULL, NULL, wrapped + NONCE_LEN, WRAPPED_LEN - NONCE_LEN,
                      (const unsigned char *)bound.ptr, bound.len, wrapped, own) == 0;
    sodium_memzero(own, sizeof own);
    return OK;
}

/* ---- writing -------------------------------------------------------------------------------- */

static rc put_bytes(struct ctx *c, struct text *t, const char *name, struct str bytes)
{
    struct str encoded;
    TRY(encode_bytes(c, ENCODE_BASE64, bytes.ptr, bytes.len, &encoded));
    text_printf(t, ",\"%s\":\"%.*s\"", name, STR_ARG(encoded));
    return OK;
}

static rc put_slot(struct ctx *c, struct text *t, const struct slot *slot, bool with_wrapped)
{
    text_put(t, STR("{\"id\":"));
    text_put_json(t, slot->shown.id);
    text_printf(t, ",\"kind\":\"%s\",\"label\":", kinds[slot->shown.kind]);
    text_put_json(t, slot->shown.label);
    text_put(t, STR(",\"created\":\""));
    text_put_wall(t, slot->shown.created);
    text_put_char(t, '"');
    TRY(put_bytes(c, t, "salt", slot->salt));
    if (slot->shown.kind == KEY_SLOT_PASSPHRASE) {
        text_put(t, STR(",\"passes\":"));
        text_put_i64(t, slot->passes);
        text_put(t, STR(",\"kib\":"));
        text_put_i64(t, slot->kib);
    }
    if (with_wrapped)
        TRY(put_bytes(c, t, "wrapped", slot->wrapped));
    text_put_char(t, '}');
    return OK;
}

static void sum_of(struct str slots, unsigned char ret[SUM_LEN])
{
    crypto_generichash(ret, SUM_LEN, (const unsigned char *)slots.ptr, slots.len, NULL, 0);
}

static rc save(struct ctx *c, const struct files *files, const char *path,
               const struct keyring *ring)
{
    struct text slots, t;
    struct str content;
    unsigned char sum[SUM_LEN];
    text_init(&slots, c, FILE_MAX);
    for (size_t i = 0; i < ring->count; i++) {
        text_put(&slots, i ? STR(",\n") : STR("[\n"));
        TRY(put_slot(c, &slots, &ring->slots[i], true));
    }
    text_put_char(&slots, ']');
    TRY(text_done(&slots, &content));
    sum_of(content, sum);
    text_init(&t, c, FILE_MAX);
    text_put(&t, STR("{\"format\":\"" FORMAT "\""));
    TRY(put_bytes(c, &t, "check", ring->check));
    text_put(&t, STR(",\"slots\":"));
    text_put(&t, content);
    TRY(put_bytes(c, &t, "sum", (struct str){(const char *)sum, SUM_LEN}));
    text_put(&t, STR("}\n"));
    TRY(text_done(&t, &content));
    return file_write(c, files, path, content, 0600);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Members come in the order they are written in. */
static rc member(struct ctx *c, struct json *j, const char *name)
{
    struct str key = {0};
    if (!json_next_key(j, &key) || !str_is(key, name))
        FAIL(c, CORRUPT, "the key slots: '%s' is missing at byte %zu", name, j->at);
    return OK;
}

static rc read_text(struct ctx *c, struct json *j, const char *name, struct str *ret)
{
    struct str raw = {0};
    TRY(member(c, j, name));
    if (!json_string(j, &raw))
        FAIL(c, CORRUPT, "the key slots: '%s' is no text", name);
    return json_unescape(c, raw, ret);
}

static rc read_bytes(struct ctx *c, struct json *j, const char *name, size_t len, struct str *ret)
{
    struct str text, bytes;
    TRY(read_text(c, j, name, &text));
    rc result = decode_bytes(c, ENCODE_BASE64, text, &bytes);
    if (result.code == RC_NO_MEMORY)
        return result;
    if (!rc_ok(result) || bytes.len != len)
        FAIL(c, CORRUPT, "the key slots: '%s' is not %zu bytes in base 64", name, len);
    *ret = bytes;
    return OK;
}

static rc read_cost(struct ctx *c, struct json *j, const char *name, int64_t least, int64_t most,
                    int64_t *ret)
{
    struct str digits = {0};
    TRY(member(c, j, name));
    if (!json_number(j, &digits) || !str_to_i64(digits, ret) || *ret < least || *ret > most)
        FAIL(c, CORRUPT, "the key slots: '%s' is not between %d and %d", name, (int)least,
             (int)most);
    return OK;
}

static rc read_slot(struct ctx *c, struct json *j, struct slot *slot)
{
    struct str kind, created;
    size_t at = 0;
    json_object(j);
    TRY(read_text(c, j, "id", &slot->shown.id));
    TRY(read_text(c, j, "kind", &kind));
    TRY(read_text(c, j, "label", &slot->shown.label));
    TRY(read_text(c, j, "created", &created));
    TRY(read_bytes(c, j, "salt", SALT_LEN, &slot->salt));
    while (at <= KEY_SLOT_CREDENTIAL && !str_is(kind, kinds[at]))
        at++;
    if (at > KEY_SLOT_CREDENTIAL || slot->shown.id.len == 0 || slot->shown.label.len > LABEL_MAX ||
        !wall_parse(created, &slot->shown.created))
        FAIL(c, CORRUPT, "the key slots: a slot of an unknown kind, or without id or time");
    slot->shown.kind = (enum key_slot_kind)at;
    if (slot->shown.kind == KEY_SLOT_PASSPHRASE) {
        TRY(read_cost(c, j, "passes", 1, PASSES_MAX, &slot->passes));
        TRY(read_cost(c, j, "kib", KIB_MIN, KIB_MAX, &slot->kib));
    }
    TRY(read_bytes(c, j, "wrapped", WRAPPED_LEN, &slot->wrapped));
    struct str more;
    if (json_next_key(j, &more))
        FAIL(c, CORRUPT, "the key slots: an unknown member '%.*s'", STR_ARG(more));
    return OK;
}

static rc read_slots(struct ctx *c, struct json *j, struct keyring *ring)
{
    json_array(j);
    while (json_next_item(j)) {
        if (ring->count == KEY_SLOTS_MAX)
            FAIL(c, CORRUPT, "the key slots: more than %d", KEY_SLOTS_MAX);
        TRY(read_slot(c, j, &ring->slots[ring->count]));
        ring->count++;
    }
    if (ring->count == 0)
        FAIL(c, CORRUPT, "the key slots: there is none");
    return OK;
}

rc keyring_parse(struct ctx *c, struct str content, struct keyring **ret)
{
    struct keyring *ring = NULL;
    struct json j, inner;
    struct str format, slots = {0}, sum, more;
    unsigned char wanted[SUM_LEN];
    NEW(c, ring, 1);
    json_init(&j, content);
    json_object(&j);
    TRY(read_text(c, &j, "format", &format));
    if (!str_is(format, FORMAT))
        FAIL(c, CORRUPT, "the key slots: not of the format " FORMAT);
    TRY(read_bytes(c, &j, "check", CHECK_LEN, &ring->check));
    TRY(member(c, &j, "slots"));
    json_skip(&j, &slots);
    TRY(read_bytes(c, &j, "sum", SUM_LEN, &sum));
    if (json_next_key(&j, &more) || !json_end(&j))
        FAIL(c, CORRUPT, "the key slots: not the JSON that is written here");
    sum_of(slots, wanted);
    if (sodium_memcmp(wanted, sum.ptr, SUM_LEN) != 0)
        FAIL(c, CORRUPT, "the key slots: the sum is wrong, the file is damaged");
    json_init(&inner, slots);
    TRY(read_slots(c, &inner, ring));
    *ret = ring;
    return OK;
}

/* Read the file; what is wrong with it is told with its name. */
static rc load(struct ctx *c, const struct files *files, const char *path, struct keyring **ret)
{
    struct str content;
    if (sodium_init() < 0)
        FAIL(c, INTERNAL, "libsodium cannot start");
    rc result = file_read(c, files, path, FILE_MAX, &content);
    if (result.code == RC_TOO_LARGE)
        FAIL(c, CORRUPT, "%s: more than %d bytes of key slots", path, FILE_MAX);
    TRY(result);
    result = keyring_parse(c, content, ret);
    if (result.code == RC_CORRUPT) {
        char why[sizeof c->fault.message];
        memcpy(why, c->fault.message, sizeof why);
        FAIL(c, CORRUPT, "%s: %s", path, why);
    }
    return result;
}

/* ---- slots ---------------------------------------------------------------------------------- */

static rc check_secret(struct ctx *c, const struct key_secret *secret)
{
    if (secret->kind == KEY_SLOT_PASSPHRASE &&
        (!str_is_utf8(secret->bytes) || str_count_chars(secret->bytes) < PASSPHRASE_CHARS_MIN))
        FAIL(c, INVALID, "a passphrase has at least %d characters", PASSPHRASE_CHARS_MIN);
    if (secret->kind != KEY_SLOT_PASSPHRASE && secret->bytes.len < KEY_LEN)
        FAIL(c, INVALID, "a key %s has at least %d bytes", kinds[secret->kind], KEY_LEN);
    return OK;
}

static rc new_slot(struct ctx *c, const unsigned char key[KEY_LEN], const struct key_secret *secret,
                   struct str label, struct slot *ret)
{
    struct slot slot = {.shown = {.label = label, .kind = secret->kind, .created = clock_now(c)},
                        .passes = PASSES,
                        .kib = KIB};
    char *salt = NULL;
    TRY(check_secret(c, secret));
    if (str_absent(label) || label.len > LABEL_MAX || !str_is_utf8(label))
        FAIL(c, INVALID, "a label is text of at most %d bytes", LABEL_MAX);
    NEW(c, salt, SALT_LEN);
    random_bytes(salt, SALT_LEN);
    slot.salt = (struct str){salt, SALT_LEN};
    TRY(id_new(c, &slot.shown.id));
    TRY(wrap(c, &slot, key, secret->bytes));
    *ret = slot;
    return OK;
}

/* Is it the key of this file? */
static rc check_key(struct ctx *c, const struct keyring *ring, const unsigned char key[KEY_LEN],
                    const char *path)
{
    unsigned char check[CHECK_LEN];
    check_of(key, check);
    if (sodium_memcmp(check, ring->check.ptr, CHECK_LEN) != 0)
        FAIL(c, FORBIDDEN, "%s: this is not the key of these slots", path);
    return OK;
}

rc keyring_create(struct ctx *c, const struct files *files, const char *path,
                  const struct key_secret *secret, struct str label, unsigned char ret_key[KEY_LEN])
{
    struct keyring *ring = NULL;
    unsigned char key[KEY_LEN], check[CHECK_LEN];
    if (file_exists(path))
        FAIL(c, CONFLICT, "%s already exists", path);
    if (sodium_init() < 0)
        FAIL(c, INTERNAL, "libsodium cannot start");
    NEW(c, ring, 1);
    random_bytes(key, KEY_LEN);
    check_of(key, check);
    ring->check = (struct str){(const char *)check, CHECK_LEN};
    ring->count = 1;
    rc result = new_slot(c, key, secret, label, &ring->slots[0]);
    if (rc_ok(result))
        result = save(c, files, path, ring);
    if (rc_ok(result))
        memcpy(ret_key, key, KEY_LEN);
    sodium_memzero(key, sizeof key);
    return result;
}

rc keyring_open(struct ctx *c, const struct files *files, const char *path,
                const struct key_secret *secret, unsigned char ret_key[KEY_LEN])
{
    struct keyring *ring = NULL;
    unsigned char key[KEY_LEN];
    bool opened = false;
    TRY(load(c, files, path, &ring));
    for (size_t i = 0; i < ring->count && !opened; i++)
        if (ring->slots[i].shown.kind == secret->kind)
            TRY(unwrap(c, &ring->slots[i], secret->bytes, key, &opened));
    if (!opened)
        FAIL(c, FORBIDDEN, "%s: no slot opens with this %s", path, kinds[secret->kind]);
    rc result = check_key(c, ring, key, path);
    if (rc_ok(result))
        memcpy(ret_key, key, KEY_LEN);
    sodium_memzero(key, sizeof key);
    return result;
}

static rc find_slot(struct ctx *c, const struct keyring *ring, struct str id, const char *path,
                    size_t *ret)
{
    size_t at = 0;
    while (at < ring->count && !str_eq(ring->slots[at].shown.id, id))
        at++;
    if (at == ring->count)
        FAIL(c, NOT_FOUND, "%s: there is no slot %.*s", path, STR_ARG(id));
    *ret = at;
    return OK;
}

rc keyring_add(struct ctx *c, const struct files *files, const char *path,
               const unsigned char key[KEY_LEN], const struct key_secret *secret, struct str label,
               struct str *ret_id)
{
    struct keyring *ring = NULL;
    TRY(load(c, files, path, &ring));
    TRY(check_key(c, ring, key, path));
    if (ring->count == KEY_SLOTS_MAX)
        FAIL(c, CONFLICT, "%s: all %d slots are taken", path, KEY_SLOTS_MAX);
    struct slot *slot = &ring->slots[ring->count];
    TRY(new_slot(c, key, secret, label, slot));
    ring->count++;
    TRY(save(c, files, path, ring));
    *ret_id = slot->shown.id;
    return OK;
}

rc keyring_replace(struct ctx *c, const struct files *files, const char *path,
                   const unsigned char key[KEY_LEN], struct str id, const struct key_secret *secret,
                   struct str label, struct str *ret_id)
{
    struct keyring *ring = NULL;
    size_t at = 0;
    TRY(load(c, files, path, &ring));
    TRY(check_key(c, ring, key, path));
    TRY(find_slot(c, ring, id, path, &at));
    TRY(new_slot(c, key, secret, label, &ring->slots[at]));
    TRY(save(c, files, path, ring));
    *ret_id = ring->slots[at].shown.id;
    return OK;
}

rc keyring_remove(struct ctx *c, const struct files *files, const char *path, struct str id)
{
    struct keyring *ring = NULL;
    size_t at = 0;
    TRY(load(c, files, path, &ring));
    TRY(find_slot(c, ring, id, path, &at));
    if (ring->count == 1)
        FAIL(c, CONFLICT,
             "%s: the last slot cannot be removed: the data could never be opened again", path);
    ring->count--;
    for (; at < ring->count; at++)
        ring->slots[at] = ring->slots[at + 1];
    return save(c, files, path, ring);
}

rc keyring_list(struct ctx *c, const struct files *files, const char *path,
                struct key_slot ret_slots[KEY_SLOTS_MAX], size_t *ret_count)
{
    struct keyring *ring = NULL;
    TRY(load(c, files, path, &ring));
    for (size_t i = 0; i < ring->count; i++)
        ret_slots[i] = ring->slots[i].shown;
    *ret_count = ring->count;
    return OK;
}
