/* The sweep: one deadline for all sources instead of one for each, so that a heartbeat costs the
 * record nothing. It looks who is overdue, who has settled, whose time off is up and which storm is
 * over, and falls due again when the next of these can be. */
#include "domain/source/source_own.h"

enum { SWEEP_MS_LEAST = 5000, CHANGES_MAX = 100 };

struct sweep {
    struct hearing h;
    struct wall next;
    int changes;
};

/* ---- one source ------------------------------------------------------------------------------ */

static void look_again(struct sweep *s, struct wall when)
{
    s->next = wall_sooner(s->next, when);
}

static rc silence_key(struct ctx *c, struct str source, struct str *ret)
{
    return str_format(c, ret, "silence/%.*s", STR_ARG(source));
}

/* One alarm a source, however often it comes and goes. */
static rc ring_silence(struct sweep *s, const struct source *source,
                       const struct source_state *state, struct wall heard)
{
    bool never = state->condition == SOURCE_CONDITION_NEVER_SEEN;
    struct book_entry *entry = NULL;
    struct raise raise = {
        .message = never ? "silence.never" : "silence",
        .cause = STR("silence"),
        .source = source->id,
        .zone = source->zone,
        .label = source->label,
        .kind = SIGNAL_KIND_SUPERVISION,
        .priority = source->silence ? source->silence : SIGNAL_PRIORITY_MEDIUM,
        .respond_ms = 600000,
        .at = heard,
    };
    TRY(silence_key(s->h.c, source->id, &raise.key));
    TRY(raise_refer(s->h.c, &raise, "source", "source", source->id));
    return book_raise(&s->h.book, &raise, &entry);
}

static rc fall_silent(struct sweep *s, const struct source *source, struct source_state *state,
                      struct wall heard)
{
    bool never = state->condition == SOURCE_CONDITION_NEVER_SEEN;
    TRY(gap_open(s->h.c, s->h.outcome, source, never ? GAP_CAUSE_NEVER_SEEN : GAP_CAUSE_SILENT,
                 heard, state));
    TRY(ring_silence(s, source, state, heard));
    if (!never) {
        state->condition = SOURCE_CONDITION_SILENT;
        state->since = s->h.now;
        state->heard = heard;
    }
    state->flaps++;
    state->settle_until = (struct wall){0};
    s->changes++;
    return outcome_add_row(s->h.c, s->h.outcome, &source_silenced_kind, state);
}

static rc fall_late(struct sweep *s, struct source_state *state, struct wall heard)
{
    state->condition = SOURCE_CONDITION_LATE;
    state->since = s->h.now;
    state->heard = heard;
    s->changes++;
    return outcome_add_row(s->h.c, s->h.outcome, &source_late_kind, state);
}

static rc check_heartbeat(struct sweep *s, const struct source *source, struct source_state *state,
                          const struct source_pulse *pulse)
{
    struct wall heard = pulse->heard.us > state->heard.us ? pulse->heard : state->heard;
    if (heard.us < state->since.us && (state->condition == SOURCE_CONDITION_NEVER_SEEN ||
                                       state->condition == SOURCE_CONDITION_HEALTHY))
        heard = state->since;
    struct wall late = wall_after(heard, late_ms(source->heartbeat_ms));
    struct wall silent = wall_after(heard, silent_ms(source->heartbeat_ms));
    bool waits = state->condition == SOURCE_CONDITION_HEALTHY ||
                 state->condition == SOURCE_CONDITION_LATE ||
                 state->condition == SOURCE_CONDITION_NEVER_SEEN;
    if (source->heartbeat_ms == 0 || !waits || !str_absent(state->gap))
        return OK;
    if (s->h.now.us >= silent.us)
        return fall_silent(s, source, state, heard);
    bool healthy = state->condition == SOURCE_CONDITION_HEALTHY;
    if (healthy && s->h.now.us >= late.us) {
        look_again(s, silent);
        return fall_late(s, state, heard);
    }
    look_again(s, healthy ? late : silent);
    return OK;
}

static rc check_settled(struct sweep *s, struct source_state *state)
{
    struct book_entry *entry = NULL;
    struct str key;
    if (state->settle_until.us == 0 || state->condition == SOURCE_CONDITION_LATE)
        return OK;
    if (state->settle_until.us > s->h.now.us) {
        look_again(s, state->settle_until);
        return OK;
    }
    TRY(silence_key(s->h.c, state->id, &key));
    TRY(book_find(&s->h.book, key, &entry));
    if (entry)
        book_restore(&s->h.book, entry, state->since);
    state->settle_until = (struct wall){0};
    state->flaps = 0;
    s->changes++;
    return outcome_add_row(s->h.c, s->h.outcome, &source_settled_kind, state);
}

static rc check_storm(struct sweep *s, struct source_state *state, struct source_pulse *pulse)
{
    bool goes_on = false;
    if (state->storming.us == 0 && pulse->storm_count == 0)
        return OK;
    TRY(storm_tell(&s->h, state, pulse, &goes_on));
    s->changes++;
    if (goes_on)
        look_again(s, wall_after(s->h.now, SWEEP_MS_LEAST));
    return OK;
}

static rc check_off(struct sweep *s, const struct source *source, const struct source_state *state)
{
    struct command command = {.target = source->id, .actor = actor_system, .expect_seq = -1};
    if (state->disabled_until.us > s->h.now.us) {
        look_again(s, state->disabled_until);
        return OK;
    }
    s->changes++;
    return source_enable(s->h.c, s->h.picture, &command, s->h.outcome);
}

static rc sweep_source(struct sweep *s, const struct source *source)
{
    struct source_state state = {0};
    struct source_pulse *pulse = NULL;
    NEW(s->h.c, pulse, 1);
    TRY(source_state_get(s->h.c, s->h.picture, source, &state));
    TRY(source_pulse_get(s->h.c, s->h.picture, source->id, source->label, pulse));
    TRY(check_storm(s, &state, pulse));
    if (state.condition == SOURCE_CONDITION_DISABLED)
        return check_off(s, source, &state);
    TRY(check_heartbeat(s, source, &state, pulse));
    return check_settled(s, &state);
}

/* Those on no list share one pulse, and may storm as well. */
static rc sweep_unknown(struct sweep *s)
{
    struct source_pulse *pulse = NULL;
    bool goes_on = false;
    NEW(s->h.c, pulse, 1);
    TRY(source_pulse_get(s->h.c, s->h.picture, UNKNOWN_SOURCE, WATCH_LABEL, pulse));
    if (pulse->storm_last.us == 0)
        return OK;
    TRY(storm_tell(&s->h, NULL, pulse, &goes_on));
    if (goes_on)
        look_again(s, wall_after(s->h.now, SWEEP_MS_LEAST));
    return OK;
}

rc source_sweep(struct ctx *c, struct picture *picture, const struct command *,
                struct outcome *outcome)
{
    struct wall now = clock_now(c);
    struct sweep s = {.h = {.c = c, .picture = picture, .outcome = outcome, .now = now}};
    struct query query = {.limit = 100};
    struct page page;
    book_open(&s.h.book, c, picture, now);
    TRY(sweep_unknown(&s));
    do {
        TRY(picture_list(c, picture, &source_shape, &query, &page));
        const struct source *sources = page.records;
        for (size_t i = 0; i < page.count && s.changes < CHANGES_MAX; i++)
            TRY(sweep_source(&s, &sources[i]));
        query.after = page.after;
    } while (!str_absent(query.after) && s.changes < CHANGES_MAX);
    TRY(book_write(&s.h.book, outcome));
    if (s.changes >= CHANGES_MAX) /* the rest at once, in another decision */
        s.next = wall_after(now, 1);
    else if (s.next.us && s.next.us < wall_after(now, SWEEP_MS_LEAST).us)
        s.next = wall_after(now, SWEEP_MS_LEAST);
    return s.next.us ? source_sweep_by(c, picture, outcome, s.next) : OK;
}
