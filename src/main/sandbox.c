#include "main/sandbox.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Debian 12's header stops at ABI 2; the kernel is asked what it knows. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

enum { ABI_TRUNCATE = 3, ABI_REFER = 2 };

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
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
static bool allow_all(int ruleset, struct texts folders)
{
    for (size_t i = 0; i < folders.count; i++)
        if (allow_folder(ruleset, folders.items[i].ptr, READ_RIGHTS) != 0 && errno != ENOENT)
            return false;
    return true;
}

/* Gives the ABI that is in force, 0 where the kernel has none. No folder: no file at all. */
static rc restrict_files(struct ctx *c, const char *folder, struct texts readable, long *ret_abi)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    *ret_abi = abi > 0 ? abi : 0;
    if (abi <= 0)
        return OK;
    uint64_t truncate = abi >= ABI_TRUNCATE ? LANDLOCK_ACCESS_FS_TRUNCATE : 0;
    uint64_t refer = abi >= ABI_REFER ? LANDLOCK_ACCESS_FS_REFER : 0;
    struct landlock_ruleset_attr attr = {.handled_access_fs = EVERY_RIGHT | truncate | refer};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0)
        FAIL(c, INTERNAL, "landlock refused its rules: %s", strerror(errno));
    struct texts zones = {(struct str[]){STR(TIME_ZONES)}, folder ? 1 : 0};
    bool good =
        (!folder || allow_folder(ruleset, folder, READ_RIGHTS | WRITE_RIGHTS | truncate) == 0) &&
        allow_all(ruleset, zones) &&
        allow_folder(ruleset, "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE) == 0 &&
        (!SANDBOX_SANITIZED || allow_folder(ruleset, "/proc", READ_RIGHTS) == 0) &&
        allow_all(ruleset, readable) && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    int error = errno;
    close(ruleset);
    if (!good)
        FAIL(c, INTERNAL, "landlock refused: %s", strerror(error));
    return OK;
}

/* ---- system calls
 * ------------------------------------------------------------------------------------- */

/* Never needed by a server that only accepts: each is answered with EPERM. */
static const int refused[] = {
    SCMP_SYS(execve),
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
    SCMP_SYS(personality),
};
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
    TRY(restrict_files(c, folder, readable, &abi));
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

/* ---- a probe ----------------------------------------------------------------------------------
 */

/* Opening anything, where the kernel has no Landlock to tell files from each other. */
static const int opening[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(creat)};
/* Files by their names (Landlock knows truncation since ABI 3, and owners, modes and times not at
 * all), other processes of the same user, and what listens. */
static const int probe_refused[] = {
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(bind),
    SCMP_SYS(truncate),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(setxattr),
    SCMP_SYS(lsetxattr),
    SCMP_SYS(removexattr),
    SCMP_SYS(lremovexattr),
    SCMP_SYS(utime),
    SCMP_SYS(utimes),
    SCMP_SYS(futimesat),
    SCMP_SYS(utimensat),
    SCMP_SYS(kill),
    SCMP_SYS(tkill),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(process_madvise),
    SCMP_SYS(process_mrelease),
    SCMP_SYS(migrate_pages),
    SCMP_SYS(move_pages),
    SCMP_SYS(kcmp),
    SCMP_SYS(setpriority),
    SCMP_SYS(ioprio_set),
    SCMP_SYS(sched_setaffinity),
    SCMP_SYS(sched_setattr),
    SCMP_SYS(sched_setparam),
    SCMP_SYS(sched_setscheduler),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(shmget),
    SCMP_SYS(shmat),
    SCMP_SYS(mq_open),
};
enum { PROBE_MEMORY_BYTES = 1 << 30, PROBE_FILES = 64, PROBE_NICENESS = 5 };

/* By its first argument. */
static bool refuse_where(scmp_filter_ctx filter, int call, enum scmp_compare how, scmp_datum_t a,
                         scmp_datum_t b)
{
    struct scmp_arg_cmp where = {.arg = 0, .op = how, .datum_a = a, .datum_b = b};
    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &where) == 0;
}

/* What is allowed for oneself and refused for everybody else: a signal, a limit. A child would
 * outlive the probe that is ended; only threads are made. And of sockets those of the Internet: one
 * of the file system leads to a database or a service that trusts whoever has our user. */
static rc restrict_probe(struct ctx *c)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    const scmp_datum_t own = (scmp_datum_t)getpid();
    bool good = filter && seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
                refuse_where(filter, SCMP_SYS(tgkill), SCMP_CMP_NE, own, 0) &&
                refuse_where(filter, SCMP_SYS(prlimit64), SCMP_CMP_NE, 0, 0) &&
                refuse_where(filter, SCMP_SYS(clone), SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0) &&
                /* its flags lie in memory, where no filter looks: the C library then uses clone */
                seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
                refuse_where(filter, SCMP_SYS(socket), SCMP_CMP_LT, AF_INET, 0) &&
                refuse_where(filter, SCMP_SYS(socket), SCMP_CMP_GT, AF_INET6, 0);
    for (int family = AF_INET + 1; good && family < AF_INET6; family++)
        good = refuse_where(filter, SCMP_SYS(socket), SCMP_CMP_EQ, (scmp_datum_t)family, 0);
    good = good && seccomp_load(filter) == 0;
    seccomp_release(filter);
    if (!good)
        FAIL(c, INTERNAL, "seccomp refused its rules for a caller");
    return OK;
}

rc sandbox_enter_probe(struct ctx *c)
{
    const struct rlimit memory = {PROBE_MEMORY_BYTES, PROBE_MEMORY_BYTES};
    const struct rlimit files = {PROBE_FILES, PROBE_FILES}, none = {0, 0};
    struct texts nothing = {.count = 0};
    long abi = 0;
    TRY(sandbox_drop_capabilities(c, false));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        FAIL(c, INTERNAL, "the kernel does not let us give up rights: %s", strerror(errno));
    /* A sanitizer's shadow is larger than any such limit. */
    if ((!SANDBOX_SANITIZED && setrlimit(RLIMIT_AS, &memory) != 0) ||
        setrlimit(RLIMIT_NOFILE, &files) != 0 || setrlimit(RLIMIT_CORE, &none) != 0 ||
        setpriority(PRIO_PROCESS, 0, PROBE_NICENESS) != 0)
        FAIL(c, INTERNAL, "the kernel does not bound us: %s", strerror(errno));
    TRY(restrict_files(c, NULL, nothing, &abi));
    TRY(restrict_calls(c, sizeof refused / sizeof refused[0], refused));
    if (abi == 0)
        TRY(restrict_calls(c, sizeof opening / sizeof opening[0], opening));
    TRY(restrict_calls(c, sizeof probe_refused / sizeof probe_refused[0], probe_refused));
    return restrict_probe(c);
}

/* ---- the opener ------------------------------------------------------------------------------ */

static const int opener_refused[] = {
    SCMP_SYS(accept), SCMP_SYS(accept4),  SCMP_SYS(kill),      SCMP_SYS(tkill),
    SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename),    SCMP_SYS(renameat),
    SCMP_SYS(mkdir),  SCMP_SYS(chmod),    SCMP_SYS(fchmodat),  SCMP_SYS(chown),
    SCMP_SYS(fork),   SCMP_SYS(vfork),    SCMP_SYS(renameat2), SCMP_SYS(pidfd_getfd),
};
enum { OPENER_MEMORY_BYTES = 256 << 20, OPENER_FILES = 128 };

/* Bounds of memory and files, no core dump, and of the file system these folders to read. */
static rc bound(struct ctx *c, bool listens, rlim_t memory_bytes, rlim_t file_count,
                struct texts readable)
{
    const struct rlimit memory = {memory_bytes, memory_bytes};
    const struct rlimit files = {file_count, file_count}, none = {0, 0};
    long abi = 0;
    TRY(sandbox_drop_capabilities(c, listens));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        FAIL(c, INTERNAL, "the kernel does not let us give up rights: %s", strerror(errno));
    if ((!SANDBOX_SANITIZED && setrlimit(RLIMIT_AS, &memory) != 0) ||
        setrlimit(RLIMIT_NOFILE, &files) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        FAIL(c, INTERNAL, "the kernel does not bound us: %s", strerror(errno));
    TRY(restrict_files(c, NULL, readable, &abi));
    return restrict_calls(c, sizeof refused / sizeof refused[0], refused);
}

/* Reads what names and certificates are looked up with, and nothing else. */
static rc enter_naming(struct ctx *c, bool listens, rlim_t memory_bytes, rlim_t file_count)
{
    static const struct str of_names[] = {
        {"/etc", 4}, {"/run/systemd/resolve", 20}, {"/usr/lib", 8}, {"/lib", 4}};
    struct texts readable = {(struct str *)(void *)(uintptr_t)of_names,
                             sizeof of_names / sizeof of_names[0]};
    return bound(c, listens, memory_bytes, file_count, readable);
}

rc sandbox_enter_opener(struct ctx *c)
{
    TRY(enter_naming(c, true, OPENER_MEMORY_BYTES, OPENER_FILES));
    return restrict_calls(c, sizeof opener_refused / sizeof opener_refused[0], opener_refused);
}

/* ---- outlets --------------------------------------------------------------------------------- */

static const int outlets_refused[] = {
    SCMP_SYS(listen),   SCMP_SYS(accept),     SCMP_SYS(accept4),     SCMP_SYS(unlink),
    SCMP_SYS(unlinkat), SCMP_SYS(rename),     SCMP_SYS(renameat),    SCMP_SYS(renameat2),
    SCMP_SYS(mkdir),    SCMP_SYS(chmod),      SCMP_SYS(fchmodat),    SCMP_SYS(chown),
    SCMP_SYS(tkill),    SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd), SCMP_SYS(process_madvise),
};
enum { OUTLETS_MEMORY_BYTES = 512 << 20, OUTLETS_FILES = 64 };

rc sandbox_enter_outlets(struct ctx *c)
{
    TRY(enter_naming(c, false, OUTLETS_MEMORY_BYTES, OUTLETS_FILES));
    return restrict_calls(c, sizeof outlets_refused / sizeof outlets_refused[0], outlets_refused);
}

rc sandbox_enter_message(struct ctx *c)
{
    TRY(restrict_calls(c, sizeof probe_refused / sizeof probe_refused[0], probe_refused));
    return restrict_probe(c);
}

/* ---- an ear ---------------------------------------------------------------------------------- */

/* All that a parser needs: memory, its one socket without an address, the time, randomness, and to
 * end. */
static const int ear_allowed[] = {
    SCMP_SYS(recvfrom),       SCMP_SYS(rseq),          SCMP_SYS(set_robust_list),
    SCMP_SYS(poll),           SCMP_SYS(ppoll),         SCMP_SYS(read),
    SCMP_SYS(write),          SCMP_SYS(close),         SCMP_SYS(brk),
    SCMP_SYS(mmap),           SCMP_SYS(munmap),        SCMP_SYS(mremap),
    SCMP_SYS(madvise),        SCMP_SYS(mprotect),      SCMP_SYS(futex),
    SCMP_SYS(getrandom),      SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(fcntl),          SCMP_SYS(fstat),         SCMP_SYS(getpid),
    SCMP_SYS(gettid),         SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),   SCMP_SYS(exit),
    SCMP_SYS(exit_group),     SCMP_SYS(sched_yield),   SCMP_SYS(restart_syscall),
};
enum { EAR_MEMORY_BYTES = 1 << 30, EAR_FILES = 16 };

/* Without an address: it goes where the socket leads. */
static bool allow_answering(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp nowhere = {.arg = 4, .op = SCMP_CMP_EQ, .datum_a = 0};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1, &nowhere) == 0;
}

static rc allow_only(struct ctx *c, size_t count, const int *calls)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool good = filter && allow_answering(filter);
    for (size_t i = 0; i < count && good; i++)
        good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) == 0;
    good = good && seccomp_load(filter) == 0;
    seccomp_release(filter);
    if (!good)
        FAIL(c, INTERNAL, "seccomp refused its rules for an ear");
    return OK;
}

rc sandbox_enter_ear(struct ctx *c)
{
    struct texts nothing = {.count = 0};
    TRY(bound(c, false, EAR_MEMORY_BYTES, EAR_FILES, nothing));
    return allow_only(c, sizeof ear_allowed / sizeof ear_allowed[0], ear_allowed);
}

/* ---- the renderer ---------------------------------------------------------------------------- */

static const int renderer_refused[] = {
    SCMP_SYS(socket), SCMP_SYS(connect),  SCMP_SYS(bind),      SCMP_SYS(listen),
    SCMP_SYS(accept), SCMP_SYS(accept4),  SCMP_SYS(kill),      SCMP_SYS(tkill),
    SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename),    SCMP_SYS(renameat),
    SCMP_SYS(mkdir),  SCMP_SYS(chmod),    SCMP_SYS(fchmodat),  SCMP_SYS(chown),
    SCMP_SYS(shmget), SCMP_SYS(truncate), SCMP_SYS(renameat2), SCMP_SYS(pidfd_getfd),
};
enum { RENDERER_MEMORY_BYTES = 1 << 30, RENDERER_FILES = 128 };

rc sandbox_enter_renderer(struct ctx *c)
{
    static const struct str of_fonts[] = {{"/usr/share/fonts", 16},
                                          {"/usr/local/share/fonts", 22},
                                          {"/usr/share/fontconfig", 21},
                                          {"/etc/fonts", 10},
                                          {"/var/cache/fontconfig", 21}};
    struct texts readable = {(struct str *)(void *)(uintptr_t)of_fonts,
                             sizeof of_fonts / sizeof of_fonts[0]};
    TRY(bound(c, false, RENDERER_MEMORY_BYTES, RENDERER_FILES, readable));
    return restrict_calls(c, sizeof renderer_refused / sizeof renderer_refused[0],
                          renderer_refused);
}
