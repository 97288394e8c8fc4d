#include "base/host.h"

#include "unit.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct str swap_of(struct ctx *c, const char *swaps)
{
    char path[] = "/tmp/chancery-swaps-XXXXXX";
    struct str area;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, swaps, strlen(swaps)), strlen(swaps));
    close(fd);
    assert_true(rc_ok(host_swap(c, path, &area)));
    unlink(path);
    return area;
}

#define COLUMNS "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

TEST(swap_on_a_disk_is_told_and_compressed_memory_is_not)
{
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    struct str area;
    assert_true(str_absent(swap_of(&c, "")));
    assert_true(str_absent(swap_of(&c, COLUMNS)));
    assert_true(str_absent(swap_of(&c, COLUMNS "/dev/zram0   partition\t1\t0\t100\n")));
    assert_true(str_is(swap_of(&c, COLUMNS "/dev/zram0 partition\t1\t0\t100\n"
                                           "/dev/sda2   partition\t1\t0\t-2\n"),
                       "/dev/sda2"));
    assert_true(rc_ok(host_swap(&c, "/nowhere/swaps", &area)));
    assert_true(str_absent(area));
    arena_close(c.arena);
}

TEST(secrets_are_wiped_at_their_end)
{
    static char secret[64];
    memset(secret, 'x', sizeof secret);
    host_keep_secret(secret, sizeof secret);
    host_end_secret(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++)
        assert_int_equal(secret[i], 0);
}

static enum rc_code rights_of(struct ctx *c, const char *folder)
{
    return host_check_rights(c, folder).code;
}

/* Every file of a folder, whatever its name, and the folder. */
TEST(files_that_others_may_use_are_found)
{
    static const mode_t wrong[] = {0640, 0620, 0610, 0604, 0602, 0601, 0666};
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    char folder[] = "/tmp/chancery-rights-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/anything", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    assert_int_equal(rights_of(&c, folder), RC_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(chmod(path, wrong[i]), 0);
        assert_int_equal(rights_of(&c, folder), RC_FORBIDDEN);
        assert_non_null(strstr(c.fault.message, path));
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(rights_of(&c, folder), RC_OK);
    assert_int_equal(chmod(folder, 0750), 0);
    assert_int_equal(rights_of(&c, folder), RC_FORBIDDEN);
    assert_int_equal(chmod(folder, 0700), 0);
    if (geteuid() == 0) { /* nobody else can give a file away */
        assert_int_equal(chown(path, 65534, (gid_t)-1), 0);
        assert_int_equal(rights_of(&c, folder), RC_FORBIDDEN);
    }
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rights_of(&c, folder), RC_NOT_FOUND);
    arena_close(c.arena);
}
