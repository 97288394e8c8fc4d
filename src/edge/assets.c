#include "edge/assets.h"

#include <string.h>

/* As strcmp, for a path that has a length and may hold any byte. */
static int order(const char *path, const char *wanted, size_t len)
{
    size_t path_len = strlen(path);
    int common = memcmp(path, wanted, path_len < len ? path_len : len);
    return common != 0 ? common : (path_len > len) - (path_len < len);
}

const struct asset *asset_find(const char *path, size_t len)
{
    size_t low = 0;
    size_t high = assets_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int compared = order(assets[middle].path, path, len);
        if (compared == 0)
            return &assets[middle];
        if (compared < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
