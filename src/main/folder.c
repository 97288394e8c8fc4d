#include "main/folder.h"

#include "assembly/catalog_make.h"
#include "base/host.h"
#include "main/modules.h"

#include <fcntl.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

enum { CONFIG_BYTES_MAX = 16384, SECRET_BYTES_MAX = 4096 };

SHAPE_DEFINE_CHOICES(config_store, CONFIG_STORE, STORE_KINDS);
SHAPE_DEFINE(config, CONFIG_FIELDS, 1, "What a mission's folder holds");

/* ---- secrets
 * --------------------------------------------------------------------------------------- */

static void forget(struct str bytes)
{
    sodium_free((void *)(uintptr_t)(const void *)bytes.ptr);
}

/* A copy in memory of its own, which is locked and guarded, and wiped when it is freed. */
static rc keep(struct ctx *c, struct str bytes, struct str *ret)
{
    char *kept = sodium_malloc(bytes.len + 1);
    if (!kept)
        FAIL(c, NO_MEMORY, "no memory for a secret");
    if (bytes.len)
        memcpy(kept, bytes.ptr, bytes.len);
    *ret = (struct str){kept, bytes.len};
    return OK;
}

/* One line from the terminal, without showing it. */
static rc ask(struct ctx *c, const char *prompt, struct str *ret)
{
    struct termios shown, hidden;
    char line[SECRET_BYTES_MAX];
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (!terminal)
        CLI_WRONG(c, "no terminal to ask for the passphrase: give --passphrase-file");
    fputs(prompt, terminal);
    fflush(terminal);
    bool can_hide = tcgetattr(fileno(terminal), &shown) == 0;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    if (can_hide)
        tcsetattr(fileno(terminal), TCSAFLUSH, &hidden);
    bool got = fgets(line, sizeof line, terminal) != NULL;
    if (can_hide)
        tcsetattr(fileno(terminal), TCSAFLUSH, &shown);
    fputc('\n', terminal);
    fclose(terminal);
    rc result = OK;
    if (got)
        result = keep(c, (struct str){line, strcspn(line, "\n")}, ret);
    sodium_memzero(line, sizeof line);
    if (!got)
        CLI_WRONG(c, "no passphrase was given");
    return result;
}

static rc ask_passphrase(struct ctx *c, bool fresh, struct str *ret)
{
    struct str again;
    TRY(ask(c, fresh ? "New passphrase: " : "Passphrase: ", ret));
    if (!fresh)
        return OK;
    rc result = ask(c, "Repeat it: ", &again);
    bool same = rc_ok(result) && str_eq(*ret, again);
    if (rc_ok(result))
        forget(again);
    if (!same)
        forget(*ret);
    TRY(result);
    if (!same)
        CLI_WRONG(c, "the two passphrases differ");
    return OK;
}

static rc read_secret(struct ctx *c, struct str path, struct str *ret)
{
    struct str bytes;
    TRY(str_copy(c, path, &path));
    TRY(file_read(c, &files_system, path.ptr, SECRET_BYTES_MAX, &bytes));
    rc result = keep(c, bytes, ret);
    sodium_memzero((void *)(uintptr_t)(const void *)bytes.ptr, bytes.len);
    return result;
}

rc folder_secret(struct ctx *c, const struct unlock_flags *flags, bool fresh,
                 struct key_secret *ret)
{
    struct key_secret secret = {.kind = KEY_SLOT_PASSPHRASE};
    struct str path = flags->passphrase_file;
    if (!str_absent(flags->key_file)) {
        secret.kind = KEY_SLOT_FILE;
        path = flags->key_file;
    } else if (!str_absent(flags->credential)) {
        secret.kind = KEY_SLOT_CREDENTIAL;
        path = flags->credential;
    }
    if (str_absent(path))
        TRY(ask_passphrase(c, fresh, &secret.bytes));
    else
        TRY(read_secret(c, path, &secret.bytes));
    if (secret.kind == KEY_SLOT_PASSPHRASE)
        while (secret.bytes.len && strchr("\r\n", secret.bytes.ptr[secret.bytes.len - 1]))
            secret.bytes.len--;
    *ret = secret;
    return OK;
}

void folder_secret_end(struct key_secret *secret)
{
    forget(secret->bytes);
    *secret = (struct key_secret){0};
}

/* ---- the folder
 * -------------------------------------------------------------------------------------- */

/* All the keys, which stand beside each other. */
enum {
    KEYS_FROM = offsetof(struct folder, key),
    KEYS_LEN = offsetof(struct folder, browser_key) + KEY_LEN - KEYS_FROM
};

static void begin(struct folder *folder, const char *path)
{
    *folder = (struct folder){.path = path};
    host_keep_secret((char *)folder + KEYS_FROM, KEYS_LEN);
}

/* Fill in what follows from the configuration and the data key. */
static rc assemble(struct ctx *c, struct folder *folder)
{
    const struct config *config = &folder->config;
    bool sqlite = config->store == CONFIG_STORE_SQLITE;
    const char *record = NULL;
    TRY(path_join(c, folder->path, FOLDER_RECORD, &record));
    keyring_derive(folder->key, KEY_DATABASE, folder->database_key);
    keyring_derive(folder->key, KEY_LEDGER_SIGN, folder->sign_seed);
    keyring_derive(folder->key, KEY_SEAL, folder->seal_key);
    keyring_derive(folder->key, KEY_TLS, folder->tls_key);
    keyring_derive(folder->key, KEY_BROWSER, folder->browser_key);
    TRY(catalog_open(c, chancery_module_count, chancery_modules, &folder->catalog));
    folder->options = (struct core_options){
        .catalog = folder->catalog,
        .store = {.kind = sqlite ? STORE_SQLITE : STORE_POSTGRES,
                  .path = sqlite ? record : config->database.ptr,
                  .key = sqlite ? folder->database_key : NULL},
        .ledger = {.origin = config->origin,
                   .sign_seed = folder->sign_seed,
                   .seal_key = folder->seal_key},
        .mission = config->mission,
        .clock = c->clock,
    };
    return OK;
}

rc folder_create(struct ctx *c, const char *path, const struct config *config,
                 const struct key_secret *secret, struct folder *ret)
{
    const char *config_path = NULL, *keys_path = NULL;
    struct text out;
    struct str json;
    TRY(path_join(c, path, FOLDER_CONFIG, &config_path));
    TRY(path_join(c, path, FOLDER_KEYS, &keys_path));
    if (file_exists(config_path) || file_exists(keys_path))
        FAIL(c, CONFLICT, "%s already holds a mission", path);
    TRY(file_make_folder(c, &files_system, path));
    TRY(shape_check(c, &config_shape, config));
    begin(ret, path);
    ret->config = *config;
    rc result = keyring_create(c, &files_system, keys_path, secret, STR("first"), ret->key);
    if (rc_ok(result))
        result = assemble(c, ret);
    if (rc_ok(result))
        result = core_create(c, &ret->options);
    if (rc_ok(result)) {
        text_init(&out, c, CONFIG_BYTES_MAX);
        shape_write(&out, &config_shape, SHAPE_VIEW_WHOLE, config);
        text_put_char(&out, '\n');
        result = text_done(&out, &json);
    }
    if (rc_ok(result)) /* last: without it the folder is no mission */
        result = file_write(c, &files_system, config_path, json, 0600);
    if (!rc_ok(result))
        folder_close(ret);
    return result;
}

rc folder_open(struct ctx *c, const char *path, const struct key_secret *secret, struct folder *ret)
{
    const char *config_path = NULL, *keys_path = NULL;
    struct str json;
    TRY(path_join(c, path, FOLDER_CONFIG, &config_path));
    TRY(path_join(c, path, FOLDER_KEYS, &keys_path));
    if (!file_exists(config_path))
        FAIL(c, NOT_FOUND, "%s is not a mission's folder: it has no " FOLDER_CONFIG, path);
    struct config config = {0};
    TRY(file_read(c, &files_system, config_path, CONFIG_BYTES_MAX, &json));
    TRY(shape_read(c, &config_shape, SHAPE_FROM_RECORD, json, &config));
    TRY(shape_copy(c, &config_shape, &config, &config)); /* NUL-terminated texts */
    begin(ret, path);
    ret->config = config;
    rc result = keyring_open(c, &files_system, keys_path, secret, ret->key);
    if (rc_ok(result))
        result = assemble(c, ret);
    if (!rc_ok(result))
        folder_close(ret);
    return result;
}

rc folder_tls(struct ctx *c, struct folder *folder, struct texts hosts, struct tlsca **ret)
{
    struct tlsca_options options = {
        .files = &files_system,
        .key = folder->tls_key,
        .mission = folder->config.mission,
        .clock = folder->options.clock,
    };
    TRY(path_join(c, folder->path, FOLDER_TLS, &options.path));
    TRY(path_join(c, folder->path, FOLDER_AUTHORITY, &options.authority));
    NEW(c, options.names.items, hosts.count + 2);
    options.names.items[options.names.count++] = STR("localhost");
    options.names.items[options.names.count++] = STR("127.0.0.1");
    for (size_t i = 0; i < hosts.count; i++)
        TRY(str_copy(c, str_sub(hosts.items[i], 0, str_find(hosts.items[i], STR(":"))),
                     &options.names.items[options.names.count++]));
    return tlsca_open(c, &options, ret);
}

void folder_close(struct folder *folder)
{
    catalog_close(folder->catalog);
    folder->catalog = NULL;
    host_end_secret((char *)folder + KEYS_FROM, KEYS_LEN);
}
