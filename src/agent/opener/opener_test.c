/* Addresses and names, and what is asked of the opener when there is none: it is done here. */
#include "agent/opener/opener.h"

#include "unit.h"

#include "base/text.h"

#include <fcntl.h>
#include <unistd.h>

TEST(names_are_told_from_addresses)
{
    static const char *const names[] = {"broker:1883",    "mqtt.mission.example:8883",
                                        "localhost:1",    "b-1.example:65535",
                                        "3com.example:1", "a_b:1"};
    static const char *const none[] = {"192.0.2.7:1883", "[::1]:1883",   "1.2.3:1",
                                       "broker",         "broker:",      "broker:0",
                                       ":1883",          "-b.example:1", "b..example:1",
                                       "broker:65536",   "bro ker:1",    "b.example.:1",
                                       "a/b:1"};
    struct str host;
    unsigned port = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!endpoint_read_name(str_from(names[i]), &host, &port))
            fail_msg("%s", names[i]);
    assert_true(endpoint_read_name(STR("mqtt.example:8883"), &host, &port));
    assert_true(str_is(host, "mqtt.example"));
    assert_int_equal(port, 8883);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        if (endpoint_read_name(str_from(none[i]), &host, &port))
            fail_msg("%s", none[i]);
}

TEST(a_socket_listens_and_an_address_that_is_taken_is_told)
{
    struct ctx c = {.arena = arena_open(1 << 20)};
    struct endpoint at = {.len = sizeof at.bytes};
    struct str again;
    int fd = -1, other = -1;
    assert_true(rc_ok(opener_socket(&c, NULL, OPENER_STREAM, STR("127.0.0.1:0"), &fd)));
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at.bytes, &at.len), 0);
    assert_true(rc_ok(str_format(&c, &again, "127.0.0.1:%u", endpoint_port(&at))));
    assert_int_equal(opener_socket(&c, NULL, OPENER_STREAM, again, &other).code, RC_CONFLICT);
    assert_non_null(strstr(c.fault.message, "in use"));
    assert_int_equal(opener_socket(&c, NULL, OPENER_DATAGRAM, STR("nowhere"), &other).code,
                     RC_INVALID);
    assert_int_equal(other, -1);
    close(fd);
    arena_close(c.arena);
}

TEST(a_name_has_addresses_or_says_why_not)
{
    struct ctx c = {.arena = arena_open(1 << 20)};
    struct endpoint found[OPENER_FOUND_MAX];
    char host[ENDPOINT_TEXT_MAX];
    size_t count = 0;
    assert_true(rc_ok(opener_look_up(&c, NULL, STR("localhost"), 8883, -1, found, &count)));
    assert_in_range(count, 1, OPENER_FOUND_MAX);
    endpoint_write_host(&found[0], host);
    assert_true(strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0);
    assert_int_equal(endpoint_port(&found[0]), 8883);
    assert_int_equal(
        opener_look_up(&c, NULL, STR("no-such-host.invalid"), 1, -1, found, &count).code,
        RC_NOT_FOUND);
    arena_close(c.arena);
}

TEST(an_opener_that_is_gone_is_told)
{
    struct ctx c = {.arena = arena_open(1 << 20)};
    int pair[2], fd = -1;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    struct agent opener = {.fd = pair[0], .pid = -1};
    close(pair[1]);
    assert_int_equal(opener_socket(&c, &opener, OPENER_STREAM, STR("127.0.0.1:0"), &fd).code,
                     RC_IO);
    assert_non_null(strstr(c.fault.message, "gone"));
    close(pair[0]);
    arena_close(c.arena);
}
