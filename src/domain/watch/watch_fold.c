/* Events to tables. Every event carries the whole row, so a fold is one write. */
#include "domain/watch/watch_own.h"

static rc fold_row(struct ctx *c, struct picture *picture, const struct event *event)
{
    return picture_put(c, picture, event->kind->body, event->body, event);
}

static rc fold_left(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct source_state *state = event->body;
    return picture_retire(c, picture, &source_state_shape, state->id, event);
}

/* A closed alarm is history: its row is retired, and its key is free for the next. */
static rc fold_alarm(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct alarm *alarm = event->body;
    TRY(picture_put(c, picture, &alarm_shape, alarm, event));
    return alarm->closed.us ? picture_retire(c, picture, &alarm_shape, alarm->id, event) : OK;
}

static rc put_links(struct ctx *c, struct picture *picture, const struct event *event,
                    const struct kept_signal *kept)
{
    for (size_t i = 0; i < kept->also.count; i++) {
        struct signal_link link = {
            .label = kept->label, .alarm = kept->also.items[i], .signal = kept->id, .at = kept->at};
        TRY(signal_report(c, kept->id, link.alarm, &link.id));
        TRY(picture_put(c, picture, &signal_link_shape, &link, event));
    }
    return OK;
}

static rc fold_taken(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct signals_taken *taken = event->body;
    for (size_t i = 0; i < taken->items.count; i++) {
        TRY(picture_put(c, picture, &kept_signal_shape, &taken->items.items[i], event));
        TRY(put_links(c, picture, event, &taken->items.items[i]));
    }
    return OK;
}

const struct fold watch_folds[] = {
    {&source_expected_kind, fold_row},      {&source_left_kind, fold_left},
    {&source_heard_kind, fold_row},         {&source_late_kind, fold_row},
    {&source_silenced_kind, fold_row},      {&source_settled_kind, fold_row},
    {&source_disabled_kind, fold_row},      {&source_enabled_kind, fold_row},
    {&source_stormed_kind, fold_row},       {&source_calmed_kind, fold_row},
    {&gap_opened_kind, fold_row},           {&gap_closed_kind, fold_row},
    {&signal_taken_kind, fold_taken},       {&alarm_raised_kind, fold_alarm},
    {&alarm_repeated_kind, fold_alarm},     {&alarm_recurred_kind, fold_alarm},
    {&alarm_returned_kind, fold_alarm},     {&alarm_cancel_heard_kind, fold_alarm},
    {&alarm_claimed_kind, fold_alarm},      {&alarm_released_kind, fold_alarm},
    {&alarm_claim_lapsed_kind, fold_alarm}, {&alarm_acknowledged_kind, fold_alarm},
    {&alarm_ack_expired_kind, fold_alarm},  {&alarm_shelved_kind, fold_alarm},
    {&alarm_unshelved_kind, fold_alarm},    {&alarm_suppressed_kind, fold_alarm},
    {&alarm_unsuppressed_kind, fold_alarm}, {&alarm_ended_kind, fold_alarm},
    {&alarm_escalated_kind, fold_alarm},    {&alarm_merged_kind, fold_alarm},
    {&alarm_split_kind, fold_alarm},        {&zone_armed_kind, fold_row},
    {&zone_disarmed_kind, fold_row},        {0},
};
