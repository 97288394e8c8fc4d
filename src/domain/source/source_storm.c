/* Storms: a source that says more than is kept. It may have a burst, then so many signals a second
 * are kept, as a bucket that fills with time. What is beyond is counted: first, last and some
 * between are sampled, in one row of the vault, and the record is told of them by the sweep. So a
 * storm costs the record no more than its rate, and memory nothing, however long it is.
 *
 * What would raise a new alarm is kept whatever the bucket says, and duress is never asked. */
#include "domain/source/source_own.h"

enum { STORM_FIRST_SAMPLES = 4, SAMPLE_TEXT_MAX = 200 };

bool storm_has_room(struct heard_source *from, struct wall now)
{
    struct source_pulse *pulse = &from->pulse;
    const struct source *source = &from->source;
    int64_t per_s = source->keep_per_s.known ? source->keep_per_s.value : SOURCE_KEEP_PER_S;
    int64_t burst = source->keep_burst.known ? source->keep_burst.value : SOURCE_KEEP_BURST;
    int64_t passed_ms = (now.us - pulse->tokens_at.us) / 1000;
    if (pulse->tokens_at.us == 0 || passed_ms > burst * 1000 / per_s) {
        pulse->tokens_milli = burst * 1000;
        pulse->tokens_at = now;
    } else if (passed_ms > 0) {
        pulse->tokens_milli += passed_ms * per_s;
        pulse->tokens_at = now;
    }
    if (pulse->tokens_milli > burst * 1000)
        pulse->tokens_milli = burst * 1000;
    if (pulse->tokens_milli < 1000)
        return false;
    pulse->tokens_milli -= 1000;
    return true;
}

/* At a character's edge. */
static struct str cut_text(struct str text)
{
    size_t len = 0;
    for (size_t chars = 0; len < text.len && chars < SAMPLE_TEXT_MAX; chars++) {
        size_t next = str_first_char(str_sub(text, len, text.len));
        len += next ? next : 1;
    }
    return str_sub(text, 0, len);
}

static rc add_sample(struct ctx *c, struct source_pulse *pulse, struct storm_sample sample)
{
    struct storm_sample *samples = NULL;
    size_t count = pulse->storm_samples.count;
    sample.text = cut_text(sample.text);
    if (count < STORM_SAMPLES_MAX) {
        NEW(c, samples, STORM_SAMPLES_MAX);
        if (count)
            memcpy(samples, pulse->storm_samples.items, count * sizeof *samples);
        samples[count] = sample;
        pulse->storm_samples.items = samples;
        pulse->storm_samples.count = count + 1;
        return OK;
    }
    /* the first few stay, the last few move on */
    samples = pulse->storm_samples.items;
    for (size_t i = STORM_FIRST_SAMPLES; i + 1 < STORM_SAMPLES_MAX; i++)
        samples[i] = samples[i + 1];
    samples[STORM_SAMPLES_MAX - 1] = sample;
    return OK;
}

static rc ring_storm(struct hearing *h, struct heard_source *from, struct wall at)
{
    struct book_entry *entry = NULL;
    struct raise raise = {
        .message = from->known ? "storm" : "storm.unknown",
        .cause = STR("storm"),
        .kind = SIGNAL_KIND_TROUBLE,
        .priority = SIGNAL_PRIORITY_MEDIUM,
        .respond_ms = 900000,
        .source = from->known ? from->source.id : (struct str){NULL, 0},
        .zone = from->source.zone,
        .label = from->source.label,
        .at = at,
    };
    TRY(str_format(h->c, &raise.key, "storm/%.*s", STR_ARG(from->pulse.id)));
    if (from->known)
        TRY(raise_refer(h->c, &raise, "source", "source", from->source.id));
    TRY(book_raise(&h->book, &raise, &entry));
    entry->alarm.signals--; /* it is told with the others that were counted */
    return OK;
}

/* ---- what was counted ------------------------------------------------------------------------ */

bool storm_has_counted(const struct heard_source *from, struct str report)
{
    struct str keys = from->pulse.counted_keys;
    for (size_t at = 0; at + COUNTED_KEY_BYTES <= keys.len && !str_absent(report);
         at += COUNTED_KEY_BYTES)
        if (memcmp(keys.ptr + at, report.ptr, COUNTED_KEY_BYTES) == 0)
            return true;
    return false;
}

/* The name of a report is a hash: a part of it is as good as any other. */
static rc remember(struct hearing *h, struct heard_source *from, struct str report)
{
    struct source_pulse *pulse = &from->pulse;
    size_t at = (size_t)pulse->counted_next.value % COUNTED_KEYS * COUNTED_KEY_BYTES;
    if (str_absent(report))
        return OK;
    if (!from->keys) {
        NEW(h->c, from->keys, COUNTED_KEYS_BYTES);
        if (pulse->counted_keys.len)
            memcpy(from->keys, pulse->counted_keys.ptr, pulse->counted_keys.len);
        pulse->counted_keys.ptr = from->keys;
    }
    memcpy(from->keys + at, report.ptr, COUNTED_KEY_BYTES);
    if (pulse->counted_keys.len < at + COUNTED_KEY_BYTES)
        pulse->counted_keys.len = at + COUNTED_KEY_BYTES;
    pulse->counted_next.known = true;
    pulse->counted_next.value++;
    return OK;
}

rc storm_count(struct hearing *h, struct heard_source *from, const struct storm_sample *sample,
               struct str report)
{
    struct source_pulse *pulse = &from->pulse;
    if (pulse->storm_count++ == 0)
        pulse->storm_first = sample->at;
    pulse->storm_last = h->now;
    pulse->counted++;
    h->sweep = wall_sooner(h->sweep, wall_after(h->now, 5000));
    TRY(add_sample(h->c, pulse, *sample));
    TRY(remember(h, from, report));
    if (from->state.storming.us)
        return OK;
    from->state.storming = h->now;
    TRY(ring_storm(h, from, sample->at));
    return from->known ? outcome_add_row(h->c, h->outcome, &source_stormed_kind, &from->state) : OK;
}

/* ---- from the sweep -------------------------------------------------------------------------- */

static rc tell_count(struct ctx *c, struct outcome *outcome, struct source_pulse *pulse)
{
    struct storm_digest digest = {
        .label = pulse->label,
        .source = pulse->id,
        .count = pulse->storm_count,
        .first = pulse->storm_first,
        .last = pulse->storm_last,
    };
    digest.samples.items = pulse->storm_samples.items;
    digest.samples.count = pulse->storm_samples.count;
    return outcome_add(c, outcome,
                       &(struct outcome_event){
                           .kind = &source_counted_kind, .body = &digest, .record_id = pulse->id});
}

rc storm_tell(struct hearing *h, struct source_state *state, struct source_pulse *pulse,
              bool *ret_goes_on)
{
    struct ctx *c = h->c;
    struct book_entry *entry = NULL;
    struct str key;
    TRY(str_format(c, &key, "storm/%.*s", STR_ARG(pulse->id)));
    TRY(book_find(&h->book, key, &entry));
    if (pulse->storm_count > 0) {
        TRY(tell_count(c, h->outcome, pulse));
        if (entry)
            book_count(entry, pulse->storm_count, pulse->storm_last);
        pulse->storm_count = 0;
        pulse->storm_samples.count = 0;
        TRY(outcome_vault_put(c, h->outcome, &source_pulse_shape, pulse));
    }
    *ret_goes_on = h->now.us - pulse->storm_last.us < (int64_t)STORM_OVER_MS * 1000;
    if (*ret_goes_on)
        return OK;
    if (entry)
        book_restore(&h->book, entry, pulse->storm_last);
    if (pulse->counted_next.known) {
        pulse->counted_keys = (struct str){NULL, 0};
        pulse->counted_next = (struct opt_i64){0};
        TRY(outcome_vault_put(c, h->outcome, &source_pulse_shape, pulse));
    }
    if (!state)
        return OK;
    state->storming = (struct wall){0};
    return outcome_add_row(c, h->outcome, &source_calmed_kind, state);
}
