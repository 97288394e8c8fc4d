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
static char authority_path[64];
static struct str names[] = {STR("post.example.org"), STR("10.1.2.3"), STR("[2001:db8::7]")};

static struct tlsca_options options_in(char folder[32], char path[64])
{
    snprintf(folder, 32, "/tmp/chancery-tls-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, 64, "%s/tls.json", folder);
    snprintf(authority_path, sizeof authority_path, "%s/authority.json", folder);
    clock_manual_init(&day, (struct wall){1795316400000000});
    return (struct tlsca_options){.files = &files_system,
                                  .path = path,
                                  .authority = authority_path,
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
    unlink(path), unlink(authority_path);
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

/* Whether a certificate for this name, signed by the authority, is trusted through it. */
static bool is_trusted_for(struct ctx *c, const struct tlsca_pair *authority, struct str name)
{
    struct tlsca_pair server;
    assert_true(rc_ok(tlsca_make_server(c, authority, (struct texts){&name, 1}, &server)));
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *verification = X509_STORE_CTX_new();
    X509_STORE_add_cert(store, authority->certificate);
    X509_STORE_CTX_init(verification, store, server.certificate, NULL);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(verification), day.us / 1000000);
    bool good = X509_verify_cert(verification) == 1;
    X509_STORE_CTX_free(verification);
    X509_STORE_free(store);
    tlsca_pair_free(&server);
    return good;
}

TEST(tls_authority_is_good_for_its_names_and_no_others)
{
    static struct str all[] = {STR("post.example.org"), STR("10.1.2.3"),     STR("2001:db8::7"),
                               STR("example.org"),      STR("evil.example"), STR("10.1.2.4"),
                               STR("2001:db8::8"),      STR("localhost")};
    char folder[32], path[64];
    options_in(folder, path);
    struct ctx c = scratch_open(0);
    c.clock = &day.clock;
    /* of one kind of name alone, and of all three: what is not named is refused, whatever its kind
     */
    for (size_t from = 0; from < 3; from++)
        for (size_t count = 1; count <= 3 - from; count++) {
            struct tlsca_pair authority;
            struct texts own = {names + from, count};
            assert_true(rc_ok(tlsca_make_authority(&c, STR("Norland"), own, &authority)));
            for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
                bool ours = i >= from && i < from + count;
                if (is_trusted_for(&c, &authority, all[i]) != ours)
                    fail_msg("%.*s, of %zu names from %zu", STR_ARG(all[i]), count, from);
                assert_int_equal(tlsca_may_sign(authority.certificate, (struct texts){&all[i], 1}),
                                 ours);
            }
            tlsca_pair_free(&authority);
        }
    forget(folder, path);
    scratch_close(&c);
}

static struct str authority_of(struct ctx *c, struct tlsca *tls)
{
    struct str pem;
    assert_true(rc_ok(tlsca_authority(c, tls, &pem)));
    return pem;
}

TEST(tls_key_of_the_authority_is_needed_to_renew_and_for_nothing_else)
{
    char folder[32], path[64], elsewhere[80];
    struct tlsca_options options = options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca_state files;
    tlsca_close(open_tls(&c, &options));
    snprintf(elsewhere, sizeof elsewhere, "%s.elsewhere", folder);
    assert_int_equal(rename(authority_path, elsewhere), 0);
    struct tlsca *tls = open_tls(&c, &options);
    struct str authority = authority_of(&c, tls);
    int64_t end = tlsca_valid_to(tls).us;
    clock_manual_advance_us(&day, INT64_C(380) * 86400000000);
    assert_true(shakes_hands(tls, authority, "post.example.org", TLS1_3_VERSION));
    assert_int_equal(tlsca_valid_to(tls).us, end); /* it warns, and goes on */
    tlsca_close(tls);
    tls = open_tls(&c, &options); /* also when it is started anew */
    assert_true(rc_ok(tlsca_look(&c, &options, &files)));
    assert_int_equal(files.valid_to.us, end);
    assert_false(files.renewable);
    assert_int_equal(rename(elsewhere, authority_path), 0);
    assert_true(rc_ok(tlsca_look(&c, &options, &files)));
    assert_true(files.renewable);
    clock_manual_advance_us(&day, INT64_C(3700) * 1000000);
    assert_true(shakes_hands(tls, authority, "post.example.org", TLS1_3_VERSION));
    assert_true(tlsca_valid_to(tls).us > end);
    tlsca_close(tls);
    forget(folder, path);
    scratch_close(&c);
}

TEST(tls_without_the_key_of_its_authority_gets_no_other_one)
{
    char folder[32], path[64];
    struct tlsca_options options = options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca *tls = NULL;
    tlsca_close(open_tls(&c, &options));
    assert_int_equal(unlink(authority_path), 0);
    options.names.items = (struct str[]){STR("new.example.org")};
    options.names.count = 1;
    assert_int_equal(tlsca_open(&c, &options, &tls).code, RC_NOT_FOUND);
    assert_non_null(strstr(c.fault.message, authority_path));
    options.names = (struct texts){names, 3};
    clock_manual_advance_us(&day, INT64_C(398) * 86400000000);
    assert_int_equal(tlsca_open(&c, &options, &tls).code, RC_NOT_FOUND);
    assert_null(tls);
    forget(folder, path);
    scratch_close(&c);
}

TEST(tls_names_beyond_its_authority_get_a_new_one)
{
    char folder[32], path[64];
    struct tlsca_options options = options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca *tls = open_tls(&c, &options);
    struct str first = authority_of(&c, tls);
    tlsca_close(tls);
    options.names.count = 1; /* fewer are within */
    tls = open_tls(&c, &options);
    assert_true(str_eq(authority_of(&c, tls), first));
    tlsca_close(tls);
    options.names.items = (struct str[]){STR("new.example.org")};
    tls = open_tls(&c, &options);
    struct str second = authority_of(&c, tls);
    assert_false(str_eq(second, first));
    assert_true(shakes_hands(tls, second, "new.example.org", TLS1_3_VERSION));
    tlsca_close(tls);
    forget(folder, path);
    scratch_close(&c);
}

static struct str content_of(struct ctx *c, const char *path)
{
    struct str bytes;
    assert_true(rc_ok(file_read(c, &files_system, path, 65536, &bytes)));
    return bytes;
}

/* As it was written before: the authority's key among the others. */
TEST(tls_authority_of_an_older_file_gets_a_file_of_its_own)
{
    char folder[32], path[64];
    struct tlsca_options options = options_in(folder, path);
    struct ctx c = scratch_open(0);
    struct tlsca *tls = open_tls(&c, &options);
    struct str first = authority_of(&c, tls), older;
    tlsca_close(tls);
    struct str file = content_of(&c, path), own = content_of(&c, authority_path);
    struct str sealed = str_sub(own, str_find(own, STR("\"key\":")) + 6, own.len);
    sealed = str_sub(sealed, 0, str_find(sealed, STR("}")));
    size_t at = str_find(file, STR("\"server\":"));
    assert_true(rc_ok(str_format(&c, &older, "%.*s\"authority_key\":%.*s,%.*s", (int)at, file.ptr,
                                 STR_ARG(sealed), STR_ARG(str_sub(file, at, file.len)))));
    assert_true(rc_ok(file_write(&c, &files_system, path, older, 0600)));
    assert_int_equal(unlink(authority_path), 0);
    tls = open_tls(&c, &options);
    assert_true(str_eq(authority_of(&c, tls), first));
    tlsca_close(tls);
    assert_int_equal(str_find(content_of(&c, path), STR("authority_key")), SIZE_MAX);
    assert_true(str_find(content_of(&c, authority_path), STR("\"key\":")) != SIZE_MAX);
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
    assert_true(
        rc_ok(tlsca_make_authority(&c, STR("Somebody"), (struct texts){names, 1}, &authority)));
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
