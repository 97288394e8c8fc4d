/* The picture can always be had again: from an older program's events, after an erasure, under
 * another version, after anything. */
#include "support/sample.h"

#include "core/writer.h"
#include "shape/shape_random.h"
#include "support/scene_property.h"

#include <inttypes.h>

TEST(what_core_is_made_of_keeps_its_promises)
{
    scene_property_test(1, sample_modules);
    scene_property_test(2, sample_modules);
}

/* ---- erasure
 * --------------------------------------------------------------------------------------------- */

#define KEEPER(id, name) "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" name "\"}"
#define SHIFT(id, keeper, remark)                                                               \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"keeper\":\"" keeper "\",\"remark\":\"" remark \
    "\"}"

TEST_SCENES(erasure_leaves_nothing_and_the_record_stands, sample_modules)
{
    struct ledger_report report;
    scene_do(s, "keeper.add", NULL, KEEPER("k1", "Ada"));
    scene_do(s, "keeper.add", NULL, KEEPER("k2", "Ben"));
    scene_do(s, "shift.add", NULL, SHIFT("s1", "k1", "late"));
    scene_do(s, "shift.add", NULL, SHIFT("s2", "k2", "early"));
    scene_do(s, "shift.retire", "s1", "{\"why\":\"done\"}");
    scene_refused(s, "shift.change", "s2", SHIFT("s2", "k1", "early"), RC_INVALID, "/keeper");
    scene_do(s, "keeper.erase", "k1", NULL);
    assert_null(scene_get(s, &keeper_shape, "k1"));
    assert_null(scene_get(s, &shift_shape, "s1"));
    assert_non_null(scene_get(s, &shift_shape, "s2"));
    assert_true(str_absent(sample_event(s, 0).body));
    assert_true(str_absent(sample_event(s, 2).body));
    assert_true(str_absent(sample_event(s, 4).body));
    assert_false(str_absent(sample_event(s, 3).body));
    scene_rebuild_is_equal(s);
    assert_null(scene_get(s, &keeper_shape, "k1"));
    rc verified =
        ledger_verify(&s->c, picture_store(s->reader.picture), &s->options.ledger, &report);
    assert_true(rc_ok(verified));
    assert_int_equal(report.events, 6);
    scene_refused(s, "keeper.erase", "k1", NULL, RC_NOT_FOUND, "");
    assert_int_equal(core_size(s->core), 6);
    scene_do(s, "keeper.add", NULL, KEEPER("k1", "Another"));
    scene_rebuild_is_equal(s);
    assert_non_null(scene_get(s, &keeper_shape, "k1"));
}

/* ---- any history
 * ----------------------------------------------------------------------------------------- */

enum { STEPS = 120, IDS = 6 };

struct history {
    struct scene *s;
    uint64_t seed;
    int64_t done;
};

static void try_one(struct history *h, const char *name, struct str target, const void *input)
{
    struct command command = {
        .decision = catalog_decision(h->s->catalog, str_from(name)),
        .input = input,
        .target = target,
        .actor = actor_system,
        .cause = -1,
        .expect_seq = -1,
        .drill = shape_random_i64(&h->seed, 0, 4) == 0,
    };
    if (rc_ok(core_call(&h->s->c, h->s->core, &command)))
        h->done++;
    else /* refusals are welcome, failures are not */
        assert_int_equal(command.result.code == RC_CONFLICT || command.result.code == RC_INVALID ||
                             command.result.code == RC_NOT_FOUND,
                         true);
}

static struct str some_id(struct history *h)
{
    static const char *const ids[IDS] = {"A", "a", "b-1", "c_c", "0", "zz"};
    return str_from(ids[shape_random_i64(&h->seed, 0, IDS - 1)]);
}

static void try_gate(struct history *h)
{
    static const char *const verbs[] = {"gate.add", "gate.add", "gate.change", "gate.retire"};
    struct gate *gate = ctx_take(&h->s->c, 1, sizeof *gate);
    const char *verb = verbs[shape_random_i64(&h->seed, 0, 3)];
    rc made = shape_random(&h->s->c, &gate_shape, &h->seed, gate);
    assert_true(rc_ok(made));
    gate->id = some_id(h);
    gate->keepers.count = 0;
    gate->lock.holder = (struct str){NULL, 0};
    for (size_t i = 0; i < gate->spares.count; i++)
        gate->spares.items[i].holder = (struct str){NULL, 0};
    gate->within = shape_random_i64(&h->seed, 0, 1) ? some_id(h) : (struct str){NULL, 0};
    try_one(h, verb, gate->id, str_is(str_from(verb), "gate.retire") ? NULL : (void *)gate);
}

static void try_keeper(struct history *h)
{
    struct keeper *keeper = ctx_take(&h->s->c, 1, sizeof *keeper);
    struct shift *shift = ctx_take(&h->s->c, 1, sizeof *shift);
    assert_true(rc_ok(shape_random(&h->s->c, &keeper_shape, &h->seed, keeper)));
    assert_true(rc_ok(shape_random(&h->s->c, &shift_shape, &h->seed, shift)));
    keeper->id = some_id(h);
    shift->id = some_id(h);
    shift->keeper = some_id(h);
    switch (shape_random_i64(&h->seed, 0, 5)) {
    case 0:
        return try_one(h, "keeper.add", keeper->id, keeper);
    case 1:
        return try_one(h, "keeper.change", keeper->id, keeper);
    case 2:
        return try_one(h, "keeper.erase", keeper->id, NULL);
    case 3:
        return try_one(h, "shift.add", shift->id, shift);
    case 4:
        return try_one(h, "shift.change", shift->id, shift);
    default:
        return try_one(h, "shift.retire", shift->id, NULL);
    }
}

static void try_rest(struct history *h)
{
    static const char *const whys[] = {"night", "never", "rain"};
    struct gate_open open = {.label = {TLP_AMBER, {NULL, 0}},
                             .until = {h->s->clock.us + shape_random_i64(&h->seed, 0, 5) * 1000000},
                             .why = str_from(whys[shape_random_i64(&h->seed, 0, 2)])};
    struct bell_ring ring = {{TLP_GREEN, {NULL, 0}}, shape_random_i64(&h->seed, 0, 5)};
    switch (shape_random_i64(&h->seed, 0, 3)) {
    case 0:
        return try_one(h, "bell.ring", some_id(h), &ring);
    case 1:
        return try_one(h, "gate.open", some_id(h), &open);
    case 2:
        return try_one(h, "gate.guard", some_id(h), NULL);
    default:
        clock_manual_advance_us(&h->s->clock, 1000000);
        core_step(h->s->core);
    }
}

TEST_SCENES(any_history_folds_to_the_same_picture, sample_modules)
{
    struct ledger_report report;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct history h = {s, seed, 0};
        for (int i = 0; i < STEPS; i++) {
            struct arena_mark mark = arena_mark(s->c.arena);
            int64_t way = shape_random_i64(&h.seed, 0, 2);
            (way == 0 ? try_gate : way == 1 ? try_keeper : try_rest)(&h);
            arena_return(s->c.arena, mark);
        }
        assert_true(h.done > STEPS / 4);
        scene_rebuild_is_equal(s);
    }
    rc verified =
        ledger_verify(&s->c, picture_store(s->reader.picture), &s->options.ledger, &report);
    assert_true(rc_ok(verified));
}

/* ---- other versions
 * -------------------------------------------------------------------------------------- */

static void close_all(struct scene *s)
{
    core_reader_close(&s->reader);
    core_close(s->core);
    s->core = NULL;
}

/* As an older Chancery would have written it, without a picture. */
static void append_as_written(struct scene *s, const char *kind, int64_t version, const char *body)
{
    struct store *store = NULL;
    struct ledger *ledger = NULL;
    struct ledger_event event = {.kind = str_from(kind),
                                 .version = version,
                                 .occurred = {1700000000000000},
                                 .received = {1700000000000000},
                                 .actor = STR("system"),
                                 .cause = -1,
                                 .label = STR("TLP:GREEN"),
                                 .record = STR("bell/b"),
                                 .body = str_from(body)};
    rc result = store_open(&s->c, &s->options.store, &store);
    if (rc_ok(result))
        result = ledger_open(&s->c, store, &s->options.ledger, &ledger);
    if (rc_ok(result))
        result = store_begin(&s->c, store, true);
    if (rc_ok(result))
        result = ledger_append(&s->c, ledger, 1, &event, NULL);
    if (rc_ok(result))
        result = ledger_sign(&s->c, ledger, clock_now(&s->c));
    if (rc_ok(result))
        result = store_commit(&s->c, store);
    if (!rc_ok(result))
        fail_msg("%s", s->c.fault.message);
    ledger_close(ledger);
    store_close(store);
}

TEST_SCENES(events_of_an_older_version_are_folded, sample_modules)
{
    scene_do(s, "bell.ring", "b", RING("1"));
    close_all(s);
    append_as_written(s, "bell.rung", 1, "{\"bell\":\"b\"}");
    scene_restart_with(s, 2, sample_modules);
    assert_string_equal(scene_get(s, &bell_shape, "b"), "{\"id\":\"b\",\"times\":2}");
    scene_rebuild_is_equal(s);
}

TEST_SCENES(events_of_a_newer_program_are_not_guessed_at, sample_modules)
{
    struct core *core = NULL;
    scene_do(s, "bell.ring", "b", RING("1"));
    close_all(s);
    append_as_written(s, "bell.stolen", 1, "{\"bell\":\"b\"}");
    assert_int_equal(core_open(&s->c, &s->options, &core).code, RC_CORRUPT);
    assert_non_null(strstr(s->c.fault.message, "bell.stolen"));
}

/* The same modules, as they were before the gate got its last column and the pass its colour. */
TEST_SCENES(another_version_folds_its_own_picture, sample_modules)
{
    struct shape old_gate = gate_shape, old_pass = pass_shape;
    struct record records[] = {sample_module.records[0], {0}};
    struct table tables[] = {{&old_pass, TABLE_VAULT}, {0}};
    struct module old_module = {.name = "sample",
                                .help = "as it was",
                                .records = records,
                                .tables = tables,
                                .permissions = sample_module.permissions};
    const struct module *old_modules[] = {&core_module, &old_module};
    old_gate.count = 6; /* without what is INDEXED since */
    old_pass.count = 2;
    records[0].shape = &old_gate;
    close_all(s);
    scene_restart_with(s, 2, old_modules);
    scene_do(s, "gate.add", NULL, GATE("g1", "North", ",\"street\":\"elm\""));
    struct pass pass = {STR("g1"), STR("hash"), {NULL, 0}}, found = {0};
    assert_true(rc_ok(picture_put(&s->c, s->core->picture, &old_pass, &pass, NULL)));
    scene_restart_with(s, 2, sample_modules);
    assert_string_equal(scene_get(s, &gate_shape, "g1"),
                        "{\"id\":\"g1\",\"label\":\"TLP:GREEN\",\"name\":\"North\",\"street\":"
                        "\"elm\",\"rank\":0,\"manned\":false}");
    assert_true(rc_ok(picture_get(&s->c, s->reader.picture, &pass_shape, STR("g1"), NULL, &found)));
    assert_true(str_is(found.hash, "hash")); /* a vault keeps its rows and gets the column */
    assert_true(str_absent(found.colour));
    scene_do(s, "pass.give", NULL, "{\"id\":\"g2\",\"hash\":\"h\",\"colour\":\"red\"}");
    scene_do(s, "pass.take", "g1", NULL);
    assert_null(scene_get(s, &pass_shape, "g1"));
    scene_rebuild_is_equal(s);
    assert_non_null(scene_get(s, &pass_shape, "g2")); /* and a rebuild leaves it alone */
}
