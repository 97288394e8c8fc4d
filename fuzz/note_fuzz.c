/* Signed notes, checkpoints, verifier keys and proof files: what is read from strangers. What
 * parses must be written and parsed again to the same. */
#include "engine/merkle/note.h"

#include "fuzz.h"

#include <assert.h>

static void check_checkpoint(struct ctx *c, struct str text)
{
    struct checkpoint cp;
    struct str again;
    if (!rc_ok(checkpoint_parse(c, text, &cp)))
        return;
    assert(cp.size >= 0 && cp.origin.len > 0);
    assert(rc_ok(checkpoint_write(c, &cp, &again)) && str_eq(again, text));
}

static void check_note(struct ctx *c, struct str bytes, const struct note_key *key)
{
    struct note note;
    if (!rc_ok(note_parse(c, bytes, &note)))
        return;
    assert(note.count > 0 && note.count <= NOTE_SIGNATURES_MAX);
    assert(str_ends(note.text, "\n"));
    check_checkpoint(c, note.text);
    if (rc_ok(note_verify(c, &note, key)))
        assert(str_is(note.text, "This is an example message.\n"));
}

static void check_proof(struct ctx *c, struct str bytes, const struct note_key *key)
{
    struct proof_file proof;
    struct str again;
    if (!rc_ok(proof_file_parse(c, bytes, &proof)))
        return;
    assert(rc_ok(proof_file_write(c, &proof, &again)) && str_eq(again, bytes));
    check_note(c, proof.note, key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = {.arena = arena_open(8 << 20), .clock = &clock_system};
    struct str bytes = {(const char *)data, size}, written;
    struct merkle *m = NULL;
    struct note_key key, parsed;
    assert(c.arena && rc_ok(merkle_open(&c, &m)));
    assert(rc_ok(note_key_parse(
        &c, m, STR("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
        &key)));
    check_note(&c, bytes, &key);
    check_checkpoint(&c, bytes);
    check_proof(&c, bytes, &key);
    if (rc_ok(note_key_parse(&c, m, bytes, &parsed)))
        assert(rc_ok(note_key_write(&c, &parsed, &written)));
    merkle_close(m);
    arena_close(c.arena);
    return 0;
}
