/* The server's side. Nothing that an ear says is believed beyond its form and its bounds. */
#include "agent/ear/ear_own.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WHY_MAX = 201 };

struct ear {
    int fd, ms;
    bool gone;
    bool used[EAR_STREAMS];
    struct intake_counts counts;
    uint64_t tallies[EAR_TALLIES];
    struct intake_sample samples[INTAKE_SAMPLES];
    char why[INTAKE_SAMPLES][WHY_MAX];
    size_t sample_count;
};

struct ear_stream {
    struct ear *ear;
    uint32_t number;
    struct str gift;
    struct stream_given given;
    bool waiting; /* it was not yet given to the ear */
    bool pending;
    struct ctx own; /* of the answer */
    struct ear_answer answer;
    size_t next;      /* item of it */
    uint64_t at, end; /* of the stream: told up to here; and given */
};

rc ear_pair(struct ctx *c, int ret[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret) != 0)
        FAIL(c, IO, "no pair of sockets: %s", strerror(errno));
    return OK;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static rc give_up(struct ctx *c, struct ear *ear, const char *why)
{
    ear->gone = true;
    FAIL(c, IO, "%s", why);
}

static rc order(struct ctx *c, struct ear *ear, const struct ear_order *order,
                const struct str parts[3])
{
    bool sent = !ear->gone && ear_send(ear->fd, order, sizeof *order, ear->ms);
    for (size_t i = 0; i < 3 && sent; i++)
        sent = ear_send(ear->fd, parts[i].ptr, parts[i].len, ear->ms);
    return sent ? OK : give_up(c, ear, "the process that reads this listener has ended");
}

/* Its JSON lies in the arena with the record. */
static rc take_answer(struct ctx *c, struct ear *ear, struct ear_answer *ret)
{
    uint32_t len = 0;
    char *json = NULL;
    if (!ear_take(ear->fd, &len, sizeof len, ear->ms))
        return give_up(c, ear, "the process that reads this listener does not answer");
    if (len == 0 || len > EAR_ANSWER_MAX)
        return give_up(c, ear, "the process that reads this listener says what it cannot");
    if (!(json = ctx_take(c, len, 1)))
        return fault_again(c);
    if (!ear_take(ear->fd, json, len, ear->ms))
        return give_up(c, ear, "the process that reads this listener does not answer");
    *ret = (struct ear_answer){.pending = false};
    if (!rc_ok(shape_read(c, &ear_answer_shape, SHAPE_FROM_INPUT, (struct str){json, len}, ret)))
        return give_up(c, ear, "the process that reads this listener says what it cannot");
    return OK;
}

/* ---- figures --------------------------------------------------------------------------------- */

static void note_samples(struct ear *ear, const struct ear_answer *answer)
{
    if (answer->samples.count == 0)
        return;
    ear->sample_count = answer->samples.count;
    for (size_t i = 0; i < ear->sample_count; i++) {
        const struct ear_sample *from = &answer->samples.items[i];
        struct intake_sample *to = &ear->samples[i];
        size_t why = from->why.len < WHY_MAX ? from->why.len : WHY_MAX - 1;
        memcpy(ear->why[i], from->why.ptr, why);
        ear->why[i][why] = '\0';
        *to = (struct intake_sample){.received = from->at,
                                     .frame = (uint64_t)from->frame,
                                     .why = ear->why[i],
                                     .len = from->bytes.len,
                                     .whole = (size_t)from->whole};
        if (to->len)
            memcpy(to->bytes, from->bytes.ptr, to->len);
    }
}

static void note_figures(struct ear *ear, const struct ear_answer *answer)
{
    ear->counts = (struct intake_counts){
        .bytes = (uint64_t)answer->bytes,
        .bad_bytes = (uint64_t)answer->bad_bytes,
        .frames = (uint64_t)answer->frames,
        .signals = (uint64_t)answer->signals,
        .counted = (uint64_t)answer->counted,
        .bad = (uint64_t)answer->bad,
    };
    if (answer->tallies.len)
        memcpy(ear->tallies, answer->tallies.ptr, answer->tallies.len);
    note_samples(ear, answer);
}

bool ear_is_gone(const struct ear *ear)
{
    return ear->gone;
}

const struct intake_counts *ear_counts(const struct ear *ear)
{
    return &ear->counts;
}

uint64_t ear_tally(const struct ear *ear, size_t index)
{
    return index < EAR_TALLIES ? ear->tallies[index] : 0;
}

size_t ear_samples(const struct ear *ear, struct intake_sample ret[INTAKE_SAMPLES])
{
    memcpy(ret, ear->samples, ear->sample_count * sizeof *ret);
    return ear->sample_count;
}

/* ---- opening --------------------------------------------------------------------------------- */

static rc introduce(struct ctx *c, struct ear *ear, const struct ear_options *options)
{
    struct str name = str_from(options->adapter->name);
    struct ear_answer answer;
    const struct ear_order open = {.verb = EAR_OPEN,
                                   .first = (uint32_t)name.len,
                                   .second = (uint32_t)options->options.len,
                                   .third = (uint32_t)options->secret_options.len};
    TRY(order(c, ear, &open,
              (const struct str[]){name, options->options, options->secret_options}));
    TRY(take_answer(c, ear, &answer));
    if (!str_absent(answer.wrong))
        FAIL(c, INVALID, "%.*s", STR_ARG(answer.wrong));
    return OK;
}

rc ear_open(struct ctx *c, int socket, const struct ear_options *options, struct ear **ret)
{
    struct ear *ear = calloc(1, sizeof *ear);
    if (!ear) {
        close(socket);
        FAIL(c, NO_MEMORY, "no memory for an ear");
    }
    ear->fd = socket;
    ear->ms = options->ms ? options->ms : EAR_ANSWER_MS;
    rc result = introduce(c, ear, options);
    if (rc_ok(result))
        *ret = ear;
    else
        ear_close(ear);
    return result;
}

void ear_close(struct ear *ear)
{
    if (!ear)
        return;
    close(ear->fd);
    free(ear);
}

/* ---- streams --------------------------------------------------------------------------------- */

enum { STREAM_MEMORY = 128 << 20 };

rc ear_stream_open(struct ctx *c, struct ear *ear, struct ear_stream **ret)
{
    struct ear_stream *s = calloc(1, sizeof *s);
    uint32_t number = 0;
    while (number < EAR_STREAMS && ear->used[number])
        number++;
    if (s && number < EAR_STREAMS)
        s->own = (struct ctx){.arena = arena_open(STREAM_MEMORY), .clock = c->clock};
    if (!s || !s->own.arena) {
        free(s);
        FAIL(c, NO_MEMORY, "no memory for a stream");
    }
    ear->used[number] = true;
    s->ear = ear;
    s->number = number;
    *ret = s;
    return OK;
}

void ear_stream_close(struct ear_stream *s)
{
    if (!s)
        return;
    const struct ear_order end = {.verb = EAR_END, .stream = s->number};
    rc told = order(&s->own, s->ear, &end, (const struct str[3]){{NULL, 0}});
    (void)told; /* an ear that is gone has no streams */
    s->ear->used[s->number] = false;
    arena_close(s->own.arena);
    free(s);
}

void ear_stream_give(struct ear_stream *s, struct str bytes, struct stream_given given)
{
    s->gift = bytes;
    s->given = given;
    s->waiting = true;
    s->end += bytes.len;
}

static rc ask(struct ctx *c, struct ear_stream *s, struct wall received)
{
    struct str peer = s->given.peer;
    const struct ear_order give = {.verb = EAR_GIVE,
                                   .stream = s->number,
                                   .last = s->given.last,
                                   .datagram = s->given.datagram,
                                   .received_us = received.us,
                                   .first = peer.ptr ? (uint32_t)peer.len : EAR_NONE,
                                   .second = (uint32_t)s->gift.len};
    arena_reset(s->own.arena);
    s->answer = (struct ear_answer){.pending = false};
    s->next = 0;
    rc result = order(&s->own, s->ear, &give, (const struct str[]){peer, s->gift, {NULL, 0}});
    if (rc_ok(result))
        result = take_answer(&s->own, s->ear, &s->answer);
    if (!rc_ok(result)) {
        s->ear->gone = true;
        c->fault = s->own.fault;
        return result;
    }
    s->waiting = false;
    s->pending = s->answer.pending;
    note_figures(s->ear, &s->answer);
    return OK;
}

/* Frames lie in what was given, one after the other: how far a file is read hangs on it. */
static bool is_in_order(struct ear_stream *s, const struct ear_frame *frame)
{
    uint64_t at = (uint64_t)frame->at, size = (uint64_t)frame->size;
    bool good = at >= s->at && size > 0 && at < s->end && size <= s->end - at;
    if (good)
        s->at = at + size;
    return good;
}

static rc show(struct ear_stream *s, const struct ear_frame *frame, struct ear_item *ret)
{
    struct str why;
    TRY(str_copy(&s->own, frame->why, &why));
    for (size_t i = 0; i < frame->signals.count; i++)
        frame->signals.items[i].peer = s->given.peer;
    *ret = (struct ear_item){
        .item = {.kind = frame->bad ? STREAM_BAD : STREAM_FRAME,
                 .out = {.signals = frame->signals.items,
                         .count = frame->signals.count,
                         .reply = frame->reply,
                         .source = frame->source},
                 .frame = (uint64_t)frame->frame,
                 .at = (uint64_t)frame->at,
                 .why = why.ptr ? why.ptr : "it cannot be read",
                 .bytes = frame->bytes},
        .size = (size_t)frame->size,
    };
    return OK;
}

/* The gift is read to its end. */
static void end_gift(struct ear_stream *s)
{
    if (s->given.last && !s->given.datagram)
        s->at = s->end = 0;
    s->given = (struct stream_given){.last = false};
    s->gift = (struct str){NULL, 0};
}

rc ear_stream_next(struct ctx *c, struct ear_stream *s, struct wall received, struct ear_item *ret)
{
    if (s->waiting)
        TRY(ask(c, s, received));
    if (s->next == s->answer.items.count) {
        end_gift(s);
        *ret = (struct ear_item){.item = {.kind = STREAM_EMPTY}};
        return OK;
    }
    const struct ear_frame *frame = &s->answer.items.items[s->next];
    if (!is_in_order(s, frame))
        return give_up(c, s->ear, "the process that reads this listener says what it cannot");
    rc shown = show(s, frame, ret);
    if (!rc_ok(shown)) {
        c->fault = s->own.fault;
        return shown;
    }
    s->next++;
    return OK;
}

bool ear_stream_pending(const struct ear_stream *s)
{
    return s->pending;
}
