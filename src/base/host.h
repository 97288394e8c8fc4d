/* What the machine must give: files that are ours alone, and memory that reaches no disk. */
#ifndef BASE_HOST_H
#define BASE_HOST_H

#include "base/ctx.h"

/* A mission's folder and all that lies in it: is it the user's who runs this, and nobody else's to
 * read? FORBIDDEN names the first that is not, and what to do. */
rc host_check_rights(struct ctx *c, const char *folder);

/* Does this machine write memory to a disk? `swaps` is /proc/swaps, or such a file; compressed
 * memory does not count. Gives the name of the first area, absent without one. */
rc host_swap(struct ctx *c, const char *swaps, struct str *ret);
#define HOST_SWAPS "/proc/swaps"

/* Keep these bytes, keys or passphrases, out of swap and core dumps for as long as they live, and
 * wipe them at the end. A machine that allows no locked memory still gets the wiping. */
void host_keep_secret(void *bytes, size_t len);
void host_end_secret(void *bytes, size_t len);

#endif
