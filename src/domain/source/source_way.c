/* What a source reports over. A name proves nothing: whoever may send a datagram can call himself
 * like an alarm panel. So a source belongs to one way, the listener, camera or account that its
 * signals come over, and what comes in its name over another is not believed.
 *
 *     set by an officer (the record)        that one
 *     else first heard over (the state)     that one, until an officer sets another; it gives way
 *                                           to one that proves who speaks, if it does not itself
 *     neither, or that record is retired    the next one
 */
#include "domain/source/source_own.h"

#include "core/catalog.h"

/* Ways are named after records: has it been removed? */
static rc is_gone(struct hearing *h, struct str way, bool *ret)
{
    struct str id = way, noun;
    bool there = false;
    str_split(&id, '/', &noun);
    const struct record *record = catalog_record(picture_catalog(h->picture), noun);
    if (record)
        TRY(picture_has(h->c, h->picture, record->shape, id, &there));
    *ret = record && !there;
    return OK;
}

rc way_is_own(struct hearing *h, const struct heard_source *from, bool *ret)
{
    const struct source_state *state = &from->state;
    struct str set = from->source.way, way = h->way.name;
    *ret = true;
    if (str_absent(way) || str_eq(way, str_absent(set) ? state->way : set))
        return OK;
    if (str_absent(set) && (str_absent(state->way) || (h->way.proves && !state->way_proves)))
        return OK;
    return is_gone(h, str_absent(set) ? state->way : set, ret);
}

bool way_bind(const struct hearing *h, struct heard_source *from)
{
    struct source_state *state = &from->state;
    if (str_absent(h->way.name) || str_eq(h->way.name, state->way))
        return false;
    state->way = h->way.name;
    state->way_proves = h->way.proves;
    return true;
}

static rc ring_foreign(struct hearing *h, const struct source *source)
{
    struct book_entry *entry = NULL;
    struct raise raise = {
        .message = "foreign",
        .cause = STR("identity"),
        .kind = SIGNAL_KIND_TAMPER,
        .priority = SIGNAL_PRIORITY_HIGH,
        .respond_ms = 600000,
        .source = source->id,
        .zone = source->zone,
        .label = source->label,
        .at = h->now,
    };
    TRY(str_format(h->c, &raise.key, "foreign/%.*s", STR_ARG(source->id)));
    TRY(raise_refer(h->c, &raise, "source", "source", source->id));
    TRY(book_find(&h->book, raise.key, &entry));
    return entry ? OK : book_raise(&h->book, &raise, &entry);
}

rc source_hear_foreign(struct hearing *h, struct heard_source *claimed, struct str peer)
{
    struct source_pulse *pulse = &claimed->pulse;
    pulse->foreign++;
    pulse->foreign_way = h->way.name;
    pulse->foreign_peer = peer;
    pulse->foreign_at = h->now;
    return ring_foreign(h, &claimed->source);
}
