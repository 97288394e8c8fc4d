/* Signed notes with Ed25519 (C2SP signed-note), checkpoints (tlog-checkpoint) and proof files
 * (tlog-proof): what a ledger shows to somebody who does not trust it. Parsing is bounded. */
#ifndef ENGINE_MERKLE_NOTE_H
#define ENGINE_MERKLE_NOTE_H

#include "engine/merkle/merkle.h"

enum {
    NOTE_MAX = 131072, /* bytes of a whole note: 16 post-quantum signatures fit */
    NOTE_SIGNATURES_MAX = 64,
    NOTE_NAME_MAX = 255,
    NOTE_SEED_LEN = 32,
    NOTE_KEY_LEN = 32,
    NOTE_SIGNATURE_LEN = 64
};

/* Who verifies: the key's name, its id, and the Ed25519 public key. */
struct note_key {
    struct str name;
    uint32_t id;
    unsigned char public_key[NOTE_KEY_LEN];
};

/* Is it a key name: UTF-8, not empty, without Unicode spaces, control characters and plus? */
bool note_name_ok(struct str name);

/* The key of a seed; `name` is not copied. INVALID for a bad name. */
rc note_key_from_seed(struct ctx *c, struct merkle *m, struct str name,
                      const unsigned char seed[NOTE_SEED_LEN], struct note_key *ret);

/* "name+hex id+base64(0x01 || public key)". MALFORMED, also when the id is not the key's;
 * UNSUPPORTED for another algorithm. */
rc note_key_parse(struct ctx *c, struct merkle *m, struct str text, struct note_key *ret);
rc note_key_write(struct ctx *c, const struct note_key *key, struct str *ret);

/* The bare signature over a note's text. */
void note_sign(struct str text, const unsigned char seed[NOTE_SEED_LEN], const struct note_key *key,
               unsigned char ret_signature[NOTE_SIGNATURE_LEN]);

/* Text, blank line and the one signature line. `text` must end with a newline. */
rc note_write(struct ctx *c, struct str text, const struct note_key *key,
              const unsigned char signature[NOTE_SIGNATURE_LEN], struct str *ret);

struct note_signature {
    struct str name, bytes; /* bytes: after the key id */
    uint32_t id;
};
struct note {
    struct str text; /* with its last newline */
    size_t count;
    struct note_signature *signatures;
};

/* MALFORMED, TOO_LARGE. Says nothing about who signed. */
rc note_parse(struct ctx *c, struct str bytes, struct note *ret);

/* FORBIDDEN unless this key signed it; a wrong signature under its name and id also refuses. */
rc note_verify(struct ctx *c, const struct note *note, const struct note_key *key);

/* A tree head: three lines, and lines of extension that are kept as they are. */
struct checkpoint {
    struct str origin;
    int64_t size;
    struct merkle_hash root;
    struct str extension; /* whole lines, may be empty */
};
rc checkpoint_write(struct ctx *c, const struct checkpoint *checkpoint, struct str *ret_text);
rc checkpoint_parse(struct ctx *c, struct str text, struct checkpoint *ret);

/* Parse a note, have its key verify it, and read the checkpoint whose origin is the key's name. */
rc checkpoint_open(struct ctx *c, struct str note, const struct note_key *key,
                   struct checkpoint *ret);

/* A proof that an entry is in the log, for verification without the log. */
struct proof_file {
    int64_t index;
    struct merkle_path path;
    struct str extra; /* opaque bytes; absent: none */
    struct str note;  /* the checkpoint, signed */
};
rc proof_file_write(struct ctx *c, const struct proof_file *proof, struct str *ret);
rc proof_file_parse(struct ctx *c, struct str bytes, struct proof_file *ret);

#endif
