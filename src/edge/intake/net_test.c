/* Sockets: nothing is acknowledged before it is durable, nothing stops the others, nothing is lost.
 */
#include "adapter/registry/registry.h"
#include "edge/intake/receiver_own.h"
#include "support/receiver_scene.h"
#include "support/watch_scene.h"

#include <sys/socket.h>
#include <unistd.h>

#define PANEL ",\"options\":{\"unlisted\":true,\"any_time\":true}"
#define LOOP  "127.0.0.1:0"

TEST(an_ack_leaves_after_the_commit_and_never_before)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "dc09", "tcp", LOOP, PANEL);
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_say(fd, receiver_scene_frame("0001", "1234", "Nri1/BA05"));
    receiver_scene_read(&rs);
    assert_string_equal(receiver_scene_hear(fd), "");
    assert_int_equal(receiver_scene_kept(&rs), 0);
    receiver_scene_settle(&rs);
    assert_int_equal(receiver_scene_kept(&rs), 1);
    const char *reply = receiver_scene_hear(fd);
    assert_non_null(reply);
    assert_non_null(strstr(reply, "\"ACK\"0001L0#1234[]"));
    struct listener_state how = receiver_scene_state(&rs);
    assert_int_equal(how.replies, 1);
    assert_int_equal(how.durable, 1);
    close(fd);
    receiver_scene_close(&rs);
}

TEST(killed_between_reading_and_writing_the_panel_sends_again_and_it_is_there_once)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "dc09", "tcp", LOOP, PANEL);
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_say(fd, receiver_scene_frame("0001", "1234", "Nri1/BA05"));
    receiver_scene_settle(&rs);
    assert_non_null(strstr(receiver_scene_hear(fd), "ACK"));
    receiver_scene_say(fd, receiver_scene_frame("0002", "1234", "Nri1/BA06"));
    receiver_scene_read(&rs);
    assert_string_equal(receiver_scene_hear(fd), "");
    receiver_scene_kill(&rs);
    assert_null(receiver_scene_hear(fd));
    close(fd);

    receiver_scene_start(&rs);
    fd = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_say(fd, receiver_scene_frame("0002", "1234", "Nri1/BA06"));
    receiver_scene_settle(&rs);
    assert_non_null(strstr(receiver_scene_hear(fd), "\"ACK\"0002"));
    receiver_scene_say(fd, receiver_scene_frame("0002", "1234", "Nri1/BA06"));
    receiver_scene_settle(&rs);
    assert_non_null(strstr(receiver_scene_hear(fd), "\"ACK\"0002"));
    close(fd);
    receiver_scene_close(&rs);
}

TEST(a_doubled_datagram_is_acknowledged_twice_and_kept_once)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "dc09", "udp", LOOP, PANEL);
    int fd = receiver_scene_dial(&rs, SOCK_DGRAM);
    for (int i = 0; i < 2; i++) {
        receiver_scene_say(fd, receiver_scene_frame("0001", "1234", "Nri1/BA05"));
        receiver_scene_read(&rs);
        assert_string_equal(receiver_scene_hear(fd), "");
        receiver_scene_settle(&rs);
        assert_non_null(strstr(receiver_scene_hear(fd), "\"ACK\"0001"));
    }
    assert_int_equal(receiver_scene_kept(&rs), 1);
    close(fd);
    receiver_scene_close(&rs);
}

TEST(duress_passes_a_queue_that_is_full)
{
    struct receiver_scene rs;
    char number[12];
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "dc09", "udp", LOOP, PANEL);
    int fd = receiver_scene_dial(&rs, SOCK_DGRAM);
    for (int i = 1; i <= 9000; i++) {
        snprintf(number, sizeof number, "%04d", i);
        receiver_scene_say(fd, receiver_scene_frame(number, "1234", "Nri1/BA05"));
        receiver_scene_read(&rs);
    }
    receiver_scene_say(fd, receiver_scene_frame("9001", "1234", "Nri1/PA05"));
    receiver_scene_read(&rs);
    assert_true(core_step(rs.s.core));
    receiver_scene_read(&rs);
    assert_non_null(strstr(receiver_scene_hear(fd), "\"ACK\"9001"));
    receiver_scene_settle(&rs);
    struct listener_state how = receiver_scene_state(&rs);
    assert_true(how.dropped > 0);
    assert_int_equal(how.dropped + how.durable, 9001);
    close(fd);
    receiver_scene_close(&rs);
}

/* It talks and never listens: its acknowledgements are not piled up without end, and what it has
 * said is kept all the same. */
TEST(a_panel_that_reads_no_acknowledgements_is_closed_and_the_others_are_heard)
{
    struct receiver_scene rs;
    int small = 2048, said = 0;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "dc09", "tcp", LOOP, PANEL);
    setsockopt(rs.receiver->ports->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    int deaf = receiver_scene_dial(&rs, SOCK_STREAM);
    for (bool open = true; open && said < 40000; receiver_scene_settle(&rs)) {
        for (int i = 0; i < 50 && open; i++) {
            char number[16];
            snprintf(number, sizeof number, "%04d", said % 9000 + 1);
            struct str bytes = receiver_scene_frame(number, "1234", "Nri1/BA05");
            open = send(deaf, bytes.ptr, bytes.len, MSG_NOSIGNAL) == (ssize_t)bytes.len;
            said += open;
        }
    }
    assert_in_range(said, 1000, 39999);
    struct listener_state how = receiver_scene_state(&rs);
    assert_int_equal(how.links_slow, 1);
    assert_int_equal(how.links, 0);
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_say(fd, receiver_scene_frame("9999", "1234", "Nri1/BA06"));
    receiver_scene_settle(&rs);
    assert_non_null(strstr(receiver_scene_hear(fd), "\"ACK\"9999"));
    close(fd);
    close(deaf);
    receiver_scene_close(&rs);
}

TEST(bad_input_is_shown_on_the_page_of_its_source)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    scene_do(&rs.s, "source.add", NULL,
             "{\"id\":\"s\",\"label\":\"TLP:GREEN\",\"name\":\"s\",\"kind\":\"panel\","
             "\"identity\":\"#1234\"}");
    receiver_scene_listen(&rs, "dc09", "tcp", LOOP, PANEL);
    int known = receiver_scene_dial(&rs, SOCK_STREAM),
        nobody = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_say(known, receiver_scene_frame("0001", "1234", "Nri1/BA05"));
    for (int i = 0; i < 12; i++) {
        receiver_scene_say(known, STR("\n00000010\"SIA-DCS\"0002L0#\r"));
        receiver_scene_say(nobody, STR("\n00000010\"SIA-DCS\"0002L0#\r"));
    }
    receiver_scene_settle(&rs);
    assert_int_equal(receiver_scene_state(&rs).bad, 24);
    receiver_scene_pass(&rs, 1000);
    struct source_pulse pulse = {0};
    assert_true(rc_ok(
        picture_get(&rs.s.c, rs.s.reader.picture, &source_pulse_shape, STR("s"), NULL, &pulse)));
    assert_int_equal(pulse.bad, 12);
    assert_int_equal(pulse.bad_samples.count, BAD_SAMPLES_MAX);
    assert_true(pulse.bad_samples.items[0].why.len > 0 && pulse.bad_samples.items[0].bytes.len > 0);
    close(known);
    close(nobody);
    receiver_scene_close(&rs);
}

/* Its state has samples of what devices send. */
TEST(how_a_listener_does_is_as_secret_as_its_record_is_now)
{
    struct receiver_scene rs;
    const struct actor reader = {.id = STR("reader"),
                                 .permissions = {(struct str[]){STR("listener.read")}, 1},
                                 .clearance = {.tlp = TLP_GREEN}};
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "dc09", "tcp", LOOP, PANEL);
    receiver_scene_pass(&rs, 1000);
    assert_non_null(
        strstr(fetch(&rs.s, &reader, "/api/v1/listener-states", "", NULL), "\"id\":\"l\""));
    scene_do(&rs.s, "listener.change", "l",
             "{\"id\":\"l\",\"label\":\"TLP:RED\",\"name\":\"l\",\"protocol\":\"dc09\","
             "\"carrier\":\"tcp\",\"address\":\"" LOOP "\"" PANEL "}");
    assert_string_equal(fetch(&rs.s, &reader, "/api/v1/listener-states", "", NULL),
                        "{\"items\":[]}");
    receiver_scene_close(&rs);
}

TEST(a_drip_is_closed_and_counted)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "dc09", "tcp", LOOP, PANEL);
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    struct str bytes = receiver_scene_frame("0001", "1234", "Nri1/BA05");
    for (size_t i = 0; i < 30; i++) {
        receiver_scene_say(fd, str_sub(bytes, i, 1));
        receiver_scene_pass(&rs, 1100);
    }
    assert_null(receiver_scene_hear(fd));
    struct listener_state how = receiver_scene_state(&rs);
    assert_int_equal(how.links_slow, 1);
    assert_int_equal(how.links, 0);
    close(fd);
    receiver_scene_close(&rs);
}

TEST(a_connection_that_says_nothing_is_closed_where_that_is_wished)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "syslog", "tcp", LOOP, ",\"idle_ms\":5000");
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_pass(&rs, 4000);
    assert_string_equal(receiver_scene_hear(fd), "");
    receiver_scene_pass(&rs, 2000);
    assert_null(receiver_scene_hear(fd));
    assert_int_equal(receiver_scene_state(&rs).links_idle, 1);
    close(fd);
    receiver_scene_close(&rs);
}

#define GATE_SAYS \
    "<34>Nov 22 03:00:00 gate sshd[1]: Failed password for root from 192.0.2.7 port 4242 ssh2\n"

TEST(one_address_has_so_many_connections_and_no_more)
{
    struct receiver_scene rs;
    int fds[3];
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "syslog", "tcp", LOOP, ",\"links_each\":2");
    for (int i = 0; i < 3; i++) {
        fds[i] = receiver_scene_dial(&rs, SOCK_STREAM);
        if (i < 2)
            receiver_scene_say(fds[i], STR(GATE_SAYS));
        receiver_scene_settle(&rs);
    }
    assert_string_equal(receiver_scene_hear(fds[0]), "");
    assert_string_equal(receiver_scene_hear(fds[1]), "");
    assert_null(receiver_scene_hear(fds[2]));
    assert_int_equal(receiver_scene_state(&rs).links_refused, 1);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    receiver_scene_close(&rs);
}

static void strangers_make_room(const char *limits)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "syslog", "tcp", LOOP, limits);
    int device = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_say(device, STR(GATE_SAYS));
    receiver_scene_settle(&rs);
    int older = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_settle(&rs);
    int newer = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_settle(&rs);
    assert_null(receiver_scene_hear(older));
    assert_string_equal(receiver_scene_hear(device), "");
    assert_string_equal(receiver_scene_hear(newer), "");
    assert_int_equal(receiver_scene_state(&rs).links, 2);
    close(device), close(older), close(newer);
    receiver_scene_close(&rs);
}

TEST(connections_that_name_no_device_make_room_and_devices_stay)
{
    strangers_make_room(",\"links_each\":2");
    strangers_make_room(",\"links_max\":2");
}

TEST(a_line_of_100_mb_is_bad_and_the_next_one_is_read)
{
    static char block[65536];
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "syslog", "tcp", LOOP, "");
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 1600; i++) {
        receiver_scene_say(fd, (struct str){block, sizeof block});
        receiver_scene_read(&rs);
    }
    receiver_scene_say(fd, STR("\n" GATE_SAYS));
    receiver_scene_settle(&rs);
    struct listener_state how = receiver_scene_state(&rs);
    assert_int_equal(how.bad, 1);
    assert_int_equal(how.durable, 1);
    assert_int_equal(how.samples.count, 1);
    assert_int_equal(receiver_scene_kept(&rs), 1);
    close(fd);
    receiver_scene_close(&rs);
}

TEST(a_connection_waits_for_the_writer_and_nothing_is_lost)
{
    static const char line[] = "<34>Nov 22 03:00:00 gate sshd[1]: Failed password for root from "
                               "192.0.2.7 port 4242 ssh2\n";
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "syslog", "tcp", LOOP, "");
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    size_t said = 0;
    while (said < 5000 &&
           send(fd, line, sizeof line - 1, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof line - 1) {
        said++;
        if (said % 50 == 0)
            receiver_scene_read(&rs);
    }
    assert_true(said > 1000);
    receiver_scene_settle(&rs);
    struct listener_state how = receiver_scene_state(&rs);
    assert_true(how.waits > 0);
    assert_int_equal(how.frames, said);
    assert_true(how.durable >= (int64_t)said);
    close(fd);
    receiver_scene_close(&rs);
}

TEST(a_changed_listener_keeps_its_port_and_a_retired_one_is_closed)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "syslog", "tcp", LOOP, "");
    unsigned port = receiver_port(rs.receiver, STR("l"));
    scene_do(&rs.s, "listener.change", "l",
             "{\"id\":\"l\",\"label\":\"TLP:GREEN\",\"name\":\"l\",\"protocol\":\"syslog\","
             "\"carrier\":\"tcp\",\"address\":\"" LOOP "\",\"options\":{\"severity_max\":7}}");
    receiver_scene_settle(&rs);
    assert_int_equal(receiver_port(rs.receiver, STR("l")), port);
    int fd = receiver_scene_dial(&rs, SOCK_STREAM);
    receiver_scene_say(fd, STR("<14>Nov 22 03:00:00 gate app: hello\n"));
    receiver_scene_settle(&rs);
    assert_int_equal(receiver_scene_kept(&rs), 1);
    scene_do(&rs.s, "listener.retire", "l", "{}");
    receiver_scene_settle(&rs);
    assert_int_equal(receiver_port(rs.receiver, STR("l")), 0);
    assert_null(receiver_scene_hear(fd));
    close(fd);
    receiver_scene_close(&rs);
}

TEST(the_protocols_of_listeners_are_the_adapters_that_run_here)
{
    size_t count = 0;
    for (size_t i = 0; adapters[i]; i++) {
        struct str name = str_from(adapters[i]->name);
        bool offered = shape_choice_value(&listener_protocol_choices, name) != 0;
        assert_int_equal(offered, !adapters[i]->outside);
        count += offered;
    }
    assert_int_equal(count, listener_protocol_choices.count - 1);
}

TEST(what_does_not_fit_is_refused_with_the_place_of_the_error)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
#define L(more) "{\"id\":\"x\",\"label\":\"TLP:GREEN\",\"name\":\"x\"," more "}"
    scene_refused(&rs.s, "listener.add", NULL,
                  L("\"protocol\":\"gopher\",\"carrier\":\"tcp\",\"address\":\"127.0.0.1:0\""),
                  RC_INVALID, "/protocol");
    scene_refused(&rs.s, "listener.add", NULL,
                  L("\"protocol\":\"syslog\",\"carrier\":\"tcp\",\"address\":\"nowhere\""),
                  RC_INVALID, "/address");
    scene_refused(&rs.s, "listener.add", NULL,
                  L("\"protocol\":\"eve\",\"carrier\":\"file\",\"address\":\"eve.json\""),
                  RC_INVALID, "/address");
    scene_refused(&rs.s, "listener.add", NULL,
                  L("\"protocol\":\"syslog\",\"carrier\":\"tcp\",\"address\":\"127.0.0.1:0\","
                    "\"options\":{\"severity_max\":70}"),
                  RC_INVALID, "/options/severity_max");
    receiver_scene_close(&rs);
}

TEST(a_port_that_is_taken_is_told_and_the_others_open)
{
    struct receiver_scene rs;
    char address[32];
    receiver_scene_open(&rs);
    receiver_scene_listen(&rs, "syslog", "tcp", LOOP, "");
    snprintf(address, sizeof address, "127.0.0.1:%u", receiver_port(rs.receiver, STR("l")));
    char json[512];
    snprintf(json, sizeof json, L("\"protocol\":\"syslog\",\"carrier\":\"tcp\",\"address\":\"%s\""),
             address);
    scene_do(&rs.s, "listener.add", NULL, json);
    receiver_scene_settle(&rs);
    receiver_scene_pass(&rs, 1000);
    struct listener_state how = {0};
    assert_true(rc_ok(
        picture_get(&rs.s.c, rs.s.reader.picture, &listener_state_shape, STR("x"), NULL, &how)));
    assert_int_equal(how.condition, LISTENER_CONDITION_FAILED);
    assert_int_equal(receiver_scene_state(&rs).condition, LISTENER_CONDITION_OPEN);
    receiver_scene_close(&rs);
}
