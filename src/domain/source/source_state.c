/* What is known of a source: facts in the picture, running counts in the vault, the gaps in which
 * nobody saw; and when to look at all of them again. */
#include "domain/source/source_own.h"

#include "base/random.h"
#include "core/catalog.h"
#include "core/system.h"

rc source_state_get(struct ctx *c, struct picture *picture, const struct source *source,
                    struct source_state *ret)
{
    rc found = picture_get(c, picture, &source_state_shape, source->id, NULL, ret);
    if (found.code != RC_NOT_FOUND)
        return found;
    *ret = (struct source_state){.id = source->id,
                                 .label = source->label,
                                 .condition = SOURCE_CONDITION_NEVER_SEEN,
                                 .since = clock_now(c)};
    return OK;
}

rc source_pulse_get(struct ctx *c, struct picture *picture, struct str id, struct label label,
                    struct source_pulse *ret)
{
    rc found = picture_get(c, picture, &source_pulse_shape, id, NULL, ret);
    if (found.code != RC_NOT_FOUND)
        return found;
    *ret = (struct source_pulse){.id = id, .label = label};
    return OK;
}

bool source_watches(const struct source *source, struct str zone)
{
    if (str_eq(source->zone, zone))
        return true;
    for (size_t i = 0; i < source->points.count; i++)
        if (str_eq(source->points.items[i].zone, zone))
            return true;
    return false;
}

rc source_add_event(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                    const struct source_state *state)
{
    struct source_state *body = NULL;
    NEW(c, body, 1);
    *body = *state;
    return outcome_add(c, outcome,
                       &(struct outcome_event){.kind = kind, .body = body, .record_id = body->id});
}

/* ---- gaps ------------------------------------------------------------------------------------ */

rc gap_open(struct ctx *c, struct outcome *outcome, const struct source *source,
            enum gap_cause cause, struct wall began, struct source_state *state)
{
    struct gap *gap = NULL;
    NEW(c, gap, 1);
    *gap = (struct gap){.label = source->label,
                        .source = source->id,
                        .zone = source->zone,
                        .cause = cause,
                        .began = began};
    TRY(id_new(c, &gap->id));
    state->gap = gap->id;
    return outcome_add(
        c, outcome,
        &(struct outcome_event){.kind = &gap_opened_kind, .body = gap, .record_id = gap->id});
}

rc gap_close(struct ctx *c, struct outcome *outcome, struct picture *picture, struct wall ended,
             struct source_state *state)
{
    struct gap *gap = NULL;
    if (str_absent(state->gap))
        return OK;
    NEW(c, gap, 1);
    TRY(picture_get(c, picture, &gap_shape, state->gap, NULL, gap));
    gap->ended = ended;
    state->gap = (struct str){NULL, 0};
    return outcome_add(
        c, outcome,
        &(struct outcome_event){.kind = &gap_closed_kind, .body = gap, .record_id = gap->id});
}

/* ---- the next sweep ----------------------------------------------------------------------------
 */

rc source_sweep_by(struct ctx *c, struct picture *picture, struct outcome *outcome, struct wall due)
{
    struct deadline deadline = {0};
    struct str id;
    TRY(deadline_id(c, &source_decisions[SOURCE_SWEEP], SWEEP_TARGET, &id));
    rc found = picture_get(c, picture, &deadline_shape, id, NULL, &deadline);
    if (rc_ok(found) && deadline.due.us <= due.us && deadline.due.us > clock_now(c).us)
        return OK;
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    return outcome_set_deadline(c, outcome, &source_decisions[SOURCE_SWEEP], SWEEP_TARGET, due,
                                NULL);
}
