/* The tree as a tool: what an inspector needs to check a print, a proof file or a root without
 * Chancery's ledger. */
#include "engine/merkle/merkle_compute.h"

#include "base/encode.h"
#include "engine/merkle/note.h"

enum { HEX_CHARS = 2 * MERKLE_HASH_LEN };
#define SIZE_MOST 9007199254740991.0

/* ---- fields ---------------------------------------------------------------------------------- */

#define HASH_FIELD(name_, flags_, help_)                                                 \
    {                                                                                    \
        name_, COMPUTE_TEXT, flags_, .most = HEX_CHARS, .help = help_ ", in hexadecimal" \
    }
#define SIZE_FIELD(name_, help_)                                                 \
    {                                                                            \
        name_, COMPUTE_INTEGER, REQUIRED_FIELD, .most = SIZE_MOST, .help = help_ \
    }
#define PATH_FIELD                                            \
    {                                                         \
        "path", COMPUTE_TEXT, REQUIRED_FIELD | LISTED,        \
            .most = HEX_CHARS, .items_most = MERKLE_PATH_MAX, \
            .help = "hashes of the proof, in hexadecimal"     \
    }
#define PROVED_FIELD                                                                   \
    {                                                                                  \
        "proved", COMPUTE_FLAG, REQUIRED_FIELD, .help = "true when the path proves it" \
    }

static const struct compute_field leaf_in[] = {
    {"entry", COMPUTE_TEXT, REQUIRED_FIELD, .help = "entry, as it is stored"}, {0}};
static const struct compute_field leaf_out[] = {
    HASH_FIELD("leaf", REQUIRED_FIELD, "SHA-256 of a zero byte and the entry"), {0}};

static const struct compute_field root_in[] = {
    HASH_FIELD("leaves", REQUIRED_FIELD | LISTED, "hashes of the leaves in order"), {0}};
static const struct compute_field root_out[] = {
    SIZE_FIELD("size", "number of leaves"), HASH_FIELD("root", REQUIRED_FIELD, "root"), {0}};

static const struct compute_field inclusion_in[] = {
    HASH_FIELD("leaf", 0, "hash of the leaf"),
    {"entry", COMPUTE_TEXT, 0, .help = "entry as it is stored, instead of `leaf`"},
    SIZE_FIELD("index", "number of the leaf, from 0"),
    SIZE_FIELD("size", "number of leaves in the tree"),
    PATH_FIELD,
    HASH_FIELD("root", REQUIRED_FIELD, "root of the tree"),
    {0}};
static const struct compute_field consistency_in[] = {
    SIZE_FIELD("old_size", "number of leaves in the older tree"),
    HASH_FIELD("old_root", REQUIRED_FIELD, "root of the older tree"),
    SIZE_FIELD("size", "number of leaves in the newer tree"),
    HASH_FIELD("root", REQUIRED_FIELD, "root of the newer tree"),
    PATH_FIELD,
    {0}};
static const struct compute_field proved_out[] = {PROVED_FIELD, {0}};

static const struct compute_field proof_in[] = {
    {"proof", COMPUTE_TEXT, REQUIRED_FIELD, .help = "proof file (C2SP tlog-proof), whole"},
    {"verifier_key", COMPUTE_TEXT, REQUIRED_FIELD, .help = "key of the ledger (signed-note)"},
    {"entry", COMPUTE_TEXT, REQUIRED_FIELD, .help = "entry, as it is stored"},
    {0}};
static const struct compute_field proof_out[] = {
    PROVED_FIELD,
    {"origin", COMPUTE_TEXT, REQUIRED_FIELD, .help = "name of the ledger"},
    SIZE_FIELD("index", "number of the entry"),
    SIZE_FIELD("size", "number of leaves under the signed root"),
    HASH_FIELD("root", REQUIRED_FIELD, "signed root"),
    {0}};

/* ---- values ---------------------------------------------------------------------------------- */

static rc read_hash(struct ctx *c, struct str hex, struct merkle_hash *ret)
{
    struct str bytes;
    if (hex.len != HEX_CHARS || !rc_ok(decode_bytes(c, ENCODE_HEX, hex, &bytes))) {
        rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__,
                                "must be %d hexadecimal digits in lower case", HEX_CHARS);
        fault_set_rule(c, "hash");
        return failed;
    }
    memcpy(ret->bytes, bytes.ptr, sizeof ret->bytes);
    return OK;
}

static rc hash_member(struct ctx *c, const struct datum *input, const char *name,
                      struct merkle_hash *ret)
{
    rc result = read_hash(c, datum_text(input, name), ret);
    if (!rc_ok(result))
        fault_enter_name(c, str_from(name));
    return result;
}

static rc hash_list(struct ctx *c, const struct datum *input, const char *name, size_t *ret_count,
                    struct merkle_hash **ret)
{
    const struct datum *list = datum_member(input, name);
    NEW(c, *ret, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        rc result = read_hash(c, list->items[i].text, &(*ret)[i]);
        if (!rc_ok(result)) {
            fault_enter_index(c, i);
            fault_enter_name(c, str_from(name));
            return result;
        }
    }
    *ret_count = list->count;
    return OK;
}

static rc put_hash(struct ctx *c, struct text *out, const char *name,
                   const struct merkle_hash *hash)
{
    struct str hex;
    TRY(encode_bytes(c, ENCODE_HEX, hash->bytes, sizeof hash->bytes, &hex));
    text_printf(out, "\"%s\":\"%.*s\"", name, STR_ARG(hex));
    return OK;
}

static rc put_proved(struct text *out, bool proved)
{
    text_printf(out, "{\"proved\":%s}", proved ? "true" : "false");
    return OK;
}

/* ---- what is done ---------------------------------------------------------------------------- */

typedef rc with_merkle(struct ctx *c, struct merkle *m, const struct datum *input,
                       struct text *out);

/* Each opens the digest for itself: a tool runs once, or once a line. */
static rc with(struct ctx *c, with_merkle *run, const struct datum *input, struct text *out)
{
    struct merkle *m = NULL;
    TRY(merkle_open(c, &m));
    rc result = run(c, m, input, out);
    merkle_close(m);
    return result;
}

static rc do_leaf(struct ctx *c, struct merkle *m, const struct datum *input, struct text *out)
{
    struct merkle_hash leaf = merkle_leaf(m, datum_text(input, "entry"));
    text_put_char(out, '{');
    TRY(put_hash(c, out, "leaf", &leaf));
    text_put_char(out, '}');
    return OK;
}

static rc do_root(struct ctx *c, struct merkle *m, const struct datum *input, struct text *out)
{
    struct merkle_hash *leaves = NULL;
    struct merkle_frontier frontier = {0};
    size_t count = 0;
    TRY(hash_list(c, input, "leaves", &count, &leaves));
    for (size_t i = 0; i < count; i++)
        merkle_frontier_push(m, &frontier, &leaves[i]);
    struct merkle_hash root = merkle_frontier_root(m, &frontier);
    text_printf(out, "{\"size\":%zu,", count);
    TRY(put_hash(c, out, "root", &root));
    text_put_char(out, '}');
    return OK;
}

static rc do_inclusion(struct ctx *c, struct merkle *m, const struct datum *input, struct text *out)
{
    struct merkle_hash leaf, root, *path = NULL;
    size_t count = 0;
    struct str entry = datum_text(input, "entry");
    if (str_absent(entry) == str_absent(datum_text(input, "leaf"))) {
        rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "either `leaf` or `entry`");
        fault_set_rule(c, "one_of");
        return failed;
    }
    if (str_absent(entry))
        TRY(hash_member(c, input, "leaf", &leaf));
    else
        leaf = merkle_leaf(m, entry);
    TRY(hash_member(c, input, "root", &root));
    TRY(hash_list(c, input, "path", &count, &path));
    return put_proved(out,
                      merkle_verify_inclusion(m, &leaf, datum_integer(input, "index", 0),
                                              datum_integer(input, "size", 0), count, path, &root));
}

static rc do_consistency(struct ctx *c, struct merkle *m, const struct datum *input,
                         struct text *out)
{
    struct merkle_hash old_root, root, *path = NULL;
    size_t count = 0;
    TRY(hash_member(c, input, "old_root", &old_root));
    TRY(hash_member(c, input, "root", &root));
    TRY(hash_list(c, input, "path", &count, &path));
    return put_proved(out, merkle_verify_consistency(m, datum_integer(input, "old_size", 0),
                                                     &old_root, datum_integer(input, "size", 0),
                                                     &root, count, path));
}

static rc do_proof(struct ctx *c, struct merkle *m, const struct datum *input, struct text *out)
{
    struct proof_file proof;
    struct note_key key;
    struct checkpoint head;
    TRY(note_key_parse(c, m, datum_text(input, "verifier_key"), &key));
    TRY(proof_file_parse(c, datum_text(input, "proof"), &proof));
    TRY(checkpoint_open(c, proof.note, &key, &head));
    struct merkle_hash leaf = merkle_leaf(m, datum_text(input, "entry"));
    bool proved = merkle_verify_inclusion(m, &leaf, proof.index, head.size, proof.path.count,
                                          proof.path.hashes, &head.root);
    text_printf(out, "{\"proved\":%s,\"origin\":", proved ? "true" : "false");
    text_put_json(out, head.origin);
    text_printf(out, ",\"index\":%lld,\"size\":%lld,", (long long)proof.index,
                (long long)head.size);
    TRY(put_hash(c, out, "root", &head.root));
    text_put_char(out, '}');
    return OK;
}

#define RUN(name)                                                                    \
    static rc run_##name(struct ctx *c, const struct datum *input, struct text *out) \
    {                                                                                \
        return with(c, do_##name, input, out);                                       \
    }
RUN(leaf)
RUN(root)
RUN(inclusion)
RUN(consistency)
RUN(proof)

/* ---- rows ------------------------------------------------------------------------------------ */

/* The leaves "a" and "b", and the tree of both. */
#define LEAF_A "022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c"
#define LEAF_B "57eb35615d47f34ec714cacdf5fd74608a5e8e102724e80b24b287c0c27b6a31"
#define ROOT   "b137985ff484fb600db93107c77b0365c80d78f5b429ded0fd97361d077999eb"

/* The proof that the first of those two is in a ledger "chancery/example". */
static const char proof_example[] =
    "{\"entry\":\"a\",\"verifier_key\":\"chancery/example+b4314ce1+Ac7MFQfcHd1ylZUcKQiI8J"
    "WtuQRNG3PWlubfBl1oO9T8\",\"proof\":\"c2sp.org/tlog-proof@v1\\nindex 0\\nV+s1YV1H807H"
    "FMrN9f10YIpejhAnJOgLJLKHwMJ7ajE=\\n\\nchancery/example\\n2\\nsTeYX/SE+2ANuTEHx3sDZcg"
    "NePW0Kd7Q/Zc2HQd5mes=\\n\\n\\u2014 chancery/example tDFM4QHJ3BUC/WKocsbm+N1Zi/XfS9se"
    "l9bdxCO3kbBl5wDMQ+mZHZMArVYP0RMNdLQyQJe0OgxPcpDrlrwgf2/7cgQ=\\n\"}";

const struct compute merkle_computes[] = {
    {"merkle-leaf", "Hash an entry as a leaf of the ledger (RFC 6962)", leaf_in, leaf_out, false,
     "{\"entry\":\"a\"}", run_leaf},
    {"merkle-root", "Compute the root over leaves (RFC 6962)", root_in, root_out, false,
     "{\"leaves\":[\"" LEAF_A "\",\"" LEAF_B "\"]}", run_root},
    {"merkle-inclusion", "Check the proof that a leaf is in a tree (RFC 9162, 2.1.3.2)",
     inclusion_in, proved_out, false,
     "{\"entry\":\"a\",\"index\":0,\"size\":2,\"path\":[\"" LEAF_B "\"],\"root\":\"" ROOT "\"}",
     run_inclusion},
    {"merkle-consistency", "Check the proof that a tree has only grown (RFC 9162, 2.1.4.2)",
     consistency_in, proved_out, false,
     "{\"old_size\":1,\"old_root\":\"" LEAF_A "\",\"size\":2,\"root\":\"" ROOT
     "\",\"path\":[\"" LEAF_B "\"]}",
     run_consistency},
    {"merkle-proof", "Check a proof file against the ledger's key (C2SP tlog-proof)", proof_in,
     proof_out, false, proof_example, run_proof},
    {0},
};
