/* An ear hears what the adapter hears, and whatever it says, its server stays within its bounds. */
#include "agent/ear/ear_own.h"

#include "adapter/registry/registry.h"

#include "unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

struct scene {
    struct ctx c;
    int far; /* the ear's end */
    pthread_t thread;
    struct ear *ear;
    struct ear_stream *stream;
};

static const struct wall now = {1795575600000000};

static void *run(void *arg)
{
    const struct scene *s = arg;
    ear_run(s->far, adapter_find);
    close(s->far);
    return NULL;
}

static void open_with(struct scene *s, const struct adapter *adapter, void *(*ear)(void *), int ms)
{
    int pair[2];
    struct ear_options options = {.adapter = adapter, .options = str_from(adapter->look), .ms = ms};
    *s = (struct scene){.c = {.arena = arena_open(64 << 20), .clock = &clock_system}};
    assert_true(rc_ok(ear_pair(&s->c, pair)));
    s->far = pair[1];
    assert_int_equal(pthread_create(&s->thread, NULL, ear, s), 0);
    if (!rc_ok(ear_open(&s->c, pair[0], &options, &s->ear)))
        fail_msg("%s: %s", adapter->name, s->c.fault.message);
    assert_true(rc_ok(ear_stream_open(&s->c, s->ear, &s->stream)));
}

static void close_scene(struct scene *s)
{
    ear_stream_close(s->stream);
    ear_close(s->ear);
    pthread_join(s->thread, NULL);
    arena_close(s->c.arena);
}

/* ---- what it hears --------------------------------------------------------------------------- */

static void same(const struct adapter *adapter, const struct stream_item *own,
                 const struct ear_item *heard)
{
    const struct stream_item *item = &heard->item;
    assert_int_equal(item->kind, own->kind);
    if (own->kind == STREAM_EMPTY)
        return;
    assert_int_equal(item->frame, own->frame);
    assert_int_equal(item->at, own->at);
    assert_int_equal(heard->size, own->bytes.len);
    assert_true(str_absent(item->out.reply) == str_absent(own->out.reply));
    assert_true(str_absent(own->out.reply) || str_eq(item->out.reply, own->out.reply));
    assert_int_equal(item->out.count, own->out.count);
    for (size_t i = 0; i < own->out.count; i++)
        if (!shape_same(&signal_shape, &item->out.signals[i], &own->out.signals[i]))
            fail_msg("%s: another signal", adapter->name);
    if (own->kind == STREAM_BAD)
        assert_string_equal(item->why, own->why);
}

/* The same bytes by an adapter here and by one in an ear, in pieces of so many bytes. */
static void heard_alike(const struct adapter *adapter, struct str bytes, size_t piece)
{
    struct scene s;
    struct intake *intake = NULL;
    struct stream *stream = NULL;
    void *options = NULL;
    open_with(&s, adapter, run, 0);
    assert_true(rc_ok(intake_options(&s.c, adapter, str_from(adapter->look), &options)));
    assert_true(rc_ok(intake_open(&s.c, adapter, options, &intake)));
    assert_true(rc_ok(stream_open(&s.c, intake, &stream)));
    for (size_t at = 0; at < bytes.len; at += piece) {
        struct stream_given given = {.peer = STR("192.0.2.7"), .last = at + piece >= bytes.len};
        struct stream_item own = {.kind = STREAM_FRAME};
        struct ear_item heard;
        stream_give(stream, str_sub(bytes, at, at + piece), given);
        ear_stream_give(s.stream, str_sub(bytes, at, at + piece), given);
        while (own.kind != STREAM_EMPTY) {
            assert_true(rc_ok(stream_next(&s.c, stream, now, &own)));
            assert_true(rc_ok(ear_stream_next(&s.c, s.stream, now, &heard)));
            same(adapter, &own, &heard);
        }
        assert_true(stream_pending(stream) == ear_stream_pending(s.stream));
    }
    assert_memory_equal(intake_counts(intake), ear_counts(s.ear), sizeof *intake_counts(intake));
    for (size_t i = 0; adapter->tallies[i]; i++)
        assert_int_equal(intake_tally(intake, i), ear_tally(s.ear, i));
    struct intake_sample mine[INTAKE_SAMPLES], theirs[INTAKE_SAMPLES];
    size_t count = intake_samples(intake, mine);
    assert_int_equal(ear_samples(s.ear, theirs), count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(theirs[i].why, mine[i].why);
        assert_int_equal(theirs[i].len, mine[i].len);
        assert_memory_equal(theirs[i].bytes, mine[i].bytes, mine[i].len);
    }
    stream_close(stream);
    intake_close(intake);
    close_scene(&s);
}

TEST(an_ear_hears_what_each_adapter_hears)
{
    struct ctx c = {.arena = arena_open(1 << 20)};
    for (size_t i = 0; adapters[i]; i++) {
        const struct adapter *adapter = adapters[i];
        struct text bytes;
        struct str done;
        text_init(&bytes, &c, 1 << 19);
        for (size_t j = 0; !adapter->outside && adapter->examples[j]; j++) {
            text_put(&bytes, str_from(adapter->examples[j]));
            text_put(&bytes, STR("\nnone of yours \xff\n"));
        }
        assert_true(rc_ok(text_done(&bytes, &done)));
        if (adapter->outside)
            continue;
        heard_alike(adapter, done, 65536);
        heard_alike(adapter, done, 7);
        arena_reset(c.arena);
    }
    arena_close(c.arena);
}

TEST(options_that_are_wrong_are_said_by_the_ear)
{
    struct ctx c = {.arena = arena_open(1 << 20)};
    struct scene s = {.far = -1};
    struct ear_options options = {.adapter = adapter_find(STR("dc09")),
                                  .options = STR("{\"accounts\":[{\"account\":\"1234\","
                                                 "\"key\":\"short\"}]}")};
    int pair[2];
    assert_true(rc_ok(ear_pair(&c, pair)));
    s.far = pair[1];
    assert_int_equal(pthread_create(&s.thread, NULL, run, &s), 0);
    assert_int_equal(ear_open(&c, pair[0], &options, &s.ear).code, RC_INVALID);
    if (!strstr(c.fault.message, "key"))
        fail_msg("%s", c.fault.message);
    pthread_join(s.thread, NULL);
    arena_close(c.arena);
}

/* ---- an ear that lies ------------------------------------------------------------------------ */

#define GOOD        "{\"bytes\":1}"
#define FRAME(more) "{\"items\":[{\"frame\":1,\"size\":3" more "}]}"
#define SIGNAL                                                                                  \
    "\"source\":\"x\",\"kind\":\"alarm\",\"priority\":\"high\",\"code_system\":\"t\",\"text\":" \
    "\"t\""

static const char *lie; /* one thread at a time; NULL: it ends, "": it says nothing */
static uint32_t lie_len;

static void say(int fd, const char *json)
{
    uint32_t len = (uint32_t)strlen(json);
    ear_send(fd, &len, sizeof len, -1);
    ear_send(fd, json, len, -1);
}

static void take_order(int fd)
{
    struct ear_order order;
    char rest[4096];
    assert_true(ear_take(fd, &order, sizeof order, -1));
    assert_true(ear_take(fd, rest, order.first + order.second + order.third, -1));
}

/* Good at first, and then this. It takes what it is told, so that only its answer is bad. */
static void *run_liar(void *arg)
{
    const struct scene *s = arg;
    char rest[64];
    take_order(s->far);
    say(s->far, GOOD);
    take_order(s->far);
    if (lie && lie_len)
        ear_send(s->far, &lie_len, sizeof lie_len, -1);
    if (lie && (lie_len || lie[0]))
        say(s->far, lie);
    while (lie && recv(s->far, rest, sizeof rest, 0) > 0)
        continue;
    close(s->far);
    return NULL;
}

static void is_found_out(const char *what, uint32_t len)
{
    struct scene s;
    struct ear_item item;
    lie = what;
    lie_len = len;
    open_with(&s, adapter_find(STR("syslog")), run_liar, 50);
    ear_stream_give(s.stream, STR("abc"), (struct stream_given){.peer = STR("192.0.2.7")});
    rc result = ear_stream_next(&s.c, s.stream, now, &item);
    if (result.code != RC_IO)
        fail_msg("%s is believed", what ? what : "its end");
    assert_true(ear_is_gone(s.ear));
    assert_int_equal(ear_stream_next(&s.c, s.stream, now, &item).code, RC_IO);
    close_scene(&s);
}

TEST(an_ear_that_ends_hangs_or_lies_is_gone)
{
    static const char *const lies[] = {
        NULL,
        "",
        "x",
        "{}x",
        "[]",
        "{\"key\":1}",
        "{\"items\":[{\"frame\":1,\"size\":4}]}",
        "{\"items\":[{\"frame\":1,\"size\":0}]}",
        "{\"items\":[{\"frame\":1,\"size\":-1}]}",
        "{\"items\":[{\"frame\":1,\"at\":-1,\"size\":1}]}",
        "{\"items\":[{\"frame\":1,\"at\":3,\"size\":1}]}",
        "{\"items\":[{\"frame\":1,\"at\":9223372036854775807,\"size\":9223372036854775807}]}",
        FRAME(",\"source\":\"a\\u0000b\""),
        FRAME(",\"signals\":[{}]"),
        FRAME(",\"signals\":[{" SIGNAL ",\"kind\":\"peace\"}]"),
        FRAME(",\"signals\":[{" SIGNAL ",\"way\":\"listener/other\"}]"),
        FRAME(",\"reply\":\"not bytes!\""),
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        is_found_out(lies[i], 0);
    is_found_out("longer than it may be", EAR_ANSWER_MAX + 1);
    is_found_out("longer than it is", 5000);
}

TEST(what_it_says_of_addresses_is_overwritten)
{
    struct scene s;
    struct ear_item item;
    lie = FRAME(",\"signals\":[{" SIGNAL ",\"peer\":\"198.51.100.1\"}]");
    lie_len = 0;
    open_with(&s, adapter_find(STR("syslog")), run_liar, 0);
    ear_stream_give(s.stream, STR("abc"), (struct stream_given){.peer = STR("192.0.2.7")});
    assert_true(rc_ok(ear_stream_next(&s.c, s.stream, now, &item)));
    assert_int_equal(item.item.out.count, 1);
    assert_true(str_is(item.item.out.signals[0].peer, "192.0.2.7"));
    close_scene(&s);
}

TEST(an_ear_has_so_many_streams_and_no_more)
{
    struct scene s;
    static struct ear_stream *streams[EAR_STREAMS];
    open_with(&s, adapter_find(STR("syslog")), run, 0);
    for (size_t i = 1; i < 1000; i++)
        assert_true(rc_ok(ear_stream_open(&s.c, s.ear, &streams[i])));
    for (size_t i = 1; i < 1000; i++)
        ear_stream_close(streams[i]);
    ear_stream_give(s.stream, STR("<1>x\n"), (struct stream_given){.last = true});
    struct ear_item item;
    assert_true(rc_ok(ear_stream_next(&s.c, s.stream, now, &item)));
    close_scene(&s);
}
