/* Compressing what is the same for everybody. */
#ifndef EDGE_PACK_H
#define EDGE_PACK_H

#include "base/ctx.h"

/* Below this it is not worth a header. */
enum { PACK_LEAST = 1024 };

/* `body` as gzip (RFC 1952), in c's memory. NO_MEMORY; TOO_LARGE never: a body is bounded. */
rc pack_gzip(struct ctx *c, struct str body, struct str *ret);

#endif
