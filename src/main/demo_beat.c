#include "main/demo_beat.h"

#include "domain/signal/signal.h"
#include "main/script.h"

SHAPE_DEFINE(demo_pulse, DEMO_PULSE_FIELDS, 1, "How long a device of the demonstration lives");

static bool is_alive(const struct demo_pulse *pulse, int64_t second)
{
    if (str_absent(pulse->until) || second < script_second(pulse->until))
        return true;
    return !str_absent(pulse->again) && second >= script_second(pulse->again);
}

static rc beat(struct ctx *c, struct core *core, struct str pulses, int64_t second)
{
    struct signal_delivery batch = {.items = {.items = NULL}};
    struct str rest = pulses, text;
    NEW(c, batch.items.items, SIGNAL_BATCH_MAX);
    while (batch.items.count < SIGNAL_BATCH_MAX && str_split(&rest, '\n', &text)) {
        struct demo_pulse pulse = {.source = {NULL, 0}};
        if (str_trim(text).len == 0)
            continue;
        TRY(shape_read(c, &demo_pulse_shape, SHAPE_FROM_INPUT, text, &pulse));
        if (is_alive(&pulse, second))
            batch.items.items[batch.items.count++] = (struct signal){
                .source = pulse.source,
                .kind = SIGNAL_KIND_SUPERVISION,
                .priority = SIGNAL_PRIORITY_NOTE,
                .code_system = STR("demo"),
                .text = STR("Heartbeat"),
            };
    }
    struct command command = {
        .decision = catalog_decision(core_catalog(core), STR("signal.take")),
        .input = &batch,
        .actor = actor_system,
        .cause = -1,
        .expect_seq = -1,
    };
    return batch.items.count ? core_call(c, core, &command) : OK;
}

rc demo_beat(struct ctx *c, struct core *core, struct str pulses, int64_t second)
{
    struct arena_mark mark = arena_mark(c->arena);
    rc result = beat(c, core, pulses, second);
    arena_return(c->arena, mark);
    return result;
}
