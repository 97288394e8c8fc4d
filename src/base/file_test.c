/* Every call of the file layer fails once, and what is left is the old file or the new. */
#include "unit.h"

#include "base/file.h"
#include "support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The system's files, of which the nth call fails with `error`; it counts what is open. */
struct failing {
    struct files files;
    int calls, fail_at, error, opened;
    bool torn; /* the write that fails has written half */
};

static struct failing *failing_of(const struct files *self)
{
    return (struct failing *)(uintptr_t)self;
}

static bool fails(const struct files *self)
{
    struct failing *f = failing_of(self);
    if (++f->calls != f->fail_at)
        return false;
    errno = f->error;
    return true;
}

static int failing_open(const struct files *self, const char *path, int flags, mode_t mode)
{
    if (fails(self))
        return -1;
    int fd = files_system.open(&files_system, path, flags, mode);
    failing_of(self)->opened += fd >= 0;
    return fd;
}

static ssize_t failing_read(const struct files *self, int fd, void *out, size_t len)
{
    return fails(self) ? -1 : files_system.read(&files_system, fd, out, len);
}

static ssize_t failing_write(const struct files *self, int fd, const void *bytes, size_t len)
{
    bool failed = fails(self);
    if (failed && failing_of(self)->torn)
        return files_system.write(&files_system, fd, bytes, len / 2 ? len / 2 : 1);
    return failed ? -1 : files_system.write(&files_system, fd, bytes, len);
}

static int failing_sync(const struct files *self, int fd)
{
    return fails(self) ? -1 : files_system.sync(&files_system, fd);
}

/* A close that fails has closed all the same, as on Linux. */
static int failing_close(const struct files *self, int fd)
{
    bool failed = fails(self);
    failing_of(self)->opened--;
    int result = files_system.close(&files_system, fd);
    errno = failed ? failing_of(self)->error : errno;
    return failed ? -1 : result;
}

static int failing_rename(const struct files *self, const char *from, const char *to)
{
    return fails(self) ? -1 : files_system.rename(&files_system, from, to);
}

static int failing_mkdir(const struct files *self, const char *path, mode_t mode)
{
    return fails(self) ? -1 : files_system.mkdir(&files_system, path, mode);
}

static int failing_unlink(const struct files *self, const char *path)
{
    return fails(self) ? -1 : files_system.unlink(&files_system, path);
}

static struct failing failing_at(int nth, int error)
{
    return (struct failing){
        .files = {.open = failing_open,
                  .read = failing_read,
                  .write = failing_write,
                  .sync = failing_sync,
                  .close = failing_close,
                  .rename = failing_rename,
                  .mkdir = failing_mkdir,
                  .unlink = failing_unlink},
        .fail_at = nth,
        .error = error,
    };
}

struct folder {
    struct ctx c;
    char path[64];
    const char *file;
};

static struct folder folder_open(void)
{
    struct folder f = {.c = scratch_open(0), .path = "/tmp/chancery-file-XXXXXX"};
    assert_non_null(mkdtemp(f.path));
    return f;
}

static const char *inside(struct folder *f, const char *name)
{
    const char *path = NULL;
    assert_true(rc_ok(path_join(&f->c, f->path, name, &path)));
    return path;
}

static void folder_close(struct folder *f)
{
    static const char *const names[] = {"x", "x.new", "a/b/c", "a/b", "a", "link"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        remove(inside(f, names[i]));
    assert_int_equal(rmdir(f->path), 0);
    scratch_close(&f->c);
}

static struct str read_back(struct folder *f, const char *path)
{
    struct str bytes = {NULL, 0};
    assert_true(rc_ok(file_read(&f->c, &files_system, path, 1 << 16, &bytes)));
    return bytes;
}

TEST(a_file_is_written_whole_and_read_back)
{
    struct folder f = folder_open();
    const char *path = inside(&f, "x");
    struct stat stat_of = {0};
    struct str bytes = STR("untouched");
    assert_false(file_exists(path));
    assert_int_equal(file_read(&f.c, &files_system, path, 10, &bytes).code, RC_NOT_FOUND);
    assert_true(rc_ok(file_write(&f.c, &files_system, path, STR("some\0bytes"), 0600)));
    assert_true(file_exists(path) && !file_exists(inside(&f, "x.new")));
    assert_true(str_eq(read_back(&f, path), STR("some\0bytes")));
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
    assert_int_equal(file_read(&f.c, &files_system, path, 9, &bytes).code, RC_TOO_LARGE);
    assert_true(str_is(bytes, "untouched"));
    assert_true(rc_ok(file_read(&f.c, &files_system, path, 10, &bytes)));
    assert_true(rc_ok(file_write(&f.c, &files_system, path, STR(""), 0600)));
    assert_int_equal(read_back(&f, path).len, 0);
    folder_close(&f);
}

TEST(what_an_interrupted_write_has_left_is_not_used)
{
    struct folder f = folder_open();
    const char *path = inside(&f, "x"), *left = inside(&f, "x.new"), *link = inside(&f, "link");
    struct stat stat_of = {0};
    assert_true(rc_ok(file_write(&f.c, &files_system, link, STR("of another"), 0644)));
    assert_int_equal(symlink(link, left), 0);
    assert_true(rc_ok(file_write(&f.c, &files_system, path, STR("secret"), 0600)));
    assert_int_equal(lstat(path, &stat_of), 0);
    assert_true(S_ISREG(stat_of.st_mode) && (stat_of.st_mode & 0777) == 0600);
    assert_true(str_is(read_back(&f, link), "of another"));
    folder_close(&f);
}

/* Write "new" over "old" while the nth call fails. False when there was no nth call. */
static bool write_with_fault(struct folder *f, int nth, int error, bool torn)
{
    const char *path = inside(f, "x");
    struct failing files = failing_at(nth, error);
    files.torn = torn;
    assert_true(rc_ok(file_write(&f->c, &files_system, path, STR("old"), 0600)));
    rc result = file_write(&f->c, &files.files, path, STR("new bytes"), 0600);
    struct str bytes = read_back(f, path);
    assert_int_equal(files.opened, 0);
    if (rc_ok(result))
        assert_true(str_is(bytes, "new bytes"));
    else
        assert_true(str_is(bytes, "old") || str_is(bytes, "new bytes"));
    if (error == ENOSPC && !rc_ok(result))
        assert_int_equal(result.code, RC_NO_SPACE);
    return files.calls >= nth;
}

TEST(a_write_that_fails_anywhere_leaves_the_old_file_or_the_new)
{
    static const int errors[] = {EIO, ENOSPC, EINTR, EACCES};
    struct folder f = folder_open();
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        int nth = 1;
        while (write_with_fault(&f, nth, errors[i], false))
            nth++;
        assert_true(nth > 7);
    }
    for (int nth = 1; write_with_fault(&f, nth, EIO, true);)
        nth++;
    folder_close(&f);
}

TEST(a_read_that_fails_anywhere_closes_what_it_opened)
{
    struct folder f = folder_open();
    const char *path = inside(&f, "x");
    assert_true(rc_ok(file_write(&f.c, &files_system, path, STR("bytes"), 0600)));
    for (int nth = 1; nth < 8; nth++) {
        struct failing files = failing_at(nth, EIO);
        struct str bytes = STR("untouched");
        rc result = file_read(&f.c, &files.files, path, 100, &bytes);
        assert_int_equal(files.opened, 0);
        assert_true(str_is(bytes, rc_ok(result) ? "bytes" : "untouched"));
        assert_true(rc_ok(result) || result.code == RC_IO);
    }
    struct failing files = failing_at(2, EINTR);
    struct str bytes;
    assert_true(rc_ok(file_read(&f.c, &files.files, path, 100, &bytes)));
    struct ctx small = scratch_open(64);
    assert_int_equal(file_read(&small, &files_system, path, 100, &bytes).code, RC_NO_MEMORY);
    scratch_close(&small);
    folder_close(&f);
}

TEST(folders_are_made_down_to_the_last)
{
    struct folder f = folder_open();
    const char *path = inside(&f, "a/b/c");
    struct stat stat_of = {0};
    assert_true(rc_ok(file_make_folder(&f.c, &files_system, path)));
    assert_true(rc_ok(file_make_folder(&f.c, &files_system, path)));
    assert_int_equal(stat(path, &stat_of), 0);
    assert_true(S_ISDIR(stat_of.st_mode) && (stat_of.st_mode & 0777) == 0700);
    assert_true(rc_ok(file_sync_folder(&f.c, &files_system, path)));
    assert_int_equal(file_sync_folder(&f.c, &files_system, inside(&f, "z")).code, RC_NOT_FOUND);
    for (int nth = 1; nth < 20; nth++) {
        struct failing files = failing_at(nth, EROFS);
        rc result = file_make_folder(&f.c, &files.files, path);
        assert_int_equal(files.opened, 0);
        assert_true(rc_ok(result) || result.code == RC_FORBIDDEN);
    }
    const char *file = inside(&f, "x");
    assert_true(rc_ok(file_write(&f.c, &files_system, file, STR("a file"), 0600)));
    assert_false(rc_ok(file_make_folder(&f.c, &files_system, file)));
    folder_close(&f);
}
