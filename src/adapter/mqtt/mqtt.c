#include "adapter/mqtt/mqtt.h"

#include <stdlib.h>

SHAPE_DEFINE(mqtt_rule, MQTT_RULE_FIELDS, 1, "What the messages of some topics mean");
SHAPE_DEFINE(mqtt_options, MQTT_OPTIONS_FIELDS, 1, "How a broker's messages are interpreted.");

enum { STATE_MEMORY = 4 << 20, PAYLOAD_MAX = 262144, TOPIC_MAX = 65535, SCALE = 6 };

static const char *const tallies[] = {"ruled", "frigate", "no_rule", "no_value", "bad_topic", NULL};

static const char *const examples[] = {
    "home/hall/door OPEN\n",
    "home/hall/door CLOSED\n",
    "cellar/level {\"water\":{\"cm\":12.5},\"battery\":80}\n",
    "frigate/available offline\n",
    "frigate/gate/status/detect online\n",
    "frigate/reviews "
    "{\"type\":\"new\",\"before\":{},\"after\":{\"id\":\"1795316400.1-a\",\"camera\":"
    "\"gate\",\"start_time\":1795316400.1,\"severity\":\"alert\",\"data\":{\"objects\":[\"person\"]"
    ","
    "\"zones\":[\"drive\"]}}}\n",
    "frigate/events {\"type\":\"update\",\"after\":{\"id\":\"1\",\"camera\":\"gate\",\"label\":"
    "\"person\"}}\r\n",
    NULL,
};

static const char look[] =
    "{\"frigate\":\"frigate\",\"rules\":[{\"topic\":\"home/+/door\",\"source\":\"door *\",\"kind\":"
    "\"access\",\"priority\":\"low\",\"values\":[\"OPEN\"],\"ends\":[\"CLOSED\"]},{\"topic\":"
    "\"cellar/level\",\"member\":\"water.cm\",\"above\":\"10\",\"kind\":\"hazard\",\"priority\":"
    "\"high\",\"text\":\"Water in the cellar\"}]}";

struct adapter_state {
    struct arena *arena;
    struct mqtt_options options;
};

/* ---- generic sensors ------------------------------------------------------------------------- */

static rc name_source(struct ctx *c, const struct mqtt_rule *rule, struct str topic,
                      const struct str *stood, size_t count, struct str *ret)
{
    struct text out;
    size_t next = 0;
    if (str_absent(rule->source))
        return signal_line(c, topic, 200, ret);
    text_init(&out, c, TOPIC_MAX + 400);
    for (size_t i = 0; i < rule->source.len; i++)
        if (rule->source.ptr[i] == '*' && next < count)
            text_put(&out, stood[next++]);
        else
            text_put_char(&out, rule->source.ptr[i]);
    TRY(text_done(&out, ret));
    return signal_line(c, *ret, 200, ret);
}

static bool among(struct texts list, struct str item)
{
    for (size_t i = 0; i < list.count; i++)
        if (str_eq(list.items[i], item))
            return true;
    return false;
}

enum verdict { SAYS_NOTHING, SAYS_SO, SAYS_OVER, NO_VALUE };

static enum verdict judge(const struct mqtt_rule *rule, struct str value)
{
    int64_t number = 0, limit = 0;
    if (str_absent(value))
        return NO_VALUE;
    if (!str_absent(rule->above) || !str_absent(rule->below)) {
        if (!str_to_decimal(value, SCALE, &number))
            return NO_VALUE;
        if (!str_absent(rule->above) && str_to_decimal(rule->above, SCALE, &limit) &&
            number > limit)
            return SAYS_SO;
        if (!str_absent(rule->below) && str_to_decimal(rule->below, SCALE, &limit) &&
            number < limit)
            return SAYS_SO;
        return SAYS_OVER;
    }
    if (among(rule->values, value))
        return SAYS_SO;
    if (among(rule->ends, value))
        return SAYS_OVER;
    return rule->values.count == 0 ? SAYS_SO : SAYS_NOTHING;
}

static rc emit(struct ctx *c, const struct adapter_input *in, const struct mqtt_rule *rule,
               const struct mqtt_message *m, struct str value, bool over,
               struct adapter_output *out)
{
    struct signal signal = {.source = out->source,
                            .peer = in->peer,
                            .kind = over ? SIGNAL_KIND_RESTORE : rule->kind,
                            .ends = over ? rule->kind : SIGNAL_KIND_UNSET,
                            .priority = over ? SIGNAL_PRIORITY_NOTE : rule->priority,
                            .code_system = STR("mqtt"),
                            .code = str_absent(rule->code) ? STR("value") : rule->code,
                            .text = rule->text,
                            .value = value};
    if (str_absent(signal.text))
        TRY(str_format(c, &signal.text, "%.*s: %.*s", STR_ARG(out->source), STR_ARG(value)));
    TRY(signal_line(c, m->topic, 1000, &signal.location));
    signal_set_raw(&signal, m->payload);
    return adapter_emit(c, out, &signal);
}

static rc apply(struct ctx *c, const struct adapter_input *in, const struct mqtt_rule *rule,
                const struct mqtt_message *m, struct adapter_output *out)
{
    struct str value;
    if (str_absent(rule->member))
        TRY(signal_line(c, m->payload, 200, &value));
    else
        TRY(mqtt_member_text(c, m->payload, rule->member.ptr, 200, &value));
    switch (judge(rule, value)) {
    case SAYS_SO:
        return emit(c, in, rule, m, value, false, out);
    case SAYS_OVER:
        return emit(c, in, rule, m, value, true, out);
    case NO_VALUE:
        out->tally[MQTT_NO_VALUE]++;
        return OK;
    case SAYS_NOTHING:
        return OK;
    }
    return OK;
}

/* ---- one message ----------------------------------------------------------------------------- */

static bool is_frigate(const struct mqtt_options *options, struct mqtt_message *m)
{
    struct str prefix = options->frigate;
    bool is = !str_absent(prefix) && m->topic.len > prefix.len + 1 &&
              memcmp(m->topic.ptr, prefix.ptr, prefix.len) == 0 && m->topic.ptr[prefix.len] == '/';
    if (is) {
        m->prefix = prefix;
        m->rest = str_sub(m->topic, prefix.len + 1, m->topic.len);
    }
    return is;
}

static rc take(struct ctx *c, const struct adapter_state *state, const struct adapter_input *in,
               struct mqtt_message *m, struct adapter_output *out)
{
    const struct mqtt_options *options = &state->options;
    struct str stood[8];
    size_t count = 0;
    for (size_t i = 0; i < options->rules.count; i++) {
        const struct mqtt_rule *rule = &options->rules.items[i];
        if (!mqtt_fits(rule->topic, m->topic, stood, &count))
            continue;
        TRY(name_source(c, rule, m->topic, stood, count, &out->source));
        if (!str_absent(out->source))
            TRY(apply(c, in, rule, m, out));
        out->tally[MQTT_RULED]++;
        return OK;
    }
    bool known = false;
    if (is_frigate(options, m))
        TRY(frigate_take(c, in, m, out, &known));
    out->tally[known ? MQTT_FRIGATE : MQTT_UNRULED]++;
    return OK;
}

static bool is_topic(struct str topic)
{
    for (size_t i = 0; i < topic.len; i++)
        if ((unsigned char)topic.ptr[i] < ' ' || topic.ptr[i] == '+' || topic.ptr[i] == '#')
            return false;
    return topic.len > 0 && topic.len <= TOPIC_MAX && str_is_utf8(topic);
}

static rc feed(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
               struct adapter_output *out, struct adapter_result *ret)
{
    struct str line = in->bytes;
    size_t used = line.len;
    if (!in->datagram && !adapter_line(in, &line, &used)) {
        *ret = adapter_more(in->bytes.len + 1);
        return OK;
    }
    if (in->datagram && !in->last) {
        *ret = adapter_more(in->bytes.len + 1);
        return OK;
    }
    const char *end = line.len ? memchr(line.ptr, in->datagram ? '\0' : ' ', line.len) : NULL;
    size_t len = end ? (size_t)(end - line.ptr) : line.len;
    struct mqtt_message m = {.topic = str_sub(line, 0, len),
                             .payload = str_sub(line, len + (end != NULL), line.len)};
    if (!end || !is_topic(m.topic)) {
        out->tally[MQTT_BAD_TOPIC]++;
        *ret = adapter_bad(used, "it does not begin with a topic");
        return OK;
    }
    TRY(take(c, state, in, &m, out));
    *ret = adapter_ok(used);
    return OK;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void mqtt_close(struct adapter_state *state)
{
    arena_close(state->arena);
    free(state);
}

static rc check_rules(struct ctx *c, const struct mqtt_options *options)
{
    int64_t number;
    for (size_t i = 0; i < options->rules.count; i++) {
        const struct mqtt_rule *rule = &options->rules.items[i];
        size_t many = str_find(rule->topic, STR("#"));
        if (many != SIZE_MAX && many + 1 != rule->topic.len)
            FAIL(c, INVALID, "# stands for the rest of a topic: it can only be its last part");
        if ((!str_absent(rule->above) && !str_to_decimal(rule->above, SCALE, &number)) ||
            (!str_absent(rule->below) && !str_to_decimal(rule->below, SCALE, &number)))
            FAIL(c, INVALID, "above and below are numbers");
        if (rule->kind == SIGNAL_KIND_RESTORE)
            FAIL(c, INVALID, "a rule names what begins; `ends` gives the value that ends it");
    }
    return OK;
}

static rc mqtt_open(struct ctx *c, const void *record, struct adapter_opened *ret)
{
    const struct mqtt_options *options = record;
    TRY(check_rules(c, options));
    struct adapter_state *state = calloc(1, sizeof *state);
    struct arena *arena = arena_open(STATE_MEMORY);
    struct ctx own = {.arena = arena, .clock = c->clock};
    if (!state || !arena ||
        !rc_ok(shape_copy(&own, &mqtt_options_shape, options, &state->options))) {
        free(state);
        arena_close(arena);
        FAIL(c, NO_MEMORY, "no memory for the rules of a broker");
    }
    state->arena = arena;
    int64_t most =
        options->payload_max_bytes.known ? options->payload_max_bytes.value : PAYLOAD_MAX;
    *ret = (struct adapter_opened){.state = state, .frame_max = (size_t)most + 256};
    return OK;
}

rc mqtt_topics(struct ctx *c, const struct mqtt_options *options, struct texts *ret)
{
    struct texts topics = {.count = 0};
    NEW(c, topics.items, options->rules.count + 4);
    for (size_t i = 0; i < options->rules.count; i++)
        TRY(str_copy(c, options->rules.items[i].topic, &topics.items[topics.count++]));
    static const char *const of_frigate[] = {"available", "events", "reviews", "+/status/detect"};
    for (size_t i = 0; i < 4 && !str_absent(options->frigate); i++)
        TRY(str_format(c, &topics.items[topics.count++], "%.*s/%s", STR_ARG(options->frigate),
                       of_frigate[i]));
    *ret = topics;
    return OK;
}

const struct adapter mqtt_adapter = {
    .name = "mqtt",
    .help = "Messages from an MQTT broker: sensors by topic rules, Frigate",
    .unit = "lines",
    .tallies = tallies,
    .options = &mqtt_options_shape,
    .look = look,
    .examples = examples,
    .open = mqtt_open,
    .close = mqtt_close,
    .feed = feed,
    .resume = adapter_resume_line,
};
