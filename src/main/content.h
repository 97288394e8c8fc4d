/* What a mission starts with (content/): part of the program, found by its path. */
#ifndef MAIN_CONTENT_H
#define MAIN_CONTENT_H

#include "base/ctx.h"

/* A file of content/ by its path within it. NOT_FOUND. The bytes last as long as the program. */
rc content_get(struct ctx *c, const char *path, struct str *ret);

#endif
