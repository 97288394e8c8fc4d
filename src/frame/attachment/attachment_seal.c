/* The bytes of a file: looked at, digested, sealed and opened. */
#include "base/encode.h"
#include "base/random.h"
#include "frame/attachment/attachment_own.h"
#include "frame/attachment/media.h"

#include <sodium.h>

enum {
    KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES
};

static rc digest_of(struct ctx *c, struct str bytes, struct str *ret)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)bytes.ptr, bytes.len);
    return encode_bytes(c, ENCODE_HEX, hash, sizeof hash, ret);
}

rc attachment_seal(struct ctx *c, struct str name, struct str bytes, struct attachment_given *ret)
{
    const char *type = media_type(bytes);
    unsigned char *key = NULL, *box = NULL;
    unsigned long long len = 0;
    if (bytes.len > ATTACHMENT_BYTES_MAX)
        REFUSE(c, TOO_LARGE, "size", "bytes", "a file can have at most %d bytes",
               ATTACHMENT_BYTES_MAX);
    if (!type)
        REFUSE(c, INVALID, "type", "type",
               "the bytes are not a complete JPEG, PNG, GIF, WebP, PDF or text");
    if (str_absent(name) || str_find(name, STR("/")) != SIZE_MAX ||
        str_find(name, STR("\\")) != SIZE_MAX)
        REFUSE(c, INVALID, "name", "name", "a file needs a name without a path");
    NEW(c, key, KEY_BYTES);
    NEW(c, box, NONCE_BYTES + bytes.len + TAG_BYTES);
    *ret = (struct attachment_given){
        .name = name, .type = str_from(type), .bytes = (int64_t)bytes.len};
    TRY(id_new(c, &ret->id));
    TRY(digest_of(c, bytes, &ret->digest));
    random_bytes(key, KEY_BYTES);
    random_bytes(box, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        box + NONCE_BYTES, &len, (const unsigned char *)bytes.ptr, bytes.len,
        (const unsigned char *)ret->id.ptr, ret->id.len, NULL, box, key);
    ret->key = (struct str){(const char *)key, KEY_BYTES};
    ret->sealed = (struct str){(const char *)box, NONCE_BYTES + len};
    return OK;
}

rc attachment_open(struct ctx *c, const struct attachment *a, struct str key, struct str sealed,
                   struct str *ret)
{
    const unsigned char *box = (const unsigned char *)sealed.ptr;
    unsigned char *out = NULL;
    unsigned long long len = 0;
    struct str digest;
    NEW(c, out, sealed.len + 1);
    bool opened =
        key.len == KEY_BYTES && sealed.len >= NONCE_BYTES + TAG_BYTES &&
        crypto_aead_xchacha20poly1305_ietf_decrypt(
            out, &len, NULL, box + NONCE_BYTES, sealed.len - NONCE_BYTES,
            (const unsigned char *)a->id.ptr, a->id.len, box, (const unsigned char *)key.ptr) == 0;
    if (!opened)
        FAIL(c, CORRUPT, "the bytes of the file %.*s do not open", STR_ARG(a->id));
    struct str bytes = {(const char *)out, len};
    TRY(digest_of(c, bytes, &digest));
    if (!str_eq(digest, a->digest))
        FAIL(c, CORRUPT, "the bytes of the file %.*s are not those of its digest", STR_ARG(a->id));
    *ret = bytes;
    return OK;
}
