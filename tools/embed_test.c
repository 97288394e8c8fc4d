/* The files of tools/embed_case/, embedded by the build as the console is, read back from the
 * program. */
#include "edge/assets.h"
#include "unit.h"

#include <brotli/decode.h>
#include <string.h>
#include <zlib.h>

enum { BODY_MAX = 64 << 10 };

static const struct asset *find(const char *path)
{
    return asset_find(path, strlen(path));
}

TEST(every_file_is_found_by_its_path_and_nothing_else)
{
    assert_int_equal(assets_count, 3);
    for (size_t i = 0; i < assets_count; i++)
        assert_ptr_equal(find(assets[i].path), &assets[i]);
    assert_null(find("/"));
    assert_null(find("/index.htm"));
    assert_null(find("/index.html2"));
    assert_null(find("/zzz"));
    assert_null(asset_find("/index.html\0x", sizeof "/index.html\0x" - 1));
    assert_null(asset_find("", 0));
}

TEST(the_body_is_the_file)
{
    static char file[BODY_MAX];
    FILE *stream = fopen("tools/embed_case/index.html", "rb");
    assert_non_null(stream);
    size_t length = fread(file, 1, sizeof file, stream);
    fclose(stream);

    const struct asset *page = find("/index.html");
    assert_int_equal(page->body_len, length);
    assert_memory_equal(page->body, file, length);
}

TEST(packed_forms_unpack_to_the_body)
{
    static unsigned char plain[BODY_MAX];
    enum { GZIP_HEADER = 16 };
    const struct asset *page = find("/index.html");

    z_stream stream = {.avail_in = (uInt)page->gzip_len, .next_out = plain, .avail_out = BODY_MAX};
    stream.next_in = (z_const Bytef *)(uintptr_t)page->gzip;
    assert_int_equal(inflateInit2(&stream, MAX_WBITS + GZIP_HEADER), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    assert_int_equal(stream.total_out, page->body_len);
    assert_memory_equal(plain, page->body, page->body_len);

    size_t length = BODY_MAX;
    assert_int_equal(BrotliDecoderDecompress(page->brotli_len, page->brotli, &length, plain),
                     BROTLI_DECODER_RESULT_SUCCESS);
    assert_int_equal(length, page->body_len);
    assert_memory_equal(plain, page->body, page->body_len);
}

TEST(a_form_that_saves_nothing_is_left_out)
{
    const struct asset *tiny = find("/tiny.txt");
    assert_null(tiny->gzip);
    assert_null(tiny->brotli);
    assert_int_equal(tiny->gzip_len + tiny->brotli_len, 0);
}

TEST(only_names_with_a_hash_are_immutable)
{
    assert_true(find("/assets/app-1a2b.js")->immutable);
    assert_false(find("/index.html")->immutable);
}

TEST(types_and_etags)
{
    assert_string_equal(find("/index.html")->type, "text/html; charset=utf-8");
    assert_string_equal(find("/assets/app-1a2b.js")->type, "text/javascript; charset=utf-8");
    /* The first half of sha256("a\n"). */
    assert_string_equal(find("/tiny.txt")->etag, "87428fc522803d31065e7bce3cf03fe4");
}
