/* What somebody may be told of events that were written before. A record may have been made
 * stricter since: its old events are as strict as it is now. Every way by which an event of the
 * ledger leaves asks here, and the reading of what is restricted is noted for whoever watches the
 * picture (picture_watch). */
#ifndef CORE_SEEN_H
#define CORE_SEEN_H

#include "core/picture.h"
#include "ledger/ledger.h"

/* The label of an event now: its own joined with the present ones of the record that it is about,
 * and of those that it names as its matter: a deadline that for which it was set, a reading those
 * that were read. */
rc event_label(struct ctx *c, struct picture *picture, const struct ledger_event *entry,
               struct label *ret);

/* The kind of an event and its label now, for an actor; kind NULL: the actor may not be told of it,
 * or this program does not know its kind. */
struct event_seen {
    const struct event_kind *kind;
    struct label label;
};
rc event_seen(struct ctx *c, struct picture *picture, const struct actor *actor,
              const struct ledger_event *entry, struct event_seen *ret);

/* The same, with the event read. NOT_FOUND where the actor may not be told of it. */
rc event_read_for(struct ctx *c, struct picture *picture, const struct actor *actor,
                  const struct ledger_event *entry, struct event *ret);

#endif
