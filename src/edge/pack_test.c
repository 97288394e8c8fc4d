/* What is packed is what comes out of zlib again. */
#include "edge/pack.h"

#include "unit.h"

#define ZLIB_CONST
#include <zlib.h>

TEST(packed_answer_comes_out_as_it_went_in)
{
    enum { LEN = 300000 };
    struct ctx c = {arena_open(4 << 20), &clock_system, .fault = {0}};
    char *body = arena_take(c.arena, LEN), *again = arena_take(c.arena, LEN);
    for (size_t i = 0; i < LEN; i++)
        body[i] = (char)('a' + (i * i / 7) % 26);
    struct str packed;
    assert_true(rc_ok(pack_gzip(&c, (struct str){body, LEN}, &packed)));
    z_stream stream = {.next_in = (const Bytef *)packed.ptr,
                       .avail_in = (uInt)packed.len,
                       .next_out = (Bytef *)again,
                       .avail_out = LEN};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    assert_int_equal(stream.total_out, LEN);
    assert_memory_equal(body, again, LEN);
    arena_close(c.arena);
}
