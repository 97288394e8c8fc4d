/* Any bytes through any adapter. The first byte picks the adapter, the second the sizes of the
 * pieces (0: one datagram). Whatever comes in: every signal keeps the rules of its shape and is
 * read back from its JSON, and the figures add up. */
#include "fuzz.h"

#include "adapter/registry/registry.h"

#include <assert.h>

static size_t adapter_count(void)
{
    size_t count = 0;
    while (adapters[count])
        count++;
    return count;
}

static void check_signal(struct ctx *c, const struct signal *signal)
{
    struct signal again = {0};
    struct str json;
    struct text t;
    assert(rc_ok(shape_check(c, &signal_shape, signal)));
    text_init(&t, c, 1 << 20);
    shape_write(&t, &signal_shape, SHAPE_VIEW_WHOLE, signal);
    assert(rc_ok(text_done(&t, &json)));
    assert(rc_ok(shape_read(c, &signal_shape, SHAPE_FROM_RECORD, json, &again)));
}

static void lead(struct ctx *c, struct stream *stream, struct str bytes, bool datagram, bool last)
{
    struct stream_item item = {.kind = STREAM_FRAME};
    stream_give(stream, bytes, (struct stream_given){.datagram = datagram, .last = last});
    while (item.kind != STREAM_EMPTY) {
        struct arena_mark mark = arena_mark(c->arena);
        assert(rc_ok(stream_next(c, stream, clock_now(c), &item)));
        for (size_t i = 0; i < item.out.count; i++)
            check_signal(c, &item.out.signals[i]);
        arena_return(c->arena, mark);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct clock_manual clock;
    clock_manual_init(&clock, (struct wall){1795316400000000});
    struct ctx c = {.arena = arena_open(64 << 20), .clock = &clock.clock};
    const struct adapter *adapter = adapters[data[0] % adapter_count()];
    struct str bytes = {(const char *)data + 2, size - 2};
    size_t piece = data[1];
    struct intake *intake = NULL;
    struct stream *stream = NULL;
    void *options = NULL;
    assert(rc_ok(intake_options(&c, adapter, str_from(adapter->look), &options)));
    assert(rc_ok(intake_open(&c, adapter, options, &intake)));
    assert(rc_ok(stream_open(&c, intake, &stream)));
    for (size_t at = 0; piece > 0 && at < bytes.len; at += piece)
        lead(&c, stream, str_sub(bytes, at, piece), false, false);
    lead(&c, stream, piece > 0 ? STR("") : bytes, piece == 0, true);
    const struct intake_counts *counts = intake_counts(intake);
    assert(counts->bytes == bytes.len);
    assert(counts->counted + counts->bad <= counts->frames);
    stream_close(stream);
    intake_close(intake);
    arena_close(c.arena);
    return 0;
}
