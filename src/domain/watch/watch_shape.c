/* The records and events of the watch. */
#include "domain/watch/watch_own.h"

SHAPE_DEFINE_CHOICES(source_kind, SOURCE_KIND, SOURCE_KINDS);
SHAPE_DEFINE_CHOICES(source_condition, SOURCE_CONDITION, SOURCE_CONDITIONS);
SHAPE_DEFINE_CHOICES(gap_cause, GAP_CAUSE, GAP_CAUSES);
SHAPE_DEFINE_CHOICES(signal_clock, SIGNAL_CLOCK, SIGNAL_CLOCKS);
SHAPE_DEFINE_CHOICES(alarm_state, ALARM_STATE, ALARM_STATES);
SHAPE_DEFINE_CHOICES(alarm_disposition, ALARM_DISPOSITION, ALARM_DISPOSITIONS);

SHAPE_DEFINE(source_point, SOURCE_POINT_FIELDS, 1, "One point of a source");
SHAPE_DEFINE(source, SOURCE_FIELDS, 1, "A device or feed that reports to the mission");
SHAPE_DEFINE(source_state, SOURCE_STATE_FIELDS, 1, "How a source is");
SHAPE_DEFINE(gap, GAP_FIELDS, 1, "A time without coverage");
SHAPE_DEFINE(kept_signal, KEPT_SIGNAL_FIELDS, 1, "A signal as it is kept");
SHAPE_DEFINE(signal_link, SIGNAL_LINK_FIELDS, 1, "A signal of several alarms");
SHAPE_DEFINE(signal_batch, SIGNAL_BATCH_FIELDS, 1, "Signals to be taken");
SHAPE_DEFINE(alarm_rule, ALARM_RULE_FIELDS, 1, "Which signals become which alarm");
SHAPE_DEFINE(alarm, ALARM_FIELDS, 1, "Something a person must act on");
SHAPE_DEFINE(not_ready, NOT_READY_FIELDS, 1, "Something that speaks against arming a zone");
SHAPE_DEFINE(zone_arming, ZONE_ARMING_FIELDS, 1, "Whether a zone is armed");

SHAPE_DEFINE(bad_sample, BAD_SAMPLE_FIELDS, 1, "Input that could not be read");
SHAPE_DEFINE(storm_sample, STORM_SAMPLE_FIELDS, 1, "A signal of a storm");
SHAPE_DEFINE(source_pulse, SOURCE_PULSE_FIELDS, 1, "What changes with every signal of a source");
SHAPE_DEFINE(storm_digest, STORM_DIGEST_FIELDS, 1, "Signals of a storm that were counted only");
SHAPE_DEFINE(unknown_sender, UNKNOWN_SENDER_FIELDS, 1, "Somebody who speaks and is on no list");
SHAPE_DEFINE(source_off, SOURCE_OFF_FIELDS, 1, "Why a source is switched off, and until when");
SHAPE_DEFINE(source_bad, SOURCE_BAD_FIELDS, 1, "Input of a source that could not be read");
SHAPE_DEFINE(signals_taken, SIGNALS_TAKEN_FIELDS, 1, "Signals of one source");
SHAPE_DEFINE(alarm_claim, ALARM_CLAIM_FIELDS, 1, "Taking an alarm");
SHAPE_DEFINE(alarm_ack, ALARM_ACK_FIELDS, 1, "The answer to an alarm");
SHAPE_DEFINE(alarm_shelf, ALARM_SHELF_FIELDS, 1, "Putting an alarm aside");
SHAPE_DEFINE(alarm_end, ALARM_END_FIELDS, 1, "The end of an alarm");
SHAPE_DEFINE(alarm_team, ALARM_TEAM_FIELDS, 1, "What an alarm is shown under");
SHAPE_DEFINE(zone_arm, ZONE_ARM_FIELDS, 1, "Arming a zone");

#define KIND(symbol, name_, shape_, help_)    \
    const struct event_kind symbol##_kind = { \
        .name = name_, .help = help_, .body = &shape_##_shape, .read = PERMIT_WATCH_READ}

KIND(source_expected, "source.expected", source_state, "A source is on the list");
KIND(source_left, "source.left", source_state, "A source is no longer on the list");
KIND(source_heard, "source.heard", source_state, "A source is heard, for the first time or again");
KIND(source_late, "source.late", source_state, "A heartbeat is overdue");
KIND(source_silenced, "source.silenced", source_state, "A source is silent");
KIND(source_settled, "source.settled", source_state, "A source is heard again, and stays so");
KIND(source_disabled, "source.disabled", source_state, "A person switched a source off");
KIND(source_enabled, "source.enabled", source_state, "A source counts again");
KIND(source_stormed, "source.stormed", source_state, "A source says more than is kept");
KIND(source_calmed, "source.calmed", source_state, "A storm is over");
KIND(source_counted, "source.counted", storm_digest, "Signals of a storm that were counted only");
KIND(gap_opened, "gap.opened", gap, "Coverage is lost");
KIND(gap_closed, "gap.closed", gap, "Coverage is back");
KIND(alarm_raised, "alarm.raised", alarm, "A new alarm");
KIND(alarm_repeated, "alarm.repeated", alarm, "More signals of an alarm that stands");
KIND(alarm_recurred, "alarm.recurred", alarm, "An alarm rings again");
KIND(alarm_returned, "alarm.returned", alarm, "Its condition is over");
KIND(alarm_cancel_heard, "alarm.cancel-heard", alarm,
     "The device took a duress back; that ends nothing");
KIND(alarm_claimed, "alarm.claimed", alarm, "Somebody has taken it");
KIND(alarm_released, "alarm.released", alarm, "Whoever had taken it gave it back");
KIND(alarm_claim_lapsed, "alarm.claim-lapsed", alarm, "It was taken, and then nothing happened");
KIND(alarm_acknowledged, "alarm.acknowledged", alarm, "Somebody has answered it");
KIND(alarm_ack_expired, "alarm.ack-expired", alarm, "The answer no longer holds");
KIND(alarm_shelved, "alarm.shelved", alarm, "Somebody put it aside for a time");
KIND(alarm_unshelved, "alarm.unshelved", alarm, "It is back");
KIND(alarm_suppressed, "alarm.suppressed", alarm, "Its source is switched off");
KIND(alarm_unsuppressed, "alarm.unsuppressed", alarm, "It is an alarm again");
KIND(alarm_ended, "alarm.ended", alarm, "Somebody said that it is over");
KIND(alarm_escalated, "alarm.escalated", alarm, "Nobody has taken it: others are told");
KIND(alarm_merged, "alarm.merged", alarm, "It is shown under another");
KIND(alarm_split, "alarm.split", alarm, "It is shown by itself");
KIND(zone_armed, "zone.armed", zone_arming, "A zone is armed");
KIND(zone_disarmed, "zone.disarmed", zone_arming, "A zone is not armed any more");

const struct event_kind signal_taken_kind = {
    .name = "signal.taken",
    .help = "Signals of one source",
    .body = &signals_taken_shape,
    .read = PERMIT_SIGNAL_READ,
};
