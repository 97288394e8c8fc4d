#include "adapter/kit/intake.h"

#include <assert.h>
#include <stdlib.h>

rc adapter_emit(struct ctx *c, struct adapter_output *out, const struct signal *signal)
{
    if (out->count == out->room) {
        size_t room = out->room ? out->room * 2 : 1;
        struct signal *more = NULL;
        NEW(c, more, room);
        if (out->count)
            memcpy(more, out->signals, out->count * sizeof *more);
        out->signals = more;
        out->room = room;
    }
    out->signals[out->count++] = *signal;
    return OK;
}

bool adapter_line(const struct adapter_input *in, struct str *ret_line, size_t *ret_used)
{
    struct str bytes = in->bytes;
    const char *end = memchr(bytes.ptr + in->seen, '\n', bytes.len - in->seen);
    if (!end && !in->last)
        return false;
    size_t len = end ? (size_t)(end - bytes.ptr) : bytes.len;
    *ret_used = end ? len + 1 : len;
    while (len > 0 && bytes.ptr[len - 1] == '\r')
        len--;
    *ret_line = str_sub(bytes, 0, len);
    return true;
}

bool adapter_resume_line(struct str bytes, size_t *ret_skip)
{
    const char *end = memchr(bytes.ptr, '\n', bytes.len);
    *ret_skip = end ? (size_t)(end - bytes.ptr) + 1 : bytes.len;
    return end != NULL;
}

rc intake_options(struct ctx *c, const struct adapter *adapter, struct str json, void **ret)
{
    void *record = ctx_take(c, 1, adapter->options->size);
    if (!record)
        return fault_again(c);
    TRY(shape_read(c, adapter->options, SHAPE_FROM_INPUT, json, record));
    *ret = record;
    return OK;
}

rc intake_open(struct ctx *c, const struct adapter *adapter, const void *options,
               struct intake **ret)
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (!intake)
        FAIL(c, NO_MEMORY, "no memory for the intake of %s", adapter->name);
    intake->adapter = adapter;
    rc result = adapter->open(c, options, &intake->opened);
    if (!rc_ok(result)) {
        free(intake);
        return result;
    }
    for (size_t i = 0; adapter->tallies[i]; i++)
        assert(i < INTAKE_TALLIES);
    *ret = intake;
    return OK;
}

void intake_close(struct intake *intake)
{
    if (!intake)
        return;
    intake->adapter->close(intake->opened.state);
    free(intake);
}

const struct intake_counts *intake_counts(const struct intake *intake)
{
    return &intake->counts;
}

const struct adapter *intake_adapter(const struct intake *intake)
{
    return intake->adapter;
}

uint64_t intake_tally(const struct intake *intake, size_t index)
{
    assert(index < INTAKE_TALLIES);
    return intake->tally[index];
}

void intake_note_bad(struct intake *intake, struct wall received, uint64_t frame, const char *why,
                     struct str bytes)
{
    struct intake_sample *sample = &intake->samples[intake->sampled++ % INTAKE_SAMPLES];
    struct str kept = str_sub(bytes, 0, INTAKE_SAMPLE_BYTES);
    *sample = (struct intake_sample){
        .received = received, .frame = frame, .why = why, .len = kept.len, .whole = bytes.len};
    memcpy(sample->bytes, kept.ptr, kept.len);
    intake->counts.frames++;
    intake->counts.bad++;
    intake->counts.bad_bytes += bytes.len;
}

size_t intake_samples(const struct intake *intake, struct intake_sample ret[INTAKE_SAMPLES])
{
    size_t count = intake->sampled < INTAKE_SAMPLES ? (size_t)intake->sampled : INTAKE_SAMPLES;
    for (size_t i = 0; i < count; i++)
        ret[i] = intake->samples[(intake->sampled - count + i) % INTAKE_SAMPLES];
    return count;
}
