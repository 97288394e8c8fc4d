/* A process is started with one socket and nothing of ours, and ends when that closes. The programs
 * here are the machine's own: what an agent does itself is tested where it lives. */
#include "agent/kit/agent.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct ctx ctx_of(void)
{
    return (struct ctx){.arena = NULL};
}

TEST(an_agent_that_cannot_be_started_names_program_and_role)
{
    struct ctx c = ctx_of();
    struct agent agent = {.fd = -1};
    rc result = agent_start(&c, "/nonexistent/chancery", "--role", &agent);
    assert_int_equal(result.code, RC_IO);
    assert_non_null(strstr(c.fault.message, "/nonexistent/chancery --role"));
    assert_int_equal(agent.fd, -1);
    agent_end(&agent); /* of none: nothing */
}

/* `cat FILE` with the file of what it was given: this is the only way to look from outside. */
static size_t read_of(const char *file, char *out, size_t room)
{
    struct ctx c = ctx_of();
    int ends[2];
    pid_t pid;
    size_t len = 0;
    ssize_t got;
    assert_int_equal(pipe(ends), 0);
    int keep = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    rc result = agent_spawn(&c, "/bin/cat", file, ends[1], &pid);
    dup2(keep, STDOUT_FILENO);
    close(keep);
    close(ends[1]);
    assert_true(rc_ok(result));
    while (len < room - 1 && (got = read(ends[0], out + len, room - 1 - len)) > 0)
        len += (size_t)got;
    out[len] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return len;
}

TEST(an_agent_gets_no_environment)
{
    char told[4096];
    assert_int_equal(setenv("CHANCERY_TEST_SECRET", "password", 1), 0);
    assert_int_equal(read_of("/proc/self/environ", told, sizeof told), 0);
    unsetenv("CHANCERY_TEST_SECRET");
}

/* "comm) S ppid pgrp session": it leads a session of its own. */
TEST(an_agent_has_a_session_of_its_own)
{
    char told[4096];
    int pid = 0, group = -1, session = -2;
    read_of("/proc/self/stat", told, sizeof told);
    assert_int_equal(sscanf(told, "%d %*s %*c %*d %d %d", &pid, &group, &session), 3);
    assert_int_equal(pid, session);
    assert_int_equal(pid, group);
}

/* A script that says it is there and then reads its socket to the end. */
static void make_script(char path[64])
{
    static const char text[] = "#!/bin/sh\necho ready >&3\nexec cat <&3 >/dev/null\n";
    snprintf(path, 64, "/tmp/chancery-agent-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    assert_int_equal(fchmod(fd, 0700), 0);
    close(fd);
}

TEST(an_agent_has_its_socket_and_ends_with_it)
{
    struct ctx c = ctx_of();
    struct agent agent = {.fd = -1};
    char path[64], told[16];
    make_script(path);
    rc started = agent_start(&c, path, "--role", &agent);
    if (!rc_ok(started))
        fail_msg("%s", c.fault.message);
    assert_int_equal(recv(agent.fd, told, sizeof told, 0), 6);
    pid_t pid = agent.pid;
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0); /* it waits for more */
    agent_end(&agent);
    assert_int_equal(agent.fd, -1);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    unlink(path);
}
