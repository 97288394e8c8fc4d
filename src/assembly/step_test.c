/* Steps, dues and claims of a permit: asked for, granted by another person, used until its day is
 * over; and of a call that somebody has to take. */
#include "assembly/catalog_make.h"
#include "assembly/core_module.h"
#include "core/record.h"
#include "core/system.h"

#include "support/scene_steps.h"

#define PERMIT_STATES(X, E)                             \
    X(E, ASKED, "asked", "somebody wants it")           \
    X(E, GRANTED, "granted", "another person agrees")   \
    X(E, REFUSED, "refused", "another person does not") \
    X(E, OVER, "over", "its time has passed")
SHAPE_DECLARE_CHOICES(permit_state, PERMIT_STATE, PERMIT_STATES);
SHAPE_DEFINE_CHOICES(permit_state, PERMIT_STATE, PERMIT_STATES);

#define PERMIT_FIELDS(F, T)                                        \
    RECORD_FIELDS(F, T)                                            \
    F(T, text, line, name, REQUIRED | UNIQUE, 1, 80, "what it is") \
    F(T, time, _, until, 0, 0, 0, "its last moment")               \
    F(T, i64, _, times, SYSTEM, 0, 0, "times it was used")         \
    STEP_FIELDS(F, T, permit_state)
SHAPE_DECLARE(permit, PERMIT_FIELDS);
SHAPE_DEFINE(permit, PERMIT_FIELDS, 1, "A permit");

#define PERMIT_USE_FIELDS(F, T) F(T, i64, _, times, 0, 0, 10, "how often")
SHAPE_DECLARE(permit_use, PERMIT_USE_FIELDS);
SHAPE_DEFINE(permit_use, PERMIT_USE_FIELDS, 1, "The use of a permit");

#define CALL_STATES(X, E)                     \
    X(E, OPEN, "open", "somebody has to act") \
    X(E, DONE, "done", "somebody has acted")
SHAPE_DECLARE_CHOICES(call_state, CALL_STATE, CALL_STATES);
SHAPE_DEFINE_CHOICES(call_state, CALL_STATE, CALL_STATES);

#define CALL_FIELDS(F, T)                          \
    RECORD_FIELDS(F, T)                            \
    F(T, ref, permit, permit, 0, 0, 0, "by which") \
    STEP_FIELDS(F, T, call_state)                  \
    CLAIM_FIELDS(F, T)
SHAPE_DECLARE(call, CALL_FIELDS);
SHAPE_DEFINE(call, CALL_FIELDS, 1, "A call");

enum { HOUR_MS = 3600000, MINUTE_MS = 60000 };
#define HOUR_US ((int64_t)HOUR_MS * 1000)

/* What it is used for follows it: a call of the same id. */
static rc use(struct ctx *c, struct picture *picture, struct step_call *call)
{
    const struct permit_use *input = call->input;
    struct permit *permit = call->after;
    if (input->times == 7)
        REFUSE(c, INVALID, "unlucky", "times", "not seven times");
    permit->times += input->times;
    if (permit->times != 3)
        return OK;
    struct call made = {.id = permit->id, .label = permit->label, .state = CALL_STATE_OPEN};
    return record_want(c, picture, call->outcome, &call_shape, RECORD_ADD, &made);
}

static const struct step permit_steps[] = {
    STEP("grant", "granted", "permit.write", "asked", "granted", "Grant it", .flags = STEP_OTHER),
    STEP("refuse", "refused", "permit.write", "asked granted", "refused", "Refuse it",
         .flags = STEP_OTHER | STEP_REASON | STEP_ENDS),
    STEP("ask", "asked", "permit.write", "over", "asked", "Ask for it again", .flags = STEP_ASKS),
    STEP("use", "used", "permit.write", "granted", NULL, "Use it", .input = &permit_use_shape,
         .rule = use),
    STEP("expire", "expired", "permit.write", "granted", "over", "Its time is over",
         .flags = STEP_SYSTEM),
    STEP("forget", "forgotten", "permit.write", "asked", "over", "Nobody has answered",
         .flags = STEP_SYSTEM),
    {0},
};

static const struct due permit_dues[] = {
    {"granted", "until", 0, "expire"},
    {"asked", NULL, HOUR_MS, "forget"},
    {0},
};

static const struct step call_steps[] = {
    STEP("finish", "finished", "permit.write", "open", "done", "It is done", .flags = STEP_HOLDER),
    {0},
};

static const struct claim call_claim = {
    .permission = "permit.write",
    .states = "open",
    .lapse_ms = 5 * MINUTE_MS,
    .escalate_ms = MINUTE_MS,
};

/* Of two accounts: the second was made by the first. */
static rc origin(struct ctx *c, struct picture *, struct str account, struct str other,
                 struct account_origin *ret)
{
    (void)c;
    ret->akin = (str_is(account, "made") && str_is(other, "maker")) ||
                (str_is(account, "maker") && str_is(other, "made"));
    if (str_is(account, "second"))
        ret->person = STR("p-one");
    return OK;
}

static const struct permission permissions[] = {
    {"permit.read", "See"}, {"permit.write", "Do"}, {0}};
static const struct record records[] = {
    RECORD(permit, "permits", "permit.read", "permit.write", .steps = permit_steps,
           .dues = permit_dues, .editable = "asked"),
    RECORD(call, "calls", "permit.read", "permit.write", .steps = call_steps, .claim = &call_claim,
           .editable = "open"),
    {0},
};

/* What is granted for a moment is over at once. */
static rc on_granted(struct ctx *c, struct picture *picture, const struct event *event,
                     struct outcome *outcome)
{
    const struct permit *permit = event->body;
    if (!str_is(permit->id, "moment"))
        return OK;
    return step_follow(c, picture, outcome, &permit_shape, permit->id, "expire", NULL);
}

static rc serve_expected(struct ctx *, const struct request *, struct response *response)
{
    text_put(response->body, STR("[]"));
    return OK;
}

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/permits/expected/today", "permit.read", "What is expected",
          .serve = serve_expected),
    {0},
};

static const struct module permit_module = {
    .name = "permit",
    .help = "Permits",
    .records = records,
    .reactions = (const struct reaction[]){{.on = "permit.granted", .react = on_granted}, {0}},
    .routes = routes,
    .permissions = permissions,
    .account_origin = origin,
};
static const struct module *const modules[] = {&core_module, &permit_module};

static struct str everything[] = {{"*", 1}};

static struct actor person(const char *account, const char *name)
{
    return (struct actor){.id = str_from(account),
                          .person = str_from(name),
                          .permissions = {everything, 1},
                          .clearance = {TLP_RED, {NULL, 0}}};
}

#define PERMIT(id, more) "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\"" more "}"

static struct command done_as(struct scene *s, struct actor actor, const char *command,
                              const char *id, const char *json)
{
    struct command ret;
    scene_do_as(s, &actor, command, id, json, &ret);
    return ret;
}

static void good(struct scene *s, struct actor actor, const char *command, const char *id,
                 const char *json)
{
    struct command ret = done_as(s, actor, command, id, json);
    if (!rc_ok(ret.result))
        fail_msg("%s: %s", command, ret.fault.message);
}

static void refused(struct scene *s, struct actor actor, const char *command, const char *id,
                    const char *json, const char *rule)
{
    struct command ret = done_as(s, actor, command, id, json);
    if (rc_ok(ret.result))
        fail_msg("%s was not refused", command);
    assert_string_equal(ret.fault.rule, rule);
}

static struct permit permit_of(struct scene *s, const char *id, struct row *ret_row)
{
    struct permit permit;
    assert_true(rc_ok(
        picture_get(&s->c, s->reader.picture, &permit_shape, str_from(id), ret_row, &permit)));
    return permit;
}

static struct call call_of(struct scene *s, const char *id)
{
    struct call call;
    assert_true(
        rc_ok(picture_get(&s->c, s->reader.picture, &call_shape, str_from(id), NULL, &call)));
    return call;
}

static void wait(struct scene *s, int64_t us)
{
    clock_manual_advance_us(&s->clock, us);
    core_settle(s->core);
}

TEST_SCENES(step_refusals_of_every_step, modules)
{
    scene_steps_test(s, &permit_shape, "\"name\":\"%s\"");
    scene_steps_test(s, &call_shape, "\"escalations\":0");
}

TEST_SCENES(step_takes_a_record_from_state_to_state, modules)
{
    struct row row;
    good(s, person("one", "p-one"), "permit.add", NULL,
         PERMIT("a", ",\"until\":\"2026-11-22T06:00:00Z\""));
    struct permit permit = permit_of(s, "a", NULL);
    assert_int_equal(permit.state, PERMIT_STATE_ASKED);
    assert_true(str_is(permit.asked_by, "one"));
    assert_int_equal(permit.state_since.us, s->c.clock->wall(s->c.clock).us);

    clock_manual_advance_us(&s->clock, 1000000);
    good(s, person("two", "p-two"), "permit.grant", "a", "{}");
    permit = permit_of(s, "a", NULL);
    assert_int_equal(permit.state, PERMIT_STATE_GRANTED);
    assert_true(str_is(permit.state_by, "two"));
    assert_true(str_is(permit.asked_by, "one"));
    refused(s, person("one", "p-one"), "permit.change", "a", PERMIT("a", ""), "state");

    good(s, person("one", "p-one"), "permit.use", "a", "{\"times\":3}");
    refused(s, person("one", "p-one"), "permit.use", "a", "{\"times\":7}", "unlucky");
    assert_int_equal(permit_of(s, "a", NULL).times, 3);
    assert_int_equal(call_of(s, "a").state, CALL_STATE_OPEN);

    good(s, person("two", "p-two"), "permit.refuse", "a", "{\"why\":\"no longer\"}");
    permit = permit_of(s, "a", &row);
    assert_true(str_is(permit.state_why, "no longer"));
    assert_true(row.retired.us != 0);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(step_by_another_person, modules)
{
    good(s, person("one", "p-one"), "permit.add", NULL, PERMIT("a", ""));
    refused(s, person("one", "p-other"), "permit.grant", "a", "{}", "two-persons");
    refused(s, person("program", NULL), "permit.grant", "a", "{}", "two-persons");
    good(s, person("second", "p-one"), "permit.add", NULL, PERMIT("b", ""));
    refused(s, person("one", "p-one"), "permit.grant", "b", "{}", "two-persons");
    good(s, person("made", "p-new"), "permit.add", NULL, PERMIT("c", ""));
    refused(s, person("maker", "p-old"), "permit.grant", "c", "{}", "two-persons");
    good(s, person("maker", "p-old"), "permit.add", NULL, PERMIT("d", ""));
    refused(s, person("made", "p-new"), "permit.grant", "d", "{}", "two-persons");
    good(s, person("two", "p-two"), "permit.grant", "d", "{}");
}

TEST_SCENES(step_falls_due_by_the_record, modules)
{
    good(s, person("one", "p-one"), "permit.add", NULL, PERMIT("a", ""));
    good(s, person("one", "p-one"), "permit.add", NULL,
         PERMIT("b", ",\"until\":\"2026-11-22T05:00:00Z\""));
    good(s, person("two", "p-two"), "permit.grant", "b", "{}");
    wait(s, HOUR_US - 1000000);
    assert_int_equal(permit_of(s, "a", NULL).state, PERMIT_STATE_ASKED);
    wait(s, 2000000);
    assert_int_equal(permit_of(s, "a", NULL).state, PERMIT_STATE_OVER);
    assert_true(str_is(permit_of(s, "a", NULL).state_by, "system"));
    assert_int_equal(permit_of(s, "b", NULL).state, PERMIT_STATE_GRANTED);
    scene_restart(s);
    wait(s, HOUR_US);
    assert_int_equal(permit_of(s, "b", NULL).state, PERMIT_STATE_OVER);
    good(s, person("two", "p-two"), "permit.ask", "b", "{}");
    assert_true(str_is(permit_of(s, "b", NULL).asked_by, "two"));
    good(s, person("one", "p-one"), "permit.refuse", "b", "{\"why\":\"no\"}");
    wait(s, 2 * HOUR_US); /* what is retired asks for nothing any more */
    assert_int_equal(permit_of(s, "b", NULL).state, PERMIT_STATE_REFUSED);
    scene_rebuild_is_equal(s);
}

#define CALL(id, more) "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\"" more "}"

/* What steps end is not retired around them, and not while something names it. */
TEST_SCENES(record_that_steps_end, modules)
{
    struct actor one = person("one", "p-one"), two = person("two", "p-two");
    assert_null(catalog_decision(s->catalog, STR("permit.retire")));
    assert_non_null(catalog_decision(s->catalog, STR("call.retire")));
    for (size_t i = 0; i < catalog_route_count(s->catalog); i++) {
        const struct route *route = catalog_route(s->catalog, i);
        assert_false(route->method == ROUTE_DELETE &&
                     strcmp(route->path, "/api/v1/permits/{id}") == 0);
    }
    good(s, one, "permit.add", NULL, PERMIT("a", ""));
    good(s, one, "call.add", NULL, CALL("x", ",\"permit\":\"a\""));
    struct command named = done_as(s, two, "permit.refuse", "a", "{\"why\":\"no\"}");
    assert_int_equal(named.result.code, RC_CONFLICT);
    good(s, two, "call.retire", "x", "{}");
    good(s, two, "permit.refuse", "a", "{\"why\":\"no\"}");
}

/* Neither changed nor retired while another has it, or when its time to be edited is over. */
TEST_SCENES(record_in_anothers_hand, modules)
{
    struct actor one = person("one", "p-one"), two = person("two", "p-two");
    good(s, one, "call.add", NULL, CALL("x", ""));
    good(s, one, "call.take", "x", "{}");
    refused(s, two, "call.change", "x", CALL("x", ""), "claimed");
    refused(s, two, "call.retire", "x", "{}", "claimed");
    good(s, one, "call.change", "x", CALL("x", ""));
    good(s, one, "call.finish", "x", "{}");
    refused(s, one, "call.retire", "x", "{}", "state");
}

static bool has_deadline(struct scene *s, const char *id)
{
    bool there = false;
    assert_true(rc_ok(
        picture_any(&s->c, s->reader.picture, &deadline_shape, "target", str_from(id), &there)));
    return there;
}

/* A deadline is there before the reactions, which may take the record out of its state again. */
TEST_SCENES(step_sets_its_deadline_before_what_it_sets_off, modules)
{
    good(s, person("one", "p-one"), "permit.add", NULL,
         PERMIT("moment", ",\"until\":\"2026-11-22T05:00:00Z\""));
    assert_true(has_deadline(s, "moment"));
    good(s, person("two", "p-two"), "permit.grant", "moment", "{}");
    assert_int_equal(permit_of(s, "moment", NULL).state, PERMIT_STATE_OVER);
    assert_false(has_deadline(s, "moment"));
    scene_rebuild_is_equal(s);
}

TEST_SCENES(claim_is_taken_lapses_and_is_escalated, modules)
{
    struct actor one = person("one", "p-one"), two = person("two", "p-two");
    good(s, one, "call.add", NULL, "{\"id\":\"x\",\"label\":\"TLP:GREEN\"}");
    refused(s, one, "call.finish", "x", "{}", "unclaimed");
    wait(s, (int64_t)MINUTE_MS * 1000);
    assert_int_equal(call_of(s, "x").escalations, 1);
    wait(s, (int64_t)MINUTE_MS * 2000);
    assert_int_equal(call_of(s, "x").escalations, 2);

    good(s, one, "call.take", "x", "{}");
    assert_true(str_is(call_of(s, "x").holder, "one"));
    refused(s, two, "call.take", "x", "{}", "claimed");
    refused(s, two, "call.finish", "x", "{}", "claimed");
    good(s, two, "call.take", "x", "{\"over_why\":\"one is called away\"}");
    wait(s, (int64_t)MINUTE_MS * 5000);
    assert_true(str_absent(call_of(s, "x").holder));
    wait(s, (int64_t)MINUTE_MS * 1000);
    assert_int_equal(call_of(s, "x").escalations, 1);

    good(s, two, "call.take", "x", "{}");
    good(s, two, "call.release", "x", "{}");
    good(s, one, "call.take", "x", "{}");
    good(s, one, "call.finish", "x", "{}");
    struct call call = call_of(s, "x");
    assert_int_equal(call.state, CALL_STATE_DONE);
    assert_true(str_absent(call.holder));
    wait(s, HOUR_US);
    assert_int_equal(call_of(s, "x").escalations, 0);
    scene_rebuild_is_equal(s);
}

/* A route "/api/v1/permits/expected" would hide the permit "expected". */
TEST_SCENES(record_id_is_no_word_of_the_path, modules)
{
    refused(s, person("one", "p-one"), "permit.add", NULL, PERMIT("expected", ""), "reserved");
    good(s, person("one", "p-one"), "permit.add", NULL, PERMIT("expecting", ""));
}

TEST(step_rows_that_do_not_fit)
{
    struct step steps[] = {permit_steps[0], {0}};
    struct due dues[] = {{"asked", "until", 0, "grant"}, {0}, {0}};
    struct claim claim = {"permit.write", "asked", HOUR_MS, 0};
    struct record record[] = {RECORD(permit, "permits", "permit.read", "permit.write"), {0}};
    struct module module = {.name = "m", .permissions = permissions, .records = record};
    const struct module *const both[] = {&core_module, &module};
    struct ctx c = {.arena = arena_open(16 << 20), .clock = &clock_system};
    struct catalog *catalog = NULL;
    record[0].steps = steps;
    record[0].dues = dues;
#define WRONG(change, back, why)                                                 \
    do {                                                                         \
        change;                                                                  \
        assert_int_equal(catalog_open(&c, 2, both, &catalog).code, RC_INTERNAL); \
        if (!strstr(c.fault.message, why))                                       \
            fail_msg("\"%s\" does not say \"%s\"", c.fault.message, why);        \
        back;                                                                    \
    } while (0)
    WRONG(steps[0].from = "asked lost", steps[0].from = "asked", "lost");
    WRONG(steps[0].from = "", steps[0].from = "asked", "no state");
    WRONG(steps[0].to = "lost", steps[0].to = "granted", "lost");
    WRONG(steps[0].flags = STEP_HOLDER, steps[0].flags = STEP_OTHER, "holder");
    WRONG(steps[0].flags = STEP_REASON;
          steps[0].input = &permit_use_shape, steps[0].flags = STEP_OTHER;
          steps[0].input = NULL, "why");
    WRONG(dues[0].field = "name", dues[0].field = "until", "no time");
    WRONG(dues[0].step = "burn", dues[0].step = "grant", "no step");
    WRONG(dues[0].states = "granted", dues[0].states = "asked", "does not go");
    WRONG(dues[1] = dues[0], dues[1] = (struct due){0}, "twice");
    WRONG(record[0].claim = &claim, record[0].claim = NULL, "CLAIM_FIELDS");
    WRONG(record[0].editable = "lost", record[0].editable = NULL, "lost");
    WRONG(record[0].state = "name", record[0].state = NULL, "no choice");
    WRONG(steps[0].permission = "permit.burn", steps[0].permission = "permit.write", "permission");
    assert_true(rc_ok(catalog_open(&c, 2, both, &catalog)));
    catalog_close(catalog);
    arena_close(c.arena);
}
