/* A Sigma string: text with the wildcards * and ?, and what it matches. */
#ifndef ENGINE_SIGMA_PATTERN_H
#define ENGINE_SIGMA_PATTERN_H

#include "base/ctx.h"

/* Below 256 a byte of text; above, a wildcard. */
enum {
    GLYPH_ONE = 256, /* ? : one character */
    GLYPH_MANY,      /* * : any characters, or none */
    GLYPH_DASH,      /* one of - / and the en, em and bar dashes */
};

/* A string under construction, while modifiers are applied. */
struct glyphs {
    uint16_t *ptr;
    size_t len;
};

enum pattern_kind {
    PATTERN_ALL,
    PATTERN_IS,
    PATTERN_STARTS,
    PATTERN_ENDS,
    PATTERN_HAS,
    PATTERN_GLOB
};

struct pattern {
    enum pattern_kind kind;
    bool cased;
    struct str text;      /* the bytes of all kinds but GLOB; folded unless cased */
    struct glyphs glyphs; /* of GLOB */
};

enum { PATTERN_BYTES_MAX = 65536 };

/* Read a value as it stands in a rule: \ escapes * ? and itself, and is itself before all else. */
rc glyphs_read(struct ctx *c, struct str text, struct glyphs *ret);

/* The bytes of plain text; false when there is a wildcard. */
bool glyphs_plain(const struct glyphs *g, char *out);

/* Put wildcards at one or both ends. */
rc glyphs_wrap(struct ctx *c, const struct glyphs *g, bool before, bool after, struct glyphs *ret);

/* Make the dashes that begin an option (not after and before a letter or digit) interchangeable. */
rc glyphs_dash(struct ctx *c, const struct glyphs *g, struct glyphs *ret);

/* Compile. */
rc pattern_make(struct ctx *c, const struct glyphs *g, bool cased, struct pattern *ret);

/* Does it match the whole of `text`? `folded` is the same text folded. */
bool pattern_match(const struct pattern *p, struct str text, struct str folded);

/* The longest run of plain text that every match contains; empty when there is none. */
struct str pattern_literal(struct ctx *c, const struct pattern *p);

#endif
