#include "base/role.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <unistd.h>

int role_start(const char *path, const char *role, int socket, pid_t *ret)
{
    char *arguments[] = {(char *)(uintptr_t) "chancery", (char *)(uintptr_t)role, NULL};
    char *nothing[] = {NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none;
    sigemptyset(&none);
    if (posix_spawn_file_actions_init(&files) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&how) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    int error = posix_spawn_file_actions_adddup2(&files, socket, ROLE_FD);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(&files, ROLE_FD + 1);
    if (error == 0)
        error = posix_spawn(ret, path, &files, &how, arguments, nothing);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return error;
}
