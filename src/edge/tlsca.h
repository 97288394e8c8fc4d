/* TLS: the mission's own certificate authority and the server certificate it signs, or a
 * certificate that was given. All of it is one file; the two private keys in it are sealed
 * (XChaCha20-Poly1305) under a key of the caller.
 *
 * The authority lives ten years, a server certificate 397 days. It is made anew, also while
 * serving, when fewer than 30 days are left, and at opening when the names have changed. */
#ifndef EDGE_TLSCA_H
#define EDGE_TLSCA_H

#include "base/file.h"
#include "shape/shape.h"

#include <openssl/ssl.h>

struct tlsca;

struct tlsca_options {
    const struct files *files;
    const char *path;         /* "…/tls.json"; made when it is not there */
    const unsigned char *key; /* 32 bytes, copied */
    struct str mission;       /* in the authority's name; at most 60 bytes */
    struct texts names;       /* host names and addresses that the server answers to */
    const struct clock *clock;
};

/* CORRUPT when the file is damaged or the key is not its key. */
rc tlsca_open(struct ctx *c, const struct tlsca_options *options, struct tlsca **ret);

/* A certificate (PEM, with its chain) and private key (PEM) of somebody else's making. INVALID when
 * they cannot be read, do not belong together or have expired. */
rc tlsca_open_given(struct ctx *c, const char *certificate, const char *key,
                    const struct clock *clock, struct tlsca **ret);

void tlsca_close(struct tlsca *tls);

/* For httpd: TLS 1.3 and nothing older. It is good as long as the tlsca is open. */
SSL_CTX *tlsca_context(struct tlsca *tls);

/* The authority's certificate as PEM, for the mission's devices to trust; NOT_FOUND when the
 * certificate was given. */
rc tlsca_authority(struct ctx *c, struct tlsca *tls, struct str *ret);

/* When the server's certificate ends. */
struct wall tlsca_valid_to(struct tlsca *tls);

#endif
