/* Unguessable bytes and identifiers. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "base/ctx.h"

/* Fill with bytes of the kernel's generator; never fails (ends the process if the kernel cannot).
 */
void random_bytes(void *out, size_t len);

/* A new record id: a ULID, 26 characters of Crockford's base 32, 48 bits of the time in ms and 80
 * random bits, so that ids sort by time of making. */
enum { ID_LEN = 26 };
rc id_new(struct ctx *c, struct str *ret);

/* The least id that could be made at this time: all of later ones sort behind it. */
rc id_least(struct ctx *c, struct wall when, struct str *ret);

#endif
