/* chancery key list, add, replace, remove. */
#include "base/host.h"
#include "main/verbs.h"

#define KEY_ADD_FLAGS(F, T)                                                                     \
    UNLOCK_FLAGS(F, T)                                                                          \
    F(T, text, line, new_passphrase_file, 0, 1, 4000, "the new slot: file with its passphrase") \
    F(T, text, line, new_key_file, 0, 1, 4000, "the new slot: its key file")                    \
    F(T, text, line, new_credential, 0, 1, 4000, "the new slot: file of a systemd credential")  \
    F(T, text, line, label, 0, 1, 80, "name of the new slot")
SHAPE_DECLARE(key_add_flags, KEY_ADD_FLAGS);
SHAPE_DEFINE(key_add_flags, KEY_ADD_FLAGS, 1, "Flags of key add and key replace");

static const char *const kind_names[] = {
    [KEY_SLOT_PASSPHRASE] = "passphrase",
    [KEY_SLOT_FILE] = "key-file",
    [KEY_SLOT_CREDENTIAL] = "credential",
};

static rc keys_path(struct cli *cli, const char **ret)
{
    return path_join(cli->c, cli->arguments[0], FOLDER_KEYS, ret);
}

rc verb_key_list(struct cli *cli)
{
    struct key_slot slots[KEY_SLOTS_MAX];
    size_t count = 0;
    const char *path = NULL;
    struct text out;
    TRY(keys_path(cli, &path));
    TRY(keyring_list(cli->c, &files_system, path, slots, &count));
    text_init(&out, cli->c, 65536);
    text_put(&out, STR("{\"slots\":["));
    for (size_t i = 0; i < count; i++) {
        char when[WALL_TEXT_MAX];
        size_t when_len = wall_format(slots[i].created, when);
        cli_say(cli, "%.*s  %-10s  %.*s  %.*s", STR_ARG(slots[i].id), kind_names[slots[i].kind],
                (int)when_len, when, STR_ARG(slots[i].label));
        text_put(&out, i > 0 ? STR(",{\"id\":") : STR("{\"id\":"));
        text_put_json(&out, slots[i].id);
        text_printf(&out,
                    ",\"kind\":\"%s\",\"created\":\"%.*s\",\"label\":", kind_names[slots[i].kind],
                    (int)when_len, when);
        text_put_json(&out, slots[i].label);
        text_put_char(&out, '}');
    }
    text_put(&out, STR("]}"));
    return cli_json(cli, &out);
}

static rc write_slot(struct cli *cli, const struct key_secret *present,
                     const struct key_secret *fresh, struct str old, struct str *ret_id)
{
    const struct key_add_flags *flags = cli->flags;
    struct str label = str_absent(flags->label) ? STR("added") : flags->label;
    unsigned char key[KEY_LEN];
    const char *path = NULL;
    TRY(keys_path(cli, &path));
    host_keep_secret(key, sizeof key);
    rc result = keyring_open(cli->c, &files_system, path, present, key);
    if (rc_ok(result) && str_absent(old))
        result = keyring_add(cli->c, &files_system, path, key, fresh, label, ret_id);
    else if (rc_ok(result))
        result = keyring_replace(cli->c, &files_system, path, key, old, fresh, label, ret_id);
    host_end_secret(key, sizeof key);
    return result;
}

/* A new slot: beside the others, or in the place of `old`. */
static rc put_slot(struct cli *cli, struct str old)
{
    const struct key_add_flags *flags = cli->flags;
    struct unlock_flags fresh = {
        .passphrase_file = flags->new_passphrase_file,
        .key_file = flags->new_key_file,
        .credential = flags->new_credential,
    };
    struct key_secret old_secret, new_secret = {0};
    struct str id;
    struct text out;
    TRY(folder_secret(cli->c, cli->flags, false, &old_secret));
    rc result = folder_secret(cli->c, &fresh, true, &new_secret);
    if (rc_ok(result))
        result = write_slot(cli, &old_secret, &new_secret, old, &id);
    folder_secret_end(&old_secret);
    folder_secret_end(&new_secret);
    TRY(result);
    cli_say(cli, "slot %.*s added", STR_ARG(id));
    text_init(&out, cli->c, 1024);
    text_printf(&out, "{\"id\":\"%.*s\"}", STR_ARG(id));
    return cli_json(cli, &out);
}

rc verb_key_add(struct cli *cli)
{
    return put_slot(cli, (struct str){NULL, 0});
}

rc verb_key_replace(struct cli *cli)
{
    return put_slot(cli, str_from(cli->arguments[1]));
}

rc verb_key_remove(struct cli *cli)
{
    const char *path = NULL;
    struct text out;
    TRY(keys_path(cli, &path));
    TRY(keyring_remove(cli->c, &files_system, path, str_from(cli->arguments[1])));
    cli_say(cli, "slot %s destroyed", cli->arguments[1]);
    text_init(&out, cli->c, 1024);
    text_put(&out, STR("{\"removed\":"));
    text_put_json(&out, str_from(cli->arguments[1]));
    text_put_char(&out, '}');
    return cli_json(cli, &out);
}
