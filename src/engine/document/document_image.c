/* How large an image is, by its head, so that nothing decodes what was not measured. */
#include "engine/document/document_own.h"

static uint32_t big(struct str bytes, size_t at, size_t len)
{
    uint32_t value = 0;
    for (size_t i = 0; i < len; i++)
        value = value << 8 | (unsigned char)bytes.ptr[at + i];
    return value;
}

/* The segments of a JPEG up to the frame header (SOF0 to SOF2: what a PDF can hold). */
static bool jpeg_size(struct str bytes, int64_t *ret_width, int64_t *ret_height)
{
    size_t at = 2;
    while (at + 9 <= bytes.len && big(bytes, at, 1) == 0xff) {
        uint32_t marker = big(bytes, at + 1, 1), len = big(bytes, at + 2, 2);
        if (marker >= 0xc0 && marker <= 0xc2) {
            *ret_height = big(bytes, at + 5, 2);
            *ret_width = big(bytes, at + 7, 2);
            return true;
        }
        if (marker == 0xff)
            at++;
        else
            at += 2 + len;
    }
    return false;
}

rc document_image_size(struct ctx *c, struct str bytes, int64_t *ret_width, int64_t *ret_height,
                       bool *ret_png)
{
    int64_t width = 0, height = 0;
    bool png = bytes.len >= 24 && memcmp(bytes.ptr, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) == 0;
    if (bytes.len > DOCUMENT_IMAGE_MAX)
        FAIL(c, TOO_LARGE, "an image in a document has at most %d bytes", DOCUMENT_IMAGE_MAX);
    if (png) {
        width = big(bytes, 16, 4);
        height = big(bytes, 20, 4);
    } else if (bytes.len < 4 || memcmp(bytes.ptr, "\xff\xd8\xff", 3) != 0 ||
               !jpeg_size(bytes, &width, &height)) {
        FAIL(c, INVALID, "an image in a document is a PNG or a JPEG");
    }
    if (width < 1 || height < 1 || width > DOCUMENT_PIXELS_MAX || height > DOCUMENT_PIXELS_MAX)
        FAIL(c, INVALID, "an image in a document has 1 to %d pixels a side", DOCUMENT_PIXELS_MAX);
    *ret_width = width;
    *ret_height = height;
    *ret_png = png;
    return OK;
}
