#include "base/file.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int system_open(const struct files *self, const char *path, int flags, mode_t mode)
{
    (void)self;
    return open(path, flags | O_CLOEXEC, mode);
}

static ssize_t system_read(const struct files *self, int fd, void *out, size_t len)
{
    (void)self;
    return read(fd, out, len);
}

static ssize_t system_write(const struct files *self, int fd, const void *bytes, size_t len)
{
    (void)self;
    return write(fd, bytes, len);
}

static int system_sync(const struct files *self, int fd)
{
    (void)self;
    return fsync(fd);
}

static int system_close(const struct files *self, int fd)
{
    (void)self;
    return close(fd);
}

static int system_rename(const struct files *self, const char *from, const char *to)
{
    (void)self;
    return rename(from, to);
}

static int system_mkdir(const struct files *self, const char *path, mode_t mode)
{
    (void)self;
    return mkdir(path, mode);
}

static int system_unlink(const struct files *self, const char *path)
{
    (void)self;
    return unlink(path);
}

const struct files files_system = {
    .open = system_open,
    .read = system_read,
    .write = system_write,
    .sync = system_sync,
    .close = system_close,
    .rename = system_rename,
    .mkdir = system_mkdir,
    .unlink = system_unlink,
};

/* Raise errno as a fault that names the file and what was done to it. */
static rc raise_errno(struct ctx *c, const char *doing, const char *path)
{
    int error = errno;
    if (error == ENOENT)
        FAIL(c, NOT_FOUND, "%s: there is no such file", path);
    if (error == ENOSPC || error == EDQUOT)
        FAIL(c, NO_SPACE, "%s: the disk is full", path);
    if (error == EACCES || error == EPERM || error == EROFS)
        FAIL(c, FORBIDDEN, "%s: no right to %s it", path, doing);
    FAIL(c, IO, "%s: cannot %s it: %s", path, doing, strerror(error));
}

static rc read_all(struct ctx *c, const struct files *files, int fd, const char *path, size_t limit,
                   struct str *ret)
{
    struct text all;
    char piece[16384];
    text_init(&all, c, limit);
    for (;;) {
        ssize_t got = files->read(files, fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return raise_errno(c, "read", path);
        if (got == 0)
            return text_done(&all, ret);
        text_put(&all, (struct str){piece, (size_t)got});
        if (all.failed && c->fault.code == RC_TOO_LARGE)
            FAIL(c, TOO_LARGE, "%s is larger than %zu bytes", path, limit);
        if (all.failed)
            return fault_again(c);
    }
}

rc file_read(struct ctx *c, const struct files *files, const char *path, size_t limit,
             struct str *ret)
{
    int fd = files->open(files, path, O_RDONLY, 0);
    if (fd < 0)
        return raise_errno(c, "open", path);
    rc result = read_all(c, files, fd, path, limit, ret);
    files->close(files, fd);
    return result;
}

static rc write_all(struct ctx *c, const struct files *files, int fd, const char *path,
                    struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t put = files->write(files, fd, bytes.ptr, bytes.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return raise_errno(c, "write", path);
        bytes = str_sub(bytes, (size_t)put, bytes.len);
    }
    if (files->sync(files, fd) < 0)
        return raise_errno(c, "sync", path);
    return OK;
}

static rc write_new(struct ctx *c, const struct files *files, const char *path, struct str bytes,
                    mode_t mode)
{
    /* Not over what an interrupted write has left: that may have other rights, or be a link. */
    const int flags = O_WRONLY | O_CREAT | O_EXCL;
    int fd = files->open(files, path, flags, mode);
    if (fd < 0 && errno == EEXIST && files->unlink(files, path) == 0)
        fd = files->open(files, path, flags, mode);
    if (fd < 0)
        return raise_errno(c, "create", path);
    rc result = write_all(c, files, fd, path, bytes);
    if (files->close(files, fd) < 0 && rc_ok(result))
        result = raise_errno(c, "close", path);
    return result;
}

rc file_sync_folder(struct ctx *c, const struct files *files, const char *path)
{
    int fd = files->open(files, path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return raise_errno(c, "open", path);
    rc result = files->sync(files, fd) < 0 ? raise_errno(c, "sync", path) : OK;
    files->close(files, fd);
    return result;
}

static rc folder_of(struct ctx *c, const char *path, const char **ret)
{
    const char *slash = strrchr(path, '/');
    struct str folder = STR(".");
    if (slash)
        folder = slash == path ? STR("/") : (struct str){path, (size_t)(slash - path)};
    TRY(str_copy(c, folder, &folder));
    *ret = folder.ptr;
    return OK;
}

rc file_write(struct ctx *c, const struct files *files, const char *path, struct str bytes,
              mode_t mode)
{
    struct str beside;
    const char *folder = NULL;
    TRY(str_format(c, &beside, "%s.new", path));
    TRY(folder_of(c, path, &folder));
    rc result = write_new(c, files, beside.ptr, bytes, mode);
    if (rc_ok(result) && files->rename(files, beside.ptr, path) < 0)
        result = raise_errno(c, "replace", path);
    if (!rc_ok(result)) {
        files->unlink(files, beside.ptr);
        return result;
    }
    return file_sync_folder(c, files, folder);
}

rc file_make_folder(struct ctx *c, const struct files *files, const char *path)
{
    struct str copy;
    TRY(str_copy(c, str_from(path), &copy));
    for (size_t i = 1; i <= copy.len; i++) {
        if (i < copy.len && copy.ptr[i] != '/')
            continue;
        struct str part;
        TRY(str_copy(c, str_sub(copy, 0, i), &part));
        if (files->mkdir(files, part.ptr, 0700) < 0 && errno != EEXIST)
            return raise_errno(c, "make", part.ptr);
    }
    int fd = files->open(files, path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return raise_errno(c, "enter", path);
    files->close(files, fd);
    return OK;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

rc path_join(struct ctx *c, const char *folder, const char *name, const char **ret)
{
    struct str path;
    TRY(str_format(c, &path, "%s/%s", folder, name));
    *ret = path.ptr;
    return OK;
}
