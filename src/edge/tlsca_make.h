/* Making keys and certificates: the part of tlsca that speaks OpenSSL's certificate language. */
#ifndef EDGE_TLSCA_MAKE_H
#define EDGE_TLSCA_MAKE_H

#include "shape/shape.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

enum { TLSCA_AUTHORITY_DAYS = 3653, TLSCA_SERVER_DAYS = 397, TLSCA_RENEW_DAYS = 30 };

/* A private key on P-256 and its certificate. */
struct tlsca_pair {
    EVP_PKEY *key;
    X509 *certificate;
};
void tlsca_pair_free(struct tlsca_pair *pair);

/* A new authority, signed by itself, that may sign for these names only (RFC 5280, 4.2.1.10).
 * INVALID for a name that is neither a host name nor an address. */
rc tlsca_make_authority(struct ctx *c, struct str mission, struct texts names,
                        struct tlsca_pair *ret);

/* May this authority sign a certificate for all these names? */
bool tlsca_may_sign(const X509 *authority, struct texts names);

/* A new server certificate for these names, signed by the authority. INVALID for a name that is
 * neither a host name nor an address. */
rc tlsca_make_server(struct ctx *c, const struct tlsca_pair *authority, struct texts names,
                     struct tlsca_pair *ret);

/* Is the certificate good for all these names, and for at least so many days? */
bool tlsca_is_good(const struct ctx *c, const X509 *certificate, struct texts names, int days);

/* Its end. */
struct wall tlsca_end(const X509 *certificate);

#endif
