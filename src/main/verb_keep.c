/* chancery rebuild, backup, restore. */
#include "main/verbs.h"

#include <inttypes.h>

enum { FILE_BYTES_MAX = 1 << 20 };

#define RESTORE_FLAGS(F, T) UNLOCK_FLAGS(F, T)
SHAPE_DECLARE(restore_flags, RESTORE_FLAGS);
SHAPE_DEFINE(restore_flags, RESTORE_FLAGS, 1, "Flags of restore");

rc verb_rebuild(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct folder folder;
    struct str before, after;
    struct text out;
    TRY(verb_open_folder(cli, &folder));
    rc result = core_rebuild(c, &folder.options, &before, &after);
    folder_close(&folder);
    TRY(result);
    bool same = str_eq(before, after);
    cli_say(cli, "rebuilt: %.*s (%s)", STR_ARG(after), same ? "as before" : "it was different");
    text_init(&out, c, 1024);
    text_printf(&out, "{\"before\":\"%.*s\",\"after\":\"%.*s\",\"same\":%s}", STR_ARG(before),
                STR_ARG(after), same ? "true" : "false");
    TRY(cli_json(cli, &out));
    if (!same)
        FAIL(c, CORRUPT, "the picture did not match the record; it does now");
    return OK;
}

/* Copy the small files of a mission's folder. */
static rc copy_files(struct ctx *c, const char *from, const char *to)
{
    static const char *const names[] = {FOLDER_KEYS, FOLDER_TLS, FOLDER_AUTHORITY, FOLDER_CONFIG};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *source = NULL, *target = NULL;
        struct str bytes;
        TRY(path_join(c, from, names[i], &source));
        TRY(path_join(c, to, names[i], &target));
        if (!file_exists(source))
            continue;
        TRY(file_read(c, &files_system, source, FILE_BYTES_MAX, &bytes));
        TRY(file_write(c, &files_system, target, bytes, 0600));
    }
    return OK;
}

static rc refuse_occupied(struct ctx *c, const char *folder)
{
    const char *path = NULL;
    static const char *const names[] = {FOLDER_CONFIG, FOLDER_KEYS, FOLDER_RECORD};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        TRY(path_join(c, folder, names[i], &path));
        if (file_exists(path))
            FAIL(c, CONFLICT, "%s already exists", path);
    }
    return file_make_folder(c, &files_system, folder);
}

/* The record of one folder, copied page by page into another. */
static rc copy_record(struct ctx *c, struct folder *folder, const char *to)
{
    struct store_options options = folder->options.store;
    struct store *store = NULL;
    const char *path = NULL;
    options.read_only = true;
    TRY(path_join(c, to, FOLDER_RECORD, &path));
    TRY(store_open(c, &options, &store));
    rc result = store_backup(c, store, path);
    store_close(store);
    return result;
}

/* Everything in a folder, verified from end to end. */
static rc verify_folder(struct ctx *c, struct folder *folder, struct ledger_report *ret)
{
    struct store_options options = folder->options.store;
    struct store *store = NULL;
    options.read_only = true;
    TRY(store_open(c, &options, &store));
    rc result = store_check(c, store);
    if (rc_ok(result))
        result = ledger_verify(c, store, &folder->options.ledger, ret);
    store_close(store);
    return result;
}

static rc copy_with(struct cli *cli, const struct key_secret *secret, struct ledger_report *ret)
{
    struct ctx *c = cli->c;
    const char *from = cli->arguments[0], *to = cli->arguments[1];
    struct folder folder, copy;
    TRY(folder_open(c, from, secret, &folder));
    rc result = refuse_occupied(c, to);
    if (rc_ok(result))
        result = copy_record(c, &folder, to);
    if (rc_ok(result))
        result = copy_files(c, from, to);
    folder_close(&folder);
    TRY(result);
    TRY(folder_open(c, to, secret, &copy));
    result = verify_folder(c, &copy, ret);
    folder_close(&copy);
    return result;
}

static rc copy_mission(struct cli *cli, struct ledger_report *ret)
{
    struct key_secret secret;
    TRY(folder_secret(cli->c, cli->flags, false, &secret));
    rc result = copy_with(cli, &secret, ret);
    folder_secret_end(&secret);
    return result;
}

static rc answer_copy(struct cli *cli, const char *what)
{
    struct ledger_report report;
    struct text out;
    TRY(copy_mission(cli, &report));
    cli_say(cli, "%s %s: %" PRId64 " events, verified", what, cli->arguments[1], report.events);
    text_init(&out, cli->c, 1024);
    text_printf(&out, "{\"events\":%" PRId64 ",\"verified\":true}", report.events);
    return cli_json(cli, &out);
}

rc verb_backup(struct cli *cli)
{
    return answer_copy(cli, "copied to");
}

/* A copy is a mission's folder like any other; restoring is copying it back, verified. */
rc verb_restore(struct cli *cli)
{
    return answer_copy(cli, "restored to");
}
