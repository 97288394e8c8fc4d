/* How a listener does, as a command for the writer: its figures, some of what could not be read,
 * and whose that was. */
#include "edge/intake/receiver_own.h"

static void count(struct port *port)
{
    struct listener_state *state = &port->state;
    const struct intake_counts *counts = ear_counts(port->ear);
    state->bytes = (int64_t)counts->bytes;
    state->frames = (int64_t)counts->frames;
    state->signals = (int64_t)counts->signals;
    state->counted = (int64_t)counts->counted;
    state->bad = (int64_t)counts->bad;
    state->bad_bytes = (int64_t)counts->bad_bytes;
}

static rc show_tallies(struct ctx *c, const struct port *port, struct str *ret)
{
    const struct adapter *adapter = port->adapter;
    struct text out;
    bool first = true;
    text_init(&out, c, 4000);
    text_put_char(&out, '{');
    for (size_t i = 0; adapter->tallies[i]; i++) {
        if (ear_tally(port->ear, i) == 0)
            continue;
        text_printf(&out, "%s\"%s\":%llu", first ? "" : ",", adapter->tallies[i],
                    (unsigned long long)ear_tally(port->ear, i));
        first = false;
    }
    text_put_char(&out, '}');
    return text_done(&out, ret);
}

/* Of a file that is none of ours, nothing is shown: a folder may have others' files beside it. */
static struct str shown_bytes(const struct port *port, const struct intake_sample *sample)
{
    struct str bytes = {sample->bytes, sample->len};
    const char *begins = port->adapter->begins;
    if (port->listener.carrier != LISTENER_CARRIER_FILE)
        return bytes;
    bool ours = begins && bytes.len > 0 && bytes.ptr[0] && strchr(begins, bytes.ptr[0]);
    return ours ? bytes : (struct str){NULL, 0};
}

static rc show_samples(struct ctx *c, const struct port *port, struct listener_state *state)
{
    struct intake_sample samples[INTAKE_SAMPLES];
    size_t many = ear_samples(port->ear, samples);
    NEW(c, state->samples.items, many);
    state->samples.count = many;
    for (size_t i = 0; i < many; i++) {
        struct listener_sample *to = &state->samples.items[i];
        *to = (struct listener_sample){.at = samples[i].received,
                                       .why = str_from(samples[i].why),
                                       .frame = (int64_t)samples[i].frame,
                                       .whole = (int64_t)samples[i].whole};
        TRY(str_copy(c, shown_bytes(port, &samples[i]), &to->bytes));
    }
    return OK;
}

static rc show_blame(struct ctx *c, const struct blame *from, struct listener_blame *ret)
{
    struct bad_sample *samples = NULL;
    NEW(c, samples, from->sample_count);
    TRY(str_copy(c, (struct str){from->who.identity, from->who.len}, &ret->identity));
    for (size_t i = 0; i < from->sample_count; i++) {
        samples[i] =
            (struct bad_sample){.at = from->samples[i].at, .why = str_from(from->samples[i].why)};
        TRY(str_copy(c, (struct str){from->samples[i].bytes, from->samples[i].len},
                     &samples[i].bytes));
    }
    ret->bad = (struct source_bad){.count = from->count};
    ret->bad.samples.items = samples;
    ret->bad.samples.count = from->sample_count;
    return OK;
}

/* What is not noted, for want of memory or of disk, is still among the listener's own figures. */
static rc show_blames(struct ctx *c, struct port *port, struct listener_note *ret)
{
    NEW(c, ret->blames.items, LISTENER_BLAMES);
    for (size_t i = 0; i < port->blame_count; i++)
        TRY(show_blame(c, &port->blames[i], &ret->blames.items[ret->blames.count++]));
    port->blame_count = 0;
    return OK;
}

static rc make_note(struct port *port, struct batch *batch)
{
    struct ctx *c = &batch->c;
    NEW(c, batch->note, 1);
    TRY(show_blames(c, port, batch->note));
    port->state.noted = clock_now(c);
    if (port->ear) {
        count(port);
        TRY(show_tallies(c, port, &port->state.tallies));
        TRY(show_samples(c, port, &port->state));
    }
    rc result = shape_copy(c, &listener_state_shape, &port->state, &batch->note->state);
    port->state.tallies = (struct str){NULL, 0};
    port->state.samples.items = NULL;
    port->state.samples.count = 0;
    return result;
}

void port_note(struct port *port)
{
    struct batch *batch = batch_make(port->receiver, port);
    if (!batch)
        return;
    if (!rc_ok(make_note(port, batch)) || !batch_submit(batch)) {
        batch_free(batch);
        return;
    }
    port->note_flying = true;
    port->dirty = false;
    port->noted = clock_mono(&port->receiver->scratch);
}
