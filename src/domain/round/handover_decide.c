/* The hand-over: what is open, shelved, suppressed, out of service, silent, switched off and armed,
 * frozen as one list that both sign. Later changes do not touch it. */
#include "domain/round/round_own.h"

#include "base/random.h"
#include "core/record.h"
#include "core/target.h"
#include "domain/mission/mission.h"

struct making {
    struct ctx *c;
    struct picture *picture;
    struct handover *handover;
    struct clearance reader; /* whoever may read the hand-over */
};

static rc add_item(struct making *m, struct label label, struct handover_item item,
                   const char *noun, struct str id)
{
    struct handover *h = m->handover;
    if (!label_readable(label, m->reader) || h->items.count == HANDOVER_ITEMS_MAX) {
        h->not_listed++;
        return OK;
    }
    TRY(str_format(m->c, &item.record, "%s/%.*s", noun, STR_ARG(id)));
    h->items.items[h->items.count++] = item;
    return OK;
}

typedef rc add_row(struct making *m, const void *record);

static rc each_row(struct making *m, const struct shape *shape, add_row *add)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct page page;
    do {
        TRY(picture_list(m->c, m->picture, shape, &query, &page));
        for (size_t i = 0; i < page.count; i++)
            TRY(add(m, (const char *)page.records + i * shape->size));
        query.after = page.after;
    } while (!str_absent(query.after));
    return OK;
}

static rc add_alarm(struct making *m, const void *record)
{
    const struct alarm *alarm = record;
    struct handover_item item = {
        .what = str_from(shape_choice_name(&alarm_state_choices, alarm->state)),
        .message = alarm->message,
        .who = alarm->claimed_by,
    };
    item.params.items = alarm->params.items;
    item.params.count = alarm->params.count;
    if (alarm->state == ALARM_STATE_SHELVED)
        item.who = alarm->shelved_by;
    else if (alarm->state == ALARM_STATE_ACKNOWLEDGED)
        item.who = alarm->acked_by;
    return add_item(m, alarm->label, item, "alarm", alarm->id);
}

static rc add_source(struct making *m, const void *record)
{
    const struct source_state *state = record;
    struct source source = {0};
    if (state->condition == SOURCE_CONDITION_HEALTHY)
        return OK;
    TRY(picture_get(m->c, m->picture, &source_shape, state->id, NULL, &source));
    struct handover_item item = {
        .what = str_from(shape_choice_name(&source_condition_choices, state->condition)),
        .name = source.name,
        .who = state->disabled_by,
    };
    return add_item(m, state->label, item, "source", state->id);
}

static rc add_zone(struct making *m, const void *record)
{
    const struct zone_arming *arming = record;
    if (!arming->armed)
        return OK;
    struct zone zone = {.id = {NULL, 0}};
    TRY(picture_get(m->c, m->picture, &zone_shape, arming->id, NULL, &zone));
    struct handover_item item = {.what = STR("armed"), .name = zone.name, .who = arming->by};
    return add_item(m, arming->label, item, "zone", arming->id);
}

rc handover_decide_make(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    const struct handover_make *input = command->input;
    struct handover handover = {.label = ROUND_LABEL,
                                .from = command->actor.id,
                                .to = input->to,
                                .note = input->note,
                                .made = clock_now(c)};
    if (str_eq(input->to, command->actor.id))
        REFUSE(c, INVALID, "oneself", "to", "nobody can hand over to themselves");
    TRY(record_check_references(c, picture, &command->actor, &handover_make_shape, NULL, input));
    NEW(c, handover.items.items, HANDOVER_ITEMS_MAX);
    TRY(id_new(c, &handover.id));
    struct making m = {c, picture, &handover, {handover.label.tlp, handover.label.compartments}};
    TRY(each_row(&m, &alarm_shape, add_alarm));
    TRY(each_row(&m, &source_state_shape, add_source));
    TRY(each_row(&m, &zone_arming_shape, add_zone));
    return outcome_add_row(c, outcome, &handover_made_kind, &handover);
}

/* Each of the two signs for themselves, once. */
rc handover_decide_sign(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    struct handover handover = {0};
    TRY(command_target(c, picture, command, &handover_shape, NULL, &handover));
    bool leaves = str_eq(command->actor.id, handover.from);
    bool comes = str_eq(command->actor.id, handover.to);
    if (!leaves && !comes)
        REFUSE(c, FORBIDDEN, "party", "", "this hand-over is between two others");
    struct wall *signature = leaves ? &handover.signed_from : &handover.signed_to;
    if (signature->us)
        REFUSE(c, CONFLICT, "signed", "", "you have already signed this");
    *signature = clock_now(c);
    return outcome_add_row(c, outcome, &handover_signed_kind, &handover);
}
