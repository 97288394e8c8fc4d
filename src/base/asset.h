/* A file that is part of the program, as tools/embed puts it into a table. */
#ifndef BASE_ASSET_H
#define BASE_ASSET_H

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

#endif
