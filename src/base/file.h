/* Files, behind a table of functions so that a test can make any of them fail. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/ctx.h"

#include <sys/types.h>

/* The calls, each as POSIX has it: -1 and errno on failure. */
struct files {
    int (*open)(const struct files *self, const char *path, int flags, mode_t mode);
    ssize_t (*read)(const struct files *self, int fd, void *out, size_t len);
    ssize_t (*write)(const struct files *self, int fd, const void *bytes, size_t len);
    int (*sync)(const struct files *self, int fd);
    int (*close)(const struct files *self, int fd);
    int (*rename)(const struct files *self, const char *from, const char *to);
    int (*mkdir)(const struct files *self, const char *path, mode_t mode);
    int (*unlink)(const struct files *self, const char *path);
};

extern const struct files files_system;

/* The whole file, in the arena of c. NOT_FOUND, TOO_LARGE beyond `limit`, IO. */
rc file_read(struct ctx *c, const struct files *files, const char *path, size_t limit,
             struct str *ret);

/* Replace the file: written beside it, synced, renamed over it, the folder synced. A reader sees
 * the old bytes or the new, never a mixture. NO_SPACE, IO. */
rc file_write(struct ctx *c, const struct files *files, const char *path, struct str bytes,
              mode_t mode);

/* Make the folder and those above it (0700). One that is there already is fine. */
rc file_make_folder(struct ctx *c, const struct files *files, const char *path);

/* Sync a folder, so that what was made or renamed in it lasts. */
rc file_sync_folder(struct ctx *c, const struct files *files, const char *path);

/* Is there something under this name? */
bool file_exists(const char *path);

/* folder + "/" + name, NUL-terminated, in the arena of c. */
rc path_join(struct ctx *c, const char *folder, const char *name, const char **ret);

#endif
