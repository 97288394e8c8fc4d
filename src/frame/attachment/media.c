#include "frame/attachment/media.h"

#include <string.h>

enum { PDF_END_WITHIN = 1024 };

static bool begins(struct str s, const char *bytes, size_t len)
{
    return s.len >= len && memcmp(s.ptr, bytes, len) == 0;
}

static bool ends(struct str s, const char *bytes, size_t len)
{
    return s.len >= len && memcmp(s.ptr + s.len - len, bytes, len) == 0;
}

static bool is_jpeg(struct str s)
{
    return begins(s, "\xff\xd8\xff", 3) && ends(s, "\xff\xd9", 2);
}

static bool is_png(struct str s)
{
    return begins(s, "\x89PNG\r\n\x1a\n", 8) && ends(s, "IEND\xae\x42\x60\x82", 8);
}

static bool is_gif(struct str s)
{
    return (begins(s, "GIF87a", 6) || begins(s, "GIF89a", 6)) && ends(s, ";", 1);
}

static bool is_webp(struct str s)
{
    if (s.len < 16 || !begins(s, "RIFF", 4) || memcmp(s.ptr + 8, "WEBP", 4) != 0)
        return false;
    const unsigned char *size = (const unsigned char *)s.ptr + 4;
    size_t said = size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
    return said + 8 == s.len + s.len % 2 || said + 8 == s.len;
}

static bool is_pdf(struct str s)
{
    size_t look = s.len < PDF_END_WITHIN ? s.len : PDF_END_WITHIN;
    return (begins(s, "%PDF-1.", 7) || begins(s, "%PDF-2.", 7)) &&
           str_find(str_sub(s, s.len - look, look), STR("%%EOF")) != SIZE_MAX;
}

static bool is_text(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];
        if ((ch < ' ' && ch != '\t' && ch != '\n' && ch != '\r') || ch == 127)
            return false;
    }
    return s.len > 0 && str_is_utf8(s);
}

/* Text last: a PDF may be one, too. */
static const struct {
    const char *type;
    bool (*is)(struct str s);
} kinds[] = {
    {"image/jpeg", is_jpeg}, {"image/png", is_png},       {"image/gif", is_gif},
    {"image/webp", is_webp}, {"application/pdf", is_pdf}, {"text/plain", is_text},
};

const char *media_type(struct str bytes)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].is(bytes))
            return kinds[i].type;
    return NULL;
}

bool media_in(struct str type, const char *list)
{
    struct str rest = str_from(list), item;
    while (str_split(&rest, ' ', &item))
        if (str_eq(item, type))
            return true;
    return false;
}
