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

#define FRAME(more) "{\"frame\":1,\"size\":3" more "}"
#define SIGNAL                                                                                  \
    "\"source\":\"x\",\"kind\":\"alarm\",\"priority\":\"high\",\"code_system\":\"t\",\"text\":" \
    "\"t\""
#define HEARD FRAME(",\"signals\":[{" SIGNAL ",\"peer\":\"198.51.100.1\"}],\"reply\":\"YQ\"")

/* What the liar answers with; of one thread at a time. */
static struct {
    char bytes[8192];
    size_t len;    /* 0: nothing */
    uint32_t says; /* as its length; 0: the true one */
    bool ends;
} lie;

static void put(const void *bytes, size_t len)
{
    memcpy(lie.bytes + lie.len, bytes, len);
    lie.len += len;
}

static void put_packed(const struct shape *shape, const char *json)
{
    struct ctx c = {.arena = arena_open(1 << 20)};
    struct text out;
    struct str packed;
    void *record = ctx_take(&c, 1, shape->size);
    if (!rc_ok(shape_read(&c, shape, SHAPE_FROM_RECORD, str_from(json), record)))
        fail_msg("%s: %s", json, c.fault.message);
    text_init(&out, &c, 1 << 16);
    shape_pack(&out, shape, record);
    assert_true(rc_ok(text_done(&out, &packed)));
    uint32_t len = (uint32_t)packed.len;
    put(&len, sizeof len);
    put(packed.ptr, packed.len);
    arena_close(c.arena);
}

static void answer(const char *frame)
{
    lie.len = lie.says = 0;
    lie.ends = false;
    put_packed(&ear_answer_shape, "{\"bytes\":3}");
    if (frame)
        put_packed(&ear_frame_shape, frame);
}

static void say(int fd)
{
    uint32_t len = lie.says ? lie.says : (uint32_t)lie.len;
    if (lie.len > 0 || lie.says) {
        ear_send(fd, &len, sizeof len, -1);
        ear_send(fd, lie.bytes, lie.len, -1);
    }
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
    static const char welcome[] = "\2\0\0\0\0\0";
    const struct scene *s = arg;
    char rest[64];
    uint32_t len = sizeof welcome - 1;
    take_order(s->far);
    ear_send(s->far, &len, sizeof len, -1);
    ear_send(s->far, welcome, len, -1);
    take_order(s->far);
    say(s->far);
    while (!lie.ends && recv(s->far, rest, sizeof rest, 0) > 0)
        continue;
    close(s->far);
    return NULL;
}

/* What comes of it. */
static rc told(enum stream_kind *ret)
{
    struct scene s;
    struct ear_item item;
    open_with(&s, adapter_find(STR("syslog")), run_liar, 50);
    ear_stream_give(s.stream, STR("abc"), (struct stream_given){.peer = STR("192.0.2.7")});
    rc result = ear_stream_next(&s.c, s.stream, now, &item);
    assert_true(rc_ok(result) || (result.code == RC_IO && ear_is_gone(s.ear)));
    *ret = rc_ok(result) ? item.item.kind : STREAM_EMPTY;
    if (*ret != STREAM_EMPTY) {
        assert_true(item.item.at < 3 && item.size <= 3 - item.item.at);
        for (size_t i = 0; i < item.item.out.count; i++)
            assert_true(rc_ok(shape_check(&s.c, &signal_shape, &item.item.out.signals[i])));
    }
    if (!rc_ok(result))
        assert_int_equal(ear_stream_next(&s.c, s.stream, now, &item).code, RC_IO);
    close_scene(&s);
    return result;
}

static void is_found_out(const char *what)
{
    enum stream_kind kind;
    if (told(&kind).code != RC_IO)
        fail_msg("%s is believed", what);
}

TEST(an_ear_that_ends_hangs_or_lies_is_gone)
{
    static const char *const frames[] = {
        "{\"frame\":1,\"size\":4}",
        "{\"frame\":1,\"size\":0}",
        "{\"frame\":1,\"size\":-1}",
        "{\"frame\":1,\"at\":-1,\"size\":1}",
        "{\"frame\":1,\"at\":3,\"size\":1}",
        "{\"frame\":1,\"at\":9223372036854775807,\"size\":9223372036854775807}",
    };
    enum stream_kind kind;
    answer(HEARD);
    assert_true(rc_ok(told(&kind)) && kind == STREAM_FRAME);
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        answer(frames[i]);
        is_found_out(frames[i]);
    }
    answer(NULL);
    lie.ends = true;
    lie.len = 0;
    is_found_out("its end");
    answer(NULL);
    lie.len = 0;
    is_found_out("silence");
    answer(HEARD);
    lie.says = EAR_ANSWER_MAX + 1;
    is_found_out("more than it may");
    answer(HEARD);
    lie.says = (uint32_t)lie.len + 1;
    is_found_out("less than it says");
}

/* Cut anywhere, and with any byte changed: found out, or within the bounds. */
TEST(an_answer_that_is_damaged_is_refused_or_harmless)
{
    enum stream_kind kind;
    answer(HEARD);
    size_t whole = lie.len;
    for (size_t len = 1; len < whole; len++) {
        answer(HEARD);
        lie.len = len;
        rc result = told(&kind);
        assert_true(result.code == RC_IO || kind == STREAM_EMPTY);
    }
    for (size_t at = 0; at < whole; at++)
        for (int change = 1; change < 256; change = change * 3 + 1) {
            answer(HEARD);
            lie.bytes[at] = (char)(lie.bytes[at] ^ change);
            rc result = told(&kind);
            (void)result; /* told() has looked at it */
        }
}

TEST(what_it_says_of_addresses_is_overwritten)
{
    struct scene s;
    struct ear_item item;
    answer(HEARD);
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

/* ---- an adapter that is wrong ---------------------------------------------------------------- */

/* Its signals have no kind. */
static rc feed_nonsense(struct ctx *c, struct adapter_state *, const struct adapter_input *in,
                        struct adapter_output *out, struct adapter_result *ret)
{
    *ret = adapter_ok(in->bytes.len);
    out->reply = STR("ACK");
    return adapter_emit(c, out, &(struct signal){.source = STR("x"), .text = STR("t")});
}

static rc open_nonsense(struct ctx *, const void *, struct adapter_opened *ret)
{
    *ret = (struct adapter_opened){.frame_max = 1000};
    return OK;
}

static void close_nonsense(struct adapter_state *)
{
}

static const char *const no_tallies[] = {NULL};
static struct adapter nonsense = {.name = "nonsense",
                                  .look = "{}",
                                  .tallies = no_tallies,
                                  .open = open_nonsense,
                                  .close = close_nonsense,
                                  .feed = feed_nonsense,
                                  .resume = adapter_resume_line};

static const struct adapter *find_nonsense(struct str)
{
    nonsense.options = adapter_find(STR("syslog"))->options;
    return &nonsense;
}

static void *run_nonsense(void *arg)
{
    const struct scene *s = arg;
    ear_run(s->far, find_nonsense);
    close(s->far);
    return NULL;
}

TEST(a_signal_that_cannot_be_kept_is_bad_input_and_no_end_of_the_ear)
{
    struct scene s;
    struct ear_item item;
    open_with(&s, &nonsense, run_nonsense, 0);
    for (int i = 0; i < 2; i++) {
        ear_stream_give(s.stream, STR("abc"), (struct stream_given){.last = true});
        assert_true(rc_ok(ear_stream_next(&s.c, s.stream, now, &item)));
        assert_int_equal(item.item.kind, STREAM_BAD);
        assert_true(str_absent(item.item.out.reply));
        assert_true(rc_ok(ear_stream_next(&s.c, s.stream, now, &item)));
        assert_int_equal(item.item.kind, STREAM_EMPTY);
    }
    close_scene(&s);
}
