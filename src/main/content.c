#include "main/content.h"

#include "edge/assets.h"

/* The table that tools/embed makes of content/. */
extern const struct asset content[];
extern const size_t content_count;

rc content_get(struct ctx *c, const char *path, struct str *ret)
{
    for (size_t i = 0; i < content_count; i++) {
        if (strcmp(content[i].path + 1, path) != 0) /* paths begin with a stroke */
            continue;
        *ret = (struct str){(const char *)content[i].body, content[i].body_len};
        return OK;
    }
    FAIL(c, NOT_FOUND, "%s is not part of this program", path);
}
