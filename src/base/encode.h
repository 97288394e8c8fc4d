/* Bytes as text: hexadecimal and base 64 (RFC 4648, sections 4 and 5). Reading is strict. */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include "base/ctx.h"

enum encoding {
    ENCODE_HEX,       /* lower case */
    ENCODE_BASE64,    /* with padding */
    ENCODE_BASE64URL, /* without padding */
};

/* The text of `len` bytes, in the arena of c. */
rc encode_bytes(struct ctx *c, enum encoding encoding, const void *bytes, size_t len,
                struct str *ret);

/* The bytes of a text, in the arena of c; MALFORMED when it is not wholly of that encoding. */
rc decode_bytes(struct ctx *c, enum encoding encoding, struct str text, struct str *ret);

#endif
