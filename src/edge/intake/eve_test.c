/* Suricata's EVE over a socket: real bytes, cut where no line ends, and lines that somebody on the
 * way has cut short. */
#include "support/receiver_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

enum { REAL_LINES = 13021, REAL_SIGNALS = 2340, SYSLOG_CUT = 1024 };

static void open_scene(struct receiver_scene *rs, const char *carrier, const char *address)
{
    receiver_scene_open(rs);
    if (address[0] == '/')
        rs->files = "/tmp"; /* what is around the test's folder */
    scene_do(&rs->s, "source.add", NULL,
             "{\"id\":\"s\",\"label\":\"TLP:GREEN\",\"name\":\"s\",\"kind\":\"network\","
             "\"identity\":\"suricata\",\"keep_per_s\":10000,\"keep_burst\":100000}");
    receiver_scene_listen(rs, "eve", carrier, address, "");
}

static int dial_unix(struct receiver_scene *rs, const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        fail_msg("%s: %s", path, strerror(errno));
    receiver_scene_read(rs);
    return fd;
}

/* All of it, in pieces of every size from 1 to 9,973 bytes, whatever the other side's window is. */
static void send_in_pieces(struct receiver_scene *rs, int fd, struct str bytes)
{
    size_t at = 0, piece = 1;
    while (at < bytes.len) {
        size_t len = piece < bytes.len - at ? piece : bytes.len - at;
        ssize_t sent = send(fd, bytes.ptr + at, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        assert_true(sent > 0 || errno == EAGAIN);
        at += sent > 0 ? (size_t)sent : 0;
        piece = piece * 7 % 9973;
        if (sent <= 0 || at % 31 == 0)
            receiver_scene_settle(rs);
    }
    receiver_scene_settle(rs);
}

static struct str real_bytes(struct ctx *c)
{
    struct text out;
    struct str bytes;
    char part[65536];
    gzFile real = gzopen("../shared/data/eve/suricata-7.0.10.jsonl.gz", "rb");
    if (!real)
        unit_skip("../shared/data/eve is not there");
    text_init(&out, c, 64 << 20);
    for (int got; (got = gzread(real, part, sizeof part)) > 0;)
        text_put(&out, (struct str){part, (size_t)got});
    gzclose(real);
    assert_true(rc_ok(text_done(&out, &bytes)));
    return bytes;
}

static void take_real(struct receiver_scene *rs, int fd)
{
    struct ctx c = {.arena = arena_open(160 << 20)};
    send_in_pieces(rs, fd, real_bytes(&c));
    arena_close(c.arena);
    struct listener_state how = receiver_scene_state(rs);
    assert_int_equal(how.frames, REAL_LINES);
    assert_int_equal(how.signals, REAL_SIGNALS);
    assert_int_equal(how.counted, REAL_LINES - REAL_SIGNALS);
    assert_int_equal(how.bad, 0);
    assert_int_equal(receiver_scene_kept(rs), REAL_SIGNALS);
    close(fd);
    receiver_scene_close(rs);
}

TEST(real_eve_events_over_tcp_cut_at_odd_places)
{
    struct receiver_scene rs;
    open_scene(&rs, "tcp", "127.0.0.1:0");
    take_real(&rs, receiver_scene_dial(&rs, SOCK_STREAM));
}

TEST(real_eve_events_over_a_unix_socket_cut_at_odd_places)
{
    struct receiver_scene rs;
    char folder[] = "/tmp/chancery-eve-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/eve.sock", folder);
    open_scene(&rs, "unix", path);
    take_real(&rs, dial_unix(&rs, path));
    unlink(path);
    rmdir(folder);
}

/* ---- cut short ------------------------------------------------------------------------------- */

static size_t put_alert(struct text *out, int number, size_t filler)
{
    size_t before = out->len;
    text_printf(out,
                "{\"timestamp\":\"2026-11-22T03:00:00.%06d+0000\",\"event_type\":\"alert\","
                "\"src_ip\":\"192.0.2.7\",\"alert\":{\"signature_id\":%d,\"signature\":\"n%d\","
                "\"severity\":2},\"payload\":\"",
                number, number, number);
    for (size_t i = 0; i < filler; i++)
        text_put_char(out, 'A');
    text_put(out, STR("\"}"));
    return out->len - before;
}

/* As senders over classic syslog do: every line is cut, some with their end of line, some without.
 */
static void send_cut(struct receiver_scene *rs, int fd, bool newline)
{
    struct text out;
    struct str bytes;
    text_init(&out, &rs->s.c, 1 << 20);
    for (int i = 1; i <= 20; i++) {
        bool cut = i % 2 == 0;
        size_t before = out.len;
        put_alert(&out, i, cut ? 3000 : 10);
        if (cut)
            out.len = before + SYSLOG_CUT;
        if (!cut || newline)
            text_put_char(&out, '\n');
    }
    assert_true(rc_ok(text_done(&out, &bytes)));
    send_in_pieces(rs, fd, bytes);
}

static void see_cut(struct receiver_scene *rs, int fd)
{
    /* the last one is cut and glued to nothing: it is over when the connection is */
    close(fd);
    receiver_scene_settle(rs);
    struct listener_state how = receiver_scene_state(rs);
    assert_int_equal(how.signals, 10);
    assert_int_equal(how.bad, 10);
    assert_int_equal(how.samples.count, INTAKE_SAMPLES);
    assert_int_equal(receiver_scene_kept(rs), 10);
    receiver_scene_close(rs);
}

TEST(eve_lines_cut_at_1024_bytes_are_bad_and_every_whole_one_is_taken)
{
    struct receiver_scene rs;
    open_scene(&rs, "tcp", "127.0.0.1:0");
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    send_cut(&rs, fd, true);
    see_cut(&rs, fd);
}

TEST(an_event_glued_to_one_that_was_cut_is_found)
{
    struct receiver_scene rs;
    open_scene(&rs, "tcp", "127.0.0.1:0");
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    send_cut(&rs, fd, false);
    see_cut(&rs, fd);
}

/* ---- rotation in the middle of a line -------------------------------------------------------- */

static void write_part(const char *path, struct str bytes)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
    close(fd);
}

TEST(a_line_that_rotation_splits_is_told_and_the_next_one_is_read)
{
    struct receiver_scene rs;
    struct text out;
    struct str bytes;
    char folder[] = "/tmp/chancery-eve-XXXXXX", path[64], old[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/eve.json", folder);
    snprintf(old, sizeof old, "%s/eve.json.1", folder);
    open_scene(&rs, "file", path);
    text_init(&out, &rs.s.c, 65536);
    for (int i = 1; i <= 3; i++) {
        put_alert(&out, i, 100);
        text_put_char(&out, '\n');
    }
    assert_true(rc_ok(text_done(&out, &bytes)));
    size_t half = bytes.len / 2; /* within the second one */
    write_part(path, str_sub(bytes, 0, half));
    receiver_scene_settle(&rs);
    assert_int_equal(rename(path, old), 0);
    write_part(path, str_sub(bytes, half, bytes.len));
    for (int i = 0; i < 4; i++)
        receiver_scene_pass(&rs, 1500);
    struct listener_state how = receiver_scene_state(&rs);
    assert_int_equal(how.signals, 2);
    assert_int_equal(how.bad, 2); /* both halves, each with its sample */
    assert_int_equal(how.samples.count, 2);
    assert_int_equal(receiver_scene_place(&rs).frames, 4);
    assert_int_equal(receiver_scene_kept(&rs), 2);
    receiver_scene_close(&rs);
    unlink(path);
    unlink(old);
    rmdir(folder);
}
