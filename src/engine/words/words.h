/* The words of a text, as a search compares them: small letters without accents, in every script.
 * What is kept in an index and what is asked for go through the same function, so two words are
 * equal when people take them for equal, and every database gives the same answer.
 *
 *     "Ambassade à Genève"  ->  "ambassade a geneve"
 *     "أحمد القُدسي"          ->  "احمد القدسي"
 *     "美国大使馆"            ->  "美国 国大 大使 使馆 馆"
 *
 * Scripts that write no blanks between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese), and
 * Korean, which joins its words to others, are cut into pairs of letters: a pair is found wherever
 * it stands. */
#ifndef ENGINE_WORDS_WORDS_H
#define ENGINE_WORDS_WORDS_H

#include "base/text.h"

enum words_use {
    WORDS_KEPT, /* for an index: the last letter of a run of pairs stands alone as well */
    WORDS_ASKED /* for a search: only a run of one letter stands alone */
};

/* Longer words are cut, kept and asked alike. */
enum { WORDS_CHARS_MAX = 64 };

/* Add the words of a text to `out`, with a blank between. A word is of letters, digits and bytes
 * beyond ASCII only; it has at most WORDS_CHARS_MAX characters. When `out` has no room for another
 * word, the rest is left out. INVALID when the text is not UTF-8. */
rc words_put(struct ctx *c, struct str text, enum words_use use, struct text *out);

/* Which rules of letters are in use: under another version, words have to be made anew. */
const char *words_version(void);

#endif
