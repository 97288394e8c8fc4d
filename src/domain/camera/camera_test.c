/* Cameras and their pictures, through the real writer. */
#include "domain/camera/camera_own.h"

#include "domain/signal/signal.h"

#include "support/scene_property.h"
#include "support/watch_scene.h"

#include "unit.h"

/* As if the vault were full of pictures. */
static rc fill_room(struct ctx *c, struct picture *, const struct command *,
                    struct outcome *outcome)
{
    struct snapshot_room *room = NULL;
    NEW(c, room, 1);
    *room = (struct snapshot_room){.id = STR("all"),
                                   .label = {TLP_AMBER, {NULL, 0}},
                                   .count = 3000,
                                   .bytes = SNAPSHOT_ROOM_BYTES};
    return outcome_vault_put(c, outcome, &snapshot_room_shape, room);
}

static const struct module test_module = {
    .name = "test",
    .help = "For tests",
    .decisions =
        (const struct decision[]){
            {.name = "test.fill",
             .help = "Fill the room",
             .permission = PERMIT_CAMERA_WRITE,
             .decide = fill_room},
            {0},
        },
};

static const struct module *const modules[] = {&signal_module, &camera_module, &test_module};
enum { MODULES = sizeof modules / sizeof modules[0] };

TEST(what_cameras_are_made_of_keeps_its_promises)
{
    scene_property_test(MODULES - 1, modules); /* without the test's own */
}

#define CAMERA(id, source, more)                                                          \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"source\":\"" source \
    "\"" more "}"
#define STREAM ",\"stream\":\"rtsp://192.0.2.20/1\""

/* Zones hall and yard; a panel with a point in each; `gate` sees the yard, `desk` the hall. */
static void cameras_open(struct scene *s)
{
    scene_open(s, MODULES, modules);
    scene_do(s, "site.add", NULL,
             "{\"id\":\"s1\",\"label\":\"TLP:GREEN\",\"name\":\"Chancery\",\"kind\":\"chancery\"}");
    for (const char **zone = (const char *[]){"hall", "yard", NULL}; *zone; zone++) {
        char json[256];
        snprintf(json, sizeof json,
                 "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"site\":\"s1\",\"name\":\"%s\","
                 "\"kind\":\"general\"}",
                 *zone, *zone);
        scene_do(s, "zone.add", NULL, json);
    }
    scene_do(s, "source.add", NULL,
             SOURCE("panel", "panel",
                    ",\"points\":[{\"point\":\"1\",\"zone\":\"hall\"},"
                    "{\"point\":\"2\",\"zone\":\"yard\"}]"));
    scene_do(s, "source.add", NULL, SOURCE("gate", "camera", ",\"zone\":\"yard\""));
    scene_do(s, "source.add", NULL,
             SOURCE("desk", "camera", ",\"points\":[{\"point\":\"1\",\"zone\":\"hall\"}]"));
    scene_do(s, "camera.add", NULL, CAMERA("c-gate", "gate", STREAM));
    scene_do(s, "camera.add", NULL, CAMERA("c-desk", "desk", STREAM));
    scene_do(s, "alarm_rule.add", NULL, RULE("break-in", "alarm", "intrusion", ""));
}

static void give(struct scene *s, const char *alarm, const char *camera, const char *jpeg)
{
    struct str json;
    assert_true(rc_ok(str_format(&s->c, &json,
                                 "{\"alarm\":\"%s\",\"camera\":\"%s\",\"width\":640,"
                                 "\"height\":360,\"at\":\"2026-11-22T03:00:00Z\","
                                 "\"jpeg\":\"%s\"}",
                                 alarm, camera, jpeg)));
    scene_do(s, "snapshot.keep", NULL, json.ptr);
}

/* FF D8 FF, a few letters, FF D9. */
#define JPEG "_9j_YWJjZGVm_9k"

static struct str copy_id(struct scene *s, const char *cause)
{
    struct str id;
    assert_true(rc_ok(str_copy(&s->c, the_alarm(s, NULL, cause).id, &id)));
    return id;
}

static struct snapshot the_snapshot(struct scene *s)
{
    struct query query = {.limit = 2};
    struct page page;
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &snapshot_shape, &query, &page)));
    assert_int_equal(page.count, 1);
    return *(struct snapshot *)page.records;
}

TEST(an_alarm_asks_the_cameras_of_its_zone_and_no_other)
{
    struct scene s;
    cameras_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct alarm alarm = the_alarm(&s, "panel", "intrusion");
    struct texts cameras;
    assert_int_equal(count_events(&s, "snapshot.asked"), 1);
    assert_true(rc_ok(cameras_of(&s.c, s.reader.picture, &alarm, &cameras)));
    assert_int_equal(cameras.count, 1);
    assert_true(str_is(cameras.items[0], "c-gate"));
    scene_close(&s);
}

/* The camera itself is lost: the others of its zone are asked, it is not. */
TEST(a_camera_in_trouble_is_not_asked_for_its_own_picture)
{
    struct scene s;
    cameras_open(&s);
    signal_in(&s, "trouble", "gate", "");
    struct alarm alarm = the_alarm(&s, "gate", "trouble");
    struct texts cameras;
    assert_int_equal(count_events(&s, "snapshot.asked"), 0);
    scene_do(&s, "source.add", NULL, SOURCE("roof", "camera", ",\"zone\":\"yard\""));
    scene_do(&s, "camera.add", NULL, CAMERA("c-roof", "roof", STREAM));
    assert_true(rc_ok(cameras_of(&s.c, s.reader.picture, &alarm, &cameras)));
    assert_int_equal(cameras.count, 1);
    assert_true(str_is(cameras.items[0], "c-roof"));
    scene_close(&s);
}

TEST(a_motion_alarm_of_a_camera_asks_itself_first)
{
    struct scene s;
    cameras_open(&s);
    for (int i = 0; i < 12; i++) {
        char source[256], camera[256];
        snprintf(source, sizeof source, SOURCE("x%02d", "camera", ",\"zone\":\"yard\""), i, i, i);
        snprintf(camera, sizeof camera, CAMERA("a%02d", "x%02d", STREAM), i, i, i);
        scene_do(&s, "source.add", NULL, source);
        scene_do(&s, "camera.add", NULL, camera);
    }
    signal_in(&s, "alarm", "gate", "");
    struct alarm alarm = the_alarm(&s, "gate", "intrusion");
    struct texts cameras;
    assert_true(rc_ok(cameras_of(&s.c, s.reader.picture, &alarm, &cameras)));
    assert_int_equal(cameras.count, CAMERAS_EACH);
    assert_true(str_is(cameras.items[0], "c-gate"));
    scene_close(&s);
}

TEST(a_picture_is_shown_and_its_digest_is_in_the_record)
{
    struct scene s;
    cameras_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct str alarm = copy_id(&s, "intrusion");
    give(&s, alarm.ptr, "c-gate", JPEG);
    struct snapshot snapshot = the_snapshot(&s);
    const char *list = fetch(&s, &guard, "/api/v1/alarms/{id}/snapshots", alarm.ptr, NULL);
    ASSERT_HAS(list, "\"source\":\"gate\"");
    ASSERT_HAS(list, "\"at\":\"2026-11-22T03:00:00");
    ASSERT_HAS(list, "\"width\":640,\"height\":360,\"bytes\":11,\"digest\":\"");
    /* printf '\xff\xd8\xffabcdef\xff\xd9' | sha256sum */
    ASSERT_HAS(list, "d4df94c3e7e431992fe7de405c4fa0bfc96600220ee5e7fb1f15acebcf7b65bb");
    assert_string_equal(fetch(&s, &guard, "/api/v1/snapshots/{id}/image", snapshot.id.ptr, NULL),
                        "\xff\xd8\xff"
                        "abcdef\xff\xd9");
    scene_rebuild_is_equal(&s);
    assert_string_equal(fetch(&s, &guard, "/api/v1/snapshots/{id}/image", snapshot.id.ptr, NULL),
                        "\xff\xd8\xff"
                        "abcdef\xff\xd9");
    scene_close(&s);
}

TEST(who_may_not_know_of_the_alarm_does_not_see_its_picture)
{
    struct scene s;
    struct actor outsider = guard;
    outsider.clearance.tlp = TLP_CLEAR;
    cameras_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct str alarm = copy_id(&s, "intrusion");
    give(&s, alarm.ptr, "c-gate", JPEG);
    struct snapshot snapshot = the_snapshot(&s);
    assert_string_equal(fetch(&s, &outsider, "/api/v1/alarms/{id}/snapshots", alarm.ptr, NULL),
                        "NOT_FOUND");
    assert_string_equal(fetch(&s, &outsider, "/api/v1/snapshots/{id}/image", snapshot.id.ptr, NULL),
                        "NOT_FOUND");
    refused(&s, RC_NOT_FOUND, "", &outsider, "snapshot.ask", alarm.ptr, NULL);
    scene_close(&s);
}

/* A camera in a room of its own makes pictures that only those see who may be told of the room. */
TEST(a_picture_is_as_secret_as_its_camera)
{
    struct scene s;
    cameras_open(&s);
    scene_do(&s, "source.add", NULL, SOURCE("vault", "camera", ",\"zone\":\"yard\""));
    scene_do(&s, "camera.add", NULL,
             "{\"id\":\"c-vault\",\"label\":\"TLP:RED\",\"name\":\"v\",\"source\":\"vault\"" STREAM
             "}");
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct str alarm = copy_id(&s, "intrusion");
    give(&s, alarm.ptr, "c-vault", JPEG);
    struct snapshot snapshot = the_snapshot(&s);
    assert_true(snapshot.label.tlp == TLP_RED);
    assert_string_equal(fetch(&s, &guard, "/api/v1/alarms/{id}/snapshots", alarm.ptr, NULL),
                        "{\"items\":[]}");
    assert_string_equal(fetch(&s, &guard, "/api/v1/snapshots/{id}/image", snapshot.id.ptr, NULL),
                        "NOT_FOUND");
    scene_close(&s);
}

TEST(a_guard_asks_for_one_more)
{
    struct scene s;
    struct command *command = NULL;
    cameras_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct str alarm = copy_id(&s, "intrusion");
    post(&s, &guard, "/api/v1/alarms/{id}/snapshot", alarm.ptr, "", &command);
    assert_true(rc_ok(command->result));
    assert_int_equal(count_events(&s, "snapshot.asked"), 2);
    for (int i = 0; i < SNAPSHOTS_EACH; i++)
        give(&s, alarm.ptr, "c-gate", JPEG);
    refused(&s, RC_CONFLICT, "enough", &guard, "snapshot.ask", alarm.ptr, NULL);
    scene_close(&s);
}

TEST(where_no_camera_looks_that_is_said)
{
    struct scene s;
    cameras_open(&s);
    signal_in(&s, "alarm", "panel", "");
    struct str alarm = copy_id(&s, "intrusion");
    assert_int_equal(count_events(&s, "snapshot.asked"), 0);
    refused(&s, RC_CONFLICT, "no-camera", &guard, "snapshot.ask", alarm.ptr, NULL);
    refused(&s, RC_NOT_FOUND, "", &guard, "snapshot.ask", "nothing", NULL);
    scene_close(&s);
}

TEST(a_picture_that_could_not_be_had_is_in_the_record)
{
    struct scene s;
    cameras_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct str json;
    assert_true(rc_ok(str_format(&s.c, &json,
                                 "{\"id\":\"x\",\"label\":\"TLP:CLEAR\",\"alarm\":\"%s\","
                                 "\"camera\":\"c-gate\",\"why\":\"it does not answer\"}",
                                 the_alarm(&s, NULL, "intrusion").id.ptr)));
    scene_do(&s, "snapshot.miss", NULL, json.ptr);
    assert_int_equal(count_events(&s, "snapshot.missed"), 1);
    scene_close(&s);
}

TEST(pictures_are_deleted_when_their_time_is_over_and_their_digest_stays)
{
    struct scene s;
    cameras_open(&s);
    scene_do(&s, "camera.change", "c-gate",
             CAMERA("c-gate", "gate", STREAM ",\"keep_ms\":7200000"));
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct str alarm = copy_id(&s, "intrusion");
    give(&s, alarm.ptr, "c-desk", JPEG); /* 30 days */
    give(&s, alarm.ptr, "c-gate", JPEG);
    pass(&s, 7100);
    assert_int_equal(count_where(&s, &snapshot_shape, "deleted", "true"), 0);
    pass(&s, 200);
    assert_int_equal(count_where(&s, &snapshot_shape, "deleted", "true"), 1);
    assert_int_equal(count_where(&s, &snapshot_image_shape, NULL, NULL), 1);
    const char *list = fetch(&s, &guard, "/api/v1/alarms/{id}/snapshots", alarm.ptr, NULL);
    ASSERT_HAS(list, "\"deleted\":true,\"deleted_why\":\"its time was over\"");
    pass(&s, 31 * 24 * 3600);
    assert_int_equal(count_where(&s, &snapshot_shape, "deleted", "true"), 2);
    assert_int_equal(count_where(&s, &snapshot_image_shape, NULL, NULL), 0);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

/* After a night of alarms more are over at once than go in one turn. */
TEST(many_pictures_whose_time_is_over_do_not_wait_for_hours)
{
    struct scene s;
    cameras_open(&s);
    for (int i = 0; i < 120; i++) {
        if (i % 30 == 0)
            signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
        give(&s, copy_id(&s, "intrusion").ptr, "c-gate", JPEG);
    }
    pass(&s, 30 * 24 * 3600 + 3600);
    assert_int_equal(count_where(&s, &snapshot_image_shape, NULL, NULL), 70);
    pass(&s, 60);
    assert_int_equal(count_where(&s, &snapshot_image_shape, NULL, NULL), 0);
    scene_close(&s);
}

/* How it did before its record was made more secret is as secret now. */
TEST(who_may_not_know_of_a_camera_does_not_learn_how_it_does)
{
    struct scene s;
    cameras_open(&s);
    scene_do(&s, "camera.note", NULL,
             "{\"id\":\"c-gate\",\"label\":\"TLP:GREEN\",\"condition\":\"watched\",\"since\":"
             "\"2026-11-22T03:00:00Z\",\"noted\":\"2026-11-22T03:00:00Z\"}");
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/camera-states", "", NULL), "\"id\":\"c-gate\"");
    scene_do(&s, "camera.change", "c-gate",
             "{\"id\":\"c-gate\",\"label\":\"TLP:RED\",\"name\":\"c-gate\",\"source\":"
             "\"gate\"" STREAM "}");
    assert_string_equal(fetch(&s, &guard, "/api/v1/camera-states", "", NULL), "{\"items\":[]}");
    assert_string_equal(fetch(&s, &guard, "/api/v1/cameras/{id}/state", "c-gate", NULL),
                        "NOT_FOUND");
    scene_close(&s);
}

/* The room is full: the oldest makes room, and that is said. */
TEST(the_oldest_picture_makes_room_for_a_new_one)
{
    struct scene s;
    cameras_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct str alarm = copy_id(&s, "intrusion");
    give(&s, alarm.ptr, "c-gate", JPEG);
    struct snapshot first = the_snapshot(&s);
    scene_do(&s, "test.fill", NULL, NULL);
    give(&s, alarm.ptr, "c-gate", JPEG);
    assert_int_equal(count_where(&s, &snapshot_image_shape, NULL, NULL), 1);
    assert_string_equal(fetch(&s, &guard, "/api/v1/snapshots/{id}/image", first.id.ptr, NULL),
                        "NOT_FOUND");
    ASSERT_HAS(scene_get(&s, &snapshot_shape, first.id.ptr), "newer pictures needed the room");
    scene_close(&s);
}

TEST(a_picture_is_deleted_by_a_person_with_a_reason)
{
    struct scene s;
    cameras_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct str alarm = copy_id(&s, "intrusion");
    give(&s, alarm.ptr, "c-gate", JPEG);
    struct snapshot snapshot = the_snapshot(&s);
    does(&s, &guard, "snapshot.delete", snapshot.id.ptr, "{\"why\":\"asked by the visitor\"}");
    assert_string_equal(fetch(&s, &guard, "/api/v1/snapshots/{id}/image", snapshot.id.ptr, NULL),
                        "NOT_FOUND");
    assert_int_equal(count_where(&s, &snapshot_image_shape, NULL, NULL), 0);
    refused(&s, RC_CONFLICT, "deleted", &guard, "snapshot.delete", snapshot.id.ptr,
            "{\"why\":\"again\"}");
    scene_close(&s);
}

TEST(what_is_no_picture_is_not_kept)
{
    struct scene s;
    cameras_open(&s);
    signal_in(&s, "alarm", "panel", ",\"zone\":\"2\"");
    struct str json;
    assert_true(rc_ok(str_format(&s.c, &json,
                                 "{\"alarm\":\"%s\",\"camera\":\"c-gate\",\"width\":1,"
                                 "\"height\":1,\"at\":\"2026-11-22T03:00:00Z\","
                                 "\"jpeg\":\"PGh0bWw-\"}",
                                 the_alarm(&s, NULL, "intrusion").id.ptr)));
    scene_refused(&s, "snapshot.keep", NULL, json.ptr, RC_INVALID, "/jpeg");
    scene_close(&s);
}

TEST(a_camera_is_called_by_its_number_and_without_a_password_in_its_address)
{
    struct scene s;
    cameras_open(&s);
    scene_do(&s, "source.add", NULL, SOURCE("new", "camera", ""));
    scene_refused(&s, "camera.add", NULL, CAMERA("n", "new", ""), RC_INVALID, "/stream");
    scene_refused(&s, "camera.add", NULL,
                  CAMERA("n", "new", ",\"stream\":\"rtsp://a:b@192.0.2.1/\""), RC_INVALID,
                  "/stream");
    scene_refused(&s, "camera.add", NULL,
                  CAMERA("n", "new", ",\"onvif\":\"http://gate.example/onvif\""), RC_INVALID,
                  "/onvif");
    scene_refused(&s, "camera.add", NULL, CAMERA("n", "new", ",\"still\":\"rtsp://192.0.2.1/\""),
                  RC_INVALID, "/still");
    scene_refused(&s, "camera.add", NULL, CAMERA("n", "new", STREAM ",\"password\":\"x\""),
                  RC_INVALID, "/user");
    scene_refused(&s, "camera.add", NULL, CAMERA("n", "new", ",\"still\":\"https://192.0.2.1/\""),
                  RC_INVALID, "/authority");
    scene_refused(&s, "camera.add", NULL, CAMERA("n", "gate", STREAM), RC_CONFLICT, "/source");
    scene_close(&s);
}

TEST(a_password_goes_nowhere_else_unless_it_is_given_again)
{
#define KEPT  ",\"user\":\"view\""
#define GIVEN KEPT ",\"password\":\"seven lamps\""
    static const char *const elsewhere[] = {
        CAMERA("n", "new", KEPT ",\"stream\":\"rtsp://192.0.2.66/1\""),
        CAMERA("n", "new", KEPT ",\"stream\":\"rtsp://192.0.2.20:8554/1\""),
        CAMERA("n", "new", KEPT STREAM ",\"still\":\"http://192.0.2.66/\""),
        CAMERA("n", "new", KEPT STREAM ",\"onvif\":\"http://192.0.2.66/\""),
        CAMERA("n", "new", KEPT STREAM ",\"authority\":\"PEM\""),
        CAMERA("n", "new", ",\"user\":\"other\"" STREAM),
    };
    struct scene s;
    struct camera camera = {0};
    cameras_open(&s);
    scene_do(&s, "source.add", NULL, SOURCE("new", "camera", ""));
    scene_do(&s, "camera.add", NULL, CAMERA("n", "new", GIVEN STREAM));
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        scene_refused(&s, "camera.change", "n", elsewhere[i], RC_INVALID, "/password");
    scene_do(&s, "camera.change", "n",
             CAMERA("n", "new", KEPT ",\"stream\":\"rtsp://192.0.2.20/2\""));
    assert_true(rc_ok(picture_get(&s.c, s.reader.picture, &camera_shape, STR("n"), NULL, &camera)));
    assert_true(str_is(camera.password, "seven lamps"));
    scene_do(&s, "camera.change", "n",
             CAMERA("n", "new", GIVEN ",\"stream\":\"rtsp://192.0.2.66/1\""));
    scene_close(&s);
}

TEST(a_password_is_never_shown)
{
    struct scene s;
    cameras_open(&s);
    scene_do(&s, "source.add", NULL, SOURCE("new", "camera", ""));
    scene_do(&s, "camera.add", NULL,
             CAMERA("n", "new", STREAM ",\"user\":\"view\",\"password\":\"seven lamps\""));
    const char *shown = scene_get(&s, &camera_shape, "n");
    assert_non_null(shown);
    struct camera camera = {0};
    struct text out;
    struct str text;
    assert_true(rc_ok(picture_get(&s.c, s.reader.picture, &camera_shape, STR("n"), NULL, &camera)));
    text_init(&out, &s.c, 4096);
    shape_write(&out, &camera_shape, SHAPE_VIEW_SHOWN, &camera);
    assert_true(rc_ok(text_done(&out, &text)));
    assert_null(strstr(text.ptr, "seven lamps"));
    ASSERT_HAS(text.ptr, "\"user\":\"view\"");
    scene_close(&s);
}
