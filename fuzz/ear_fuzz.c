/* Whatever an ear answers, its server is left with items within their bounds, or with an ear that
 * is gone. The first byte says how many bytes were given. */
#include "fuzz.h"

#include "agent/ear/ear_own.h"

#include "adapter/syslog/syslog.h"

#include <assert.h>
#include <sys/socket.h>
#include <unistd.h>

static bool say(int fd, const uint8_t *json, size_t size)
{
    uint32_t len = (uint32_t)size;
    return ear_send(fd, &len, sizeof len, 0) && ear_send(fd, json, size, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char welcome[] = "{}";
    struct ctx c = {.arena = arena_open(8 << 20), .clock = &clock_system};
    const struct ear_options options = {.adapter = &syslog_adapter, .ms = 1};
    struct ear *ear = NULL;
    struct ear_stream *stream = NULL;
    struct ear_item item = {.item = {.kind = STREAM_FRAME}};
    char bytes[256] = "";
    int pair[2];
    bool made = size > 0 && size < 65536 && rc_ok(ear_pair(&c, pair));
    if (made && say(pair[1], (const uint8_t *)welcome, sizeof welcome - 1) &&
        rc_ok(ear_open(&c, pair[0], &options, &ear)) && rc_ok(ear_stream_open(&c, ear, &stream)) &&
        say(pair[1], data + 1, size - 1)) {
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
