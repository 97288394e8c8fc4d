/* The record: events in order, in a Merkle tree (RFC 6962), never changed. One ledger per mission;
 * its tables live in a store. An entry is one JSON object in UTF-8, exactly as stored and as
 * hashed.
 *
 *   {"seq":7,"kind":"site.added","version":1,"occurred":…,"received":…,"actor":…,"cause":5,
 *    "drill":true,"label":"AMBER:…","record":"site/01J…","subject":…,"body":{…}}    or, when it is
 * personal, {…,"subject":"01J…","sealed":"<base64 of nonce and XChaCha20-Poly1305 box of the
 * body>"}
 *
 * seq begins with 0 and is the leaf's index. Absent members are left out. At most 65,535 bytes an
 * entry (the entry bundles of C2SP tlog-tiles). */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/ctx.h"
#include "base/file.h"
#include "engine/merkle/merkle.h"
#include "store/store.h"

struct ledger;

enum { LEDGER_ENTRY_MAX = 65535 };

struct ledger_options {
    struct str origin; /* of the checkpoints, e.g. "chancery/01J…": a mission's ledger */
    const unsigned char *sign_seed; /* 32 bytes: the Ed25519 seed; copied */
    const unsigned char *seal_key;  /* 32 bytes: wraps the per-subject keys; copied */
};

/* One event. As an input, seq is ignored. */
struct ledger_event {
    int64_t seq;
    struct str kind;
    int64_t version;
    struct wall occurred, received;
    struct str actor; /* account id, "system", or a source */
    int64_t cause;    /* seq of the event that led to it, -1 for none */
    bool drill;
    struct str label;   /* who may read it (the written form of struct label) */
    struct str subject; /* the person whose data the body is; absent: the body is not sealed */
    struct str record;  /* "zone/01J…": the record it is about, for its history; may be absent */
    struct str body;    /* a JSON object; absent when it is sealed and its key is destroyed */
};

/* Make the ledger's tables in an empty store. */
rc ledger_create(struct ctx *c, struct store *store, const struct ledger_options *options);

/* Open the ledger for appending. Verifies the tail: from the last signed checkpoint back to the
 * last full tile the leaves are hashed anew, and the tree head must be the signed one. CORRUPT
 * names what is wrong (which entry, tile or checkpoint), or that this is another mission's
 * database. */
rc ledger_open(struct ctx *c, struct store *store, const struct ledger_options *options,
               struct ledger **ret);
void ledger_close(struct ledger *ledger);

int64_t ledger_size(const struct ledger *ledger);
/* The tree head over all that was appended; of an empty tree SHA-256 of nothing. */
struct merkle_hash ledger_root(const struct ledger *ledger);

/* Append within the store's open write transaction; gives the first seq. The tree in memory moves
 * on, the rows are in the store when the head is signed; after a rollback call ledger_rewind. */
rc ledger_append(struct ctx *c, struct ledger *ledger, size_t count,
                 const struct ledger_event *events, int64_t *ret_first_seq);

/* Sign the head into the transaction: once per commit, after the last append. */
rc ledger_sign(struct ctx *c, struct ledger *ledger, struct wall now);

/* The transaction was rolled back: return to the stored head. */
rc ledger_rewind(struct ctx *c, struct ledger *ledger);

/* Another connection may have appended: take the stored head, if it is another than ours. Between
 * transactions, or at the beginning of one. */
rc ledger_refresh(struct ctx *c, struct ledger *ledger);

/* The last signed checkpoint, as a C2SP signed note. The store may be a reader's. */
rc ledger_checkpoint(struct ctx *c, struct store *store, struct str *ret_note);

/* The verifier key ("origin+hash+base64", C2SP signed-note) that checks our checkpoints. */
rc ledger_verifier_key(struct ctx *c, const struct ledger_options *options, struct str *ret);

/* Reading, on any store (a reader's connection); unsealing needs the seal key.
 * The stored bytes of an entry, NOT_FOUND beyond the end. */
rc ledger_entry(struct ctx *c, struct store *store, int64_t seq, struct str *ret_bytes);

/* Parse an entry and unseal its body if its subject's key still exists. */
rc ledger_decode(struct ctx *c, struct store *store, const unsigned char *seal_key,
                 struct str entry, struct ledger_event *ret);

/* Walk events from `from` on, at most `limit`, of one kind or one record if given (absent: all).
 * `each` is called per event with a context of the walk's own, whose memory is returned after each
 * call; it may stop the walk by setting *stop. */
struct ledger_walk {
    int64_t from, limit;
    bool backwards; /* from `from` down */
    struct str kind, record;
    const unsigned char *seal_key; /* NULL: bodies of sealed events are left absent */
};
typedef rc ledger_each(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop);
rc ledger_walk(struct ctx *c, struct store *store, const struct ledger_walk *walk,
               ledger_each *each, void *arg);

/* The number of the first event that was received at this moment or later; the number of events
 * when there is none. It is found by halving: `received` does not go back but with the clock
 * itself. */
rc ledger_first_since(struct ctx *c, struct store *store, struct wall since, int64_t *ret);

/* Proofs (RFC 6962, 2.1.1 and 2.1.2) against the tree of `size` leaves. */
struct ledger_proof {
    int64_t index, size; /* of the leaf or the old tree; of the tree */
    size_t count;
    const struct merkle_hash *hashes;
};
rc ledger_prove_inclusion(struct ctx *c, struct store *store, int64_t seq, int64_t size,
                          struct ledger_proof *ret);
rc ledger_prove_consistency(struct ctx *c, struct store *store, int64_t old_size, int64_t size,
                            struct ledger_proof *ret);
/* A proof file of C2SP tlog-proof for an entry, under the last checkpoint. */
rc ledger_proof_file(struct ctx *c, struct store *store, int64_t seq, struct str *ret);

/* Destroy a subject's key: every sealed body of that subject is unreadable for ever, the tree still
 * verifies. Within the write transaction. */
rc ledger_erase(struct ctx *c, struct ledger *ledger, struct str subject);

/* Seal bytes that lie beside the ledger under a subject's key, for one place of this name; a key is
 * made if there is none. Within the write transaction. */
rc ledger_seal(struct ctx *c, struct ledger *ledger, struct str subject, struct str name,
               struct str plain, struct str *ret);

/* Open them, on any store. NOT_FOUND: the key is destroyed; CORRUPT: these are not the bytes. */
rc ledger_unseal(struct ctx *c, struct store *store, const unsigned char *seal_key,
                 struct str subject, struct str name, struct str boxed, struct str *ret);

/* Verify everything, as of one moment: every leaf, every tile, every signed checkpoint. Begins a
 * reading of its own, so not within a transaction. Fills the report also when the result is
 * CORRUPT; the fault names the first damage. */
struct ledger_report {
    int64_t events, checkpoints, sealed, erased;
    struct merkle_hash root;
    bool hashes_only; /* a tree of files without the entries: shown is that they are signed */
};
rc ledger_verify(struct ctx *c, struct store *store, const struct ledger_options *options,
                 struct ledger_report *ret);

/* The same, and that the record has only grown since a checkpoint (a signed note) that somebody
 * kept: the one way to see that it was shortened, or that an older copy was put in its place.
 * MALFORMED and FORBIDDEN: the note is none, or not this ledger's. */
rc ledger_verify_since(struct ctx *c, struct store *store, const struct ledger_options *options,
                       struct str kept, struct ledger_report *ret);

/* What leaves with an export. */
enum ledger_parts {
    LEDGER_HASHES,      /* checkpoint and tiles: each entry is its leaf hash */
    LEDGER_WITH_ENTRIES /* tile/entries/… too: all that is in the record, as it stands there */
};

/* Write a C2SP tlog-tiles tree as of the last checkpoint into the new folder `out` (its files 0600,
 * its folders 0700), which appears when it is whole. CONFLICT when it is there already. Not within
 * a transaction. */
rc ledger_export(struct ctx *c, struct store *store, const struct files *files, const char *out,
                 enum ledger_parts parts);

/* Read a tlog-tiles tree of anybody and verify it against its checkpoint and the verifier key. A
 * tree that has no folder tile/entries is verified from its leaf hashes, and the report says so. */
rc ledger_verify_tiles(struct ctx *c, const struct files *files, const char *folder,
                       struct str verifier_key, struct ledger_report *ret);

/* The same under another checkpoint than the folder's own: one that was kept, or came from a
 * witness. */
rc ledger_verify_tiles_under(struct ctx *c, const struct files *files, const char *folder,
                             struct str note, struct str verifier_key, struct ledger_report *ret);

#endif
