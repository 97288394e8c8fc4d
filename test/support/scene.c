#include "support/scene.h"

#include "assembly/catalog_make.h"

#include "support/store_fixture.h"

#include <stdlib.h>
#include <unistd.h>

static const unsigned char test_key[32] = "a key for tests, nothing secret";

static void choose_store(struct scene *s, enum store_kind kind)
{
    struct str path, sql;
    const char *server = getenv("CHANCERY_TEST_POSTGRES");
    if (kind == STORE_SQLITE) {
        assert_true(rc_ok(str_format(&s->c, &path, "%s/record.db", s->folder)));
        s->options.store =
            (struct store_options){.kind = STORE_SQLITE, .path = path.ptr, .key = test_key};
        return;
    }
    snprintf(s->schema, sizeof s->schema, "%s", strrchr(s->folder, '-') + 1);
    assert_true(rc_ok(str_format(&s->c, &sql, "CREATE SCHEMA \"%s\"", s->schema)));
    fixture_postgres(&s->c, sql.ptr);
    assert_true(
        rc_ok(str_format(&s->c, &path, "%s options='-c search_path=\"%s\"'", server, s->schema)));
    s->options.store = (struct store_options){.kind = STORE_POSTGRES, .path = path.ptr};
}

static void open_core(struct scene *s)
{
    if (!rc_ok(core_open(&s->c, &s->options, &s->core)) ||
        !rc_ok(core_reader_open(&s->c, s->core, &s->reader)))
        fail_msg("%s", s->c.fault.message);
}

static void open_catalog(struct scene *s, size_t count, const struct module *const *modules)
{
    if (!rc_ok(catalog_open(&s->c, count, modules, &s->catalog)))
        fail_msg("%s", s->c.fault.message);
    s->options.catalog = s->catalog;
}

void scene_open_on(struct scene *s, enum store_kind kind, size_t count,
                   const struct module *const *modules)
{
    *s = (struct scene){.c = {.arena = arena_open(64 << 20)},
                        .noted = {.arena = arena_open(4 << 20)}};
    clock_manual_init(&s->clock, (struct wall){1795316400000000}); /* 2026-11-22T03:00:00Z */
    s->c.clock = &s->clock.clock;
    /* in memory where that can be had: what a test writes need not outlive the machine */
    const char *root = getenv("CHANCERY_SCENE_FOLDER"); /* benches say where a disk is */
    if (!root)
        root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(s->folder, sizeof s->folder, "%.40s/chancery-scene-XXXXXX", root);
    assert_non_null(mkdtemp(s->folder));
    s->options = (struct core_options){
        .ledger = {.origin = STR("chancery.test/m1"), .sign_seed = test_key, .seal_key = test_key},
        .mission = STR("m1"),
        .clock = &s->clock.clock,
    };
    open_catalog(s, count, modules);
    choose_store(s, kind);
    if (!rc_ok(core_create(&s->c, &s->options)))
        fail_msg("%s", s->c.fault.message);
    open_core(s);
}

void scene_open(struct scene *s, size_t count, const struct module *const *modules)
{
    scene_open_on(s, STORE_SQLITE, count, modules);
}

static void close_core(struct scene *s)
{
    core_reader_close(&s->reader);
    core_close(s->core);
    s->core = NULL;
}

void scene_close(struct scene *s)
{
    char command[128];
    close_core(s);
    if (s->schema[0]) {
        snprintf(command, sizeof command, "DROP SCHEMA \"%s\" CASCADE", s->schema);
        fixture_postgres(&s->c, command);
    }
    catalog_close(s->catalog);
    arena_close(s->c.arena);
    arena_close(s->noted.arena);
    snprintf(command, sizeof command, "rm -rf '%s'", s->folder);
    assert_int_equal(system(command), 0);
}

void scene_restart(struct scene *s)
{
    close_core(s);
    open_core(s);
}

void scene_restart_with(struct scene *s, size_t count, const struct module *const *modules)
{
    close_core(s);
    catalog_close(s->catalog);
    open_catalog(s, count, modules);
    open_core(s);
}

void scene_do_as(struct scene *s, const struct actor *actor, const char *name, const char *target,
                 const char *json, struct command *ret)
{
    const struct decision *decision = catalog_decision(s->catalog, str_from(name));
    if (!decision)
        fail_msg("there is no command %s", name);
    void *input = NULL;
    *ret = (struct command){
        .decision = decision,
        .target = str_from(target),
        .actor = *actor,
        .cause = -1,
        .expect_seq = -1,
    };
    if (decision->input) {
        input = ctx_take(&s->c, 1, decision->input->size);
        rc read = shape_read(&s->c, decision->input, SHAPE_FROM_RECORD, str_from(json), input);
        if (!rc_ok(read)) {
            ret->result = read;
            ret->fault = s->c.fault;
            return;
        }
    }
    ret->input = input;
    rc result = core_call(&s->c, s->core, ret);
    assert_int_equal(result.code, ret->result.code);
}

int64_t scene_do(struct scene *s, const char *name, const char *target, const char *json)
{
    struct command command;
    scene_do_as(s, &actor_system, name, target, json, &command);
    if (!rc_ok(command.result))
        fail_msg("%s: %s %s", name, command.fault.message, command.fault.pointer);
    return command.first_seq;
}

void scene_refused(struct scene *s, const char *name, const char *target, const char *json,
                   enum rc_code code, const char *pointer)
{
    struct command command;
    scene_do_as(s, &actor_system, name, target, json, &command);
    if (command.result.code != code)
        fail_msg("%s: %s, not %s: %s", name, rc_name(command.result.code), rc_name(code),
                 command.fault.message);
    assert_string_equal(command.fault.pointer, pointer);
}

const char *scene_get(struct scene *s, const struct shape *shape, const char *id)
{
    struct text out;
    struct str json;
    void *record = ctx_take(&s->c, 1, shape->size);
    rc result = picture_get(&s->c, s->reader.picture, shape, str_from(id), NULL, record);
    if (result.code == RC_NOT_FOUND)
        return NULL;
    assert_true(rc_ok(result));
    text_init(&out, &s->c, 1 << 20);
    shape_write(&out, shape, SHAPE_VIEW_WHOLE, record);
    assert_true(rc_ok(text_done(&out, &json)));
    return json.ptr;
}

void scene_rebuild_is_equal(struct scene *s)
{
    struct str before, after;
    close_core(s);
    rc result = core_rebuild(&s->c, &s->options, &before, &after);
    if (!rc_ok(result))
        fail_msg("%s", s->c.fault.message);
    assert_string_equal(before.ptr, after.ptr);
    open_core(s);
}
