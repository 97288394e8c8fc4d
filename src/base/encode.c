#include "base/encode.h"

#include <sodium.h>

static int variant_of(enum encoding encoding)
{
    return encoding == ENCODE_BASE64 ? sodium_base64_VARIANT_ORIGINAL
                                     : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}

rc encode_bytes(struct ctx *c, enum encoding encoding, const void *bytes, size_t len,
                struct str *ret)
{
    char *out = NULL;
    if (len > SIZE_MAX / 8)
        FAIL(c, TOO_LARGE, "too many bytes to write as text");
    bool hex = encoding == ENCODE_HEX;
    size_t room = hex ? len * 2 + 1 : sodium_base64_encoded_len(len, variant_of(encoding));
    NEW(c, out, room);
    if (hex)
        sodium_bin2hex(out, room, bytes, len);
    else
        sodium_bin2base64(out, room, bytes, len, variant_of(encoding));
    *ret = str_from(out);
    return OK;
}

/* libsodium takes some bytes above 127 for letters of base 64. */
static size_t ascii_len(const char *ptr, size_t len)
{
    size_t at = 0;
    while (at < len && (unsigned char)ptr[at] < 0x80)
        at++;
    return at;
}

rc decode_bytes(struct ctx *c, enum encoding encoding, struct str text, struct str *ret)
{
    unsigned char *out = NULL;
    size_t len = 0;
    const char *stop = NULL;
    NEW(c, out, text.len + 1);
    const char *ptr = text.ptr ? text.ptr : "";
    int failed = encoding == ENCODE_HEX
                     ? sodium_hex2bin(out, text.len + 1, ptr, text.len, NULL, &len, &stop)
                     : sodium_base642bin(out, text.len + 1, ptr, text.len, NULL, &len, &stop,
                                         variant_of(encoding));
    size_t good = ascii_len(ptr, text.len);
    if (stop && (size_t)(stop - ptr) < good)
        good = (size_t)(stop - ptr);
    if (failed || !stop || good < text.len)
        FAIL(c, MALFORMED, "not %s at byte %zu", encoding == ENCODE_HEX ? "hexadecimal" : "base 64",
             good);
    *ret = (struct str){(const char *)out, len};
    return OK;
}
