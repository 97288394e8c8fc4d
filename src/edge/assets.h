/* The console's files, which are part of the program. tools/embed makes the table from what Vite
 * built. */
#ifndef EDGE_ASSETS_H
#define EDGE_ASSETS_H

#include "base/asset.h"

/* Sorted by path, byte for byte. */
extern const struct asset assets[];
extern const size_t assets_count;

/* NULL where there is none of exactly this path. */
const struct asset *asset_find(const char *path, size_t len);

#endif
