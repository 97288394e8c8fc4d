/* Packets go over whole, with at most one descriptor, and nobody waits who does not want to. */
#include "agent/kit/packet.h"

#include "agent/kit/agent.h"

#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

enum { ROOM = 16 };

struct line {
    struct ctx c;
    int ends[2];
    char bytes[ROOM];
    size_t len;
};

static void line_open(struct line *l)
{
    *l = (struct line){.c = {.arena = NULL}};
    assert_true(rc_ok(agent_pair(&l->c, l->ends)));
}

static void line_close(struct line *l)
{
    close(l->ends[0]);
    close(l->ends[1]);
}

static enum rc_code send_text(struct line *l, const char *text, const char *more)
{
    const struct packet packet = {.parts = {str_from(text), str_from(more)}};
    return packet_send(&l->c, l->ends[0], &packet).code;
}

static enum rc_code take(struct line *l, bool exact, int *ret_fd)
{
    const struct packet_room room = {.bytes = l->bytes, .size = ROOM, .exact = exact};
    return packet_take(&l->c, l->ends[1], &room, &l->len, ret_fd).code;
}

static void expect_text(struct line *l, const char *text)
{
    assert_int_equal(take(l, false, NULL), RC_OK);
    assert_true(str_is((struct str){l->bytes, l->len}, text));
}

TEST(packets_are_whole_and_in_order)
{
    struct line l;
    line_open(&l);
    assert_int_equal(take(&l, false, NULL), RC_BUSY);
    assert_int_equal(send_text(&l, "gate", " north"), RC_OK);
    assert_int_equal(send_text(&l, "yard", ""), RC_OK);
    expect_text(&l, "gate north");
    expect_text(&l, "yard");
    line_close(&l);
}

TEST(a_packet_of_another_size_is_malformed_and_the_next_one_is_read)
{
    struct line l;
    int fd = 7;
    line_open(&l);
    assert_int_equal(send_text(&l, "0123456789", "0123456789"), RC_OK);
    assert_int_equal(send_text(&l, "short", ""), RC_OK);
    assert_int_equal(send_text(&l, "0123456789", "abcdef"), RC_OK);
    assert_int_equal(take(&l, false, &fd), RC_MALFORMED);
    assert_int_equal(take(&l, true, &fd), RC_MALFORMED);
    assert_int_equal(fd, 7);
    assert_int_equal(take(&l, true, &fd), RC_OK);
    assert_int_equal(fd, -1);
    line_close(&l);
}

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

TEST(a_descriptor_goes_over_and_one_that_nobody_wants_is_closed)
{
    struct line l;
    int pipe_fds[2], got = -1;
    line_open(&l);
    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    const struct packet packet = {.parts = {STR("the pipe")}, .with_fd = true, .fd = pipe_fds[1]};
    assert_true(rc_ok(packet_send(&l.c, l.ends[0], &packet)));
    assert_int_equal(take(&l, false, &got), RC_OK);
    assert_true(got >= 0 && got != pipe_fds[1]);
    assert_int_equal(write(got, "x", 1), 1);
    close(got);
    int before = open_descriptors();
    assert_true(rc_ok(packet_send(&l.c, l.ends[0], &packet)));
    expect_text(&l, "the pipe");
    assert_true(rc_ok(packet_send(&l.c, l.ends[0], &packet)));
    assert_int_equal(take(&l, true, &got), RC_MALFORMED);
    assert_int_equal(open_descriptors(), before);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    line_close(&l);
}

TEST(a_side_that_does_not_listen_is_not_waited_for_and_one_that_is_gone_is_told)
{
    struct line l;
    enum rc_code code = RC_OK;
    line_open(&l);
    for (int i = 0; i < 1000000 && code == RC_OK; i++)
        code = send_text(&l, "gate", "");
    assert_int_equal(code, RC_BUSY);
    close(l.ends[1]);
    assert_int_equal(send_text(&l, "gate", ""), RC_IO);
    l.ends[1] = dup(l.ends[0]);
    line_close(&l);
}
