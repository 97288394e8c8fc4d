#include "frame/attachment/media.h"

#include "unit.h"

#define BYTES(literal) ((struct str){literal, sizeof literal - 1})

static void is(struct str bytes, const char *type)
{
    const char *found = media_type(bytes);
    assert_string_equal(found ? found : "nothing", type);
}

TEST(media_is_what_the_bytes_show)
{
    is(BYTES("\xff\xd8\xff\xe0 picture \xff\xd9"), "image/jpeg");
    is(BYTES("\x89PNG\r\n\x1a\n....IEND\xae\x42\x60\x82"), "image/png");
    is(BYTES("GIF89a....;"), "image/gif");
    is(BYTES("RIFF\x0a\0\0\0WEBPVP8 12"), "image/webp");
    is(BYTES("%PDF-1.7\nwords\n%%EOF\n"), "application/pdf");
    is(BYTES("Order of the day\r\n\tمرحبا"), "text/plain");
}

TEST(media_that_is_not_whole_or_not_known_is_nothing)
{
    is(BYTES("\xff\xd8\xff\xe0 picture"), "nothing");
    is(BYTES("\x89PNG\r\n\x1a\n"), "nothing");
    is(BYTES("GIF89a"), "text/plain"); /* and no picture */
    is(BYTES("RIFF\xff\xff\xff\xffWEBPVP8 12"), "nothing");
    is(BYTES("%PDF-1.7\nwords\n"), "text/plain");
    is(BYTES("MZ\x90\0program"), "nothing");
    is(BYTES("\xff\xfe"), "nothing");
    is(BYTES(""), "nothing");
}

TEST(media_is_looked_up_whole)
{
    assert_true(media_in(STR("image/png"), "image/jpeg image/png"));
    assert_false(media_in(STR("image/pn"), "image/jpeg image/png"));
    assert_false(media_in(STR("image/png"), ""));
    assert_false(media_in((struct str){NULL, 0}, "image/png"));
}
