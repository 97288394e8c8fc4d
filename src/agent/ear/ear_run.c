/* The ear's side. It believes its server; what it reads for it, it does not. Whatever goes wrong
 * here ends it, and the server starts another. */
#include "agent/ear/ear_own.h"

#include "agent/kit/agent.h"

#include <stdlib.h>

enum { ANSWER_MEMORY = 256 << 20, EAR_FAILED = 1 };

struct hearing {
    int fd;
    struct ctx c;   /* of one order */
    struct ctx own; /* as long as it lives: what the adapter was opened with */
    struct intake *intake;
    struct stream *streams[EAR_STREAMS];
    uint64_t bad; /* as of the last answer */
    struct ear_order order;
    char *given;
    const struct adapter *(*find)(struct str name);
};

/* ---- answering ------------------------------------------------------------------------------- */

static rc put_samples(struct hearing *h, struct ear_answer *answer)
{
    struct intake_sample *samples = NULL;
    uint64_t bad = intake_counts(h->intake)->bad;
    if (bad == h->bad)
        return OK;
    h->bad = bad;
    NEW(&h->c, samples, INTAKE_SAMPLES);
    NEW(&h->c, answer->samples.items, INTAKE_SAMPLES);
    answer->samples.count = intake_samples(h->intake, samples);
    for (size_t i = 0; i < answer->samples.count; i++)
        answer->samples.items[i] = (struct ear_sample){
            .at = samples[i].received,
            .why = str_from(samples[i].why),
            .frame = (int64_t)samples[i].frame,
            .whole = (int64_t)samples[i].whole,
            .bytes = {samples[i].bytes, samples[i].len},
        };
    return OK;
}

static rc put_figures(struct hearing *h, struct ear_answer *answer)
{
    const struct intake_counts *counts = intake_counts(h->intake);
    const struct adapter *adapter = intake_adapter(h->intake);
    uint64_t *tallies = NULL;
    size_t count = 0;
    answer->bytes = (int64_t)counts->bytes;
    answer->bad_bytes = (int64_t)counts->bad_bytes;
    answer->frames = (int64_t)counts->frames;
    answer->signals = (int64_t)counts->signals;
    answer->counted = (int64_t)counts->counted;
    answer->bad = (int64_t)counts->bad;
    NEW(&h->c, tallies, EAR_TALLIES);
    for (; adapter->tallies[count]; count++)
        tallies[count] = intake_tally(h->intake, count);
    answer->tallies = (struct str){(const char *)tallies, count * sizeof *tallies};
    return put_samples(h, answer);
}

static rc answer_with(struct hearing *h, const struct ear_answer *answer)
{
    struct text json;
    struct str done;
    text_init(&json, &h->c, EAR_ANSWER_MAX);
    shape_write(&json, &ear_answer_shape, SHAPE_VIEW_WHOLE, answer);
    TRY(text_done(&json, &done));
    uint32_t len = (uint32_t)done.len;
    if (!ear_send(h->fd, &len, sizeof len, -1) || !ear_send(h->fd, done.ptr, done.len, -1))
        FAIL(&h->c, IO, "the server is gone");
    return OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

static rc copy_item(struct hearing *h, const struct stream_item *item, struct ear_frame *ret)
{
    struct signal *signals = NULL;
    *ret = (struct ear_frame){
        .bad = item->kind == STREAM_BAD,
        .frame = (int64_t)item->frame,
        .at = (int64_t)item->at,
        .size = (int64_t)item->bytes.len,
    };
    if (ret->bad)
        ret->why = str_from(item->why);
    TRY(signal_line(&h->c, item->out.source, 200, &ret->source));
    TRY(str_copy(&h->c, item->out.reply, &ret->reply));
    if (ret->bad)
        TRY(str_copy(&h->c, str_sub(item->bytes, 0, INTAKE_SAMPLE_BYTES), &ret->bytes));
    if (item->out.count == 0)
        return OK;
    NEW(&h->c, signals, item->out.count);
    for (size_t i = 0; i < item->out.count; i++)
        TRY(shape_copy(&h->c, &signal_shape, &item->out.signals[i], &signals[i]));
    ret->signals.items = signals;
    ret->signals.count = item->out.count;
    return OK;
}

static rc add_item(struct hearing *h, struct ear_answer *answer, size_t *room,
                   const struct stream_item *item)
{
    if (answer->items.count == *room) {
        struct ear_frame *more = NULL;
        *room = *room ? *room * 4 : 16;
        NEW(&h->c, more, *room);
        if (answer->items.count)
            memcpy(more, answer->items.items, answer->items.count * sizeof *more);
        answer->items.items = more;
    }
    return copy_item(h, item, &answer->items.items[answer->items.count++]);
}

static rc read_given(struct hearing *h, struct str peer, struct str bytes)
{
    struct stream **stream = &h->streams[h->order.stream];
    struct ear_answer answer = {.pending = false};
    struct stream_item item = {.kind = STREAM_FRAME};
    size_t room = 0;
    if (!*stream)
        TRY(stream_open(&h->c, h->intake, stream));
    stream_give(
        *stream, bytes,
        (struct stream_given){.peer = peer, .last = h->order.last, .datagram = h->order.datagram});
    while (item.kind != STREAM_EMPTY) {
        TRY(stream_next(&h->c, *stream, (struct wall){h->order.received_us}, &item));
        if (item.kind != STREAM_EMPTY)
            TRY(add_item(h, &answer, &room, &item));
    }
    answer.pending = stream_pending(*stream);
    TRY(put_figures(h, &answer));
    return answer_with(h, &answer);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static rc open_intake(struct hearing *h, struct str name, struct str options, struct str secret)
{
    const struct adapter *adapter = h->find(name);
    struct ear_answer answer = {.pending = false};
    void *record = NULL;
    if (!adapter || h->intake)
        FAIL(&h->c, INVALID, "there is no such protocol");
    rc result = intake_options(&h->own, adapter, options.len ? options : STR("{}"), &record);
    if (rc_ok(result) && secret.len)
        result = shape_read(&h->own, adapter->options, SHAPE_FROM_INPUT, secret, record);
    if (rc_ok(result))
        result = intake_open(&h->own, adapter, record, &h->intake);
    if (!rc_ok(result))
        answer.wrong = str_from(h->own.fault.message);
    return answer_with(h, &answer);
}

static rc obey(struct hearing *h)
{
    const struct ear_order *order = &h->order;
    size_t first = order->first == EAR_NONE ? 0 : order->first;
    struct str part = {h->given, first}, next = {h->given + first, order->second},
               third = {h->given + first + order->second, order->third};
    if (order->verb == EAR_OPEN)
        return open_intake(h, part, next, third);
    if (!h->intake || order->stream >= EAR_STREAMS)
        FAIL(&h->c, INVALID, "no such stream");
    if (order->first == EAR_NONE)
        part.ptr = NULL;
    if (order->verb == EAR_GIVE)
        return read_given(h, part, next);
    stream_close(h->streams[order->stream]);
    h->streams[order->stream] = NULL;
    return OK;
}

static bool take_order(struct hearing *h)
{
    struct ear_order *order = &h->order;
    if (!ear_take(h->fd, order, sizeof *order, -1))
        return false;
    size_t first = order->first == EAR_NONE ? 0 : order->first;
    return order->verb >= EAR_OPEN && order->verb <= EAR_END && first <= EAR_NAME_MAX &&
           order->second <= EAR_GIVEN_MAX && order->third <= EAR_OPTIONS_MAX &&
           ear_take(h->fd, h->given, first + order->second + order->third, -1);
}

static bool turn(struct hearing *h)
{
    bool good = take_order(h) && rc_ok(obey(h));
    arena_reset(h->c.arena);
    return good;
}

int ear_run(int fd, const struct adapter *(*find)(struct str name))
{
    struct hearing *h = calloc(1, sizeof *h);
    if (!h)
        return EAR_FAILED;
    agent_begin(fd);
    h->fd = fd;
    h->find = find;
    h->c = (struct ctx){.arena = arena_open(ANSWER_MEMORY), .clock = &clock_system};
    h->own = (struct ctx){.arena = arena_open(ANSWER_MEMORY), .clock = &clock_system};
    h->given = malloc(EAR_NAME_MAX + EAR_GIVEN_MAX + EAR_OPTIONS_MAX);
    while (h->c.arena && h->own.arena && h->given && turn(h))
        continue;
    for (size_t i = 0; i < EAR_STREAMS; i++)
        stream_close(h->streams[i]);
    intake_close(h->intake);
    arena_close(h->c.arena);
    arena_close(h->own.arena);
    free(h->given);
    free(h);
    return 0;
}
