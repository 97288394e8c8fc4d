/* Tasks: who does them and who confirms it, what is proof, reminders that go on whatever becomes of
 * the thing, and what raises them. */
#include "assembly/core_module.h"
#include "domain/task/task.h"

#include "domain/people/people.h"
#include "frame/attachment/attachment.h"
#include "frame/retention/retention.h"
#include "frame/rhythm/rhythm.h"
#include "support/edge_scene.h"
#include "support/shape_property.h"

static const struct module *const modules[] = {
    &core_module,       &edge_module,      &people_module, &rhythm_module,
    &attachment_module, &retention_module, &task_module};

#define ACTOR(name, person_, may_)                                              \
    {                                                                           \
        .id = {name, sizeof name - 1}, .person = {person_, sizeof person_ - 1}, \
        .permissions = {may_, sizeof(may_) / sizeof *(may_)}, .clearance = {    \
            .tlp = TLP_RED                                                      \
        }                                                                       \
    }
static struct str doing[] = {{"task.do", 7}, {"task.read", 9}, {"task.verify", 11}};
static struct str all[] = {{"*", 1}};
static const struct actor amina = ACTOR("amina", "p1", doing), bo = ACTOR("bo", "p2", doing),
                          chief = ACTOR("chief", "p3", all);

#define TASK(id, more) "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"title\":\"Test it\"" more "}"
#define OWNED          ",\"owner\":\"amina\""
#define DUE            ",\"due\":\"2026-11-25T12:00:00Z\""
#define AGENCY(id)     "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"Guards Ltd\"}"

static void does(struct scene *s, const struct actor *actor, const char *name, const char *json,
                 enum rc_code expected)
{
    struct command command;
    scene_do_as(s, actor, name, "t", json, &command);
    if (command.result.code != expected)
        fail_msg("%s: %s: %s", name, rc_name(command.result.code), command.fault.message);
}

static void make_accounts(struct scene *s)
{
    static const char *const ids[] = {"amina", "bo", "chief"};
    for (int i = 0; i < 3; i++) {
        struct str person, account;
        assert_true(rc_ok(str_format(&s->c, &person,
                                     "{\"id\":\"p%d\",\"label\":\"TLP:GREEN\",\"name\":\"P\","
                                     "\"category\":\"staff\"}",
                                     i + 1)));
        assert_true(rc_ok(str_format(&s->c, &account,
                                     "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"kind\":\"person\","
                                     "\"person\":\"p%d\",\"login\":\"%s\",\"status\":\"active\"}",
                                     ids[i], i + 1, ids[i])));
        scene_do(s, "person.add", NULL, person.ptr);
        scene_do(s, "account.add", NULL, account.ptr);
    }
    scene_do(s, "agency.add", NULL, AGENCY("a1"));
}

static void make_task(struct scene *s, const char *json)
{
    struct command command;
    make_accounts(s);
    scene_do_as(s, &chief, "task.add", NULL, json, &command);
    if (!rc_ok(command.result))
        fail_msg("%s %s", command.fault.message, command.fault.pointer);
}

static struct task get(struct scene *s, const char *id, struct row *row)
{
    struct task task = {0};
    if (!rc_ok(picture_get(&s->c, s->reader.picture, &task_shape, str_from(id), row, &task)))
        fail_msg("%s", s->c.fault.message);
    return task;
}

static void go_to(struct scene *s, const char *when)
{
    struct wall wall;
    assert_true(wall_parse(str_from(when), &wall));
    clock_manual_set(&s->clock, wall);
    core_settle(s->core);
}

TEST(task_shapes_keep_what_they_are_given)
{
    shape_property_test(&task_shape);
    shape_property_test(&task_proof_shape);
    shape_property_test(&task_term_shape);
}

TEST_SCENES(a_task_is_done_by_its_owner_and_confirmed_by_another, modules)
{
    struct row row;
    make_task(s, TASK("t", OWNED));
    does(s, &bo, "task.finish", "{\"proof\":\"done\"}", RC_FORBIDDEN);
    does(s, &amina, "task.finish", "{}", RC_INVALID);
    does(s, &amina, "task.verify", "{}", RC_CONFLICT);
    does(s, &amina, "task.finish", "{\"proof\":\"it runs\"}", RC_OK);
    does(s, &amina, "task.verify", "{}", RC_FORBIDDEN);
    does(s, &bo, "task.return", "{}", RC_INVALID);
    does(s, &bo, "task.return", "{\"why\":\"it stopped again\"}", RC_OK);
    does(s, &amina, "task.finish", "{\"proof\":\"now it does\"}", RC_OK);
    does(s, &bo, "task.verify", "{}", RC_OK);
    struct task task = get(s, "t", &row);
    assert_int_equal(task.state, TASK_STATE_VERIFIED);
    assert_true(row.retired.us != 0);
    assert_true(str_is(task.raised_by, "chief"));
    assert_true(str_is(task.proof, "now it does"));
    does(s, &chief, "task.drop", "{\"why\":\"too late\"}", RC_CONFLICT);
    scene_restart(s);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_task_with_more_time_is_not_late_until_then, modules)
{
    make_task(s, TASK("t", OWNED DUE));
    go_to(s, "2026-11-27T09:00:00Z");
    assert_true(get(s, "t", NULL).overdue);
    does(s, &chief, "task.postpone", "{\"due\":\"2026-12-10T08:00:00Z\"}", RC_INVALID);
    does(s, &chief, "task.postpone", "{\"due\":\"2026-11-26T08:00:00Z\",\"why\":\"no part\"}",
         RC_INVALID);
    does(s, &chief, "task.postpone", "{\"due\":\"2026-12-10T08:00:00Z\",\"why\":\"no part\"}",
         RC_OK);
    assert_false(get(s, "t", NULL).overdue);
    go_to(s, "2026-12-08T08:00:00Z");
    assert_int_equal(get(s, "t", NULL).reminders, 0);
    go_to(s, "2026-12-10T08:00:00Z");
    assert_true(get(s, "t", NULL).overdue);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_file_is_proof, modules)
{
    struct attachment_given *given = ctx_take(&s->c, 1, sizeof *given);
    make_task(s, TASK("t", OWNED));
    assert_true(rc_ok(attachment_seal(&s->c, STR("meter.txt"), STR("220 V"), given)));
    assert_true(
        rc_ok(core_command(&s->c, s->core, "attachment.add", &amina, STR("task/t"), given)));
    does(s, &amina, "task.finish", "{}", RC_OK);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(reminders_go_on_when_the_thing_is_gone, modules)
{
    make_task(s, TASK("t", OWNED DUE ",\"about\":\"agency/a1\""));
    scene_do(s, "agency.retire", "a1", "{}");
    go_to(s, "2026-11-24T12:00:00Z");
    assert_int_equal(get(s, "t", NULL).reminders, 1);
    assert_false(get(s, "t", NULL).overdue);
    scene_restart(s);
    go_to(s, "2026-11-25T12:00:00Z");
    assert_int_equal(get(s, "t", NULL).reminders, 2);
    assert_true(get(s, "t", NULL).overdue);
    go_to(s, "2026-11-26T12:00:00Z");
    go_to(s, "2026-11-27T12:00:00Z");
    assert_int_equal(get(s, "t", NULL).reminders, 4);
    does(s, &amina, "task.finish", "{\"proof\":\"done\"}", RC_OK);
    go_to(s, "2026-11-29T12:00:00Z");
    assert_int_equal(get(s, "t", NULL).reminders, 4);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(more_time_moves_the_reminders, modules)
{
    make_task(s, TASK("t", OWNED DUE));
    go_to(s, "2026-11-25T12:00:00Z");
    assert_true(get(s, "t", NULL).overdue);
    does(s, &chief, "task.change", TASK("t", OWNED ",\"due\":\"2026-11-30T12:00:00Z\""), RC_OK);
    go_to(s, "2026-11-26T12:00:00Z"); /* the reminder that was set already */
    assert_false(get(s, "t", NULL).overdue);
    int64_t so_far = get(s, "t", NULL).reminders;
    go_to(s, "2026-11-28T12:00:00Z");
    assert_int_equal(get(s, "t", NULL).reminders, so_far);
    go_to(s, "2026-11-30T12:00:00Z");
    assert_true(get(s, "t", NULL).overdue);
    does(s, &chief, "task.drop", "{}", RC_INVALID);
    does(s, &chief, "task.drop", "{\"why\":\"sold\"}", RC_OK);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_task_that_names_what_is_not_there_is_refused, modules)
{
    make_accounts(s);
    scene_refused(s, "task.add", NULL, TASK("t", ",\"about\":\"agency/none\""), RC_INVALID,
                  "/about");
    scene_refused(s, "task.add", NULL, TASK("t", ",\"about\":\"nothing\""), RC_INVALID, "/about");
    scene_refused(s, "task.add", NULL, TASK("t", ",\"owner\":\"nobody\""), RC_INVALID, "/owner");
    scene_refused(s, "task.add", NULL, "{\"id\":\"t\",\"label\":\"TLP:GREEN\"}", RC_INVALID,
                  "/title");
}

static int64_t open_tasks(struct scene *s)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct page page;
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &task_shape, &query, &page)));
    return (int64_t)page.count;
}

TEST_SCENES(a_routine_gives_its_owner_one_task_at_a_time, modules)
{
    make_accounts(s);
    scene_do(s, "routine.add", NULL,
             "{\"id\":\"g\",\"label\":\"TLP:GREEN\",\"name\":\"Try the generator\",\"every\":1,"
             "\"unit\":\"days\",\"at\":\"07:00\",\"owner\":\"amina\"}");
    go_to(s, "2026-11-22T07:00:00Z");
    assert_int_equal(open_tasks(s), 1);
    go_to(s, "2026-11-23T07:00:00Z");
    assert_int_equal(open_tasks(s), 1);
    struct task task;
    assert_true(rc_ok(picture_find(&s->c, s->reader.picture, &task_shape, "cause", STR("routine/g"),
                                   NULL, &task)));
    assert_true(str_is(task.owner, "amina") && str_is(task.title, "Try the generator"));
    struct str id;
    assert_true(rc_ok(str_format(&s->c, &id, "%.*s", STR_ARG(task.id))));
    scene_do(s, "task.drop", id.ptr, "{\"why\":\"tried\"}");
    assert_int_equal(open_tasks(s), 0);
    go_to(s, "2026-11-24T07:00:00Z");
    assert_int_equal(open_tasks(s), 1);
    scene_rebuild_is_equal(s);
}

TEST_SCENES(a_task_is_removed_three_years_after_it_was_closed, modules)
{
    make_task(s, TASK("t", OWNED));
    does(s, &chief, "task.drop", "{\"why\":\"sold\"}", RC_OK);
    scene_do(s, "task.add", NULL, TASK("open", OWNED));
    go_to(s, "2029-11-20T03:00:00Z");
    scene_do(s, "retention.run", NULL, "{}");
    assert_non_null(scene_get(s, &task_shape, "t"));
    go_to(s, "2029-11-21T03:00:00Z");
    scene_do(s, "retention.run", NULL, "{}");
    assert_null(scene_get(s, &task_shape, "t"));
    assert_non_null(scene_get(s, &task_shape, "open"));
    scene_rebuild_is_equal(s);
}

/* ---- over HTTP ------------------------------------------------------------------------------- */

TEST(a_task_over_http)
{
    struct edge_scene s = {.guard = GUARD_ON_DUTY};
    scene_open(&s.scene, sizeof modules / sizeof *modules, modules);
    make_task(&s.scene, TASK("t", OWNED));
    edge_scene_begin(&s, (struct edge_options){.check_replies = true});
    edge_scene_expect(&s, 200, "GET", "/api/v1/tasks?owner=amina&state=open", "officer", NULL,
                      NULL);
    edge_scene_expect(&s, 403, "POST", "/api/v1/tasks/t/verify", "officer", NULL, "{}");
    edge_scene_expect(&s, 422, "POST", "/api/v1/tasks/t/finish", "officer", NULL, "{}");
    edge_scene_expect(&s, 422, "POST", "/api/v1/tasks/t/postpone", "officer", NULL,
                      "{\"due\":\"2040-12-10T08:00:00Z\"}");
    edge_scene_expect(&s, 200, "POST", "/api/v1/tasks/t/postpone", "officer", NULL,
                      "{\"due\":\"2040-12-10T08:00:00Z\",\"why\":\"no part\"}");
    edge_scene_expect(&s, 200, "POST", "/api/v1/tasks/t/finish", "officer", NULL,
                      "{\"proof\":\"done\"}");
    edge_scene_expect(&s, 200, "POST", "/api/v1/tasks/t/return", "officer", NULL,
                      "{\"why\":\"no\"}");
    edge_scene_expect(&s, 200, "POST", "/api/v1/tasks/t/drop", "officer", NULL, "{\"why\":\"no\"}");
    edge_scene_expect(&s, 403, "GET", "/api/v1/tasks", "guard", NULL, NULL);
    edge_scene_close(&s);
}
