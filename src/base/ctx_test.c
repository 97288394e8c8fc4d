/* Arenas, contexts, faults, texts and encodings. */
#include "unit.h"

#include "base/ctx.h"
#include "base/encode.h"
#include "base/random.h"
#include "base/text.h"
#include "support/faults.h"
#include "support/scratch.h"

TEST(every_code_has_a_name_a_status_and_a_title)
{
    for (enum rc_code code = RC_OK; code < RC_COUNT; code++) {
        assert_true(rc_name(code)[0] && rc_title(code)[0]);
        assert_in_range(rc_http(code), 200, 599);
    }
    assert_string_equal(rc_name(RC_NOT_FOUND), "NOT_FOUND");
    assert_int_equal(rc_http(RC_NOT_FOUND), 404);
}

TEST(an_arena_gives_zeroed_aligned_pieces_up_to_its_limit)
{
    struct arena *arena = arena_open(100000);
    for (size_t size = 0; size < 300; size++) {
        unsigned char *piece = arena_take(arena, size);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xff, size);
    }
    size_t used = arena_used(arena);
    assert_null(arena_take(arena, 100000 - used + 1));
    assert_null(arena_take(arena, SIZE_MAX));
    assert_int_equal(arena_used(arena), used);
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    assert_non_null(arena_take(arena, 99984));
    assert_null(arena_take(arena, 17));
    assert_non_null(arena_take(arena, 16));
    arena_close(arena);
    arena_close(NULL);
}

TEST(an_arena_without_a_limit_still_refuses_what_no_memory_holds)
{
    struct arena *arena = arena_open(SIZE_MAX);
    assert_null(arena_take(arena, SIZE_MAX - 16));
    assert_null(arena_take(arena, SIZE_MAX - 20));
    assert_null(arena_take(arena, SIZE_MAX - 64));
    assert_null(arena_take(arena, SIZE_MAX / 2));
    arena_close(arena);
}

TEST(what_was_taken_after_a_mark_is_given_back)
{
    struct arena *arena = arena_open(1 << 24);
    struct arena_mark empty = arena_mark(arena);
    char *kept = arena_take(arena, 100);
    memcpy(kept, "kept", 5);
    struct arena_mark mark = arena_mark(arena);
    size_t used = arena_used(arena);
    for (int i = 0; i < 100; i++)
        assert_non_null(arena_take(arena, 10000));
    arena_return(arena, mark);
    assert_int_equal(arena_used(arena), used);
    assert_string_equal(kept, "kept");
    char *again = arena_take(arena, 50);
    assert_int_equal(again[0], 0);
    arena_return(arena, empty);
    assert_int_equal(arena_used(arena), 0);
    arena_close(arena);
}

TEST(memory_beyond_the_limit_is_a_fault)
{
    struct ctx c = scratch_open(1000);
    assert_null(ctx_take(&c, 1, 2000));
    assert_int_equal(c.fault.code, RC_NO_MEMORY);
    c.fault = (struct fault){0};
    assert_null(ctx_take(&c, SIZE_MAX / 2, 4));
    assert_int_equal(c.fault.code, RC_NO_MEMORY);
    scratch_close(&c);
}

TEST(a_fault_says_what_where_and_which)
{
    struct ctx c = scratch_open(0);
    rc result = fault_raise(&c, RC_INVALID, "file.c", 7, "%s is %d", "it", 3);
    assert_int_equal(result.code, RC_INVALID);
    assert_string_equal(c.fault.message, "it is 3");
    fault_set_rule(&c, "most");
    fault_set_value(&c, STR("v"));
    fault_enter_name(&c, STR("a/b~c"));
    fault_enter_index(&c, 3);
    fault_enter_name(&c, STR("list"));
    assert_string_equal(c.fault.pointer, "/list/3/a~1b~0c");
    assert_string_equal(c.fault.rule, "most");
    assert_string_equal(c.fault.value, "v");
    assert_int_equal(c.fault.line, 7);
    scratch_close(&c);
}

TEST(a_fault_is_always_whole_utf8)
{
    struct ctx c = scratch_open(0);
    char long_name[400];
    for (size_t i = 0; i < sizeof long_name; i += 2)
        memcpy(long_name + i, "\xc3\xa9", 2);
    struct str name = {long_name, sizeof long_name};
    rc result = fault_raise(&c, RC_INVALID, "f", 1, "x%.*s", STR_ARG(name));
    assert_false(rc_ok(result));
    fault_set_value(&c, name);
    fault_enter_name(&c, name);
    fault_enter_name(&c, STR("outer"));
    assert_true(str_is_utf8(str_from(c.fault.message)));
    assert_true(str_is_utf8(str_from(c.fault.value)));
    assert_true(str_is_utf8(str_from(c.fault.pointer)));
    assert_true(str_starts(str_from(c.fault.pointer), "/outer/\xc3\xa9"));
    fault_set_value(&c, STR("a\xff\0b"));
    assert_string_equal(c.fault.value, "a??b");
    scratch_close(&c);
}

TEST(a_text_grows_to_its_limit_and_then_fails_for_good)
{
    struct ctx c = scratch_open(0);
    struct text t;
    struct str done = {NULL, 0};
    text_init(&t, &c, 10);
    text_put(&t, STR("12345"));
    text_printf(&t, "%d", 678);
    text_put_char(&t, '9');
    text_put_char(&t, '0');
    assert_true(rc_ok(text_done(&t, &done)) && str_is(done, "1234567890"));
    assert_int_equal(done.ptr[10], '\0');
    text_put_char(&t, 'x');
    text_put(&t, STR(""));
    struct str untouched = STR("untouched");
    assert_int_equal(text_done(&t, &untouched).code, RC_TOO_LARGE);
    assert_true(str_is(untouched, "untouched"));
    text_init(&t, &c, 0);
    assert_true(rc_ok(text_done(&t, &done)) && done.len == 0 && !str_absent(done));
    scratch_close(&c);
}

TEST(values_are_written_as_text)
{
    struct ctx c = scratch_open(0);
    struct text t;
    struct str done;
    text_init(&t, &c, 1000);
    text_put_i64(&t, INT64_MIN);
    text_put_char(&t, ' ');
    text_put_i64(&t, INT64_MAX);
    text_put_char(&t, ' ');
    text_put_decimal(&t, 601699000, 7);
    text_put_char(&t, ' ');
    text_put_decimal(&t, -5, 7);
    text_put_char(&t, ' ');
    text_put_decimal(&t, INT64_MIN, 0);
    text_put_char(&t, ' ');
    text_put_decimal(&t, 0, 3);
    text_put_char(&t, ' ');
    text_put_json(&t, STR("\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9"));
    text_put_json(&t, (struct str){NULL, 0});
    assert_true(rc_ok(text_done(&t, &done)));
    assert_string_equal(done.ptr, "-9223372036854775808 9223372036854775807 60.1699 -0.0000005 "
                                  "-9223372036854775808 0 "
                                  "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\"null");
    scratch_close(&c);
}

TEST(bytes_are_encoded_by_rfc_4648)
{
    static const struct {
        enum encoding encoding;
        const char *bytes, *text;
    } rows[] = {
        {ENCODE_HEX, "foobar", "666f6f626172"}, {ENCODE_HEX, "", ""},
        {ENCODE_BASE64, "foob", "Zm9vYg=="},    {ENCODE_BASE64, "fooba", "Zm9vYmE="},
        {ENCODE_BASE64URL, "foob", "Zm9vYg"},   {ENCODE_BASE64URL, "", ""},
        {ENCODE_BASE64URL, "\xfb\xff", "-_8"},
    };
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str text, bytes;
        rc result = encode_bytes(&c, rows[i].encoding, rows[i].bytes, strlen(rows[i].bytes), &text);
        assert_true(rc_ok(result) && str_is(text, rows[i].text));
        assert_true(rc_ok(decode_bytes(&c, rows[i].encoding, text, &bytes)));
        assert_true(str_is(bytes, rows[i].bytes));
    }
    static const struct {
        enum encoding encoding;
        const char *text;
    } bad[] = {
        {ENCODE_HEX, "6"},
        {ENCODE_HEX, "6g"},
        {ENCODE_HEX, "66 66"},
        {ENCODE_BASE64, "Zm9vYg"},
        {ENCODE_BASE64, "GGP\xf4"},
        {ENCODE_BASE64, "Zm9vYg=="
                        " "},
        {ENCODE_BASE64URL, "Zm9vYg=="},
        {ENCODE_BASE64URL, "Z"},
        {ENCODE_BASE64URL, "Zm9vYh"},
        {ENCODE_BASE64URL, "Zm+v"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct str bytes = STR("untouched");
        rc result = decode_bytes(&c, bad[i].encoding, str_from(bad[i].text), &bytes);
        assert_int_equal(result.code, RC_MALFORMED);
        assert_true(str_is(bytes, "untouched"));
    }
    scratch_close(&c);
}

TEST(ids_sort_by_time_and_differ)
{
    struct clock_manual manual;
    struct ctx c = scratch_open(0);
    struct str a = {NULL, 0}, b = {NULL, 0}, later = {NULL, 0};
    clock_manual_init(&manual,
                      (struct wall){1469918176385000}); /* the ULID specification's example */
    c.clock = &manual.clock;
    assert_true(rc_ok(id_new(&c, &a)) && rc_ok(id_new(&c, &b)));
    clock_manual_advance_us(&manual, 1000);
    assert_true(rc_ok(id_new(&c, &later)));
    assert_int_equal(a.len, ID_LEN);
    assert_true(str_starts(a, "01ARYZ6S41") && !str_eq(a, b));
    assert_true(str_compare(a, later) < 0 && str_compare(b, later) < 0);
    struct str least;
    assert_true(rc_ok(id_least(&c, clock_now(&c), &least)));
    assert_int_equal(least.len, ID_LEN);
    assert_true(str_compare(b, least) < 0 && str_compare(least, later) <= 0);
    scratch_close(&c);
}

/* All that base allocates by itself is arenas: each allocation fails once. */
static rc some_work(struct ctx *c)
{
    struct text t;
    struct str done, id;
    text_init(&t, c, 1 << 20);
    for (int i = 0; i < 2000; i++)
        text_printf(&t, "line %d\n", i);
    TRY(text_done(&t, &done));
    TRY(encode_bytes(c, ENCODE_BASE64, done.ptr, done.len, &done));
    TRY(decode_bytes(c, ENCODE_BASE64, done, &done));
    TRY(str_copy(c, done, &done));
    return id_new(c, &id);
}

TEST(every_allocation_may_fail)
{
    size_t live = faults_live(), nth = 0;
    bool hit = true;
    while (hit) {
        faults_arm(++nth);
        struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
        if (c.arena) {
            rc result = some_work(&c);
            assert_int_equal(result.code, faults_hit() ? RC_NO_MEMORY : RC_OK);
        }
        hit = faults_hit();
        arena_close(c.arena);
        faults_arm(0);
        assert_int_equal(faults_live(), live);
    }
    assert_true(nth > 4);
}
