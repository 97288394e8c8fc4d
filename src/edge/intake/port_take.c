/* What a frame says, and what follows from who spoke. */
#include "edge/intake/receiver_own.h"

#include <stdio.h>

enum { HEARD_MS = 1000 };

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
    snprintf(blame->samples[at].why, sizeof blame->samples[at].why, "%s", item->why);
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

bool port_take(struct port *port, struct stream_item *item, const struct origin *origin)
{
    struct signal beat = {
        .source = item->out.source,
        .peer = origin->peer,
        .kind = SIGNAL_KIND_SUPERVISION,
        .priority = SIGNAL_PRIORITY_NOTE,
        .code_system =
            str_from(shape_choice_name(&listener_protocol_choices, port->listener.protocol)),
        .text = STR("heard"),
    };
    port->dirty = true;
    note_speaker(port, item, origin->speaker);
    bool good =
        item->kind == STREAM_FRAME; /* what cannot be read proves nothing, whoever it names */
    if (good && !str_absent(item->out.source) && tell_heard(port, item->out.source) &&
        item->out.count == 0) {
        item->out.signals = &beat;
        item->out.count = 1;
    }
    if (item->out.count == 0 && str_absent(item->out.reply) && !origin->place)
        return false;
    return batch_add(port, item, origin);
}
