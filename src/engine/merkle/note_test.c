/* The specification's own examples, then what must be refused. */
#include "engine/merkle/note.h"

#include "base/text.h"
#include "unit.h"

static struct ctx open_ctx(struct merkle **m)
{
    struct ctx c = {.arena = arena_open(8 << 20), .clock = &clock_system};
    assert_true(rc_ok(merkle_open(&c, m)));
    return c;
}

static void close_ctx(struct ctx *c, struct merkle *m)
{
    merkle_close(m);
    arena_close(c->arena);
}

#define EXAMPLE_KEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define EXAMPLE_NOTE                                                                               \
    "This is an example message.\n\n"                                                              \
    "\xe2\x80\x94 example.com/foo "                                                                \
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=" \
    "\n"

TEST(note_of_the_specification_verifies)
{
    struct merkle *m = NULL;
    struct ctx c = open_ctx(&m);
    struct note_key key;
    struct note note;
    struct str text;
    assert_true(rc_ok(note_key_parse(&c, m, STR(EXAMPLE_KEY), &key)));
    assert_true(rc_ok(note_key_write(&c, &key, &text)));
    assert_string_equal(text.ptr, EXAMPLE_KEY);
    assert_true(rc_ok(note_parse(&c, STR(EXAMPLE_NOTE), &note)));
    assert_int_equal(note.count, 1);
    assert_true(str_is(note.text, "This is an example message.\n"));
    assert_true(rc_ok(note_verify(&c, &note, &key)));
    key.public_key[0] ^= 1;
    assert_int_equal(note_verify(&c, &note, &key).code, RC_FORBIDDEN);
    key.name = STR("example.com/bar");
    assert_int_equal(note_verify(&c, &note, &key).code, RC_FORBIDDEN);
    close_ctx(&c, m);
}

TEST(note_is_refused_when_any_byte_of_it_is_changed)
{
    struct merkle *m = NULL;
    struct ctx c = open_ctx(&m);
    struct note_key key;
    assert_true(rc_ok(note_key_parse(&c, m, STR(EXAMPLE_KEY), &key)));
    char bytes[] = EXAMPLE_NOTE;
    for (size_t i = 0; i + 1 < sizeof bytes; i++)
        for (int bit = 0; bit < 8; bit++) {
            struct arena_mark mark = arena_mark(c.arena);
            struct note note;
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
            rc result = note_parse(&c, (struct str){bytes, sizeof bytes - 1}, &note);
            if (rc_ok(result))
                result = note_verify(&c, &note, &key);
            assert_false(rc_ok(result));
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
            arena_return(c.arena, mark);
        }
    close_ctx(&c, m);
}

TEST(note_that_is_signed_here_is_verified_here)
{
    struct merkle *m = NULL;
    struct ctx c = open_ctx(&m);
    unsigned char seed[NOTE_SEED_LEN] = {7}, signature[NOTE_SIGNATURE_LEN];
    struct note_key key, again;
    struct checkpoint cp = {.origin = STR("chancery/one"), .size = 42}, read;
    struct str text, note, verifier;
    assert_true(rc_ok(note_key_from_seed(&c, m, STR("chancery/one"), seed, &key)));
    assert_true(rc_ok(note_key_write(&c, &key, &verifier)));
    assert_true(rc_ok(note_key_parse(&c, m, verifier, &again)));
    assert_true(rc_ok(checkpoint_write(&c, &cp, &text)));
    note_sign(text, seed, &key, signature);
    assert_true(rc_ok(note_write(&c, text, &key, signature, &note)));
    assert_true(rc_ok(checkpoint_open(&c, note, &again, &read)));
    assert_true(read.size == 42 && merkle_hash_eq(&read.root, &cp.root));
    assert_int_equal(note_key_from_seed(&c, m, STR("a b"), seed, &key).code, RC_INVALID);
    /* A key of that name, but the checkpoint of another log. */
    cp.origin = STR("chancery/two");
    assert_true(rc_ok(checkpoint_write(&c, &cp, &text)));
    note_sign(text, seed, &again, signature);
    assert_true(rc_ok(note_write(&c, text, &again, signature, &note)));
    assert_int_equal(checkpoint_open(&c, note, &again, &read).code, RC_FORBIDDEN);
    close_ctx(&c, m);
}

TEST(note_with_sixteen_large_signatures_is_read)
{
    struct merkle *m = NULL;
    struct ctx c = open_ctx(&m);
    struct text t;
    struct str bytes;
    struct note note;
    text_init(&t, &c, 1 << 20);
    text_put(&t, STR("text\n\n"));
    for (int i = 0; i < 16; i++) {
        text_printf(&t, "\xe2\x80\x94 w%d ", i);
        for (int k = 0; k < 6600; k++)
            text_put_char(&t, 'A');
        text_put_char(&t, '\n');
    }
    assert_true(rc_ok(text_done(&t, &bytes)));
    assert_true(rc_ok(note_parse(&c, bytes, &note)));
    assert_int_equal(note.count, 16);
    assert_int_equal(note.signatures[15].bytes.len, 4950 - 4);
    for (int i = 0; i < 60; i++)
        text_put(&t, STR("\xe2\x80\x94 w AAAAAAAA\n"));
    assert_true(rc_ok(text_done(&t, &bytes)));
    assert_int_equal(note_parse(&c, bytes, &note).code, RC_TOO_LARGE);
    close_ctx(&c, m);
}

TEST(note_parsing_is_strict)
{
    static const char *const wrong[] = {
        "",
        "text\n",
        "text\n\n",
        "\n\n",
        "text\n\n\xe2\x80\x94 name AAAAAAAA",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n\xe2\x80\x94 name\n",
        "text\n\n\xe2\x80\x94 name AAAA\n",
        "text\n\n\xe2\x80\x94 name AAAAAAA\n",
        "text\n\n\xe2\x80\x94 na+me AAAAAAAA\n",
        "text\n\n\xe2\x80\x94 na\xc2\xa0me AAAAAAAA\n",
        "te\txt\n\n\xe2\x80\x94 name AAAAAAAA\n",
        "te\xffxt\n\n\xe2\x80\x94 name AAAAAAAA\n",
    };
    struct merkle *m = NULL;
    struct ctx c = open_ctx(&m);
    struct note note;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(note_parse(&c, str_from(wrong[i]), &note).code, RC_MALFORMED);
    assert_true(rc_ok(note_parse(&c, STR("a\n\nb\n\n\xe2\x80\x94 name AAAAAAAA\n"), &note)));
    assert_true(str_is(note.text, "a\n\nb\n"));
    close_ctx(&c, m);
}

TEST(note_checkpoint_parsing_is_strict)
{
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    static const char *const wrong[] = {
        "",
        "a\n",
        "a\n1\n",
        "\n1\n" ROOT "\n",
        "a\n01\n" ROOT "\n",
        "a\n-1\n" ROOT "\n",
        "a\n1\n" ROOT,
        "a\n1\nAAAA\n",
        "a\n\n" ROOT "\n",
        "a\n1\n" ROOT "\n\n",
        "a\n9223372036854775808\n" ROOT "\n",
        "a\n1\n" ROOT "\nx\n\ny\n",
        "a\n+1\n" ROOT "\n",
    };
    struct merkle *m = NULL;
    struct ctx c = open_ctx(&m);
    struct checkpoint cp;
    struct str text;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(checkpoint_parse(&c, str_from(wrong[i]), &cp).code, RC_MALFORMED);
    static const char example[] = "example.com/behind-the-sofa\n20852163\n" ROOT "\nmore\nlines\n";
    assert_true(rc_ok(checkpoint_parse(&c, str_from(example), &cp)));
    assert_int_equal(cp.size, 20852163);
    assert_true(str_is(cp.extension, "more\nlines\n"));
    assert_true(rc_ok(checkpoint_write(&c, &cp, &text)));
    assert_string_equal(text.ptr, example);
    close_ctx(&c, m);
}

TEST(note_proof_file_is_read_as_it_is_written)
{
    struct merkle *m = NULL;
    struct ctx c = open_ctx(&m);
    struct proof_file proof = {.index = 73894, .extra = STR("\0\1"), .note = STR("note\n")}, read;
    struct str bytes;
    proof.path.count = 3;
    proof.path.hashes[1].bytes[5] = 9;
    assert_true(rc_ok(proof_file_write(&c, &proof, &bytes)));
    assert_true(str_starts(bytes, "c2sp.org/tlog-proof@v1\nextra AAE=\nindex 73894\nAAAA"));
    assert_true(rc_ok(proof_file_parse(&c, bytes, &read)));
    assert_true(read.index == 73894 && read.path.count == 3 && str_is(read.note, "note\n"));
    assert_true(str_eq(read.extra, proof.extra));
    assert_memory_equal(read.path.hashes, proof.path.hashes, 3 * sizeof *read.path.hashes);
    for (size_t i = 0; i + 5 < bytes.len; i++)
        assert_false(rc_ok(proof_file_parse(&c, str_sub(bytes, 0, i), &read)));
    close_ctx(&c, m);
}
