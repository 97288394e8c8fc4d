/* chancery ledger verify, prove, export, check. */
#include "main/verbs.h"

#include "base/encode.h"
#include "engine/merkle/note.h"

#include <inttypes.h>

#define VERIFY_FLAGS(F, T) \
    UNLOCK_FLAGS(F, T)     \
    F(T, text, line, checkpoint, 0, 1, 4000, "file of a checkpoint kept elsewhere")
SHAPE_DECLARE(verify_flags, VERIFY_FLAGS);
SHAPE_DEFINE(verify_flags, VERIFY_FLAGS, 1, "Flags of ledger verify");

#define EXPORT_FLAGS(F, T)               \
    UNLOCK_FLAGS(F, T)                   \
    F(T, flag, _, with_entries, 0, 0, 0, \
      "also the entries themselves, with all secrets and names in them; not only their hashes")
SHAPE_DECLARE(export_flags, EXPORT_FLAGS);
SHAPE_DEFINE(export_flags, EXPORT_FLAGS, 1, "Flags of ledger export");

#define CHECK_FLAGS(F, T) \
    COMMON_FLAGS(F, T)    \
    F(T, text, line, verifier_key, REQUIRED, 1, 400, "the log's key, as NAME+HASH+BASE64")
SHAPE_DECLARE(check_flags, CHECK_FLAGS);
SHAPE_DEFINE(check_flags, CHECK_FLAGS, 1, "Flags of ledger check");

/* A store of the mission for reading, without the writer. */
static rc open_reading(struct cli *cli, struct folder *folder, struct store **ret)
{
    TRY(verb_open_folder(cli, folder));
    struct store_options options = folder->options.store;
    options.read_only = true;
    rc result = store_open(cli->c, &options, ret);
    if (!rc_ok(result))
        folder_close(folder);
    return result;
}

static rc print_report(struct cli *cli, const struct ledger_report *report)
{
    struct text out;
    struct str root;
    TRY(encode_bytes(cli->c, ENCODE_HEX, report->root.bytes, sizeof report->root.bytes, &root));
    cli_say(cli,
            "verified: %" PRId64 " events, %" PRId64 " checkpoints, %" PRId64 " sealed, %" PRId64
            " erased\nroot %.*s%s",
            report->events, report->checkpoints, report->sealed, report->erased, STR_ARG(root),
            report->hashes_only ? "\nby the leaf hashes alone: the tree is without entries" : "");
    text_init(&out, cli->c, 4096);
    text_printf(&out,
                "{\"verified\":true,\"events\":%" PRId64 ",\"checkpoints\":%" PRId64
                ",\"sealed\":%" PRId64 ",\"erased\":%" PRId64 ",\"entries\":%s,\"root\":\"%.*s\"}",
                report->events, report->checkpoints, report->sealed, report->erased,
                report->hashes_only ? "false" : "true", STR_ARG(root));
    return cli_json(cli, &out);
}

rc verb_ledger_verify(struct cli *cli)
{
    struct folder folder;
    struct store *store = NULL;
    struct ledger_report report;
    const struct verify_flags *flags = cli->flags;
    struct str kept = {NULL, 0};
    if (!str_absent(flags->checkpoint))
        TRY(file_read(cli->c, &files_system, flags->checkpoint.ptr, NOTE_MAX, &kept));
    TRY(open_reading(cli, &folder, &store));
    rc result = ledger_verify_since(cli->c, store, &folder.options.ledger, kept, &report);
    store_close(store);
    folder_close(&folder);
    TRY(result);
    return print_report(cli, &report);
}

static rc print_proof(struct cli *cli, struct store *store, int64_t seq)
{
    struct text out;
    struct str proof;
    TRY(ledger_proof_file(cli->c, store, seq, &proof));
    cli_say(cli, "%.*s", (int)(proof.len - str_ends(proof, "\n")), proof.ptr);
    text_init(&out, cli->c, 1 << 20);
    text_put(&out, STR("{\"proof\":"));
    text_put_json(&out, proof);
    text_put_char(&out, '}');
    return cli_json(cli, &out);
}

rc verb_ledger_prove(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct folder folder;
    struct store *store = NULL;
    int64_t seq = 0;
    if (!str_to_i64(str_from(cli->arguments[1]), &seq) || seq < 0)
        CLI_WRONG(c, "\"%s\" is not the number of an event", cli->arguments[1]);
    TRY(open_reading(cli, &folder, &store));
    rc result = print_proof(cli, store, seq);
    store_close(store);
    folder_close(&folder);
    return result;
}

static const char entries_warning[] =
    "warning: the entries leave with this export, readable by whoever has the folder:\n"
    "  passwords and keys of devices, outlets and panels that were ever entered here,\n"
    "  texts of every label, TLP:RED and compartments too,\n"
    "  personal data, but for what is sealed under its person's or record's key.\n"
    "Keep it as you keep the mission. To prove the record, the hashes are enough.\n";

rc verb_ledger_export(struct cli *cli)
{
    struct folder folder;
    struct store *store = NULL;
    struct str key = {NULL, 0};
    struct text out;
    const struct export_flags *flags = cli->flags;
    enum ledger_parts parts = flags->with_entries ? LEDGER_WITH_ENTRIES : LEDGER_HASHES;
    if (flags->with_entries)
        fputs(entries_warning, cli->err);
    TRY(open_reading(cli, &folder, &store));
    rc result = ledger_export(cli->c, store, &files_system, cli->arguments[1], parts);
    if (rc_ok(result))
        result = ledger_verifier_key(cli->c, &folder.options.ledger, &key);
    store_close(store);
    folder_close(&folder);
    TRY(result);
    cli_say(cli, "%s written to %s; verify its checkpoints with\n%.*s",
            flags->with_entries ? "hashes and entries" : "hashes", cli->arguments[1], STR_ARG(key));
    text_init(&out, cli->c, 8192);
    text_put(&out, STR("{\"folder\":"));
    text_put_json(&out, str_from(cli->arguments[1]));
    text_put(&out, STR(",\"verifier_key\":"));
    text_put_json(&out, key);
    text_printf(&out, ",\"entries\":%s}", flags->with_entries ? "true" : "false");
    return cli_json(cli, &out);
}

rc verb_ledger_check(struct cli *cli)
{
    const struct check_flags *flags = cli->flags;
    struct ledger_report report = {0};
    TRY(ledger_verify_tiles(cli->c, &files_system, cli->arguments[0], flags->verifier_key,
                            &report));
    return print_report(cli, &report);
}
