#include "main/sandbox.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Debian 12's header stops at ABI 2; the kernel is asked what it knows. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

enum { ABI_TRUNCATE = 3, ABI_REFER = 2, ABI_SCOPES = 6 };

/* As the kernel has it since ABI 6; an older one is given the part that it knows. */
struct ruleset {
    uint64_t files, network, scopes;
};
enum { SCOPE_ABSTRACT_SOCKETS = 1, SCOPE_SIGNALS = 2 };

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RUN_RIGHTS  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE)
#define WRITE_RIGHTS \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* All of ABI 1: what is not allowed below is refused. */
#define EVERY_RIGHT ((1ULL << 13) - 1)

/* ---- files
 * ------------------------------------------------------------------------------------------ */

static int allow_folder(int ruleset, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return -1;
    long added = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
    return (int)added;
}

/* Read all the time: which hour it is at the mission, when its zone or the zone's rules change. */
#define TIME_ZONES "/usr/share/zoneinfo"

/* The folders are those of logs; one that is missing is a log that is missing, and told there. */
static bool allow_all(int ruleset, struct texts folders, uint64_t rights)
{
    for (size_t i = 0; i < folders.count; i++)
        if (allow_folder(ruleset, folders.items[i].ptr, rights) != 0 && errno != ENOENT)
            return false;
    return true;
}

/* Which files may be reached. No folder: none may be written, and nobody outside be signalled. */
struct reach {
    const char *folder;
    struct texts readable, programs;
};

/* Gives the ABI that is in force, 0 where the kernel has none. */
static rc restrict_files(struct ctx *c, const struct reach *reach, long *ret_abi)
{
    const char *folder = reach->folder;
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    *ret_abi = abi > 0 ? abi : 0;
    if (abi <= 0)
        return OK;
    uint64_t truncate = abi >= ABI_TRUNCATE ? LANDLOCK_ACCESS_FS_TRUNCATE : 0;
    uint64_t refer = abi >= ABI_REFER ? LANDLOCK_ACCESS_FS_REFER : 0;
    bool scoped = abi >= ABI_SCOPES && !folder;
    const struct ruleset rules = {.files = EVERY_RIGHT | truncate | refer,
                                  .scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules,
                               scoped ? sizeof rules : sizeof rules.files, 0);
    if (ruleset < 0)
        FAIL(c, INTERNAL, "landlock refused its rules: %s", strerror(errno));
    struct texts zones = {(struct str[]){STR(TIME_ZONES)}, folder ? 1 : 0};
    bool good =
        (!folder || allow_folder(ruleset, folder, READ_RIGHTS | WRITE_RIGHTS | truncate) == 0) &&
        allow_all(ruleset, zones, READ_RIGHTS) &&
        allow_folder(ruleset, "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE) == 0 &&
        (!SANDBOX_SANITIZED || allow_folder(ruleset, "/proc", READ_RIGHTS) == 0) &&
        allow_all(ruleset, reach->readable, READ_RIGHTS) &&
        allow_all(ruleset, reach->programs, RUN_RIGHTS) &&
        syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    int error = errno;
    close(ruleset);
    if (!good)
        FAIL(c, INTERNAL, "landlock refused: %s", strerror(error));
    return OK;
}

/* ---- system calls
 * ------------------------------------------------------------------------------------- */

/* Never needed by a server that only accepts: each is answered with EPERM. */
static const int refused[] = {SCMP_SYS(execve),
                              SCMP_SYS(execveat),
                              SCMP_SYS(ptrace),
                              SCMP_SYS(process_vm_readv),
                              SCMP_SYS(process_vm_writev),
                              SCMP_SYS(mount),
                              SCMP_SYS(umount2),
                              SCMP_SYS(pivot_root),
                              SCMP_SYS(chroot),
                              SCMP_SYS(setns),
                              SCMP_SYS(unshare),
                              SCMP_SYS(init_module),
                              SCMP_SYS(finit_module),
                              SCMP_SYS(delete_module),
                              SCMP_SYS(kexec_load),
                              SCMP_SYS(kexec_file_load),
                              SCMP_SYS(bpf),
                              SCMP_SYS(perf_event_open),
                              SCMP_SYS(userfaultfd),
                              SCMP_SYS(open_by_handle_at),
                              SCMP_SYS(keyctl),
                              SCMP_SYS(add_key),
                              SCMP_SYS(request_key),
                              SCMP_SYS(io_uring_setup),
                              SCMP_SYS(swapon),
                              SCMP_SYS(reboot),
                              SCMP_SYS(settimeofday),
                              SCMP_SYS(clock_settime),
                              SCMP_SYS(acct),
                              SCMP_SYS(personality)};
static const int sockets[] = {SCMP_SYS(listen), SCMP_SYS(bind), SCMP_SYS(connect),
                              SCMP_SYS(socket)};
enum { OF_LISTENING = 2 }; /* so many of them */

static bool refuse_all(scmp_filter_ctx filter, size_t count, const int *calls)
{
    for (size_t i = 0; i < count; i++)
        if (!(SANDBOX_SANITIZED && calls[i] == SCMP_SYS(ptrace)) &&
            seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0) != 0)
            return false;
    return true;
}

static rc restrict_calls(struct ctx *c, size_t count, const int *calls)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool good = filter && seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
                refuse_all(filter, count, calls) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    if (!good)
        FAIL(c, INTERNAL, "seccomp refused its rules");
    return OK;
}

bool sandbox_hide_memory(void)
{
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 &&
           (SANDBOX_SANITIZED || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
}

/* ---- capabilities ---------------------------------------------------------------------------- */

enum { CAP_WORDS = 2, CAP_BITS = 32 };

static long capabilities(long call, struct __user_cap_data_struct words[CAP_WORDS])
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(call, &head, words);
}

rc sandbox_drop_capabilities(struct ctx *c, bool listens)
{
    struct __user_cap_data_struct words[CAP_WORDS] = {0};
    const uint32_t kept = listens ? 1U << CAP_NET_BIND_SERVICE : 0;
    if (capabilities(SYS_capget, words) != 0)
        FAIL(c, INTERNAL, "the kernel does not tell what we may do: %s", strerror(errno));
    bool may_drop = words[0].effective >> CAP_SETPCAP & 1;
    for (unsigned long cap = 0; may_drop && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        if ((cap >= CAP_BITS || !(kept >> cap & 1)) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
            FAIL(c, INTERNAL, "a capability cannot be given up: %s", strerror(errno));
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* a kernel before 4.3 has none */
    for (size_t i = 0; i < CAP_WORDS; i++) {
        words[i].permitted &= i == 0 ? kept : 0;
        words[i].effective &= words[i].permitted;
        words[i].inheritable = 0;
    }
    if (capabilities(SYS_capset, words) != 0)
        FAIL(c, INTERNAL, "capabilities cannot be given up: %s", strerror(errno));
    return OK;
}

/* ---- the server ------------------------------------------------------------------------------ */

rc sandbox_enter(struct ctx *c, const char *folder, struct texts readable, const char **ret_level)
{
    struct str level;
    long abi = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        FAIL(c, INTERNAL, "the kernel does not let us give up rights: %s", strerror(errno));
    TRY(restrict_files(c, &(struct reach){.folder = folder, .readable = readable}, &abi));
    TRY(restrict_calls(c, sizeof refused / sizeof refused[0], refused));
    if (abi > 0)
        TRY(str_format(c, &level, "seccomp, landlock %ld", abi));
    else
        TRY(str_format(c, &level, "seccomp; no landlock in this kernel"));
    *ret_level = level.ptr;
    return OK;
}

rc sandbox_cut_network(struct ctx *c, bool calls)
{
    return restrict_calls(c, calls ? OF_LISTENING : sizeof sockets / sizeof sockets[0], sockets);
}

/* ---- what agents may --------------------------------------------------------------------------
 * Groups of system calls, by what they are for. A role is the groups that it needs; what is in none
 * of them is refused. Those that take an argument into account are parts, below. */

/* Memory, descriptors that are open, the time, randomness, and to end. */
static const int computing[] = {
    SCMP_SYS(recvfrom),     SCMP_SYS(rseq),           SCMP_SYS(set_robust_list),
    SCMP_SYS(poll),         SCMP_SYS(ppoll),          SCMP_SYS(read),
    SCMP_SYS(write),        SCMP_SYS(close),          SCMP_SYS(brk),
    SCMP_SYS(mmap),         SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(madvise),      SCMP_SYS(mprotect),       SCMP_SYS(futex),
    SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime),  SCMP_SYS(gettimeofday),
    SCMP_SYS(fstat),        SCMP_SYS(getpid),         SCMP_SYS(gettid),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn),   SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),  SCMP_SYS(exit),           SCMP_SYS(exit_group),
    SCMP_SYS(sched_yield),  SCMP_SYS(restart_syscall)};
/* What large libraries ask for beyond that: about this process and the machine, and to wait. */
static const int libraries[] = {SCMP_SYS(readv),
                                SCMP_SYS(writev),
                                SCMP_SYS(lseek),
                                SCMP_SYS(pread64),
                                SCMP_SYS(uname),
                                SCMP_SYS(sysinfo),
                                SCMP_SYS(getuid),
                                SCMP_SYS(geteuid),
                                SCMP_SYS(getgid),
                                SCMP_SYS(getegid),
                                SCMP_SYS(getppid),
                                SCMP_SYS(getrusage),
                                SCMP_SYS(times),
                                SCMP_SYS(time),
                                SCMP_SYS(clock_getres),
                                SCMP_SYS(clock_nanosleep),
                                SCMP_SYS(nanosleep),
                                SCMP_SYS(pipe),
                                SCMP_SYS(pipe2),
                                SCMP_SYS(dup),
                                SCMP_SYS(dup2),
                                SCMP_SYS(dup3),
                                SCMP_SYS(eventfd2),
                                SCMP_SYS(epoll_create1),
                                SCMP_SYS(epoll_ctl),
                                SCMP_SYS(epoll_wait),
                                SCMP_SYS(epoll_pwait),
                                SCMP_SYS(select),
                                SCMP_SYS(pselect6),
                                SCMP_SYS(sched_getaffinity),
                                SCMP_SYS(getrlimit),
                                SCMP_SYS(membarrier),
                                SCMP_SYS(rt_sigtimedwait),
                                SCMP_SYS(rt_sigpending),
                                SCMP_SYS(mlock),
                                SCMP_SYS(munlock),
                                SCMP_SYS(mincore),
                                SCMP_SYS(get_robust_list),
                                SCMP_SYS(getcpu),
                                SCMP_SYS(sched_getparam),
                                SCMP_SYS(sched_getscheduler)};
/* Packets to and from the server, with a descriptor. */
static const int packets[] = {SCMP_SYS(sendmsg), SCMP_SYS(recvmsg)};
/* Files by name, to be read: which ones, Landlock decides. */
static const int reading[] = {SCMP_SYS(open),       SCMP_SYS(openat),     SCMP_SYS(stat),
                              SCMP_SYS(lstat),      SCMP_SYS(statx),      SCMP_SYS(access),
                              SCMP_SYS(newfstatat), SCMP_SYS(faccessat),  SCMP_SYS(readlink),
                              SCMP_SYS(statfs),     SCMP_SYS(fstatfs),    SCMP_SYS(readlinkat),
                              SCMP_SYS(getdents),   SCMP_SYS(getdents64), SCMP_SYS(getcwd),
                              SCMP_SYS(faccessat2), SCMP_SYS(fadvise64)};
/* Somebody is called, and asked for by name. */
static const int calling[] = {SCMP_SYS(connect),    SCMP_SYS(getsockname), SCMP_SYS(getpeername),
                              SCMP_SYS(setsockopt), SCMP_SYS(getsockopt),  SCMP_SYS(shutdown),
                              SCMP_SYS(sendmmsg),   SCMP_SYS(recvmmsg),    SCMP_SYS(socketpair)};
static const int listening[] = {SCMP_SYS(bind), SCMP_SYS(listen)};
static const int burying[] = {SCMP_SYS(wait4), SCMP_SYS(waitid)};
/* One's children: Landlock keeps others from being signalled, as far as the kernel knows that. */
static const int killing[] = {SCMP_SYS(kill), SCMP_SYS(tgkill)};
static const int limiting[] = {SCMP_SYS(setitimer), SCMP_SYS(alarm)};
/* One that a further filter comes over. */
static const int confining[] = {SCMP_SYS(seccomp)};
/* A program is started, and puts itself into its sandbox. */
static const int starting[] = {
    SCMP_SYS(execve),     SCMP_SYS(arch_prctl),    SCMP_SYS(set_tid_address),
    SCMP_SYS(capget),     SCMP_SYS(capset),        SCMP_SYS(landlock_create_ruleset),
    SCMP_SYS(setsid),     SCMP_SYS(close_range),   SCMP_SYS(landlock_add_rule),
    SCMP_SYS(pidfd_open), SCMP_SYS(setpriority),   SCMP_SYS(landlock_restrict_self),
    SCMP_SYS(umask),      SCMP_SYS(get_mempolicy), SCMP_SYS(setrlimit),
    SCMP_SYS(prctl),      SCMP_SYS(personality)};

struct calls {
    const int *numbers;
    size_t count;
};
#define CALLS(group)                            \
    {                                           \
        group, sizeof(group) / sizeof(group)[0] \
    }

/* What is allowed by an argument. */
enum part {
    OWN_THREADS = 1 << 0,  /* signalled; no other process's */
    NEW_THREADS = 1 << 1,  /* and no child */
    NEW_CHILDREN = 1 << 2, /* and threads, in no namespace of their own */
    INTERNET = 1 << 3,     /* sockets: one of files leads to a database that trusts our user */
    NAMES = 1 << 4,        /* sockets that names are looked up with, beside those */
    LIMITS = 1 << 5,       /* one's own */
};

enum { GROUPS_MAX = 12 };

struct allowed {
    const char *who;
    struct calls groups[GROUPS_MAX];
    unsigned parts;
};

/* An argument is this; of the argument, only these bits are looked at. */
struct condition {
    int call;
    unsigned argument;
    scmp_datum_t mask, value;
};

static bool allow_where(scmp_filter_ctx filter, const struct condition *where)
{
    const struct scmp_arg_cmp compare = {.arg = where->argument,
                                         .op = SCMP_CMP_MASKED_EQ,
                                         .datum_a = where->mask,
                                         .datum_b = where->value};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, where->call, 1, &compare) == 0;
}

static bool allow_each(scmp_filter_ctx filter, size_t count, const struct condition *conditions)
{
    for (size_t i = 0; i < count; i++)
        if (!allow_where(filter, &conditions[i]))
            return false;
    return true;
}
#define ALLOW_EACH(filter, table) allow_each(filter, sizeof(table) / sizeof(table)[0], table)

#define WHOLE  (~(scmp_datum_t)0)
#define OF_INT ((scmp_datum_t)UINT32_MAX)
#define NAMESPACES                                                                             \
    (CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | \
     CLONE_NEWCGROUP)

/* For everybody. Nothing is sent to an address: it goes where the socket leads. A descriptor gets
 * no owner, whom it would signal. What a terminal is told is none of it. */
static bool allow_common(scmp_filter_ctx filter)
{
    static const struct condition common[] = {
        {SCMP_SYS(sendto), 4, WHOLE, 0},
        {SCMP_SYS(fcntl), 1, OF_INT, F_DUPFD},
        {SCMP_SYS(fcntl), 1, OF_INT, F_DUPFD_CLOEXEC},
        {SCMP_SYS(fcntl), 1, OF_INT, F_GETFD},
        {SCMP_SYS(fcntl), 1, OF_INT, F_SETFD},
        {SCMP_SYS(fcntl), 1, OF_INT, F_GETFL},
        {SCMP_SYS(fcntl), 1, OF_INT, F_SETFL},
        {SCMP_SYS(ioctl), 1, OF_INT, FIONBIO},
        {SCMP_SYS(ioctl), 1, OF_INT, FIONREAD},
        {SCMP_SYS(ioctl), 1, OF_INT, TCGETS},
        {SCMP_SYS(prctl), 0, OF_INT, PR_SET_NAME},
        {SCMP_SYS(prctl), 0, OF_INT, PR_SET_NO_NEW_PRIVS},
    };
    return ALLOW_EACH(filter, common) &&
           /* its flags lie in memory, where no filter looks: the C library then uses clone */
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

static bool allow_parts(scmp_filter_ctx filter, unsigned parts)
{
    const struct condition own = {SCMP_SYS(tgkill), 0, OF_INT, (scmp_datum_t)getpid()};
    static const struct condition thread = {SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD},
                                  child = {SCMP_SYS(clone), 0, NAMESPACES, 0},
                                  limits = {SCMP_SYS(prlimit64), 0, OF_INT, 0},
                                  internet[] = {{SCMP_SYS(socket), 0, OF_INT, AF_INET},
                                                {SCMP_SYS(socket), 0, OF_INT, AF_INET6}},
                                  names[] = {{SCMP_SYS(socket), 0, OF_INT, AF_UNIX},
                                             {SCMP_SYS(socket), 0, OF_INT, AF_NETLINK}};
    return (!(parts & OWN_THREADS) || allow_where(filter, &own)) &&
           (!(parts & NEW_THREADS) || allow_where(filter, &thread)) &&
           (!(parts & NEW_CHILDREN) || allow_where(filter, &child)) &&
           (!(parts & LIMITS) || allow_where(filter, &limits)) &&
           (!(parts & INTERNET) || ALLOW_EACH(filter, internet)) &&
           (!(parts & NAMES) || ALLOW_EACH(filter, names));
}

static bool allow_groups(scmp_filter_ctx filter, const struct calls groups[GROUPS_MAX])
{
    for (size_t i = 0; i < GROUPS_MAX; i++)
        for (size_t j = 0; j < groups[i].count; j++)
            if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, groups[i].numbers[j], 0) != 0)
                return false;
    return true;
}

static rc allow_only(struct ctx *c, const struct allowed *allowed)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool good = filter && seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
                allow_groups(filter, allowed->groups) && allow_common(filter) &&
                allow_parts(filter, allowed->parts) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    if (!good)
        FAIL(c, INTERNAL, "seccomp refused its rules for %s", allowed->who);
    return OK;
}

/* ---- bounds ---------------------------------------------------------------------------------- */

struct bounds {
    rlim_t memory_bytes, files; /* 0: as it was */
    bool listens;
    struct texts readable, programs;
};

static bool limit_to(rlim_t most, int of)
{
    const struct rlimit limit = {most, most};
    return most == 0 || setrlimit((__rlimit_resource_t)of, &limit) == 0;
}

/* Bounds of memory and files, no core dump, and of the file system these folders. Gives what
 * restrict_files gives. */
static rc bound(struct ctx *c, const struct bounds *bounds, long *ret_abi)
{
    const struct rlimit none = {0, 0};
    const struct reach reach = {.readable = bounds->readable, .programs = bounds->programs};
    TRY(sandbox_drop_capabilities(c, bounds->listens));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        FAIL(c, INTERNAL, "the kernel does not let us give up rights: %s", strerror(errno));
    /* A sanitizer's shadow is larger than any such limit. */
    if ((!SANDBOX_SANITIZED && !limit_to(bounds->memory_bytes, RLIMIT_AS)) ||
        !limit_to(bounds->files, RLIMIT_NOFILE) || setrlimit(RLIMIT_CORE, &none) != 0)
        FAIL(c, INTERNAL, "the kernel does not bound us: %s", strerror(errno));
    return restrict_files(c, &reach, ret_abi);
}

#define TEXTS(table) \
    ((struct texts){(struct str *)(void *)(uintptr_t)(table), sizeof(table) / sizeof(table)[0]})

/* What names and certificates are looked up with. */
static const struct str of_names[] = {
    {"/etc", 4}, {"/run/systemd/resolve", 20}, {"/usr/lib", 8}, {"/lib", 4}};

/* ---- the roles ------------------------------------------------------------------------------- */

enum { PROBE_MEMORY_BYTES = 1 << 30, PROBE_FILES = 64, PROBE_NICENESS = 5 };

rc sandbox_enter_probe(struct ctx *c)
{
    struct allowed allowed = {
        .who = "a probe",
        .groups = {CALLS(computing), CALLS(libraries), CALLS(packets), CALLS(calling)},
        .parts = OWN_THREADS | NEW_THREADS | INTERNET | LIMITS};
    const struct bounds bounds = {.memory_bytes = PROBE_MEMORY_BYTES, .files = PROBE_FILES};
    const struct calls files = CALLS(reading);
    long abi = 0;
    TRY(bound(c, &bounds, &abi));
    if (setpriority(PRIO_PROCESS, 0, PROBE_NICENESS) != 0)
        FAIL(c, INTERNAL, "the kernel does not bound us: %s", strerror(errno));
    if (abi > 0) /* else nothing tells files from each other */
        allowed.groups[GROUPS_MAX - 1] = files;
    return allow_only(c, &allowed);
}

enum { OPENER_MEMORY_BYTES = 256 << 20, OPENER_FILES = 128 };

rc sandbox_enter_opener(struct ctx *c)
{
    static const struct allowed allowed = {
        .who = "the opener",
        .groups = {CALLS(computing), CALLS(libraries), CALLS(packets), CALLS(reading),
                   CALLS(calling), CALLS(listening)},
        .parts = OWN_THREADS | NEW_THREADS | INTERNET | NAMES | LIMITS};
    const struct bounds bounds = {.memory_bytes = OPENER_MEMORY_BYTES,
                                  .files = OPENER_FILES,
                                  .listens = true,
                                  .readable = TEXTS(of_names)};
    long abi = 0;
    TRY(bound(c, &bounds, &abi));
    return allow_only(c, &allowed);
}

enum { OUTLETS_MEMORY_BYTES = 512 << 20, OUTLETS_FILES = 64 };

/* The process of them all has what its copies need, who inherit its list. */
rc sandbox_enter_outlets(struct ctx *c)
{
    static const struct allowed allowed = {
        .who = "the outlets",
        .groups = {CALLS(computing), CALLS(libraries), CALLS(packets), CALLS(reading),
                   CALLS(calling), CALLS(burying), CALLS(killing), CALLS(limiting),
                   CALLS(confining)},
        .parts = NEW_CHILDREN | INTERNET | LIMITS};
    const struct bounds bounds = {
        .memory_bytes = OUTLETS_MEMORY_BYTES, .files = OUTLETS_FILES, .readable = TEXTS(of_names)};
    long abi = 0;
    TRY(bound(c, &bounds, &abi));
    return allow_only(c, &allowed);
}

rc sandbox_enter_message(struct ctx *c)
{
    static const struct allowed allowed = {.who = "a message",
                                           .groups = {CALLS(computing), CALLS(libraries),
                                                      CALLS(packets), CALLS(reading),
                                                      CALLS(calling), CALLS(limiting)},
                                           .parts = OWN_THREADS | NEW_THREADS | INTERNET | LIMITS};
    return allow_only(c, &allowed);
}

enum { EAR_MEMORY_BYTES = 1 << 30, EAR_FILES = 16 };

rc sandbox_enter_ear(struct ctx *c)
{
    static const struct allowed allowed = {.who = "an ear", .groups = {CALLS(computing)}};
    const struct bounds bounds = {.memory_bytes = EAR_MEMORY_BYTES, .files = EAR_FILES};
    long abi = 0;
    TRY(bound(c, &bounds, &abi));
    return allow_only(c, &allowed);
}

enum { RENDERER_MEMORY_BYTES = 1 << 30, RENDERER_FILES = 128 };

rc sandbox_enter_renderer(struct ctx *c)
{
    static const struct str of_fonts[] = {{"/usr/share/fonts", 16},
                                          {"/usr/local/share/fonts", 22},
                                          {"/usr/share/fontconfig", 21},
                                          {"/etc/fonts", 10},
                                          {"/var/cache/fontconfig", 21}};
    static const struct allowed allowed = {.who = "the renderer",
                                           .groups = {CALLS(computing), CALLS(libraries),
                                                      CALLS(packets), CALLS(reading),
                                                      CALLS(burying)},
                                           .parts = NEW_CHILDREN | LIMITS};
    const struct bounds bounds = {.memory_bytes = RENDERER_MEMORY_BYTES,
                                  .files = RENDERER_FILES,
                                  .readable = TEXTS(of_fonts)};
    long abi = 0;
    TRY(bound(c, &bounds, &abi));
    return allow_only(c, &allowed);
}

/* What it starts inherits the list and the files, and gives up most of them by itself. */
rc sandbox_enter_spawner(struct ctx *c)
{
    static const struct str of_programs[] = {
        {"/proc/self/exe", 14},
        {"/lib64/ld-linux-x86-64.so.2", 27},
        {"/lib/ld-linux-aarch64.so.1", 26},
    };
    static const struct str of_libraries[] = {
        {"/etc", 4}, {"/usr/lib", 8}, {"/lib", 4}, {"/lib64", 6}, {"/usr/local/lib", 14}};
    static const struct allowed allowed = {
        .who = "a spawner",
        .groups = {CALLS(computing), CALLS(libraries), CALLS(packets), CALLS(reading),
                   CALLS(calling), CALLS(burying), CALLS(killing), CALLS(confining),
                   CALLS(starting)},
        .parts = NEW_CHILDREN | INTERNET | LIMITS};
    const struct bounds bounds = {.readable = TEXTS(of_libraries), .programs = TEXTS(of_programs)};
    long abi = 0;
    TRY(bound(c, &bounds, &abi));
    return allow_only(c, &allowed);
}
