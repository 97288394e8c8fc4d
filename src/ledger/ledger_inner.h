/* What the files of the ledger share. Only for src/ledger. */
#ifndef LEDGER_LEDGER_INNER_H
#define LEDGER_LEDGER_INNER_H

#include "engine/merkle/note.h"
#include "engine/merkle/tile.h"
#include "ledger/ledger.h"

enum {
    LEDGER_KEY_LEN = 32,
    LEDGER_KIND_MAX = 64,
    LEDGER_SUBJECT_MAX = 64,
    LEDGER_NONCE_LEN = 24,
    LEDGER_TAG_LEN = 16,
    LEDGER_WRAPPED_LEN = LEDGER_NONCE_LEN + LEDGER_KEY_LEN + LEDGER_TAG_LEN
};

/* A subject's key. Bodies of events before `since` were sealed under a key that is destroyed. */
struct subject_key {
    int64_t since;
    unsigned char bytes[LEDGER_KEY_LEN];
};

struct ledger {
    struct store *store;
    struct merkle *merkle;
    struct ledger_secrets *secrets; /* guarded memory */
    struct note_key key;            /* its name is the origin, owned */
    int64_t signed_size;            /* of the last checkpoint; -1: none */
    bool lost;                      /* an append failed: the tree in memory is ahead of the store */
    struct tile_edge edge;
    struct ledger_rows *rows; /* appended, not yet in the store */
};

/* ---- ledger_schema.c ------------------------------------------------------------------------ */

rc ledger_make_tables(struct ctx *c, struct store *store);
/* The number of a tile's row. */
static inline int64_t ledger_tile_id(unsigned level, int64_t index)
{
    return (int64_t)level << 56 | index;
}

/* ---- ledger_seal.c: personal bodies ---------------------------------------------------------- */

/* Keys of subjects lately used by the writer, in guarded memory with the ledger's own keys. */
struct ledger_secrets {
    unsigned char sign_seed[LEDGER_KEY_LEN], seal_key[LEDGER_KEY_LEN];
    struct {
        char subject[LEDGER_SUBJECT_MAX];
        size_t len; /* 0: free */
        struct subject_key key;
    } recent[64];
};

/* The subject's key from the store. NOT_FOUND when it is destroyed or never was. */
rc ledger_subject_key(struct ctx *c, struct store *store, const unsigned char *seal_key,
                      struct str subject, struct subject_key *ret);

/* The box of a body for the entry: base 64 of nonce and ciphertext. Makes the subject's key if
 * there is none. */
rc ledger_seal_body(struct ctx *c, struct ledger *ledger, const struct ledger_event *event,
                    struct str *ret);

/* Open a box. `event` gives kind, seq and subject. CORRUPT when it does not fit them. */
rc ledger_open_body(struct ctx *c, const struct subject_key *key, const struct ledger_event *event,
                    struct str box, struct str *ret);

/* ---- ledger_entry.c: an event as bytes ------------------------------------------------------- */

/* An entry, parsed; of a sealed one the box stands in `sealed` and event.body is absent. */
struct ledger_parsed {
    struct ledger_event event;
    struct str sealed;
};
rc ledger_write_entry(struct ctx *c, const struct ledger_event *event, struct str sealed,
                      struct str *ret);
rc ledger_parse_entry(struct ctx *c, struct str entry, struct ledger_parsed *ret);

/* ---- ledger_index.c: events by kind or record ------------------------------------------------ */

enum { LEDGER_BLOCK = 4096 };
enum ledger_part { LEDGER_BY_KIND, LEDGER_BY_RECORD };
static inline int64_t ledger_part_id(int64_t block, enum ledger_part part)
{
    return block * 2 + part;
}

/* The postings of a full block, by kind and by record, made from its rows. */
rc ledger_index_block(struct ctx *c, struct store *store, int64_t block,
                      struct str ret_postings[2]);

/* Places in the block of events that may have this kind or record (a hash of it), rising. */
struct ledger_found {
    bool indexed; /* false: the block has no postings yet */
    size_t count;
    uint16_t places[LEDGER_BLOCK];
};
rc ledger_index_find(struct ctx *c, struct store *store, int64_t block, enum ledger_part part,
                     struct str value, struct ledger_found *ret);

/* ---- ledger_tree.c: hashes, checkpoints ------------------------------------------------------ */

/* Reads the tree of a store; keeps the last tile of each level. */
struct ledger_tree {
    struct store *store;
    struct merkle *merkle;
    int64_t size;
    struct {
        int64_t index; /* -1: nothing yet */
        struct merkle_hash hashes[TILE_WIDTH];
    } tiles[TILE_LEVELS];
};
/* Over the first `size` entries; to be closed. */
rc ledger_tree_open(struct ctx *c, struct store *store, int64_t size, struct ledger_tree **ret);
void ledger_tree_close(struct ledger_tree *tree);
/* The hashes of a tile, as many as the tree's size gives; valid until the next call of its level.
 */
rc ledger_tree_tile(struct ctx *c, struct ledger_tree *tree, unsigned level, int64_t index,
                    const struct merkle_hash **ret);
rc ledger_tree_read(struct ctx *c, void *tree, unsigned height, int64_t index,
                    struct merkle_hash *ret);

/* A stored checkpoint. */
struct ledger_head {
    int64_t size, signed_us;
    struct merkle_hash root;
    unsigned char signature[NOTE_SIGNATURE_LEN];
};
/* The last one of at most `size` leaves; CORRUPT when there is none. */
rc ledger_last_head(struct ctx *c, struct store *store, int64_t size, struct ledger_head *ret);
/* The columns size, root, signature, signed of the present row. */
rc ledger_read_head(struct ctx *c, const struct store_rows *rows, struct ledger_head *ret);
rc ledger_head_text(struct ctx *c, const struct ledger_head *head, struct str origin,
                    struct str *ret);
/* CORRUPT unless the key signed it. */
rc ledger_check_head(struct ctx *c, const struct ledger_head *head, const struct note_key *key);
rc ledger_head_note(struct ctx *c, const struct ledger_head *head, const struct note_key *key,
                    struct str *ret);

/* The verifier key the tables were made with; CORRUPT when there is no ledger here. */
rc ledger_stored_key(struct ctx *c, struct store *store, struct merkle *m, struct note_key *ret);

/* One row of a query into `values`; NOT_FOUND (without a message of worth) when there is none. The
 * bytes are copied into the arena. */
rc ledger_one_row(struct ctx *c, struct store *store, struct str sql, size_t count,
                  const struct store_value *parameters, size_t width, struct store_value *values);

#endif
