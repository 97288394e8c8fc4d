/* The parts of sign-in that need no server. */
#include "edge/auth/auth_page.h"

#include "edge/edge.h"
#include "support/scene_property.h"
#include "support/shape_property.h"

#include "unit.h"

static struct ctx open_ctx(const struct clock *clock)
{
    return (struct ctx){.arena = arena_open(16 << 20), .clock = clock};
}

TEST(sign_in_shapes_keep_what_they_are_given)
{
    static const struct module *const modules[] = {&auth_module};
    static const struct shape *const shown[] = {&session_view_shape,   &session_row_shape,
                                                &password_setup_shape, &recovery_view_shape,
                                                &token_view_shape,     &link_view_shape};
    scene_property_test(sizeof modules / sizeof modules[0], modules);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        shape_property_test(shown[i]);
}

/* RFC 6238, appendix B, the SHA-1 rows: the last six of its eight digits. */
TEST(totp_of_rfc_6238)
{
    static const struct {
        int64_t s;
        const char *code;
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    struct str secret = STR("12345678901234567890");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wall now = {rows[i].s * 1000000}, late = {(rows[i].s + 60) * 1000000};
        assert_int_equal(totp_step(secret, str_from(rows[i].code), now), rows[i].s / 30);
        assert_int_equal(totp_step(secret, str_from(rows[i].code), late), -1);
    }
    struct wall now = {59000000};
    assert_int_equal(totp_step(secret, STR("28708"), now), -1);
    assert_int_equal(totp_step(secret, STR("2870822"), now), -1);
    assert_int_equal(totp_step(secret, STR("28708 "), now), -1);
    assert_int_equal(totp_step(secret, STR(""), now), -1);
}

/* RFC 4648: base 32 of "12345678901234567890". */
TEST(totp_secret_for_the_app)
{
    struct ctx c = open_ctx(&clock_system);
    struct str text, uri;
    assert_true(rc_ok(totp_text(&c, (const unsigned char *)"12345678901234567890", &text)));
    assert_true(str_is(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
    assert_true(rc_ok(totp_uri(&c, text, STR("Embassy & Co"), STR("amina"), &uri)));
    assert_true(str_is(uri, "otpauth://totp/Embassy%20%26%20Co:amina?secret="
                            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Embassy%20%26%20Co"
                            "&algorithm=SHA1&digits=6&period=30"));
    arena_close(c.arena);
}

static void refused_as_weak(const char *password)
{
    struct ctx c = open_ctx(&clock_system);
    rc result = password_check_strength(&c, str_from(password), STR("amina.haddad"));
    if (result.code != RC_INVALID || strcmp(c.fault.rule, "password") != 0)
        fail_msg("\"%s\" was taken", password);
    arena_close(c.arena);
}

/* The commonest, and what people make of them to please a rule. */
TEST(common_passwords_and_what_is_made_of_them_are_refused)
{
    static const char *const common[] = {
        "password", "iloveyou", "princess",  "sunshine", "football",   "monkey",   "dragon",
        "letmein",  "welcome",  "liverpool", "superman", "starwars",   "trustno1", "michael",
        "charlie",  "jennifer", "chancery",  "embassy",  "motdepasse", "passwort", "amina.haddad"};
    static const char *const made[][3] = {{"", "1234567890", ""},
                                          {"", "2026!!!!!!", ""},
                                          {"!!!!!!", "!!!!!!", ""},
                                          {"", "", "1"},
                                          {"123456", "654321", ""}};
    char password[100];
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        for (size_t j = 0; j < sizeof made / sizeof made[0]; j++) {
            const char *word = common[i];
            snprintf(password, sizeof password, "%s%s%s%s%s", made[j][0], word, made[j][1],
                     made[j][2][0] ? word : "", made[j][2]);
            refused_as_weak(password);
        }
}

/* Rows and columns of the keyboards of our missions, there and back. */
TEST(walks_over_the_keyboard_are_refused)
{
    static const char *const walks[] = {
        "qwertyuiopasdfghjkl", "asdfghjklzxcvbnm",     "azertyuiopqsdfghjklm", "qsdfghjklmwxcvbn",
        "qwertzuiopyxcvbnm",   "1234567890qwertyuiop", "1qaz2wsx3edc4rfv",     "zaq12wsxcde3",
        "abcdefghijklmnop",    "zyxwvutsrqpon",        "1234567890123456",     "9876543210987"};
    char back[100];
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        size_t len = strlen(walks[i]);
        refused_as_weak(walks[i]);
        for (size_t at = 0; at <= len; at++)
            back[at] = at < len ? walks[i][len - 1 - at] : '\0';
        refused_as_weak(back);
    }
}

TEST(weak_passwords_are_refused_and_sentences_are_not)
{
    static const char *const weak[] = {"short", "aaaaaaaaaaaaaaaa", "ababababababab",
                                       "22-11-2026!!"};
    static const char *const good[] = {"four plain words here", "quiet harbour, seven lamps",
                                       "كلمة مرور طويلة", "xK9#vQ2$mPz7", "le héron dort debout"};
    struct ctx c = open_ctx(&clock_system);
    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++)
        refused_as_weak(weak[i]);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(rc_ok(password_check_strength(&c, str_from(good[i]), STR("amina"))));
    arena_close(c.arena);
}

TEST(token_texts_check_themselves)
{
    struct ctx c = open_ctx(&clock_system);
    struct str text;
    bool is_one = false;
    assert_true(rc_ok(token_text_new(&c, &text)));
    assert_true(rc_ok(token_text_is_one(&c, text, &is_one)));
    assert_true(is_one);
    for (size_t i = 0; i < text.len; i++) {
        struct str spoiled;
        assert_true(rc_ok(str_copy(&c, text, &spoiled)));
        ((char *)(uintptr_t)spoiled.ptr)[i] = text.ptr[i] == '0' ? '1' : '0';
        assert_true(rc_ok(token_text_is_one(&c, spoiled, &is_one)));
        assert_false(is_one);
    }
    assert_true(rc_ok(token_text_is_one(&c, str_sub(text, 0, text.len - 1), &is_one)));
    assert_false(is_one);
    arena_close(c.arena);
}

TEST(recovery_codes_forgive_how_they_are_written)
{
    struct ctx c = open_ctx(&clock_system);
    struct texts codes, hashes;
    struct str hash;
    assert_true(rc_ok(recovery_codes_new(&c, STR("boss"), &codes, &hashes)));
    assert_int_equal(codes.count, RECOVERY_CODES);
    assert_int_equal(codes.items[0].len, 19);
    assert_true(rc_ok(recovery_code_hash(&c, STR("boss"), codes.items[0], &hash)));
    assert_true(str_eq(hash, hashes.items[0]));
    assert_true(rc_ok(recovery_code_hash(&c, STR("clerk"), codes.items[0], &hash)));
    assert_false(str_eq(hash, hashes.items[0]));
    struct str plain, written;
    assert_true(rc_ok(recovery_code_hash(&c, STR("b"), STR("0123-4567-89AB-CDEF"), &plain)));
    assert_true(rc_ok(recovery_code_hash(&c, STR("b"), STR("oL23 4567 89ab cdef "), &written)));
    assert_true(str_eq(plain, written));
    arena_close(c.arena);
}

TEST(throttle_grows_is_bounded_and_forgets)
{
    struct clock_manual clock;
    struct throttle *throttle = NULL;
    clock_manual_init(&clock, (struct wall){1});
    struct ctx c = open_ctx(&clock.clock);
    assert_true(rc_ok(throttle_open(&c, &throttle)));
    for (int i = 0; i < 3; i++)
        throttle_failed(&c, throttle, THROTTLE_PAIR, STR("a"));
    assert_true(rc_ok(throttle_check(&c, throttle, THROTTLE_PAIR, STR("a"))));
    int64_t waits[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        throttle_failed(&c, throttle, THROTTLE_PAIR, STR("a"));
        clock_manual_advance_us(&clock, waits[i] * 1000000 - 1);
        assert_int_equal(throttle_check(&c, throttle, THROTTLE_PAIR, STR("a")).code, RC_LIMITED);
        assert_true(rc_ok(throttle_check(&c, throttle, THROTTLE_ACCOUNT, STR("a"))));
        assert_true(rc_ok(throttle_check(&c, throttle, THROTTLE_PAIR, STR("b"))));
        clock_manual_advance_us(&clock, 1);
        assert_true(rc_ok(throttle_check(&c, throttle, THROTTLE_PAIR, STR("a"))));
    }
    throttle_failed(&c, throttle, THROTTLE_PAIR, STR("a"));
    throttle_forget(throttle, THROTTLE_PAIR, STR("a"));
    assert_true(rc_ok(throttle_check(&c, throttle, THROTTLE_PAIR, STR("a"))));
    for (int i = 0; i < 40; i++)
        throttle_failed(&c, throttle, THROTTLE_ACCOUNT, STR("a"));
    clock_manual_advance_us(&clock, 5000000);
    assert_true(rc_ok(throttle_check(&c, throttle, THROTTLE_ACCOUNT, STR("a"))));
    clock_manual_advance_us(&clock, 3601LL * 1000000);
    assert_int_equal(throttle_failed(&c, throttle, THROTTLE_ACCOUNT, STR("a")), 1);
    throttle_close(throttle);
    arena_close(c.arena);
}

TEST(throttle_keeps_a_fixed_number_of_keys)
{
    struct clock_manual clock;
    struct throttle *throttle = NULL;
    clock_manual_init(&clock, (struct wall){1});
    struct ctx c = open_ctx(&clock.clock);
    assert_true(rc_ok(throttle_open(&c, &throttle)));
    for (int i = 0; i < 20000; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        clock_manual_advance_us(&clock, 1);
        assert_int_equal(throttle_failed(&c, throttle, THROTTLE_PAIR, str_from(key)), 1);
    }
    assert_int_equal(throttle_failed(&c, throttle, THROTTLE_PAIR, STR("k19999")), 2);
    throttle_close(throttle);
    arena_close(c.arena);
}

TEST(addresses_of_one_host_are_one_key)
{
    struct ctx c = open_ctx(&clock_system);
    struct str a, b;
    assert_true(rc_ok(throttle_address(&c, STR("2001:db8:1:2:3:4:5:6"), &a)));
    assert_true(rc_ok(throttle_address(&c, STR("2001:db8:1:2::9"), &b)));
    assert_true(str_eq(a, b));
    assert_true(rc_ok(throttle_address(&c, STR("2001:db8:1:3::9"), &b)));
    assert_false(str_eq(a, b));
    assert_true(rc_ok(throttle_address(&c, STR("192.0.2.7"), &a)));
    assert_true(str_is(a, "192.0.2.7"));
    arena_close(c.arena);
}
