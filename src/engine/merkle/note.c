#include "engine/merkle/note.h"

#include "base/encode.h"
#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>

enum { ALGORITHM_ED25519 = 1 };

#define EM_DASH "\xe2\x80\x94 "

/* ---- keys ----------------------------------------------------------------------------------- */

/* The next code point of well-formed UTF-8. */
static uint32_t take_char(struct str *rest)
{
    size_t len = str_first_char(*rest);
    uint32_t code = str_code_point(str_sub(*rest, 0, len));
    *rest = str_sub(*rest, len, rest->len);
    return code;
}

/* The property White_Space of Unicode. */
static bool is_space(uint32_t code)
{
    return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 || code == 0xa0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

bool note_name_ok(struct str name)
{
    if (name.len == 0 || name.len > NOTE_NAME_MAX || !str_is_utf8(name))
        return false;
    while (name.len > 0) {
        uint32_t code = take_char(&name);
        if (code < 0x20 || code == '+' || is_space(code))
            return false;
    }
    return true;
}

static rc key_id(struct ctx *c, struct merkle *m, struct str name,
                 const unsigned char public_key[NOTE_KEY_LEN], uint32_t *ret)
{
    struct text t;
    text_init(&t, c, NOTE_NAME_MAX + 64);
    text_put(&t, name);
    text_put_char(&t, '\n');
    text_put_char(&t, ALGORITHM_ED25519);
    text_put(&t, (struct str){(const char *)public_key, NOTE_KEY_LEN});
    struct str bytes;
    TRY(text_done(&t, &bytes));
    struct merkle_hash hash = merkle_digest(m, bytes);
    *ret = (uint32_t)hash.bytes[0] << 24 | (uint32_t)hash.bytes[1] << 16 |
           (uint32_t)hash.bytes[2] << 8 | hash.bytes[3];
    return OK;
}

rc note_key_from_seed(struct ctx *c, struct merkle *m, struct str name,
                      const unsigned char seed[NOTE_SEED_LEN], struct note_key *ret)
{
    if (!note_name_ok(name))
        FAIL(c, INVALID, "'%.*s' cannot be a key name: no spaces and no plus", STR_ARG(name));
    struct note_key key = {.name = name};
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(key.public_key, secret, seed);
    sodium_memzero(secret, sizeof secret);
    TRY(key_id(c, m, name, key.public_key, &key.id));
    *ret = key;
    return OK;
}

rc note_key_parse(struct ctx *c, struct merkle *m, struct str text, struct note_key *ret)
{
    struct str rest = text, name, hex, bytes, public_key;
    if (!str_split(&rest, '+', &name) || !str_split(&rest, '+', &hex) || !note_name_ok(name) ||
        hex.len != 8)
        FAIL(c, MALFORMED, "not a verifier key: it is written NAME+ID+KEY");
    TRY(decode_bytes(c, ENCODE_HEX, hex, &bytes));
    TRY(decode_bytes(c, ENCODE_BASE64, rest, &public_key));
    if (public_key.len < 1 || public_key.ptr[0] != ALGORITHM_ED25519)
        FAIL(c, UNSUPPORTED, "the verifier key of '%.*s' is not an Ed25519 key", STR_ARG(name));
    if (public_key.len != 1 + NOTE_KEY_LEN)
        FAIL(c, MALFORMED, "the verifier key of '%.*s' has not 32 bytes", STR_ARG(name));
    struct note_key key = {.name = name};
    memcpy(key.public_key, public_key.ptr + 1, NOTE_KEY_LEN);
    TRY(key_id(c, m, name, key.public_key, &key.id));
    unsigned char id[4] = {(unsigned char)(key.id >> 24), (unsigned char)(key.id >> 16),
                           (unsigned char)(key.id >> 8), (unsigned char)key.id};
    if (memcmp(id, bytes.ptr, 4) != 0)
        FAIL(c, MALFORMED, "the id of the verifier key of '%.*s' is not %02x%02x%02x%02x",
             STR_ARG(name), id[0], id[1], id[2], id[3]);
    *ret = key;
    return OK;
}

/* Base 64 of a prefix and bytes that follow it. */
static rc encode_with(struct ctx *c, const unsigned char *prefix, size_t prefix_len,
                      const unsigned char *bytes, size_t len, struct str *ret)
{
    unsigned char all[4 + NOTE_SIGNATURE_LEN];
    assert(prefix_len + len <= sizeof all);
    memcpy(all, prefix, prefix_len);
    memcpy(all + prefix_len, bytes, len);
    return encode_bytes(c, ENCODE_BASE64, all, prefix_len + len, ret);
}

rc note_key_write(struct ctx *c, const struct note_key *key, struct str *ret)
{
    unsigned char algorithm = ALGORITHM_ED25519;
    struct str encoded;
    TRY(encode_with(c, &algorithm, 1, key->public_key, NOTE_KEY_LEN, &encoded));
    return str_format(c, ret, "%.*s+%08" PRIx32 "+%.*s", STR_ARG(key->name), key->id,
                      STR_ARG(encoded));
}

/* ---- notes ---------------------------------------------------------------------------------- */

void note_sign(struct str text, const unsigned char seed[NOTE_SEED_LEN], const struct note_key *key,
               unsigned char ret_signature[NOTE_SIGNATURE_LEN])
{
    /* libsodium's secret key is the seed and the public key. */
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    memcpy(secret, seed, NOTE_SEED_LEN);
    memcpy(secret + NOTE_SEED_LEN, key->public_key, NOTE_KEY_LEN);
    crypto_sign_detached(ret_signature, NULL, (const unsigned char *)text.ptr, text.len, secret);
    sodium_memzero(secret, sizeof secret);
}

rc note_write(struct ctx *c, struct str text, const struct note_key *key,
              const unsigned char signature[NOTE_SIGNATURE_LEN], struct str *ret)
{
    unsigned char id[4] = {(unsigned char)(key->id >> 24), (unsigned char)(key->id >> 16),
                           (unsigned char)(key->id >> 8), (unsigned char)key->id};
    struct str encoded;
    TRY(encode_with(c, id, sizeof id, signature, NOTE_SIGNATURE_LEN, &encoded));
    struct text t;
    text_init(&t, c, NOTE_MAX);
    text_put(&t, text);
    text_put(&t, STR("\n" EM_DASH));
    text_put(&t, key->name);
    text_put_char(&t, ' ');
    text_put(&t, encoded);
    text_put_char(&t, '\n');
    return text_done(&t, ret);
}

/* Position after the last empty line, or 0. */
static size_t after_blank_line(struct str bytes)
{
    for (size_t i = bytes.len; i >= 2; i--)
        if (bytes.ptr[i - 1] == '\n' && bytes.ptr[i - 2] == '\n')
            return i;
    return 0;
}

static rc parse_signature(struct ctx *c, struct str line, struct note_signature *ret)
{
    struct str name, bytes;
    if (!str_starts(line, EM_DASH))
        FAIL(c, MALFORMED, "a signature line begins with a dash and a space");
    struct str rest = str_sub(line, strlen(EM_DASH), line.len);
    if (!str_split(&rest, ' ', &name) || !note_name_ok(name))
        FAIL(c, MALFORMED, "a signature line has no key name");
    TRY(decode_bytes(c, ENCODE_BASE64, rest, &bytes));
    if (bytes.len <= 4)
        FAIL(c, MALFORMED, "the signature of '%.*s' is too short", STR_ARG(name));
    const unsigned char *id = (const unsigned char *)bytes.ptr;
    *ret = (struct note_signature){
        .name = name,
        .bytes = str_sub(bytes, 4, bytes.len),
        .id = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3],
    };
    return OK;
}

rc note_parse(struct ctx *c, struct str bytes, struct note *ret)
{
    if (bytes.len > NOTE_MAX)
        FAIL(c, TOO_LARGE, "a note of more than %d bytes", NOTE_MAX);
    if (!str_is_utf8(bytes))
        FAIL(c, MALFORMED, "a note is UTF-8");
    for (size_t i = 0; i < bytes.len; i++)
        if ((unsigned char)bytes.ptr[i] < 0x20 && bytes.ptr[i] != '\n')
            FAIL(c, MALFORMED, "a control character at byte %zu of the note", i);
    size_t at = after_blank_line(bytes);
    if (at < 2 || at == bytes.len || bytes.ptr[bytes.len - 1] != '\n')
        FAIL(c, MALFORMED, "a note is text, an empty line and signature lines");
    struct note note = {.text = str_sub(bytes, 0, at - 1)};
    NEW(c, note.signatures, NOTE_SIGNATURES_MAX);
    struct str rest = str_sub(bytes, at, bytes.len - at - 1), line;
    while (str_split(&rest, '\n', &line)) {
        if (note.count == NOTE_SIGNATURES_MAX)
            FAIL(c, TOO_LARGE, "a note with more than %d signatures", NOTE_SIGNATURES_MAX);
        TRY(parse_signature(c, line, &note.signatures[note.count]));
        note.count++;
    }
    *ret = note;
    return OK;
}

rc note_verify(struct ctx *c, const struct note *note, const struct note_key *key)
{
    bool verified = false;
    for (size_t i = 0; i < note->count; i++) {
        const struct note_signature *s = &note->signatures[i];
        if (s->id != key->id || !str_eq(s->name, key->name))
            continue;
        if (s->bytes.len != NOTE_SIGNATURE_LEN ||
            crypto_sign_verify_detached((const unsigned char *)s->bytes.ptr,
                                        (const unsigned char *)note->text.ptr, note->text.len,
                                        key->public_key) != 0)
            FAIL(c, FORBIDDEN, "the signature of '%.*s' is wrong", STR_ARG(key->name));
        verified = true;
    }
    if (!verified)
        FAIL(c, FORBIDDEN, "the note is not signed by '%.*s' (key %08" PRIx32 ")",
             STR_ARG(key->name), key->id);
    return OK;
}

/* ---- checkpoints ---------------------------------------------------------------------------- */

rc checkpoint_write(struct ctx *c, const struct checkpoint *checkpoint, struct str *ret_text)
{
    struct str root;
    TRY(encode_bytes(c, ENCODE_BASE64, checkpoint->root.bytes, MERKLE_HASH_LEN, &root));
    struct text t;
    text_init(&t, c, NOTE_MAX + 1024);
    text_put(&t, checkpoint->origin);
    text_printf(&t, "\n%" PRId64 "\n", checkpoint->size);
    text_put(&t, root);
    text_put_char(&t, '\n');
    text_put(&t, checkpoint->extension);
    return text_done(&t, ret_text);
}

/* A whole number without leading zeroes. */
static bool plain_number(struct str digits, int64_t *ret)
{
    if (digits.len == 0 || (digits.ptr[0] == '0' && digits.len > 1))
        return false;
    for (size_t i = 0; i < digits.len; i++)
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return false;
    return str_to_i64(digits, ret);
}

static rc parse_hash(struct ctx *c, struct str line, struct merkle_hash *ret)
{
    struct str bytes;
    TRY(decode_bytes(c, ENCODE_BASE64, line, &bytes));
    if (bytes.len != MERKLE_HASH_LEN)
        FAIL(c, MALFORMED, "a hash has 32 bytes, not %zu", bytes.len);
    memcpy(ret->bytes, bytes.ptr, MERKLE_HASH_LEN);
    return OK;
}

rc checkpoint_parse(struct ctx *c, struct str text, struct checkpoint *ret)
{
    struct str rest = text, size, root;
    struct checkpoint cp = {.size = 0};
    if (text.len > NOTE_MAX)
        FAIL(c, TOO_LARGE, "a checkpoint of more than %d bytes", NOTE_MAX);
    if (!str_ends(text, "\n") || !str_split(&rest, '\n', &cp.origin) ||
        !str_split(&rest, '\n', &size) || !str_split(&rest, '\n', &root) || cp.origin.len == 0)
        FAIL(c, MALFORMED, "a checkpoint has three lines: origin, size, root");
    if (!plain_number(size, &cp.size))
        FAIL(c, MALFORMED, "the size of the checkpoint is not a whole number");
    TRY(parse_hash(c, root, &cp.root));
    cp.extension = rest.len ? rest : STR("");
    if (str_starts(cp.extension, "\n") || str_find(cp.extension, STR("\n\n")) != SIZE_MAX)
        FAIL(c, MALFORMED, "an empty line in the checkpoint");
    *ret = cp;
    return OK;
}

rc checkpoint_open(struct ctx *c, struct str note, const struct note_key *key,
                   struct checkpoint *ret)
{
    struct note parsed;
    struct checkpoint cp;
    TRY(note_parse(c, note, &parsed));
    TRY(note_verify(c, &parsed, key));
    TRY(checkpoint_parse(c, parsed.text, &cp));
    if (!str_eq(cp.origin, key->name))
        FAIL(c, FORBIDDEN, "a checkpoint of '%.*s', not of '%.*s'", STR_ARG(cp.origin),
             STR_ARG(key->name));
    *ret = cp;
    return OK;
}

/* ---- proof files ---------------------------------------------------------------------------- */

#define PROOF_FIRST_LINE "c2sp.org/tlog-proof@v1"

rc proof_file_write(struct ctx *c, const struct proof_file *proof, struct str *ret)
{
    struct text t;
    text_init(&t, c, 2 * NOTE_MAX);
    text_put(&t, STR(PROOF_FIRST_LINE "\n"));
    struct str line;
    if (!str_absent(proof->extra)) {
        TRY(encode_bytes(c, ENCODE_BASE64, proof->extra.ptr, proof->extra.len, &line));
        text_printf(&t, "extra %.*s\n", STR_ARG(line));
    }
    text_printf(&t, "index %" PRId64 "\n", proof->index);
    for (size_t i = 0; i < proof->path.count; i++) {
        const struct merkle_hash *hash = &proof->path.hashes[i];
        TRY(encode_bytes(c, ENCODE_BASE64, hash->bytes, MERKLE_HASH_LEN, &line));
        text_put(&t, line);
        text_put_char(&t, '\n');
    }
    text_put_char(&t, '\n');
    text_put(&t, proof->note);
    return text_done(&t, ret);
}

rc proof_file_parse(struct ctx *c, struct str bytes, struct proof_file *ret)
{
    struct str rest = bytes, line;
    struct proof_file proof = {.index = 0};
    if (bytes.len > 2 * NOTE_MAX)
        FAIL(c, TOO_LARGE, "a proof of more than %d bytes", 2 * NOTE_MAX);
    if (!str_split(&rest, '\n', &line) || !str_is(line, PROOF_FIRST_LINE) ||
        !str_split(&rest, '\n', &line))
        FAIL(c, MALFORMED, "not a tlog-proof file");
    if (str_starts(line, "extra ")) {
        TRY(decode_bytes(c, ENCODE_BASE64, str_sub(line, 6, line.len), &proof.extra));
        if (!str_split(&rest, '\n', &line))
            FAIL(c, MALFORMED, "the proof ends early");
    }
    if (!str_starts(line, "index ") || !plain_number(str_sub(line, 6, line.len), &proof.index))
        FAIL(c, MALFORMED, "the proof has no index line");
    while (str_split(&rest, '\n', &line) && line.len > 0) {
        if (proof.path.count == MERKLE_HEIGHT_MAX)
            FAIL(c, TOO_LARGE, "a proof with more than %d hashes", MERKLE_HEIGHT_MAX);
        TRY(parse_hash(c, line, &proof.path.hashes[proof.path.count]));
        proof.path.count++;
    }
    if (rest.len == 0)
        FAIL(c, MALFORMED, "the proof carries no checkpoint");
    proof.note = rest;
    *ret = proof;
    return OK;
}
