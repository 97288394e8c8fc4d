#include "edge/tlsca.h"

#include "edge/tlsca_make.h"
#include "support/scratch.h"

#include "unit.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

static const unsigned char key[32] = "the key of the test, not secret", other[32] = "another";
static struct clock_manual day;
static struct str names[] = {STR("post.example.org"), STR("10.1.2.3"), STR("[2001:db8::7]")};

static struct tlsca_options options_in(char folder[32], char path[64])
{
    snprintf(folder, 32, "/tmp/chancery-tls-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, 64, "%s/tls.json", folder);
    clock_manual_init(&day, (struct wall){1795316400000000});
    return (struct tlsca_options){.files = &files_system,
                                  .path = path,
                                  .key = key,
                                  .mission = STR("Embassy of Norland"),
                                  .names = {names, 3},
                                  .clock = &day.clock};
}

static struct tlsca *open_tls(struct ctx *c, const struct tlsca_options *options)
{
    struct tlsca *tls = NULL;
    c->clock = &day.clock;
    if (!rc_ok(tlsca_open(c, options, &tls)))
        fail_msg("%s", c->fault.message);
    return tls;
}

static void forget(const char *folder, const char *path)
{
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

TEST(tls_authority_and_server_are_made_and_found_again)
{
    char folder[32], path[64];
    struct tlsca_options options = options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca *tls = open_tls(&c, &options);
    struct str first, again;
    assert_true(rc_ok(tlsca_authority(&c, tls, &first)));
    int64_t end = tlsca_valid_to(tls).us;
    assert_int_equal(end, 1795316400000000 + INT64_C(397) * 86400000000);
    tlsca_close(tls);
    tls = open_tls(&c, &options);
    assert_true(rc_ok(tlsca_authority(&c, tls, &again)));
    assert_true(str_eq(first, again));
    assert_int_equal(tlsca_valid_to(tls).us, end);
    tlsca_close(tls);
    forget(folder, path);
    scratch_close(&c);
}

TEST(tls_server_certificate_is_renewed_in_time_or_for_new_names)
{
    char folder[32], path[64];
    struct tlsca_options options = options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca *tls = open_tls(&c, &options);
    int64_t end = tlsca_valid_to(tls).us;
    tlsca_close(tls);
    clock_manual_advance_us(&day, INT64_C(366) * 86400000000);
    tls = open_tls(&c, &options);
    assert_int_equal(tlsca_valid_to(tls).us, end);
    tlsca_close(tls);
    clock_manual_advance_us(&day, INT64_C(2) * 86400000000);
    tls = open_tls(&c, &options);
    assert_true(tlsca_valid_to(tls).us > end);
    end = tlsca_valid_to(tls).us;
    tlsca_close(tls);
    clock_manual_advance_us(&day, 86400000000);
    options.names.items = (struct str[]){STR("new.example.org")};
    options.names.count = 1;
    tls = open_tls(&c, &options);
    assert_true(tlsca_valid_to(tls).us > end);
    tlsca_close(tls);
    forget(folder, path);
    scratch_close(&c);
}

TEST(tls_keys_are_not_in_the_file_and_need_their_key)
{
    char folder[32], path[64];
    struct tlsca_options options = options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca *tls = open_tls(&c, &options);
    tlsca_close(tls);
    tls = NULL;
    options.key = other;
    assert_int_equal(tlsca_open(&c, &options, &tls).code, RC_CORRUPT);
    assert_null(tls);
    options.key = key;
    struct str bytes;
    assert_true(rc_ok(file_read(&c, &files_system, path, 65536, &bytes)));
    assert_true(rc_ok(file_write(&c, &files_system, path, str_sub(bytes, 0, bytes.len / 2), 0600)));
    assert_int_equal(tlsca_open(&c, &options, &tls).code, RC_CORRUPT);
    forget(folder, path);
    scratch_close(&c);
}

TEST(tls_name_that_is_none_is_refused)
{
    char folder[32], path[64];
    struct tlsca_options options = options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca *tls = NULL;
    static const char *const bad[] = {"a b", "",    "a,DNS:evil.example",
                                      "-a",  "a/b", "*.example.org"};
    c.clock = &day.clock;
    options.names.count = 1;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        options.names.items = (struct str[]){str_from(bad[i])};
        assert_int_equal(tlsca_open(&c, &options, &tls).code, RC_INVALID);
    }
    options.names.count = 0;
    assert_int_equal(tlsca_open(&c, &options, &tls).code, RC_INVALID);
    forget(folder, path);
    scratch_close(&c);
}

/* One handshake in memory: the client trusts the authority and wants this name. */
static bool shakes_hands(struct tlsca *tls, struct str authority, const char *name, int version)
{
    BIO *pem = BIO_new_mem_buf(authority.ptr, (int)authority.len);
    X509 *trusted = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    SSL_CTX *client_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(client_context, version);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(client_context), trusted);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(client_context), day.us / 1000000);
    SSL_CTX_set_verify(client_context, SSL_VERIFY_PEER, NULL);
    SSL *client = SSL_new(client_context), *server = SSL_new(tlsca_context(tls));
    BIO *one, *two;
    BIO_new_bio_pair(&one, 0, &two, 0);
    SSL_set_bio(client, one, one);
    SSL_set_bio(server, two, two);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(client), name) != 1)
        SSL_set1_host(client, name);
    bool done = false;
    for (int i = 0; i < 10 && !done; i++) {
        bool client_done = SSL_do_handshake(client) == 1,
             server_done = SSL_do_handshake(server) == 1;
        done = client_done && server_done;
    }
    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(client_context);
    X509_free(trusted);
    BIO_free(pem);
    return done;
}

TEST(tls_client_trusts_the_authority_for_its_names_in_1_3_alone)
{
    char folder[32], path[64];
    struct tlsca_options options = options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca *tls = open_tls(&c, &options);
    struct str authority;
    assert_true(rc_ok(tlsca_authority(&c, tls, &authority)));
    assert_true(shakes_hands(tls, authority, "post.example.org", TLS1_3_VERSION));
    assert_true(shakes_hands(tls, authority, "10.1.2.3", TLS1_3_VERSION));
    assert_true(shakes_hands(tls, authority, "2001:db8::7", TLS1_3_VERSION));
    assert_false(shakes_hands(tls, authority, "evil.example.org", TLS1_3_VERSION));
    assert_false(shakes_hands(tls, authority, "10.1.2.4", TLS1_3_VERSION));
    assert_false(shakes_hands(tls, authority, "post.example.org", TLS1_2_VERSION));
    int64_t end = tlsca_valid_to(tls).us;
    clock_manual_advance_us(&day, INT64_C(380) * 86400000000);
    assert_true(shakes_hands(tls, authority, "post.example.org", TLS1_3_VERSION));
    assert_true(tlsca_valid_to(tls).us > end); /* renewed while serving */
    tlsca_close(tls);
    forget(folder, path);
    scratch_close(&c);
}

TEST(tls_certificate_that_was_given_is_used)
{
    char folder[32], path[64], certificate[64], private[64];
    options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca_pair authority, server;
    struct tlsca *tls = NULL;
    c.clock = &day.clock;
    assert_true(rc_ok(tlsca_make_authority(&c, STR("Somebody"), &authority)));
    assert_true(rc_ok(tlsca_make_server(&c, &authority, (struct texts){names, 1}, &server)));
    snprintf(certificate, sizeof certificate, "%s/cert.pem", folder);
    snprintf(private, sizeof private, "%s/key.pem", folder);
    FILE *out = fopen(certificate, "w");
    PEM_write_X509(out, server.certificate);
    fclose(out);
    out = fopen(private, "w");
    PEM_write_PrivateKey(out, authority.key, NULL, NULL, 0, NULL, NULL);
    fclose(out);
    assert_int_equal(tlsca_open_given(&c, certificate, private, &day.clock, &tls).code, RC_INVALID);
    out = fopen(private, "w");
    PEM_write_PrivateKey(out, server.key, NULL, NULL, 0, NULL, NULL);
    fclose(out);
    assert_true(rc_ok(tlsca_open_given(&c, certificate, private, &day.clock, &tls)));
    struct str pem;
    assert_int_equal(tlsca_authority(&c, tls, &pem).code, RC_NOT_FOUND);
    tlsca_close(tls);
    clock_manual_advance_us(&day, INT64_C(398) * 86400000000);
    assert_int_equal(tlsca_open_given(&c, certificate, private, &day.clock, &tls).code, RC_INVALID);
    tlsca_pair_free(&authority);
    tlsca_pair_free(&server);
    unlink(certificate), unlink(private);
    forget(folder, path);
    scratch_close(&c);
}
