/* The ledger on both databases: what it keeps, what it refuses, what it notices. */
#include "ledger/ledger.h"

#include "base/text.h"
#include "engine/merkle/note.h"
#include "support/ledger_fixture.h"
#include "unit.h"

static void same_event(const struct ledger_event *a, const struct ledger_event *b)
{
    assert_true(str_eq(a->kind, b->kind) && a->version == b->version);
    assert_true(a->occurred.us == b->occurred.us && a->received.us == b->received.us);
    assert_true(str_eq(a->actor, b->actor) && a->cause == b->cause && a->drill == b->drill);
    assert_true(str_eq(a->label, b->label) && str_eq(a->record, b->record));
    assert_true(str_absent(a->subject) ? str_absent(b->subject) : str_eq(a->subject, b->subject));
}

struct seen {
    int64_t next, step, count;
    bool sealed_absent;
};

static rc see(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop)
{
    struct seen *seen = arg;
    struct ledger_event wanted = fixture_event(c, seen->next);
    assert_int_equal(event->seq, seen->next);
    same_event(event, &wanted);
    if (seen->sealed_absent && !str_absent(wanted.subject))
        assert_true(str_absent(event->body));
    else
        assert_true(str_eq(event->body, wanted.body));
    seen->next += seen->step;
    seen->count++;
    *stop = seen->count == 1000;
    return OK;
}

TEST_STORES(ledger_gives_back_what_was_appended)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    fixture_append(c, store, ledger, 1);
    fixture_append(c, store, ledger, 999);
    fixture_append(c, store, ledger, 300);
    struct seen all = {0, 1, 0, false}, shut = {0, 1, 0, true}, back = {1299, -1, 0, false};
    struct seen kind = {1, 2, 0, false}, record = {7, 10, 0, false};
    struct ledger_walk walk = {.limit = INT64_MAX, .seal_key = fixture_who.seal_key};
    MUST(c, ledger_walk(c, store, &walk, see, &all));
    assert_int_equal(all.count, 1000);
    walk.seal_key = NULL;
    walk.limit = 700;
    MUST(c, ledger_walk(c, store, &walk, see, &shut));
    assert_int_equal(shut.count, 700);
    walk = (struct ledger_walk){
        .from = 1299, .limit = 600, .backwards = true, .seal_key = fixture_who.seal_key};
    MUST(c, ledger_walk(c, store, &walk, see, &back));
    assert_int_equal(back.count, 600);
    walk = (struct ledger_walk){
        .limit = 2000, .seal_key = fixture_who.seal_key, .kind = STR("door.opened")};
    MUST(c, ledger_walk(c, store, &walk, see, &kind));
    assert_int_equal(kind.count, 650);
    walk = (struct ledger_walk){
        .limit = 2000, .seal_key = fixture_who.seal_key, .record = STR("door/7")};
    MUST(c, ledger_walk(c, store, &walk, see, &record));
    assert_int_equal(record.count, 130);
    fixture_verify(c, store, 1300);
    ledger_close(ledger);
    store_close(store);
}

static rc count_one(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop)
{
    (void)c, (void)stop;
    int64_t *sum = arg;
    assert_true(str_is(event->record, "door/7") && event->seq % 10 == 7);
    sum[0]++;
    sum[1] += event->seq;
    return OK;
}

/* Blocks with postings and the rest without, in both directions, from everywhere. */
TEST_STORES(ledger_finds_by_kind_and_record_over_many_blocks)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    const int64_t size = 9001;
    for (int64_t more = 0; ledger_size(ledger) < size; more = (more + 331) % 900) {
        int64_t left = size - ledger_size(ledger);
        fixture_append(c, store, ledger, more + 1 < left ? more + 1 : left);
    }
    for (int64_t from = 0; from < size; from += 1237) {
        int64_t up[2] = {0, 0}, down[2] = {0, 0}, both[2] = {0, 0}, wanted[2] = {0, 0};
        struct ledger_walk walk = {.from = from, .limit = INT64_MAX, .record = STR("door/7")};
        MUST(c, ledger_walk(c, store, &walk, count_one, up));
        walk.kind = STR("door.opened");
        MUST(c, ledger_walk(c, store, &walk, count_one, both));
        walk = (struct ledger_walk){
            .from = from - 1, .limit = INT64_MAX, .record = STR("door/7"), .backwards = true};
        MUST(c, ledger_walk(c, store, &walk, count_one, down));
        for (int64_t seq = 7; seq < size; seq += 10) {
            wanted[0]++;
            wanted[1] += seq;
        }
        assert_true(up[0] + down[0] == wanted[0] && up[1] + down[1] == wanted[1]);
        assert_true(both[0] == up[0] && both[1] == up[1]);
    }
    fixture_verify(c, store, size);
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_writes_one_canonical_form)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    fixture_append(c, store, ledger, 2);
    struct str entry;
    MUST(c, ledger_entry(c, store, 1, &entry));
    assert_string_equal(entry.ptr,
                        "{\"seq\":1,\"kind\":\"door.opened\",\"version\":3,"
                        "\"occurred\":\"2023-11-14T22:13:20.000001Z\","
                        "\"received\":\"2023-11-14T22:13:20.500001Z\","
                        "\"actor\":\"officer \\\"\xc3\xa9\\\"\\n\",\"cause\":0,\"label\":\"AMBER\","
                        "\"record\":\"door/1\",\"body\":{\"n\":1,\"text\":\"\\u00e9\"}}");
    MUST_FAIL(c, NOT_FOUND, ledger_entry(c, store, 2, &entry));
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_reads_entries_strictly)
{
    static const char *const wrong[] = {
        "",
        "{}",
        "[]",
        "{\"seq\":0,\"kind\":\"a\",\"version\":1}",
        "{\"kind\":\"a\",\"seq\":0,\"version\":1,\"body\":{}}",
        "{\"seq\":0,\"kind\":\"a\",\"version\":1,\"body\":{},\"more\":1}",
        "{\"seq\":0,\"seq\":0,\"kind\":\"a\",\"version\":1,\"body\":{}}",
        "{\"seq\":0,\"kind\":\"a\",\"version\":1,\"body\":[]}",
        "{\"seq\":-1,\"kind\":\"a\",\"version\":1,\"body\":{}}",
        "{\"seq\":0,\"kind\":\"a\",\"version\":1,\"drill\":false,\"body\":{}}",
        "{\"seq\":0,\"kind\":\"a\",\"version\":1,\"occurred\":\"yesterday\",\"body\":{}}",
        "{\"seq\":0,\"kind\":\"a\",\"version\":1,\"sealed\":\"AAAA\"}",
        "{\"seq\":0,\"kind\":\"a\",\"version\":1,\"body\":{}} ",
    };
    struct store *store = fixture_store(f, false);
    struct ledger_event event;
    for (size_t i = 0; i + 1 < sizeof wrong / sizeof *wrong; i++)
        MUST_FAIL(c, CORRUPT, ledger_decode(c, store, NULL, str_from(wrong[i]), &event));
    MUST(c, ledger_decode(c, store, NULL,
                          STR("{\"seq\":0,\"kind\":\"a\",\"version\":1,\"body\":{}}"), &event));
    store_close(store);
}

TEST_STORES(ledger_refuses_what_could_not_be_read_again)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    char *large = ctx_take(c, 70000, 1);
    memset(large, ' ', 70000);
    large[0] = '{';
    large[69999] = '}';
    struct ledger_event good = {.kind = STR("a"), .version = 1, .cause = -1, .body = STR("{}")};
    struct ledger_event bad[6];
    for (int i = 0; i < 6; i++)
        bad[i] = good;
    bad[0].kind = STR("");
    bad[1].body = STR("[]");
    bad[2].body = STR("{\"a\":}");
    bad[3].body = (struct str){0};
    bad[4].actor = STR("\xff");
    bad[5].body = (struct str){large, 70000};
    for (int i = 0; i < 6; i++) {
        MUST(c, store_begin(c, store, true));
        MUST_FAIL(c, INVALID,
                  i < 5 ? ledger_append(c, ledger, 1, &bad[i], NULL) : (rc){RC_INVALID});
        if (i == 5)
            MUST_FAIL(c, TOO_LARGE, ledger_append(c, ledger, 1, &bad[i], NULL));
        /* Until it is rewound it takes nothing. */
        MUST_FAIL(c, INTERNAL, ledger_append(c, ledger, 1, &good, NULL));
        MUST_FAIL(c, INTERNAL, ledger_sign(c, ledger, clock_now(c)));
        store_rollback(store);
        MUST(c, ledger_rewind(c, ledger));
        fixture_append(c, store, ledger, 1);
    }
    fixture_verify(c, store, 6);
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_returns_after_a_rollback)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    fixture_append(c, store, ledger, 250);
    struct merkle_hash before = ledger_root(ledger), after;
    struct ledger_event events[20];
    for (int i = 0; i < 20; i++)
        events[i] = fixture_event(c, 3 * i);
    MUST(c, store_begin(c, store, true));
    MUST(c, ledger_append(c, ledger, 20, events, NULL));
    MUST(c, ledger_sign(c, ledger, clock_now(c)));
    store_rollback(store);
    MUST(c, ledger_rewind(c, ledger));
    after = ledger_root(ledger);
    assert_true(merkle_hash_eq(&before, &after));
    fixture_append(c, store, ledger, 20);
    fixture_verify(c, store, 270);
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_opens_at_every_size)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    for (int64_t size = 0; size<530; size += size % 256> 250 || size % 256 < 3 ? 1 : 19) {
        struct ledger *again = NULL;
        if (size > ledger_size(ledger))
            fixture_append(c, store, ledger, size - ledger_size(ledger));
        MUST(c, ledger_open(c, store, &fixture_who, &again));
        struct merkle_hash a = ledger_root(ledger), b = ledger_root(again);
        assert_true(ledger_size(again) == size && merkle_hash_eq(&a, &b));
        ledger_close(again);
    }
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_proves_to_a_stranger)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    fixture_append(c, store, ledger, 300);
    struct merkle_hash old_root = ledger_root(ledger), root;
    fixture_append(c, store, ledger, 500);
    root = ledger_root(ledger);
    struct merkle *m = NULL;
    struct ledger_proof proof;
    MUST(c, merkle_open(c, &m));
    MUST(c, ledger_prove_consistency(c, store, 300, 800, &proof));
    assert_true(
        merkle_verify_consistency(m, 300, &old_root, 800, &root, proof.count, proof.hashes));
    for (int64_t seq = 0; seq < 800; seq += 37) {
        struct str entry;
        MUST(c, ledger_entry(c, store, seq, &entry));
        struct merkle_hash leaf = merkle_leaf(m, entry);
        MUST(c, ledger_prove_inclusion(c, store, seq, 800, &proof));
        assert_true(merkle_verify_inclusion(m, &leaf, seq, 800, proof.count, proof.hashes, &root));
        if (seq < 300) {
            MUST(c, ledger_prove_inclusion(c, store, seq, 300, &proof));
            assert_true(
                merkle_verify_inclusion(m, &leaf, seq, 300, proof.count, proof.hashes, &old_root));
        }
    }
    MUST_FAIL(c, INVALID, ledger_prove_inclusion(c, store, 800, 800, &proof));
    MUST_FAIL(c, INVALID, ledger_prove_inclusion(c, store, 0, 801, &proof));
    MUST_FAIL(c, INVALID, ledger_prove_consistency(c, store, 801, 800, &proof));
    merkle_close(m);
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_shows_that_it_was_shortened_since_a_kept_checkpoint)
{
    struct fixture elsewhere;
    fixture_open(&elsewhere, STORE_SQLITE);
    struct store *grown = fixture_store(f, false), *older = fixture_store(&elsewhere, false);
    struct ledger *ledger = fixture_ledger(c, grown), *second = fixture_ledger(c, older);
    struct ledger_report report;
    struct str kept, none = {NULL, 0};
    MUST(c, ledger_checkpoint(c, grown, &kept));
    MUST(c, ledger_verify_since(c, grown, &fixture_who, kept, &report));
    fixture_append(c, grown, ledger, 300);
    fixture_append(c, older, second, 200);
    MUST(c, ledger_checkpoint(c, grown, &kept));
    MUST(c, ledger_verify_since(c, grown, &fixture_who, kept, &report));
    MUST_FAIL(c, CORRUPT, ledger_verify_since(c, older, &fixture_who, kept, &report));
    assert_non_null(strstr(c->fault.message, "shortened"));
    fixture_append(c, grown, ledger, 20);
    MUST(c, ledger_verify_since(c, grown, &fixture_who, kept, &report));
    assert_int_equal(report.events, 320);
    MUST(c, ledger_verify_since(c, older, &fixture_who, none, &report));
    fixture_append(c, older, second, 150); /* sealed anew, so that none is the same */
    MUST_FAIL(c, CORRUPT, ledger_verify_since(c, older, &fixture_who, kept, &report));
    assert_non_null(strstr(c->fault.message, "others than"));
    MUST_FAIL(c, MALFORMED, ledger_verify_since(c, grown, &fixture_who, STR("no note"), &report));
    ledger_close(ledger);
    ledger_close(second);
    store_close(grown);
    store_close(older);
    fixture_close(&elsewhere);
}

TEST_STORES(ledger_gives_a_proof_file_that_stands_alone)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    fixture_append(c, store, ledger, 777);
    struct str file, entry, verifier_key;
    struct proof_file proof;
    struct note_key key;
    struct checkpoint cp;
    struct merkle *m = NULL;
    MUST(c, merkle_open(c, &m));
    MUST(c, ledger_proof_file(c, store, 555, &file));
    MUST(c, ledger_entry(c, store, 555, &entry));
    MUST(c, ledger_verifier_key(c, &fixture_who, &verifier_key));
    MUST(c, proof_file_parse(c, file, &proof));
    MUST(c, note_key_parse(c, m, verifier_key, &key));
    MUST(c, checkpoint_open(c, proof.note, &key, &cp));
    struct merkle_hash leaf = merkle_leaf(m, entry);
    assert_true(proof.index == 555 && cp.size == 777);
    assert_true(
        merkle_verify_inclusion(m, &leaf, 555, 777, proof.path.count, proof.path.hashes, &cp.root));
    MUST_FAIL(c, NOT_FOUND, ledger_proof_file(c, store, 777, &file));
    merkle_close(m);
    ledger_close(ledger);
    store_close(store);
}

/* What lies beside the ledger opens under its subject's key, in its own place, and then no more. */
TEST_STORES(ledger_seals_what_lies_beside_it)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    const unsigned char *key = fixture_who.seal_key;
    struct str boxed, plain, other, s1 = STR("room/r1"), s2 = STR("room/r2"), name = STR("file");
    MUST(c, store_begin(c, store, true));
    MUST(c, ledger_seal(c, ledger, s1, name, STR("bytes"), &boxed));
    MUST(c, ledger_seal(c, ledger, s2, name, STR("bytes"), &other));
    MUST(c, store_commit(c, store));
    MUST(c, ledger_unseal(c, store, key, s1, name, boxed, &plain));
    assert_true(str_is(plain, "bytes"));
    MUST_FAIL(c, CORRUPT, ledger_unseal(c, store, key, s1, STR("elsewhere"), boxed, &plain));
    MUST_FAIL(c, CORRUPT, ledger_unseal(c, store, key, s1, name, other, &plain));
    MUST_FAIL(c, CORRUPT, ledger_unseal(c, store, key, s1, name, STR("short"), &plain));
    MUST(c, store_begin(c, store, true));
    MUST(c, ledger_erase(c, ledger, s1));
    MUST(c, store_commit(c, store));
    MUST_FAIL(c, NOT_FOUND, ledger_unseal(c, store, key, s1, name, boxed, &plain));
    MUST(c, ledger_unseal(c, store, key, s2, name, other, &plain));
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_erases_a_person_and_still_verifies)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    fixture_append(c, store, ledger, 100);
    struct str entry;
    struct ledger_event event;
    struct ledger_report report;
    MUST(c, ledger_entry(c, store, 9, &entry));
    assert_true(str_find(entry, STR("\"n\":9")) == SIZE_MAX);
    MUST(c, ledger_decode(c, store, fixture_who.seal_key, entry, &event));
    assert_true(str_starts(event.body, "{\"n\":9"));
    MUST(c, store_begin(c, store, true));
    MUST(c, ledger_erase(c, ledger, STR("person-1")));
    MUST(c, store_commit(c, store));
    MUST(c, ledger_decode(c, store, fixture_who.seal_key, entry, &event));
    assert_true(str_absent(event.body) && str_is(event.subject, "person-1"));
    MUST(c, ledger_verify(c, store, &fixture_who, &report));
    assert_true(report.sealed == 34 && report.erased == 8);
    MUST(c, store_begin(c, store, true));
    MUST_FAIL(c, NOT_FOUND, ledger_erase(c, ledger, STR("person-1")));
    store_rollback(store);
    /* The same subject again: a new key, which does not open what was erased. */
    fixture_append(c, store, ledger, 50);
    MUST(c, ledger_decode(c, store, fixture_who.seal_key, entry, &event));
    assert_true(str_absent(event.body));
    MUST(c, ledger_entry(c, store, 105, &entry));
    MUST(c, ledger_decode(c, store, fixture_who.seal_key, entry, &event));
    assert_true(str_starts(event.body, "{\"n\":105"));
    MUST(c, ledger_verify(c, store, &fixture_who, &report));
    assert_int_equal(report.erased, 8);
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_binds_a_sealed_body_to_its_place)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    fixture_append(c, store, ledger, 30);
    struct str entry, moved;
    struct ledger_event event;
    MUST(c, ledger_entry(c, store, 21, &entry));
    MUST(c, str_format(c, &moved, "{\"seq\":11%.*s", STR_ARG(str_sub(entry, 9, entry.len))));
    MUST_FAIL(c, CORRUPT, ledger_decode(c, store, fixture_who.seal_key, moved, &event));
    static const unsigned char other[32] = {9};
    MUST_FAIL(c, CORRUPT, ledger_decode(c, store, other, entry, &event));
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_is_written_by_nobody_else)
{
    static const char *const attempts[] = {
        "INSERT INTO ledger_meta (name, value) VALUES ('a', 'b')",
        "INSERT INTO ledger_events (seq, kind, entry) VALUES (10, 'a', 'b')",
        "UPDATE ledger_events SET kind = 'x'",
        "DELETE FROM ledger_events",
        "UPDATE ledger_checkpoints SET size = 1",
        "DELETE FROM ledger_checkpoints",
        "DELETE FROM ledger_tiles",
        "DELETE FROM ledger_index",
        "UPDATE ledger_subjects SET since = 0",
        "DELETE FROM ledger_subjects",
        "DELETE FROM ledger_meta",
    };
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    fixture_append(c, store, ledger, 300);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        MUST(c, store_begin(c, store, true));
        MUST_FAIL(c, FORBIDDEN, store_run(c, store, str_from(attempts[i]), 0, NULL, NULL));
        store_rollback(store);
    }
    /* Not even by the ledger, but for what it does. */
    for (size_t i = 2; i < 9; i++) {
        MUST(c, store_begin(c, store, true));
        store_ledger_unlock(store);
        MUST_FAIL(c, FORBIDDEN, store_run(c, store, str_from(attempts[i]), 0, NULL, NULL));
        store_ledger_lock(store);
        store_rollback(store);
    }
    fixture_verify(c, store, 300);
    ledger_close(ledger);
    store_close(store);
}

TEST_STORES(ledger_knows_whose_it_is)
{
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = NULL;
    struct ledger_options other = fixture_who;
    MUST_FAIL(c, CORRUPT, ledger_open(c, store, &fixture_who, &ledger));
    assert_non_null(strstr(c->fault.message, "no ledger"));
    ledger_close(fixture_ledger(c, store));
    other.origin = STR("chancery/01JOTHER");
    MUST_FAIL(c, CORRUPT, ledger_open(c, store, &other, &ledger));
    assert_non_null(strstr(c->fault.message, "not of 'chancery/01JOTHER'"));
    other = fixture_who;
    other.sign_seed = fixture_who.seal_key;
    MUST_FAIL(c, CORRUPT, ledger_open(c, store, &other, &ledger));
    assert_non_null(strstr(c->fault.message, "another signing key"));
    store_close(store);
}

/* ---- damage that got past the database's own guards ------------------------------------------ */

/* Change a table of the ledger with its triggers away, as somebody with the key could. */
static void tamper(struct fixture *f, const char *sql)
{
    struct ctx *c = &f->ctx;
    struct store *store = fixture_store(f, false);
    bool sqlite = f->options.kind == STORE_SQLITE;
    if (sqlite) {
        store_ledger_unlock(store);
        MUST(c, store_begin(c, store, true));
    } else {
        MUST(c, store_script(c, store, STR("SET session_replication_role = replica")));
    }
    MUST(c, store_script(c, store, str_from(sql)));
    if (sqlite)
        MUST(c, store_commit(c, store));
    store_close(store);
}

TEST(ledger_names_each_damage_on_postgres)
{
    static const struct {
        const char *sql, *named;
        bool opens; /* the tail is whole: only verifying everything finds it */
    } cases[] = {
        {"UPDATE ledger_events SET entry = overlay(entry placing 'x' from 9) WHERE seq = 299",
         "entries 256 to 299", false},
        {"UPDATE ledger_events SET entry = overlay(entry placing '9' from 30) WHERE seq = 10",
         "entry 10", true},
        {"UPDATE ledger_events SET record = 'door/77' WHERE seq = 20", "entry 20", true},
        {"UPDATE ledger_events SET kind = 'nothing' WHERE seq = 20", "entry 20", true},
        {"DELETE FROM ledger_events WHERE seq = 20", "entry 20 is missing", true},
        {"DELETE FROM ledger_events WHERE seq > 280", "281 to 299 are missing", false},
        {"INSERT INTO ledger_events VALUES (300, 'a', NULL, 'b')", "entry 300", false},
        {"DELETE FROM ledger_tiles", "tile 0 of level 0", false},
        {"UPDATE ledger_tiles SET hashes = overlay(hashes placing 'x' from 9)", "tile 0 of level 0",
         true},
        {"UPDATE ledger_tiles SET root = overlay(root placing 'x' from 9)", "256 to 299", false},
        {"INSERT INTO ledger_tiles VALUES (1, 'a', 'b')", "2 tiles where 1", true},
        {"DELETE FROM ledger_checkpoints", "no checkpoint", false},
        {"DELETE FROM ledger_checkpoints WHERE size = 300", "behind the last checkpoint", false},
        {"UPDATE ledger_checkpoints SET size = 301 WHERE size = 300", "checkpoint of size 301",
         false},
        {"UPDATE ledger_checkpoints SET root = overlay(root placing 'x' from 9) WHERE size = 300",
         "checkpoint of size 300", false},
        {"UPDATE ledger_checkpoints SET root = overlay(root placing 'x' from 9) WHERE size = 100",
         "checkpoint of size 100", true},
        {"UPDATE ledger_meta SET value = 'x'", "verifier key", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        fixture_open(&f, STORE_POSTGRES);
        struct ctx *c = &f.ctx;
        struct store *store = fixture_store(&f, false);
        struct ledger *ledger = fixture_ledger(c, store);
        struct ledger_report report;
        fixture_append(c, store, ledger, 100);
        fixture_append(c, store, ledger, 200);
        ledger_close(ledger);
        store_close(store);
        tamper(&f, cases[i].sql);
        store = fixture_store(&f, false);
        rc opened = ledger_open(c, store, &fixture_who, &ledger);
        if (cases[i].opens)
            ledger_close(ledger);
        if (rc_ok(opened) != cases[i].opens ||
            (!cases[i].opens && !strstr(c->fault.message, cases[i].named)))
            fail_msg("%s: %s", cases[i].sql, rc_ok(opened) ? "opened" : c->fault.message);
        MUST_FAIL(c, CORRUPT, ledger_verify(c, store, &fixture_who, &report));
        if (cases[i].opens && !strstr(c->fault.message, cases[i].named))
            fail_msg("%s: %s", cases[i].sql, c->fault.message);
        store_close(store);
        fixture_close(&f);
    }
}

TEST(ledger_notices_a_second_writer_on_sqlite)
{
    struct fixture f;
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    struct store *store = fixture_store(&f, false), *other = fixture_store(&f, false);
    struct ledger *ledger = fixture_ledger(c, store), *second = NULL;
    MUST(c, ledger_open(c, other, &fixture_who, &second));
    fixture_append(c, other, second, 3);
    struct ledger_event event = fixture_event(c, 0);
    MUST(c, store_begin(c, store, true));
    MUST(c, ledger_append(c, ledger, 1, &event, NULL));
    MUST_FAIL(c, CONFLICT, ledger_sign(c, ledger, clock_now(c)));
    MUST_FAIL(c, INTERNAL, ledger_append(c, ledger, 1, &event, NULL));
    store_rollback(store);
    MUST(c, ledger_rewind(c, ledger));
    fixture_append(c, store, ledger, 3);
    fixture_append(c, other, second, 0);
    MUST(c, ledger_refresh(c, second));
    fixture_append(c, other, second, 3);
    fixture_verify(c, store, 9);
    ledger_close(ledger);
    ledger_close(second);
    store_close(store);
    store_close(other);
    fixture_close(&f);
}
