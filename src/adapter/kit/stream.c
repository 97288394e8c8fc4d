/* The window that an adapter looks through.
 *
 * As long as whole frames lie in the bytes given, the window lies on them and nothing is copied.
 * Only the unfinished end of one gift is kept, and the next gift is copied behind it:
 *
 *     kept: [ unfinished | copied from the gift )        window = both
 *     gift:              [ copied     |   rest   )
 *
 * When the frame at the front ends inside the copied part, the window goes back to the gift. The
 * window is never longer than the longest frame; a frame that does not end in it is bad, and what
 * follows is passed over until the adapter sees the beginning of another one. */
#include "adapter/kit/intake.h"

#include <assert.h>
#include <stdlib.h>

struct stream {
    struct intake *intake;
    char *kept;
    size_t kept_len, kept_room;
    struct str gift; /* not yet read, nor copied */
    struct stream_given given;
    size_t seen, need; /* from the adapter's last MORE, while the window's front stays */
    bool skipping;     /* inside a bad frame */
    uint64_t frames, at;
    size_t told_old, told; /* the frame last told lies here; passed on the next call */
};

rc stream_open(struct ctx *c, struct intake *intake, struct stream **ret)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        FAIL(c, NO_MEMORY, "no memory for a stream");
    s->intake = intake;
    *ret = s;
    return OK;
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    free(s->kept);
    free(s);
}

void stream_give(struct stream *s, struct str bytes, struct stream_given given)
{
    assert(s->gift.len == 0 && !s->given.last);
    s->gift = bytes;
    s->given = given;
    s->intake->counts.bytes += bytes.len;
}

static rc keep(struct ctx *c, struct stream *s, struct str more)
{
    size_t len = s->kept_len + more.len;
    if (len > s->kept_room) {
        size_t room = s->kept_room ? s->kept_room : 512;
        while (room < len)
            room *= 2;
        char *grown = realloc(s->kept, room);
        if (!grown)
            FAIL(c, NO_MEMORY, "no memory for an unfinished frame of %zu bytes", len);
        s->kept = grown;
        s->kept_room = room;
    }
    if (more.len)
        memcpy(s->kept + s->kept_len, more.ptr, more.len);
    s->kept_len = len;
    return OK;
}

/* Pass `count` bytes of the window, whose first `old` bytes were kept from earlier gifts. */
static void pass(struct stream *s, size_t old, size_t count)
{
    s->at += count;
    s->seen = s->need = 0;
    if (old == 0) {
        s->gift = str_sub(s->gift, count, s->gift.len);
        return;
    }
    if (count >= old) {
        s->gift = str_sub(s->gift, count - old, s->gift.len);
        s->kept_len = 0;
        return;
    }
    memmove(s->kept, s->kept + count, old - count);
    s->kept_len = old - count;
}

/* Go on to where a frame may begin; false when the gift ends before. */
static bool skip(struct stream *s)
{
    if (s->gift.len == 0)
        return false;
    size_t count = s->gift.len;
    /* The rest of a bad datagram is never the beginning of anything. */
    bool found = !s->given.datagram && s->intake->adapter->resume(s->gift, &count);
    assert(count <= s->gift.len);
    s->intake->counts.bad_bytes += count;
    s->at += count;
    s->gift = str_sub(s->gift, count, s->gift.len);
    s->skipping = !found;
    return found;
}

static void begin_anew(struct stream *s)
{
    if (s->given.last) {
        s->kept_len = s->seen = s->need = 0;
        s->skipping = false;
        if (!s->given.datagram)
            s->frames = s->at = 0;
    }
    s->given = (struct stream_given){0};
}

static void note(struct stream *s, struct wall received, struct adapter_result result,
                 struct stream_item *item)
{
    struct intake_counts *counts = &s->intake->counts;
    item->frame = ++s->frames;
    item->why = result.why;
    if (result.outcome == ADAPTER_BAD) {
        item->kind = STREAM_BAD;
        intake_note_bad(s->intake, received, item->frame, result.why, item->bytes);
        return;
    }
    item->kind = STREAM_FRAME;
    counts->frames++;
    counts->signals += item->out.count;
    counts->counted += item->out.count == 0;
}

/* What a MORE means for this window: BAD when it can get no more, else MORE still. */
static struct adapter_result judge_more(const struct stream *s, size_t window, bool last,
                                        struct adapter_result result)
{
    size_t most = s->intake->opened.frame_max;
    if (last)
        return adapter_bad(window, "it ends in the middle of a frame");
    if (window < most && result.need <= most)
        return result;
    result = adapter_bad(window, "it is longer than the limit");
    result.inside = true;
    return result;
}

/* One look through the window. *ret_again: there was nothing to tell, but there is more to read. */
static rc look(struct ctx *c, struct stream *s, struct wall received, struct stream_item *item,
               bool *ret_again)
{
    size_t most = s->intake->opened.frame_max, old = s->kept_len;
    if (old > 0)
        TRY(keep(c, s, str_sub(s->gift, 0, most - old)));
    struct str window = old > 0 ? (struct str){s->kept, s->kept_len} : str_sub(s->gift, 0, most);
    bool all = window.len == old + s->gift.len;
    struct adapter_input in = {.bytes = window,
                               .seen = s->seen,
                               .last = s->given.last && all,
                               .datagram = s->given.datagram,
                               .received = received,
                               .peer = s->given.peer};
    struct adapter_result result = adapter_more(s->need);
    *item = (struct stream_item){.at = s->at, .out.tally = s->intake->tally};
    *ret_again = false;
    if (window.len == 0)
        return OK;
    if (window.len >= s->need || in.last) {
        rc fed = s->intake->adapter->feed(c, s->intake->opened.state, &in, &item->out, &result);
        if (!rc_ok(fed)) {
            s->kept_len = old;
            return fed;
        }
    }
    if (result.outcome == ADAPTER_MORE)
        result = judge_more(s, window.len, in.last, result);
    if (result.outcome == ADAPTER_MORE) {
        assert(result.need > window.len && all);
        if (old == 0)
            TRY(keep(c, s, window));
        s->gift = (struct str){0};
        s->seen = window.len;
        s->need = result.need;
        return OK;
    }
    assert(result.used > 0 && result.used <= window.len);
    item->bytes = str_sub(window, 0, result.used);
    *ret_again = result.outcome == ADAPTER_IDLE;
    if (!*ret_again)
        note(s, received, result, item);
    s->told_old = old;
    s->told = result.used;
    s->skipping = result.inside;
    return OK;
}

rc stream_next(struct ctx *c, struct stream *s, struct wall received, struct stream_item *ret)
{
    struct stream_item item = {0};
    for (bool again = true; again;) {
        if (s->told)
            pass(s, s->told_old, s->told);
        s->told = 0;
        if (s->skipping && !skip(s))
            break;
        TRY(look(c, s, received, &item, &again));
    }
    if (item.kind == STREAM_EMPTY)
        begin_anew(s);
    *ret = item;
    return OK;
}

bool stream_pending(const struct stream *s)
{
    return s->kept_len > 0 || s->skipping;
}
