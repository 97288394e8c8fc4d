/* Sources: what is heard of them, when they are switched off, and the gaps that follow. */
#include "domain/watch/watch_own.h"

#include "base/random.h"
#include "core/catalog.h"
#include "core/own.h"

enum { SETTLE_MS_LEAST = 60000, OFF_DAYS_MAX = 30, SWEEP_MS = 5000 };

rc source_check(struct ctx *c, struct picture *, const struct command *, const void *,
                const void *after)
{
    const struct source *source = after;
    if (!source)
        return OK;
    if (str_eq(source->id, UNKNOWN_SOURCE))
        REFUSE(c, CONFLICT, "reserved", "id", "this is what all unknown sources are called");
    if (source->heartbeat_ms > 0 && source->heartbeat_ms < 1000)
        REFUSE(c, INVALID, "least", "heartbeat_ms", "a heartbeat is a second or longer");
    for (size_t i = 0; i < source->points.count; i++)
        for (size_t j = 0; j < i; j++)
            if (str_eq(source->points.items[i].point, source->points.items[j].point))
                REFUSE(c, INVALID, "unique", "points", "the point %.*s is there twice",
                       STR_ARG(source->points.items[i].point));
    return OK;
}

rc rule_check(struct ctx *c, struct picture *, const struct command *, const void *,
              const void *after)
{
    const struct alarm_rule *rule = after;
    if (!rule)
        return OK;
    if (rule->kind == SIGNAL_KIND_RESTORE || rule->kind == SIGNAL_KIND_SUPERVISION)
        REFUSE(c, INVALID, "kind", "kind", "a restore or a heartbeat cannot raise an alarm");
    if (rule->kind == SIGNAL_KIND_DURESS &&
        (rule->armed_only || !str_absent(rule->out_of_service) || rule->least > 1))
        REFUSE(c, FORBIDDEN, "lane", "kind",
               "duress is always an alarm: not only when armed, not out of service, each one");
    if (rule->least > 1 && rule->within_ms == 0)
        REFUSE(c, INVALID, "required", "within_ms", "within what time?");
    if (rule->least < 2 && rule->within_ms > 0)
        REFUSE(c, INVALID, "least", "least", "a time counts nothing: how many within it?");
    return OK;
}

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

/* ---- hearing --------------------------------------------------------------------------------- */

rc source_hear(struct ctx *c, struct outcome *outcome, struct picture *picture,
               const struct source *source, struct source_state *state, struct wall now,
               bool *ret_news)
{
    int64_t settle_ms = silent_ms(source->heartbeat_ms);
    *ret_news = state->condition != SOURCE_CONDITION_HEALTHY &&
                state->condition != SOURCE_CONDITION_UNSUPERVISED &&
                state->condition != SOURCE_CONDITION_DISABLED;
    if (!*ret_news)
        return OK;
    /* its silence has rung: that is over only when it stays */
    if (!str_absent(state->gap))
        state->settle_until =
            wall_after(now, settle_ms > SETTLE_MS_LEAST ? settle_ms : SETTLE_MS_LEAST);
    TRY(gap_close(c, outcome, picture, now, state));
    state->condition =
        source->heartbeat_ms ? SOURCE_CONDITION_HEALTHY : SOURCE_CONDITION_UNSUPERVISED;
    state->since = state->heard = now;
    return source_add_event(c, outcome, &source_heard_kind, state);
}

/* ---- switching off and on -------------------------------------------------------------------- */

static rc get_source(struct ctx *c, struct picture *picture, const struct command *command,
                     struct source *ret, struct source_state *ret_state)
{
    struct row row;
    TRY(picture_get(c, picture, &source_shape, command->target, &row, ret));
    if (row.retired.us || (!actor_is_system(&command->actor) &&
                           !label_readable(ret->label, command->actor.clearance)))
        FAIL(c, NOT_FOUND, "there is no source %.*s", STR_ARG(command->target));
    return source_state_get(c, picture, ret, ret_state);
}

/* Its alarms are out of service, or back in it. Duress stays what it is. */
static rc turn_alarms(struct ctx *c, struct picture *picture, struct str source, bool off,
                      struct outcome *outcome)
{
    struct alarms alarms;
    TRY(alarms_where(c, picture, "source", source, &alarms));
    for (size_t i = 0; i < alarms.count; i++) {
        struct alarm *alarm = &alarms.items[i];
        if (alarm->lane || alarm->out_of_service == off)
            continue;
        alarm->out_of_service = off;
        if (!off)
            alarm->acknowledged = false;
        TRY(alarm_add_event(c, outcome, off ? &alarm_suppressed_kind : &alarm_unsuppressed_kind,
                            alarm));
    }
    return OK;
}

rc source_disable(struct ctx *c, struct picture *picture, const struct command *command,
                  struct outcome *outcome)
{
    const struct source_off *input = command->input;
    struct source source = {0};
    struct source_state state = {0};
    struct wall now = clock_now(c);
    TRY(get_source(c, picture, command, &source, &state));
    if (input->until.us <= now.us ||
        input->until.us > now.us + (int64_t)OFF_DAYS_MAX * 86400 * SECOND_US)
        REFUSE(c, INVALID, "until", "until", "an end within %d days is needed", OFF_DAYS_MAX);
    if (str_absent(state.gap))
        TRY(gap_open(c, outcome, &source, GAP_CAUSE_DISABLED, now, &state));
    state.condition = SOURCE_CONDITION_DISABLED;
    state.since = now;
    state.settle_until = (struct wall){0};
    state.flaps = 0;
    state.disabled_by = command->actor.id;
    state.disabled_until = input->until;
    state.disabled_why = input->why;
    TRY(source_add_event(c, outcome, &source_disabled_kind, &state));
    TRY(turn_alarms(c, picture, source.id, true, outcome));
    return sweep_by(c, picture, outcome, input->until);
}

/* By a person, or by itself when the time is up. Until it is heard, nothing is known of it. */
rc source_enable(struct ctx *c, struct picture *picture, const struct command *command,
                 struct outcome *outcome)
{
    struct source source = {0};
    struct source_state state = {0};
    struct source_pulse pulse = {0};
    struct wall now = clock_now(c);
    TRY(get_source(c, picture, command, &source, &state));
    if (state.condition != SOURCE_CONDITION_DISABLED)
        REFUSE(c, CONFLICT, "not-disabled", "", "this source is not switched off");
    TRY(source_pulse_get(c, picture, source.id, source.label, &pulse));
    TRY(gap_close(c, outcome, picture, now, &state));
    bool heard = source.heartbeat_ms && pulse.heard.us &&
                 now.us - pulse.heard.us < late_ms(source.heartbeat_ms) * 1000;
    state = (struct source_state){
        .id = source.id,
        .label = source.label,
        .condition = heard ? SOURCE_CONDITION_HEALTHY : SOURCE_CONDITION_NEVER_SEEN,
        .since = now,
        .heard = heard ? pulse.heard : (struct wall){0},
        .storming = state.storming,
    };
    TRY(source_add_event(c, outcome, &source_enabled_kind, &state));
    TRY(turn_alarms(c, picture, source.id, false, outcome));
    return sweep_by(c, picture, outcome, wall_after(now, SWEEP_MS));
}

/* ---- bad input ------------------------------------------------------------------------------- */

/* Counted and, of the latest, kept; never a reason to stop a feed. In the vault: it may be any
 * number. */
rc source_refuse(struct ctx *c, struct picture *picture, const struct command *command,
                 struct outcome *outcome)
{
    const struct source_bad *input = command->input;
    struct source source = {0};
    struct source_state state = {0};
    struct source_pulse *pulse = NULL;
    struct bad_sample *samples = NULL;
    NEW(c, pulse, 1);
    TRY(get_source(c, picture, command, &source, &state));
    TRY(source_pulse_get(c, picture, source.id, source.label, pulse));
    size_t all = pulse->bad_samples.count + input->samples.count, at = 0;
    size_t drop = all > BAD_SAMPLES_MAX ? all - BAD_SAMPLES_MAX : 0;
    NEW(c, samples, BAD_SAMPLES_MAX);
    for (size_t i = drop; i < all; i++)
        samples[at++] = i < pulse->bad_samples.count
                            ? pulse->bad_samples.items[i]
                            : input->samples.items[i - pulse->bad_samples.count];
    pulse->bad += input->count;
    pulse->bad_samples.items = samples;
    pulse->bad_samples.count = at;
    return outcome_vault_put(c, outcome, &source_pulse_shape, pulse);
}

/* ---- what follows from the list itself ------------------------------------------------------- */

static rc react_added(struct ctx *c, struct picture *picture, const struct event *event,
                      struct outcome *outcome)
{
    const struct source *source = event->body;
    struct source_state state = {0};
    TRY(source_state_get(c, picture, source, &state));
    TRY(source_add_event(c, outcome, &source_expected_kind, &state));
    return sweep_by(c, picture, outcome, wall_after(clock_now(c), SWEEP_MS));
}

/* Who may see it, how often it is heard: the state goes with that. */
static rc react_changed(struct ctx *c, struct picture *picture, const struct event *event,
                        struct outcome *outcome)
{
    const struct source *source = event->body;
    struct source_state state = {0};
    TRY(source_state_get(c, picture, source, &state));
    state.label = source->label;
    if (state.condition == SOURCE_CONDITION_HEALTHY && source->heartbeat_ms == 0)
        state.condition = SOURCE_CONDITION_UNSUPERVISED;
    if (state.condition == SOURCE_CONDITION_UNSUPERVISED && source->heartbeat_ms > 0)
        state.condition = SOURCE_CONDITION_HEALTHY;
    TRY(source_add_event(c, outcome, &source_expected_kind, &state));
    return sweep_by(c, picture, outcome, wall_after(clock_now(c), SWEEP_MS));
}

static rc react_retired(struct ctx *c, struct picture *picture, const struct event *event,
                        struct outcome *outcome)
{
    struct str id = event->record, noun;
    struct source_state state = {0};
    str_split(&id, '/', &noun);
    TRY(picture_get(c, picture, &source_state_shape, id, NULL, &state));
    TRY(gap_close(c, outcome, picture, clock_now(c), &state));
    TRY(source_add_event(c, outcome, &source_left_kind, &state));
    return outcome_vault_delete(c, outcome, &source_pulse_shape, id);
}

const struct reaction watch_reactions[4] = {
    {NULL, react_added, "source.added"},
    {NULL, react_changed, "source.changed"},
    {NULL, react_retired, "source.retired"},
    {0},
};
