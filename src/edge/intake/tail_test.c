/* Files: followed through rotation, truncation and a crash at any moment. */
#include "support/receiver_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static const char *path_in(const struct receiver_scene *rs, const char *name)
{
    static char paths[4][160];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", rs->s.folder, name);
    return path;
}

static void append(const struct receiver_scene *rs, const char *name, const char *bytes, size_t len)
{
    int fd = open(path_in(rs, name), O_WRONLY | O_APPEND | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

/* An alert with this number. */
static void alert(const struct receiver_scene *rs, const char *name, int number)
{
    char line[400];
    int len = snprintf(
        line, sizeof line,
        "{\"timestamp\":\"2026-11-22T03:00:00.%06d+0000\",\"event_type\":\"alert\",\"host\":\"s\","
        "\"src_ip\":\"192.0.2.7\",\"dest_ip\":\"198.51.100.1\",\"alert\":{\"signature_id\":%d,"
        "\"signature\":\"n%d\",\"severity\":2}}\n",
        number, number, number);
    append(rs, name, line, (size_t)len);
}

static void rotate(const struct receiver_scene *rs, const char *from, const char *to)
{
    assert_int_equal(rename(path_in(rs, from), path_in(rs, to)), 0);
}

/* The source's storm limit is not what is tried here. */
static void tail_open_scene(struct receiver_scene *rs)
{
    receiver_scene_open(rs);
    scene_do(&rs->s, "source.add", NULL,
             "{\"id\":\"s\",\"label\":\"TLP:GREEN\",\"name\":\"s\",\"kind\":\"network\","
             "\"identity\":\"s\",\"keep_per_s\":10000,\"keep_burst\":100000}");
    receiver_scene_listen(rs, "eve", "file", path_in(rs, "eve.json"),
                          ",\"options\":{\"source\":\"s\"}");
}

TEST(a_file_that_is_rotated_is_read_to_its_end_and_then_the_next)
{
    struct receiver_scene rs;
    tail_open_scene(&rs);
    assert_int_equal(receiver_scene_state(&rs).condition, LISTENER_CONDITION_ABSENT);
    alert(&rs, "eve.json", 1);
    receiver_scene_settle(&rs);
    assert_int_equal(receiver_scene_kept(&rs), 1);
    rotate(&rs, "eve.json", "eve.json.1");
    alert(&rs, "eve.json.1", 2);
    alert(&rs, "eve.json", 3);
    receiver_scene_settle(&rs);
    assert_int_equal(receiver_scene_kept(&rs), 2);
    alert(&rs, "eve.json.1", 4); /* the writer had not noticed yet */
    receiver_scene_pass(&rs, 1000);
    receiver_scene_pass(&rs, 3000);
    receiver_scene_settle(&rs);
    assert_int_equal(receiver_scene_kept(&rs), 4);
    struct listener_place place = receiver_scene_place(&rs);
    assert_int_equal(place.frames, 4);
    assert_int_equal(place.rotations, 1);
    receiver_scene_close(&rs);
}

TEST(a_file_that_is_cut_is_read_from_its_start)
{
    struct receiver_scene rs;
    tail_open_scene(&rs);
    alert(&rs, "eve.json", 1);
    alert(&rs, "eve.json", 2);
    receiver_scene_settle(&rs);
    assert_int_equal(truncate(path_in(&rs, "eve.json"), 0), 0);
    alert(&rs, "eve.json", 3);
    alert(&rs, "eve.json", 4);
    alert(&rs, "eve.json", 5); /* it is longer than before */
    receiver_scene_settle(&rs);
    assert_int_equal(receiver_scene_kept(&rs), 5);
    assert_int_equal(receiver_scene_place(&rs).truncations, 1);
    receiver_scene_close(&rs);
}

TEST(a_crash_loses_no_line_and_takes_none_twice)
{
    struct receiver_scene rs;
    tail_open_scene(&rs);
    for (int i = 1; i <= 50; i++) {
        alert(&rs, "eve.json", i);
        if (i % 10 == 3)
            receiver_scene_settle(&rs);
        if (i % 10 == 6) {
            receiver_scene_read(&rs); /* read, and with the writer, but not written */
            receiver_scene_kill(&rs);
            if (i == 26)
                rotate(&rs, "eve.json", "eve.json.1");
            receiver_scene_start(&rs);
        }
    }
    receiver_scene_settle(&rs);
    receiver_scene_pass(&rs, 3000);
    receiver_scene_pass(&rs, 3000);
    assert_int_equal(receiver_scene_kept(&rs), 50);
    struct listener_place place = receiver_scene_place(&rs);
    assert_int_equal(place.frames, 50);
    assert_int_equal(place.signals, 50);
    receiver_scene_close(&rs);
}

TEST(two_rotations_while_we_were_away)
{
    struct receiver_scene rs;
    tail_open_scene(&rs);
    alert(&rs, "eve.json", 1);
    receiver_scene_settle(&rs);
    receiver_scene_kill(&rs);
    static const struct timespec times[3][2] = {{{1795316401, 0}, {1795316401, 0}},
                                                {{1795316402, 0}, {1795316402, 0}},
                                                {{1795316403, 0}, {1795316403, 0}}};
    alert(&rs, "eve.json", 2);
    rotate(&rs, "eve.json", "eve.json.2");
    alert(&rs, "eve.json.1", 3);
    alert(&rs, "eve.json", 4);
    utimensat(AT_FDCWD, path_in(&rs, "eve.json.2"), times[0], 0);
    utimensat(AT_FDCWD, path_in(&rs, "eve.json.1"), times[1], 0);
    utimensat(AT_FDCWD, path_in(&rs, "eve.json"), times[2], 0);
    receiver_scene_start(&rs);
    for (int i = 0; i < 4; i++)
        receiver_scene_pass(&rs, 3000);
    assert_int_equal(receiver_scene_kept(&rs), 4);
    assert_int_equal(receiver_scene_place(&rs).rotations, 2);
    receiver_scene_close(&rs);
}

TEST(a_changed_listener_goes_on_where_it_was)
{
    struct receiver_scene rs;
    tail_open_scene(&rs);
    alert(&rs, "eve.json", 1);
    receiver_scene_read(&rs);
    char json[512];
    snprintf(json, sizeof json,
             "{\"id\":\"l\",\"label\":\"TLP:GREEN\",\"name\":\"l\",\"protocol\":\"eve\","
             "\"carrier\":\"file\",\"address\":\"%s\",\"note\":\"changed\"}",
             path_in(&rs, "eve.json"));
    scene_do(&rs.s, "listener.change", "l", json);
    alert(&rs, "eve.json", 2);
    receiver_scene_settle(&rs);
    receiver_scene_pass(&rs, 1000);
    assert_int_equal(receiver_scene_kept(&rs), 2);
    assert_int_equal(receiver_scene_place(&rs).frames, 2);
    receiver_scene_close(&rs);
}

/* The real events of Suricata, through a file that is rotated in the middle of a line's batch. */
TEST(real_events_through_a_rotated_file)
{
    static char bytes[65536];
    struct receiver_scene rs;
    gzFile real = gzopen("../shared/data/eve/suricata-7.0.10.jsonl.gz", "rb");
    if (!real)
        unit_skip("../shared/data/eve is not there");
    tail_open_scene(&rs);
    int64_t lines = 0;
    bool rotated = false, killed = false;
    for (int got; (got = gzread(real, bytes, sizeof bytes)) > 0;) {
        for (int i = 0; i < got; i++)
            lines += bytes[i] == '\n';
        append(&rs, "eve.json", bytes, (size_t)got);
        receiver_scene_read(&rs);
        if (!rotated && lines > 6000) {
            rotated = true;
            /* the rest of the last line goes to the old file: the writer rotates between lines */
            char more;
            int n;
            while ((n = gzread(real, &more, 1)) == 1) {
                append(&rs, "eve.json", &more, 1);
                if (more == '\n')
                    break;
            }
            lines += n == 1;
            rotate(&rs, "eve.json", "eve.json.1");
        }
        if (!killed && lines > 9000) {
            killed = true;
            receiver_scene_kill(&rs);
            receiver_scene_start(&rs);
        }
        receiver_scene_pass(&rs, 100);
    }
    gzclose(real);
    for (int i = 0; i < 6; i++)
        receiver_scene_pass(&rs, 3000);
    struct listener_place place = receiver_scene_place(&rs);
    assert_int_equal(lines, 13021);
    assert_int_equal(place.frames, lines);
    assert_int_equal(place.rotations, 1);
    assert_int_equal(place.signals + place.counted + place.bad, lines);
    assert_true(place.signals > 0);
    assert_int_equal(receiver_scene_kept(&rs), place.signals);
    receiver_scene_close(&rs);
}

static enum listener_condition condition_at(const char *carrier, const char *protocol,
                                            const char *address)
{
    struct receiver_scene rs;
    char path[300];
    receiver_scene_open(&rs);
    assert_int_equal(symlink("/etc", path_in(&rs, "out")), 0);
    assert_int_equal(symlink("/etc/passwd", path_in(&rs, "passwd.json")), 0);
    snprintf(path, sizeof path, "%s%s", address[0] == '/' ? "" : path_in(&rs, ""), address);
    receiver_scene_listen(&rs, protocol, carrier, path, "");
    struct listener_state state = receiver_scene_state(&rs);
    assert_int_equal(state.frames + state.bad, 0);
    receiver_scene_close(&rs);
    return state.condition;
}

TEST(no_listener_has_a_file_outside_of_its_folders)
{
    static const char *const outside[] = {"/etc/passwd", "/passwd",       "../passwd",
                                          "out/passwd",  "out/../passwd", "none/../../etc/passwd"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        assert_int_equal(condition_at("file", "eve", outside[i]), LISTENER_CONDITION_FAILED);
    assert_int_equal(condition_at("unix", "eve", "/tmp/chancery-no-socket"),
                     LISTENER_CONDITION_FAILED);
    assert_int_equal(condition_at("file", "eve", "passwd.json"), LISTENER_CONDITION_ABSENT);
    assert_int_equal(condition_at("file", "eve", "none/there/eve.json"), LISTENER_CONDITION_ABSENT);
    assert_int_equal(condition_at("unix", "eve", "socket"), LISTENER_CONDITION_OPEN);
}

TEST(of_a_file_that_is_not_of_the_protocol_nothing_is_shown)
{
    struct receiver_scene rs;
    tail_open_scene(&rs);
    FILE *file = fopen(path_in(&rs, "eve.json"), "w");
    fputs("root:$6$salt$hash:19000:0:99999:7:::\n{\"event_type\": none of ours}\n", file);
    fclose(file);
    receiver_scene_settle(&rs);
    struct listener_state how = receiver_scene_state(&rs);
    assert_int_equal(how.samples.count, 2);
    assert_int_equal(how.samples.items[0].bytes.len, 0);
    assert_int_equal(how.samples.items[0].whole, 37);
    assert_true(str_starts(how.samples.items[1].bytes, "{"));
    receiver_scene_close(&rs);
}
