/* Sources: what the list refuses, switching them off and on, bad input, and what follows from a
 * change of the list. */
#include "domain/source/source_own.h"

#include "core/target.h"

enum { OFF_DAYS_MAX = 30, SWEEP_MS = 5000 };

rc source_check(struct ctx *c, struct picture *, const struct command *, const void *,
                const void *after)
{
    const struct source *source = after;
    if (!source)
        return OK;
    if (str_eq(source->id, UNKNOWN_SOURCE))
        REFUSE(c, CONFLICT, "reserved", "id", "this name is reserved for unknown sources");
    if (source->heartbeat_ms > 0 && source->heartbeat_ms < 1000)
        REFUSE(c, INVALID, "least", "heartbeat_ms", "a heartbeat is a second or longer");
    for (size_t i = 0; i < source->points.count; i++)
        for (size_t j = 0; j < i; j++)
            if (str_eq(source->points.items[i].point, source->points.items[j].point))
                REFUSE(c, INVALID, "unique", "points", "the point %.*s occurs twice",
                       STR_ARG(source->points.items[i].point));
    return OK;
}

/* ---- switching off and on -------------------------------------------------------------------- */

static rc get_source(struct ctx *c, struct picture *picture, const struct command *command,
                     struct source *ret, struct source_state *ret_state)
{
    TRY(command_target(c, picture, command, &source_shape, NULL, ret));
    return source_state_get(c, picture, ret, ret_state);
}

rc source_disable(struct ctx *c, struct picture *picture, const struct command *command,
                  struct outcome *outcome)
{
    const struct source_off *input = command->input;
    struct source source = {0};
    struct source_state state = {0};
    struct wall now = clock_now(c);
    TRY(get_source(c, picture, command, &source, &state));
    if (input->until.us <= now.us || input->until.us > wall_after(now, OFF_DAYS_MAX * DAY_MS).us)
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
    TRY(outcome_add_row(c, outcome, &source_disabled_kind, &state));
    TRY(alarms_turn(c, picture, outcome, source.id, true));
    return source_sweep_by(c, picture, outcome, input->until);
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
        .way = state.way,
        .way_proves = state.way_proves,
    };
    TRY(outcome_add_row(c, outcome, &source_enabled_kind, &state));
    TRY(alarms_turn(c, picture, outcome, source.id, false));
    return source_sweep_by(c, picture, outcome, wall_after(now, SWEEP_MS));
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
    TRY(outcome_add_row(c, outcome, &source_expected_kind, &state));
    return source_sweep_by(c, picture, outcome, wall_after(clock_now(c), SWEEP_MS));
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
    TRY(outcome_add_row(c, outcome, &source_expected_kind, &state));
    return source_sweep_by(c, picture, outcome, wall_after(clock_now(c), SWEEP_MS));
}

static rc react_retired(struct ctx *c, struct picture *picture, const struct event *event,
                        struct outcome *outcome)
{
    struct str id = event->record, noun;
    struct source_state state = {0};
    str_split(&id, '/', &noun);
    TRY(picture_get(c, picture, &source_state_shape, id, NULL, &state));
    TRY(gap_close(c, outcome, picture, clock_now(c), &state));
    TRY(outcome_add_row(c, outcome, &source_left_kind, &state));
    return outcome_vault_delete(c, outcome, &source_pulse_shape, id);
}

const struct reaction source_reactions[4] = {
    {NULL, react_added, "source.added"},
    {NULL, react_changed, "source.changed"},
    {NULL, react_retired, "source.retired"},
    {0},
};
