#include "agent/probe/talk.h"

#include "unit.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct line {
    struct ctx c;
    int ends[2];
    char buffer[TALK_MAX];
};

static void line_open(struct line *l)
{
    *l = (struct line){.c = {.arena = arena_open(4 << 20), .clock = &clock_system}};
    assert_true(rc_ok(talk_pair(&l->c, l->ends)));
}

static void line_close(struct line *l)
{
    close(l->ends[0]);
    close(l->ends[1]);
    arena_close(l->c.arena);
}

static enum rc_code take(struct line *l, enum talk_kind *ret_kind, struct str *ret)
{
    return talk_take(&l->c, l->ends[1], l->buffer, ret_kind, ret).code;
}

TEST(packets_arrive_whole_and_in_order)
{
    static struct line l;
    enum talk_kind kind;
    struct str bytes;
    line_open(&l);
    assert_true(take(&l, &kind, &bytes) == RC_BUSY);
    assert_true(rc_ok(talk_send(&l.c, l.ends[0], TALK_HEARD, (struct str){NULL, 0}, false)));
    struct talk_look look = {.ticket = 7};
    assert_true(
        rc_ok(talk_send_record(&l.c, l.ends[0], TALK_LOOK, &talk_look_shape, &look, false)));
    assert_true(take(&l, &kind, &bytes) == RC_OK && kind == TALK_HEARD && bytes.len == 0);
    assert_true(take(&l, &kind, &bytes) == RC_OK && kind == TALK_LOOK);
    assert_true(str_is(bytes, "{\"ticket\":7}"));
    line_close(&l);
}

TEST(an_order_is_read_as_it_was_sent)
{
    static struct line l;
    const struct probe_order order = {.onvif = STR("http://192.0.2.20/onvif/device_service"),
                                      .user = STR("guard"),
                                      .password = STR("secret"),
                                      .freeze_ms = 30000,
                                      .blip_ms = 10000};
    struct probe_order told = {0};
    enum talk_kind kind;
    struct str json;
    line_open(&l);
    assert_true(
        rc_ok(talk_send_record(&l.c, l.ends[0], TALK_ORDER, &probe_order_shape, &order, false)));
    assert_true(take(&l, &kind, &json) == RC_OK && kind == TALK_ORDER);
    if (!rc_ok(shape_read(&l.c, &probe_order_shape, SHAPE_FROM_RECORD, json, &told)))
        fail_msg("%s: %s", l.c.fault.pointer, l.c.fault.message);
    assert_true(str_eq(told.onvif, order.onvif) && str_eq(told.password, order.password));
    assert_true(str_absent(told.stream));
    assert_int_equal(told.freeze_ms, 30000);
    line_close(&l);
}

TEST(too_much_is_not_sent_and_not_taken)
{
    static struct line l;
    static char much[TALK_MAX + 1];
    enum talk_kind kind;
    struct str bytes;
    line_open(&l);
    assert_true(talk_send(&l.c, l.ends[0], TALK_PART, (struct str){much, TALK_MAX}, false).code ==
                RC_TOO_LARGE);
    assert_int_equal(send(l.ends[0], much, sizeof much, 0), sizeof much);
    assert_true(take(&l, &kind, &bytes) == RC_MALFORMED);
    line_close(&l);
}

TEST(a_side_that_does_not_listen_is_not_waited_for)
{
    static struct line l;
    static char part[TALK_MAX - 1];
    enum rc_code code = RC_OK;
    line_open(&l);
    for (int i = 0; i < 1000 && code == RC_OK; i++)
        code = talk_send(&l.c, l.ends[0], TALK_PART, (struct str){part, sizeof part}, false).code;
    assert_true(code == RC_BUSY);
    line_close(&l);
}

TEST(a_side_that_is_gone_is_noticed)
{
    static struct line l;
    enum talk_kind kind;
    struct str bytes;
    line_open(&l);
    close(l.ends[0]);
    assert_true(take(&l, &kind, &bytes) == RC_IO);
    assert_true(talk_send(&l.c, l.ends[1], TALK_HEARD, (struct str){NULL, 0}, false).code == RC_IO);
    l.ends[0] = dup(l.ends[1]);
    line_close(&l);
}

/* The largest image there is goes over, whatever is asked of the sockets. */
TEST(an_image_fits_its_parts)
{
    assert_true((size_t)TALK_PARTS * (TALK_MAX - 1) >= PROBE_IMAGE_BYTES_MAX);
}
