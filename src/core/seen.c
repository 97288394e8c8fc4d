#include "core/seen.h"

#include "core/catalog.h"
#include "core/core.h"
#include "core/system.h"
#include "shape/shape_older.h"

/* Joins with the present label of a record, if there is one. */
static rc join_present(struct ctx *c, struct picture *picture, struct str noun, struct str id,
                       struct label *label)
{
    struct label now;
    TRY(picture_label(c, picture, noun, id, &now));
    return now.tlp ? label_join(c, *label, now, label) : OK;
}

static rc join_named(struct ctx *c, struct picture *picture, struct str name, struct label *label)
{
    struct str id = name, noun;
    return !str_absent(name) && str_split(&id, '/', &noun)
               ? join_present(c, picture, noun, id, label)
               : OK;
}

static rc join_readings(struct ctx *c, struct picture *picture, const struct ledger_event *entry,
                        struct label *label)
{
    struct reading reading = {0};
    TRY(shape_read_version(c, &reading_shape, entry->version, entry->body, &reading));
    for (size_t i = 0; i < reading.records.count; i++)
        TRY(join_named(c, picture, reading.records.items[i], label));
    return OK;
}

/* A deadline of a record that was made stricter is not written again. */
static rc join_target(struct ctx *c, struct picture *picture, const struct ledger_event *entry,
                      struct label *label)
{
    struct deadline deadline = {0};
    struct str noun;
    TRY(shape_read_version(c, &deadline_shape, entry->version, entry->body, &deadline));
    str_split(&deadline.decision, '.', &noun);
    return str_absent(deadline.target) ? OK
                                       : join_present(c, picture, noun, deadline.target, label);
}

rc event_label(struct ctx *c, struct picture *picture, const struct ledger_event *entry,
               struct label *ret)
{
    struct label label = {0};
    TRY(label_parse(c, entry->label, &label));
    TRY(join_named(c, picture, entry->record, &label));
    if (str_is(entry->kind, reading_noted_kind.name))
        TRY(join_readings(c, picture, entry, &label));
    if (str_is(entry->kind, deadline_set_kind.name))
        TRY(join_target(c, picture, entry, &label));
    *ret = label;
    return OK;
}

static rc note_seen(struct ctx *c, struct picture *picture, const struct ledger_event *entry,
                    struct label label)
{
    struct str id = entry->record, noun;
    if (!label_restricted(label))
        return OK;
    if (!str_absent(id) && str_split(&id, '/', &noun))
        return picture_note(c, picture, noun, id, label);
    TRY(str_format(c, &id, "%lld", (long long)entry->seq));
    return picture_note(c, picture, STR("event"), id, label);
}

rc event_seen(struct ctx *c, struct picture *picture, const struct actor *actor,
              const struct ledger_event *entry, struct event_seen *ret)
{
    struct event_seen seen = {.kind = catalog_event(picture_catalog(picture), entry->kind)};
    *ret = (struct event_seen){0};
    if (!seen.kind || !actor_may(actor, seen.kind->read))
        return OK;
    TRY(label_parse(c, entry->label, &seen.label));
    if (!actor_may_read(actor, seen.label)) /* no need to look for its record */
        return OK;
    TRY(event_label(c, picture, entry, &seen.label));
    if (!actor_may_read(actor, seen.label))
        return OK;
    *ret = seen;
    return note_seen(c, picture, entry, seen.label);
}

rc event_read_for(struct ctx *c, struct picture *picture, const struct actor *actor,
                  const struct ledger_event *entry, struct event *ret)
{
    struct event_seen seen;
    TRY(event_seen(c, picture, actor, entry, &seen));
    if (!seen.kind)
        FAIL(c, NOT_FOUND, "there is no event %lld", (long long)entry->seq);
    TRY(event_read(c, picture_catalog(picture), entry, ret));
    ret->label = seen.label;
    return OK;
}
