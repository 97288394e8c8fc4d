#include "support/feeding.h"

#include "base/file.h"

#include "unit.h"

#include <stdlib.h>

enum { MEMORY_MAX = 512 << 20, SIGNALS_MAX = 4096 };

void feeding_open(struct feeding *f, const struct adapter *adapter, const char *options)
{
    void *record = NULL;
    struct wall now = {0};
    *f = (struct feeding){.peer = STR("192.0.2.99")};
    assert_true(wall_parse(STR("2026-11-22T03:00:00Z"), &now));
    clock_manual_init(&f->clock, now);
    f->c = (struct ctx){.arena = arena_open(MEMORY_MAX), .clock = &f->clock.clock};
    if (!rc_ok(intake_options(&f->c, adapter, str_from(options), &record)) ||
        !rc_ok(intake_open(&f->c, adapter, record, &f->intake)))
        fail_msg("%s: %s", f->c.fault.pointer, f->c.fault.message);
    assert_true(rc_ok(stream_open(&f->c, f->intake, &f->stream)));
    f->signals = calloc(SIGNALS_MAX, sizeof *f->signals);
    assert_non_null(f->signals);
}

void feeding_close(struct feeding *f)
{
    stream_close(f->stream);
    intake_close(f->intake);
    arena_close(f->c.arena);
    free(f->signals);
}

static void take(struct feeding *f, const struct stream_item *item)
{
    f->frames += item->kind == STREAM_FRAME;
    f->bad += item->kind == STREAM_BAD;
    if (item->kind == STREAM_BAD)
        f->why = item->why;
    if (f->discard)
        return;
    if (!str_absent(item->out.source))
        assert_true(rc_ok(str_copy(&f->c, item->out.source, &f->source)));
    if (!str_absent(item->out.reply))
        f->reply = item->out.reply;
    for (size_t i = 0; i < item->out.count; i++) {
        assert_true(f->signal_count < SIGNALS_MAX);
        assert_true(rc_ok(shape_copy(&f->c, &signal_shape, &item->out.signals[i],
                                     &f->signals[f->signal_count++])));
    }
}

void feeding_give(struct feeding *f, enum feeding_as as, struct str bytes)
{
    struct stream_item item = {.kind = STREAM_FRAME};
    f->signal_count = f->frames = f->bad = 0;
    f->reply = f->source = (struct str){0};
    f->why = NULL;
    stream_give(f->stream, bytes,
                (struct stream_given){.last = as != FEEDING_PART,
                                      .datagram = as == FEEDING_DATAGRAM,
                                      .peer = as == FEEDING_DATAGRAM ? f->peer : (struct str){0}});
    while (item.kind != STREAM_EMPTY) {
        struct arena_mark mark = arena_mark(f->c.arena);
        assert_true(rc_ok(stream_next(&f->c, f->stream, clock_now(&f->c), &item)));
        take(f, &item);
        if (f->discard)
            arena_return(f->c.arena, mark);
    }
}

struct str feeding_file(struct feeding *f, const char *path)
{
    struct str bytes = {0};
    if (file_exists(path))
        assert_true(rc_ok(file_read(&f->c, &files_system, path, 64 << 20, &bytes)));
    return bytes;
}
