/* Names made into small numbers, from 1; 0 is "no such name". */
#ifndef ENGINE_SIGMA_NAMES_H
#define ENGINE_SIGMA_NAMES_H

#include "base/ctx.h"

struct names {
    uint32_t *slots; /* numbers, by hash */
    struct str *texts;
    uint32_t count, room;
};

/* The number of a name, which is new if it must be; the text is copied into the arena of c. */
rc names_put(struct ctx *c, struct names *names, struct str text, uint32_t *ret);

/* The number of a name, or 0. */
uint32_t names_find(const struct names *names, struct str text);

static inline struct str names_text(const struct names *names, uint32_t number)
{
    return number && number <= names->count ? names->texts[number - 1] : (struct str){0};
}

#endif
