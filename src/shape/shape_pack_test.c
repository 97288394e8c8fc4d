/* Packed and unpacked, a record is what it was; whatever else is read is refused, or passes the
 * check. */
#include "unit.h"

#include "shape/shape_pack.h"
#include "shape/shape_random.h"
#include "support/every.h"
#include "support/scratch.h"

enum { ROUNDS = 300 };

static struct str pack(struct ctx *c, const struct every *record)
{
    struct text out;
    struct str packed;
    text_init(&out, c, 1 << 20);
    shape_pack(&out, &every_shape, record);
    assert_true(rc_ok(text_done(&out, &packed)));
    return packed;
}

TEST(a_packed_record_is_what_it_was)
{
    struct ctx c = scratch_open(0);
    uint64_t seed = 7;
    for (int i = 0; i < ROUNDS; i++) {
        struct every record = {.locked = false}, back = {.locked = false};
        assert_true(rc_ok(shape_random(&c, &every_shape, &seed, &record)));
        if (!rc_ok(shape_unpack(&c, &every_shape, pack(&c, &record), &back)))
            fail_msg("%s %s", c.fault.pointer, c.fault.message);
        assert_true(shape_same(&every_shape, &record, &back));
        arena_reset(c.arena);
    }
    scratch_close(&c);
}

TEST(a_packed_record_that_is_cut_or_longer_is_refused)
{
    struct ctx c = scratch_open(0);
    uint64_t seed = 11;
    struct every record = {.locked = false}, back;
    assert_true(rc_ok(shape_random(&c, &every_shape, &seed, &record)));
    struct str packed = pack(&c, &record), longer;
    for (size_t len = 0; len < packed.len; len++) {
        struct arena_mark mark = arena_mark(c.arena);
        assert_int_equal(shape_unpack(&c, &every_shape, str_sub(packed, 0, len), &back).code,
                         RC_MALFORMED);
        arena_return(c.arena, mark);
    }
    assert_true(rc_ok(str_format(&c, &longer, "%*s", (int)packed.len + 1, "")));
    memcpy((char *)(uintptr_t)longer.ptr, packed.ptr, packed.len);
    assert_int_equal(shape_unpack(&c, &every_shape, longer, &back).code, RC_MALFORMED);
    scratch_close(&c);
}

TEST(whatever_is_unpacked_passes_the_check)
{
    struct ctx c = scratch_open(0);
    uint64_t seed = 13;
    size_t taken = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct every record = {.locked = false};
        assert_true(rc_ok(shape_random(&c, &every_shape, &seed, &record)));
        struct str packed = pack(&c, &record);
        for (int j = 0; j < 20; j++) {
            struct every back;
            char *byte = (char *)(uintptr_t)packed.ptr + shape_random_u64(&seed) % packed.len;
            *byte = (char)shape_random_u64(&seed);
            if (!rc_ok(shape_unpack(&c, &every_shape, packed, &back)))
                continue;
            taken++;
            assert_true(rc_ok(shape_check(&c, &every_shape, &back)));
        }
        arena_reset(c.arena);
    }
    assert_true(taken > 0);
    scratch_close(&c);
}
