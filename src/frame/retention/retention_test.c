/* Records whose time is over go, with their keys and files; holds and references stop that; the
 * mission's own numbers count; and a picture folded anew afterwards is the same. */
#include "assembly/core_module.h"
#include "frame/retention/retention_own.h"

#include "assembly/catalog_make.h"
#include "core/system.h"

#include "frame/attachment/attachment.h"
#include "frame/rhythm/rhythm.h"
#include "support/edge_scene.h"
#include "support/ground.h"
#include "support/shape_property.h"

/* As if the next turn of the erasure of "unlucky" had failed too often and been given up. */
static rc give_up(struct ctx *c, struct picture *, const struct event *event,
                  struct outcome *outcome)
{
    const struct subject_erased *erased = event->body;
    if (!str_is(erased->subject, "unlucky"))
        return OK;
    return outcome_clear_deadline(c, outcome, &retention_decisions[RETENTION_PERSON],
                                  erased->subject);
}

static const struct module fault_module = {
    .name = "fault",
    .help = "For tests",
    .reactions =
        (const struct reaction[]){
            {.kind = &subject_erased_kind, .react = give_up},
            {0},
        },
};

static const struct module *const modules[] = {
    &core_module,       &edge_module,      &ground_module, &rhythm_module,
    &attachment_module, &retention_module, &fault_module};

/* The scene's clock begins at 2026-11-22T03:00:00Z. */
static void visit(struct scene *s, const char *id, const char *person, const char *left)
{
    struct str json;
    assert_true(rc_ok(str_format(&s->c, &json,
                                 "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"person\":\"%s\","
                                 "\"purpose\":\"passport of %s\"%s%s%s}",
                                 id, person, id, left ? ",\"left\":\"" : "", left ? left : "",
                                 left ? "\"" : "")));
    scene_do(s, "visit.add", NULL, json.ptr);
}

static void make_visits(struct scene *s)
{
    scene_do(s, "person.add", NULL, "{\"id\":\"p1\",\"label\":\"TLP:GREEN\",\"name\":\"Amina\"}");
    scene_do(s, "person.add", NULL, "{\"id\":\"p2\",\"label\":\"TLP:GREEN\",\"name\":\"Bo\"}");
    visit(s, "old", "p1", "2026-10-20T09:00:00Z");
    visit(s, "new", "p1", "2026-11-20T09:00:00Z");
    visit(s, "here", "p1", NULL);
    visit(s, "other", "p2", "2026-10-21T09:00:00Z");
}

static void attach_until(struct scene *s, const char *to, const char *bytes, struct wall expires)
{
    struct attachment_given *given = ctx_take(&s->c, 1, sizeof *given);
    assert_true(rc_ok(attachment_seal(&s->c, STR("scan.txt"), str_from(bytes), given)));
    given->expires = expires;
    if (!rc_ok(core_command(&s->c, s->core, "attachment.add", &actor_system, str_from(to), given)))
        fail_msg("%s", s->c.fault.message);
}

static void attach(struct scene *s, const char *to, const char *bytes)
{
    attach_until(s, to, bytes, (struct wall){0});
}

static bool there(struct scene *s, const char *id)
{
    return scene_get(s, &visit_shape, id) != NULL;
}

struct reading_all {
    int64_t open, shut;
};

static rc look(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop)
{
    struct reading_all *all = arg;
    (void)c, (void)stop;
    ++*(str_absent(event->body) ? &all->shut : &all->open);
    return OK;
}

/* How many events of a record can be read still, and how many not. */
static struct reading_all events_of(struct scene *s, const char *record)
{
    struct reading_all all = {0};
    struct ledger_walk walk = {
        .limit = INT64_MAX, .record = str_from(record), .seal_key = s->options.ledger.seal_key};
    assert_true(rc_ok(ledger_walk(&s->c, s->reader.store, &walk, look, &all)));
    return all;
}

static int64_t count(struct scene *s, const char *kind)
{
    struct reading_all all = {0};
    struct ledger_walk walk = {.limit = INT64_MAX, .kind = str_from(kind)};
    assert_true(rc_ok(ledger_walk(&s->c, s->reader.store, &walk, look, &all)));
    return all.open + all.shut;
}

static void run(struct scene *s)
{
    scene_do(s, "retention.run", NULL, "{}");
    while (core_step(s->core))
        continue;
}

TEST(retention_shapes_keep_what_they_are_given)
{
    shape_property_test(&retention_shape);
    shape_property_test(&hold_shape);
    shape_property_test(&retention_passed_shape);
    shape_property_test(&record_erased_shape);
    shape_property_test(&retention_due_shape);
    shape_property_test(&retention_rule_shape);
}

TEST_SCENES(a_record_whose_time_is_over_can_no_longer_be_read, modules)
{
    struct attachment a;
    make_visits(s);
    attach(s, "visit/old", "the scan");
    attach(s, "visit/new", "another scan");
    run(s);
    assert_false(there(s, "old"));
    assert_false(there(s, "other"));
    assert_true(there(s, "new"));
    assert_true(there(s, "here"));
    struct reading_all old = events_of(s, "visit/old"), kept = events_of(s, "visit/new");
    assert_int_equal(old.shut, 2); /* added, attached */
    assert_int_equal(old.open, 1); /* erased: by its id only */
    assert_int_equal(kept.shut, 0);
    assert_int_equal(count(s, "retention.passed"), 1);
    rc found =
        picture_find(&s->c, s->reader.picture, &attachment_shape, "of", STR("visit/old"), NULL, &a);
    assert_int_equal(found.code, RC_NOT_FOUND);
    assert_int_equal(events_of(s, "person/p1").shut, 0); /* the person stays */
    scene_rebuild_is_equal(s);
    assert_true(there(s, "new"));
    scene_refused(s, "retention.run", NULL, "{\"kind\":\"visit\",\"after\":\"nonsense\"}",
                  RC_INVALID, "");
}

TEST_SCENES(retention_runs_each_night_by_itself, modules)
{
    make_visits(s);
    scene_do(s, "rhythm.arm", NULL, "{}");
    clock_manual_set(&s->clock, (struct wall){s->clock.us + DAY_US / 48}); /* 03:30 */
    core_settle(s->core);
    assert_false(there(s, "old"));
    clock_manual_set(&s->clock, (struct wall){s->clock.us + 30 * DAY_US});
    scene_restart(s);
    core_settle(s->core);
    assert_false(there(s, "new"));
    assert_true(there(s, "here")); /* they never left */
    scene_rebuild_is_equal(s);
}

TEST_SCENES(the_mission_keeps_records_longer_or_shorter, modules)
{
    make_visits(s);
    scene_do(s, "retention.add", NULL,
             "{\"id\":\"r\",\"label\":\"TLP:GREEN\",\"kind\":\"visit\",\"days\":60,"
             "\"why\":\"a law\"}");
    run(s);
    assert_true(there(s, "old"));
    scene_do(s, "retention.change", "r",
             "{\"id\":\"r\",\"label\":\"TLP:GREEN\",\"kind\":\"visit\",\"days\":1,"
             "\"why\":\"another law\"}");
    run(s);
    assert_false(there(s, "old"));
    assert_false(there(s, "new"));
    scene_refused(s, "retention.add", NULL,
                  "{\"id\":\"q\",\"label\":\"TLP:GREEN\",\"kind\":\"badge\",\"days\":60,"
                  "\"why\":\"a law\"}",
                  RC_INVALID, "/kind");
    scene_refused(s, "retention.add", NULL,
                  "{\"id\":\"q\",\"label\":\"TLP:GREEN\",\"kind\":\"visit\",\"days\":0,"
                  "\"why\":\"a law\"}",
                  RC_INVALID, "/days");
    scene_rebuild_is_equal(s);
}

#define HOLD(id, on) \
    "{\"id\":\"" id "\",\"label\":\"TLP:RED\",\"on\":\"" on "\",\"why\":\"court order 12\"}"

TEST_SCENES(a_hold_stops_the_removal_and_the_erasure, modules)
{
    static const char *const holds[] = {HOLD("h", "visit"), HOLD("h", "visit/old"),
                                        HOLD("h", "person/p1")};
    make_visits(s);
    scene_do(s, "hold.add", NULL, holds[0]);
    for (size_t i = 0; i < 3; i++) {
        scene_do(s, "hold.change", "h", holds[i]);
        run(s);
        assert_true(there(s, "old"));
        scene_refused(s, "record.erase", "visit/old", "{\"why\":\"asked for\"}", RC_CONFLICT, "");
        struct command erase;
        scene_do_as(s, &actor_system, "person.erase", "p1", "{}", &erase);
        assert_int_equal(erase.result.code, RC_CONFLICT);
        assert_int_equal(events_of(s, "person/p1").shut, 0);
    }
    assert_false(there(s, "other")); /* was held by the first only */
    scene_refused(s, "hold.add", NULL, HOLD("h2", "nothing"), RC_INVALID, "/on");
    scene_refused(s, "hold.add", NULL, HOLD("h2", "visit/"), RC_INVALID, "/on");
    scene_do(s, "hold.retire", "h", "{\"why\":\"lifted\"}");
    run(s);
    assert_false(there(s, "old"));
    scene_rebuild_is_equal(s);
}

static struct attachment file_of(struct scene *s, const char *record)
{
    struct attachment a = {0};
    if (!rc_ok(picture_find(&s->c, s->reader.picture, &attachment_shape, "of", str_from(record),
                            NULL, &a)))
        fail_msg("%s", s->c.fault.message);
    return a;
}

TEST_SCENES(a_hold_keeps_the_files_too, modules)
{
    const struct wall soon = {s->clock.us + DAY_US / 24};
    make_visits(s);
    attach_until(s, "visit/here", "the scan", soon);
    scene_do(s, "hold.add", NULL, HOLD("h", "visit/here"));
    scene_refused(s, "attachment.remove", file_of(s, "visit/here").id.ptr,
                  "{\"why\":\"a mistake\"}", RC_CONFLICT, "");
    for (int day = 0; day < 3; day++) {
        clock_manual_set(&s->clock, (struct wall){soon.us + day * DAY_US});
        core_settle(s->core);
        assert_int_equal(file_of(s, "visit/here").removed.us, 0);
    }
    scene_do(s, "hold.retire", "h", "{\"why\":\"lifted\"}");
    clock_manual_set(&s->clock, (struct wall){soon.us + 3 * DAY_US});
    core_settle(s->core);
    assert_true(file_of(s, "visit/here").removed.us != 0);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_record_that_is_still_named_stays, modules)
{
    make_visits(s);
    scene_do(s, "badge.add", NULL, "{\"id\":\"b\",\"label\":\"TLP:GREEN\",\"visit\":\"old\"}");
    run(s);
    assert_true(there(s, "old"));
    scene_refused(s, "record.erase", "visit/old", "{\"why\":\"asked for\"}", RC_CONFLICT, "");
    scene_do(s, "badge.retire", "b", "{}");
    run(s);
    assert_false(there(s, "old"));
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_person_takes_along_all_that_is_about_them, modules)
{
    struct str id;
    make_visits(s);
    for (int i = 0; i < 45; i++) { /* more than go in one turn */
        assert_true(rc_ok(str_format(&s->c, &id, "v%d", i)));
        visit(s, id.ptr, "p1", NULL);
    }
    attach(s, "visit/here", "the scan");
    scene_do(s, "visit.retire", "new", "{}");
    scene_do(s, "person.erase", "p1", "{}");
    core_settle(s->core);
    assert_false(there(s, "here"));
    assert_false(there(s, "new"));
    assert_false(there(s, "v44"));
    assert_true(there(s, "other"));
    assert_int_equal(count(s, "visit.erased"), 48);
    assert_int_equal(events_of(s, "visit/here").open, 1);
    assert_int_equal(events_of(s, "visit/other").shut, 0);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(an_erasure_that_was_given_up_is_taken_up_again, modules)
{
    struct str id;
    scene_do(s, "person.add", NULL,
             "{\"id\":\"unlucky\",\"label\":\"TLP:GREEN\",\"name\":\"Cho\"}");
    for (int i = 0; i < 45; i++) {
        assert_true(rc_ok(str_format(&s->c, &id, "v%d", i)));
        visit(s, id.ptr, "unlucky", NULL);
    }
    scene_do(s, "person.erase", "unlucky", "{}");
    core_settle(s->core);
    assert_int_equal(count(s, "visit.erased"), 40); /* it stopped in the middle */
    run(s);
    assert_int_equal(count(s, "visit.erased"), 45);
    int64_t size = core_size(s->core);
    run(s);
    assert_int_equal(core_size(s->core), size); /* and then nothing is left to do */
    scene_rebuild_is_equal(s);
}

TEST_SCENES(retention_goes_on_where_it_stopped, modules)
{
    struct str id;
    make_visits(s);
    scene_do(s, "hold.add", NULL, HOLD("h", "person/p2"));
    for (int i = 0; i < 60; i++) {
        assert_true(rc_ok(str_format(&s->c, &id, "v%d", i)));
        visit(s, id.ptr, i < 30 ? "p2" : "p1", "2026-10-20T09:00:00Z");
    }
    scene_do(s, "retention.run", NULL, "{}");
    assert_true(there(s, "v59"));
    for (int turn = 0; turn < 5; turn++) {
        scene_restart(s);
        clock_manual_advance_us(&s->clock, 2000000);
        core_settle(s->core);
    }
    assert_int_equal(count(s, "visit.erased"), 31);
    assert_true(there(s, "v1"));
    assert_false(there(s, "v59"));
    assert_int_equal(count(s, "retention.passed"), 2);
    scene_rebuild_is_equal(s);
}

/* ---- what a module may not ask for ----------------------------------------------------------- */

static void refused_catalog(struct record record, const char *said)
{
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    struct catalog *catalog = NULL;
    const struct record records[] = {record, {0}};
    const struct module module = {.name = "wrong",
                                  .records = records,
                                  .permissions =
                                      (const struct permission[]){{"wrong.read", "See it"}, {0}}};
    const struct module *const all[] = {&core_module, &module};
    assert_int_equal(catalog_open(&c, 2, all, &catalog).code, RC_INTERNAL);
    if (!strstr(c.fault.message, said))
        fail_msg("%s", c.fault.message);
    arena_close(c.arena);
}

TEST(what_is_removed_has_to_be_erasable_and_to_have_a_time)
{
    struct record good = RECORD(room, "rooms", "wrong.read", "wrong.read", .erasable = true,
                                .keep = {.days = 1, .after = KEEP_RETIRED});
    struct record readable = good, timeless = good, nameless = good;
    readable.erasable = false;
    timeless.keep.after = "name";
    nameless.keep.after = NULL;
    refused_catalog(readable, "could still be read");
    refused_catalog(timeless, "no time of it");
    refused_catalog(nameless, "no time of it");
}

/* ---- over HTTP ------------------------------------------------------------------------------- */

TEST(what_will_be_removed_is_seen_by_whom_it_concerns)
{
    struct edge_scene s = {.guard = GUARD_ON_DUTY};
    scene_open(&s.scene, sizeof modules / sizeof *modules, modules);
    make_visits(&s.scene);
    scene_do(&s.scene, "hold.add", NULL, HOLD("h", "visit/old"));
    edge_scene_begin(&s, (struct edge_options){.check_replies = true});
    const char *body =
        edge_scene_expect(&s, 200, "GET", "/api/v1/retention-rules", "officer", NULL, NULL);
    assert_non_null(strstr(body, "{\"kind\":\"visit\",\"after\":\"left\",\"days\":30,"));
    body = edge_scene_expect(&s, 200, "GET", "/api/v1/retention-due", "officer", NULL, NULL);
    assert_non_null(strstr(body, "{\"record\":\"visit/old\",\"due\":\"2026-11-19T09:00:00Z\","
                                 "\"held\":true}"));
    assert_non_null(strstr(body, "{\"record\":\"visit/new\",\"due\":\"2026-12-20T09:00:00Z\","
                                 "\"held\":false}"));
    assert_null(strstr(body, "visit/here"));
    body = edge_scene_expect(&s, 200, "GET",
                             "/api/v1/retention-due?kind=visit&until=2026-11-30T00:00:00Z",
                             "officer", NULL, NULL);
    assert_null(strstr(body, "visit/new"));
    edge_scene_expect(&s, 422, "GET", "/api/v1/retention-due?until=soon", "officer", NULL, NULL);
    edge_scene_expect(&s, 403, "GET", "/api/v1/retention-due", "guard", NULL, NULL);
    edge_scene_expect(&s, 409, "POST", "/api/v1/visits/old/erase", "officer", NULL,
                      "{\"why\":\"asked for\"}");
    edge_scene_expect(&s, 422, "POST", "/api/v1/visits/here/erase", "officer", NULL, "{}");
    edge_scene_expect(&s, 200, "POST", "/api/v1/visits/here/erase", "officer", NULL,
                      "{\"why\":\"asked for\"}");
    edge_scene_expect(&s, 404, "GET", "/api/v1/visits/here", "officer", NULL, NULL);
    edge_scene_expect(&s, 404, "POST", "/api/v1/visits/here/erase", "officer", NULL,
                      "{\"why\":\"asked for\"}");
    edge_scene_close(&s);
}
