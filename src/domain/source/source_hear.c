/* Hearing a source: whose a signal is, what follows when one speaks again, and two devices that
 * speak by one name. */
#include "domain/source/source_own.h"

enum { SETTLE_MS_LEAST = 60000, DOUBLED_WINDOW_MS = 600000, DOUBLED_CHANGES = 3 };

/* ---- whose it is ------------------------------------------------------------------------------
 */

static rc load_known(struct hearing *h, struct heard_source *from)
{
    bool own = false;
    TRY(source_state_get(h->c, h->picture, &from->source, &from->state));
    TRY(way_is_own(h, from, &own));
    from->foreign = !own;
    return source_pulse_get(h->c, h->picture, from->source.id, from->source.label, &from->pulse);
}

rc source_find_unknown(struct hearing *h, struct heard_source *from)
{
    from->source =
        (struct source){.id = UNKNOWN_SOURCE, .label = WATCH_LABEL, .name = STR("Unknown source")};
    TRY(source_pulse_get(h->c, h->picture, UNKNOWN_SOURCE, WATCH_LABEL, &from->pulse));
    bool storming = h->now.us - from->pulse.storm_last.us < (int64_t)STORM_OVER_MS * 1000;
    from->state = (struct source_state){
        .id = UNKNOWN_SOURCE,
        .label = WATCH_LABEL,
        .condition = SOURCE_CONDITION_UNSUPERVISED,
        .storming = storming ? from->pulse.storm_last : (struct wall){0},
    };
    return OK;
}

rc source_find(struct hearing *h, struct str identity, struct heard_source *ret)
{
    rc found =
        picture_find(h->c, h->picture, &source_shape, "identity", identity, NULL, &ret->source);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    ret->known = rc_ok(found);
    return ret->known ? load_known(h, ret) : source_find_unknown(h, ret);
}

/* ---- two devices with one name --------------------------------------------------------------- */

/* The address without the port, which changes with every connection. */
static struct str host_of(struct str peer)
{
    size_t colon = SIZE_MAX, colons = 0;
    for (size_t i = 0; i < peer.len; i++)
        if (peer.ptr[i] == ':') {
            colon = i;
            colons++;
        }
    bool port = colons == 1 || (colons > 1 && peer.ptr[0] == '[' && peer.ptr[colon - 1] == ']');
    return port ? str_sub(peer, 0, colon) : peer;
}

static rc ring_doubled(struct hearing *h, struct heard_source *from)
{
    struct book_entry *entry = NULL;
    struct raise raise = {
        .message = "doubled",
        .cause = STR("identity"),
        .kind = SIGNAL_KIND_TAMPER,
        .priority = SIGNAL_PRIORITY_HIGH,
        .respond_ms = 600000,
        .source = from->source.id,
        .zone = from->source.zone,
        .label = from->source.label,
        .at = h->now,
    };
    TRY(str_format(h->c, &raise.key, "doubled/%.*s", STR_ARG(from->source.id)));
    TRY(raise_refer(h->c, &raise, "source", "source", from->source.id));
    TRY(book_find(&h->book, raise.key, &entry));
    return entry ? OK : book_raise(&h->book, &raise, &entry);
}

static rc check_peers(struct hearing *h, struct heard_source *from, struct str peer)
{
    struct source_pulse *pulse = &from->pulse;
    struct str host = host_of(peer);
    if (str_absent(peer) || !from->known || str_eq(host, pulse->peer))
        return OK;
    bool back = str_eq(host, pulse->other_peer);
    bool soon = h->now.us - pulse->peer_changed.us < (int64_t)DOUBLED_WINDOW_MS * 1000;
    pulse->peer_changes = back && soon ? pulse->peer_changes + 1 : 1;
    pulse->other_peer = pulse->peer;
    pulse->peer = host;
    pulse->peer_changed = h->now;
    return pulse->peer_changes >= DOUBLED_CHANGES ? ring_doubled(h, from) : OK;
}

/* ---- hearing ----------------------------------------------------------------------------------
 */

static rc hear_known(struct hearing *h, struct heard_source *from)
{
    bool bound = way_bind(h, from);
    const struct source *source = &from->source;
    struct source_state *state = &from->state;
    int64_t settle_ms = silent_ms(source->heartbeat_ms);
    if (state->condition == SOURCE_CONDITION_HEALTHY ||
        state->condition == SOURCE_CONDITION_UNSUPERVISED ||
        state->condition == SOURCE_CONDITION_DISABLED)
        return bound ? outcome_add_row(h->c, h->outcome, &source_bound_kind, state) : OK;
    /* its silence has rung: that is over only when it stays */
    if (!str_absent(state->gap))
        state->settle_until =
            wall_after(h->now, settle_ms > SETTLE_MS_LEAST ? settle_ms : SETTLE_MS_LEAST);
    TRY(gap_close(h->c, h->outcome, h->picture, h->now, state));
    state->condition =
        source->heartbeat_ms ? SOURCE_CONDITION_HEALTHY : SOURCE_CONDITION_UNSUPERVISED;
    state->since = state->heard = h->now;
    if (source->heartbeat_ms)
        h->sweep = wall_sooner(h->sweep, wall_after(h->now, late_ms(source->heartbeat_ms)));
    return outcome_add_row(h->c, h->outcome, &source_heard_kind, state);
}

rc source_hear(struct hearing *h, struct heard_source *from, struct str peer)
{
    TRY(check_peers(h, from, peer));
    return from->known ? hear_known(h, from) : OK;
}
