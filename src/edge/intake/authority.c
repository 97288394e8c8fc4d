/* Whom a listener trusts: who has signed the certificate of a broker, or of every device. */
#include "edge/intake/carrier.h"

#include <openssl/pem.h>

rc authority_read(struct ctx *c, struct str pem, X509 **ret)
{
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    if (!certificate)
        FAIL(c, INVALID, "`authority` is not a certificate in PEM");
    *ret = certificate;
    return OK;
}
