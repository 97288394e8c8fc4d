/* A frame is checked in this order, and the first that fails decides the answer:
 *
 *     CRC, length          no answer: the panel sends it again
 *     form, account, key   NAK: not taken
 *     time                 NAK with our time, by which the panel sets its clock
 *     id, data block       DUH: not understood
 *     else                 ACK, to be sent when the signals are durable
 *
 * The cipher of DC-09 hides but does not prove: no MAC, a fixed vector. What is trusted is the list
 * of accounts, the window of time and the way the bytes came. */
#include "adapter/dc09/dc09.h"

#include "adapter/dc09/work.h"

#include <sodium.h>
#include <stdio.h>

static const char *const tallies[] = {
    [DC09_EVENTS] = "events",
    [DC09_POLLS] = "polls",
    [DC09_REPEATS] = "repeats",
    [DC09_GAPS] = "sequence_gaps",
    [DC09_ENCRYPTED] = "encrypted",
    [DC09_CRC] = "bad_crc",
    [DC09_LENGTH] = "bad_length",
    [DC09_SYNTAX] = "bad_form",
    [DC09_UNKNOWN_ACCOUNT] = "unknown_account",
    [DC09_PLAIN] = "plain_refused",
    [DC09_KEY] = "wrong_key",
    [DC09_TIME] = "time_refused",
    [DC09_NO_TIME] = "time_missing",
    [DC09_UNSUPPORTED] = "not_understood",
    NULL,
};

static const char *const examples[] = {
    "\n58FE0025\"SIA-DCS\"0001L0#1234[#1234|Nri1/BA01]\r",
    "\nCCB7003D\"ADM-CID\"0002R1L5#1234[#1234|1130 01 015]_03:00:00,11-22-2026\r",
    "\n62310011\"NULL\"0003#1234[]\r",
    "\nE1030054\"SIA-DCS\"0004L0#1234[#1234|Nri2^Vault^id7PA03^Door^][M001122334455][X5.9699][Y52."
    "21]\r",
    "\n5035003D\"SIA-DCS\"0005L0#1234[#1234|Nri1/CL7|AGuard leaves][SChancery]\r",
    NULL,
};

static rc refuse(struct dc09_work *w, enum dc09_tally why, enum dc09_answer answer,
                 const char *text, struct adapter_result *ret)
{
    TRY(dc09_reply(w->c, answer, &w->frame, NULL, w->in->received, &w->out->reply));
    w->out->tally[why]++;
    *ret = adapter_bad(w->used, text);
    return OK;
}

/* What the report says, without what may change when it is sent again (filling, time stamp). */
static uint64_t digest_of(const struct dc09_frame *frame)
{
    unsigned char out[16];
    uint64_t digest;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof out);
    crypto_generichash_update(&state, (const unsigned char *)frame->id.ptr, frame->id.len);
    crypto_generichash_update(&state, (const unsigned char *)frame->data.ptr, frame->data.len);
    for (size_t i = 0; i < frame->extended_count; i++)
        crypto_generichash_update(&state, (const unsigned char *)frame->extended[i].value.ptr,
                                  frame->extended[i].value.len);
    crypto_generichash_final(&state, out, sizeof out);
    memcpy(&digest, out, sizeof digest);
    return digest;
}

static bool time_good(const struct dc09_work *w)
{
    int64_t ahead = w->frame.stamp.us - w->in->received.us;
    return w->state->any_time ||
           (ahead >= -w->state->past_us && ahead <= w->state->future_us + 999999);
}

static rc take_content(struct dc09_work *w, struct adapter_result *ret)
{
    struct dc09_frame *frame = &w->frame;
    bool event = str_is(frame->id, "SIA-DCS") || str_is(frame->id, "ADM-CID");
    bool cid = str_is(frame->id, "ADM-CID"), poll = str_is(frame->id, "NULL");
    struct dc09_block block = {0};
    if (event && cid)
        TRY(dc09_cid_block(w->c, frame->data, &block));
    else if (event)
        TRY(dc09_sia_block(w->c, frame->data, &block));
    if (!poll && block.count == 0) {
        const char *why = event ? "no event can be read in the data" : "this kind is not supported";
        return refuse(w, DC09_UNSUPPORTED, DC09_DUH, why, ret);
    }
    TRY(dc09_reply(w->c, DC09_ACK, frame, &w->account->key, w->in->received, &w->out->reply));
    struct dc09_account_state before = *w->account;
    struct wall now = w->in->received;
    uint64_t digest = digest_of(frame);
    if (w->state->began.us == 0)
        w->state->began = now;
    w->sighting = dc09_account_see(w->account, w->state->repeat_us, frame, digest, now);
    w->sighting.digest = digest;
    w->sighting.young = now.us - w->state->began.us <= w->state->repeat_us;
    rc result = OK;
    for (size_t i = 0; rc_ok(result) && i < block.count; i++)
        result = dc09_emit_event(w, &block, i, cid);
    if (rc_ok(result) && poll)
        result = dc09_emit_poll(w);
    if (!rc_ok(result)) {
        *w->account = before;
        return result;
    }
    w->out->tally[poll ? DC09_POLLS : DC09_EVENTS]++;
    w->out->tally[DC09_REPEATS] += w->sighting.repeat;
    if (!w->sighting.repeat)
        w->out->tally[DC09_GAPS] += (uint64_t)w->sighting.missing;
    w->out->tally[DC09_ENCRYPTED] += frame->encrypted;
    *ret = adapter_ok(w->used);
    return OK;
}

/* In the clear, whoever it is from. */
static rc take_opened(struct dc09_work *w, bool opened, struct adapter_result *ret)
{
    bool sealed = w->frame.encrypted;
    if (!opened || !dc09_parse_content(&w->frame))
        return sealed ? refuse(w, DC09_KEY, DC09_NAK, "it cannot be decrypted with our key", ret)
                      : refuse(w, DC09_SYNTAX, DC09_NAK, "the content is not valid DC-09", ret);
    if (w->frame.stamp.us == 0 && (sealed || w->account->time_required))
        return refuse(w, DC09_NO_TIME, DC09_NAK, "it has no time stamp", ret);
    if (w->frame.stamp.us != 0 && !time_good(w))
        return refuse(w, DC09_TIME, DC09_NAK, "its time stamp is outside the window", ret);
    return take_content(w, ret);
}

/* Line 0 is what nearly every panel sends, or leaves out; it is not part of the name. */
static bool line_is_zero(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != '0')
            return false;
    return true;
}

static rc take_body(struct dc09_work *w, struct str body, struct adapter_result *ret)
{
    bool binary = w->frame.binary_crc;
    if (!dc09_parse_head(body, &w->frame)) {
        w->out->tally[DC09_SYNTAX]++;
        *ret = adapter_bad(w->used, "the header is not valid DC-09");
        return OK;
    }
    w->frame.binary_crc = binary;
    struct dc09_frame *frame = &w->frame;
    w->account = dc09_account_find(w->state, frame, w->in->received);
    if (str_absent(frame->account) || !w->account)
        return refuse(w, DC09_UNKNOWN_ACCOUNT, DC09_NAK, "the account is not listed", ret);
    if (line_is_zero(frame->line))
        TRY(str_format(w->c, &w->source, "#%.*s", STR_ARG(frame->account)));
    else
        TRY(str_format(w->c, &w->source, "L%.*s#%.*s", STR_ARG(frame->line),
                       STR_ARG(frame->account)));
    w->out->source = w->source;
    if (!frame->encrypted)
        return w->account->plain_too
                   ? take_opened(w, true, ret)
                   : refuse(w, DC09_PLAIN, DC09_NAK, "it should have come encrypted", ret);
    if (w->account->key.len == 0)
        return refuse(w, DC09_KEY, DC09_NAK, "there is no key for this account", ret);
    bool opened = false;
    TRY(dc09_open_content(w->c, &w->account->key, frame, &opened));
    return take_opened(w, opened, ret);
}

static bool is_filling(char ch)
{
    return ch == '\r' || ch == '\n' || ch == ' ' || ch == '\0';
}

/* Give up the front of the window, up to the next LF. */
static struct adapter_result give_up(struct str bytes, const char *why)
{
    size_t next = str_find(str_sub(bytes, 1, bytes.len), STR("\n"));
    struct adapter_result result = adapter_bad(next == SIZE_MAX ? bytes.len : next + 1, why);
    result.inside = next == SIZE_MAX;
    return result;
}

/* What does not begin like a frame: filling, the beginning of one, or something else. */
static struct adapter_result judge_front(const struct adapter_input *in, size_t need)
{
    struct str bytes = in->bytes;
    size_t filling = 0;
    while (filling < bytes.len && is_filling(bytes.ptr[filling]))
        filling++;
    if (filling == bytes.len && in->last)
        return adapter_idle(filling);
    if (need > 0)
        return adapter_more(need > bytes.len ? need : bytes.len + 1);
    bool single = bytes.ptr[0] == '\n' && filling < 2;
    if (filling > 0 && !single)
        return adapter_idle(1);
    return give_up(bytes, "this is not a DC-09 frame");
}

/* Where the frame ends; 0 when it does not end where its length says, SIZE_MAX when that cannot be
 * seen yet. A body never has a CR or LF in it, so a wrong length shows early. */
static size_t frame_end(const struct adapter_input *in, const struct dc09_span *span)
{
    size_t end = span->body + span->body_len;
    struct str body = str_sub(in->bytes, span->body, span->body_len);
    if (memchr(body.ptr, '\r', body.len) || memchr(body.ptr, '\n', body.len))
        return 0;
    if (end >= in->bytes.len)
        return in->last && end == in->bytes.len ? end : SIZE_MAX;
    char ch = in->bytes.ptr[end];
    return ch == '\r' ? end + 1 : ch == '\n' ? end : 0;
}

static bool crc_good(struct str bytes, const struct dc09_span *span)
{
    struct str given = str_sub(bytes, span->crc, span->crc_len);
    uint16_t crc = dc09_crc(str_sub(bytes, span->body, span->body_len));
    char text[5];
    snprintf(text, sizeof text, "%04X", crc);
    if (span->crc_len == 4)
        return str_eq_nocase(given, str_from(text));
    return (unsigned char)given.ptr[0] == crc >> 8 && (unsigned char)given.ptr[1] == (crc & 0xff);
}

static rc feed(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
               struct adapter_output *out, struct adapter_result *ret)
{
    struct dc09_span span = {0};
    size_t need = 0;
    if (!dc09_span(in->bytes, &span, &need) && span.body_len == 0) {
        *ret = judge_front(in, need);
        return OK;
    }
    size_t end = frame_end(in, &span);
    if (end == SIZE_MAX) {
        *ret = adapter_more(span.body + span.body_len + 1);
        return OK;
    }
    if (end == 0) {
        out->tally[DC09_LENGTH]++;
        *ret = give_up(in->bytes, "it does not end where its length says");
        return OK;
    }
    if (!crc_good(in->bytes, &span)) {
        out->tally[DC09_CRC]++;
        *ret = adapter_bad(end, "the CRC is wrong");
        return OK;
    }
    struct dc09_work work = {.c = c,
                             .state = state,
                             .in = in,
                             .out = out,
                             .frame.binary_crc = span.crc_len == 2,
                             .raw = str_sub(in->bytes, 0, end),
                             .used = end};
    return take_body(&work, str_sub(in->bytes, span.body, span.body_len), ret);
}

static bool resume(struct str bytes, size_t *ret_skip)
{
    size_t at = str_find(bytes, STR("\n"));
    *ret_skip = at == SIZE_MAX ? bytes.len : at;
    return at != SIZE_MAX;
}

const struct adapter dc09_adapter = {
    .name = "dc09",
    .help = "SIA DC-09: alarm panels over IP, with SIA (DC-03) and Contact ID (DC-05) events",
    .unit = "frames",
    .tallies = tallies,
    .options = &dc09_options_shape,
    .look = "{\"unlisted\":true,\"any_time\":true}",
    .examples = examples,
    .begins = "\n",
    .proves = dc09_proves,
    .open = dc09_open,
    .close = dc09_close,
    .feed = feed,
    .resume = resume,
};
