#include "engine/sigma/pattern.h"

#include "engine/sigma/fold.h"

static rc glyphs_new(struct ctx *c, size_t len, struct glyphs *ret)
{
    if (len > PATTERN_BYTES_MAX)
        FAIL(c, TOO_LARGE, "a value may have %d bytes", PATTERN_BYTES_MAX);
    uint16_t *ptr;
    NEW(c, ptr, len + 1);
    *ret = (struct glyphs){ptr, 0};
    return OK;
}

static void put(struct glyphs *g, unsigned glyph)
{
    g->ptr[g->len++] = (uint16_t)glyph;
}

rc glyphs_read(struct ctx *c, struct str text, struct glyphs *ret)
{
    struct glyphs g;
    TRY(glyphs_new(c, text.len, &g));
    for (size_t i = 0; i < text.len; i++) {
        char ch = text.ptr[i];
        char after = i + 1 < text.len ? text.ptr[i + 1] : 'x';
        if (ch == '\\' && (after == '*' || after == '?' || after == '\\'))
            put(&g, (unsigned char)text.ptr[++i]);
        else
            put(&g, ch == '*' ? GLYPH_MANY : ch == '?' ? GLYPH_ONE : (unsigned char)ch);
    }
    *ret = g;
    return OK;
}

bool glyphs_plain(const struct glyphs *g, char *out)
{
    for (size_t i = 0; i < g->len; i++) {
        if (g->ptr[i] > 255)
            return false;
        out[i] = (char)g->ptr[i];
    }
    return true;
}

rc glyphs_wrap(struct ctx *c, const struct glyphs *g, bool before, bool after, struct glyphs *ret)
{
    struct glyphs wrapped;
    TRY(glyphs_new(c, g->len + 2, &wrapped));
    if (before && !(g->len && g->ptr[0] == GLYPH_MANY))
        put(&wrapped, GLYPH_MANY);
    for (size_t i = 0; i < g->len; i++)
        put(&wrapped, g->ptr[i]);
    if (after && !(wrapped.len && wrapped.ptr[wrapped.len - 1] == GLYPH_MANY))
        put(&wrapped, GLYPH_MANY);
    *ret = wrapped;
    return OK;
}

/* Bytes of the dash that stands at i: - / or U+2013, U+2014, U+2015; 0 when it is none. */
static size_t dash_at(const uint16_t *g, size_t i, size_t len)
{
    if (g[i] == '-' || g[i] == '/')
        return 1;
    if (i + 2 < len && g[i] == 0xe2 && g[i + 1] == 0x80 && g[i + 2] >= 0x93 && g[i + 2] <= 0x95)
        return 3;
    return 0;
}

static bool is_word(unsigned glyph)
{
    return (glyph >= '0' && glyph <= '9') || ((glyph | 0x20) >= 'a' && (glyph | 0x20) <= 'z') ||
           glyph == '_' || (glyph >= 0x80 && glyph <= 255);
}

rc glyphs_dash(struct ctx *c, const struct glyphs *g, struct glyphs *ret)
{
    struct glyphs dashed;
    TRY(glyphs_new(c, g->len, &dashed));
    for (size_t i = 0; i < g->len;) {
        size_t bytes = dash_at(g->ptr, i, g->len);
        bool begins = bytes > 0 && (i == 0 || !is_word(g->ptr[i - 1])) && i + bytes < g->len &&
                      is_word(g->ptr[i + bytes]);
        put(&dashed, begins ? GLYPH_DASH : g->ptr[i]);
        i += begins ? bytes : 1;
    }
    *ret = dashed;
    return OK;
}

/* Fold the bytes between wildcards. */
static rc fold_glyphs(struct ctx *c, const struct glyphs *g, struct glyphs *ret)
{
    struct glyphs folded;
    char *bytes;
    NEW(c, bytes, g->len + 1);
    TRY(glyphs_new(c, g->len, &folded));
    for (size_t i = 0; i < g->len;) {
        size_t run = 0;
        for (; i + run < g->len && g->ptr[i + run] < 256; run++)
            bytes[run] = (char)g->ptr[i + run];
        fold_text((struct str){bytes, run}, bytes);
        for (size_t at = 0; at < run; at++)
            put(&folded, (unsigned char)bytes[at]);
        i += run;
        if (i < g->len)
            put(&folded, g->ptr[i++]);
    }
    *ret = folded;
    return OK;
}

rc pattern_make(struct ctx *c, const struct glyphs *g, bool cased, struct pattern *ret)
{
    struct glyphs own = *g;
    if (!cased)
        TRY(fold_glyphs(c, g, &own));
    bool before = own.len > 0 && own.ptr[0] == GLYPH_MANY;
    bool after = own.len > 1 && own.ptr[own.len - 1] == GLYPH_MANY;
    struct glyphs middle = {own.ptr + before, own.len - before - after};
    char *bytes;
    NEW(c, bytes, middle.len + 1);
    struct pattern p = {.cased = cased, .text = {bytes, middle.len}};
    if (!glyphs_plain(&middle, bytes)) {
        p.kind = PATTERN_GLOB;
        p.glyphs = own;
    } else if (before && after) {
        p.kind = middle.len ? PATTERN_HAS : PATTERN_ALL;
    } else if (before) {
        p.kind = middle.len ? PATTERN_ENDS : PATTERN_ALL;
    } else {
        p.kind = after ? PATTERN_STARTS : PATTERN_IS;
    }
    *ret = p;
    return OK;
}

/* Bytes of the character that begins at s[at]. */
static size_t char_len(struct str s, size_t at)
{
    unsigned char first = (unsigned char)s.ptr[at];
    size_t len = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return len <= s.len - at ? len : 1;
}

static size_t text_dash(struct str s, size_t at)
{
    if (s.ptr[at] == '-' || s.ptr[at] == '/')
        return 1;
    if (s.len - at >= 3 && memcmp(s.ptr + at, "\xe2\x80", 2) == 0 &&
        (uint8_t)s.ptr[at + 2] >= 0x93 && (uint8_t)s.ptr[at + 2] <= 0x95)
        return 3;
    return 0;
}

/* Bytes that a glyph other than * takes at s[at], 0 when it does not fit. */
static size_t take_glyph(unsigned glyph, struct str s, size_t at)
{
    if (at >= s.len)
        return 0;
    if (glyph < 256)
        return (unsigned char)s.ptr[at] == glyph;
    return glyph == GLYPH_ONE ? char_len(s, at) : text_dash(s, at);
}

/* The usual two-pointer way: on a mismatch go back to the last * and let it take one byte more. */
static bool glob_match(const struct glyphs *g, struct str s)
{
    size_t at = 0, i = 0, star = SIZE_MAX, resume = 0;
    while (at < s.len || i < g->len) {
        if (i < g->len && g->ptr[i] == GLYPH_MANY) {
            star = i++;
            resume = at;
            continue;
        }
        size_t taken = i < g->len ? take_glyph(g->ptr[i], s, at) : 0;
        if (taken > 0) {
            at += taken;
            i++;
        } else if (star != SIZE_MAX && resume < s.len) {
            at = ++resume;
            i = star + 1;
        } else {
            return false;
        }
    }
    return true;
}

bool pattern_match(const struct pattern *p, struct str text, struct str folded)
{
    struct str s = p->cased ? text : folded;
    struct str t = p->text;
    switch (p->kind) {
    case PATTERN_ALL:
        return true;
    case PATTERN_IS:
        return s.len == t.len && memcmp(s.ptr, t.ptr, t.len) == 0;
    case PATTERN_STARTS:
        return s.len >= t.len && memcmp(s.ptr, t.ptr, t.len) == 0;
    case PATTERN_ENDS:
        return s.len >= t.len && memcmp(s.ptr + s.len - t.len, t.ptr, t.len) == 0;
    case PATTERN_HAS:
        return memmem(s.ptr, s.len, t.ptr, t.len) != NULL;
    case PATTERN_GLOB:
        return glob_match(&p->glyphs, s);
    }
    return false;
}

struct str pattern_literal(struct ctx *c, const struct pattern *p)
{
    if (p->kind == PATTERN_ALL)
        return STR("");
    if (p->kind != PATTERN_GLOB)
        return p->text;
    size_t best = 0, best_len = 0, run = 0;
    for (size_t i = 0; i < p->glyphs.len; i++) {
        run = p->glyphs.ptr[i] < 256 ? run + 1 : 0;
        if (run > best_len) {
            best_len = run;
            best = i + 1 - run;
        }
    }
    char *bytes = ctx_take(c, best_len + 1, 1);
    if (!bytes)
        return STR("");
    for (size_t i = 0; i < best_len; i++)
        bytes[i] = (char)p->glyphs.ptr[best + i];
    return (struct str){bytes, best_len};
}
