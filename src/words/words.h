/* The console's words, for what the server itself writes for people: documents, later mail. They
 * are the files of web/src (`<part>.<language>.json`), which are part of the program: one source,
 * so a print and the screen call a thing by the same name. */
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include "base/ctx.h"

struct words;

/* The words of a language ("fr", "fr-CA"; one that is not known: English), in the arena of c. */
rc words_open(struct ctx *c, struct str language, const struct words **ret);

/* "fr": the language that was found. */
struct str words_language(const struct words *words);

/* The message of a key, absent when it has none, in this language nor in English. Of a message with
 * plural forms the general one. */
struct str words_find(const struct words *words, const char *key);

#endif
