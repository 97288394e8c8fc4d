/* TLS: the mission's own certificate authority and the server certificate it signs, or a
 * certificate that was given. Private keys are sealed (XChaCha20-Poly1305) under a key of the
 * caller, each bound to its purpose.
 *
 * There are two files. tls.json has both certificates and the server's key: it is enough to serve.
 * authority.json has the authority's key. It is read only to sign, and wiped from memory then; it
 * may be kept elsewhere, and be put back when a certificate is to be renewed.
 *
 * The authority lives ten years, a server certificate 397 days. That is made anew, also while
 * serving, when fewer than 30 days are left, and at opening when the names have changed; when it
 * cannot be, the log warns each hour, and the old one is used to its end. The authority may sign
 * for the names only that it was made for (name constraints); for others a new one is made. One
 * from before has no such bounds and stays. */
#ifndef EDGE_TLSCA_H
#define EDGE_TLSCA_H

#include "base/file.h"
#include "shape/shape.h"

#include <openssl/ssl.h>

struct tlsca;

struct tlsca_options {
    const struct files *files;
    const char *path;         /* "…/tls.json"; made when it is not there */
    const char *authority;    /* "…/authority.json"; likewise, with tls.json */
    const unsigned char *key; /* 32 bytes, copied */
    struct str mission;       /* in the authority's name; at most 60 bytes */
    struct texts names;       /* host names and addresses that the server answers to */
    const struct clock *clock;
};

/* CORRUPT when a file is damaged or the key is not its key; NOT_FOUND when the certificate does not
 * do for these names or has expired, and the authority's key is elsewhere. */
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

/* How the files are, without changing them: when the certificate ends (absent: there is none yet),
 * and whether the authority's key is there to renew it. CORRUPT. */
struct tlsca_state {
    struct wall valid_to;
    bool renewable;
};
rc tlsca_look(struct ctx *c, const struct tlsca_options *options, struct tlsca_state *ret);

#endif
