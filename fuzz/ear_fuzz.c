/* Whatever an ear answers, its server is left with items within their bounds, or with an ear that
 * is gone. The first byte says how many bytes were given. */
#include "fuzz.h"

#include "agent/ear/ear_own.h"

#include "adapter/syslog/syslog.h"

#include <assert.h>
#include <sys/socket.h>
#include <unistd.h>

static bool say(int fd, struct str answer)
{
    uint32_t len = (uint32_t)answer.len;
    return ear_send(fd, &len, sizeof len, 0) && ear_send(fd, answer.ptr, answer.len, 0);
}

static void put_part(struct ctx *c, struct text *out, const struct shape *shape, const void *record)
{
    struct text packing;
    struct str packed = STR("");
    text_init(&packing, c, 1 << 20);
    shape_pack(&packing, shape, record);
    if (!rc_ok(text_done(&packing, &packed)))
        return;
    uint32_t len = (uint32_t)packed.len;
    text_put(out, (struct str){(const char *)&len, sizeof len});
    text_put(out, packed);
}

/* No figures, and this frame. */
static struct str answer_of(struct ctx *c, struct str input)
{
    const struct ear_answer figures = {.pending = false};
    struct ear_frame frame = {.bad = false};
    struct text out;
    struct str answer = input;
    if (!rc_ok(shape_read(c, &ear_frame_shape, SHAPE_FROM_RECORD, input, &frame)))
        return input;
    text_init(&out, c, 1 << 20);
    put_part(c, &out, &ear_answer_shape, &figures);
    put_part(c, &out, &ear_frame_shape, &frame);
    return rc_ok(text_done(&out, &answer)) ? answer : input;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char welcome[] = "\2\0\0\0\0\0";
    struct ctx c = {.arena = arena_open(8 << 20), .clock = &clock_system};
    const struct ear_options options = {.adapter = &syslog_adapter, .ms = 1};
    struct ear *ear = NULL;
    struct ear_stream *stream = NULL;
    struct ear_item item = {.item = {.kind = STREAM_FRAME}};
    char bytes[256] = "";
    int pair[2];
    bool made = size > 0 && size < 65536 && rc_ok(ear_pair(&c, pair));
    if (made && say(pair[1], (struct str){welcome, sizeof welcome - 1}) &&
        rc_ok(ear_open(&c, pair[0], &options, &ear)) && rc_ok(ear_stream_open(&c, ear, &stream)) &&
        say(pair[1], answer_of(&c, (struct str){(const char *)data + 1, size - 1}))) {
        uint64_t end = 0;
        ear_stream_give(stream, (struct str){bytes, data[0]}, (struct stream_given){.last = true});
        while (item.item.kind != STREAM_EMPTY &&
               rc_ok(ear_stream_next(&c, stream, clock_now(&c), &item)))
            if (item.item.kind != STREAM_EMPTY) {
                assert(item.item.at >= end && item.size <= data[0] - item.item.at);
                end = item.item.at + item.size;
                for (size_t i = 0; i < item.item.out.count; i++)
                    assert(rc_ok(shape_check(&c, &signal_shape, &item.item.out.signals[i])));
            }
        assert(item.item.kind == STREAM_EMPTY || ear_is_gone(ear));
    }
    ear_stream_close(stream);
    ear_close(ear);
    if (made)
        close(pair[1]);
    arena_close(c.arena);
    return 0;
}
