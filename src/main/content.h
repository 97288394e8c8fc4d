/* What a mission starts with (content/): part of the program, found by its path. */
#ifndef MAIN_CONTENT_H
#define MAIN_CONTENT_H

#include "base/ctx.h"

/* A file of content/ by its path within it. NOT_FOUND. The bytes last as long as the program. */
rc content_get(struct ctx *c, const char *path, struct str *ret);

/* The files of a folder of content/, in order of their names: gives the next after *at (begin with
 * 0), false when there is none. */
bool content_next(const char *folder, size_t *at, struct str *ret_name, struct str *ret_text);

#endif
