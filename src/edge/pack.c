#include "edge/pack.h"

#define ZLIB_CONST
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, LEVEL = 6, MEMORY = 8 };

rc pack_gzip(struct ctx *c, struct str body, struct str *ret)
{
    z_stream stream = {0};
    char *packed = NULL;
    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        FAIL(c, NO_MEMORY, "no memory to compress an answer");
    size_t most = deflateBound(&stream, body.len);
    packed = arena_take(c->arena, most);
    if (!packed) {
        deflateEnd(&stream);
        FAIL(c, NO_MEMORY, "no memory to compress an answer");
    }
    stream.next_in = (const Bytef *)body.ptr;
    stream.avail_in = (uInt)body.len;
    stream.next_out = (Bytef *)packed;
    stream.avail_out = (uInt)most;
    int end = deflate(&stream, Z_FINISH);
    *ret = (struct str){packed, most - stream.avail_out};
    deflateEnd(&stream);
    if (end != Z_STREAM_END)
        FAIL(c, INTERNAL, "an answer could not be compressed: %d", end);
    return OK;
}
