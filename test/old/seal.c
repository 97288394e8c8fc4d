/* old_seal seal|unseal FOLDER: puts the record of a mission under its key, or takes the key off it,
 * so that a mission can be kept as a fixture: what is encrypted cannot be packed. The passphrase is
 * the first line of standard input. */
#include "store/keyring.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum { RAW_LEN = 4 + KEY_LEN }; /* as src/store/store_sqlite.c names a key */

static rc read_key(struct ctx *c, const char *keys, char raw[RAW_LEN])
{
    char line[256];
    unsigned char key[KEY_LEN];
    if (!fgets(line, sizeof line, stdin))
        FAIL(c, INVALID, "no passphrase on standard input");
    line[strcspn(line, "\n")] = '\0';
    const struct key_secret secret = {KEY_SLOT_PASSPHRASE, str_from(line)};
    TRY(keyring_open(c, &files_system, keys, &secret, key));
    memcpy(raw, "raw:", 4);
    keyring_derive(key, KEY_DATABASE, (unsigned char *)raw + 4);
    return OK;
}

static int change(sqlite3 *db, const char *raw, bool seal)
{
    int error = sqlite3mc_config(db, "cipher", sqlite3mc_cipher_index("aegis")) > 0 ? 0 : 1;
    if (!error && !seal)
        error = sqlite3_key(db, raw, RAW_LEN);
    if (!error)
        error = sqlite3_exec(db, "PRAGMA journal_mode=DELETE; VACUUM", NULL, NULL, NULL);
    return error ? error : sqlite3_rekey(db, seal ? raw : NULL, seal ? RAW_LEN : 0);
}

static rc run(struct ctx *c, const char *folder, bool seal)
{
    char raw[RAW_LEN], record[512], keys[512];
    sqlite3 *db = NULL;
    snprintf(record, sizeof record, "%s/record.db", folder);
    snprintf(keys, sizeof keys, "%s/keys.json", folder);
    TRY(read_key(c, keys, raw));
    int error = sqlite3_open_v2(record, &db, SQLITE_OPEN_READWRITE, NULL);
    if (!error)
        error = change(db, raw, seal);
    sqlite3_close(db);
    if (error)
        FAIL(c, CORRUPT, "%s: %s", record, sqlite3_errstr(error));
    return OK;
}

int main(int argc, char **argv)
{
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    if (argc != 3 || !c.arena)
        return 2;
    bool good = rc_ok(run(&c, argv[2], strcmp(argv[1], "seal") == 0));
    if (!good)
        fprintf(stderr, "old_seal: %s\n", c.fault.message);
    arena_close(c.arena);
    return good ? 0 : 1;
}
