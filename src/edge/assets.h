/* The console's files, which are part of the program. tools/embed makes the table from what Vite
 * built. */
#ifndef EDGE_ASSETS_H
#define EDGE_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct asset {
    const char *path; /* as in the URL: "/index.html" */
    const char *type; /* Content-Type */
    const char *etag; /* of the unpacked body, hexadecimal, without quotes; another encoding is
                         another ETag */
    const unsigned char *body, *gzip, *brotli; /* a packed form that saves nothing is NULL */
    size_t body_len, gzip_len, brotli_len;
    bool immutable; /* the name holds a hash of the content */
};

/* Sorted by path, byte for byte. */
extern const struct asset assets[];
extern const size_t assets_count;

/* NULL where there is none of exactly this path. */
const struct asset *asset_find(const char *path, size_t len);

#endif
