/* Files of records: what is taken, who sees them, what is left when they, their record or their
 * person go; and their way over HTTP. */
#include "assembly/core_module.h"
#include "frame/attachment/attachment_own.h"

#include "support/edge_scene.h"
#include "support/ground.h"
#include "support/shape_property.h"

/* A dossier is put together and then closed. */
#define DOSSIER_STATES(X, E)                 \
    X(E, OPEN, "open", "it is put together") \
    X(E, CLOSED, "closed", "it stays as it is")
SHAPE_DECLARE_CHOICES(dossier_state, DOSSIER_STATE, DOSSIER_STATES);
SHAPE_DEFINE_CHOICES(dossier_state, DOSSIER_STATE, DOSSIER_STATES);
#define DOSSIER_FIELDS(F, T) \
    RECORD_FIELDS(F, T)      \
    STEP_FIELDS(F, T, dossier_state)
SHAPE_DECLARE(dossier, DOSSIER_FIELDS);
SHAPE_DEFINE(dossier, DOSSIER_FIELDS, 1, "A dossier");

static const struct step dossier_steps[] = {
    STEP("close", "closed", "ground.write", "open", "closed", "Close it"), {0}};

static const struct module dossier_module = {
    .name = "dossier",
    .help = "Dossiers",
    .records =
        (const struct record[]){
            RECORD(dossier, "dossiers", "thing.read", "ground.write", .steps = dossier_steps,
                   .editable = "open", .attachments = {.most = 2, .kinds = "text/plain"}),
            {0},
        },
};

static const struct module *const modules[] = {&core_module, &edge_module, &ground_module,
                                               &dossier_module, &attachment_module};

#define JPEG            "\xff\xd8\xff\xe0 of the gate \xff\xd9"
#define ROOM(id, label) "{\"id\":\"" id "\",\"label\":\"" label "\",\"name\":\"Control post\"}"

static struct str may[] = {{"thing.read", 10}, {"ground.write", 12}};
static const struct actor guard = {
    .id = STR("guard"),
    .permissions = {may, 2},
    .clearance = {.tlp = TLP_GREEN},
};
static const struct actor reader = {
    .id = STR("reader"),
    .permissions = {may, 1},
    .clearance = {.tlp = TLP_RED},
};

/* Attach bytes; gives the id of the file. */
static const char *attach_as(struct scene *s, const struct actor *actor, const char *to,
                             const char *bytes, const struct attachment_given *more,
                             enum rc_code expected)
{
    struct attachment_given *given = ctx_take(&s->c, 1, sizeof *given);
    struct command command = {
        .decision = &attachment_decisions[ATTACHMENT_ADD],
        .input = given,
        .target = str_from(to),
        .actor = *actor,
        .cause = -1,
        .expect_seq = -1,
    };
    struct str id;
    assert_true(rc_ok(attachment_seal(&s->c, STR("gate.jpg"), str_from(bytes), given)));
    if (more) {
        given->expires = more->expires;
        given->label = more->label;
    }
    rc result = core_call(&s->c, s->core, &command);
    if (result.code != expected)
        fail_msg("%s: %s", rc_name(result.code), command.fault.message);
    assert_true(rc_ok(str_format(&s->c, &id, "%.*s", STR_ARG(given->id))));
    return id.ptr;
}

static const char *attach(struct scene *s, const char *to, const char *bytes)
{
    return attach_as(s, &actor_system, to, bytes, NULL, RC_OK);
}

static void make_rooms(struct scene *s)
{
    scene_do(s, "room.add", NULL, ROOM("r1", "TLP:GREEN"));
    scene_do(s, "room.add", NULL, ROOM("r2", "TLP:RED"));
    scene_do(s, "person.add", NULL, "{\"id\":\"p1\",\"label\":\"TLP:GREEN\",\"name\":\"Amina\"}");
}

static struct attachment get(struct scene *s, const char *id)
{
    struct attachment a = {0};
    if (!rc_ok(picture_get(&s->c, s->reader.picture, &attachment_shape, str_from(id), NULL, &a)))
        fail_msg("%s", s->c.fault.message);
    return a;
}

static int64_t room_bytes(struct scene *s)
{
    struct attachment_room room = {0};
    rc found =
        picture_get(&s->c, s->reader.picture, &attachment_room_shape, STR("all"), NULL, &room);
    return rc_ok(found) ? room.bytes : 0;
}

TEST(attachment_shapes_keep_what_they_are_given)
{
    shape_property_test(&attachment_shape);
    shape_property_test(&attachment_given_shape);
    shape_property_test(&attachment_end_shape);
}

TEST_SCENES(a_file_is_in_the_ledger_by_its_digest_and_in_the_vault_by_its_bytes, modules)
{
    make_rooms(s);
    const char *id = attach(s, "room/r1", JPEG);
    struct attachment a = get(s, id);
    struct attachment_file file = {0};
    assert_true(str_is(a.type, "image/jpeg"));
    assert_int_equal(a.bytes, sizeof JPEG - 1);
    assert_true(str_is(a.of, "room/r1"));
    assert_int_equal(room_bytes(s), sizeof JPEG - 1);
    assert_true(
        rc_ok(picture_get(&s->c, s->reader.picture, &attachment_file_shape, a.id, NULL, &file)));
    assert_true(str_find(file.sealed, STR("of the gate")) == SIZE_MAX);
    assert_true(file.key.len > 32);
    scene_restart(s);
    scene_rebuild_is_equal(s);
    assert_true(str_eq(get(s, id).digest, a.digest));
}

TEST_SCENES(a_file_that_breaks_a_rule_is_refused, modules)
{
    struct attachment_given over = {.expires = {1}};
    make_rooms(s);
    attach(s, "room/r1", JPEG);
    attach_as(s, &actor_system, "room/r1", JPEG, NULL, RC_CONFLICT); /* twice the same */
    attach_as(s, &actor_system, "room/r1", "GIF89a..;;\x01;", NULL, RC_INVALID);
    attach_as(s, &actor_system, "room/r1", "one", &over, RC_INVALID);
    attach_as(s, &actor_system, "room/r9", "one", NULL, RC_NOT_FOUND);
    attach_as(s, &actor_system, "account/a1", "one", NULL, RC_NOT_FOUND);
    attach_as(s, &actor_system, "nothing", "one", NULL, RC_NOT_FOUND);
    attach_as(s, &reader, "room/r1", "one", NULL, RC_FORBIDDEN);
    attach(s, "room/r1", "one");
    attach(s, "room/r1", "two");
    attach_as(s, &actor_system, "room/r1", "three", NULL, RC_CONFLICT); /* GROUND_FILES */
    scene_do(s, "room.retire", "r2", "{}");
    attach_as(s, &actor_system, "room/r2", "one", NULL, RC_CONFLICT);
    struct attachment_given given;
    rc sealed = attachment_seal(&s->c, STR("a/b"), STR("one"), &given);
    assert_int_equal(sealed.code, RC_INVALID);
    sealed = attachment_seal(&s->c, STR("b"), STR("\x01"), &given);
    assert_int_equal(sealed.code, RC_INVALID);
}

TEST_SCENES(a_file_is_as_hidden_as_its_record_and_its_own_label, modules)
{
    struct attachment_given red = {.label = {.tlp = TLP_RED}};
    struct attachment a = {0};
    struct named owner;
    make_rooms(s);
    const char *hidden = attach(s, "room/r2", "one");
    const char *red_one = attach_as(s, &actor_system, "room/r1", "one", &red, RC_OK);
    const char *plain = attach(s, "room/r1", "two");
    const char *ids[] = {hidden, red_one, "nothing"};
    for (size_t i = 0; i < 3; i++) {
        rc found = attachment_get(&s->c, s->reader.picture, &guard, str_from(ids[i]), &owner, &a);
        assert_int_equal(found.code, RC_NOT_FOUND);
        assert_string_equal(s->c.fault.message, "there is no such attachment");
    }
    attach_as(s, &guard, "room/r1", "one", NULL, RC_OK); /* of the red one it is not told */
    assert_true(
        rc_ok(attachment_get(&s->c, s->reader.picture, &guard, str_from(plain), &owner, &a)));
    scene_do(s, "room.change", "r1", ROOM("r1", "TLP:AMBER"));
    rc found = attachment_get(&s->c, s->reader.picture, &guard, str_from(plain), &owner, &a);
    assert_int_equal(found.code, RC_NOT_FOUND); /* the record was closed since */
    attach_as(s, &guard, "room/r2", "three", NULL, RC_NOT_FOUND);
}

static void remove_as(struct scene *s, const struct actor *actor, const char *id,
                      enum rc_code expected)
{
    struct command command;
    scene_do_as(s, actor, "attachment.remove", id, "{\"why\":\"a mistake\"}", &command);
    assert_int_equal(command.result.code, expected);
}

static bool has_key(struct scene *s, const char *id)
{
    struct str name, boxed;
    assert_true(rc_ok(attachment_key_name(&s->c, str_from(id), &name)));
    rc found = ledger_unseal(&s->c, s->reader.store, s->options.ledger.seal_key, name, STR("x"),
                             STR("too short"), &boxed);
    return found.code != RC_NOT_FOUND;
}

TEST_SCENES(a_removed_file_is_destroyed_and_its_digest_stays, modules)
{
    struct attachment_file file;
    make_rooms(s);
    const char *id = attach(s, "room/r1", JPEG);
    assert_true(has_key(s, id));
    remove_as(s, &reader, id, RC_FORBIDDEN);
    remove_as(s, &actor_system, id, RC_OK);
    remove_as(s, &actor_system, id, RC_CONFLICT);
    remove_as(s, &actor_system, "nothing", RC_NOT_FOUND);
    struct attachment a = get(s, id);
    assert_true(a.removed.us && str_is(a.removed_why, "a mistake") && a.digest.len == 64);
    rc found = picture_get(&s->c, s->reader.picture, &attachment_file_shape, a.id, NULL, &file);
    assert_int_equal(found.code, RC_NOT_FOUND);
    assert_false(has_key(s, id));
    assert_int_equal(room_bytes(s), 0);
    attach(s, "room/r1", JPEG); /* there is room for it again */
    scene_rebuild_is_equal(s);
}

TEST_SCENES(files_of_what_is_closed_or_retired_stay, modules)
{
    make_rooms(s);
    scene_do(s, "dossier.add", NULL, "{\"id\":\"d1\",\"label\":\"TLP:GREEN\"}");
    const char *room = attach(s, "room/r1", JPEG);
    const char *early = attach(s, "dossier/d1", "early"), *late = attach(s, "dossier/d1", "late");
    remove_as(s, &actor_system, early, RC_OK);
    scene_do(s, "dossier.close", "d1", "{}");
    scene_do(s, "room.retire", "r1", "{}");
    remove_as(s, &actor_system, late, RC_CONFLICT);
    remove_as(s, &actor_system, room, RC_CONFLICT);
    assert_true(has_key(s, late) && has_key(s, room));
}

TEST_SCENES(a_file_expires, modules)
{
    struct attachment_given soon = {.expires = {s->clock.us + INT64_C(3600000000)}};
    make_rooms(s);
    const char *id = attach_as(s, &actor_system, "room/r1", JPEG, &soon, RC_OK);
    scene_restart(s);
    assert_false(core_step(s->core));
    clock_manual_set(&s->clock, soon.expires);
    core_settle(s->core);
    assert_true(get(s, id).removed.us != 0);
    assert_false(has_key(s, id));
    scene_rebuild_is_equal(s);
}

TEST_SCENES(files_go_with_their_person, modules)
{
    struct attachment_file file;
    struct attachment a;
    make_rooms(s);
    attach(s, "room/r1", "stays");
    const char *id = attach(s, "person/p1", JPEG);
    assert_true(str_is(get(s, id).subject, "p1"));
    remove_as(s, &actor_system, attach(s, "person/p1", "removed before"), RC_OK);
    scene_do(s, "person.erase", "p1", "{}");
    rc found = picture_get(&s->c, s->reader.picture, &attachment_shape, str_from(id), NULL, &a);
    assert_int_equal(found.code, RC_NOT_FOUND);
    found =
        picture_get(&s->c, s->reader.picture, &attachment_file_shape, str_from(id), NULL, &file);
    assert_int_equal(found.code, RC_NOT_FOUND);
    assert_int_equal(room_bytes(s), 5);
    scene_rebuild_is_equal(s);
    assert_int_equal(room_bytes(s), 5);
}

/* Files that say that they are as long as can be; how long they are is not looked at again. */
static enum rc_code attach_long(struct scene *s, int badge, int number)
{
    struct attachment_given given;
    struct arena_mark mark = arena_mark(s->c.arena);
    struct str text, name;
    assert_true(rc_ok(str_format(&s->c, &name, "badge/b%d", badge)));
    assert_true(rc_ok(str_format(&s->c, &text, "%d", number)));
    assert_true(rc_ok(attachment_seal(&s->c, STR("long.txt"), text, &given)));
    given.bytes = ATTACHMENT_BYTES_MAX;
    rc result = core_command(&s->c, s->core, "attachment.add", &actor_system, name, &given);
    arena_return(s->c.arena, mark);
    return result.code;
}

TEST(the_files_of_a_mission_have_so_much_room_together)
{
    const int fit = (int)(ATTACHMENT_ROOM_BYTES / ATTACHMENT_BYTES_MAX);
    struct scene s;
    struct str json;
    scene_open(&s, sizeof modules / sizeof *modules, modules);
    make_rooms(&s);
    scene_do(&s, "visit.add", NULL,
             "{\"id\":\"v\",\"label\":\"TLP:GREEN\",\"person\":\"p1\",\"purpose\":\"x\"}");
    for (int i = 0; i <= fit / GROUND_BADGE_FILES; i++) {
        assert_true(rc_ok(str_format(
            &s.c, &json, "{\"id\":\"b%d\",\"label\":\"TLP:GREEN\",\"visit\":\"v\"}", i)));
        scene_do(&s, "badge.add", NULL, json.ptr);
    }
    for (int i = 0; i < fit; i++)
        assert_int_equal(attach_long(&s, i / GROUND_BADGE_FILES, i), RC_OK);
    assert_int_equal(attach_long(&s, fit / GROUND_BADGE_FILES, fit), RC_CONFLICT);
    assert_int_equal(core_counts(s.core).failing, RC_OK);
    scene_close(&s);
}

/* ---- over HTTP ------------------------------------------------------------------------------- */

static void open_served(struct edge_scene *s)
{
    *s = (struct edge_scene){.guard = GUARD_ON_DUTY};
    scene_open(&s->scene, sizeof modules / sizeof *modules, modules);
    make_rooms(&s->scene);
    edge_scene_begin(s, (struct edge_options){.check_replies = true});
}

static const char *id_in(struct edge_scene *s, const char *body)
{
    struct str id;
    const char *at = strstr(body, "\"id\":\"");
    assert_non_null(at);
    assert_true(rc_ok(str_format(&s->scene.c, &id, "%.26s", at + 6)));
    return id.ptr;
}

#define FILES(room) "/api/v1/rooms/" room "/attachments"

TEST(a_file_goes_up_and_comes_down_with_headers_that_defuse_it)
{
    struct edge_scene s;
    char path[128];
    open_served(&s);
    const char *body = edge_scene_expect(
        &s, 201, "POST", FILES("r1") "?name=porte%20%C3%A9t%C3%A9.jpg", "officer", NULL, JPEG);
    assert_non_null(strstr(body, "\"type\":\"image/jpeg\""));
    const char *id = id_in(&s, body);
    snprintf(path, sizeof path, FILES("r1") "/%s", id);
    const char *reply = edge_scene_ask(&s, "GET", path, "guard", NULL, NULL);
    assert_non_null(strstr(reply, "HTTP/1.1 200"));
    assert_non_null(strstr(reply, "Content-Type: image/jpeg\r\n"));
    assert_non_null(strstr(reply, "X-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(reply, "default-src 'none'; frame-ancestors 'none'; sandbox\r\n"));
    assert_non_null(strstr(reply, "Content-Disposition: attachment; filename=\"porte"));
    assert_non_null(strstr(reply, "filename*=UTF-8''%70%6F"));
    assert_non_null(strstr(reply, JPEG));
    body = edge_scene_expect(&s, 200, "GET", FILES("r1"), "guard", NULL, NULL);
    assert_non_null(strstr(body, id));
    edge_scene_expect(&s, 403, "DELETE", path, "guard", NULL, NULL);
    edge_scene_expect(&s, 422, "DELETE", path, "officer", NULL, NULL); /* without a reason */
    snprintf(path, sizeof path, FILES("r1") "/%s?why=wrong%%20room", id);
    edge_scene_expect(&s, 200, "DELETE", path, "officer", NULL, NULL);
    snprintf(path, sizeof path, FILES("r1") "/%s", id);
    edge_scene_expect(&s, 404, "GET", path, "officer", NULL, NULL);
    edge_scene_close(&s);
}

TEST(a_file_that_may_not_be_seen_is_not_there_and_a_restricted_reading_is_noted)
{
    struct edge_scene s;
    char path[128];
    open_served(&s);
    const char *id = id_in(
        &s, edge_scene_expect(&s, 201, "POST", FILES("r2") "?name=a", "officer", NULL, "one"));
    snprintf(path, sizeof path, FILES("r2") "/%s", id);
    edge_scene_expect(&s, 404, "GET", path, "guard", NULL, NULL);
    edge_scene_expect(&s, 404, "GET", FILES("r2"), "guard", NULL, NULL);
    edge_scene_expect(&s, 404, "GET", FILES("r9"), "guard", NULL, NULL);
    snprintf(path, sizeof path, FILES("r1") "/%s", id); /* by way of another record */
    edge_scene_expect(&s, 404, "GET", path, "officer", NULL, NULL);
    int64_t before = core_size(s.scene.core);
    snprintf(path, sizeof path, FILES("r2") "/%s", id);
    edge_scene_expect(&s, 200, "GET", path, "officer", NULL, NULL);
    assert_int_equal(core_size(s.scene.core), before + 1);
    edge_scene_close(&s);
}

TEST(a_bad_upload_is_told_what_is_wrong)
{
    struct edge_scene s;
    static char large[GROUND_FILE_BYTES + 2];
    open_served(&s);
    memset(large, 'x', GROUND_FILE_BYTES + 1);
    edge_scene_expect(&s, 413, "POST", FILES("r1") "?name=a", "officer", NULL, large);
    edge_scene_expect(&s, 422, "POST", FILES("r1") "?name=a", "officer", NULL, "\x01\x02");
    edge_scene_expect(&s, 422, "POST", FILES("r1"), "officer", NULL, "no name");
    edge_scene_expect(&s, 422, "POST", FILES("r1") "?name=..%2Fa", "officer", NULL, "a path");
    edge_scene_expect(&s, 422, "POST", FILES("r1") "?name=a&expires=soon", "officer", NULL, "x");
    edge_scene_expect(&s, 422, "POST", FILES("r1") "?name=a&label=secret", "officer", NULL, "x");
    edge_scene_expect(&s, 422, "POST", FILES("r1") "?name=a", "officer", NULL, NULL);
    edge_scene_expect(&s, 403, "POST", FILES("r1") "?name=a", "guard", NULL, "x");
    edge_scene_expect(&s, 404, "POST", FILES("r9") "?name=a", "officer", NULL, "x");
    edge_scene_close(&s);
}
