/* A mission's folder: what it is called and where its record is (chancery.json), the key slots
 * (keys.json), and for an embedded store the record itself (record.db). */
#ifndef MAIN_FOLDER_H
#define MAIN_FOLDER_H

#include "core/core.h"
#include "edge/tlsca.h"
#include "main/cli.h"
#include "store/keyring.h"

#define STORE_KINDS(X, E)                                      \
    X(E, SQLITE, "sqlite", "one encrypted file in the folder") \
    X(E, POSTGRES, "postgres", "a PostgreSQL database")
SHAPE_DECLARE_CHOICES(config_store, CONFIG_STORE, STORE_KINDS);

#define CONFIG_FIELDS(F, T)                                                                       \
    F(T, id, _, mission, REQUIRED, 0, 0, "the mission's id")                                      \
    F(T, text, line, origin, REQUIRED, 1, 200, "the name under which its checkpoints are signed") \
    F(T, choice, config_store, store, REQUIRED, 0, 0, "where the record is stored")               \
    F(T, text, line, database, 0, 1, 2000, "connection string of PostgreSQL")                     \
    F(T, time, _, created, REQUIRED, 0, 0, "when the mission was made")
SHAPE_DECLARE(config, CONFIG_FIELDS);

struct folder {
    const char *path;
    struct config config;
    /* Locked in memory while the folder is open. */
    unsigned char key[KEY_LEN], database_key[KEY_LEN], sign_seed[KEY_LEN], seal_key[KEY_LEN],
        tls_key[KEY_LEN], browser_key[KEY_LEN];
    struct catalog *catalog;
    struct core_options options; /* points into this struct: do not copy it */
};

/* Make the folder, its key slots and its empty record. CONFLICT when something is there. */
rc folder_create(struct ctx *c, const char *path, const struct config *config,
                 const struct key_secret *secret, struct folder *ret);

/* Unlock an existing folder; nothing of the record is opened yet. */
rc folder_open(struct ctx *c, const char *path, const struct key_secret *secret,
               struct folder *ret);
void folder_close(struct folder *folder);

/* The TLS of this mission's server: its certificate, made by the mission's own authority for these
 * names when there is none yet or it is about to expire. */
rc folder_tls(struct ctx *c, struct folder *folder, struct texts hosts, struct tlsca **ret);

/* The secret that the flags name; with none of them the passphrase is asked for on the terminal,
 * twice when it is a new one. Wrong use without a terminal. To be ended by folder_secret_end. */
rc folder_secret(struct ctx *c, const struct unlock_flags *flags, bool fresh,
                 struct key_secret *ret);
/* Its bytes lie in locked memory until then. */
void folder_secret_end(struct key_secret *secret);

/* The names of the files in a folder. */
#define FOLDER_CONFIG    "chancery.json"
#define FOLDER_KEYS      "keys.json"
#define FOLDER_RECORD    "record.db"
#define FOLDER_TLS       "tls.json"
#define FOLDER_AUTHORITY "authority.json"

#endif
