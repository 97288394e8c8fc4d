/* Which files of the machine a listener may name: those in the folders that whoever started the
 * program named. Who may write listeners could read any file of the machine otherwise. */
#include "edge/intake/receiver_own.h"

#include <limits.h>
#include <stdlib.h>

static bool is_in(struct str path, struct str folder)
{
    if (str_ends(folder, "/"))
        folder.len--;
    return path.len > folder.len && path.ptr[folder.len] == '/' &&
           str_eq(str_sub(path, 0, folder.len), folder);
}

static bool is_plain(struct str path)
{
    return str_find(path, STR("/../")) >= path.len && str_find(path, STR("/./")) >= path.len;
}

rc place_find(struct ctx *c, struct texts folders, struct str address, struct str *ret)
{
    char real[PATH_MAX];
    struct str folder, path;
    size_t at = address.len;
    while (at > 0 && address.ptr[at - 1] != '/')
        at--;
    if (at == 0 || at == address.len || str_eq(str_sub(address, at, address.len), STR("..")))
        return listener_refuse(c, "address", "an absolute path of the file is needed");
    TRY(str_copy(c, str_sub(address, 0, at), &folder));
    if (realpath(folder.ptr, real))
        TRY(str_format(c, &path, "%s/%.*s", strcmp(real, "/") == 0 ? "" : real,
                       STR_ARG(str_sub(address, at, address.len))));
    else if (is_plain(address)) /* it is not there yet */
        TRY(str_copy(c, address, &path));
    else
        return listener_refuse(c, "address", "its folder is not there");
    for (size_t i = 0; i < folders.count; i++)
        if (is_in(path, folders.items[i])) {
            *ret = path;
            return OK;
        }
    return listener_refuse(c, "address",
                           folders.count ? "it is in none of the folders that listeners may use "
                                           "(chancery serve --files)"
                                         : "no folder is open to listeners: start Chancery with "
                                           "--files FOLDER");
}

rc place_folders(struct ctx *c, struct texts given, const char *mission, struct texts *ret)
{
    char real[PATH_MAX], own[PATH_MAX];
    struct texts folders = {0};
    NEW(c, folders.items, given.count + 1);
    if (mission && !realpath(mission, own))
        FAIL(c, NOT_FOUND, "%s is not there", mission);
    for (size_t i = 0; i < given.count; i++) {
        struct str *folder = &folders.items[folders.count++];
        if (!realpath(given.items[i].ptr, real))
            FAIL(c, NOT_FOUND, "--files %s: this folder is not there", given.items[i].ptr);
        TRY(str_copy(c, str_from(real), folder));
        struct str self = mission ? str_from(own) : STR("");
        if (mission && (str_eq(*folder, self) || is_in(*folder, self) || is_in(self, *folder)))
            FAIL(c, INVALID, "--files %s: the mission's own folder is there", given.items[i].ptr);
    }
    *ret = folders;
    return OK;
}
