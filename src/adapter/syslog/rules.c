#include "adapter/syslog/rules.h"

#include <assert.h>

#define RULE(program, pattern, kind, priority, code)                                              \
    {                                                                                             \
        program, pattern, SIGNAL_KIND_##kind, SIGNAL_KIND_UNSET, SIGNAL_PRIORITY_##priority, code \
    }

static const struct syslog_rule rules[] = {
    /* OpenSSH */
    RULE("sshd", "Failed {word} for invalid user {user} from {address} port {port}{*}", LOGIN, LOW,
         "ssh-failed-unknown-user"),
    RULE("sshd", "Failed {word} for {user} from {address} port {port}{*}", LOGIN, LOW,
         "ssh-failed"),
    RULE("sshd", "Accepted {word} for {user} from {address} port {port}{*}", LOGIN, NOTE,
         "ssh-accepted"),
    RULE("sshd", "Invalid user {user} from {address} port {port}", LOGIN, LOW, "ssh-unknown-user"),
    RULE("sshd", "Invalid user {user} from {address}", LOGIN, LOW, "ssh-unknown-user"),
    RULE("sshd", "Illegal user {user} from {address}", LOGIN, LOW, "ssh-unknown-user"),
    RULE("sshd", "reverse mapping checking getaddrinfo for {word} [{address}] failed{*}", ATTACK,
         MEDIUM, "ssh-break-in-warning"),
    RULE("sshd", "Address {address} maps to {word} but this does not map back{*}", ATTACK, MEDIUM,
         "ssh-break-in-warning"),
    RULE("sshd", "{*}POSSIBLE BREAK-IN ATTEMPT{*}", ATTACK, MEDIUM, "ssh-break-in-warning"),
    RULE("sshd", "User {user} from {address} not allowed because {value}", LOGIN, MEDIUM,
         "ssh-not-allowed"),
    RULE("sshd", "ROOT LOGIN REFUSED FROM {address}{*}", LOGIN, MEDIUM, "ssh-root-refused"),
    RULE("sshd", "error: PAM: {*} for {user} from {address}", LOGIN, LOW, "ssh-failed"),
    RULE("sshd",
         "{*}maximum authentication attempts exceeded for {user} from {address} port {port}{*}",
         LOGIN, MEDIUM, "ssh-too-many-failures"),
    RULE("sshd", "Disconnecting: Too many authentication failures for {user}", LOGIN, MEDIUM,
         "ssh-too-many-failures"),
    RULE("sshd", "{*}Too many authentication failures{*}", LOGIN, MEDIUM, "ssh-too-many-failures"),
    RULE("sshd", "PAM {count} more authentication failure;{pairs}", LOGIN, MEDIUM,
         "ssh-more-failures"),
    RULE("sshd", "PAM {count} more authentication failures;{pairs}", LOGIN, MEDIUM,
         "ssh-more-failures"),
    RULE("sshd", "PAM service(sshd) ignoring max retries;{*}", LOGIN, LOW, "ssh-retries-exceeded"),
    RULE("sshd", "Did not receive identification string from {address}{*}", ATTACK, NOTE,
         "ssh-probe"),
    RULE("sshd", "Bad protocol version identification {*} from {address}{*}", ATTACK, LOW,
         "ssh-probe"),
    RULE("sshd", "fatal: Timeout before authentication for {address}{*}", ATTACK, NOTE,
         "ssh-probe"),
    RULE("sshd", "pam_unix(sshd:session): session opened for user {user} by {*}", LOGIN, NOTE,
         "session-opened"),
    RULE("sshd", "session opened for user {user} by {*}", LOGIN, NOTE, "session-opened"),

    /* su, sudo, and PAM wherever it speaks */
    RULE("su", "FAILED SU (to {value}) {user} on {zone}", PRIVILEGE, MEDIUM, "su-failed"),
    RULE("su", "FAILED su for {value} by {user}", PRIVILEGE, MEDIUM, "su-failed"),
    RULE("su", "BAD SU {user} to {value} on {zone}", PRIVILEGE, MEDIUM, "su-failed"),
    RULE("su", "(to {value}) {user} on {zone}", PRIVILEGE, LOW, "su"),
    RULE("su", "Successful su for {value} by {user}", PRIVILEGE, LOW, "su"),
    RULE("sudo", "{name} : {count} incorrect password attempt{*}", PRIVILEGE, MEDIUM,
         "sudo-failed"),
    RULE("sudo", "{name} : user NOT in sudoers ;{*}", PRIVILEGE, HIGH, "sudo-forbidden"),
    RULE("sudo", "{name} : user NOT authorized on host ;{*}", PRIVILEGE, HIGH, "sudo-forbidden"),
    RULE("sudo", "{name} : command not allowed ;{*}", PRIVILEGE, HIGH, "sudo-forbidden"),
    RULE("sudo", "{name} : {*}COMMAND={value}", PRIVILEGE, NOTE, "sudo"),
    RULE("su", "pam_unix(su{*}:session): session opened for user {value} by {user}", PRIVILEGE,
         NOTE, "su-session"),
    RULE("su", "session opened for user {value} by {user}", PRIVILEGE, NOTE, "su-session"),
    RULE(NULL, "pam_{word}:auth): authentication failure;{pairs}", LOGIN, LOW, "pam-failure"),
    RULE(NULL, "authentication failure;{pairs}", LOGIN, LOW, "pam-failure"),
    RULE(NULL, "pam_tally{*} user {user} {*}tally {value}, deny {*}", LOGIN, MEDIUM, "pam-locked"),
    RULE(NULL,
         "pam_faillock({*}Consecutive login failures for user {user} account temporarily locked",
         LOGIN, MEDIUM, "pam-locked"),
    RULE(NULL, "pam_unix(passwd:chauthtok): password changed for {user}", CHANGE, MEDIUM,
         "password-changed"),
    RULE("login", "FAILED LOGIN {*} FROM {address} FOR {user}, {*}", LOGIN, LOW, "login-failed"),
    RULE("login", "FAILED LOGIN {*} on {zone} FOR {user}, {*}", LOGIN, LOW, "login-failed"),
    RULE("login", "ROOT LOGIN {*}", LOGIN, MEDIUM, "root-login"),
    RULE("login", "LOGIN ON {zone} BY {user}", LOGIN, NOTE, "login"),
    RULE("login", "pam_unix(login:session): session opened for user {user} by {*}", LOGIN, NOTE,
         "session-opened"),
    RULE("login", "session opened for user {user} by {*}", LOGIN, NOTE, "session-opened"),
    RULE("gdm", "Couldn't authenticate user", LOGIN, LOW, "login-failed"),
    RULE("gdm", "{*}session opened for user {user} by {*}", LOGIN, NOTE, "session-opened"),
    RULE("klogind", "Authentication failed from {*} ({address}): {value}", LOGIN, LOW,
         "login-failed"),
    RULE("klogind", "Authentication failed from {address}: {value}", LOGIN, LOW, "login-failed"),
    RULE("klogind", "Kerberos authentication failed", LOGIN, LOW, "login-failed"),
    RULE("ftpd", "ANONYMOUS FTP LOGIN FROM {address},{*}", LOGIN, LOW, "ftp-anonymous"),
    RULE("ftpd", "FTP LOGIN FROM {address} {*}as {user}", LOGIN, NOTE, "login"),
    RULE("ftpd", "FTP LOGIN REFUSED {*}FROM {address}{*}, {user}", LOGIN, LOW, "login-failed"),

    /* accounts */
    RULE("useradd", "new user: name={user}, {*}", CHANGE, MEDIUM, "user-added"),
    RULE("userdel", "delete user '{user}'{*}", CHANGE, MEDIUM, "user-deleted"),
    RULE("usermod", "add '{user}' to group '{value}'", CHANGE, MEDIUM, "user-in-group"),
    RULE("groupadd", "new group: name={value}, {*}", CHANGE, LOW, "group-added"),
    RULE("passwd", "password for '{user}' changed by {*}", CHANGE, MEDIUM, "password-changed"),

    /* the kernel */
    RULE("kernel", "{*}Out of memory: Kill{*} process {value}", TROUBLE, MEDIUM, "out-of-memory"),
    RULE("kernel", "{*}Out of Memory: Kill{*} process {value}", TROUBLE, MEDIUM, "out-of-memory"),
    RULE("kernel", "{word} invoked oom-killer{*}", TROUBLE, MEDIUM, "out-of-memory"),
    RULE("kernel", "{word} segfault at {value}", TROUBLE, LOW, "segfault"),
    RULE("kernel", "{*}general protection fault{*}", TROUBLE, MEDIUM, "protection-fault"),
    RULE("kernel", "{*}I/O error, dev {zone}, sector {value}", TROUBLE, HIGH, "disk-error"),
    RULE("kernel", "{*}Buffer I/O error on {*}", TROUBLE, HIGH, "disk-error"),
    RULE("kernel", "EXT4-fs error (device {zone}): {value}", TROUBLE, HIGH, "file-system-error"),
    RULE("kernel", "EXT3-fs error (device {zone}): {value}", TROUBLE, HIGH, "file-system-error"),
    RULE("kernel", "{*}Remounting filesystem read-only", TROUBLE, HIGH, "file-system-error"),
    RULE("kernel", "{*}Kernel panic{*}", TROUBLE, HIGH, "kernel-panic"),
    RULE("kernel", "BUG: {value}", TROUBLE, HIGH, "kernel-bug"),
    RULE("kernel", "{*}Machine check events logged", TROUBLE, HIGH, "hardware-error"),
    RULE("kernel", "{*}Hardware Error{*}", TROUBLE, HIGH, "hardware-error"),
    RULE("kernel", "{*}temperature above threshold{*}", TROUBLE, MEDIUM, "too-hot"),
    RULE("kernel", "{zone} NIC Link is Down", TROUBLE, MEDIUM, "link-down"),
    RULE("kernel", "{zone}: Link is Down", TROUBLE, MEDIUM, "link-down"),
    RULE("kernel", "{zone}: link down", TROUBLE, MEDIUM, "link-down"),
    {"kernel", "{zone} NIC Link is Up{*}", SIGNAL_KIND_RESTORE, SIGNAL_KIND_TROUBLE,
     SIGNAL_PRIORITY_NOTE, "link-up"},
    {"kernel", "{zone}: Link is Up{*}", SIGNAL_KIND_RESTORE, SIGNAL_KIND_TROUBLE,
     SIGNAL_PRIORITY_NOTE, "link-up"},
    {"kernel", "{zone}: link up{*}", SIGNAL_KIND_RESTORE, SIGNAL_KIND_TROUBLE, SIGNAL_PRIORITY_NOTE,
     "link-up"},
    RULE("kernel", "usb {zone}: New USB device found, {value}", TAMPER, LOW, "usb-attached"),
    RULE("kernel", "usb {zone}: new {*}USB device {*}", TAMPER, NOTE, "usb-attached"),
    RULE("kernel", "usb {zone}: USB disconnect{*}", STATUS, NOTE, "usb-detached"),
    RULE("kernel", "device {zone} entered promiscuous mode", ATTACK, MEDIUM, "promiscuous-mode"),
    RULE("kernel", "{zone}: entered promiscuous mode", ATTACK, MEDIUM, "promiscuous-mode"),
    RULE("kernel", "{*}possible SYN flooding on port {value}", ATTACK, MEDIUM, "syn-flood"),
    RULE("kernel", "{*}martian source {address} from {*}", ATTACK, LOW, "martian-source"),
    RULE("kernel", "{*}table full, dropping packet{*}", TROUBLE, MEDIUM, "connection-table-full"),
    RULE("kernel", "{*}apparmor=\"DENIED\"{*}", ATTACK, LOW, "apparmor-denied"),
    RULE("kernel", "{word} module verification failed{*}", TAMPER, MEDIUM, "unsigned-module"),

    /* services */
    RULE("systemd", "{zone}: Failed with result '{value}'.", TROUBLE, LOW, "service-failed"),
    RULE("logrotate", "ALERT exited abnormally with {value}", TROUBLE, LOW, "logrotate-failed"),
    RULE("apache", "[client {address}] Directory index forbidden by rule: {value}", ATTACK, NOTE,
         "web-forbidden"),
    RULE("apache", "[client {address}] {*}client denied by server configuration: {value}", ATTACK,
         NOTE, "web-forbidden"),
    RULE("apache", "[client {address}] ModSecurity: {value}", ATTACK, MEDIUM, "web-attack"),
    RULE("apache", "[client {address}] {*}user {user}: authentication failure for {value}", LOGIN,
         LOW, "web-login-failed"),
    RULE("apache", "[client {address}] {*}user {user} not found: {value}", LOGIN, LOW,
         "web-login-failed"),
    RULE("apache", "[client {address}] {*}URI too long{*}", ATTACK, LOW, "web-attack"),
    RULE("apache", "{*}server reached Max{*}", TROUBLE, MEDIUM, "web-overloaded"),
    RULE("apache", "{*}exit signal Segmentation fault{*}", TROUBLE, MEDIUM, "web-crash"),
    RULE("apache", "mod_jk child workerEnv in error state {value}", TROUBLE, LOW,
         "web-worker-error"),
    RULE("apache", "mod_jk child init {value}", TROUBLE, LOW, "web-worker-error"),
    RULE("apache", "jk2_init() Can't find child {value} in scoreboard", TROUBLE, LOW,
         "web-worker-error"),
};

/* ---- matching -------------------------------------------------------------------------------- */

enum capture { ANY, USER, NAME, VALUE, ZONE, PAIRS, ADDRESS, WORD, PORT, COUNT };

static const struct {
    const char *name;
    enum capture capture;
} names[] = {{"*", ANY},     {"user", USER},   {"name", NAME},       {"value", VALUE},
             {"zone", ZONE}, {"pairs", PAIRS}, {"address", ADDRESS}, {"word", WORD},
             {"port", PORT}, {"count", COUNT}};

static enum capture capture_named(struct str name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_is(name, names[i].name))
            return names[i].capture;
    assert(!"a pattern names an unknown capture");
    return ANY;
}

static bool fits(enum capture capture, char ch)
{
    bool digit = ch >= '0' && ch <= '9', letter = (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z';
    switch (capture) {
    case PORT:
    case COUNT:
        return digit;
    case WORD:
    case NAME:
        return ch != ' ';
    case ADDRESS:
        return digit || letter || (ch != '\0' && strchr(".:_%-", ch));
    case ANY:
    case USER:
    case VALUE:
    case ZONE:
    case PAIRS:
        return true;
    }
    return false;
}

static void store(enum capture capture, struct str part, struct syslog_captures *to)
{
    struct str *slot = capture == USER || capture == NAME     ? &to->user
                       : capture == VALUE || capture == COUNT ? &to->value
                       : capture == ZONE                      ? &to->zone
                       : capture == PAIRS                     ? &to->pairs
                       : capture == ADDRESS                   ? &to->address
                                                              : NULL;
    if (slot && str_absent(*slot))
        *slot = part;
}

static bool match_here(struct str pattern, struct str text, struct syslog_captures *ret);

/* Try the capture with `len` bytes of the text and the rest of the pattern behind it. */
static bool match_with(enum capture capture, struct str after, struct str text, size_t len,
                       struct syslog_captures *ret)
{
    struct syslog_captures found = *ret;
    bool literal = after.len > 0 && after.ptr[0] != '{';
    if (literal && (len >= text.len || text.ptr[len] != after.ptr[0]))
        return false;
    if (!match_here(after, str_sub(text, len, text.len), &found))
        return false;
    *ret = found;
    store(capture, str_sub(text, 0, len), ret);
    return true;
}

/* Recursion is as deep as a pattern has captures. */
static bool match_here(struct str pattern, struct str text, struct syslog_captures *ret)
{
    size_t same = 0;
    while (same < pattern.len && pattern.ptr[same] != '{') {
        if (same >= text.len || text.ptr[same] != pattern.ptr[same])
            return false;
        same++;
    }
    pattern = str_sub(pattern, same, pattern.len);
    text = str_sub(text, same, text.len);
    if (pattern.len == 0)
        return text.len == 0;
    size_t close = str_find(pattern, STR("}"));
    enum capture capture = capture_named(str_sub(pattern, 1, close - 1));
    struct str after = str_sub(pattern, close + 1, pattern.len);
    size_t most = 0;
    while (most < text.len && fits(capture, text.ptr[most]))
        most++;
    if (capture == ANY) {
        for (size_t len = after.len == 0 ? most : 0; len <= most; len++)
            if (match_with(capture, after, text, len, ret))
                return true;
        return false;
    }
    size_t least = capture == USER || capture == VALUE || capture == PAIRS ? 0 : 1;
    for (size_t len = most + 1; len-- > least;)
        if (match_with(capture, after, text, len, ret))
            return true;
    return false;
}

bool syslog_match(const char *pattern, struct str text, struct syslog_captures *ret)
{
    struct syslog_captures found = {0};
    if (!match_here(str_from(pattern), str_sub(text, 0, SYSLOG_MATCH_MAX), &found))
        return false;
    *ret = found;
    return true;
}

const struct syslog_rule *syslog_rule_find(struct str program, struct str text,
                                           struct syslog_captures *ret)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct syslog_rule *rule = &rules[i];
        if (rule->program && !str_starts(program, rule->program))
            continue;
        if (syslog_match(rule->pattern, text, ret))
            return rule;
    }
    return NULL;
}

size_t syslog_rule_count(void)
{
    return sizeof rules / sizeof rules[0];
}

const struct syslog_rule *syslog_rule_at(size_t index)
{
    assert(index < syslog_rule_count());
    return &rules[index];
}

struct str syslog_pair(struct str pairs, const char *name)
{
    struct str word, wanted = str_from(name);
    while (str_split(&pairs, ' ', &word))
        if (word.len > wanted.len + 1 && word.ptr[wanted.len] == '=' &&
            str_eq(str_sub(word, 0, wanted.len), wanted))
            return str_sub(word, wanted.len + 1, word.len);
    return (struct str){0};
}
