/* What the catalog finds, and what it refuses to put together. */
#include "assembly/catalog_make.h"
#include "assembly/core_module.h"

#include "support/sample.h"

static void refused(const struct module *module, const char *why)
{
    struct ctx c = {.arena = arena_open(4 << 20), .clock = &clock_system};
    const struct module *modules[] = {&core_module, module};
    struct catalog *catalog = NULL;
    rc opened = catalog_open(&c, 2, modules, &catalog);
    assert_int_equal(opened.code, RC_INTERNAL);
    if (!strstr(c.fault.message, why))
        fail_msg("\"%s\" does not say \"%s\"", c.fault.message, why);
    arena_close(c.arena);
}

static rc never(struct ctx *c, struct picture *picture, const struct event *event,
                struct outcome *outcome)
{
    (void)picture, (void)event, (void)outcome;
    FAIL(c, INTERNAL, "not to be called");
}

static rc never_folded(struct ctx *c, struct picture *picture, const struct event *event)
{
    (void)picture, (void)event;
    FAIL(c, INTERNAL, "not to be called");
}

static const struct permission permissions[] = {{"gate.read", ""}, {"gate.write", ""}, {0}};

TEST(catalog_finds_everything_by_name)
{
    struct ctx c = {.arena = arena_open(4 << 20), .clock = &clock_system};
    struct catalog *catalog = NULL;
    assert_true(rc_ok(catalog_open(&c, 2, sample_modules, &catalog)));
    for (size_t i = 0; i < catalog_event_count(catalog); i++) {
        const struct event_kind *kind = catalog_event_at(catalog, i);
        assert_ptr_equal(catalog_event(catalog, str_from(kind->name)), kind);
    }
    assert_null(catalog_event(catalog, STR("")));
    assert_null(catalog_event(catalog, STR("zzz.zzz")));
    assert_null(catalog_event(catalog, (struct str){NULL, 0}));
    const struct record *gate = catalog_record(catalog, STR("gate"));
    assert_ptr_equal(gate->shape, &gate_shape);
    assert_null(catalog_record(catalog, STR("gat")));
    const struct decision *change = catalog_decision(catalog, STR("gate.change"));
    assert_ptr_equal(catalog_record_decision(catalog, gate, RECORD_CHANGE), change);
    const struct fold *const *folds = NULL;
    const struct event_kind *added = catalog_record_event(catalog, gate, RECORD_ADD);
    assert_int_equal(catalog_folds(catalog, added, &folds), 1);
    assert_ptr_equal(folds[0]->kind, added);
    assert_int_equal(catalog_folds(catalog, catalog_event(catalog, STR("gate.opened")), &folds), 0);
    catalog_close(catalog);
    arena_close(c.arena);
}

TEST(catalog_refuses_what_does_not_fit)
{
    EVENT_KIND(open, "keeper.seen", keeper, "gate.read", "");
    struct shape bare = gate_shape, unique = gate_shape;
    struct shape_field fields[2];
    struct record keeper = RECORD(keeper, "keepers", "gate.read", "gate.write", .personal = true);
    struct record record[] = {RECORD(gate, "gates", "gate.read", "gate.write"), keeper, {0}};
    struct record twice[] = {record[0], keeper, record[0], {0}};
    struct module module = {.name = "m", .permissions = permissions, .records = record};
    bare.fields++;
    bare.count--;
    record[0].shape = &bare;
    refused(&module, "RECORD_FIELDS");
    memcpy(fields, gate_shape.fields, sizeof fields);
    fields[1].flags |= UNIQUE;
    unique.fields = fields;
    unique.count = 2;
    record[0].shape = &unique;
    refused(&module, "UNIQUE");
    struct shape lost = gate_shut_shape;
    struct shape_field reference = {
        .kind = SHAPE_REF, .name = "by", .target = "persn", .help = "who shuts it"};
    struct decision shut[] = {{.name = "gate.shut", .permission = "gate.write", .input = &lost},
                              {0}};
    lost.fields = &reference;
    lost.count = 1;
    record[0] = twice[0];
    module.decisions = shut;
    refused(&module, "gate_shut.by refers to persn");
    module.decisions = NULL;
    record[0] = twice[0];
    record[0].subject = "name";
    refused(&module, "subject");
    record[0] = twice[0];
    record[0].write = "gate.burn";
    refused(&module, "permission");
    module.records = twice;
    refused(&module, "named gate");
    module.records = NULL;
    module.events = (const struct event_kind *const[]){&open_kind, NULL};
    refused(&module, "personal");
    module.events = NULL;
    module.reactions = (const struct reaction[]){{NULL, never, "nothing.happened"}, {0}};
    refused(&module, "a reaction to nothing.happened");
    module.reactions = NULL;
    module.folds_on = (const struct fold_on[]){{"nothing.happened", never_folded}, {0}};
    refused(&module, "a fold of nothing.happened");
    module.folds_on = (const struct fold_on[]){{NULL, never_folded}, {0}};
    refused(&module, "a fold of nothing,");
}
