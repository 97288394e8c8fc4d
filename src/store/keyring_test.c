#include "store/keyring.h"

#include "base/encode.h"
#include "base/text.h"
#include "support/store_fixture.h"
#include "unit.h"

#include <sodium.h>

struct ring {
    struct fixture fixture;
    const char *path;
    unsigned char key[KEY_LEN];
};

static const struct key_secret file = {KEY_SLOT_FILE, {"0123456789abcdef0123456789abcdef", 32}};
static const struct key_secret credential = {KEY_SLOT_CREDENTIAL,
                                             {"fedcba9876543210fedcba9876543210", 32}};

static struct ctx *open_ring(struct ring *r)
{
    fixture_open(&r->fixture, STORE_SQLITE);
    struct ctx *c = &r->fixture.ctx;
    MUST(c, path_join(c, r->fixture.folder, "keys.json", &r->path));
    MUST(c, keyring_create(c, &files_system, r->path, &file, STR("key file in the safe"), r->key));
    return c;
}

TEST(keyring_opens_with_each_secret_and_no_other)
{
    struct ring r;
    struct ctx *c = open_ring(&r);
    unsigned char key[KEY_LEN] = {0}, untouched[KEY_LEN] = {0};
    struct str id;
    struct key_secret passphrase = {KEY_SLOT_PASSPHRASE, STR("correct horse battery")};
    MUST_FAIL(c, FORBIDDEN, keyring_open(c, &files_system, r.path, &passphrase, key));
    MUST(c, keyring_add(c, &files_system, r.path, r.key, &passphrase, STR("duty officer"), &id));
    MUST(c, keyring_add(c, &files_system, r.path, r.key, &credential, STR("systemd"), &id));
    MUST(c, keyring_open(c, &files_system, r.path, &file, key));
    assert_memory_equal(key, r.key, KEY_LEN);
    memset(key, 0, sizeof key);
    MUST(c, keyring_open(c, &files_system, r.path, &passphrase, key));
    assert_memory_equal(key, r.key, KEY_LEN);
    memset(key, 0, sizeof key);
    MUST(c, keyring_open(c, &files_system, r.path, &credential, key));
    assert_memory_equal(key, r.key, KEY_LEN);
    memset(key, 0, sizeof key);
    passphrase.bytes = STR("correct horse batterz");
    MUST_FAIL(c, FORBIDDEN, keyring_open(c, &files_system, r.path, &passphrase, key));
    struct key_secret wrong = {KEY_SLOT_CREDENTIAL, file.bytes};
    MUST_FAIL(c, FORBIDDEN, keyring_open(c, &files_system, r.path, &wrong, key));
    assert_memory_equal(key, untouched, KEY_LEN);
    fixture_close(&r.fixture);
}

TEST(keyring_adds_replaces_removes)
{
    struct ring r;
    struct ctx *c = open_ring(&r);
    struct key_slot slots[KEY_SLOTS_MAX];
    size_t count = 0;
    struct str id, other;
    MUST(c, keyring_list(c, &files_system, r.path, slots, &count));
    assert_true(count == 1 && slots[0].kind == KEY_SLOT_FILE);
    assert_true(str_is(slots[0].label, "key file in the safe"));
    assert_true(slots[0].created.us == clock_now(c).us);
    MUST_FAIL(c, CONFLICT, keyring_remove(c, &files_system, r.path, slots[0].id));
    MUST_FAIL(c, NOT_FOUND, keyring_remove(c, &files_system, r.path, STR("nobody")));
    MUST(c, keyring_replace(c, &files_system, r.path, r.key, slots[0].id, &credential, STR("new"),
                            &id));
    unsigned char key[KEY_LEN];
    MUST_FAIL(c, FORBIDDEN, keyring_open(c, &files_system, r.path, &file, key));
    MUST(c, keyring_open(c, &files_system, r.path, &credential, key));
    MUST(c, keyring_add(c, &files_system, r.path, r.key, &file, STR("again"), &other));
    MUST(c, keyring_remove(c, &files_system, r.path, id));
    MUST_FAIL(c, FORBIDDEN, keyring_open(c, &files_system, r.path, &credential, key));
    MUST(c, keyring_open(c, &files_system, r.path, &file, key));
    for (int i = 1; i < KEY_SLOTS_MAX; i++)
        MUST(c, keyring_add(c, &files_system, r.path, r.key, &file, STR("x"), &other));
    MUST_FAIL(c, CONFLICT, keyring_add(c, &files_system, r.path, r.key, &file, STR("x"), &other));
    fixture_close(&r.fixture);
}

TEST(keyring_refuses_weak_secrets_and_foreign_keys)
{
    struct ring r;
    struct ctx *c = open_ring(&r);
    struct str id;
    struct key_secret weak = {KEY_SLOT_PASSPHRASE, STR("eleven char")};
    MUST_FAIL(c, INVALID, keyring_add(c, &files_system, r.path, r.key, &weak, STR("x"), &id));
    weak = (struct key_secret){KEY_SLOT_FILE, str_sub(file.bytes, 0, 31)};
    MUST_FAIL(c, INVALID, keyring_add(c, &files_system, r.path, r.key, &weak, STR("x"), &id));
    r.key[0] ^= 1;
    MUST_FAIL(c, FORBIDDEN, keyring_add(c, &files_system, r.path, r.key, &file, STR("x"), &id));
    unsigned char key[KEY_LEN];
    MUST_FAIL(c, CONFLICT, keyring_create(c, &files_system, r.path, &file, STR("x"), key));
    fixture_close(&r.fixture);
}

TEST(keyring_notices_every_changed_byte)
{
    struct ring r;
    struct ctx *c = open_ring(&r);
    struct str content, copy;
    MUST(c, file_read(c, &files_system, r.path, 65536, &content));
    unsigned char key[KEY_LEN];
    for (size_t i = 0; i < content.len - 1; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct keyring *ring = NULL;
        MUST(c, str_copy(c, content, &copy));
        ((char *)(uintptr_t)copy.ptr)[i] ^= 4;
        rc result = keyring_parse(c, copy, &ring);
        /* The check value has a meaning only with the key. */
        if (rc_ok(result)) {
            MUST(c, file_write(c, &files_system, r.path, copy, 0600));
            result = keyring_open(c, &files_system, r.path, &file, key);
        }
        assert_true(result.code == RC_CORRUPT || result.code == RC_FORBIDDEN);
        MUST_FAIL(c, CORRUPT, keyring_parse(c, str_sub(content, 0, i), &ring));
        arena_return(c->arena, mark);
    }
    fixture_close(&r.fixture);
}

/* Somebody who can write the file makes a slot that would take the machine; the sum is right. */
TEST(keyring_bounds_what_a_slot_may_cost)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    static const char *const costs[] = {"\"passes\":3,\"kib\":104857600",
                                        "\"passes\":4000000000,\"kib\":65536",
                                        "\"passes\":0,\"kib\":65536", "\"passes\":3,\"kib\":1"};
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        struct str slots, content, sum64;
        unsigned char sum[16];
        struct keyring *ring = NULL;
        MUST(c, str_format(c, &slots,
                           "[{\"id\":\"a\",\"kind\":\"passphrase\",\"label\":\"\","
                           "\"created\":\"2026-01-01T00:00:00Z\","
                           "\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\",%s,\"wrapped\":\"%s\"}]",
                           costs[i],
                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
        crypto_generichash(sum, sizeof sum, (const unsigned char *)slots.ptr, slots.len, NULL, 0);
        MUST(c, encode_bytes(c, ENCODE_BASE64, sum, sizeof sum, &sum64));
        MUST(c, str_format(c, &content,
                           "{\"format\":\"chancery-keys-1\",\"check\":\"%s\",\"slots\":%s,"
                           "\"sum\":\"%s\"}",
                           "AAAAAAAAAAAAAAAAAAAAAA==", slots.ptr, sum64.ptr));
        MUST_FAIL(c, CORRUPT, keyring_parse(c, content, &ring));
        assert_non_null(strstr(c->fault.message, "between"));
    }
    fixture_close(&f);
}

TEST(keyring_derives_a_key_for_each_purpose)
{
    unsigned char key[KEY_LEN] = {1}, made[KEY_BROWSER + 1][KEY_LEN], again[KEY_LEN];
    for (int i = KEY_DATABASE; i <= KEY_BROWSER; i++) {
        keyring_derive(key, (enum key_purpose)i, made[i]);
        keyring_derive(key, (enum key_purpose)i, again);
        assert_memory_equal(made[i], again, KEY_LEN);
        assert_memory_not_equal(made[i], key, KEY_LEN);
        for (int j = KEY_DATABASE; j < i; j++)
            assert_memory_not_equal(made[i], made[j], KEY_LEN);
    }
}
