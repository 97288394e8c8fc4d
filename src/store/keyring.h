/* Key slots: the mission's data key, 32 random bytes, wrapped once for each way to open it. A slot
 * can be added, replaced or destroyed without touching the data. The slots are one small JSON file
 * beside the database; without one of its secrets it says nothing about the key. */
#ifndef STORE_KEYRING_H
#define STORE_KEYRING_H

#include "base/ctx.h"
#include "base/file.h"

enum { KEY_LEN = 32, KEY_SLOTS_MAX = 16 };

enum key_slot_kind {
    KEY_SLOT_PASSPHRASE, /* argon2id, its cost kept in the slot and bounded when read */
    KEY_SLOT_FILE,       /* a file of at least 32 bytes */
    KEY_SLOT_CREDENTIAL, /* a systemd credential of at least 32 bytes */
};

/* What opens a slot: the passphrase, or the content of the file or credential. */
struct key_secret {
    enum key_slot_kind kind;
    struct str bytes;
};

struct key_slot {
    struct str id, label;
    enum key_slot_kind kind;
    struct wall created;
};

/* Make a new data key and the file with its first slot. CONFLICT when the file is there already;
 * INVALID for a passphrase under 12 characters or a key file under 32 bytes. */
rc keyring_create(struct ctx *c, const struct files *files, const char *path,
                  const struct key_secret *secret, struct str label,
                  unsigned char ret_key[KEY_LEN]);

/* Unwrap the data key. FORBIDDEN when no slot of that kind opens with the secret; CORRUPT when the
 * file is damaged. */
rc keyring_open(struct ctx *c, const struct files *files, const char *path,
                const struct key_secret *secret, unsigned char ret_key[KEY_LEN]);

/* Add a slot for the same key; gives its id. */
rc keyring_add(struct ctx *c, const struct files *files, const char *path,
               const unsigned char key[KEY_LEN], const struct key_secret *secret, struct str label,
               struct str *ret_id);

/* Put a new slot in the place of an old one, in one step. */
rc keyring_replace(struct ctx *c, const struct files *files, const char *path,
                   const unsigned char key[KEY_LEN], struct str id, const struct key_secret *secret,
                   struct str label, struct str *ret_id);

/* Destroy a slot. CONFLICT for the last one, NOT_FOUND. A copy of the file made before still has
 * it: after a secret has leaked the data key itself must change. */
rc keyring_remove(struct ctx *c, const struct files *files, const char *path, struct str id);

/* Parse the content of the file; the same strictness for every call. CORRUPT. */
struct keyring;
rc keyring_parse(struct ctx *c, struct str content, struct keyring **ret);

rc keyring_list(struct ctx *c, const struct files *files, const char *path,
                struct key_slot ret_slots[KEY_SLOTS_MAX], size_t *ret_count);

/* The keys that are made from the data key, each for one purpose. */
enum key_purpose { KEY_DATABASE = 1, KEY_LEDGER_SIGN, KEY_SEAL, KEY_TLS, KEY_BROWSER };
void keyring_derive(const unsigned char key[KEY_LEN], enum key_purpose purpose,
                    unsigned char ret[KEY_LEN]);

#endif
