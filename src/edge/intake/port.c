/* One open listener: its adapter, its socket or file, what it has heard of whom, how it does. */
#include "edge/intake/receiver_own.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PORT_MEMORY = 4 << 20, HEARD_MS = 1000 };

/* ---- how it does ----------------------------------------------------------------------------- */

void port_set(struct port *port, enum listener_condition condition, const char *why)
{
    struct ctx *c = &port->receiver->scratch;
    if (port->state.condition == condition && strcmp(port->why, why) == 0)
        return;
    if (condition != port->state.condition) {
        port->state.since = clock_now(c);
        if (condition == LISTENER_CONDITION_FAILED)
            LOG(ERROR, "intake.failed", LOG_TEXT("listener", port->listener.id),
                LOG_TEXT("why", str_from(why)));
    }
    snprintf(port->why, sizeof port->why, "%s", why);
    port->state.condition = condition;
    port->state.why = port->why[0] ? str_from(port->why) : (struct str){NULL, 0};
    port->dirty = true;
}

static void count(struct port *port)
{
    struct listener_state *state = &port->state;
    const struct intake_counts *counts = intake_counts(port->intake);
    state->bytes = (int64_t)counts->bytes;
    state->frames = (int64_t)counts->frames;
    state->signals = (int64_t)counts->signals;
    state->counted = (int64_t)counts->counted;
    state->bad = (int64_t)counts->bad;
    state->bad_bytes = (int64_t)counts->bad_bytes;
}

static rc show_tallies(struct ctx *c, const struct port *port, struct str *ret)
{
    const struct adapter *adapter = intake_adapter(port->intake);
    struct text out;
    bool first = true;
    text_init(&out, c, 4000);
    text_put_char(&out, '{');
    for (size_t i = 0; adapter->tallies[i]; i++) {
        if (intake_tally(port->intake, i) == 0)
            continue;
        text_printf(&out, "%s\"%s\":%llu", first ? "" : ",", adapter->tallies[i],
                    (unsigned long long)intake_tally(port->intake, i));
        first = false;
    }
    text_put_char(&out, '}');
    return text_done(&out, ret);
}

static rc show_samples(struct ctx *c, const struct port *port, struct listener_state *state)
{
    struct intake_sample samples[INTAKE_SAMPLES];
    size_t many = intake_samples(port->intake, samples);
    NEW(c, state->samples.items, many);
    state->samples.count = many;
    for (size_t i = 0; i < many; i++) {
        struct listener_sample *to = &state->samples.items[i];
        *to = (struct listener_sample){.at = samples[i].received,
                                       .why = str_from(samples[i].why),
                                       .frame = (int64_t)samples[i].frame,
                                       .whole = (int64_t)samples[i].whole};
        TRY(str_copy(c, (struct str){samples[i].bytes, samples[i].len}, &to->bytes));
    }
    return OK;
}

static rc show_blame(struct ctx *c, const struct blame *from, struct listener_blame *ret)
{
    struct bad_sample *samples = NULL;
    NEW(c, samples, from->sample_count);
    TRY(str_copy(c, (struct str){from->who.identity, from->who.len}, &ret->identity));
    for (size_t i = 0; i < from->sample_count; i++) {
        samples[i] =
            (struct bad_sample){.at = from->samples[i].at, .why = str_from(from->samples[i].why)};
        TRY(str_copy(c, (struct str){from->samples[i].bytes, from->samples[i].len},
                     &samples[i].bytes));
    }
    ret->bad = (struct source_bad){.count = from->count};
    ret->bad.samples.items = samples;
    ret->bad.samples.count = from->sample_count;
    return OK;
}

/* What is not noted, for want of memory or of disk, is still among the listener's own figures. */
static rc show_blames(struct ctx *c, struct port *port, struct listener_note *ret)
{
    NEW(c, ret->blames.items, LISTENER_BLAMES);
    for (size_t i = 0; i < port->blame_count; i++)
        TRY(show_blame(c, &port->blames[i], &ret->blames.items[ret->blames.count++]));
    port->blame_count = 0;
    return OK;
}

static rc make_note(struct port *port, struct batch *batch)
{
    struct ctx *c = &batch->c;
    NEW(c, batch->note, 1);
    TRY(show_blames(c, port, batch->note));
    port->state.noted = clock_now(c);
    if (port->intake) {
        count(port);
        TRY(show_tallies(c, port, &port->state.tallies));
        TRY(show_samples(c, port, &port->state));
    }
    rc result = shape_copy(c, &listener_state_shape, &port->state, &batch->note->state);
    port->state.tallies = (struct str){NULL, 0};
    port->state.samples.items = NULL;
    port->state.samples.count = 0;
    return result;
}

void port_note(struct port *port)
{
    struct batch *batch = batch_make(port->receiver, port);
    if (!batch)
        return;
    if (!rc_ok(make_note(port, batch)) || !batch_submit(batch)) {
        batch_free(batch);
        return;
    }
    port->note_flying = true;
    port->dirty = false;
    port->noted = clock_mono(&port->receiver->scratch);
}

/* ---- what a frame says ----------------------------------------------------------------------- */

/* Has this sender not been heard for a second? Then the watch is told, also where what it said is
 * merely counted: silence must be told from having nothing to report. */
static bool tell_heard(struct port *port, struct str source)
{
    uint64_t hash = str_hash(source);
    struct heard *slot = &port->heard[hash % HEARD_SLOTS];
    struct mono now = clock_mono(&port->receiver->scratch);
    if (slot->hash == hash && slot->at.us && now.us - slot->at.us < (int64_t)HEARD_MS * 1000)
        return false;
    *slot = (struct heard){hash, now};
    return true;
}

static struct speaker *speaker_of(struct port *port, struct link *link, const struct endpoint *to,
                                  struct str peer)
{
    if (link)
        return &link->speaker;
    return to ? &port->speakers[str_hash(peer) % SPEAKER_SLOTS] : &port->speaker;
}

static struct blame *blame_of(struct port *port, const struct speaker *who)
{
    for (size_t i = 0; i < port->blame_count; i++)
        if (port->blames[i].who.len == who->len &&
            memcmp(port->blames[i].who.identity, who->identity, who->len) == 0)
            return &port->blames[i];
    if (port->blame_count == LISTENER_BLAMES)
        return NULL;
    struct blame *blame = &port->blames[port->blame_count++];
    *blame = (struct blame){.who = *who};
    return blame;
}

/* Bad bytes have come the way that somebody has used before. The latest samples are kept. */
static void blame_for(struct port *port, const struct stream_item *item, const struct speaker *who)
{
    struct blame *blame = who->len ? blame_of(port, who) : NULL;
    if (!blame)
        return;
    size_t at = (size_t)blame->count++ % BAD_SAMPLES_MAX;
    if (blame->sample_count < BAD_SAMPLES_MAX)
        blame->sample_count++;
    size_t len = item->bytes.len < BAD_SAMPLE_BYTES ? item->bytes.len : BAD_SAMPLE_BYTES;
    blame->samples[at].at = clock_now(&port->receiver->scratch);
    blame->samples[at].why = item->why;
    blame->samples[at].len = len;
    if (len)
        memcpy(blame->samples[at].bytes, item->bytes.ptr, len);
}

static void note_speaker(struct port *port, const struct stream_item *item, struct speaker *who)
{
    struct str source = item->out.source;
    if (!str_absent(source) && source.len <= sizeof who->identity) {
        memcpy(who->identity, source.ptr, source.len);
        who->len = source.len;
    }
    if (item->kind == STREAM_BAD)
        blame_for(port, item, who);
}

bool port_take(struct port *port, struct stream_item *item, struct link *link,
               const struct endpoint *to, struct str peer, const struct listener_place *place)
{
    struct signal beat = {
        .source = item->out.source,
        .peer = peer,
        .kind = SIGNAL_KIND_SUPERVISION,
        .priority = SIGNAL_PRIORITY_NOTE,
        .code_system = port->listener.protocol,
        .text = STR("heard"),
    };
    port->dirty = true;
    note_speaker(port, item, speaker_of(port, link, to, peer));
    if (!str_absent(item->out.source) && tell_heard(port, item->out.source) &&
        item->out.count == 0) {
        item->out.signals = &beat;
        item->out.count = 1;
    }
    if (item->out.count == 0 && str_absent(item->out.reply) && !place)
        return false;
    return batch_add(port, item, link, to, place);
}

void port_resume(struct port *port)
{
    if (!port->waiting && port->state.condition != LISTENER_CONDITION_FULL)
        return;
    if (batch_full(port))
        return;
    port->waiting = false;
    if (port->state.condition == LISTENER_CONDITION_FULL)
        port_set(port, LISTENER_CONDITION_OPEN, "");
    for (struct link *link = port->links, *next; link; link = next) {
        next = link->next;
        if (!port->waiting)
            link_resume(link);
    }
    if (port->tail && !port->waiting)
        tail_read(port->tail);
    if (port->broker && !port->waiting)
        broker_read(port);
}

void port_tick(struct port *port, struct mono now)
{
    if (port->waiting) /* also after a want of memory, when nothing comes back from the writer */
        port_resume(port);
    link_tick(port, now);
    if (port->tail && !port->waiting)
        tail_read(port->tail);
    if (port->broker)
        broker_read(port);
    batch_send(port);
    bool due = now.us - port->noted.us >= port->receiver->options.note_ms * 1000;
    if (port->dirty && due && !port->note_flying)
        port_note(port);
}

/* ---- opening --------------------------------------------------------------------------------- */

static rc open_adapter(struct ctx *c, struct port *port, void **ret_options)
{
    const struct adapter *adapter = NULL;
    TRY(listener_adapter(c, &port->listener, &adapter, ret_options));
    return intake_open(c, adapter, *ret_options, &port->intake);
}

static rc open_carrier(struct ctx *c, struct port *port, const void *options)
{
    switch (port->listener.carrier) {
    case LISTENER_CARRIER_UDP:
        return udp_listen(c, port);
    case LISTENER_CARRIER_FILE:
        return tail_open(c, port, &port->tail);
    case LISTENER_CARRIER_TCP:
    case LISTENER_CARRIER_TLS:
    case LISTENER_CARRIER_UNIX:
        return link_listen(c, port);
    case LISTENER_CARRIER_BROKER:
        return broker_open(c, port, options);
    case LISTENER_CARRIER_UNSET:
        break;
    }
    FAIL(c, INVALID, "this version does not know how to listen there");
}

static rc begin(struct ctx *c, struct port *port)
{
    void *options = NULL;
    if (port->listener.disabled) {
        port_set(port, LISTENER_CONDITION_DISABLED, "");
        return OK;
    }
    port_set(port, LISTENER_CONDITION_OPEN, "");
    TRY(open_adapter(c, port, &options));
    return open_carrier(c, port, options);
}

rc port_open(struct ctx *c, struct receiver *receiver, const struct listener *listener, int64_t seq,
             int fd, struct port **ret)
{
    struct port *port = calloc(1, sizeof *port);
    if (!port || !(port->own.arena = arena_open(PORT_MEMORY))) {
        free(port);
        if (fd >= 0)
            close(fd);
        FAIL(c, NO_MEMORY, "no memory for a listener");
    }
    port->own.clock = receiver->options.clock;
    port->receiver = receiver;
    port->last = &port->first;
    port->fd = fd;
    port->seq = seq;
    rc result = shape_copy(&port->own, &listener_shape, listener, &port->listener);
    if (!rc_ok(result)) {
        c->fault = port->own.fault;
        port_close(port);
        return result;
    }
    port->state.id = port->listener.id;
    port->state.label = port->listener.label;
    result = begin(c, port);
    if (!rc_ok(result))
        port_set(port, LISTENER_CONDITION_FAILED, c->fault.message);
    *ret = port;
    return OK;
}

void port_close(struct port *port)
{
    while (port->links)
        link_close(port->links);
    broker_close(port->broker);
    batch_forget(port);
    if (port->accepting)
        evconnlistener_free(port->accepting);
    if (port->readable)
        event_free(port->readable);
    if (port->fd >= 0)
        close(port->fd);
    tail_close(port->tail);
    stream_close(port->datagrams);
    intake_close(port->intake);
    arena_close(port->own.arena);
    free(port);
}
