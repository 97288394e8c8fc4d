#include "main/content.h"

#include "base/asset.h"

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

bool content_next(const char *folder, size_t *at, struct str *ret_name, struct str *ret_text)
{
    size_t len = strlen(folder);
    for (size_t i = *at; i < content_count; i++) {
        const char *path = content[i].path + 1;
        if (strncmp(path, folder, len) != 0 || path[len] != '/')
            continue;
        *ret_name = str_from(path + len + 1);
        *ret_text = (struct str){(const char *)content[i].body, content[i].body_len};
        *at = i + 1;
        return true;
    }
    return false;
}
