/* chancery doctor: looks at everything a mission stands on and says what is wrong and what to do.
 */
#include "main/verbs.h"

#include "agent/kit/agent.h"
#include "base/host.h"
#include "main/agents.h"

#include <inttypes.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FINDINGS_MAX = 32, FREE_BYTES_LEAST = 1 << 30, LOG_BYTES_MOST = 512 << 20 };
enum { CERTIFICATE_DAYS = 60 };

enum finding_kind { FINDING_GOOD, FINDING_WARNING, FINDING_WRONG };

struct finding {
    enum finding_kind kind;
    const char *what;         /* what was looked at */
    struct str found, advice; /* what to do; absent when it is good */
};

struct examination {
    struct ctx *c;
    const char *path;
    size_t count;
    struct finding findings[FINDINGS_MAX];
};

static void note(struct examination *e, enum finding_kind kind, const char *what, struct str found,
                 const char *advice)
{
    if (e->count < FINDINGS_MAX)
        e->findings[e->count++] = (struct finding){kind, what, found, str_from(advice)};
}

/* Note a failed check with what the fault says. */
static void note_fault(struct examination *e, const char *what, const char *advice)
{
    struct str found = STR("failed");
    rc copied = str_copy(e->c, str_from(e->c->fault.message), &found);
    note(e, FINDING_WRONG, what, rc_ok(copied) ? found : STR("failed"), advice);
}

/* ---- without the key
 * ----------------------------------------------------------------------------------- */

static void look_at_rights(struct examination *e)
{
    if (!rc_ok(host_check_rights(e->c, e->path)))
        note_fault(e, "rights",
                   "chancery does not serve a folder that others could read or change");
    else
        note(e, FINDING_GOOD, "rights", STR("only the owner may read the folder"), NULL);
}

static void look_at_certificate(struct examination *e)
{
    struct tlsca_options options = {.files = &files_system};
    struct tlsca_state state;
    struct str found;
    if (!rc_ok(path_join(e->c, e->path, FOLDER_TLS, &options.path)) ||
        !rc_ok(path_join(e->c, e->path, FOLDER_AUTHORITY, &options.authority)) ||
        !rc_ok(tlsca_look(e->c, &options, &state))) {
        note_fault(e, "certificate", "restore tls.json from a backup");
        return;
    }
    int64_t days = (state.valid_to.us - clock_now(e->c).us) / DAY_US;
    if (!state.valid_to.us || !rc_ok(str_format(e->c, &found, "%" PRId64 " days left", days)))
        return;
    if (state.renewable || days > CERTIFICATE_DAYS)
        note(e, FINDING_GOOD, "certificate", found, NULL);
    else
        note(e, FINDING_WARNING, "certificate", found,
             "it cannot be renewed: put " FOLDER_AUTHORITY " back into the folder");
}

static void look_at_swap(struct examination *e)
{
    struct str area;
    if (!rc_ok(host_swap(e->c, HOST_SWAPS, &area)))
        note_fault(e, "swap", "see whether " HOST_SWAPS " can be read");
    else if (!str_absent(area))
        note(e, FINDING_WARNING, "swap", area,
             "what was in memory may stay on that disk: turn swap off, or encrypt it");
    else
        note(e, FINDING_GOOD, "swap", STR("memory is written to no disk"), NULL);
}

static void look_at_disk(struct examination *e)
{
    struct statvfs disk;
    struct str found = STR("unknown");
    if (statvfs(e->path, &disk) < 0)
        return;
    uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (!rc_ok(str_format(e->c, &found, "%" PRIu64 " MiB free", free_bytes >> 20)))
        return;
    if (free_bytes < FREE_BYTES_LEAST)
        note(e, FINDING_WRONG, "disk", found, "free some space: a full disk stops the record");
    else
        note(e, FINDING_GOOD, "disk", found, NULL);
}

/* What was committed and is not in the database yet. */
static void look_at_log(struct examination *e)
{
    struct stat log;
    struct str found = STR("empty");
    const char *path = NULL;
    if (!rc_ok(path_join(e->c, e->path, FOLDER_RECORD "-wal", &path)))
        return;
    bool there = stat(path, &log) == 0;
    if (there && !rc_ok(str_format(e->c, &found, "%" PRIu64 " MiB", (uint64_t)log.st_size >> 20)))
        return;
    if (there && log.st_size > LOG_BYTES_MOST)
        note(e, FINDING_WARNING, "log", found,
             "a long read is open (a back-up, a verification), or the program was killed: let the "
             "read finish, or start the program; the log then shrinks by itself");
    else
        note(e, FINDING_GOOD, "log", found, NULL);
}

static void look_at_slots(struct examination *e)
{
    struct key_slot slots[KEY_SLOTS_MAX];
    size_t count = 0;
    const char *path = NULL;
    struct str found = STR("unknown");
    if (!rc_ok(path_join(e->c, e->path, FOLDER_KEYS, &path)) ||
        !rc_ok(keyring_list(e->c, &files_system, path, slots, &count))) {
        note_fault(e, "key slots", "restore keys.json from a backup: without it nothing opens");
        return;
    }
    if (!rc_ok(str_format(e->c, &found, "%zu", count)))
        return;
    if (count < 2)
        note(e, FINDING_WARNING, "key slots", found,
             "a forgotten passphrase would lose everything: use chancery key add, and keep that "
             "key elsewhere");
    else
        note(e, FINDING_GOOD, "key slots", found, NULL);
}

/* In a process of its own, as it is served: in this one the libraries are not loaded either. */
static void look_at_probes(struct examination *e)
{
    char told[241] = "";
    struct agent trial;
    ssize_t got = 0;
    struct str why = STR("it cannot be started");
    if (rc_ok(agent_start(e->c, "/proc/self/exe", PROBE_TRIAL_ROLE, &trial))) {
        got = recv(trial.fd, told, sizeof told - 1, 0);
        agent_end(&trial);
    }
    if (got == 1 && told[0] == '+') {
        note(e, FINDING_GOOD, "cameras",
             STR("the program for them starts, in a process without keys"), NULL);
        return;
    }
    if (got > 0 && !rc_ok(str_copy(e->c, str_from(told), &why)))
        why = STR("it cannot be started");
    note(
        e, FINDING_WARNING, "cameras", why,
        "cameras cannot be reached: install FFmpeg's libraries and libcurl (docs/dependencies.md)");
}

/* ---- with the key
 * ---------------------------------------------------------------------------------------- */

static void look_at_record(struct examination *e, struct folder *folder)
{
    struct store_options options = folder->options.store;
    struct ledger_report report;
    struct store *store = NULL;
    struct str found = STR("verified");
    options.read_only = true;
    if (!rc_ok(store_open(e->c, &options, &store))) {
        note_fault(e, "record", "restore the last backup beside it; keep the damaged file");
        return;
    }
    if (!rc_ok(store_check(e->c, store)))
        note_fault(e, "database", "restore the last backup beside it; keep the damaged file");
    else
        note(e, FINDING_GOOD, "database", STR("sound from end to end"), NULL);
    if (!rc_ok(ledger_verify(e->c, store, &folder->options.ledger, &report)))
        note_fault(e, "record",
                   "it has been altered or damaged: keep it and compare it with a backup");
    else if (rc_ok(str_format(e->c, &found, "%" PRId64 " events verified", report.events)))
        note(e, FINDING_GOOD, "record", found, NULL);
    store_close(store);
}

static void look_inside(struct examination *e, const struct unlock_flags *flags)
{
    struct key_secret secret = {0};
    struct folder folder;
    rc result = folder_secret(e->c, flags, false, &secret);
    if (rc_ok(result))
        result = folder_open(e->c, e->path, &secret, &folder);
    folder_secret_end(&secret);
    if (!rc_ok(result)) {
        note_fault(e, "unlocking", "give the right passphrase, key file or credential");
        return;
    }
    note(e, FINDING_GOOD, "unlocking", STR("this secret opens a slot"), NULL);
    look_at_record(e, &folder);
    folder_close(&folder);
}

/* ---- the answer
 * ------------------------------------------------------------------------------------------- */

static rc print_findings(struct cli *cli, const struct examination *e, size_t *ret_wrong)
{
    static const char *const marks[] = {"good", "warning", "wrong"};
    struct text out;
    text_init(&out, cli->c, 65536);
    text_put(&out, STR("{\"findings\":["));
    for (size_t i = 0; i < e->count; i++) {
        const struct finding *f = &e->findings[i];
        cli_say(cli, "%-8s %-10s %.*s", marks[f->kind], f->what, STR_ARG(f->found));
        if (!str_absent(f->advice))
            cli_say(cli, "         %10s -> %.*s", "", STR_ARG(f->advice));
        text_printf(&out, "%s{\"kind\":\"%s\",\"what\":\"%s\",\"found\":", i > 0 ? "," : "",
                    marks[f->kind], f->what);
        text_put_json(&out, f->found);
        text_put(&out, STR(",\"advice\":"));
        text_put_json(&out, f->advice);
        text_put_char(&out, '}');
        *ret_wrong += f->kind == FINDING_WRONG;
    }
    text_put(&out, STR("]}"));
    return cli_json(cli, &out);
}

rc verb_doctor(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct examination e = {.c = c, .path = cli->arguments[0]};
    const char *config = NULL;
    size_t wrong = 0;
    TRY(path_join(c, e.path, FOLDER_CONFIG, &config));
    if (!file_exists(config))
        FAIL(c, NOT_FOUND, "%s is not a mission's folder: it has no " FOLDER_CONFIG, e.path);
    look_at_rights(&e);
    look_at_swap(&e);
    look_at_certificate(&e);
    look_at_disk(&e);
    look_at_log(&e);
    look_at_slots(&e);
    look_at_probes(&e);
    look_inside(&e, cli->flags);
    TRY(print_findings(cli, &e, &wrong));
    if (wrong > 0)
        FAIL(c, CORRUPT, "%zu of %zu checks found something wrong", wrong, e.count);
    return OK;
}
