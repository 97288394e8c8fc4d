#include "base/host.h"

#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SWAPS_MAX = 16384 };

/* ---- rights ---------------------------------------------------------------------------------- */

static rc check_one(struct ctx *c, const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return OK; /* it went meanwhile, or is a link to nothing */
    if (status.st_uid != geteuid())
        FAIL(c, FORBIDDEN, "%s belongs to another user (%u): run chown on it", path,
             (unsigned)status.st_uid);
    if (status.st_mode & 077)
        FAIL(c, FORBIDDEN, "others on this machine can read %s: run chmod go= on it", path);
    return OK;
}

static rc check_entries(struct ctx *c, const char *folder, DIR *entries)
{
    struct dirent *entry;
    while ((entry = readdir(entries))) {
        const char *path = NULL;
        if (strcmp(entry->d_name, "..") == 0)
            continue;
        TRY(path_join(c, folder, entry->d_name, &path));
        TRY(check_one(c, path));
    }
    return OK;
}

rc host_check_rights(struct ctx *c, const char *folder)
{
    DIR *entries = opendir(folder);
    if (!entries)
        FAIL(c, NOT_FOUND, "%s: %s", folder, strerror(errno));
    rc result = check_entries(c, folder, entries);
    closedir(entries);
    return result;
}

/* ---- memory ---------------------------------------------------------------------------------- */

rc host_swap(struct ctx *c, const char *swaps, struct str *ret)
{
    struct str rest, line;
    *ret = (struct str){0};
    rc result = file_read(c, &files_system, swaps, SWAPS_MAX, &rest);
    if (result.code == RC_NOT_FOUND)
        return OK; /* a kernel without swap */
    TRY(result);
    str_split(&rest, '\n', &line); /* the names of the columns */
    while (str_split(&rest, '\n', &line)) {
        struct str area = str_sub(line, 0, str_find(line, STR(" ")));
        if (area.len > 0 && !str_starts(area, "/dev/zram"))
            return str_copy(c, area, ret);
    }
    return OK;
}

void host_keep_secret(void *bytes, size_t len)
{
    (void)sodium_mlock(bytes, len);
}

void host_end_secret(void *bytes, size_t len)
{
    if (sodium_munlock(bytes, len) != 0)
        sodium_memzero(bytes, len);
}
