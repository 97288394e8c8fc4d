#include "edge/tlsca_make.h"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

enum { DAY_SECONDS = 86400, NAME_MAX_BYTES = 253 };

/* Raise what OpenSSL says. */
static rc refuse(struct ctx *c, const char *what)
{
    char why[160] = "no reason given";
    unsigned long code = ERR_get_error();
    if (code)
        ERR_error_string_n(code, why, sizeof why);
    ERR_clear_error();
    FAIL(c, INTERNAL, "%s: %s", what, why);
}

void tlsca_pair_free(struct tlsca_pair *pair)
{
    X509_free(pair->certificate);
    EVP_PKEY_free(pair->key);
    *pair = (struct tlsca_pair){0};
}

/* ---- names ---------------------------------------------------------------------------------- */

/* "[::1]" and "::1" are the same address. */
static struct str bare(struct str name)
{
    bool brackets = str_starts(name, "[") && str_ends(name, "]");
    return brackets ? str_sub(name, 1, name.len - 2) : name;
}

static bool is_address(struct str name, char text[INET6_ADDRSTRLEN + 1])
{
    unsigned char bytes[16];
    if (name.len == 0 || name.len > INET6_ADDRSTRLEN)
        return false;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool is_host(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char ch = name.ptr[i];
        bool good = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                    (ch >= '0' && ch <= '9') || ch == '-' || ch == '.';
        if (!good)
            return false;
    }
    return name.len > 0 && name.len <= NAME_MAX_BYTES && name.ptr[0] != '.' && name.ptr[0] != '-';
}

/* "DNS:post.example.org,IP:10.0.0.1", as X509V3 reads it: every name is checked before. */
static rc alternative_names(struct ctx *c, struct texts names, struct str *ret)
{
    struct text out;
    text_init(&out, c, 16384);
    for (size_t i = 0; i < names.count; i++) {
        char address[INET6_ADDRSTRLEN + 1];
        struct str name = bare(names.items[i]);
        bool numeric = is_address(name, address);
        if (!numeric && !is_host(name))
            FAIL(c, INVALID, "\"%.*s\" is neither a host name nor an address", STR_ARG(name));
        text_put(&out, out.len ? STR(",") : STR(""));
        text_put(&out, numeric ? STR("IP:") : STR("DNS:"));
        text_put(&out, name);
    }
    if (names.count == 0)
        FAIL(c, INVALID, "a server certificate needs at least one name");
    return text_done(&out, ret);
}

/* ---- certificates --------------------------------------------------------------------------- */

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool good = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

static bool set_serial(X509 *certificate)
{
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] &= 0x7f; /* positive */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return good;
}

static bool set_subject(X509 *certificate, struct str name)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
                                      (const unsigned char *)"Chancery", -1, -1, 0) == 1 &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name.ptr,
                                      (int)name.len, -1, 0) == 1;
}

/* Everything but the extensions. An hour into the past: clocks differ. */
static bool begin(const struct ctx *c, X509 *certificate, EVP_PKEY *key, struct str name, int days)
{
    time_t now = (time_t)(clock_now(c).us / 1000000);
    return X509_set_version(certificate, 2) == 1 && set_serial(certificate) &&
           ASN1_TIME_set(X509_getm_notBefore(certificate), now - 3600) &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), now + (time_t)days * DAY_SECONDS) &&
           X509_set_pubkey(certificate, key) == 1 && set_subject(certificate, name);
}

static bool make_key(struct tlsca_pair *pair)
{
    pair->key = EVP_EC_gen("P-256");
    pair->certificate = X509_new();
    return pair->key && pair->certificate;
}

/* What an authority is bound to, as X509V3 reads it: these names and no others. Kinds of names that
 * are not among them are excluded whole; of hosts by permitting one that cannot be (RFC 2606). */
static rc constraints(struct ctx *c, struct texts names, struct str *ret)
{
    struct text out;
    bool host = false, four = false, six = false;
    text_init(&out, c, 32768);
    text_put(&out, STR("critical"));
    for (size_t i = 0; i < names.count; i++) {
        char address[INET6_ADDRSTRLEN + 1];
        struct str name = bare(names.items[i]);
        bool numeric = is_address(name, address), wide = numeric && strchr(address, ':');
        text_printf(&out, ",permitted;%s:%.*s%s", numeric ? "IP" : "DNS", STR_ARG(name),
                    wide      ? "/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
                    : numeric ? "/255.255.255.255"
                              : "");
        host = host || !numeric;
        six = six || wide;
        four = four || (numeric && !wide);
    }
    text_put(&out, host ? STR("") : STR(",permitted;DNS:none.invalid"));
    text_put(&out, four ? STR("") : STR(",excluded;IP:0.0.0.0/0.0.0.0"));
    text_put(&out, six ? STR("") : STR(",excluded;IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0"));
    return text_done(&out, ret);
}

rc tlsca_make_authority(struct ctx *c, struct str mission, struct texts names,
                        struct tlsca_pair *ret)
{
    struct tlsca_pair pair = {0};
    struct str bounds, checked;
    TRY(alternative_names(c, names, &checked));
    TRY(constraints(c, names, &bounds));
    bool good =
        make_key(&pair) && begin(c, pair.certificate, pair.key, mission, TLSCA_AUTHORITY_DAYS) &&
        X509_set_issuer_name(pair.certificate, X509_get_subject_name(pair.certificate)) == 1 &&
        add_extension(pair.certificate, pair.certificate, NID_basic_constraints,
                      "critical,CA:TRUE,pathlen:0") &&
        add_extension(pair.certificate, pair.certificate, NID_key_usage,
                      "critical,keyCertSign,cRLSign") &&
        add_extension(pair.certificate, pair.certificate, NID_subject_key_identifier, "hash") &&
        add_extension(pair.certificate, pair.certificate, NID_name_constraints, bounds.ptr) &&
        X509_sign(pair.certificate, pair.key, EVP_sha256()) > 0;
    if (!good) {
        tlsca_pair_free(&pair);
        return refuse(c, "the certificate authority cannot be made");
    }
    *ret = pair;
    return OK;
}

/* The host itself or one below it. */
static bool covers_host(const ASN1_IA5STRING *base, struct str name)
{
    struct str own = {(const char *)ASN1_STRING_get0_data(base), (size_t)ASN1_STRING_length(base)};
    if (name.len < own.len || !str_eq_nocase(str_sub(name, name.len - own.len, own.len), own))
        return false;
    return name.len == own.len || name.ptr[name.len - own.len - 1] == '.';
}

/* An address and its mask stand behind each other. */
static bool covers_address(const ASN1_OCTET_STRING *base, const char *address)
{
    unsigned char bytes[16];
    const unsigned char *own = ASN1_STRING_get0_data(base);
    size_t len = strchr(address, ':') ? 16 : 4;
    bool good = inet_pton(len == 16 ? AF_INET6 : AF_INET, address, bytes) == 1 &&
                (size_t)ASN1_STRING_length(base) == 2 * len;
    for (size_t i = 0; good && i < len; i++)
        good = (bytes[i] & own[len + i]) == (own[i] & own[len + i]);
    return good;
}

static bool is_within(const NAME_CONSTRAINTS *bounds, struct str name)
{
    char address[INET6_ADDRSTRLEN + 1];
    bool numeric = is_address(name, address), good = false;
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(bounds->permittedSubtrees) && !good; i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(bounds->permittedSubtrees, i)->base;
        if (numeric && base->type == GEN_IPADD)
            good = covers_address(base->d.iPAddress, address);
        else if (!numeric && base->type == GEN_DNS)
            good = covers_host(base->d.dNSName, name);
    }
    return good;
}

bool tlsca_may_sign(const X509 *authority, struct texts names)
{
    NAME_CONSTRAINTS *bounds = X509_get_ext_d2i(authority, NID_name_constraints, NULL, NULL);
    bool good = true;
    for (size_t i = 0; bounds && i < names.count && good; i++)
        good = is_within(bounds, bare(names.items[i]));
    NAME_CONSTRAINTS_free(bounds);
    ERR_clear_error();
    return good;
}

rc tlsca_make_server(struct ctx *c, const struct tlsca_pair *authority, struct texts names,
                     struct tlsca_pair *ret)
{
    struct tlsca_pair pair = {0};
    struct str alternative;
    X509 *issuer = authority->certificate;
    TRY(alternative_names(c, names, &alternative));
    bool good =
        make_key(&pair) && begin(c, pair.certificate, pair.key, STR("server"), TLSCA_SERVER_DAYS) &&
        X509_set_issuer_name(pair.certificate, X509_get_subject_name(issuer)) == 1 &&
        add_extension(pair.certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(pair.certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
        add_extension(pair.certificate, issuer, NID_ext_key_usage, "serverAuth") &&
        add_extension(pair.certificate, issuer, NID_subject_key_identifier, "hash") &&
        add_extension(pair.certificate, issuer, NID_authority_key_identifier, "keyid:always") &&
        add_extension(pair.certificate, issuer, NID_subject_alt_name, alternative.ptr) &&
        X509_sign(pair.certificate, authority->key, EVP_sha256()) > 0;
    if (!good) {
        tlsca_pair_free(&pair);
        return refuse(c, "the server certificate cannot be made");
    }
    *ret = pair;
    return OK;
}

struct wall tlsca_end(const X509 *certificate)
{
    struct tm parts = {0};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1)
        return (struct wall){0};
    return (struct wall){(int64_t)timegm(&parts) * 1000000};
}

bool tlsca_is_good(const struct ctx *c, const X509 *certificate, struct texts names, int days)
{
    X509 *asked = X509_dup(certificate);
    bool good = asked != NULL;
    int64_t left_us = tlsca_end(certificate).us - clock_now(c).us;
    for (size_t i = 0; i < names.count && good; i++) {
        char address[INET6_ADDRSTRLEN + 1];
        struct str name = bare(names.items[i]);
        good = is_address(name, address) ? X509_check_ip_asc(asked, address, 0) == 1
                                         : X509_check_host(asked, name.ptr, name.len, 0, NULL) == 1;
    }
    X509_free(asked);
    return good && left_us >= (int64_t)days * DAY_SECONDS * 1000000;
}
