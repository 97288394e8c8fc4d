/* What was given up is really gone: each try in a process of its own. */
#include "main/sandbox.h"

#include "adapter/registry/registry.h"
#include "agent/ear/ear.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED, WORKED, NO_SANDBOX };

static int try_exec(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return errno == EPERM || errno == EACCES ? REFUSED : WORKED;
}

static int try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? REFUSED : WORKED;
}

static int try_outside(void)
{
    return open("/etc/passwd", O_RDONLY) < 0 ? REFUSED : WORKED;
}

/* A folder of logs: to be read, not to be written. */
#define LOGS "/tmp"
static int try_reading_logs(void)
{
    return open(LOGS, O_RDONLY | O_DIRECTORY) < 0 ? REFUSED : WORKED;
}

static int try_writing_logs(void)
{
    return open(LOGS "/chancery-sandbox-written", O_WRONLY | O_CREAT, 0600) < 0 ? REFUSED : WORKED;
}

static int try_zone(void)
{
    return open("/usr/share/zoneinfo/Etc/UTC", O_RDONLY) < 0 && errno != ENOENT ? REFUSED : WORKED;
}

static int try_inside(void)
{
    return open("inside", O_RDWR | O_CREAT, 0600) < 0 ? REFUSED : WORKED;
}

/* Enter the sandbox in a child and report what the attempt came to. */
static int in_sandbox_that(bool calls, int (*attempt)(void), bool *ret_landlock)
{
    char folder[] = "/tmp/chancery-sandbox-XXXXXX", inside[64];
    int pipes[2], status = 0;
    char abi = 0;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
        const char *level = NULL;
        struct texts readable = {(struct str[]){STR(LOGS), STR("/nowhere")}, 2};
        if (chdir(folder) != 0 || !rc_ok(sandbox_enter(&c, folder, readable, &level)) ||
            !rc_ok(sandbox_cut_network(&c, calls)))
            _exit(NO_SANDBOX);
        abi = strstr(level, "landlock ") != NULL;
        if (write(pipes[1], &abi, 1) != 1)
            _exit(NO_SANDBOX);
        _exit(attempt());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(read(pipes[0], &abi, 1), 1);
    close(pipes[0]);
    close(pipes[1]);
    *ret_landlock = abi;
    snprintf(inside, sizeof inside, "%s/inside", folder);
    unlink(inside);
    assert_int_equal(rmdir(folder), 0);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int in_sandbox(int (*attempt)(void), bool *ret_landlock)
{
    return in_sandbox_that(false, attempt, ret_landlock);
}

static int try_listening(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return NO_SANDBOX;
    return listen(fd, 1) != 0 && errno == EPERM ? REFUSED : WORKED;
}

TEST(sandbox_that_calls_somebody_still_does_not_listen)
{
    bool landlock = false;
    assert_int_equal(in_sandbox_that(true, try_socket, &landlock), WORKED);
    assert_int_equal(in_sandbox_that(true, try_listening, &landlock), REFUSED);
}

TEST(sandbox_gives_up_programs_sockets_and_other_files)
{
    bool landlock = false;
    assert_int_equal(in_sandbox(try_exec, &landlock), REFUSED);
    assert_int_equal(in_sandbox(try_socket, &landlock), REFUSED);
    assert_int_equal(in_sandbox(try_inside, &landlock), WORKED);
    assert_int_equal(in_sandbox(try_zone, &landlock), WORKED);
    assert_int_equal(in_sandbox(try_reading_logs, &landlock), WORKED);
    int written = in_sandbox(try_writing_logs, &landlock);
    assert_int_equal(written, landlock ? REFUSED : WORKED);
    int outside = in_sandbox(try_outside, &landlock);
    assert_int_equal(outside, landlock ? REFUSED : WORKED);
}

static int try_memory(void)
{
    struct rlimit core = {1, 1};
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0)
        return NO_SANDBOX;
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? REFUSED : WORKED;
}

TEST(sandbox_hides_the_memory)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(sandbox_hide_memory() ? try_memory() : NO_SANDBOX);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), SANDBOX_SANITIZED ? WORKED : REFUSED);
}

/* As in_sandbox, for a role. */
static int in_role(rc (*enter)(struct ctx *c), int (*attempt)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
        _exit(rc_ok(enter(&c)) ? attempt() : NO_SANDBOX);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* ---- the renderer ---------------------------------------------------------------------------- */

static int try_fonts(void)
{
    return open("/usr/share/fonts/truetype", O_RDONLY) >= 0 ? WORKED : REFUSED;
}

static int try_passwords(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0 ? WORKED : REFUSED;
}

static int try_drawing_child(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0 && waitpid(child, &status, 0) == child ? WORKED : REFUSED;
}

TEST(sandbox_of_the_renderer_leaves_fonts_and_children)
{
    bool landlock = false;
    in_sandbox(try_inside, &landlock);
    assert_int_equal(in_role(sandbox_enter_renderer, try_fonts), WORKED);
    assert_int_equal(in_role(sandbox_enter_renderer, try_drawing_child), WORKED);
    assert_int_equal(in_role(sandbox_enter_renderer, try_passwords), landlock ? REFUSED : WORKED);
}

/* ---- a probe --------------------------------------------------------------------------------- */

static int in_probe(int (*attempt)(void))
{
    return in_role(sandbox_enter_probe, attempt);
}

static int try_parent(void)
{
    return kill(getppid(), 0) != 0 && errno == EPERM ? REFUSED : WORKED;
}

static int try_unlinking(void)
{
    return unlink("/tmp/chancery-probe-nothing") != 0 && errno != ENOENT ? REFUSED : WORKED;
}

static int refused_or_worked(bool refused)
{
    return refused && errno == EPERM ? REFUSED : WORKED;
}

/* Of one's own process: a library may want that. Of another one: it ends it. */
static int try_signalling_parent(void)
{
    return refused_or_worked(syscall(SYS_tgkill, getppid(), getppid(), 0) != 0);
}

static int try_queueing_to_parent(void)
{
    siginfo_t info = {.si_code = SI_QUEUE};
    return refused_or_worked(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info) != 0);
}

static int try_limiting_parent(void)
{
    struct rlimit limit;
    return refused_or_worked(prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit) != 0);
}

static int try_slowing_parent(void)
{
    return refused_or_worked(setpriority(PRIO_PROCESS, (id_t)getppid(), 19) != 0);
}

static int try_signalling_itself(void)
{
    return syscall(SYS_tgkill, getpid(), getpid(), 0) == 0 ? WORKED : REFUSED;
}

/* A database asks no password of its own user. */
static int try_socket_of_files(void)
{
    return refused_or_worked(socket(AF_UNIX, SOCK_STREAM, 0) < 0);
}

static int try_socket_of_kernel(void)
{
    return refused_or_worked(socket(AF_NETLINK, SOCK_RAW, 0) < 0);
}

static int try_cutting(void)
{
    return refused_or_worked(truncate("/tmp/chancery-probe-nothing", 0) != 0);
}

static int try_child(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return refused_or_worked(child < 0);
}

static void *nothing(void *arg)
{
    return arg;
}

static int try_thread(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0
               ? WORKED
               : REFUSED;
}

TEST(a_probe_leaves_other_processes_alone)
{
    assert_int_equal(in_probe(try_limiting_parent), REFUSED);
    assert_int_equal(in_probe(try_slowing_parent), REFUSED);
    assert_int_equal(in_probe(try_child), REFUSED);
    assert_int_equal(in_probe(try_signalling_itself), WORKED);
    assert_int_equal(in_probe(try_thread), WORKED);
}

/* What has taken a probe over can call, and nothing else. */
TEST(a_probe_calls_and_nothing_else)
{
    assert_int_equal(in_probe(try_outside), REFUSED);
    assert_int_equal(in_probe(try_reading_logs), REFUSED);
    assert_int_equal(in_probe(try_writing_logs), REFUSED);
    assert_int_equal(in_probe(try_socket_of_files), REFUSED);
    assert_int_equal(in_probe(try_socket_of_kernel), REFUSED);
}

/* ---- outlets --------------------------------------------------------------------------------- */

static rc enter_message(struct ctx *c)
{
    TRY(sandbox_enter_outlets(c));
    return sandbox_enter_message(c);
}

TEST(outlets_start_copies_of_themselves)
{
    assert_int_equal(in_role(sandbox_enter_outlets, try_child), WORKED);
}

/* What has taken the process of a message over can call, and nothing else. */
TEST(a_message_calls_and_nothing_else)
{
    assert_int_equal(in_role(enter_message, try_thread), WORKED);
    assert_int_equal(in_role(enter_message, try_child), REFUSED);
    assert_int_equal(in_role(enter_message, try_socket_of_files), REFUSED);
}

/* ---- an ear ---------------------------------------------------------------------------------- */

static int in_ear(int (*attempt)(void))
{
    return in_role(sandbox_enter_ear, attempt);
}

static int try_pair(void)
{
    int pair[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ? REFUSED : WORKED;
}

static int try_own_folder(void)
{
    return open(".", O_RDONLY | O_DIRECTORY) < 0 ? REFUSED : WORKED;
}

/* All that a taken-over ear would begin with. */
TEST(sandbox_of_an_ear_leaves_its_socket_and_nothing_else)
{
    int (*const attempts[])(void) = {
        try_socket_of_files, try_socket_of_kernel, try_pair,  try_own_folder, try_passwords,
        try_fonts,           try_inside,           try_child, try_thread,     try_limiting_parent,
        try_slowing_parent,
    };
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
        if (in_ear(attempts[i]) != REFUSED)
            fail_msg("attempt %zu", i);
}

/* And in it each protocol is heard. */
static void is_heard_in_sandbox(const struct adapter *adapter)
{
    struct ctx c = {.arena = arena_open(16 << 20), .clock = &clock_system};
    struct ear_options options = {.adapter = adapter, .options = str_from(adapter->look)};
    struct ear *ear = NULL;
    struct ear_stream *stream = NULL;
    struct ear_item item = {.item = {.kind = STREAM_FRAME}};
    int pair[2], status = 0;
    assert_true(rc_ok(ear_pair(&c, pair)));
    pid_t child = fork();
    if (child == 0) {
        close(pair[0]);
        _exit(rc_ok(sandbox_enter_ear(&c)) ? ear_run(pair[1], adapter_find) : NO_SANDBOX);
    }
    close(pair[1]);
    if (!rc_ok(ear_open(&c, pair[0], &options, &ear)))
        fail_msg("%s: %s", adapter->name, c.fault.message);
    assert_true(rc_ok(ear_stream_open(&c, ear, &stream)));
    for (size_t i = 0; adapter->examples[i]; i++, item.item.kind = STREAM_FRAME) {
        ear_stream_give(stream, str_from(adapter->examples[i]),
                        (struct stream_given){.last = true});
        while (item.item.kind != STREAM_EMPTY)
            if (!rc_ok(ear_stream_next(&c, stream, clock_now(&c), &item)))
                fail_msg("%s: %s", adapter->name, c.fault.message);
    }
    if (ear_counts(ear)->frames <= ear_counts(ear)->bad)
        fail_msg("%s: %zu frames, %zu bad", adapter->name, (size_t)ear_counts(ear)->frames,
                 (size_t)ear_counts(ear)->bad);
    ear_stream_close(stream);
    ear_close(ear);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    arena_close(c.arena);
}

TEST(each_protocol_is_heard_in_the_sandbox_of_an_ear)
{
    for (size_t i = 0; adapters[i]; i++)
        if (!adapters[i]->outside)
            is_heard_in_sandbox(adapters[i]);
}

/* ---- every role ------------------------------------------------------------------------------ */

static rc enter_server(struct ctx *c)
{
    const char *level = NULL;
    TRY(sandbox_drop_capabilities(c, true));
    TRY(sandbox_enter(c, ".", (struct texts){NULL, 0}, &level));
    return sandbox_cut_network(c, false);
}

static const struct role {
    const char *name;
    rc (*enter)(struct ctx *c);
    bool listens;
} roles[] = {
    {"server", enter_server, true},
    {"opener", sandbox_enter_opener, true},
    {"probe", sandbox_enter_probe, false},
    {"renderer", sandbox_enter_renderer, false},
    {"outlets", sandbox_enter_outlets, false},
    {"message", enter_message, false},
    {"ear", sandbox_enter_ear, false},
    {"spawner", sandbox_enter_spawner, false},
};

/* What root may and others may not: none of it is left, and none comes back. */
static int capabilities_left(uint64_t allowed)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct words[2];
    if (syscall(SYS_capget, &head, words) != 0) /* it may not even ask: cli_test.py looks */
        return errno == EPERM ? REFUSED : NO_SANDBOX;
    uint64_t have = words[0].permitted | (uint64_t)words[1].permitted << 32;
    words[0].permitted |= 1U << CAP_SYS_ADMIN;
    bool again = syscall(SYS_capset, &head, words) == 0;
    return (have & ~allowed) == 0 && !again ? REFUSED : WORKED;
}

static int try_capabilities(void)
{
    return capabilities_left(0);
}

static int try_other_capabilities(void)
{
    return capabilities_left(1U << CAP_NET_BIND_SERVICE);
}

static int try_giving_away(void)
{
    int fd = memfd_create("nothing", MFD_CLOEXEC);
    return fd >= 0 && fchown(fd, 65534, 65534) == 0 ? WORKED : REFUSED;
}

static int try_memory_of_parent(void)
{
    char byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    return refused_or_worked(process_vm_readv(getppid(), &here, 1, &there, 1, 0) < 0);
}

static int try_mount(void)
{
    return refused_or_worked(mount("none", "/tmp", "tmpfs", 0, NULL) != 0);
}

static int try_namespace(void)
{
    return refused_or_worked(unshare(CLONE_NEWUSER) != 0);
}

TEST(no_role_has_capabilities_or_looks_into_others_or_starts_programs)
{
    static int (*const attempts[])(void) = {try_giving_away, try_memory_of_parent, try_mount,
                                            try_namespace, try_exec};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        const struct role *role = &roles[i];
        int (*left)(void) = role->listens ? try_other_capabilities : try_capabilities;
        if (in_role(role->enter, left) != REFUSED)
            fail_msg("%s keeps a capability", role->name);
        for (size_t j = 0; j < sizeof attempts / sizeof attempts[0]; j++)
            if (in_role(role->enter, attempts[j]) != REFUSED)
                fail_msg("%s: attempt %zu worked", role->name, j);
    }
}

/* ---- every agent ----------------------------------------------------------------------------- */

static int try_key_file(void)
{
    int fd = open("/tmp/chancery-sandbox-key", O_RDONLY);
    return fd < 0 && errno != ENOENT ? REFUSED : WORKED;
}

static int try_ptrace(void)
{
    return refused_or_worked(ptrace(PTRACE_ATTACH, getppid(), 0, 0) != 0);
}

static int try_owner_of_descriptor(void)
{
    return refused_or_worked(fcntl(STDERR_FILENO, F_SETOWN, getppid()) != 0);
}

static int try_terminal(void)
{
    return refused_or_worked(ioctl(STDIN_FILENO, TIOCSTI, "x") != 0);
}

/* As a datagram's answer would be sent; no socket is needed to be refused. */
static int try_sending_to_address(void)
{
    const struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = 9};
    return refused_or_worked(sendto(-1, "x", 1, 0, (const struct sockaddr *)&at, sizeof at) < 0);
}

static int try_ring(void)
{
    return refused_or_worked(syscall(SYS_io_uring_setup, 1, NULL) < 0);
}

static int try_call_of_tomorrow(void)
{
    enum { NOBODY_HAS_IT_YET = 4000 };
    return refused_or_worked(syscall(NOBODY_HAS_IT_YET) < 0);
}

static int try_accepting(void)
{
    return refused_or_worked(accept(-1, NULL, NULL) < 0);
}

static const struct {
    const char *name;
    int (*make)(void);
} attempts_of_agents[] = {
    {"ptrace", try_ptrace},
    {"own a descriptor", try_owner_of_descriptor},
    {"push into a terminal", try_terminal},
    {"send to an address", try_sending_to_address},
    {"io_uring", try_ring},
    {"a call that no list can know", try_call_of_tomorrow},
    {"accept", try_accepting},
    {"exec", try_exec},
    {"namespace", try_namespace},
    {"unlink", try_unlinking},
    {"truncate", try_cutting},
    {"queue a signal", try_queueing_to_parent},
};

/* The key file of a mission lies somewhere; here, where everybody may read it. */
TEST(no_agent_reads_the_key_file_or_makes_a_call_that_is_not_on_its_list)
{
    bool landlock = false;
    int fd = open("/tmp/chancery-sandbox-key", O_WRONLY | O_CREAT, 0644);
    assert_true(fd >= 0);
    close(fd);
    in_sandbox(try_inside, &landlock);
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (roles[i].enter == enter_server)
            continue;
        if (landlock && in_role(roles[i].enter, try_key_file) != REFUSED)
            fail_msg("%s reads the key file", roles[i].name);
        for (size_t j = 0; j < sizeof attempts_of_agents / sizeof attempts_of_agents[0]; j++)
            if (in_role(roles[i].enter, attempts_of_agents[j].make) != REFUSED)
                fail_msg("%s: %s", roles[i].name, attempts_of_agents[j].name);
    }
    unlink("/tmp/chancery-sandbox-key");
}

/* By the list where a role has no children; otherwise by Landlock, which knows signals since 6. */
TEST(no_agent_signals_another_process)
{
    enum { KNOWS_SIGNALS = 6 };
    bool known = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >=
                 KNOWS_SIGNALS;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        bool parent =
            roles[i].enter == sandbox_enter_outlets || roles[i].enter == sandbox_enter_spawner;
        if (roles[i].enter == enter_server || (parent && !known))
            continue;
        if (in_role(roles[i].enter, try_parent) != REFUSED ||
            in_role(roles[i].enter, try_signalling_parent) != REFUSED)
            fail_msg("%s signals its parent", roles[i].name);
    }
}

/* Only what has to call somebody makes sockets, and nothing but the opener gets one to listen. */
TEST(sockets_are_made_by_those_that_call)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        bool calls = roles[i].enter != sandbox_enter_ear &&
                     roles[i].enter != sandbox_enter_renderer && roles[i].enter != enter_server;
        if (in_role(roles[i].enter, try_socket) != (calls ? WORKED : REFUSED))
            fail_msg("%s", roles[i].name);
        if (calls && roles[i].enter != sandbox_enter_opener &&
            in_role(roles[i].enter, try_listening) != REFUSED)
            fail_msg("%s listens", roles[i].name);
    }
}
