/* The file, the context of OpenSSL, and the renewal while serving. */
#include "edge/tlsca.h"

#include "base/host.h"
#include "base/log.h"
#include "edge/tlsca_make.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum {
    FILE_MAX = 65536,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    OWN_MEMORY = 1 << 20,
    HOUR_US = 3600000000,
};

/* The files: certificates in DER, keys in PKCS #8 DER behind a nonce, sealed. */
#define TLS_FILE_FIELDS(F, T)                                                                  \
    F(T, bytes, _, authority, REQUIRED, 1, 8192, "certificate of the mission's authority")     \
    F(T, bytes, _, authority_key, 0, 1, 4096, "its private key, sealed: before it had a file") \
    F(T, bytes, _, server, REQUIRED, 1, 8192, "certificate of the server")                     \
    F(T, bytes, _, server_key, REQUIRED, 1, 4096, "its private key, sealed")
SHAPE_DECLARE(tls_file, TLS_FILE_FIELDS);
SHAPE_DEFINE(tls_file, TLS_FILE_FIELDS, 1, "Keys and certificates of the web server");

#define AUTHORITY_FILE_FIELDS(F, T)                                                          \
    F(T, bytes, _, certificate, REQUIRED, 1, 8192, "certificate of the mission's authority") \
    F(T, bytes, _, key, REQUIRED, 1, 4096, "its private key, sealed")
SHAPE_DECLARE(authority_file, AUTHORITY_FILE_FIELDS);
SHAPE_DEFINE(authority_file, AUTHORITY_FILE_FIELDS, 1, "The mission's certificate authority");

struct tlsca {
    struct tlsca_options options;
    struct arena *arena; /* of what the options point to */
    unsigned char key[KEY];
    SSL_CTX *context;
    bool given;
    pthread_mutex_t mutex; /* of the certificates */
    X509 *authority;
    struct tlsca_pair server;
    struct wall looked; /* when renewal was last thought of */
};

/* ---- sealing -------------------------------------------------------------------------------- */

/* `what` ("server") is bound in, so that one key cannot be put in the place of the other. */
static rc seal_key(struct ctx *c, const unsigned char *key, const char *what, EVP_PKEY *private,
                   struct str *ret)
{
    unsigned char *der = NULL, *out = NULL;
    int len = i2d_PrivateKey(private, &der);
    if (len <= 0)
        FAIL(c, INTERNAL, "a private key cannot be written");
    if ((out = ctx_take(c, 1, NONCE + (size_t)len + TAG))) {
        randombytes_buf(out, NONCE);
        crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, der, (unsigned long long)len,
                                                   (const unsigned char *)what, strlen(what), NULL,
                                                   out, key);
        *ret = (struct str){(char *)out, NONCE + (size_t)len + TAG};
    }
    OPENSSL_clear_free(der, (size_t)len);
    return out ? OK : fault_again(c);
}

static rc unseal_key(struct ctx *c, const unsigned char *key, const char *what, struct str sealed,
                     EVP_PKEY **ret)
{
    unsigned char der[4096];
    unsigned long long len = 0;
    const unsigned char *in = (const unsigned char *)sealed.ptr, *at = der;
    bool good = sealed.len > NONCE + TAG && sealed.len - NONCE - TAG <= sizeof der &&
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    der, &len, NULL, in + NONCE, sealed.len - NONCE, (const unsigned char *)what,
                    strlen(what), in, key) == 0;
    EVP_PKEY *private = good ? d2i_AutoPrivateKey(NULL, &at, (long)len) : NULL;
    sodium_memzero(der, sizeof der);
    ERR_clear_error();
    if (!private)
        FAIL(c, CORRUPT, "the %s's TLS key is damaged, or sealed under another key", what);
    *ret = private;
    return OK;
}

/* ---- the file ------------------------------------------------------------------------------- */

static rc write_certificate(struct ctx *c, X509 *certificate, struct str *ret)
{
    int len = i2d_X509(certificate, NULL);
    unsigned char *out = len > 0 ? ctx_take(c, 1, (size_t)len) : NULL;
    if (!out)
        FAIL(c, NO_MEMORY, "a certificate cannot be written");
    unsigned char *at = out;
    i2d_X509(certificate, &at);
    *ret = (struct str){(char *)out, (size_t)len};
    return OK;
}

static rc read_pair(struct ctx *c, const unsigned char *key, const char *what, struct str der,
                    struct str sealed, struct tlsca_pair *ret)
{
    const unsigned char *at = (const unsigned char *)der.ptr;
    struct tlsca_pair pair = {0};
    TRY(unseal_key(c, key, what, sealed, &pair.key));
    pair.certificate = d2i_X509(NULL, &at, (long)der.len);
    if (!pair.certificate || X509_check_private_key(pair.certificate, pair.key) != 1) {
        tlsca_pair_free(&pair);
        ERR_clear_error();
        FAIL(c, CORRUPT, "the %s's certificate is damaged, or does not match its key", what);
    }
    *ret = pair;
    return OK;
}

static rc write_file(struct ctx *c, const struct tlsca *tls, const char *path,
                     const struct shape *shape, const void *file)
{
    struct text out;
    struct str json;
    text_init(&out, c, FILE_MAX);
    shape_write(&out, shape, SHAPE_VIEW_WHOLE, file);
    text_put_char(&out, '\n');
    TRY(text_done(&out, &json));
    return file_write(c, tls->options.files, path, json, 0600);
}

static rc read_file(struct ctx *c, const struct tlsca_options *options, const char *path,
                    const struct shape *shape, void *ret)
{
    struct str json;
    TRY(file_read(c, options->files, path, FILE_MAX, &json));
    if (!rc_ok(shape_read(c, shape, SHAPE_FROM_RECORD, json, ret)))
        FAIL(c, CORRUPT, "%s is damaged", path);
    return OK;
}

static rc save(struct ctx *c, const struct tlsca *tls, X509 *authority,
               const struct tlsca_pair *server)
{
    struct tls_file file = {0};
    TRY(write_certificate(c, authority, &file.authority));
    TRY(write_certificate(c, server->certificate, &file.server));
    TRY(seal_key(c, tls->key, "server", server->key, &file.server_key));
    return write_file(c, tls, tls->options.path, &tls_file_shape, &file);
}

/* ---- the authority --------------------------------------------------------------------------- */

static rc save_authority(struct ctx *c, const struct tlsca *tls, const struct tlsca_pair *authority)
{
    struct authority_file file = {0};
    TRY(write_certificate(c, authority->certificate, &file.certificate));
    TRY(seal_key(c, tls->key, "authority", authority->key, &file.key));
    return write_file(c, tls, tls->options.authority, &authority_file_shape, &file);
}

/* With its key, for one signature. */
static rc load_authority(struct ctx *c, const struct tlsca *tls, struct tlsca_pair *ret)
{
    struct authority_file file = {0};
    TRY(read_file(c, &tls->options, tls->options.authority, &authority_file_shape, &file));
    return read_pair(c, tls->key, "authority", file.certificate, file.key, ret);
}

static rc make_authority(struct ctx *c, const struct tlsca *tls, struct tlsca_pair *ret)
{
    TRY(tlsca_make_authority(c, tls->options.mission, tls->options.names, ret));
    rc result = save_authority(c, tls, ret);
    if (!rc_ok(result))
        tlsca_pair_free(ret);
    return result;
}

/* The authority that signs: the one of its file, another where that may not sign for these names. A
 * mission that has one, but not its key, gets no other: devices trust that one. */
static rc take_authority(struct ctx *c, const struct tlsca *tls, struct tlsca_pair *ret)
{
    struct tlsca_pair authority = {0};
    rc result = load_authority(c, tls, &authority);
    if (result.code == RC_NOT_FOUND && tls->authority)
        FAIL(c, NOT_FOUND, "the key of the mission's authority is elsewhere: put %s back",
             tls->options.authority);
    if (result.code == RC_NOT_FOUND)
        return make_authority(c, tls, ret);
    TRY(result);
    if (tlsca_may_sign(authority.certificate, tls->options.names)) {
        *ret = authority;
        return OK;
    }
    tlsca_pair_free(&authority);
    LOG(WARN, "tls.authority",
        LOG_TEXT("why", STR("it may not sign for these names: devices have to trust a new one")));
    return make_authority(c, tls, ret);
}

/* From a tls.json that has it inside. */
static rc move_authority(struct ctx *c, struct tlsca *tls, const struct tls_file *file)
{
    struct tlsca_pair authority = {0};
    TRY(read_pair(c, tls->key, "authority", file->authority, file->authority_key, &authority));
    rc result = save_authority(c, tls, &authority);
    if (rc_ok(result))
        result = save(c, tls, authority.certificate, &tls->server);
    tlsca_pair_free(&authority);
    return result;
}

static rc load(struct ctx *c, struct tlsca *tls)
{
    struct tls_file file = {0};
    TRY(read_file(c, &tls->options, tls->options.path, &tls_file_shape, &file));
    const unsigned char *at = (const unsigned char *)file.authority.ptr;
    TRY(read_pair(c, tls->key, "server", file.server, file.server_key, &tls->server));
    tls->authority = d2i_X509(NULL, &at, (long)file.authority.len);
    if (!tls->authority)
        FAIL(c, CORRUPT, "the authority's certificate is damaged");
    return str_absent(file.authority_key) ? OK : move_authority(c, tls, &file);
}

/* A new server certificate, and first of all an authority where there is none. */
static rc renew(struct ctx *c, struct tlsca *tls)
{
    struct tlsca_pair authority = {0}, server = {0};
    TRY(take_authority(c, tls, &authority));
    rc result = tlsca_make_server(c, &authority, tls->options.names, &server);
    if (rc_ok(result))
        result = save(c, tls, authority.certificate, &server);
    if (rc_ok(result)) {
        X509_free(tls->authority);
        tlsca_pair_free(&tls->server);
        tls->authority = authority.certificate;
        tls->server = server;
        authority.certificate = NULL;
    } else {
        tlsca_pair_free(&server);
    }
    tlsca_pair_free(&authority);
    return result;
}

/* ---- while serving -------------------------------------------------------------------------- */

static void tell_not_renewed(const struct ctx *c, const struct tlsca *tls)
{
    LOG(WARN, "tls.renew", LOG_TEXT("why", str_from(c->fault.message)),
        LOG_NUMBER("hours_left",
                   (tlsca_end(tls->server.certificate).us - clock_now(c).us) / HOUR_US));
}

/* Under the mutex. A failure is no reason to refuse a connection: the old one is still good. */
static void renew_in_time(struct tlsca *tls)
{
    const struct clock *clock = tls->options.clock;
    struct ctx c = {.clock = clock};
    if (clock_now(&c).us - tls->looked.us < HOUR_US)
        return;
    tls->looked = clock_now(&c);
    if (tlsca_is_good(&c, tls->server.certificate, tls->options.names, TLSCA_RENEW_DAYS))
        return;
    c.arena = arena_open(OWN_MEMORY);
    if (!c.arena || !rc_ok(renew(&c, tls)))
        tell_not_renewed(&c, tls);
    arena_close(c.arena);
}

/* OpenSSL asks, at each handshake, which certificate to show. */
static int choose_certificate(SSL *ssl, void *arg)
{
    struct tlsca *tls = arg;
    pthread_mutex_lock(&tls->mutex);
    renew_in_time(tls);
    bool good = SSL_use_certificate(ssl, tls->server.certificate) == 1 &&
                SSL_use_PrivateKey(ssl, tls->server.key) == 1;
    pthread_mutex_unlock(&tls->mutex);
    return good;
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *arg)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *found;
    (void)ssl, (void)arg;
    if (SSL_select_next_proto(&found, out_len, ours, sizeof ours - 1, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = found;
    return SSL_TLSEXT_ERR_OK;
}

static rc make_context(struct ctx *c, struct tlsca *tls)
{
    SSL_CTX *context = tls->context = SSL_CTX_new(TLS_server_method());
    bool good = context && SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
                SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384:"
                                                  "TLS_CHACHA20_POLY1305_SHA256:"
                                                  "TLS_AES_128_GCM_SHA256") == 1;
    if (!good)
        FAIL(c, INTERNAL, "TLS 1.3 cannot be set up");
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return OK;
}

static struct tlsca *make_tls(void)
{
    struct tlsca *tls = calloc(1, sizeof *tls);
    if (!tls)
        return NULL;
    pthread_mutex_init(&tls->mutex, NULL);
    tls->arena = arena_open(OWN_MEMORY);
    if (tls->arena)
        return tls;
    tlsca_close(tls);
    return NULL;
}

void tlsca_close(struct tlsca *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    X509_free(tls->authority);
    tlsca_pair_free(&tls->server);
    arena_close(tls->arena);
    pthread_mutex_destroy(&tls->mutex);
    host_end_secret(tls->key, KEY);
    sodium_memzero(tls, sizeof *tls);
    free(tls);
}

/* ---- opening -------------------------------------------------------------------------------- */

static rc keep_options(struct ctx *c, struct tlsca *tls, const struct tlsca_options *options)
{
    struct ctx own = {.arena = tls->arena, .clock = options->clock};
    struct str path, authority;
    rc result = str_copy(&own, str_from(options->path), &path);
    if (rc_ok(result))
        result = str_copy(&own, str_from(options->authority), &authority);
    if (rc_ok(result))
        result = str_copy(&own, options->mission, &tls->options.mission);
    struct str *names = ctx_take(&own, options->names.count + 1, sizeof *names);
    for (size_t i = 0; i < options->names.count && names && rc_ok(result); i++)
        result = str_copy(&own, options->names.items[i], &names[i]);
    if (!rc_ok(result) || !names)
        FAIL(c, NO_MEMORY, "no memory for TLS");
    tls->options.files = options->files;
    tls->options.clock = options->clock;
    tls->options.path = path.ptr;
    tls->options.authority = authority.ptr;
    tls->options.names = (struct texts){names, options->names.count};
    host_keep_secret(tls->key, KEY);
    memcpy(tls->key, options->key, KEY);
    return OK;
}

static rc open_own(struct ctx *c, struct tlsca *tls, const struct tlsca_options *options)
{
    TRY(keep_options(c, tls, options));
    rc result = load(c, tls);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    const struct texts names = tls->options.names;
    if (!tls->server.key || !tlsca_is_good(c, tls->server.certificate, names, TLSCA_RENEW_DAYS)) {
        result = renew(c, tls);
        if (!tls->server.key || !tlsca_is_good(c, tls->server.certificate, names, 0))
            TRY(result);
        if (!rc_ok(result))
            tell_not_renewed(c, tls);
    }
    TRY(make_context(c, tls));
    tls->looked = clock_now(c);
    SSL_CTX_set_cert_cb(tls->context, choose_certificate, tls);
    return OK;
}

rc tlsca_open(struct ctx *c, const struct tlsca_options *options, struct tlsca **ret)
{
    struct tlsca *tls = make_tls();
    if (!tls)
        FAIL(c, NO_MEMORY, "no memory for TLS");
    rc result = open_own(c, tls, options);
    if (rc_ok(result))
        *ret = tls;
    else
        tlsca_close(tls);
    return result;
}

static rc use_given(struct ctx *c, struct tlsca *tls, const char *certificate, const char *key)
{
    TRY(make_context(c, tls));
    bool read = SSL_CTX_use_certificate_chain_file(tls->context, certificate) == 1;
    if (!read || SSL_CTX_use_PrivateKey_file(tls->context, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(tls->context) != 1) {
        ERR_clear_error();
        FAIL(c, INVALID, "%s cannot be used: it is not PEM, or does not match the other file",
             read ? key : certificate);
    }
    X509 *server = SSL_CTX_get0_certificate(tls->context);
    if (tlsca_end(server).us <= clock_now(c).us)
        FAIL(c, INVALID, "the certificate in %s has expired", certificate);
    X509_up_ref(server);
    tls->server.certificate = server;
    return OK;
}

rc tlsca_open_given(struct ctx *c, const char *certificate, const char *key,
                    const struct clock *clock, struct tlsca **ret)
{
    struct tlsca *tls = make_tls();
    if (!tls)
        FAIL(c, NO_MEMORY, "no memory for TLS");
    tls->given = true;
    tls->options.clock = clock;
    rc result = use_given(c, tls, certificate, key);
    if (rc_ok(result))
        *ret = tls;
    else
        tlsca_close(tls);
    return result;
}

/* ---- questions ------------------------------------------------------------------------------ */

SSL_CTX *tlsca_context(struct tlsca *tls)
{
    return tls->context;
}

rc tlsca_authority(struct ctx *c, struct tlsca *tls, struct str *ret)
{
    char *bytes = NULL;
    if (tls->given)
        FAIL(c, NOT_FOUND, "the certificate was given: its authority is not the mission's own");
    BIO *out = BIO_new(BIO_s_mem());
    if (!out || PEM_write_bio_X509(out, tls->authority) != 1) {
        BIO_free(out);
        FAIL(c, NO_MEMORY, "the authority's certificate cannot be written");
    }
    long len = BIO_get_mem_data(out, &bytes);
    rc result = str_copy(c, (struct str){bytes, (size_t)len}, ret);
    BIO_free(out);
    return result;
}

struct wall tlsca_valid_to(struct tlsca *tls)
{
    pthread_mutex_lock(&tls->mutex);
    struct wall end = tlsca_end(tls->server.certificate);
    pthread_mutex_unlock(&tls->mutex);
    return end;
}

rc tlsca_look(struct ctx *c, const struct tlsca_options *options, struct tlsca_state *ret)
{
    struct tls_file file = {0};
    struct tlsca_state state = {0};
    struct str key;
    rc result = read_file(c, options, options->path, &tls_file_shape, &file);
    if (result.code == RC_NOT_FOUND) {
        *ret = state;
        return OK;
    }
    TRY(result);
    const unsigned char *at = (const unsigned char *)file.server.ptr;
    X509 *server = d2i_X509(NULL, &at, (long)file.server.len);
    if (!server)
        FAIL(c, CORRUPT, "%s is damaged", options->path);
    state.valid_to = tlsca_end(server);
    X509_free(server);
    state.renewable = !str_absent(file.authority_key) ||
                      rc_ok(file_read(c, options->files, options->authority, FILE_MAX, &key));
    *ret = state;
    return OK;
}
