/* Characters that are not to be seen, or that move or hide what stands beside them: a name with one
 * looks like another name, and a sentence can be made to read as its opposite. They are refused in
 * what people type on one line, and shown by their number, "[U+202E]", wherever text leaves us.
 *
 * They are: controls (C0 but tab, line feed, carriage return; DEL; C1), the marks, embeddings and
 * isolates of direction, spaces and joiners without width, soft hyphens, line and paragraph
 * separators, fillers, annotations and tags (Unicode 15: Cc, Cf, Zl, Zp, and letters without ink).
 * A joiner that follows a character beyond ASCII is part of that writing and is none of them. */
#ifndef BASE_GLYPH_H
#define BASE_GLYPH_H

#include "base/text.h"

/* The first hidden character of well-formed UTF-8, 0 when it has none. (U+0000 is in no text of
 * ours: every form of text refuses it.) */
uint32_t str_hidden(struct str s);

/* Is the character of `len` bytes at `at` of `s` a hidden one? Its code point, or 0. */
uint32_t str_hidden_at(struct str s, size_t at, size_t len);

/* Write s with its hidden characters by their numbers. */
void text_put_shown(struct text *t, struct str s);

/* Write what was written to t from byte `from` on once more, with hidden characters by their
 * numbers; as JSON, those that are escaped in it as well. */
enum glyph_syntax { GLYPH_PLAIN, GLYPH_JSON };
void text_show(struct text *t, size_t from, enum glyph_syntax syntax);

#endif
