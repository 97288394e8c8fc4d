#include "agent/kit/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int spawn_with(const posix_spawn_file_actions_t *files, const char *path, const char *role,
                      pid_t *ret)
{
    char *arguments[] = {(char *)(uintptr_t) "chancery", (char *)(uintptr_t)role, NULL};
    char *nothing[] = {NULL};
    posix_spawnattr_t how;
    sigset_t none;
    sigemptyset(&none);
    if (posix_spawnattr_init(&how) != 0)
        return ENOMEM;
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    int error = posix_spawn(ret, path, files, &how, arguments, nothing);
    posix_spawnattr_destroy(&how);
    return error;
}

rc agent_spawn(struct ctx *c, const char *path, const char *role, int socket, pid_t *ret)
{
    posix_spawn_file_actions_t files;
    if (posix_spawn_file_actions_init(&files) != 0)
        FAIL(c, NO_MEMORY, "no memory to start %s", role);
    int error = posix_spawn_file_actions_adddup2(&files, socket, AGENT_FD);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(&files, AGENT_FD + 1);
    if (error == 0)
        error = spawn_with(&files, path, role, ret);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0)
        FAIL(c, IO, "%s %s cannot be started: %s", path, role, strerror(error));
    return OK;
}

rc agent_pair(struct ctx *c, int ret[2])
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        FAIL(c, IO, "no pair of sockets: %s", strerror(errno));
    ret[0] = pair[0];
    ret[1] = pair[1];
    return OK;
}

rc agent_start(struct ctx *c, const char *path, const char *role, struct agent *ret)
{
    struct agent agent;
    int pair[2];
    TRY(agent_pair(c, pair));
    agent.fd = pair[0];
    rc result = agent_spawn(c, path, role, pair[1], &agent.pid);
    close(pair[1]);
    if (rc_ok(result))
        *ret = agent;
    else
        close(agent.fd);
    return result;
}

void agent_end(struct agent *agent)
{
    if (agent->fd < 0)
        return;
    close(agent->fd);
    while (waitpid(agent->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    agent->fd = -1;
}

void agent_begin(int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}
